//! Shops: made and listed by the operator; a shop's own admins may rename and delete it. Where its
//! requests leave from is for the operator alone to say.

mod claim_page;
mod create;
mod emails;
mod update;
mod view;

pub use claim_page::check_page;
pub use create::{ShopRequest, create};
pub(crate) use emails::is_email;
pub use update::{ShopPatch, delete, update};
pub use view::{ShopView, list, show};

use crate::checks::Checks;

/// Characters of a name.
const NAME_CHARS: usize = 200;

/// Names of shops and keys: for people, one line.
pub(crate) fn check_name(checks: &mut Checks, name: &str) {
    checks.that(!name.trim().is_empty(), "/name", "is empty");
    checks.that(
        !name.chars().any(char::is_control),
        "/name",
        "holds control characters",
    );
    checks.text("/name", name, NAME_CHARS);
}
