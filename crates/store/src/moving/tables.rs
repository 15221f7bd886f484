//! The tables that are moved, in the order in which they are written, with their columns as all stores have them.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Int,
    /// Yes or no.
    Bool,
    /// A text. A NUL in it is read as U+FFFD, since not every store can keep one.
    Text,
    /// Bytes.
    Bytes,
    /// A UUID.
    Uuid,
    /// A list of numbers.
    Numbers,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether both sides have the same there; not so for numbers that nobody sees, and that one store has to be
    /// different in each row.
    pub compared: bool,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// How many of them, from the first on, are the key that it is read by.
    pub key: usize,
    /// Whether a move that was broken off goes on behind the greatest key that was written: the key is of numbers. The
    /// others are small, and read from their beginning.
    pub resumes: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    let compared = true;
    Column {
        name,
        kind,
        compared,
    }
}

const fn loose(name: &'static str, kind: Kind) -> Column {
    let compared = false;
    Column {
        name,
        kind,
        compared,
    }
}

/// All that are moved.
pub static TABLES: &[Table] = &[
    Table {
        name: "shops",
        columns: &[
            column("no", Kind::Int),
            column("id", Kind::Uuid),
            column("slug", Kind::Text),
            column("name", Kind::Text),
            column("notification_emails", Kind::Text),
            column("egress", Kind::Text),
            column("api_dialect", Kind::Text),
            column("claim_page", Kind::Text),
            column("created_at", Kind::Int),
            column("updated_at", Kind::Int),
            column("deleted", Kind::Bool),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "counters",
        columns: &[
            column("shop", Kind::Int),
            column("kind", Kind::Int),
            column("last", Kind::Int),
        ],
        key: 2,
        resumes: false,
    },
    Table {
        name: "api_keys",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("id", Kind::Uuid),
            column("hash", Kind::Bytes),
            column("name", Kind::Text),
            column("role", Kind::Int),
            column("created_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "webhooks",
        columns: &[
            column("no", Kind::Int),
            column("uuid", Kind::Uuid),
            column("shop", Kind::Int),
            column("kind", Kind::Int),
            column("status", Kind::Int),
            column("settings", Kind::Text),
            column("secrets", Kind::Bytes),
            column("headers", Kind::Bytes),
            column("verification_due", Kind::Bool),
            column("created_at", Kind::Int),
            column("updated_at", Kind::Int),
            column("version", Kind::Int),
            column("deleted_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "healths",
        columns: &[
            column("target", Kind::Int),
            column("consecutive_failures", Kind::Int),
            column("failing_since", Kind::Int),
            column("last_success_at", Kind::Int),
            column("last_failure_at", Kind::Int),
            column("warned_at", Kind::Int),
            column("disabled_at", Kind::Int),
            column("disabled_reason", Kind::Text),
            column("paused_until", Kind::Int),
            column("activation", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "documents",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("kind", Kind::Int),
            column("id", Kind::Text),
            column("parent", Kind::Text),
            column("version", Kind::Int),
            column("json", Kind::Text),
        ],
        key: 1,
        resumes: true,
    },
    Table {
        name: "events",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("given_id", Kind::Text),
            column("ref", Kind::Text),
            column("event_group", Kind::Text),
            column("triggered_at", Kind::Int),
            column("subject_kind", Kind::Int),
            column("subject_id", Kind::Text),
            column("event_data", Kind::Text),
            column("context", Kind::Text),
            column("context_of", Kind::Int),
            column("changes", Kind::Text),
            column("performed_by", Kind::Text),
            column("posted", Kind::Bool),
        ],
        key: 1,
        resumes: true,
    },
    Table {
        name: "deliveries",
        columns: &[
            column("event", Kind::Int),
            column("target", Kind::Int),
            column("state", Kind::Int),
            column("due_at", Kind::Int),
            column("attempt_count", Kind::Int),
            column("failures", Kind::Int),
            column("activation", Kind::Int),
            column("manual", Kind::Int),
            column("delivered_at", Kind::Int),
            column("last_status", Kind::Int),
            column("last_error", Kind::Text),
            column("lane", Kind::Int),
            column("saved", Kind::Bytes),
            column("first_started_at", Kind::Int),
            column("first_duration_us", Kind::Int),
            column("first_status", Kind::Int),
            column("first_request", Kind::Text),
            column("first_response", Kind::Text),
            column("first_body", Kind::Bytes),
            column("first_stages", Kind::Int),
        ],
        key: 2,
        resumes: true,
    },
    Table {
        name: "attempts",
        columns: &[
            column("event", Kind::Int),
            column("target", Kind::Int),
            column("number", Kind::Int),
            column("step", Kind::Text),
            column("started_at", Kind::Int),
            column("duration_us", Kind::Int),
            column("status_code", Kind::Int),
            column("error", Kind::Text),
            column("error_detail", Kind::Text),
            column("request_headers", Kind::Text),
            column("response_headers", Kind::Text),
            column("response_body", Kind::Bytes),
            column("stages", Kind::Int),
        ],
        key: 2,
        resumes: true,
    },
    Table {
        name: "timings",
        columns: &[
            loose("no", Kind::Int),
            column("target", Kind::Int),
            column("samples", Kind::Bytes),
        ],
        key: 2,
        resumes: false,
    },
    Table {
        name: "replays",
        columns: &[
            column("no", Kind::Int),
            column("id", Kind::Uuid),
            column("shop", Kind::Int),
            column("target", Kind::Int),
            column("since", Kind::Int),
            column("until", Kind::Int),
            column("status", Kind::Int),
            column("enabled_events", Kind::Text),
            column("state", Kind::Int),
            column("total", Kind::Int),
            column("done", Kind::Int),
            column("created_at", Kind::Int),
            column("seen", Kind::Int),
            column("scanned", Kind::Int),
            column("searched", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "fan_outs",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("next_event", Kind::Int),
            column("next_target", Kind::Int),
            column("events", Kind::Numbers),
            column("targets", Kind::Numbers),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "idempotency",
        columns: &[
            column("shop", Kind::Int),
            column("key", Kind::Text),
            loose("no", Kind::Int),
            column("fingerprint", Kind::Bytes),
            column("status", Kind::Int),
            column("body", Kind::Bytes),
        ],
        key: 2,
        resumes: false,
    },
    Table {
        name: "mailed",
        columns: &[
            column("event", Kind::Int),
            column("tries", Kind::Int),
            column("due_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "letters",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("at", Kind::Int),
            column("letter", Kind::Bytes),
            column("tries", Kind::Int),
            column("due_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "images",
        columns: &[
            column("name", Kind::Text),
            column("shop", Kind::Int),
            column("bytes", Kind::Int),
            column("uses", Kind::Int),
            column("unused_since", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "tickets",
        columns: &[
            column("target", Kind::Int),
            column("claim", Kind::Text),
            column("shop", Kind::Int),
            column("state", Kind::Bytes),
            column("gone_at", Kind::Int),
        ],
        key: 2,
        resumes: false,
    },
    Table {
        name: "sessions",
        columns: &[
            column("id", Kind::Bytes),
            column("shop", Kind::Int),
            column("role", Kind::Int),
            column("name", Kind::Text),
            column("key", Kind::Uuid),
            column("expires_at", Kind::Int),
            column("ends_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "portal_links",
        columns: &[
            column("id", Kind::Bytes),
            column("shop", Kind::Int),
            column("role", Kind::Int),
            column("name", Kind::Text),
            column("key", Kind::Uuid),
            column("expires_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "members",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("id", Kind::Uuid),
            column("email", Kind::Text),
            column("name", Kind::Text),
            column("role", Kind::Int),
            column("password", Kind::Text),
            column("link", Kind::Bytes),
            column("invited_until", Kind::Int),
            column("created_at", Kind::Int),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "audit",
        columns: &[
            column("no", Kind::Int),
            column("shop", Kind::Int),
            column("at", Kind::Int),
            column("who", Kind::Text),
            column("source", Kind::Int),
            column("did", Kind::Text),
            column("what", Kind::Text),
        ],
        key: 1,
        resumes: false,
    },
    Table {
        name: "sealed_keys",
        columns: &[column("id", Kind::Bytes)],
        key: 1,
        resumes: false,
    },
];
