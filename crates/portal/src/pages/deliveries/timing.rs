//! Where an attempt's time went: a bar, drawn here, and the same in words.

use claimwire_actions::deliveries::{AttemptView, TimingView};

/// How wide the bar is drawn; it is stretched to its place.
const WIDTH: f64 = 1000.0;
/// What took some time is to be seen.
const NARROWEST: f64 = 4.0;

/// One stage, as a piece of the bar.
#[derive(Debug, PartialEq)]
pub(crate) struct Piece {
    /// Its class in the stylesheet.
    pub class: &'static str,
    pub name: &'static str,
    pub ms: f64,
    pub x: f64,
    pub width: f64,
}

impl Piece {
    /// How long it took, as people read it.
    pub fn took(&self) -> String {
        match self.ms {
            ms if ms < 0.1 => "under 0.1 ms".to_owned(),
            ms if ms < 10.0 => format!("{ms:.1} ms"),
            ms => format!("{ms:.0} ms"),
        }
    }
}

/// The bar of one attempt.
#[derive(Debug)]
pub(crate) struct Bar {
    pub pieces: Vec<Piece>,
    /// It went over a connection that was there.
    pub kept: bool,
}

impl Bar {
    /// None: it is not known where the time went.
    pub fn of(attempt: &AttemptView) -> Option<Self> {
        let timing = attempt.timing.as_ref()?;
        let stages = stages(timing);
        let whole: f64 = stages.iter().map(|(_, _, ms)| ms).sum();
        let drawn = |ms: f64| match whole {
            whole if whole <= 0.0 => 0.0,
            whole => (ms / whole * WIDTH).max(if ms > 0.0 { NARROWEST } else { 0.0 }),
        };
        // What is widened to be seen is taken from all alike.
        let all: f64 = stages.iter().map(|(_, _, ms)| drawn(*ms)).sum();
        let mut x = 0.0;
        let pieces = stages.into_iter().map(|(class, name, ms)| {
            let width = if all > 0.0 {
                drawn(ms) / all * WIDTH
            } else {
                0.0
            };
            let piece = Piece {
                class,
                name,
                ms,
                x,
                width,
            };
            x += width;
            piece
        });
        Some(Self {
            pieces: pieces.collect(),
            kept: timing.first_byte_ms.is_some() && timing.connect_ms.is_none(),
        })
    }
}

fn stages(timing: &TimingView) -> Vec<(&'static str, &'static str, f64)> {
    let rest = match timing.first_byte_ms {
        Some(_) => ("rest", "Rest", timing.rest_ms),
        None => ("none", "No answer", timing.rest_ms),
    };
    let stages = [
        timing.dns_ms.map(|ms| ("dns", "DNS", ms)),
        timing.connect_ms.map(|ms| ("connect", "Connect", ms)),
        timing.tls_ms.map(|ms| ("tls", "TLS", ms)),
        timing.first_byte_ms.map(|ms| ("wait", "First byte", ms)),
        Some(rest),
    ];
    stages.into_iter().flatten().collect()
}
