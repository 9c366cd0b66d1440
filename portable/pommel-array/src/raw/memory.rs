//! Blocks of memory: small ones inside their owner, large ones from a pool, foreign ones with whatever
//! keeps them alive.
//!
//! Fresh pages cost as much as a pass over them, so large blocks are kept for the next array of
//! about their size, and ask for huge pages.

use crate::dtype::Element;
use crate::error::{Error, Result};
use core::any::Any;
use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::alloc::{self, Layout};
use std::sync::Mutex;

/// Bytes that need no block of their own.
pub(super) const INLINE: usize = 64;
/// From this size on blocks are aligned to cache lines.
const ALIGNED: usize = 512;
/// From this size on blocks come from the pool.
const POOLED: usize = 1 << 12;
/// Less than this is not asked for beforehand.
const LITTLE: usize = 1 << 16;
/// From this size on blocks start at a boundary of huge pages and ask for them.
const HUGE: usize = 4 << 20;
/// The size of a huge page.
const HUGE_PAGE: usize = 2 << 20;
/// How many bytes the pool keeps at most.
const KEPT: usize = 512 << 20;

/// A block of memory.
pub struct Memory {
    place: Place,
    len: usize,
    writable: bool,
}

enum Place {
    /// In here. Aligned for every element type.
    Inline(UnsafeCell<[MaybeUninit<u128>; INLINE / 16]>),
    /// A block of ours, of a size that [`block`] rounds.
    Block(NonNull<u8>),
    /// Somebody else's, who keeps it until this is dropped.
    Foreign(
        NonNull<u8>,
        #[allow(dead_code, reason = "held for its drop")] Box<dyn Any + Send + Sync>,
    ),
}

// SAFETY: the block belongs to this value alone, or to an owner that is `Send + Sync`; who reads and
// writes when is ruled by the law of `raw`.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// Memory whose bytes are not initialised.
    ///
    /// # Errors
    /// There is not so much memory.
    pub fn uninit(len: usize) -> Result<Memory> {
        let place = match len {
            0..=INLINE => return Ok(Memory::inline(len)),
            _ => Place::Block(allocate(len, false).ok_or(Error::OutOfMemory { bytes: len })?),
        };
        Ok(Memory { place, len, writable: true })
    }

    /// At most [`INLINE`] bytes, which are not initialised.
    #[inline(always)]
    pub(super) fn inline(len: usize) -> Memory {
        debug_assert!(len <= INLINE);
        let place = Place::Inline(UnsafeCell::new([MaybeUninit::uninit(); INLINE / 16]));
        Memory { place, len, writable: true }
    }

    /// Memory of zeros.
    ///
    /// # Errors
    /// There is not so much memory.
    pub fn zeroed(len: usize) -> Result<Memory> {
        let place = match len {
            0..=INLINE => Place::Inline(UnsafeCell::new([MaybeUninit::zeroed(); INLINE / 16])),
            _ => Place::Block(allocate(len, true).ok_or(Error::OutOfMemory { bytes: len })?),
        };
        Ok(Memory { place, len, writable: true })
    }

    /// Memory that somebody else owns.
    ///
    /// # Safety
    /// `len` bytes from `start` on can be read (and written, if it is said to be writable) as long as
    /// `owner` lives.
    pub unsafe fn foreign(
        start: NonNull<u8>,
        len: usize,
        writable: bool,
        owner: Box<dyn Any + Send + Sync>,
    ) -> Memory {
        Memory { place: Place::Foreign(start, owner), len, writable }
    }

    /// Copies elements to the start of fresh memory.
    ///
    /// # Panics
    /// If there is no room for them.
    pub(crate) fn fill_from<T: Element>(&self, elements: &[T]) {
        assert!(size_of_val(elements) <= self.len, "fresh memory has room");
        // SAFETY: there is room, and memory is aligned for all element types; elements lie elsewhere.
        unsafe { elements.as_ptr().copy_to_nonoverlapping(self.start().cast(), elements.len()) };
    }

    /// The first byte. It stays where it is only while this value does.
    #[inline]
    pub fn start(&self) -> *mut u8 {
        match &self.place {
            Place::Inline(bytes) => bytes.get().cast(),
            Place::Block(start) | Place::Foreign(start, _) => start.as_ptr(),
        }
    }

    /// Whether it lies inside its owner.
    #[inline(always)]
    pub(super) fn is_inline(&self) -> bool {
        matches!(self.place, Place::Inline(_))
    }

    /// Gives memory inside its owner another length.
    #[inline(always)]
    pub(super) fn set_inline(&mut self, len: usize) {
        debug_assert!(self.is_inline() && len <= INLINE);
        self.len = len;
    }

    /// The first byte of memory inside its owner.
    ///
    /// # Safety
    /// It is that.
    #[inline(always)]
    pub(super) unsafe fn inline_start(&self) -> *mut u8 {
        match &self.place {
            Place::Inline(bytes) => bytes.get().cast(),
            // SAFETY: the caller's promise.
            _ => unsafe { core::hint::unreachable_unchecked() },
        }
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether it may be written.
    pub fn is_writable(&self) -> bool {
        self.writable
    }

    /// Whether somebody else owns it, who may also write it at any time.
    pub fn is_foreign(&self) -> bool {
        matches!(self.place, Place::Foreign(..))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Place::Block(start) = self.place {
            release(start, self.len);
        }
    }
}

