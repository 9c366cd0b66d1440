//! The protocols of classes: what stands between a slot and the method that fills it.

use crate::class::{self, Instance, Methods, Ref, RefMut};
use crate::raw::{self, attach, calls};
use crate::rt::trampolines::{BINARYFUNC, HASHFUNC, NOARGS, TERNARYFUNC, VARARGS};
use crate::{Ctx, Error, IntoPython, Object, Result};
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use hpy_abi::{CmpOp, FlagOrErr, HPy, HPyContext, Handles, Hash, LenOrErr, Status, ext};

/// A handle that the caller keeps open.
///
/// # Safety
/// `raw` is open, and not null, for the whole call.
#[inline(always)]
pub unsafe fn borrow<'c>(ctx: Ctx<'c>, raw: HPy) -> ManuallyDrop<Object<'c>> {
    // SAFETY: the caller's promise.
    unsafe { raw::borrowed(ctx, raw) }
}

/// A handle that the caller keeps open, or that of `None` in place of null.
///
/// # Safety
/// `raw` is null or open for the whole call.
#[inline(always)]
pub unsafe fn borrow_or_none<'c>(ctx: Ctx<'c>, raw: HPy) -> ManuallyDrop<Object<'c>> {
    // SAFETY: the caller's promise; `None` is always open.
    unsafe {
        let raw = if raw.is_null() { calls::h_None(ctx.as_raw()) } else { raw };
        raw::borrowed(ctx, raw)
    }
}

/// The receiver of a method. Interpreters check it before they call a method; before they call a
/// slot some do not, as in `Class.__len__(3)` on PyPy; and on a host that we do not know it is
/// always checked.
///
/// # Safety
/// `object` is what Python passed as `self` to a method or, if `SLOT` says so, to a slot of the class
/// of `T`.
#[inline(always)]
pub unsafe fn instance<'a, 'c, T: Methods, const SLOT: bool>(
    object: &'a Object<'c>,
) -> Result<&'a Instance<'c, T>> {
    let trusted = match SLOT {
        true => attach::has(ext::flags::CHECKED_SLOTS),
        false => attach::plain_handles(),
    };
    if !trusted && !class::is_instance::<T>(object.ctx(), object.as_raw()) {
        return Err(not_an_instance::<T>(object));
    }
    // SAFETY: the caller's promise, or the check.
    Ok(unsafe { Instance::assume(object) })
}

#[cold]
fn not_an_instance<T: Methods>(object: &Object<'_>) -> Error {
    let (name, found) = (T::NAME.to_string_lossy(), object.describe());
    Error::type_error(format!("a method of '{name}' needs an instance of it, not {found}"))
}

/// The struct behind a receiver.
///
/// # Safety
/// As for [`instance`]; and if `CLOSED`, no Python code runs before the borrow ends.
#[inline(always)]
pub unsafe fn receiver<'a, T: Methods, const SLOT: bool, const CLOSED: bool>(
    object: &'a Object<'_>,
) -> Result<Ref<'a, T>> {
    // SAFETY: the caller's promise.
    unsafe {
        let instance = instance::<T, SLOT>(object)?;
        if CLOSED { instance.borrow_closed() } else { instance.borrow() }
    }
}

/// The struct behind a receiver, to change it.
///
/// # Safety
/// As for [`receiver`].
#[inline(always)]
pub unsafe fn receiver_mut<'a, T: Methods, const SLOT: bool, const CLOSED: bool>(
    object: &'a Object<'_>,
) -> Result<RefMut<'a, T>> {
    // SAFETY: the caller's promise.
    unsafe {
        let instance = instance::<T, SLOT>(object)?;
        if CLOSED { instance.borrow_mut_closed() } else { instance.borrow_mut() }
    }
}

/// A value or a result with an error that becomes an exception.
pub trait Fallible<T> {
    fn into_result(self) -> Result<T>;
}
impl<T> Fallible<T> for T {
    #[inline(always)]
    fn into_result(self) -> Result<T> {
        Ok(self)
    }
}
impl<T, E: Into<Error>> Fallible<T> for Result<T, E> {
    #[inline(always)]
    fn into_result(self) -> Result<T> {
        self.map_err(Into::into)
    }
}

/// The result of `__len__`.
#[inline(always)]
pub fn len_result(output: impl Fallible<usize>) -> Result<LenOrErr> {
    let len = output.into_result()?;
    isize::try_from(len).map(LenOrErr).map_err(|_| {
        Error::overflow_error(format!("__len__() returned {len}, which is too large for Python"))
    })
}

/// The result of `__bool__` and `__contains__`.
#[inline(always)]
pub fn flag_result(output: impl Fallible<bool>) -> Result<FlagOrErr> {
    output.into_result().map(FlagOrErr::new)
}

