#![allow(clippy::unwrap_used)]

use std::io::Write;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fixture::{Folder, write};
use super::publish_head;

/// Sends one raw request and returns the whole answer.
async fn ask(base: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(format!("{request}\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn served() -> Folder {
    let folder = Folder::new();
    let checkout = folder.checkout("checkout");
    publish_head(&folder.git, &checkout, &folder.path("served/tree.git"), "main").unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn clones_fetches_and_shallow_clones_work_in_both_protocols() {
    let folder = served();
    let url = format!("{}/served/tree.git", folder.serve().await);
    for (name, options) in [
        ("v2", &["-c", "protocol.version=2", "clone", "--quiet"][..]),
        ("v0", &["-c", "protocol.version=0", "clone", "--quiet"]),
        ("shallow", &["clone", "--quiet", "--depth=1"]),
    ] {
        folder.run(&folder.path(""), &[options, &[&url, name]].concat());
        assert!(folder.path(name).join("sub/b.txt").is_file(), "{name}");
    }
    // A fetch with many haves sends a gzip-encoded body of a known length.
    let checkout = folder.path("checkout");
    for number in 0..3 {
        write(&checkout.join("a.txt"), &format!("{number}\n"));
        folder.commit_all(&checkout, &format!("commit {number}"));
    }
    let clone = folder.path("v2");
    for number in 0..40 {
        folder.run(&clone, &["commit", "--quiet", "--allow-empty", "-m", &format!("local {number}")]);
    }
    publish_head(&folder.git, &checkout, &folder.path("served/tree.git"), "main").unwrap();
    folder.run(&clone, &["fetch", "--quiet"]);
    assert_eq!(folder.run(&clone, &["log", "-1", "--format=%s", "origin/main"]), "commit 2");
}

/// A body of unknown length, as sent by Git above `http.postBuffer` and by go-git; plain and gzip-encoded.
#[tokio::test(flavor = "multi_thread")]
async fn chunked_bodies_are_passed_on() {
    let folder = served();
    let base = folder.serve().await;
    let body = b"0014command=ls-refs\n00010009peel\n0000";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body).unwrap();
    for (encoding, body) in [("", &body[..]), ("Content-Encoding: gzip\r\n", &gzip.finish().unwrap())] {
        let mut stream = TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "POST /served/tree.git/git-upload-pack HTTP/1.1\r\nHost: x\r\nConnection: close\r\nGit-Protocol: version=2\r\n\
             Content-Type: application/x-git-upload-pack-request\r\n{encoding}Transfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for chunk in body.chunks(7) {
            stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
            stream.write_all(&[chunk, b"\r\n"].concat()).await.unwrap();
            stream.flush().await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("refs/heads/main"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_are_refused_with_a_reason() {
    let folder = served();
    let base = folder.serve().await;
    let checkout = folder.path("checkout");
    let before = folder.run(&folder.path("served/tree.git"), &["for-each-ref"]);
    write(&checkout.join("a.txt"), "changed\n");
    folder.commit_all(&checkout, "third");
    let error = folder.attempt(&checkout, &["push", &format!("{base}/served/tree.git"), "main"]).unwrap_err();
    assert!(error.contains("403"), "{error}");
    for request in [
        "GET /served/tree.git/info/refs?service=git-receive-pack HTTP/1.1",
        "GET /served/tree.git/info/refs?x=1&service=git-receive-pack HTTP/1.1",
        "POST /served/tree.git/git-receive-pack HTTP/1.1\r\nContent-Length: 0",
    ] {
        let answer = ask(&base, request).await;
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("read-only"), "{answer}");
    }
    assert_eq!(folder.run(&folder.path("served/tree.git"), &["for-each-ref"]), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_else_is_not_found() {
    let folder = served();
    let base = folder.serve().await;
    for path in [
        "/",
        "/served",
        "/served/tree.git",
        "/served/tree.git/HEAD",
        "/served/tree.git/config",
        "/served/none.git/info/refs?service=git-upload-pack",
        "/checkout/info/refs?service=git-upload-pack",
        "/served/../served/tree.git/info/refs?service=git-upload-pack",
        "/served/%2e%2e/served/tree.git/info/refs?service=git-upload-pack",
        "//etc/info/refs?service=git-upload-pack",
    ] {
        let answer = ask(&base, &format!("GET {path} HTTP/1.1")).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    let answer = ask(&base, "GET /served/tree.git/info/refs HTTP/1.1").await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("smart HTTP"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_references_are_not_offered() {
    let folder = served();
    let url = format!("{}/served/tree.git", folder.serve().await);
    let offered = folder.run(&folder.path(""), &["ls-remote", &url]);
    let names: Vec<_> = offered.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    assert_eq!(names, ["HEAD", "refs/heads/main"]);
}
