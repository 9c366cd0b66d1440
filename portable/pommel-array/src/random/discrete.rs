//! How the discrete distributions draw. The steps, and the order of the operations in each, are
//! NumPy's, since which number comes out depends on their last bits.

use super::continuous::standard_gamma_f64;
use super::distributions::*;
use super::parameter::{POISSON_MOST, Result};
use super::pcg::Source;
use super::ziggurat::Real;

/// The coefficients of Stirling's series, as NumPy rounds them: Bernoulli numbers 2, 4 ... 20 over
/// `2k (2k - 1)`.
const STIRLING: [f64; 10] = [
    8.333333333333333e-02,
    -2.777777777777778e-03,
    7.936507936507937e-04,
    -5.952380952380952e-04,
    8.417508417508418e-04,
    -1.917526917526918e-03,
    6.41025641025641e-03,
    -2.955065359477124e-02,
    1.796443723688307e-01,
    -1.39243221690590e+00,
];

/// `ln 2 pi`.
const LN_TWO_PI: f64 = 1.8378770664093453;

/// The logarithm of the gamma function (S. Zhang and J. Jin, "Computation of Special Functions",
/// 1996): Stirling's series for numbers from 7 on, to which smaller ones are raised.
pub(super) fn ln_gamma(x: f64) -> f64 {
    if x == 1.0 || x == 2.0 {
        return 0.0;
    }
    let raised = if x < 7.0 { (7.0 - x) as i64 } else { 0 };
    let mut at = x + raised as f64;
    let square = (1.0 / at) * (1.0 / at);
    let series = STIRLING.iter().rev().copied().reduce(|sum, term| sum * square + term);
    let mut value = series.unwrap_or(0.0) / at + 0.5 * LN_TWO_PI + (at - 0.5) * at.ln() - at;
    for _ in 0..raised {
        value -= (at - 1.0).ln();
        at -= 1.0;
    }
    value
}

/// How Poisson numbers of a mean are drawn, with what depends on the mean alone.
#[derive(Clone, Copy)]
enum PoissonWay {
    /// The mean is 0.
    Zero,
    /// Numbers are multiplied until the product is this small; for small means.
    Products(f64),
    /// Numbers are tried; for others.
    Rejection(Hormann),
}

impl PoissonWay {
    #[inline(always)]
    fn new(lam: f64) -> PoissonWay {
        if lam >= 10.0 {
            PoissonWay::Rejection(Hormann::new(lam))
        } else if lam == 0.0 {
            PoissonWay::Zero
        } else {
            PoissonWay::Products((-lam).exp())
        }
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        match self {
            PoissonWay::Zero => 0,
            PoissonWay::Products(end) => {
                let (mut count, mut product) = (0, 1.0);
                loop {
                    product *= source.next_f64();
                    if product <= *end {
                        return count;
                    }
                    count += 1;
                }
            }
            PoissonWay::Rejection(way) => way.draw(source),
        }
    }
}

/// W. Hörmann's transformed rejection, "The Transformed Rejection Method for Generating Poisson
/// Random Variables" (1993).
#[derive(Clone, Copy)]
struct Hormann {
    lam: f64,
    ln_lam: f64,
    a: f64,
    b: f64,
    ln_inverse_alpha: f64,
    vr: f64,
}

impl Hormann {
    #[inline(always)]
    fn new(lam: f64) -> Hormann {
        let b = 0.931 + 2.53 * lam.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse_alpha: f64 = 1.1239 + 1.1328 / (b - 3.4);
        let vr = 0.9277 - 3.6224 / (b - 2.0);
        Hormann { lam, ln_lam: lam.ln(), a, b, ln_inverse_alpha: inverse_alpha.ln(), vr }
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        let &Hormann { lam, ln_lam, a, b, ln_inverse_alpha, vr } = self;
        loop {
            let u = source.next_f64() - 0.5;
            let v = source.next_f64();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + lam + 0.43).floor() as i64;
            if us >= 0.07 && v <= vr {
                return k;
            }
            if k < 0 || (us < 0.013 && v > us) {
                continue;
            }
            let found = v.ln() + ln_inverse_alpha - (a / (us * us) + b).ln();
            if found <= -lam + k as f64 * ln_lam - ln_gamma(k as f64 + 1.0) {
                return k;
            }
        }
    }
}

/// A Poisson number.
pub fn poisson<S: Source>(source: &mut S, lam: f64) -> i64 {
    PoissonWay::new(lam).draw(source)
}

/// Subtracts probabilities until nothing is left; for few expected successes.
#[derive(Clone, Copy)]
struct Inversion {
    n: i64,
    /// Chances of success, at most 1/2, and of failure.
    p: f64,
    q: f64,
    /// The probability of no success.
    none: f64,
    /// What is not reached but by rounding.
    bound: i64,
}

