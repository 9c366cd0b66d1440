//! Where debug handles live.
//!
//! A debug handle is a *slot* and a serial number: it is valid as long as the slot is lent to that
//! serial number. Slots are never given back to the allocator, so that any number whatsoever can
//! be looked up, and a handle is known to be closed even after its slot has been lent again.
//! Looking up takes no lock; opening and closing do.
//!
//! A closed slot rests in a queue before it is lent again: as long as it is there, the report of
//! its misuse can say whose it was, and memory that came with it stays protected.

use super::memory::Protected;
use super::stack::Stack;
use hpy_abi::HPy;
use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::ptr::{null_mut, slice_from_raw_parts_mut};
use std::sync::atomic::{AtomicIsize, AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who closes a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The extension.
    Extension,
    /// Whoever called the extension's function: it is an argument.
    Caller,
    /// Nobody: it is a constant of the context.
    Context,
}

/// A number that is not an open handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It was closed; this is what it stood for.
    Closed(HPy),
    /// It was closed so long ago that its slot was lent again, or it never was a handle.
    Unknown,
}

/// A place for a handle.
struct Slot {
    /// The handle that the slot is lent to, with [`CLOSED`] set once that is closed.
    name: AtomicIsize,
    /// The handle of the wrapped context.
    inner: AtomicIsize,
    /// Guarded by the lock of the pool.
    record: UnsafeCell<Record>,
}

/// The bit of a slot's name that no handle has.
const CLOSED: isize = 1;
/// The name of a slot that was never lent. As a handle it would lie in a slot that cannot exist.
const UNUSED: isize = -1;
const SERIAL_SHIFT: u32 = 33;
/// Serial numbers start again after this many, so that handles stay positive.
const SERIAL_MASK: u64 = (1 << 30) - 1;

/// What is known about a handle beside what it stands for.
pub(crate) struct Record {
    pub owner: Owner,
    pub generation: i64,
    /// Orders handles by age.
    pub born: u64,
    /// Memory that may be used as long as the handle is open.
    pub memory: Vec<Protected>,
    /// Where it was opened, if that is recorded.
    pub stack: Option<Box<Stack>>,
}

impl Record {
    fn memory_size(&self) -> usize {
        self.memory.iter().map(Protected::len).sum()
    }
}

/// Slots come in chunks of 1024, 2048, 4096 and so on, none of which moves.
const FIRST_CHUNK: usize = 1024;
const CHUNKS: usize = 22;

/// The chunk of a slot, and its place there.
fn place(index: u32) -> (usize, usize) {
    let nth = index as usize / FIRST_CHUNK + 1;
    let chunk = nth.ilog2() as usize;
    (chunk, index as usize - FIRST_CHUNK * ((1 << chunk) - 1))
}

/// The slots of one kind of handle.
pub(crate) struct Pool {
    chunks: [AtomicPtr<Slot>; CHUNKS],
    lists: Mutex<Lists>,
}

// SAFETY: what is not atomic is guarded by the lock.
unsafe impl Sync for Pool {}
// SAFETY: nothing in it belongs to a thread.
unsafe impl Send for Pool {}

struct Lists {
    /// Closed slots, the oldest first.
    closed: VecDeque<u32>,
    /// Slots that are neither open nor in the queue.
    free: Vec<u32>,
    /// Slots that exist. The first is never lent, so that no handle is null.
    count: u32,
    born: u64,
    generation: i64,
    limits: Limits,
    /// Bytes of memory that the queue holds.
    protected: usize,
}

/// How much the queue of closed handles may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Handles.
    pub handles: usize,
    /// Bytes of memory that came with them.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { handles: 1024, bytes: 10 << 20 }
    }
}

