//! What is mailed, and when again.

use std::sync::Arc;

use claimwire_model::event::Fact;
use claimwire_model::member::Member;
use claimwire_model::subject::{Subject, SubjectKind};
use claimwire_model::verdict::Next;
use claimwire_model::{Event, Role, Shop};
use uuid::Uuid;

use super::world::{World, at, fact, verdict};
use crate::Store;
use crate::commit::{Commit, Committed, Idempotency, Write};
use crate::error::StoreError;
use crate::members::MemberChange;
use crate::outbox::{MAIL_KEPT, Mail, MailContent, MailId, NewLetter};

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
async fn take(w: &World, when: i64) -> Option<Mail> {
    w.store.take_mail(at(when), at(when + 10)).await.unwrap()
}

/// The shop and the event of a notice.
fn told(mail: &Mail) -> (&Shop, &Event) {
    match &mail.content {
        MailContent::Notice(shop, event) => (shop, event),
        MailContent::Letter(_) => panic!("a letter"),
    }
}

/// What a letter says.
fn says(mail: &Mail) -> &str {
    match &mail.content {
        MailContent::Letter(content) => std::str::from_utf8(content).unwrap(),
        MailContent::Notice(..) => panic!("a notice"),
    }
}

fn letter(content: &str, when: i64) -> NewLetter {
    NewLetter {
        at: at(when),
        content: content.into(),
    }
}

fn commit(w: &World, letters: Vec<NewLetter>, when: i64) -> Commit {
    Commit {
        shop: w.shop.clone(),
        now: at(when),
        writes: Vec::new(),
        facts: Vec::new(),
        images: Vec::new(),
        letters,
        idempotency: None,
    }
}

