//! Lines along an axis of arrays in C order, each of which becomes another line, on several threads.
//!
//! Lines along the last axis lie without gaps. Along others one would go over memory in leaps: there
//! some neighbours at once are gathered into room that fits a cache, so that the lines of the cache
//! are read and written whole, and the results go back from there. Room comes from the pool of memory,
//! whose pages the system has given before.

use crate::array::Array;
use crate::dtype::Element;
use crate::error::{Error, Result};
use crate::layout::{Dims, Layout, Order};
use crate::raw::memory::Memory;
use crate::threads;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut, Range};
use core::slice;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as x86;
use std::sync::{Mutex, PoisonError};

/// Neighbours that are gathered have about so many bytes, as many as a cache of the first level.
const GATHERED: usize = 1 << 15;
/// The bytes of a line of the cache.
const CACHE_LINE: usize = 64;
/// From so many bytes beside each other on, memory that is gone over in leaps is quick.
const BESIDE: usize = 256;
/// So many elements are worth another thread.
const GRAIN: usize = 1 << 13;

/// Changes each line along an axis in a copy of an array, in which lines are cut off, or have zeros
/// behind them, so that they have `n` elements. `room` is what each thread needs besides.
///
/// # Errors
/// Those of `room`; there is not enough memory.
///
/// # Panics
/// If `T` is not the type of the elements.
pub(crate) fn changed<T: Element, S: Send>(
    array: &Array,
    axis: usize,
    n: usize,
    room: impl Fn() -> Result<S> + Sync,
    change: impl Fn(&mut S, &mut [T]) + Sync,
) -> Result<Array> {
    let array = array.contiguous()?;
    let (memory, layout) = fresh::<T>(&array, axis, n)?;
    let lines = Lines::<T, T>::new(&array, axis, [n, n], memory.start())?;
    // SAFETY: the array and the fresh memory have the lines.
    unsafe { lines.change(room, change) }?;
    Ok(Array::over(memory, T::DTYPE, layout))
}

/// Changes each line along an axis of an array.
///
/// # Errors
/// Those of `room`; the array is read-only.
///
/// # Panics
/// If `T` is not the type of the elements, or they do not lie in C order.
pub(crate) fn change<T: Element, S: Send>(
    array: &Array,
    axis: usize,
    room: impl Fn() -> Result<S> + Sync,
    change: impl Fn(&mut S, &mut [T]) + Sync,
) -> Result<()> {
    let start = array.address_for_writing()?;
    let n = array.shape()[axis] as usize;
    let lines = Lines::<T, T>::new(array, axis, [n, n], start)?;
    // SAFETY: the array has the lines, and they stay where they are.
    unsafe { lines.change(room, change) }
}

/// Makes a line of `given` elements of each line along an axis, which is cut off, or has zeros behind it,
/// so that `taken` elements are given to the function; it may change them.
///
/// # Errors
/// As [`changed`].
///
/// # Panics
/// As [`changed`].
pub(crate) fn made<T: Element, U: Element, S: Send>(
    array: &Array,
    axis: usize,
    [taken, given]: [usize; 2],
    room: impl Fn() -> Result<S> + Sync,
    make: impl Fn(&mut S, &mut [T], &mut [U]) + Sync,
) -> Result<Array> {
    let array = array.contiguous()?;
    let (memory, layout) = fresh::<U>(&array, axis, given)?;
    let lines = Lines::<T, U>::new(&array, axis, [taken, given], memory.start())?;
    // SAFETY: the array and the fresh memory have the lines.
    unsafe { lines.make(room, make) }?;
    Ok(Array::over(memory, U::DTYPE, layout))
}

/// Memory and layout for an array that has another extent along an axis.
fn fresh<U: Element>(array: &Array, axis: usize, extent: usize) -> Result<(Memory, Layout)> {
    let mut shape = Dims::from_slice(array.shape());
    shape[axis] = extent as isize;
    let layout = Layout::contiguous(&shape, size_of::<U>(), Order::C)?;
    Ok((Memory::uninit(layout.size() * size_of::<U>())?, layout))
}

/// Lines, and those that they become: the element `k` of a line of a part is at
/// `(part * extent + k) * inner + line`.
struct Lines<T, U> {
    parts: usize,
    inner: usize,
    /// How many elements a line has, how many are taken of it, and how many it becomes.
    extent: usize,
    taken: usize,
    given: usize,
    from: *const T,
    to: *mut U,
}

// SAFETY: threads read the lines, and each writes those that its own become.
unsafe impl<T: Sync, U: Send> Sync for Lines<T, U> {}

