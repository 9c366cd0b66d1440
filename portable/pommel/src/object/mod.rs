//! Handles to Python objects: [`Object`] and everything one can do to any object.

mod arguments;
mod collections;
mod kinds;
mod names;
mod operators;

pub use arguments::CallArguments;
pub use kinds::{
    Bool, Bytes, Complex, Dict, Float, FrozenSet, Int, Items, Kind, List, Module, Set, Slice, Str,
    Tuple, Type, Values, WeakRef,
};
pub use names::Name;

/// Keeps others from implementing traits whose methods are trusted with raw handles.
mod sealed {
    /// Only for this module.
    pub trait Sealed {}
}
use sealed::Sealed;

use crate::raw::{self, attach, calls};
use crate::{Ctx, Error, FromPython, IntoPython, Result};
use core::fmt;
use core::mem::ManuallyDrop;
use hpy_abi::HPy;

/// An open handle to a Python object; dropping it closes it.
///
/// `'c` is the call during which the handle may be used. A function that only looks at an object
/// takes `&Object<'_>`; one that makes or keeps one deals in `Object<'c>`.
pub struct Object<'c> {
    raw: HPy,
    ctx: Ctx<'c>,
}

impl Drop for Object<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the handle is open and ours, and this is the end of it.
        unsafe {
            if !attach::count_down(self.raw) {
                calls::ctx_Close(self.ctx.as_raw(), self.raw);
            }
        }
    }
}

impl Clone for Object<'_> {
    /// A second handle to the same object.
    #[inline]
    fn clone(&self) -> Self {
        self.to_owned_handle()
    }
}

impl<'c> Object<'c> {
    /// Only for [`crate::raw`], which knows what the bits are.
    #[inline(always)]
    pub(crate) fn from_parts(raw: HPy, ctx: Ctx<'c>) -> Object<'c> {
        Object { raw, ctx }
    }

    /// The bits of the handle, which stays open and ours.
    #[inline(always)]
    pub fn as_raw(&self) -> HPy {
        self.raw
    }

    /// The context of the call to which this handle belongs.
    #[inline(always)]
    pub fn ctx(&self) -> Ctx<'c> {
        self.ctx
    }

