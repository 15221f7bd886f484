//! Evidence photos in and out.

use claimwire_actions::images::remove_unused;
use object_store::ObjectStore as _;
use object_store::path::Path as ObjectPath;
use serde_json::{Value, json};

use crate::common::photo::{jpeg, large_png, png};
use crate::common::{Answer, PUBLIC_URL, World};

const PATH: &str = "/v1/shops/acme/images";

async fn upload(world: &World, kind: &str, bytes: &[u8]) -> Answer {
    world
        .post(PATH)
        .key(&world.acme.editor)
        .header("Content-Type", kind)
        .bytes(bytes.to_vec())
        .send()
        .await
}

fn form(boundary: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n")
            .into_bytes();
    body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n").bytes());
    body.extend_from_slice(bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    body
}

fn path_of(image: &Value) -> String {
    image["url"]
        .as_str()
        .unwrap()
        .strip_prefix(PUBLIC_URL)
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let world = World::new().await;
    let photo = png();
    // What the caller calls it does not count.
    let image = upload(&world, "image/jpeg", &photo).await.expect(201);
    assert_eq!(
        (&image["content_type"], &image["bytes"]),
        (&"image/png".into(), &photo.len().into())
    );
    let id = image["id"].as_str().unwrap();
    assert_eq!(image["url"], format!("{PUBLIC_URL}/images/{id}"));
    assert!(id.len() >= 32, "{id} can be guessed");

    let shown = world.get(&path_of(&image)).send().await;
    assert_eq!((shown.status, &shown.body[..]), (200, &photo[..]));
    let length = photo.len().to_string();
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "public, max-age=86400"),
        ("content-length", length.as_str()),
    ] {
        assert_eq!(shown.header(name), Some(value));
    }

    let again = upload(&world, "image/png", &photo).await.expect(201);
    assert_ne!(again["id"], image["id"]);
}

#[tokio::test]
async fn what_is_no_whole_image_is_refused() {
    let world = World::new().await;
    let photo = png();
    for broken in [
        &b"\xff\xd8\xff"[..],
        &photo[..photo.len() - 1],
        &photo[..20],
    ] {
        let answer = upload(&world, "image/png", broken).await;
        assert_eq!(answer.invalid("image_invalid"), [""]);
    }
    // What lies behind its end is none of it.
    let longer = [&photo[..], b"<script>alert(1)</script>"].concat();
    let image = upload(&world, "image/png", &longer).await.expect(201);
    assert_eq!(image["bytes"], photo.len());
}

/// What is asked for with the editor's key.
async fn claim(world: &World, id: &str, body: Value) -> Value {
    let path = format!("/v1/shops/acme/claims/{id}");
    let put = world.put(&path).key(&world.acme.editor).json(&body);
    let answer = put.send().await;
    assert!(answer.status < 300, "{}", answer.status);
    answer.json()
}

async fn delete_claim(world: &World, id: &str) {
    let path = format!("/v1/shops/acme/claims/{id}");
    let deleted = world.delete(&path).key(&world.acme.editor).send().await;
    deleted.expect(204);
}

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

#[tokio::test]
async fn a_photo_is_gone_with_the_last_claim_that_used_it() {
    let world = World::new().await;
    let image = upload(&world, "image/png", &png()).await.expect(201);
    let path = path_of(&image);
    claim(&world, ONE, json!({"image_urls": [image["url"]]})).await;
    let urls = [&image["url"]];
    let item = json!({"sku": "a", "title": "a", "quantity": 1, "net_price": 1, "image_urls": urls});
    claim(&world, TWO, json!({"selected_items": [item]})).await;
    delete_claim(&world, ONE).await;
    assert_eq!(world.get(&path).send().await.status, 200);
    delete_claim(&world, TWO).await;
    world
        .get(&path)
        .send()
        .await
        .problem(404, "image_not_found");
    let removed = remove_unused(&world.ports, world.now().minus(DAYS), 10).await;
    assert_eq!(removed.unwrap(), 1);
    assert_eq!(objects(&world).await, 0);
}

const DAYS: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);

/// How many photos have bytes.
async fn objects(world: &World) -> usize {
    let images = ObjectPath::from("images");
    let listed = world.ports.images.list_with_delimiter(Some(&images)).await;
    listed.unwrap().objects.len()
}