impl<T: Element, U: Element> Lines<T, U> {
    fn new(array: &Array, axis: usize, [taken, given]: [usize; 2], to: *mut u8) -> Result<Self> {
        assert_eq!(array.dtype(), T::DTYPE, "the elements are read as what they are");
        assert!(array.layout().is_contiguous(Order::C), "lines are those of arrays in C order");
        let product = |extents: &[isize]| extents.iter().product::<isize>() as usize;
        let (parts, inner) = (product(&array.shape()[..axis]), product(&array.shape()[axis + 1..]));
        let (extent, from) = (array.shape()[axis] as usize, array.address()?.cast());
        Ok(Lines { parts, inner, extent, taken, given, from, to: to.cast() })
    }

    /// How many neighbours are gathered at once: lines of the cache are not shared with the next ones.
    fn width(&self) -> usize {
        let least = BESIDE / size_of::<T>().min(size_of::<U>());
        let line = self.taken * size_of::<T>();
        (GATHERED / line.max(1) / least * least).clamp(least, self.inner.max(least)).min(self.inner)
    }

    /// Calls a function with each block of lines, at most `width` of a part; with room that no other
    /// thread has at the time.
    fn each<S: Send>(
        &self,
        width: usize,
        room: impl Fn() -> Result<S> + Sync,
        work: impl Fn(&mut S, usize, Range<usize>) + Sync,
    ) -> Result<()> {
        let across = self.inner.div_ceil(width.max(1));
        let grain = (GRAIN / (width * self.taken.max(self.given)).max(1)).max(1);
        let rooms: Mutex<(Vec<S>, Option<Error>)> = Mutex::default();
        let rooms_now = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
        threads::for_each_block(self.parts * across, grain, |blocks| {
            let there = rooms_now().0.pop();
            match there.map_or_else(&room, Ok) {
                Ok(mut room) => {
                    for block in blocks {
                        let (part, first) = (block / across, block % across * width);
                        work(&mut room, part, first..self.inner.min(first + width));
                    }
                    rooms_now().0.push(room);
                }
                Err(error) => rooms_now().1 = Some(error),
            }
        });
        let failed = rooms_now().1.take();
        failed.map_or(Ok(()), Err)
    }

    /// Writes the elements that are taken of some lines of a part, each line a step behind the other.
    ///
    /// # Safety
    /// The lines can be read, and so many places written that are not theirs.
    unsafe fn gather(&self, part: usize, lines: Range<usize>, to: *mut T, step: usize) {
        let there = self.taken.min(self.extent);
        // SAFETY: the caller's.
        unsafe {
            let from = self.from.add(part * self.extent * self.inner + lines.start);
            if self.inner == 1 {
                from.copy_to_nonoverlapping(to, there);
            } else {
                turned([there, lines.len()], from, self.inner, to, step);
            }
            for line in 0..lines.len() {
                filled(to.add(line * step + there), self.taken - there);
            }
        }
    }

    /// Writes what some lines of a part have become.
    ///
    /// # Safety
    /// The results can be read, each a step behind the other, and the places written.
    unsafe fn scatter(&self, from: *const U, step: usize, part: usize, lines: Range<usize>) {
        // SAFETY: the caller's.
        unsafe {
            let to = self.to.add(part * self.given * self.inner + lines.start);
            turned([lines.len(), self.given], from, step, to, self.inner);
        }
    }

    /// [`made`].
    ///
    /// # Safety
    /// All lines can be read, and the places of those that they become written, which are not theirs.
    unsafe fn make<S: Send>(
        &self,
        room: impl Fn() -> Result<S> + Sync,
        make: impl Fn(&mut S, &mut [T], &mut [U]) + Sync,
    ) -> Result<()> {
        let width = self.width();
        let (step, back) = (apart::<T>(self.taken), apart::<U>(self.given));
        let is_direct = self.inner == 1;
        let room = || {
            let results = if is_direct { 0 } else { width * back };
            Ok((Zeros::new(width * step)?, Zeros::new(results)?, room()?))
        };
        self.each(width, room, |(gathered, results, room), part, lines| {
            // SAFETY: the caller's, for these lines; there is room for as many. A line is a slice when
            // all of it has been written.
            unsafe {
                self.gather(part, lines.clone(), gathered.as_mut_ptr(), step);
                if is_direct {
                    let to = self.to.add(part * self.given);
                    filled(to, self.given);
                    let to = slice::from_raw_parts_mut(to, self.given);
                    return make(room, &mut gathered[..self.taken], to);
                }
                let places = gathered.chunks_mut(step).zip(results.chunks_mut(back));
                for (line, to) in places.take(lines.len()) {
                    make(room, &mut line[..self.taken], &mut to[..self.given]);
                }
                self.scatter(results.as_ptr(), back, part, lines);
            }
        })
    }
}

