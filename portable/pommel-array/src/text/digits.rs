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
        DType::Float16 => f16::from_f32(value as f32).to_f64(),
        DType::Float32 => value as f32 as f64,
        _ => value,
    }
}

/// The fewest digits that give the number when read as its type, the nearest ones if several do, and
/// of two that are equally near those with an even last digit.
pub(super) fn shortest(value: f64, dtype: DType) -> Digits {
    if dtype == DType::Float16 {
        return shortest_of_half(value);
    }
    let single = dtype == DType::Float32;
    let short = parsed(&if single { format!("{:e}", value as f32) } else { format!("{value:e}") });
    // Rust takes the upper of two that are equally near; its exact digits are rounded to even.
    let places = short.digits.len() - 1;
    let even = format!("{value:.places$e}");
    let same = match single {
        true => even.parse() == Ok(value as f32),
        false => even.parse() == Ok(value),
    };
    if same { parsed(&even) } else { short }
}

fn shortest_of_half(value: f64) -> Digits {
    // Four places always do. Beside a power of two the upper one of two that are equally near may be
    // the only one that is read as the number.
    for places in 0..4 {
        for near in [value, value * (1.0 + 1e-12)] {
            let text = format!("{near:.places$e}");
            if text.parse().is_ok_and(|read| reads_as(read, value)) {
                return parsed(&text);
            }
        }
    }
    parsed(&format!("{value:.4e}"))
}

/// Whether a number is rounded to a `float16`: whether it lies between the middles of the ways to its
/// neighbours, or on one of them if its last bit is 0.
fn reads_as(number: f64, value: f64) -> bool {
    let bits = f16::from_f32(value as f32).to_bits();
    let middle = |neighbour: u16| (f16::from_bits(neighbour).to_f64() + value) / 2.0;
    let high = match f16::from_bits(bits + 1) {
        // Behind the largest one infinity begins where the next would.
        next if next.is_infinite() => 65520.0,
        _ => middle(bits + 1),
    };
    let low = if bits == 0 { 0.0 } else { middle(bits - 1) };
    if bits.is_multiple_of(2) {
        (low..=high).contains(&number)
    } else {
        low < number && number < high
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
