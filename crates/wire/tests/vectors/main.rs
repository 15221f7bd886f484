//! The test vectors in `vectors/`: made here, committed, compared with fresh ones, and checked by our
//! own `verify`. `UPDATE_GENERATED=1 cargo test -p claimwire-wire --test vectors` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod encoded;
mod file;
mod genuine;
mod published;
mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use claimwire_model::{Dialect, Timestamp};
use file::{Body, Encode, Verify};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors")
}

fn verify_vectors() -> Vec<Verify> {
    let made = Dialect::ALL.into_iter().flat_map(genuine::vectors);
    made.chain(published::vectors()).collect()
}

fn encode_vectors() -> Vec<Encode> {
    Dialect::ALL
        .into_iter()
        .flat_map(encoded::vectors)
        .collect()
}

fn fresh() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    for vector in verify_vectors() {
        files.insert(
            file::path(vector.dialect, vector.kind, &vector.name),
            file::text(&vector),
        );
    }
    for vector in encode_vectors() {
        files.insert(
            file::path(vector.dialect, vector.kind, &vector.name),
            file::text(&vector),
        );
    }
    files
}

fn committed() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    for dialect in Dialect::ALL {
        for entry in fs::read_dir(root().join(dialect.as_str()))
            .into_iter()
            .flatten()
        {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            files.insert(path.strip_prefix(root()).unwrap().to_owned(), text);
        }
    }
    files
}

#[test]
fn committed_vectors_are_what_the_code_makes() {
    let fresh = fresh();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        for path in committed().keys().filter(|path| !fresh.contains_key(*path)) {
            fs::remove_file(root().join(path)).unwrap();
        }
        for (path, text) in &fresh {
            let path = root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let committed = committed();
    let differ = |path: &&PathBuf| fresh.get(*path) != committed.get(*path);
    let differing: BTreeSet<_> = fresh
        .keys()
        .chain(committed.keys())
        .filter(differ)
        .collect();
    assert!(
        differing.is_empty(),
        "UPDATE_GENERATED=1 writes these anew: {differing:?}"
    );
}

#[test]
fn every_dialect_has_enough_of_them() {
    for dialect in Dialect::ALL {
        let verify = verify_vectors()
            .iter()
            .filter(|v| v.dialect == dialect)
            .count();
        let encode = encode_vectors()
            .iter()
            .filter(|v| v.dialect == dialect)
            .count();
        assert!(
            verify >= 12 && encode >= 4,
            "{dialect}: {verify} to verify, {encode} encoded"
        );
    }
}

#[test]
fn our_receiver_judges_each_as_expected() {
    for vector in verify_vectors() {
        let headers: Vec<(String, String)> = vector.headers.clone().into_iter().collect();
        let verdict = claimwire_wire::verify(
            vector.dialect,
            &vector.secret,
            &headers,
            &vector.body.bytes(),
            Duration::from_secs(vector.tolerance_seconds),
            Timestamp::from_secs(vector.now),
        );
        let reason = verdict.err().map(|unverified| unverified.key());
        assert_eq!(
            reason, vector.expect.reason,
            "{}/{}",
            vector.dialect, vector.name
        );
    }
}

#[test]
fn what_we_encode_verifies() {
    for vector in encode_vectors() {
        let Body::Text { text } = &vector.expect.body else {
            panic!("{}: no text", vector.name)
        };
        let headers: Vec<(String, String)> = vector.expect.headers.clone().into_iter().collect();
        for secret in [&vector.secret, &vector.previous_secret] {
            let now = Timestamp::from_secs(vector.now);
            claimwire_wire::verify(
                vector.dialect,
                secret,
                &headers,
                text.as_bytes(),
                Duration::ZERO,
                now,
            )
            .unwrap();
        }
        serde_json::from_str::<serde_json::Value>(text).unwrap();
    }
}
