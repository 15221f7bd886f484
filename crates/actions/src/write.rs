//! Subjects that callers write whole: claims, contacts, orders, shipments. Made, replaced or patched,
//! they all go the same way: read, apply, compare, derive, commit; and once more when someone else
//! was quicker.

use std::future::Future;

use claimwire_model::event::Fact;
use claimwire_model::fields::Writable;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use claimwire_store::directory::Once;
use claimwire_store::outbox::NewLetter;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::call::{Call, Found, TRIES, contended, put_document, valued};
use crate::checks::SUBJECT_BYTES;
use crate::idempotency::{CREATED, Keyed};
use crate::images::{self, Names};
use crate::kept::{Kept, Saved};
use crate::limits::Limit;
use crate::merge::Patch;
use crate::read::not_found;
use crate::refusal::Refusal;

/// A subject that callers write whole.
pub(crate) trait Written:
    Writable<Fields: DeserializeOwned + Clone + Send + Sync>
    + Serialize
    + DeserializeOwned
    + PartialEq
    + Clone
    + Send
    + Sync
{
    /// What it is.
    const KIND: SubjectKind;
    /// How many a shop may have.
    const LIMIT: Limit;
    /// Whether it bears one of the shop's numbers.
    const NUMBERED: bool = false;
    /// What names it in the path.
    type Id: ToString + Sync + ?Sized;

    /// Whether every field may be as it is. `id`: as the path has it; none when one is yet to be made.
    fn check(fields: &Self::Fields, id: Option<&Self::Id>) -> Result<(), Refusal>;
    /// What the fields make of `before`, or a new one; equal to `before` when nothing differs.
    fn made(
        fields: Self::Fields,
        id: &Self::Id,
        number: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self;
    /// Its number; 0 when it has none.
    fn number(&self) -> u64 {
        0
    }
    /// What it hangs on, see [`claimwire_store::document::Document::parent`].
    fn parent(&self) -> Option<String> {
        None
    }
    /// The photos of ours that it names.
    fn images(&self) -> Names<'_> {
        Names::new()
    }
    /// What happened.
    fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> impl Future<Output = Result<Vec<Fact>, Refusal>> + Send;
}

/// Makes one with an id of ours.
pub(crate) async fn create<T: Written<Id = Uuid>>(
    call: &Call<'_>,
    fields: T::Fields,
    keyed: Option<Keyed<Kept<T>>>,
) -> Result<Once<Kept<T>>, Refusal> {
    create_with_letters(call, fields, keyed, no_letters).await
}

/// The same, with the mails that go out because of it.
pub(crate) async fn create_with_letters<T: Written<Id = Uuid>>(
    call: &Call<'_>,
    fields: T::Fields,
    keyed: Option<Keyed<Kept<T>>>,
    letters: impl FnOnce(&T) -> Vec<NewLetter> + Send,
) -> Result<Once<Kept<T>>, Refusal> {
    T::check(&fields, None)?;
    if let Some(answered) = call.earlier(keyed.as_ref()).await? {
        return Ok(Once::Before(answered));
    }
    let id = Uuid::new_v4();
    let number = reserve::<T>(call).await?;
    match write::<T>(call, &id, None, number, fields, keyed, letters).await? {
        Some(Once::Now(saved)) => Ok(Once::Now(saved.value)),
        Some(Once::Before(answered)) => Ok(Once::Before(answered)),
        None => Err(contended(T::KIND, &id.to_string())),
    }
}

/// Makes the one of this id, or gives the fields that `named` names the values that it names: what is
/// absent stays, null clears (contract section 2). The same again changes nothing.
pub(crate) async fn put<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    named: &Patch<T::Fields>,
) -> Result<Saved<Kept<T>>, Refusal>
where
    T::Fields: Serialize + From<T>,
{
    upsert(call, id, named, Patch::replaced).await
}

