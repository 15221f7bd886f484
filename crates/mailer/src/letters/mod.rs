//! Sends the mails of connectors (contract section 7, `email`): a request to an `smtp:` URL is a
//! [`Letter`], and the mail server's answer is its answer. All other requests go on to the sender beneath.
//!
//! A shop's own mail server is permitted by the rule for its webhooks: its address is checked and then connected to
//! as it is. Photos of one mail are in memory while it is sent, of few mails at once.

pub(crate) mod message;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use claimwire_model::delivery::Stages;
use claimwire_model::{Headers, Shop, ShopNo, Timestamp};
use claimwire_wire::driver::{PhotoError, Photos};
use claimwire_wire::letter::{Letter, OWN_SERVER, is_mail};
use claimwire_wire::send::{Answer, Method, Request, SendError, SendErrorKind, Sender, Timed};
use lettre::AsyncTransport as _;
use lettre::message::Mailbox;
use lettre::transport::smtp;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::server::Server;
use message::{Attached, message};

/// Bytes of photos in one mail; what is more becomes links.
const PHOTOS_BYTES: usize = 20 * 1024 * 1024;
/// Mails with photos in memory at once.
const AT_ONCE: usize = 2;
/// Time for the mail server after the photos are there.
const SERVER_HAS: Duration = Duration::from_secs(20);

/// Says which addresses a host that a shop named may be connected to at.
#[async_trait]
pub trait AddressPolicy: Send + Sync {
    /// The addresses, in the order in which to try them; at least one.
    ///
    /// # Errors
    /// The name has none, or none that is permitted.
    async fn addresses(
        &self,
        host: &str,
        port: u16,
        shop: ShopNo,
        deadline: Instant,
    ) -> Result<Vec<SocketAddr>, SendError>;
}

/// The operator's own mail server.
#[derive(Debug, Clone)]
pub struct Own {
    /// Which.
    pub server: Server,
    /// Who writes.
    pub from: Mailbox,
}

/// A sender that mails too.
pub struct MailingSender {
    beneath: Arc<dyn Sender>,
    photos: Arc<dyn Photos>,
    policy: Arc<dyn AddressPolicy>,
    own: Option<Own>,
    room: Semaphore,
}

impl MailingSender {
    /// Without `own`, only connectors with a mail server of their own can mail.
    #[must_use]
    pub fn new(
        beneath: Arc<dyn Sender>,
        photos: Arc<dyn Photos>,
        policy: Arc<dyn AddressPolicy>,
        own: Option<Own>,
    ) -> Self {
        Self {
            beneath,
            photos,
            policy,
            own,
            room: Semaphore::new(AT_ONCE),
        }
    }

    async fn mail(&self, request: &Request, deadline: Instant) -> Result<Answer, SendError> {
        if request.method == Method::Get {
            let (server, from) = self.server(request, None, deadline).await?;
            let transport = server.transport(&from);
            return match transport.test_connection().await {
                Ok(true) => Ok(answer(250, "the mail server lets us in")),
                Ok(false) => Ok(answer(421, "the mail server closed the connection")),
                Err(error) => came(&error),
            };
        }
        let letter: Letter = serde_json::from_slice(&request.body).map_err(|e| {
            failed(
                SendErrorKind::Protocol,
                format!("the mail cannot be read: {e}"),
            )
        })?;
        let (server, from) = self
            .server(request, letter.from.as_deref(), deadline)
            .await?;
        let room = match letter.photos.is_empty() {
            true => None,
            false => self.room.acquire().await.ok(),
        };
        let photos = self.fetch(&letter, request, deadline).await?;
        let links = links(&photos);
        let message = message(&letter, &from, photos).map_err(|why| {
            failed(
                SendErrorKind::Protocol,
                format!("the mail cannot be made: {why}"),
            )
        })?;
        let sent = server.transport(&from).send(message).await;
        drop(room);
        match sent {
            Ok(response) => Ok(answer(
                u16::from(response.code()),
                &response
                    .message()
                    .chain(links.as_deref())
                    .collect::<Vec<_>>()
                    .join("\n"),
            )),
            Err(error) => came(&error),
        }
    }

