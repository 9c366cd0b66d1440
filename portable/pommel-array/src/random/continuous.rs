//! How the continuous distributions draw. The steps, and the order of the operations in each, are
//! NumPy's, since the last bit of a number depends on them.

use super::distributions::*;
use super::parameter::Result;
use super::pcg::Source;
use super::ziggurat::Real;
use std::f64::consts::PI;

/// Below this for both parameters, a beta number is 0 or 1 but for one in 1e100.
const BETA_TINY: f64 = 3e-103;

#[inline(always)]
fn normal<S: Source>(source: &mut S) -> f64 {
    f64::normal(source)
}

#[inline(always)]
fn exponential<S: Source>(source: &mut S) -> f64 {
    f64::exponential(source)
}

macro_rules! define_standard_gamma {
    ($name:ident $real:ident $next:ident) => {
        /// A gamma number of scale 1: for shapes above 1 by G. Marsaglia and W. Tsang ("A Simple
        /// Method for Generating Gamma Variables", 2000), below by J. Ahrens and U. Dieter (1974).
        #[inline(always)]
        pub fn $name<S: Source>(source: &mut S, shape: $real) -> $real {
            if shape == 1.0 {
                return $real::exponential(source);
            }
            if shape == 0.0 || shape.is_nan() {
                // No place would ever be accepted where there is no shape.
                return shape;
            }
            if shape < 1.0 {
                loop {
                    let u = source.$next();
                    let v = $real::exponential(source);
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
                    let x = $real::normal(source);
                    let v = 1.0 + c * x;
                    if v > 0.0 {
                        break (x, v);
                    }
                };
                let v = v * v * v;
                let u = source.$next();
                if u < 1.0 - 0.0331 * (x * x) * (x * x) {
                    return b * v;
                }
                if u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
                    return b * v;
                }
            }
        }
    };
}
define_standard_gamma!(standard_gamma_f64 f64 next_f64);
define_standard_gamma!(standard_gamma_f32 f32 next_f32);

#[inline(always)]
fn chisquare<S: Source>(source: &mut S, df: f64) -> f64 {
    2.0 * standard_gamma_f64(source, df / 2.0)
}

fn noncentral_chisquare<S: Source>(source: &mut S, df: f64, nonc: f64) -> f64 {
    if nonc.is_nan() {
        return f64::NAN;
    }
    if nonc == 0.0 {
        return chisquare(source, df);
    }
    if df > 1.0 {
        let square = chisquare(source, df - 1.0);
        let n = normal(source) + nonc.sqrt();
        return square + n * n;
    }
    let i = super::discrete::poisson(source, nonc / 2.0);
    chisquare(source, df + (2 * i) as f64)
}

/// M. Jöhnk's method (1964), with logarithms where powers vanish.
fn beta_of_powers<S: Source>(source: &mut S, a: f64, b: f64) -> f64 {
    loop {
        let (u, v) = (source.next_f64(), source.next_f64());
        let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
        let sum = x + y;
        if sum > 1.0 || u + v <= 0.0 {
            continue;
        }
        if x > 0.0 && y > 0.0 {
            return x / sum;
        }
        let delta = u.ln() / a - v.ln() / b;
        return if delta > 0.0 {
            (-(-delta).exp().ln_1p()).exp()
        } else {
            (delta - delta.exp().ln_1p()).exp()
        };
    }
}

/// The parameter of the distribution that envelops von Mises's.
///
/// For small `kappa` by its first terms, since `rho` is lost in rounding there.
pub(super) fn vonmises_s(kappa: f64) -> f64 {
    if kappa < 1e-5 {
        return 1.0 / kappa + kappa;
    }
    let r = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
    let rho = (r - (2.0 * r).sqrt()) / (2.0 * kappa);
    (1.0 + rho * rho) / (2.0 * rho)
}

/// D. Best and N. Fisher's method (1979).
fn vonmises<S: Source>(source: &mut S, mu: f64, kappa: f64) -> f64 {
    if kappa.is_nan() {
        return f64::NAN;
    }
    if kappa < 1e-8 {
        return PI * (2.0 * source.next_f64() - 1.0);
    }
    if kappa > 1e6 {
        // So narrow that it is a normal distribution around the circle.
        let mut angle = mu + (1.0 / kappa).sqrt() * normal(source);
        if angle < -PI {
            angle += 2.0 * PI;
        }
        if angle > PI {
            angle -= 2.0 * PI;
        }
        return angle;
    }
    let s = vonmises_s(kappa);
    let w = loop {
        let z = (PI * source.next_f64()).cos();
        let w = (1.0 + s * z) / (s + z);
        let y = kappa * (s - w);
        let v = source.next_f64();
        if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
            break w;
        }
    };
    let u = source.next_f64();
    let angle = if u < 0.5 { -w.acos() } else { w.acos() } + mu;
    let size = (angle.abs() + PI) % (2.0 * PI) - PI;
    if angle < 0.0 { -size } else { size }
}

