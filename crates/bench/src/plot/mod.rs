//! Draws curves as SVG: on any background, in light and dark, without a script or a font of its own.

mod scale;

use std::fmt::Write as _;

use crate::report::{Curve, Line, short, whole};
use scale::{Scale, label};

/// Size of the drawing and of the frame in it, in pixels.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 72.0;
const BOTTOM: f64 = 58.0;
/// About what a character of the legend takes.
const CHARACTER: f64 = 7.2;
/// Of the style below; further lines repeat the first.
const COLOURS: usize = 4;

const STYLE: &str = "\
text{font-family:system-ui,'Segoe UI',Helvetica,Arial,sans-serif;font-size:13px;fill:#1f2328}\
.name{font-size:16px;font-weight:600}\
.paper{fill:#ffffff}.grid{stroke:#d8dee4}.frame{stroke:#6e7781;fill:none}\
.l0{stroke:#0969da;fill:#0969da}.l1{stroke:#bc4c00;fill:#bc4c00}\
.l2{stroke:#1a7f37;fill:#1a7f37}.l3{stroke:#8250df;fill:#8250df}\
path{fill:none!important;stroke-width:2}.bare{stroke-dasharray:5 4}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#30363d}.frame{stroke:#8b949e}\
.l0{stroke:#58a6ff;fill:#58a6ff}.l1{stroke:#f0883e;fill:#f0883e}\
.l2{stroke:#3fb950;fill:#3fb950}.l3{stroke:#bc8cff;fill:#bc8cff}}";

/// The curve as a whole SVG document. Lines of the bare client, whose names begin with `bare`, are dashed and
/// have the colours of the others in the same order.
#[must_use]
pub fn svg(curve: &Curve) -> String {
    let points = || curve.lines.iter().flat_map(|line| &line.points);
    let x = Scale::over(points().map(|(x, _)| *x), &curve.x);
    let y = Scale::over(points().map(|(_, y)| *y), &curve.y);
    let mut drawing = Drawing {
        x,
        y,
        text: String::new(),
    };
    drawing.paper(curve);
    drawing.ticks();
    drawing.axis_labels(curve);
    drawing.legend(curve);
    for (line, class) in curve.lines.iter().zip(classes(&curve.lines)) {
        drawing.line(line, &class);
    }
    drawing.text.push_str("</svg>\n");
    drawing.text
}

struct Drawing {
    x: Scale,
    y: Scale,
    text: String,
}

impl Drawing {
    fn put(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(piece);
        self.text.push('\n');
    }

    fn across(&self, value: f64) -> Option<f64> {
        Some(LEFT + self.x.place(value)? * (WIDTH - LEFT - RIGHT))
    }

    fn up(&self, value: f64) -> Option<f64> {
        Some(HEIGHT - BOTTOM - self.y.place(value)? * (HEIGHT - TOP - BOTTOM))
    }

