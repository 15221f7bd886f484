//! Rows straight into PostgreSQL's tables: what the claims' events left there is copied over the four weeks before, each
//! day into a table of its own, as a server that is that old has them.

use std::time::Duration;

use claimwire_model::Timestamp;
use claimwire_model::id::first_number_at;

use crate::database::Database;
use crate::options::Options;
use crate::progress::bar;

use super::SHOP;

/// Fewer than events are kept, so that nothing is pruned meanwhile.
pub(super) const DAYS: u32 = 28;
const DAY: Duration = Duration::from_secs(86_400);

/// The first day's tables begin with the day and no longer with all time; those of the days before follow.
const DAYS_BEFORE: &str = "DO $$ DECLARE
  parent TEXT; first TEXT; up_to TEXT;
BEGIN
  FOREACH parent IN ARRAY ARRAY['events', 'attempts'] LOOP
    SELECT c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO [(](.*)[)]') INTO first, up_to
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = parent::REGCLASS AND pg_get_expr(c.relpartbound, c.oid) LIKE '%(MINVALUE)%';
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, first);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (:from) TO (%s)', parent, first, up_to);
    FOR n IN 1..:days LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
        parent || to_char(DATE ':date' - n + 1, '_to_YYYYMMDD'), parent, :from - n * :day, :from - (n - 1) * :day);
    END LOOP;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%s)',
      parent || to_char(DATE ':date' - :days, '_to_YYYYMMDD'), parent, :from - :days * :day);
  END LOOP;
END $$";

/// What is copied, numbered.
const COPIED: &str =
    "CREATE TABLE copied AS SELECT no, row_number() OVER (ORDER BY no) AS nth FROM events
    WHERE shop = (SELECT no FROM shops WHERE slug = ':shop');
  ALTER TABLE copied ADD PRIMARY KEY (no);
  ANALYZE copied";

/// One copy of all. Of a hundred deliveries one waits for its last attempt, tomorrow, and two have failed.
const COPY: &str = "SET synchronous_commit = off;
INSERT INTO events (no, shop, ref, triggered_at, subject_kind, subject_id, event_data, context, changes, performed_by, posted)
  SELECT :number, e.shop, 'claims/' || (ARRAY['updated', 'status_changed', 'approved'])[1 + nth % 3], e.triggered_at,
    e.subject_kind, e.subject_id, e.event_data, e.context, e.changes, e.performed_by, e.posted
  FROM copied JOIN events e USING (no);
INSERT INTO deliveries (event, target, state, due_at, attempt_count, failures, delivered_at, last_status)
  SELECT :number, d.target, now.state, CASE now.state WHEN 0 THEN clock_ms() + 86400000 END, 3 + (nth % 3 = 0)::INT, 3,
    CASE now.state WHEN 1 THEN d.delivered_at END, CASE now.state WHEN 1 THEN 200 ELSE 500 END
  FROM copied JOIN deliveries d ON d.event = no
  CROSS JOIN LATERAL (SELECT CASE nth % 100 WHEN 0 THEN 0 WHEN 33 THEN 2 WHEN 66 THEN 2 ELSE 1 END AS state) AS now;
INSERT INTO attempts (event, target, number, started_at, duration_us, status_code, request_headers, response_headers,
    response_body)
  SELECT :number, d.target, attempt, coalesce(d.first_started_at, 0), coalesce(d.first_duration_us, 0), 500,
    coalesce(d.first_request, ''), coalesce(d.first_response, ''), coalesce(d.first_body, '')
  FROM copied JOIN deliveries d ON d.event = no
  CROSS JOIN LATERAL generate_series(1, 3 + (nth % 3 = 0)::INT) AS attempt";

/// How much there is.
pub(super) struct Filled {
    pub(super) events: f64,
    pub(super) attempts: f64,
    pub(super) gigabytes: f64,
}

/// Copies what is there until there are as many events as are asked for.
pub(super) fn fill(options: &Options, database: &Database) -> anyhow::Result<Filled> {
    let day = i64::try_from(DAY.as_secs())?;
    let now = jiff::Timestamp::now().as_second();
    // Yesterday, since the bench may have begun then.
    let first = Timestamp::from_secs(now - now % day - day);
    let from = first_number_at(first);
    let length = first_number_at(first.plus(DAY)) - from;
    let days = DAYS_BEFORE
        .replace(":from", &from.to_string())
        .replace(":days", &DAYS.to_string())
        .replace(":day", &length.to_string())
        .replace(
            ":date",
            first.to_zulu_seconds().get(..10).unwrap_or_default(),
        );
    database.sql(&days)?;
    database.sql(&COPIED.replace(":shop", SHOP))?;
    let events: i64 = database.number("SELECT count(*) FROM copied")?;
    anyhow::ensure!(events > 0, "the claims made no events that could be copied");
    let copies = (i64::from(options.rows) - events).max(0) / events;
    let step = length * i64::from(DAYS) / (copies * events + 1).max(1);
    let bar = bar(
        options.progress,
        "copies of the claims' events",
        copies.try_into()?,
    );
    for copy in 0..copies {
        let number = format!("{from} - ({} + nth) * {step}", copy * events);
        database.sql(&COPY.replace(":number", &number))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    database.sql("DROP TABLE copied")?;
    database.sql("VACUUM (ANALYZE)")?;
    Ok(Filled {
        events: database.number("SELECT count(*) FROM events")?,
        attempts: database.number("SELECT count(*) FROM attempts")?,
        gigabytes: database.number("SELECT pg_database_size(current_database()) / 1e9")?,
    })
}
