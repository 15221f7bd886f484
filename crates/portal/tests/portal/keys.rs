//! Settings → API keys.

use claimwire_actions::api_keys;
use claimwire_model::Role;
use uuid::Uuid;

use crate::common::World;

const KEYS: &str = "/portal/shops/acme/api-keys";

async fn id(world: &World, key: &str) -> Uuid {
    let kept = world.ports.store.key(&api_keys::hash(key)).await;
    kept.unwrap().0.id
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_it_is_deleted() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get(KEYS).await.is(200).says("acme editor");
    let fields = [("name", " <b>Till</b> "), ("role", "viewer")];
    let made = admin.submit(KEYS, &fields).await.is(200);
    let key = made.body.split("cw_live_").nth(1).unwrap();
    let key = format!("cw_live_{}", key.split('<').next().unwrap());
    made.says("&#60;b&#62;Till").says_not("<b>Till");
    let list = admin.get(KEYS).await.is(200);
    let list = list.says("&#60;b&#62;Till").says_not(&key);
    let kept = world.ports.store.key(&api_keys::hash(&key)).await.unwrap();
    assert_eq!(
        (kept.0.name.as_str(), kept.0.role),
        ("<b>Till</b>", Role::Viewer)
    );

    let mut till = world.signed_in(&key).await;
    till.get("/portal/shops/acme").await.is(200);
    let delete = format!("{KEYS}/{}/delete", kept.0.id);
    assert!(list.body.contains(&delete));
    let asked = admin.get(&delete).await.is(200);
    asked.says("refused at once").says_not("you are signed out");
    let done = admin.submit(&delete, &[]).await.is(303);
    admin
        .get(done.location())
        .await
        .says("The key was deleted.");
    till.get("/portal/shops/acme").await.is(303);
    admin.get(&delete).await.is(404);
    admin.submit(&delete, &[]).await.is(404);
}

#[tokio::test]
async fn who_deletes_the_key_that_they_came_with_is_told_so() {
    let world = World::new().await;
    let own = id(&world, &world.acme.admin).await;
    let delete = format!("{KEYS}/{own}/delete");
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get(&delete).await.says("you are signed out");
    admin.submit(&delete, &[]).await.is(303);
    admin.get(KEYS).await.is(303);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_told_at_its_field() {
    let world = World::new().await;
    let mut admin = world.signed_in(&world.acme.admin).await;
    let long = "x".repeat(201);
    for (name, role, field) in [
        (" ", "viewer", "name"),
        (long.as_str(), "viewer", "name"),
        ("Till", "owner", "role"),
        ("Till", "", "role"),
    ] {
        let page = admin.submit(KEYS, &[("name", name), ("role", role)]).await;
        page.is(422)
            .says(&format!("id=\"{field}-error\""))
            .says_not("cw_live_");
    }
}

#[tokio::test]
async fn only_admins_see_and_make_keys() {
    let world = World::new().await;
    let theirs = id(&world, &world.other.viewer).await;
    let ours = id(&world, &world.acme.viewer).await;
    for key in [&world.acme.viewer, &world.acme.editor] {
        let mut browser = world.signed_in(key).await;
        let home = browser.get("/portal/shops/acme").await;
        home.says_not("/api-keys");
        browser.get(KEYS).await.is(403);
        let fields = [("name", "x"), ("role", "admin")];
        browser.submit(KEYS, &fields).await.is(403);
        let delete = format!("{KEYS}/{ours}/delete");
        browser.get(&delete).await.is(403);
        browser.submit(&delete, &[]).await.is(403);
    }
    let mut admin = world.signed_in(&world.acme.admin).await;
    admin.get("/portal/shops/other/api-keys").await.is(404);
    let delete = format!("{KEYS}/{theirs}/delete");
    admin.get(&delete).await.is(404);
    admin.submit(&delete, &[]).await.is(404);
    world.signed_in(&world.other.viewer).await;
}
