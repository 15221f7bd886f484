//! All that users can do, each thing once: look who asks, read, apply, derive (pure, in model), one
//! commit. The API's routes call these, and so will the pages of a portal; nothing here knows HTTP,
//! beyond the status numbers that the idempotency record keeps.
//!
//! An action takes the proof of the role that it needs ([`As`], or [`Operator`] and a [`Caller`] for
//! what is no shop's), typed values, and for a thing that a repeated request must not do twice a
//! [`Keyed`]. It answers a value. What was not done is a [`Refusal`], and then nothing was written.
//! JSON and its errors are for those who call: [`input`] and [`Patch`] read it into what the actions
//! take, and every answer can be serialised.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

/// The actions that the subjects have in common.
macro_rules! actions {
    ($subject:ident, $fields:ident, $id:ty: $($action:ident)*) => {
        $(crate::actions!(@$action $subject $fields $id);)*
    };
    (@create $subject:ident $fields:ident $id:ty) => {
        /// Makes one with an id of ours.
        ///
        /// # Errors
        /// When a field cannot be as it is, or the store cannot commit.
        pub async fn create(
            editor: &crate::As<'_, crate::Editor>,
            fields: $fields,
            keyed: Option<crate::Keyed<crate::Kept<$subject>>>,
        ) -> Result<crate::Once<crate::Kept<$subject>>, crate::Refusal> {
            crate::write::create(editor.call(), fields, keyed).await
        }
    };
    (@put $subject:ident $fields:ident $id:ty) => {
        /// Makes the one of this id, or changes what `named` names of it: an absent field stays, null
        /// clears, any other value replaces the field whole. The same again changes nothing.
        ///
        /// # Errors
        /// When a field cannot be as it is, or the store cannot commit.
        pub async fn put(
            editor: &crate::As<'_, crate::Editor>,
            id: &$id,
            named: &crate::Patch<$fields>,
        ) -> Result<crate::Saved<crate::Kept<$subject>>, crate::Refusal> {
            crate::write::put(editor.call(), id, named).await
        }
    };
    (@patch $subject:ident $fields:ident $id:ty) => {
        /// Changes what the patch names.
        ///
        /// # Errors
        /// When it is not there, a field could not be as it would be, or the store cannot commit.
        pub async fn patch(
            editor: &crate::As<'_, crate::Editor>,
            id: &$id,
            patch: &crate::Patch<$fields>,
        ) -> Result<crate::Kept<$subject>, crate::Refusal> {
            crate::write::patch(editor.call(), id, patch).await
        }
    };
    (@get $subject:ident $fields:ident $id:ty) => {
        /// The one of this id.
        ///
        /// # Errors
        /// When it is not there.
        pub async fn get(
            viewer: &crate::As<'_, crate::Viewer>,
            id: &$id,
        ) -> Result<crate::Kept<$subject>, crate::Refusal> {
            let kind = <$subject as crate::write::Written>::KIND;
            crate::read::one(viewer.call(), kind, &id.to_string()).await
        }
    };
    (@list $subject:ident $fields:ident $id:ty) => {
        /// A page of the shop's, newest first; with `q` those that have all of its words.
        ///
        /// # Errors
        /// When `q` has no word, or the store's.
        pub async fn list(
            viewer: &crate::As<'_, crate::Viewer>,
            q: Option<&str>,
            page: claimwire_store::PageRequest,
        ) -> Result<claimwire_store::Page<crate::Kept<$subject>>, crate::Refusal> {
            let kind = <$subject as crate::write::Written>::KIND;
            let filter = claimwire_store::DocumentFilter {
                terms: crate::read::words(q)?,
                ..Default::default()
            };
            crate::read::find(viewer.call(), kind, filter, page).await
        }
    };
}
pub(crate) use actions;

mod access;
pub mod analytics;
pub mod api_keys;
mod asking;
pub mod audit;
mod call;
mod caller;
mod checks;
pub mod claim_page;
pub mod claims;
pub mod connectors;
pub mod contacts;
mod context;
pub mod deliveries;
pub mod events;
pub mod hooks;
mod hours;
mod idempotency;
pub mod images;
pub mod input;
mod kept;
pub mod limits;
pub mod mail;
mod measures;
pub mod members;
mod merge;
pub mod messages;
pub mod operator;
pub mod orders;
pub mod password;
pub mod portal_links;
mod ports;
mod read;
mod refusal;
mod room;
pub mod sessions;
pub mod shipments;
pub mod shops;
mod target_checks;
#[cfg(test)]
mod testing;
pub mod webhooks;
mod write;

pub use access::{Admin, As, Editor, InShop, Needs, Operator, Viewer};
pub use asking::Asking;
pub use caller::Caller;
pub use claimwire_store::Answered;
pub use claimwire_store::directory::Once;
pub use hours::Hours;
pub use idempotency::{IdempotencyKey, Keyed};
pub use kept::{Kept, Saved};
pub use limits::{Limit, LimitSetting, Limits};
pub use merge::Patch;
pub use ports::{Clock, Ports, Random, system_random};
pub use refusal::{FieldError, Refusal, VALIDATION_FAILED};
