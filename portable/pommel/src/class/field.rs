//! References from a struct to Python objects, and how the garbage collector learns of them.

use super::{Instance, Methods, guard};
use crate::raw::{self, attach, calls};
use crate::{Object, Result};
use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicBool, Ordering};
use hpy_abi::{HPy, HPyField, HPyFunc_visitproc};
use std::cell::UnsafeCell;

/// Carries the garbage collector from field to field.
pub struct Visitor {
    visit: HPyFunc_visitproc,
    arg: *mut c_void,
    result: c_int,
}

impl Visitor {
    pub(super) fn new(visit: HPyFunc_visitproc, arg: *mut c_void) -> Visitor {
        Visitor { visit, arg, result: 0 }
    }

    /// What the collector wants to hear.
    pub(super) fn result(&self) -> c_int {
        self.result
    }
}

/// A reference to a Python object inside a class: it keeps the object alive, and the garbage
/// collector sees it, so that objects that refer to each other in a circle are collected.
///
/// Loading and storing need the instance that the field belongs to, so a method that uses it takes
/// `&Instance<'_, Self>` instead of `&self`:
///
/// ```
/// # #[pommel::module] mod example {
/// use pommel::prelude::*;
///
/// #[class]
/// pub struct Button {
///     on_click: Field,
/// }
///
/// #[methods]
/// impl Button {
///     #[new]
///     fn new() -> Button {
///         Button { on_click: Field::empty() }
///     }
///
///     #[setter]
///     fn set_on_click(this: &Instance<'_, Self>, callback: &Object<'_>) -> Result<()> {
///         this.borrow()?.on_click.store(this, Some(callback))
///     }
///
///     fn click(this: &Instance<'_, Self>) -> Result<()> {
///         let callback = this.borrow()?.on_click.load(this)?;
///         callback.map_or(Ok(()), |callback| callback.call(()).map(drop))
///     }
/// }
/// # }
/// ```
///
/// A field that is thrown away before the instance is, such as one popped from a `Vec<Field>`, keeps
/// its object alive for longer than needed: store `None` first. And a field stays with the instance
/// that it was first stored through: on some hosts it refers to nothing from another one.
pub struct Field {
    /// The reference; or the number under which [`guard`] keeps it.
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
    pub fn load<'c, T: Methods>(&self, owner: &Instance<'c, T>) -> Result<Option<Object<'c>>> {
        const { assert!(T::TRAVERSED, "mark the member that holds the field with `#[traverse]`") };
        if !attach::keeps_structs() {
            return guard::load(owner, self.bits());
        }
        let _lock = self.lock();
        self.load_locked(owner)
    }

    /// Refers to another object, or to none.
    pub fn store<T: Methods>(
        &self,
        owner: &Instance<'_, T>,
        value: Option<&Object<'_>>,
    ) -> Result<()> {
        const { assert!(T::TRAVERSED, "mark the member that holds the field with `#[traverse]`") };
        if !attach::keeps_structs() {
            return self.store_guarded(owner, value);
        }
        let value = value.map_or(HPy::NULL, Object::as_raw);
        let lock = self.lock();
        // The old object must not die under the lock: its destructor is code that may come here.
        let _old = self.load_locked(owner)?;
        // SAFETY: a field of a live object and an open handle or null.
        unsafe {
            let (ctx, owner) = (owner.ctx().as_raw(), owner.as_raw());
            calls::ctx_Field_Store(ctx, owner, self.field.get(), value);
        }
        drop(lock);
        Ok(())
    }

    fn store_guarded<T: Methods>(
        &self,
        owner: &Instance<'_, T>,
        value: Option<&Object<'_>>,
    ) -> Result<()> {
        if self.bits() == HPyField::NULL {
            if value.is_none() {
                return Ok(());
            }
            // SAFETY: the interpreter lets one thread at a time come here, and no other code runs
            // meanwhile.
            unsafe { self.field.get().write(guard::new_number()) };
        }
        guard::store(owner, self.bits(), value)
    }

    fn bits(&self) -> HPyField {
        // SAFETY: nobody writes meanwhile: the caller holds the lock or the interpreter's.
        unsafe { *self.field.get() }
    }

    fn load_locked<'c>(&self, owner: &Object<'c>) -> Result<Option<Object<'c>>> {
        let (ctx, field) = (owner.ctx(), self.bits());
        if field == HPyField::NULL {
            return Ok(None);
        }
        // SAFETY: a field of a live object; loading it makes a new handle.
        unsafe {
            raw::new_handle(ctx, calls::ctx_Field_Load(ctx.as_raw(), owner.as_raw(), field))
                .map(Some)
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
/// names one, and those marked with `#[traverse]`.
///
/// A field that is left out is never seen by the collector: what it refers to stays for ever once it
/// is part of a circle.
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