/// The result of methods that return nothing.
#[inline(always)]
pub fn status_result(output: impl Fallible<()>) -> Result<Status> {
    output.into_result().map(|()| Status::OK)
}

/// Integers that a `__hash__` may return.
pub trait HashOutput {
    fn into_hash(self) -> Result<isize>;
}
macro_rules! hashes {
    ($($ty:ty)*) => {$(
        impl HashOutput for $ty {
            fn into_hash(self) -> Result<isize> {
                Ok(self as isize)
            }
        }
        impl<E: Into<Error>> HashOutput for Result<$ty, E> {
            fn into_hash(self) -> Result<isize> {
                self.map(|hash| hash as isize).map_err(Into::into)
            }
        }
    )*};
}
hashes!(i64 isize u64 usize);

/// The result of `__hash__`; -1 is taken by the failure.
#[inline(always)]
pub fn hash_result(output: impl HashOutput) -> Result<Hash> {
    output.into_hash().map(|hash| Hash(if hash == -1 { -2 } else { hash }))
}

/// The result of the slot `tp_iternext`: null without an exception at the end.
#[inline(always)]
pub fn next_result<T: IntoPython>(ctx: Ctx<'_>, output: impl Fallible<Option<T>>) -> Result<HPy> {
    match output.into_result()? {
        Some(value) => super::entry::raw_result(value.into_python(ctx)),
        None => Ok(HPy::NULL),
    }
}

/// The result of the method `__next__`: `StopIteration` at the end.
pub fn next_method_result<T: IntoPython>(
    ctx: Ctx<'_>,
    output: impl Fallible<Option<T>>,
) -> Result<HPy> {
    match next_result(ctx, output)? {
        HPy::NULL => Err(Error::stop_iteration("")),
        raw => Ok(raw),
    }
}

/// A new handle to `NotImplemented`.
#[cold]
pub fn not_implemented(ctx: Ctx<'_>) -> HPy {
    raw::give_up(ctx.not_implemented())
}

/// The half of an operator that the class does not have.
pub fn no_half(_this: &Object<'_>, _other: &Object<'_>) -> Result<Option<HPy>> {
    Ok(None)
}

/// An operator whose instance may stand on either side: the left method if the left operand is an
/// instance, then the reflected one if the right is; each says `None` for an operand it does not
/// take.
///
/// # Safety
/// Both handles are open.
#[inline(always)]
pub unsafe fn binary<'c, T: Methods>(
    ctx: Ctx<'c>,
    a: HPy,
    b: HPy,
    left: impl FnOnce(&Object<'c>, &Object<'c>) -> Result<Option<HPy>>,
    right: impl FnOnce(&Object<'c>, &Object<'c>) -> Result<Option<HPy>>,
) -> Result<HPy> {
    // SAFETY: the caller's promise.
    let (first, second) = unsafe { (raw::borrowed(ctx, a), raw::borrowed(ctx, b)) };
    if class::is_instance::<T>(ctx, a)
        && let Some(result) = left(&first, &second)?
    {
        return Ok(result);
    }
    if class::is_instance::<T>(ctx, b)
        && let Some(result) = right(&second, &first)?
    {
        return Ok(result);
    }
    Ok(not_implemented(ctx))
}

/// The value of `!=` where a class only has `__eq__`, as Python derives it.
pub fn inverted(ctx: Ctx<'_>, equal: Option<HPy>) -> Result<Option<HPy>> {
    let Some(equal) = equal else { return Ok(None) };
    // SAFETY: a new handle that belongs to us.
    let equal = unsafe { raw::new_handle(ctx, equal)? };
    if equal.is(&ctx.not_implemented()) {
        return Ok(None);
    }
    let unequal = !equal.is_true()?;
    super::entry::raw_result(unequal.into_python(ctx)).map(Some)
}

/// The comparison operators by the names that the methods have.
pub const LT: CmpOp = CmpOp::LT;
pub const LE: CmpOp = CmpOp::LE;
pub const EQ: CmpOp = CmpOp::EQ;
pub const NE: CmpOp = CmpOp::NE;
pub const GT: CmpOp = CmpOp::GT;
pub const GE: CmpOp = CmpOp::GE;

