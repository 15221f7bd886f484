//! A claim decided on and a message written, from its page.

use axum::extract::Path;
use claimwire_actions::messages::{self, MessageFields};
use claimwire_actions::{Editor, Patch, claims};
use claimwire_model::claim::{Claim, ClaimFields};
use claimwire_model::message::{Author, MessageDirection};
use serde_json::{Value, json};

use super::damages;
use super::list::status;
use super::show::{again, filled, id};
use crate::access::Posted;
use crate::failure::{Reply, refused, to};
use crate::form::{Errors, Form};
use crate::state::Portal;

const FIELDS: [&str; 5] = [
    "status",
    "assignee_name",
    "assignee_email",
    "labels",
    "damages",
];

/// Changes status, assignee, labels and damages.
pub(crate) async fn update(
    portal: Portal,
    Path((_, claim)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, mut form } = posted;
    let claim_id = id(&claim)?;
    let editor = scope.on(&portal);
    let before: Claim = claims::get(&editor.viewer(), &claim_id).await?.value()?;
    let mut errors = Errors::default();
    form.is_of_now(&filled(&before), "claim", &mut errors);
    let patch = patch(&form, &before, &mut errors);
    if errors.is_empty() {
        let patch = Patch::<ClaimFields>::of(&patch)?;
        match claims::patch(&editor, &claim_id, &patch).await {
            Ok(_) => {
                let path = format!("/claims/{claim_id}?done=claim-saved");
                return Ok(to(&scope.path(&path)));
            }
            Err(refusal) => errors = Errors::of(refusal, &FIELDS, |_| None)?,
        }
    }
    refused(&again(&portal, &scope, claim_id, form, errors).await?)
}

fn patch(form: &Form, before: &Claim, errors: &mut Errors) -> Value {
    let status = status(form, errors);
    let labels: Vec<&str> = form
        .text("labels")
        .split([',', '\n'])
        .map(str::trim)
        .filter(|label| !label.is_empty())
        .collect();
    let mut patch = json!({ "status": status, "labels": labels });
    let typed = form.text("damages").replace("\r\n", "\n");
    if form.ticked("damages")
        && typed.trim() != damages::text(&before.damages)
        && let Some(members) = patch.as_object_mut()
    {
        let damages = damages::read(&typed, &before.damages);
        members.insert("damages".to_owned(), damages);
    }
    let (name, email) = (form.given("assignee_name"), form.given("assignee_email"));
    let was = before.assignee.as_ref();
    let same = name == was.and_then(|assignee| assignee.name.as_deref())
        && email == was.and_then(|assignee| assignee.email.as_deref());
    if let (false, Some(members)) = (same, patch.as_object_mut()) {
        form.email("assignee_email", errors);
        let assignee = match (name, email) {
            (None, None) => Value::Null,
            _ => json!({ "user_id": null, "name": name, "email": email }),
        };
        members.insert("assignee".to_owned(), assignee);
    }
    patch
}

/// Adds a message to the customer.
pub(crate) async fn message(
    portal: Portal,
    Path((_, claim)): Path<(String, String)>,
    posted: Posted<Editor>,
) -> Reply {
    let Posted { scope, form } = posted;
    let claim = id(&claim)?;
    let fields = MessageFields {
        direction: MessageDirection::Outbound,
        body: form.text("body").replace("\r\n", "\n").trim().to_owned(),
        author: Some(Author {
            name: Some(scope.name().to_owned()),
            email: None,
        }),
        performed_by: None,
    };
    if fields.body.is_empty() {
        let errors = Errors::one("body", "Write the message.");
        return refused(&again(&portal, &scope, claim, form, errors).await?);
    }
    match messages::create(&scope.on(&portal), &claim, fields, None).await {
        Ok(_) => Ok(to(&scope.path(&format!("/claims/{claim}?done=sent")))),
        Err(refusal) => {
            let errors = Errors::of(refusal, &["body"], |_| None)?;
            refused(&again(&portal, &scope, claim, form, errors).await?)
        }
    }
}