/// The same, with `onto` to say what the patch makes of the fields.
pub(crate) async fn upsert<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    named: &Patch<T::Fields>,
    onto: impl Fn(&Patch<T::Fields>, &T::Fields, &[&str]) -> Result<T::Fields, Refusal>,
) -> Result<Saved<Kept<T>>, Refusal>
where
    T::Fields: Serialize + From<T>,
{
    let key = id.to_string();
    let mut reserved = None;
    for _ in 0..TRIES {
        let before = call.find::<T>(T::KIND, &key).await?;
        let fields = before.as_ref().map(|before| before.value.clone().into());
        let fields = onto(named, &fields.unwrap_or_default(), T::ALSO)?;
        T::check(&fields, Some(id))?;
        let number = match (&before, reserved) {
            (Some(before), _) => before.value.number(),
            (None, Some(number)) => number,
            (None, None) => *reserved.insert(reserve::<T>(call).await?),
        };
        let once = write(call, id, before.as_ref(), number, fields, None, no_letters).await?;
        if let Some(Once::Now(saved)) = once {
            return Ok(saved);
        }
    }
    Err(contended(T::KIND, &key))
}

/// Changes what the merge patch names.
pub(crate) async fn patch<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    patch: &Patch<T::Fields>,
) -> Result<Kept<T>, Refusal>
where
    T::Fields: Serialize + From<T>,
{
    let key = id.to_string();
    for _ in 0..TRIES {
        let found = call.find::<T>(T::KIND, &key).await?;
        let before = found.ok_or_else(|| not_found(T::KIND, &key))?;
        let fields = patch.applied(&T::Fields::from(before.value.clone()), T::ALSO)?;
        T::check(&fields, Some(id))?;
        let number = before.value.number();
        let once = write(call, id, Some(&before), number, fields, None, no_letters).await?;
        if let Some(Once::Now(saved)) = once {
            return Ok(saved.value);
        }
    }
    Err(contended(T::KIND, &key))
}

/// Nobody is written to.
fn no_letters<T>(_: &T) -> Vec<NewLetter> {
    Vec::new()
}

/// Room for a new one, and its number.
async fn reserve<T: Written>(call: &Call<'_>) -> Result<u64, Refusal> {
    call.room(T::LIMIT, 1).await?;
    if T::NUMBERED {
        Ok(call.store.reserve_number(call.shop.no, T::KIND).await?)
    } else {
        Ok(0)
    }
}

/// Commits what the fields make of `before`, with its events. `None`: someone else was quicker.
async fn write<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    before: Option<&Found<T>>,
    number: u64,
    mut fields: T::Fields,
    keyed: Option<Keyed<Kept<T>>>,
    letters: impl FnOnce(&T) -> Vec<NewLetter> + Send,
) -> Result<Option<Once<Saved<Kept<T>>>>, Refusal> {
    let by = call.performed_by(T::performed_by(&mut fields));
    let mut after = T::made(fields, id, number, before.map(|b| &b.value), call.now);
    let id = id.to_string();
    match before {
        Some(before) if before.value == after => {
            let value = Kept::of_text(T::KIND, &id, before.json.clone())?;
            return Ok(Some(Once::Now(Saved { value, new: false })));
        }
        Some(_) => after.touch(call.now),
        None => {}
    }
    let value = Kept::of(&after)?;
    check_size(
        T::KIND,
        value.json().len(),
        before.map_or(0, |b| b.json.len()),
    )?;
    let facts = T::facts(call, before.map(|b| &b.value), &after, &by).await?;
    let version = before.map_or(0, |b| b.version);
    let write = put_document(T::KIND, &id, version, after.parent(), value.json());
    let record = keyed.map(|keyed| keyed.record(CREATED, &value));
    let saved = Saved {
        value,
        new: before.is_none(),
    };
    let images_before = before.map_or_else(Names::new, |before| before.value.images());
    let images = images::changes(&images_before, &after.images());
    let letters = letters(&after);
    let once = call.commit_with_letters(vec![write], facts, images, letters, record);
    let once = once.await?;
    Ok(once.map(|once| valued(once, saved)))
}

/// Whether a subject may have so many bytes. One that an earlier program let grow beyond may shrink.
fn check_size(kind: SubjectKind, bytes: usize, before: usize) -> Result<(), Refusal> {
    if bytes <= SUBJECT_BYTES.max(before) {
        return Ok(());
    }
    let kind = kind.as_str();
    let message = format!("makes a {kind} of {bytes} bytes; one may have {SUBJECT_BYTES} in all");
    Err(Refusal::field("", message))
}
