use std::sync::Mutex;

use bytes::Bytes;
use claimwire_testkit::python;
use claimwire_testkit::smtp::{Mail, MailServer, Manner};
use claimwire_wire::driver::Photo;
use claimwire_wire::letter::Correspondent;

use super::*;

/// Lets loopback in, or nothing.
struct Only(bool);

#[async_trait]
impl AddressPolicy for Only {
    async fn addresses(
        &self,
        host: &str,
        port: u16,
        _: ShopNo,
        _: Instant,
    ) -> Result<Vec<SocketAddr>, SendError> {
        match self.0 {
            true => Ok(vec![SocketAddr::new(host.parse().unwrap(), port)]),
            false => Err(failed(
                SendErrorKind::AddressRefused,
                format!("{host} is private"),
            )),
        }
    }
}

struct Album;

#[async_trait]
impl Photos for Album {
    async fn photo(&self, url: &str, _: &Shop, _: Option<&str>) -> Result<Photo, PhotoError> {
        let photo = |content_type, bytes: Vec<u8>| {
            Ok(Photo {
                content_type,
                bytes: bytes.into(),
            })
        };
        match url {
            "https://cdn.example/large.jpg" => photo("image/jpeg", vec![7; 9 * 1024 * 1024]),
            url if url.ends_with(".png") => {
                photo("image/png", b"\x89PNG\r\n\x1a\n..\xff\r\n.".to_vec())
            }
            "https://cdn.example/10.jpg" => photo("image/jpeg", vec![0xa5; 10 * 1024 * 1024]),
            _ => Err(PhotoError::Gone("its server answered 404 <&>".to_owned())),
        }
    }
}

#[derive(Default)]
struct Beneath(Mutex<Vec<String>>);

#[async_trait]
impl Sender for Beneath {
    async fn send(&self, request: Request) -> Result<Answer, SendError> {
        self.0.lock().unwrap().push(request.url);
        Ok(answer(200, ""))
    }

    fn check_url(&self, url: &str) -> Result<String, SendError> {
        Ok(url.to_owned())
    }
}

fn sender(own: Option<&MailServer>, lets_in: bool) -> MailingSender {
    let own = own.map(|server| Own {
        server: Server::parse(&format!("smtp://{}", server.address()), &[]).unwrap(),
        from: "Claims <claims@wire.example>".parse().unwrap(),
    });
    MailingSender::new(
        Arc::new(Beneath::default()),
        Arc::new(Album),
        Arc::new(Only(lets_in)),
        own,
    )
}

fn letter() -> Letter {
    Letter {
        from: None,
        to: "help@shop.example".to_owned(),
        reply_to: Some(Correspondent {
            name: "Zoë \"Q\" Ünal, Inc.\r\nBcc: x@evil.example".to_owned(),
            email: "zoe@example.com".to_owned(),
        }),
        subject: "Schaden – order 10077 😀\r\nBcc: x@evil.example".to_owned(),
        message_id: "claim.1.dlv_1@acme.example".to_owned(),
        thread: Vec::new(),
        at: Some(Timestamp::from_secs(1_767_225_600)),
        text: "Corner crushed.\n.\nשלום ".to_owned() + &"é".repeat(2_000),
        html: "<p>Corner &lt;crushed&gt;.</p>".to_owned(),
        photos: vec![
            "https://cdn.example/a.png".to_owned(),
            "https://cdn.example/gone".to_owned(),
        ],
    }
}

fn request(url: &str, letter: &Letter) -> Request {
    Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: claimwire_model::Headers::default(),
        body: serde_json::to_vec(letter).unwrap().into(),
        timeout: Duration::from_secs(60),
        egress: None,
        answer_limit: 1024,
        answer_room: None,
        shop: ShopNo(1),
    }
}

/// What python's `email` makes of it, as JSON.
fn read_by_python(mail: &Mail) -> Option<serde_json::Value> {
    const READ: &str = r#"
import email, email.policy, hashlib, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = [(p.get_content_type(), p.get_filename(), hashlib.sha256(p.get_payload(decode=True)).hexdigest(),
          p.get_content() if p.get_content_maintype() == "text" else None) for p in m.walk() if not p.is_multipart()]
print(json.dumps({"headers": {k.lower(): str(v) for k, v in m.items()}, "parts": parts,
    "reply": [(a.display_name, a.addr_spec) for a in m["reply-to"].addresses] if m["reply-to"] else [],
    "defects": [str(d) for p in m.walk() for d in p.defects]}))
"#;
    let read = python(READ, mail.data.as_bytes())?;
    serde_json::from_slice(&read).ok()
}