    /// A second handle to the same object.
    #[inline]
    pub fn to_owned_handle(&self) -> Object<'c> {
        // SAFETY: an open handle; where references are counted in place the second handle has the
        // bits of the first.
        let raw = unsafe {
            match attach::count_up(self.raw) {
                true => return Object { raw: self.raw, ctx: self.ctx },
                false => calls::ctx_Dup(self.ctx.as_raw(), self.raw),
            }
        };
        self.certain(raw)
    }

    /// Takes a new handle from a member that has no way to fail.
    #[inline(always)]
    fn certain(&self, raw: HPy) -> Object<'c> {
        if !raw::is_handle(raw) {
            no_handle();
        }
        Object { raw, ctx: self.ctx }
    }

    /// Takes a new handle that a member returned.
    ///
    /// # Safety
    /// `raw` is null with an exception set, or a new handle.
    #[inline(always)]
    unsafe fn take(&self, raw: HPy) -> Result<Object<'c>> {
        // SAFETY: the caller's promise.
        unsafe { raw::new_handle(self.ctx, raw) }
    }

    /// Reads it as a Rust value: `obj.extract::<f64>()?`.
    #[inline]
    pub fn extract<T: FromPython>(&self) -> Result<T> {
        T::from_python(self)
    }

    /// Whether both handles refer to the same object.
    pub fn is(&self, other: &Object<'_>) -> bool {
        // SAFETY: two open handles.
        unsafe { calls::ctx_Is(self.ctx.as_raw(), self.raw, other.raw).0 != 0 }
    }

    /// Whether this is `None`.
    #[inline]
    pub fn is_none(&self) -> bool {
        // SAFETY: two open handles.
        unsafe {
            let ctx = self.ctx.as_raw();
            calls::ctx_Is(ctx, self.raw, calls::h_None(ctx)).0 != 0
        }
    }

    /// Whether this is `...`.
    #[inline]
    pub fn is_ellipsis(&self) -> bool {
        // SAFETY: two open handles.
        unsafe {
            let ctx = self.ctx.as_raw();
            calls::ctx_Is(ctx, self.raw, calls::h_Ellipsis(ctx)).0 != 0
        }
    }

    /// Its type.
    pub fn type_(&self) -> Type<'c> {
        // SAFETY: every object has a type; the handle is new.
        unsafe { self.certain(calls::ctx_Type(self.ctx.as_raw(), self.raw)).assume() }
    }

    /// The name of its type, for messages.
    pub fn type_name(&self) -> String {
        self.type_().name()
    }

    /// Whether its type is `type_` or a subtype; does not ask `__instancecheck__`.
    #[inline]
    pub fn is_instance(&self, type_: &Type<'_>) -> bool {
        // SAFETY: two open handles, the second to a type.
        unsafe { calls::ctx_TypeCheck(self.ctx.as_raw(), self.raw, type_.as_raw()).0 != 0 }
    }

    /// `repr(self)`.
    pub fn repr(&self) -> Result<String> {
        // SAFETY: an open handle; the result of `repr` is a `str`.
        let text: Str<'_> =
            unsafe { self.take(calls::ctx_Repr(self.ctx.as_raw(), self.raw))?.assume() };
        text.to_str().map(str::to_owned)
    }

    /// `str(self)`.
    pub fn to_text(&self) -> Result<String> {
        // SAFETY: an open handle; the result of `str` is a `str`.
        let text: Str<'_> =
            unsafe { self.take(calls::ctx_Str(self.ctx.as_raw(), self.raw))?.assume() };
        text.to_str().map(str::to_owned)
    }

    /// The object for people, in messages: its `repr()`, shortened, and its type, such as
    /// `'x' (str)`.
    pub fn describe(&self) -> String {
        const LIMIT: usize = 60;
        let type_name = self.type_name();
        match self.repr() {
            _ if self.is_none() => "None".to_owned(),
            Ok(text) if text.chars().count() <= LIMIT => format!("{text} ({type_name})"),
            Ok(text) => {
                format!("{}... ({type_name})", text.chars().take(LIMIT).collect::<String>())
            }
            Err(_) => format!("an object of type {type_name}"),
        }
    }

    /// `hash(self)`.
    pub fn hash(&self) -> Result<isize> {
        // SAFETY: an open handle.
        match unsafe { calls::ctx_Hash(self.ctx.as_raw(), self.raw).0 } {
            -1 => Err(Error::pending()),
            hash => Ok(hash),
        }
    }

    /// `bool(self)`.
    pub fn is_true(&self) -> Result<bool> {
        // SAFETY: an open handle.
        self.ctx.check_flag(unsafe { calls::ctx_IsTrue(self.ctx.as_raw(), self.raw) })
    }

    /// The value of a number of exactly Python's type (`float`, or an `int` of few digits), where it can
    /// be read without a call. `None` says nothing about the object: [`Object::extract`] must be asked.
    #[inline(always)]
    pub fn at_once<T: FromPython>(&self) -> Option<T> {
        // SAFETY: a live context and an open handle.
        unsafe { T::read_exact(self.ctx, self.raw) }
    }

    /// Reads leading items of a list or tuple that are floats, as many as there is room for, and says
    /// how many: the quick way, which is 0 where the interpreter has none and also for other sequences.
    /// What is not read is left to [`Object::iter`].
    #[inline]
    pub fn leading_floats(&self, room: &mut [f64]) -> usize {
        let Some(extensions) = attach::extensions() else { return 0 };
        let ctx = self.ctx().as_raw();
        // SAFETY: the host writes no more items than there is room for, and says how many.
        unsafe { (extensions.read_floats)(ctx, self.as_raw(), room.as_mut_ptr(), room.len()) }
    }

    /// `len(self)`.
    #[inline]
    pub fn len(&self) -> Result<usize> {
        // SAFETY: an open handle.
        let len = unsafe { calls::ctx_Length(self.ctx.as_raw(), self.raw).0 };
        usize::try_from(len).map_err(|_| Error::pending())
    }

    /// `len(self) == 0`.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// `callable(self)`.
    pub fn is_callable(&self) -> bool {
        // SAFETY: an open handle.
        unsafe { calls::ctx_Callable_Check(self.ctx.as_raw(), self.raw).0 != 0 }
    }

    /// `self.name`; the name is a `c"literal"`, a `&str` or a `&Object`.
    pub fn get_attr(&self, name: impl Name) -> Result<Object<'c>> {
        name.with(
            self.ctx,
            // SAFETY: open handles or a C string; the result is new.
            |s| unsafe { self.take(calls::ctx_GetAttr_s(self.ctx.as_raw(), self.raw, s)) },
            // SAFETY: as above.
            |h| unsafe { self.take(calls::ctx_GetAttr(self.ctx.as_raw(), self.raw, h)) },
        )
    }

    /// `hasattr(self, name)`; any exception counts as "no".
    pub fn has_attr(&self, name: impl Name) -> bool {
        let found = name.with(
            self.ctx,
            // SAFETY: open handles or a C string.
            |s| unsafe { Ok(calls::ctx_HasAttr_s(self.ctx.as_raw(), self.raw, s)) },
            // SAFETY: as above.
            |h| unsafe { Ok(calls::ctx_HasAttr(self.ctx.as_raw(), self.raw, h)) },
        );
        found.is_ok_and(|flag| flag.0 != 0)
    }

    /// `self.name = value`.
    pub fn set_attr(&self, name: impl Name, value: impl IntoPython) -> Result<()> {
        value.lend(self.ctx, |value| self.store_attr(name, value.raw))
    }

    /// `del self.name`.
    pub fn del_attr(&self, name: impl Name) -> Result<()> {
        self.store_attr(name, HPy::NULL)
    }

    fn store_attr(&self, name: impl Name, value: HPy) -> Result<()> {
        let (ctx, this) = (self.ctx, self.raw);
        name.with(
            ctx,
            // SAFETY: open handles or a C string; a null value deletes.
            |s| ctx.check(unsafe { calls::ctx_SetAttr_s(ctx.as_raw(), this, s, value) }),
            // SAFETY: as above.
            |h| ctx.check(unsafe { calls::ctx_SetAttr(ctx.as_raw(), this, h, value) }),
        )
    }

    /// `self[key]`.
    pub fn get_item(&self, key: impl IntoPython) -> Result<Object<'c>> {
        // SAFETY: two open handles; the result is new.
        key.lend(self.ctx, |key| unsafe {
            self.take(calls::ctx_GetItem(self.ctx.as_raw(), self.raw, key.raw))
        })
    }

    /// `self[index]`.
    #[inline]
    pub fn get_index(&self, index: isize) -> Result<Object<'c>> {
        // SAFETY: an open handle; the result is new.
        unsafe { self.take(calls::ctx_GetItem_i(self.ctx.as_raw(), self.raw, hpy_abi::Len(index))) }
    }

    /// `self[key] = value`.
    pub fn set_item(&self, key: impl IntoPython, value: impl IntoPython) -> Result<()> {
        let ctx = self.ctx;
        key.lend(ctx, |key| {
            value.lend(ctx, |value| {
                // SAFETY: three open handles.
                ctx.check(unsafe { calls::ctx_SetItem(ctx.as_raw(), self.raw, key.raw, value.raw) })
            })
        })
    }

    /// `del self[key]`.
    pub fn del_item(&self, key: impl IntoPython) -> Result<()> {
        let ctx = self.ctx;
        // SAFETY: two open handles.
        let delete = |key: HPy| unsafe { calls::ctx_DelItem(ctx.as_raw(), self.raw, key) };
        key.lend(ctx, |key| ctx.check(delete(key.raw)))
    }

    /// `value in self`.
    pub fn contains(&self, value: impl IntoPython) -> Result<bool> {
        let ctx = self.ctx;
        // SAFETY: two open handles.
        let contains = |value: HPy| unsafe { calls::ctx_Contains(ctx.as_raw(), self.raw, value) };
        value.lend(ctx, |value| ctx.check_flag(contains(value.raw)))
    }

    /// `self(*args)`; the arguments are a tuple of Rust values and handles: `f.call((1, "x"))`.
    pub fn call(&self, args: impl CallArguments) -> Result<Object<'c>> {
        args.with(self.ctx, None, |args| self.call_raw(args, args.len(), HPy::NULL))
    }

    /// `self(*args, **kwargs)`.
    pub fn call_with(
        &self,
        args: impl CallArguments,
        kwargs: &[(&str, &Object<'_>)],
    ) -> Result<Object<'c>> {
        let names =
            kwargs.iter().map(|(name, _)| self.ctx.str(name)).collect::<Result<Vec<_>>>()?;
        let names: Vec<&Object<'_>> = names.iter().map(|name| &**name).collect();
        let names = self.ctx.tuple(&names)?;
        args.with(self.ctx, None, |args| {
            let mut all = args.to_vec();
            all.extend(kwargs.iter().map(|(_, value)| value.raw));
            self.call_raw(&all, args.len(), names.as_raw())
        })
    }

    /// The same with the values for names, which are a tuple, behind the positional arguments.
    pub fn call_named(&self, args: &[&Object<'_>], names: &Tuple<'_>) -> Result<Object<'c>> {
        let positional = args.len().saturating_sub(names.len()?);
        args.with(self.ctx, None, |args| self.call_raw(args, positional, names.as_raw()))
    }

    /// `self.name(*args)`.
    pub fn call_method(&self, name: impl Name, args: impl CallArguments) -> Result<Object<'c>> {
        let ctx = self.ctx;
        let call = |name: HPy| {
            args.with(ctx, Some(self), |args| {
                let start = hpy_abi::Handles(args.as_ptr());
                // SAFETY: open handles, the receiver first; the result is new.
                unsafe {
                    let n = args.len();
                    self.take(calls::ctx_CallMethod(ctx.as_raw(), name, start, n, HPy::NULL))
                }
            })
        };
        let name = name.to_handle(ctx)?;
        call(name.raw)
    }

    fn call_raw(&self, args: &[HPy], positional: usize, names: HPy) -> Result<Object<'c>> {
        let start = hpy_abi::Handles(args.as_ptr());
        // SAFETY: open handles, the values for the names behind the positional ones; the result
        // is new.
        unsafe { self.take(calls::ctx_Call(self.ctx.as_raw(), self.raw, start, positional, names)) }
    }

    /// `iter(self)`, as a Rust iterator over results.
    pub fn iter(&self) -> Result<Items<'c>> {
        Items::new(self)
    }

    /// `iter(self)`, as an object.
    pub fn iterator(&self) -> Result<Object<'c>> {
        // SAFETY: an open handle; the result is new.
        unsafe { self.take(calls::ctx_GetIter(self.ctx.as_raw(), self.raw)) }
    }

    /// The next item of an iterator, such as [`Object::iterator`] gives; `None` at the end.
    ///
    /// # Errors
    /// `TypeError` if it is no iterator; what the iterator raises.
    pub fn next_item(&self) -> Result<Option<Object<'c>>> {
        let ctx = self.ctx;
        // SAFETY: an open handle.
        if unsafe { calls::ctx_Iter_Check(ctx.as_raw(), self.raw).0 } == 0 {
            return Err(Error::type_error(format!(
                "an iterator expected, got {}",
                self.describe()
            )));
        }
        // SAFETY: an open handle of an iterator; the result is new.
        unsafe { raw::new_handle_or_end(ctx, calls::ctx_Iter_Next(ctx.as_raw(), self.raw)) }
    }

    /// The same with the items as Rust values: `for x in list.iter_as::<f64>()? { sum += x?; }`.
    /// Numbers in a list are read where they lie.
    pub fn iter_as<T: FromPython>(&self) -> Result<Values<'c, T>> {
        Values::new(self)
    }

    /// Looks at it as an object of a built-in type: `obj.cast::<List>()?`.
    pub fn cast<'a, K: Kind<'c>>(&'a self) -> Result<&'a K> {
        match K::test(self) {
            // SAFETY: the object is of the kind, as the test says.
            true => Ok(unsafe { K::view(self) }),
            false => {
                Err(Error::type_error(format!("{} expected, got {}", K::EXPECTED, self.describe())))
            }
        }
    }

    /// The same where the answer is often "no": without an error that says what the object is.
    #[inline]
    pub fn as_a<'a, K: Kind<'c>>(&'a self) -> Option<&'a K> {
        // SAFETY: the object is of the kind, as the test says.
        K::test(self).then(|| unsafe { K::view(self) })
    }

    /// Whether it is an object of a built-in type: `obj.is_a::<List>()`.
    #[inline]
    pub fn is_a<K: Kind<'c>>(&self) -> bool {
        K::test(self)
    }

    /// Takes it to be of a built-in kind without a look.
    ///
    /// # Safety
    /// It is an object of that kind.
    pub(crate) unsafe fn assume<K: Kind<'c>>(self) -> K {
        // SAFETY: the caller's promise.
        unsafe { K::from_object(self) }
    }
}

