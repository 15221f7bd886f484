//! All that the portal stands on, given by the one who starts it.

use std::sync::Arc;

use axum::extract::State;
use claimwire_actions::{Hours, Ports};
use claimwire_store::LastBacklog;
use tokio::sync::Semaphore;

use crate::password_queue::PasswordQueue;
use crate::throttle::Throttle;

/// Live views that may be open at once, of all shops.
const STREAMS: usize = 100;
/// Files of claims that may be written at once, of all shops.
const EXPORTS: usize = 3;

/// What every page can reach.
pub struct PortalState {
    pub(crate) ports: Ports,
    pub(crate) admin_key_hash: [u8; 32],
    pub(crate) sign_ins: Throttle,
    pub(crate) claims: Throttle,
    /// Whether customers and members can be written to.
    pub(crate) mails: bool,
    pub(crate) passwords: PasswordQueue,
    pub(crate) hours: Hours,
    /// What waits in the whole store.
    pub(crate) backlog: Arc<LastBacklog>,
    /// Live views that may be open.
    pub(crate) streams: Arc<Semaphore>,
    /// Files of claims that may be written at once.
    pub(crate) exports: Arc<Semaphore>,
    /// Whether browsers come by https.
    pub(crate) secure: bool,
    /// Origins whose pages may show the portal in a frame.
    pub(crate) frame_ancestors: Vec<String>,
}

impl PortalState {
    /// On these ports; `admin_key_hash` is the SHA-256 of the admin key.
    #[must_use]
    pub fn new(ports: Ports, admin_key_hash: [u8; 32]) -> Self {
        Self {
            secure: ports.public_url.starts_with("https://"),
            ports,
            admin_key_hash,
            sign_ins: Throttle::default(),
            claims: Throttle::default(),
            mails: false,
            passwords: PasswordQueue::default(),
            hours: Hours::default(),
            backlog: Arc::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            frame_ancestors: Vec::new(),
        }
    }

    /// The same for pages of these origins to show in a frame; without any, none may.
    #[must_use]
    pub fn framed_by(mut self, origins: &[String]) -> Self {
        origins.clone_into(&mut self.frame_ancestors);
        self
    }

    /// Whether a session can be in a frame of another site.
    pub(crate) fn is_framed(&self) -> bool {
        self.secure && !self.frame_ancestors.is_empty()
    }

    /// The same with a mail server that takes what the store's outbox holds, so that customers get receipts of their
    /// claims and members their invitations.
    #[must_use]
    pub fn mailing(mut self, mails: bool) -> Self {
        self.mails = mails;
        self
    }

    /// The same with what is counted of the whole store, for the operator's view.
    #[must_use]
    pub fn watching(mut self, backlog: Arc<LastBacklog>) -> Self {
        self.backlog = backlog;
        self
    }
}

/// The state as an argument.
pub(crate) type Portal = State<Arc<PortalState>>;