/// The position in `sq_item` and its relatives: the host has added the length to a negative one,
/// so that what is still negative is out of range.
#[inline(always)]
pub fn position(ctx: Ctx<'_>, index: isize) -> Result<Object<'_>> {
    if index < 0 {
        return Err(Error::index_error("index out of range"));
    }
    index.into_python(ctx)
}

/// What an in-place operator gives back: the receiver itself.
#[inline(always)]
pub fn itself(object: &Object<'_>) -> HPy {
    // SAFETY: an open handle; duplicating cannot fail.
    unsafe { calls::ctx_Dup(object.ctx().as_raw(), object.as_raw()) }
}

/// The result of a setter that was called as a function.
pub fn setter_result(ctx: Ctx<'_>, status: Status) -> Result<HPy> {
    ctx.check(status)?;
    Ok(raw::give_up(ctx.none()))
}

/// The receiver of a class method.
pub fn as_type<'a, 'c>(object: &'a Object<'c>) -> Result<&'a crate::Type<'c>> {
    object.cast()
}

/// Setters are not for `del`.
#[inline(always)]
pub fn not_deleted(name: &str, value: HPy) -> Result<()> {
    if value.is_null() { Err(cannot_delete(name)) } else { Ok(()) }
}

#[cold]
fn cannot_delete(name: &str) -> Error {
    Error::attribute_error(format!("the attribute '{name}' cannot be deleted"))
}

/// `__new__` of a class that only Rust makes instances of.
pub fn no_constructor<T: Methods>() -> Result<HPy> {
    let name = T::NAME.to_string_lossy();
    Err(Error::type_error(format!("cannot create '{name}' instances")))
}

/// The name of a class, for messages.
pub const fn class_name<T: Methods>() -> &'static str {
    match T::NAME.to_str() {
        Ok(name) => name,
        Err(_) => panic!("the macro makes names of UTF-8"),
    }
}

/// The receiver and the value in a call of a setter as a function.
///
/// # Safety
/// `args` has `nargs` open handles.
pub unsafe fn setter_arguments(args: hpy_abi::Handles, nargs: usize) -> Result<[HPy; 2]> {
    if nargs != 2 {
        return Err(Error::type_error("a setter takes the instance and the value"));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { [*args.0, *args.0.add(1)] })
}

/// `__pow__` or `__rpow__` by way of the slot's function, for hosts that do not fill the slot: the
/// modulus may be left out.
pub struct PowerMethod<F, const REFLECTED: bool>(PhantomData<F>);

impl<F: TERNARYFUNC, const REFLECTED: bool> VARARGS for PowerMethod<F, REFLECTED> {
    unsafe extern "C" fn imp(ctx: *mut HPyContext, this: HPy, args: Handles, nargs: usize) -> HPy {
        // SAFETY: the arguments are those of a call from Python.
        unsafe {
            let (other, modulus) = match nargs {
                1 => (*args.0, calls::h_None(ctx)),
                2 => (*args.0, *args.0.add(1)),
                _ => {
                    let text = "pow() takes an exponent and perhaps a modulus";
                    return super::enter(ctx, |_| Err(Error::type_error(text)));
                }
            };
            let (base, exponent) = if REFLECTED { (other, this) } else { (this, other) };
            F::imp(ctx, base, exponent, modulus)
        }
    }
}

/// `__get__` by way of the slot's function, for hosts that do not fill the slot: the class may be left
/// out.
pub struct GetMethod<F>(PhantomData<F>);

impl<F: TERNARYFUNC> VARARGS for GetMethod<F> {
    unsafe extern "C" fn imp(ctx: *mut HPyContext, this: HPy, args: Handles, nargs: usize) -> HPy {
        // SAFETY: the arguments are those of a call from Python.
        unsafe {
            match nargs {
                1 => F::imp(ctx, this, *args.0, HPy::NULL),
                2 => F::imp(ctx, this, *args.0, *args.0.add(1)),
                _ => {
                    let text = "__get__() takes an instance and perhaps its class";
                    super::enter(ctx, |_| Err(Error::type_error(text)))
                }
            }
        }
    }
}

/// The slot of `a **= b` by way of `__ipow__`. CPython 3.9 also asks the slot of the right operand,
/// which then declines.
pub struct InPlacePower<T, F>(PhantomData<(T, F)>);

impl<T: Methods, F: BINARYFUNC> TERNARYFUNC for InPlacePower<T, F> {
    unsafe extern "C" fn imp(ctx: *mut HPyContext, a: HPy, b: HPy, _modulus: HPy) -> HPy {
        // SAFETY: the arguments are those of a call from Python, but for the modulus.
        unsafe {
            let is_instance = |object| class::is_instance::<T>(Ctx::from_raw(ctx), object);
            if !is_instance(a) && is_instance(b) {
                return super::enter(ctx, |ctx| Ok(not_implemented(ctx)));
            }
            F::imp(ctx, a, b)
        }
    }
}

/// `__hash__` by way of the slot's function, for hosts that do not fill the slot: the hash is cut to
/// what a slot can give.
pub struct HashMethod<F>(PhantomData<F>);

impl<F: HASHFUNC> NOARGS for HashMethod<F> {
    unsafe extern "C" fn imp(ctx: *mut HPyContext, this: HPy) -> HPy {
        // SAFETY: the arguments are those of a call from Python; -1 means that an exception is set.
        unsafe {
            match F::imp(ctx, this).0 {
                -1 => HPy::NULL,
                hash => calls::ctx_Long_FromInt64_t(ctx, hash as i64),
            }
        }
    }
}
