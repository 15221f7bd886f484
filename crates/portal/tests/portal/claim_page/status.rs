//! A claim by its link: how it stands, and messages.

use serde_json::json;

use super::filing::file_support;
use super::{Customer, claims_of, messages_of, world};

#[tokio::test]
async fn a_customer_sees_how_a_claim_stands_and_writes() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    file_support(&mut mia).await;
    let claim = claims_of(&world, "acme").await.remove(0);
    let link = mia.path.split('?').next().unwrap().to_owned();
    mia.goes(&link).await;
    mia.sees("In review");
    mia.sees("How does it work?");
    mia.sees_not("We have your report");
    mia.says(&[("body", " "), ("once", "")]).await;
    mia.sees("Write a message first");
    let once = mia.page.value("once").to_owned();
    let (action, text) = (mia.action(), "Is there <b>news</b>?");
    for _ in 0..2 {
        mia.says_to(&action, &[("body", text), ("once", &once)])
            .await;
        mia.sees("Your message was sent.");
    }
    mia.sees("Is there &#60;b&#62;news&#60;/b&#62;?");
    let messages = messages_of(&world, &claim).await;
    assert_eq!(messages.len(), 1, "sent twice, it is one");
    assert_eq!(messages[0]["direction"], "inbound");
    assert_eq!(
        messages[0]["author"],
        json!({"name": "Mia Berg", "email": "mia@berg.test"})
    );
    mia.says_to(&action, &[("body", "Another"), ("once", &once)])
        .await;
    assert_eq!(messages_of(&world, &claim).await.len(), 2);
    let id = claim["id"].as_str().unwrap().parse().unwrap();
    let answer = json!({"direction": "outbound", "body": "Soon.", "author": {"name": "Ada"}});
    world.message("acme", id, answer).await;
    mia.goes(&link).await;
    mia.sees("Ada · 29 January 2026");
    mia.sees("Soon.");
}

#[tokio::test]
async fn a_forged_link_and_one_of_another_shop_show_nothing() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    file_support(&mut mia).await;
    let link = mia.path.split('?').next().unwrap().to_owned();
    let id = claims_of(&world, "acme").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let forged = format!("{}A", &link[..link.len() - 1]);
    let forged = if forged == link {
        format!("{}B", &link[..link.len() - 1])
    } else {
        forged
    };
    // The last character has bits that decide nothing, so one before it is changed too.
    let forged = forged.replace("/status/", "/status/A");
    for path in [
        forged,
        link.replace("/acme/", "/other/"),
        format!("/acme/claim/status/{id}"),
        "/acme/claim/status/AAAA".to_owned(),
    ] {
        let mut browser = world.browser();
        let page = browser.get(&path).await.is(404);
        page.says("There is no such page")
            .says_not("How does it work?");
        browser.post(&path, &[("body", "x")]).await.is(404);
    }
    let claim = claims_of(&world, "acme").await.remove(0);
    assert!(messages_of(&world, &claim).await.is_empty());
}

#[tokio::test]
async fn messages_are_bounded() {
    let world = world(json!({})).await;
    let mut mia = Customer::of_order(&world).await;
    file_support(&mut mia).await;
    let action = mia.action();
    let long = "x".repeat(4_001);
    mia.says_to(&action, &[("body", &long)]).await;
    mia.sees("at most 4000");
    for n in 0..20 {
        mia.says_to(&action, &[("body", &format!("message {n}"))])
            .await;
        mia.sees("Your message was sent.");
    }
    mia.says_to(&action, &[("body", "one more")]).await;
    mia.sees("several messages");
    let claim = claims_of(&world, "acme").await.remove(0);
    assert_eq!(messages_of(&world, &claim).await.len(), 20);
}
