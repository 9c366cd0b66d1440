//! The class of arrays: operators, indexing, attributes, and methods that are functions too.

use crate::dtype::{self, DType};
use crate::error::Raise;
use crate::functions::algebra;
use crate::functions::argument::{Arrays, In, Lay, axes, delivered, out};
use crate::functions::searching::taken;
use crate::functions::sorting::along;
use crate::functions::statistics::{More, Spread, meant, reduced, running, spread};
use crate::key::{self, Key};
use crate::value::{self, Shape, Value};
use crate::{errstate, exchange, text};
use pommel::Annotation;
use pommel::prelude::*;
use pommel_array::kernels::few::{self, Few};
use pommel_array::lazy::put_off;
use pommel_array::reduce::{self, Reduction, Scan};
use pommel_array::sorting;
use pommel_array::{Array, Casting, Function, Index, Operand, Order, Scalar, apply, apply_into};

/// An n-dimensional array of numbers of one type.
///
/// Arrays are made by functions such as `pommel.array`, `pommel.zeros` and `pommel.arange`, and
/// behave as those of NumPy do. An element-wise expression of large arrays is computed when somebody
/// looks at the result, in one pass over memory.
///
/// >>> import pommel as pm
/// >>> x = pm.array([[1, 2], [3, 4]])
/// >>> x.shape, x.dtype
/// ((2, 2), dtype('int64'))
/// >>> x + x.T
/// array([[2, 5],
///        [5, 8]])
#[class(name = "ndarray")]
pub struct NdArray {
    pub(crate) inner: Array,
}

impl NdArray {
    /// What has been computed. Without axes it is a number, as a scalar is in NumPy: nobody can change
    /// it, so that it may be hashed, and in-place operators make another one.
    #[inline]
    pub(crate) fn made(inner: Array) -> NdArray {
        NdArray { inner: if inner.ndim() == 0 { inner.into_readonly() } else { inner } }
    }

    /// The array as functions take it: a copy of a number, since what they give may be a view of it.
    pub(crate) fn given(&self) -> Result<Array> {
        if self.is_number() { self.inner.copied(Order::C).raise() } else { Ok(self.inner.clone()) }
    }

    /// Whether the array is a number.
    #[inline]
    pub(crate) fn is_number(&self) -> bool {
        self.inner.ndim() == 0 && self.inner.is_readonly()
    }
}

/// The result of a computation, after what its errors of arithmetic ask for.
#[inline]
pub(crate) fn computed(
    ctx: Ctx<'_>,
    name: &str,
    result: pommel_array::Result<Array>,
) -> Result<NdArray> {
    let inner = result.raise()?;
    errstate::check(ctx, name)?;
    Ok(NdArray::made(inner))
}

/// The operators of few floats, on the shortest way there is; `None` leaves it to [`long_operator`].
/// Each operator has its own copy: a result in memory would be waited for.
#[inline(always)]
fn short_operator<'c>(
    ctx: Ctx<'c>,
    function: Function,
    this: &NdArray,
    other: &Object<'c>,
    reflected: bool,
) -> Option<Result<Object<'c>>> {
    if !few::is_arithmetic(function) {
        return None;
    }
    let elements = this.inner.few_floats()?;
    let array;
    let other = match Instance::<NdArray>::of(other) {
        Some(other) => {
            array = other.borrow().ok()?;
            Few::Elements(array.inner.few_floats()?)
        }
        None => value::few(other)?,
    };
    let inner = few::arithmetic(function, elements, other, reflected)?;
    Some(pommel::new_instance(ctx, NdArray { inner }))
}

/// The array with a result: a new one, or the one that it was written to.
pub(crate) struct Computed<'c>(pub(crate) Object<'c>);

impl IntoPython for Computed<'_> {
    const GIVES: Annotation = NdArray::GIVES;

    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.0.into_python(ctx)
    }
}

/// An operator of an array and anything.
#[inline(always)]
fn operator<'c>(
    ctx: Ctx<'c>,
    function: Function,
    this: &NdArray,
    other: &Object<'c>,
    reflected: bool,
) -> Result<Object<'c>> {
    match short_operator(ctx, function, this, other, reflected) {
        Some(result) => result,
        None => long_operator(ctx, function, this, other, reflected),
    }
}

#[inline(never)]
fn long_operator<'c>(
    ctx: Ctx<'c>,
    function: Function,
    this: &NdArray,
    other: &Object<'c>,
    reflected: bool,
) -> Result<Object<'c>> {
    let order = |other: Operand<'_>| -> Result<Object<'c>> {
        let array = Operand::Array(&this.inner);
        let operands = if reflected { [other, array] } else { [array, other] };
        if let Some(inner) = put_off(function, &this.inner, &operands) {
            return pommel::new_instance(ctx, NdArray { inner });
        }
        ctx.object(computed(ctx, function.name(), apply(function, &operands))?)
    };
    if let Some(other) = Instance::<NdArray>::of(other) {
        return order(Operand::Array(&other.borrow()?.inner));
    }
    if let Some(number) = value::number(other)? {
        return order(Operand::Scalar(number));
    }
    if value::is_foreign(other) && exchange::is_left_to(other) {
        return Ok(ctx.not_implemented());
    }
    match Value::of(other)? {
        Some(value) => order(value.operand()),
        None => Ok(ctx.not_implemented()),
    }
}

/// An operator that changes the array. A number stays what it is for whoever else has it: the operator
/// gives another one.
fn in_place<'c>(
    ctx: Ctx<'c>,
    function: Function,
    this: &Instance<'c, NdArray>,
    other: &Object<'c>,
) -> Result<Object<'c>> {
    let array = this.borrow()?;
    if array.is_number() {
        return long_operator(ctx, function, &array, other, false);
    }
    let other = Value::expect(other, "other")?;
    let operands = [Operand::Array(&array.inner), other.operand()];
    apply_into(function, &operands, &array.inner, Casting::SameKind).raise()?;
    errstate::check(ctx, function.name())?;
    Ok(this.to_owned_handle())
}

fn unary(ctx: Ctx<'_>, function: Function, this: &NdArray) -> Result<NdArray> {
    computed(ctx, function.name(), apply(function, &[Operand::Array(&this.inner)]))
}

