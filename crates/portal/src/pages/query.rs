//! What a list's URL says: its filters, and where its page begins.

use claimwire_model::Timestamp;

use crate::form::{Errors, Form};
use crate::show::{Cursor, read_time};

const CURSOR: &str = "cursor";

/// The query, with what is empty left out.
pub(crate) fn parsed(query: Option<String>) -> Form {
    Form::parse(query.unwrap_or_default().as_bytes())
}

/// Where the page begins. A cursor that is none begins at the beginning.
pub(crate) fn after(form: &Form) -> Option<(i64, i64)> {
    let cursor: Option<Cursor> = form.read(CURSOR, "", &mut Errors::default());
    cursor.map(|cursor| cursor.0)
}

/// The query's filters alone, wherever its page begins.
pub(crate) fn filters(form: &Form) -> String {
    serialized(form).finish()
}

fn serialized(form: &Form) -> url::form_urlencoded::Serializer<'static, String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let filters = form.pairs();
    query.extend_pairs(filters.filter(|(name, value)| *name != CURSOR && !value.is_empty()));
    query
}

/// The query of the page that follows.
pub(crate) fn older(form: &Form, next: Option<(i64, i64)>) -> Option<String> {
    let mut query = serialized(form);
    query.append_pair(CURSOR, &Cursor(next?).to_string());
    Some(query.finish())
}

/// A time of the query.
pub(crate) fn time(form: &Form, name: &str, errors: &mut Errors) -> Option<Timestamp> {
    let time = read_time(form.given(name)?);
    if time.is_none() {
        errors.add(
            name,
            "Enter a day and a time in UTC, as in 2026-01-29 14:30.",
        );
    }
    time
}
