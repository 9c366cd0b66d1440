//! The stream of random numbers that `pommel.random` draws from.

use super::argument::{In, Several, made, out};
use crate::array::NdArray;
use crate::dtype::DType;
use crate::error::raised;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::random::{
    Bits, ColorsWay, Distribution, Engine, Generator, Integer, Invalid, MT19937_WORDS, Mt19937,
    Other, Pcg64, SeedSequence, Source, State,
};
use pommel_array::{Array, Casting, DType as Type, Element, check_room};

/// A stream of random numbers, and what NumPy's older functions keep besides it.
#[class]
pub struct RandomStream {
    generator: Generator,
    /// The second normal number of a pair, for the older functions.
    waiting: Option<f64>,
}

/// Numbers of one of the real types.
macro_rules! reals {
    ($stream:ident, $shape:ident, $dtype:ident, $fill:ident) => {
        match $dtype.inner {
            Type::Float32 => {
                made(Array::build(&$shape.0, |o: &mut [f32]| $stream.generator.$fill(o)))
            }
            Type::Float64 => {
                made(Array::build(&$shape.0, |o: &mut [f64]| $stream.generator.$fill(o)))
            }
            other => Err(no_such_type(other)),
        }
    };
}

/// An expression for the type of integers that is wanted.
macro_rules! integer_types {
    ($dtype:ident, $of:ident) => {
        match $dtype.inner {
            Type::Bool => $of!(bool),
            Type::Int8 => $of!(i8),
            Type::Int16 => $of!(i16),
            Type::Int32 => $of!(i32),
            Type::Int64 => $of!(i64),
            Type::UInt8 => $of!(u8),
            Type::UInt16 => $of!(u16),
            Type::UInt32 => $of!(u32),
            Type::UInt64 => $of!(u64),
            other => Err(no_such_type(other)),
        }
    };
}

/// Bits of a seed.
fn seeded(words: &[u32], kind: &str) -> Result<Bits> {
    Ok(match (kind, words) {
        ("PCG64", words) => Pcg64::new(&SeedSequence::new(words)).into(),
        ("MT19937", words) => Mt19937::new(&SeedSequence::new(words)).into(),
        ("SFC64", words) => Other::sfc64(&SeedSequence::new(words)).into(),
        ("Philox", words) => Other::philox(&SeedSequence::new(words)).into(),
        ("PCG64DXSM", words) => Other::dxsm(&SeedSequence::new(words)).into(),
        ("integer", [word]) => Mt19937::from_integer(*word).into(),
        ("integers", words) => Mt19937::from_integers(words).into(),
        _ => return Err(Error::value_error(format!("'{kind}' is no kind of a stream"))),
    })
}

/// All words of a state.
fn words_of(engine: &Engine) -> Vec<u64> {
    match engine {
        Engine::Sfc64(state) => state.to_vec(),
        Engine::Philox { counter, key, buffer, position } => {
            [&counter[..], &key[..], &buffer[..], &[*position as u64]].concat()
        }
        Engine::Dxsm { state, inc } => {
            [state, inc].iter().flat_map(|&&x| [(x >> 64) as u64, x as u64]).collect()
        }
    }
}

/// The state of those words, of the same kind as another one.
fn engine_of(like: &Engine, words: &[u64]) -> Option<Engine> {
    Some(match (like, words) {
        (Engine::Sfc64(_), &[a, b, c, count]) => Engine::Sfc64([a, b, c, count]),
        (Engine::Philox { .. }, &[a, b, c, d, key0, key1, w, x, y, z, position]) => {
            Engine::Philox {
                counter: [a, b, c, d],
                key: [key0, key1],
                buffer: [w, x, y, z],
                position: position as usize,
            }
        }
        (Engine::Dxsm { .. }, &[high, low, inc_high, inc_low]) => Engine::Dxsm {
            state: u128::from(high) << 64 | u128::from(low),
            inc: u128::from(inc_high) << 64 | u128::from(inc_low) | 1,
        },
        _ => return None,
    })
}

