//! Evidence photos in and out.

use serde_json::Value;

use crate::common::{Answer, PUBLIC_URL, World};

const PATH: &str = "/v1/shops/acme/images";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nthe rest of it";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0the rest of it";

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
    // What the caller calls it does not count.
    let image = upload(&world, "image/jpeg", PNG).await.expect(201);
    assert_eq!(
        (&image["content_type"], &image["bytes"]),
        (&"image/png".into(), &PNG.len().into())
    );
    let id = image["id"].as_str().unwrap();
    assert_eq!(image["url"], format!("{PUBLIC_URL}/images/{id}"));
    assert!(id.len() >= 32, "{id} can be guessed");

    let shown = world.get(&path_of(&image)).send().await;
    assert_eq!((shown.status, &shown.body[..]), (200, PNG));
    assert_eq!(shown.header("content-type"), Some("image/png"));
    assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        shown.header("content-length"),
        Some(PNG.len().to_string().as_str())
    );
    assert!(shown.header("cache-control").unwrap().contains("immutable"));

    let again = upload(&world, "image/png", PNG).await.expect(201);
    assert_ne!(again["id"], image["id"]);
}

#[tokio::test]
async fn a_form_works_too() {
    let world = World::new().await;
    let kind = "multipart/form-data; boundary=xyz";
    let image = upload(&world, kind, &form("xyz", "file", JPEG))
        .await
        .expect(201);
    assert_eq!(image["content_type"], "image/jpeg");
    assert_eq!(&world.get(&path_of(&image)).send().await.body[..], JPEG);

    let wrong = upload(&world, kind, &form("xyz", "picture", JPEG)).await;
    assert_eq!(wrong.invalid("validation_failed"), ["/file"]);
    upload(&world, kind, b"not a form")
        .await
        .problem(400, "body_unreadable");
    upload(&world, "multipart/form-data", JPEG)
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
    let mut large = PNG.to_vec();
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
    let first = send("one", PNG).await.expect(201);
    let again = send("two", PNG).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    send("one", JPEG).await.problem(409, "idempotency_conflict");
}
