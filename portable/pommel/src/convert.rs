//! Values across the border: [`FromPython`] and [`Argument`] on the way in, [`IntoPython`] on the
//! way out.
//!
//! [`FromPython`] makes an owned Rust value of an object.
//! [`Argument`] is what a parameter of a function may be: the same types, and also things that
//! borrow from the argument, such as `&str`, `&Object` or a reference to a class, for which it has
//! a *holder* that lives as long as the call.

use crate::object::{Borrowed, Kind, Object};
use crate::raw::{self, NewHandle, attach, calls};
use crate::{
    Annotation, Bool, Bytes, Complex, Ctx, Dict, Error, Float, FrozenSet, Int, List, Module,
    Result, Set, Slice, Str, Tuple, Type, WeakRef,
};
use hpy_abi::HPy;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Rust values that can be read from a Python object.
pub trait FromPython: Sized {
    /// What type checkers are told that it takes.
    const TAKES: Annotation = Annotation::ANY;
    /// What Python users are told to pass, for messages: `a real number`.
    fn expected() -> Cow<'static, str>;
    /// Reads the value; a `TypeError` if the object is of the wrong kind.
    fn from_python(object: &Object<'_>) -> Result<Self>;
    /// Reads the value if that can be done without running Python code or making a reference.
    ///
    /// # Safety
    /// `ctx` is live and `object` an open handle.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn read_exact(_ctx: Ctx<'_>, _object: HPy) -> Option<Self> {
        None
    }
    /// Reads as many leading items of a list or tuple as can be had at once, into an empty vector
    /// that has room for them.
    #[doc(hidden)]
    #[inline(always)]
    fn read_leading(_sequence: &Object<'_>, _items: &mut Vec<Self>) {}
}

/// Types that a parameter of a function may have.
pub trait Argument<'a, 'h, 'c>: Sized {
    /// What keeps a borrowed value alive during the call.
    type Holder: Default + 'h;
    /// Whether code that only has the value cannot get at Python through it.
    #[doc(hidden)]
    const CLOSED: bool = false;
    /// What type checkers are told that it takes.
    const TAKES: Annotation = Annotation::ANY;
    /// Reads the argument.
    fn extract(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<Self>;
    /// Reads the argument for a stretch that is closed; see `pommel::rt::closed`.
    ///
    /// # Safety
    /// No Python code runs before the value is gone.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn extract_closed(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<Self> {
        Self::extract(object, holder)
    }
}

/// Rust values that can become a Python object.
pub trait IntoPython {
    /// What type checkers are told that it becomes.
    const GIVES: Annotation = Annotation::ANY;
    /// Makes the object.
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>>;
    /// Makes the object for as long as `then` runs; an object that is there already is lent.
    #[doc(hidden)]
    #[inline(always)]
    fn lend<R>(self, ctx: Ctx<'_>, then: impl FnOnce(&Object<'_>) -> Result<R>) -> Result<R>
    where
        Self: Sized,
    {
        then(&self.into_python(ctx)?)
    }
    /// The same as bits that the caller owns: a result in two registers.
    #[doc(hidden)]
    #[inline(always)]
    fn into_raw(self, ctx: Ctx<'_>) -> Result<NewHandle>
    where
        Self: Sized,
    {
        self.into_python(ctx).map(NewHandle::of)
    }
}

/// A `TypeError` that says what was wanted and what came.
#[cold]
pub(crate) fn wrong_type(expected: &str, object: &Object<'_>) -> Error {
    Error::type_error(format!("must be {expected}, not {}", object.describe()))
}

/// Makes a `FromPython` type usable as a parameter. Extensions do this for types of their own:
/// `pommel::argument!(Point);`.
#[macro_export]
macro_rules! argument {
    ($($ty:ty),* $(,)?) => {$(
        impl<'a, 'h, 'c> $crate::Argument<'a, 'h, 'c> for $ty {
            type Holder = ();
            const CLOSED: bool = true;
            const TAKES: $crate::Annotation = <$ty as $crate::FromPython>::TAKES;
            #[inline(always)]
            fn extract(object: &'a $crate::Object<'c>, _holder: &'h mut ()) -> $crate::Result<$ty> {
                <$ty as $crate::FromPython>::from_python(object)
            }
        }
    )*};
}

