//! Events counted by what decides who hears of them.

use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, Source};

use super::world::*;
use super::*;
use crate::tally::{Tallies, Tally};

fn of(r#ref: &str, group: Option<&str>, source: Source, name: &str) -> Fact {
    Fact {
        r#ref: r#ref.into(),
        event_group: group.map(Into::into),
        performed_by: PerformedBy {
            source,
            name: Some(name.into()),
            ..PerformedBy::default()
        },
        ..fact("c")
    }
}

/// Ref, group, source and count of each, sorted.
fn sorted(tallies: &Tallies) -> Vec<(String, Option<String>, bool, u64)> {
    let of = |tally: &Tally| {
        let (r#ref, group) = (tally.r#ref.clone(), tally.event_group.clone());
        (r#ref, group, tally.source == Source::Ui, tally.count)
    };
    let mut all: Vec<_> = tallies.tallies.iter().map(of).collect();
    all.sort();
    all
}

pub async fn events_are_counted_by_their_traits(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let other = w.new_shop("other").await;
    let facts = vec![
        of("claims/created", None, Source::Api, "a"),
        of("claims/created", None, Source::Api, "b"),
        of("claims/created", None, Source::Ui, "a"),
        of(
            "shipments/delivered/home",
            Some("shipment_delivered"),
            Source::Api,
            "a",
        ),
    ];
    w.commit(facts, at(10)).await.unwrap();
    let found = w.store.tallies(w.shop.no, at(0), 100).await.unwrap();
    let (created, delivered) = ("claims/created", "shipments/delivered/home");
    let group = Some("shipment_delivered".to_owned());
    assert_eq!(
        sorted(&found),
        [
            (created.to_owned(), None, false, 2),
            (created.to_owned(), None, true, 1),
            (delivered.to_owned(), group, false, 1),
        ]
    );
    assert_eq!((found.total(), found.oldest), (4, Some(at(10))));
    let people = subscription(&["claims"], SourceFilter::UiOnly);
    assert_eq!(found.matched(&people), 1, "by the filter's own rules");
    let none = w.store.tallies(other.no, at(0), 100).await.unwrap();
    assert_eq!(none, Tallies::default(), "another shop's are not in it");
}

pub async fn only_the_newest_since_a_time_are_counted(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for (second, r#ref) in [
        (10, "claims/created"),
        (20, "claims/closed"),
        (30, "orders/synced"),
    ] {
        let fact = of(r#ref, None, Source::Api, "a");
        w.commit(vec![fact], at(second)).await.unwrap();
    }
    let refs = |found: &Tallies| -> Vec<String> {
        sorted(found).into_iter().map(|(r#ref, ..)| r#ref).collect()
    };
    let since = w.store.tallies(w.shop.no, at(20), 100).await.unwrap();
    assert_eq!(refs(&since), ["claims/closed", "orders/synced"]);
    assert_eq!(since.oldest, Some(at(20)), "the time itself is in it");
    let newest = w.store.tallies(w.shop.no, at(0), 1).await.unwrap();
    assert_eq!(refs(&newest), ["orders/synced"]);
    assert_eq!(newest.oldest, Some(at(30)));
}
