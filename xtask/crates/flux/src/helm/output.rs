//! The text that `helm template` prints, taken apart.

/// One template's (or definition's) documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk<'t> {
    /// The file: `CHART/templates/NAME`, or below `charts/` of it.
    pub(super) file: &'t str,
    /// Its YAML.
    pub(super) text: &'t str,
}

const BEGIN: &str = "---\n# Source: ";

/// The chunks of an output. A line that only looks like a beginning, because a file holds the output of another `helm template`, is
/// none: each file begins with the name of the chart.
pub(super) fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let begins = |at: usize| (at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n')).then_some(at);
    let starts = text.match_indices(BEGIN).filter_map(|(at, _)| begins(at));
    let file = |at: usize| text[at + BEGIN.len()..].lines().next().unwrap_or_default();
    let mut found: Vec<usize> = Vec::new();
    let mut chart = None;
    for at in starts {
        let top = file(at).split('/').next().unwrap_or_default();
        if *chart.get_or_insert(top) == top {
            found.push(at);
        }
    }
    let ends = found.iter().copied().skip(1).chain([text.len()]);
    let chunk = |(&at, end): (&usize, usize)| {
        let file = file(at);
        let from = at + BEGIN.len() + file.len();
        Chunk { file, text: text.get(from..end).unwrap_or_default().trim_start_matches(['\r', '\n']) }
    };
    found.iter().zip(ends).map(chunk).collect()
}

impl Chunk<'_> {
    /// Is it a file of `crds/`, of the chart itself or of one in it? Those are no templates.
    pub(super) fn is_crd(&self) -> bool {
        let mut below = self.file.split('/').skip(1);
        loop {
            match below.next() {
                Some("charts") => drop(below.next()),
                Some("crds") => return true,
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_taken_apart_by_file() {
        let text = "---\n# Source: a/crds/x.yaml\nx: 1\n---\n# Source: elsewhere/y.yaml\ny: 1\n---\n# Source: \
                    a/charts/crds/templates/z.yaml\nz: 1\n---\n# Source: a/charts/b/crds/w.yaml\nw: 1\n";
        let chunks = chunks(text);
        let files: Vec<_> = chunks.iter().map(|chunk| (chunk.file, chunk.is_crd())).collect();
        let wanted = [
            ("a/crds/x.yaml", true),
            ("a/charts/crds/templates/z.yaml", false),
            ("a/charts/b/crds/w.yaml", true),
        ];
        assert_eq!(files, wanted);
        assert_eq!(chunks[0].text, "x: 1\n---\n# Source: elsewhere/y.yaml\ny: 1\n");
        assert_eq!(chunks[2].text, "w: 1\n");
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(chunks("\n").is_empty());
    }
}
