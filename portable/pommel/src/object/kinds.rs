//! Objects of built-in types: the same handle, with the methods of its type.

use super::Object;
use super::collections::is_weak_reference;
use crate::raw::{self, attach, calls};
use crate::{Annotation, Ctx, Error, FromPython, IntoPython, Result};
use core::ffi::CStr;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use hpy_abi::{HPy, Handles, Len, Utf8};

/// A built-in type whose objects have a Rust type of their own: [`List`], [`Str`] and so on.
///
/// # Safety
/// The implementor is a transparent wrapper of [`Object`], and `test` is right.
pub unsafe trait Kind<'c>: Sized + Deref<Target = Object<'c>> {
    /// What it is, for messages: `a list`.
    const EXPECTED: &'static str;
    /// What type checkers call it.
    const ANNOTATION: Annotation;
    /// Whether an object is of this kind.
    fn test(object: &Object<'c>) -> bool;

    /// The same handle as an object of this kind.
    ///
    /// # Safety
    /// The object is of this kind.
    unsafe fn from_object(object: Object<'c>) -> Self {
        let object = core::mem::ManuallyDrop::new(object);
        // SAFETY: the implementor is a transparent wrapper, and the original is not dropped.
        unsafe { core::mem::transmute_copy(&object) }
    }

    /// A view of the same handle as an object of this kind.
    ///
    /// # Safety
    /// The object is of this kind.
    unsafe fn view<'a>(object: &'a Object<'c>) -> &'a Self {
        // SAFETY: the implementor is a transparent wrapper.
        unsafe { &*(object as *const Object<'c>).cast::<Self>() }
    }
}

macro_rules! kinds {
    ($($(#[$attr:meta])* $name:ident $annotation:literal $expected:literal |$object:ident| $test:expr;)*) => {$(
        $(#[$attr])*
        #[repr(transparent)]
        #[derive(Clone, Debug)]
        pub struct $name<'c>(Object<'c>);

        impl<'c> Deref for $name<'c> {
            type Target = Object<'c>;
            #[inline(always)]
            fn deref(&self) -> &Object<'c> {
                &self.0
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl<'c> From<$name<'c>> for Object<'c> {
            fn from(value: $name<'c>) -> Object<'c> {
                value.0
            }
        }

        // SAFETY: transparent, and tested by the member made for it.
        unsafe impl<'c> Kind<'c> for $name<'c> {
            const EXPECTED: &'static str = $expected;
            const ANNOTATION: Annotation = Annotation::Name($annotation);
            #[inline]
            fn test($object: &Object<'c>) -> bool {
                $test
            }
        }
    )*};
}

/// Whether an object is an instance of a type that the context has a handle of.
macro_rules! is_a {
    ($object:ident, $type_:ident) => {{
        let ctx = $object.ctx().as_raw();
        // SAFETY: open handles, the second to a type.
        unsafe { calls::ctx_TypeCheck(ctx, $object.as_raw(), calls::$type_(ctx)).0 != 0 }
    }};
}

/// Whether the type is exactly the one of that handle, or a `_Check` member says yes.
macro_rules! check {
    ($object:ident, $type_:ident, $member:ident) => {{
        let (ctx, raw) = ($object.ctx().as_raw(), $object.as_raw());
        // SAFETY: an open handle; a host that lets the type be read has all handles.
        unsafe {
            attach::type_of(raw).is_some_and(|found| found == calls::$type_(ctx))
                || calls::$member(ctx, raw).0 != 0
        }
    }};
}

/// Whether the type is exactly the one of that handle, or derived from it.
macro_rules! exactly {
    ($object:ident, $type_:ident) => {{
        let (ctx, raw) = ($object.ctx().as_raw(), $object.as_raw());
        // SAFETY: open handles, the second to a type; a host that lets the type be read has all
        // handles.
        unsafe {
            attach::type_of(raw).is_some_and(|found| found == calls::$type_(ctx))
                || calls::ctx_TypeCheck(ctx, raw, calls::$type_(ctx)).0 != 0
        }
    }};
}

/// Whether an object is an instance of a built-in type that the context has no handle of.
fn is_builtin(object: &Object<'_>, name: &CStr) -> bool {
    object
        .ctx()
        .builtin(name)
        .is_ok_and(|type_| type_.cast::<Type>().is_ok_and(|type_| object.is_instance(type_)))
}

kinds! {
    /// A `bytes`.
    Bytes "bytes" "a bytes object" |object| check!(object, h_BytesType, ctx_Bytes_Check);
    /// A `bool`.
    Bool "bool" "a bool" |object| exactly!(object, h_BoolType);
    /// A `complex`.
    Complex "complex" "a complex number" |object| exactly!(object, h_ComplexType);
    /// A `float`.
    Float "float" "a float" |object| exactly!(object, h_FloatType);
    /// An `int`, also a `bool`.
    Int "int" "an int" |object| exactly!(object, h_LongType);
    /// A `dict`.
    Dict "dict[typing.Any, typing.Any]" "a dict" |object| check!(object, h_DictType, ctx_Dict_Check);
    /// A `frozenset`.
    FrozenSet "frozenset[typing.Any]" "a frozenset" |object| is_builtin(object, c"frozenset");
    /// A `list`.
    List "list[typing.Any]" "a list" |object| check!(object, h_ListType, ctx_List_Check);
    /// A module.
    Module "types.ModuleType" "a module" |object| object.type_name() == "module";
    /// A `set`.
    Set "set[typing.Any]" "a set" |object| is_builtin(object, c"set");
    /// A `slice`.
    Slice "slice" "a slice" |object| is_a!(object, h_SliceType);
    /// A `str`.
    Str "str" "a str" |object| check!(object, h_UnicodeType, ctx_Unicode_Check);
    /// A `tuple`.
    Tuple "tuple[typing.Any, ...]" "a tuple" |object| check!(object, h_TupleType, ctx_Tuple_Check);
    /// A type.
    Type "type[typing.Any]" "a type" |object| is_a!(object, h_TypeType);
    /// A `weakref.ref`.
    WeakRef "weakref.ref[typing.Any]" "a weak reference" |object| is_weak_reference(object);
}

impl<'c> Str<'c> {
    /// Makes a `str`.
    pub fn new(ctx: Ctx<'c>, text: &str) -> Result<Str<'c>> {
        // Text without a NUL needs no detour; the buffer on the stack serves the usual case.
        let mut small = [0u8; 128];
        // SAFETY: in each arm a NUL-terminated copy of valid UTF-8, or a `bytes` that is decoded.
        unsafe {
            let raw = if text.len() < small.len() && !text.as_bytes().contains(&0) {
                small[..text.len()].copy_from_slice(text.as_bytes());
                calls::ctx_Unicode_FromString(ctx.as_raw(), Utf8(small.as_ptr().cast()))
            } else {
                let bytes = ctx.bytes(text.as_bytes())?;
                let (utf8, strict) = (Utf8(c"utf-8".as_ptr()), Utf8(c"strict".as_ptr()));
                calls::ctx_Unicode_FromEncodedObject(ctx.as_raw(), bytes.as_raw(), utf8, strict)
            };
            raw::new_handle(ctx, raw).map(|o| o.assume())
        }
    }

    /// The text; an error if it holds a lone surrogate.
    pub fn to_str(&self) -> Result<&str> {
        // SAFETY: the handle is open while `self` is borrowed.
        if let Some(text) = unsafe { attach::exact_ascii(self.ctx().as_raw(), self.as_raw()) } {
            return Ok(text);
        }
        let mut len = Len(0);
        // SAFETY: the handle is open while `self` is borrowed, and the text lives as long; our hosts
        // give valid UTF-8.
        unsafe {
            let start =
                calls::ctx_Unicode_AsUTF8AndSize(self.ctx().as_raw(), self.as_raw(), &mut len);
            if start.0.is_null() {
                return Err(Error::pending());
            }
            let bytes = core::slice::from_raw_parts(start.0.cast(), len.0 as usize);
            if attach::is_ours() {
                return Ok(core::str::from_utf8_unchecked(bytes));
            }
            core::str::from_utf8(bytes).map_err(|_| self.not_encodable())
        }
    }

    /// PyPy's own HPy lets lone surrogates through; encoding says what is wrong with the text.
    #[cold]
    fn not_encodable(&self) -> Error {
        let ctx = self.ctx();
        // SAFETY: a `str`; the result is new.
        let encoded = unsafe {
            raw::new_handle(ctx, calls::ctx_Unicode_AsUTF8String(ctx.as_raw(), self.as_raw()))
        };
        match encoded {
            Err(error) => error,
            Ok(_) => Error::unicode_error("the text is no valid UTF-8"),
        }
    }
}

impl Bytes<'_> {
    /// The contents.
    pub fn as_slice(&self) -> &[u8] {
        let (ctx, this) = (self.ctx().as_raw(), self.as_raw());
        // SAFETY: it is a `bytes`, open while `self` is borrowed.
        unsafe {
            let start = calls::ctx_Bytes_AS_STRING(ctx, this).0;
            core::slice::from_raw_parts(
                start.cast(),
                calls::ctx_Bytes_GET_SIZE(ctx, this).0 as usize,
            )
        }
    }
}

/// Items on their way into a list.
struct Collected<'c> {
    ctx: Ctx<'c>,
    handles: Vec<HPy>,
}

impl<'c> Collected<'c> {
    #[inline]
    fn new<T: IntoPython>(
        ctx: Ctx<'c>,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Collected<'c>> {
        let items = items.into_iter();
        let mut collected = Collected { ctx, handles: Vec::new() };
        // A hint beyond all memory is an error here and not the end of the process.
        collected.handles.try_reserve_exact(items.size_hint().0)?;
        for item in items {
            collected.handles.try_reserve(1)?;
            collected.handles.push(item.into_raw(ctx)?.into_bits());
        }
        Ok(collected)
    }

    /// A list of the items, by the shortest way that the host has.
    fn into_list(mut self) -> Result<List<'c>> {
        let (ctx, len) = (self.ctx, Len(self.handles.len() as isize));
        if attach::is_pypy73() {
            return self.append();
        }
        let list_of = attach::extensions().and_then(|extensions| extensions.list_of);
        // SAFETY: a live context and open handles, as many as a builder has room for; those that a
        // list took are no longer ours, and the others are not given up. The result is new.
        unsafe {
            if let Some(list_of) = list_of {
                let list = list_of(ctx.as_raw(), Handles(self.handles.as_ptr()), len);
                let list = raw::new_handle(ctx, list)?;
                self.handles.clear();
                return Ok(list.assume());
            }
            let builder = calls::ctx_ListBuilder_New(ctx.as_raw(), len);
            for (i, item) in self.handles.iter().enumerate() {
                calls::ctx_ListBuilder_Set(ctx.as_raw(), builder, Len(i as isize), *item);
            }
            let list = calls::ctx_ListBuilder_Build(ctx.as_raw(), builder);
            raw::new_handle(ctx, list).map(|list| list.assume())
        }
    }

    /// The builder of PyPy's own HPy never gives its memory back.
    #[cold]
    fn append(&self) -> Result<List<'c>> {
        let ctx = self.ctx;
        // SAFETY: a live context and a length; the result is a new list.
        let list: Object<'_> =
            unsafe { raw::new_handle(ctx, calls::ctx_List_New(ctx.as_raw(), Len(0)))? };
        for item in &self.handles {
            // SAFETY: a list and an open handle.
            ctx.check(unsafe { calls::ctx_List_Append(ctx.as_raw(), list.as_raw(), *item) })?;
        }
        // SAFETY: a list.
        Ok(unsafe { list.assume() })
    }
}

impl Drop for Collected<'_> {
    fn drop(&mut self) {
        for item in &self.handles {
            // SAFETY: an open handle that is still ours.
            unsafe { calls::ctx_Close(self.ctx.as_raw(), *item) }
        }
    }
}

impl<'c> List<'c> {
    /// Makes a list of the items.
    #[inline]
    pub fn from_items<T: IntoPython>(
        ctx: Ctx<'c>,
        items: impl IntoIterator<Item = T>,
    ) -> Result<List<'c>> {
        Collected::new(ctx, items)?.into_list()
    }

