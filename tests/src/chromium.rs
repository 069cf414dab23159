//! A page in a real browser: headless Chromium, spoken to over two pipes in the language of its developer tools.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one page open. It ends with this value.
pub struct Page {
    browser: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    asked: u64,
    /// Its profile, and the page's file.
    _folder: TempDir,
}

impl Page {
    /// Opens a page with this text, in a window of this width.
    pub fn open(html: &str, width: u32) -> Page {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        std::fs::write(&file, html).unwrap();
        // The browser reads from its file 3 and writes to its file 4. Who runs tests as root has no other sandbox either.
        let mut browser = Command::new("sh")
            .args(["-c", "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "chromium"])
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-dev-shm-usage",
            ])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("HOME", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (browser.stdin.take().unwrap(), BufReader::new(browser.stdout.take().unwrap()));
        let mut page = Page { browser, to, from, session: None, asked: 0, _folder: folder };
        let target = page.ask("Target.createTarget", json!({"url": "about:blank"}));
        let attached =
            page.ask("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        page.session = attached["sessionId"].as_str().map(str::to_owned);
        page.ask(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        page.ask("Page.enable", json!({}));
        page.ask("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        while page.heard()["method"] != "Page.loadEventFired" {}
        page
    }

    /// What a piece of JavaScript comes to; a promise is waited for.
    #[track_caller]
    pub fn value(&mut self, script: &str) -> Value {
        let result = self.ask(
            "Runtime.evaluate",
            json!({"expression": script, "returnByValue": true, "awaitPromise": true}),
        );
        assert!(result.get("exceptionDetails").is_none(), "{script}: {result}");
        result["result"]["value"].clone()
    }

    /// Presses a key, as a person does: one letter, or a key's name.
    pub fn press(&mut self, key: &str) {
        let mut event = json!({"type": "keyDown", "key": key});
        if key.chars().count() == 1 {
            event["text"] = json!(key);
        }
        self.ask("Input.dispatchKeyEvent", event);
        self.ask("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
    }

    /// Types a text, key by key.
    pub fn type_in(&mut self, text: &str) {
        text.chars().for_each(|letter| self.press(&letter.to_string()));
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        self.to.flush().unwrap();
        loop {
            let heard = self.heard();
            if heard["id"] == self.asked {
                assert!(heard.get("error").is_none(), "{method}: {heard}");
                return heard["result"].clone();
            }
        }
    }

    /// The next that the browser says.
    fn heard(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert!(!message.is_empty(), "the browser ended");
        message.pop();
        serde_json::from_slice(&message).unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // It closes by itself when it is told to; it may be gone already.
        let _ = self.to.write_all(b"{\"id\": 0, \"method\": \"Browser.close\"}\0");
        let _ = self.to.flush();
        let _ = std::io::copy(&mut self.from, &mut std::io::sink());
        let _ = self.browser.wait();
    }
}
