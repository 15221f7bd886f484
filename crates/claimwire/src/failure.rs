//! Why a command failed: in two lines for people, as JSON for programs, and as the exit code of its class. Scripts
//! rely on the codes and on the names of the classes.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::{Value, json};

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Anything else, and a check that says no: a test event that was not accepted, a signature that is not genuine.
    Other,
    /// What was typed cannot be.
    Usage,
    /// No key, a wrong one, or one that may not.
    Auth,
    /// What was named is not there.
    NotFound,
    /// The server took the request and said no.
    Refused,
    /// There was no answer, or a server that cannot serve now.
    Unreachable,
}

impl Class {
    /// The program's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::Auth => 3,
            Self::NotFound => 4,
            Self::Refused => 5,
            Self::Unreachable => 6,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Usage => "usage",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
        }
    }
}

/// A failure that says what to do.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Its kind.
    pub class: Class,
    /// What was attempted, on what, and what came of it: one line.
    pub what: String,
    /// What to do next.
    pub hint: String,
    /// The server's problem document (RFC 9457), when there is one.
    pub problem: Option<Box<Value>>,
}

impl Failure {
    /// A failure without a problem document.
    pub fn new(class: Class, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            class,
            what: what.into(),
            hint: hint.into(),
            problem: None,
        }
    }

    /// What was typed cannot be.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Class::Usage, what, hint)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

/// Whether the same may go well in a moment: the server cannot be reached or cannot serve now, or the key asks too often
/// (429). Commands that follow something wait then.
pub fn is_passing(error: &anyhow::Error) -> bool {
    let passes = |failure: &Failure| {
        let problem = failure.problem.as_deref();
        let status = problem.and_then(|problem| problem.get("status")?.as_u64());
        failure.class == Class::Unreachable || status == Some(429)
    };
    error.downcast_ref().is_some_and(passes)
}

/// Says on standard error why a command failed, and with which code the program ends.
pub fn report(error: &anyhow::Error, as_json: bool) -> ExitCode {
    let failure = error.downcast_ref::<Failure>();
    let class = failure.map_or(Class::Other, |failure| failure.class);
    let hint = failure.map(|failure| failure.hint.as_str());
    let problem = failure.and_then(|failure| failure.problem.as_deref());
    let what = format!("{error:#}");
    if as_json {
        write(&as_value(class, &what, hint, problem));
    } else {
        let _ = writeln!(io::stderr().lock(), "error: {what}");
        if let Some(hint) = hint {
            let _ = writeln!(io::stderr().lock(), "hint: {hint}");
        }
    }
    ExitCode::from(class.code())
}

/// Says why a command line was not understood. `--help` and `--version` come this way too, and are no failure; nor is a help
/// that is shown where a command is missing shortened.
pub fn report_usage(error: &clap::Error, as_json: bool) -> ExitCode {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || (is_help && !as_json) {
        let _ = error.print();
        return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    let failure = match is_help {
        true => Failure::usage(
            "a command is missing",
            "`claimwire help` lists the commands",
        ),
        false => mistyped(&error.render().to_string()),
    };
    report(&failure.into(), as_json)
}

/// What clap says in several paragraphs, as a failure of two lines.
fn mistyped(text: &str) -> Failure {
    let mut paragraphs = text.split("\n\n").map(one_line);
    let what = paragraphs.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(&what).to_owned();
    let (mut hints, mut command) = (Vec::new(), String::new());
    for paragraph in paragraphs {
        if let Some(tip) = paragraph.strip_prefix("tip: ") {
            hints.push(tip.to_owned());
        } else if let Some(usage) = paragraph.strip_prefix("Usage: ") {
            let is_word = |word: &&str| !word.starts_with(['[', '<', '-']);
            let words: Vec<_> = usage.split(' ').take_while(is_word).collect();
            command = words.join(" ") + " ";
        }
    }
    hints.push(format!("`{command}--help` shows what can be typed"));
    Failure::usage(what, hints.join("; "))
}

fn one_line(paragraph: &str) -> String {
    let lines: Vec<_> = paragraph.lines().map(str::trim).collect();
    lines.join(" ").trim().to_owned()
}

fn as_value(class: Class, what: &str, hint: Option<&str>, problem: Option<&Value>) -> Value {
    json!({"error": {
        "class": class.name(),
        "exit_code": class.code(),
        "message": what,
        "hint": hint,
        "problem": problem,
    }})
}

fn write(value: &Value) {
    let _ = writeln!(io::stderr().lock(), "{value:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_mistyped_is_said_in_one_line_and_what_to_do_in_another() {
        for (text, what, hint) in [
            (
                "error: the following required arguments were not provided:\n  <NUMBER>\n  --kind <KIND>\n\n\
                 Usage: claimwire orders create --set <FIELD> <NUMBER>\n\nFor more information, try '--help'.\n",
                "the following required arguments were not provided: <NUMBER> --kind <KIND>",
                "`claimwire orders create --help` shows what can be typed",
            ),
            (
                "error: unrecognized subcommand 'lst'\n\n  tip: a similar subcommand exists: 'list'\n\n\
                 Usage: claimwire claims [OPTIONS] [COMMAND]\n\nFor more information, try '--help'.\n",
                "unrecognized subcommand 'lst'",
                "a similar subcommand exists: 'list'; `claimwire claims --help` shows what can be typed",
            ),
            (
                "error: invalid value 'x' for '--status <STATUS>'\n  [possible values: active, inactive]\n\n\
                 For more information, try '--help'.\n",
                "invalid value 'x' for '--status <STATUS>' [possible values: active, inactive]",
                "`--help` shows what can be typed",
            ),
        ] {
            let failure = mistyped(text);
            assert_eq!((failure.what.as_str(), failure.hint.as_str()), (what, hint));
            assert_eq!(failure.class, Class::Usage);
        }
    }

    #[test]
    fn who_follows_something_waits_for_what_passes() {
        let with = |class, status: u16| {
            let problem = Some(Box::new(json!({"status": status})));
            anyhow::Error::from(Failure {
                problem,
                ..Failure::new(class, "what", "hint")
            })
        };
        for (class, status, passes) in [
            (Class::Unreachable, 503, true),
            (Class::Refused, 429, true),
            (Class::Refused, 422, false),
            (Class::Auth, 401, false),
            (Class::NotFound, 404, false),
        ] {
            assert_eq!(is_passing(&with(class, status)), passes, "{status}");
        }
        let silent = Failure::new(Class::Unreachable, "what", "hint");
        assert!(is_passing(&silent.into()));
        assert!(!is_passing(&anyhow::anyhow!("anything else")));
    }
}