/// The one element of an array, for conversions to a number.
fn single(this: &NdArray, to: &str) -> Result<Scalar> {
    if this.inner.size() != 1 {
        let shape = Shape(this.inner.shape().to_vec());
        return Err(Error::type_error(format!(
            "only an array of one element can become {to}, not one of shape {:?}",
            shape.0
        )));
    }
    this.inner.item(&vec![0; this.inner.ndim()]).raise()
}

#[methods(operators = NdArray)]
impl NdArray {
    /// The type of the elements.
    #[getter]
    fn dtype(&self) -> DType {
        DType { inner: self.inner.dtype() }
    }

    /// The extents of the axes.
    #[getter]
    fn shape(&self) -> Shape {
        Shape(self.inner.shape().to_vec())
    }

    /// The bytes from one element to the next along each axis.
    #[getter]
    fn strides(&self) -> Shape {
        Shape(self.inner.layout().strides().to_vec())
    }

    /// The number of axes.
    #[getter]
    fn ndim(&self) -> usize {
        self.inner.ndim()
    }

    /// The number of elements.
    #[getter]
    fn size(&self) -> usize {
        self.inner.size()
    }

    /// Bytes of an element.
    #[getter]
    fn itemsize(&self) -> usize {
        self.inner.dtype().size()
    }

    /// Bytes of all elements.
    #[getter]
    fn nbytes(&self) -> usize {
        self.inner.dtype().size() * self.inner.size()
    }

