//! From Python objects to arrays and numbers.

use crate::array::NdArray;
use crate::error::{Raise, raised};
use crate::errstate;
use pommel::Annotation;
use pommel::prelude::*;
use pommel_array::kernels::few::Few;
use pommel_array::{Array, Casting, DType, Operand, Scalar, room_for};

/// What an operand of a function is.
pub(crate) enum Value {
    /// An array.
    Array(Array),
    /// A number of Python, whose type gives way to that of arrays.
    Scalar(Scalar),
}

impl Value {
    /// An array, a number, a nested sequence of numbers, or another library's array; `None` if it is
    /// nothing of that.
    pub(crate) fn of(object: &Object<'_>) -> Result<Option<Value>> {
        if let Some(array) = Instance::<NdArray>::of(object) {
            return Ok(Some(Value::Array(array.borrow()?.inner.clone())));
        }
        if let Some(number) = number(object)? {
            return Ok(Some(Value::Scalar(number)));
        }
        if object.is_a::<List>() || object.is_a::<Tuple>() {
            return sequence(object, None).map(|array| Some(Value::Array(array)));
        }
        Ok(crate::exchange::import(object)?.map(Value::Array))
    }

    /// The same, or an error that says what was wanted.
    pub(crate) fn expect(object: &Object<'_>, name: &str) -> Result<Value> {
        Value::of(object)?.ok_or_else(|| {
            Error::type_error(format!(
                "argument '{name}' must be an array, a number, or a nested sequence of numbers, not \
                 {}",
                object.describe()
            ))
        })
    }

    pub(crate) fn operand(&self) -> Operand<'_> {
        match self {
            Value::Array(array) => Operand::Array(array),
            Value::Scalar(value) => Operand::Scalar(*value),
        }
    }

    /// As an array; a number becomes one without dimensions, of its own type.
    pub(crate) fn into_array(self) -> Result<Array> {
        match self {
            Value::Array(array) => Ok(array),
            Value::Scalar(value) => Array::from_scalar(value, value.dtype()).raise(),
        }
    }
}

/// Whether an object may be another library's array: it is neither one of ours, nor a number or a
/// sequence of Python.
pub(crate) fn is_foreign(object: &Object<'_>) -> bool {
    Instance::<NdArray>::of(object).is_none()
        && !object.is_a::<Int>()
        && !object.is_a::<Float>()
        && !object.is_a::<Complex>()
        && !object.is_a::<List>()
        && !object.is_a::<Tuple>()
}

/// A number of Python.
pub(crate) fn number(object: &Object<'_>) -> Result<Option<Scalar>> {
    if object.is_a::<Float>() {
        return object.extract().map(|value| Some(Scalar::Float(value)));
    }
    if object.is_a::<Bool>() {
        return object.is_true().map(|value| Some(Scalar::Bool(value)));
    }
    if object.is_a::<Int>() {
        return integer(object).map(Some);
    }
    if object.is_a::<Complex>() {
        let (re, im) = (object.get_attr(c"real")?, object.get_attr(c"imag")?);
        let value = num_complex::Complex::new(re.extract()?, im.extract()?);
        return Ok(Some(Scalar::Complex(value)));
    }
    Ok(None)
}

fn integer(object: &Object<'_>) -> Result<Scalar> {
    let small = object.extract::<i64>();
    if let Ok(value) = small {
        return Ok(Scalar::Int(value.into()));
    }
    drop(small);
    // Of 128 bits at most, or as a floating-point number, which is what it can become.
    let text = object.repr()?;
    match text.parse::<i128>() {
        Ok(value) => Ok(Scalar::Int(value)),
        Err(_) => text
            .parse()
            .map(Scalar::Float)
            .map_err(|_| Error::type_error(format!("must be a number, not {text}"))),
    }
}

/// An array of anything that holds numbers. `copy`: whether it must be one (`Some(true)`), must not
/// be one, or may be one.
pub(crate) fn array(
    _ctx: Ctx<'_>,
    object: &Object<'_>,
    dtype: Option<DType>,
    copy: Option<bool>,
) -> Result<NdArray> {
    let (array, fresh) = match Instance::<NdArray>::of(object) {
        Some(array) => (array.borrow()?.given()?, array.borrow()?.is_number()),
        None if object.is_a::<List>() || object.is_a::<Tuple>() => (sequence(object, dtype)?, true),
        None => match number(object)? {
            Some(value) => {
                let dtype = dtype.unwrap_or(value.dtype());
                let array = match Array::from_scalar(value, dtype) {
                    Ok(array) => array,
                    Err(error) => return Err(raised(error)),
                };
                (array, true)
            }
            None => match crate::exchange::import(object)? {
                Some(array) => (array, false),
                None if is_sequence(object) => (sequence(object, dtype)?, true),
                None => return Err(not_an_array(object)),
            },
        },
    };
    if copy == Some(false) && (fresh || dtype.is_some_and(|dtype| dtype != array.dtype())) {
        return Err(Error::value_error(
            "argument 'copy' is False and the object cannot be used without a copy: leave it out, or \
             pass None",
        ));
    }
    let converted = match dtype {
        Some(dtype) if dtype != array.dtype() => array.cast(dtype, Casting::Unsafe).raise()?,
        _ if copy == Some(true) && !fresh => array.copied_as_it_lies().raise()?,
        _ => array,
    };
    Ok(NdArray { inner: converted })
}