    fn paper(&mut self, curve: &Curve) {
        let name = escaped(&curve.name);
        self.put(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{name}">"#
        ));
        self.put(format_args!("<style>{STYLE}</style>"));
        self.put(format_args!(
            r#"<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>"#
        ));
        self.put(format_args!(
            r#"<text class="name" x="{LEFT}" y="28">{name}</text>"#
        ));
    }

    fn ticks(&mut self) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for tick in self.x.ticks.clone() {
            if let Some(x) = self.across(tick) {
                let text = label(tick);
                self.put(format_args!(
                    r#"<line class="grid" x1="{x:.1}" y1="{TOP}" x2="{x:.1}" y2="{bottom}"/>"#
                ));
                self.put(format_args!(
                    r#"<text x="{x:.1}" y="{:.1}" text-anchor="middle">{text}</text>"#,
                    bottom + 18.0
                ));
            }
        }
        for tick in self.y.ticks.clone() {
            if let Some(y) = self.up(tick) {
                let text = label(tick);
                self.put(format_args!(
                    r#"<line class="grid" x1="{LEFT}" y1="{y:.1}" x2="{right}" y2="{y:.1}"/>"#
                ));
                self.put(format_args!(
                    r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#,
                    LEFT - 8.0,
                    y + 4.5
                ));
            }
        }
        self.put(format_args!(
            r#"<rect class="frame" x="{LEFT}" y="{TOP}" width="{}" height="{}"/>"#,
            right - LEFT,
            bottom - TOP
        ));
    }

    fn axis_labels(&mut self, curve: &Curve) {
        let (middle, height) = ((LEFT + WIDTH - RIGHT) / 2.0, (TOP + HEIGHT - BOTTOM) / 2.0);
        let (x, y) = (escaped(&curve.x.label), escaped(&curve.y.label));
        self.put(format_args!(
            r#"<text x="{middle}" y="{}" text-anchor="middle">{x}</text>"#,
            HEIGHT - 14.0
        ));
        self.put(format_args!(
            r#"<text transform="translate(20 {height}) rotate(-90)" text-anchor="middle">{y}</text>"#
        ));
    }

    fn legend(&mut self, curve: &Curve) {
        let mut x = LEFT;
        for (line, class) in curve.lines.iter().zip(classes(&curve.lines)) {
            let name = escaped(&line.name);
            self.put(format_args!(r#"<path class="{class}" d="M{x:.0} 51h24"/>"#));
            self.put(format_args!(
                r#"<text x="{:.0}" y="55.5">{name}</text>"#,
                x + 30.0
            ));
            let characters = u32::try_from(line.name.chars().count()).unwrap_or(0);
            x += 52.0 + f64::from(characters) * CHARACTER;
        }
    }

    fn line(&mut self, line: &Line, class: &str) {
        let points: Vec<_> = line
            .points
            .iter()
            .filter_map(|(x, y)| Some((self.across(*x)?, self.up(*y)?, x, y)))
            .collect();
        let mut path = String::new();
        for (n, (x, y, ..)) in points.iter().enumerate() {
            let pen = if n == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{pen}{x:.1} {y:.1}");
        }
        let name = escaped(&line.name);
        self.put(format_args!(r#"<path class="{class}" d="{path}"/>"#));
        for (x, y, at, value) in points {
            let (at, value) = (whole(*at), short(*value));
            self.put(format_args!(
                r#"<circle class="{class}" cx="{x:.1}" cy="{y:.1}" r="3"><title>{name}, {at}: {value}</title></circle>"#
            ));
        }
    }
}

/// The colour and the dashes of each line.
fn classes(lines: &[Line]) -> Vec<String> {
    let (mut solid, mut dashed) = (0..COLOURS, 0..COLOURS);
    let class = |line: &Line| {
        if line.name.starts_with("bare") {
            format!("l{} bare", dashed.next().unwrap_or(0))
        } else {
            format!("l{}", solid.next().unwrap_or(0))
        }
    };
    lines.iter().map(class).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Axis;

    fn curve() -> Curve {
        let mut curve = Curve::new(
            "Latency <over> rate",
            Axis::logarithmic("events & more per second"),
            Axis::logarithmic("ms"),
        );
        for (x, y) in [(100.0, 1.0), (1_000.0, 2.0), (10_000.0, 10.0)] {
            curve.add("p99", x, y);
            curve.add("bare client", x, y / 2.0);
        }
        curve
    }

    #[test]
    fn every_point_is_drawn_inside_the_frame() {
        let text = svg(&curve());
        let place = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse::<f64>().unwrap()
        };
        let circles: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("<circle"))
            .collect();
        assert_eq!(circles.len(), 6);
        for circle in circles {
            let (x, y) = (place(circle, "cx"), place(circle, "cy"));
            assert!((LEFT..=WIDTH - RIGHT).contains(&x), "{circle}");
            assert!((TOP..=HEIGHT - BOTTOM).contains(&y), "{circle}");
        }
    }

    #[test]
    fn names_are_escaped_and_the_bare_client_is_dashed() {
        let text = svg(&curve());
        assert!(text.contains(">Latency &lt;over&gt; rate<"));
        assert!(text.contains("events &amp; more per second"));
        assert_eq!(classes(&curve().lines), ["l0", "l0 bare"]);
        assert!(text.contains(r#"<path class="l0 bare" d="M"#));
        assert_eq!(curve().slug(), "latency-over-rate");
    }

    #[test]
    fn a_curve_without_points_is_still_a_drawing() {
        let empty = Curve::new("Nothing", Axis::linear("x"), Axis::logarithmic("y"));
        let text = svg(&empty);
        assert!(text.starts_with("<svg") && text.ends_with("</svg>\n") && !text.contains("NaN"));
    }
}
