//! `claimwire bench` measures: small, in a debug build, and nothing about times.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    dead_code
)]

mod common;

use serde_json::Value;

#[test]
fn a_small_run_reports_every_work_loses_nothing_and_draws_its_curves() {
    let dir = tempfile::tempdir().unwrap();
    let (data, plots) = (dir.path().join("data"), dir.path().join("plots"));
    std::fs::create_dir(&data).unwrap();
    let (code, out, err) = common::run(
        common::claimwire()
            .args(["bench", "--json", "--runs", "1", "--seconds", "1"])
            .args(["--work", "limits,closed,batches,fan-out,open,isolation"])
            .args(["--work", "connections,growth,many"])
            .args(["--events", "100", "--fan-out-events", "50", "--rates", "50"])
            .args(["--isolation-rate", "50", "--growth", "300"])
            .args(["--webhooks", "20", "--shops", "20", "--directory"])
            .arg(&data)
            .arg("--plots")
            .arg(&plots),
    );
    assert_eq!(code, Some(0), "{err}{out}");

    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["failed"], Value::Array(Vec::new()));
    assert!(report["machine"]["cores"].as_u64() > Some(0), "{report}");
    let rows = report["rows"].as_array().unwrap();
    for work in [
        "a bare client",
        "closed loop 64",
        "in arrays of 100",
        "fan-out 10",
        "one webhook, 50/s",
        "1 of them hanging",
        "300 stored events",
        "20 webhooks in a shop of which one matches",
        "20 webhooks in a shop that all match",
        "20 shops",
    ] {
        let found = rows
            .iter()
            .any(|row| row["work"].as_str().unwrap().contains(work));
        assert!(found, "no row for {work}: {out}");
    }
    let figures = rows
        .iter()
        .flat_map(|row| row["figures"].as_array().unwrap());
    let mut lost = 0;
    for figure in figures {
        let name = figure["name"].as_str().unwrap();
        if name.ends_with("lost") {
            lost += 1;
            assert_eq!(figure["median"].as_f64(), Some(0.0), "{name}");
        }
        let promised = !figure["bar"].is_null();
        assert_eq!(promised, figure["met"].is_boolean(), "{figure}");
    }
    assert!(lost >= 5, "{out}");

    for name in [
        "throughput-over-connections.svg",
        "cost-over-stored-events.svg",
    ] {
        let drawn = std::fs::read_to_string(plots.join(name)).unwrap();
        assert!(
            drawn.starts_with("<svg") && drawn.contains("<circle"),
            "{name}"
        );
    }
    let kept = std::fs::read_to_string(plots.join("report.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), report);
    let left: Vec<_> = std::fs::read_dir(&data).unwrap().collect();
    assert!(left.is_empty(), "the measured data is removed: {left:?}");
}

#[test]
fn the_rows_of_a_delivery_are_counted_also_where_no_tool_is() {
    let dir = tempfile::tempdir().unwrap();
    let (data, programs) = (dir.path().join("data"), dir.path().join("programs"));
    std::fs::create_dir(&data).unwrap();
    std::fs::create_dir(&programs).unwrap();
    // Servers are stopped with it.
    std::os::unix::fs::symlink("/bin/kill", programs.join("kill")).unwrap();
    let (code, out, err) = common::run(
        common::claimwire()
            .args(["bench", "--json", "--work", "cost", "--events", "100"])
            .arg("--directory")
            .arg(&data)
            .env("PATH", &programs),
    );
    assert_eq!(code, Some(0), "{err}{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let works = report["rows"].as_array().unwrap();
    assert_eq!(works.len(), 2, "{report:#}");
    for work in works {
        let figures = work["figures"].as_array().unwrap();
        for table in ["… in events", "… in deliveries"] {
            let rows = figures.iter().find(|figure| figure["name"] == table);
            assert_eq!(rows.unwrap()["median"].as_f64(), Some(1.0), "{table}");
        }
    }
}
