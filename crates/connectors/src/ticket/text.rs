//! A text in blocks, which becomes HTML or plain text as a helpdesk takes it, no longer than that takes.

use super::clean::{clean, escape, is_link};

/// One block of a text. What it holds is shown as it is: it is never markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// A line that names what follows.
    Heading(String),
    /// Lines of prose.
    Paragraph(String),
    /// In somebody's own words.
    Quote(String),
    /// Names and values.
    Fields(Vec<(String, String)>),
    /// One line each.
    List(Vec<String>),
}

/// Blocks in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text(Vec<Block>);

/// The form that a helpdesk takes texts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// HTML with paragraphs, lists, emphasis and links.
    Html,
    /// Lines.
    Plain,
}

/// Says that something was left out, where it was.
const SHORTENED: &str = "This text was longer than the helpdesk takes: parts of it are left out.";

impl Text {
    pub(crate) fn heading(&mut self, text: &str) {
        self.0.push(Block::Heading(text.to_owned()));
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        self.push(text, Block::Paragraph);
    }

    pub(crate) fn quote(&mut self, text: &str) {
        self.push(text, Block::Quote);
    }

    pub(crate) fn fields(&mut self, fields: Vec<(String, String)>) {
        let cleaned = |(name, value): (String, String)| (clean(&name), clean(&value));
        let fields: Vec<_> = fields.into_iter().map(cleaned).collect();
        if !fields.is_empty() {
            self.0.push(Block::Fields(fields));
        }
    }

    /// Nothing where there are no lines.
    pub(crate) fn list(&mut self, heading: &str, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.heading(heading);
        let lines = lines.iter().map(|line| clean(line)).collect();
        self.0.push(Block::List(lines));
    }

    fn push(&mut self, text: &str, block: fn(String) -> Block) {
        let text = clean(text).trim().to_owned();
        if !text.is_empty() {
            self.0.push(block(text));
        }
    }

    /// In this form, in at most so many bytes. What is too long loses the end of its longest parts, and
    /// says so.
    pub(crate) fn render(&self, form: Form, bytes: usize) -> String {
        let mut text = self.clone();
        let mut rendered = text.whole(form);
        if rendered.len() <= bytes {
            return rendered;
        }
        text.paragraph(SHORTENED);
        while rendered.len() > bytes && text.shorten() {
            rendered = text.whole(form);
        }
        rendered
    }

    /// Takes a part of the largest block away; false where none can be shortened.
    fn shorten(&mut self) -> bool {
        let largest = self.0.iter_mut().max_by_key(|block| block.size());
        largest.is_some_and(Block::shorten)
    }

    fn whole(&self, form: Form) -> String {
        let mut out = String::new();
        for block in &self.0 {
            match form {
                Form::Html => block.html(&mut out),
                Form::Plain => block.plain(&mut out),
            }
        }
        out.truncate(out.trim_end().len());
        out
    }
}

impl Block {
    fn size(&self) -> usize {
        match self {
            Self::Heading(_) => 0,
            Self::Paragraph(text) | Self::Quote(text) => text.len(),
            Self::Fields(fields) => fields.iter().map(|(n, v)| n.len() + v.len() + 20).sum(),
            Self::List(lines) => lines.iter().map(|line| line.len() + 20).sum(),
        }
    }

    fn shorten(&mut self) -> bool {
        match self {
            Self::Heading(_) => false,
            Self::Paragraph(text) | Self::Quote(text) => shorten(text),
            Self::Fields(fields) => fields
                .iter_mut()
                .max_by_key(|(_, value)| value.len())
                .is_some_and(|(_, value)| shorten(value)),
            Self::List(lines) if lines.len() > 1 => {
                lines.truncate(lines.len().div_ceil(2));
                true
            }
            Self::List(lines) => lines.first_mut().is_some_and(shorten),
        }
    }

