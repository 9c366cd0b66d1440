//! Columns of floating-point numbers: all are written so that points stand below each other.

use super::digits::{Count, exponent_text, positional, rounded, scientific};
use super::{FloatMode, Options, Sign};
use crate::dtype::DType;

/// How the numbers of an array are written.
pub(super) struct FloatFormat<'a> {
    options: &'a Options,
    dtype: DType,
    sign: Sign,
    count: Count,
    /// Digits of the exponent, if there is one.
    exponent: Option<usize>,
    /// Whether zeros at the end are left out.
    trims: bool,
    /// Characters in front of the point, and behind it.
    left: usize,
    right: usize,
}

impl<'a> FloatFormat<'a> {
    /// The format that suits numbers of a type.
    pub(super) fn new(values: &[f64], dtype: DType, options: &'a Options, sign: Sign) -> Self {
        let fixed = options.floatmode == FloatMode::Fixed;
        let most = (options.floatmode != FloatMode::Unique).then_some(options.precision);
        let mut format = FloatFormat {
            options,
            dtype,
            sign,
            count: Count { unique: !fixed, most, least: 0 },
            exponent: None,
            trims: !fixed,
            left: 0,
            right: 0,
        };
        let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        if finite.is_empty() {
            format.trims = true;
        } else if needs_exponents(&finite, dtype, options) {
            format.fit_exponents(&finite);
        } else {
            format.fit_places(&finite);
        }
        if sign == Sign::Space && !finite.iter().any(|value| value.is_sign_negative()) {
            format.left += 1;
        }
        if finite.len() < values.len() {
            let minus = sign != Sign::Minus || values.contains(&f64::NEG_INFINITY);
            let nan = options.nanstr.chars().count();
            let inf = options.infstr.chars().count() + minus as usize;
            // They have no point, whose place they take as well.
            format.left = format.left.max(nan.max(inf).saturating_sub(format.right + 1));
        }
        format
    }

    /// Finds widths by writing all numbers with exponents.
    fn fit_exponents(&mut self, values: &[f64]) {
        let mut digits = 2;
        for &value in values {
            let (whole, fraction, exponent) = self.scientific(value);
            self.left = self.left.max(whole.len());
            self.right = self.right.max(fraction.len());
            digits = digits.max(exponent_text(exponent, 2).len() - 2);
        }
        self.count.most = Some(self.right);
        self.count.least = self.right;
        self.trims = false;
        self.exponent = Some(digits);
        // The exponent with its letter and sign takes places as well.
        self.right += digits + 2;
    }

    /// Finds widths by writing all numbers without exponents.
    fn fit_places(&mut self, values: &[f64]) {
        for &value in values {
            let (whole, fraction) = self.positional(value);
            self.left = self.left.max(whole.len());
            self.right = self.right.max(fraction.len());
        }
        if matches!(self.options.floatmode, FloatMode::Fixed | FloatMode::MaxPrecEqual) {
            self.count.most = Some(self.right);
            self.count.least = self.right;
            self.trims = false;
        } else {
            self.trims = true;
        }
    }

    fn prefix(&self, value: f64) -> &'static str {
        if value.is_sign_negative() {
            "-"
        } else if self.sign == Sign::Plus {
            "+"
        } else {
            ""
        }
    }

    /// Zeros at the end left out, or added.
    fn finished(&self, mut fraction: String) -> String {
        if self.trims {
            fraction.truncate(fraction.trim_end_matches('0').len());
            return fraction;
        }
        let wanted =
            if self.count.unique { self.count.least } else { self.count.most.unwrap_or(0) };
        while fraction.len() < wanted {
            fraction.push('0');
        }
        fraction
    }

    fn positional(&self, value: f64) -> (String, String) {
        let (whole, fraction) = positional(value.abs(), self.dtype, self.count);
        (format!("{}{whole}", self.prefix(value)), self.finished(fraction))
    }

    fn scientific(&self, value: f64) -> (String, String, i32) {
        let (whole, fraction, exponent) = scientific(value.abs(), self.dtype, self.count);
        (format!("{}{whole}", self.prefix(value)), self.finished(fraction), exponent)
    }

    /// A number in its column.
    pub(super) fn text(&self, value: f64) -> String {
        if !value.is_finite() {
            let text = if value.is_nan() {
                let sign = if self.sign == Sign::Plus { "+" } else { "" };
                format!("{sign}{}", self.options.nanstr)
            } else {
                format!("{}{}", self.prefix(value), self.options.infstr)
            };
            return format!("{text:>width$}", width = self.left + self.right + 1);
        }
        let left = self.left;
        match self.exponent {
            Some(digits) => {
                let (whole, fraction, exponent) = self.scientific(value);
                format!("{whole:>left$}.{fraction}{}", exponent_text(exponent, digits))
            }
            None => {
                let (whole, fraction) = self.positional(value);
                format!("{whole:>left$}.{fraction:<right$}", right = self.right)
            }
        }
    }
}

/// Whether numbers differ so much, or are so large or small, that they are written with exponents.
/// The comparisons are made in the type of the numbers, as NumPy's are.
fn needs_exponents(finite: &[f64], dtype: DType, options: &Options) -> bool {
    let sizes = finite.iter().map(|value| value.abs()).filter(|&size| size != 0.0);
    let (min, max) =
        sizes.fold((f64::INFINITY, 0.0f64), |(min, max), size| (min.min(size), max.max(size)));
    if max == 0.0 {
        return false;
    }
    // All digits of a number that is larger than its precision would not be true.
    let cutoff = match dtype {
        DType::Float16 => 1e3,
        DType::Float32 => 1e6,
        _ => 1e8,
    };
    let small = rounded(1e-4, dtype);
    max >= cutoff || !options.suppress && (min < small || rounded(max / min, dtype) > 1000.0)
}