/// PyPy's own HPy fails in everything where its stack is full. A panic becomes an exception when it
/// reaches Python.
#[cold]
fn no_handle() -> ! {
    panic!("the interpreter's stack has no room for another handle");
}

/// `repr()`, or the name of the type where that raises.
impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repr().unwrap_or_else(|_| format!("<{} object>", self.type_name())))
    }
}

/// `str()`, or the name of the type where that raises: `format!` panics if this fails. The
/// exception is that of [`Object::to_text`].
impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text().unwrap_or_else(|_| format!("<{} object>", self.type_name())))
    }
}

/// A handle that somebody else will close, such as an argument.
pub struct Borrowed<'a, 'c> {
    object: ManuallyDrop<Object<'c>>,
    _owner: core::marker::PhantomData<&'a ()>,
}

impl<'a, 'c> Borrowed<'a, 'c> {
    /// A view of a raw handle.
    ///
    /// # Safety
    /// `raw` is not null and open for the whole of `'a`.
    #[inline(always)]
    pub unsafe fn new(ctx: Ctx<'c>, raw: HPy) -> Borrowed<'a, 'c> {
        // SAFETY: the caller's promise.
        Borrowed { object: unsafe { raw::borrowed(ctx, raw) }, _owner: core::marker::PhantomData }
    }
}

impl<'c> core::ops::Deref for Borrowed<'_, 'c> {
    type Target = Object<'c>;
    #[inline(always)]
    fn deref(&self) -> &Object<'c> {
        &self.object
    }
}