/// Whether an object is a sequence of another type than list and tuple: no text, set or mapping.
fn is_sequence(object: &Object<'_>) -> bool {
    object.has_attr(c"__len__")
        && object.has_attr(c"__getitem__")
        && !object.has_attr(c"keys")
        && !object.is_a::<Str>()
}

#[cold]
fn not_an_array(object: &Object<'_>) -> Error {
    Error::type_error(format!(
        "argument 'object' must be a number, a nested sequence of numbers, or an object that exports \
         memory, not {}",
        object.describe()
    ))
}

/// An array of a nested sequence.
pub(crate) fn sequence(object: &Object<'_>, dtype: Option<DType>) -> Result<Array> {
    let count = object.len()?;
    if dtype.is_none_or(|dtype| dtype == DType::Float64) {
        if count > 0
            && let Some(array) = few_floats(object, count)
        {
            return Ok(array);
        }
        let mut floats: Vec<f64> = room_for(count).raise()?;
        f64::read_leading(object, &mut floats);
        if floats.len() == count && count > 0 {
            return Array::from_slice(&floats, &[count as isize]).raise();
        }
    }
    let mut found = Found { shape: Vec::new(), numbers: Vec::new(), parts: Vec::new() };
    found.visit(object, 0)?;
    found.into_array(dtype)
}

/// An array of a list or tuple of few floats, on the shortest way there is.
#[inline(always)]
pub(crate) fn few_floats(sequence: &Object<'_>, count: usize) -> Option<Array> {
    Array::of_few_floats(count, |room| sequence.leading_floats(room) == count)
}

