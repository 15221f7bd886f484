//! Rows written straight into the tables of the store on PostgreSQL, where making them through the program takes too long.

/// Makes so many more webhooks of each that is there, as it is, in the shop whose number this expression gives.
#[must_use]
pub fn more_webhooks(count: usize, shop: &str) -> String {
    format!(
        "INSERT INTO webhooks (partition, uuid, shop, kind, status, settings, secrets, headers, verification_due, created_at,
             updated_at, version)
           SELECT partition, gen_random_uuid(), {shop}, kind, status, settings, secrets, headers, verification_due, created_at,
             updated_at, version FROM webhooks, generate_series(1, {count}) n;
         INSERT INTO healths (target) SELECT no FROM webhooks ON CONFLICT DO NOTHING;"
    )
}