    /// `self.append(item)`.
    pub fn append(&self, item: impl IntoPython) -> Result<()> {
        let (ctx, this) = (self.ctx(), self.as_raw());
        // SAFETY: a list and an open handle.
        let append = |item: HPy| unsafe { calls::ctx_List_Append(ctx.as_raw(), this, item) };
        item.lend(ctx, |item| ctx.check(append(item.as_raw())))
    }

    /// `self[index] = item`.
    pub fn set_index(&self, index: isize, item: impl IntoPython) -> Result<()> {
        let (ctx, this) = (self.ctx(), self.as_raw());
        let index = Len(index);
        // SAFETY: a list and an open handle.
        let set = |item: HPy| unsafe { calls::ctx_SetItem_i(ctx.as_raw(), this, index, item) };
        item.lend(ctx, |item| ctx.check(set(item.as_raw())))
    }
}

impl<'c> Tuple<'c> {
    /// Makes a tuple of handles.
    pub fn from_handles(ctx: Ctx<'c>, items: &[&Object<'_>]) -> Result<Tuple<'c>> {
        let raw: Vec<HPy> = items.iter().map(|item| item.as_raw()).collect();
        // SAFETY: open handles and their number; the result is new.
        unsafe {
            let len = Len(raw.len() as isize);
            let raw = calls::ctx_Tuple_FromArray(ctx.as_raw(), Handles(raw.as_ptr()), len);
            raw::new_handle(ctx, raw).map(|o| o.assume())
        }
    }
}