    /// The device that has the elements: always "cpu".
    #[getter]
    fn device(&self) -> &'static str {
        "cpu"
    }

    /// The array with its axes in reverse order: a view.
    #[getter]
    #[name = "T"]
    fn transposed(&self) -> NdArray {
        NdArray { inner: self.inner.transposed() }
    }

    /// The array with its last two axes exchanged: a view.
    #[getter]
    #[name = "mT"]
    fn matrix_transposed(&self) -> Result<NdArray> {
        crate::functions::manipulation::matrices_transposed("mT", &self.inner)
    }

    /// The real parts: a view.
    #[getter]
    fn real(&self) -> NdArray {
        NdArray { inner: self.inner.real() }
    }

    /// Writes the real parts.
    #[setter]
    fn set_real<'c>(&self, ctx: Ctx<'c>, value: &Object<'c>) -> Result<()> {
        write(ctx, &self.inner.real(), value)
    }

    /// The imaginary parts: a view, or zeros.
    #[getter]
    fn imag(&self) -> Result<NdArray> {
        Ok(NdArray { inner: self.inner.imag().raise()? })
    }

    /// Writes the imaginary parts.
    #[setter]
    fn set_imag<'c>(&self, ctx: Ctx<'c>, value: &Object<'c>) -> Result<()> {
        if !self.inner.dtype().is_complex() {
            return Err(Error::type_error(format!(
                "an array of {} has no imaginary parts to write: convert it to a complex type",
                self.inner.dtype().name()
            )));
        }
        write(ctx, &self.inner.imag().raise()?, value)
    }

    fn __add__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Add, self, other, false)
    }
    fn __radd__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Add, self, other, true)
    }
    fn __iadd__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Add, this, other)
    }
    fn __sub__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Subtract, self, other, false)
    }
    fn __rsub__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Subtract, self, other, true)
    }
    fn __isub__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Subtract, this, other)
    }
    fn __mul__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Multiply, self, other, false)
    }
    fn __rmul__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Multiply, self, other, true)
    }
    fn __imul__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Multiply, this, other)
    }
    fn __truediv__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Divide, self, other, false)
    }
    fn __rtruediv__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Divide, self, other, true)
    }
    fn __itruediv__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Divide, this, other)
    }
    fn __floordiv__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::FloorDivide, self, other, false)
    }
    fn __rfloordiv__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::FloorDivide, self, other, true)
    }
    fn __ifloordiv__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::FloorDivide, this, other)
    }
    fn __mod__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Remainder, self, other, false)
    }
    fn __rmod__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Remainder, self, other, true)
    }
    fn __imod__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Remainder, this, other)
    }
    fn __divmod__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<(Object<'c>, Object<'c>)> {
        let quotient = operator(ctx, Function::FloorDivide, self, other, false)?;
        Ok((quotient, operator(ctx, Function::Remainder, self, other, false)?))
    }
    fn __rdivmod__<'c>(
        &self,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<(Object<'c>, Object<'c>)> {
        let quotient = operator(ctx, Function::FloorDivide, self, other, true)?;
        Ok((quotient, operator(ctx, Function::Remainder, self, other, true)?))
    }
    fn __pow__<'c>(
        &self,
        ctx: Ctx<'c>,
        other: &Object<'c>,
        modulus: Option<Object<'c>>,
    ) -> Result<Object<'c>> {
        if modulus.is_some_and(|modulus| !modulus.is_none()) {
            return Ok(ctx.not_implemented());
        }
        // The square is by far the most frequent power.
        if other.is_a::<Int>()
            && other.extract::<i64>().is_ok_and(|exponent| exponent == 2)
            && self.inner.dtype() != pommel_array::DType::Bool
        {
            return ctx.object(unary(ctx, Function::Square, self)?);
        }
        operator(ctx, Function::Power, self, other, false)
    }
    fn __rpow__<'c>(
        &self,
        ctx: Ctx<'c>,
        other: &Object<'c>,
        modulus: Option<Object<'c>>,
    ) -> Result<Object<'c>> {
        if modulus.is_some_and(|modulus| !modulus.is_none()) {
            return Ok(ctx.not_implemented());
        }
        operator(ctx, Function::Power, self, other, true)
    }
    fn __ipow__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::Power, this, other)
    }
    fn __and__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseAnd, self, other, false)
    }
    fn __rand__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseAnd, self, other, true)
    }
    fn __iand__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::BitwiseAnd, this, other)
    }
    fn __or__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseOr, self, other, false)
    }
    fn __ror__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseOr, self, other, true)
    }
    fn __ior__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::BitwiseOr, this, other)
    }
    fn __xor__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseXor, self, other, false)
    }
    fn __rxor__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::BitwiseXor, self, other, true)
    }
    fn __ixor__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::BitwiseXor, this, other)
    }
    fn __lshift__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::LeftShift, self, other, false)
    }
    fn __rlshift__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::LeftShift, self, other, true)
    }
    fn __ilshift__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::LeftShift, this, other)
    }
    fn __rshift__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::RightShift, self, other, false)
    }
    fn __rrshift__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::RightShift, self, other, true)
    }
    fn __irshift__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        other: &Object<'c>,
    ) -> Result<Object<'c>> {
        in_place(ctx, Function::RightShift, this, other)
    }
    fn __lt__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Less, self, other, false)
    }
    fn __le__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::LessEqual, self, other, false)
    }
    fn __eq__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Equal, self, other, false)
    }
    fn __ne__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::NotEqual, self, other, false)
    }
    fn __gt__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::Greater, self, other, false)
    }
    fn __ge__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        operator(ctx, Function::GreaterEqual, self, other, false)
    }
    fn __matmul__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        match Value::of(other)? {
            Some(other) => ctx.object(algebra::product(&self.inner, &other.into_array()?, None)?),
            None => Ok(ctx.not_implemented()),
        }
    }
    fn __rmatmul__<'c>(&self, ctx: Ctx<'c>, other: &Object<'c>) -> Result<Object<'c>> {
        match Value::of(other)? {
            Some(other) => ctx.object(algebra::product(&other.into_array()?, &self.inner, None)?),
            None => Ok(ctx.not_implemented()),
        }
    }
    fn __imatmul__(&self, other: &Object<'_>) -> Result<()> {
        let other = Value::expect(other, "other")?.into_array()?;
        algebra::product(&self.inner, &other, Some(&self.inner)).map(drop)
    }
    fn __neg__(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::Negative, self)
    }
    fn __pos__(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::Positive, self)
    }
    fn __abs__(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::Abs, self)
    }
    fn __invert__(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::BitwiseInvert, self)
    }

    fn __bool__(&self, ctx: Ctx<'_>) -> Result<bool> {
        evaluated(ctx, &self.inner)?;
        if self.inner.size() != 1 {
            return Err(Error::value_error(format!(
                "an array of {} elements is neither true nor false: use any() or all()",
                self.inner.size()
            )));
        }
        Ok(match single(self, "a bool")? {
            Scalar::Bool(value) => value,
            Scalar::Int(value) => value != 0,
            Scalar::Float(value) => value != 0.0,
            Scalar::Complex(value) => value.re != 0.0 || value.im != 0.0,
        })
    }

    fn __float__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        match single(self, "a float")? {
            Scalar::Complex(_) => {
                Err(Error::type_error("a complex number cannot become a float: take its real part"))
            }
            value => ctx.builtin(c"float")?.call((value::give(ctx, value)?,)),
        }
    }

    fn __int__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        match single(self, "an int")? {
            Scalar::Complex(_) => {
                Err(Error::type_error("a complex number cannot become an int: take its real part"))
            }
            value => ctx.builtin(c"int")?.call((value::give(ctx, value)?,)),
        }
    }

    fn __complex__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        let value = single(self, "a complex number")?;
        ctx.builtin(c"complex")?.call((value::give(ctx, value)?,))
    }

    fn __index__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        if self.inner.ndim() != 0 || !self.inner.dtype().is_integer() {
            return Err(Error::type_error(
                "only an integer array without dimensions can be an index",
            ));
        }
        value::give(ctx, single(self, "an index")?)
    }

    /// The hash of a number, which is that of the number in Python.
    fn __hash__(&self, ctx: Ctx<'_>) -> Result<i64> {
        if !self.is_number() {
            return Err(Error::type_error(
                "unhashable type: 'pommel.ndarray' (elements may change: use a.tobytes(), or numbers)",
            ));
        }
        let number = value::give(ctx, single(self, "a hash")?)?;
        ctx.builtin(c"hash")?.call((number,))?.extract()
    }

    /// The number rounded to an int, or to so many digits.
    #[signature(ndigits = None, /)]
    fn __round__<'c>(&self, ctx: Ctx<'c>, ndigits: Option<i32>) -> Result<Object<'c>> {
        match ndigits {
            Some(digits) => crate::functions::rounded(ctx, &self.inner, digits, None),
            None => {
                let number = value::give(ctx, single(self, "an int")?)?;
                ctx.builtin(c"round")?.call((number,))
            }
        }
    }

    fn __len__(&self) -> Result<usize> {
        let first = self.inner.shape().first();
        first
            .map(|&extent| extent as usize)
            .ok_or_else(|| Error::type_error("an array without dimensions has no length"))
    }

    fn __getitem__<'c>(&self, ctx: Ctx<'c>, key: &Object<'c>) -> Result<Object<'c>> {
        // The shortest way, for loops over elements.
        if let Some(index) = key::small(key)
            && key::elements_are_numbers()
            && let Some(number) = self.inner.float_at(index)
        {
            return ctx.object(number);
        }
        self.get(ctx, key)
    }

    #[skip]
    #[inline(never)]
    fn get<'c>(&self, ctx: Ctx<'c>, key: &Object<'c>) -> Result<Object<'c>> {
        if let Some(place) = key::place(key, self.inner.ndim())? {
            if key::has_number(&self.inner) {
                let number = self.inner.item(&place).raise()?;
                errstate::check(ctx, errstate::EVALUATION)?;
                return value::give(ctx, number);
            }
            let element = self.inner.element(&place).raise()?;
            errstate::check(ctx, errstate::EVALUATION)?;
            return pommel::new_instance(ctx, NdArray::made(element));
        }
        match key::basic(key)? {
            Key::Basic(parts) if self.is_number() => key::read(ctx, &self.given()?, &parts),
            Key::Basic(parts) => key::read(ctx, &self.inner, &parts),
            Key::Advanced => crate::advanced::get(ctx, self, key),
        }
    }

    fn __setitem__<'c>(&self, ctx: Ctx<'c>, key: &Object<'c>, value: &Object<'c>) -> Result<()> {
        if value.is_a::<Float>()
            && let Some(index) = key::small(key)
            && self.inner.set_float_at(index, value.extract()?)
        {
            return Ok(());
        }
        self.set(ctx, key, value)
    }

    #[skip]
    #[inline(never)]
    fn set<'c>(&self, ctx: Ctx<'c>, key: &Object<'c>, value: &Object<'c>) -> Result<()> {
        if let Some(number) = value::number(value)?
            && let Some(place) = key::place(key, self.inner.ndim())?
        {
            check_number(number, &self.inner)?;
            return self.inner.set_item(&place, number).raise();
        }
        match key::basic(key)? {
            Key::Basic(parts) => write(ctx, &self.inner.select(&parts).raise()?, value),
            Key::Advanced => crate::advanced::set(ctx, self, key, value),
        }
    }

    fn __iter__<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        let array = this.borrow()?;
        if array.inner.ndim() == 0 {
            return Err(Error::type_error("an array without dimensions cannot be iterated over"));
        }
        evaluated(ctx, &array.inner)?;
        ctx.object(Items { array: array.inner.clone(), next: 0.into() })
    }

    fn __contains__<'c>(&self, ctx: Ctx<'c>, value: &Object<'c>) -> Result<bool> {
        let value = Value::expect(value, "value")?;
        let equal =
            apply(Function::Equal, &[Operand::Array(&self.inner), value.operand()]).raise()?;
        let found = equal.with_slice(|found: &[bool]| found.contains(&true)).raise()?;
        errstate::check(ctx, "equal")?;
        Ok(found)
    }

    fn __repr__(&self, ctx: Ctx<'_>) -> Result<String> {
        let text = text::repr(&self.inner)?;
        errstate::check(ctx, errstate::EVALUATION)?;
        Ok(text)
    }

    fn __str__(&self, ctx: Ctx<'_>) -> Result<String> {
        let text = text::str(&self.inner)?;
        errstate::check(ctx, errstate::EVALUATION)?;
        Ok(text)
    }

    /// A copy, converted to a type by a rule; without `copy` the array itself where it is of the type
    /// and lies in the order. `subok` is NumPy's: there are no subclasses.
    #[signature(dtype, order = None, casting = "unsafe".into(), subok = true, copy = true)]
    fn astype(
        &self,
        ctx: Ctx<'_>,
        dtype: DType,
        order: Option<Lay>,
        casting: String,
        subok: bool,
        copy: bool,
    ) -> Result<NdArray> {
        let _ = subok;
        let rule = crate::functions::creation::rule(&casting)?;
        self.inner.dtype().check_cast(dtype.inner, rule).raise()?;
        let result = self.cast_to(ctx, dtype, copy)?;
        match order {
            Some(Lay(Some(order))) if !result.inner.layout().is_contiguous(order) => {
                out(result.inner.copied(order))
            }
            _ => Ok(result),
        }
    }

    #[skip]
    pub(crate) fn cast_to(&self, ctx: Ctx<'_>, dtype: DType, copy: bool) -> Result<NdArray> {
        if dtype.inner == self.inner.dtype() {
            let copied = if copy { self.inner.copied_as_it_lies() } else { Ok(self.inner.clone()) };
            return Ok(NdArray { inner: copied.raise()? });
        }
        let result = self.inner.cast(dtype.inner, Casting::Unsafe).raise()?;
        errstate::check(ctx, "cast")?;
        Ok(if self.is_number() { NdArray::made(result) } else { NdArray { inner: result } })
    }

    /// A copy in C order ('C'), in Fortran's ('F'), or as the elements lie ('K').
    #[signature(order = "C".into())]
    fn copy(&self, ctx: Ctx<'_>, order: String) -> Result<NdArray> {
        evaluated(ctx, &self.inner)?;
        let copy = match order.as_str() {
            "C" => self.inner.copied(Order::C),
            "F" => self.inner.copied(Order::F),
            "K" | "A" => self.inner.copied_as_it_lies(),
            _ => {
                return Err(Error::value_error(format!(
                    "argument 'order' must be 'C', 'F', 'A' or 'K', not '{order}'"
                )));
            }
        };
        Ok(NdArray { inner: copy.raise()? })
    }

    fn __copy__(&self) -> Result<NdArray> {
        if self.is_number() {
            return Ok(NdArray { inner: self.inner.clone() });
        }
        Ok(NdArray { inner: self.inner.copied_as_it_lies().raise()? })
    }

    #[signature(memo, /)]
    fn __deepcopy__(&self, memo: &Object<'_>) -> Result<NdArray> {
        let _ = memo;
        self.__copy__()
    }

    /// The elements as numbers of Python, in nested lists.
    fn tolist<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        evaluated(ctx, &self.inner)?;
        listed(ctx, &self.inner)
    }

    /// The one element as a number of Python, or the one at an index.
    fn item<'c>(&self, ctx: Ctx<'c>, args: Args<'_, 'c>) -> Result<Object<'c>> {
        evaluated(ctx, &self.inner)?;
        let mut indices: Vec<isize> = Vec::new();
        for index in args.iter() {
            match index.as_a::<Tuple>() {
                Some(tuple) => indices.extend(tuple.extract::<Vec<isize>>()?),
                None => indices.push(index.extract()?),
            }
        }
        if indices.is_empty() {
            return value::give(ctx, single(self, "a number")?);
        }
        if indices.len() == 1 && self.inner.ndim() != 1 {
            let flat = self.inner.reshaped(&[-1]).raise()?;
            return value::give(ctx, flat.item(&indices).raise()?);
        }
        let parts: Vec<Index> = indices.iter().map(|&index| Index::At(index)).collect();
        let element = NdArray { inner: self.inner.select(&parts).raise()? };
        value::give(ctx, single(&element, "a number")?)
    }

    /// Writes a number to all places.
    fn fill<'c>(&self, ctx: Ctx<'c>, value: &Object<'c>) -> Result<()> {
        write(ctx, &self.inner, value)
    }

    /// The bytes of the elements in C order, or in another one.
    #[signature(order = None)]
    fn tobytes<'c>(&self, ctx: Ctx<'c>, order: Option<Lay>) -> Result<Object<'c>> {
        let bytes = match self.order(order) {
            Order::C => self.inner.to_bytes(),
            Order::F => self.inner.transposed().to_bytes(),
        };
        let bytes = bytes.raise()?;
        errstate::check(ctx, errstate::EVALUATION)?;
        Ok(ctx.bytes(&bytes)?.into())
    }

    /// The elements in an order under another shape; a view if that is possible.
    #[signature(*shape, order = None)]
    fn reshape(&self, shape: Args<'_, '_>, order: Option<Lay>) -> Result<NdArray> {
        let shape = shape_of(&shape)?;
        match order {
            None => Ok(NdArray { inner: self.given()?.reshaped(&shape).raise()? }),
            Some(order) => {
                let order = self.order(Some(order));
                out(pommel_array::manipulation::reshape(&self.inner, &shape, order, None))
            }
        }
    }

    /// The order that is meant: C without a word, and with 'A' or 'K' the one in which elements lie.
    #[skip]
    fn order(&self, order: Option<Lay>) -> Order {
        let layout = self.inner.layout();
        let lies = layout.is_contiguous(Order::F) && !layout.is_contiguous(Order::C);
        match order {
            None => Order::C,
            Some(Lay(None)) => {
                if lies {
                    Order::F
                } else {
                    Order::C
                }
            }
            Some(Lay(Some(order))) => order,
        }
    }

    /// The axes in another order: a view; in reverse order if none is given.
    fn transpose(&self, axes: Args<'_, '_>) -> Result<NdArray> {
        let axes = shape_of(&axes)?;
        let inner = match axes.is_empty() {
            true => self.inner.transposed(),
            false => self.inner.permuted(&axes).raise()?,
        };
        Ok(NdArray { inner })
    }

    /// The elements in one dimension, in an order: a view if that is possible.
    #[signature(order = None)]
    fn ravel(&self, order: Option<Lay>) -> Result<NdArray> {
        out(pommel_array::manipulation::ravel(&self.given()?, self.order(order)))
    }

    /// The elements in one dimension, in an order: a copy.
    #[signature(order = None)]
    fn flatten(&self, ctx: Ctx<'_>, order: Option<Lay>) -> Result<NdArray> {
        evaluated(ctx, &self.inner)?;
        out(pommel_array::manipulation::flatten(&self.inner, self.order(order)))
    }

    /// The same bytes as elements of another type: a view; of the same type without one.
    #[signature(dtype = None)]
    fn view(&self, dtype: Option<DType>) -> Result<NdArray> {
        let dtype = dtype.map_or(self.inner.dtype(), |dtype| dtype.inner);
        out(self.inner.reinterpreted(dtype))
    }

    /// An array of all of the memory that a view shares with others, along one axis; None if the array
    /// has all of it itself.
    #[getter]
    fn base(&self) -> Result<Option<NdArray>> {
        self.inner.base().map(|base| base.map(|inner| NdArray { inner })).raise()
    }

    /// Allows or refuses writing through the array. It cannot be allowed where elements are repeated,
    /// or where somebody who owns the memory forbids it. There is nothing else to set.
    #[signature(write = None, align = None, uic = None)]
    fn setflags(&self, write: Option<bool>, align: Option<bool>, uic: Option<bool>) -> Result<()> {
        let number = self.is_number();
        match write {
            Some(true) if number || !self.inner.seal(false) => Err(Error::value_error(
                "writing cannot be allowed: the array is a number or repeats elements, or its memory \
                 belongs to somebody who forbids it; write to a copy",
            )),
            Some(false) => {
                self.inner.seal(true);
                Ok(())
            }
            _ if align == Some(false) || uic == Some(true) => Err(Error::value_error(
                "arguments 'align' and 'uic' change nothing: elements are aligned, and no array has \
                 others to write back to",
            )),
            _ => Ok(()),
        }
    }

    /// How the elements lie: 'C_CONTIGUOUS', 'F_CONTIGUOUS', 'WRITEABLE' and 'ALIGNED', which are also
    /// attributes in small letters.
    #[getter]
    fn flags<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.import(c"pommel._attributes")?.call_method(c"flags", (&**this,))
    }

    /// The elements in C order, to iterate over, to read and to write, by indices of one dimension.
    #[getter]
    fn flat<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.import(c"pommel._attributes")?.call_method(c"flat", (&**this,))
    }

    /// Writes all elements, in C order; values are repeated.
    #[setter]
    fn set_flat<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>, value: &Object<'c>) -> Result<()> {
        let all = ctx.builtin(c"slice")?.call((ctx.none(),))?;
        Self::flat(this, ctx)?.set_item(&all, value)
    }

    /// The memory of the elements for functions of C: `data` is its address, `data_as` a pointer.
    #[getter]
    fn ctypes<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.import(c"pommel._attributes")?.call_method(c"ctypes", (&**this,))
    }

    /// The memory of the elements, as `memoryview` shows it.
    #[getter]
    fn data<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.builtin(c"memoryview")?.call((&**this,))
    }

    /// An array without dimensions is formatted as its number; any other only without a word.
    #[signature(format_spec, /)]
    fn __format__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        format_spec: &Object<'c>,
    ) -> Result<Object<'c>> {
        let array = this.borrow()?;
        if array.inner.ndim() == 0 {
            let number = value::give(ctx, array.inner.item(&[]).raise()?)?;
            return ctx.builtin(c"format")?.call((number, format_spec));
        }
        if format_spec.is_true()? {
            return Err(Error::type_error(format!(
                "an array of shape {:?} cannot be formatted by {}: format its elements, or use \
                 array2string",
                array.inner.shape(),
                format_spec.repr()?
            )));
        }
        ctx.object(text::str(&array.inner)?)
    }

    /// Writes values to indices in C order, repeated; `mode` as that of take.
    #[signature(indices, values, mode = "raise".into())]
    fn put<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        indices: &Object<'c>,
        values: &Object<'c>,
        mode: String,
    ) -> Result<Object<'c>> {
        let module = ctx.import(c"pommel._placing")?;
        module.call_method(c"put", (&**this, indices, values, mode))
    }

    /// For each element the choice of which it is the number, at its place.
    #[signature(choices, out = None, mode = "raise".into())]
    fn choose<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        choices: &Object<'c>,
        out: Option<Object<'c>>,
        mode: String,
    ) -> Result<Object<'c>> {
        let module = ctx.import(c"pommel._placing")?;
        module.call_method(c"choose", (&**this, choices, out, mode))
    }

    /// Writes the elements in C order to a file: their bytes, or, with a separator, their text.
    #[signature(fid, sep = "".into(), format = "%s".into())]
    fn tofile<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        fid: &Object<'c>,
        sep: String,
        format: String,
    ) -> Result<Object<'c>> {
        ctx.import(c"pommel._files")?.call_method(c"tofile", (&**this, fid, sep, format))
    }

    /// Pickles the array to a file.
    fn dump<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        file: &Object<'c>,
    ) -> Result<Object<'c>> {
        ctx.import(c"pommel._pickle")?.call_method(c"dump", (&**this, file))
    }

    /// The bytes of the array's pickle.
    fn dumps<'c>(this: &Instance<'c, NdArray>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.import(c"pommel._pickle")?.call_method(c"dumps", (&**this,))
    }

    /// A table for notebooks.
    fn _repr_html_(&self) -> Result<String> {
        text::html(&self.inner)
    }

    /// The sum of the elements along axes, or of all.
    #[signature(axis = None, dtype = None, out = None, *, keepdims = false, initial = None, r#where = None)]
    #[allow(clippy::too_many_arguments, reason = "NumPy's")]
    fn sum<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        keepdims: bool,
        initial: Option<Object<'c>>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial, which: r#where };
        reduced(ctx, Reduction::Sum, &self.inner, (axis, dtype, keepdims), more)
    }

    /// The product of the elements along axes, or of all.
    #[signature(axis = None, dtype = None, out = None, *, keepdims = false, initial = None, r#where = None)]
    #[allow(clippy::too_many_arguments, reason = "NumPy's")]
    fn prod<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        keepdims: bool,
        initial: Option<Object<'c>>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial, which: r#where };
        reduced(ctx, Reduction::Prod, &self.inner, (axis, dtype, keepdims), more)
    }

    /// The smallest element along axes, or of all.
    #[signature(axis = None, out = None, *, keepdims = false, initial = None, r#where = None)]
    fn min<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        out: Option<Object<'c>>,
        keepdims: bool,
        initial: Option<Object<'c>>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial, which: r#where };
        reduced(ctx, Reduction::Min, &self.inner, (axis, None, keepdims), more)
    }

    /// The largest element along axes, or of all.
    #[signature(axis = None, out = None, *, keepdims = false, initial = None, r#where = None)]
    fn max<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        out: Option<Object<'c>>,
        keepdims: bool,
        initial: Option<Object<'c>>,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial, which: r#where };
        reduced(ctx, Reduction::Max, &self.inner, (axis, None, keepdims), more)
    }

    /// Whether all elements along axes, or of all, are true.
    #[signature(axis = None, out = None, *, keepdims = false, r#where = None)]
    fn all<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        out: Option<Object<'c>>,
        keepdims: bool,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial: None, which: r#where };
        reduced(ctx, Reduction::All, &self.inner, (axis, None, keepdims), more)
    }

    /// Whether an element along axes, or of all, is true.
    #[signature(axis = None, out = None, *, keepdims = false, r#where = None)]
    fn any<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        out: Option<Object<'c>>,
        keepdims: bool,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial: None, which: r#where };
        reduced(ctx, Reduction::Any, &self.inner, (axis, None, keepdims), more)
    }

    /// The mean of the elements along axes, or of all.
    #[signature(axis = None, dtype = None, out = None, *, keepdims = false, r#where = None)]
    fn mean<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        keepdims: bool,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial: None, which: r#where };
        meant(ctx, &self.inner, (axis, dtype, keepdims), more)
    }

    /// The variance of the elements along axes, or of all.
    #[signature(axis = None, dtype = None, out = None, *, correction = None, ddof = None, keepdims = false, r#where = None)]
    #[allow(clippy::too_many_arguments, reason = "NumPy's")]
    fn var<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        correction: Option<f64>,
        ddof: Option<f64>,
        keepdims: bool,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial: None, which: r#where };
        let of = Spread { name: "var", correction: correction.or(ddof).unwrap_or(0.0) };
        spread(ctx, of, &self.inner, (axis, dtype, keepdims), more)
    }

    /// The standard deviation of the elements along axes, or of all.
    #[signature(axis = None, dtype = None, out = None, *, correction = None, ddof = None, keepdims = false, r#where = None)]
    #[allow(clippy::too_many_arguments, reason = "NumPy's")]
    fn std<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<Shape>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
        correction: Option<f64>,
        ddof: Option<f64>,
        keepdims: bool,
        r#where: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        let more = More { out, initial: None, which: r#where };
        let of = Spread { name: "std", correction: correction.or(ddof).unwrap_or(0.0) };
        spread(ctx, of, &self.inner, (axis, dtype, keepdims), more)
    }

    /// Where the smallest element is along an axis, or in C order.
    #[signature(axis = None, *, keepdims = false)]
    fn argmin(&self, ctx: Ctx<'_>, axis: Option<isize>, keepdims: bool) -> Result<NdArray> {
        computed(ctx, "argmin", reduce::argmin(&self.inner, axis, keepdims))
    }

    /// Where the largest element is along an axis, or in C order.
    #[signature(axis = None, *, keepdims = false)]
    fn argmax(&self, ctx: Ctx<'_>, axis: Option<isize>, keepdims: bool) -> Result<NdArray> {
        computed(ctx, "argmax", reduce::argmax(&self.inner, axis, keepdims))
    }

    /// The sums of the elements up to each one along an axis, or in C order.
    #[signature(axis = None, dtype = None, out = None)]
    fn cumsum<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<isize>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        running(ctx, Scan::Sum, &self.inner, axis, dtype, out)
    }

    /// The products of the elements up to each one along an axis, or in C order.
    #[signature(axis = None, dtype = None, out = None)]
    fn cumprod<'c>(
        &self,
        ctx: Ctx<'c>,
        axis: Option<isize>,
        dtype: Option<DType>,
        out: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        running(ctx, Scan::Prod, &self.inner, axis, dtype, out)
    }

    /// The array without axes of one element: a view.
    #[signature(axis = None)]
    fn squeeze(&self, axis: Option<Shape>) -> Result<NdArray> {
        let inner = pommel_array::manipulation::squeeze(&self.inner, axes(&axis)).raise()?;
        Ok(NdArray { inner })
    }

    /// The array with two axes exchanged: a view.
    fn swapaxes(&self, axis1: isize, axis2: isize) -> Result<NdArray> {
        let inner = pommel_array::manipulation::swapaxes(&self.inner, axis1, axis2).raise()?;
        Ok(NdArray { inner })
    }

    /// The indices of the elements that are not zero: a tuple with an array for each axis.
    fn nonzero<'c>(&self, ctx: Ctx<'c>) -> Result<Arrays<'c>> {
        crate::functions::argument::tuple(ctx, pommel_array::indexing::nonzero(&self.inner))
    }

    /// The elements moved into a range.
    #[signature(min = None, max = None, out = None)]
    fn clip<'c>(
        &self,
        ctx: Ctx<'c>,
        min: Option<Object<'c>>,
        max: Option<Object<'c>>,
        out: Option<Object<'c>>,
    ) -> Result<Computed<'c>> {
        delivered(ctx, crate::functions::clipped(ctx, &self.inner, min, max)?, out)
    }

    /// The product of matrices or vectors, or with a number.
    #[signature(b, out = None)]
    fn dot<'c>(&self, ctx: Ctx<'c>, b: In, out: Option<Object<'c>>) -> Result<Computed<'c>> {
        algebra::dot(ctx, In(self.inner.clone()), b, out)
    }

    /// Sorts the elements along an axis, in place. Every `kind` is stable.
    #[signature(axis = -1, kind = None)]
    fn sort(&self, axis: isize, kind: Option<String>) -> Result<()> {
        let _ = kind;
        let sorted = sorting::sort(&self.inner, axis, false).raise()?;
        self.inner.assign(&sorted, Casting::No).raise()
    }

    /// The indices that sort along an axis, or all elements. Every `kind` is stable.
    #[signature(axis = Some(-1), kind = None)]
    fn argsort(&self, axis: Option<isize>, kind: Option<String>) -> Result<NdArray> {
        let _ = kind;
        let (array, axis) = along(&self.inner, axis)?;
        out(sorting::argsort(&array, axis, false))
    }

    /// Orders the elements along an axis in place, so that the `kth` is where it is when they are
    /// sorted, smaller ones before it.
    #[signature(kth, axis = -1)]
    fn partition(&self, kth: isize, axis: isize) -> Result<()> {
        let parted = sorting::partition(&self.inner, kth, axis).raise()?;
        self.inner.assign(&parted, Casting::No).raise()
    }

    /// The indices of the order that partition makes along an axis, or of all elements.
    #[signature(kth, axis = Some(-1))]
    fn argpartition(&self, kth: isize, axis: Option<isize>) -> Result<NdArray> {
        let (array, axis) = along(&self.inner, axis)?;
        out(sorting::argpartition(&array, kth, axis))
    }

    /// For each value the index at which it can be put into the array, which is sorted.
    #[signature(v, side = "left".into(), sorter = None)]
    fn searchsorted(&self, v: In, side: String, sorter: Option<In>) -> Result<NdArray> {
        crate::functions::sorting::searchsorted(In(self.inner.clone()), v, side, sorter)
    }

    /// The elements at indices of an axis, or in C order; `mode` says what an index out of bounds
    /// means: 'raise', 'wrap' or 'clip'.
    #[signature(indices, axis = None, out = None, mode = "raise".into())]
    fn take<'c>(
        &self,
        ctx: Ctx<'c>,
        indices: In,
        axis: Option<isize>,
        out: Option<Object<'c>>,
        mode: String,
    ) -> Result<Computed<'c>> {
        delivered(ctx, taken(&self.inner, &indices.0, axis, &mode)?, out)
    }

    /// The parts along an axis, or the elements in C order, for which a condition holds.
    #[signature(condition, axis = None)]
    fn compress(&self, condition: In, axis: Option<isize>) -> Result<NdArray> {
        out(pommel_array::indexing::compress(&condition.0, &self.inner, axis))
    }

    /// Elements repeated, each or by counts, along an axis or in C order.
    #[signature(repeats, axis = None)]
    fn repeat(&self, repeats: In, axis: Option<isize>) -> Result<NdArray> {
        crate::functions::manipulation::repeat(In(self.inner.clone()), repeats, axis)
    }

    /// A diagonal of two axes: a view.
    #[signature(offset = 0, axis1 = 0, axis2 = 1)]
    fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> Result<NdArray> {
        out(pommel_array::manipulation::diagonal(&self.inner, offset, axis1, axis2))
    }

    /// The sums of diagonals of two axes.
    #[signature(offset = 0, axis1 = 0, axis2 = 1, dtype = None)]
    fn trace(
        &self,
        offset: isize,
        axis1: isize,
        axis2: isize,
        dtype: Option<DType>,
    ) -> Result<NdArray> {
        algebra::trace(In(self.inner.clone()), offset, axis1, axis2, dtype)
    }

    /// The elements rounded to so many digits behind the point; halves go to the even neighbour.
    #[signature(decimals = 0, out = None)]
    fn round<'c>(
        &self,
        ctx: Ctx<'c>,
        decimals: i32,
        out: Option<Object<'c>>,
    ) -> Result<Object<'c>> {
        crate::functions::rounded(ctx, &self.inner, decimals, out)
    }

    /// The elements with their bytes in the other order, in a new array or in place.
    #[signature(inplace = false)]
    fn byteswap<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        inplace: bool,
    ) -> Result<Object<'c>> {
        let array = this.borrow()?;
        let swapped = exchange::native(&array.inner)?;
        if !inplace {
            return ctx.object(NdArray { inner: swapped });
        }
        array.inner.assign(&swapped, Casting::No).raise()?;
        Ok(this.to_owned_handle())
    }

    /// The complex conjugates.
    fn conj(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::Conj, self)
    }

    /// The complex conjugates.
    fn conjugate(&self, ctx: Ctx<'_>) -> Result<NdArray> {
        unary(ctx, Function::Conj, self)
    }

    /// The array itself: there is no other device than "cpu".
    #[signature(device, /, *, stream = None)]
    fn to_device<'a, 'c>(
        this: &'a Instance<'c, NdArray>,
        device: &str,
        stream: Option<Object<'c>>,
    ) -> Result<&'a Object<'c>> {
        if device != "cpu" {
            return Err(Error::value_error(format!(
                "argument 'device' must be 'cpu', the only device there is, not '{device}'"
            )));
        }
        if stream.is_some_and(|stream| !stream.is_none()) {
            return Err(Error::value_error("argument 'stream' must be None: 'cpu' has no streams"));
        }
        Ok(this)
    }

    fn __buffer__(&self) -> Result<Buffer<'_>> {
        exchange::export(&self.inner)
    }

    /// In C order, also on PyPy, which takes what lies in memory for the bytes of a view.
    fn __bytes__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        self.tobytes(ctx, None)
    }

    /// Where the elements lie, for NumPy. From now on nothing that reads them is put off.
    #[getter]
    fn __array_interface__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        exchange::interface(ctx, &self.inner)
    }

    /// NumPy's operators leave the answer to arrays.
    #[getter]
    fn __array_priority__(&self) -> f64 {
        1000.0
    }

    /// NumPy's array over the same memory, or over a copy.
    #[signature(dtype = None, *, copy = None)]
    fn __array__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        dtype: Option<Object<'c>>,
        copy: Option<bool>,
    ) -> Result<Object<'c>> {
        ctx.import(c"pommel._numpy")?.call_method(c"array", (&**this, dtype, copy))
    }

    #[signature(ufunc, method, *inputs, **kwargs)]
    fn __array_ufunc__<'c>(
        &self,
        ctx: Ctx<'c>,
        ufunc: &Object<'c>,
        method: &Object<'c>,
        inputs: Args<'_, 'c>,
        kwargs: Option<Dict<'c>>,
    ) -> Result<Object<'c>> {
        let inputs = inputs.to_tuple()?;
        ctx.import(c"pommel._numpy")?
            .call_method(c"array_ufunc", (ufunc, method, &*inputs, kwargs.as_deref()))
    }

    #[signature(func, types, args, kwargs)]
    fn __array_function__<'c>(
        &self,
        ctx: Ctx<'c>,
        func: &Object<'c>,
        types: &Object<'c>,
        args: &Object<'c>,
        kwargs: &Object<'c>,
    ) -> Result<Object<'c>> {
        ctx.import(c"pommel._numpy")?.call_method(c"array_function", (func, types, args, kwargs))
    }

    /// The package, which is the namespace of the array API standard.
    #[signature(*, api_version = None)]
    fn __array_namespace__<'c>(
        &self,
        ctx: Ctx<'c>,
        api_version: Option<&str>,
    ) -> Result<Object<'c>> {
        exchange::check_version(api_version)?;
        Ok(ctx.import(c"pommel")?.into())
    }

    /// A capsule with the memory of the array, for `from_dlpack` of another library.
    #[signature(*, stream = None, max_version = None, dl_device = None, copy = None)]
    fn __dlpack__<'c>(
        &self,
        ctx: Ctx<'c>,
        stream: Option<Object<'c>>,
        max_version: Option<(u32, u32)>,
        dl_device: Option<(i32, i32)>,
        copy: Option<bool>,
    ) -> Result<Object<'c>> {
        if stream.is_some_and(|stream| !stream.is_none()) {
            return Err(Error::value_error("argument 'stream' must be None: 'cpu' has no streams"));
        }
        exchange::give(ctx, &self.inner, max_version, dl_device, copy)
    }

    /// The device in DLPack's words: (1, 0), the processor.
    fn __dlpack_device__(&self) -> (i32, i32) {
        exchange::device()
    }

    #[signature(protocol, /)]
    fn __reduce_ex__<'c>(
        this: &Instance<'c, NdArray>,
        ctx: Ctx<'c>,
        protocol: i64,
    ) -> Result<Object<'c>> {
        ctx.import(c"pommel._pickle")?.call_method(c"reduced", (&**this, protocol))
    }

    /// Whether the elements lie without gaps in C order ('C'), or in Fortran's ('F').
    #[name = "_lies_in"]
    #[signature(order, /)]
    fn lies_in(&self, order: &str) -> bool {
        let order = if order == "F" { Order::F } else { Order::C };
        self.inner.layout().is_contiguous(order)
    }

    /// Whether writing to the array is refused.
    #[getter]
    #[name = "_readonly"]
    fn readonly(&self) -> bool {
        self.inner.is_readonly()
    }
}

