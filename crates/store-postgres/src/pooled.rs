//! Statements through a pooler that gives out the server's connections by transaction, as pgbouncer does: a statement that
//! was prepared under a name is soon on a connection that somebody else has. So none has a name there: each goes with its
//! text and the types of its parameters, which are asked for once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Error};

/// What the startup of a connection sets, and a pooler refuses or swallows: settings are of the server's connections, and
/// those are not this client's. Thereby it is known without fail which of the two answers.
const MARK: &str = "claimwire.session";

/// SQL that is true where this client has the server's connection to itself.
pub(crate) const IS_OWN: &str = "coalesce(current_setting('claimwire.session', true), '') = 'own'";

/// The same connection, marked.
pub(crate) fn marked(config: &Config) -> Config {
    let mut marked = config.clone();
    let given = config.get_options().unwrap_or_default();
    marked.options(format!("{given} -c {MARK}=own").trim());
    marked
}

/// Whether it was the mark that was refused.
pub(crate) fn refuses_mark(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::PROTOCOL_VIOLATION
            && error.message().contains("startup parameter")
    })
}

/// The types of the parameters of each statement.
#[derive(Debug, Default)]
pub(crate) struct Types(RwLock<HashMap<String, Arc<[Type]>>>);

impl Types {
    /// Those of a statement, in or outside of a transaction of this client.
    pub(crate) async fn of(&self, client: &Client, sql: &str) -> Result<Arc<[Type]>, Error> {
        if let Some(types) = self.known(sql) {
            return Ok(types);
        }
        let types = ask(client, sql).await?;
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(sql.to_owned(), types.clone());
        Ok(types)
    }

    fn known(&self, sql: &str) -> Option<Arc<[Type]>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(sql).cloned()
    }
}

/// It takes a name to ask; the transaction keeps the server's connection until that name is free again.
async fn ask(client: &Client, sql: &str) -> Result<Arc<[Type]>, Error> {
    let (begin, end) = match client.batch_execute("SAVEPOINT types").await {
        Ok(()) => (None, "RELEASE SAVEPOINT types"),
        Err(error) if error.code() == Some(&SqlState::NO_ACTIVE_SQL_TRANSACTION) => {
            (Some("BEGIN"), "ROLLBACK")
        }
        Err(error) => return Err(error),
    };
    if let Some(begin) = begin {
        client.batch_execute(begin).await?;
    }
    let types = client.prepare(sql).await.map(|statement| {
        // It is closed here, and not after the transaction.
        Arc::from(statement.params())
    });
    if types.is_ok() || begin.is_some() {
        client.batch_execute(end).await?;
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_url_stay() {
        let options = |url: &str| {
            let config: Config = url.parse().unwrap();
            marked(&config).get_options().unwrap().to_owned()
        };
        assert_eq!(options("postgres://me@host/x"), "-c claimwire.session=own");
        let given = options("postgres://me@host/x?options=-c%20search_path%3Dmine");
        assert_eq!(given, "-c search_path=mine -c claimwire.session=own");
    }
}
