//! What stands in the way of opening a database, in sentences that say what to do.

use std::time::Duration;

use claimwire_store::StoreError;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, SimpleQueryMessage, SimpleQueryRow};

use crate::connection::{Connection, Sessions};
use crate::error::{Error, Result, text};
use crate::url::Place;
use crate::{migrations, pooled};

/// The oldest server that has all that is used, as `server_version_num` tells it.
const OLDEST: i32 = 150_000;

/// Brings the schema up to this program, on connections of its own; answers whose the server's connections are.
pub(crate) async fn migrate(place: &Place, patience: Duration) -> Result<Sessions> {
    let (mut work, sessions) = find_out(place, patience).await?;
    // One connection holds the lock that lets no other node do the same, by a transaction: a pooler would give away that
    // which holds it for a session.
    let lock = connect(place, &place.config, patience).await?;
    let done = migrations::migrate(&mut work.client, &lock.client).await;
    lock.end().await;
    work.end().await;
    done.map_err(|error| explain(place, error))?;
    Ok(sessions)
}

/// Whether this program can serve from the database, as far as is seen without a change to it.
pub(crate) async fn look(place: &Place, patience: Duration) -> Result<()> {
    let (work, _) = find_out(place, patience).await?;
    let looked = migrations::refuse_newer(&work.client).await;
    work.end().await;
    looked.map_err(|error| explain(place, error))
}

/// A connection outside of the pool.
struct Connected {
    client: Client,
    driving: JoinHandle<std::result::Result<(), tokio_postgres::Error>>,
}

impl Connected {
    async fn end(self) {
        drop(self.client);
        // It ends with the client.
        let _ = self.driving.await;
    }
}

async fn connect(place: &Place, config: &Config, patience: Duration) -> Result<Connected> {
    let connected = tokio::time::timeout(patience * 2, config.connect(place.tls.clone())).await;
    let Ok(connected) = connected else {
        let why = format!("PostgreSQL at {} does not answer", place.hosts());
        return Err(StoreError::Unavailable(why).into());
    };
    let (client, connection) = connected?;
    let driving = tokio::spawn(connection);
    Ok(Connected { client, driving })
}

/// Connects to a server that is of use, and finds out whether a pooler is between.
async fn find_out(place: &Place, patience: Duration) -> Result<(Connected, Sessions)> {
    let plain = || connect(place, &place.config, patience);
    let connected = match place.sessions {
        Some(_) => plain().await,
        None => match connect(place, &pooled::marked(&place.config), patience).await {
            Err(Error::Sql(error)) if pooled::refuses_mark(&error) => plain().await,
            connected => connected,
        },
    };
    let connected = connected.map_err(|error| match error {
        Error::Sql(error) => unreachable(place, &error).into(),
        other => other,
    })?;
    match refuse_server(place, &connected.client, patience).await {
        Ok(found) => Ok((connected, place.sessions.unwrap_or(found))),
        Err(error) => {
            connected.end().await;
            Err(error)
        }
    }
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
async fn refuse_server(place: &Place, client: &Client, patience: Duration) -> Result<Sessions> {
    let hosts = place.hosts();
    let silent = || StoreError::Unavailable(format!("PostgreSQL at {hosts} does not answer"));
    let sql = format!(
        "SELECT current_setting('server_version_num'), current_setting('server_version'), pg_is_in_recovery(), {}",
        pooled::IS_OWN
    );
    let answer = tokio::time::timeout(patience * 2, client.simple_query(&sql)).await;
    let answer = answer.map_err(|_| silent())?;
    let answer = answer.map_err(|error| unreachable(place, &error))?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let row = row.ok_or_else(silent)?;
    let said = |row: &SimpleQueryRow, column| row.try_get(column).ok().flatten().map(str::to_owned);
    let number = said(row, 0).and_then(|number| number.parse::<i32>().ok());
    if number.is_none_or(|number| number < OLDEST) {
        let version = said(row, 1).unwrap_or_default();
        return Err(StoreError::Refused(format!(
            "PostgreSQL at {hosts} is {version}, and 15 is the oldest that works. Upgrade it, or use another server"
        ))
        .into());
    }
    if said(row, 2).as_deref() == Some("t") {
        return Err(StoreError::Unavailable(format!(
            "PostgreSQL at {hosts} is a standby, and cannot be written to. Name the primary, or all of them by commas"
        ))
        .into());
    }
    Ok(match said(row, 3).as_deref() {
        Some("t") => Sessions::Own,
        _ => Sessions::Pooled,
    })
}

/// Says what to do about what the role may not do.
fn explain(place: &Place, error: Error) -> Error {
    let (said, code) = match &error {
        Error::Sql(sql) => (text(sql), sql.code()),
        Error::Step(said, code) => (said.clone(), code.as_ref()),
        Error::Store(_) | Error::Silent(_) => return error,
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
