//! Differences between texts, in the form that `patch` and `git apply` take.

use similar::TextDiff;

/// The unified diff of a file of a repository; empty if nothing is different.
pub fn unified(file: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{file}"), &format!("b/{file}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn changed_lines_stand_among_three_others() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9";
        let expected = "--- a/x\n+++ b/x\n@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n";
        assert_eq!(unified("x", before, &before.replace("5\n", "")), expected);
        assert_eq!(unified("x", before, before), "");
    }
}
