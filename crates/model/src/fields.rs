//! Subjects that callers write whole (claims, orders, shipments, contacts), each told of once.
//!
//! What a caller writes of a subject is a part of it: [`subject!`] takes one list of the fields and
//! makes of it the subject, what is written, the way from one to the other and back, and what differs
//! between two. A new field is a line in that list, and a line in the subject's check
//! (`claimwire_actions`) where it has a bound.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::performed_by::PerformedBy;
use crate::time::Timestamp;

/// A subject that callers write whole.
pub trait Writable: Sized {
    /// What a caller writes of it.
    type Fields: Default;
    /// Fields that a caller may give beside them: `performed_by`, and the read-only ones.
    const ALSO: &'static [&'static str];

    /// Who makes the change, if the request says.
    fn performed_by(fields: &mut Self::Fields) -> Option<PerformedBy>;
    /// Something differs: sets when it last changed.
    fn touch(&mut self, now: Timestamp);
}

/// A subject and what is written of it.
///
/// `id` is given by the path, `written` by the caller, `read` by the server; what is `given` is written
/// but no field of the subject: whoever makes the subject puts it where it belongs. A type `as "objects"`,
/// `as "object"` or `as "nullable"` is read by the function of this module of that name. A field that is
/// added must be an `Option`, or the documents that were written before it are no subjects any more.
macro_rules! subject {
    (
        $(#[$subject_meta:meta])* $subject:ident,
        $(#[$fields_meta:meta])* $fields:ident;
        id { $(#[$id_meta:meta])* $id:ident: $id_type:ty }
        $(number { $(#[$number_meta:meta])* $number:ident: $number_type:ty })?
        written {
            $($(#[$meta:meta])* $name:ident: $type:ty $(as $how:literal)?,)*
        }
        $(given {
            $($(#[$given_meta:meta])* $given:ident: $given_type:ty $(as $given_how:literal)?,)*
        })?
        read {
            $($(#[$read_meta:meta])* $read:ident: $read_type:ty,)*
        }
    ) => {
        $(#[$subject_meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub struct $subject {
            $(#[$id_meta])* pub $id: $id_type,
            $($(#[$number_meta])* pub $number: $number_type,)?
            $($(#[$meta])* pub $name: $type,)*
            $($(#[$read_meta])* pub $read: $read_type,)*
        }

        $(#[$fields_meta])*
        #[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct $fields {
            $($(#[$meta])* $(#[serde(deserialize_with = $how)])? pub $name: $type,)*
            $($(
                $(#[$given_meta])*
                #[serde(skip_serializing)]
                $(#[serde(deserialize_with = $given_how)])?
                #[schema(write_only)]
                pub $given: Option<$given_type>,
            )*)?
            /// Who makes the change; without it source `api` and the API key's name.
            #[serde(skip_serializing, deserialize_with = "object")]
            #[schema(write_only)]
            pub performed_by: Option<$crate::PerformedBy>,
            /// Read-only: with PUT it must be that of the path.
            #[serde(skip_serializing)]
            #[schema(read_only, value_type = Option<$id_type>)]
            pub $id: Option<String>,
            $(
                /// Read-only; ignored.
                #[serde(skip_serializing)]
                #[schema(read_only, value_type = Option<$number_type>)]
                pub $number: Option<$crate::fields::ReadOnly>,
            )?
            $(
                /// Read-only; ignored.
                #[serde(skip_serializing)]
                #[schema(read_only, value_type = Option<$read_type>)]
                pub $read: Option<$crate::fields::ReadOnly>,
            )*
        }

        impl $subject {
            /// The subject that has these fields.
            #[must_use]
            pub fn of(
                fields: $fields,
                $id: $id_type,
                $($number: $number_type,)?
                $($read: $read_type,)*
            ) -> Self {
                Self {
                    $id,
                    $($number,)?
                    $($name: fields.$name,)*
                    $($read,)*
                }
            }

            /// What differs in what callers write of it, in the order of the fields.
            #[allow(dead_code, reason = "not every subject has events that tell")]
            pub(crate) fn differences(
                &self,
                after: &Self,
            ) -> Result<$crate::differences::Differences, serde_json::Error> {
                let mut differences = $crate::differences::Differences::default();
                $(differences.compare(stringify!($name), &self.$name, &after.$name)?;)*
                Ok(differences)
            }
        }

        impl From<$subject> for $fields {
            fn from(subject: $subject) -> Self {
                Self {
                    $($name: subject.$name,)*
                    ..Self::default()
                }
            }
        }

        impl $crate::fields::Writable for $subject {
            type Fields = $fields;
            const ALSO: &'static [&'static str] = &[
                "performed_by",
                $($(stringify!($given),)*)?
                stringify!($id),
                $(stringify!($number),)?
                $(stringify!($read),)*
            ];

            fn performed_by(fields: &mut $fields) -> Option<$crate::PerformedBy> {
                fields.performed_by.take()
            }

            fn touch(&mut self, now: $crate::Timestamp) {
                self.updated_at = now;
            }
        }
    };
}
pub(crate) use subject;

/// A `T` from a JSON object alone: serde would also fill a struct from an array, field by field.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(ObjectVisitor(PhantomData))
            .map(Object)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A field that answers hold and requests may hold too, so that what was got can be put back: any
/// value, ignored.
#[derive(Debug, Clone, Default)]
pub struct ReadOnly;

impl<'de> Deserialize<'de> for ReadOnly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl Serialize for ReadOnly {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// For `deserialize_with`: an object or null.
///
/// # Errors
/// When it is neither.
pub fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Object<T>>::deserialize(deserializer)?.map(|o| o.0))
}

/// Entries of one list: items, images, labels, damages, products.
pub const ENTRIES: usize = 1_000;

/// For `deserialize_with`: an array of objects; null is an empty one.
///
/// # Errors
/// As [`some_objects`].
pub fn objects<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(some_objects(deserializer)?.unwrap_or_default())
}

/// For `deserialize_with`: an array of objects, or null. One of more than [`ENTRIES`] is refused before
/// the rest is read, since `{}` takes much more room as a value than as text.
///
/// # Errors
/// When it is neither, or longer.
pub fn some_objects<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::<Objects<T>>::deserialize(deserializer)?.map(|list| list.0))
}

/// An array of at most [`ENTRIES`] objects; a longer one is refused before the rest is read.
#[derive(Debug)]
pub struct Objects<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ObjectsVisitor(PhantomData))
    }
}

struct ObjectsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectsVisitor<T> {
    type Value = Objects<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Objects<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(Object(one)) = seq.next_element()? {
            if list.len() >= ENTRIES {
                return Err(de::Error::custom(format_args!(
                    "has more than {ENTRIES} entries"
                )));
            }
            list.push(one);
        }
        Ok(Objects(list))
    }
}

/// For `deserialize_with`: null is the same as absent (contract section 8).
///
/// # Errors
/// When it is neither null nor a `T`.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
