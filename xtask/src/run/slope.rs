//! The picture of the main job: the ways of the sleds over the bumpy slope. The slope is drawn in
//! bands of equal height with contour lines; north is up, downhill is to the right.

use super::svg::{Anchor, FAINT, INK, Picture, fill, font, stroke};
use std::f64::consts::PI;
use std::fmt::Write as _;

/// A sled's place and speed: x, y, u, v.
pub type State = [f64; 4];

const SCALE: f64 = 112.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 58.0;
/// Room for the scale of heights.
const RIGHT: f64 = 96.0;
const BOTTOM: f64 = 48.0;

/// Metres of height between two bands, and between two contour lines.
const BAND: f64 = 0.1;
const CONTOUR: f64 = 0.2;

/// Colours of the deepest and the highest ground.
const DEEP: [f64; 3] = [74.0, 124.0, 168.0];
const HIGH: [f64; 3] = [250.0, 252.0, 254.0];

const WAY: &str = "#c2410c";

/// The height of the ground: what the users' program has the derivatives of.
fn height(x: f64, y: f64) -> f64 {
    -0.25 * x - 0.5 * (2.0 * PI / 10.0 * x).cos() * (2.0 * PI / 4.0 * y).cos()
}

/// What is drawn, in metres.
struct Map {
    x: (f64, f64),
    y: (f64, f64),
}

