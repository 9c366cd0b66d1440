//! The bars: how long every rival takes, relative to the baseline, on a logarithmic scale. One
//! block for each interpreter, the fastest first.

use super::svg::{Anchor, FAINT, INK, Picture, RULE, fill, font, stroke};
use crate::bench::report::{Report, Row, duration, ratio};

const LEFT: f64 = 178.0;
const WIDTH: f64 = 500.0;
const RIGHT: f64 = 150.0;
const TOP: f64 = 66.0;
const ROW: f64 = 23.0;
const HEADING: f64 = 34.0;
const BAR: f64 = 15.0;

const OURS: &str = "#c2410c";
const NATIVE: &str = "#5b8fb9";
const OTHERS: &str = "#a8b5c6";

/// A heading and its rows.
pub type Block<'a> = (String, Vec<&'a Row>);

/// The scale, in powers of ten: from a whole one to that of the longest bar.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Scale {
        let logarithms = rows.filter_map(|row| row.ratio).map(f64::log10);
        let (low, high) =
            logarithms.fold((0.0_f64, 0.0_f64), |(low, high), log| (low.min(log), high.max(log)));
        Scale { low: low.floor(), high: high.max(low.floor() + 1.0) }
    }

    fn left(&self, ratio: f64) -> f64 {
        LEFT + WIDTH * (ratio.log10() - self.low) / (self.high - self.low)
    }
}

pub fn draw(report: &Report, title: &str, blocks: &[Block]) -> String {
    let rows: usize = blocks.iter().map(|(_, rows)| rows.len()).sum();
    let bottom = TOP + rows as f64 * ROW + blocks.len() as f64 * HEADING;
    let mut picture = Picture::new(LEFT + WIDTH + RIGHT, bottom + 50.0);
    picture.text((20.0, 30.0), Anchor::Start, &font(17.0, 600, INK), title);
    let subtitle = format!(
        "time relative to {}, on a logarithmic scale; shorter is faster",
        baseline_title(report)
    );
    picture.text((20.0, 49.0), Anchor::Start, &font(12.5, 400, FAINT), &subtitle);
    let scale = Scale::of(blocks.iter().flat_map(|(_, rows)| rows.iter().copied()));
    draw_scale(&mut picture, &scale, bottom);
    let mut top = TOP;
    for (heading, rows) in blocks {
        top += HEADING;
        picture.text((20.0, top - 9.0), Anchor::Start, &font(13.0, 600, INK), heading);
        let mut rows = rows.clone();
        rows.sort_by(|a, b| {
            let key = |row: &Row| row.ratio.unwrap_or(f64::INFINITY);
            key(a).total_cmp(&key(b))
        });
        for row in rows {
            draw_bar(&mut picture, &scale, row, top);
            top += ROW;
        }
    }
    let dashes = format!(r#"{} stroke-dasharray="3 3""#, stroke(INK, 0.8));
    picture.line((scale.left(1.0), TOP + 8.0), (scale.left(1.0), bottom), &dashes);
    picture.finish(title)
}

fn baseline_title(report: &Report) -> &str {
    let row = report.rows.iter().find(|row| row.rival == report.baseline);
    row.map_or("nothing", |row| row.title.as_str())
}

fn draw_scale(picture: &mut Picture, scale: &Scale, bottom: f64) {
    let style = font(11.0, 400, FAINT);
    for power in scale.low as i32..=scale.high as i32 {
        let left = scale.left(10f64.powi(power));
        picture.line((left, TOP + 8.0), (left, bottom), &stroke(RULE, 1.0));
        let label = format!("{}×", 10f64.powi(power));
        picture.text((left, bottom + 18.0), Anchor::Middle, &style, &label);
    }
}

fn draw_bar(picture: &mut Picture, scale: &Scale, row: &Row, top: f64) {
    let is_ours = row.rival.starts_with("pommel");
    let colour = match &row.python {
        _ if is_ours => OURS,
        None => NATIVE,
        Some(_) => OTHERS,
    };
    let weight = if is_ours { 600 } else { 400 };
    let middle = top + ROW / 2.0 + 4.5;
    let name = font(13.0, weight, if is_ours { OURS } else { INK });
    picture.text((LEFT - 10.0, middle), Anchor::End, &name, &row.title);
    let (Some(found), Some(median)) = (row.ratio, row.median_s) else {
        let style = font(11.5, 400, FAINT);
        picture.text((LEFT + 6.0, middle), Anchor::Start, &style, "could not be had");
        return;
    };
    let end = scale.left(found);
    let size = ((end - LEFT).max(1.0), BAR);
    picture.rectangle(
        (LEFT, top + (ROW - BAR) / 2.0),
        size,
        &format!(r#"{} rx="2""#, fill(colour)),
    );
    let label = format!("{}×  ({})", ratio(found), duration(median));
    picture.text((end + 7.0, middle), Anchor::Start, &font(12.0, weight, INK), &label);
}
