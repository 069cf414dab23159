//! Names that end with kustomize's hash of the content.

/// What is left of the hexadecimal digits when kustomize has made them harmless (`encode` in `api/hasher`).
const LETTERS: &str = "ghk2mt456789bcdf";
const LENGTH: usize = 10;

/// The name without the hash; none if it ends with none.
pub(super) fn base<'n>(kind: &str, name: &'n str) -> Option<&'n str> {
    if !matches!(kind, "ConfigMap" | "Secret") {
        return None;
    }
    let (base, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == LENGTH && hash.chars().all(|c| LETTERS.contains(c));
    is_hash.then_some(base).filter(|base| !base.is_empty())
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn a_hash_is_ten_of_its_letters_behind_a_dash() {
        assert_eq!(base("ConfigMap", "web-5m9b6tt8ck"), Some("web"));
        assert_eq!(base("ConfigMap", "web-5m9b6tt8c"), None);
        assert_eq!(base("ConfigMap", "web-production"), None);
        assert_eq!(base("Deployment", "web-5m9b6tt8ck"), None);
    }
}
