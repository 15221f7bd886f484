//! A store that a newer program wrote: refused in words, and left as it was.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::common::{Serve, run};
use crate::fixture::{self, serve_as_it_is};

/// Every file but the index of the write-ahead log, which holds nothing of its own.
fn files(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_file() && !name.ends_with("-shm") {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_was() {
    let fixture = fixture::all().pop().unwrap();
    let (_dir, data) = fixture.unpack("stopped.tar.gz");
    let mut serve = Serve::of(&mut serve_as_it_is(&data), Stdio::inherit());
    serve.signal("TERM");
    assert_eq!(serve.wait(), Some(0));

    // The newer program's step stays in the write-ahead log, as after a crash of it.
    let newer = Connection::open(data.join("claimwire.db")).unwrap();
    newer
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    newer
        .execute_batch(
            "INSERT INTO refinery_schema_history VALUES (9000, 'later', '2030-01-01T00:00:00Z', '1');
             CREATE TABLE later (x)",
        )
        .unwrap();
    drop(newer);

    let before = files(&data);
    assert!(!before["claimwire.db-wal"].is_empty());
    for _ in 0..2 {
        let (code, out, err) = run(&mut serve_as_it_is(&data));
        assert_eq!((code, &out[..]), (Some(1), ""), "{err}");
        for words in [
            "claimwire.db",
            "schema is 9000 (later)",
            "Run that version or a later one",
        ] {
            assert!(err.contains(words), "{err}");
        }
        assert!(files(&data) == before, "a file changed");
    }
}
