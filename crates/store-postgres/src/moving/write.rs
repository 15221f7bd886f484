//! Rows of a move become rows of the database: a statement for each part of a table.

use claimwire_model::{ShopNo, SubjectKind, TargetNo};
use claimwire_store::codes::Code;
use claimwire_store::moving::{Kind, Row, Table, Value};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::connection::{Connection, Param};
use crate::error::{Result, damaged};
use crate::{ownership, search};

type List = Box<dyn ToSql + Sync + Send>;

/// A column that is written.
struct Written {
    name: &'static str,
    /// Of a list of its values.
    kind: &'static str,
    /// What the column's own type is made with.
    cast: &'static str,
    values: List,
}

/// See [`claimwire_store::moving::Moving::write`].
pub(super) async fn rows(conn: &Connection, table: &Table, rows: &[Row]) -> Result<()> {
    let mut columns = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let values: Vec<Option<&Value>> = rows.iter().map(|row| row.get(at)).collect();
        columns.push(written(column.name, column.kind, &values)?);
    }
    columns.extend(own(table, rows)?);
    let list = |part: fn((usize, &Written)) -> String| {
        let parts: Vec<_> = columns.iter().enumerate().map(part).collect();
        parts.join(", ")
    };
    let sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS new ({}) ON CONFLICT DO NOTHING",
        table.name,
        list(|(_, column)| column.name.to_owned()),
        list(|(_, column)| format!("{}{}", column.name, column.cast)),
        list(|(at, column)| format!("${}::{}[]", at + 1, column.kind)),
        list(|(_, column)| column.name.to_owned()),
    );
    let params: Vec<Param<'_>> = columns
        .iter()
        .map(|column| &*column.values as Param<'_>)
        .collect();
    conn.execute(&sql, &params).await?;
    Ok(())
}

fn written(name: &'static str, kind: Kind, values: &[Option<&Value>]) -> Result<Written> {
    let ints = || {
        values.iter().map(|value| match value {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        })
    };
    let texts = || {
        values.iter().map(|value| match value {
            Some(Value::Text(value)) => Some(value.clone()),
            _ => None,
        })
    };
    let bytes = || {
        values.iter().map(|value| match value {
            Some(Value::Bytes(value)) => Some(value.clone()),
            _ => None,
        })
    };
    let mut cast = "";
    let (kind, values): (_, List) = match kind {
        Kind::Int => ("BIGINT", Box::new(ints().collect::<Vec<_>>())),
        Kind::Bool => {
            let values = ints().map(|value| value.map(|value| value != 0));
            ("BOOLEAN", Box::new(values.collect::<Vec<_>>()))
        }
        Kind::Text => ("TEXT", Box::new(texts().collect::<Vec<_>>())),
        Kind::Bytes => ("BYTEA", Box::new(bytes().collect::<Vec<_>>())),
        Kind::Uuid => {
            let uuid =
                |bytes: Option<Vec<u8>>| bytes.map(|bytes| Uuid::from_slice(&bytes)).transpose();
            let values: std::result::Result<Vec<_>, _> = bytes().map(uuid).collect();
            ("UUID", Box::new(values.map_err(damaged)?))
        }
        Kind::Numbers => {
            // As text: `unnest` takes lists of lists apart.
            cast = "::BIGINT[]";
            let values = texts().map(|value| value.map(|value| format!("{{{value}}}")));
            ("TEXT", Box::new(values.collect::<Vec<_>>()))
        }
    };
    Ok(Written {
        name,
        kind,
        cast,
        values,
    })
}

/// The column that this store has besides: it follows from the others.
fn own(table: &Table, rows: &[Row]) -> Result<Option<Written>> {
    let values: Vec<Value> = match table.name {
        "webhooks" => rows.iter().map(partition).collect(),
        "documents" => rows.iter().map(terms).collect::<Result<_>>()?,
        _ => return Ok(None),
    };
    let (name, kind) = match table.name {
        "webhooks" => ("partition", Kind::Int),
        _ => ("terms", Kind::Numbers),
    };
    let values: Vec<_> = values.iter().map(Some).collect();
    written(name, kind, &values).map(Some)
}

fn partition(row: &Row) -> Value {
    let target = row.first().map_or(0, Value::int);
    Value::Int(ownership::partition(TargetNo(target)))
}

fn terms(row: &Row) -> Result<Value> {
    let [_, shop, kind, .., json] = row.as_slice() else {
        return Ok(Value::Null);
    };
    let kind = SubjectKind::from_code(kind.int())?;
    let terms = search::terms(ShopNo(shop.int()), kind, json.text());
    Ok(terms.map_or(Value::Null, |terms| {
        let terms: Vec<_> = terms.iter().map(ToString::to_string).collect();
        Value::Text(terms.join(","))
    }))
}
