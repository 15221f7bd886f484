//! The demo that stays, with a month behind it: for the pictures, and what it promises.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::common::{claimwire, free_port};
use crate::session::with_browser;

pub const KEY: &str = "cw_admin_demo_on_this_machine_only";
/// `claimwire demo --stay --with-history`, ended when dropped.
pub struct Demo {
    process: Child,
    /// Into its portal.
    pub link: String,
    pub url: String,
}

impl Demo {
    pub fn new() -> Self {
        let port = free_port();
        let mut command = claimwire();
        let command = command.args(["demo", "--stay", "--with-history", "--port", &port]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let link = lines.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("Its portal: ")?;
            rest.split(' ').next().map(str::to_owned)
        });
        Self {
            link: link.expect("the demo says where its portal is"),
            process,
            url: format!("http://127.0.0.1:{port}"),
        }
    }

    pub fn get(&self, path: &str) -> Value {
        let mut answer = ureq::get(format!("{}/v1/shops/demo-shop{path}", self.url))
            .header("Authorization", format!("Bearer {KEY}"))
            .call()
            .unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// A field of the first of a list that satisfies.
    pub fn first(&self, path: &str, field: &str, holds: impl Fn(&Value) -> bool) -> String {
        let list = self.get(path);
        let found = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| holds(one));
        found.unwrap_or_else(|| panic!("nothing such in {list}"))[field]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_demo_that_stays_has_a_month_behind_it_and_a_link_into_its_portal() {
    let demo = Demo::new();
    let list = |path: &str| demo.get(path)["data"].as_array().unwrap().clone();
    let claims = list("/claims?limit=100");
    assert!(claims.len() > 50, "{} claims", claims.len());
    let day = |claim: &Value| claim["created_at"].as_str().unwrap()[..10].to_owned();
    let days: BTreeSet<String> = claims.iter().map(day).collect();
    assert!(days.len() > 15, "{days:?}");
    for status in ["delivered", "failed", "pending"] {
        let found = list(&format!("/deliveries?status={status}"));
        assert!(!found.is_empty(), "{status}");
    }
    with_browser(&demo.url, async |browser| {
        browser.open(&demo.link).await;
        browser.press("Open the portal").await;
        browser.sees("Needs attention").await;
        browser.sees("#81 Broken mug").await;
    });
}
