//! Classes: Rust structs whose instances are Python objects.
//!
//! An instance holds a [`Payload`]: the struct and a word that says how it is borrowed.
//! Laws:
//! 1. The word is 0 until the struct is there. No Python code runs between the making of the object
//!    and the writing of the struct, so that only the destructor ever sees a 0.
//! 2. A class none of whose methods takes `&mut self` is *frozen*: nothing is counted, a reference
//!    is free.
//! 3. Otherwise a shared borrow counts up from 1, an exclusive borrow is -1, and a borrow that does
//!    not fit raises `RuntimeError`. Python code that runs during a method can only get to the
//!    object through another borrow, so that `&mut self` is never aliased.
//! 4. The word is an atomic, but read and written without a locked instruction where the
//!    interpreter runs one thread at a time.

use crate::raw::{self, attach, calls};
use crate::rt::Item;
use crate::{Argument, Ctx, Error, IntoPython, Object, Result, Type};
use core::ffi::{CStr, c_int, c_void};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use hpy_abi::{HPy, HPyCFunction, HPyField, HPyFunc_visitproc, HPyGlobal, func};
use std::cell::UnsafeCell;

/// A Rust struct that is a Python class. Implemented by `#[pommel::class]`.
///
/// # Safety
/// Only for the macro: `cell` is a static of this class alone, and `traverse` visits every
/// [`Field`] of the struct.
pub unsafe trait Class: Sized + Send + Sync + 'static {
    /// The name in Python.
    const NAME: &'static CStr;
    /// The docstring.
    const DOC: &'static CStr;
    /// Whether Python code may subclass it.
    const SUBCLASS: bool;
    /// Whether the struct has a [`Field`], so that instances take part in garbage collection.
    const TRAVERSED: bool;
    /// Where the type is kept while the module lives.
    fn cell() -> &'static ClassCell;
    /// Shows every [`Field`] to the collector.
    fn traverse(&self, visitor: &mut Visitor);
}

/// The methods of a class. Implemented by `#[pommel::methods]`.
#[diagnostic::on_unimplemented(
    message = "the class `{Self}` has no methods",
    label = "add `#[methods] impl {Self} {{ ... }}`, which may be empty"
)]
pub trait Methods: Class {
    /// Everything the class defines.
    const ITEMS: &'static [Item];
    /// Whether some method takes `&mut self`.
    const MUTABLE: bool;
    /// The parameters of the constructor, such as `(data)`, if there is one.
    const SIGNATURE: Option<&'static str>;
}

/// The native struct of an instance.
#[repr(C)]
pub struct Payload<T> {
    borrows: AtomicIsize,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// The word of a payload without a struct.
const EMPTY: isize = 0;
/// The word of a payload that nobody borrows.
const FREE: isize = 1;
/// The word of a payload that is borrowed exclusively.
const EXCLUSIVE: isize = -1;

impl<T: Methods> Payload<T> {
    /// Hosts align a native struct to 16 bytes.
    const ALIGNED: () = assert!(align_of::<T>() <= 16, "a class cannot need more than 16 bytes");

    /// Borrows the struct.
    #[inline(always)]
    fn share(&self) -> Result<Ref<'_, T>> {
        if T::MUTABLE {
            self.change(|word| (word >= FREE).then_some(word + 1))?;
        }
        Ok(Ref { payload: self })
    }

    /// Borrows the struct exclusively.
    #[inline(always)]
    fn exclude(&self) -> Result<RefMut<'_, T>> {
        self.change(|word| (word == FREE).then_some(EXCLUSIVE))?;
        Ok(RefMut { payload: self })
    }

    /// Changes the word if `next` allows it.
    #[inline(always)]
    fn change(&self, next: impl Fn(isize) -> Option<isize>) -> Result<()> {
        if attach::free_threaded() {
            let (acquire, relaxed) = (Ordering::AcqRel, Ordering::Relaxed);
            let done = self.borrows.fetch_update(acquire, relaxed, next);
            return done.map(drop).map_err(borrow_error::<T>);
        }
        let word = self.borrows.load(Ordering::Relaxed);
        match next(word) {
            Some(next) => {
                self.borrows.store(next, Ordering::Relaxed);
                Ok(())
            }
            None => Err(borrow_error::<T>(word)),
        }
    }

    /// Ends a borrow.
    #[inline(always)]
    fn release(&self, next: impl Fn(isize) -> isize) {
        if attach::free_threaded() {
            let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
            let _ = self.borrows.fetch_update(release, relaxed, |word| Some(next(word)));
        } else {
            self.borrows.store(next(self.borrows.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
    }
}

#[cold]
fn borrow_error<T: Class>(word: isize) -> Error {
    let name = T::NAME.to_string_lossy();
    Error::runtime_error(match word {
        EMPTY => format!("this '{name}' was never initialised"),
        EXCLUSIVE => format!(
            "this '{name}' is being changed by a method that is still running; \
             use it again when that method has returned"
        ),
        _ => format!(
            "this '{name}' cannot be changed while another of its methods is running \
             or a buffer of it is exported"
        ),
    })
}

impl<'a, T: Methods> Ref<'a, T> {
    /// A borrow that was forgotten, to end it.
    pub(crate) fn resume(instance: &'a Instance<'_, T>) -> Ref<'a, T> {
        Ref { payload: instance.payload() }
    }
}

impl<'a, T: Methods> RefMut<'a, T> {
    /// A borrow that was forgotten, to end it.
    pub(crate) fn resume(instance: &'a Instance<'_, T>) -> RefMut<'a, T> {
        RefMut { payload: instance.payload() }
    }
}

