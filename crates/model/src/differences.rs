//! What differs between a subject before and after a change, field by field.

use serde::Serialize;
use serde_json::value::to_raw_value;

use crate::json::RawJson;

/// `{field: {"before": …, "after": …}}` in the making.
#[derive(Default)]
pub(crate) struct Differences(Vec<(&'static str, Sides)>);

#[derive(Serialize)]
struct Sides {
    before: RawJson,
    after: RawJson,
}

impl Differences {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == field)
    }

    /// Whether a field other than these differs.
    pub(crate) fn has_other_than(&self, fields: &[&str]) -> bool {
        self.0.iter().any(|(name, _)| !fields.contains(name))
    }

    /// Takes out a field whose difference does not count.
    pub(crate) fn leave_out(&mut self, field: &str) {
        self.0.retain(|(name, _)| *name != field);
    }

    pub(crate) fn into_json(self) -> Result<RawJson, serde_json::Error> {
        to_raw_value(&self)
    }

    /// Notes a field that differs. `field`: its name, as Rust writes it.
    pub(crate) fn compare<T: PartialEq + Serialize>(
        &mut self,
        field: &'static str,
        before: &T,
        after: &T,
    ) -> Result<(), serde_json::Error> {
        if before != after {
            self.0.push((
                field.trim_start_matches("r#"),
                Sides {
                    before: to_raw_value(before)?,
                    after: to_raw_value(after)?,
                },
            ));
        }
        Ok(())
    }
}

impl Serialize for Differences {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, sides)| (field, sides)))
    }
}