impl<T: Element> Lines<T, T> {
    /// [`changed`], or [`change`] where the lines stay.
    ///
    /// # Safety
    /// All lines can be read, and the places of those that they become written; they are their own, or
    /// no place is one of theirs.
    unsafe fn change<S: Send>(
        &self,
        room: impl Fn() -> Result<S> + Sync,
        change: impl Fn(&mut S, &mut [T]) + Sync,
    ) -> Result<()> {
        if self.inner == 1 {
            let stay = core::ptr::eq(self.from, self.to);
            return self.each(1, room, |room, part, lines| {
                // SAFETY: the caller's, for this line, which is a slice when all of it is written.
                unsafe {
                    let to = self.to.add(part * self.given);
                    if !stay {
                        self.gather(part, lines, to, self.given);
                    }
                    change(room, slice::from_raw_parts_mut(to, self.given));
                }
            });
        }
        let (width, step) = (self.width(), apart::<T>(self.given));
        let room = || Ok((Zeros::new(width * step)?, room()?));
        self.each(width, room, |(gathered, room), part, lines| {
            // SAFETY: the caller's, for these lines; there is room for as many.
            unsafe {
                self.gather(part, lines.clone(), gathered.as_mut_ptr(), step);
                for line in gathered.chunks_mut(step).take(lines.len()) {
                    change(room, &mut line[..self.given]);
                }
                self.scatter(gathered.as_ptr(), step, part, lines);
            }
        })
    }
}

/// Elements that are zeros at first, in memory from the pool.
pub(crate) struct Zeros<T> {
    memory: Memory,
    count: usize,
    of: PhantomData<T>,
}

impl<T: Element> Zeros<T> {
    /// So many.
    ///
    /// # Errors
    /// There is not enough memory.
    pub(crate) fn new(count: usize) -> Result<Zeros<T>> {
        let memory = Memory::zeroed(count.saturating_mul(size_of::<T>()))?;
        Ok(Zeros { memory, count, of: PhantomData })
    }
}

impl<T: Element> Deref for Zeros<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the memory has so many elements, which began as zeros, aligned for every type.
        unsafe { slice::from_raw_parts(self.memory.start().cast(), self.count) }
    }
}

impl<T: Element> DerefMut for Zeros<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and nobody else has the memory.
        unsafe { slice::from_raw_parts_mut(self.memory.start().cast(), self.count) }
    }
}

/// How far lines of so many elements are apart that are worked on one after the other: not as far as
/// the places of a cache that exclude each other.
fn apart<T>(n: usize) -> usize {
    let line = CACHE_LINE / size_of::<T>();
    n.next_multiple_of(line) + line
}

/// Writes zeros.
///
/// # Safety
/// So many elements can be written.
unsafe fn filled<T: Element>(to: *mut T, count: usize) {
    for i in 0..count {
        // SAFETY: the caller's.
        unsafe { to.add(i).write(T::default()) };
    }
}

/// Rows and columns of a tile.
const SIDE: usize = 4;

/// A word of the size of elements, of which tiles are copied.
trait Word: Copy {
    /// Copies four rows of four elements, which become columns.
    ///
    /// # Safety
    /// The elements can be read, a step apart from row to row, and written, another step apart from
    /// column to column.
    #[inline(always)]
    unsafe fn tile(from: *const Self, from_step: usize, to: *mut Self, to_step: usize) {
        for column in 0..SIDE {
            for row in 0..SIDE {
                // SAFETY: the caller's.
                unsafe {
                    let element = from.add(row * from_step + column).read_unaligned();
                    to.add(column * to_step + row).write_unaligned(element);
                }
            }
        }
    }
}

impl Word for u128 {}

#[cfg(not(target_arch = "x86_64"))]
impl Word for u64 {}

#[cfg(not(target_arch = "x86_64"))]
impl Word for u32 {}

