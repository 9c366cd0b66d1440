//! Elements at places that arrays of indices name: read, or written.
//!
//! Indices are turned into places tile by tile, and checked on the way, so that they are read once and
//! no array of places is made. Those of one array among which none is negative are places as they are.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::copy;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::walk::Walk;
use crate::layout::{Dims, Layout, Order};
use crate::raw::memory::Memory;
use crate::threads;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};
use smallvec::SmallVec;

/// How many places are computed at once.
const TILE: usize = 512;
/// How many elements are worth a thread.
const GRAIN: usize = 1 << 15;

/// An array of indices of one axis.
pub(crate) struct Source {
    /// Integers of 64 bits in C order.
    pub(crate) array: Array,
    /// The steps from index to index, in bytes, along the common shape of all arrays of indices.
    pub(crate) steps: Dims,
    /// The extent of the axis.
    pub(crate) extent: isize,
    /// The bytes from one element of the axis to the next.
    pub(crate) stride: isize,
}

/// Elements of an array that indices select, and those of another array that they go to or come from.
pub(crate) struct Selection {
    sources: SmallVec<[Source; 2]>,
    /// Where the elements of the sources are.
    starts: SmallVec<[*const i64; 2]>,
    /// Along the common shape of the indices: its own steps in C order, then those of each source.
    indices: Walk,
    /// How many elements the common shape has.
    count: usize,
    /// The axes in front of those of the indices, and the ones behind: of the array, and the other.
    outer: Walk,
    inner: Walk,
    /// Bytes of the other array from what one index selects to what the next one does.
    step: isize,
    /// Bytes of what one index selects without a gap: of an element, or of a short run of them.
    size: usize,
    /// Whether the indices are those of one array, as they lie.
    is_direct: bool,
}

// SAFETY: the elements of the sources, which this keeps alive, are only read.
unsafe impl Sync for Selection {}

/// The first elements of the selected array and of the other one.
#[derive(Clone, Copy)]
struct Ends(*mut u8, *mut u8);
// SAFETY: threads write different elements: ranges of indices go to different places of the other
// array, and only one thread writes to the selected array.
unsafe impl Send for Ends {}
// SAFETY: as above.
unsafe impl Sync for Ends {}

/// Where elements are: numbers that count so many bytes each.
#[derive(Clone, Copy)]
struct Places<'a> {
    numbers: &'a [i64],
    unit: isize,
}

impl Places<'_> {
    /// The bytes from the first element to each place.
    fn iter(self) -> impl Iterator<Item = isize> {
        self.numbers.iter().map(move |&number| (number as isize).wrapping_mul(self.unit))
    }
}

/// Copies indices (which, where to, how many, the extent of their axis), and notes in the sign of the last
/// parameter whether one is negative or out of bounds.
type CopyPlain = unsafe fn(*const i64, *mut i64, usize, i64, *mut i64);

/// Copies indices as they are; whether they are within an axis and none is negative.
///
/// # Safety
/// There are as many indices as places.
unsafe fn are_plain(indices: *const i64, extent: isize, places: &mut [i64]) -> bool {
    let versions: [CopyPlain; 3] = versions!(
        fn(from: *const i64, to: *mut i64, n: usize, extent: i64, bad: *mut i64) {
            // SAFETY: the caller's indices and places, which are different memory.
            let (indices, places) = unsafe {
                (core::slice::from_raw_parts(from, n), core::slice::from_raw_parts_mut(to, n))
            };
            let mut wrong = 0;
            for (&index, place) in indices.iter().zip(places) {
                // The difference does not wrap around unless the index is negative.
                wrong |= index | (extent - 1).wrapping_sub(index);
                *place = index;
            }
            // SAFETY: the caller's.
            unsafe { *bad = wrong };
        }
    );
    let (n, to, mut bad) = (places.len(), places.as_mut_ptr(), 0);
    // SAFETY: the caller's, and the machine has the version.
    unsafe { versions[Isa::best() as usize](indices, to, n, extent as i64, &mut bad) };
    bad >= 0
}

/// Adds to places those that indices name, and notes in the sign of the last parameter whether an index
/// is out of bounds.
type AddPlaces = unsafe fn(*const i64, usize, *mut i64, i64, i64, *mut i64);

