//! A reserve for little things when memory has run out.
//!
//! What is large is asked for, and its lack is an error that the user sees. What is little, a list of
//! axes or what another crate needs on its way, is not, and its lack would end the process. So a
//! little memory is set aside that only such allocations get, as C++ libraries set some aside for
//! exceptions: enough to come to the place where an error can be said.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicU64, Ordering};
use std::alloc::{GlobalAlloc, Layout, System};

/// How much is set aside. No page of it is used before it is needed.
const ROOM: usize = 2 << 20;
/// The largest thing that may come from the reserve.
const LITTLE: usize = 1 << 16;
const _: () = assert!(ROOM <= u32::MAX as usize);

#[repr(C, align(64))]
struct Room(UnsafeCell<[MaybeUninit<u8>; ROOM]>);

// SAFETY: `TAKEN` gives every part of it to one owner at a time.
unsafe impl Sync for Room {}

static RESERVED: Room = Room(UnsafeCell::new([MaybeUninit::uninit(); ROOM]));
/// What is taken: how many parts there are now, and in the low half how many bytes from the start on
/// are theirs. The bytes are free again when the last part is.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, with a reserve for little things when that has nothing. A program's
/// `#[global_allocator]`.
#[derive(Debug)]
pub struct Reserve;

// SAFETY: what is not from the system's allocator is a part of the reserve of the size and alignment
// asked for, which no one else has, and which only this allocator takes back.
unsafe impl GlobalAlloc for Reserve {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let start = unsafe { System.alloc(layout) };
        if start.is_null() { take(layout) } else { start }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        let start = unsafe { System.alloc_zeroed(layout) };
        if start.is_null() { zeroed(take(layout), layout.size()) } else { start }
    }

    #[inline]
    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        if is_reserved(start) {
            return give_back();
        }
        // SAFETY: the caller's promise; it is the system's.
        unsafe { System.dealloc(start, layout) };
    }

    #[inline]
    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_reserved(start) {
            // SAFETY: the caller's promise; it is the system's.
            let moved = unsafe { System.realloc(start, layout, size) };
            if !moved.is_null() {
                return moved;
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.copied(start, layout, size) }
    }
}

impl Reserve {
    /// A copy of a thing, at another size, in place of it.
    ///
    /// # Safety
    /// As for `realloc`.
    #[cold]
    unsafe fn copied(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that the size is that of a layout.
        let copy = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !copy.is_null() {
            // SAFETY: both have so many bytes and are different things; the old one is not used again.
            unsafe {
                start.copy_to_nonoverlapping(copy, size.min(layout.size()));
                self.dealloc(start, layout);
            }
        }
        copy
    }
}

/// Whether a thing is a part of the reserve.
#[inline]
fn is_reserved(start: *mut u8) -> bool {
    start.addr().wrapping_sub(RESERVED.0.get().addr()) < ROOM
}

/// A part of the reserve; null if what is asked for is not little, or nothing is left.
#[cold]
fn take(layout: Layout) -> *mut u8 {
    let room = RESERVED.0.get().cast::<u8>();
    if layout.size() > LITTLE {
        return ptr::null_mut();
    }
    let mut taken = TAKEN.load(Ordering::Relaxed);
    loop {
        let free = room.addr() + (taken & u64::from(u32::MAX)) as usize;
        let start = free.next_multiple_of(layout.align()) - room.addr();
        // A part has a byte at least, so that it is told by its address.
        let end = start + layout.size().max(1);
        if end > ROOM {
            return ptr::null_mut();
        }
        let parts = (taken >> 32) + 1;
        match TAKEN.compare_exchange_weak(
            taken,
            parts << 32 | end as u64,
            Ordering::Acquire,
            Ordering::Relaxed,
        ) {
            // SAFETY: it ends within the room.
            Ok(_) => return unsafe { room.add(start) },
            Err(changed) => taken = changed,
        }
    }
}

/// One part fewer is in use.
#[cold]
fn give_back() {
    let fewer = |taken: u64| match taken - (1 << 32) {
        // The last.
        left if left >> 32 == 0 => 0,
        left => left,
    };
    let _ = TAKEN.fetch_update(Ordering::Release, Ordering::Relaxed, |taken| Some(fewer(taken)));
}

/// A part of the reserve with zeros in it.
#[cold]
fn zeroed(start: *mut u8, size: usize) -> *mut u8 {
    if !start.is_null() {
        // SAFETY: so many bytes are its.
        unsafe { start.write_bytes(0, size) };
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("a layout")
    }

    /// One test, since there is one reserve.
    #[test]
    fn little_things_have_a_reserve() {
        let parts = [(1, 1), (100, 8), (0, 1), (4096, 64), (LITTLE, 16), (3, 2)];
        let taken = parts.map(|(size, align)| {
            let start = take(layout(size, align));
            assert!(is_reserved(start) && start.addr().is_multiple_of(align));
            // SAFETY: so many bytes are ours.
            unsafe { start.write_bytes(size as u8, size) };
            start
        });
        for (place, (size, _)) in taken.iter().zip(parts) {
            // SAFETY: as above; they were written.
            assert!((0..size).all(|at| unsafe { place.add(at).read() } == size as u8));
        }
        assert!(take(layout(LITTLE + 1, 1)).is_null(), "that is not little");

        // What grows takes its bytes with it, to the system's memory while there is some.
        // SAFETY: the layouts are those with which they were allocated.
        let grown = unsafe { Reserve.realloc(taken[1], layout(100, 8), 200) };
        assert!(!is_reserved(grown));
        // SAFETY: a hundred bytes were copied.
        assert!((0..100).all(|at| unsafe { grown.add(at).read() } == 100));
        // SAFETY: as above.
        unsafe { Reserve.dealloc(grown, layout(200, 8)) };

        let mut more = 0;
        while !take(layout(LITTLE, 1)).is_null() {
            more += 1;
        }
        assert!((1..ROOM / LITTLE).contains(&more), "it has an end");
        for _ in 0..more + parts.len() - 1 {
            assert_ne!(TAKEN.load(Ordering::Relaxed), 0);
            give_back();
        }
        assert_eq!(TAKEN.load(Ordering::Relaxed), 0, "all of it is free again");
        let zeros = zeroed(take(layout(100, 1)), 100);
        // SAFETY: as above.
        assert!((0..100).all(|at| unsafe { zeros.add(at).read() } == 0));
        // SAFETY: as above.
        unsafe { Reserve.dealloc(zeros, layout(100, 1)) };
        assert_eq!(TAKEN.load(Ordering::Relaxed), 0);
    }
}