impl<'c> Dict<'c> {
    /// The value for a key, or `None` if it is not there.
    #[inline]
    pub fn get(&self, key: impl IntoPython) -> Result<Option<Object<'c>>> {
        let ctx = self.ctx();
        let dict_get = attach::extensions().and_then(|extensions| extensions.dict_get);
        // SAFETY: a dict and an open handle; the result is new, or null.
        key.lend(ctx, |key| unsafe {
            let value = match dict_get {
                Some(dict_get) => dict_get(ctx.as_raw(), self.as_raw(), key.as_raw()),
                None => self.get_in_two_steps(key),
            };
            raw::new_handle_or_end(ctx, value)
        })
    }

    /// The value for a key as a new handle; null if it is not there, or with an exception set.
    #[inline(never)]
    fn get_in_two_steps(&self, key: &Object<'_>) -> HPy {
        let (ctx, this, key) = (self.ctx().as_raw(), self.as_raw(), key.as_raw());
        // SAFETY: two open handles.
        unsafe {
            match calls::ctx_Contains(ctx, this, key).0 {
                1.. => calls::ctx_GetItem(ctx, this, key),
                _ => HPy::NULL,
            }
        }
    }

    /// The keys, as a list.
    pub fn keys(&self) -> Result<List<'c>> {
        let ctx = self.ctx();
        // SAFETY: a dict; the result is a new list.
        unsafe {
            let raw = calls::ctx_Dict_Keys(ctx.as_raw(), self.as_raw());
            raw::new_handle(ctx, raw).map(|o| o.assume())
        }
    }
}