argument!(f64, f32, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, bool, String, char);

/// Whether a failed conversion means "not a number at all": then our own message is better than
/// the interpreter's, which does not know the argument's name. An object that has the method and
/// failed in it keeps its own exception.
#[cold]
fn conversion_error(
    object: &Object<'_>,
    error: Error,
    expected: &str,
    methods: &[&core::ffi::CStr],
) -> Error {
    let ctx = object.ctx();
    if !error.is(ctx, crate::exception::TypeError) {
        return error;
    }
    let value = error.into_value(ctx);
    let type_ = object.type_();
    match value {
        Some(value) if methods.iter().any(|name| type_.has_attr(*name)) => {
            Error::from_value(&value)
        }
        _ => wrong_type(expected, object),
    }
}

impl FromPython for f64 {
    const TAKES: Annotation = Annotation::Name("float");
    fn expected() -> Cow<'static, str> {
        "a real number".into()
    }

    #[inline(always)]
    unsafe fn read_exact(ctx: Ctx<'_>, object: HPy) -> Option<f64> {
        // SAFETY: the caller's promise.
        unsafe { attach::exact_float(ctx.as_raw(), object) }
    }

    #[inline]
    fn read_leading(sequence: &Object<'_>, items: &mut Vec<f64>) {
        read_floats(sequence, items);
    }

    #[inline(always)]
    fn from_python(object: &Object<'_>) -> Result<f64> {
        // SAFETY: an open handle.
        match unsafe { attach::exact_float(object.ctx().as_raw(), object.as_raw()) } {
            Some(value) => Ok(value),
            // SAFETY: as above.
            None => unsafe { float_of_any(object.ctx(), object.as_raw()) }.map(f64::from_bits),
        }
    }
}

/// The general way, which is out of the way of the short one: it takes the object and gives the
/// bits of the value in registers, so that neither needs the stack.
///
/// # Safety
/// `object` is an open handle.
#[cold]
#[inline(never)]
unsafe fn float_of_any(ctx: Ctx<'_>, object: HPy) -> Result<u64> {
    // SAFETY: a live context and an open handle.
    let value = unsafe { calls::ctx_Float_AsDouble(ctx.as_raw(), object) };
    if value == -1.0 && ctx.error_is_set() {
        // SAFETY: an open handle.
        let object = unsafe { Borrowed::new(ctx, object) };
        return float_failed(&object, Error::pending()).map(f64::to_bits);
    }
    Ok(value.to_bits())
}

/// What comes of an object that the interpreter could not read as a `float`. PyPy's own HPy does not
/// ask `__index__`.
#[cold]
fn float_failed(object: &Object<'_>, error: Error) -> Result<f64> {
    let has = |name| object.type_().has_attr(name);
    let is_type_error = |error: &Error| error.is(object.ctx(), crate::exception::TypeError);
    if attach::is_pypy73() && is_type_error(&error) && !has(c"__float__") && has(c"__index__") {
        return f64::from_python(&object.index()?);
    }
    Err(conversion_error(object, error, "a real number", &[c"__float__", c"__index__"]))
}

/// Fills an empty vector with leading floats of a list or tuple.
fn read_floats(sequence: &Object<'_>, items: &mut Vec<f64>) {
    let Some(extensions) = attach::extensions() else { return };
    let (ctx, room) = (sequence.ctx().as_raw(), items.spare_capacity_mut());
    // SAFETY: the host writes no more items than there is room for, and says how many.
    unsafe {
        let start = room.as_mut_ptr().cast();
        let read = (extensions.read_floats)(ctx, sequence.as_raw(), start, room.len());
        items.set_len(read);
    }
}

impl FromPython for f32 {
    const TAKES: Annotation = Annotation::Name("float");
    fn expected() -> Cow<'static, str> {
        "a real number".into()
    }

    #[inline]
    fn from_python(object: &Object<'_>) -> Result<f32> {
        f64::from_python(object).map(|value| value as f32)
    }
}