/// A parameter that a distribution cannot have.
fn invalid(error: Invalid) -> Error {
    Error::value_error(error.to_string())
}

#[methods]
impl RandomStream {
    /// A stream of a seed in words of 32 bits: by the name of NumPy's generator of bits, whose
    /// `SeedSequence` they are, or of an integer or several as NumPy's older functions take them.
    #[new]
    #[signature(words, kind = "PCG64".into())]
    fn new(words: Vec<u32>, kind: String) -> Result<RandomStream> {
        Ok(RandomStream { generator: Generator::new(seeded(&words, &kind)?), waiting: None })
    }

    /// Begins anew with another seed.
    fn restart(&mut self, words: Vec<u32>, kind: String) -> Result<()> {
        self.generator = Generator::new(seeded(&words, &kind)?);
        self.waiting = None;
        Ok(())
    }

    /// The state of the bits: for PCG64 the upper and lower halves of the state and the increment, and
    /// whether half of a word is left, and that; for MT19937 the key, and how much of it is read; for
    /// others all words, and the half.
    fn state<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        match self.generator.bits() {
            Bits::Pcg64(bits) => {
                let State { state, inc, has_uint32, uinteger } = bits.state();
                let halves = |x: u128| ((x >> 64) as u64, x as u64);
                ctx.object((halves(state), halves(inc), has_uint32, uinteger))
            }
            Bits::Mt19937(bits) => {
                let (key, position) = bits.state();
                ctx.object((out(Array::from_slice(key, &[MT19937_WORDS as isize]))?, position))
            }
            Bits::Other(Other { engine, has_uint32, uinteger }) => {
                ctx.object((words_of(engine), *has_uint32, *uinteger))
            }
        }
    }

    /// Goes on from a state of PCG64.
    fn set_pcg64(&mut self, state: (u64, u64), inc: (u64, u64), has_uint32: bool, uinteger: u32) {
        let whole = |(high, low): (u64, u64)| u128::from(high) << 64 | u128::from(low);
        let state = State { state: whole(state), inc: whole(inc), has_uint32, uinteger };
        *self.generator.bits_mut() = Pcg64::from_state(state).into();
    }

    /// Goes on from a state of MT19937.
    fn set_mt19937(&mut self, key: Vec<u32>, position: usize) -> Result<()> {
        let key: [u32; MT19937_WORDS] = key.try_into().map_err(|key: Vec<u32>| {
            let wanted = format!("must have {MT19937_WORDS} words, not {}", key.len());
            Error::value_error(format!("argument 'key' {wanted}"))
        })?;
        *self.generator.bits_mut() = Mt19937::from_state(&key, position).into();
        Ok(())
    }

    /// Goes on from a state of SFC64, Philox or PCG64DXSM.
    fn set_words(&mut self, words: Vec<u64>, has_uint32: bool, uinteger: u32) -> Result<()> {
        if let Bits::Other(Other { engine, .. }) = self.generator.bits() {
            let engine = engine_of(engine, &words).ok_or_else(|| {
                Error::value_error(format!("no state of this kind has {} words", words.len()))
            })?;
            *self.generator.bits_mut() = Other { engine, has_uint32, uinteger }.into();
        }
        Ok(())
    }

    /// Goes on as if so many words had been drawn from a PCG64, or blocks from Philox: halves of a
    /// number.
    fn advance(&mut self, high: u64, low: u64) -> Result<()> {
        match self.generator.bits_mut() {
            Bits::Pcg64(bits) => {
                bits.advance(u128::from(high) << 64 | u128::from(low));
                Ok(())
            }
            Bits::Other(bits) => match bits.advance(u128::from(high) << 64 | u128::from(low)) {
                true => Ok(()),
                false => Err(Error::type_error("SFC64 cannot be advanced: draw from it")),
            },
            Bits::Mt19937(_) => Err(Error::type_error("MT19937 cannot be advanced: draw from it")),
        }
    }

    /// Words as they come: of 64 bits, or, of MT19937, of 32.
    fn raw(&mut self, shape: Shape) -> Result<NdArray> {
        out(Array::build(&shape.0, |o: &mut [u64]| match self.generator.bits_mut() {
            Bits::Pcg64(bits) => o.iter_mut().for_each(|word| *word = bits.next_u64()),
            Bits::Mt19937(bits) => o.iter_mut().for_each(|word| *word = bits.next_u32().into()),
            Bits::Other(bits) => o.iter_mut().for_each(|word| *word = bits.next_u64()),
        }))
    }

    /// The normal number that waits for its turn.
    #[getter]
    fn waiting(&self) -> Option<f64> {
        self.waiting
    }

    /// Sets it.
    #[setter]
    fn set_waiting(&mut self, value: Option<f64>) {
        self.waiting = value;
    }

    /// Numbers between 0 and 1, without 1.
    fn random(&mut self, shape: Shape, dtype: DType) -> Result<NdArray> {
        reals!(self, shape, dtype, fill_random)
    }

    /// Normally distributed numbers of mean 0 and deviation 1.
    fn standard_normal(&mut self, shape: Shape, dtype: DType) -> Result<NdArray> {
        reals!(self, shape, dtype, fill_standard_normal)
    }

    /// Exponentially distributed numbers of mean 1; by logarithms if wanted.
    #[signature(shape, dtype, by_inversion = false)]
    fn standard_exponential(
        &mut self,
        shape: Shape,
        dtype: DType,
        by_inversion: bool,
    ) -> Result<NdArray> {
        if by_inversion {
            return reals!(self, shape, dtype, fill_exponential_by_inversion);
        }
        reals!(self, shape, dtype, fill_standard_exponential)
    }

    /// Gamma numbers of scale 1, of one shape or one for each.
    fn standard_gamma(&mut self, parameter: In, shape: Shape, dtype: DType) -> Result<NdArray> {
        let parameter = parameter.0.cast(Type::Float64, Casting::Unsafe);
        let shapes = parameter.and_then(|array| array.to_vec::<f64>()).map_err(raised)?;
        let generator = &mut self.generator;
        macro_rules! of {
            ($ty:ty) => {
                filled(&shape.0, |o: &mut [$ty]| {
                    if let [one] = shapes[..] {
                        return generator.fill_standard_gamma(one as $ty, o);
                    }
                    o.iter_mut().zip(&shapes).try_for_each(|(value, &of)| {
                        generator.fill_standard_gamma(of as $ty, std::slice::from_mut(value))
                    })
                })
            };
        }
        match dtype.inner {
            Type::Float32 => of!(f32),
            Type::Float64 => of!(f64),
            other => Err(no_such_type(other)),
        }
    }

    /// Integers from `low` to `high`, both among them; as the older functions draw them if wanted.
    #[signature(low, high, shape, dtype, legacy = false)]
    fn integers(
        &mut self,
        low: &Object<'_>,
        high: &Object<'_>,
        shape: Shape,
        dtype: DType,
        legacy: bool,
    ) -> Result<NdArray> {
        let generator = &mut self.generator;
        macro_rules! of {
            ($ty:ty) => {{
                let (low, high): ($ty, $ty) = (low.extract()?, high.extract()?);
                filled(&shape.0, |o: &mut [$ty]| match legacy {
                    true => generator.masked_integers(low, high, o),
                    false => generator.integers(low, high, o),
                })
            }};
        }
        integer_types!(dtype, of)
    }

    /// An integer for each pair of bounds, both among them.
    fn integers_between(
        &mut self,
        low: In,
        high: In,
        shape: Shape,
        dtype: DType,
        legacy: bool,
    ) -> Result<NdArray> {
        let generator = &mut self.generator;
        macro_rules! of {
            ($ty:ty) => {
                between::<$ty>(generator, &low.0, &high.0, &shape.0, legacy)
            };
        }
        integer_types!(dtype, of)
    }

    /// Numbers of a distribution of the engine's table, by its name and its parameters; as the older
    /// functions draw them if wanted.
    #[signature(name, parameters, shape, legacy = false)]
    fn draw(
        &mut self,
        name: String,
        parameters: Vec<f64>,
        shape: Shape,
        legacy: bool,
    ) -> Result<NdArray> {
        let parameters: Vec<Vec<f64>> = parameters.into_iter().map(|value| vec![value]).collect();
        draw(self, &name, &parameters, &shape.0, legacy)
    }

    /// The same with an array of values for each parameter, of one element or as many as are drawn.
    fn draw_each(
        &mut self,
        name: String,
        parameters: Several,
        shape: Shape,
        legacy: bool,
    ) -> Result<NdArray> {
        let values = |array: &Array| array.cast(Type::Float64, Casting::Unsafe)?.to_vec::<f64>();
        let parameters: pommel_array::Result<Vec<Vec<f64>>> =
            parameters.0.iter().map(values).collect();
        draw(self, &name, &parameters.map_err(raised)?, &shape.0, legacy)
    }

    /// How many of `n` fall to each of some shares: a row for each of so many draws.
    fn multinomial(&mut self, n: i64, pvals: Vec<f64>, rows: usize) -> Result<NdArray> {
        let shape = [rows as isize, pvals.len() as isize];
        filled(&shape, |o: &mut [i64]| self.generator.multinomial(n, &pvals, o))
    }

    /// Shares of a whole: a row for each of so many draws; as the older functions draw them if wanted.
    fn dirichlet(&mut self, alpha: Vec<f64>, rows: usize, legacy: bool) -> Result<NdArray> {
        let shape = [rows as isize, alpha.len() as isize];
        let RandomStream { generator, waiting } = self;
        filled(&shape, |o: &mut [f64]| match legacy {
            true => generator.legacy(waiting).dirichlet(&alpha, o),
            false => generator.dirichlet(&alpha, o),
        })
    }

    /// How many of each colour are in samples without replacement: a row for each of so many.
    fn multivariate_hypergeometric(
        &mut self,
        colors: Vec<i64>,
        sample: i64,
        by_marginals: bool,
        rows: usize,
    ) -> Result<NdArray> {
        let shape = [rows as isize, colors.len() as isize];
        let way = if by_marginals { ColorsWay::Marginals } else { ColorsWay::Count };
        filled(&shape, |o: &mut [i64]| {
            self.generator.multivariate_hypergeometric(&colors, sample, way, o)
        })
    }

    /// The integers below `n` in random order.
    fn permutation(&mut self, n: usize) -> Result<NdArray> {
        check_room(n.saturating_mul(8)).map_err(crate::error::raised)?;
        let order = self.generator.permutation(n);
        out(Array::from_slice(&order, &[n as isize]))
    }

    /// Indices below `population`, `count` of them.
    fn choice(
        &mut self,
        population: usize,
        count: usize,
        replace: bool,
        probabilities: Option<Vec<f64>>,
        shuffle: bool,
    ) -> Result<NdArray> {
        // A number for each that is drawn, with others to find out which; without replacement either all
        // in some order, or those that are taken, in a table up to 2.5 times as large.
        let all = if replace || count < population / 50 { 0 } else { population };
        // The probabilities that are left, and their sums.
        let shares = probabilities.as_ref().map_or(0, |all| all.len().saturating_mul(2));
        let bytes = count.saturating_mul(5).saturating_add(all).saturating_add(shares);
        let bytes = bytes.saturating_mul(8);
        check_room(bytes).map_err(crate::error::raised)?;
        let wanted = pommel_array::random::Choice {
            population,
            count,
            replace,
            probabilities: probabilities.as_deref(),
            shuffle,
        };
        let chosen = self.generator.choice(wanted).map_err(invalid)?;
        out(Array::from_slice(&chosen, &[chosen.len() as isize]))
    }

    /// Random bytes.
    fn bytes<'c>(&mut self, ctx: Ctx<'c>, length: usize) -> Result<Bytes<'c>> {
        check_room(length).map_err(crate::error::raised)?;
        let mut bytes = vec![0; length];
        self.generator.bytes(&mut bytes);
        ctx.bytes(&bytes)
    }
}