    fn html(&self, out: &mut String) {
        match self {
            Self::Heading(text) => {
                out.push_str("<p><strong>");
                escape(text, out);
                out.push_str("</strong></p>\n");
            }
            Self::Paragraph(text) => {
                out.push_str("<p>");
                linked(text, out);
                out.push_str("</p>\n");
            }
            Self::Quote(text) => {
                out.push_str("<blockquote>");
                escape(text, out);
                out.push_str("</blockquote>\n");
            }
            Self::Fields(fields) => {
                out.push_str("<p>");
                for (i, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if i == 0 { "<strong>" } else { "<br><strong>" });
                    escape(name, out);
                    out.push_str(":</strong> ");
                    linked(value, out);
                }
                out.push_str("</p>\n");
            }
            Self::List(lines) => {
                out.push_str("<ul>");
                for line in lines {
                    out.push_str("<li>");
                    linked(line, out);
                    out.push_str("</li>");
                }
                out.push_str("</ul>\n");
            }
        }
    }

    fn plain(&self, out: &mut String) {
        match self {
            Self::Heading(text) => {
                out.push_str(text);
                out.push_str(":\n");
                return;
            }
            Self::Paragraph(text) => out.push_str(text),
            Self::Quote(text) => {
                for line in text.lines() {
                    out.push_str("> ");
                    out.push_str(line);
                    out.push('\n');
                }
                out.push('\n');
                return;
            }
            Self::Fields(fields) => {
                for (name, value) in fields {
                    out.push_str(&format!("{name}: {value}\n"));
                }
                out.push('\n');
                return;
            }
            Self::List(lines) => {
                for line in lines {
                    out.push_str(&format!("- {line}\n"));
                }
                out.push('\n');
                return;
            }
        }
        out.push_str("\n\n");
    }
}

/// Half of it; false where there is nothing left to take.
fn shorten(text: &mut String) -> bool {
    let chars = text.chars().count();
    if chars <= 1 {
        return false;
    }
    *text = crate::words::shortened(text, chars / 2);
    true
}

/// Escaped, with words that are URLs as links.
fn linked(text: &str, out: &mut String) {
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push_str("<br>");
        }
        for (i, word) in line.split(' ').enumerate() {
            if i > 0 {
                out.push(' ');
            }
            if is_link(word) {
                out.push_str("<a href=\"");
                escape(word, out);
                out.push_str("\">");
                escape(word, out);
                out.push_str("</a>");
            } else {
                escape(word, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Text {
        let mut text = Text::default();
        text.fields(vec![("Order".to_owned(), "<1001>".to_owned())]);
        text.heading("Description");
        text.quote("It \"broke\"\n<script>alert(1)</script> {{ticket.id}}");
        text.list(
            "Photos",
            vec!["https://a.example/?a=1&b=2 (gone)".to_owned()],
        );
        text.list("Nothing", Vec::new());
        text
    }

    #[test]
    fn it_becomes_html_in_which_nothing_is_markup_but_ours() {
        assert_eq!(
            text().render(Form::Html, 10_000),
            "<p><strong>Order:</strong> &lt;1001&gt;</p>\n<p><strong>Description</strong></p>\n\
             <blockquote>It &quot;broke&quot;<br>&lt;script&gt;alert(1)&lt;/script&gt; \
             {\u{2060}{ticket.id}}</blockquote>\n<p><strong>Photos</strong></p>\n\
             <ul><li><a href=\"https://a.example/?a=1&amp;b=2\">https://a.example/?a=1&amp;b=2</a> (gone)</li></ul>"
        );
    }

    #[test]
    fn it_becomes_lines() {
        assert_eq!(
            text().render(Form::Plain, 10_000),
            "Order: <1001>\n\nDescription:\n> It \"broke\"\n> <script>alert(1)</script> \
             {\u{2060}{ticket.id}}\n\nPhotos:\n- https://a.example/?a=1&b=2 (gone)"
        );
    }

    #[test]
    fn what_is_too_long_is_shortened_and_says_so() {
        for form in [Form::Html, Form::Plain] {
            let mut text = text();
            text.quote(&"<é&>".repeat(20_000));
            text.list("Items", vec!["\"item\"".to_owned(); 5_000]);
            let rendered = text.render(form, 60_000);
            assert!(rendered.len() <= 60_000, "{}", rendered.len());
            assert!(rendered.len() > 10_000, "no more goes than must");
            assert!(rendered.contains("parts of it are left out"));
            assert!(rendered.contains("1001"), "what is short stays");
        }
    }
}
