//! Tables: whole and with exact times for programs such as `cut` and `awk`; on a terminal fitted to its width, with
//! times told from now.

use claimwire_model::Timestamp;
use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table};
use serde_json::Value;

use super::style::Style;
use crate::when;

/// Where a status begins and ends until it is coloured; neither has a width.
const MARKS: [char; 2] = ['\u{2060}', '\u{2063}'];
/// What of a long text is shown at least, in columns.
const LEAST: u16 = 8;
/// Spaces between two columns.
const GAP: u16 = 2;

/// One column: its heading and where in a row's JSON its cell is (`health.pending`).
#[derive(Debug, Clone, Copy)]
pub struct Column {
    heading: &'static str,
    path: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Long,
    Time,
    Status,
}

impl Column {
    /// One that is never cut: ids, numbers.
    pub const fn whole(heading: &'static str, path: &'static str) -> Self {
        Self::of(heading, path, Kind::Whole)
    }

    /// One that may be cut to fit a terminal: names, addresses, sentences.
    pub const fn long(heading: &'static str, path: &'static str) -> Self {
        Self::of(heading, path, Kind::Long)
    }

    /// A time.
    pub const fn time(heading: &'static str, path: &'static str) -> Self {
        Self::of(heading, path, Kind::Time)
    }

    /// A status, in its colour.
    pub const fn status(heading: &'static str, path: &'static str) -> Self {
        Self::of(heading, path, Kind::Status)
    }

    const fn of(heading: &'static str, path: &'static str, kind: Kind) -> Self {
        Self {
            heading,
            path,
            kind,
        }
    }

    fn cell(&self, row: &Value, style: Style, now: Timestamp) -> String {
        let value = self
            .path
            .split('.')
            .try_fold(row, |value, key| value.get(key));
        let text = value.map(text_of).unwrap_or_default();
        match (self.kind, style.width) {
            (Kind::Time, Some(_)) => match text.parse() {
                Ok(time) => when::relative(time, now),
                Err(_) => text,
            },
            (Kind::Status, Some(_)) if style.colour => format!("{}{text}{}", MARKS[0], MARKS[1]),
            _ => text,
        }
    }
}

/// Rows in aligned columns, and the headings of those that the terminal has no room for.
pub fn table(
    columns: &[Column],
    rows: &[Value],
    style: Style,
    now: Timestamp,
) -> (String, Vec<&'static str>) {
    let headings = columns.iter().map(|column| column.heading.to_owned());
    let mut cells = vec![headings.collect::<Vec<_>>()];
    cells.extend(rows.iter().map(|row| {
        let cells = columns.iter().map(|column| column.cell(row, style, now));
        cells.collect()
    }));
    let shown = fitting(columns, &cells, style.width);
    let mut table = aligned(style);
    for row in &cells {
        let row = shown.iter().map(|(at, _)| row.get(*at));
        let mut row: Row = row.flatten().collect::<Vec<_>>().into();
        if style.width.is_some() {
            row.max_height(1);
        }
        table.add_row(row);
    }
    if style.width.is_some() {
        table.set_constraints(shown.iter().map(|(_, least)| match least {
            Some(least) => ColumnConstraint::LowerBoundary(comfy_table::Width::Fixed(least + GAP)),
            None => ColumnConstraint::ContentWidth,
        }));
    }
    let left_out = columns.iter().enumerate();
    let left_out = left_out.filter(|(at, _)| shown.iter().all(|(shown, _)| shown != at));
    let left_out = left_out.map(|(_, column)| column.heading).collect();
    (coloured(&lines(&mut table), style), left_out)
}

/// The columns that fit, each by its place, with the least width of those that may be cut. What does not fit is left out from
/// the right; the first column, the status and what may be cut stay.
fn fitting(
    columns: &[Column],
    cells: &[Vec<String>],
    width: Option<u16>,
) -> Vec<(usize, Option<u16>)> {
    let widest = |at: usize| {
        let of_rows = cells.iter().filter_map(|row| row.get(at));
        let widths = of_rows.map(|cell| cell.chars().filter(|c| !MARKS.contains(c)).count());
        u16::try_from(widths.max().unwrap_or_default()).unwrap_or(u16::MAX)
    };
    let least = |at: usize, kind| (kind == Kind::Long).then(|| widest(at).min(LEAST));
    let columns = columns.iter().enumerate();
    let mut shown: Vec<_> = columns
        .map(|(at, column)| (at, column.kind, least(at, column.kind)))
        .collect();
    let room = |shown: &[(usize, Kind, Option<u16>)]| -> u32 {
        let widths = shown
            .iter()
            .map(|(at, _, least)| least.unwrap_or_else(|| widest(*at)));
        widths.map(|width| u32::from(width) + u32::from(GAP)).sum()
    };
    // The last column has no gap behind it.
    while width.is_some_and(|width| room(&shown) > u32::from(width) + u32::from(GAP)) {
        let can_go = |(at, kind, _): &(usize, Kind, _)| {
            *at != 0 && !matches!(kind, Kind::Long | Kind::Status)
        };
        let Some(last) = shown.iter().rposition(can_go) else {
            break;
        };
        shown.remove(last);
    }
    shown
        .into_iter()
        .map(|(at, _, least)| (at, least))
        .collect()
}

