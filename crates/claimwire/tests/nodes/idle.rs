//! What an idle node asks of PostgreSQL, with a webhook and with a hundred thousand of them.

use std::path::Path;

use claimwire_testkit::postgres::{Cluster, Setup};
use claimwire_testkit::rows::more_webhooks;
use serde_json::json;

use crate::common::{Serve, serve, until};
use crate::nodes::ENCRYPTION_KEY;

/// Says which statements it is asked for, and by whom.
const SETUP: Setup<'static> = Setup {
    settings: "log_min_messages = log\nlog_statement = all\nlog_line_prefix = '%a|'\n",
    files: &[],
    port: None,
};
/// Each node's lines in the log.
const STATEMENTS: [&str; 2] = ["claimwire|LOG:  execute ", "claimwire|LOG:  statement: "];
/// What only a heartbeat asks, and what is asked least often of what is asked regularly.
const HEARTBEAT: &str = "until > clock_ms() FROM nodes";
const BACKLOG: &str = "AS counted";

/// Heartbeats that are watched. They come at most 2.5 s apart; in that time five statements a second are 12.5.
const BEATS: usize = 7;
const MOST: usize = BEATS * 25 / 2;

const WEBHOOKS: usize = 100_000;

/// What an idle node did.
struct Idle {
    statements: usize,
    /// Of webhooks, and of their healths, however they were found.
    rows: i64,
}

fn log_of(cluster: &Cluster) -> String {
    let log = cluster.socket().with_file_name("log");
    std::fs::read_to_string(log).unwrap()
}

/// From one heartbeat to another, between which all was asked that is asked regularly.
fn watch(cluster: &Cluster) -> Idle {
    let rows = || {
        let sql = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
            WHERE relname IN ('webhooks', 'healths')";
        cluster
            .sql("postgres", sql)
            .unwrap()
            .parse::<i64>()
            .unwrap()
    };
    let (begun, before) = (log_of(cluster).len(), rows());
    let watched = || log_of(cluster).split_off(begun);
    until("it is idle for long enough", || {
        let log = watched();
        log.matches(HEARTBEAT).count() > BEATS && log.contains(BACKLOG)
    });
    let log = watched();
    let statements: Vec<&str> = log
        .lines()
        .filter(|line| STATEMENTS.iter().any(|begins| line.starts_with(begins)))
        .collect();
    let beats: Vec<usize> = (0..statements.len())
        .filter(|at| statements[*at].contains(HEARTBEAT))
        .collect();
    Idle {
        statements: (beats[BEATS] - beats[0]),
        rows: rows() - before,
    }
}

fn node(cluster: &Cluster, dir: &Path) -> Serve {
    let url = cluster.url("postgres", "postgres");
    let needed = ["--database-url", &*url, "--encryption-key", ENCRYPTION_KEY];
    Serve::of(&mut serve(dir, &needed), std::process::Stdio::null())
}

#[test]
fn an_idle_node_asks_little_however_many_webhooks_there_are() {
    let cluster = Cluster::start_as(SETUP).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(&cluster, dir.path());
    let made = |path: &str, body| {
        let (status, answer) = node.call("POST", path, Some(body));
        assert_eq!(status, 201, "{answer}");
    };
    made("/v1/shops", json!({"slug": "acme", "name": "Acme"}));
    let webhook = json!({"url": "http://127.0.0.1:1/hook", "dialect": "standard"});
    made("/v1/shops/acme/webhooks", webhook);
    let few = watch(&cluster);
    let more = more_webhooks(WEBHOOKS, "shop");
    cluster.sql("postgres", &more).unwrap();
    cluster.sql("postgres", "ANALYZE").unwrap();
    let many = watch(&cluster);
    for idle in [&few, &many] {
        assert!(idle.statements <= MOST, "{} statements", idle.statements);
        assert!(idle.rows < 1_000, "{} rows were read", idle.rows);
    }
    node.signal("TERM");
    assert_eq!(node.wait(), Some(0));
}
