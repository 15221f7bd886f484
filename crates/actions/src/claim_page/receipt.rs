//! The mail that tells a customer that their claim came, by the operator's own mail server.

use std::time::Duration;

use claimwire_model::claim::Claim;
use claimwire_wire::letter::{Letter, OWN_SERVER};
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request, SendError};

use super::ClaimDesk;
use crate::shops::is_email;

/// All of it, from the connection to the mail server's last word.
const TIMEOUT: Duration = Duration::from_secs(60);

impl ClaimDesk<'_> {
    /// Mails a receipt to the claim's customer: a subject and paragraphs, which are text. False: the customer has no
    /// address that can be written to.
    ///
    /// # Errors
    /// Why it could not be sent. It is not sent again: the customer has the number and the link from the page.
    pub async fn receipt(
        &self,
        claim: &Claim,
        subject: String,
        paragraphs: &[String],
    ) -> Result<bool, SendError> {
        let email = claim.customer.as_ref().and_then(|c| c.email.as_deref());
        let Some(to) = email.map(str::trim).filter(|email| is_email(email)) else {
            return Ok(false);
        };
        let html = paragraphs
            .iter()
            .map(|text| format!("<p>{}</p>", escaped(text)));
        let letter = Letter {
            to: to.to_owned(),
            subject,
            message_id: format!("receipt.{}@{}", claim.id, self.host()),
            at: Some(claim.created_at),
            text: paragraphs.join("\n\n"),
            html: html.collect(),
            ..Letter::default()
        };
        let body = serde_json::to_vec(&letter).unwrap_or_default();
        let request = Request {
            method: Method::Post,
            url: OWN_SERVER.to_owned(),
            headers: claimwire_model::Headers::default(),
            body: body.into(),
            timeout: TIMEOUT,
            egress: None,
            answer_limit: RESPONSE_BODY_READ,
            answer_room: None,
            shop: self.shop.no,
        };
        self.ports.sender.send(request).await.map(|_| true)
    }

    fn host(&self) -> String {
        let url = url::Url::parse(&self.ports.public_url).ok();
        let host = url.and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_else(|| "claimwire.invalid".to_owned())
    }
}

/// As text of a fragment of HTML. A line that is a link is one.
fn escaped(text: &str) -> String {
    let plain = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    if text.starts_with("https://") || text.starts_with("http://") {
        return format!("<a href=\"{plain}\">{plain}</a>");
    }
    plain.replace('\n', "<br>")
}
