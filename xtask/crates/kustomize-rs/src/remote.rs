//! Which paths kustomize takes for remote ones: files by HTTP (`api/internal/loader/fileloader.go`) and git repositories
//! (`api/internal/git/repospec.go`). Nothing is fetched here; they are refused where the original would go to the network.

/// Is it a file that is fetched by HTTP?
pub(crate) fn is_file(path: &str) -> bool {
    let Some((scheme, rest)) = path.split_once(':') else { return false };
    if !["http", "https"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) {
        return false;
    }
    // What Go's url.Parse refuses is a path like any other.
    if path.bytes().any(|b| b < b' ' || b == 0x7f) {
        return false;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let Some(rest) = rest.strip_prefix("//") else { return is_escaped(fragment) };
    let rest = rest.split('?').next().unwrap_or_default();
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.rsplit_once(']').map(|(_, port)| port),
        None => Some(host.find(':').map_or("", |colon| &host[colon..])),
    };
    let has_port = port.is_some_and(|p| {
        p.is_empty() || p.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()))
    });
    let is_host = !host.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}', '%']);
    has_port && is_host && is_escaped(path) && is_escaped(fragment)
}

/// Does every `%` begin an escape?
fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|part| {
        let mut digits = part.bytes();
        [digits.next(), digits.next()].iter().all(|b| b.is_some_and(|b| b.is_ascii_hexdigit()))
    })
}

/// Is it a repository that is cloned?
pub(crate) fn is_repository(path: &str) -> bool {
    if path.starts_with('/') {
        return false;
    }
    let path = path.split('?').next().unwrap_or_default();
    let path = without(path, "git::").unwrap_or(path);
    let schemes = ["ssh://", "https://", "http://", "file://"];
    let scheme = schemes.into_iter().find_map(|s| without(path, s).map(|rest| (s, rest)));
    let (scheme, rest) = scheme.unwrap_or(("", path));
    if scheme == "file://" {
        return has_repository(rest, None);
    }
    let (has_user, rest) = after_user(rest).map_or((false, rest), |rest| (true, rest));
    let is_github = ["github.com/", "github.com:"].iter().any(|host| without(rest, host).is_some());
    let takes_colon = scheme.is_empty() && (has_user || is_github);
    if scheme.is_empty() && !takes_colon {
        return false;
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|_| takes_colon);
    let end = match (slash, colon) {
        (None, colon) => colon,
        (Some(slash), Some(colon)) if colon > 0 && colon < slash => Some(colon),
        (slash, _) => slash,
    };
    let (host, rest) = end.map_or((rest, ""), |end| (&rest[..=end], &rest[end + 1..]));
    (is_github || !host.is_empty()) && has_repository(rest, Some(2))
}

fn without<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (front, rest) = text.split_at_checked(prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// What follows a user name, `[a-zA-Z][a-zA-Z0-9-]*@`.
fn after_user(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('@')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_name.then_some(rest)
}

/// Can the path be cut into that of a repository and one inside it?
fn has_repository(path: &str, segments: Option<usize>) -> bool {
    let cut = if let Some((front, rest)) = path.split_once("_git/") {
        let (name, inside) = rest.split_once('/').unwrap_or((rest, ""));
        Some((front.len() + "_git/".len() + name.len(), inside))
    } else if let Some((front, inside)) = path.split_once("//") {
        Some((front.len(), inside))
    } else if let Some((front, inside)) = path.split_once(".git") {
        Some((front.len() + ".git".len(), inside))
    } else {
        match segments {
            None => Some((path.len(), "")),
            Some(count) => {
                let parts: Vec<&str> = path.split('/').collect();
                let front: usize = parts.iter().take(count).map(|p| p.len() + 1).sum();
                let inside = path.get(front..).unwrap_or_default();
                (parts.len() >= count).then_some((front.saturating_sub(1), inside))
            }
        }
    };
    cut.is_some_and(|(length, inside)| length > 0 && !leaves(inside.strip_prefix('/').unwrap_or(inside)))
}

/// Does a path begin with `..` once it is cleaned?
fn leaves(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in path.split('/').filter(|_| !path.starts_with('/')) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{is_file, is_repository};

    #[test]
    fn repositories_are_known_by_scheme_user_or_host() {
        for path in [
            "github.com/org/repo",
            "GitHub.com/org/repo?ref=v1",
            "github.com:org/repo",
            "git@gitlab.com:org/repo.git/app",
            "git::https://example.com/org/repo",
            "https://example.com/org/repo//app",
            "ssh://git@example.com/repo.git",
            "file:///repo",
            "https://dev.example.com/org/project/_git/repo/app",
        ] {
            assert!(is_repository(path), "{path}");
        }
    }

    #[test]
    fn other_paths_are_local() {
        for path in [
            "../base",
            "gitlab.com/org/repo",
            "bitbucket.org/org/repo?ref=v1",
            "github.com/org",
            "base?ref=v1",
            "https://example.com/org",
            "git@example.com",
            "/abs/github.com/org/repo",
            "github.com/org/repo/../../..",
            "s3://bucket/key/x",
            "app.git/x",
        ] {
            assert!(!is_repository(path), "{path}");
        }
    }

    #[test]
    fn files_are_remote_by_http_alone() {
        for path in ["http://example.com/a.yaml", "HTTPS://h:80/a", "http:a", "https://[::1]:80/a?%zz"] {
            assert!(is_file(path), "{path}");
        }
        for path in
            ["a.yaml", "ftp://h/a", "http/a", "http://h/%zz", "http://a b/c", "http://h:x/c", "s3://b/c"]
        {
            assert!(!is_file(path), "{path}");
        }
    }
}
