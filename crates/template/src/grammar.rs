//! Which templates are taken: those that cannot make more of their input than there is.
//!
//! Values can only be multiplied by giving a name to one that was put together and putting that together
//! again, so what is given a name (`set`, `with`, `for`) is a part of the input or a filter's result, which is
//! bounded. Blocks that capture output are refused for the same reason.

use minijinja::machinery::{Span, Token, WhitespaceConfig, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::filters;

/// The blocks that there are; `raw` never comes here.
const BLOCKS: [&str; 9] = [
    "if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith",
];
/// `~` and `+` of one expression.
const JOINS: usize = 8;

/// # Errors
/// Something in it is refused: where and why.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let mut at = Reading::default();
    let tokens = tokenize(text, false, SyntaxConfig, WhitespaceConfig::default());
    for token in tokens {
        // What is no token is told of by the compiler, with its place.
        let Ok((token, span)) = token else {
            return Ok(());
        };
        at.token(&token).map_err(|why| place(text, &span, &why))?;
    }
    Ok(())
}

fn place(text: &str, span: &Span, why: &str) -> String {
    let column = super::column(text, span.start_offset as usize).unwrap_or(1);
    format!("line {}, column {column}: {why}", span.start_line)
}

/// What was read of the tag that is read.
#[derive(Default)]
struct Reading {
    /// The block's name comes next.
    opened: bool,
    /// A filter's name comes next.
    piped: bool,
    /// What follows is given a name.
    binds: bool,
    /// It is `set`, and its `=` has not come.
    awaits_value: bool,
    /// It is `for`, and its `in` has not come.
    awaits_list: bool,
    /// It is `with`.
    with: bool,
    joins: usize,
    /// The brackets that are open; true: of a call or an index.
    open: Vec<bool>,
    /// The token before ends a value.
    after_value: bool,
}

impl Reading {
    fn token(&mut self, token: &Token<'_>) -> Result<(), String> {
        let after_value = std::mem::replace(&mut self.after_value, false);
        match token {
            Token::BlockStart | Token::VariableStart => {
                *self = Self {
                    opened: matches!(token, Token::BlockStart),
                    ..Self::default()
                };
            }
            Token::BlockEnd if self.awaits_value => {
                return Err("`set` takes a value here: `{% set name = value %}`".to_owned());
            }
            Token::Ident(name) if std::mem::take(&mut self.opened) => self.block(name)?,
            Token::Ident(name) if std::mem::take(&mut self.piped) => {
                if !filters::NAMES.contains(name) {
                    return Err(format!("there is no filter `{name}`"));
                }
                self.after_value = true;
            }
            Token::Ident("recursive") if self.binds => {
                return Err("loops are not recursive here".to_owned());
            }
            Token::Ident("in") => self.awaits_list = false,
            Token::Ident(name) => {
                self.after_value = !matches!(*name, "if" | "else" | "and" | "or" | "not" | "is");
            }
            Token::Pipe => self.piped = true,
            Token::Assign => self.awaits_value = false,
            Token::Mul => {
                return Err("`*` is not taken: use the filter `times`".to_owned());
            }
            Token::Tilde | Token::Plus => self.join()?,
            Token::ParenOpen => self.open.push(after_value),
            Token::BracketOpen | Token::BraceOpen => {
                if self.binds && !after_value {
                    return Err(NO_LISTS.to_owned());
                }
                self.open.push(true);
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                self.open.pop();
                self.after_value = true;
            }
            Token::Comma if self.makes_tuple() => return Err(NO_LISTS.to_owned()),
            Token::Str(_) | Token::String(_) => self.after_value = true,
            _ => {}
        }
        Ok(())
    }

    fn block(&mut self, name: &str) -> Result<(), String> {
        if !BLOCKS.contains(&name) {
            return Err(format!(
                "there is no block `{name}`: if, for, set, with and raw are taken"
            ));
        }
        self.binds = matches!(name, "set" | "with" | "for");
        self.awaits_value = name == "set";
        self.awaits_list = name == "for";
        self.with = name == "with";
        Ok(())
    }

    fn join(&mut self) -> Result<(), String> {
        if self.binds {
            return Err("what is given a name is not put together: print the parts".to_owned());
        }
        self.joins += 1;
        if self.joins > JOINS {
            return Err(format!(
                "more than {JOINS} of `~` and `+` in one expression"
            ));
        }
        Ok(())
    }

    /// Whether a comma here is one between the items of a list that is given a name.
    fn makes_tuple(&self) -> bool {
        let names_only = self.awaits_value || self.awaits_list || self.with;
        self.binds && !self.open.last().copied().unwrap_or(names_only)
    }
}

const NO_LISTS: &str = "what is given a name is a value, not a list of values";