fn add_places() -> AddPlaces {
    let versions: [AddPlaces; 3] = versions!(
        fn(from: *const i64, n: usize, to: *mut i64, extent: i64, stride: i64, bad: *mut i64) {
            // SAFETY: the caller has `n` indices and `n` places, which are different memory.
            let (indices, places) = unsafe {
                (core::slice::from_raw_parts(from, n), core::slice::from_raw_parts_mut(to, n))
            };
            let mut wrong = 0;
            macro_rules! add {
                (|$normal:ident| $scaled:expr) => {
                    for (&index, place) in indices.iter().zip(places) {
                        // Either sum is negative, even where it wraps around, just if the index is
                        // too small or too large.
                        wrong |= index.wrapping_add(extent) | (extent - 1).wrapping_sub(index);
                        let $normal = index.wrapping_add(extent & (index >> 63));
                        *place = place.wrapping_add($scaled);
                    }
                };
            }
            // Mostly the elements lie without gaps, and vectors are shifted faster than multiplied.
            if stride > 0 && stride.count_ones() == 1 {
                let shift = stride.trailing_zeros();
                add!(|normal| normal << shift);
            } else {
                add!(|normal| normal.wrapping_mul(stride));
            }
            // SAFETY: the caller's.
            unsafe { *bad |= wrong };
        }
    );
    versions[Isa::best() as usize]
}

/// The elements of the only axis at a few indices, without a plan; `None`, and nothing has been done,
/// if there are more, they are of another type than `int64`, or one is out of bounds.
pub(crate) fn few(array: &Array, which: &Array) -> Option<Result<Array>> {
    let (&[extent], &[stride]) = (array.shape(), array.layout().strides()) else { return None };
    let fits = which.dtype == DType::Int64 && which.layout().is_contiguous(Order::C);
    if !fits || which.size() > TILE {
        return None;
    }
    let indices = match which.address() {
        Ok(start) => start.cast(),
        Err(error) => return Some(Err(error)),
    };
    let (n, mut tile, mut bad) = (which.size(), [const { MaybeUninit::uninit() }; TILE], 0i64);
    let places = &mut tile[..n];
    places.fill(MaybeUninit::new(0i64));
    // SAFETY: there are `n` indices, and `n` places that have been filled.
    let places = unsafe {
        let places = core::slice::from_raw_parts_mut(places.as_mut_ptr().cast::<i64>(), n);
        if are_plain(indices, extent, places) {
            Places { numbers: places, unit: stride }
        } else {
            places.fill(0);
            add_places()(indices, n, places.as_mut_ptr(), extent as i64, stride as i64, &mut bad);
            Places { numbers: places, unit: 1 }
        }
    };
    (bad >= 0).then(|| {
        let size = array.dtype.size();
        let layout = Layout::contiguous(which.shape(), size, Order::C)?;
        let memory = Memory::uninit(n * size)?;
        let from = array.address()?.cast_mut();
        // SAFETY: the places are those of elements of the array, and there is fresh memory for them.
        unsafe { elements::<false>(from, memory.start(), size as isize, places, size) };
        Ok(Array::over(memory, array.dtype, layout))
    })
}

impl Selection {
    /// What is selected by sources of a common shape, where `outer` and `inner` are shapes with the
    /// strides of the array and of the other one.
    ///
    /// # Errors
    /// There is not enough memory to compute the indices.
    pub(crate) fn new(
        sources: SmallVec<[Source; 2]>,
        shape: &[isize],
        outer: (&[isize], &[isize], &[isize]),
        inner: (&[isize], &[isize], &[isize]),
        step: isize,
        size: usize,
    ) -> Result<Selection> {
        let starts = sources.iter().map(|source| {
            assert!(source.array.dtype == DType::Int64);
            assert!(source.array.layout().is_contiguous(Order::C));
            source.array.address().map(<*const u8>::cast)
        });
        let starts = starts.collect::<Result<_>>()?;
        // Steps that only shrink, so that the walk keeps the order of the axes.
        let mut order = Dims::from_elem(0, shape.len());
        let mut next = 1isize;
        for (own, &extent) in order.iter_mut().zip(shape).rev() {
            *own = next;
            next = next.wrapping_mul(extent.max(1));
        }
        let mut steps: SmallVec<[&[isize]; 4]> = SmallVec::new();
        steps.push(&order);
        steps.extend(sources.iter().map(|source| &source.steps[..]));
        let indices = Walk::new(shape, &steps);
        drop(steps);
        let count = shape.iter().product::<isize>() as usize;
        let walk = |(shape, array, other): (&[isize], _, _)| Walk::new(shape, &[array, other]);
        let (outer, mut inner) = (walk(outer), walk(inner));
        let is_direct = sources.len() == 1
            && indices.shape().len() <= 1
            && (count == 1 || indices.inner().1[1] == size_of::<i64>() as isize);
        let (n, steps) = inner.inner();
        let dense = steps.iter().all(|&step| step == size as isize);
        let is_row = outer.shape().is_empty() && inner.shape().len() == 1 && dense;
        let mut size = size;
        if is_row && is_block(n * size) {
            (size, inner) = (n * size, Walk::new(&[], &[&[], &[]]));
        }
        Ok(Selection { sources, starts, indices, count, outer, inner, step, size, is_direct })
    }

