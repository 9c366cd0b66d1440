//! How numbers of a hypergeometric distribution are drawn: how many of a sample without replacement are
//! good, and how many of each colour it has. The steps are NumPy's.

use super::Generator;
use super::distributions::{Draw, Hypergeometric, disagreement};
use super::integers::masked_up_to;
use super::parameter::{Invalid, Result};
use super::pcg::Source;
use super::precise::Precise;
use std::sync::LazyLock;

/// `2 sqrt(2 / e)` and `3 - 2 sqrt(3 / e)`, as NumPy rounds them.
pub(super) const D1: f64 = 1.7155277699214135;
pub(super) const D2: f64 = 0.8989161620588988;

/// NumPy refuses populations that are larger.
const MOST: i64 = 1_000_000_000;

/// How many logarithms of factorials come from a table.
const IN_TABLE: usize = 126;

/// `ln (2 pi) / 2`.
const HALF_LN_TWO_PI: f64 = 0.9189385332046728;

static LN_FACTORIALS: LazyLock<[f64; IN_TABLE]> = LazyLock::new(|| {
    let mut product = Precise::from(1.0);
    let mut table = [0.0; IN_TABLE];
    for (k, value) in table.iter_mut().enumerate().skip(2) {
        product = product.times(Precise::from(k as f64));
        *value = product.ln().nearest();
    }
    table
});

/// The logarithm of a factorial: by Stirling's series where it is not in the table.
fn ln_factorial(k: i64) -> f64 {
    if let Some(value) = LN_FACTORIALS.get(k as usize) {
        return *value;
    }
    let k = k as f64;
    (k + 0.5) * k.ln() - k + (HALF_LN_TWO_PI + (1.0 / k) * (1.0 / 12.0 - 1.0 / (360.0 * k * k)))
}

/// One draw after the other; of the rest if that is smaller.
fn by_draws<S: Source>(source: &mut S, good: i64, bad: i64, sample: i64) -> i64 {
    let total = good + bad;
    let rest = sample > total / 2;
    let mut draws = if rest { total - sample } else { sample };
    let (mut left, mut left_good) = (total, good);
    while draws > 0 && left_good > 0 && left > left_good {
        left -= 1;
        if (masked_up_to(source, left as u64) as i64) < left_good {
            left_good -= 1;
        }
        draws -= 1;
    }
    if left == left_good {
        left_good -= draws;
    }
    if rest { left_good } else { good - left_good }
}

/// Algorithm HRUA of E. Stadlober ("Sampling from Poisson, Binomial and Hypergeometric Distributions:
/// Ratio of Uniforms as a Simple and Fast Alternative", 1989).
fn by_ratio<S: Source>(source: &mut S, good: i64, bad: i64, sample: i64) -> i64 {
    let total = good + bad;
    let draws = sample.min(total - sample);
    let (fewer, more) = (good.min(bad), good.max(bad));
    let (p, q) = (fewer as f64 / total as f64, more as f64 / total as f64);
    let a = draws as f64 * p + 0.5;
    let variance = (total - draws) as f64 * draws as f64 * p * q / (total - 1) as f64;
    let c = (variance + 0.5).sqrt();
    let h = D1 * c + D2;
    let mode = ((draws + 1) as f64 * (fewer + 1) as f64 / (total + 2) as f64).floor() as i64;
    let ways = |k: i64| {
        ln_factorial(k)
            + ln_factorial(fewer - k)
            + ln_factorial(draws - k)
            + ln_factorial(more - draws + k)
    };
    let g = ways(mode);
    let end = ((draws.min(fewer) + 1) as f64).min((a + 16.0 * c).floor());
    let k = loop {
        let u = source.next_f64();
        let v = source.next_f64();
        let x = a + h * (v - 0.5) / u;
        if x < 0.0 || x >= end {
            continue;
        }
        let k = x.floor() as i64;
        let t = g - ways(k);
        if u * (4.0 - u) - 3.0 <= t {
            break k;
        }
        if u * (u - t) >= 1.0 {
            continue;
        }
        if 2.0 * u.ln() <= t {
            break k;
        }
    };
    let k = if good > bad { draws - k } else { k };
    if draws < sample { good - k } else { k }
}

