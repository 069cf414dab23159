//! Notes on a merge request of GitLab: one that begins with a marker is written, and found again.
//!
//! The token comes from the environment, goes to the server that CI names and nowhere else, and is never printed. Redirections are not
//! followed: they might lead the token elsewhere.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use fleet::secret::SecretString;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Value, json};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest answer that is read.
const LARGEST: usize = 64 << 20;
/// How many notes a page has.
const PAGE: usize = 50;
/// How many pages are looked through.
const MOST_PAGES: usize = 400;
const NAME: &str = concat!("openappstack-xtask/", env!("CARGO_PKG_VERSION"));

/// A merge request, and who speaks there.
#[derive(Debug)]
pub struct MergeRequest {
    http: reqwest::Client,
    api: Url,
    /// Where its notes are.
    notes: Url,
    token: SecretString,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The note is new.
    Posted,
    /// The note that was there says something else now.
    Updated,
    /// The note that was there says the same.
    Unchanged,
    /// There was no note, and none was wanted.
    Nothing,
}

#[derive(Debug, Deserialize)]
struct Note {
    id: u64,
    body: String,
    #[serde(default)]
    system: bool,
    author: Author,
}

#[derive(Debug, Deserialize)]
struct Author {
    id: u64,
}

impl MergeRequest {
    /// The merge request that a pipeline of GitLab is of; `variable` looks into the environment.
    pub fn of_pipeline(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let wanted = |name: &str, next: &str| {
            let value = variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
            value.ok_or_else(|| anyhow!("{name} is not set; {next}"))
        };
        let of_pipeline = "GitLab sets it in a pipeline of a merge request (rules: $CI_PIPELINE_SOURCE == \"merge_request_event\")";
        let api = wanted("CI_API_V4_URL", of_pipeline)?;
        let number = |name: &str| -> Result<u64> {
            wanted(name, of_pipeline)?.parse().with_context(|| format!("{name} is a number"))
        };
        let (project, request) = (number("CI_PROJECT_ID")?, number("CI_MERGE_REQUEST_IID")?);
        let token = SecretString::new(wanted(
            "GITLAB_TOKEN",
            "make a project access token with scope `api` and role Reporter, and give it to the pipeline as a masked variable",
        )?);
        let api =
            Url::parse(&format!("{}/", api.trim_end_matches('/'))).context("CI_API_V4_URL is an address")?;
        let is_safe = api.scheme() == "https" || (api.scheme() == "http" && is_loopback(&api));
        if !is_safe {
            bail!("CI_API_V4_URL does not begin with https://; a token is not sent in plain text");
        }
        let notes = api.join(&format!("projects/{project}/merge_requests/{request}/notes"))?;
        // Somebody else in this process may have chosen it already: the same one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = reqwest::Client::builder()
            .user_agent(NAME)
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("prepare for HTTPS")?;
        Ok(MergeRequest { http, api, notes, token })
    }

    /// Has the note that begins with the marker say this. `is_needed` says whether one is made where there is none.
    pub async fn say(&self, marker: &str, body: &str, is_needed: bool) -> Result<Done> {
        let note = self.own(marker).await?;
        let content = json!({"body": body});
        match note {
            Some(note) if note.body.trim_end() == body.trim_end() => Ok(Done::Unchanged),
            Some(note) => {
                let address = self.api.join(&format!("{}/{}", self.notes.path(), note.id))?;
                self.ask(Method::PUT, address, Some(content))
                    .await
                    .context("update the note on the merge request")?;
                Ok(Done::Updated)
            }
            None if !is_needed => Ok(Done::Nothing),
            None => {
                let posted = self.ask(Method::POST, self.notes.clone(), Some(content)).await;
                posted.context("post a note on the merge request")?;
                Ok(Done::Posted)
            }
        }
    }

    /// The note that this token's user wrote and that begins with the marker. What others wrote cannot be taken for it.
    async fn own(&self, marker: &str) -> Result<Option<Note>> {
        let (_, user) = self
            .ask(Method::GET, self.api.join("user")?, None)
            .await
            .context("ask whose token GITLAB_TOKEN is")?;
        let user: Author = serde_json::from_value(user).context("read whose token GITLAB_TOKEN is")?;
        let mut page = "1".to_owned();
        for _ in 0..MOST_PAGES {
            let mut address = self.notes.clone();
            let size = PAGE.to_string();
            address.query_pairs_mut().extend_pairs([
                ("order_by", "created_at"),
                ("sort", "asc"),
                ("per_page", &size),
                ("page", &page),
            ]);
            let (headers, notes) = self
                .ask(Method::GET, address, None)
                .await
                .context("look for the note on the merge request")?;
            let notes: Vec<Note> =
                serde_json::from_value(notes).context("read the notes of the merge request")?;
            let is_own = |note: &Note| {
                !note.system
                    && note.author.id == user.id
                    && note.body.lines().next().map(str::trim) == Some(marker)
            };
            if let Some(note) = notes.into_iter().find(is_own) {
                return Ok(Some(note));
            }
            match headers.get("x-next-page").and_then(|next| next.to_str().ok()) {
                Some(next) if !next.is_empty() && next.bytes().all(|byte| byte.is_ascii_digit()) => {
                    page = next.to_owned();
                }
                _ => break,
            }
        }
        Ok(None)
    }

    async fn ask(&self, method: Method, address: Url, body: Option<Value>) -> Result<(HeaderMap, Value)> {
        let token = HeaderValue::from_str(self.token.expose());
        // The error would quote the value.
        let mut token = token.map_err(|_| anyhow!("GITLAB_TOKEN has a character that no token has"))?;
        token.set_sensitive(true);
        let mut request = self.http.request(method, address).header("PRIVATE-TOKEN", token);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(more) = response.chunk().await? {
            bytes.extend_from_slice(&more);
            if bytes.len() > LARGEST {
                bail!("the answer has more than {LARGEST} bytes");
            }
        }
        if !status.is_success() {
            bail!("GitLab answered {status}; {}", next(status));
        }
        Ok((headers, serde_json::from_slice(&bytes).context("the answer is no JSON")?))
    }
}

/// What to do about an answer.
fn next(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => {
            "GITLAB_TOKEN is no valid token: make a new one with scope `api`, and see whether it has expired"
        }
        403 => "GITLAB_TOKEN may not do this: it needs the scope `api` and the role Reporter in the project",
        404 => {
            "the project or merge request is not there, or GITLAB_TOKEN does not see it: is it a token of this project?"
        }
        300..=399 => {
            "redirections are not followed with a token: is CI_API_V4_URL the address of the server itself?"
        }
        429 | 500..=599 => "run the job again later",
        _ => "the note is as it was",
    }
}

fn is_loopback(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let number = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || number.is_ok_and(|number| number.is_loopback())
}

#[cfg(test)]
mod tests;
