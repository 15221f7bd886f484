//! What others wrote, made safe to show in a helpdesk: it stays text there, whatever it holds.

use crate::words::shortened;

/// Stands between two characters that a helpdesk would take for the beginning of a placeholder. It joins
/// words and has no width (Unicode's WORD JOINER).
const JOINER: char = '\u{2060}';

/// The text without characters that steer a terminal or turn the direction of what follows, with line
/// ends as `\n`. Nothing in it begins a placeholder or a tag of Liquid (`{{`, `{%`, `{#`), which Zendesk
/// and others would fill in.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
            '\n' | '\t' => c,
            c if c.is_control() || is_steering(c) => continue,
            c => c,
        };
        if before == Some('{') && matches!(c, '{' | '%' | '#') {
            cleaned.push(JOINER);
        }
        cleaned.push(c);
        before = Some(c);
    }
    cleaned
}

/// The same on one line, with at most `chars` characters.
pub(crate) fn line(text: &str, chars: usize) -> String {
    let words = clean(text);
    let words: Vec<&str> = words.split_whitespace().collect();
    shortened(&words.join(" "), chars)
}

/// A tag: without blanks, commas and quotes, which end a tag in one helpdesk or another.
pub(crate) fn tag(text: &str, chars: usize) -> String {
    let replaced = |c: char| match c {
        c if c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '<' | '>' | '&') => '_',
        c => c,
    };
    clean(text.trim())
        .chars()
        .map(replaced)
        .take(chars)
        .collect()
}

/// For HTML, in text and in attributes.
pub(crate) fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>"),
            c => html.push(c),
        }
    }
}

/// Overrides, embeddings and isolates of direction, which can make a text look like another; the byte
/// order mark; language tags; what is no character.
fn is_steering(c: char) -> bool {
    matches!(c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0001}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether it is an address that every helpdesk takes: ASCII, one `@`, a name with a dot after it.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let dots = |text: &str| text.starts_with('.') || text.ends_with('.') || text.contains("..");
    (1..=64).contains(&local.len())
        && text.len() <= 254
        && local.chars().all(is_local)
        && !dots(local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Whether it is a URL that may become a link.
pub(crate) fn is_link(url: &str) -> bool {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    let is_none_of_one =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '`');
    scheme && url.len() <= 2048 && !url.contains(is_none_of_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(clean("a\r\nb\rc\u{2028}d"), "a\nb\nc\nd");
        assert_eq!(clean("\u{0}\u{1b}[31mred\u{7f}"), "[31mred");
        assert_eq!(clean("gpj\u{202e}exe.\u{2066}x\u{2069}"), "gpjexe.x");
        assert_eq!(
            clean("مرحبا 👩‍👩‍👧 e\u{301}\u{200f}"),
            "مرحبا 👩‍👩‍👧 e\u{301}\u{200f}"
        );
    }

    #[test]
    fn no_placeholder_begins() {
        for begin in ["{{", "{%", "{#"] {
            for text in [
                begin.to_owned(),
                format!("{{{begin}"),
                begin.replacen('{', "{\u{0}", 1),
                begin.replacen('{', "{\u{202e}", 1),
                format!("a{begin}ticket.id}}}}"),
            ] {
                assert!(!clean(&text).contains(begin), "{text:?}");
                assert!(!line(&text, 100).contains(begin), "{text:?}");
                assert!(!tag(&text, 100).contains(begin), "{text:?}");
            }
        }
        assert_eq!(clean("{ {"), "{ {");
    }

    #[test]
    fn html_gets_no_markup_of_it() {
        let mut html = String::new();
        escape("<b title='x'>\"&amp;\"</b>\n", &mut html);
        assert_eq!(
            html,
            "&lt;b title=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/b&gt;<br>"
        );
    }

    #[test]
    fn a_line_has_no_breaks() {
        assert_eq!(line(" a \n\t b ", 10), "a b");
        assert_eq!(tag("very broken, really", 12), "very_broken_");
    }

    #[test]
    fn addresses_and_links_are_told_from_text() {
        for good in ["a@b.example", "Jo.O'Neil+x@mail.shop-1.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "a@b@c.example",
            "a b@c.example",
            "ä@b.example",
            "a@-b.example",
            ".a@b.example",
            "a@b..example",
            "a@b.example\n",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
        assert!(is_link("https://a.example/x?y=1"));
        for bad in [
            "javascript:alert(1)",
            "https://a b",
            "//a.example",
            "https://a\n",
            "https://a/\">",
        ] {
            assert!(!is_link(bad), "{bad:?}");
        }
    }
}