/// Calls `read` with the object if it is an `int`, and with the result of its `__index__` if not:
/// left to themselves some hosts would also ask `__int__`, and cut the fraction off a `float`.
#[inline(always)]
fn as_int<R>(object: &Object<'_>, read: impl Fn(&Object<'_>) -> Result<R>) -> Result<R> {
    let ctx = object.ctx().as_raw();
    // SAFETY: open handles, the second to a type.
    let is_int = unsafe {
        let int = calls::h_LongType(ctx);
        attach::type_of(object.as_raw()) == Some(int)
            || calls::ctx_TypeCheck(ctx, object.as_raw(), int).0 != 0
    };
    if is_int {
        return read(object);
    }
    match object.index() {
        Ok(int) => read(&int),
        Err(error) => Err(conversion_error(object, error, "an int", &[c"__index__"])),
    }
}

/// The general way of an integer type, which is out of the way of the short one.
trait FromAnyInt: Sized {
    fn from_any_int(object: &Object<'_>) -> Result<Self>;
}

macro_rules! wide_integers {
    ($($ty:ident $member:ident $taken:expr, $expected:literal;)*) => {$(
        impl FromPython for $ty {
            const TAKES: Annotation = Annotation::Name("int");
            fn expected() -> Cow<'static, str> {
                $expected.into()
            }

            #[inline(always)]
            unsafe fn read_exact(ctx: Ctx<'_>, object: HPy) -> Option<$ty> {
                // SAFETY: the caller's promise.
                let small = unsafe { attach::exact_small_int(ctx.as_raw(), object) };
                small.and_then(|small| <$ty>::try_from(small).ok())
            }

            #[inline(always)]
            fn from_python(object: &Object<'_>) -> Result<$ty> {
                // SAFETY: a live context and an open handle.
                match unsafe { <$ty>::read_exact(object.ctx(), object.as_raw()) } {
                    Some(value) => Ok(value),
                    None => <$ty>::from_any_int(object),
                }
            }
        }
        impl FromAnyInt for $ty {
            #[inline(never)]
            fn from_any_int(object: &Object<'_>) -> Result<$ty> {
                as_int(object, |int| {
                    // SAFETY: an open handle.
                    let value = unsafe { calls::$member(int.ctx().as_raw(), int.as_raw()) };
                    if value == $taken && int.ctx().error_is_set() {
                        return Err(int_failed::<$ty>(int, Error::pending()));
                    }
                    Ok(value)
                })
            }
        }
        impl Bounds for $ty {
            const LOW: $ty = $ty::MIN;
            const HIGH: $ty = $ty::MAX;
        }
    )*};
}
wide_integers! {
    i64 ctx_Long_AsInt64_t -1, "an int";
    u64 ctx_Long_AsUInt64_t u64::MAX, "an int that is not negative";
}

/// What comes of an `int` that the interpreter could not read: our own message if the range is the
/// reason, and the interpreter's exception otherwise.
#[cold]
fn int_failed<T: core::fmt::Display + Bounds>(object: &Object<'_>, error: Error) -> Error {
    if !error.is(object.ctx(), crate::exception::OverflowError) {
        return error;
    }
    drop(error);
    out_of_range::<T>(object)
}

/// An `OverflowError` that names the value and the range.
#[cold]
fn out_of_range<T: core::fmt::Display + Bounds>(object: &Object<'_>) -> Error {
    let value = object.repr().unwrap_or_else(|_| "the value".to_owned());
    let (low, high) = (T::LOW, T::HIGH);
    Error::overflow_error(format!("must be between {low} and {high}, not {value}"))
}

/// The range of an integer type, for messages.
trait Bounds: Sized {
    const LOW: Self;
    const HIGH: Self;
}

