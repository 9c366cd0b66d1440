//! Classes: Rust structs whose instances are Python objects.
//!
//! * `payload` — the native struct, and who may look at it when.
//! * `cell` — where the type object is kept.
//! * `making` — how instances come to be, how their struct is reached, and how they end.
//! * `field` — references to Python objects inside a struct.
//! * `guard` — the same on hosts that promise less than ours.

mod cell;
mod field;
mod guard;
mod making;
mod payload;

pub(crate) use cell::is_instance;
pub use cell::{ClassCell, type_object};
pub use field::{Field, Traverse, Visitor};
pub(crate) use guard::{end_export, keep_export, mark};
pub(crate) use making::Layout;
pub use making::{new_instance, new_raw, new_raw_of};
pub use payload::{Payload, Ref, RefMut};

use crate::rt::{Declaration, Item};
use crate::{Annotation, Argument, Ctx, IntoPython, Object, Result};
use core::ffi::CStr;
use core::marker::PhantomData;
use core::ops::Deref;

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

#[diagnostic::on_unimplemented(
    message = "the class `{Self}` has no methods",
    label = "add `#[methods] impl {Self} {{ ... }}`, which may be empty"
)]
/// The methods of a class. Implemented by `#[pommel::methods]`.
///
/// # Safety
/// Only for the macro: the items are functions of the calling conventions that they say.
pub unsafe trait Methods: Class {
    /// Everything the class defines.
    const ITEMS: &'static [Item];
    /// Whether some method takes `&mut self`.
    const MUTABLE: bool;
    /// What type checkers are told of them.
    #[doc(hidden)]
    const DECLARATIONS: &'static [Declaration];
    /// The parameters of the constructor, such as `(data)`, if there is one.
    const SIGNATURE: Option<&'static str>;
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
    fn payload(&self) -> Result<&Payload<T>> {
        // SAFETY: it is an instance, open while `self` is borrowed.
        unsafe { making::payload(self.object.ctx(), self.object.as_raw()) }
    }

    /// Borrows the struct; `RuntimeError` while it is being changed.
    ///
    /// On an interpreter that runs several threads at once, a borrow that another thread stands in
    /// the way of waits for it, for up to a second.
    #[inline]
    pub fn borrow(&self) -> Result<Ref<'_, T>> {
        self.payload()?.share(self.ctx())
    }

    /// Borrows the struct for a stretch that is closed; see the laws of `payload`.
    ///
    /// # Safety
    /// No Python code runs before the borrow ends.
    #[inline(always)]
    pub(crate) unsafe fn borrow_closed(&self) -> Result<Ref<'_, T>> {
        self.payload()?.share_closed(self.ctx())
    }

    /// The same to change it.
    ///
    /// # Safety
    /// No Python code runs before the borrow ends.
    #[inline(always)]
    pub(crate) unsafe fn borrow_mut_closed(&self) -> Result<RefMut<'_, T>> {
        self.payload()?.exclude_closed(self.ctx())
    }

    /// Borrows the struct to change it; `RuntimeError` while it is borrowed.
    #[inline]
    pub fn borrow_mut(&self) -> Result<RefMut<'_, T>> {
        const { assert!(T::MUTABLE, "no method takes `&mut self`: such a class is frozen") };
        self.payload()?.exclude(self.ctx())
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

impl<T: Class> IntoPython for Instance<'_, T> {
    const GIVES: Annotation = Annotation::Class(T::NAME);
    #[inline]
    fn into_python(self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        self.object.into_python(ctx)
    }
}

impl<T: Class> IntoPython for &Instance<'_, T> {
    const GIVES: Annotation = Annotation::Class(T::NAME);
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
    const TAKES: Annotation = Annotation::Class(T::NAME);
    #[inline(always)]
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
        Instance::of(object).ok_or_else(|| crate::convert::wrong_type(&an_instance::<T>(), object))
    }
}

impl<'a: 'h, 'h, 'c, T: Methods> Argument<'a, 'h, 'c> for &'h T {
    type Holder = Option<Ref<'a, T>>;
    const TAKES: Annotation = Annotation::Class(T::NAME);
    #[inline(always)]
    fn extract(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<&'h T> {
        let instance = <&Instance<'_, T>>::extract(object, &mut ())?;
        Ok(holder.insert(instance.borrow()?))
    }
    const CLOSED: bool = true;
    #[inline(always)]
    unsafe fn extract_closed(
        object: &'a Object<'c>,
        holder: &'h mut Self::Holder,
    ) -> Result<&'h T> {
        let instance = <&Instance<'_, T>>::extract(object, &mut ())?;
        // SAFETY: the caller's promise.
        Ok(holder.insert(unsafe { instance.borrow_closed()? }))
    }
}

impl<'a: 'h, 'h, 'c, T: Methods> Argument<'a, 'h, 'c> for &'h mut T {
    type Holder = Option<RefMut<'a, T>>;
    const TAKES: Annotation = Annotation::Class(T::NAME);
    #[inline(always)]
    fn extract(object: &'a Object<'c>, holder: &'h mut Self::Holder) -> Result<&'h mut T> {
        let instance = <&Instance<'_, T>>::extract(object, &mut ())?;
        Ok(holder.insert(instance.borrow_mut()?))
    }
}
