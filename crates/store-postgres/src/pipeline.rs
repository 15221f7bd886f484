//! Several statements in one round trip: all are sent before the first is answered.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use tokio_postgres::Row;

use crate::connection::{Connection, Param, Ready};
use crate::error::{Error, Result};

enum Step<'a> {
    /// Without parameters and rows.
    Plain(&'static str),
    Query(Ready, Vec<Param<'a>>),
}

/// Statements about to be sent, in order.
pub(crate) struct Pipeline<'a> {
    conn: &'a Connection,
    steps: Vec<Step<'a>>,
}

type Answer<'f> = Pin<Box<dyn Future<Output = Result<Vec<Row>>> + Send + 'f>>;

impl<'a> Pipeline<'a> {
    pub(crate) fn on(conn: &'a Connection) -> Self {
        Self {
            conn,
            steps: Vec::new(),
        }
    }

    /// Adds a statement without parameters, such as `BEGIN`.
    pub(crate) fn plain(&mut self, sql: &'static str) {
        self.steps.push(Step::Plain(sql));
    }

    /// Adds a statement; it is made ready now.
    pub(crate) async fn query(&mut self, sql: &str, params: Vec<Param<'a>>) -> Result<()> {
        let ready = self.conn.ready(sql).await?;
        self.steps.push(Step::Query(ready, params));
        Ok(())
    }

    /// The rows of each, in order.
    ///
    /// # Errors
    /// The first statement's that did not fail for another's failure.
    pub(crate) async fn run(self) -> Result<Vec<Vec<Row>>> {
        let conn = self.conn;
        let mut answers: Vec<(Answer<'_>, Option<Result<Vec<Row>>>)> = Vec::new();
        for step in &self.steps {
            let answer: Answer<'_> = match step {
                Step::Plain(sql) => Box::pin(async move {
                    conn.client().batch_execute(sql).await?;
                    Ok(Vec::new())
                }),
                Step::Query(ready, params) => Box::pin(conn.send(ready, params)),
            };
            answers.push((answer, None));
        }
        // A statement is sent when it is first polled, so this order is the order of all.
        let all = poll_fn(|cx| {
            let mut pending = false;
            for (answer, done) in &mut answers {
                if done.is_none() {
                    match answer.as_mut().poll(cx) {
                        Poll::Ready(answer) => *done = Some(answer),
                        Poll::Pending => pending = true,
                    }
                }
            }
            if pending {
                Poll::Pending
            } else {
                Poll::Ready(Ok::<_, Error>(()))
            }
        });
        conn.answered(all).await?;
        let answers: Vec<_> = answers.into_iter().filter_map(|(_, done)| done).collect();
        let cause =
            |answer: &Result<Vec<Row>>| matches!(answer, Err(error) if !error.is_consequence());
        if let Some(place) = answers.iter().position(cause) {
            let cause = answers.into_iter().nth(place);
            return Err(cause.and_then(Result::err).unwrap_or_else(silent));
        }
        answers.into_iter().collect()
    }
}

fn silent() -> Error {
    claimwire_store::StoreError::Unavailable("PostgreSQL did not answer".to_owned()).into()
}
