//! What signs or opens a door is nowhere in the files.

use std::path::Path;
use std::sync::Arc;

use claimwire_model::{Role, Target};
use claimwire_store::directory::NewApiKey;
use claimwire_store::outbox::{MailContent, NewLetter};
use claimwire_store::reseal::{Reached, Reseal as _};
use claimwire_store::vault::Vault;
use claimwire_store::{Commit, Directory, Idempotency, Outbox as _, StoreResult, Subjects as _};
use uuid::Uuid;

use super::world::{HEADER, SECRET, World, at, open};
use crate::{Options, SqliteStore};

#[tokio::test]
async fn secrets_are_not_in_the_files() {
    let w = World::new(Options::default()).await;
    let answer = "cw_live_an-answer-that-shows-a-key";
    let record = Idempotency {
        key: "once".into(),
        fingerprint: [1; 32],
        status: 201,
        body: Box::new(move |_| answer.as_bytes().to_vec()),
    };
    let key = NewApiKey {
        id: Uuid::from_u128(3),
        hash: [3; 32],
        name: "the key".into(),
        role: Role::Editor,
    };
    w.store
        .create_key(w.shop.no, key, at(1), Some(record))
        .await
        .unwrap();
    let link = "https://claims.example/portal/join/a-secret-link";
    let letter = NewLetter {
        at: at(1),
        content: link.into(),
    };
    let commit = Commit {
        letters: vec![letter],
        ..w.commit_of(1)
    };
    w.store.commit(commit).await.unwrap();
    let mut bytes = std::fs::read(w.dir.path().join("claimwire.db")).unwrap();
    bytes.extend(std::fs::read(w.dir.path().join("claimwire.db-wal")).unwrap());
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"receiver.example"), "the search finds what is there");
    assert!(holds(&[3; 32]), "a key is kept as its hash");
    for secret in [SECRET, HEADER, answer, link] {
        assert!(!holds(secret.as_bytes()), "{secret} can be read");
    }
    assert!(!holds(&[9; 32]), "the seed can be read");
}

fn with_keys(path: &Path, current: u8, older: &[u8]) -> StoreResult<Arc<SqliteStore>> {
    let older = older.iter().map(|key| [*key; 32]).collect();
    let vault = Vault::new([current; 32], older)?;
    SqliteStore::open(path, vault, Options::default())
}

/// Refused, by a message that names the key which is missing.
fn refused(path: &Path, current: u8, older: &[u8], missing: u8) {
    let id = Vault::new([missing; 32], Vec::new()).unwrap().current();
    let refused = with_keys(path, current, older).map(|store| store.close());
    let why = refused.expect_err("refused").to_string();
    assert!(why.contains(&id.to_string()), "{why}");
}

#[tokio::test]
async fn another_encryption_key_is_refused_when_the_store_is_opened() {
    let w = World::new(Options::default()).await;
    w.store.close();
    refused(&w.path(), 8, &[], 7);
    refused(&w.path(), 8, &[9], 7);
    let moved = with_keys(&w.path(), 8, &[7]).unwrap();
    assert_eq!(moved.older_keys().await.unwrap().len(), 1);
    moved.close();
    // Nothing was sealed with the new key: back to the old one without it.
    open(&w.path(), Options::default()).unwrap().close();
    // From here on there is.
    let moved = with_keys(&w.path(), 8, &[7]).unwrap();
    let other = Target {
        uuid: Uuid::from_u128(9),
        ..Target::clone(&w.webhook)
    };
    moved.create_target(other, at(2), None).await.unwrap();
    moved.close();
    refused(&w.path(), 7, &[], 8);
    refused(&w.path(), 8, &[], 7);
}

/// All steps from `from` on; how many there were, and how many values were sealed anew.
async fn seal_all_anew(store: &SqliteStore, limit: usize) -> (u64, u64) {
    let (mut from, mut steps, mut values) = (Reached::default(), 0, 0);
    loop {
        let step = store.reseal(from, limit).await.unwrap();
        assert!(step.values <= 2 * u64::try_from(limit).unwrap());
        steps += 1;
        values += step.values;
        match step.next {
            Some(next) => from = next,
            None => return (steps, values),
        }
    }
}

#[tokio::test]
async fn what_an_older_key_sealed_is_sealed_anew_in_steps() {
    let w = World::new(Options::default()).await;
    let record = || Idempotency {
        key: "once".into(),
        fingerprint: [1; 32],
        status: 201,
        body: Box::new(|_| b"the answer".to_vec()),
    };
    w.store
        .remember(Some(w.shop.no), record(), at(1))
        .await
        .unwrap();
    let letter = NewLetter {
        at: at(1),
        content: b"a link".to_vec(),
    };
    let commit = Commit {
        letters: vec![letter],
        ..w.commit_of(1)
    };
    w.store.commit(commit).await.unwrap();
    for n in 10..15 {
        let webhook = Target {
            uuid: Uuid::from_u128(n),
            ..Target::clone(&w.webhook)
        };
        w.store.create_target(webhook, at(1), None).await.unwrap();
    }
    w.store
        .delete_target(w.shop.no, Uuid::from_u128(12), at(2))
        .await
        .unwrap();
    w.store.close();

    let moved = with_keys(&w.path(), 8, &[7]).unwrap();
    let first = moved.reseal(Reached::default(), 2).await.unwrap();
    assert_eq!(first.values, 4, "secrets and headers of two webhooks");
    moved.close();
    // As after a crash half-way: both keys are needed, and what is done is not done again.
    refused(&w.path(), 8, &[], 7);
    let moved = with_keys(&w.path(), 8, &[7]).unwrap();
    let (steps, values) = seal_all_anew(&moved, 2).await;
    assert_eq!((steps, values), (6, 2 * 4 + 1 + 1));
    assert!(moved.older_keys().await.unwrap().is_empty());
    assert_eq!(seal_all_anew(&moved, 100).await, (3, 0));
    moved.close();

    refused(&w.path(), 7, &[], 8);
    let alone = with_keys(&w.path(), 8, &[]).unwrap();
    let kept = alone.target_of(w.shop.no, w.webhook.uuid).await.unwrap();
    assert!(
        kept.webhook().unwrap().secrets == w.webhook.webhook().unwrap().secrets
            && kept.webhook().unwrap().headers == w.webhook.webhook().unwrap().headers
    );
    let answered = alone.recall(Some(w.shop.no), "once", &[1; 32], at(3)).await;
    assert_eq!(answered.unwrap().unwrap().body, b"the answer");
    let mail = alone.take_mail(at(3), at(4)).await.unwrap().unwrap();
    assert!(matches!(mail.content, MailContent::Letter(content) if content == b"a link"));
}
