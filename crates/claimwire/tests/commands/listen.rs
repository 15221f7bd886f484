//! `listen` with a real server, a real receiver and a connection between them that breaks.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use claimwire_model::Dialect;
use claimwire_model::Timestamp;
use claimwire_testkit::{Received, Receiver};
use serde_json::{Value, json};

use super::common::{self, ADMIN_KEY, Serve};

/// Passes connections on to an address, until they are cut.
struct Wire {
    address: SocketAddr,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(server: &str) -> Self {
        let server = server.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&open);
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // While the server is away, the connection ends at once.
                let Ok(far) = TcpStream::connect(&server) else {
                    continue;
                };
                let mut kept = kept.lock().unwrap();
                kept.extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                pass(near.try_clone().unwrap(), far.try_clone().unwrap());
                pass(far, near);
            }
        });
        Self { address, open }
    }

    fn cut(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// `claimwire listen`; killed when dropped.
struct Listening {
    process: Child,
    secret: String,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts it and waits until it listens.
fn listen(server: &str, arguments: &[&str]) -> Listening {
    let mut command: Command = common::claimwire();
    command
        .args([
            "listen", "--server", server, "--key", ADMIN_KEY, "--shop", "acme",
        ])
        .args(arguments);
    let piped = command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut process = piped.spawn().unwrap();
    let said = BufReader::new(process.stderr.take().unwrap()).lines();
    let mut said = said.map_while(Result::ok);
    let secret = said.find_map(|line| line.strip_prefix("secret: ").map(str::to_owned));
    std::thread::spawn(move || said.for_each(drop));
    Listening {
        process,
        secret: secret.expect("it ended before it listened"),
    }
}

fn post(server: &Serve, id: &str) {
    let event = json!({"id": id, "ref": "claims/updated", "event_data": {"claim_id": "c"}});
    let (status, answer) = server.call("POST", "/v1/shops/acme/events", Some(event));
    assert_eq!(status, 202, "{answer}");
}

fn ids(received: &[Received]) -> Vec<String> {
    let id = |request: &Received| request.header("Claimwire-Event-Id").unwrap().to_owned();
    received.iter().map(id).collect()
}

fn names(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|n| format!("e{n}")).collect()
}

#[test]
fn nothing_is_lost_when_the_connection_breaks_and_the_server_starts_anew() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut server = Serve::start(dir.path(), &[]);
    server.call(
        "POST",
        "/v1/shops",
        Some(json!({"slug": "acme", "name": "Acme"})),
    );
    let wire = Wire::to(&server.url);
    let near = wire.address.to_string();
    let listening = listen(
        &near,
        &["--forward-to", &receiver.url("/"), "--dialect", "standard"],
    );
    let arrived = |count: u32| {
        let count = usize::try_from(count).unwrap();
        runtime.block_on(receiver.wait_for(count)).unwrap()
    };
    for n in 0..10 {
        post(&server, &format!("e{n}"));
    }
    arrived(10);
    wire.cut();
    for n in 10..20 {
        post(&server, &format!("e{n}"));
        if n == 15 {
            wire.cut();
        }
    }
    arrived(20);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    server.signal("TERM");
    assert_eq!(
        server.wait(),
        Some(0),
        "an open stream does not keep a server from stopping"
    );
    let server = Serve::start(dir.path(), &["--listen", &address]);
    for n in 20..30 {
        post(&server, &format!("e{n}"));
    }
    let received = arrived(30);
    assert_eq!(ids(&received), names(0..30));
    for request in &received {
        let headers: Vec<(String, String)> = request.headers.clone();
        let (age, now) = (
            Duration::from_secs(300),
            Timestamp::from(std::time::SystemTime::now()),
        );
        let genuine = claimwire_wire::verify(
            Dialect::Standard,
            &listening.secret,
            &headers,
            &request.body,
            age,
            now,
        );
        assert!(genuine.is_ok(), "{genuine:?}: {request:?}");
    }
}

