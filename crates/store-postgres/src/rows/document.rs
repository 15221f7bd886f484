//! Documents: claims, orders, shipments, contacts and messages in the API's shape.

use claimwire_model::SubjectKind;
use claimwire_store::codes::Code;
use claimwire_store::document::Document;
use tokio_postgres::Row;

use crate::error::Result;
use crate::rows::count;

/// What [`read`] reads.
pub(crate) const COLUMNS: &str = "kind, id, parent, version, json, no";

/// A document from [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<Document> {
    Ok(Document {
        kind: SubjectKind::from_code(row.try_get(0)?)?,
        id: row.try_get(1)?,
        parent: row.try_get(2)?,
        version: count(row, 3)?,
        json: row.try_get(4)?,
    })
}

/// A parent as its column takes it: PostgreSQL's texts have no NUL, which a text of a caller's may have.
pub(crate) fn parent(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
