//! How NumPy's older functions draw, those of `RandomState`: normal numbers in pairs, and exponential
//! and other ones by logarithms. Their streams never change, so that they are kept step by step.

use super::Generator;
use super::bits::Bits;
use super::discrete::{ln_gamma, poisson};
use super::distributions::*;
use super::hypergeometric::{D1, D2};
use super::parameter::{Invalid, Result};
use super::pcg::Source;
use std::f64::consts::PI;

/// What is drawn from, with the second normal number of a pair, which waits for its turn.
#[derive(Debug)]
pub struct Legacy<'a> {
    bits: &'a mut Bits,
    waiting: &'a mut Option<f64>,
}

impl Generator {
    /// The generator as the older functions draw from it.
    pub fn legacy<'a>(&'a mut self, waiting: &'a mut Option<f64>) -> Legacy<'a> {
        Legacy { bits: &mut self.bits, waiting }
    }
}

/// How a distribution is drawn by the older functions: as by the newer ones unless said otherwise.
pub(super) trait LegacyDraw: Draw {
    fn draw(&self, legacy: &mut Legacy<'_>) -> Self::Value {
        Draw::draw(self, legacy.bits)
    }
}

impl Legacy<'_> {
    /// Numbers of a distribution.
    pub fn fill<D: Distribution>(&mut self, distribution: &D, out: &mut [D::Value]) {
        out.iter_mut().for_each(|value| *value = distribution.draw_legacy(self));
    }

    /// Fractions that sum to 1, a row of them after the other.
    ///
    /// # Errors
    /// One of `alpha` is not positive.
    ///
    /// # Panics
    /// If `out` is not made of whole rows.
    pub fn dirichlet(&mut self, alpha: &[f64], out: &mut [f64]) -> Result<()> {
        if let Some(wrong) = alpha.iter().find(|alpha| **alpha <= 0.0) {
            return Err(Invalid::new("one of alpha", wrong, "it must be a positive number"));
        }
        if alpha.is_empty() {
            return Ok(());
        }
        assert_eq!(out.len() % alpha.len(), 0, "whole rows");
        for row in out.chunks_exact_mut(alpha.len()) {
            let mut sum = 0.0;
            for (value, alpha) in row.iter_mut().zip(alpha) {
                *value = self.standard_gamma(*alpha);
                sum += *value;
            }
            let scale = 1.0 / sum;
            row.iter_mut().for_each(|value| *value *= scale);
        }
        Ok(())
    }

    fn unit(&mut self) -> f64 {
        self.bits.next_f64()
    }

    /// A normal number by G. Marsaglia's polar method (1964).
    fn normal(&mut self) -> f64 {
        if let Some(value) = self.waiting.take() {
            return value;
        }
        loop {
            let x = 2.0 * self.unit() - 1.0;
            let y = 2.0 * self.unit() - 1.0;
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                *self.waiting = Some(factor * x);
                return factor * y;
            }
        }
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// As the newer one, from other normal and exponential numbers.
    fn standard_gamma(&mut self, shape: f64) -> f64 {
        if shape == 1.0 {
            return self.exponential();
        }
        if shape == 0.0 || shape.is_nan() {
            return shape;
        }
        if shape < 1.0 {
            loop {
                let u = self.unit();
                let v = self.exponential();
                if u <= 1.0 - shape {
                    let x = u.powf(1.0 / shape);
                    if x <= v {
                        return x;
                    }
                } else {
                    let y = -((1.0 - u) / shape).ln();
                    let x = (1.0 - shape + shape * y).powf(1.0 / shape);
                    if x <= v + y {
                        return x;
                    }
                }
            }
        }
        let b = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * b).sqrt();
        loop {
            let (x, v) = loop {
                let x = self.normal();
                let v = 1.0 + c * x;
                if v > 0.0 {
                    break (x, v);
                }
            };
            let v = v * v * v;
            let u = self.unit();
            if u < 1.0 - 0.0331 * (x * x) * (x * x) {
                return b * v;
            }
            if u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
                return b * v;
            }
        }
    }

    fn chisquare(&mut self, df: f64) -> f64 {
        2.0 * self.standard_gamma(df / 2.0)
    }

    fn noncentral_chisquare(&mut self, df: f64, nonc: f64) -> f64 {
        if nonc.is_nan() {
            return f64::NAN;
        }
        if nonc == 0.0 {
            return self.chisquare(df);
        }
        if df > 1.0 {
            let square = self.chisquare(df - 1.0);
            let n = self.normal() + nonc.sqrt();
            return square + n * n;
        }
        let i = poisson(self.bits, nonc / 2.0);
        self.chisquare(df + (2 * i) as f64)
    }

    fn beta(&mut self, a: f64, b: f64) -> f64 {
        if a > 1.0 || b > 1.0 {
            let a = self.standard_gamma(a);
            let b = self.standard_gamma(b);
            return a / (a + b);
        }
        loop {
            let (u, v) = (self.unit(), self.unit());
            let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
            let sum = x + y;
            if sum > 1.0 || u + v <= 0.0 {
                continue;
            }
            if sum > 0.0 {
                return x / sum;
            }
            let (x, y) = (u.ln() / a, v.ln() / b);
            let larger = x.max(y);
            let (x, y) = (x - larger, y - larger);
            return (x - (x.exp() + y.exp()).ln()).exp();
        }
    }

    fn wald(&mut self, mean: f64, scale: f64) -> f64 {
        let ratio = mean / (2.0 * scale);
        let y = self.normal();
        let y = mean * y * y;
        let x = mean + ratio * (y - (4.0 * scale * y + y * y).sqrt());
        if self.unit() <= mean / (mean + x) { x } else { mean * mean / x }
    }

    fn zipf(&mut self, a: f64) -> i64 {
        let am1 = a - 1.0;
        let b = 2.0_f64.powf(am1);
        loop {
            let u = 1.0 - self.unit();
            let v = self.unit();
            let x = u.powf(-1.0 / am1).floor();
            if !(1.0..=i64::MAX as f64).contains(&x) {
                continue;
            }
            let t = (1.0 + 1.0 / x).powf(am1);
            if v * x * (t - 1.0) / (b - 1.0) <= t / b {
                return x as i64;
            }
        }
    }

    fn geometric(&mut self, p: f64) -> i64 {
        if p < 1.0 / 3.0 {
            return ((-self.unit()).ln_1p() / (1.0 - p).ln()).ceil() as i64;
        }
        let (mut x, mut sum, mut product) = (1, p, p);
        let u = self.unit();
        while u > sum {
            product *= 1.0 - p;
            sum += product;
            x += 1;
        }
        x
    }

    /// Subtracts chances of the smaller kind, draw by draw.
    fn few_of_a_population(&mut self, good: i64, bad: i64, sample: i64) -> i64 {
        let rest = (bad + good - sample) as f64;
        let fewer = good.min(bad) as f64;
        let (mut y, mut k) = (fewer, sample);
        while y > 0.0 {
            let u = self.unit();
            y -= (u + y / (rest + k as f64)).floor();
            k -= 1;
            if k == 0 {
                break;
            }
        }
        let found = (fewer - y) as i64;
        if good > bad { sample - found } else { found }
    }

    fn many_of_a_population(&mut self, good: i64, bad: i64, sample: i64) -> i64 {
        let total = good + bad;
        let (fewer, more) = (good.min(bad), good.max(bad));
        let m = sample.min(total - sample);
        let p = fewer as f64 / total as f64;
        let q = 1.0 - p;
        let middle = m as f64 * p + 0.5;
        let deviation =
            ((total - m) as f64 * sample as f64 * p * q / (total - 1) as f64 + 0.5).sqrt();
        let width = D1 * deviation + D2;
        let mode = ((m + 1) as f64 * (fewer + 1) as f64 / (total + 2) as f64).floor() as i64;
        let ways = |k: i64| {
            ln_gamma((k + 1) as f64)
                + ln_gamma((fewer - k + 1) as f64)
                + ln_gamma((m - k + 1) as f64)
                + ln_gamma((more - m + k + 1) as f64)
        };
        let most_ways = ways(mode);
        let end = (m.min(fewer) as f64 + 1.0).min((middle + 16.0 * deviation).floor());
        let k = loop {
            let x = self.unit();
            let y = self.unit();
            let w = middle + width * (y - 0.5) / x;
            if w < 0.0 || w >= end {
                continue;
            }
            let k = w.floor() as i64;
            let t = most_ways - ways(k);
            if x * (4.0 - x) - 3.0 <= t {
                break k;
            }
            if x * (x - t) >= 1.0 {
                continue;
            }
            if 2.0 * x.ln() <= t {
                break k;
            }
        };
        let k = if good > bad { m - k } else { k };
        if m < sample { good - k } else { k }
    }
}

