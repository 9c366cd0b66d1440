//! The text of arrays, as NumPy 2 writes it: for people ([`str()`]), for Python ([`repr`]), and for
//! notebooks ([`html`]).
//!
//! Of large arrays only the elements that are shown are read. `tests/golden/text.txt` holds what
//! NumPy writes.

mod digits;
mod element;
mod float;
mod lines;

use crate::array::Array;
use crate::dtype::DType;
use crate::error::{Result, Tuple};
use lines::Shown;

/// How many digits floating-point numbers get.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FloatMode {
    /// As many after the point as `precision` says.
    Fixed,
    /// As many as tell a number from its neighbours, whatever `precision` says.
    Unique,
    /// As many as needed, but at most `precision` after the point.
    MaxPrec,
    /// As above, and the same number for all elements.
    MaxPrecEqual,
}

impl FloatMode {
    const NAMES: [(&'static str, FloatMode); 4] = [
        ("fixed", FloatMode::Fixed),
        ("unique", FloatMode::Unique),
        ("maxprec", FloatMode::MaxPrec),
        ("maxprec_equal", FloatMode::MaxPrecEqual),
    ];

    /// The mode of NumPy's name.
    pub fn from_name(name: &str) -> Option<FloatMode> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)
    }

    /// The name of the mode in NumPy.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// What stands in front of numbers that are not negative.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sign {
    /// Nothing: `-`.
    Minus,
    /// A plus sign: `+`.
    Plus,
    /// A space.
    Space,
}

/// How arrays are written; the fields are those of NumPy's `set_printoptions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Digits after the point.
    pub precision: usize,
    /// Arrays of more elements are summarised.
    pub threshold: usize,
    /// How many elements of an axis are shown at each end of it then.
    pub edgeitems: usize,
    /// Characters in a line.
    pub linewidth: usize,
    /// Whether small numbers are written as zeros rather than with exponents.
    pub suppress: bool,
    /// What is written for what is not a number.
    pub nanstr: String,
    /// What is written for infinity.
    pub infstr: String,
    /// What stands in front of numbers that are not negative.
    pub sign: Sign,
    /// How many digits floating-point numbers get.
    pub floatmode: FloatMode,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            precision: 8,
            threshold: 1000,
            edgeitems: 3,
            linewidth: 75,
            suppress: false,
            nanstr: "nan".to_owned(),
            infstr: "inf".to_owned(),
            sign: Sign::Minus,
            floatmode: FloatMode::MaxPrec,
        }
    }
}

/// The text that makes the array again, if it is short: `array([1. , 2.5])`. The prefix, `array(` in
/// NumPy, is what the elements are aligned with.
///
/// # Errors
/// There is not enough memory to compute the elements.
pub fn repr(array: &Array, options: &Options, prefix: &str) -> Result<String> {
    let body = if array.size() == 0 {
        "[]".to_owned()
    } else {
        // The closing parenthesis takes a place.
        let width = options.linewidth.saturating_sub(1);
        Shown::of(array, options)?.text(options, width, ", ", prefix.chars().count())
    };
    let mut extras = Vec::new();
    let untold = array.size() == 0 && array.shape() != [0];
    if untold || array.size() > options.threshold {
        extras.push(format!("shape={}", Tuple(array.shape())));
    }
    let default =
        matches!(array.dtype(), DType::Bool | DType::Int64 | DType::Float64 | DType::Complex128);
    if !default || array.size() == 0 {
        extras.push(format!("dtype={}", array.dtype()));
    }
    if extras.is_empty() {
        return Ok(format!("{prefix}{body})"));
    }
    let (text, extras) = (format!("{prefix}{body},"), extras.join(", ") + ")");
    let last_line = text.rsplit('\n').next().map_or(0, |line| line.chars().count());
    let spacer = if last_line + extras.len() + 1 > options.linewidth {
        format!("\n{}", " ".repeat(prefix.chars().count()))
    } else {
        " ".to_owned()
    };
    Ok(text + &spacer + &extras)
}

/// The text for people: `[1.  2.5]`. An array without dimensions is written like its element.
///
/// # Errors
/// There is not enough memory to compute the elements.
pub fn str(array: &Array, options: &Options) -> Result<String> {
    if array.size() == 0 {
        return Ok("[]".to_owned());
    }
    if array.ndim() == 0 {
        return Ok(element::text(array.item(&[])?, array.dtype()));
    }
    Ok(Shown::of(array, options)?.text(options, options.linewidth, " ", 0))
}

/// The elements in brackets, with something between them. Lines but the first are indented, and the
/// last one leaves places free.
///
/// # Errors
/// There is not enough memory to compute the elements.
pub fn elements(
    array: &Array,
    options: &Options,
    separator: &str,
    indent: usize,
    free: usize,
) -> Result<String> {
    if array.size() == 0 {
        return Ok("[]".to_owned());
    }
    let width = options.linewidth.saturating_sub(free);
    Ok(Shown::of(array, options)?.text(options, width, separator, indent))
}

/// A small table for notebooks: shape, type and size, and the elements as [`str()`] writes them.
///
/// # Errors
/// There is not enough memory to compute the elements.
pub fn html(array: &Array, options: &Options) -> Result<String> {
    // A page has less room than a terminal.
    let options = Options { threshold: options.threshold.min(100), ..options.clone() };
    let elements = str(array, &options)?;
    let bytes = (array.size() * array.dtype().size()).to_string();
    let shape = Tuple(array.shape()).to_string();
    let rows = [("shape", &*shape), ("dtype", array.dtype().name()), ("bytes", &*bytes)];
    let mut page = "<table>\n".to_owned();
    for (name, value) in rows {
        page += &format!("<tr><th>{name}</th><td>{}</td></tr>\n", escaped(value));
    }
    page += &format!("<tr><td colspan=\"2\"><pre>{}</pre></td></tr>\n</table>", escaped(&elements));
    Ok(page)
}

/// Text as HTML, in which some characters have a meaning.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            other => escaped.push(other),
        }
    }
    escaped
}
