//! Element types as Python objects.

use crate::array::NdArray;
use pommel::Annotation;
use pommel::prelude::*;
use pommel_array::{DType as Type, Kind};

/// The type of an array's elements, such as `pommel.float64`.
///
/// Calling it makes an array without dimensions of a number: `pommel.float32(0.5)`.
/// It equals its name, and NumPy's type of that name.
///
/// >>> import pommel as pm
/// >>> pm.dtype("int8").itemsize
/// 1
/// >>> pm.float32(0.5)
/// array(0.5, dtype=float32)
#[class(name = "dtype")]
pub struct DType {
    pub(crate) inner: Type,
}

#[methods]
impl DType {
    /// The type that an object names: a name such as 'float64', a code such as 'd' or '<f8', a Python
    /// type (bool, int, float, complex), or an element type of NumPy.
    #[new]
    #[signature(object, /)]
    fn new(object: &Object<'_>) -> Result<DType> {
        Ok(DType { inner: read(object)? })
    }

    /// The name.
    #[getter]
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    /// Bytes of an element.
    #[getter]
    fn itemsize(&self) -> usize {
        self.inner.size()
    }

    /// The alignment of an element in bytes.
    #[getter]
    fn alignment(&self) -> usize {
        self.inner.real().size()
    }

    /// The kind: 'b' (bool), 'i' (integer), 'u' (unsigned), 'f' (floating point), 'c' (complex).
    #[getter]
    fn kind(&self) -> &'static str {
        match self.inner.kind() {
            Kind::Bool => "b",
            Kind::Int => "i",
            Kind::UInt => "u",
            Kind::Float => "f",
            Kind::Complex => "c",
        }
    }

    /// The code of NumPy, such as 'd'.
    #[getter]
    fn char(&self) -> &'static str {
        match self.inner {
            Type::Int64 => "l",
            Type::UInt64 => "L",
            Type::Complex64 => "F",
            Type::Complex128 => "D",
            other => other.code(),
        }
    }

    /// The code with byte order and size, such as '<f8'.
    #[getter]
    fn str(&self) -> String {
        code(self.inner)
    }

    /// NumPy's class of such elements if NumPy is there, which code that was written for it compares
    /// with others and asks for its bases; else the type itself.
    #[getter]
    fn r#type<'c>(this: &Instance<'c, DType>, ctx: Ctx<'c>) -> Result<Object<'c>> {
        let modules = ctx.import(c"sys")?.get_attr(c"modules")?;
        let numpy: Object<'_> = modules.call_method(c"get", ("numpy",))?;
        let name = match this.borrow()?.inner {
            // Before NumPy 2 the other name was Python's own class.
            Type::Bool => "bool_",
            other => other.name(),
        };
        ctx.builtin(c"getattr")?.call((numpy, name, &**this))
    }

    /// Whether elements are in the byte order of the machine, which they always are.
    #[getter]
    fn isnative(&self) -> bool {
        true
    }

    /// The byte order of elements: '=', the machine's, or '|' where there is none.
    #[getter]
    fn byteorder(&self) -> &'static str {
        if self.inner.size() == 1 { "|" } else { "=" }
    }

    /// The type in a byte order, of which there is one.
    #[signature(new_order = "=".into(), /)]
    fn newbyteorder(&self, new_order: String) -> Result<DType> {
        let there = matches!(new_order.as_str(), "=" | "<" | "|" | "native" | "little" | "N" | "L");
        if !there && self.inner.size() > 1 {
            return Err(Error::value_error(format!(
                "elements are in the byte order of the machine, '<', and not in '{new_order}': convert \
                 the bytes with NumPy or array.byteswap()"
            )));
        }
        Ok(DType { inner: self.inner })
    }

    /// The type itself: elements are no arrays.
    #[getter]
    fn base<'a, 'c>(this: &'a Instance<'c, DType>) -> &'a Object<'c> {
        this
    }

    /// None: elements have no parts with names.
    #[getter]
    fn names(&self) -> Option<String> {
        None
    }

    /// None: elements have no parts with names.
    #[getter]
    fn fields(&self) -> Option<String> {
        None
    }

    /// None: elements are no arrays.
    #[getter]
    fn subdtype(&self) -> Option<String> {
        None
    }

    /// No extents: elements are no arrays.
    #[getter]
    fn shape(&self) -> crate::value::Shape {
        crate::value::Shape(Vec::new())
    }

    /// The number of axes of an element.
    #[getter]
    fn ndim(&self) -> usize {
        0
    }

    /// Whether elements are objects of Python, which they never are.
    #[getter]
    fn hasobject(&self) -> bool {
        false
    }

    /// Whether an object is an element of this type: a number that came out of an array of it, or a
    /// number of Python, which elements of bool, int64, float64 and complex128 are given as.
    fn __instancecheck__(&self, object: &Object<'_>) -> Result<bool> {
        if let Some(array) = Instance::<NdArray>::of(object) {
            let array = array.borrow()?;
            return Ok(array.is_number() && array.inner.dtype() == self.inner);
        }
        Ok(match self.inner {
            Type::Bool => object.is_a::<Bool>(),
            Type::Int64 => object.is_a::<Int>() && !object.is_a::<Bool>(),
            Type::Float64 => object.is_a::<Float>(),
            Type::Complex128 => object.is_a::<Complex>(),
            _ => false,
        })
    }

    fn __call__<'c>(&self, ctx: Ctx<'c>, value: &Object<'c>) -> Result<NdArray> {
        let made = crate::value::array(ctx, value, Some(self.inner), Some(true))?;
        Ok(NdArray::made(made.inner))
    }

    fn __eq__(&self, other: &Object<'_>) -> bool {
        match Instance::<DType>::of(other) {
            Some(other) => other.borrow().is_ok_and(|other| other.inner == self.inner),
            None => read(other).is_ok_and(|other| other == self.inner),
        }
    }

    fn __hash__(&self) -> i64 {
        self.inner as i64 + 1_000_003
    }

    fn __repr__(&self) -> String {
        format!("dtype('{}')", self.inner.name())
    }

    fn __str__(&self) -> &'static str {
        self.inner.name()
    }

    /// NumPy's type of the same elements, for NumPy.
    #[getter]
    fn __numpy_dtype__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        match ctx.import(c"numpy") {
            Ok(numpy) => numpy.call_method(c"dtype", (code(self.inner),)),
            Err(error) if error.is(ctx, exception::ImportError) => Err(Error::attribute_error(
                "NumPy's type of these elements needs NumPy, which is not installed",
            )),
            Err(error) => Err(error),
        }
    }

    /// The same, for NumPy before version 2.4.
    #[getter]
    fn dtype<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        self.__numpy_dtype__(ctx)
    }

    fn __reduce__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
        ctx.object((&dtype_class(ctx)?, (self.inner.name(),)))
    }
}