pub async fn a_disabling_is_a_notice_until_it_has_ended(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    assert!(take(&w, 1).await.is_none());
    disabled(&w, 1).await;
    let notice = take(&w, 2).await.unwrap();
    let (shop, event) = told(&notice);
    assert_eq!(
        (&*event.fact.r#ref, notice.tries, notice.at),
        ("webhooks/disabled", 0, at(1))
    );
    assert_eq!(notice.id, MailId::Notice(event.no));
    assert_eq!(shop.slug, "shop");
    assert!(
        take(&w, 11).await.is_none(),
        "it is someone's for ten seconds"
    );
    let again = take(&w, 12).await.unwrap();
    assert_eq!((again.id, again.tries), (notice.id, 1));
    w.store.mail_again(again.id, at(40)).await.unwrap();
    assert!(take(&w, 39).await.is_none());
    let last = take(&w, 40).await.unwrap();
    assert_eq!((last.id, last.tries), (notice.id, 2));
    w.store.mail_ended(last.id).await.unwrap();
    assert!(take(&w, 1000).await.is_none());
}

pub async fn one_that_waits_holds_up_no_other(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    disabled(&w, 1).await;
    disabled(&w, 2).await;
    let first = take(&w, 3).await.unwrap();
    let second = take(&w, 3).await.unwrap();
    assert!(first.id < second.id);
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
    let late = at(2).plus(MAIL_KEPT);
    assert!(w.store.take_mail(late, late).await.unwrap().is_none());
    disabled(&w, 10).await;
    let notice = w.store.take_mail(late, late).await.unwrap().unwrap();
    assert_eq!(notice.at, at(10));
}

pub async fn a_letter_is_kept_with_its_commit_until_it_has_ended(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let letters = vec![letter("a secret link", 1)];
    w.store.commit(commit(&w, letters, 1)).await.unwrap();
    let mail = take(&w, 2).await.unwrap();
    assert_eq!(
        (says(&mail), mail.at, mail.tries),
        ("a secret link", at(1), 0)
    );
    assert!(!format!("{mail:?}").contains("secret"), "{mail:?}");
    assert!(take(&w, 11).await.is_none(), "it is someone's");
    let again = take(&w, 12).await.unwrap();
    assert_eq!((again.id, again.tries), (mail.id, 1));
    w.store.mail_again(mail.id, at(40)).await.unwrap();
    assert!(take(&w, 39).await.is_none());
    // As old as it may be: who mails says when it is given up.
    let late = at(40).plus(MAIL_KEPT);
    let last = w.store.take_mail(late, late).await.unwrap().unwrap();
    assert_eq!(
        (says(&last), last.at, last.tries),
        ("a secret link", at(1), 2)
    );
    w.store.mail_ended(mail.id).await.unwrap();
    let later = late.plus(MAIL_KEPT);
    assert!(w.store.take_mail(later, later).await.unwrap().is_none());
    w.store.mail_ended(mail.id).await.unwrap();
    w.store.mail_again(mail.id, at(1)).await.unwrap();
    assert!(w.store.take_mail(later, later).await.unwrap().is_none());
}

pub async fn a_letter_that_waits_holds_up_no_other(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let letters = vec![letter("one", 1), letter("two", 1)];
    w.store.commit(commit(&w, letters, 1)).await.unwrap();
    disabled(&w, 2).await;
    let notice = take(&w, 3).await.unwrap();
    assert_eq!(told(&notice).1.fact.r#ref, "webhooks/disabled");
    let (one, two) = (take(&w, 3).await.unwrap(), take(&w, 3).await.unwrap());
    let mut both = [says(&one), says(&two)];
    both.sort_unstable();
    assert_eq!(both, ["one", "two"]);
    assert!(take(&w, 3).await.is_none());
    w.store.mail_ended(one.id).await.unwrap();
    w.store.mail_ended(notice.id).await.unwrap();
    assert_eq!(take(&w, 13).await.unwrap().id, two.id);
}

pub async fn a_commit_that_is_refused_or_repeated_keeps_no_letter(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let keyed = || Commit {
        idempotency: Some(Idempotency {
            key: "k".into(),
            fingerprint: [7; 32],
            status: 201,
            body: Box::new(|_| b"{}".to_vec()),
        }),
        ..commit(&w, vec![letter("once", 1)], 1)
    };
    w.store.commit(keyed()).await.unwrap();
    let again = w.store.commit(keyed()).await.unwrap();
    assert!(matches!(again, Committed::Before(_)));
    let stale = Write {
        kind: SubjectKind::Claim,
        id: "c-1".into(),
        expected_version: 9,
        after: None,
    };
    let refused = Commit {
        writes: vec![stale],
        ..commit(&w, vec![letter("never", 1)], 1)
    };
    let refused = w.store.commit(refused).await;
    assert!(matches!(refused, Err(StoreError::Stale)));
    let mail = take(&w, 2).await.unwrap();
    assert_eq!(says(&mail), "once");
    assert!(take(&w, 2).await.is_none());
}

pub async fn an_invitation_is_kept_with_its_member(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let member = |shop, email: &str| Member {
        id: Uuid::new_v4(),
        shop,
        email: email.into(),
        name: String::new(),
        role: Role::Editor,
        password: None,
        invited_until: Some(at(100)),
        created_at: at(1),
    };
    let shop = Some(w.shop.no);
    let anna = member(shop, "anna@a.test");
    let (store, invitation) = (&w.store, |text: &str| Some(letter(text, 1)));
    let added = store.add_member(anna.clone(), [1; 32], invitation("anna"));
    added.await.unwrap();
    let taken = store.add_member(member(shop, "anna@a.test"), [2; 32], invitation("again"));
    assert!(matches!(taken.await, Err(StoreError::Exists)));
    let operator = store.add_member(member(None, "op@a.test"), [3; 32], invitation("op"));
    operator.await.unwrap();
    let link = MemberChange::Link([4; 32], at(200), invitation("anew"));
    store
        .change_member(shop, anna.id, link.clone())
        .await
        .unwrap();
    let strange = store.change_member(shop, Uuid::new_v4(), link).await;
    assert!(matches!(strange, Err(StoreError::NotFound)));
    let mut said = Vec::new();
    while let Some(mail) = take(&w, 2).await {
        said.push(says(&mail).to_owned());
    }
    said.sort_unstable();
    assert_eq!(said, ["anew", "anna", "op"]);
}

pub async fn letters_go_with_their_shop(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let letters = vec![letter("gone", 1)];
    w.store.commit(commit(&w, letters, 1)).await.unwrap();
    w.store.delete_shop(w.shop.no).await.unwrap();
    assert!(take(&w, 2).await.is_none());
}
