//! Rows of a move become rows of the embedded store.

use claimwire_store::moving::{Kind, Row, Table, Value};
use rusqlite::{Connection, OptionalExtension, Transaction, params, params_from_iter};

use super::read::Key;
use crate::error::{Result, damaged};
use crate::rows::fan_out::pack;

/// See [`claimwire_store::moving::Moving::write`].
pub(super) fn rows(conn: &mut Connection, table: &Table, rows: Vec<Row>) -> Result<()> {
    let tx = conn.transaction()?;
    for row in rows {
        match table.name {
            "counters" => counter(&tx, &row)?,
            "healths" => health(&tx, table, &row)?,
            "attempts" => attempt(&tx, &row)?,
            "timings" => insert(&tx, table, free(&tx, table, row)?)?,
            "idempotency" => answer(&tx, table, row)?,
            _ => insert(&tx, table, Some(row))?,
        }
    }
    tx.commit()?;
    Ok(())
}

/// A column's name here; none: it stands elsewhere.
fn name(table: &Table, column: &'static str) -> Option<&'static str> {
    match (table.name, column) {
        ("deliveries", "first_status") => None,
        ("deliveries", "first_started_at") => Some("started_at"),
        ("deliveries", "first_duration_us") => Some("duration_us"),
        ("deliveries", "first_request") => Some("request_headers"),
        ("deliveries", "first_response") => Some("response_headers"),
        ("deliveries", "first_body") => Some("response_body"),
        ("deliveries", "first_stages") => Some("stages"),
        _ => Some(column),
    }
}

/// Adds a row, unless it is there.
fn insert(tx: &Transaction<'_>, table: &Table, row: Option<Row>) -> Result<()> {
    let Some(row) = row else { return Ok(()) };
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for (column, value) in table.columns.iter().zip(row) {
        let Some(name) = name(table, column.name) else {
            continue;
        };
        names.push(name);
        values.push(match (column.kind, value) {
            (Kind::Numbers, Value::Text(list)) => Value::Bytes(pack(&numbers(&list)?)),
            (_, value) => value,
        });
    }
    let places = vec!["?"; names.len()].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({places}) ON CONFLICT DO NOTHING",
        table.name,
        names.join(", ")
    );
    tx.prepare_cached(&sql)?
        .execute(params_from_iter(values.iter().map(Key)))?;
    Ok(())
}

fn numbers(list: &str) -> Result<Vec<i64>> {
    let numbers = list.split(',').filter(|number| !number.is_empty());
    let numbers: std::result::Result<_, _> = numbers.map(str::parse).collect();
    Ok(numbers.map_err(damaged)?)
}

fn counter(tx: &Transaction<'_>, row: &Row) -> Result<()> {
    let [shop, kind, last] = row.as_slice() else {
        return Ok(());
    };
    let column = match kind.int() {
        0 => "last_number",
        3 => "last_contact_number",
        kind => return Err(damaged(format_args!("a counter of kind {kind}")).into()),
    };
    let sql = format!("UPDATE shops SET {column} = ?2 WHERE no = ?1");
    tx.prepare_cached(&sql)?.execute([shop.int(), last.int()])?;
    Ok(())
}

/// The columns behind a health's target are columns of the target.
fn health(tx: &Transaction<'_>, table: &Table, row: &Row) -> Result<()> {
    let names = table.columns.iter().skip(table.key);
    let set: Vec<_> = names.map(|column| format!("{} = ?", column.name)).collect();
    let sql = format!("UPDATE webhooks SET {} WHERE no = ?", set.join(", "));
    let behind = row.iter().skip(table.key).chain(row.first());
    tx.prepare_cached(&sql)?
        .execute(params_from_iter(behind.map(Key)))?;
    Ok(())
}

/// Adds an attempt at the head of its delivery's chain, unless that has one with its number.
fn attempt(tx: &Transaction<'_>, row: &Row) -> Result<()> {
    let [event, target, number, rest @ ..] = row.as_slice() else {
        return Ok(());
    };
    let head: Option<i64> = tx
        .prepare_cached("SELECT last_attempt FROM deliveries WHERE event = ?1 AND target = ?2")?
        .query_row([event.int(), target.int()], |row| row.get(0))?;
    let last: Option<i64> = tx
        .prepare_cached("SELECT number FROM attempts WHERE no = ?1")?
        .query_row([head], |row| row.get(0))
        .optional()?;
    if last.is_some_and(|last| last >= number.int()) {
        return Ok(());
    }
    let no: i64 = tx
        .prepare_cached("SELECT coalesce(max(no), 0) + 1 FROM attempts")?
        .query_row([], |row| row.get(0))?;
    let (no, previous) = (Value::Int(no), head.map_or(Value::Null, Value::Int));
    let values = [&no, &previous, number].into_iter().chain(rest);
    tx.prepare_cached(
        "INSERT INTO attempts (no, previous, number, step, started_at, duration_us, status_code, error, error_detail,
           request_headers, response_headers, response_body, stages)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params_from_iter(values.map(Key)))?;
    tx.prepare_cached("UPDATE deliveries SET last_attempt = ?3 WHERE event = ?1 AND target = ?2")?
        .execute([event.int(), target.int(), no.int()])?;
    Ok(())
}

/// The row under a number that is free, since here each has its own; none: it is there.
fn free(tx: &Transaction<'_>, table: &Table, mut row: Row) -> Result<Option<Row>> {
    let sql = format!(
        "SELECT target = ?2 AND samples = ?3 FROM {} WHERE no = ?1",
        table.name
    );
    let mut taken = tx.prepare_cached(&sql)?;
    loop {
        let same = taken.query_row(params_from_iter(row.iter().map(Key)), |row| row.get(0));
        match (same.optional()?, row.first_mut()) {
            (Some(false), Some(Value::Int(no))) => *no += 1,
            (Some(_), _) => return Ok(None),
            (None, _) => return Ok(Some(row)),
        }
    }
}

/// The same for a recorded answer, which is known by shop and key.
fn answer(tx: &Transaction<'_>, table: &Table, mut row: Row) -> Result<()> {
    let known = "SELECT EXISTS (SELECT 1 FROM idempotency WHERE shop = ?1 AND key = ?2)";
    let [shop, key, no, ..] = row.as_mut_slice() else {
        return Ok(());
    };
    let known: bool = tx
        .prepare_cached(known)?
        .query_row(params![shop.int(), key.text()], |row| row.get(0))?;
    if known {
        return Ok(());
    }
    let mut taken = tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM idempotency WHERE no = ?1)")?;
    let mut number = no.int();
    while taken.query_row([number], |row| row.get(0))? {
        number += 1;
    }
    *no = Value::Int(number);
    insert(tx, table, Some(row))
}
