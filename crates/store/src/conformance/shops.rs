//! Shops: slugs, and what a deletion hides.

use super::world::*;
use super::*;

pub async fn a_slug_is_taken_once(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let again = NewShop {
        id: w.uuid(),
        slug: "shop".into(),
        name: "Another".into(),
        notification_emails: Vec::new(),
    };
    let refused = w.store.create_shop(again, at(1), None).await;
    assert_eq!(refused.unwrap_err(), StoreError::Exists);
    assert_eq!(w.store.shop("shop").await.unwrap(), w.shop);
}

pub async fn a_shop_is_as_it_was_made(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let shop = w.store.shop("shop").await.unwrap();
    assert_eq!(shop.id, Uuid::from_u128(1));
    assert_eq!((&*shop.slug, &*shop.name), ("shop", "Shop"));
    assert_eq!((shop.created_at, shop.updated_at), (at(0), at(0)));
    let unknown = w.store.shop("unknown").await;
    assert_eq!(unknown.unwrap_err(), StoreError::NotFound);
}

pub async fn shops_are_listed_newest_first(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    for n in 0..4 {
        w.new_shop(&format!("shop-{n}")).await;
    }
    let shops = pages(2, |page| w.store.shops(page)).await;
    let slugs: Vec<_> = shops.iter().map(|shop| &*shop.slug).collect();
    assert_eq!(slugs, ["shop-3", "shop-2", "shop-1", "shop-0", "shop"]);
}

pub async fn a_new_name_is_seen_everywhere(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.store
        .create_key(w.shop.no, new_key(&w, [1; 32]), at(0), None)
        .await
        .unwrap();
    w.event(at(1)).await;
    let emails = vec!["ops@shop.example".to_owned(), "it@shop.example".to_owned()];
    let page = Arc::new(ClaimPage {
        enabled: true,
        color: Some("#2f55d4".to_owned()),
        ..ClaimPage::default()
    });
    let told = ShopUpdate {
        notification_emails: Some(emails.clone()),
        api_dialect: Some(ApiDialect::Karla),
        claim_page: Some(Some(page.clone())),
        ..ShopUpdate::default()
    };
    assert_eq!(w.shop.api_dialect, ApiDialect::Claimwire);
    let told = w.store.update_shop(w.shop.no, told, at(1)).await.unwrap();
    assert_eq!((&*told.name, &told.notification_emails), ("Shop", &emails));
    let renamed = w.store.update_shop(w.shop.no, named("New"), at(2)).await;
    assert_eq!(renamed.unwrap().name, "New");

    let shop = w.store.shop("shop").await.unwrap();
    assert_eq!((&*shop.name, shop.updated_at), ("New", at(2)));
    assert_eq!(shop.notification_emails, emails);
    assert_eq!(shop.api_dialect, ApiDialect::Karla);
    assert_eq!(shop.claim_page, Some(page));
    let without = ShopUpdate {
        claim_page: Some(None),
        ..ShopUpdate::default()
    };
    w.store
        .update_shop(w.shop.no, without, at(2))
        .await
        .unwrap();
    assert_eq!(w.store.shop("shop").await.unwrap().claim_page, None);
    assert_eq!(w.store.key(&[1; 32]).await.unwrap().1.name, "New");
    assert_eq!(w.take_one(&hook, at(3)).await.shop.name, "New");
}

fn named(name: &str) -> ShopUpdate {
    ShopUpdate {
        name: Some(name.into()),
        ..ShopUpdate::default()
    }
}

pub async fn a_shop_is_pinned_to_an_egress_profile_until_it_is_not(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let pinned = |egress: Option<&str>| ShopUpdate {
        egress: Some(egress.map(str::to_owned)),
        ..ShopUpdate::default()
    };
    assert_eq!(w.shop.egress, None);
    let update = w
        .store
        .update_shop(w.shop.no, pinned(Some("office")), at(1));
    assert_eq!(update.await.unwrap().egress.as_deref(), Some("office"));
    w.store
        .update_shop(w.shop.no, named("New"), at(2))
        .await
        .unwrap();

    let shop = w.store.shop("shop").await.unwrap();
    assert_eq!(
        (&*shop.name, shop.egress.as_deref()),
        ("New", Some("office"))
    );
    let listed = w.store.shops(all()).await.unwrap().items;
    assert_eq!(listed, [shop]);
    w.event(at(2)).await;
    let handed = w.take_one(&hook, at(3)).await;
    assert_eq!(handed.shop.egress.as_deref(), Some("office"));

    w.store
        .update_shop(w.shop.no, pinned(None), at(4))
        .await
        .unwrap();
    let shop = w.store.shop("shop").await.unwrap();
    assert_eq!((&*shop.name, shop.egress.as_deref()), ("New", None));
}

