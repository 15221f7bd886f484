//! Templates of subjects, texts and bodies (contract sections 5 and 7): Jinja's expressions, conditions and loops.
//!
//! Written by users, so a template gets nothing but its input and ends: a render takes a bounded number of
//! instructions, its output and the work of its filters are bounded in bytes, and `grammar` refuses what
//! could make a value grow beyond its input. There is no way to files, to other templates or to functions.
//!
//! What is absent or null prints as nothing, and so do its members: not every claim has an order.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod filters;
mod grammar;
#[cfg(test)]
mod tests;
mod value;

use std::error::Error as _;
use std::io;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

/// Instructions of one render. A line of a list with ten values takes about fifty.
const FUEL: u64 = 50_000;
/// Bytes that a render may come to.
pub const OUTPUT_BYTES: usize = 256 * 1024;
/// Levels of loops and conditions in each other.
const LEVELS: usize = 50;
/// The one template of an environment.
const NAME: &str = "template";

/// What is done to a value where it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escape {
    /// Nothing: plain text.
    #[default]
    None,
    /// `<`, `>`, `&`, quotes and slashes become entities.
    Html,
    /// It becomes JSON: `"text": {{ description }}`, without quotes around it.
    Json,
}

/// A template, ready to be rendered.
pub struct Template {
    environment: Environment<'static>,
}

impl Template {
    /// A template of plain text.
    ///
    /// # Errors
    /// It is none; the sentence says where (line and column, from 1) and what is wrong there.
    pub fn compile(text: &str) -> Result<Self, String> {
        Self::escaping(text, Escape::None)
    }

    /// A template whose printed values are escaped.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn escaping(text: &str, escape: Escape) -> Result<Self, String> {
        grammar::check(text)?;
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(LEVELS);
        environment.set_keep_trailing_newline(true);
        environment.set_auto_escape_callback(move |_| match escape {
            Escape::None => AutoEscape::None,
            Escape::Html => AutoEscape::Html,
            Escape::Json => AutoEscape::Json,
        });
        filters::add(&mut environment);
        environment
            .add_template_owned(NAME, text.to_owned())
            .map_err(|error| sentence(&error, text))?;
        Ok(Self { environment })
    }

    /// The text that it makes of this input, an object whose members are its variables.
    ///
    /// # Errors
    /// It fails on this input, or comes to more than [`OUTPUT_BYTES`] or takes too many steps; the sentence
    /// says where.
    pub fn render(&self, input: &serde_json::Value) -> Result<String, String> {
        let template = self.environment.get_template(NAME);
        let template = template.map_err(|error| sentence(&error, ""))?;
        let mut output = Bounded::default();
        match template.render_captured_to(value::of(input), &mut output) {
            Ok(_) => {
                String::from_utf8(output.bytes).map_err(|_| "the output is not UTF-8".to_owned())
            }
            Err(_) if output.full => Err(format!("it comes to more than {OUTPUT_BYTES} bytes")),
            Err(error) => Err(sentence(&error, template.source())),
        }
    }
}

/// Checks that a text is a template, for where it is kept.
///
/// # Errors
/// As [`Template::compile`].
pub fn check(text: &str) -> Result<(), String> {
    Template::compile(text).map(drop)
}

/// An output that takes so much and no more.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    full: bool,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > OUTPUT_BYTES {
            self.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is wrong, and where.
fn sentence(error: &Error, text: &str) -> String {
    let what = match error.kind() {
        ErrorKind::OutOfFuel => format!("it takes more than {FUEL} steps"),
        kind => match (error.detail(), error.source()) {
            (Some(detail), _) => detail.to_owned(),
            (None, Some(source)) => format!("{kind}: {source}"),
            (None, None) => kind.to_string(),
        },
    };
    let offset = error.range().map(|range| range.start);
    match (error.line(), offset.and_then(|offset| column(text, offset))) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: {what}"),
        (Some(line), None) => format!("line {line}: {what}"),
        (None, _) => what,
    }
}

/// Which character of its line stands at this offset, from 1.
fn column(text: &str, offset: usize) -> Option<usize> {
    let before = text.get(..offset)?;
    let line = before.rsplit('\n').next().unwrap_or(before);
    Some(line.chars().count() + 1)
}
