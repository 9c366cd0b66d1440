//! Sets and weak references: objects of types that the context has neither handles nor members
//! for. Their own methods do the work, on every host.

use super::{FrozenSet, Object, Set, Type, WeakRef};
use crate::{Ctx, IntoPython, Result};

impl<'c> Set<'c> {
    /// Makes a set of the items.
    pub fn from_items<T: IntoPython>(
        ctx: Ctx<'c>,
        items: impl IntoIterator<Item = T>,
    ) -> Result<Set<'c>> {
        let set = ctx.builtin(c"set")?.call((ctx.list(items)?,))?;
        // SAFETY: what `set` gives.
        Ok(unsafe { set.assume() })
    }

    /// `self.add(key)`.
    pub fn add(&self, key: impl IntoPython) -> Result<()> {
        key.lend(self.ctx(), |key| self.call_method(c"add", (key,))).map(drop)
    }

    /// Takes a key out, and says whether it was there.
    pub fn discard(&self, key: impl IntoPython) -> Result<bool> {
        let before = self.len()?;
        key.lend(self.ctx(), |key| self.call_method(c"discard", (key,)))?;
        Ok(self.len()? < before)
    }
}

impl<'c> FrozenSet<'c> {
    /// Makes a frozenset of the items.
    pub fn from_items<T: IntoPython>(
        ctx: Ctx<'c>,
        items: impl IntoIterator<Item = T>,
    ) -> Result<FrozenSet<'c>> {
        let set = ctx.builtin(c"frozenset")?.call((ctx.list(items)?,))?;
        // SAFETY: what `frozenset` gives.
        Ok(unsafe { set.assume() })
    }
}

impl<'c> WeakRef<'c> {
    /// `weakref.ref(object)`; a `TypeError` if objects of its type cannot be referred to so.
    pub fn new(object: &Object<'c>) -> Result<WeakRef<'c>> {
        let made = reference_type(object.ctx())?.call((object,))?;
        // SAFETY: what `weakref.ref` gives.
        Ok(unsafe { made.assume() })
    }

    /// The same with a function that is called with the reference when the object is gone.
    pub fn with_callback(object: &Object<'c>, callback: &Object<'_>) -> Result<WeakRef<'c>> {
        let made = reference_type(object.ctx())?.call((object, callback))?;
        // SAFETY: as above.
        Ok(unsafe { made.assume() })
    }

    /// The object, unless it is gone.
    pub fn get(&self) -> Result<Option<Object<'c>>> {
        let object = self.call(())?;
        Ok(if object.is_none() { None } else { Some(object) })
    }
}

fn reference_type(ctx: Ctx<'_>) -> Result<Object<'_>> {
    ctx.import(c"weakref")?.get_attr(c"ref")
}

/// Whether an object is a `weakref.ref`.
pub(super) fn is_weak_reference(object: &Object<'_>) -> bool {
    let is_one = |type_: Object<'_>| Ok(object.is_instance(type_.cast::<Type>()?));
    reference_type(object.ctx()).and_then(is_one).unwrap_or(false)
}