#[cold]
fn no_such_type(dtype: Type) -> Error {
    Error::type_error(format!("argument 'dtype' must be a type that is drawn here, not {dtype}"))
}

/// What can go wrong when an array is filled.
enum Trouble {
    Memory(pommel_array::Error),
    Parameter(Invalid),
}

impl From<pommel_array::Error> for Trouble {
    fn from(error: pommel_array::Error) -> Trouble {
        Trouble::Memory(error)
    }
}

/// An array that a function fills.
fn filled<T: Element>(
    shape: &[isize],
    fill: impl FnOnce(&mut [T]) -> std::result::Result<(), Invalid>,
) -> Result<NdArray> {
    match Array::try_build(shape, |out| fill(out).map_err(Trouble::Parameter)) {
        Ok(inner) => Ok(NdArray::made(inner)),
        Err(Trouble::Memory(error)) => Err(raised(error)),
        Err(Trouble::Parameter(error)) => Err(invalid(error)),
    }
}

/// Integers between bounds of arrays.
fn between<T: Integer + Element>(
    generator: &mut Generator,
    low: &Array,
    high: &Array,
    shape: &[isize],
    legacy: bool,
) -> Result<NdArray> {
    let bounds = |array: &Array| array.cast(T::DTYPE, Casting::Unsafe)?.to_vec::<T>();
    let (low, high) = (bounds(low).map_err(raised)?, bounds(high).map_err(raised)?);
    filled(shape, |o: &mut [T]| match legacy {
        true => generator.masked_integers_between(&low, &high, o),
        false => generator.integers_between(&low, &high, o),
    })
}