#[tokio::test]
async fn a_letter_arrives_whole_as_a_parser_that_is_not_ours_reads_it() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    let mut second = letter();
    second.thread = vec![
        "claim.1.root@acme.example".to_owned(),
        second.message_id.clone(),
    ];
    second.message_id = "claim.1.dlv_2@acme.example".to_owned();
    for letter in [&letter(), &second] {
        let answer = sender.send(request(OWN_SERVER, letter)).await.unwrap();
        assert_eq!(answer.status, 250);
    }
    let mails = server.wait_for(2).await.unwrap();
    assert_eq!(mails[0].from, "claims@wire.example");
    assert_eq!(mails[0].to, ["help@shop.example"]);
    let Some(read) = read_by_python(&mails[0]) else {
        return;
    };
    let headers = &read["headers"];
    assert_eq!(read["defects"], serde_json::json!([]));
    assert_eq!(
        headers["subject"],
        "Schaden – order 10077 😀 Bcc: x@evil.example"
    );
    assert!(headers.get("bcc").is_none() && headers.get("references").is_none());
    assert_eq!(headers["message-id"], "<claim.1.dlv_1@acme.example>");
    assert_eq!(headers["date"], "Thu, 01 Jan 2026 00:00:00 +0000");
    assert_eq!(read["reply"][0][1], "zoe@example.com");
    assert!(
        read["reply"][0][0]
            .as_str()
            .unwrap()
            .starts_with("Zoë \"Q\" Ünal, Inc.")
    );
    let parts = read["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 3);
    let text = parts[0][3].as_str().unwrap().replace("\r\n", "\n");
    assert!(text.starts_with(&letter().text), "{text}");
    assert!(
        text.contains("https://cdn.example/gone (its server answered 404 <&>)"),
        "{text}"
    );
    assert!(
        parts[1][3]
            .as_str()
            .unwrap()
            .contains("answered 404 &lt;&amp;&gt;")
    );
    assert_eq!(parts[2][0], "image/png");
    assert_eq!(parts[2][1], "photo-1.png");
    let digest = digest(b"\x89PNG\r\n\x1a\n..\xff\r\n.");
    assert_eq!(parts[2][2], digest);
    let read = read_by_python(&mails[1]).unwrap();
    assert_eq!(
        read["headers"]["references"],
        "<claim.1.root@acme.example> <claim.1.dlv_1@acme.example>"
    );
    assert_eq!(
        read["headers"]["in-reply-to"],
        "<claim.1.dlv_1@acme.example>"
    );
}

/// SHA-256 as python has it.
fn digest(bytes: &[u8]) -> String {
    const DIGEST: &str =
        "import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())";
    let digest = String::from_utf8(python(DIGEST, bytes).unwrap()).unwrap();
    digest.trim().to_owned()
}

#[tokio::test]
async fn photos_that_are_too_many_become_links() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    let mut letter = letter();
    letter.photos = vec!["https://cdn.example/large.jpg".to_owned(); 3];
    let answer = sender.send(request(OWN_SERVER, &letter)).await.unwrap();
    let said = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(said.ends_with("1 of 3 photos as links"), "{said}");
    let mails = server.wait_for(1).await.unwrap();
    let data = &mails[0].data;
    assert_eq!(data.matches("Content-Type: image/jpeg").count(), 2);
    assert!(data.contains("photo-2.jpg") && !data.contains("photo-3.jpg"));
    assert!(data.contains("the mail would be too large"));
}

#[tokio::test]
async fn a_connection_that_is_cut_after_the_data_leaves_a_mail_that_comes_again_as_the_same() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    server.cut_next(1);
    let lost = sender.send(request(OWN_SERVER, &letter())).await;
    assert!(lost.is_err(), "{lost:?}");
    let answer = sender.send(request(OWN_SERVER, &letter())).await.unwrap();
    assert_eq!(answer.status, 250);
    let mails = server.wait_for(2).await.unwrap();
    let ids = mails.iter().map(|mail| {
        let line = mail
            .data
            .lines()
            .find(|line| line.starts_with("Message-ID:"));
        line.unwrap().to_owned()
    });
    let ids: Vec<String> = ids.collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn twenty_photos_and_one_of_ten_megabytes_arrive_whole() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    let mut letter = letter();
    letter.photos = (1..20)
        .map(|n| format!("https://cdn.example/{n}.png"))
        .collect();
    letter.photos.push("https://cdn.example/10.jpg".to_owned());
    sender.send(request(OWN_SERVER, &letter)).await.unwrap();
    let mails = server.wait_for(1).await.unwrap();
    let Some(read) = read_by_python(&mails[0]) else {
        return;
    };
    let parts = read["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 22, "two texts and the photos");
    assert_eq!(parts[21][1], "photo-20.jpg");
    assert_eq!(parts[21][2], digest(&[0xa5; 10 * 1024 * 1024]));
}