macro_rules! small_integers {
    ($($ty:ty, via $wide:ty;)*) => {$(
        impl Bounds for $ty {
            const LOW: $ty = <$ty>::MIN;
            const HIGH: $ty = <$ty>::MAX;
        }
        impl FromPython for $ty {
            const TAKES: Annotation = Annotation::Name("int");
            fn expected() -> Cow<'static, str> {
                <$wide>::expected()
            }
            #[inline(always)]
            unsafe fn read_exact(ctx: Ctx<'_>, object: HPy) -> Option<$ty> {
                // SAFETY: the caller's promise.
                let wide = unsafe { <$wide>::read_exact(ctx, object) };
                wide.and_then(|wide| <$ty>::try_from(wide).ok())
            }
            #[inline(always)]
            fn from_python(object: &Object<'_>) -> Result<$ty> {
                match <$wide>::from_python(object) {
                    Ok(wide) => {
                        <$ty>::try_from(wide).map_err(|_| out_of_range::<$ty>(object))
                    }
                    // Beyond the wide type as well.
                    Err(error) if error.was_made(crate::exception::OverflowError) => {
                        Err(out_of_range::<$ty>(object))
                    }
                    Err(error) => Err(error),
                }
            }
        }
    )*};
}
small_integers! {
    i8, via i64;
    i16, via i64;
    i32, via i64;
    isize, via i64;
    u8, via i64;
    u16, via i64;
    u32, via i64;
    usize, via u64;
}
impl FromPython for bool {
    const TAKES: Annotation = Annotation::Name("bool");
    fn expected() -> Cow<'static, str> {
        "True or False".into()
    }

    fn from_python(object: &Object<'_>) -> Result<bool> {
        // SAFETY: open handles.
        unsafe {
            let ctx = object.ctx().as_raw();
            if calls::ctx_Is(ctx, object.as_raw(), calls::h_True(ctx)).0 != 0 {
                Ok(true)
            } else if calls::ctx_Is(ctx, object.as_raw(), calls::h_False(ctx)).0 != 0 {
                Ok(false)
            } else {
                Err(wrong_type("True or False", object))
            }
        }
    }
}

impl FromPython for String {
    const TAKES: Annotation = Annotation::Name("str");
    fn expected() -> Cow<'static, str> {
        "a str".into()
    }

    fn from_python(object: &Object<'_>) -> Result<String> {
        <&str>::extract(object, &mut ()).map(str::to_owned)
    }
}

impl FromPython for char {
    const TAKES: Annotation = Annotation::Name("str");
    fn expected() -> Cow<'static, str> {
        "a str of one character".into()
    }

    fn from_python(object: &Object<'_>) -> Result<char> {
        let text = <&str>::extract(object, &mut ())?;
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => Ok(c),
            _ => Err(wrong_type("a str of one character", object)),
        }
    }
}

impl<'a, 'h> Argument<'a, 'h, '_> for &'a str {
    type Holder = ();
    const TAKES: Annotation = Annotation::Name("str");
    #[inline]
    fn extract(object: &'a Object<'_>, _holder: &'h mut ()) -> Result<&'a str> {
        if !Str::test(object) {
            return Err(wrong_type("a str", object));
        }
        // SAFETY: it is a `str`, as the test says.
        unsafe { Str::view(object) }.to_str()
    }
}

impl<'a, 'h> Argument<'a, 'h, '_> for &'a [u8] {
    type Holder = ();
    const TAKES: Annotation = Annotation::Name("bytes");
    #[inline]
    fn extract(object: &'a Object<'_>, _holder: &'h mut ()) -> Result<&'a [u8]> {
        if !Bytes::test(object) {
            return Err(wrong_type("a bytes object", object));
        }
        // SAFETY: it is a `bytes`, as the test says.
        Ok(unsafe { Bytes::view(object) }.as_slice())
    }
}

impl<'a, 'h, 'c> Argument<'a, 'h, 'c> for &'a Object<'c> {
    type Holder = ();
    #[inline(always)]
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<&'a Object<'c>> {
        Ok(object)
    }
}

impl<'a, 'h, 'c> Argument<'a, 'h, 'c> for Object<'c> {
    type Holder = ();
    #[inline]
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Object<'c>> {
        Ok(object.to_owned_handle())
    }
}