/// Writes a number, or an array that is stretched, to all places of a view.
fn write<'c>(ctx: Ctx<'c>, view: &Array, value: &Object<'c>) -> Result<()> {
    if let Some(number) = value::number(value)? {
        check_number(number, view)?;
        return view.fill(number).raise();
    }
    let value = Value::expect(value, "value")?.into_array()?;
    view.assign(&value, Casting::Unsafe).raise()?;
    errstate::check(ctx, "cast")
}

/// A number that must fit is refused where NumPy refuses it: a part that would be lost.
fn check_number(number: Scalar, view: &Array) -> Result<()> {
    if matches!(number, Scalar::Complex(_)) && !view.dtype().is_complex() {
        return Err(Error::type_error(format!(
            "a complex number cannot become an element of an array of {}: take its real part",
            dtype::code(view.dtype())
        )));
    }
    Ok(())
}

/// A shape or axes as arguments: ints, or one sequence of them.
pub(crate) fn shape_of(args: &Args<'_, '_>) -> Result<Vec<isize>> {
    let mut items = args.iter();
    if let (1, Some(only)) = (args.len(), items.next()) {
        return if only.is_none() {
            Ok(Vec::new())
        } else {
            Shape::from_python(&only).map(|s| s.0)
        };
    }
    args.iter().map(|item| item.extract()).collect()
}