impl Pool {
    pub fn new() -> Pool {
        Pool {
            chunks: [const { AtomicPtr::new(null_mut()) }; CHUNKS],
            lists: Mutex::new(Lists {
                closed: VecDeque::new(),
                free: Vec::new(),
                count: 1,
                born: 0,
                generation: 0,
                limits: Limits::default(),
                protected: 0,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lists> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot at an index, if it exists.
    #[inline(always)]
    fn slot(&self, index: u32) -> Option<&Slot> {
        let (chunk, offset) = place(index);
        let chunk = self.chunks.get(chunk)?.load(Ordering::Acquire);
        // SAFETY: a chunk has a slot at each offset that `place` gives, and lives as long as the
        // pool.
        (!chunk.is_null()).then(|| unsafe { &*chunk.add(offset) })
    }

    /// The slot at the index that a handle names, whether or not it is lent to it.
    #[inline(always)]
    fn slot_of(&self, h: HPy) -> Option<(u32, &Slot)> {
        let index = (h.0 >> 1) as u32;
        Some((index, self.slot(index)?))
    }

    /// What an open handle stands for.
    #[inline(always)]
    pub fn get(&self, h: HPy) -> Result<HPy, Invalid> {
        match self.slot_of(h) {
            Some((_, slot)) if slot.name.load(Ordering::Acquire) == h.0 => {
                Ok(HPy(slot.inner.load(Ordering::Relaxed)))
            }
            _ => Err(self.invalid(h)),
        }
    }

    #[cold]
    fn invalid(&self, h: HPy) -> Invalid {
        match self.slot_of(h) {
            Some((_, slot)) if slot.name.load(Ordering::Acquire) == h.0 | CLOSED => {
                Invalid::Closed(HPy(slot.inner.load(Ordering::Relaxed)))
            }
            _ => Invalid::Unknown,
        }
    }

    /// A new handle that stands for `inner`.
    pub fn open(&self, inner: HPy, owner: Owner, stack: Option<Box<Stack>>) -> HPy {
        let mut lists = self.lock();
        let index = self.take_slot(&mut lists);
        lists.born += 1;
        let serial = lists.born & SERIAL_MASK;
        let name = ((serial << SERIAL_SHIFT) | (u64::from(index) << 1)) as isize;
        let slot = self.slot(index).expect("a slot that was taken exists");
        // SAFETY: the lock is held, and no reference into a record outlives it.
        let record = unsafe { &mut *slot.record.get() };
        record.owner = owner;
        record.generation = lists.generation;
        record.born = lists.born;
        record.stack = stack;
        slot.inner.store(inner.0, Ordering::Relaxed);
        slot.name.store(name, Ordering::Release);
        HPy(name)
    }

    /// A slot to lend: the one that has rested longest if the queue is full.
    fn take_slot(&self, lists: &mut Lists) -> u32 {
        if lists.closed.len() >= lists.limits.handles
            && let Some(index) = lists.closed.pop_front()
        {
            self.clear(lists, index);
            return index;
        }
        if let Some(index) = lists.free.pop() {
            return index;
        }
        let index = lists.count;
        lists.count += 1;
        let (chunk, _) = place(index);
        assert!(chunk < CHUNKS, "more open handles than 32 bits can count");
        if self.chunks[chunk].load(Ordering::Relaxed).is_null() {
            let fresh: Box<[Slot]> = (0..FIRST_CHUNK << chunk).map(|_| Slot::new()).collect();
            let fresh = Box::into_raw(fresh).cast::<Slot>();
            self.chunks[chunk].store(fresh, Ordering::Release);
        }
        index
    }

    /// Lets go of what a closed slot still holds.
    fn clear(&self, lists: &mut Lists, index: u32) {
        let slot = self.slot(index).expect("slots are never given back");
        // SAFETY: the lock is held, and no reference into a record outlives it.
        let record = unsafe { &mut *slot.record.get() };
        lists.protected -= record.memory_size();
        record.memory.clear();
        record.stack = None;
    }

    /// Closes a handle; says whose it was. `None` if it was not open.
    ///
    /// `may` says whose handles may be closed; others stay open.
    pub fn close(&self, h: HPy, may: impl FnOnce(Owner) -> bool) -> Option<Owner> {
        let (index, slot) = self.slot_of(h)?;
        let mut lists = self.lock();
        if slot.name.load(Ordering::Relaxed) != h.0 {
            return None;
        }
        // SAFETY: the lock is held, and no reference into a record outlives it.
        let record = unsafe { &mut *slot.record.get() };
        let owner = record.owner;
        if !may(owner) {
            return Some(owner);
        }
        slot.name.store(h.0 | CLOSED, Ordering::Release);
        if !record.memory.is_empty() {
            let size = record.memory_size();
            if lists.protected + size > lists.limits.bytes {
                record.memory.clear();
            } else {
                lists.protected += size;
                record.memory.iter_mut().for_each(Protected::forbid);
            }
        }
        lists.closed.push_back(index);
        if lists.closed.len() > lists.limits.handles {
            let oldest = lists.closed.pop_front().expect("it is not empty");
            self.clear(&mut lists, oldest);
            lists.free.push(oldest);
        }
        Some(owner)
    }

    /// Gives memory to an open handle that ends with it, and says where it is; `None` if the
    /// handle is not open or there is no memory.
    pub fn attach(&self, h: HPy, bytes: &[u8]) -> Option<*const u8> {
        let (_, slot) = self.slot_of(h)?;
        let _lists = self.lock();
        if slot.name.load(Ordering::Relaxed) != h.0 {
            return None;
        }
        // SAFETY: the lock is held, and no reference into a record outlives it.
        let record = unsafe { &mut *slot.record.get() };
        // Asking twice gives the same address twice, as it does without debug mode.
        if let Some(same) = record.memory.iter().find(|memory| memory.bytes() == bytes) {
            return Some(same.start());
        }
        let memory = Protected::copy(bytes)?;
        let start = memory.start();
        record.memory.push(memory);
        Some(start)
    }

    /// Starts a new generation; gives its number.
    pub fn new_generation(&self) -> i64 {
        let mut lists = self.lock();
        lists.generation += 1;
        lists.generation
    }

    pub fn limits(&self) -> Limits {
        self.lock().limits
    }

    pub fn set_limits(&self, limits: Limits) {
        self.lock().limits = limits;
    }

    /// The slots of open handles that are the extension's, of a generation or later, by age.
    pub fn open_slots(&self, since: i64) -> Vec<u32> {
        let lists = self.lock();
        let mut found: Vec<(u64, u32)> = (1..lists.count)
            .filter_map(|index| {
                let slot = self.slot(index)?;
                let name = slot.name.load(Ordering::Relaxed);
                // SAFETY: the lock is held, and no reference into a record outlives it.
                let record = unsafe { &*slot.record.get() };
                // `UNUSED` counts as closed.
                let listed = name & CLOSED == 0
                    && record.generation >= since
                    && record.owner != Owner::Context;
                listed.then_some((record.born, index))
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, index)| index).collect()
    }

    /// The slots in the queue of closed handles of a generation or later, the oldest first.
    pub fn closed_slots(&self, since: i64) -> Vec<u32> {
        let lists = self.lock();
        let recent = |index: &u32| {
            let slot = self.slot(*index).expect("slots are never given back");
            // SAFETY: the lock is held, and no reference into a record outlives it.
            unsafe { &*slot.record.get() }.generation >= since
        };
        lists.closed.iter().copied().filter(recent).collect()
    }

    /// Looks at a slot that was ever lent: the handle that it is or was lent to, whether that is
    /// open, what it stands for, and its record.
    pub fn look<R>(&self, index: u32, see: impl FnOnce(HPy, bool, HPy, &Record) -> R) -> Option<R> {
        let _lists = self.lock();
        let slot = self.slot(index)?;
        let name = slot.name.load(Ordering::Relaxed);
        if name == UNUSED {
            return None;
        }
        let inner = HPy(slot.inner.load(Ordering::Relaxed));
        // SAFETY: the lock is held, and no reference into a record outlives it.
        let record = unsafe { &*slot.record.get() };
        Some(see(HPy(name & !CLOSED), name & CLOSED == 0, inner, record))
    }

    /// The slot with memory at an address. Does not wait for the lock, as it is asked in the middle
    /// of anything.
    #[cfg(all(unix, not(miri)))]
    pub fn slot_of_memory(&self, address: usize) -> Option<u32> {
        let lists = self.lists.try_lock().ok()?;
        (1..lists.count).find(|index| {
            // SAFETY: the lock is held, and no reference into a record outlives it.
            let record = self.slot(*index).map(|slot| unsafe { &*slot.record.get() });
            record.is_some_and(|record| record.memory.iter().any(|memory| memory.has(address)))
        })
    }

    /// The slot that a handle is or was in.
    pub fn index_of(h: HPy) -> u32 {
        (h.0 >> 1) as u32
    }
}

impl Slot {
    fn new() -> Slot {
        Slot {
            name: AtomicIsize::new(UNUSED),
            inner: AtomicIsize::new(0),
            record: UnsafeCell::new(Record {
                owner: Owner::Extension,
                generation: 0,
                born: 0,
                memory: Vec::new(),
                stack: None,
            }),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for (nth, chunk) in self.chunks.iter_mut().enumerate() {
            let start = *chunk.get_mut();
            if !start.is_null() {
                // SAFETY: `take_slot` made a boxed slice of this length.
                drop(unsafe { Box::from_raw(slice_from_raw_parts_mut(start, FIRST_CHUNK << nth)) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anyone(_: Owner) -> bool {
        true
    }

    #[test]
    fn places_are_dense() {
        let mut next = (0, 0);
        for index in 0..10_000 {
            assert_eq!(place(index), next);
            next.1 += 1;
            if next.1 == FIRST_CHUNK << next.0 {
                next = (next.0 + 1, 0);
            }
        }
    }

    #[test]
    fn a_closed_handle_is_known_even_when_its_slot_is_lent_again() {
        let pool = Pool::new();
        pool.set_limits(Limits { handles: 1, bytes: 0 });
        let first = pool.open(HPy(7), Owner::Extension, None);
        assert_eq!(pool.get(first), Ok(HPy(7)));
        assert_eq!(pool.close(first, anyone), Some(Owner::Extension));
        assert_eq!(pool.get(first), Err(Invalid::Closed(HPy(7))));
        assert_eq!(pool.close(first, anyone), None);
        let second = pool.open(HPy(8), Owner::Extension, None);
        assert_eq!(Pool::index_of(first), Pool::index_of(second));
        assert_eq!(pool.get(first), Err(Invalid::Unknown));
        assert_eq!(pool.get(second), Ok(HPy(8)));
    }

    #[test]
    fn numbers_that_never_were_handles_are_unknown() {
        let pool = Pool::new();
        pool.open(HPy(7), Owner::Extension, None);
        for made_up in [0, 1, 2, 3, -1, isize::MAX, isize::MIN, 0x7fff_1234_5678] {
            assert_eq!(pool.get(HPy(made_up)), Err(Invalid::Unknown), "{made_up:#x}");
        }
    }

    #[test]
    fn the_queue_holds_as_much_as_it_may() {
        let pool = Pool::new();
        pool.set_limits(Limits { handles: 3, bytes: 10 });
        let handles: Vec<HPy> =
            (1..=5).map(|i| pool.open(HPy(i), Owner::Extension, None)).collect();
        let size = |h| pool.look(Pool::index_of(h), |_, _, _, r| r.memory_size()).unwrap();
        for (h, text) in handles.iter().zip([&b"123456"[..], b"12345", b"1234", b"1", b"2"]) {
            assert!(pool.attach(*h, text).is_some());
            pool.close(*h, anyone);
        }
        // The second is too much beside the first, the fourth beside the first and the third;
        // the first and the second have left the queue since.
        assert_eq!(handles.iter().map(|h| size(*h)).collect::<Vec<_>>(), [0, 0, 4, 0, 1]);
        let queued: Vec<u32> = handles[2..].iter().map(|h| Pool::index_of(*h)).collect();
        assert_eq!(pool.closed_slots(0), queued);
        assert_eq!(pool.lock().protected, 5);
    }
}
