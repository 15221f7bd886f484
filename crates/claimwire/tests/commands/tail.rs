use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::World;
use super::common::{self, ADMIN_KEY};

#[test]
fn what_happens_to_deliveries_is_told_as_it_happens() {
    let world = World::new();
    // The server itself answers 405 to a POST there.
    let url = format!("{}/healthz", world.server.url);
    world.json(&format!(
        "webhooks create --url {url} --dialect standard --events orders"
    ));
    world.json("orders create before");
    let mut command = common::claimwire();
    command
        .args([
            "tail", "--json", "--key", ADMIN_KEY, "--shop", "acme", "--lines", "1",
        ])
        .args(["--server", &world.server.url]);
    let mut tail = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut lines = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let first = lines.next().unwrap();
    world.json("orders create later");
    let told =
        lines.find(|delivery| delivery["id"] != first["id"] && delivery["last_status_code"] == 405);
    tail.kill().unwrap();
    tail.wait().unwrap();
    assert_eq!(told.unwrap()["ref"], "orders/synced");
    let failed = world.run("tail --no-follow --lines 5 --status failed");
    assert_eq!(
        (failed.code, failed.out.as_str()),
        (Some(0), ""),
        "{failed:?}"
    );
    let all = world.run("tail --no-follow --lines 5");
    assert_eq!(all.out.lines().count(), 2, "{all:?}");
    assert!(all.out.contains(&format!("to {url}")), "{all:?}");
}