/// A shared borrow of the struct of an instance.
pub struct Ref<'a, T: Methods> {
    payload: &'a Payload<T>,
}

impl<T: Methods> Deref for Ref<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the struct is there (law 1), and no exclusive borrow exists (law 3).
        unsafe { (*self.payload.value.get()).assume_init_ref() }
    }
}

impl<T: Methods> Drop for Ref<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if T::MUTABLE {
            self.payload.release(|word| word - 1);
        }
    }
}

/// An exclusive borrow of the struct of an instance.
pub struct RefMut<'a, T: Methods> {
    payload: &'a Payload<T>,
}

impl<T: Methods> Deref for RefMut<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the struct is there, and this is its only borrow.
        unsafe { (*self.payload.value.get()).assume_init_ref() }
    }
}

impl<T: Methods> DerefMut for RefMut<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the struct is there, and this is its only borrow.
        unsafe { (*self.payload.value.get()).assume_init_mut() }
    }
}

impl<T: Methods> Drop for RefMut<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.payload.release(|_| FREE);
    }
}

/// Where the type object of a class is kept.
pub struct ClassCell {
    global: UnsafeCell<HPyGlobal>,
    /// The bits of the handle, on hosts where an open handle stays valid from call to call.
    plain: AtomicIsize,
}

// SAFETY: the global is only touched through members of the context, which are thread-safe.
unsafe impl Sync for ClassCell {}

impl ClassCell {
    /// An empty cell.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> ClassCell {
        ClassCell { global: UnsafeCell::new(HPyGlobal::NULL), plain: AtomicIsize::new(0) }
    }

    /// For the module definition, which lists every global.
    pub(crate) fn global(&self) -> *mut HPyGlobal {
        self.global.get()
    }

    /// Stores the type.
    pub(crate) fn set(&self, type_: &Type<'_>) {
        let ctx = type_.ctx().as_raw();
        // SAFETY: a global that the module definition lists, and an open handle.
        unsafe { calls::ctx_Global_Store(ctx, self.global.get(), type_.as_raw()) };
        self.plain
            .store(if attach::plain_handles() { type_.as_raw().0 } else { 0 }, Ordering::Relaxed);
    }

    /// Calls `then` with the type, or with null if the module was not imported.
    #[inline(always)]
    fn with<R>(&self, ctx: Ctx<'_>, then: impl FnOnce(HPy) -> R) -> R {
        let plain = self.plain.load(Ordering::Relaxed);
        if attach::plain_handles() {
            return then(HPy(plain));
        }
        // SAFETY: the global was registered by the module definition.
        unsafe {
            let global = *self.global.get();
            if global == HPyGlobal::NULL {
                return then(HPy::NULL);
            }
            let type_ = calls::ctx_Global_Load(ctx.as_raw(), global);
            let result = then(type_);
            calls::ctx_Close(ctx.as_raw(), type_);
            result
        }
    }
}

#[cold]
fn not_imported<T: Class>() -> Error {
    let name = T::NAME.to_string_lossy();
    Error::runtime_error(format!("the class '{name}' is not part of a module that was imported"))
}

