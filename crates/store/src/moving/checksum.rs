//! The checksum of a table: of its rows in whatever order.

use std::fmt;

use ring::digest::{Context, SHA256};

use super::{Row, Table, Value};

/// How many rows, and the sum of their digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub rows: u64,
    digests: u128,
}

impl Sum {
    /// Adds a row: what is compared of it.
    pub fn add(&mut self, table: &Table, row: &Row) {
        let mut digest = Context::new(&SHA256);
        for (column, value) in table.columns.iter().zip(row) {
            if !column.compared {
                continue;
            }
            let (kind, bytes): (u8, &[u8]) = match value {
                Value::Null => (0, &[]),
                Value::Int(value) => (1, &value.to_be_bytes()),
                Value::Text(value) => (2, value.as_bytes()),
                Value::Bytes(value) => (3, value),
            };
            digest.update(&[kind]);
            digest.update(&bytes.len().to_be_bytes());
            digest.update(bytes);
        }
        let digest = digest.finish();
        let half = digest.as_ref().first_chunk().copied().unwrap_or_default();
        self.digests = self.digests.wrapping_add(u128::from_be_bytes(half));
        self.rows += 1;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, checksum {:032x}", self.rows, self.digests)
    }
}

#[cfg(test)]
mod tests {
    use super::super::TABLES;
    use super::*;

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_value_does() {
        let table = TABLES.iter().find(|table| table.name == "mailed").unwrap();
        let row = |event, due| vec![Value::Int(event), Value::Int(1), due];
        let sum = |rows: &[Row]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|row| sum.add(table, row));
            sum
        };
        let (a, b) = (row(1, Value::Null), row(2, Value::Int(5)));
        assert_eq!(sum(&[a.clone(), b.clone()]), sum(&[b.clone(), a.clone()]));
        assert_ne!(sum(&[a.clone(), b]), sum(&[a, row(2, Value::Int(6))]));
    }
}