impl Map {
    fn around(rides: &[Vec<State>]) -> Map {
        let extent = |index: usize| {
            let values = rides.iter().flatten().map(|state| state[index]);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let (x, y) = (extent(0), extent(1));
        let margin = 0.3;
        Map { x: (x.0 - margin, x.1 + margin), y: (y.0 - margin, y.1 + margin) }
    }

    fn width(&self) -> f64 {
        (self.x.1 - self.x.0) * SCALE
    }

    fn height(&self) -> f64 {
        (self.y.1 - self.y.0) * SCALE
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        (LEFT + (x - self.x.0) * SCALE, TOP + (self.y.1 - y) * SCALE)
    }

    /// The height of the ground under a point of the picture.
    fn height_at(&self, left: f64, top: f64) -> f64 {
        height(self.x.0 + (left - LEFT) / SCALE, self.y.1 - (top - TOP) / SCALE)
    }

    /// The lowest and the highest ground.
    fn heights(&self) -> (f64, f64) {
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for column in 0..=200 {
            for row in 0..=100 {
                let x = self.x.0 + (self.x.1 - self.x.0) * column as f64 / 200.0;
                let y = self.y.0 + (self.y.1 - self.y.0) * row as f64 / 100.0;
                range = (range.0.min(height(x, y)), range.1.max(height(x, y)));
            }
        }
        range
    }
}

/// Draws the ways of the sleds.
pub fn draw(rides: &[Vec<State>]) -> String {
    let map = Map::around(rides);
    let mut picture = Picture::new(LEFT + map.width() + RIGHT, TOP + map.height() + BOTTOM);
    let title = format!("{} sleds on a bumpy slope", rides.len());
    picture.text((LEFT, 28.0), Anchor::Start, &font(17.0, 600, INK), &title);
    let steps = rides.first().map_or(0, |ride| ride.len().saturating_sub(1));
    let subtitle =
        format!("where {steps} steps of Runge-Kutta, a hundredth of a second each, lead");
    picture.text((LEFT, 46.0), Anchor::Start, &font(12.5, 400, FAINT), &subtitle);
    draw_ground(&mut picture, &map);
    draw_axes(&mut picture, &map);
    for ride in rides {
        let points = || ride.iter().map(|state| map.point(state[0], state[1]));
        let round = r#"stroke-linecap="round" stroke-linejoin="round""#;
        picture.polyline(points(), &format!(r##"{} {round}"##, stroke("#ffffff", 3.6)));
        picture.polyline(points(), &format!("{} {round}", stroke(WAY, 1.7)));
    }
    for ride in rides {
        let ends = [(ride.first(), 2.6, "#ffffff"), (ride.last(), 4.4, WAY)];
        for (state, radius, colour) in ends {
            let Some(state) = state else { continue };
            let outline = if colour == WAY { "#ffffff" } else { WAY };
            let style = format!(r#"fill="{colour}" stroke="{outline}" stroke-width="1.4""#);
            picture.circle(map.point(state[0], state[1]), radius, &style);
        }
    }
    picture.finish(&title)
}

fn colour(part: f64) -> String {
    let mix = |index: usize| (DEEP[index] + (HIGH[index] - DEEP[index]) * part).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

/// The bands of height as thin horizontal runs, one path per band, then the contour lines.
fn draw_ground(picture: &mut Picture, map: &Map) {
    const STRIP: f64 = 3.0;
    let (low, high) = map.heights();
    let first = (low / BAND).floor();
    let count = (high / BAND).floor() - first;
    let mut bands = vec![String::new(); count as usize + 1];
    let mut top = TOP;
    while top < TOP + map.height() {
        let strip = STRIP.min(TOP + map.height() - top);
        let band_at =
            |left: f64| ((map.height_at(left, top + strip / 2.0) / BAND).floor() - first) as usize;
        let (mut start, mut band) = (LEFT, band_at(LEFT));
        let end = LEFT + map.width();
        let mut left = LEFT;
        while left < end {
            left = (left + 1.0).min(end);
            let here = band_at(left).min(count as usize);
            if here != band || left == end {
                write!(
                    bands[band],
                    "M{start:.0} {top:.1}h{:.0}v{strip:.1}H{start:.0}z",
                    left - start
                )
                .expect("a string takes everything");
                (start, band) = (left, here);
            }
        }
        top += strip;
    }
    for (band, data) in bands.iter().enumerate().filter(|(_, data)| !data.is_empty()) {
        let style =
            format!(r#"{} shape-rendering="crispEdges""#, fill(&colour(band as f64 / count)));
        picture.path(data, &style);
    }
    let mut level = (low / CONTOUR).ceil() * CONTOUR;
    while level < high {
        picture.path(&contour(map, level), &format!("{} opacity=\"0.55\"", stroke("#3b6c96", 0.7)));
        level += CONTOUR;
    }
    draw_scale(picture, map, (low, high));
}

/// The line of one height: for every cell of a grid, the pieces that cross it (marching squares).
fn contour(map: &Map, level: f64) -> String {
    const CELL: f64 = 9.0;
    let mut data = String::new();
    let columns = (map.width() / CELL).ceil() as usize;
    let rows = (map.height() / CELL).ceil() as usize;
    let (right, bottom) = (LEFT + map.width(), TOP + map.height());
    let corner = |column: usize, row: usize| {
        let left = (LEFT + column as f64 * CELL).min(right);
        let top = (TOP + row as f64 * CELL).min(bottom);
        (left, top, map.height_at(left, top) - level)
    };
    for row in 0..rows {
        for column in 0..columns {
            let corners = [
                corner(column, row),
                corner(column + 1, row),
                corner(column + 1, row + 1),
                corner(column, row + 1),
            ];
            let mut crossings = Vec::new();
            for side in 0..4 {
                let (a, b) = (corners[side], corners[(side + 1) % 4]);
                if (a.2 < 0.0) != (b.2 < 0.0) {
                    let part = a.2 / (a.2 - b.2);
                    crossings.push((a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part));
                }
            }
            for piece in crossings.chunks_exact(2) {
                let [from, to] = [piece[0], piece[1]];
                write!(data, "M{:.1} {:.1}L{:.1} {:.1}", from.0, from.1, to.0, to.1)
                    .expect("a string takes everything");
            }
        }
    }
    data
}

/// The scale of heights at the right.
fn draw_scale(picture: &mut Picture, map: &Map, (low, high): (f64, f64)) {
    let left = LEFT + map.width() + 22.0;
    let steps = ((high - low) / BAND).ceil();
    let step = map.height() / steps;
    for index in 0..steps as usize {
        let top = TOP + map.height() - (index as f64 + 1.0) * step;
        let style = format!(
            r#"{} shape-rendering="crispEdges""#,
            fill(&colour(index as f64 / (steps - 1.0)))
        );
        picture.rectangle((left, top), (12.0, step), &style);
    }
    let style = font(11.0, 400, FAINT);
    let mut level = low.ceil();
    while level <= high {
        let top = TOP + map.height() * (high - level) / (high - low);
        picture.line((left + 12.0, top), (left + 16.0, top), &stroke(FAINT, 1.0));
        let label =
            if level == 0.0 { "0 m".into() } else { format!("{level:.0} m").replace('-', "−") };
        picture.text((left + 19.0, top + 4.0), Anchor::Start, &style, &label);
        level += 1.0;
    }
    picture.text((left - 2.0, TOP - 10.0), Anchor::Start, &style, "height");
}

fn draw_axes(picture: &mut Picture, map: &Map) {
    let bottom = TOP + map.height();
    picture.rectangle((LEFT, TOP), (map.width(), map.height()), &stroke("#94a3b8", 1.0));
    let style = font(11.0, 400, FAINT);
    let mut x = map.x.0.ceil();
    while x <= map.x.1 {
        let (left, _) = map.point(x, 0.0);
        picture.line((left, bottom), (left, bottom + 4.0), &stroke("#94a3b8", 1.0));
        picture.text((left, bottom + 17.0), Anchor::Middle, &style, &format!("{}", x + 0.0));
        x += 1.0;
    }
    let mut y = map.y.0.ceil();
    while y <= map.y.1 {
        let (_, top) = map.point(0.0, y);
        picture.line((LEFT - 4.0, top), (LEFT, top), &stroke("#94a3b8", 1.0));
        let label = format!("{}", y + 0.0).replace('-', "−");
        picture.text((LEFT - 8.0, top + 4.0), Anchor::End, &style, &label);
        y += 1.0;
    }
    let middle = LEFT + map.width() / 2.0;
    picture.text((middle, bottom + 35.0), Anchor::Middle, &style, "x, downhill (metres)");
    picture.text((LEFT - 32.0, TOP - 10.0), Anchor::Start, &style, "y");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_height_has_the_derivatives_of_the_program() {
        let (x, y, step) = (1.3, 0.4, 1e-6);
        let (p, q) = (2.0 * PI / 10.0, 2.0 * PI / 4.0);
        let slope = (height(x + step, y) - height(x - step, y)) / (2.0 * step);
        assert!((slope - (-0.25 + 0.5 * p * (p * x).sin() * (q * y).cos())).abs() < 1e-8);
        let slope = (height(x, y + step) - height(x, y - step)) / (2.0 * step);
        assert!((slope - 0.5 * q * (p * x).cos() * (q * y).sin()).abs() < 1e-8);
    }

    #[test]
    fn every_ride_is_drawn() {
        let ride = |y: f64| vec![[0.0, y, 3.5, 0.0], [1.0, y, 3.5, 0.0]];
        let svg = draw(&[ride(0.0), ride(0.5)]);
        assert_eq!(svg.matches("<circle").count(), 4);
        assert_eq!(svg.matches(WAY).count(), 2 + 4);
    }
}
