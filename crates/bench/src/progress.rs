//! Bars and lines on standard error.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` steps, or one that does not show.
pub(crate) fn bar(shown: bool, name: &str, total: u64) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{prefix:36} {bar:30} {human_pos:>9}/{human_len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total)
        .with_style(style)
        .with_prefix(name.to_owned())
}

/// A line on standard error.
pub(crate) fn say(shown: bool, text: &str) {
    if shown {
        eprintln!("{text}");
    }
}
