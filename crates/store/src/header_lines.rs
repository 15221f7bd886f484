//! Headers as stores with rows have them: one text, a line each.

/// Headers as one text. A line break in a value becomes a space.
#[must_use]
pub fn lines(headers: &[(String, String)]) -> String {
    let mut text = String::with_capacity(headers.iter().map(|(n, v)| n.len() + v.len() + 2).sum());
    for (name, value) in headers {
        text.push_str(name);
        text.push(':');
        if value.contains('\n') {
            text.push_str(&value.replace('\n', " "));
        } else {
            text.push_str(value);
        }
        text.push('\n');
    }
    text
}

/// The other way round.
#[must_use]
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_survive() {
        let headers = vec![
            (
                "date".to_owned(),
                "Thu, 29 Jan 2026 14:48:47 GMT".to_owned(),
            ),
            ("empty".to_owned(), String::new()),
        ];
        assert_eq!(pairs(&lines(&headers)), headers);
    }
}