pub async fn a_deleted_shop_hides_all_that_is_its_own(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    let no = w.shop.no;
    w.store
        .create_key(no, new_key(&w, [1; 32]), at(0), None)
        .await
        .unwrap();
    let mut commit = w.commit_of(vec![given("mine")], at(1));
    commit.writes = vec![write("c", 0, "{}")];
    w.store.commit(commit).await.unwrap();
    let event = w.events().await.remove(0);

    w.store.delete_shop(no).await.unwrap();

    let gone = Some(StoreError::NotFound);
    let s = &w.store;
    assert_eq!(s.shop("shop").await.err(), gone);
    assert_eq!(s.key(&[1; 32]).await.err(), gone);
    assert_eq!(s.target_of(no, hook.uuid).await.err(), gone);
    assert_eq!(s.target(hook.no).await.err(), gone);
    assert_eq!(s.document(no, SubjectKind::Claim, "c").await.err(), gone);
    assert_eq!(s.event(no, "mine").await.err(), gone);
    assert_eq!(s.delivery(no, id(&event, &hook), at(2)).await.err(), gone);
    assert_eq!(s.reserve_number(no, SubjectKind::Claim).await.err(), gone);
    assert_eq!(s.update_shop(no, named("x"), at(2)).await.err(), gone);
    assert_eq!(s.delete_shop(no).await.err(), gone);
    let webhook = webhook(no, w.uuid());
    assert_eq!(s.create_target(webhook, at(2), None).await.err(), gone);
    let key = new_key(&w, [2; 32]);
    assert_eq!(s.create_key(no, key, at(2), None).await.err(), gone);
    let commit = s.commit(w.commit_of(vec![fact("c")], at(2))).await;
    assert_eq!(commit.err(), gone);

    assert_eq!(s.shops(all()).await.unwrap().items, []);
    assert_eq!(s.keys(no, all()).await.unwrap().items, []);
    assert!(
        s.targets(no, TargetFilter::of(Kind::Webhook), all())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert!(w.events().await.is_empty());
    assert_eq!(w.deliveries(at(2)).await, []);
    let claims = s.documents(no, SubjectKind::Claim, None, all()).await;
    assert_eq!(claims.unwrap().items, []);

    let taken = w.take_some(&hook, 10, at(2)).await;
    assert!(taken.deliveries.is_empty() && taken.next_due.is_none());
    assert_eq!(s.waiting(Targets::All, at(2)).await.unwrap(), []);
}

pub async fn a_deleted_shops_slug_is_free_and_its_successor_empty(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    w.webhook(|_| {}).await;
    w.commit(vec![given("mine")], at(1)).await.unwrap();
    w.store.delete_shop(w.shop.no).await.unwrap();

    let next = w.new_shop("shop").await;
    assert_ne!(next.no, w.shop.no);
    assert_eq!(w.store.shop("shop").await.unwrap(), next);
    assert!(
        w.store
            .events(next.no, EventFilter::default(), all())
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let webhooks = w
        .store
        .targets(next.no, TargetFilter::of(Kind::Webhook), all())
        .await
        .unwrap();
    assert!(webhooks.items.is_empty());
    let w = World { shop: next, ..w };
    w.commit(vec![given("mine")], at(2)).await.unwrap();
    assert_eq!(w.deliveries(at(2)).await, []);
}

pub async fn an_outcome_for_a_deleted_shop_is_passed_over(store: Arc<dyn Store>) {
    let w = World::new(store).await;
    let hook = w.webhook(|_| {}).await;
    w.event(at(1)).await;
    let handed = w.take_one(&hook, at(1)).await;
    w.store.delete_shop(w.shop.no).await.unwrap();
    let mut verdict = verdict(Next::GiveUp);
    verdict.disable = Some("gone".into());
    w.record_verdict(&handed, verdict, at(2)).await;
    w.release(std::slice::from_ref(&handed)).await;
}
