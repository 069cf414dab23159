//! `.helmignore`, by Helm's rules (which are not Git's).

/// The rules of one file, and Helm's own: hidden files in `templates/` are never part of a chart.
#[derive(Debug)]
pub(super) struct HelmIgnore {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: String,
    negated: bool,
    only_folders: bool,
    whole_path: bool,
}

impl HelmIgnore {
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { rules: lines.chain(["templates/.?*"]).map(Rule::parse).collect() }
    }

    /// Whether the file or folder at `path` (below the chart, without a leading slash) is left out.
    ///
    /// A negated rule leaves out everything that it does not match: that is what Helm does.
    pub(super) fn leave_out(&self, path: &str, is_folder: bool) -> bool {
        self.rules.iter().any(|rule| match (rule.negated, rule.only_folders && !is_folder) {
            (true, wrong_type) => wrong_type || !rule.matches(path),
            (false, wrong_type) => !wrong_type && rule.matches(path),
        })
    }
}

impl Rule {
    fn parse(line: &str) -> Self {
        let (negated, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (only_folders, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let pattern = line.strip_prefix('/').unwrap_or(line).to_owned();
        Self { pattern, negated, only_folders, whole_path: line.contains('/') }
    }

    fn matches(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        glob(self.pattern.as_bytes(), if self.whole_path { path.as_bytes() } else { name.as_bytes() })
    }
}

/// Go's `path.Match`: `*` and `?` stop at a slash, `[a-c]` and `[^a]` are classes, a backslash quotes.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            glob(rest, text) || matches!(text, [first, after @ ..] if *first != b'/' && glob(pattern, after))
        }
        ([b'?', rest @ ..], [first, after @ ..]) => *first != b'/' && glob(rest, after),
        ([b'[', rest @ ..], [first, after @ ..]) => {
            let Some(end) = rest.iter().skip(1).position(|byte| *byte == b']') else { return false };
            in_class(&rest[..=end], *first) && glob(&rest[end + 2..], after)
        }
        ([b'\\', quoted, rest @ ..], [first, after @ ..]) => quoted == first && glob(rest, after),
        ([literal, rest @ ..], [first, after @ ..]) => literal == first && glob(rest, after),
        _ => false,
    }
}

fn in_class(class: &[u8], byte: u8) -> bool {
    let (negated, mut class) = match class {
        [b'^', rest @ ..] => (true, rest),
        _ => (false, class),
    };
    let mut found = false;
    while let [low, rest @ ..] = class {
        let (high, rest) = if let [b'-', high, rest @ ..] = rest { (high, rest) } else { (low, rest) };
        found |= (*low..=*high).contains(&byte);
        class = rest;
    }
    found != negated && byte != b'/'
}

#[cfg(test)]
mod tests {
    use super::HelmIgnore;

    #[test]
    fn rules_mean_what_they_mean_to_helm() {
        let rules = HelmIgnore::parse("# comment\n.git/\n*.swp\n/ci\ndocs/*.md\n[a-c]?.txt\n\n");
        for (path, is_folder, left_out) in [
            (".git", true, true),
            (".git", false, false),
            ("deep/x.swp", false, true),
            ("ci", true, true),
            ("deep/ci", true, false),
            ("docs/a.md", false, true),
            ("docs/deep/a.md", false, false),
            ("b1.txt", false, true),
            ("d1.txt", false, false),
            ("templates/.hidden", false, true),
            ("templates/shown.yaml", false, false),
            (".helmignore", false, false),
        ] {
            assert_eq!(rules.leave_out(path, is_folder), left_out, "{path}");
        }
        let only = HelmIgnore::parse("!*.yaml");
        assert!(only.leave_out("a.txt", false) && !only.leave_out("a.yaml", false));
    }
}
