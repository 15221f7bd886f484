//! Rows of the embedded store as a move has them.

use claimwire_store::moving::{Column, Kind, Row, Table, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use crate::error::{Result, damaged};
use crate::rows::fan_out::unpack;

/// The last numbers stand in the rows of shops.
const COUNTERS: &str =
    "(SELECT no AS shop, 0 AS kind, last_number AS last FROM shops WHERE last_number <> 0
     UNION ALL SELECT no, 3, last_contact_number FROM shops WHERE last_contact_number <> 0)";

/// Where a table's rows come from.
pub(super) fn from(table: &Table) -> &'static str {
    match table.name {
        "counters" => COUNTERS,
        "healths" => "webhooks",
        name => name,
    }
}

/// What a column of a move is here.
fn expression(table: &Table, column: &Column) -> &'static str {
    match (table.name, column.name) {
        ("healths", "target") => "no",
        // The only attempt of a delivery that it delivered stands in its row.
        ("deliveries", "first_started_at") => "started_at",
        ("deliveries", "first_duration_us") => "duration_us",
        ("deliveries", "first_status") => "CASE WHEN started_at IS NOT NULL THEN last_status END",
        ("deliveries", "first_request") => "request_headers",
        ("deliveries", "first_response") => "response_headers",
        ("deliveries", "first_body") => "response_body",
        ("deliveries", "first_stages") => "stages",
        (_, name) => name,
    }
}

fn keys(table: &Table) -> String {
    let keys = table.columns.iter().take(table.key);
    let keys: Vec<_> = keys.map(|column| expression(table, column)).collect();
    keys.join(", ")
}

impl ToSql for Key<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// A value as a parameter.
pub(super) struct Key<'a>(pub(super) &'a Value);

/// The greatest key.
pub(super) fn last(conn: &Connection, table: &Table) -> Result<Option<Row>> {
    let (from, keys, filter) = match table.name {
        "attempts" => (
            "deliveries",
            "event, target".to_owned(),
            "WHERE last_attempt IS NOT NULL",
        ),
        _ => (from(table), keys(table), ""),
    };
    let order = keys.replace(", ", " DESC, ");
    let sql = format!("SELECT {keys} FROM {from} {filter} ORDER BY {order} DESC LIMIT 1");
    let found = conn.query_row(&sql, [], |row| {
        (0..table.key)
            .map(|at| row.get(at).map(Value::Int))
            .collect()
    });
    Ok(found.optional()?)
}

/// See [`claimwire_store::moving::Moving::read`].
pub(super) fn rows(
    conn: &Connection,
    table: &Table,
    after: Option<&[Value]>,
    limit: usize,
) -> Result<Vec<Row>> {
    if table.name == "attempts" {
        return attempts(conn, table, after, limit);
    }
    let columns = table.columns.iter();
    let columns: Vec<_> = columns.map(|column| expression(table, column)).collect();
    let (columns, keys, from) = (columns.join(", "), keys(table), from(table));
    let filter = after.map_or(String::new(), |after| {
        format!("WHERE ({keys}) > ({})", vec!["?"; after.len()].join(", "))
    });
    let sql = format!("SELECT {columns} FROM {from} {filter} ORDER BY {keys} LIMIT {limit}");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(after.unwrap_or_default().iter().map(Key)))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let values = table.columns.iter().enumerate();
        rows.push(
            values
                .map(|(at, column)| value(row, at, column))
                .collect::<Result<_>>()?,
        );
    }
    Ok(rows)
}

fn value(row: &rusqlite::Row<'_>, at: usize, column: &Column) -> Result<Value> {
    Ok(match (row.get_ref(at)?, column.kind) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(value), Kind::Int | Kind::Bool) => Value::Int(value),
        (ValueRef::Text(value), Kind::Text) => {
            let text = std::str::from_utf8(value).map_err(damaged)?;
            Value::Text(text.replace('\0', "\u{fffd}"))
        }
        (ValueRef::Blob(value), Kind::Bytes | Kind::Uuid) => Value::Bytes(value.to_owned()),
        (ValueRef::Blob(value), Kind::Numbers) => {
            let numbers: Vec<_> = unpack(value).iter().map(ToString::to_string).collect();
            Value::Text(numbers.join(","))
        }
        (other, _) => {
            let what = format!(
                "{} holds a value of type {}",
                column.name,
                other.data_type()
            );
            return Err(damaged(what).into());
        }
    })
}

/// Attempts of the next deliveries that have chains of them, each chain from its beginning.
fn attempts(
    conn: &Connection,
    table: &Table,
    after: Option<&[Value]>,
    limit: usize,
) -> Result<Vec<Row>> {
    let start = [Value::Int(i64::MIN), Value::Int(i64::MIN)];
    let mut next = conn.prepare_cached(
        "SELECT event, target, last_attempt FROM deliveries
         WHERE last_attempt IS NOT NULL AND (event, target) > (?1, ?2) ORDER BY event, target",
    )?;
    let mut link = conn.prepare_cached(
        "SELECT ?2, ?3, number, step, started_at, duration_us, status_code, error, error_detail, request_headers,
           response_headers, response_body, stages, previous
         FROM attempts WHERE no = ?1",
    )?;
    let mut found = next.query(params_from_iter(after.unwrap_or(&start).iter().map(Key)))?;
    let mut rows = Vec::new();
    while rows.len() < limit
        && let Some(delivery) = found.next()?
    {
        let (event, target): (i64, i64) = (delivery.get(0)?, delivery.get(1)?);
        let mut head: Option<i64> = delivery.get(2)?;
        let first = rows.len();
        while let Some(no) = head {
            let mut of_no = link.query(params![no, event, target])?;
            let Some(row) = of_no.next()? else { break };
            let values = table.columns.iter().enumerate();
            rows.push(
                values
                    .map(|(at, column)| value(row, at, column))
                    .collect::<Result<Row>>()?,
            );
            head = row.get(table.columns.len())?;
        }
        if let Some(chain) = rows.get_mut(first..) {
            chain.reverse();
        }
    }
    Ok(rows)
}
