//! A server of this machine that answers as a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

/// What is asked.
pub struct Request {
    /// Path and query.
    pub path: String,
    /// The header of this name.
    pub authorization: Option<String>,
}

/// What is answered.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Reply { status: 200, headers: Vec::new(), body: body.into() }
    }

    pub fn status(status: u16) -> Self {
        Reply { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Listens as long as the test runs, and gives the `HOST:PORT`; the answers may need it.
pub fn serve(answer: impl Fn(&str, &Request) -> Reply + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let name = host.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(&stream).lines().map(|line| line.unwrap_or_default());
            let first = lines.next().unwrap_or_default();
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let authorization = headers.iter().filter_map(|line| line.split_once(": "));
            let authorization = authorization
                .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
                .map(|(_, value)| value.to_owned())
                .next();
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let Reply { status, headers, body } = answer(&name, &Request { path, authorization });
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let head = format!(
                "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
                body.len()
            );
            // A client that went away has what it wanted.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    host
}
