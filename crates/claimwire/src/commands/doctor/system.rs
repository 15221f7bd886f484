//! Settings, clock, descriptors.

use claimwire_listener::tls::Tls;
use claimwire_model::Timestamp;

use super::Finding;
use crate::settings::ServeSettings;
use crate::{certificates, dialects, egress, mail, roles, state_files, store, traces, when};

/// Fewer files than this, and a server of some hundred webhooks can run out of them.
const FILES: u64 = 4096;
/// Before this program was there (2026-01-01).
const EARLIEST: i64 = 1_767_225_600;

/// Whether the server would start with them, and what they leave open.
pub fn settings(settings: &ServeSettings) -> Vec<Finding> {
    let check = "settings";
    let dir = &settings.data_dir;
    let public_url = settings
        .public_url
        .as_deref()
        .unwrap_or("http://127.0.0.1:8480");
    let wrong = [
        store::check(settings).err(),
        roles::check(&settings.roles, store::is_embedded(settings)).err(),
        traces::check(settings).err(),
        tls(settings).err(),
        settings
            .dialects
            .as_deref()
            .and_then(|dir| dialects::read(dir).err()),
        egress::check(&settings.egress).err(),
        settings
            .endpoint_ca_file
            .as_deref()
            .and_then(|path| certificates::read(path, "--endpoint-ca-file").err()),
        mail::settings(settings, public_url).err(),
        state_files::admin_key(dir, settings.admin_key.as_deref()).err(),
        state_files::encryption_key(dir, settings.encryption_key.as_deref()).err(),
        state_files::older_encryption_keys(dir, &settings.encryption_keys_old).err(),
    ];
    let mut findings: Vec<Finding> = wrong
        .into_iter()
        .flatten()
        .map(|error| {
            Finding::fail(
                check,
                format!("{error:#}"),
                "the server would not start: mend this first",
            )
        })
        .collect();
    if settings.endpoint_allow_http {
        findings.push(Finding::warn(
            check,
            "webhook URLs may be http://",
            "outside of a test leave --endpoint-allow-http out: bodies would go unencrypted",
        ));
    }
    if !settings.endpoint_allow_networks.is_empty() {
        findings.push(Finding::warn(
            check,
            "webhooks may reach networks that are not public",
            "outside of a test leave --endpoint-allow-networks out: whoever may add a webhook reaches what is there",
        ));
    }
    if settings.public_url.is_none() {
        findings.push(Finding::warn(
            check,
            "no --public-url",
            "set it to the address that others know the server by: URLs of photos and links in mails begin with it",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(check, "can be served with"));
    }
    findings
}

/// The certificate and its key, if they are given.
fn tls(settings: &ServeSettings) -> anyhow::Result<Option<Tls>> {
    settings.tls_files()?.map(Tls::open).transpose()
}

/// Whether the clock can be right. Signatures carry its time, and receivers tolerate five minutes.
pub fn clock() -> Finding {
    let now = when::now();
    let hint = "set the clock and keep it by NTP (timedatectl set-ntp true): receivers refuse signatures that are five \
                minutes off";
    if now < Timestamp::from_secs(EARLIEST) {
        return Finding::fail("clock", format!("{now} is past long since"), hint);
    }
    let synchronized = std::path::Path::new("/run/systemd/timesync/synchronized").exists();
    let known = if synchronized {
        "kept by NTP"
    } else {
        "compare it with another clock: who keeps it is not known"
    };
    Finding::ok("clock", format!("{now}; {known}"))
}

/// How many files may be open.
pub fn descriptors() -> Finding {
    let check = "descriptors";
    match rlimit::Resource::NOFILE.get_hard() {
        Ok(files) if files >= FILES => Finding::ok(check, format!("{files} files can be open")),
        Ok(files) => Finding::warn(
            check,
            format!("only {files} files can be open"),
            "raise the hard limit to 4096 or more (LimitNOFILE= in the systemd unit, ulimit -Hn in a shell)",
        ),
        Err(error) => Finding::warn(
            check,
            format!("the limit of open files cannot be read: {error}"),
            "see that 4096 or more can be open",
        ),
    }
}
