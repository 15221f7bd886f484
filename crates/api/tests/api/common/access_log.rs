//! What the access log is told, for tests that compare or read it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

/// Its lines, without the time that each request took.
#[derive(Clone, Default)]
pub struct AccessLog(
    pub Arc<Mutex<Vec<BTreeMap<String, String>>>>,
    Arc<AtomicU64>,
);

impl AccessLog {
    /// Hears of this thread's requests until the guard is dropped.
    pub fn listen(&self) -> DefaultGuard {
        // While a thread has one and another comes by a line for the first time, that may pass for one that nobody hears
        // (tracing keeps this for all threads), unless somebody hears it everywhere.
        static EVERYWHERE: Once = Once::new();
        EVERYWHERE.call_once(|| {
            tracing::subscriber::set_global_default(Self::default()).unwrap();
        });
        tracing::subscriber::set_default(self.clone())
    }
}

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "took_us" {
            self.0.insert(field.name().to_owned(), format!("{value:?}"));
        }
    }
}

impl Subscriber for AccessLog {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "access"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1 + self.1.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(BTreeMap::new());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
