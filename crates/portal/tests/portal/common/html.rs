//! The forms of a page, as a browser finds them in its HTML: enough of it for pages that are ours.

use super::Page;

/// A form.
#[derive(Debug)]
pub struct SeenForm {
    /// `get` or `post`.
    pub method: String,
    /// Where it is sent; empty: to the page that it is on.
    pub action: String,
    pub fields: Vec<Field>,
}

/// One of its fields.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    /// Of an input its type, else the element.
    pub kind: String,
    pub value: String,
    /// A box that is not ticked sends nothing.
    pub is_ticked: bool,
}

impl Field {
    /// Whether people type into it.
    pub fn is_text(&self) -> bool {
        !["hidden", "checkbox", "radio", "select", "file", "submit"].contains(&&*self.kind)
    }

    /// Whether it is sent with the form.
    pub fn is_sent(&self) -> bool {
        self.is_ticked || !["checkbox", "radio"].contains(&&*self.kind)
    }
}

impl Page {
    pub fn forms(&self) -> Vec<SeenForm> {
        let forms = self.body.split("<form").skip(1);
        forms
            .map(|text| form(text.split("</form>").next().unwrap()))
            .collect()
    }
}

fn form(text: &str) -> SeenForm {
    let (head, inner) = text.split_once('>').unwrap();
    let method = attribute(head, "method").unwrap_or_else(|| "get".to_owned());
    let mut fields = Vec::new();
    for part in inner.split('<') {
        let (tag, rest) = part.split_once('>').unwrap_or((part, ""));
        let element = tag.split_whitespace().next().unwrap_or_default();
        if element == "option" && (fields_is_unset(&fields) || tag.contains(" selected")) {
            let value = attribute(tag, "value").unwrap_or_else(|| text_of(rest));
            let select: &mut Field = fields.last_mut().unwrap();
            (select.value, select.is_ticked) = (value, true);
        }
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        let kind = match element {
            "input" => attribute(tag, "type").unwrap_or_else(|| "text".to_owned()),
            "textarea" | "select" => element.to_owned(),
            _ => continue,
        };
        let value = match element {
            // A line break after the tag is not of the text.
            "textarea" => text_of(rest.strip_prefix('\n').unwrap_or(rest)),
            "select" => String::new(),
            _ => attribute(tag, "value").unwrap_or_default(),
        };
        fields.push(Field {
            is_ticked: tag.contains(" checked"),
            name,
            kind,
            value,
        });
    }
    SeenForm {
        method,
        action: attribute(head, "action").unwrap_or_default(),
        fields,
    }
}

/// Whether the last field is a select whose first option is yet to come.
fn fields_is_unset(fields: &[Field]) -> bool {
    let last = fields.last();
    last.is_some_and(|field| field.kind == "select" && !field.is_ticked)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let plain = tag.split(&format!(" {name}=")).nth(1)?;
    let value = match plain.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => plain.split_whitespace().next(),
    };
    value.map(text_of)
}

/// Text without its escapes.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut parts = html.split('&');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap();
        let code = name.strip_prefix('#').and_then(|code| code.parse().ok());
        text.push(
            code.and_then(char::from_u32)
                .unwrap_or_else(|| panic!("&{name};")),
        );
        text.push_str(rest);
    }
    text
}