#[tokio::test]
async fn names_of_all_scripts_arrive_as_they_are() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    let names = [
        "Łukasz Żółć",
        "山田 太郎",
        "محمد عبد الله",
        "שרה כהן",
        "Zoë 👩\u{200d}👧",
        "<b>Jo</b> & \"Co\"",
    ];
    for (n, name) in names.iter().enumerate() {
        let mut letter = letter();
        letter.photos.clear();
        letter.subject = format!("{name} – 🎉");
        letter.text = format!("{name}\n");
        letter.reply_to = Some(Correspondent {
            name: (*name).to_owned(),
            email: "jo@customer.example".to_owned(),
        });
        sender.send(request(OWN_SERVER, &letter)).await.unwrap();
        let mails = server.wait_for(n + 1).await.unwrap();
        let Some(read) = read_by_python(&mails[n]) else {
            return;
        };
        assert_eq!(read["headers"]["subject"], letter.subject);
        assert_eq!(read["reply"][0][0], *name);
        let text = read["parts"][0][3].as_str().unwrap();
        assert_eq!(text.trim_end(), *name);
        assert_eq!(read["defects"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn a_shops_own_server_is_reached_through_the_door_alone() {
    let login = Some(("shop".to_owned(), "s:cret".to_owned()));
    let server = MailServer::start(Manner {
        login,
        ..Manner::default()
    })
    .await
    .unwrap();
    let url = |password: &str| format!("smtp://shop:{password}@{}", server.address());
    let mut own = letter();
    own.from = Some("shop@shop.example".to_owned());

    let refused = sender(None, false)
        .send(request(&url("s%3Acret"), &own))
        .await
        .unwrap_err();
    assert_eq!(refused.kind, SendErrorKind::AddressRefused);
    assert!(server.mails().is_empty());

    let open = sender(None, true);
    let answer = open.send(request(&url("s%3Acret"), &own)).await.unwrap();
    assert_eq!(answer.status, 250);
    let mails = server.wait_for(1).await.unwrap();
    assert_eq!(mails[0].from, "shop@shop.example");
    assert_eq!(mails[0].user.as_deref(), Some("shop"));

    let answer = open.send(request(&url("wrong"), &own)).await.unwrap();
    assert_eq!(answer.status, 535);
    let mut test = request(&url("s%3Acret"), &own);
    test.method = Method::Get;
    own.from = None;
    let no_from = open
        .send(request(&url("s%3Acret"), &own))
        .await
        .unwrap_err();
    assert!(
        no_from.detail.contains("`settings.from`"),
        "{}",
        no_from.detail
    );
    assert!(!no_from.detail.contains("cret"));
    let mut pinned = request(&url("s%3Acret"), &letter());
    pinned.egress = Some("fixed".to_owned());
    pinned.body = Bytes::from(
        serde_json::to_vec(&Letter {
            from: Some("a@b.example".to_owned()),
            ..letter()
        })
        .unwrap(),
    );
    assert_eq!(
        open.send(pinned).await.unwrap_err().kind,
        SendErrorKind::Egress
    );
}

#[tokio::test]
async fn the_servers_own_code_is_the_answer() {
    let server = MailServer::start(Manner::default()).await.unwrap();
    let sender = sender(Some(&server), false);
    for (reply, status) in [("550 no such user", 550), ("451 later", 451)] {
        server.refuse_next([reply]);
        let answer = sender.send(request(OWN_SERVER, &letter())).await.unwrap();
        assert_eq!(answer.status, status);
    }
    let mut test = request(OWN_SERVER, &letter());
    test.method = Method::Get;
    assert_eq!(sender.send(test).await.unwrap().status, 250);
    assert!(server.mails().is_empty());
    let nowhere = self::sender(None, true)
        .send(request(OWN_SERVER, &letter()))
        .await;
    assert_eq!(nowhere.unwrap_err().kind, SendErrorKind::Url);
}

#[tokio::test]
async fn all_else_goes_to_the_sender_beneath() {
    let sender = sender(None, true);
    let answer = sender
        .send(request("https://a.example", &letter()))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
}
