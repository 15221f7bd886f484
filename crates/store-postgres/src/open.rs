//! What stands in the way of opening a database, in sentences that say what to do.

use std::time::Duration;

use claimwire_store::StoreError;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::connection::Connection;
use crate::error::{Error, Result, text};
use crate::migrations;
use crate::url::Place;

/// The oldest server that has all that is used, as `server_version_num` tells it.
const OLDEST: i32 = 150_000;

/// Brings the schema up to this program, on a connection of its own.
pub(crate) async fn migrate(place: &Place, patience: Duration) -> Result<()> {
    let connecting = place.config.connect(place.tls.clone());
    let connected = tokio::time::timeout(patience * 2, connecting).await;
    let (mut client, connection) = match connected {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => return Err(unreachable(place, &error).into()),
        Err(_) => {
            let why = format!("PostgreSQL at {} does not answer", place.hosts());
            return Err(StoreError::Unavailable(why).into());
        }
    };
    let driving = tokio::spawn(connection);
    let done = match refuse_server(place, &client).await {
        Ok(()) => migrations::migrate(&mut client).await,
        refused => refused,
    };
    drop(client);
    // It ends with the client.
    let _ = driving.await;
    done.map_err(|error| explain(place, error))
}

/// Refuses a database that is being moved into.
pub(crate) async fn refuse_half(conn: &Connection) -> Result<()> {
    let row = conn
        .query_one("SELECT to_regclass('moving') IS NOT NULL", &[])
        .await?;
    if !row.try_get::<_, bool>(0)? {
        return Ok(());
    }
    let why = "it holds a part of what `claimwire migrate` moves into it: run that again until it says that it is done";
    Err(StoreError::Refused(why.to_owned()).into())
}

fn unreachable(place: &Place, error: &tokio_postgres::Error) -> StoreError {
    let (hosts, role, database) = (place.hosts(), place.role(), place.database());
    let said = text(error);
    match error.code() {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            StoreError::Refused(format!(
                "PostgreSQL at {hosts} does not let the role \"{role}\" in: {said}. Check user and password in the URL, \
                 and the server's pg_hba.conf"
            ))
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => StoreError::Refused(format!(
            "there is no database \"{database}\" at {hosts}. Make it first: CREATE DATABASE \"{database}\" OWNER \"{role}\""
        )),
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => StoreError::Refused(format!(
            "the role \"{role}\" may not connect to the database \"{database}\": {said}. Its owner can GRANT CONNECT"
        )),
        Some(&SqlState::TOO_MANY_CONNECTIONS) => StoreError::Unavailable(format!(
            "PostgreSQL at {hosts} takes no more connections: {said}. Raise its max_connections, or let fewer nodes run"
        )),
        Some(_) => StoreError::Unavailable(format!("PostgreSQL at {hosts} refuses: {said}")),
        None if said.contains("password") => StoreError::Refused(format!(
            "PostgreSQL at {hosts} asks the role \"{role}\" for a password, and the URL has none"
        )),
        None => StoreError::Unavailable(format!(
            "PostgreSQL at {hosts} cannot be reached: {said}. Check host and port in the URL, and that the server runs"
        )),
    }
}

/// Refuses a server that is too old, and one that nothing can be written to.
async fn refuse_server(place: &Place, client: &Client) -> Result<()> {
    let sql = "SELECT current_setting('server_version_num')::INT, current_setting('server_version'), pg_is_in_recovery()";
    let row = client.query_one(sql, &[]).await?;
    let (number, version, standby): (i32, String, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let hosts = place.hosts();
    if number < OLDEST {
        return Err(StoreError::Refused(format!(
            "PostgreSQL at {hosts} is {version}, and 15 is the oldest that works. Upgrade it, or use another server"
        ))
        .into());
    }
    if standby {
        return Err(StoreError::Unavailable(format!(
            "PostgreSQL at {hosts} is a standby, and cannot be written to. Name the primary, or all of them by commas"
        ))
        .into());
    }
    Ok(())
}

/// Says what to do about what the role may not do.
fn explain(place: &Place, error: Error) -> Error {
    let (said, code) = match &error {
        Error::Sql(sql) => (text(sql), sql.code()),
        Error::Step(said, code) => (said.clone(), code.as_ref()),
        Error::Store(_) => return error,
    };
    let (role, database) = (place.role(), place.database());
    match code {
        Some(&SqlState::INSUFFICIENT_PRIVILEGE) => StoreError::Refused(format!(
            "the role \"{role}\" may not do what is needed in the database \"{database}\": {said}. Make it the owner: ALTER \
             DATABASE \"{database}\" OWNER TO \"{role}\", or GRANT CREATE ON SCHEMA public TO \"{role}\""
        ))
        .into(),
        Some(&SqlState::READ_ONLY_SQL_TRANSACTION) => {
            StoreError::Unavailable(format!("the database \"{database}\" is read-only: {said}")).into()
        }
        _ => error,
    }
}
