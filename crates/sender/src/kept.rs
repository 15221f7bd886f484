//! The connections that are kept: of HTTP/1.1 each is one attempt's at a time, of HTTP/2 attempts share them. Both
//! go when nobody has used them for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::time::Instant;

use crate::h1::Connection;
use crate::h2::Session;
use crate::limits::{IDLE_FOR, IDLE_OVERALL};
use crate::pool::{Bounds, Pool};
use crate::stream::Stream;
use crate::target::Origin;

/// Where a kept connection leads, and through which egress profile.
pub(crate) type Route = (Arc<Origin>, Option<String>);

/// All kept connections of a sender.
pub(crate) struct Kept(Arc<Mutex<Pools>>);

struct Pools {
    own: Pool<Route, Connection<Stream>>,
    /// With the time at which each was last taken.
    shared: HashMap<Route, Vec<(Instant, Session)>>,
    /// Sessions at most.
    overall: usize,
    /// A task closes those that grow too old.
    swept: bool,
}

impl Kept {
    /// At most so many, and never more than [`IDLE_OVERALL`].
    pub(crate) fn new(overall: Option<usize>) -> Self {
        let overall = overall.unwrap_or(IDLE_OVERALL).min(IDLE_OVERALL);
        let bounds = Bounds {
            overall,
            idle: IDLE_FOR,
        };
        Self(Arc::new(Mutex::new(Pools {
            own: Pool::new(bounds),
            shared: HashMap::new(),
            overall,
            swept: false,
        })))
    }

    /// A connection for one attempt alone, if one is still good, as far as is known.
    pub(crate) async fn take(&self, route: &Route) -> Option<Connection<Stream>> {
        loop {
            let mut connection = self.lock().own.take(route, Instant::now())?;
            if connection.is_quiet().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection that an attempt has done with.
    pub(crate) fn keep(&self, route: &Route, connection: Connection<Stream>) {
        let mut pools = self.lock();
        pools.own.put(route, connection, Instant::now());
        self.see_to_sweeping(&mut pools);
    }

    /// A session that has room for an attempt.
    pub(crate) fn join(&self, route: &Route) -> Option<Session> {
        let mut pools = self.lock();
        if pools.shared.is_empty() {
            return None;
        }
        let sessions = pools.shared.get_mut(route)?;
        let now = Instant::now();
        sessions.retain(|kept| is_of_use(kept, now));
        let (since, session) = sessions
            .iter_mut()
            .find(|(_, session)| session.has_room())?;
        *since = now;
        Some(session.clone())
    }

    /// Lets other attempts join a fresh session, unless there are enough; those of one attempt end with it.
    pub(crate) fn share(&self, route: &Route, session: &Session) {
        let mut pools = self.lock();
        let count: usize = pools.shared.values().map(Vec::len).sum();
        if count < pools.overall {
            let sessions = pools.shared.entry(route.clone()).or_default();
            sessions.push((Instant::now(), session.clone()));
            self.see_to_sweeping(&mut pools);
        }
    }

    /// Nobody joins this session any more; those who have, go on.
    pub(crate) fn retire(&self, route: &Route, session: &Session) {
        if let Some(sessions) = self.lock().shared.get_mut(route) {
            sessions.retain(|(_, kept)| !kept.is(session));
        }
    }

    fn see_to_sweeping(&self, pools: &mut Pools) {
        if !pools.swept {
            pools.swept = true;
            tokio::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pools> {
        lock(&self.0)
    }
}

fn is_of_use((since, session): &(Instant, Session), now: Instant) -> bool {
    !session.is_over() && (session.attempts() > 0 || now.duration_since(*since) < IDLE_FOR)
}

/// Closes what nobody takes any more, until there is nothing left.
async fn sweep(pools: Weak<Mutex<Pools>>) {
    loop {
        tokio::time::sleep(IDLE_FOR).await;
        let Some(pools) = pools.upgrade() else { return };
        let mut pools = lock(&pools);
        let now = Instant::now();
        pools.own.sweep(now);
        pools.shared.retain(|_, sessions| {
            sessions.retain(|kept| is_of_use(kept, now));
            !sessions.is_empty()
        });
        if pools.own.is_empty() && pools.shared.is_empty() {
            pools.swept = false;
            return;
        }
    }
}

/// What is locked is whole between any two statements, so a panic elsewhere does not spoil it.
fn lock(pools: &Mutex<Pools>) -> MutexGuard<'_, Pools> {
    pools.lock().unwrap_or_else(PoisonError::into_inner)
}
