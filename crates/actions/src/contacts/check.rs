//! What the fields of a contact may hold.

use claimwire_model::contact::ContactFields;
use uuid::Uuid;

use crate::checks::{Checks, SHORT_TEXT};
use crate::refusal::Refusal;

/// What `preferred_contact_method` may be.
const CONTACT_METHODS: [&str; 4] = ["mobile_phone", "home_phone", "work_phone", "email"];

/// Whether every field may be as it is. `id`: of the contact in the path, when there is one.
pub(super) fn check(fields: &ContactFields, id: Option<&Uuid>) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    if let (Some(id), Some(given)) = (id, &fields.id) {
        checks.that(
            given.parse().as_ref() == Ok(id),
            "/id",
            "is another contact's than the one in the path",
        );
    }
    for (field, text) in [
        ("/first_name", &fields.first_name),
        ("/last_name", &fields.last_name),
        ("/business_name", &fields.business_name),
        ("/title", &fields.title),
        ("/email", &fields.email),
        ("/mobile_phone", &fields.mobile_phone),
        ("/home_phone", &fields.home_phone),
        ("/work_phone", &fields.work_phone),
    ] {
        checks.optional(field, text.as_deref(), SHORT_TEXT);
    }
    if let Some(method) = &fields.preferred_contact_method {
        checks.that(
            CONTACT_METHODS.contains(&method.as_str()),
            "/preferred_contact_method",
            "is none of mobile_phone, home_phone, work_phone and email",
        );
    }
    if let Some(address) = &fields.address {
        checks.open("/address", address);
    }
    checks.open("/custom", &fields.custom);
    checks.performed_by(fields.performed_by.as_ref());
    checks.done()
}
