//! The report as Markdown.

use std::fmt;

use super::curve::Curve;
use super::number::{short, whole};
use super::{Report, Row};

impl fmt::Display for Report {
    /// The machine, the promised figures beside their bars, then every figure and curve.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.machine)?;
        bars(f, &self.rows)?;
        figures(f, &self.rows)?;
        for curve in &self.curves {
            points(f, curve)?;
        }
        for missing in self.skipped.iter().chain(&self.failed) {
            writeln!(f, "\nNot measured: {missing}")?;
        }
        Ok(())
    }
}

fn bars(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    let promised = rows.iter().flat_map(|row| {
        row.figures
            .iter()
            .filter_map(move |figure| Some((&row.work, figure, figure.bar?)))
    });
    let mut promised = promised.peekable();
    if promised.peek().is_none() {
        return Ok(());
    }
    writeln!(
        f,
        "| work | figure | measured | bar | met |\n|---|---|---|---|---|"
    )?;
    for (work, figure, bar) in promised {
        let verdict = bar.verdict(figure.median());
        writeln!(
            f,
            "| {work} | {} | {figure} | {bar} | {verdict} |",
            figure.name
        )?;
    }
    writeln!(f)
}

fn figures(f: &mut fmt::Formatter<'_>, rows: &[Row]) -> fmt::Result {
    writeln!(f, "| work | figure | value |\n|---|---|---|")?;
    for row in rows {
        for (n, figure) in row.figures.iter().enumerate() {
            let work = if n == 0 { &row.work[..] } else { "…" };
            writeln!(f, "| {work} | {} | {figure} |", figure.name)?;
        }
    }
    Ok(())
}

/// A column for each line, a row for each x of any of them.
fn points(f: &mut fmt::Formatter<'_>, curve: &Curve) -> fmt::Result {
    let names: Vec<_> = curve.lines.iter().map(|line| &line.name[..]).collect();
    writeln!(f, "\n{}: {}\n", curve.name, curve.y.label)?;
    writeln!(f, "| {} | {} |", curve.x.label, names.join(" | "))?;
    writeln!(f, "|---|{}", "---|".repeat(names.len()))?;
    let points = curve.lines.iter().flat_map(|line| &line.points);
    let mut places: Vec<f64> = points.map(|(x, _)| *x).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    for place in places {
        write!(f, "| {} |", whole(place))?;
        for line in &curve.lines {
            let point = line.points.iter().find(|(x, _)| *x == place);
            let text = point.map_or_else(String::new, |(_, y)| short(*y));
            write!(f, " {text} |")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, Bar};
    use super::*;
    use crate::machine::Machine;

    #[test]
    fn runs_share_a_row_and_a_bar_stands_beside_its_figure() {
        let mut report = Report::new(Machine::default());
        for (rate, share) in [(27_000.4, 0.25), (31_400.0, 0.5), (29_000.0, 0.4)] {
            let mut row = Row::new("closed loop");
            row.add("delivered/s", rate);
            row.promise("share", share, Bar::AtLeast(0.3));
            report.add(row);
        }
        let mut other = Row::new("open loop");
        other.promise("p99, ms", 3.0, Bar::AtMost(1.5));
        report.add(other);
        let mut curve = Curve::new("Cost", Axis::linear("events"), Axis::linear("µs"));
        curve.add("ours", 10.0, 1.5);
        curve.add("ours", 1000.0, 2.5);
        curve.add("bare", 10.0, 0.5);
        report.curves.push(curve);
        report.failed.push("backlog: it went away".to_owned());
        let text = report.to_string();
        let (_, tables) = text.split_once("\n\n").unwrap();
        assert_eq!(
            tables,
            "| work | figure | measured | bar | met |\n\
             |---|---|---|---|---|\n\
             | closed loop | share | 0.40 [0.25–0.50] | ≥ 0.30 | yes |\n\
             | open loop | p99, ms | 3.00 | ≤ 1.50 | no, +100 % |\n\
             \n\
             | work | figure | value |\n\
             |---|---|---|\n\
             | closed loop | delivered/s | 29,000 [27,000–31,400] |\n\
             | … | share | 0.40 [0.25–0.50] |\n\
             | open loop | p99, ms | 3.00 |\n\
             \n\
             Cost: µs\n\
             \n\
             | events | ours | bare |\n\
             |---|---|---|\n\
             | 10 | 1.50 | 0.50 |\n\
             | 1,000 | 2.50 |  |\n\
             \n\
             Not measured: backlog: it went away\n"
        );
    }
}
