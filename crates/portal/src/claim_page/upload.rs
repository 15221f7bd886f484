//! Photos: taken in one after the other, each bounded, looked at and rebuilt by the action before it is kept.

use std::sync::{Arc, LazyLock};

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use bytes::BytesMut;
use claimwire_actions::Refusal;
use claimwire_actions::claim_page::{PHOTOS, Question};
use claimwire_actions::images::{IMAGE_BYTES, Photo, aside};
use http::StatusCode;
use tokio::sync::{Semaphore, oneshot};

use super::ask;
use super::draft::Place;
use super::visit::{Drafting, Visit};
use crate::failure::Reply;
use crate::form::{Errors, Form};
use crate::state::PortalState;
use crate::throttle::Counted;

/// Bytes of one form with photos.
pub(super) const UPLOAD_BYTES: usize = 4 * IMAGE_BYTES + 64 * 1024;
/// Forms with photos that are read at once: each holds one photo in memory.
const AT_ONCE: usize = 8;
/// Characters of a field that is no photo.
const FIELD_BYTES: usize = 64;

static ROOM: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE));

/// What came of a form.
#[derive(Default)]
struct Sent {
    /// Photos that were taken in.
    photos: Vec<String>,
    /// By which button.
    button: Form,
    /// What is wrong, by the name of its text.
    wrong: Option<&'static str>,
}

/// Takes photos in, removes one, or goes on.
pub(super) async fn photos(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
    request: Request,
) -> Reply {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&portal, &slug, &parts).await?;
    if !visit.is_own_form() {
        return visit.notice(StatusCode::FORBIDDEN, "foreign");
    }
    let place = Place::Question(Question::Photos);
    let drafting = match Drafting::of(visit, place).await {
        Ok(drafting) => drafting,
        Err(instead) => return instead,
    };
    let sent = match ROOM.try_acquire() {
        Ok(_room) => match read(&drafting, Request::from_parts(parts, body)).await {
            Ok(sent) => sent,
            Err(refusal) => return drafting.visit.failed(refusal),
        },
        Err(_) => Sent {
            wrong: Some("photos_busy"),
            ..Sent::default()
        },
    };
    settle(drafting, sent)
}

/// What the form said, done.
fn settle(mut drafting: Drafting<'_>, sent: Sent) -> Reply {
    let came = !sent.photos.is_empty();
    let photos = &mut drafting.draft.filing.photos;
    photos.extend(sent.photos);
    let wrong = match (sent.wrong, sent.button.ticked("add"), came) {
        (None, true, false) => Some("photos_none"),
        (wrong, ..) => wrong,
    };
    if let Some(name) = wrong {
        let mut errors = Errors::default();
        errors.add("photo", drafting.visit.texts.say(name));
        return ask::page(drafting, Question::Photos, errors, &Form::default());
    }
    let removed = sent.button.given("remove");
    if let Some(number) = removed {
        let number: usize = number.parse().unwrap_or_default();
        if (1..=photos.len()).contains(&number) {
            photos.remove(number - 1);
        }
    }
    if removed.is_some() || sent.button.ticked("add") {
        let here = Place::Question(Question::Photos);
        return drafting.visit.onward(&mut drafting.draft, here);
    }
    ask::onward(drafting, Question::Photos, &Form::default())
}

/// Reads the form, photo after photo; ends at the first that cannot be taken.
async fn read(drafting: &Drafting<'_>, request: Request) -> Result<Sent, Refusal> {
    let mut sent = Sent::default();
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        sent.wrong = Some("photos_broken");
        return Ok(sent);
    };
    loop {
        let mut field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(sent),
            Err(error) => {
                sent.wrong = Some(broken(error.status()));
                return Ok(sent);
            }
        };
        let is_photo = field.name() == Some("photo");
        let name = field.name().unwrap_or_default().to_owned();
        let most = if is_photo { IMAGE_BYTES } else { FIELD_BYTES };
        let mut bytes = BytesMut::new();
        loop {
            match field.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() <= most => {
                    bytes.extend_from_slice(&chunk);
                }
                Ok(None) => break,
                Ok(Some(_)) => {
                    sent.wrong = Some("photos_too_large");
                    return Ok(sent);
                }
                Err(error) => {
                    sent.wrong = Some(broken(error.status()));
                    return Ok(sent);
                }
            }
        }
        if !is_photo {
            sent.button.put(&name, String::from_utf8_lossy(&bytes));
        } else if !bytes.is_empty() {
            match kept(drafting, &sent, bytes.into()).await? {
                Ok(url) => sent.photos.push(url),
                Err(wrong) => {
                    sent.wrong = Some(wrong);
                    return Ok(sent);
                }
            }
        }
    }
}

fn broken(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "photos_too_large",
        _ => "photos_broken",
    }
}

/// A photo's URL once it is kept, or why it is not taken.
async fn kept(
    drafting: &Drafting<'_>,
    sent: &Sent,
    bytes: bytes::Bytes,
) -> Result<Result<String, &'static str>, Refusal> {
    let visit = &drafting.visit;
    let filing = &drafting.draft.filing;
    if filing.photos.len() + sent.photos.len() >= PHOTOS {
        return Ok(Err("photos_too_many"));
    }
    if !visit.may(Counted::Photos, &filing.order_number) {
        return Ok(Err("photos_busy"));
    }
    visit.did(Counted::Photos, &filing.order_number);
    let (sender, answer) = oneshot::channel();
    aside(move || {
        let _ = sender.send(Photo::read(&bytes));
    });
    let read = answer
        .await
        .map_err(|_| Refusal::Failed("decoding a photo broke off".to_owned()))?;
    match read {
        Ok(photo) => visit.desk.photo(photo).await.map(Ok),
        Err(Refusal::Unsupported { .. }) => Ok(Err("photos_no_image")),
        Err(Refusal::TooLarge(_)) => Ok(Err("photos_too_large")),
        Err(Refusal::Invalid { .. }) => Ok(Err("photos_broken")),
        Err(other) => Err(other),
    }
}
