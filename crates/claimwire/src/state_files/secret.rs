//! What a setting may give as a secret of this server's: nothing, or something that is not guessed.
//!
//! It holds for the keys that open or seal something here. A mail server's, a proxy's or S3's password is that
//! system's to choose: of those only white space is taken off, and an empty one is none.

use anyhow::bail;

/// Fewest characters of a secret of ours; fewer may be guessed.
const SECRET_CHARS: usize = 24;

/// A text as a setting gives it: white space around it, such as a file's last newline, is no part of it, and an
/// empty one is none.
pub fn set(given: Option<&str>) -> Option<&str> {
    given.map(str::trim).filter(|text| !text.is_empty())
}

/// A secret of ours, if this setting gives one.
///
/// # Errors
/// When it is too short, or no request could bear it.
pub fn given<'a>(setting: &str, text: Option<&'a str>) -> anyhow::Result<Option<&'a str>> {
    let Some(secret) = set(text) else {
        return Ok(None);
    };
    let chars = secret.chars().count();
    if chars < SECRET_CHARS {
        bail!(
            "{setting} has {chars} characters and could be guessed: give it {SECRET_CHARS} or more; \
             `openssl rand -base64 32` makes some"
        );
    }
    if !secret.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        bail!("{setting} holds characters that no header can bear: use printable ASCII");
    }
    Ok(Some(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_none_or_long_enough() {
        for none in [None, Some(""), Some(" "), Some("\r\n"), Some("\t")] {
            assert_eq!(given("--key", none).unwrap(), None);
        }
        let long = "a".repeat(SECRET_CHARS);
        assert_eq!(
            given("--key", Some(&format!(" {long}\n"))).unwrap(),
            Some(&*long)
        );
        for refused in [&long[1..], "a", "ä".repeat(SECRET_CHARS).as_str()] {
            let said = given("--key", Some(refused)).unwrap_err().to_string();
            assert!(said.starts_with("--key"), "{said}");
            assert!(!said.contains(&format!("{refused} ")), "{said}");
        }
        // White space does not make up for it.
        assert!(given("--key", Some(&format!("a{}", " ".repeat(30)))).is_err());
    }
}
