//! Against a small GitLab on loopback.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::*;

const MARKER: &str = "<!-- a marker -->";

/// Its notes, oldest first, two a page; and what it was asked.
#[derive(Default)]
struct GitLab {
    notes: Vec<Value>,
    asked: Vec<String>,
    /// What it answers instead.
    refuses: Option<u16>,
}

type Shared = Arc<Mutex<GitLab>>;

fn note(id: u64, author: u64, body: &str) -> Value {
    json!({"id": id, "body": body, "system": false, "author": {"id": author}})
}

async fn answer(gitlab: Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let mut gitlab = gitlab.lock().unwrap();
    gitlab.asked.push(format!("{} {}", parts.method, parts.uri.path()));
    let answer = |status: u16, next: &str, value: Value| {
        let response = Response::builder().status(status).header("x-next-page", next);
        response.body(Full::from(value.to_string())).unwrap()
    };
    if let Some(status) = gitlab.refuses {
        return answer(status, "", json!({"message": "no"}));
    }
    if parts.headers.get("private-token").is_none_or(|token| token != "glpat-token") {
        return answer(401, "", json!({"message": "401 Unauthorized"}));
    }
    let path = parts.uri.path().strip_prefix("/api/v4/").unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    match (parts.method.as_str(), path) {
        ("GET", "user") => answer(200, "", json!({"id": 7})),
        ("GET", "projects/3/merge_requests/5/notes") => {
            let query = parts.uri.query().unwrap();
            let page: usize = query.split("&page=").nth(1).unwrap().parse().unwrap();
            let shown: Vec<Value> = gitlab.notes.chunks(2).nth(page - 1).unwrap_or_default().to_vec();
            let next = if gitlab.notes.len() > page * 2 { (page + 1).to_string() } else { String::new() };
            answer(200, &next, json!(shown))
        }
        ("POST", "projects/3/merge_requests/5/notes") => {
            let new = note(99, 7, body["body"].as_str().unwrap());
            gitlab.notes.push(new.clone());
            answer(201, "", new)
        }
        ("PUT", path) => {
            let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
            let note = gitlab.notes.iter_mut().find(|note| note["id"] == id).unwrap();
            note["body"] = body["body"].clone();
            answer(200, "", note.clone())
        }
        other => panic!("{other:?}"),
    }
}

async fn served(gitlab: GitLab) -> (Shared, String) {
    let gitlab = Arc::new(Mutex::new(gitlab));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/api/v4", listener.local_addr().unwrap());
    let shared = gitlab.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let shared = shared.clone();
            let service = service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, std::convert::Infallible>(answer(shared, request).await) }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (gitlab, address)
}

fn request(address: &str, token: &str) -> Result<MergeRequest> {
    MergeRequest::of_pipeline(|name| {
        let value = match name {
            "CI_API_V4_URL" => address,
            "CI_PROJECT_ID" => "3",
            "CI_MERGE_REQUEST_IID" => "5",
            "GITLAB_TOKEN" => token,
            _ => return None,
        };
        Some(value.to_owned())
    })
}

async fn say(address: &str, text: &str) -> Result<Done> {
    request(address, "glpat-token")?.say(MARKER, &format!("{MARKER}\n{text}"), true).await
}

#[tokio::test]
async fn the_first_time_a_note_is_posted_and_then_it_is_updated() {
    let (gitlab, address) = served(GitLab::default()).await;
    assert_eq!(say(&address, "one").await.unwrap(), Done::Posted);
    assert_eq!(say(&address, "two").await.unwrap(), Done::Updated);
    assert_eq!(say(&address, "two").await.unwrap(), Done::Unchanged);
    let gitlab = gitlab.lock().unwrap();
    assert_eq!(gitlab.notes.len(), 1);
    assert_eq!(gitlab.notes[0]["body"], format!("{MARKER}\ntwo"));
}

#[tokio::test]
async fn the_own_note_is_found_on_a_later_page() {
    let own = note(40, 7, &format!("{MARKER}\nold"));
    let notes = vec![note(1, 7, "x"), note(2, 8, "y"), note(3, 7, "z"), note(4, 8, "z"), own];
    let (gitlab, address) = served(GitLab { notes, ..GitLab::default() }).await;
    assert_eq!(say(&address, "new").await.unwrap(), Done::Updated);
    assert_eq!(gitlab.lock().unwrap().notes[4]["body"], format!("{MARKER}\nnew"));
}

#[tokio::test]
async fn what_somebody_else_wrote_is_left_alone() {
    let quoted = note(2, 7, &format!("look:\n{MARKER}"));
    let notes = vec![note(1, 8, &format!("{MARKER}\nmine")), quoted];
    let (gitlab, address) = served(GitLab { notes, ..GitLab::default() }).await;
    assert_eq!(say(&address, "new").await.unwrap(), Done::Posted);
    assert_eq!(gitlab.lock().unwrap().notes[0]["body"], format!("{MARKER}\nmine"));
}

#[tokio::test]
async fn where_nothing_is_to_be_said_no_note_is_made() {
    let (gitlab, address) = served(GitLab::default()).await;
    let done = request(&address, "glpat-token").unwrap().say(MARKER, MARKER, false).await;
    assert_eq!(done.unwrap(), Done::Nothing);
    assert!(gitlab.lock().unwrap().notes.is_empty());
}

#[tokio::test]
async fn a_failure_says_what_was_done_and_what_to_do() {
    for (status, help) in [
        (401, "make a new one"),
        (403, "role Reporter"),
        (404, "token of this project"),
        (302, "not followed"),
        (502, "later"),
    ] {
        let (_, address) = served(GitLab { refuses: Some(status), ..GitLab::default() }).await;
        let error = format!("{:#}", say(&address, "x").await.unwrap_err());
        assert!(error.starts_with("ask whose token GITLAB_TOKEN is: GitLab answered "), "{error}");
        assert!(error.contains(help), "{error}");
    }
}

#[tokio::test]
async fn the_token_is_in_no_message() {
    let (_, address) = served(GitLab::default()).await;
    for token in ["glpat-other", "glpat\u{e4}\nother"] {
        let wrong = request(&address, token).unwrap();
        let error = wrong.say(MARKER, "x", true).await.unwrap_err();
        assert!(!format!("{error:#} {error:?} {wrong:?}").contains("glpat"), "{error:?}");
    }
    let nobody = request("http://127.0.0.1:1/api/v4", "glpat-token").unwrap();
    let error = nobody.say(MARKER, "x", true).await.unwrap_err();
    assert!(!format!("{error:?}").contains("glpat"), "{error:?}");
}

#[test]
fn a_token_goes_to_https_or_to_this_machine_only() {
    let error = request("http://gitlab.example.org/api/v4", "glpat-token").unwrap_err();
    assert!(error.to_string().contains("https://"), "{error}");
    assert!(request("https://gitlab.example.org/api/v4", "glpat-token").is_ok());
}

#[test]
fn what_is_not_set_is_named_with_what_to_do() {
    let error = request("https://gitlab.example.org/api/v4", " ").unwrap_err().to_string();
    assert!(error.starts_with("GITLAB_TOKEN is not set; make a project access token"), "{error}");
    let error = MergeRequest::of_pipeline(|_| None).unwrap_err().to_string();
    assert!(
        error.starts_with("CI_API_V4_URL is not set; GitLab sets it in a pipeline of a merge request"),
        "{error}"
    );
}