    /// The places of some indices, in bytes; whether all are within their axes.
    fn places(&self, at: usize, places: &mut [i64]) -> bool {
        let add = add_places();
        places.fill(0);
        let shape = self.indices.shape();
        let row = shape.last().copied().unwrap_or(1) as usize;
        let mut bad = 0;
        for (i, source) in self.sources.iter().enumerate() {
            let steps = self.indices.strides(i + 1);
            let step = steps.last().copied().unwrap_or(0);
            let mut done = 0;
            while done < places.len() {
                let (mut rest, within) = ((at + done) / row, (at + done) % row);
                let n = (row - within).min(places.len() - done);
                let mut start = within as isize * step;
                for (&step, &extent) in steps.iter().zip(shape).rev().skip(1) {
                    start += (rest % extent as usize) as isize * step;
                    rest /= extent as usize;
                }
                let (extent, stride) = (source.extent as i64, source.stride as i64);
                let to = &mut places[done..done + n];
                // SAFETY: the walk goes to elements of the source.
                unsafe {
                    let from = self.starts[i].byte_offset(start);
                    if step == size_of::<i64>() as isize {
                        add(from, n, to.as_mut_ptr(), extent, stride, &mut bad);
                    } else {
                        // Indices that are repeated, or rarely lie otherwise.
                        for (i, place) in to.iter_mut().enumerate() {
                            let from = from.byte_offset(i as isize * step);
                            add(from, 1, place, extent, stride, &mut bad);
                        }
                    }
                }
                done += n;
            }
        }
        bad >= 0
    }

