//! Elements: each on its own, or in the columns of an array.

use super::digits::{Count, exponent_text, positional, scientific};
use super::float::FloatFormat;
use super::{Options, Sign};
use crate::dtype::{DType, Kind};
use crate::scalar::Scalar;
use num_complex::Complex;

/// How the elements of an array are written.
pub(super) enum Format<'a> {
    /// Truth values; in columns they are of one width.
    Truth { column: bool },
    /// Integers of a width.
    Int { width: usize, sign: Sign },
    /// Floating-point numbers.
    Float(FloatFormat<'a>),
    /// Real and imaginary parts.
    Complex(FloatFormat<'a>, FloatFormat<'a>),
}

impl<'a> Format<'a> {
    /// The format that suits elements of a type.
    pub(super) fn new(
        values: &[Scalar],
        dtype: DType,
        column: bool,
        options: &'a Options,
    ) -> Format<'a> {
        let parts: Vec<Complex<f64>> = values.iter().map(|&value| parts(value)).collect();
        let real: Vec<f64> = parts.iter().map(|part| part.re).collect();
        match dtype.kind() {
            Kind::Bool => Format::Truth { column },
            Kind::Int | Kind::UInt => integers(values, options.sign),
            Kind::Float => Format::Float(FloatFormat::new(&real, dtype, options, options.sign)),
            Kind::Complex => {
                let imaginary: Vec<f64> = parts.iter().map(|part| part.im).collect();
                let dtype = dtype.real();
                Format::Complex(
                    FloatFormat::new(&real, dtype, options, options.sign),
                    FloatFormat::new(&imaginary, dtype, options, Sign::Plus),
                )
            }
        }
    }

    /// An element in its column.
    pub(super) fn text(&self, value: Scalar) -> String {
        match (self, value) {
            (Format::Truth { .. }, Scalar::Bool(false)) => "False".to_owned(),
            (Format::Truth { column }, _) => if *column { " True" } else { "True" }.to_owned(),
            (Format::Int { width, sign }, Scalar::Int(value)) => {
                format!("{:>width$}", integer(value, *sign))
            }
            (Format::Complex(real, imaginary), value) => {
                let parts = parts(value);
                let text = imaginary.text(parts.im);
                let end = text.trim_end().len();
                format!("{}{}j{}", real.text(parts.re), &text[..end], &text[end..])
            }
            (Format::Float(format), value) => format.text(parts(value).re),
            (Format::Int { .. }, value) => value.to_string(),
        }
    }
}

fn parts(value: Scalar) -> Complex<f64> {
    match value {
        Scalar::Float(value) => Complex::new(value, 0.0),
        Scalar::Complex(value) => value,
        // Nobody asks for the parts of others.
        Scalar::Bool(_) | Scalar::Int(_) => Complex::new(0.0, 0.0),
    }
}

fn integer(value: i128, sign: Sign) -> String {
    match sign {
        Sign::Plus if value >= 0 => format!("+{value}"),
        Sign::Space if value >= 0 => format!(" {value}"),
        _ => value.to_string(),
    }
}

fn integers(values: &[Scalar], sign: Sign) -> Format<'static> {
    let numbers = values.iter().filter_map(|value| match value {
        Scalar::Int(value) => Some(*value),
        _ => None,
    });
    let negative = numbers.clone().any(|value| value < 0);
    let sign = if sign == Sign::Space && negative { Sign::Minus } else { sign };
    let width = numbers.map(|value| integer(value, sign).len()).max().unwrap_or(0);
    Format::Int { width, sign }
}

/// An element on its own, with all its digits, as NumPy writes its scalars.
pub(super) fn text(value: Scalar, dtype: DType) -> String {
    match value {
        Scalar::Float(value) => plain(value, dtype, ".0"),
        Scalar::Complex(Complex { re, im }) => {
            let dtype = dtype.real();
            if re == 0.0 && re.is_sign_positive() {
                return plain(im, dtype, "") + "j";
            }
            let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
            format!("({}{sign}{}j)", plain(re, dtype, ""), plain(im, dtype, ""))
        }
        other => other.to_string(),
    }
}

/// A floating-point number with its fewest digits; a whole one ends as said.
fn plain(value: f64, dtype: DType, whole_end: &str) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let size = value.abs();
    if size.is_infinite() {
        return format!("{sign}inf");
    }
    let count = Count { unique: true, most: None, least: 0 };
    // As many digits in front of the point as the type tells apart, or nearly.
    let large = match dtype {
        DType::Float16 => 1e3,
        DType::Float32 => 1e6,
        _ => 1e16,
    };
    if size == 0.0 || (1e-4..large).contains(&size) {
        let (whole, fraction) = positional(size, dtype, count);
        return match &*fraction {
            "" => format!("{sign}{whole}{whole_end}"),
            some => format!("{sign}{whole}.{some}"),
        };
    }
    let (whole, fraction, exponent) = scientific(size, dtype, count);
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}{}", exponent_text(exponent, 2))
}
