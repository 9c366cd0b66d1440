//! What the host knows about a class of an extension: a side table of our own.
//!
//! The interpreter's type object has no room for the shape of a class, its `tp_destroy` or its
//! HPy traversal function, and no flag bit that would be ours for ever.
//! So these facts lie beside it, and the way from a type to them must be fast (every allocation
//! and deallocation takes it), sound without a GIL, and sound when the type dies.
//!
//! The key is the address of the class's method array (`tp_methods`), which the host makes for
//! every class, even one without methods, and never frees.
//! A type whose `tp_methods` is that address was made by us from this description: no other type
//! can have it, a subclass written in Python has none, and the address cannot be reused.
//! So nothing has to be taken out of the table when a type dies, whenever and in whatever order
//! the garbage collector takes the type, its dictionary and its last instances apart.
//!
//! Classes made from equal descriptions share one entry ([`intern`]), so that making a class again
//! and again does not use up memory.

use crate::capi::*;
use crate::layout::{Layout, TypeField};
use core::sync::atomic::{AtomicPtr, Ordering};
use hpy_abi::{BuiltinShape, func};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

/// The facts about a class, and the arrays that the interpreter's type object points into.
///
/// An entry is never freed, and so the strings and closures in its arrays are not either.
pub(crate) struct TypeFacts {
    /// The built-in type whose struct precedes the native one.
    pub shape: BuiltinShape,
    /// Releases what the native struct owns.
    pub destroy: Option<func::DESTROYFUNC>,
    /// Visits the fields of the native struct.
    pub traverse: Option<func::TRAVERSEPROC>,
    /// The function that runs when an instance is called, until it is replaced.
    pub call: Option<Vectorcall>,
    /// Where an instance stores the function that runs when it is called; 0 if it does not.
    pub call_offset: usize,
    /// Whether `tp_dealloc` is the host's.
    pub owns_dealloc: bool,
    /// Whether `tp_new` is the host's.
    pub owns_new: bool,
    /// `tp_basicsize` as asked for; 0 inherits.
    pub basic_size: usize,
    /// `tp_itemsize`
    pub item_size: i32,
    /// Flags as asked for.
    pub flags: u32,
    /// Dotted name; the type object of old versions points to it.
    pub name: CString,
    /// Docstring.
    pub doc: Option<CString>,
    /// Ends with a null entry, as the next two do.
    pub methods: Box<[PyMethodDef]>,
    /// Members that the interpreter reads by itself.
    pub members: Box<[PyMemberDef]>,
    /// Properties, and members that the host reads.
    pub getsets: Box<[PyGetSetDef]>,
    /// Slots that go to the interpreter as they are.
    pub slots: Vec<(i32, usize)>,
}

// SAFETY: nothing in it changes after it was made.
unsafe impl Send for TypeFacts {}
// SAFETY: as above.
unsafe impl Sync for TypeFacts {}

impl TypeFacts {
    /// The key under which types find this entry.
    #[inline(always)]
    fn key(&self) -> usize {
        self.methods.as_ptr() as usize
    }
}

/// A hash table that only grows: readers take no lock, and a table that was replaced stays where
/// it is, because a reader may still be in it.
struct Table {
    slots: Box<[AtomicPtr<TypeFacts>]>,
    used: usize,
}

/// The current table, or null.
static TABLE: AtomicPtr<Table> = AtomicPtr::new(core::ptr::null_mut());
/// Every entry by its description; the lock of all writers.
static INTERNED: Mutex<BTreeMap<Vec<u8>, &'static TypeFacts>> = Mutex::new(BTreeMap::new());

/// Where the search for a key starts: the middle bits of a product with an odd constant.
#[inline(always)]
fn start(key: usize, mask: usize) -> usize {
    (((key >> 4) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask
}

impl Table {
    fn with_capacity(capacity: usize) -> Table {
        let slots = (0..capacity).map(|_| AtomicPtr::new(core::ptr::null_mut())).collect();
        Table { slots, used: 0 }
    }

    #[inline(always)]
    fn find(&self, key: usize) -> Option<&'static TypeFacts> {
        let mask = self.slots.len() - 1;
        let mut i = start(key, mask);
        loop {
            // SAFETY: entries are never freed, and each was complete before it was stored.
            let facts = unsafe { self.slots[i & mask].load(Ordering::Acquire).as_ref()? };
            if facts.key() == key {
                return Some(facts);
            }
            i += 1;
        }
    }

    fn insert(&mut self, facts: &'static TypeFacts) {
        let mask = self.slots.len() - 1;
        let mut i = start(facts.key(), mask);
        while !self.slots[i & mask].load(Ordering::Relaxed).is_null() {
            i += 1;
        }
        self.slots[i & mask].store((facts as *const TypeFacts).cast_mut(), Ordering::Release);
        self.used += 1;
    }
}

/// Makes an entry findable; the caller holds the lock of the writers.
fn publish(facts: &'static TypeFacts) {
    // SAFETY: tables are never freed; only writers, who hold the lock, look at `used`.
    let old = unsafe { TABLE.load(Ordering::Relaxed).as_ref() };
    let old_entries = old.into_iter().flat_map(|t| t.slots.iter());
    let used = old.map_or(0, |t| t.used);
    let mut table = Table::with_capacity((2 * (used + 1)).next_power_of_two().max(16));
    for slot in old_entries {
        // SAFETY: entries are never freed.
        if let Some(entry) = unsafe { slot.load(Ordering::Relaxed).as_ref() } {
            table.insert(entry);
        }
    }
    table.insert(facts);
    TABLE.store(Box::leak(Box::new(table)), Ordering::Release);
}

/// The entry for a description, made on first use.
pub(crate) fn intern(fingerprint: Vec<u8>, make: impl FnOnce() -> TypeFacts) -> &'static TypeFacts {
    let mut interned = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
    interned.entry(fingerprint).or_insert_with(|| {
        let facts = Box::leak(Box::new(make()));
        publish(facts);
        facts
    })
}

