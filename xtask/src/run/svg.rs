//! As much of SVG as the pictures need: shapes and text in one string. The pictures stand on a
//! ground of their own colour, so that they can be read on a dark page too.

use std::fmt::Write as _;

pub const INK: &str = "#1e293b";
pub const FAINT: &str = "#64748b";
pub const RULE: &str = "#e2e8f0";

pub struct Picture {
    body: String,
    width: f64,
    height: f64,
}

/// How a text stands to its point.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Picture {
    pub fn new(width: f64, height: f64) -> Picture {
        let mut picture = Picture { body: String::new(), width, height };
        picture.element(format_args!(
            r##"<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>"##
        ));
        picture
    }

    fn element(&mut self, element: std::fmt::Arguments) {
        writeln!(self.body, "{element}").expect("a string takes everything");
    }

    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, style: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape(text);
        self.element(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" {style}>{text}</text>"#
        ));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), style: &str) {
        self.element(format_args!(
            r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" {style}/>"#,
            from.0, from.1, to.0, to.1
        ));
    }

    pub fn rectangle(&mut self, corner: (f64, f64), size: (f64, f64), style: &str) {
        self.element(format_args!(
            r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" {style}/>"#,
            corner.0, corner.1, size.0, size.1
        ));
    }

    pub fn circle(&mut self, (x, y): (f64, f64), radius: f64, style: &str) {
        self.element(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="{radius}" {style}/>"#));
    }

    /// A path, its data written by the caller.
    pub fn path(&mut self, data: &str, style: &str) {
        self.element(format_args!(r#"<path d="{data}" {style}/>"#));
    }

    /// A line through points.
    pub fn polyline(&mut self, points: impl Iterator<Item = (f64, f64)>, style: &str) {
        let mut data = String::new();
        for (x, y) in points {
            let command = if data.is_empty() { 'M' } else { 'L' };
            write!(data, "{command}{x:.1} {y:.1}").expect("a string takes everything");
        }
        self.path(&data, style);
    }

    pub fn finish(self, title: &str) -> String {
        let Picture { body, width, height } = self;
        let title = escape(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" fill=\"{INK}\" \
             font-family=\"system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\" \
             font-size=\"13\">\n<title>{title}</title>\n{body}</svg>\n"
        )
    }
}

/// A style of text.
pub fn font(size: f64, weight: u32, colour: &str) -> String {
    format!(r#"font-size="{size}" font-weight="{weight}" fill="{colour}""#)
}

/// A style of lines.
pub fn stroke(colour: &str, width: f64) -> String {
    format!(r#"fill="none" stroke="{colour}" stroke-width="{width}""#)
}

pub fn fill(colour: &str) -> String {
    format!(r#"fill="{colour}""#)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let mut picture = Picture::new(10.0, 10.0);
        picture.text((1.0, 2.0), Anchor::End, &font(9.0, 400, INK), "a < b & c");
        let svg = picture.finish("x > y");
        assert!(
            svg.contains(">a &lt; b &amp; c</text>") && svg.contains("<title>x &gt; y</title>")
        );
    }
}