/// The class, as an object.
fn dtype_class(ctx: Ctx<'_>) -> Result<Object<'_>> {
    ctx.import(c"pommel._native")?.get_attr(c"dtype")
}

/// The code with byte order and size.
pub(crate) fn code(dtype: Type) -> String {
    let (order, letter) = match dtype.kind() {
        Kind::Bool => ('|', 'b'),
        Kind::Int => ('<', 'i'),
        Kind::UInt => ('<', 'u'),
        Kind::Float => ('<', 'f'),
        Kind::Complex => ('<', 'c'),
    };
    let order = if dtype.size() == 1 { '|' } else { order };
    format!("{order}{letter}{}", dtype.size())
}

/// The type of a text: a name, NumPy's letter, or a code with byte order and size.
pub(crate) fn named(text: &str) -> Option<Type> {
    let found = match text {
        "int" | "int_" | "intp" | "long" | "longlong" | "l" | "p" => Type::Int64,
        "uint" | "uintp" | "ulong" | "ulonglong" | "L" | "P" => Type::UInt64,
        "byte" => Type::Int8,
        "ubyte" => Type::UInt8,
        "short" => Type::Int16,
        "ushort" => Type::UInt16,
        "intc" => Type::Int32,
        "uintc" => Type::UInt32,
        "float" | "double" => Type::Float64,
        "half" => Type::Float16,
        "single" => Type::Float32,
        "complex" | "cdouble" | "D" => Type::Complex128,
        "csingle" | "F" => Type::Complex64,
        "bool_" => Type::Bool,
        _ => return Type::from_name(text).or_else(|| coded(text)),
    };
    Some(found)
}

/// The type of a code such as `<f8`.
pub(crate) fn coded(text: &str) -> Option<Type> {
    let letters = text.strip_prefix(['<', '|', '=']).unwrap_or(text);
    Type::ALL.iter().copied().find(|dtype| code(*dtype)[1..] == *letters)
}

/// The element type that an object means.
pub(crate) fn read(object: &Object<'_>) -> Result<Type> {
    if let Some(dtype) = Instance::<DType>::of(object) {
        return Ok(dtype.borrow()?.inner);
    }
    let ctx = object.ctx();
    if let Some(text) = object.as_a::<Str>() {
        return named(text.to_str()?).ok_or_else(|| unknown(object));
    }
    let builtin = [
        (c"float", Type::Float64),
        (c"int", Type::Int64),
        (c"bool", Type::Bool),
        (c"complex", Type::Complex128),
    ];
    for (name, dtype) in builtin {
        if object.is(&ctx.builtin(name)?) {
            return Ok(dtype);
        }
    }
    // NumPy's types say their code, and its scalar types their name.
    if let Ok(text) = object.get_attr(c"str").and_then(|text| text.extract::<String>()) {
        return coded(&text).ok_or_else(|| unknown(object));
    }
    if let Ok(text) = object.get_attr(c"__name__").and_then(|text| text.extract::<String>()) {
        return named(&text).ok_or_else(|| unknown(object));
    }
    Err(unknown(object))
}

#[cold]
fn unknown(object: &Object<'_>) -> Error {
    let known: Vec<_> = Type::ALL.iter().map(|dtype| dtype.name()).collect();
    let given = object.repr().unwrap_or_else(|_| object.type_name());
    Error::type_error(format!("{given} names no element type; there are {}", known.join(", ")))
}

impl FromPython for DType {
    const TAKES: Annotation = Annotation::Name("dtype | type[typing.Any] | str");

    fn expected() -> std::borrow::Cow<'static, str> {
        "an element type".into()
    }

    fn from_python(object: &Object<'_>) -> Result<DType> {
        Ok(DType { inner: read(object)? })
    }
}