    /// Which server, and who writes.
    async fn server(
        &self,
        request: &Request,
        from: Option<&str>,
        deadline: Instant,
    ) -> Result<(Server, Mailbox), SendError> {
        let own_from = || self.own.as_ref().map(|own| own.from.clone());
        let from = match from {
            Some(text) => text.parse().map_err(|_| {
                failed(
                    SendErrorKind::Url,
                    "`settings.from` is no address".to_owned(),
                )
            })?,
            None => own_from().ok_or_else(|| {
                failed(
                    SendErrorKind::Url,
                    "`settings.from` is not set, and this server has no address of its own"
                        .to_owned(),
                )
            })?,
        };
        if request.url == OWN_SERVER {
            let own = self.own.as_ref().ok_or_else(|| {
                failed(SendErrorKind::Url, "this server has no mail server of its own (--smtp-url): set `settings.smtp_url`".to_owned())
            })?;
            return Ok((own.server.clone(), from));
        }
        if request.egress.is_some() {
            let why = "mails do not go through egress profiles: take the connector's and the shop's away, or mail by this server's own mail server";
            return Err(failed(SendErrorKind::Egress, why.to_owned()));
        }
        let server = Server::parse(&request.url, &[])
            .map_err(|why| failed(SendErrorKind::Url, format!("`settings.smtp_url`: {why}")))?;
        let (host, port) = server.place();
        let addresses = self
            .policy
            .addresses(host, port, request.shop, deadline)
            .await?;
        let first = addresses
            .first()
            .ok_or_else(|| failed(SendErrorKind::Dns, format!("{host} has no address")))?;
        Ok((server.at(first.ip()), from))
    }

    /// The photos that can be had, in their order, and why the others cannot.
    async fn fetch(
        &self,
        letter: &Letter,
        request: &Request,
        deadline: Instant,
    ) -> Result<Vec<Attached>, SendError> {
        let shop = pinned(request);
        let mut left = PHOTOS_BYTES;
        let mut all = Vec::new();
        for url in &letter.photos {
            let no = |reason: &str| Attached::Link(url.clone(), reason.to_owned());
            if Instant::now() + SERVER_HAS > deadline {
                all.push(no("there was no time left to fetch it"));
                continue;
            }
            let photo = self.photos.photo(url, &shop, request.egress.as_deref());
            all.push(match timeout_at(deadline - SERVER_HAS, photo).await {
                Err(_) => no("it did not come in time"),
                Ok(Err(PhotoError::Ours(error))) => return Err(error),
                Ok(Err(PhotoError::Gone(reason))) => no(&reason),
                Ok(Ok(photo)) if photo.bytes.len() > left => no("the mail would be too large"),
                Ok(Ok(photo)) => {
                    left -= photo.bytes.len();
                    // A copy: the photo's own room is for others as soon as it is here.
                    Attached::Photo(photo.content_type, photo.bytes.to_vec())
                }
            });
        }
        Ok(all)
    }
}

/// Written out, so that a request that is no mail costs nothing here.
impl Sender for MailingSender {
    fn send<'a, 'b>(
        &'a self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, SendError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        if !is_mail(&request.url) {
            return self.beneath.send(request);
        }
        Box::pin(async move {
            let deadline = Instant::now() + request.timeout;
            match timeout_at(deadline, self.mail(&request, deadline)).await {
                Ok(came) => came,
                Err(_) => Err(failed(
                    SendErrorKind::Timeout,
                    "the deadline passed while the mail was sent".to_owned(),
                )),
            }
        })
    }

    fn timed<'a, 'b>(&'a self, request: Request) -> Pin<Box<dyn Future<Output = Timed> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        if !is_mail(&request.url) {
            return self.beneath.timed(request);
        }
        Box::pin(async move {
            Timed {
                came: self.send(request).await,
                stages: Stages::default(),
            }
        })
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        self.beneath.check_url(url)
    }

    fn egress_profiles(&self) -> Vec<&str> {
        self.beneath.egress_profiles()
    }
}

/// The shop, as far as fetching a photo needs it: its number, for its share of what all have.
fn pinned(request: &Request) -> Shop {
    Shop {
        no: request.shop,
        id: uuid::Uuid::nil(),
        slug: String::new(),
        name: String::new(),
        egress: None,
        notification_emails: Vec::new(),
        api_dialect: claimwire_model::ApiDialect::default(),
        claim_page: None,
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

/// What the record of the attempt says of photos that are not in the mail (contract section 7).
fn links(photos: &[Attached]) -> Option<String> {
    let links = photos
        .iter()
        .filter(|photo| matches!(photo, Attached::Link(..)));
    let links = links.count();
    (links > 0).then(|| format!("{links} of {} photos as links", photos.len()))
}

/// What the server said no with, or why it said nothing.
fn came(error: &smtp::Error) -> Result<Answer, SendError> {
    if let Some(code) = error.status() {
        let source = std::error::Error::source(error).map(ToString::to_string);
        return Ok(answer(u16::from(code), &source.unwrap_or_default()));
    }
    let kind = match () {
        () if error.is_timeout() => SendErrorKind::Timeout,
        () if error.is_tls() => SendErrorKind::Tls,
        () if error.is_response() => SendErrorKind::Protocol,
        () => SendErrorKind::Connect,
    };
    Err(failed(kind, format!("the mail server: {error}")))
}

fn answer(status: u16, said: &str) -> Answer {
    Answer {
        status,
        headers: Headers::default(),
        body: said.to_owned().into(),
    }
}

fn failed(kind: SendErrorKind, detail: String) -> SendError {
    SendError { kind, detail }
}
