//! What signs or opens a door is nowhere in the files.

use claimwire_model::Role;
use claimwire_store::directory::NewApiKey;
use claimwire_store::vault::Vault;
use claimwire_store::{Directory, Idempotency, StoreError};
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
    let mut bytes = std::fs::read(w.dir.path().join("claimwire.db")).unwrap();
    bytes.extend(std::fs::read(w.dir.path().join("claimwire.db-wal")).unwrap());
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"receiver.example"), "the search finds what is there");
    assert!(holds(&[3; 32]), "a key is kept as its hash");
    for secret in [SECRET, HEADER, answer] {
        assert!(!holds(secret.as_bytes()), "{secret} can be read");
    }
    assert!(!holds(&[9; 32]), "the seed can be read");
}

#[tokio::test]
async fn another_encryption_key_is_refused_when_the_store_is_opened() {
    let w = World::new(Options::default()).await;
    w.store.close();
    let other = Vault::new([8; 32], Vec::new()).unwrap();
    let refused = SqliteStore::open(&w.path(), other, Options::default());
    assert!(matches!(refused.err(), Some(StoreError::Damaged(why)) if why.contains("key")));
    let moved = Vault::new([8; 32], vec![[7; 32]]).unwrap();
    SqliteStore::open(&w.path(), moved, Options::default())
        .unwrap()
        .close();
    assert!(open(&w.path(), Options::default()).is_ok());
}