// What the compiler makes of the loops takes twice as long where a vector has several elements.
#[cfg(target_arch = "x86_64")]
impl Word for u64 {
    #[inline(always)]
    unsafe fn tile(from: *const Self, from_step: usize, to: *mut Self, to_step: usize) {
        for (i, j) in [(0, 0), (0, 2), (2, 0), (2, 2)] {
            // SAFETY: the caller's, for two rows of two elements; every x86-64 has these instructions.
            unsafe {
                let row = |i: usize| x86::_mm_loadu_pd(from.add(i * from_step + j).cast());
                let (a, b) = (row(i), row(i + 1));
                let to = to.add(j * to_step + i);
                x86::_mm_storeu_pd(to.cast(), x86::_mm_unpacklo_pd(a, b));
                x86::_mm_storeu_pd(to.add(to_step).cast(), x86::_mm_unpackhi_pd(a, b));
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Word for u32 {
    #[inline(always)]
    unsafe fn tile(from: *const Self, from_step: usize, to: *mut Self, to_step: usize) {
        // SAFETY: the caller's; every x86-64 has these instructions.
        unsafe {
            let row = |i: usize| x86::_mm_loadu_ps(from.add(i * from_step).cast());
            let (mut a, mut b, mut c, mut d) = (row(0), row(1), row(2), row(3));
            x86::_MM_TRANSPOSE4_PS(&mut a, &mut b, &mut c, &mut d);
            for (i, column) in [a, b, c, d].into_iter().enumerate() {
                x86::_mm_storeu_ps(to.add(i * to_step).cast(), column);
            }
        }
    }
}

/// Copies rows, a step apart, which become columns, another step apart: tile by tile along the longer
/// side.
///
/// # Safety
/// As [`turned`].
#[inline(always)]
unsafe fn turned_words<W: Word>(
    [rows, columns]: [usize; 2],
    from: *const W,
    from_step: usize,
    to: *mut W,
    to_step: usize,
) {
    let (high, wide) = (rows / SIDE * SIDE, columns / SIDE * SIDE);
    // SAFETY: the loops stay within the caller's rows and columns.
    unsafe {
        if rows > columns {
            for row in (0..high).step_by(SIDE) {
                for column in (0..wide).step_by(SIDE) {
                    let (from, to) =
                        (from.add(row * from_step + column), to.add(column * to_step + row));
                    W::tile(from, from_step, to, to_step);
                }
            }
        } else {
            for column in (0..wide).step_by(SIDE) {
                for row in (0..high).step_by(SIDE) {
                    let (from, to) =
                        (from.add(row * from_step + column), to.add(column * to_step + row));
                    W::tile(from, from_step, to, to_step);
                }
            }
        }
        for row in 0..rows {
            for column in if row < high { wide } else { 0 }..columns {
                let element = from.add(row * from_step + column).read_unaligned();
                to.add(column * to_step + row).write_unaligned(element);
            }
        }
    }
}

/// Copies rows, a step apart, which become columns of rows that are another step apart.
///
/// # Safety
/// So many rows of so many elements can be read, and as many columns written that are not theirs.
unsafe fn turned<T: Element>(
    sides: [usize; 2],
    from: *const T,
    from_step: usize,
    to: *mut T,
    to_step: usize,
) {
    let (from, to) = (from.cast::<u8>(), to.cast::<u8>());
    // SAFETY: the caller's, for words of the elements' size.
    unsafe {
        match size_of::<T>() {
            4 => turned_words::<u32>(sides, from.cast(), from_step, to.cast(), to_step),
            8 => turned_words::<u64>(sides, from.cast(), from_step, to.cast(), to_step),
            16 => turned_words::<u128>(sides, from.cast(), from_step, to.cast(), to_step),
            _ => unreachable!("lines have real or complex elements"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each_size_is_turned<T: Element>(number: impl Fn(usize) -> T) {
        for (rows, columns) in [(1, 1), (4, 4), (3, 9), (8, 5), (13, 4), (21, 34)] {
            let (from_step, to_step) = (columns + 3, rows + 1);
            let from: Vec<T> = (0..rows * from_step).map(&number).collect();
            let mut to = vec![number(0); columns * to_step];
            // SAFETY: there are so many rows and columns.
            unsafe {
                turned([rows, columns], from.as_ptr(), from_step, to.as_mut_ptr(), to_step);
            }
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |c| (row, c))) {
                assert_eq!(to[column * to_step + row], from[row * from_step + column]);
            }
            let between = to.chunks(to_step).all(|column| column[rows] == number(0));
            assert!(between, "nothing is written elsewhere");
        }
    }

    #[test]
    fn rows_become_columns() {
        each_size_is_turned(|i| i as f32);
        each_size_is_turned(|i| i as f64);
        each_size_is_turned(|i| num_complex::Complex::new(i as f64, 1.0));
    }
}
