//! Photos: looked at, bounded, rebuilt.

use serde_json::json;

use super::filing::photo;
use super::{Customer, world};

async fn at_photos(world: &crate::common::World) -> Customer<'_> {
    let mut mia = Customer::of_order(world).await;
    mia.says(&[("problem", "defective")]).await;
    mia.says(&[("item", "1")]).await;
    mia.sees("Add photos");
    mia
}

#[tokio::test]
async fn what_is_no_photo_is_refused_and_the_others_stay() {
    let world = world(json!({})).await;
    let mut mia = at_photos(&world).await;
    mia.uploads(&[], ("on", "yes")).await;
    mia.sees("Add at least one photo");
    mia.uploads(&[], ("add", "yes")).await;
    mia.sees("Choose a photo first");
    mia.uploads(&[&photo(), b"<svg onload=alert(1)>"], ("add", "yes"))
        .await;
    assert_eq!(mia.page.status, 422);
    mia.sees("This file is not a JPEG, PNG or WebP photo");
    assert_eq!(mia.page.body.matches("src=\"/images/").count(), 1);
    let half = photo();
    mia.uploads(&[&half[..half.len() / 2]], ("add", "yes"))
        .await;
    mia.sees("This photo cannot be read");
    let large = [&photo()[..], &vec![0; 10 * 1024 * 1024]].concat();
    mia.uploads(&[&large], ("add", "yes")).await;
    mia.sees("larger than 10 MB");
    mia.uploads(&[], ("on", "yes")).await;
    mia.sees("Anything else");
}

#[tokio::test]
async fn eight_photos_are_taken_and_one_can_be_removed() {
    let world = world(json!({})).await;
    let mut mia = at_photos(&world).await;
    let photo = photo();
    let eight: Vec<&[u8]> = vec![&photo; 8];
    mia.uploads(&eight, ("add", "yes")).await;
    assert_eq!(mia.page.body.matches("src=\"/images/").count(), 8);
    mia.sees_not("type=\"file\"");
    mia.uploads(&[&photo], ("add", "yes")).await;
    mia.sees("At most 8 photos");
    mia.uploads(&[], ("remove", "3")).await;
    assert_eq!(mia.page.body.matches("src=\"/images/").count(), 7);
    mia.uploads(&[], ("remove", "99")).await;
    assert_eq!(mia.page.body.matches("src=\"/images/").count(), 7);
}

/// Nobody without an order puts a photo here.
#[tokio::test]
async fn a_photo_needs_an_order() {
    let world = world(json!({})).await;
    let mut mia = at_photos(&world).await;
    mia.page.body = "<form action=\"/acme/claim/photos?s=AAAA\">".to_owned();
    mia.uploads(&[&photo()], ("add", "yes")).await;
    mia.sees("You were away for a while");
    let mut browser = world.browser();
    let page = browser.get("/acme/claim/photos").await;
    assert_eq!(page.status, 303);
}
