//! Change → events, for any two states of a claim.

use claimwire_model::catalogue::{all, find, samples};
use claimwire_model::change::{Change, Context};
use claimwire_model::claim::{Assignee, Claim, ClaimStatus, Damage};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::{made, now, refs};

fn claims() -> impl Strategy<Value = Claim> {
    use ClaimStatus::{Accepted, Closed, Pending, Rejected};
    (
        select(vec![Pending, Accepted, Rejected, Closed]),
        proptest::option::of(select(vec!["damage", "return"])),
        proptest::option::of(1u32..3),
        subsequence(vec!["a", "b", "c"], 0..=3).prop_shuffle(),
        subsequence(vec!["1", "2", "3"], 0..=3),
        proptest::option::of("[a-z]{0,3}"),
        0u64..3,
    )
        .prop_map(
            |(status, r#type, user, labels, damages, description, number)| Claim {
                status,
                r#type: r#type.map(str::to_owned),
                assignee: user.map(|id| Assignee {
                    user_id: Some(id.into()),
                    name: None,
                    email: None,
                }),
                labels: labels.into_iter().map(str::to_owned).collect(),
                damages: damages
                    .into_iter()
                    .map(|id| Damage {
                        id: id.to_owned(),
                        damage_type: "dent".to_owned(),
                        description: None,
                    })
                    .collect(),
                description,
                number,
                ..samples::claim(now())
            },
        )
}

fn order_in_table(r#ref: &str) -> usize {
    all().position(|row| row.r#ref == r#ref).unwrap()
}

proptest! {
    #[test]
    fn no_change_makes_no_event(claim in claims()) {
        let change = Change::Claim { before: Some(&claim), after: Some(&claim) };
        prop_assert!(made(&change, &Context::default()).is_empty());
    }

    #[test]
    fn events_are_in_the_catalogue_and_in_its_order(before in claims(), after in claims()) {
        let facts = made(&Change::Claim { before: Some(&before), after: Some(&after) }, &Context::default());
        for fact in &facts {
            let row = find(&fact.r#ref);
            prop_assert_eq!(row.and_then(|row| row.event_group), fact.event_group.as_deref());
            prop_assert!(row.is_some());
        }
        let places: Vec<usize> = refs(&facts).into_iter().map(order_in_table).collect();
        prop_assert!(places.is_sorted(), "{:?}", refs(&facts));
    }

    #[test]
    fn events_add_up_to_the_change(before in claims(), after in claims()) {
        let facts = made(&Change::Claim { before: Some(&before), after: Some(&after) }, &Context::default());
        let refs = refs(&facts);
        let count = |r#ref: &str| refs.iter().filter(|r| **r == r#ref).count();
        let gained = after.labels.iter().filter(|l| !before.labels.contains(l)).count();
        let lost = before.labels.iter().filter(|l| !after.labels.contains(l)).count();
        prop_assert_eq!((count("claims/label_added"), count("claims/label_removed")), (gained, lost));
        prop_assert_eq!(count("claims/status_changed") == 1, before.status != after.status);
        let details = (&before.r#type, &before.damages, &before.description) != (&after.r#type, &after.damages, &after.description);
        prop_assert_eq!(count("claims/details_changed") == 1, details);
        prop_assert_eq!(count("claims/updated") == 1, details || before.status != after.status);
        prop_assert!(count("claims/created") == 0 && count("claims/deleted") == 0);
    }
}
