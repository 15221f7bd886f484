//! The schema's numbered steps: the files in `migrations/`, applied in order, all that are missing in one
//! transaction. A step, once released, never changes: the database remembers its hash.

use claimwire_store::StoreError;
use refinery_core::error::Kind;
use refinery_core::{Migration, Runner};
use tokio_postgres::Client;

use crate::error::{Error, Result, text};

/// Name and text of each step.
const STEPS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/steps.rs"));

/// Where refinery notes the steps that were applied.
const HISTORY: &str = "refinery_schema_history";

/// One node at a time brings the schema up: by this advisory lock.
const LOCK: i64 = 0x636c_6169_6d77;

/// Brings the database up to this program, all steps or none. Refuses one whose steps are not this program's.
///
/// `lock` is a connection that no transaction is on.
pub(crate) async fn migrate(conn: &mut Client, lock: &Client) -> Result<()> {
    let locked = format!(
        "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
    );
    lock.batch_execute(&locked).await?;
    let done = match runner() {
        Ok(steps) => apply(conn, steps).await,
        Err(error) => Err(error),
    };
    // Where it fails the lock went with its connection.
    let _ = lock.batch_execute("ROLLBACK").await;
    done
}

async fn apply(conn: &mut Client, steps: Runner) -> Result<()> {
    newer(conn, newest(&steps)).await?;
    let report = steps.set_grouped(true).run_async(conn).await;
    let report = report.map_err(|error| translate(&error))?;
    if let Some(last) = report.applied_migrations().last() {
        let steps = report.applied_migrations().len();
        tracing::info!(
            steps,
            schema = last.version(),
            "the database's schema was brought up to this program"
        );
    }
    Ok(())
}

/// Refuses the database if a newer program wrote it. Writes nothing.
pub(crate) async fn refuse_newer(conn: &Client) -> Result<()> {
    newer(conn, newest(&runner()?)).await
}

fn newest(steps: &Runner) -> i32 {
    let versions = steps.get_migrations().iter().map(Migration::version);
    versions.max().unwrap_or(0)
}

fn runner() -> Result<Runner> {
    let steps = STEPS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql));
    let steps: Vec<_> = steps
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| translate(&error))?;
    Ok(Runner::new(&steps))
}

async fn newer(conn: &Client, known: i32) -> Result<()> {
    let sql = format!("SELECT to_regclass('{HISTORY}') IS NOT NULL");
    let found = conn.query_typed_one(&sql, &[]).await?;
    if !found.try_get::<_, bool>(0)? {
        return Ok(());
    }
    let sql = format!("SELECT version, name FROM {HISTORY} ORDER BY version DESC LIMIT 1");
    let Some(newest) = conn.query_typed_opt(&sql, &[]).await? else {
        return Ok(());
    };
    let (version, name): (i32, String) = (newest.try_get(0)?, newest.try_get(1)?);
    if version <= known {
        return Ok(());
    }
    Err(refused(format!(
        "a newer claimwire wrote it: its schema is {version} ({name}), and this program knows those up to {known}. \
         Nothing was changed. Run that version or a later one, or restore a backup from before the upgrade"
    )))
}

fn translate(error: &refinery_core::Error) -> Error {
    match error.kind() {
        Kind::DivergentVersion(step, _) | Kind::MissingVersion(step) => refused(format!(
            "its schema step {} is not this program's. Run the version that wrote it, or restore a backup",
            step.name()
        )),
        Kind::Connection(_, cause) => match cause.downcast_ref::<tokio_postgres::Error>() {
            Some(cause) => Error::Step(text(cause), cause.code().cloned()),
            None => StoreError::Unavailable(text(cause.as_ref())).into(),
        },
        _ => refused(error.to_string()),
    }
}

fn refused(why: String) -> Error {
    StoreError::Refused(why).into()
}