/// The type object of a class.
pub fn type_object<T: Class>(ctx: Ctx<'_>) -> Result<Type<'_>> {
    T::cell().with(ctx, |type_| match type_.is_null() {
        true => Err(not_imported::<T>()),
        // SAFETY: the handle is open during this closure, and it is a type.
        false => Ok(unsafe { raw::borrowed(ctx, type_).to_owned_handle().assume() }),
    })
}

/// Makes an instance of the class.
#[inline]
pub fn new_instance<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<Object<'_>> {
    // SAFETY: the bits are a new handle.
    new_raw(ctx, value).and_then(|raw| unsafe { raw::new_handle(ctx, raw) })
}

/// Makes an instance of the class, as bits that the caller owns.
#[inline]
pub fn new_raw<T: Methods>(ctx: Ctx<'_>, value: T) -> Result<HPy> {
    T::cell().with(ctx, |type_| match type_.is_null() {
        true => Err(not_imported::<T>()),
        // SAFETY: the handle is open during this closure and that of the class.
        false => unsafe { new_raw_of(ctx, type_, value) },
    })
}

/// Makes an instance of the class or of a Python subclass of it, as bits that the caller owns.
///
/// # Safety
/// `type_` is open, and the type of `T` or a subtype of it.
#[inline]
pub unsafe fn new_raw_of<T: Methods>(ctx: Ctx<'_>, type_: HPy, value: T) -> Result<HPy> {
    let () = Payload::<T>::ALIGNED;
    let mut data: *mut c_void = core::ptr::null_mut();
    // SAFETY: the caller's promise; on success `data` is the zeroed payload of the new object,
    // which nobody else knows of yet.
    unsafe {
        let raw = calls::ctx_New(ctx.as_raw(), type_, &mut data);
        if raw.is_null() {
            return Err(Error::pending());
        }
        let payload = data.cast::<Payload<T>>();
        (*payload).value.get().write(MaybeUninit::new(value));
        (*payload).borrows.store(FREE, Ordering::Relaxed);
        Ok(raw)
    }
}

/// The payload of an instance.
///
/// # Safety
/// `object` is an open handle to an instance of the class of `T`, and stays open for `'a`.
#[inline(always)]
pub(crate) unsafe fn payload<'a, T: Methods>(ctx: Ctx<'_>, object: HPy) -> &'a Payload<T> {
    // SAFETY: the caller's promise; every class has the shape of `object`.
    unsafe {
        let data = match attach::struct_of(object) {
            Some(data) => data,
            None => calls::ctx_AsStruct_Object(ctx.as_raw(), object),
        };
        &*data.cast::<Payload<T>>()
    }
}

/// Whether an object is an instance of the class.
#[inline(always)]
pub(crate) fn is_instance<T: Class>(ctx: Ctx<'_>, object: HPy) -> bool {
    T::cell().with(ctx, |type_| {
        // SAFETY: two open handles, the second to a type.
        unsafe {
            match attach::type_of(object) {
                _ if type_.is_null() => false,
                Some(found) if found == type_ => true,
                // Nothing inherits from a class that does not allow it.
                Some(_) if !T::SUBCLASS => false,
                _ => calls::ctx_TypeCheck(ctx.as_raw(), object, type_).0 != 0,
            }
        }
    })
}

/// The destructor of a class: the slot `tp_destroy`.
///
/// # Safety
/// Called by the host with the payload of an object that is gone.
pub(crate) unsafe extern "C" fn destroy<T: Methods>(data: *mut c_void) {
    // SAFETY: the payload of a dead object is ours alone.
    let payload = unsafe { &mut *data.cast::<Payload<T>>() };
    if *payload.borrows.get_mut() != EMPTY {
        // SAFETY: the struct is there, and nobody will look at it again. A destructor that panics
        // ends the process, because this function must not unwind.
        unsafe { payload.value.get_mut().assume_init_drop() }
    }
}

/// Shows the fields of an instance: the slot `tp_traverse`.
///
/// # Safety
/// Called by the host with the payload of an object.
pub(crate) unsafe extern "C" fn traverse<T: Methods>(
    data: *mut c_void,
    visit: HPyFunc_visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: the payload of a live object; the collector runs while no other code of this thread
    // changes it, and fields are cells.
    let payload = unsafe { &*data.cast::<Payload<T>>() };
    if payload.borrows.load(Ordering::Relaxed) == EMPTY {
        return 0;
    }
    let mut visitor = Visitor { visit, arg, result: 0 };
    // SAFETY: the struct is there; only its fields are read, which an exclusive borrow elsewhere
    // cannot invalidate while the collector runs.
    unsafe { (*payload.value.get()).assume_init_ref() }.traverse(&mut visitor);
    visitor.result
}

