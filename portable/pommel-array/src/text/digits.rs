//! Decimal digits of floating-point numbers of three sizes: the fewest that tell a number from its
//! neighbours, or so many of its exact value.
//!
//! Rust's formatting gives both for `f32` and `f64`; the shortest digits of a `float16` are found by
//! trying, since five always do.

use crate::dtype::DType;
use half::f16;

/// The digits of a number that is finite and not negative.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Digits {
    /// ASCII, at least one; the first is not 0 unless the number is.
    pub(super) digits: Vec<u8>,
    /// The power of ten of the first.
    pub(super) exponent: i32,
}

/// Reads what `{:e}` writes.
fn parsed(text: &str) -> Digits {
    let (mantissa, exponent) = text.split_once('e').expect("scientific notation has an exponent");
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    Digits { digits, exponent: exponent.parse().expect("an exponent is an integer") }
}

/// A number rounded to the precision of a type.
pub(super) fn rounded(value: f64, dtype: DType) -> f64 {
    match dtype {
        DType::Float16 => f16::from_f64(value).to_f64(),
        DType::Float32 => value as f32 as f64,
        _ => value,
    }
}

/// The fewest digits that give the number when read as its type, the nearest ones if several do.
pub(super) fn shortest(value: f64, dtype: DType) -> Digits {
    match dtype {
        DType::Float16 => {
            let tried = (0..4).map(|places| format!("{value:.places$e}")).find(|text| {
                text.parse().is_ok_and(|read: f64| f16::from_f64(read).to_f64() == value)
            });
            parsed(&tried.unwrap_or_else(|| format!("{value:.4e}")))
        }
        DType::Float32 => parsed(&format!("{:e}", value as f32)),
        _ => parsed(&format!("{value:e}")),
    }
}

/// Which digits are wanted: counted after the point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    /// Whether fewer do if they tell the number from its neighbours.
    pub(super) unique: bool,
    /// At most.
    pub(super) most: Option<usize>,
    /// At least.
    pub(super) least: usize,
}

impl Count {
    /// How many places, if those of the shortest text are not right.
    fn places(self, shortest: usize) -> Option<usize> {
        let wanted = if self.unique { shortest.max(self.least) } else { usize::MAX };
        let wanted = self.most.map_or(wanted, |most| wanted.min(most));
        (wanted != shortest && wanted != usize::MAX).then_some(wanted)
    }
}

/// The digits in front of the point and behind it.
pub(super) fn positional(value: f64, dtype: DType, count: Count) -> (String, String) {
    let short = shortest(value, dtype);
    let places = (short.digits.len() as i32 - 1 - short.exponent).max(0) as usize;
    if let Some(places) = count.places(if value == 0.0 { 0 } else { places }) {
        let text = format!("{value:.places$}");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        return (whole.to_owned(), fraction.to_owned());
    }
    let digit = |power: i32| {
        let place = usize::try_from(short.exponent - power).ok();
        place.and_then(|place| short.digits.get(place)).map_or('0', |&digit| digit as char)
    };
    let whole = (0..=short.exponent.max(0)).rev().map(digit).collect();
    let fraction = (1..=places as i32).map(|place| digit(-place)).collect();
    (whole, if value == 0.0 { String::new() } else { fraction })
}

/// The digit in front of the point, those behind it, and the exponent.
pub(super) fn scientific(value: f64, dtype: DType, count: Count) -> (String, String, i32) {
    let mut digits = shortest(value, dtype);
    if let Some(places) = count.places(digits.digits.len() - 1) {
        digits = parsed(&format!("{value:.places$e}"));
    }
    let text: String = digits.digits.iter().map(|&digit| digit as char).collect();
    (text[..1].to_owned(), text[1..].to_owned(), digits.exponent)
}

/// The text of an exponent: a sign and at least two digits, or as many as are said.
pub(super) fn exponent_text(exponent: i32, digits: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:0width$}", exponent.unsigned_abs(), width = digits.max(2))
}