#[test]
fn what_happened_before_is_brought_again_and_only_what_is_asked_for() {
    let world = super::World::new();
    world.json("trigger shipments/delivered/SUCCESSFULLY_DELIVERED");
    world.json("trigger claims/approved");
    let refs = |line: &str| {
        let ran = world.run(&format!("{line} --format .ref"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = refs("listen --print --no-follow --replay-since 1h");
    assert_eq!(
        all.first().map(String::as_str),
        Some("orders/synced"),
        "{all:?}"
    );
    assert!(all.contains(&"claims/approved".to_owned()), "{all:?}");
    let claims = refs("listen --print --no-follow --replay-since 1h --filter claims");
    let right: Vec<_> = all
        .iter()
        .filter(|name| name.starts_with("claims/"))
        .cloned()
        .collect();
    assert_eq!(claims, right);
    assert_eq!(refs("listen --print --no-follow"), Vec::<String>::new());
    let printed = world.run("listen --print --no-follow --replay-since 1h --json --dialect karla");
    let lines: Vec<Value> = printed
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // Karla's has no name for the order.
    let parcel = "shipments/delivered/SUCCESSFULLY_DELIVERED";
    assert_eq!(lines[0]["body"]["ref"], parcel);
    let cursor = lines[lines.len() - 2]["cursor"].as_str().unwrap();
    let rest = format!("listen --print --no-follow --dialect karla --after {cursor}");
    assert_eq!(refs(&rest).len(), 1);
}

#[test]
fn the_id_that_a_line_shows_is_where_to_go_on() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let world = super::World::new();
    world.json("orders create 1");
    post(&world.server, "of-their-own");
    world.json("orders create 2");
    let to = format!("--no-follow --forward-to {}", receiver.url("/"));
    let shown = |after: &str| {
        let ran = world.run(&format!("listen {to} {after}"));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = shown("--replay-since 1h");
    assert_eq!(all.len(), 3, "{all:?}");
    // Of an event that was posted with an id of its own, the place stands beside it.
    assert!(all[1].contains("  of-their-own (evt_"), "{all:?}");
    for (at, line) in all.iter().enumerate() {
        let from = line.find("evt_").unwrap();
        let rest = shown(&format!("--after {}", &line[from..from + 17]));
        assert_eq!(rest.len(), 2 - at, "{line}: {rest:?}");
    }
}

#[test]
fn every_dialect_is_signed_as_in_production() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    let world = super::World::new();
    world.json("trigger claims/created");
    for dialect in Dialect::ALL {
        let secret = match dialect {
            Dialect::Standard | Dialect::Cloudevents => "whsec_YS1zZWNyZXQtb2YtMjQtYnl0ZXMtb2sh",
            _ => "a-secret-of-sixteen",
        };
        let to = receiver.url("/");
        let told = world.json(&format!(
            "listen --no-follow --replay-since 1h --filter claims/created --dialect {dialect} --secret {secret} --forward-to {to}"
        ));
        assert_eq!(told["ref"], "claims/created", "{dialect}");
        let requests = receiver.requests();
        let request = requests.last().unwrap();
        let (age, now) = (
            Duration::from_secs(300),
            Timestamp::from(std::time::SystemTime::now()),
        );
        let genuine =
            claimwire_wire::verify(dialect, secret, &request.headers, &request.body, age, now);
        assert!(genuine.is_ok(), "{dialect}: {genuine:?}: {request:?}");
    }
    assert_eq!(receiver.requests().len(), Dialect::ALL.len());
}

#[test]
fn what_the_local_receiver_says_is_told() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let receiver = runtime.block_on(Receiver::start()).unwrap();
    receiver.reply_always(418_u16);
    let world = super::World::new();
    world.json("orders create 1");
    let listen = "listen --no-follow --replay-since 1h --forward-to";
    let told = world.json(&format!("{listen} {}", receiver.url("/hook")));
    assert_eq!(
        (&told["status_code"], &told["error"]),
        (&json!(418), &Value::Null)
    );
    let told = world.json(&format!("{listen} 127.0.0.1:9"));
    assert!(
        told["status_code"].is_null() && told["error"].is_string(),
        "{told}"
    );
    assert_eq!(
        world
            .fails("listen --no-follow --print --filter claims/nothing")
            .0,
        5
    );
    assert_eq!(world.fails("listen").0, 2);
    assert_eq!(world.fails("listen --print --dialect nobody").0, 2);
    assert_eq!(world.fails("listen --print --server 127.0.0.1:9").0, 6);
}
