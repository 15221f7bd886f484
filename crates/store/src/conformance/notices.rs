//! Notices: what is mailed, and when again.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::subject::{Subject, SubjectKind};
use claimwire_model::verdict::Next;

use super::world::{World, at, fact, verdict};
use crate::Store;
use crate::notices::{NOTICE_KEPT, Notice};

/// A webhook that was disabled at `when`.
async fn disabled(w: &World, when: i64) {
    let hook = w.webhook(|_| {}).await;
    w.event(at(when)).await;
    let handed = w.take_one(&hook, at(when)).await;
    let mut gone = verdict(Next::GiveUp);
    gone.disable = Some("the endpoint answered 410 Gone".into());
    w.record_verdict(&handed, gone, at(when)).await;
}

/// Taken at `when`, for ten seconds.
async fn take(w: &World, when: i64) -> Option<Notice> {
    w.store.take_notice(at(when), at(when + 10)).await.unwrap()
}

pub async fn a_disabling_is_a_notice_until_it_has_ended(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    assert!(take(&w, 1).await.is_none());
    disabled(&w, 1).await;
    let notice = take(&w, 2).await.unwrap();
    assert_eq!(
        (&*notice.event.fact.r#ref, notice.tries),
        ("webhooks/disabled", 0)
    );
    assert_eq!(notice.shop.slug, "shop");
    assert!(
        take(&w, 11).await.is_none(),
        "it is someone's for ten seconds"
    );
    let again = take(&w, 12).await.unwrap();
    assert_eq!((again.event.no, again.tries), (notice.event.no, 1));
    w.store.notice_again(again.event.no, at(40)).await.unwrap();
    assert!(take(&w, 39).await.is_none());
    let last = take(&w, 40).await.unwrap();
    assert_eq!((last.event.no, last.tries), (notice.event.no, 2));
    w.store.notice_ended(last.event.no).await.unwrap();
    assert!(take(&w, 1000).await.is_none());
}

pub async fn one_that_waits_holds_up_no_other(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    disabled(&w, 1).await;
    disabled(&w, 2).await;
    let first = take(&w, 3).await.unwrap();
    let second = take(&w, 3).await.unwrap();
    assert!(first.event.no < second.event.no);
    assert!(take(&w, 3).await.is_none());
}

pub async fn only_what_we_made_for_a_shop_that_is_there(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let posted = Fact {
        r#ref: "webhooks/disabled".into(),
        subject: Some(Subject {
            kind: SubjectKind::Webhook,
            id: "w-1".into(),
        }),
        posted: true,
        ..fact("c-1")
    };
    w.commit(vec![posted], at(1)).await.unwrap();
    assert!(take(&w, 2).await.is_none());
    disabled(&w, 2).await;
    w.store.delete_shop(w.shop.no).await.unwrap();
    assert!(take(&w, 3).await.is_none());
}

pub async fn what_is_too_old_is_not_mailed(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    disabled(&w, 1).await;
    let late = at(2).plus(NOTICE_KEPT);
    assert!(w.store.take_notice(late, late).await.unwrap().is_none());
    disabled(&w, 10).await;
    let notice = w.store.take_notice(late, late).await.unwrap().unwrap();
    assert_eq!(notice.event.fact.triggered_at, at(10));
}
