//! Rows of the database as a move has them.

use claimwire_store::moving::{Column, Kind, Row, Table, Value};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::connection::{Connection, Param};
use crate::error::Result;

/// Targets that are being removed may have lost theirs.
const HEALTHS: &str = "(SELECT w.no AS target, coalesce(h.consecutive_failures, 0) AS consecutive_failures,
       h.failing_since, h.last_success_at, h.last_failure_at, h.warned_at, h.disabled_at, h.disabled_reason,
       h.paused_until, coalesce(h.activation, 0) AS activation
     FROM webhooks w LEFT JOIN healths h ON h.target = w.no) AS healths";

/// With each delivery whether it has attempts besides the one in its row, which then is one of them.
const DELIVERIES: &str = "(SELECT d.*, d.first_started_at IS NOT NULL AND EXISTS
       (SELECT 1 FROM attempts a WHERE a.event = d.event AND a.target = d.target) AS more
     FROM deliveries d) AS deliveries";

/// All attempts that are not the only one of a delivery that it delivered.
const ATTEMPTS: &str = "(SELECT * FROM attempts UNION ALL
     SELECT d.event, d.target, 1, NULL, d.first_started_at, d.first_duration_us, d.first_status, NULL, NULL,
       d.first_request, d.first_response, d.first_body, d.first_stages
     FROM deliveries d WHERE d.first_started_at IS NOT NULL AND EXISTS
       (SELECT 1 FROM attempts a WHERE a.event = d.event AND a.target = d.target)) AS attempts";

/// Those of the next deliveries that have some.
const NEXT_ATTEMPTS: &str = "WITH next AS MATERIALIZED (
       SELECT DISTINCT event, target FROM attempts WHERE (event, target) > ($1, $2) ORDER BY event, target LIMIT $3)
     SELECT a.* FROM next JOIN attempts a ON a.event = next.event AND a.target = next.target
     UNION ALL
     SELECT d.event, d.target, 1, NULL, d.first_started_at, d.first_duration_us, d.first_status, NULL, NULL,
       d.first_request, d.first_response, d.first_body, d.first_stages
     FROM next JOIN deliveries d ON d.event = next.event AND d.target = next.target WHERE d.first_started_at IS NOT NULL
     ORDER BY 1, 2, 3";

/// Where a table's rows come from.
pub(super) fn from(table: &Table) -> &'static str {
    match table.name {
        "counters" => "(SELECT * FROM counters WHERE last <> 0) AS counters",
        "healths" => HEALTHS,
        "deliveries" => DELIVERIES,
        "attempts" => ATTEMPTS,
        name => name,
    }
}

fn expression(table: &Table, column: &Column) -> String {
    let name = column.name;
    if table.name == "deliveries" && name.starts_with("first_") {
        format!("CASE WHEN more THEN NULL ELSE {name} END")
    } else {
        name.to_owned()
    }
}

fn keys(table: &Table) -> Vec<&'static str> {
    let keys = table.columns.iter().take(table.key);
    keys.map(|column| column.name).collect()
}

/// The greatest key.
pub(super) async fn last(conn: &Connection, table: &Table) -> Result<Option<Row>> {
    let keys = keys(table);
    let (list, order) = (keys.join(", "), keys.join(" DESC, "));
    let sql = format!(
        "SELECT {list} FROM {} ORDER BY {order} DESC LIMIT 1",
        table.name
    );
    let found = conn.query_opt(&sql, &[]).await?;
    found
        .map(|row| {
            (0..keys.len())
                .map(|at| Ok(Value::Int(row.try_get(at)?)))
                .collect()
        })
        .transpose()
}

/// A value as a parameter.
fn param(value: &Value) -> Box<dyn ToSql + Sync + Send + '_> {
    match value {
        Value::Null => Box::new(None::<i64>),
        Value::Int(value) => Box::new(*value),
        Value::Text(value) => Box::new(value.as_str()),
        Value::Bytes(value) => Box::new(value.as_slice()),
    }
}

/// See [`claimwire_store::moving::Moving::read`].
pub(super) async fn rows(
    conn: &Connection,
    table: &Table,
    after: Option<&[Value]>,
    limit: usize,
) -> Result<Vec<Row>> {
    let start = [Value::Int(i64::MIN), Value::Int(i64::MIN)];
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (sql, after) = if table.name == "attempts" {
        (NEXT_ATTEMPTS.to_owned(), after.unwrap_or(&start))
    } else {
        let after = after.unwrap_or_default();
        (next(table, after.len()), after)
    };
    let after: Vec<_> = after.iter().map(param).collect();
    let mut params: Vec<Param<'_>> = after.iter().map(|value| &**value as Param<'_>).collect();
    params.push(&limit);
    let found = conn.query(&sql, &params).await?;
    let row = |row: &tokio_postgres::Row| {
        let columns = table.columns.iter().enumerate();
        columns.map(|(at, column)| value(row, at, column)).collect()
    };
    found.iter().map(row).collect()
}

/// The next rows of a table, behind a key of so many columns.
fn next(table: &Table, after: usize) -> String {
    let columns = table.columns.iter();
    let columns: Vec<_> = columns.map(|column| expression(table, column)).collect();
    let (columns, keys, from) = (columns.join(", "), keys(table).join(", "), from(table));
    let places: Vec<_> = (1..=after).map(|place| format!("${place}")).collect();
    let filter = if places.is_empty() {
        String::new()
    } else {
        format!("WHERE ({keys}) > ({})", places.join(", "))
    };
    format!(
        "SELECT {columns} FROM {from} {filter} ORDER BY {keys} LIMIT ${}",
        after + 1
    )
}

fn value(row: &tokio_postgres::Row, at: usize, column: &Column) -> Result<Value> {
    let value = match column.kind {
        Kind::Int => row.try_get::<_, Option<i64>>(at)?.map(Value::Int),
        Kind::Bool => row
            .try_get::<_, Option<bool>>(at)?
            .map(|yes| Value::Int(i64::from(yes))),
        Kind::Text => row.try_get::<_, Option<String>>(at)?.map(Value::Text),
        Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(at)?.map(Value::Bytes),
        Kind::Uuid => {
            let uuid: Option<Uuid> = row.try_get(at)?;
            uuid.map(|uuid| Value::Bytes(uuid.as_bytes().to_vec()))
        }
        Kind::Numbers => row.try_get::<_, Option<Vec<i64>>>(at)?.map(|numbers| {
            let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            Value::Text(numbers.join(","))
        }),
    };
    Ok(value.unwrap_or(Value::Null))
}
