use serde_json::Value;

use super::{World, common, ran};

/// What it finds of a check, the worst first.
fn state<'a>(findings: &'a Value, check: &str) -> &'a str {
    let of = findings.as_array().unwrap().iter();
    let of = of.filter(|finding| finding["check"] == check);
    let states: Vec<&str> = of
        .map(|finding| finding["state"].as_str().unwrap())
        .collect();
    let worst = ["fail", "warn", "ok"]
        .into_iter()
        .find(|state| states.contains(state));
    worst.unwrap_or_else(|| panic!("no {check}: {findings}"))
}

#[test]
fn a_server_that_runs_is_looked_at_and_goes_on() {
    let world = World::new();
    world.json("orders create 1");
    let data = world.dir.path().join("data");
    let reach = format!("{}/healthz", world.server.url);
    let look = |more: &[&str]| {
        let mut command = common::claimwire();
        command
            .arg("doctor")
            .arg("--data-dir")
            .arg(&data)
            .args(more);
        ran(&mut command)
    };
    let allowed = [
        "--endpoint-allow-http",
        "--endpoint-allow-networks",
        "127.0.0.0/8",
    ];
    let local = [&["--json", "--reach", &reach], &allowed[..]].concat();
    let found = look(&local);
    let findings: Value = serde_json::from_str(&found.out).unwrap_or_else(|_| panic!("{found:?}"));
    for check in ["database", "data directory", "clock", "egress"] {
        assert_eq!(state(&findings, check), "ok", "{findings:#}");
    }
    assert_eq!(state(&findings, "settings"), "warn", "{findings:#}");
    let refused = look(&["--reach", &reach]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.out.contains("--endpoint-allow-http"), "{refused:?}");
    world.json("orders create 2");
}

#[test]
fn the_settings_file_is_the_servers() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("claimwire.toml");
    let text = format!(
        "data_dir = \"{}/data\"\nendpoint_ca_file = \"/nonexistent\"\n",
        dir.path().display()
    );
    std::fs::write(&file, text).unwrap();
    let mut command = common::claimwire();
    let found = ran(command.args(["doctor", "--json", "--config"]).arg(&file));
    assert_eq!(found.code, Some(1), "{found:?}");
    let findings: Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(state(&findings, "settings"), "fail");
    assert!(findings.to_string().contains("not there yet"), "{findings}");
    assert!(!dir.path().join("data").exists(), "it makes nothing");
}

#[test]
fn settings_that_the_server_would_refuse_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let found = |more: &[&str]| {
        let mut command = common::claimwire();
        let command = command.args(["doctor", "--json", "--data-dir"]);
        let ran = ran(command.arg(dir.path().join("data")).args(more));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        serde_json::from_str::<Value>(&ran.out).unwrap()
    };
    let nowhere = "postgres://me:sesame@127.0.0.1:1/claims";
    let pem = dir.path().join("none.pem");
    let pem = pem.to_str().unwrap();
    for (settings, check, says) in [
        (&["--roles", "api"][..], "settings", "--roles leaves out"),
        (&["--tls-cert", pem], "settings", "belong together"),
        (
            &["--tls-cert", pem, "--tls-key", pem],
            "settings",
            "cannot read --tls-cert",
        ),
        (&["--dialects", pem], "settings", "directory of dialects"),
        (
            &["--otlp-endpoint", "collector"],
            "settings",
            "--otlp-endpoint",
        ),
        (&["--database-url", nowhere], "settings", "--encryption-key"),
        (
            &["--database-url", nowhere],
            "database",
            "cannot be reached",
        ),
    ] {
        let findings = found(settings);
        assert_eq!(
            state(&findings, check),
            "fail",
            "{settings:?}: {findings:#}"
        );
        let told = findings.to_string();
        assert!(
            told.contains(says) && !told.contains("sesame"),
            "{settings:?}: {told}"
        );
    }
}
