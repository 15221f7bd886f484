//! Lanes are kept by stores: the same in every version.

use claimwire_model::catalogue::sample;
use claimwire_model::subject::Subject;
use claimwire_model::target::Ordering;
use claimwire_model::{Event, EventNo, Lane, SubjectKind};

use crate::now;

fn event(no: i64, subject: Option<Subject>) -> Event {
    let mut fact = sample("claims/created", now()).unwrap();
    fact.subject = subject;
    Event {
        no: EventNo(no),
        fact,
    }
}

fn claim(id: &str) -> Option<Subject> {
    let (kind, id) = (SubjectKind::Claim, id.to_owned());
    Some(Subject { kind, id })
}

#[test]
fn a_subjects_lane_is_the_number_that_earlier_versions_kept() {
    // FNV-1a of the text, worked out elsewhere.
    let lane = Lane::of(Ordering::Subject, &event(1, claim("a")));
    assert_eq!(lane, Some(Lane(6_382_621_613_607_769_843)));
    assert_eq!(Lane::of(Ordering::Subject, &event(2, claim("a"))), lane);
    assert_ne!(Lane::of(Ordering::Subject, &event(1, claim("b"))), lane);
}

#[test]
fn without_an_order_there_is_none_and_a_strict_one_has_one() {
    let (first, other) = (event(1, claim("a")), event(2, None));
    assert_eq!(Lane::of(Ordering::None, &first), None);
    let one = Lane::of(Ordering::Webhook, &first);
    assert_eq!(one, Some(Lane(0)));
    assert_eq!(Lane::of(Ordering::Webhook, &other), one);
}

#[test]
fn an_event_without_a_subject_waits_for_no_other() {
    let lanes = [1, 2].map(|no| Lane::of(Ordering::Subject, &event(no, None)));
    assert!(lanes[0].is_some());
    assert_ne!(lanes[0], lanes[1]);
}
