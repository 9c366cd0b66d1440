//! Normal and exponential numbers by the ziggurat method (G. Marsaglia and W. Tsang, "The Ziggurat
//! Method for Generating Random Variables", 2000): the area under a density is cut into 256 layers
//! of one size; a random layer and a random place in it is nearly always under the density, which a
//! comparison of integers shows.
//!
//! Layer 0 is the lowest, with the tail, and layer 255 the one above it. Streams equal NumPy's if
//! every entry of the tables equals its, to the last bit, so they are computed as its were:
//!
//! * the normal ones in `f64`, each operation rounded, from `x[255] = 3.65415288536100879...` and the
//!   area `0.0049286732339746519`. The exponential function used then was off by one unit in the
//!   last place at `x[38]`, and so are we;
//! * the exponential ones exactly, from `x[255] = 7.69711747013104971...`, rounded once; those of
//!   single precision by way of nine decimal digits.
//!
//! `tests/golden/random` has sums over the tables that NumPy was built with.

use super::continuous::{standard_gamma_f32, standard_gamma_f64};
use super::pcg::{Quick, Source, Word, Words, unit_f32, unit_f64};
use super::precise::Precise;
use std::sync::LazyLock;

const LAYERS: usize = 256;

/// Where the tail of the normal density begins.
const NORMAL_R: f64 = 3.654_152_885_361_009;
/// `1 / NORMAL_R`, rounded as NumPy's is.
const NORMAL_INV_R: f64 = 0.273_661_237_329_758_3;
/// The area of each of its layers.
const NORMAL_AREA: f64 = 0.004_928_673_233_974_652;
/// Where the tail of the exponential density begins.
const EXPONENTIAL_R: Precise = Precise::new(7.697_117_470_131_05, -3.624_870_366_239_748_4e-16);

/// What a place in a layer is compared with and multiplied by: together, so that both come with one
/// line of the cache.
#[derive(Clone, Copy, Debug, Default)]
struct Layer<I, F> {
    /// Places below are under the density.
    sure: I,
    /// The width of a place.
    width: F,
}

/// The layers of a density.
#[derive(Debug)]
struct Table<I, F> {
    layers: [Layer<I, F>; LAYERS],
    /// The density at the layer's right end.
    density: [F; LAYERS],
}

/// The tables of a density in both precisions.
#[derive(Debug)]
struct Tables {
    double: Table<u64, f64>,
    single: Table<u32, f32>,
}

static NORMAL: LazyLock<Box<Tables>> = LazyLock::new(|| Box::new(normal_tables()));
static EXPONENTIAL: LazyLock<Box<Tables>> = LazyLock::new(|| Box::new(exponential_tables()));

fn exp(x: f64) -> f64 {
    Precise::from(x).exp().nearest()
}

fn normal_tables() -> Tables {
    let mut x = [0.0; LAYERS];
    let mut density = [1.0; LAYERS];
    x[255] = NORMAL_R;
    density[255] = exp(-0.5 * x[255] * x[255]);
    for i in (1..255).rev() {
        let above = density[i + 1] + NORMAL_AREA / x[i + 1];
        x[i] = (-2.0 * Precise::from(above).ln().nearest()).sqrt();
        density[i] = exp(-0.5 * x[i] * x[i]);
        if i == 38 {
            density[i] = density[i].next_up();
        }
    }
    let lowest = NORMAL_AREA / density[255];
    let width = |i: usize| if i == 0 { lowest } else { x[i] };
    let ratio = |i: usize| match i {
        0 => NORMAL_R * density[255] / NORMAL_AREA,
        1 => 0.0,
        _ => x[i - 1] / x[i],
    };
    let place = |i: usize, bits: i32| (ratio(i) * f64::powi(2.0, bits)).round_ties_even();
    let double = |i| Layer { sure: place(i, 52) as u64, width: width(i) * f64::powi(0.5, 52) };
    let single =
        |i| Layer { sure: place(i, 23) as u32, width: (width(i) * f64::powi(0.5, 23)) as f32 };
    Tables {
        double: Table { layers: std::array::from_fn(double), density },
        single: Table {
            layers: std::array::from_fn(single),
            density: density.map(|value| value as f32),
        },
    }
}

/// A number of nine decimal digits.
fn nine_digits(value: f64) -> f32 {
    format!("{value:.8e}").parse().unwrap_or(f32::NAN)
}