/// A number of Python that arithmetic of few floats takes as it is; `None` for all others.
#[inline(always)]
pub(crate) fn few(object: &Object<'_>) -> Option<Few<'static>> {
    if let Some(number) = object.at_once() {
        return Some(Few::Number(number));
    }
    match object.at_once::<i32>() {
        Some(number) => Some(Few::Number(f64::from(number))),
        None => few_by_calls(object),
    }
}

/// The same of numbers that cannot be read at once.
#[inline(never)]
fn few_by_calls(object: &Object<'_>) -> Option<Few<'static>> {
    if object.is_a::<Float>() {
        return object.extract().ok().map(Few::Number);
    }
    // Exact, or somebody else rounds it.
    let small = i32::try_from(crate::key::small(object)?).ok()?;
    Some(Few::Number(f64::from(small)))
}

/// What has been found in a nested sequence, in order.
struct Found {
    shape: Vec<isize>,
    numbers: Vec<Scalar>,
    /// Arrays among the items, unless there are numbers.
    parts: Vec<Array>,
}

/// Deeper than any array is nested.
const DEEPEST: usize = 64;

impl Found {
    fn visit(&mut self, object: &Object<'_>, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(Error::value_error(format!("lists are nested more than {DEEPEST} deep")));
        }
        let count = object.len()? as isize;
        self.extent(depth, count)?;
        for item in object.iter()? {
            let item = item?;
            if let Some(value) = number(&item)? {
                self.leaf(depth + 1)?;
                self.parts_to_numbers()?;
                self.push(value)?;
            } else if item.is_a::<List>() || item.is_a::<Tuple>() {
                self.visit(&item, depth + 1)?;
            } else {
                let part = match Instance::<NdArray>::of(&item) {
                    Some(array) => Some(array.borrow()?.inner.clone()),
                    None => crate::exchange::import(&item)?,
                };
                let Some(part) = part else { return Err(not_a_number(&item)) };
                for (axis, &extent) in part.shape().iter().enumerate() {
                    self.extent(depth + 1 + axis, extent)?;
                }
                self.leaf(depth + 1 + part.ndim())?;
                match self.numbers.is_empty() {
                    true => {
                        self.parts.try_reserve(1)?;
                        self.parts.push(part);
                    }
                    false => self.push_numbers(&part)?,
                }
            }
        }
        Ok(())
    }

    /// Among numbers of Python, arrays are the numbers that they hold.
    fn parts_to_numbers(&mut self) -> Result<()> {
        for part in core::mem::take(&mut self.parts) {
            self.push_numbers(&part)?;
        }
        Ok(())
    }

    /// The elements of an array among numbers and lists, in C order.
    fn push_numbers(&mut self, part: &Array) -> Result<()> {
        let flat = part.reshaped(&[-1]).raise()?;
        for i in 0..flat.size() as isize {
            self.push(flat.item(&[i]).raise()?)?;
        }
        Ok(())
    }

    /// Lists that have one list many times need little memory, and their numbers may need more than there
    /// is.
    fn push(&mut self, number: Scalar) -> Result<()> {
        self.numbers.try_reserve(1)?;
        self.numbers.push(number);
        Ok(())
    }

    /// An axis has an extent, the same everywhere.
    fn extent(&mut self, axis: usize, extent: isize) -> Result<()> {
        if axis == self.shape.len() && self.numbers.is_empty() && self.parts.is_empty() {
            self.shape.push(extent);
        }
        match self.shape.get(axis) {
            Some(&known) if known == extent => Ok(()),
            _ => Err(self.ragged(axis)),
        }
    }

    /// Numbers are as deep as there are axes.
    fn leaf(&self, depth: usize) -> Result<()> {
        if depth == self.shape.len() {
            Ok(())
        } else {
            Err(self.ragged(depth.min(self.shape.len())))
        }
    }

    #[cold]
    fn ragged(&self, axis: usize) -> Error {
        Error::value_error(format!(
            "the nested sequence has no shape: its parts differ in length or depth on axis {axis}"
        ))
    }

    fn into_array(self, dtype: Option<DType>) -> Result<Array> {
        if !self.parts.is_empty() {
            return self.joined(dtype);
        }
        let own = || {
            let types = self.numbers.iter().map(|number| number.dtype());
            types.reduce(DType::promote).unwrap_or(DType::Float64)
        };
        let dtype = dtype.unwrap_or_else(own);
        let array = Array::zeros(dtype, &self.shape).raise()?;
        let flat = array.reshaped(&[-1]).raise();
        let flat = if self.numbers.is_empty() { return Ok(array) } else { flat? };
        for (i, number) in self.numbers.iter().enumerate() {
            flat.set_item(&[i as isize], *number).raise()?;
        }
        Ok(array)
    }

    /// Arrays side by side, which are all there is.
    fn joined(self, dtype: Option<DType>) -> Result<Array> {
        let own = DType::common(self.parts.iter().map(Array::dtype));
        let dtype = dtype.or(own).unwrap_or(DType::Float64);
        let array = Array::zeros(dtype, &self.shape).raise()?;
        let depth = self.shape.len() - self.parts[0].ndim();
        let mut flat: Vec<isize> = vec![-1];
        flat.extend_from_slice(&self.shape[depth..]);
        if array.size() == 0 {
            return Ok(array);
        }
        let rows = array.reshaped(&flat).raise()?;
        for (i, part) in self.parts.iter().enumerate() {
            let row = rows.select(&[pommel_array::Index::At(i as isize)]).raise()?;
            row.assign(part, Casting::Unsafe).raise()?;
        }
        Ok(array)
    }
}

#[cold]
fn not_a_number(object: &Object<'_>) -> Error {
    Error::type_error(format!("items must be numbers, not {}", object.describe()))
}

/// A number that was read as an object of Python, after what errors of arithmetic ask for: reading may
/// have computed what was put off.
pub(crate) fn give(ctx: Ctx<'_>, value: Scalar) -> Result<Object<'_>> {
    errstate::check(ctx, errstate::EVALUATION)?;
    match value {
        Scalar::Bool(value) => ctx.object(value),
        Scalar::Int(value) => match i64::try_from(value) {
            Ok(value) => ctx.object(value),
            Err(_) => ctx.object(value as u64),
        },
        Scalar::Float(value) => ctx.object(value),
        Scalar::Complex(value) => ctx.builtin(c"complex")?.call((value.re, value.im)),
    }
}

/// A shape: an int or a sequence of ints.
pub(crate) struct Shape(pub(crate) Vec<isize>);

impl FromPython for Shape {
    const TAKES: Annotation =
        Annotation::Name("typing.SupportsIndex | collections.abc.Iterable[typing.SupportsIndex]");

    fn expected() -> std::borrow::Cow<'static, str> {
        "an int or a tuple of ints".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Shape> {
        if object.is_a::<Tuple>() || object.is_a::<List>() {
            return object.extract().map(Shape);
        }
        match object.extract::<isize>() {
            Ok(extent) => Ok(Shape(vec![extent])),
            Err(error) if object.has_attr(c"__iter__") => {
                drop(error);
                object.extract().map(Shape)
            }
            Err(error) => Err(error),
        }
    }
}
pommel::argument!(Shape);

impl IntoPython for Shape {
    const GIVES: Annotation = Annotation::Name("tuple[int, ...]");

    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        tuple(ctx, &self.0)
    }
}

/// A tuple of ints.
pub(crate) fn tuple<'c>(ctx: Ctx<'c>, numbers: &[isize]) -> Result<Object<'c>> {
    let items: Vec<Object<'c>> =
        numbers.iter().map(|number| ctx.object(*number)).collect::<Result<_>>()?;
    let items: Vec<&Object<'_>> = items.iter().collect();
    ctx.tuple(&items).map(Object::from)
}

pommel::argument!(crate::dtype::DType);