macro_rules! kind_arguments {
    ($($kind:ident)*) => {$(
        impl<'a, 'h, 'c> Argument<'a, 'h, 'c> for &'a $kind<'c> {
            type Holder = ();
            const TAKES: Annotation = $kind::ANNOTATION;
            #[inline]
            fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<&'a $kind<'c>> {
                match $kind::test(object) {
                    // SAFETY: it is of the kind, as the test says.
                    true => Ok(unsafe { $kind::view(object) }),
                    false => Err(wrong_type($kind::EXPECTED, object)),
                }
            }
        }

        impl<'a, 'h, 'c> Argument<'a, 'h, 'c> for $kind<'c> {
            type Holder = ();
            const TAKES: Annotation = $kind::ANNOTATION;
            #[inline]
            fn extract(object: &'a Object<'c>, holder: &'h mut ()) -> Result<$kind<'c>> {
                <&$kind<'_>>::extract(object, holder).cloned()
            }
        }

        impl IntoPython for &$kind<'_> {
            const GIVES: Annotation = $kind::ANNOTATION;
            #[inline]
            fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
                (&**self).into_python(ctx)
            }

            #[inline(always)]
            fn lend<R>(self, _ctx: Ctx<'_>, then: impl FnOnce(&Object<'_>) -> Result<R>) -> Result<R> {
                then(self)
            }
        }

        impl IntoPython for $kind<'_> {
            const GIVES: Annotation = $kind::ANNOTATION;
            #[inline]
            fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
                Object::from(self).into_python(ctx)
            }
        }
    )*};
}
kind_arguments!(Bool Bytes Complex Dict Float FrozenSet Int List Module Set Slice Str Tuple Type WeakRef);

impl<'a, 'h, 'c, T: Argument<'a, 'h, 'c>> Argument<'a, 'h, 'c> for Option<T> {
    type Holder = T::Holder;
    const TAKES: Annotation = Annotation::Optional(&T::TAKES);
    #[inline]
    fn extract(object: &'a Object<'c>, holder: &'h mut T::Holder) -> Result<Option<T>> {
        if object.is_none() { Ok(None) } else { T::extract(object, holder).map(Some) }
    }
}

impl<T: FromPython> FromPython for Option<T> {
    const TAKES: Annotation = Annotation::Optional(&T::TAKES);
    fn expected() -> Cow<'static, str> {
        format!("{} or None", T::expected()).into()
    }
    fn from_python(object: &Object<'_>) -> Result<Option<T>> {
        if object.is_none() { Ok(None) } else { T::from_python(object).map(Some) }
    }
}

impl<T: FromPython> FromPython for Vec<T> {
    const TAKES: Annotation = Annotation::Generic("collections.abc.Iterable", &[T::TAKES]);
    fn expected() -> Cow<'static, str> {
        format!("a sequence whose items are each {}", T::expected()).into()
    }

    fn from_python(object: &Object<'_>) -> Result<Vec<T>> {
        if List::test(object) || Tuple::test(object) {
            let len = object.len()?;
            let mut values = Vec::new();
            values.try_reserve_exact(len)?;
            T::read_leading(object, &mut values);
            for i in values.len()..len {
                // The list may shrink while items are read: their methods are Python code.
                values.push(item(&object.get_index(i as isize)?, i)?);
            }
            return Ok(values);
        }
        if Str::test(object) || Bytes::test(object) {
            return Err(wrong_type(&Self::expected(), object));
        }
        let items =
            object.iter().map_err(|error| not_iterable(&Self::expected(), object, error))?;
        let mut values = Vec::new();
        for (i, value) in items.enumerate() {
            // Whatever is iterated over may have more items than memory has room for.
            values.try_reserve(1)?;
            values.push(item(&value?, i)?);
        }
        Ok(values)
    }
}

/// Reads one item of a sequence; an error says which.
#[inline]
fn item<T: FromPython>(object: &Object<'_>, index: usize) -> Result<T> {
    T::from_python(object).map_err(|error| error.prefixed(|| format!("item {index} ")))
}

#[cold]
fn not_iterable(expected: &str, object: &Object<'_>, error: Error) -> Error {
    if error.is(object.ctx(), crate::exception::TypeError) {
        drop(error);
        return wrong_type(expected, object);
    }
    error
}

