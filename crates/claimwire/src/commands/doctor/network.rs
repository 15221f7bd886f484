//! Names, root certificates, and whether requests get out: by the server's own sender, so that what is found here is
//! what a webhook meets.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use claimwire_model::ShopNo;
use claimwire_sender::{Dns, HttpSender};
use claimwire_wire::send::{Method, RESPONSE_BODY_READ, Request, SendErrorKind, Sender as _};

use super::{Finding, State};
use crate::open_files::OpenFiles;
use crate::server::sender_settings;
use crate::settings::ServeSettings;

/// As long as a webhook may take at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that is to be seen of it; with `reach` a request is made.
pub fn look(settings: &ServeSettings, reach: Option<&str>) -> anyhow::Result<Vec<Finding>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut dns = names(Path::new("/etc/resolv.conf"));
    if dns.state == State::Ok {
        dns = runtime.block_on(answered(&Dns::of_the_system(), dns));
    }
    let mut findings = vec![dns, roots(settings)];
    let Some(url) = reach else {
        return Ok(findings);
    };
    let sender = match HttpSender::new(sender_settings(settings, OpenFiles::raise())?) {
        Ok(sender) => sender,
        Err(error) => {
            let hint = "mend the settings of egress and certificates";
            findings.push(Finding::fail(
                "egress",
                format!("nothing can be sent: {error:#}"),
                hint,
            ));
            return Ok(findings);
        }
    };
    let profiles = std::iter::once(None).chain(settings.egress.keys().map(Some));
    for profile in profiles {
        findings.push(runtime.block_on(reached(&sender, url, profile.map(String::as_str))));
    }
    Ok(findings)
}

/// Whether there is someone to ask for addresses.
fn names(file: &Path) -> Finding {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let servers = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"));
    let servers: Vec<&str> = servers
        .map(str::trim)
        .filter(|server| !server.is_empty())
        .collect();
    if servers.is_empty() {
        let hint = "name a resolver there: without one no webhook's host is found";
        return Finding::warn("dns", format!("{} names no resolver", file.display()), hint);
    }
    Finding::ok("dns", format!("asks {}", servers.join(", ")))
}

/// Whether those who are asked say anything.
async fn answered(dns: &Dns, asked: Finding) -> Finding {
    match dns.probe().await {
        Ok(()) => Finding::ok("dns", format!("{}, and is answered", asked.found)),
        Err(error) => Finding::warn(
            "dns",
            format!("{}: {}", asked.found, error.detail),
            "see whether the resolver is up and a firewall lets port 53 through: until then no webhook's host is found",
        ),
    }
}

/// Whether certificates can be checked.
fn roots(settings: &ServeSettings) -> Finding {
    let check = "tls roots";
    let found = rustls_native_certs::load_native_certs().certs.len();
    match (found, &settings.endpoint_ca_file) {
        (0, None) => Finding::fail(
            check,
            "this system has no root certificates",
            "install them (apt-get install ca-certificates): no https endpoint can be trusted without",
        ),
        (0, Some(file)) => Finding::warn(
            check,
            format!("only those in {}", file.display()),
            "install the system's too (apt-get install ca-certificates) if webhooks go anywhere else",
        ),
        (found, _) => Finding::ok(check, format!("{found} certificates")),
    }
}

/// Whether an answer comes; which one does not matter.
async fn reached(sender: &HttpSender, url: &str, profile: Option<&str>) -> Finding {
    let check = "egress";
    let by = profile.map_or_else(
        || "directly".to_owned(),
        |name| format!("by the profile {name}"),
    );
    let request = Request {
        method: Method::Get,
        url: url.to_owned(),
        headers: claimwire_model::Headers::default(),
        body: Bytes::new(),
        timeout: PATIENCE,
        egress: profile.map(str::to_owned),
        answer_limit: RESPONSE_BODY_READ,
        answer_room: None,
        shop: ShopNo(0),
    };
    match sender.send(request).await {
        Ok(answer) => Finding::ok(check, format!("{url} answers {} {by}", answer.status)),
        Err(error) => Finding::fail(
            check,
            format!(
                "{url} is not reached {by}: {}: {}",
                error.kind, error.detail
            ),
            advice(error.kind),
        ),
    }
}

fn advice(kind: SendErrorKind) -> &'static str {
    match kind {
        SendErrorKind::Url => {
            "give a URL that a webhook may have: https, unless --endpoint-allow-http is set"
        }
        SendErrorKind::AddressRefused => {
            "only public addresses are connected to, unless --endpoint-allow-networks says more"
        }
        SendErrorKind::Dns => "see whether the resolver answers, and whether the name is right",
        SendErrorKind::Tls => {
            "see whether the certificate is right for the name, and its root known here"
        }
        _ => "see whether a firewall or proxy is in the way",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_resolver_is_warned_of() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("resolv.conf");
        assert_eq!(names(&file).state, State::Warn);
        std::fs::write(&file, "# nothing\nsearch example.net\n").unwrap();
        assert_eq!(names(&file).state, State::Warn);
        std::fs::write(&file, "nameserver 10.0.0.2\nnameserver ::1\n").unwrap();
        assert_eq!(names(&file).found, "asks 10.0.0.2, ::1");
    }

    #[tokio::test]
    async fn a_resolver_that_does_not_answer_is_warned_of() {
        let nobody = Dns::asking(&["127.0.0.1:9".parse().unwrap()], "");
        let found = answered(&nobody, Finding::ok("dns", "asks 127.0.0.1")).await;
        assert_eq!(found.state, State::Warn);
        assert!(found.found.contains("do not answer"), "{found:?}");
    }
}