#[tokio::test]
async fn what_nobody_uses_goes_after_the_retention() {
    let world = World::new().await;
    let unused = upload(&world, "image/png", &png()).await.expect(201);
    let edited = upload(&world, "image/png", &png()).await.expect(201);
    let kept = upload(&world, "image/png", &png()).await.expect(201);
    let urls = [&edited["url"], &kept["url"]];
    claim(&world, ONE, json!({"image_urls": urls})).await;
    claim(&world, ONE, json!({"image_urls": [kept["url"]]})).await;
    let sweep = async || remove_unused(&world.ports, world.now().minus(DAYS), 10).await;
    assert_eq!(sweep().await.unwrap(), 0);
    world.pass(DAYS * 2);
    assert_eq!(sweep().await.unwrap(), 2);
    for gone in [unused, edited] {
        let shown = world.get(&path_of(&gone)).send().await;
        shown.problem(404, "image_not_found");
    }
    assert_eq!(world.get(&path_of(&kept)).send().await.status, 200);
    assert_eq!(objects(&world).await, 1);
}

#[tokio::test]
async fn a_photo_is_deleted_by_its_shop_alone() {
    let world = World::new().await;
    let image = upload(&world, "image/png", &png()).await.expect(201);
    let id = image["id"].as_str().unwrap();
    let delete = async |slug: &str, key: &str| {
        let path = format!("/v1/shops/{slug}/images/{id}");
        world.delete(&path).key(key).send().await
    };
    let other = delete("other", &world.other.editor).await;
    other.problem(404, "image_not_found");
    delete("acme", &world.acme.editor).await.expect(204);
    let again = delete("acme", &world.acme.editor).await;
    again.problem(404, "image_not_found");
    let shown = world.get(&path_of(&image)).send().await;
    shown.problem(404, "image_not_found");
}

#[tokio::test]
async fn a_shops_photos_go_with_it() {
    let world = World::new().await;
    let image = upload(&world, "image/png", &png()).await.expect(201);
    claim(&world, ONE, json!({"image_urls": [image["url"]]})).await;
    let deleted = world.delete("/v1/shops/acme").key(&world.acme.admin);
    deleted.send().await.expect(204);
    let shown = world.get(&path_of(&image)).send().await;
    shown.problem(404, "image_not_found");
    let removed = remove_unused(&world.ports, world.now().minus(DAYS), 10).await;
    assert_eq!(removed.unwrap(), 1);
}

#[tokio::test]
async fn a_form_works_too() {
    let world = World::new().await;
    let kind = "multipart/form-data; boundary=xyz";
    let image = upload(&world, kind, &form("xyz", "file", &jpeg()))
        .await
        .expect(201);
    assert_eq!(image["content_type"], "image/jpeg");
    assert_eq!(&world.get(&path_of(&image)).send().await.body[..], jpeg());

    let wrong = upload(&world, kind, &form("xyz", "picture", &jpeg())).await;
    assert_eq!(wrong.invalid("validation_failed"), ["/file"]);
    upload(&world, kind, b"not a form")
        .await
        .problem(400, "body_unreadable");
    upload(&world, "multipart/form-data", &jpeg())
        .await
        .problem(400, "body_unreadable");
    upload(&world, kind, &form("xyz", "file", b"text"))
        .await
        .problem(415, "image_unsupported");
}

#[tokio::test]
async fn only_images_and_only_so_large() {
    const MIB: usize = 1024 * 1024;
    let world = World::new().await;
    for other in [&b"GIF89a"[..], b"<svg/>", b"{}"] {
        upload(&world, "image/png", other)
            .await
            .problem(415, "image_unsupported");
    }
    upload(&world, "image/png", b"")
        .await
        .problem(400, "body_empty");
    let mut large = large_png(9 * MIB);
    assert!(large.len() > 9 * MIB);
    // Bytes behind the end are dropped, but not taken without bound.
    large.resize(10 * MIB, 0);
    upload(&world, "image/png", &large).await.expect(201);
    let kind = "multipart/form-data; boundary=xyz";
    upload(&world, kind, &form("xyz", "file", &large))
        .await
        .expect(201);
    large.push(0);
    upload(&world, "image/png", &large)
        .await
        .problem(413, "body_too_large");
    upload(&world, kind, &form("xyz", "file", &large))
        .await
        .problem(413, "body_too_large");
}

#[tokio::test]
async fn an_upload_can_be_repeated() {
    let world = World::new().await;
    let send = |boundary: &'static str, bytes: &[u8]| {
        let kind = format!("multipart/form-data; boundary={boundary}");
        world
            .post(PATH)
            .key(&world.acme.editor)
            .once("k")
            .header("Content-Type", &kind)
            .bytes(form(boundary, "file", bytes))
            .send()
    };
    let first = send("one", &png()).await.expect(201);
    let again = send("two", &png()).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    send("one", &jpeg())
        .await
        .problem(409, "idempotency_conflict");
}