impl Inversion {
    #[inline(always)]
    fn new(n: i64, p: f64) -> Inversion {
        let q = 1.0 - p;
        let mean = n as f64 * p;
        let bound = (n as f64).min(mean + 10.0 * (mean * q + 1.0).sqrt()) as i64;
        Inversion { n, p, q, none: (n as f64 * (-p).ln_1p()).exp(), bound }
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        let &Inversion { n, p, q, none, bound } = self;
        let (mut x, mut px) = (0, none);
        let mut u = source.next_f64();
        while u > px {
            x += 1;
            if x > bound {
                (x, px) = (0, none);
                u = source.next_f64();
            } else {
                u -= px;
                px = ((n - x + 1) as f64 * p * px) / (x as f64 * q);
            }
        }
        x
    }
}

/// Algorithm BTPE of V. Kachitvichyanukul and B. Schmeiser, "Binomial Random Variate Generation"
/// (1988): a triangle, two parallelograms and two exponential tails over the probabilities.
#[derive(Clone, Copy)]
struct Btpe {
    n: i64,
    /// Chances of success, at most 1/2, and of failure.
    r: f64,
    q: f64,
    /// The most likely number.
    m: i64,
    /// The middle, left end and right end of the triangle.
    xm: f64,
    xl: f64,
    xr: f64,
    c: f64,
    /// How fast the tails fall.
    left: f64,
    right: f64,
    /// The areas of the parts, each with those before it.
    areas: [f64; 4],
}

impl Btpe {
    #[inline(always)]
    fn new(n: i64, p: f64) -> Btpe {
        let r = p.min(1.0 - p);
        let q = 1.0 - r;
        let fm = n as f64 * r + r;
        let m = fm.floor() as i64;
        let triangle = (2.195 * (n as f64 * r * q).sqrt() - 4.6 * q).floor() + 0.5;
        let xm = m as f64 + 0.5;
        let (xl, xr) = (xm - triangle, xm + triangle);
        let c = 0.134 + 20.5 / (15.3 + m as f64);
        let a = (fm - xl) / (fm - xl * r);
        let left = a * (1.0 + a / 2.0);
        let a = (xr - fm) / (xr * q);
        let right = a * (1.0 + a / 2.0);
        let parallelograms = triangle * (1.0 + 2.0 * c);
        let with_left = parallelograms + c / left;
        let areas = [triangle, parallelograms, with_left, with_left + c / right];
        Btpe { n, r, q, m, xm, xl, xr, c, left, right, areas }
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        let [triangle, parallelograms, with_left, all] = self.areas;
        loop {
            let u = source.next_f64() * all;
            let v = source.next_f64();
            if u <= triangle {
                return (self.xm - triangle * v + u).floor() as i64;
            }
            let (y, v) = if u <= parallelograms {
                let x = self.xl + (u - triangle) / self.c;
                let v = v * self.c + 1.0 - (self.m as f64 - x + 0.5).abs() / triangle;
                if v > 1.0 {
                    continue;
                }
                (x.floor() as i64, v)
            } else if u <= with_left {
                let y = (self.xl + v.ln() / self.left).floor() as i64;
                if y < 0 || v == 0.0 {
                    continue;
                }
                (y, v * (u - parallelograms) * self.left)
            } else {
                let y = (self.xr - v.ln() / self.right).floor() as i64;
                if y > self.n || v == 0.0 {
                    continue;
                }
                (y, v * (u - with_left) * self.right)
            };
            if self.accepts(y, v) {
                return y;
            }
        }
    }

    /// Whether a height is below the probability of a number, as a share of the largest one.
    fn accepts(&self, y: i64, v: f64) -> bool {
        let &Btpe { n, r, q, m, .. } = self;
        let nrq = n as f64 * r * q;
        let k = (y - m).abs();
        if k <= 20 || k as f64 >= nrq / 2.0 - 1.0 {
            return v <= self.share_by_products(y);
        }
        // A squeeze from both sides, that nearly always does.
        let far = k as f64;
        let rho =
            (far / nrq) * ((far * (far / 3.0 + 0.625) + 0.166_666_666_666_666_66) / nrq + 0.5);
        let t = k.wrapping_mul(k).wrapping_neg() as f64 / (2.0 * nrq);
        let a = v.ln();
        if a < t - rho {
            return true;
        }
        a <= t + rho && a <= self.ln_share(y)
    }

    /// The share, as a product of the ratios of neighbours.
    fn share_by_products(&self, y: i64) -> f64 {
        let s = self.r / self.q;
        let a = s * self.n.saturating_add(1) as f64;
        let mut share = 1.0;
        for i in self.m + 1..=y {
            share *= a / i as f64 - s;
        }
        for i in y + 1..=self.m {
            share /= a / i as f64 - s;
        }
        share
    }

    /// The logarithm of the share, by Stirling's series.
    fn ln_share(&self, y: i64) -> f64 {
        let &Btpe { n, r, q, m, xm, .. } = self;
        let (nf, mf, yf) = (n as f64, m as f64, y as f64);
        let x1 = yf + 1.0;
        let f1 = mf + 1.0;
        let z = nf + 1.0 - mf;
        let w = nf - yf + 1.0;
        let tail = |x: f64| {
            let x2 = x * x;
            (13860.0 - (462.0 - (132.0 - (99.0 - 140.0 / x2) / x2) / x2) / x2) / x / 166_320.0
        };
        xm * (f1 / x1).ln()
            + ((n - m) as f64 + 0.5) * (z / w).ln()
            + (y - m) as f64 * (w * r / (x1 * q)).ln()
            + tail(f1)
            + tail(z)
            - tail(x1)
            - tail(w)
    }
}

