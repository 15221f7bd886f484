//! The filters and tests of templates.
//!
//! All filters of one render may read and make [`WORK_BYTES`] together: fuel counts instructions, and one of
//! them may work on much.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Object, Rest, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value, filters, tests};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What the filters of one render read and make.
const WORK_BYTES: usize = 4 * 1024 * 1024;
/// What one filter makes at most.
const RESULT_BYTES: usize = super::OUTPUT_BYTES;

/// All of them.
pub(crate) const NAMES: [&str; 35] = [
    "abs",
    "attr",
    "capitalize",
    "d",
    "default",
    "e",
    "escape",
    "first",
    "float",
    "int",
    "items",
    "join",
    "last",
    "length",
    "count",
    "lower",
    "max",
    "min",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "times",
    "tojson",
    "trim",
    "truncate",
    "upper",
    "urlencode",
];

pub(crate) fn add(environment: &mut Environment<'_>) {
    let mut builtin = Builtin(environment);
    builtin.add("abs", Value::from_function(filters::abs));
    builtin.add("attr", Value::from_function(filters::attr));
    builtin.add("capitalize", Value::from_function(filters::capitalize));
    builtin.add("default", Value::from_function(filters::default));
    builtin.add("d", Value::from_function(filters::default));
    builtin.add("e", Value::from_function(filters::escape));
    builtin.add("escape", Value::from_function(filters::escape));
    builtin.add("first", Value::from_function(filters::first));
    builtin.add("float", Value::from_function(filters::float));
    builtin.add("int", Value::from_function(filters::int));
    builtin.add("items", Value::from_function(filters::items));
    builtin.add("last", Value::from_function(filters::last));
    builtin.add("length", Value::from_function(filters::length));
    builtin.add("count", Value::from_function(filters::length));
    builtin.add("lower", Value::from_function(filters::lower));
    builtin.add("max", Value::from_function(filters::max));
    builtin.add("min", Value::from_function(filters::min));
    builtin.add("reject", Value::from_function(filters::reject));
    builtin.add("rejectattr", Value::from_function(filters::rejectattr));
    builtin.add("reverse", Value::from_function(filters::reverse));
    builtin.add("round", Value::from_function(filters::round));
    builtin.add("safe", Value::from_function(filters::safe));
    builtin.add("select", Value::from_function(filters::select));
    builtin.add("selectattr", Value::from_function(filters::selectattr));
    builtin.add("sort", Value::from_function(filters::sort));
    builtin.add("string", Value::from_function(filters::string));
    builtin.add("sum", Value::from_function(filters::sum));
    builtin.add("tojson", Value::from_function(filters::tojson));
    builtin.add("trim", Value::from_function(filters::trim));
    builtin.add("upper", Value::from_function(filters::upper));
    environment.add_filter("join", join);
    environment.add_filter("replace", replace);
    environment.add_filter("times", times);
    environment.add_filter("truncate", truncate);
    environment.add_filter("urlencode", urlencode);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("string", tests::is_string);
    environment.add_test("number", tests::is_number);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("in", tests::is_in);
    for name in ["eq", "equalto", "=="] {
        environment.add_test(name, tests::is_eq);
    }
    for name in ["ne", "!="] {
        environment.add_test(name, tests::is_ne);
    }
}

/// Adds filters of the library, each behind one that counts what it reads and makes.
struct Builtin<'a, 'env>(&'a mut Environment<'env>);

impl Builtin<'_, '_> {
    fn add(&mut self, name: &'static str, filter: Value) {
        let counted = move |state: &State<'_, '_>, args: Rest<Value>| -> Result<Value, Error> {
            charge(state, args.iter().map(bytes_of).sum())?;
            let made = filter.call(state, &args)?;
            charge(state, bytes_of(&made))?;
            Ok(made)
        };
        self.0.add_filter(name, counted);
    }
}

/// Counts work, and refuses what is too much.
fn charge(state: &State<'_, '_>, bytes: usize) -> Result<(), Error> {
    let work = state.get_or_set_temp_object("work", Work::default);
    let before = work.0.fetch_add(bytes, Ordering::Relaxed);
    if before.saturating_add(bytes) > WORK_BYTES {
        let what = format!("its filters work on more than {WORK_BYTES} bytes");
        return Err(Error::new(ErrorKind::InvalidOperation, what));
    }
    Ok(())
}

#[derive(Default)]
struct Work(AtomicUsize);

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl Object for Work {}

/// What it takes to go through a value once, about.
fn bytes_of(value: &Value) -> usize {
    const EACH: usize = 16;
    if let Some(text) = value.as_str() {
        return text.len() + EACH;
    }
    let inner = match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => value
            .try_iter()
            .map_or(0, |items| items.map(|item| bytes_of(&item)).sum()),
        ValueKind::Map => value.try_iter().map_or(0, |keys| {
            keys.map(|key| bytes_of(&key) + value.get_item(&key).map_or(0, |v| bytes_of(&v)))
                .sum()
        }),
        _ => 0,
    };
    inner + EACH
}

fn too_long() -> Error {
    let what = format!("a filter makes more than {RESULT_BYTES} bytes");
    Error::new(ErrorKind::InvalidOperation, what)
}

/// The items as text, with something between them.
fn join(state: &State<'_, '_>, list: Value, between: Option<String>) -> Result<String, Error> {
    if list.is_undefined() {
        return Ok(String::new());
    }
    charge(state, bytes_of(&list))?;
    let (mut joined, between) = (String::new(), between.unwrap_or_default());
    for (n, item) in list.try_iter()?.enumerate() {
        if n > 0 {
            joined.push_str(&between);
        }
        match item.as_str() {
            Some(text) => joined.push_str(text),
            None => joined.push_str(&item.to_string()),
        }
        if joined.len() > RESULT_BYTES {
            return Err(too_long());
        }
    }
    charge(state, joined.len())?;
    Ok(joined)
}

/// The text with another in place of one.
fn replace(state: &State<'_, '_>, text: String, from: String, to: String) -> Result<String, Error> {
    if from.is_empty() {
        return Ok(text);
    }
    charge(state, text.len())?;
    let found = text.matches(&*from).count();
    if text.len() + found.saturating_mul(to.len()) > RESULT_BYTES {
        return Err(too_long());
    }
    let replaced = text.replace(&*from, &to);
    charge(state, replaced.len())?;
    Ok(replaced)
}

/// The product of two numbers.
fn times(one: Value, other: Value) -> Result<Value, Error> {
    if let (Some(one), Some(other)) = (one.as_i64(), other.as_i64())
        && let Some(product) = one.checked_mul(other)
    {
        return Ok(Value::from(product));
    }
    let product = f64::try_from(one)? * f64::try_from(other)?;
    Ok(Value::from(product))
}

/// At most so many characters, the last of them an ellipsis where some are left out.
fn truncate(state: &State<'_, '_>, text: String, chars: usize) -> Result<String, Error> {
    charge(state, text.len())?;
    if text.chars().nth(chars).is_none() {
        return Ok(text);
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    Ok(format!("{kept}…"))
}

/// As it may stand in a URL's query or a form: all but the unreserved characters of RFC 3986.
fn urlencode(state: &State<'_, '_>, text: String) -> Result<String, Error> {
    let encoded = utf8_percent_encode(&text, URL).to_string();
    charge(state, encoded.len())?;
    Ok(encoded)
}
