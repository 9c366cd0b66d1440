//! The stream of random numbers that `pommel.random.Generator` draws from.

use super::argument::out;
use crate::array::NdArray;
use crate::dtype::DType;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::random::{Distribution, Generator, Invalid, SeedSequence};
use pommel_array::{Array, DType as Type, check_room};

/// A stream of random numbers: PCG64, seeded as NumPy's `default_rng`.
#[class]
pub struct RandomStream {
    generator: Generator,
}

/// A parameter that a distribution cannot have.
fn invalid(error: Invalid) -> Error {
    Error::value_error(error.to_string())
}

#[methods]
impl RandomStream {
    /// A stream of a seed: the words of 32 bits of an integer, or of several one behind the other.
    #[new]
    fn new(words: Vec<u32>) -> RandomStream {
        RandomStream { generator: Generator::from_seed(&SeedSequence::new(&words)) }
    }

    /// Numbers between 0 and 1, without 1.
    fn random(&mut self, shape: Shape, dtype: DType) -> Result<NdArray> {
        let generator = &mut self.generator;
        match dtype.inner {
            Type::Float32 => out(Array::build(&shape.0, |o: &mut [f32]| generator.fill_random(o))),
            Type::Float64 => out(Array::build(&shape.0, |o: &mut [f64]| generator.fill_random(o))),
            other => Err(no_such_type(other)),
        }
    }

    /// Normally distributed numbers of mean 0 and deviation 1.
    fn standard_normal(&mut self, shape: Shape, dtype: DType) -> Result<NdArray> {
        let generator = &mut self.generator;
        match dtype.inner {
            Type::Float32 => {
                out(Array::build(&shape.0, |o: &mut [f32]| generator.fill_standard_normal(o)))
            }
            Type::Float64 => {
                out(Array::build(&shape.0, |o: &mut [f64]| generator.fill_standard_normal(o)))
            }
            other => Err(no_such_type(other)),
        }
    }

    /// Exponentially distributed numbers of mean 1.
    fn standard_exponential(&mut self, shape: Shape, dtype: DType) -> Result<NdArray> {
        let generator = &mut self.generator;
        match dtype.inner {
            Type::Float32 => {
                out(Array::build(&shape.0, |o: &mut [f32]| generator.fill_standard_exponential(o)))
            }
            Type::Float64 => {
                out(Array::build(&shape.0, |o: &mut [f64]| generator.fill_standard_exponential(o)))
            }
            other => Err(no_such_type(other)),
        }
    }

    /// Integers from `low` to `high`, both among them.
    fn integers(
        &mut self,
        low: &Object<'_>,
        high: &Object<'_>,
        shape: Shape,
        dtype: DType,
    ) -> Result<NdArray> {
        let generator = &mut self.generator;
        macro_rules! of {
            ($ty:ty) => {{
                let (low, high): ($ty, $ty) = (low.extract()?, high.extract()?);
                Array::try_build(&shape.0, |o: &mut [$ty]| {
                    generator.integers(low, high, o).map_err(Trouble::Parameter)
                })
                .map(|inner| NdArray { inner })
                .map_err(Trouble::raised)
            }};
        }
        match dtype.inner {
            Type::Bool => of!(bool),
            Type::Int8 => of!(i8),
            Type::Int16 => of!(i16),
            Type::Int32 => of!(i32),
            Type::Int64 => of!(i64),
            Type::UInt8 => of!(u8),
            Type::UInt16 => of!(u16),
            Type::UInt32 => of!(u32),
            Type::UInt64 => of!(u64),
            other => Err(no_such_type(other)),
        }
    }

    /// Numbers of a distribution of the engine's table, by its name and its parameters.
    fn draw(&mut self, name: String, parameters: Vec<f64>, shape: Shape) -> Result<NdArray> {
        draw(&mut self.generator, &name, &parameters, &shape.0)
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
        let bytes = count.saturating_mul(8 * 5).saturating_add(all.saturating_mul(8));
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

impl Trouble {
    fn raised(self) -> Error {
        match self {
            Trouble::Memory(error) => crate::error::raised(error),
            Trouble::Parameter(error) => invalid(error),
        }
    }
}

/// A parameter as the type that a distribution takes.
trait Parameter: Sized {
    fn of(value: f64) -> Self;
}
impl Parameter for f64 {
    fn of(value: f64) -> f64 {
        value
    }
}
impl Parameter for i64 {
    fn of(value: f64) -> i64 {
        value as i64
    }
}

fn fill<D: Distribution>(generator: &mut Generator, of: D, shape: &[isize]) -> Result<NdArray>
where
    D::Value: pommel_array::Element,
{
    out(Array::build(shape, |o: &mut [D::Value]| generator.fill(&of, o)))
}

macro_rules! define_draw {
    ($($name:ident $text:literal $value:ident ($($parameter:ident: $ty:ident $rule:ident),*);)*) => {
        fn draw(
            generator: &mut Generator,
            name: &str,
            parameters: &[f64],
            shape: &[isize],
        ) -> Result<NdArray> {
            let mut parameters = parameters.iter().copied();
            let mut next = || parameters.next().unwrap_or(f64::NAN);
            match name {
                $($text => {
                    $(let $parameter = <$ty as Parameter>::of(next());)*
                    let of = pommel_array::random::$name::new($($parameter),*).map_err(invalid)?;
                    fill(generator, of, shape)
                })*
                _ => Err(Error::value_error(format!("'{name}' is no distribution"))),
            }
        }
    };
}
pommel_array::for_each_distribution!(define_draw);