/// Computes what has been put off, so that warnings come where somebody looks.
pub(crate) fn evaluated(ctx: Ctx<'_>, array: &Array) -> Result<()> {
    if array.data().is_ready() {
        return Ok(());
    }
    array.eval().raise()?;
    errstate::check(ctx, errstate::EVALUATION)
}

fn listed<'c>(ctx: Ctx<'c>, array: &Array) -> Result<Object<'c>> {
    if array.ndim() == 0 {
        return value::give(ctx, array.item(&[]).raise()?);
    }
    let mut items = pommel_array::room_for(array.shape()[0] as usize).raise()?;
    for i in 0..array.shape()[0] {
        items.push(match array.ndim() {
            1 => value::give(ctx, array.item(&[i]).raise()?)?,
            _ => listed(ctx, &array.select(&[Index::At(i)]).raise()?)?,
        });
    }
    ctx.list(items).map(Object::from)
}

/// An iterator over the first axis of an array.
#[class]
pub struct Items {
    array: Array,
    next: std::sync::atomic::AtomicIsize,
}

#[methods]
impl Items {
    fn __iter__<'a, 'c>(this: &'a Instance<'c, Items>) -> &'a Object<'c> {
        this
    }

    fn __next__<'c>(&self, ctx: Ctx<'c>) -> Result<Option<Object<'c>>> {
        let i = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if i >= self.array.shape()[0] {
            return Ok(None);
        }
        key::read(ctx, &self.array, &[Index::At(i)]).map(Some)
    }
}
