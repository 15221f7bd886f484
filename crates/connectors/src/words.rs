//! Texts of bounded length.

/// The first so many characters.
pub(crate) fn first(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

/// At most so many characters, the last of them an ellipsis where some are left out: for people to read.
pub(crate) fn shortened(text: &str, chars: usize) -> String {
    if text.chars().nth(chars).is_none() {
        return text.to_owned();
    }
    format!("{}…", first(text, chars.saturating_sub(1)).trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipsis_counts_as_a_character() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
        assert_eq!(shortened("ä  ß!", 4), "ä…");
        assert_eq!(first("äöüß", 3), "äöü");
    }
}