impl<'a, 'h, 'c, T: FromPython> Argument<'a, 'h, 'c> for Vec<T> {
    type Holder = ();
    const TAKES: Annotation = <Vec<T> as FromPython>::TAKES;
    #[inline]
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Vec<T>> {
        Vec::from_python(object)
    }
}

macro_rules! maps {
    ($($map:ident: $($bound:path),*;)*) => {$(
        impl<K: FromPython $(+ $bound)*, V: FromPython> FromPython for $map<K, V> {
            const TAKES: Annotation = Annotation::Generic("dict", &[K::TAKES, V::TAKES]);
            fn expected() -> Cow<'static, str> {
                format!("a dict from {} to {}", K::expected(), V::expected()).into()
            }
            fn from_python(object: &Object<'_>) -> Result<Self> {
                let dict = object.cast::<Dict<'_>>()?;
                let entry = |key: Result<Object<'_>>| {
                    let key = key?;
                    Ok((K::from_python(&key)?, V::from_python(&dict.get_item(&key)?)?))
                };
                dict.keys()?.iter()?.map(entry).collect()
            }
        }
        impl<'a, 'h, 'c, K: FromPython $(+ $bound)*, V: FromPython> Argument<'a, 'h, 'c> for $map<K, V> {
            type Holder = ();
            const TAKES: Annotation = <$map<K, V> as FromPython>::TAKES;
            fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
                Self::from_python(object)
            }
        }
        impl<K: IntoPython, V: IntoPython> IntoPython for $map<K, V> {
            const GIVES: Annotation = Annotation::Generic("dict", &[K::GIVES, V::GIVES]);
            fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
                let dict = ctx.dict()?;
                for (key, value) in self {
                    dict.set_item(key, value)?;
                }
                Ok(dict.into())
            }
        }
    )*};
}
maps! {
    HashMap: core::hash::Hash, Eq;
    BTreeMap: Ord;
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $index:tt)*;)*) => {$(
        impl<$($name: FromPython),*> FromPython for ($($name,)*) {
            const TAKES: Annotation = Annotation::Generic("tuple", &[$($name::TAKES),*]);
            fn expected() -> Cow<'static, str> {
                let parts: &[Cow<'static, str>] = &[$($name::expected()),*];
                format!("a tuple of {}", parts.join(" and ")).into()
            }
            fn from_python(object: &Object<'_>) -> Result<Self> {
                if !(Tuple::test(object) || List::test(object)) || object.len()? != $count {
                    return Err(wrong_type(&Self::expected(), object));
                }
                Ok(($(item::<$name>(&object.get_index($index)?, $index)?,)*))
            }
        }
        impl<'a, 'h, 'c, $($name: FromPython),*> Argument<'a, 'h, 'c> for ($($name,)*) {
            type Holder = ();
            const TAKES: Annotation = <Self as FromPython>::TAKES;
            fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
                Self::from_python(object)
            }
        }
        impl<$($name: IntoPython),*> IntoPython for ($($name,)*) {
            const GIVES: Annotation = Annotation::Generic("tuple", &[$($name::GIVES),*]);
            fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
                let items = ($(self.$index.into_python(ctx)?,)*);
                ctx.tuple(&[$(&items.$index),*]).map(Into::into)
            }
        }
    )*};
}
tuples! {
    1: A 0;
    2: A 0 B 1;
    3: A 0 B 1 C 2;
    4: A 0 B 1 C 2 D 3;
    5: A 0 B 1 C 2 D 3 E 4;
    6: A 0 B 1 C 2 D 3 E 4 F 5;
}

