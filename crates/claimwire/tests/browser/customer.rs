//! A customer on a phone: files a claim with a photo by order number and ZIP code, then writes to the shop.

use serde_json::json;

use crate::session::with_browser;
use crate::world::{PHOTO, World};

/// Chooses a photo of 4000 by 1000 pixels.
const LARGE_PHOTO: &str = r"
const canvas = document.createElement('canvas');
canvas.width = 4000;
canvas.height = 1000;
const paint = canvas.getContext('2d');
for (let n = 0; n < 400; n++) {
  paint.fillStyle = `hsl(${n * 37} 80% 50%)`;
  paint.fillRect((n * 997) % 4000, (n * 613) % 1000, 90, 70);
}
canvas.toBlob((blob) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File([blob], 'large.jpg', {type: 'image/jpeg'}));
  const input = document.getElementById('photo');
  input.files = chosen.files;
  input.dispatchEvent(new Event('change'));
}, 'image/jpeg', 1);";

/// How large the second photo is.
const SIZE: &str = r"
const done = arguments[0];
const photo = new Image();
photo.onload = () => done([photo.naturalWidth, photo.naturalHeight]);
photo.onerror = () => done('no photo');
photo.src = document.querySelectorAll('.photos img')[1].src;";

#[test]
fn a_claim_with_a_photo_is_filed_on_a_phone() {
    let world = World::new();
    world.order("1001", "");
    world.opens_claim_page(json!({}));
    with_browser(world.url(), async |browser| {
        browser.phone().await;
        browser.open("/acme/claim").await;
        browser.fill("order", "1001").await;
        browser.fill("proof", "99999").await;
        browser.press("Start").await;
        browser.sees("We find no order with this number").await;
        browser.sees_not("Stoneware mug").await;
        assert_eq!(browser.value("order").await, "1001");
        browser.fill("proof", "10969").await;
        browser.press("Start").await;
        browser.press("Something is broken or does not work").await;
        browser.press("Continue").await;
        browser.sees("Which items are affected?").await;
        browser.press("Continue").await;
        browser.sees("Choose at least one item").await;
        browser.press_at("input[name=item][value='0']").await;
        browser.fill("quantity-0", "3").await;
        browser.press("Continue").await;
        browser.sees("Enter a number from 1 to 2").await;
        browser.fill("quantity-0", "1").await;
        browser.press("Continue").await;
        browser.sees("Add photos").await;
        // What a press of the label opens is the phone's own; what it gives is this.
        browser.attach("#camera", PHOTO).await;
        browser.sees("Your photos").await;
        browser.find("img[alt='Photo 1']").await;
        // One that is larger than needed is made smaller before it goes out.
        browser.run(LARGE_PHOTO, Vec::new()).await;
        browser.find("img[alt='Photo 2']").await;
        let size = browser.run_async(SIZE, Vec::new()).await;
        assert_eq!(size, json!([2000, 500]));
        browser.press("Continue").await;
        browser.fill("description", "The handle came off.").await;
        browser.press("Continue").await;
        browser.press("Refund the money").await;
        browser.press("Continue").await;
        browser.sees("Check your answers").await;
        browser.sees("The handle came off.").await;
        browser.press("Send report").await;
        browser.sees("We have your report").await;

        let claims = world.acme("GET", "/claims", serde_json::Value::Null);
        let claim = &claims["data"][0];
        assert_eq!(claim["description"], "The handle came off.", "{claims}");
        assert_eq!(claim["image_urls"].as_array().unwrap().len(), 2, "{claim}");
        assert_eq!(claim["selected_items"][0]["quantity"], 1, "{claim}");
        let number = claim["number"].to_string();
        browser.sees(&number).await;

        browser.fill("body", "It was the blue one.").await;
        browser.press("Send message").await;
        browser.sees("Your message was sent.").await;
        browser.sees("It was the blue one.").await;
        // The same page is the link that customers keep.
        let link = browser.path().await;
        let id = claim["id"].as_str().unwrap();
        world.acme(
            "PATCH",
            &format!("/claims/{id}"),
            json!({"status": "accepted"}),
        );
        browser.open(&link).await;
        browser.sees("The shop has accepted your claim.").await;
    });
}