/// The entries that were found last, by some bits of their keys: almost every look-up ends here,
/// after a comparison. Only found entries are put in, which are never freed, so that a race can
/// only replace one right answer by another.
static RECENT: [AtomicPtr<TypeFacts>; 64] = [const { AtomicPtr::new(core::ptr::null_mut()) }; 64];

/// The entry of a key.
#[inline(always)]
fn find(key: usize) -> Option<&'static TypeFacts> {
    let recent = &RECENT[(key >> 4) % RECENT.len()];
    // SAFETY: entries are never freed, and each was complete before it was stored.
    match unsafe { recent.load(Ordering::Acquire).as_ref() } {
        Some(facts) if facts.key() == key => Some(facts),
        _ => find_in_table(key, recent),
    }
}

#[cold]
fn find_in_table(key: usize, recent: &AtomicPtr<TypeFacts>) -> Option<&'static TypeFacts> {
    // SAFETY: tables are never freed.
    let facts = unsafe { TABLE.load(Ordering::Acquire).as_ref()? }.find(key)?;
    recent.store((facts as *const TypeFacts).cast_mut(), Ordering::Release);
    Some(facts)
}

/// The facts about a type that this host made; `None` for any other.
///
/// # Safety
/// `t` is a type.
#[inline(always)]
pub(crate) unsafe fn of<L: Layout>(t: Obj) -> Option<&'static TypeFacts> {
    // SAFETY: the caller gives a type.
    match unsafe { L::type_field(t, TypeField::Methods) } {
        0 => None,
        methods => find(methods),
    }
}

/// The types of ours among a type and its ancestors, nearest first.
///
/// # Safety
/// `t` is a type, and outlives the iterator.
pub(crate) unsafe fn chain<L: Layout>(t: Obj) -> impl Iterator<Item = (Obj, &'static TypeFacts)> {
    let mut next = t;
    core::iter::from_fn(move || {
        while !next.is_null() {
            let t = next;
            // SAFETY: `t` is the type or an ancestor of it, which the type keeps alive.
            unsafe {
                next = L::type_base(t);
                if let Some(facts) = of::<L>(t) {
                    return Some((t, facts));
                }
            }
        }
        None
    })
}

/// The facts about the class that owns the native struct of a type's instances: the type itself or,
/// for a subclass written in Python, its nearest ancestor of ours.
///
/// # Safety
/// `t` is a type.
#[inline(always)]
pub(crate) unsafe fn owner<L: Layout>(t: Obj) -> Option<&'static TypeFacts> {
    // SAFETY: the caller's promise.
    unsafe { of::<L>(t).or_else(|| chain::<L>(t).next().map(|(_, facts)| facts)) }
}

/// The nearest ancestor behind the last type of ours.
///
/// # Safety
/// `t` is a type with an ancestor of ours.
pub(crate) unsafe fn foreign_base<L: Layout>(t: Obj) -> Obj {
    // SAFETY: the caller's promise; only `object` has no base, and it is not ours.
    unsafe { chain::<L>(t).last().map_or(t, |(last, _)| L::type_base(last)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> TypeFacts {
        TypeFacts {
            shape: BuiltinShape::OBJECT,
            destroy: None,
            traverse: None,
            call: None,
            call_offset: 0,
            owns_dealloc: false,
            owns_new: false,
            basic_size: 0,
            item_size: 0,
            flags: 0,
            name: c"test".to_owned(),
            doc: None,
            methods: Box::new([PyMethodDef::END]),
            members: Box::new([]),
            getsets: Box::new([]),
            slots: Vec::new(),
        }
    }

    #[test]
    fn every_entry_is_found_and_equal_descriptions_share_one() {
        let made: Vec<_> = (0..500_u32).map(|i| intern(i.to_le_bytes().to_vec(), entry)).collect();
        // SAFETY: tables are never freed.
        let table = unsafe { TABLE.load(Ordering::Acquire).as_ref() }.expect("a table");
        assert!(table.slots.len() >= 1000, "at most half full");
        for facts in &made {
            let found = table.find(facts.key()).expect("an entry");
            assert!(core::ptr::eq(found, *facts));
        }
        assert!(table.find(16).is_none());
        let again = intern(7_u32.to_le_bytes().to_vec(), || panic!("made twice"));
        assert!(core::ptr::eq(again, made[7]));
    }

    #[test]
    fn readers_and_writers_meet() {
        std::thread::scope(|scope| {
            for thread in 0..4_u32 {
                scope.spawn(move || {
                    for i in 0..200_u32 {
                        let name = [b"thread".as_slice(), &thread.to_le_bytes(), &i.to_le_bytes()];
                        let facts = intern(name.concat(), entry);
                        // SAFETY: tables are never freed.
                        let table = unsafe { TABLE.load(Ordering::Acquire).as_ref() };
                        assert!(table.and_then(|t| t.find(facts.key())).is_some());
                    }
                });
            }
        });
    }
}