impl<'c> Type<'c> {
    /// The name, without its module.
    pub fn name(&self) -> String {
        // SAFETY: a type; the name lives as long as the handle is open.
        unsafe {
            let name = calls::ctx_Type_GetName(self.ctx().as_raw(), self.as_raw());
            if name.0.is_null() {
                drop(Error::pending());
                return "object".to_owned();
            }
            core::ffi::CStr::from_ptr(name.0).to_string_lossy().into_owned()
        }
    }

    /// `issubclass(self, other)`; does not ask `__subclasscheck__`.
    pub fn is_subtype(&self, other: &Type<'_>) -> bool {
        let ctx = self.ctx().as_raw();
        // SAFETY: two types.
        unsafe { calls::ctx_Type_IsSubtype(ctx, self.as_raw(), other.as_raw()).0 != 0 }
    }

    /// A new exception type with a dotted name, such as `c"pkg.NotFound"`, and a base.
    pub fn new_exception(
        ctx: Ctx<'c>,
        name: &core::ffi::CStr,
        base: &Type<'_>,
    ) -> Result<Type<'c>> {
        // SAFETY: a C string and a type; the result is a new type.
        unsafe {
            let (name, null) = (Utf8(name.as_ptr()), HPy::NULL);
            let raw = calls::ctx_Err_NewException(ctx.as_raw(), name, base.as_raw(), null);
            raw::new_handle(ctx, raw).map(|o| o.assume())
        }
    }
}

impl Module<'_> {
    /// Adds an attribute.
    pub fn add(&self, name: &core::ffi::CStr, value: impl IntoPython) -> Result<()> {
        self.set_attr(name, value)
    }
}

