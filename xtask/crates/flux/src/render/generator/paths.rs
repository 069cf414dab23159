//! Paths as texts, as Go's `path/filepath` treats them on Linux: they may still lead anywhere.

/// `filepath.Clean`
pub(super) fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => drop(segments.pop()),
            ".." if is_rooted => {}
            name => segments.push(name),
        }
    }
    match (is_rooted, segments.is_empty()) {
        (true, _) => format!("/{}", segments.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => segments.join("/"),
    }
}

/// `filepath.Join` of two
pub(super) fn join(first: &str, second: &str) -> String {
    match (first, second) {
        ("", "") => String::new(),
        ("", only) | (only, "") => clean(only),
        _ => clean(&format!("{first}/{second}")),
    }
}

/// `filepath.Base` of a cleaned path
pub(super) fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `filepath.Dir`
pub(super) fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(folder, _)| clean(&format!("{folder}/")))
}

/// `filepath.Rel` of two cleaned relative paths, if the path is the base or below it
pub(super) fn below<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    if base == "." {
        return Some(path);
    }
    match path.strip_prefix(base)? {
        "" => Some("."),
        rest => rest.strip_prefix('/'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_in_go() {
        let cases = [
            ("", "."),
            ("./a//b/", "a/b"),
            ("a/../../b", "../b"),
            ("/../a", "/a"),
            ("../../a", "../../a"),
            ("a/..", "."),
        ];
        for (path, wanted) in cases {
            assert_eq!(clean(path), wanted, "{path}");
        }
        assert_eq!([join("", ""), join("a/", "../.."), join("", "b/")], ["", "..", "b"]);
        assert_eq!([folder("a"), folder("a/b/"), folder("/a")], [".", "a/b", "/"]);
        assert_eq!([below("a", "a/b"), below("a", "a"), below("a", "ab/c")], [Some("b"), Some("."), None]);
    }
}
