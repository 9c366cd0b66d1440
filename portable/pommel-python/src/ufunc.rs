//! Element-wise functions as Python objects, one for each row of the engine's table.

mod examples;

use crate::array::{Computed, NdArray, computed};
use crate::dtype::DType;
use crate::error::Raise;
use crate::errstate;
use crate::functions::argument::In;
use crate::value::{Shape, Value};
use pommel::prelude::*;
use pommel_array::lazy::put_off;
use pommel_array::turns::{in_turn, type_of_turns};
use pommel_array::{Array, Casting, DType as Type, Function, Operand, apply, apply_into};
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

    /// How the function is called, what it computes, and an example.
    #[getter]
    fn doc(&self) -> String {
        let parameters = if self.function.arity() == 1 { "x" } else { "x1, x2" };
        let name = name(self.function);
        let (arguments, result) = examples::example(self.function);
        format!(
            "{name}({parameters}, /, out=None, *, where=True, dtype=None, casting='same_kind')\n\n\
             {}\n\n\
             >>> import pommel as pm\n\
             >>> pm.{name}({arguments})\n\
             {result}\n",
            self.function.doc()
        )
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

    /// The types for which it is computed, by NumPy's letters: those of the parameters, an arrow, and
    /// that of the result.
    #[getter]
    fn types(&self) -> Vec<String> {
        let kernels = Type::ALL.iter().filter_map(|&dtype| self.function.kernel(dtype));
        let text = |kernel: pommel_array::kernels::Kernel| {
            let inputs = kernel.inputs.iter().take(self.function.arity());
            let inputs: String = inputs.map(|&dtype| letter(dtype)).collect();
            format!("{inputs}->{}", letter(kernel.output))
        };
        kernels.map(text).collect()
    }

    /// The number of `types`.
    #[getter]
    fn ntypes(&self) -> usize {
        self.types().len()
    }

    /// What changes no other value that it meets; None if there is no such number.
    #[getter]
    fn identity<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.import(c"pommel._ufuncs")?.call_method(c"identity", (name(self.function),))
    }

    /// None: elements meet one by one.
    #[getter]
    fn signature(&self) -> Option<String> {
        None
    }

    /// One element of all those along an axis, axes, or of all (`None`), one after the other.
    ///
    /// >>> import pommel as pm
    /// >>> pm.multiply.reduce([[1, 2, 3], [4, 5, 6]], axis=1)
    /// array([  6, 120])
    #[signature(array, axis = Some(Shape(vec![0])), dtype = None, out = None, keepdims = false, *, initial = None, r#where = None)]
    #[allow(clippy::too_many_arguments, reason = "NumPy's")]
    fn reduce<'c>(
        this: &Instance<'c, Ufunc>,
        ctx: Ctx<'c>,
        array: &Object<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        keepdims: bool,
        initial: Option<Object<'c>>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let module = ctx.import(c"pommel._ufuncs")?;
        let which = (out, initial, r#where);
        module.call_method(c"reduce", (&**this, array, axis, dtype, keepdims, which)).map(Computed)
    }

    /// What `reduce` makes of the elements up to each one along an axis.
    ///
    /// >>> import pommel as pm
    /// >>> pm.maximum.accumulate([1, 3, 2, 5, 4])
    /// array([1, 3, 3, 5, 5])
    #[signature(array, axis = 0, dtype = None, out = None)]
    fn accumulate<'c>(
        this: &Instance<'c, Ufunc>,
        ctx: Ctx<'c>,
        array: &Object<'c>,
        axis: isize,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let module = ctx.import(c"pommel._ufuncs")?;
        module.call_method(c"accumulate", (&**this, array, axis, dtype, out)).map(Computed)
    }

    /// What `reduce` makes of the elements from each index up to the next one; of an index that is not
    /// below the next one, its element.
    ///
    /// >>> import pommel as pm
    /// >>> pm.add.reduceat([1, 2, 3, 4, 5], [0, 3])
    /// array([6, 9])
    #[signature(array, indices, axis = 0, dtype = None, out = None)]
    fn reduceat<'c>(
        this: &Instance<'c, Ufunc>,
        ctx: Ctx<'c>,
        array: &Object<'c>,
        indices: &Object<'c>,
        axis: isize,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let module = ctx.import(c"pommel._ufuncs")?;
        module.call_method(c"reduceat", (&**this, array, indices, axis, dtype, out)).map(Computed)
    }

    /// The function of each element of one array with each of the other.
    ///
    /// >>> import pommel as pm
    /// >>> pm.subtract.outer([10, 20], [1, 2, 3])
    /// array([[ 9,  8,  7],
    ///        [19, 18, 17]])
    #[signature(a, b, /, *, out = None, dtype = None, r#where = None)]
    fn outer<'c>(
        this: &Instance<'c, Ufunc>,
        ctx: Ctx<'c>,
        a: &Object<'c>,
        b: &Object<'c>,
        out: Option<Object<'c>>,
        dtype: Option<DType>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let module = ctx.import(c"pommel._ufuncs")?;
        module.call_method(c"outer", (&**this, a, b, out, dtype, r#where)).map(Computed)
    }

    /// Changes the elements at indices in place, by what is given for each; an element whose index is
    /// there twice is changed twice.
    ///
    /// >>> import pommel as pm
    /// >>> a = pm.zeros(3)
    /// >>> pm.add.at(a, [0, 2, 2], 1.0)
    /// >>> a
    /// array([1., 0., 2.])
    #[signature(a, indices, b = None, /)]
    fn at<'c>(
        this: &Instance<'c, Ufunc>,
        ctx: Ctx<'c>,
        a: &Object<'c>,
        indices: &Object<'c>,
        b: Option<Object<'c>>,
    ) -> Result<()> {
        let module = ctx.import(c"pommel._ufuncs")?;
        module.call_method(c"at", (&**this, a, indices, b)).map(drop)
    }

    /// The type in which results can be parameters again, or None.
    #[name = "_type_of_turns"]
    fn type_of_turns(&self, dtype: DType) -> Option<DType> {
        type_of_turns(self.function, dtype.inner).map(|inner| DType { inner })
    }

    /// Makes the row `to[i]` of an array of its row `from[i]` and the row `i` of others, in turn.
    #[name = "_in_turn"]
    fn in_turn(&self, ctx: Ctx<'_>, array: In, from: In, to: In, others: In) -> Result<()> {
        let rows = |numbers: &In| numbers.0.cast(Type::Int64, Casting::Safe)?.to_vec::<i64>();
        let (from, to) = (rows(&from).raise()?, rows(&to).raise()?);
        in_turn(self.function, &array.0, &from, &to, &others.0).raise()?;
        errstate::check(ctx, self.function.name())
    }

    #[signature(*args, out = None, dtype = None, r#where = None, casting = None)]
    fn __call__<'c>(
        &self,
        ctx: Ctx<'c>,
        args: Args<'_, 'c>,
        out: Option<Object<'c>>,
        dtype: Option<DType>,
        r#where: Option<Object<'c>>,
        casting: Option<String>,
    ) -> Result<Computed<'c>> {
        if out.is_none()
            && dtype.is_none()
            && r#where.is_none()
            && casting.is_none()
            && let Some(result) = self.of_arrays(ctx, &args)
        {
            return result.map(Computed);
        }
        let rule = casting
            .map_or(Ok(Casting::SameKind), |rule| crate::functions::creation::rule(&rule))?;
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
                    Value::Array(array.cast(dtype.inner, rule).raise()?)
                }
                // Of integers as well, where `round` leaves them alone.
                None if self.function == Function::Round => Value::Array(floating(value)?),
                None => value,
            });
        }
        let out = out.or_else(|| args.get(arity).map(|o| o.to_owned_handle()));
        let out = out.filter(|out| !out.is_none());
        if let Some(r#where) = r#where.filter(|which| !is_everywhere(which)) {
            let arrays = values.into_iter().map(|value| given(ctx, value));
            let arrays: Vec<Object<'c>> = arrays.collect::<Result<_>>()?;
            let arrays: Vec<&Object<'_>> = arrays.iter().collect();
            let module = ctx.import(c"pommel._ufuncs")?;
            let this = Ufunc { function: self.function };
            let out = out.map(|out| out_array(&out)).transpose()?;
            let given = (this, ctx.tuple(&arrays)?, out, r#where);
            return module.call_method(c"call_where", given).map(Computed);
        }
        let operands: SmallVec<[Operand<'_>; 2]> = values.iter().map(Value::operand).collect();
        match out {
            Some(out) => {
                let out = out_array(&out)?;
                let target = Instance::<NdArray>::of(&out).map(|out| out.borrow()).transpose()?;
                let target = target.ok_or_else(|| not_an_output(&out))?;
                apply_into(self.function, &operands, &target.inner, rule).raise()?;
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

impl Ufunc {
    /// The function of arrays as they are; `None` leaves it to the long way.
    fn of_arrays<'c>(&self, ctx: Ctx<'c>, args: &Args<'_, 'c>) -> Option<Result<Object<'c>>> {
        let first = args.get(0)?;
        let first = Instance::<NdArray>::of(&first)?.borrow().ok()?;
        let operand = Operand::Array(&first.inner);
        match (self.function.arity(), args.len()) {
            // Of integers it is another one.
            (1, 1) if self.function != Function::Round => {
                Some(self.computed(ctx, &first.inner, &[operand]))
            }
            (2, 2) => {
                let other = args.get(1)?;
                let other = Instance::<NdArray>::of(&other)?.borrow().ok()?;
                let operands = [operand, Operand::Array(&other.inner)];
                Some(self.computed(ctx, &first.inner, &operands))
            }
            _ => None,
        }
    }

    /// The function of operands, of which one is an array.
    fn computed<'c>(
        &self,
        ctx: Ctx<'c>,
        like: &Array,
        operands: &[Operand<'_>],
    ) -> Result<Object<'c>> {
        if let Some(inner) = put_off(self.function, like, operands) {
            return pommel::new_instance(ctx, NdArray { inner });
        }
        ctx.object(computed(ctx, self.function.name(), apply(self.function, operands))?)
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

/// A parameter for Python: a number stays one.
fn given(ctx: Ctx<'_>, value: Value) -> Result<Object<'_>> {
    match value {
        Value::Array(inner) => ctx.object(NdArray { inner }),
        Value::Scalar(number) => crate::value::give(ctx, number),
    }
}

/// Whether a condition is left out or true.
pub(crate) fn is_everywhere(condition: &Object<'_>) -> bool {
    condition.is_none() || condition.is_a::<Bool>() && condition.is_true().unwrap_or(false)
}

/// NumPy's letter of a type.
fn letter(dtype: Type) -> char {
    match dtype {
        Type::Bool => '?',
        Type::Int8 => 'b',
        Type::Int16 => 'h',
        Type::Int32 => 'i',
        Type::Int64 => 'l',
        Type::UInt8 => 'B',
        Type::UInt16 => 'H',
        Type::UInt32 => 'I',
        Type::UInt64 => 'L',
        Type::Float16 => 'e',
        Type::Float32 => 'f',
        Type::Float64 => 'd',
        Type::Complex64 => 'F',
        Type::Complex128 => 'D',
    }
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