/// One object as `name  value` lines.
pub fn fields(map: &serde_json::Map<String, Value>) -> String {
    let mut table = aligned(Style::default());
    table.add_rows(
        map.iter()
            .map(|(name, value)| [name.clone(), text_of(value)]),
    );
    lines(&mut table)
}

/// A table without lines.
fn aligned(style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_truncation_indicator("…");
    if let Some(width) = style.width {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(width);
    }
    table
}

/// Its lines, with two spaces between the columns and none at the end of a line.
fn lines(table: &mut Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table.trim_fmt()
}

fn coloured(text: &str, style: Style) -> String {
    if !style.colour {
        return text.to_owned();
    }
    let (head, rows) = text.split_once('\n').unwrap_or((text, ""));
    let mut all = style.heading(head);
    for row in rows.lines() {
        all.push('\n');
        let mut rest = row;
        while let Some((before, marked)) = rest.split_once(MARKS[0]) {
            let (status, after) = marked.split_once(MARKS[1]).unwrap_or((marked, ""));
            all.push_str(before);
            all.push_str(&style.status(status));
            rest = after;
        }
        all.push_str(rest);
    }
    all
}

/// A value as one cell.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: &[Column] = &[
        Column::whole("UUID", "uuid"),
        Column::status("STATUS", "status"),
        Column::time("CREATED", "created_at"),
        Column::whole("PENDING", "health.pending"),
        Column::long("URL", "url"),
    ];

    fn rows() -> Vec<Value> {
        let url = "https://a.example/straße/which/is/rather/long/for/one/line/of/a/terminal";
        vec![json!({
            "uuid": "2f8f1b1e-0000-4000-8000-000000000001", "status": "active",
            "created_at": "2026-01-29T13:00:00.000Z", "health": {"pending": 3}, "url": url,
        })]
    }

    fn now() -> Timestamp {
        "2026-01-29T14:00:00Z".parse().unwrap()
    }

    #[test]
    fn programs_get_all_of_it_two_spaces_apart() {
        assert_eq!(
            table(COLUMNS, &rows(), Style::default(), now()).0,
            "UUID                                  STATUS  CREATED                   PENDING  URL\n\
             2f8f1b1e-0000-4000-8000-000000000001  active  2026-01-29T13:00:00.000Z  3        \
             https://a.example/straße/which/is/rather/long/for/one/line/of/a/terminal"
        );
    }

    #[test]
    fn a_terminal_gets_one_line_a_row_no_wider_than_it_is_with_ids_whole() {
        let style = Style {
            width: Some(80),
            colour: false,
        };
        let (shown, left_out) = table(COLUMNS, &rows(), style, now());
        assert!(left_out.is_empty(), "{left_out:?}");
        assert_eq!(shown.lines().count(), 2, "{shown}");
        assert!(
            shown.lines().all(|line| line.chars().count() <= 80),
            "{shown}"
        );
        for part in [
            "2f8f1b1e-0000-4000-8000-000000000001",
            "active",
            "1h ago",
            "https",
            "…",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }

    #[test]
    fn what_a_narrow_terminal_has_no_room_for_is_left_out_from_the_right_and_named() {
        for (width, without) in [
            (72, &[][..]),
            (71, &["PENDING"]),
            (62, &["CREATED", "PENDING"]),
            (20, &["CREATED", "PENDING"]),
        ] {
            let style = Style {
                width: Some(width),
                colour: true,
            };
            let (shown, left_out) = table(COLUMNS, &rows(), style, now());
            assert_eq!(left_out, without, "{width}: {shown}");
            let head = shown.lines().next().unwrap();
            assert!(
                without.iter().all(|heading| !head.contains(heading)),
                "{head}"
            );
            let heads = ["UUID", "STATUS", "URL"];
            assert!(
                width == 20 || heads.iter().all(|heading| head.contains(heading)),
                "{head}"
            );
        }
    }

    #[test]
    fn colours_take_no_room() {
        let plain = Style {
            width: Some(200),
            colour: false,
        };
        let style = Style {
            colour: true,
            ..plain
        };
        let (shown, _) = table(COLUMNS, &rows(), style, now());
        assert!(
            shown.contains("\u{1b}[32mactive\u{1b}[0m  1h ago"),
            "{shown}"
        );
        let bare = ["\u{1b}[1m", "\u{1b}[32m", "\u{1b}[0m"];
        let bare = bare.iter().fold(shown, |text, code| text.replace(code, ""));
        assert_eq!(bare, table(COLUMNS, &rows(), plain, now()).0);
    }
}
