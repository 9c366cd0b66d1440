//! Element-wise functions as Python objects, one for each row of the engine's table.

use crate::array::{NdArray, computed};
use crate::error::Raise;
use crate::errstate;
use crate::value::Value;
use pommel::Annotation;
use pommel::prelude::*;
use pommel_array::{Array, Casting, Function, Operand, apply, apply_into};
use smallvec::SmallVec;

/// An element-wise function: of arrays, numbers and nested sequences, whose shapes are stretched to
/// one.
#[class(name = "ufunc")]
pub struct Ufunc {
    pub(crate) function: Function,
}

#[methods]
impl Ufunc {
    /// The name.
    #[getter]
    fn __name__(&self) -> &'static str {
        name(self.function)
    }

    /// How the function is called, and what it computes.
    #[getter]
    fn doc(&self) -> String {
        let parameters = if self.function.arity() == 1 { "x" } else { "x1, x2" };
        format!("{}({parameters}, /, out=None)\n\n{}", name(self.function), self.function.doc())
    }

    /// The number of parameters.
    #[getter]
    fn nin(&self) -> usize {
        self.function.arity()
    }

    /// The number of results.
    #[getter]
    fn nout(&self) -> usize {
        1
    }

    /// The number of parameters and results.
    #[getter]
    fn nargs(&self) -> usize {
        self.function.arity() + 1
    }

    #[signature(*args, out = None, dtype = None)]
    fn __call__<'c>(
        &self,
        ctx: Ctx<'c>,
        args: Args<'_, 'c>,
        out: Option<Object<'c>>,
        dtype: Option<crate::dtype::DType>,
    ) -> Result<Computed<'c>> {
        let arity = self.function.arity();
        let name = self.function.name();
        if args.len() != arity && args.len() != arity + 1 {
            return Err(Error::type_error(format!(
                "{name}() takes {arity} array{}, and {} {} given",
                if arity == 1 { "" } else { "s" },
                args.len(),
                if args.len() == 1 { "was" } else { "were" },
            )));
        }
        let mut values = SmallVec::<[Value; 2]>::new();
        for (i, arg) in args.iter().take(arity).enumerate() {
            let parameter = if arity == 1 { "x" } else { ["x1", "x2"][i] };
            let value = Value::expect(&arg, parameter)?;
            values.push(match &dtype {
                Some(dtype) => {
                    let array = value.into_array()?;
                    Value::Array(array.cast(dtype.inner, Casting::SameKind).raise()?)
                }
                // Of integers as well, where `round` leaves them alone.
                None if self.function == Function::Round => Value::Array(floating(value)?),
                None => value,
            });
        }
        let out = out.or_else(|| args.get(arity).map(|o| o.to_owned_handle()));
        let out = out.filter(|out| !out.is_none());
        let operands: SmallVec<[Operand<'_>; 2]> = values.iter().map(Value::operand).collect();
        match out {
            Some(out) => {
                let out = out_array(&out)?;
                let target = Instance::<NdArray>::of(&out).map(|out| out.borrow()).transpose()?;
                let target = target.ok_or_else(|| not_an_output(&out))?;
                apply_into(self.function, &operands, &target.inner, Casting::SameKind).raise()?;
                errstate::check(ctx, name)?;
                drop(target);
                Ok(Computed(out))
            }
            None => ctx.object(computed(ctx, name, apply(self.function, &operands))?).map(Computed),
        }
    }

    fn __repr__(&self) -> String {
        format!("<ufunc '{}'>", name(self.function))
    }

    fn __reduce__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        let restored = ctx.import(c"pommel._pickle")?.get_attr(c"ufunc")?;
        ctx.object((restored, (name(self.function),)))
    }
}

/// The array with a result: a new one, or the one that it was written to.
struct Computed<'c>(Object<'c>);

impl IntoPython for Computed<'_> {
    const GIVES: Annotation = NdArray::GIVES;

    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.0.into_python(ctx)
    }
}

/// The name of an element-wise function: the engine's, but that `round` is a function of two
/// parameters.
fn name(function: Function) -> &'static str {
    if function == Function::Round { "rint" } else { function.name() }
}

/// An array, of floating-point numbers if it has integers or truth values.
fn floating(value: Value) -> Result<Array> {
    let array = value.into_array()?;
    let dtype = array.dtype();
    if dtype.is_integer() || dtype == pommel_array::DType::Bool {
        return array.cast(dtype.float_for_integers(), Casting::SameKind).raise();
    }
    Ok(array)
}

/// The array that is to take a result: itself, or the one of a tuple.
fn out_array<'c>(out: &Object<'c>) -> Result<Object<'c>> {
    if out.is_a::<Tuple>() { out.get_index(0) } else { Ok(out.to_owned_handle()) }
}

#[cold]
pub(crate) fn not_an_output(out: &Object<'_>) -> Error {
    Error::type_error(format!("argument 'out' must be an array, not {}", out.type_name()))
}

/// Names of NumPy for functions that the standard has by another, and names that several have.
pub(crate) const ALIASES: &[(&std::ffi::CStr, Function)] = &[
    (c"absolute", Function::Abs),
    (c"arccos", Function::Acos),
    (c"arccosh", Function::Acosh),
    (c"arcsin", Function::Asin),
    (c"arcsinh", Function::Asinh),
    (c"arctan", Function::Atan),
    (c"arctan2", Function::Atan2),
    (c"arctanh", Function::Atanh),
    (c"bitwise_not", Function::BitwiseInvert),
    (c"conjugate", Function::Conj),
    (c"fabs", Function::Abs),
    (c"invert", Function::BitwiseInvert),
    (c"left_shift", Function::LeftShift),
    (c"mod", Function::Remainder),
    (c"power", Function::Power),
    (c"right_shift", Function::RightShift),
    (c"true_divide", Function::Divide),
];

/// Adds all of them to the module.
pub(crate) fn add_to(module: &Module<'_>) -> Result<()> {
    for &function in Function::ALL {
        let name = std::ffi::CString::new(name(function)).unwrap_or_default();
        module.add(&name, Ufunc { function })?;
    }
    for (name, function) in ALIASES {
        module.add(name, Ufunc { function: *function })?;
    }
    Ok(())
}