/// The size and alignment of a block for so many bytes.
fn block(len: usize) -> Option<Layout> {
    let size = if len < POOLED { len } else { rounded(len)? };
    let align = match size {
        0..ALIGNED => 16,
        ALIGNED..HUGE => 64,
        _ => HUGE_PAGE,
    };
    Layout::from_size_align(size, align).ok()
}

/// Sizes of the pool: eight to each power of two.
fn rounded(len: usize) -> Option<usize> {
    let step = (len.checked_next_power_of_two()? / 16).max(512);
    len.checked_next_multiple_of(step)
}

fn allocate(len: usize, zeroed: bool) -> Option<NonNull<u8>> {
    let layout = block(len)?;
    if len >= POOLED
        && let Some(start) = KEEPER.lock().ok()?.take(layout.size())
    {
        if zeroed {
            // SAFETY: the block has `layout.size()` bytes and nobody else has it.
            unsafe { start.as_ptr().write_bytes(0, layout.size()) };
        }
        return Some(start);
    }
    let ask = || {
        // SAFETY: the size is not 0: such memory is inline.
        NonNull::new(unsafe {
            if zeroed { alloc::alloc_zeroed(layout) } else { alloc::alloc(layout) }
        })
    };
    // Where there is no more, what waits for its next use may be enough.
    let start = ask().or_else(|| {
        trim();
        ask()
    });
    if let (Some(start), HUGE..) = (start, layout.size()) {
        ask_for_huge_pages(start, layout.size());
    }
    start
}

fn release(start: NonNull<u8>, len: usize) {
    let Some(layout) = block(len) else { return };
    if len >= POOLED
        && let Ok(mut keeper) = KEEPER.lock()
        && keeper.put(start, layout.size())
    {
        return;
    }
    // SAFETY: the block was allocated with this layout, which follows from `len`.
    unsafe { alloc::dealloc(start.as_ptr(), layout) };
}

/// What is left for the little things that algorithms and threads need, which nobody asks for.
const BESIDE: usize = 1 << 20;

/// An error unless there is so much memory at the moment: asked before something that would end the
/// process if there were not, such as a `Vec` of that size or an algorithm of another crate. Little is
/// not asked for, since that costs more than it tells.
///
/// # Errors
/// There is not so much memory.
pub fn check_room(bytes: usize) -> Result<()> {
    if bytes < LITTLE {
        return Ok(());
    }
    let room = room_for::<u8>(bytes.saturating_add(BESIDE))?;
    // What is not looked at need not be allocated, and would be there always.
    core::hint::black_box(room.as_ptr());
    Ok(())
}

/// An empty list with room for so many. `Vec::with_capacity` would end the process if there were not so
/// much memory, which a number that a user gave may ask for.
///
/// # Errors
/// There is not so much memory.
pub fn room_for<T>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    if list.try_reserve_exact(count).is_err() {
        // Where there is no more, what waits for its next use may be enough.
        trim();
        let bytes = count.saturating_mul(size_of::<T>());
        list.try_reserve_exact(count).map_err(|_| Error::OutOfMemory { bytes })?;
    }
    Ok(list)
}

/// What is given one after the other, as a list.
///
/// # Errors
/// There is not so much memory.
pub(crate) fn collected<T>(items: impl ExactSizeIterator<Item = T>) -> Result<Vec<T>> {
    let mut list = room_for(items.len())?;
    list.extend(items);
    Ok(list)
}

/// A list of so many of the same.
///
/// # Errors
/// There is not so much memory.
pub(crate) fn repeated<T: Clone>(value: T, count: usize) -> Result<Vec<T>> {
    let mut list = room_for(count)?;
    list.resize(count, value);
    Ok(list)
}