/// How many of a sample are good.
fn hypergeometric<S: Source>(source: &mut S, good: i64, bad: i64, sample: i64) -> i64 {
    if sample >= 10 && sample <= good + bad - 10 {
        by_ratio(source, good, bad, sample)
    } else {
        by_draws(source, good, bad, sample)
    }
}

impl Draw for Hypergeometric {
    type Value = i64;

    fn check(&self) -> Result<()> {
        let Hypergeometric { ngood, nbad, nsample } = *self;
        for (name, value) in [("ngood", ngood), ("nbad", nbad)] {
            if value >= MOST {
                return disagreement(name, value as f64, format!("it must be below {MOST}"));
            }
        }
        if nsample > ngood + nbad {
            let remedy = format!("it must be at most ngood + nbad, which is {}", ngood + nbad);
            return disagreement("nsample", nsample as f64, remedy);
        }
        Ok(())
    }

    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        hypergeometric(source, self.ngood, self.nbad, self.nsample)
    }
}

/// How samples of several colours are drawn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// Things are drawn one by one, from as many as there are.
    Count,
    /// One colour after the other is drawn, against all that come behind it.
    Marginals,
}

impl Generator {
    /// How many of each colour are in a sample without replacement; a row of `out` is a sample.
    ///
    /// # Errors
    /// A number is negative, there are fewer things than a sample has, or too many.
    ///
    /// # Panics
    /// If `out` is not made of whole rows.
    pub fn multivariate_hypergeometric(
        &mut self,
        colors: &[i64],
        sample: i64,
        way: Way,
        out: &mut [i64],
    ) -> Result<()> {
        let total = checked_total(colors, sample, way)?;
        if colors.is_empty() {
            return Ok(());
        }
        assert_eq!(out.len() % colors.len(), 0, "whole rows");
        out.fill(0);
        let rest = sample > total / 2;
        let draws = if rest { total - sample } else { sample };
        if draws > 0 {
            match way {
                Way::Count => self.count_colors(colors, draws, out),
                Way::Marginals => self.draw_colors(colors, total, draws, out),
            }
        }
        if rest {
            for (value, color) in out.iter_mut().zip(colors.iter().cycle()) {
                *value = color - *value;
            }
        }
        Ok(())
    }

    fn count_colors(&mut self, colors: &[i64], draws: i64, out: &mut [i64]) {
        let mut things: Vec<usize> = Vec::new();
        for (color, &count) in colors.iter().enumerate() {
            things.extend(std::iter::repeat_n(color, count as usize));
        }
        let last = things.len() - 1;
        for row in out.chunks_exact_mut(colors.len()) {
            for i in 0..draws as usize {
                let k = i + masked_up_to(&mut self.bits, (last - i) as u64) as usize;
                things.swap(i, k);
            }
            things[..draws as usize].iter().for_each(|&color| row[color] += 1);
        }
    }

    fn draw_colors(&mut self, colors: &[i64], total: i64, draws: i64, out: &mut [i64]) {
        let last = colors.len() - 1;
        for row in out.chunks_exact_mut(colors.len()) {
            let (mut left, mut behind) = (draws, total);
            for (value, &color) in row[..last].iter_mut().zip(colors) {
                if left <= 0 {
                    break;
                }
                behind -= color;
                *value = hypergeometric(&mut self.bits, color, behind, left);
                left -= *value;
            }
            if left > 0 {
                row[last] = left;
            }
        }
    }
}

/// How many things there are, if a sample can be drawn from them.
fn checked_total(colors: &[i64], sample: i64, way: Way) -> Result<i64> {
    if let Some(wrong) = colors.iter().find(|color| **color < 0) {
        return Err(Invalid::new("one of colors", wrong, "it must be 0 or a positive number"));
    }
    if sample < 0 {
        return Err(Invalid::new("nsample", sample, "it must be 0 or a positive number"));
    }
    let total = colors.iter().try_fold(0_i64, |sum, color| sum.checked_add(*color));
    let total = total.filter(|&total| way == Way::Count || total < MOST).ok_or_else(|| {
        Invalid::new("the sum of colors", "too large", format!("it must be below {MOST}"))
    })?;
    if sample > total {
        let remedy = format!("it must be at most the sum of colors, which is {total}");
        return Err(Invalid::new("nsample", sample, remedy));
    }
    Ok(total)
}
