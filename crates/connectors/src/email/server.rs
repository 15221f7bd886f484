//! Which mail server: the shop's own, or the operator's.

use claimwire_wire::letter::{OWN_SERVER, is_mail};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::ABOUT;
use crate::account::Account;

/// A URL's parts: `smtps`, the user if there is one, `mail.example.com:465`.
fn parts(url: &str) -> Option<(&str, Option<&str>, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    Some(match rest.rsplit_once('@') {
        Some((user, host)) => (scheme, Some(user), host),
        None => (scheme, None, rest),
    })
}

/// Where mails are handed over, with the password.
pub(super) fn url(account: &Account) -> String {
    let url = account.setting(&ABOUT, "smtp_url");
    let password = account.credential("smtp_password");
    match parts(url) {
        None => OWN_SERVER.to_owned(),
        Some((scheme, Some(user), host)) if !password.is_empty() => {
            let password = utf8_percent_encode(password, NON_ALPHANUMERIC);
            format!("{scheme}://{user}:{password}@{host}")
        }
        Some(_) => url.to_owned(),
    }
}

/// # Errors
/// The setting that no mail can be sent with, and why.
pub(super) fn check(account: &Account) -> Result<(), (&'static str, String)> {
    let url = account.setting(&ABOUT, "smtp_url");
    let password = account.credential("smtp_password");
    if url.is_empty() {
        return match password.is_empty() {
            true => Ok(()),
            false => Err((
                "credentials.smtp_password",
                "there is no `settings.smtp_url` that it is for".to_owned(),
            )),
        };
    }
    let no = |why: &str| Err(("settings.smtp_url", why.to_owned()));
    let Some((_, user, host)) = parts(url).filter(|_| is_mail(url)) else {
        return no("it is `smtps://USER@HOST` or `smtp://USER@HOST:PORT`");
    };
    if host.is_empty() || host.contains(['/', '?', '#']) || host.contains(char::is_whitespace) {
        return no("after the host there can be a port and nothing else");
    }
    match user {
        Some(user) if user.contains(':') => {
            no("the password belongs into `credentials.smtp_password`")
        }
        Some(_) if password.is_empty() => Err((
            "credentials.smtp_password",
            "the user in `settings.smtp_url` has none".to_owned(),
        )),
        None if !password.is_empty() => no("there is no user in it that the password is for"),
        _ if account.setting(&ABOUT, "from").is_empty() => Err((
            "settings.from",
            "an own mail server takes mails from its own addresses: set one".to_owned(),
        )),
        _ => Ok(()),
    }
}