/// How binomial numbers are drawn, with what depends on the parameters alone.
#[derive(Clone, Copy)]
enum BinomialWay {
    /// No success is possible.
    Zero,
    /// For few expected successes.
    Inversion(Inversion),
    /// For many.
    Btpe(Btpe),
}

impl BinomialWay {
    /// For a chance of success of at most 1/2.
    #[inline(always)]
    fn new(n: i64, p: f64) -> BinomialWay {
        if n == 0 || p == 0.0 {
            BinomialWay::Zero
        } else if p * n as f64 <= 30.0 {
            BinomialWay::Inversion(Inversion::new(n, p))
        } else {
            BinomialWay::Btpe(Btpe::new(n, p))
        }
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        match self {
            BinomialWay::Zero => 0,
            BinomialWay::Inversion(way) => way.draw(source),
            BinomialWay::Btpe(way) => way.draw(source),
        }
    }
}

/// A. Kemp's method (1981).
fn logseries<S: Source>(source: &mut S, p: f64) -> i64 {
    let r = (-p).ln_1p();
    loop {
        let v = source.next_f64();
        if v >= p {
            return 1;
        }
        let u = source.next_f64();
        let q = -(r * u).exp_m1();
        if v <= q * q {
            let result = (1.0 + v.ln() / q.ln()).floor() as i64;
            if result >= 1 && v != 0.0 {
                return result;
            }
            continue;
        }
        return if v >= q { 1 } else { 2 };
    }
}

/// L. Devroye's method ("Non-Uniform Random Variate Generation", 1986), cut off at the largest
/// `i64`.
fn zipf<S: Source>(source: &mut S, a: f64) -> i64 {
    if a >= 1025.0 {
        // 2 to this power is no number, and every number but 1 is less likely than one in 1e308.
        return 1;
    }
    let am1 = a - 1.0;
    let b = 2.0_f64.powf(am1);
    let most = i64::MAX as f64;
    let least = most.powf(-am1);
    loop {
        let u = source.next_f64();
        let u = u * least + (1.0 - u);
        let v = source.next_f64();
        let x = u.powf(-1.0 / am1).floor();
        if !(1.0..=most).contains(&x) {
            continue;
        }
        let t = (1.0 + 1.0 / x).powf(am1);
        if v * x * (t - 1.0) / (b - 1.0) <= t / b {
            return x as i64;
        }
    }
}

fn geometric<S: Source>(source: &mut S, p: f64) -> i64 {
    if p < 1.0 / 3.0 {
        // What is above the largest `i64` is that.
        return (-f64::exponential(source) / (-p).ln_1p()).ceil() as i64;
    }
    let (mut x, mut sum, mut product) = (1, p, p);
    let u = source.next_f64();
    while u > sum {
        product *= 1.0 - p;
        sum += product;
        x += 1;
    }
    x
}

macro_rules! impl_draw {
    ($($name:ident |$this:ident, $source:ident| $draw:expr;)*) => {
        $(impl Draw for $name {
            type Value = i64;

            #[inline(always)]
            fn draw<S: Source>(&self, $source: &mut S) -> i64 {
                let $this = self;
                $draw
            }
        })*
    };
}

impl_draw! {
    Geometric |d, source| geometric(source, d.p);
    Logseries |d, source| logseries(source, d.p);
    Zipf |d, source| zipf(source, d.a);
}

impl Draw for Poisson {
    type Value = i64;

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        poisson(source, self.lam)
    }

    #[inline(always)]
    fn fill<S: Source>(&self, source: &mut S, out: &mut [i64]) {
        let way = PoissonWay::new(self.lam);
        out.iter_mut().for_each(|value| *value = way.draw(source));
    }
}

impl Draw for Binomial {
    type Value = i64;

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        let mut value = [0];
        Draw::fill(self, source, &mut value);
        value[0]
    }

    #[inline(always)]
    fn fill<S: Source>(&self, source: &mut S, out: &mut [i64]) {
        if self.p <= 0.5 {
            let way = BinomialWay::new(self.n, self.p);
            out.iter_mut().for_each(|value| *value = way.draw(source));
        } else {
            let way = BinomialWay::new(self.n, 1.0 - self.p);
            out.iter_mut().for_each(|value| *value = self.n - way.draw(source));
        }
    }
}

impl Draw for NegativeBinomial {
    type Value = i64;

    fn check(&self) -> Result<()> {
        if (1.0 - self.p) / self.p * (self.n + 10.0 * self.n.sqrt()) > POISSON_MOST {
            let remedy =
                format!("with p = {} it must be smaller, for numbers to fit 64 bits", self.p);
            return disagreement("n", self.n, remedy);
        }
        Ok(())
    }

    fn draw<S: Source>(&self, source: &mut S) -> i64 {
        let mean = (1.0 - self.p) / self.p * standard_gamma_f64(source, self.n);
        poisson(source, mean)
    }
}
