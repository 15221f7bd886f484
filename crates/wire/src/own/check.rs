//! Whether a dialect does what its file says: the samples of all events that it names, and its own vectors.

use claimwire_model::catalogue;
use claimwire_model::webhook::Secrets;
use claimwire_model::{ApiDialect, Event, EventNo, Shop, ShopNo, Timestamp};
use uuid::Uuid;

use super::OwnDialect;
use super::vector::Vector;

/// When samples happen where nothing else is said: 2026-01-29T14:48:47Z.
const SAMPLED_AT: i64 = 1_769_698_127;
/// Failures that are told of one file.
const TOLD: usize = 3;

impl OwnDialect {
    fn name_of(&self, r#ref: &str) -> Option<&str> {
        let names = self.described.names.iter();
        names
            .filter(|(prefix, _)| catalogue::is_under(r#ref, prefix))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, name)| &**name)
    }
}

/// The shop of samples.
fn shop() -> Shop {
    let at = Timestamp::from_secs(SAMPLED_AT);
    Shop {
        no: ShopNo(0),
        id: Uuid::nil(),
        slug: "sample".to_owned(),
        name: "Sample".to_owned(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: ApiDialect::default(),
        claim_page: None,
        created_at: at,
        updated_at: at,
    }
}

fn sample(r#ref: &str, id: &str, at: Timestamp) -> Option<Event> {
    let mut fact = catalogue::sample(r#ref, at)?;
    fact.given_id = Some(match id {
        "" => "evt_sample".to_owned(),
        id => id.to_owned(),
    });
    Some(Event {
        no: EventNo(0),
        fact,
    })
}

/// Why samples cannot be sent.
pub(super) fn samples(own: &OwnDialect) -> Vec<String> {
    let at = Timestamp::from_secs(SAMPLED_AT);
    let rows = catalogue::all().filter_map(|row| Some((row.r#ref, own.name_of(row.r#ref)?)));
    let fails = rows.filter_map(|(r#ref, name)| {
        let event = sample(r#ref, "", at)?;
        let why = own.form.render(name, &event, &shop()).err()?;
        Some(format!("the sample of `{ref}` cannot be sent: {why}"))
    });
    fails.take(TOLD).collect()
}

/// # Errors
/// What is otherwise than the vector says.
pub(super) fn vector(own: &OwnDialect, vector: &Vector) -> Result<(), String> {
    let at = Timestamp::from_secs(vector.timestamp);
    if let Some(r#ref) = &vector.r#ref {
        let name = own
            .name_of(r#ref)
            .ok_or_else(|| format!("`{ref}` has no name"))?;
        let event = sample(r#ref, &vector.id, at);
        let event = event.ok_or_else(|| format!("there is no sample of `{ref}`"))?;
        let (body, values) = own.form.render(name, &event, &shop())?;
        if body != vector.body.as_bytes() {
            let made = String::from_utf8_lossy(&body);
            return Err(format!("`body` is otherwise; it comes to\n{made}"));
        }
        let names = own.form.headers.iter().map(|(name, _)| &**name);
        same(vector, names.zip(values))?;
    }
    let Some(secret) = &vector.secret else {
        return Ok(());
    };
    let secrets = Secrets {
        current: secret.clone(),
        previous: None,
        ed25519_seed: None,
    };
    let signature = &own.form.signature;
    let signed = signature.sign(&secrets, &vector.id, vector.body.as_bytes(), at);
    let missing = signed.iter().find(|(name, _)| of(vector, name).is_none());
    if let Some((name, value)) = missing {
        return Err(format!(
            "`headers` leaves out `{name}`, which comes to `{value}`"
        ));
    }
    same(vector, signed.into_iter())
}

fn of<'a>(vector: &'a Vector, name: &str) -> Option<&'a str> {
    let mut headers = vector.headers.iter();
    let found = headers.find(|(there, _)| there.eq_ignore_ascii_case(name))?;
    Some(found.1)
}

/// # Errors
/// A header that the vector tells comes out otherwise.
fn same<'a>(vector: &Vector, made: impl Iterator<Item = (&'a str, String)>) -> Result<(), String> {
    for (name, value) in made {
        if let Some(told) = of(vector, name)
            && told != value
        {
            return Err(format!(
                "the header `{name}` is otherwise; it comes to `{value}`"
            ));
        }
    }
    Ok(())
}
