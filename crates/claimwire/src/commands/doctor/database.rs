//! The database: whether the embedded one is whole, whether PostgreSQL lets this program in.

use std::path::Path;
use std::time::Instant;

use claimwire_store::StoreError;
use claimwire_store_postgres::PostgresStore;
use claimwire_store_sqlite::backup;

use super::Finding;
use crate::data_dir;
use crate::settings::ServeSettings;
use crate::state_files::secret;

const CHECK: &str = "database";

/// What is to be seen of the one that the settings name.
pub fn look(settings: &ServeSettings) -> anyhow::Result<Finding> {
    match secret::set(settings.database_url.as_deref()) {
        Some(url) => shared(url),
        None => Ok(embedded(&settings.data_dir)),
    }
}

fn shared(url: &str) -> anyhow::Result<Finding> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(
        match runtime.block_on(PostgresStore::look(url, Default::default())) {
            Ok(hosts) => Finding::ok(CHECK, format!("PostgreSQL at {hosts} lets this program in")),
            Err(error) => {
                let hint = "mend --database-url or the database: the server would not start";
                Finding::fail(CHECK, error.to_string(), hint)
            }
        },
    )
}

fn embedded(dir: &Path) -> Finding {
    let path = dir.join(data_dir::DATABASE);
    if !path.exists() {
        return Finding::ok(CHECK, "none yet; the first start makes it");
    }
    let began = Instant::now();
    match backup::check(&path) {
        Ok(()) => {
            let took = began.elapsed().as_secs_f64();
            Finding::ok(
                CHECK,
                format!("{} is whole (looked at for {took:.1} s)", path.display()),
            )
        }
        Err(StoreError::Damaged(says)) => Finding::fail(
            CHECK,
            format!("{} is damaged: {says}", path.display()),
            "stop the server, keep a copy of the directory, and restore the latest backup",
        ),
        Err(error) => Finding::fail(
            CHECK,
            format!("{} cannot be read: {error}", path.display()),
            "run as the server's user, with a program that is not older than the one that wrote it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn what_is_damaged_fails_and_what_is_not_there_yet_does_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(embedded(dir.path()).state, State::Ok);
        std::fs::write(dir.path().join(data_dir::DATABASE), "no database").unwrap();
        assert_eq!(embedded(dir.path()).state, State::Fail);
    }
}
