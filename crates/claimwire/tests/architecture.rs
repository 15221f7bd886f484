//! Which crate may use which: the table of ARCHITECTURE.md, kept. A new arrow is a decision, made here
//! and there in the same commit.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

/// Crate, the crates that it may use, and what else it must never see.
const CRATES: &[(&str, &[&str], &[&str])] = &[
    (
        "model",
        &[],
        &["tokio", "rusqlite", "http", "hyper", "axum"],
    ),
    (
        "template",
        &[],
        &["tokio", "http", "hyper", "axum", "ureq", "rusqlite"],
    ),
    (
        "wire",
        &["model", "template"],
        &["tokio", "http", "hyper", "axum", "ureq", "rusqlite"],
    ),
    (
        "connectors",
        &["model", "template", "wire"],
        &["tokio", "http", "hyper", "axum", "ureq", "rusqlite"],
    ),
    ("store", &["model"], &["rusqlite", "axum", "hyper"]),
    (
        "store-sqlite",
        &["model", "store"],
        &["axum", "hyper", "ureq"],
    ),
    (
        "store-postgres",
        &["model", "store"],
        &["axum", "hyper", "rusqlite", "ureq"],
    ),
    (
        "actions",
        &["model", "store", "wire", "connectors"],
        &["axum", "hyper", "http", "rusqlite", "tokio"],
    ),
    (
        "engine",
        &["model", "store", "wire"],
        &["axum", "hyper", "http", "rusqlite", "ureq"],
    ),
    (
        "mailer",
        &["model", "store", "wire"],
        &["axum", "hyper", "rusqlite", "ureq"],
    ),
    ("sender", &["model", "wire"], &["rusqlite", "axum"]),
    (
        "http",
        &["model", "store", "wire", "actions"],
        &["rusqlite", "hyper", "ureq"],
    ),
    (
        "api",
        &["model", "store", "wire", "actions", "http"],
        &["rusqlite", "hyper", "ureq"],
    ),
    (
        "portal",
        &["model", "store", "wire", "actions"],
        &["rusqlite", "hyper", "ureq"],
    ),
    ("listener", &["http"], &["rusqlite", "ureq"]),
    ("logs", &["model", "http"], &["rusqlite", "hyper", "ureq"]),
    ("allocator", &[], &[]),
    ("testkit", &["model", "wire"], &["rusqlite", "axum"]),
    ("bench", &["model", "wire", "testkit"], &["axum"]),
    (
        "sim",
        &["model", "wire", "store", "engine"],
        &["axum", "hyper", "rusqlite", "ureq"],
    ),
];

fn manifest(dir: &Path) -> toml::Table {
    std::fs::read_to_string(dir.join("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn every_crate_keeps_to_its_arrows() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let table: BTreeMap<&str, _> = CRATES
        .iter()
        .map(|(name, may, never)| (*name, (*may, *never)))
        .collect();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let dir = entry.unwrap().path();
        let name = dir.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "claimwire" {
            continue;
        }
        let Some((may, never)) = table.get(name.as_str()) else {
            wrong.push(format!("crates/{name} is not in the table"));
            continue;
        };
        let manifest = manifest(&dir);
        for dependency in manifest
            .get("dependencies")
            .and_then(toml::Value::as_table)
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            match dependency.strip_prefix("claimwire-") {
                Some(used) if !may.contains(&used) => {
                    wrong.push(format!("crates/{name} uses crates/{used}"))
                }
                None if never.contains(&dependency.as_str()) => {
                    wrong.push(format!("crates/{name} sees {dependency}"))
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_version_is_pinned_in_one_place() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let dir = entry.unwrap().path();
        let manifest = manifest(&dir);
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, value) in manifest
                .get(section)
                .and_then(toml::Value::as_table)
                .into_iter()
                .flatten()
            {
                if value.get("workspace").and_then(toml::Value::as_bool) != Some(true)
                    && value.get("path").is_none()
                {
                    wrong.push(format!("{}: {name}", dir.display()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not `workspace = true`:\n{}",
        wrong.join("\n")
    );
}