macro_rules! impl_legacy {
    ($($name:ident |$this:ident, $legacy:ident| $draw:expr;)*) => {
        $(impl LegacyDraw for $name {
            fn draw(&self, $legacy: &mut Legacy<'_>) -> Self::Value {
                let $this = self;
                $draw
            }
        })*
    };
}

impl_legacy! {
    Beta |d, legacy| legacy.beta(d.a, d.b);
    Binomial |d, legacy| {
        if d.n == 0 || d.p == 0.0 || d.p == 1.0 {
            // What is certain takes a number all the same.
            legacy.unit();
        }
        Draw::draw(d, legacy.bits)
    };
    Chisquare |d, legacy| legacy.chisquare(d.df);
    Exponential |d, legacy| d.scale * legacy.exponential();
    F |d, legacy| {
        let above = legacy.chisquare(d.dfnum) * d.dfden;
        above / (legacy.chisquare(d.dfden) * d.dfnum)
    };
    Gamma |d, legacy| d.scale * legacy.standard_gamma(d.shape);
    Geometric |d, legacy| legacy.geometric(d.p);
    Hypergeometric |d, legacy| match d.nsample {
        0 => 0,
        1..=10 => legacy.few_of_a_population(d.ngood, d.nbad, d.nsample),
        _ => legacy.many_of_a_population(d.ngood, d.nbad, d.nsample),
    };
    Lognormal |d, legacy| (d.mean + d.sigma * legacy.normal()).exp();
    NegativeBinomial |d, legacy| {
        let mean = (1.0 - d.p) / d.p * legacy.standard_gamma(d.n);
        poisson(legacy.bits, mean)
    };
    NoncentralChisquare |d, legacy| legacy.noncentral_chisquare(d.df, d.nonc);
    NoncentralF |d, legacy| {
        let above = legacy.noncentral_chisquare(d.dfnum, d.nonc) * d.dfden;
        above / (legacy.chisquare(d.dfden) * d.dfnum)
    };
    Normal |d, legacy| d.loc + d.scale * legacy.normal();
    Pareto |d, legacy| (legacy.exponential() / d.a).exp() - 1.0;
    Power |d, legacy| (1.0 - (-legacy.exponential()).exp()).powf(1.0 / d.a);
    Rayleigh |d, legacy| d.scale * (-2.0 * (-legacy.unit()).ln_1p()).sqrt();
    StandardCauchy |_d, legacy| {
        let above = legacy.normal();
        above / legacy.normal()
    };
    StandardT |d, legacy| {
        let above = legacy.normal();
        let below = legacy.standard_gamma(d.df / 2.0);
        (d.df / 2.0).sqrt() * above / below.sqrt()
    };
    Vonmises |d, legacy| vonmises(legacy, d.mu, d.kappa);
    Wald |d, legacy| legacy.wald(d.mean, d.scale);
    Weibull |d, legacy| {
        if d.a == 0.0 { 0.0 } else { legacy.exponential().powf(1.0 / d.a) }
    };
    Zipf |d, legacy| legacy.zipf(d.a);
}

impl LegacyDraw for Gumbel {}
impl LegacyDraw for Laplace {}
impl LegacyDraw for Logistic {}
impl LegacyDraw for Logseries {}
impl LegacyDraw for Poisson {}
impl LegacyDraw for Triangular {}
impl LegacyDraw for Uniform {}

/// As the newer one, but that it never takes a normal distribution for it.
fn vonmises(legacy: &mut Legacy<'_>, mu: f64, kappa: f64) -> f64 {
    if kappa.is_nan() {
        return f64::NAN;
    }
    if kappa < 1e-8 {
        return PI * (2.0 * legacy.unit() - 1.0);
    }
    let s = super::continuous::vonmises_s(kappa);
    let w = loop {
        let z = (PI * legacy.unit()).cos();
        let w = (1.0 + s * z) / (s + z);
        let y = kappa * (s - w);
        let v = legacy.unit();
        if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
            break w;
        }
    };
    let u = legacy.unit();
    let angle = if u < 0.5 { -w.acos() } else { w.acos() } + mu;
    let size = (angle.abs() + PI) % (2.0 * PI) - PI;
    if angle < 0.0 { -size } else { size }
}
