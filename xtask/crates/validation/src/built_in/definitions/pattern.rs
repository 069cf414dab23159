//! Is a text a regular expression of Go?
//!
//! Behaviour: Go, `regexp/syntax/parse.go` with the flags of `regexp.Compile`.

/// How often something may be repeated, all repetitions around it together.
const MOST: u64 = 1000;

/// What is wrong with the expression, if it is none.
pub(super) fn fault(pattern: &str) -> Option<String> {
    let mut reader = Reader { rest: pattern };
    reader.whole().err()
}

struct Reader<'p> {
    rest: &'p str,
}

/// What was read last in a group: what it repeats at most, and whether it is a repetition itself.
#[derive(Clone, Copy)]
struct Last {
    times: u64,
    is_repetition: bool,
}

/// A group that is not closed yet: the most repetitions in it so far.
#[derive(Default, Clone, Copy)]
struct Group {
    times: u64,
    last: Option<Last>,
}

impl Group {
    fn put(&mut self, times: u64, is_repetition: bool) {
        self.times = self.times.max(times);
        self.last = Some(Last { times, is_repetition });
    }
}

type Found<T> = Result<T, String>;

impl<'p> Reader<'p> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let found = chars.next()?;
        self.rest = chars.as_str();
        Some(found)
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        if let Some(rest) = rest {
            self.rest = rest;
        }
        rest.is_some()
    }

    fn whole(&mut self) -> Found<()> {
        let mut groups = vec![Group::default()];
        while let Some(c) = self.rest.chars().next() {
            let Some(group) = groups.last_mut() else { return Err("unexpected )".to_owned()) };
            match c {
                '(' => {
                    self.next();
                    if self.rest.starts_with('?') {
                        if self.flags()? {
                            groups.push(Group::default());
                        } else if let Some(last) = &mut group.last {
                            last.is_repetition = false;
                        }
                    } else {
                        groups.push(Group::default());
                    }
                }
                ')' => {
                    self.next();
                    let inner = groups.pop().unwrap_or_default();
                    match groups.last_mut() {
                        Some(outer) => outer.put(inner.times.max(1), false),
                        None => return Err("unexpected )".to_owned()),
                    }
                }
                '|' => {
                    self.next();
                    group.last = None;
                }
                '*' | '+' | '?' => {
                    self.next();
                    repeat(group, None, &c.to_string())?;
                    self.takes("?");
                }
                '{' => match self.times() {
                    None => {
                        self.next();
                        group.put(1, false);
                    }
                    Some((least, most, after)) => {
                        let end = self.rest.len() - after.len();
                        let whole = &self.rest[..end];
                        let is_wrong = most.is_some_and(|most| least > most || most > MOST) || least > MOST;
                        if is_wrong {
                            return Err(format!("invalid repeat count {whole}"));
                        }
                        repeat(group, Some(most.unwrap_or(least)), whole)?;
                        self.rest = after;
                        self.takes("?");
                    }
                },
                '[' => {
                    self.class()?;
                    group.put(1, false);
                }
                '\\' => {
                    self.outside_escape()?;
                    group.put(1, false);
                }
                _ => {
                    self.next();
                    group.put(1, false);
                }
            }
        }
        if groups.len() == 1 { Ok(()) } else { Err("missing closing )".to_owned()) }
    }

    /// `?i`, `?i:`, `?P<name>` behind a parenthesis. Does a group begin?
    fn flags(&mut self) -> Found<bool> {
        let whole = self.rest;
        let named = whole.strip_prefix("?P<").or_else(|| whole.strip_prefix("?<"));
        if let Some(named) = named {
            let wrong = || "invalid named capture".to_owned();
            let (name, rest) = named.split_once('>').ok_or_else(wrong)?;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(wrong());
            }
            self.rest = rest;
            return Ok(true);
        }
        self.next();
        let (mut is_negated, mut has_flag) = (false, false);
        loop {
            match self.next() {
                Some('i' | 'm' | 's' | 'U') => has_flag = true,
                Some('-') if !is_negated => (is_negated, has_flag) = (true, false),
                Some(end @ (':' | ')')) if has_flag || !is_negated => return Ok(end == ':'),
                _ => return Err(format!("invalid or unsupported Perl syntax ({}", first(whole, 3))),
            }
        }
    }

    /// `{2}`, `{2,}` and `{2,3}`, and what stands behind it; none if the brace is only a brace.
    fn times(&self) -> Option<(u64, Option<u64>, &'p str)> {
        let (least, rest) = whole_number(self.rest.strip_prefix('{')?)?;
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((least, Some(least), rest));
        }
        let rest = rest.strip_prefix(',')?;
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((least, None, rest));
        }
        let (most, rest) = whole_number(rest)?;
        Some((least, Some(most), rest.strip_prefix('}')?))
    }

    fn class(&mut self) -> Found<()> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        self.next();
        self.takes("^");
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            if let Some((name, rest)) = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
                if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(format!("invalid character class range [:{name}:]"));
                }
                self.rest = rest;
                continue;
            }
            if self.rest.starts_with('\\') && self.set()? {
                continue;
            }
            let least = self.member()?;
            if self.rest.starts_with('-') && self.rest.len() >= 2 && !self.rest.starts_with("-]") {
                self.next();
                let most = self.member()?;
                if most < least {
                    return Err(format!("invalid character class range {least}-{most}"));
                }
            }
        }
        self.next();
        Ok(())
    }

    fn member(&mut self) -> Found<char> {
        if self.rest.starts_with('\\') {
            return self.escape();
        }
        self.next().ok_or_else(|| "missing closing ]".to_owned())
    }

    /// `\d`, `\p{Greek}` and their like; nothing is read if it is another escape.
    fn set(&mut self) -> Found<bool> {
        let mut chars = self.rest.chars();
        chars.next();
        match chars.next() {
            Some('d' | 'D' | 's' | 'S' | 'w' | 'W') => {
                self.rest = chars.as_str();
                Ok(true)
            }
            Some('p' | 'P') => {
                let rest = chars.as_str();
                let (name, rest) = match rest.strip_prefix('{') {
                    Some(braced) => {
                        let end = braced.split_once('}');
                        end.ok_or_else(|| "invalid character class range".to_owned())?
                    }
                    None => rest.split_at(rest.chars().next().map_or(0, char::len_utf8)),
                };
                let name = name.strip_prefix('^').unwrap_or(name);
                // Which alphabets there are is known to the crate that matches patterns.
                if name != "Any" && regex::Regex::new(&format!("\\p{{{name}}}")).is_err() {
                    return Err(format!("invalid character class range \\p{{{name}}}"));
                }
                self.rest = rest;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn outside_escape(&mut self) -> Found<()> {
        for simple in ["\\A", "\\b", "\\B", "\\z"] {
            if self.takes(simple) {
                return Ok(());
            }
        }
        if let Some(rest) = self.rest.strip_prefix("\\Q") {
            self.rest = rest.split_once("\\E").map_or("", |(_, rest)| rest);
            return Ok(());
        }
        if !self.set()? {
            self.escape()?;
        }
        Ok(())
    }

    /// One character that is written with a backslash.
    fn escape(&mut self) -> Found<char> {
        let whole = self.rest;
        let wrong = || format!("invalid escape sequence {}", first(whole, 2));
        self.next();
        let c = self.next().ok_or_else(|| "trailing backslash at end of expression".to_owned())?;
        let is_octal = |text: &str| text.starts_with(|c: char| ('0'..='7').contains(&c));
        match c {
            '0'..='7' => {
                if c != '0' && !is_octal(self.rest) {
                    return Err(wrong());
                }
                let mut code = u32::from(c) - u32::from('0');
                for _ in 0..2 {
                    if is_octal(self.rest) {
                        code = code * 8 + self.next().map_or(0, |c| u32::from(c) - u32::from('0'));
                    }
                }
                char::from_u32(code).ok_or_else(wrong)
            }
            'x' => {
                let (digits, rest) = match self.rest.strip_prefix('{') {
                    Some(braced) => braced.split_once('}').ok_or_else(wrong)?,
                    None => self.rest.split_at_checked(2).ok_or_else(wrong)?,
                };
                self.rest = rest;
                let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
                let code =
                    u32::from_str_radix(digits, 16).ok().filter(|code| is_number && *code <= 0x10_ffff);
                code.map(|code| char::from_u32(code).unwrap_or('\u{fffd}')).ok_or_else(wrong)
            }
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(wrong()),
        }
    }
}

/// A repetition of what was read last; `times` is none for `*`, `+` and `?`, of which there may be any number.
fn repeat(group: &mut Group, times: Option<u64>, written: &str) -> Found<()> {
    let Some(last) = group.last else {
        return Err(format!("missing argument to repetition operator {written}"));
    };
    if last.is_repetition {
        return Err(format!("invalid nested repetition operator {written}"));
    }
    let all = last.times.max(1) * times.unwrap_or(1).max(1);
    if times.is_some_and(|times| times >= 2) && all > MOST {
        return Err(format!("invalid repeat count {written}"));
    }
    group.put(all, true);
    Ok(())
}

fn whole_number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(u64::MAX), rest))
}

fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_is_an_expression() {
        for pattern in [
            "",
            "^[a-z]([-a-z0-9]*[a-z0-9])?$",
            r"^\d+(\.\d+)?%$",
            r"[[:alpha:]_]+",
            r"a{2,}b{,3}{",
            "(?i)a|b",
            "(?P<n>a)(?<m>b)(?:c)",
            r"\p{Greek}\pL\x41\x{10FFFF}\012",
            r"\Qa(b\E+",
            "a*?b+?c??",
            "^*",
            "[]a]",
            r"[\d-z]",
            "(a{10}){100}",
            "(|a)*",
            r"\_\/",
            "[^]]",
            "[a-]",
            "(?i)*".trim_end_matches('*'),
        ] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_go_does_not_read_is_none() {
        for pattern in [
            "(",
            ")",
            "a)",
            "[a",
            "[z-a]",
            "a**",
            "*a",
            "(*)",
            "a|*",
            r"\",
            r"\y",
            r"\1",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            r"\C",
            "a{2}{3}",
            "a{1001}",
            "a{3,2}",
            "(a{100}){100}",
            "[[:word1:]]",
            r"\p{Nobody}",
            "(?P<n-m>a)",
            "(?x)a",
            r"\xg1",
            "(?i-)a",
        ] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
    }
}
