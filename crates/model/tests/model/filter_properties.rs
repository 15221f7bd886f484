//! Filters, for any ref.

use claimwire_model::Dialect;
use claimwire_model::catalogue::{all, sample};
use claimwire_model::event::Fact;
use claimwire_model::filter::{SourceFilter, Subscription};
use proptest::prelude::*;

use crate::now;

fn refs() -> impl Strategy<Value = String> {
    let listed: Vec<String> = all().map(|row| row.r#ref.to_owned()).collect();
    prop_oneof![
        proptest::sample::select(listed),
        "shipments/(in_transit|delivered|x)/[A-Z_]{1,12}".prop_map(|r| r),
    ]
}

fn subscription(entries: Vec<String>) -> Subscription {
    Subscription::new(Dialect::Standard, SourceFilter::All, entries).unwrap()
}

proptest! {
    #[test]
    fn a_prefix_matches_iff_its_segments_do(of in refs(), r#ref in refs(), keep in 1usize..4) {
        let prefix: Vec<&str> = of.split('/').take(keep).collect();
        let expected = r#ref.split('/').take(prefix.len()).eq(prefix.iter().copied());
        let fact = sample(&r#ref, now()).unwrap();
        prop_assert_eq!(subscription(vec![prefix.join("/")]).matches(&fact), expected);
    }

    #[test]
    fn entries_add_up(first in refs(), second in refs(), r#ref in refs()) {
        let fact: Fact = sample(&r#ref, now()).unwrap();
        let one = subscription(vec![first.clone()]).matches(&fact);
        let other = subscription(vec![second.clone()]).matches(&fact);
        prop_assert_eq!(subscription(vec![first, second]).matches(&fact), one || other);
    }
}

proptest! {
    // Each looks for the nearest of some hundred names in five dialects.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_text_is_too_odd_to_be_judged(text in ".{0,80}") {
        for dialect in Dialect::ALL {
            let made = Subscription::new(dialect, SourceFilter::All, vec![text.clone()]);
            prop_assert!(made.is_ok() || made.is_err_and(|unknown| unknown.len() == 1));
        }
    }
}