    /// Calls a function with tiles of places and the number of the first; stops at an index that is
    /// out of bounds, and says whether there was none.
    fn for_each_tile(&self, range: Range<usize>, mut visit: impl FnMut(usize, Places<'_>)) -> bool {
        let mut tile = [0i64; TILE];
        let mut at = range.start;
        while at < range.end {
            let n = TILE.min(range.end - at);
            let places = &mut tile[..n];
            // SAFETY: indices of the only source, which lie one behind the other.
            let direct = self.is_direct
                && unsafe { are_plain(self.starts[0].add(at), self.sources[0].extent, places) };
            if !direct && !self.places(at, places) {
                return false;
            }
            let unit = if direct { self.sources[0].stride } else { 1 };
            visit(at, Places { numbers: places, unit });
            at += n;
        }
        true
    }

    /// Copies what is selected of an array to fresh memory, the other array; whether all indices are
    /// within their axes, else some elements have not been copied.
    ///
    /// # Errors
    /// There is not enough memory to compute the array.
    pub(crate) fn read(&self, view: &Array, memory: &Memory, layout: &Layout) -> Result<bool> {
        if layout.is_empty() {
            return Ok(self.for_each_tile(0..self.count, |_, _| {}));
        }
        assert!(layout.bytes().end <= memory.len());
        let (ends, fine) =
            (Ends(view.address()?.cast_mut(), memory.start()), AtomicBool::new(true));
        let elements = |walk: &Walk| walk.shape().iter().product::<isize>().max(1) as usize;
        let each = elements(&self.outer).saturating_mul(elements(&self.inner));
        let each = each.saturating_mul(self.size.div_ceil(size_of::<u64>()));
        threads::for_each_range(self.count, (GRAIN / each).max(1), |range| {
            let Ends(array, other) = { ends };
            let good = self.for_each_tile(range, |at, places| {
                // SAFETY: the places are those of elements of the view; a range of indices goes to
                // places of the memory of its own.
                unsafe {
                    self.tile::<false>(array, other.offset(at as isize * self.step), places);
                }
            });
            if !good {
                fine.store(false, Ordering::Relaxed);
            }
        });
        Ok(fine.load(Ordering::Relaxed))
    }

    /// Copies the other array to what is selected of an array, in the order of the indices; whether all
    /// of these are within their axes, else nothing has been copied.
    ///
    /// # Errors
    /// The array is read-only, or there is not enough memory to compute one of them.
    pub(crate) fn write(&self, view: &Array, value: &Array) -> Result<bool> {
        if !self.for_each_tile(0..self.count, |_, _| {}) {
            return Ok(false);
        }
        if value.size() == 0 {
            return Ok(true);
        }
        assert!(!value.may_share_memory(view));
        let (from, to) = (value.address()?.cast_mut(), view.address_for_writing()?);
        if self.step == 0 && self.outer.shape().is_empty() && self.inner.shape().is_empty() {
            // SAFETY: one element for all places, which are those of elements of the view.
            let written = unsafe { self.spread(to, from) };
            if let Some(within) = written {
                return Ok(within);
            }
        }
        Ok(self.for_each_tile(0..self.count, |at, places| {
            // SAFETY: the places are those of elements of the view, the others those of the value, and
            // they do not overlap.
            unsafe { self.tile::<true>(to, from.offset(at as isize * self.step), places) }
        }))
    }

    /// Writes one element to all places, on several threads: the order in which the same is written does
    /// not matter. `None`, and nothing has been done, if it is not written at once.
    ///
    /// # Safety
    /// As [`Selection::write`], and there is one element at `from`.
    unsafe fn spread(&self, to: *mut u8, from: *const u8) -> Option<bool> {
        let size = self.size as isize;
        let aligned = |source: &Source| source.stride % size == 0;
        if !to.addr().is_multiple_of(self.size) || !self.sources.iter().all(aligned) {
            return None;
        }
        let (end, fine) = (Ends(to, core::ptr::null_mut()), AtomicBool::new(true));
        macro_rules! write {
            ($word:ty, $atomic:ty) => {{
                // SAFETY: the caller's element.
                let value = unsafe { from.cast::<$word>().read_unaligned() };
                threads::for_each_range(self.count, GRAIN, |range| {
                    let Ends(to, _) = { end };
                    let good = self.for_each_tile(range, |_, places| {
                        for place in places.iter() {
                            // SAFETY: the caller's place, which is aligned; threads write it like this.
                            let element = unsafe { <$atomic>::from_ptr(to.offset(place).cast()) };
                            element.store(value, Ordering::Relaxed);
                        }
                    });
                    fine.fetch_and(good, Ordering::Relaxed);
                })
            }};
        }
        match self.size {
            1 => write!(u8, AtomicU8),
            2 => write!(u16, AtomicU16),
            4 => write!(u32, AtomicU32),
            8 => write!(u64, AtomicU64),
            _ => return None,
        }
        Some(fine.into_inner())
    }

    /// The first index that is out of bounds: the number of its source, and what it is.
    ///
    /// # Errors
    /// There is not enough memory.
    pub(crate) fn first_outside(&self) -> Result<Option<(usize, i64)>> {
        for (i, source) in self.sources.iter().enumerate() {
            let extent = source.extent as i64;
            let outside = |index: &&i64| !(-extent..extent).contains(*index);
            let find = |indices: &[i64]| indices.iter().find(outside).copied();
            if let Some(index) = source.array.with_slice(find)? {
                return Ok(Some((i, index)));
            }
        }
        Ok(None)
    }

    /// # Safety
    /// As [`Selection::read`] or [`Selection::write`].
    unsafe fn tile<const WRITE: bool>(&self, array: *mut u8, other: *mut u8, places: Places<'_>) {
        let (n, steps) = self.outer.inner();
        let single = self.inner.shape().is_empty();
        self.outer.for_each_run(|starts| {
            // SAFETY: the walk goes to elements of both.
            unsafe {
                let (array, other) = (array.offset(starts[0]), other.offset(starts[1]));
                if single && n > places.numbers.len() {
                    // Few indices of long columns.
                    for (j, place) in places.iter().enumerate() {
                        let there = other.offset(j as isize * self.step);
                        let here = array.offset(place);
                        transfer::<WRITE>(here, steps[0], there, steps[1], n, self.size);
                    }
                    return;
                }
                for i in 0..n as isize {
                    let (array, other) = (array.offset(i * steps[0]), other.offset(i * steps[1]));
                    if single {
                        elements::<WRITE>(array, other, self.step, places, self.size);
                    } else {
                        self.blocks::<WRITE>(array, other, places);
                    }
                }
            }
        });
    }

    /// # Safety
    /// As [`Selection::read`] or [`Selection::write`].
    unsafe fn blocks<const WRITE: bool>(&self, array: *mut u8, other: *mut u8, places: Places<'_>) {
        let (n, steps) = self.inner.inner();
        let one_run = self.inner.shape().len() == 1;
        for (j, place) in places.iter().enumerate() {
            // SAFETY: the walk goes to elements of both.
            unsafe {
                let (here, there) = (array.offset(place), other.offset(j as isize * self.step));
                if one_run {
                    transfer::<WRITE>(here, steps[0], there, steps[1], n, self.size);
                    continue;
                }
                self.inner.for_each_run(|starts| {
                    let (here, there) = (here.offset(starts[0]), there.offset(starts[1]));
                    transfer::<WRITE>(here, steps[0], there, steps[1], n, self.size);
                });
            }
        }
    }
}

/// Copies a run there, or from there.
///
/// # Safety
/// As [`copy::run`].
#[inline]
unsafe fn transfer<const WRITE: bool>(
    here: *mut u8,
    step: isize,
    there: *mut u8,
    step_there: isize,
    n: usize,
    size: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        if WRITE {
            copy::run(there, step_there, here, step, n, size);
        } else {
            copy::run(here, step, there, step_there, n, size);
        }
    }
}