/// The destructor as the description of a class wants it.
pub(crate) const fn destroy_fn<T: Methods>() -> HPyCFunction {
    let destroy: func::DESTROYFUNC = destroy::<T>;
    // SAFETY: a function pointer and an optional one have the same bits; the slot says its type.
    unsafe { core::mem::transmute::<func::DESTROYFUNC, HPyCFunction>(destroy) }
}

/// The traversal and its trampoline as the description of a class wants them.
pub(crate) const fn traverse_fn<T: Methods>() -> (HPyCFunction, HPyCFunction) {
    let traverse: func::TRAVERSEPROC = traverse::<T>;
    let trampoline = crate::rt::trampolines::traverse::<T> as *const ();
    // SAFETY: as in `destroy_fn`.
    unsafe {
        (
            core::mem::transmute::<func::TRAVERSEPROC, HPyCFunction>(traverse),
            core::mem::transmute::<*const (), HPyCFunction>(trampoline),
        )
    }
}

/// An object that is an instance of a Rust class.
#[repr(transparent)]
pub struct Instance<'c, T> {
    object: Object<'c>,
    _class: PhantomData<T>,
}

impl<'c, T: Methods> Instance<'c, T> {
    /// Makes an instance.
    pub fn new(ctx: Ctx<'c>, value: T) -> Result<Instance<'c, T>> {
        new_instance(ctx, value).map(|object| Instance { object, _class: PhantomData })
    }

    /// Looks at an object as an instance, if it is one.
    #[inline]
    pub fn of<'a>(object: &'a Object<'c>) -> Option<&'a Instance<'c, T>> {
        // SAFETY: it is an instance, as the check says, and the wrapper is transparent.
        is_instance::<T>(object.ctx(), object.as_raw()).then(|| unsafe { Instance::assume(object) })
    }

    /// Looks at an object as an instance.
    ///
    /// # Safety
    /// It is one.
    #[inline(always)]
    pub(crate) unsafe fn assume<'a>(object: &'a Object<'c>) -> &'a Instance<'c, T> {
        // SAFETY: the wrapper is transparent.
        unsafe { &*(object as *const Object<'c>).cast() }
    }

    #[inline(always)]
    fn payload(&self) -> &Payload<T> {
        // SAFETY: it is an instance, open while `self` is borrowed.
        unsafe { payload(self.object.ctx(), self.object.as_raw()) }
    }

    /// Borrows the struct; `RuntimeError` while it is being changed.
    #[inline]
    pub fn borrow(&self) -> Result<Ref<'_, T>> {
        self.payload().share()
    }

    /// Borrows the struct to change it; `RuntimeError` while it is borrowed.
    #[inline]
    pub fn borrow_mut(&self) -> Result<RefMut<'_, T>> {
        const { assert!(T::MUTABLE, "no method takes `&mut self`: such a class is frozen") };
        self.payload().exclude()
    }
}

impl<'c, T> Deref for Instance<'c, T> {
    type Target = Object<'c>;
    #[inline(always)]
    fn deref(&self) -> &Object<'c> {
        &self.object
    }
}

impl<'c, T> From<Instance<'c, T>> for Object<'c> {
    fn from(instance: Instance<'c, T>) -> Object<'c> {
        instance.object
    }
}

impl<T> Clone for Instance<'_, T> {
    fn clone(&self) -> Self {
        Instance { object: self.object.clone(), _class: PhantomData }
    }
}

impl<T> IntoPython for Instance<'_, T> {
    #[inline]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.object.into_python(ctx)
    }
}

impl<T> IntoPython for &Instance<'_, T> {
    #[inline]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        (&self.object).into_python(ctx)
    }
}

/// What a parameter must be to be an instance of a class.
fn an_instance<T: Class>() -> String {
    format!("a '{}'", T::NAME.to_string_lossy())
}

impl<'a, 'h, 'c, T: Methods> Argument<'a, 'h, 'c> for &'a Instance<'c, T> {
    type Holder = ();
    #[inline(always)]
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
        Instance::of(object).ok_or_else(|| crate::convert::wrong_type(&an_instance::<T>(), object))
    }
}

impl<'a: 'h, 'h, 'c, T: Methods> Argument<'a, 'h, 'c> for &'h T {
    type Holder = Option<Ref<'a, T>>;
    #[inline(always)]
    fn extract(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<&'h T> {
        let instance = <&Instance<'_, T>>::extract(object, &mut ())?;
        Ok(holder.insert(instance.borrow()?))
    }
}