/// A parameter as the type that a distribution takes.
trait Parameter: Sized {
    fn of(values: &[f64], at: usize) -> Self;
}
impl Parameter for f64 {
    fn of(values: &[f64], at: usize) -> f64 {
        values.get(at).or(values.first()).copied().unwrap_or(f64::NAN)
    }
}
impl Parameter for i64 {
    fn of(values: &[f64], at: usize) -> i64 {
        f64::of(values, at) as i64
    }
}

/// Fills an array from one distribution, or from one for each element.
fn fill<D: Distribution>(
    stream: &mut RandomStream,
    of: impl Fn(usize) -> std::result::Result<D, Invalid>,
    shape: &[isize],
    each: bool,
    legacy: bool,
) -> Result<NdArray>
where
    D::Value: Element,
{
    let RandomStream { generator, waiting } = stream;
    let mut some = |of: &D, o: &mut [D::Value]| match legacy {
        true => generator.legacy(waiting).fill(of, o),
        false => generator.fill(of, o),
    };
    filled(shape, |o: &mut [D::Value]| {
        if !each {
            some(&of(0)?, o);
            return Ok(());
        }
        // Before anything is drawn.
        (0..o.len()).try_for_each(|at| of(at).map(drop))?;
        for (at, value) in o.iter_mut().enumerate() {
            some(&of(at)?, std::slice::from_mut(value));
        }
        Ok(())
    })
}

macro_rules! define_draw {
    ($($name:ident $text:literal $value:ident ($($parameter:ident: $ty:ident $rule:ident),*);)*) => {
        fn draw(
            stream: &mut RandomStream,
            name: &str,
            parameters: &[Vec<f64>],
            shape: &[isize],
            legacy: bool,
        ) -> Result<NdArray> {
            let each = parameters.iter().any(|values| values.len() != 1);
            let mut parameters = parameters.iter();
            let mut next = || parameters.next().map_or(&[][..], |values| &values[..]);
            match name {
                $($text => {
                    $(let $parameter = next();)*
                    let of = |_at: usize| {
                        pommel_array::random::$name::new(
                            $(<$ty as Parameter>::of($parameter, _at)),*
                        )
                    };
                    fill(stream, of, shape, each, legacy)
                })*
                _ => Err(Error::value_error(format!("'{name}' is no distribution"))),
            }
        }
    };
}
pommel_array::for_each_distribution!(define_draw);