/// Evaluates `$body` with `$SIZE` standing for a number of bytes, which the compiler knows: of an
/// element, or of a block of a few.
macro_rules! with_size {
    ($size:expr, $SIZE:ident => $body:expr, else $other:expr) => {
        with_size!(@ $size, $SIZE, $body, $other, 1 2 4 8 12 16 24 32 48 64)
    };
    (@ $size:expr, $SIZE:ident, $body:expr, $other:expr, $($known:literal)*) => {
        match $size {
            $($known => { const $SIZE: usize = $known; $body })*
            _ => $other,
        }
    };
}

/// Whether so many bytes are moved as one element.
fn is_block(size: usize) -> bool {
    with_size!(size, SIZE => SIZE > 0, else false)
}

/// Copies single elements, or blocks, at places.
///
/// # Safety
/// Elements lie there, and can be read, or written.
unsafe fn elements<const WRITE: bool>(
    array: *mut u8,
    other: *mut u8,
    step: isize,
    places: Places<'_>,
    size: usize,
) {
    /// Copies one.
    #[inline(always)]
    unsafe fn one<const WRITE: bool, T>(here: *mut T, there: *mut T) {
        // SAFETY: the caller's.
        unsafe { if WRITE { here.write(there.read()) } else { there.write(here.read()) } }
    }
    /// The same for one size of elements, which the compiler knows.
    #[inline(always)]
    unsafe fn sized<const WRITE: bool, const SIZE: usize>(
        array: *mut u8,
        other: *mut u8,
        step: isize,
        places: Places<'_>,
    ) {
        let (here, there) = (array.cast::<[u8; SIZE]>(), other.cast::<[u8; SIZE]>());
        // SAFETY: the caller's.
        unsafe {
            if places.unit == SIZE as isize && step == SIZE as isize {
                // Mostly nothing has gaps, and addresses are those that a processor computes.
                for (j, &number) in places.numbers.iter().enumerate() {
                    one::<WRITE, _>(here.offset(number as isize), there.add(j));
                }
                return;
            }
            for (j, place) in places.iter().enumerate() {
                let there = there.byte_offset(j as isize * step);
                one::<WRITE, _>(here.byte_offset(place), there);
            }
        }
    }
    // SAFETY: the caller's contract, by size.
    unsafe {
        with_size!(size, SIZE => sized::<WRITE, SIZE>(array, other, step, places),
            else unreachable!("neither an element nor a block has another size"));
    }
}
