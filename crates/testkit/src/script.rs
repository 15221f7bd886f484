//! Which reply comes next: the one for the path if there is one, else the next in line, else the usual one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::reply::Reply;

/// The replies that a receiver has been told to give.
#[derive(Debug)]
pub(crate) struct Script(Mutex<Lines>);

#[derive(Debug)]
struct Lines {
    next: VecDeque<Reply>,
    by_path: HashMap<String, Reply>,
    usual: Reply,
}

impl Default for Script {
    fn default() -> Self {
        Self(Mutex::new(Lines {
            next: VecDeque::new(),
            by_path: HashMap::new(),
            usual: Reply::status(200),
        }))
    }
}

impl Script {
    fn with<T>(&self, change: impl FnOnce(&mut Lines) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn push(&self, replies: impl IntoIterator<Item = Reply>) {
        self.with(|lines| lines.next.extend(replies));
    }

    pub(crate) fn always(&self, reply: Reply) {
        self.with(|lines| lines.usual = reply);
    }

    pub(crate) fn always_at(&self, path: &str, reply: Reply) {
        self.with(|lines| lines.by_path.insert(path.to_owned(), reply));
    }

    pub(crate) fn next(&self, path: &str) -> Reply {
        self.with(|lines| match lines.by_path.get(path) {
            Some(reply) => reply.clone(),
            None => lines
                .next
                .pop_front()
                .unwrap_or_else(|| lines.usual.clone()),
        })
    }
}
