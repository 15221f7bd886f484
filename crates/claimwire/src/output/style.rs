//! Colours and widths, for terminals only. `NO_COLOR` (no-color.org) switches colours off; what is not a terminal gets
//! neither colours nor cut lines.

use std::io::{self, IsTerminal as _};

use console::Term;

/// What standard output is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Columns of the terminal; none: no terminal.
    pub width: Option<u16>,
    /// Whether to colour.
    pub colour: bool,
}

impl Style {
    /// Of this process's standard output.
    pub fn of_stdout() -> Self {
        if !io::stdout().is_terminal() {
            return Self::default();
        }
        let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            width: Some(Term::stdout().size().1),
            colour: !forbidden && !dumb,
        }
    }

    /// A heading.
    pub fn heading(self, text: &str) -> String {
        self.painted("1", text)
    }

    /// A status in its colour.
    pub fn status(self, status: &str) -> String {
        match code(status) {
            Some(code) => self.painted(code, status),
            None => status.to_owned(),
        }
    }

    fn painted(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Red for what failed, yellow for what waits or stands still, green for what is well.
fn code(status: &str) -> Option<&'static str> {
    match status {
        "failed" | "disabled" | "expired" | "fail" | "rejected" => Some("31"),
        "pending" | "held" | "unverified" | "inactive" | "warn" | "delivering" => Some("33"),
        "delivered" | "active" | "ok" | "done" | "accepted" => Some("32"),
        _ => None,
    }
}