/// Blocks that wait for their next use.
struct Keeper {
    blocks: Vec<(usize, Address)>,
    bytes: usize,
}

/// The start of a block that nobody uses.
struct Address(NonNull<u8>);
// SAFETY: nobody else has the block.
unsafe impl Send for Address {}

static KEEPER: Mutex<Keeper> = Mutex::new(Keeper { blocks: Vec::new(), bytes: 0 });

impl Keeper {
    fn take(&mut self, size: usize) -> Option<NonNull<u8>> {
        // The one that was used last is the one that is still in the cache.
        let position = self.blocks.iter().rposition(|(found, _)| *found == size)?;
        self.bytes -= size;
        Some(self.blocks.remove(position).1.0)
    }

    /// Keeps a block unless there are enough; the oldest ones make room.
    fn put(&mut self, start: NonNull<u8>, size: usize) -> bool {
        if size > KEPT / 2 {
            return false;
        }
        while self.bytes + size > KEPT || self.blocks.len() >= 128 {
            let (size, Address(oldest)) = self.blocks.remove(0);
            self.bytes -= size;
            if let Some(layout) = block(size) {
                // SAFETY: a kept block was allocated with the layout of its rounded size, which
                // rounds to itself.
                unsafe { alloc::dealloc(oldest.as_ptr(), layout) };
            }
        }
        self.bytes += size;
        self.blocks.push((size, Address(start)));
        true
    }
}

/// Gives the blocks that wait for their next use back to the system.
pub fn trim() {
    let blocks = match KEEPER.lock() {
        Ok(mut keeper) => {
            keeper.bytes = 0;
            core::mem::take(&mut keeper.blocks)
        }
        Err(_) => return,
    };
    for (size, Address(start)) in blocks {
        if let Some(layout) = block(size) {
            // SAFETY: as in `Keeper::put`.
            unsafe { alloc::dealloc(start.as_ptr(), layout) };
        }
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
fn ask_for_huge_pages(start: NonNull<u8>, size: usize) {
    // SAFETY: the range is a block of ours; the advice changes nothing but the size of its pages.
    // A kernel without huge pages refuses, and that is no error.
    unsafe { libc::madvise(start.as_ptr().cast(), size, libc::MADV_HUGEPAGE) };
}

#[cfg(any(not(target_os = "linux"), miri))]
fn ask_for_huge_pages(_: NonNull<u8>, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_the_pool_are_their_own_rounding() {
        for len in [POOLED, POOLED + 1, 100_000, HUGE - 1, HUGE, HUGE + 1, 123_456_789] {
            let size = rounded(len).unwrap();
            assert!(size >= len && size - len <= len / 8 + 4096, "{len} {size}");
            assert_eq!(block(len), block(size));
            assert_eq!(rounded(size), Some(size));
        }
    }

    #[test]
    fn every_size_can_be_written_and_is_zero_if_asked_for() {
        for len in [0, 1, 64, 65, 511, 512, POOLED, POOLED + 5, HUGE + 1] {
            for _ in 0..2 {
                let memory = Memory::zeroed(len).unwrap();
                assert_eq!(memory.len(), len);
                assert_eq!(memory.start() as usize % 16, 0);
                // SAFETY: within the block, which nobody else has.
                let bytes = unsafe { core::slice::from_raw_parts_mut(memory.start(), len) };
                assert!(bytes.iter().all(|&byte| byte == 0));
                bytes.fill(7);
            }
        }
    }

    #[test]
    fn room_is_there_or_not() {
        for bytes in [0, 1, POOLED, 10 * HUGE] {
            assert!(check_room(bytes).is_ok());
        }
        for bytes in [1 << 62, usize::MAX] {
            assert!(matches!(check_room(bytes), Err(Error::OutOfMemory { .. })));
            assert!(matches!(room_for::<u64>(bytes), Err(Error::OutOfMemory { .. })));
            assert!(matches!(repeated(0u16, bytes), Err(Error::OutOfMemory { .. })));
            assert!(matches!(collected(0..bytes), Err(Error::OutOfMemory { .. })));
        }
    }

    #[test]
    fn what_no_machine_has_is_an_error() {
        assert!(matches!(Memory::uninit(1 << 62), Err(Error::OutOfMemory { .. })));
        assert!(matches!(Memory::uninit(usize::MAX), Err(Error::OutOfMemory { .. })));
    }
}
