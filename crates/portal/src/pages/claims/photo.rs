//! Where a photo is shown from. Ours are, by their path, so that the page needs nothing from elsewhere; others are
//! links, if they are addresses at all.

/// A photo of a claim.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Photo {
    /// Served by us, under this path.
    Ours(String),
    /// Kept elsewhere.
    Elsewhere(String),
    /// No address: shown as text.
    Text(String),
}

/// Of a claim's `image_urls`.
pub(crate) fn photo(url: &str, public_url: &str) -> Photo {
    let ours = url.strip_prefix(public_url);
    if let Some(path) = ours.filter(|path| path.starts_with("/images/")) {
        return Photo::Ours(path.to_owned());
    }
    let parsed = url::Url::parse(url);
    match parsed {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => {
            Photo::Elsewhere(url.to_owned())
        }
        _ => Photo::Text(url.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_are_links() {
        let of = |url| photo(url, "https://c.example");
        assert_eq!(
            of("https://c.example/images/a.png"),
            Photo::Ours("/images/a.png".to_owned())
        );
        for elsewhere in ["https://c.example.evil/images/a.png", "http://x.test/a"] {
            assert_eq!(of(elsewhere), Photo::Elsewhere(elsewhere.to_owned()));
        }
        for text in ["javascript:alert(1)", "data:text/html,x", "nothing"] {
            assert_eq!(of(text), Photo::Text(text.to_owned()));
        }
    }
}
