//! `enabled_events`: a letter for the dialect, then an entry per line.

use claimwire_model::event::Fact;
use claimwire_model::filter::SourceFilter;
use claimwire_model::filter::{ENTRIES_AT_MOST, Subscription};
use claimwire_model::performed_by::Source;
use claimwire_model::{Timestamp, catalogue};
use std::sync::OnceLock;

/// More would only be slower.
const ENTRIES_LOOKED_AT: usize = 4;

/// No entry panics; a list is good when each of its entries is, and matches what any of them matches;
/// an entry that is accepted can match something.
pub fn filters(data: &[u8]) {
    let Some((first, text)) = data.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let dialect = super::dialect(*first);
    let entries: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if entries.len() > ENTRIES_AT_MOST {
        assert!(Subscription::new(dialect, SourceFilter::All, entries).is_err());
        return;
    }
    let entries: Vec<String> = entries.into_iter().take(ENTRIES_LOOKED_AT).collect();
    let compile = |entries: Vec<String>| Subscription::new(dialect, SourceFilter::All, entries);
    let whole = compile(entries.clone());
    let single: Vec<_> = entries
        .iter()
        .map(|entry| compile(vec![entry.clone()]))
        .collect();
    match &whole {
        Err(unknown) => {
            assert!(!unknown.is_empty());
            for entry in unknown {
                assert!(entry.index < entries.len() && !entry.message.is_empty());
            }
        }
        Ok(whole) => assert_eq!(whole.enabled_events, entries),
    }
    assert_eq!(
        whole.is_ok(),
        single.iter().all(Result::is_ok),
        "{entries:?}"
    );
    for (entry, subscription) in entries.iter().zip(&single) {
        let Ok(subscription) = subscription else {
            continue;
        };
        let invented = entry.starts_with("shipments/")
            || entry.starts_with("shipment.")
            || entry.contains(".shipment.");
        let matched = facts().iter().any(|fact| subscription.matches(fact));
        assert!(
            matched || invented || entry.starts_with("group:"),
            "{entry:?} is accepted and matches nothing"
        );
    }
    let Ok(whole) = whole else {
        return;
    };
    let ui_only = Subscription::new(dialect, SourceFilter::UiOnly, entries).unwrap();
    for fact in facts() {
        let any = single.iter().flatten().any(|one| one.matches(fact));
        assert_eq!(whole.matches(fact), any, "{}", fact.r#ref);
        let through = fact.source() == Source::Ui || fact.r#ref.starts_with("webhooks/");
        assert_eq!(ui_only.matches(fact), any && through, "{}", fact.r#ref);
    }
}

/// A sample of everything in the catalogue, and a shipment event that is not.
fn facts() -> &'static [Fact] {
    static FACTS: OnceLock<Vec<Fact>> = OnceLock::new();
    FACTS.get_or_init(|| {
        let now = Timestamp::from_secs(1_760_000_000);
        let refs = catalogue::all().map(|row| row.r#ref);
        let invented = ["shipments/in_transit/EATEN_BY_GOAT"];
        let facts: Vec<_> = refs
            .chain(invented)
            .filter_map(|name| catalogue::sample(name, now))
            .collect();
        assert!(facts.len() > 30);
        facts
    })
}
