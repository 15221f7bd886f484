//! `--public-url`: what image URLs and links begin with.

use url::Url;

/// The setting's text, without a slash at its end.
///
/// # Errors
/// Why nothing can be found under it.
pub fn parse(text: &str) -> Result<String, String> {
    let text = text.trim();
    let url = Url::parse(text)
        .map_err(|why| format!("it is no URL ({why}): write it as in `https://claims.example`"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("it must begin with `https://` or `http://` and a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("everyone who gets a link would read the name and password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("paths are put behind it: leave out `?` and `#` and what follows".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_of_urls_is_a_url_with_nothing_behind_its_path() {
        for (text, kept) in [
            ("https://claims.example", "https://claims.example"),
            (
                "https://claims.example/wire/ ",
                "https://claims.example/wire",
            ),
            ("http://10.0.0.1:8480/", "http://10.0.0.1:8480"),
        ] {
            assert_eq!(parse(text).unwrap(), kept);
        }
        for refused in [
            "",
            "claims.example",
            "claims.example:8480",
            "ftp://claims.example",
            "https://",
            "https://u:p@claims.example",
            "https://claims.example/?a=b",
            "https://claims.example/#a",
            "/images",
        ] {
            assert!(parse(refused).is_err(), "{refused}");
        }
    }
}