fn exponential_tables() -> Tables {
    let density = |x: Precise| x.negated().exp();
    let r = EXPONENTIAL_R;
    let area = r.plus(Precise::from(1.0)).times(density(r));
    let mut x = [r; LAYERS];
    for i in (1..255).rev() {
        x[i] = area.over(x[i + 1]).plus(density(x[i + 1])).ln().negated();
    }
    x[0] = area.over(density(r));
    let ratio = |i: usize| match i {
        0 => r.over(x[0]),
        1 => Precise::from(0.0),
        _ => x[i - 1].over(x[i]),
    };
    let height = |i: usize| if i == 0 { 1.0 } else { density(x[i]).nearest() };
    let width = |i: usize, bits: i32| x[i].nearest() * f64::powi(0.5, bits);
    // Half the places are sure by their number; the others by that of the place before them.
    let double =
        |i| Layer { sure: 2 * ratio(i).scaled(f64::powi(2.0, 52)).floor(), width: width(i, 53) };
    let single = |i| Layer {
        sure: (ratio(i).nearest() * f64::powi(2.0, 23)).round_ties_even() as u32,
        width: nine_digits(width(i, 23)),
    };
    Tables {
        double: Table { layers: std::array::from_fn(double), density: std::array::from_fn(height) },
        single: Table {
            layers: std::array::from_fn(single),
            density: std::array::from_fn(|i| nine_digits(height(i))),
        },
    }
}

/// A floating-point type in which numbers are drawn.
pub trait Real: Copy + Default + 'static {
    /// A number at least 0 and below 1.
    fn unit<S: Source>(source: &mut S) -> Self;
    /// A normal number of mean 0 and deviation 1.
    fn normal<S: Source>(source: &mut S) -> Self;
    /// An exponential number of mean 1.
    fn exponential<S: Source>(source: &mut S) -> Self;
    /// An exponential number of mean 1: the logarithm of another one, with its sign changed.
    fn logarithm<S: Source>(source: &mut S) -> Self;
    /// A gamma number of scale 1.
    fn standard_gamma<S: Source>(source: &mut S, shape: Self) -> Self;
    /// The number as an `f64`.
    fn wide(self) -> f64;
    /// Fills a slice with numbers at least 0 and below 1.
    fn fill_unit(words: &mut Words, out: &mut [Self]);
    /// Fills a slice with normal numbers.
    fn fill_normal(words: &mut Words, out: &mut [Self]);
    /// Fills a slice with exponential numbers.
    fn fill_exponential(words: &mut Words, out: &mut [Self]);
}

/// Numbers at least 0 and below 1.
struct Unit;
/// Normal numbers of mean 0 and deviation 1.
struct Normal<T: 'static>(&'static T);
/// Exponential numbers of mean 1.
struct Exponential<T: 'static>(&'static T);