impl Slice<'_> {
    /// Start, stop and step for a sequence of any length: what is missing is the end to begin or to
    /// stop at (`isize::MIN` or `isize::MAX`), and what is larger than an index is clipped to them.
    pub fn parts(&self) -> Result<(isize, isize, isize)> {
        let ctx = self.ctx().as_raw();
        let (mut start, mut stop, mut step) = (Len(0), Len(0), Len(0));
        // SAFETY: a slice and three places for its parts.
        let status = unsafe {
            calls::ctx_Slice_Unpack(ctx, self.as_raw(), &mut start, &mut stop, &mut step)
        };
        self.ctx().check(status)?;
        Ok((start.0, stop.0, step.0))
    }

    /// Start, stop and step of `range(len)[self]`: in range, and the number of items.
    pub fn indices(&self, len: usize) -> Result<(isize, isize, isize, usize)> {
        let (start, stop, step) = self.parts()?;
        let len = len as isize;
        let clip = |i: isize| {
            let i = if i < 0 { i.saturating_add(len) } else { i };
            let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
            i.clamp(low, high)
        };
        let (start, stop) = (clip(start), clip(stop));
        let span = if step < 0 { start - stop } else { stop - start };
        let count = if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 };
        Ok((start, stop, step, count as usize))
    }
}

/// The items of an iterable; each may be an error, after which there are no more.
pub struct Items<'c> {
    /// An iterator, or the list itself.
    source: Object<'c>,
    place: Place,
}

/// How far one has come.
enum Place {
    /// In an iterator, which knows.
    Iterator,
    /// Before the item of this index, in a list that is read in place.
    List(usize),
    /// Behind the end, or behind an error.
    End,
}

impl<'c> Items<'c> {
    #[inline]
    pub(super) fn new(object: &Object<'c>) -> Result<Items<'c>> {
        let ctx = object.ctx();
        // SAFETY: an open handle; the result is new.
        unsafe {
            if attach::is_readable_list(ctx.as_raw(), object.as_raw()) {
                return Ok(Items { source: object.to_owned_handle(), place: Place::List(0) });
            }
            let iterator = calls::ctx_GetIter(ctx.as_raw(), object.as_raw());
            Ok(Items { source: raw::new_handle(ctx, iterator)?, place: Place::Iterator })
        }
    }
}

impl<'c> Iterator for Items<'c> {
    type Item = Result<Object<'c>>;

    // No address of `self` leaves this function, so that a loop can keep it in registers.
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (ctx, source) = (self.source.ctx(), self.source.as_raw());
        match self.place {
            Place::End => None,
            // SAFETY: a list that can be read in place, as it was found to be.
            Place::List(index) => match unsafe { attach::list_item(source, index) } {
                Some(item) => {
                    self.place = Place::List(index + 1);
                    // SAFETY: the list keeps the item open until Python code runs.
                    Some(Ok(unsafe { raw::borrowed(ctx, item) }.to_owned_handle()))
                }
                None => {
                    self.place = Place::End;
                    None
                }
            },
            Place::Iterator => {
                // SAFETY: an iterator; the result is new, or null at the end or on error.
                let item = unsafe {
                    let item = calls::ctx_Iter_Next(ctx.as_raw(), source);
                    raw::new_handle_or_end(ctx, item)
                };
                if !matches!(item, Ok(Some(_))) {
                    self.place = Place::End;
                }
                item.transpose()
            }
        }
    }
}

/// The items of an iterable as Rust values, made by [`Object::iter_as`].
pub struct Values<'c, T> {
    items: Items<'c>,
    values: PhantomData<fn() -> T>,
}

impl<'c, T: FromPython> Values<'c, T> {
    #[inline]
    pub(super) fn new(object: &Object<'c>) -> Result<Values<'c, T>> {
        Ok(Values { items: Items::new(object)?, values: PhantomData })
    }

    /// The value before the next item of a list, if nobody has to be asked for it.
    #[inline(always)]
    fn next_exact(&self, index: usize) -> Option<T> {
        let source = &self.items.source;
        // SAFETY: a list that can be read in place, which keeps the item open until Python code
        // runs; reading an exact value runs none.
        unsafe { T::read_exact(source.ctx(), attach::list_item(source.as_raw(), index)?) }
    }
}

impl<T: FromPython> Iterator for Values<'_, T> {
    type Item = Result<T>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Place::List(index) = self.items.place
            && let Some(value) = self.next_exact(index)
        {
            self.items.place = Place::List(index + 1);
            return Some(Ok(value));
        }
        let item = self.items.next()?;
        Some(item.and_then(|item| T::from_python(&item)))
    }
}
