//! The name somebody probably meant.

/// The candidate most like `name`, if one is like it at all.
///
/// Likeness is the Damerau–Levenshtein distance without regard to case; a third of the longer name may differ. Of two
/// equally near candidates the earlier wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let longer = name.chars().count().max(candidate.chars().count());
            *distance <= (longer / 3).max(1) && *distance < longer
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help text `did you mean …?`, or the list of what there is when nothing is near and the list is short.
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    if candidates.is_empty() || candidates.len() > 12 {
        return None;
    }
    let names: Vec<String> = candidates.iter().map(|c| format!("`{c}`")).collect();
    Some(format!("use one of {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_misspelt_name() {
        assert_eq!(nearest("domian", ["ip_address", "domain", "admin_email"]), Some("domain"));
        assert_eq!(nearest("Domain", ["domain"]), Some("domain"));
    }

    #[test]
    fn stays_silent_when_nothing_is_like_it() {
        assert_eq!(nearest("colour", ["domain", "ip_address"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }

    #[test]
    fn lists_what_there_is_when_nothing_is_near() {
        assert_eq!(suggestion("zzz", ["one", "two"]).unwrap(), "use one of `one`, `two`");
        assert_eq!(suggestion("tow", ["one", "two"]).unwrap(), "did you mean `two`?");
        assert_eq!(suggestion("zzz", []), None);
    }
}
