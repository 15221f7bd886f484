//! Bars and lines on standard error.

use std::sync::OnceLock;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// All bars on the terminal, so that two at a time do not overwrite each other.
fn bars() -> &'static MultiProgress {
    static BARS: OnceLock<MultiProgress> = OnceLock::new();
    BARS.get_or_init(MultiProgress::new)
}

/// A bar over `total` steps, or one that does not show.
pub(crate) fn bar(shown: bool, name: &str, total: u64) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{prefix:36} {bar:30} {human_pos:>9}/{human_len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(total)
        .with_style(style)
        .with_prefix(name.to_owned());
    bars().add(bar)
}

/// A line above the bars.
pub(crate) fn say(shown: bool, text: &str) {
    if shown {
        bars().suspend(|| eprintln!("{text}"));
    }
}