/// J. Michael, W. Schucany and R. Haas's method (1976).
fn wald<S: Source>(source: &mut S, mean: f64, scale: f64) -> f64 {
    let y = normal(source);
    let y = mean * y * y;
    let d = 1.0 + (1.0 + 4.0 * scale / y).sqrt();
    let x = mean * (1.0 - 2.0 / d);
    if source.next_f64() <= mean / (mean + x) { x } else { mean * mean / x }
}

macro_rules! impl_draw {
    ($($name:ident |$this:ident, $source:ident| $draw:expr;)*) => {
        $(impl Draw for $name {
            type Value = f64;

            #[inline(always)]
            fn draw<S: Source>(&self, $source: &mut S) -> f64 {
                let $this = self;
                $draw
            }
        })*
    };
}

impl_draw! {
    Beta |d, source| {
        if d.a <= 1.0 && d.b <= 1.0 {
            if d.a < BETA_TINY && d.b < BETA_TINY {
                return f64::from(u8::from((d.a + d.b) * source.next_f64() < d.a));
            }
            return beta_of_powers(source, d.a, d.b);
        }
        let a = standard_gamma_f64(source, d.a);
        let b = standard_gamma_f64(source, d.b);
        a / (a + b)
    };
    Chisquare |d, source| chisquare(source, d.df);
    Exponential |d, source| d.scale * exponential(source);
    F |d, source| {
        let above = chisquare(source, d.dfnum) * d.dfden;
        above / (chisquare(source, d.dfden) * d.dfnum)
    };
    Gamma |d, source| d.scale * standard_gamma_f64(source, d.shape);
    Gumbel |d, source| loop {
        let u = 1.0 - source.next_f64();
        if u < 1.0 {
            return d.loc - d.scale * (-u.ln()).ln();
        }
    };
    Laplace |d, source| loop {
        let u = source.next_f64();
        if u >= 0.5 {
            return d.loc - d.scale * (2.0 - u - u).ln();
        }
        if u > 0.0 {
            return d.loc + d.scale * (u + u).ln();
        }
    };
    Logistic |d, source| loop {
        let u = source.next_f64();
        if u > 0.0 {
            return d.loc + d.scale * (u / (1.0 - u)).ln();
        }
    };
    Lognormal |d, source| (d.mean + d.sigma * normal(source)).exp();
    NoncentralChisquare |d, source| noncentral_chisquare(source, d.df, d.nonc);
    NoncentralF |d, source| {
        let above = noncentral_chisquare(source, d.dfnum, d.nonc) * d.dfden;
        above / (chisquare(source, d.dfden) * d.dfnum)
    };
    Normal |d, source| d.loc + d.scale * normal(source);
    Pareto |d, source| (exponential(source) / d.a).exp_m1();
    Power |d, source| (-(-exponential(source)).exp_m1()).powf(1.0 / d.a);
    Rayleigh |d, source| d.scale * (2.0 * exponential(source)).sqrt();
    StandardCauchy |_d, source| {
        let above = normal(source);
        above / normal(source)
    };
    StandardT |d, source| {
        let above = normal(source);
        let below = standard_gamma_f64(source, d.df / 2.0);
        (d.df / 2.0).sqrt() * above / below.sqrt()
    };
    Vonmises |d, source| vonmises(source, d.mu, d.kappa);
    Wald |d, source| wald(source, d.mean, d.scale);
    Weibull |d, source| {
        if d.a == 0.0 { 0.0 } else { exponential(source).powf(1.0 / d.a) }
    };
}

impl Draw for Uniform {
    type Value = f64;

    fn check(&self) -> Result<()> {
        let range = self.high - self.low;
        if !range.is_finite() {
            let remedy = format!(
                "high - low must be a finite number, and low is {}: use bounds nearer to each other",
                self.low
            );
            return disagreement("high", self.high, remedy);
        }
        if range < 0.0 {
            let remedy = format!("it must be at least low, which is {}", self.low);
            return disagreement("high", self.high, remedy);
        }
        Ok(())
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> f64 {
        self.low + (self.high - self.low) * source.next_f64()
    }
}

impl Draw for Triangular {
    type Value = f64;

    fn check(&self) -> Result<()> {
        let Triangular { left, mode, right } = *self;
        if left > mode {
            return disagreement("left", left, format!("it must be at most mode, which is {mode}"));
        }
        if mode > right {
            return disagreement(
                "mode",
                mode,
                format!("it must be at most right, which is {right}"),
            );
        }
        if left == right {
            return disagreement("right", right, "it must be above left, and is the same".into());
        }
        Ok(())
    }

    #[inline(always)]
    fn draw<S: Source>(&self, source: &mut S) -> f64 {
        let Triangular { left, mode, right } = *self;
        let base = right - left;
        let u = source.next_f64();
        if u <= (mode - left) / base {
            left + (u * ((mode - left) * base)).sqrt()
        } else {
            right - ((1.0 - u) * ((right - mode) * base)).sqrt()
        }
    }
}
