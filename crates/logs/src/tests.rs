//! Lines of both formats beside those that the library makes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use claimwire_http::ACCESS_LOG;
use serde_json::Value;

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn log_something() {
    for name in ["till", "Ana \"the\" \\ Ruiz", "Zoë\n😀", ""] {
        tracing::info!(
            target: ACCESS_LOG,
            request_id = "a-1",
            method = "POST",
            status = 202u16,
            took_us = 1_234u64,
            shop = Some("acme"),
            key = name,
            none = None::<&str>,
            "request"
        );
    }
    tracing::warn!(why = "because", "not done");
}

/// What is logged without the time, by us and by the library.
fn both(format: LogFormat) -> (Vec<String>, Vec<String>) {
    let (ours, library) = (Written::default(), Written::default());
    let output = Output::to(ours.clone());
    let registry = tracing_subscriber::registry().with(layer(&output, format, false));
    tracing::subscriber::with_default(registry, log_something);
    drop(output);
    let sink = library.clone();
    let plain = fmt::layer()
        .with_writer(move || sink.clone())
        .with_ansi(false)
        .with_target(false);
    let plain = match format {
        LogFormat::Text => plain.boxed(),
        LogFormat::Json => plain.json().flatten_event(true).boxed(),
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(plain), log_something);
    (ours.lines(), library.lines())
}

#[test]
fn text_is_what_the_library_would_write() {
    let (ours, library) = both(LogFormat::Text);
    let timeless = |lines: Vec<String>| -> Vec<(usize, String)> {
        let rest = lines.iter().map(|line| line.split_once('Z').unwrap());
        rest.map(|(time, rest)| (time.len(), rest.to_owned()))
            .collect()
    };
    assert_eq!(ours.len(), 5);
    assert_eq!(timeless(ours), timeless(library));
}

#[test]
fn json_is_what_the_library_would_write() {
    let (ours, library) = both(LogFormat::Json);
    let timeless = |lines: Vec<String>| -> Vec<(usize, Value)> {
        let timeless = |line: &String| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            (time.as_str().unwrap().len(), line)
        };
        lines.iter().map(timeless).collect()
    };
    assert_eq!(ours.len(), 5);
    assert_eq!(timeless(ours), timeless(library));
}

#[test]
fn the_library_of_schema_steps_tells_nothing_unless_it_is_asked() {
    for (filter, passes) in [
        ("info", false),
        ("debug,access=off", false),
        ("info,refinery_core=info", true),
    ] {
        let filter = super::passed(filter).unwrap();
        let would = filter.would_enable("refinery_core::traits", &tracing::Level::INFO);
        assert_eq!(would, passes);
        assert!(filter.would_enable("refinery_core", &tracing::Level::WARN));
        assert!(filter.would_enable("claimwire", &tracing::Level::INFO));
    }
    assert!(
        !super::passed("error")
            .unwrap()
            .would_enable("refinery_core", &tracing::Level::WARN)
    );
}
