//! How a URL must be written, before it is parsed. The parser repairs what browsers repair: it drops tabs and line
//! breaks, takes backslashes for slashes and decodes hosts. Then what is kept and shown is not what is sent to, and
//! two readers of one URL can disagree on its host.

/// Nothing that is dropped, repaired or not seen, and no host in disguise.
///
/// # Errors
/// What to change. Nothing of the URL is in it.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(
            "the URL has white space or a control character: remove it, or percent-encode it in the path or query",
        );
    }
    if text.chars().any(is_invisible) {
        return Err("the URL has a character that is not visible: remove it");
    }
    if text.contains('\\') {
        return Err("the URL has a backslash: use `/`, or percent-encode it in the path or query");
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return Ok(());
    };
    if !["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Ok(());
    }
    let Some(rest) = rest
        .strip_prefix("//")
        .filter(|rest| !rest.starts_with('/'))
    else {
        return Err("the host does not follow `//`: use https://host/path");
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "a user name or password in the URL is not allowed, not even an empty one: send it as a static header",
        );
    }
    if authority.contains('%') {
        return Err("the host is percent-encoded: write it out");
    }
    Ok(())
}

/// Characters that take no place in a line, or change its direction: they come along when text is copied.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_would_repair_is_refused_wherever_it_is() {
        let mut bad: Vec<char> = (0..=0x20)
            .chain(0x7f..=0xa0)
            .filter_map(char::from_u32)
            .collect();
        bad.extend(
            "\\\u{1680}\u{2003}\u{2028}\u{2029}\u{3000}\u{200b}\u{200e}\u{202e}\u{feff}\u{ad}"
                .chars(),
        );
        let whole = "https://a.example:8443/b/c?d=e&f#g";
        for c in bad {
            for at in 0..=whole.len() {
                let (before, after) = whole.split_at(at);
                assert!(
                    check(&format!("{before}{c}{after}")).is_err(),
                    "{c:?} at {at}"
                );
            }
        }
        assert_eq!(check(whole), Ok(()));
    }

    #[test]
    fn the_host_stands_in_the_clear() {
        for (url, says) in [
            ("https:a.example/", "does not follow"),
            ("https:/a.example/", "does not follow"),
            ("https:///a.example/", "does not follow"),
            ("https:", "does not follow"),
            ("HTTP:a.example", "does not follow"),
            ("https://@a.example/", "user name"),
            ("https://:@a.example/", "user name"),
            ("https://u@a.example/", "user name"),
            ("https://u:p@a.example", "user name"),
            ("https://a.example@b.example?x", "user name"),
            ("https://%61.example/", "percent-encoded"),
            ("https://a%2eexample", "percent-encoded"),
            ("https://a.example%00/", "percent-encoded"),
            ("https://a.example:4%343/", "percent-encoded"),
        ] {
            let said = check(url).expect_err(url);
            assert!(said.contains(says), "{url}: {said}");
        }
        for url in [
            "https://a.example",
            "https://a.example/@b",
            "https://a.example?u@b",
            "https://a.example#u@b",
            "https://a.example/%20%5C%0a?%00",
            "https://a.example//b",
            "https://bücher.example/straße",
            // Not for here to judge.
            "",
            "a.example",
            "ftp:a@b",
            "mailto:a@b.example",
        ] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }
}