impl<'a: 'h, 'h, 'c, T: Methods> Argument<'a, 'h, 'c> for &'h mut T {
    type Holder = Option<RefMut<'a, T>>;
    #[inline(always)]
    fn extract(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<&'h mut T> {
        let instance = <&Instance<'_, T>>::extract(object, &mut ())?;
        Ok(holder.insert(instance.borrow_mut()?))
    }
}

/// Carries the garbage collector from field to field.
pub struct Visitor {
    visit: HPyFunc_visitproc,
    arg: *mut c_void,
    result: c_int,
}

/// A reference to a Python object inside a class: it keeps the object alive, and the garbage
/// collector sees it.
///
/// Loading and storing need the instance that owns the field, because a collector may need to know
/// who refers to whom.
pub struct Field {
    field: UnsafeCell<HPyField>,
    /// Held for a few instructions where several threads run at once.
    locked: AtomicBool,
}

// SAFETY: a field is only touched under its lock or the interpreter's, and by the collector or the
// destructor, which have the object to themselves.
unsafe impl Send for Field {}
// SAFETY: as above.
unsafe impl Sync for Field {}

impl Default for Field {
    fn default() -> Field {
        Field::empty()
    }
}

impl Field {
    /// A field that refers to nothing. Store into it once the instance is there.
    pub const fn empty() -> Field {
        Field { field: UnsafeCell::new(HPyField::NULL), locked: AtomicBool::new(false) }
    }

    /// The object, if there is one.
    pub fn load<'c>(&self, owner: &Object<'c>) -> Option<Object<'c>> {
        let _lock = self.lock();
        self.load_locked(owner)
    }

    /// Refers to another object, or to none.
    pub fn store(&self, owner: &Object<'_>, value: Option<&Object<'_>>) {
        let value = value.map_or(HPy::NULL, Object::as_raw);
        let lock = self.lock();
        // The old object must not die under the lock: its destructor is code that may come here.
        let _old = self.load_locked(owner);
        // SAFETY: a field of a live object and an open handle or null.
        unsafe {
            let (ctx, owner) = (owner.ctx().as_raw(), owner.as_raw());
            calls::ctx_Field_Store(ctx, owner, self.field.get(), value);
        }
        drop(lock);
    }

    fn load_locked<'c>(&self, owner: &Object<'c>) -> Option<Object<'c>> {
        let ctx = owner.ctx();
        // SAFETY: a field of a live object; loading it makes a new handle.
        unsafe {
            let field = *self.field.get();
            if field == HPyField::NULL {
                return None;
            }
            raw::new_handle(ctx, calls::ctx_Field_Load(ctx.as_raw(), owner.as_raw(), field)).ok()
        }
    }

    fn lock(&self) -> impl Drop {
        /// Unlocks at the end of the scope.
        struct Lock<'a>(Option<&'a AtomicBool>);
        impl Drop for Lock<'_> {
            fn drop(&mut self) {
                if let Some(locked) = self.0 {
                    locked.store(false, Ordering::Release);
                }
            }
        }
        if !attach::free_threaded() {
            return Lock(None);
        }
        while self.locked.swap(true, Ordering::Acquire) {
            core::hint::spin_loop();
        }
        Lock(Some(&self.locked))
    }
}

/// Things that may hold a [`Field`]; `#[pommel::class]` asks every member of the struct whose type
/// names one.
pub trait Traverse {
    /// Shows every field.
    fn traverse(&self, visitor: &mut Visitor);
}

impl Traverse for Field {
    fn traverse(&self, visitor: &mut Visitor) {
        // SAFETY: the collector's own function, with its own argument and one of the fields.
        unsafe {
            if visitor.result == 0 && *self.field.get() != HPyField::NULL {
                visitor.result = (visitor.visit)(self.field.get(), visitor.arg);
            }
        }
    }
}

macro_rules! traverse_items {
    ($($name:ty),*) => {$(
        impl<T: Traverse> Traverse for $name {
            fn traverse(&self, visitor: &mut Visitor) {
                self.iter().for_each(|item| item.traverse(visitor));
            }
        }
    )*};
}
traverse_items!(Option<T>, Vec<T>, [T]);

impl<T: Traverse, const N: usize> Traverse for [T; N] {
    fn traverse(&self, visitor: &mut Visitor) {
        self.iter().for_each(|item| item.traverse(visitor));
    }
}

impl<T: Traverse + ?Sized> Traverse for Box<T> {
    fn traverse(&self, visitor: &mut Visitor) {
        (**self).traverse(visitor);
    }
}