macro_rules! impl_real {
    ($real:ident $word:ident $signed:ident $table:ident $next:ident $unit:ident $gamma:ident
        (normal: $mask:literal) (exponential: $drop:literal);) => {
        impl Real for $real {
            #[inline(always)]
            fn unit<S: Source>(source: &mut S) -> $real {
                source.$next()
            }

            #[inline(always)]
            fn normal<S: Source>(source: &mut S) -> $real {
                let word = $word::next(source);
                Normal(&NORMAL.$table).number(word, source)
            }

            #[inline(always)]
            fn exponential<S: Source>(source: &mut S) -> $real {
                let word = $word::next(source);
                Exponential(&EXPONENTIAL.$table).number(word, source)
            }

            #[inline(always)]
            fn logarithm<S: Source>(source: &mut S) -> $real {
                (-(-f64::from(source.$next())).ln_1p()) as $real
            }

            #[inline(always)]
            fn standard_gamma<S: Source>(source: &mut S, shape: $real) -> $real {
                $gamma(source, shape)
            }

            fn wide(self) -> f64 {
                f64::from(self)
            }

            fn fill_unit(words: &mut Words, out: &mut [$real]) {
                words.fill(Unit, out);
            }

            fn fill_normal(words: &mut Words, out: &mut [$real]) {
                words.fill(Normal(&NORMAL.$table), out);
            }

            fn fill_exponential(words: &mut Words, out: &mut [$real]) {
                words.fill(Exponential(&EXPONENTIAL.$table), out);
            }
        }

        impl Quick<$real> for Unit {
            type Word = $word;

            #[inline(always)]
            fn quick(&self, word: $word) -> ($real, bool) {
                ($unit(word), true)
            }

            #[inline(always)]
            fn number<S: Source>(&self, word: $word, _: &mut S) -> $real {
                $unit(word)
            }
        }

        impl Quick<$real> for Normal<Table<$word, $real>> {
            type Word = $word;

            #[inline(always)]
            fn quick(&self, word: $word) -> ($real, bool) {
                let layer = &self.0.layers[(word & 0xff) as usize];
                let place = (word >> 9) & $mask;
                let size = place as $signed as $real * layer.width;
                // The sign is a bit of the word, put where a number has its own.
                let sign = (word >> 8 & 1) << ($word::BITS - 1);
                ($real::from_bits(size.to_bits() | sign), place < layer.sure)
            }

            #[inline(always)]
            fn number<S: Source>(&self, mut word: $word, source: &mut S) -> $real {
                loop {
                    let (x, sure) = self.quick(word);
                    if sure {
                        return x;
                    }
                    let place = (word >> 9) & $mask;
                    let index = (word & 0xff) as usize;
                    if let Some(x) = $real::edge_of_normal(source, index, place, x) {
                        return x;
                    }
                    word = $word::next(source);
                }
            }
        }

        impl Quick<$real> for Exponential<Table<$word, $real>> {
            type Word = $word;

            #[inline(always)]
            fn quick(&self, word: $word) -> ($real, bool) {
                let word = word >> $drop;
                let layer = &self.0.layers[(word & 0xff) as usize];
                let place = word >> 8;
                (place as $signed as $real * layer.width, place < layer.sure)
            }

            #[inline(always)]
            fn number<S: Source>(&self, mut word: $word, source: &mut S) -> $real {
                loop {
                    let (x, sure) = self.quick(word);
                    if sure {
                        return x;
                    }
                    let index = (word >> $drop & 0xff) as usize;
                    if let Some(x) = $real::edge_of_exponential(source, index, x) {
                        return x;
                    }
                    word = $word::next(source);
                }
            }
        }

        impl Edge<$word> for $real {
            #[cold]
            #[inline(never)]
            fn edge_of_normal<S: Source>(
                source: &mut S,
                index: usize,
                place: $word,
                x: $real,
            ) -> Option<$real> {
                let density = &NORMAL.$table.density;
                if index > 0 {
                    let layer = density[index - 1] - density[index];
                    let height = layer * source.$next() + density[index];
                    return (f64::from(height) < (-0.5 * f64::from(x) * f64::from(x)).exp())
                        .then_some(x);
                }
                let (r, inverse) = (NORMAL_R as $real, NORMAL_INV_R as $real);
                loop {
                    let beyond = -inverse * (-source.$next()).ln_1p();
                    let height = -(-source.$next()).ln_1p();
                    if height + height > beyond * beyond {
                        let size = r + beyond;
                        return Some(if place >> 8 & 1 == 1 { -size } else { size });
                    }
                }
            }

            #[cold]
            #[inline(never)]
            fn edge_of_exponential<S: Source>(
                source: &mut S,
                index: usize,
                x: $real,
            ) -> Option<$real> {
                let density = &EXPONENTIAL.$table.density;
                if index == 0 {
                    let r = EXPONENTIAL_R.nearest() as $real;
                    return Some(r - (-source.$next()).ln_1p());
                }
                let layer = density[index - 1] - density[index];
                (layer * source.$next() + density[index] < (-x).exp()).then_some(x)
            }
        }
    };
}

/// What is done where a comparison of integers does not show that a place is under the density.
trait Edge<I>: Sized {
    /// The number, or none if the place is not under the density.
    fn edge_of_normal<S: Source>(source: &mut S, index: usize, place: I, x: Self) -> Option<Self>;
    /// The number, or none if the place is not under the density.
    fn edge_of_exponential<S: Source>(source: &mut S, index: usize, x: Self) -> Option<Self>;
}

impl_real! {
    f64 u64 i64 double next_f64 unit_f64 standard_gamma_f64
        (normal: 0x000f_ffff_ffff_ffff) (exponential: 3);
}
impl_real! {
    f32 u32 i32 single next_f32 unit_f32 standard_gamma_f32
        (normal: 0x007f_ffff) (exponential: 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(bits: impl Iterator<Item = u64>) -> u64 {
        bits.zip(1..).fold(0, |sum, (bits, number)| sum.wrapping_add(bits.wrapping_mul(number)))
    }

    #[test]
    fn tables_are_numpys() {
        let golden = include_str!("../../tests/golden/random/tables.txt");
        let mut lines = golden.lines();
        for (density, tables) in [("normal", &NORMAL), ("exponential", &EXPONENTIAL)] {
            let (double, single) = (&tables.double, &tables.single);
            let sums = [
                ("sure double", sum(double.layers.iter().map(|layer| layer.sure))),
                ("width double", sum(double.layers.iter().map(|layer| layer.width.to_bits()))),
                ("density double", sum(double.density.iter().map(|value| value.to_bits()))),
                ("sure single", sum(single.layers.iter().map(|layer| layer.sure.into()))),
                (
                    "width single",
                    sum(single.layers.iter().map(|layer| layer.width.to_bits().into())),
                ),
                ("density single", sum(single.density.iter().map(|value| value.to_bits().into()))),
            ];
            for (name, sum) in sums {
                assert_eq!(lines.next(), Some(&*format!("{density} {name} {sum:x}")));
            }
        }
    }
}
