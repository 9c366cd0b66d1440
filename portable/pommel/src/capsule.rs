//! Capsules: addresses on their way through Python to other native code, such as DLPack's tensors.

use crate::raw::{self, attach, calls};
use crate::{Ctx, Error, Object, Result, held};
use core::ffi::{CStr, c_char, c_void};
use core::ptr::NonNull;
use hpy_abi::{
    CapsuleKey, CpyRef, HPyCFunction, HPyCapsule_Destructor, HPyFunc_Capsule_Destructor, Signature,
    Utf8,
};

/// What happens at the end of a capsule.
pub trait Destroy: 'static {
    /// Frees what the capsule points to. `name` is the name that it has in the end, which says
    /// whether somebody has taken the contents over.
    ///
    /// # Safety
    /// `pointer` is the one that the capsule was made with, and the capsule is gone.
    unsafe fn destroy(name: Option<&CStr>, pointer: NonNull<c_void>);

    /// The same for a capsule with a context, which may be null.
    ///
    /// # Safety
    /// As for [`Destroy::destroy`]; the context is the capsule's.
    unsafe fn destroy_with(name: Option<&CStr>, pointer: NonNull<c_void>, _context: *mut c_void) {
        // SAFETY: the caller's promise.
        unsafe { Self::destroy(name, pointer) }
    }
}

/// The end of a capsule whose context is a `Box<T>`.
struct Kept<T>(core::marker::PhantomData<T>);

impl<T: 'static> Destroy for Kept<T> {
    unsafe fn destroy(_name: Option<&CStr>, _pointer: NonNull<c_void>) {}

    unsafe fn destroy_with(_: Option<&CStr>, _: NonNull<c_void>, context: *mut c_void) {
        if !context.is_null() {
            // SAFETY: the context is what `Capsule::keeping` made.
            drop(unsafe { Box::from_raw(context.cast::<T>()) });
        }
    }
}

/// An address with a name.
pub struct Capsule<'c>(Object<'c>);

impl<'c> Capsule<'c> {
    /// Makes a capsule.
    ///
    /// # Safety
    /// `D` can free what `pointer` leads to, and nobody else does while the capsule has this name.
    pub unsafe fn new<D: Destroy>(
        ctx: Ctx<'c>,
        pointer: NonNull<c_void>,
        name: &'static CStr,
    ) -> Result<Capsule<'c>> {
        let destructor = &const {
            let imp: HPyFunc_Capsule_Destructor = destroy::<D>;
            let trampoline: unsafe extern "C" fn(CpyRef) = trampoline::<D>;
            // SAFETY: any function pointer can stand for another; hosts call it by its own type.
            let cpy_trampoline = unsafe {
                core::mem::transmute::<unsafe extern "C" fn(CpyRef), HPyCFunction>(trampoline)
            };
            HPyCapsule_Destructor { cpy_trampoline, imp: Some(imp) }
        };
        // SAFETY: a C string that stays, and a constant that hosts only read.
        unsafe {
            let destructor = (destructor as *const HPyCapsule_Destructor).cast_mut();
            let (pointer, name) = (pointer.as_ptr(), Utf8(name.as_ptr()));
            let raw = calls::ctx_Capsule_New(ctx.as_raw(), pointer, name, destructor);
            raw::new_handle(ctx, raw).map(Capsule)
        }
    }

    /// Makes a capsule that keeps something until its end, as its context. What the pointer leads to is
    /// part of that, or stays by itself.
    pub fn keeping<T: Send + 'static>(
        ctx: Ctx<'c>,
        pointer: NonNull<c_void>,
        name: &'static CStr,
        kept: T,
    ) -> Result<Capsule<'c>> {
        // SAFETY: a C string that stays, and the end of a capsule with such a context.
        let capsule = unsafe { Capsule::new::<Kept<T>>(ctx, pointer, name)? };
        let context = Box::into_raw(Box::new(kept));
        // SAFETY: an open handle.
        let status = ctx.check(unsafe {
            let (raw, key) = (capsule.0.as_raw(), CapsuleKey::CONTEXT);
            calls::ctx_Capsule_Set(ctx.as_raw(), raw, key, context.cast())
        });
        if status.is_err() {
            // SAFETY: the capsule has not got it.
            drop(unsafe { Box::from_raw(context) });
        }
        status.map(|()| capsule)
    }

    /// Whether an object is a capsule of this name.
    pub fn is_named(object: &Object<'_>, name: &CStr) -> bool {
        // SAFETY: an open handle and a C string.
        unsafe {
            let ctx = object.ctx().as_raw();
            calls::ctx_Capsule_IsValid(ctx, object.as_raw(), Utf8(name.as_ptr())).0 != 0
        }
    }

    /// The capsule that an object is; a `ValueError` if it is none of this name.
    pub fn of(object: Object<'c>, name: &CStr) -> Result<Capsule<'c>> {
        match Capsule::is_named(&object, name) {
            true => Ok(Capsule(object)),
            false => Err(Error::value_error(format!(
                "a capsule named '{}' expected, got {}",
                name.to_string_lossy(),
                object.repr().unwrap_or_else(|_| object.type_name()),
            ))),
        }
    }

    /// The address; an error if the capsule has another name by now.
    pub fn pointer(&self, name: &CStr) -> Result<NonNull<c_void>> {
        let (ctx, raw) = (self.0.ctx().as_raw(), self.0.as_raw());
        // SAFETY: an open handle and a C string.
        let found =
            unsafe { calls::ctx_Capsule_Get(ctx, raw, CapsuleKey::POINTER, Utf8(name.as_ptr())) };
        NonNull::new(found).ok_or_else(Error::pending)
    }

    /// Gives the capsule another name, which tells its destructor that the contents have a new owner.
    pub fn rename(&self, name: &'static CStr) -> Result<()> {
        let ctx = self.0.ctx();
        let text = name.as_ptr().cast_mut().cast::<c_void>();
        // SAFETY: an open handle, and a C string that stays.
        ctx.check(unsafe {
            calls::ctx_Capsule_Set(ctx.as_raw(), self.0.as_raw(), CapsuleKey::NAME, text)
        })
    }
}

impl<'c> From<Capsule<'c>> for Object<'c> {
    fn from(capsule: Capsule<'c>) -> Object<'c> {
        capsule.0
    }
}

unsafe extern "C" fn destroy<D: Destroy>(
    name: *const c_char,
    pointer: *mut c_void,
    context: *mut c_void,
) {
    let Some(pointer) = NonNull::new(pointer) else { return };
    // SAFETY: called by the host, which is attached, at the end of a capsule that `Capsule::new` made;
    // its name is null or a C string.
    unsafe {
        held::arrive(Ctx::from_raw(attach::context()));
        let name = (!name.is_null()).then(|| CStr::from_ptr(name));
        D::destroy_with(name, pointer, context);
    }
}

/// The same as an interpreter with a C API calls it.
unsafe extern "C" fn trampoline<D: Destroy>(capsule: CpyRef) {
    let imp: HPyFunc_Capsule_Destructor = destroy::<D>;
    // SAFETY: the function is of this calling convention, whose argument is the capsule itself.
    unsafe {
        let imp = core::mem::transmute::<HPyFunc_Capsule_Destructor, HPyCFunction>(imp);
        let (ctx, signature) = (attach::context(), Signature::CAPSULE_DESTRUCTOR);
        calls::ctx_CallRealFunctionFromTrampoline(ctx, signature, imp, capsule.cast());
    }
}