/// Numbers that a member of the context turns into an object.
macro_rules! numbers_out {
    ($($ty:ty => $member:ident as $wide:ty, $name:literal $(, if small $short:path)?;)*) => {$(
        impl IntoPython for $ty {
            const GIVES: Annotation = Annotation::Name($name);
            #[inline(always)]
            fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
                // SAFETY: a live context; the result is new.
                unsafe {
                    $(if let Some(known) = i64::try_from(self).ok().and_then(|v| $short(v)) {
                        return raw::new_handle(ctx, known);
                    })?
                    raw::new_handle(ctx, calls::$member(ctx.as_raw(), self as $wide))
                }
            }
        }
    )*};
}
numbers_out! {
    f64 => ctx_Float_FromDouble as f64, "float";
    f32 => ctx_Float_FromDouble as f64, "float";
    i8 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    i16 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    i32 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    i64 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    isize => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    u8 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    u16 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    u32 => ctx_Long_FromInt64_t as i64, "int", if small attach::small_int;
    u64 => ctx_Long_FromUInt64_t as u64, "int", if small attach::small_int;
    usize => ctx_Long_FromUInt64_t as u64, "int", if small attach::small_int;
}

impl IntoPython for bool {
    const GIVES: Annotation = Annotation::Name("bool");
    #[inline(always)]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        // SAFETY: the handles of the context are open for ever.
        let object = unsafe {
            let raw = ctx.as_raw();
            let value = if self { calls::h_True(raw) } else { calls::h_False(raw) };
            Borrowed::new(ctx, value)
        };
        Ok(object.to_owned_handle())
    }
}

impl IntoPython for () {
    const GIVES: Annotation = Annotation::Name("None");
    #[inline(always)]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        Ok(ctx.none())
    }
}

impl IntoPython for &str {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        ctx.str(self).map(Into::into)
    }
}

impl IntoPython for String {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.as_str().into_python(ctx)
    }
}

impl IntoPython for &String {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.as_str().into_python(ctx)
    }
}

impl IntoPython for Cow<'_, str> {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        (*self).into_python(ctx)
    }
}

impl IntoPython for char {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.encode_utf8(&mut [0; 4]).into_python(ctx)
    }
}

impl IntoPython for &mut str {
    const GIVES: Annotation = Annotation::Name("str");
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        (&*self).into_python(ctx)
    }
}

impl IntoPython for &[u8] {
    const GIVES: Annotation = Annotation::Name("bytes");
    /// A `bytes`.
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        ctx.bytes(self).map(Into::into)
    }
}

impl IntoPython for Object<'_> {
    #[inline(always)]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        // The handle belongs to the same call: there is one context at a time in a thread.
        let raw = raw::give_up(self);
        // SAFETY: the handle is open and nobody else's.
        unsafe { raw::new_handle(ctx, raw) }
    }
}

impl IntoPython for &Object<'_> {
    #[inline]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.to_owned_handle().into_python(ctx)
    }

    #[inline(always)]
    fn lend<R>(self, _ctx: Ctx<'_>, then: impl FnOnce(&Object<'_>) -> Result<R>) -> Result<R> {
        then(self)
    }
}

impl IntoPython for &crate::Borrowed<'_, '_> {
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.to_owned_handle().into_python(ctx)
    }
}

impl<T: IntoPython> IntoPython for Option<T> {
    const GIVES: Annotation = Annotation::Optional(&T::GIVES);
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        match self {
            Some(value) => value.into_python(ctx),
            None => Ok(ctx.none()),
        }
    }
}

impl<T: IntoPython> IntoPython for Vec<T> {
    const GIVES: Annotation = Annotation::Generic("list", &[T::GIVES]);
    /// A list.
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        List::from_items(ctx, self).map(Into::into)
    }
}

/// What a function may return: a value, or a result whose error becomes an exception.
pub trait Output {
    /// What type checkers are told that it becomes.
    const GIVES: Annotation;
    /// Makes the object, as bits that the caller owns.
    #[doc(hidden)]
    fn into_raw_object(self, ctx: Ctx<'_>) -> Result<NewHandle>;
}

impl<T: IntoPython> Output for T {
    const GIVES: Annotation = T::GIVES;
    #[inline(always)]
    fn into_raw_object(self, ctx: Ctx<'_>) -> Result<NewHandle> {
        self.into_raw(ctx)
    }
}

impl<T: IntoPython, E: Into<Error>> Output for Result<T, E> {
    const GIVES: Annotation = T::GIVES;
    #[inline(always)]
    fn into_raw_object(self, ctx: Ctx<'_>) -> Result<NewHandle> {
        self.map_err(Into::into)?.into_raw(ctx)
    }
}
