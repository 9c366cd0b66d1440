//! One axis of an array after another is folded, each in as many blocks as its extent demands.
//!
//! Axes are sorted by how far apart their elements are. If the innermost one goes, its rows are
//! folded; if it stays, the rows of the innermost one that goes are folded into one another. What is
//! left after a step is a smaller array without gaps, to which the same applies, until no axis is left
//! that is to go.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::copy;
use crate::kernels::isa::Isa;
use crate::kernels::reduce::fold::{BLOCK, Folder, ROWS};
use crate::kernels::status::{self, Status};
use crate::raw::memory::Memory;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, Ordering};
use smallvec::SmallVec;

/// Columns that are folded together: they stay in the first-level cache.
const WIDTH: usize = 512;
/// Bytes that are worth another thread.
pub(super) const GRAIN: usize = 512 << 10;

/// An axis in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    pub extent: usize,
    /// In bytes.
    pub stride: isize,
    /// Whether it goes.
    pub reduced: bool,
}

pub(crate) type Axes = SmallVec<[Axis; 4]>;

/// What keeps elements where they are.
enum Keeper {
    Array(#[allow(dead_code, reason = "held for its memory")] Array),
    Memory(Memory),
}

/// Elements on the way to a reduction, outermost axis first.
pub(crate) struct Partial {
    keeper: Keeper,
    start: *const u8,
    dtype: DType,
    axes: Axes,
}

/// Where loops write.
#[derive(Clone, Copy)]
pub(crate) struct Target(pub(crate) *mut u8);
// SAFETY: each thread writes places of its own.
unsafe impl Sync for Target {}

/// Where loops read.
#[derive(Clone, Copy)]
pub(super) struct Origin(pub(super) *const u8);
// SAFETY: nobody writes there meanwhile (the law of `raw`).
unsafe impl Sync for Origin {}

impl Target {
    /// The place of an element.
    pub(crate) fn at(self, index: usize, size: usize) -> *mut u8 {
        self.0.wrapping_add(index * size)
    }

    /// Another place.
    pub(super) fn offset(self, bytes: isize) -> *mut u8 {
        self.0.wrapping_offset(bytes)
    }
}

impl Origin {
    /// Another place.
    pub(super) fn offset(self, bytes: isize) -> *const u8 {
        self.0.wrapping_offset(bytes)
    }
}

/// The axes of an array in the order in which they lie, the most distant elements first.
pub(crate) fn memory_order(strides: &[isize]) -> SmallVec<[usize; 4]> {
    let mut axes: SmallVec<[usize; 4]> = (0..strides.len()).collect();
    // What is repeated is read from the cache if it is repeated outside. Stable: axes of equal steps
    // stay in C order.
    axes.sort_by_key(|&axis| match strides[axis].unsigned_abs() {
        0 => 0,
        step => usize::MAX - step,
    });
    axes
}

/// Leaves out axes of one element, and makes one of neighbours that are one.
pub(crate) fn merged(axes: &[Axis]) -> Axes {
    let mut merged = Axes::new();
    for axis in axes.iter().filter(|axis| axis.extent != 1) {
        match merged.last_mut() {
            Some(outer)
                if outer.reduced == axis.reduced
                    && outer.stride == axis.stride.wrapping_mul(axis.extent as isize) =>
            {
                outer.extent *= axis.extent;
                outer.stride = axis.stride;
            }
            _ => merged.push(*axis),
        }
    }
    merged
}

/// Sets the strides of axes without gaps.
fn close(axes: &mut Axes, size: usize) {
    let mut step = size as isize;
    for axis in axes.iter_mut().rev() {
        axis.stride = step;
        step *= axis.extent as isize;
    }
}

/// The place of an index of axes, in bytes.
pub(super) fn place(axes: &[Axis], mut index: usize) -> isize {
    let mut place = 0;
    for axis in axes.iter().rev() {
        place += (index % axis.extent) as isize * axis.stride;
        index /= axis.extent;
    }
    place
}

/// Calls a function for parts of `0..blocks`, on several threads if the bytes are worth it, and notes
/// what went wrong in arithmetic; what a comparison notes is not meant.
pub(super) fn in_parallel(
    blocks: usize,
    bytes: usize,
    quiet: bool,
    work: impl Fn(Range<usize>) + Sync,
) {
    let grain = (GRAIN / (bytes / blocks.max(1)).max(1)).max(1);
    let noted = AtomicU8::new(0);
    let before = status::read();
    crate::threads::for_each_block(blocks, grain, |range| {
        status::write(Status::NONE);
        work(range);
        noted.fetch_or(status::read().bits(), Ordering::Relaxed);
    });
    status::write(before);
    if !quiet {
        status::report(Status::from_bits(noted.into_inner()));
    }
}

impl Partial {
    /// The elements of an array, of which some axes are to go.
    ///
    /// # Errors
    /// There is not enough memory to compute them.
    pub(crate) fn of(array: &Array, reduced: &[bool]) -> Result<Partial> {
        let mut start = array.address()?;
        let (shape, strides) = (array.shape(), array.layout().strides());
        let mut axes = Axes::new();
        for axis in memory_order(strides) {
            let (extent, mut stride) = (shape[axis] as usize, strides[axis]);
            if reduced[axis] && stride < 0 && !array.layout().is_empty() {
                // An axis that goes can as well be gone along the other way round.
                start = start.wrapping_offset(stride * (extent as isize - 1));
                stride = -stride;
            }
            axes.push(Axis { extent, stride, reduced: reduced[axis] });
        }
        let axes = merged(&axes);
        Ok(Partial { keeper: Keeper::Array(array.clone()), start, dtype: array.dtype(), axes })
    }

    /// Values without gaps.
    pub(crate) fn dense(memory: Memory, dtype: DType, mut axes: Axes) -> Partial {
        close(&mut axes, dtype.size());
        assert!(
            axes.iter().map(|axis| axis.extent).product::<usize>() * dtype.size() <= memory.len()
        );
        let axes = merged(&axes);
        Partial { keeper: Keeper::Memory(memory), start: core::ptr::null(), dtype, axes }
    }

    /// What has been folded of each block of so many elements.
    pub(crate) fn blocks(memory: Memory, dtype: DType, elements: usize) -> Partial {
        let extent = elements.div_ceil(BLOCK);
        let axis = Axis { extent, stride: 0, reduced: true };
        Partial::dense(memory, dtype, core::iter::once(axis).collect())
    }

    /// Where the first element is; memory in its owner moves with that.
    fn origin(&self) -> Origin {
        match &self.keeper {
            Keeper::Array(_) => Origin(self.start),
            Keeper::Memory(memory) => Origin(memory.start()),
        }
    }

    /// Whether an axis is left that is to go.
    pub(crate) fn is_left(&self) -> bool {
        self.axes.iter().any(|axis| axis.reduced)
    }

    /// The memory of what no axis is left of, and the type.
    pub(crate) fn into_memory(self) -> (Memory, DType) {
        match self.keeper {
            Keeper::Memory(memory) => (memory, self.dtype),
            Keeper::Array(_) => unreachable!("an array is folded at least once"),
        }
    }

    /// Folds one axis, or one in two steps if it is long; the elements one by one if none is to go.
    ///
    /// # Errors
    /// There is not enough memory for what is left.
    pub(crate) fn fold(mut self, folder: &Folder, quiet: bool) -> Result<Partial> {
        assert_eq!(self.dtype, folder.input, "a fold of elements of this type");
        if !self.is_left() {
            let stride = self.dtype.size() as isize;
            self.axes.push(Axis { extent: 1, stride, reduced: true });
        }
        match self.axes.last() {
            Some(last) if last.reduced => self.fold_rows(folder, quiet),
            _ => self.fold_columns(folder, quiet),
        }
    }

    fn bytes(&self) -> usize {
        self.axes.iter().map(|axis| axis.extent).product::<usize>() * self.dtype.size()
    }

    fn fold_rows(mut self, folder: &Folder, quiet: bool) -> Result<Partial> {
        let bytes = self.bytes();
        let row = self.axes.pop().expect("the axis that goes");
        let parts = row.extent.div_ceil(BLOCK);
        let outer: usize = self.axes.iter().map(|axis| axis.extent).product();
        let out_size = folder.output.size();
        let memory = Memory::uninit(outer * parts * out_size)?;
        let rows = Rows {
            axes: &self.axes,
            row,
            parts,
            start: self.origin(),
            size: self.dtype.size(),
            out: Target(memory.start()),
            folder,
        };
        in_parallel(outer * parts, bytes, quiet, |range| rows.run(range));
        let mut axes = self.axes.clone();
        axes.push(Axis { extent: parts, stride: 0, reduced: true });
        Ok(Partial::dense(memory, folder.output, axes))
    }

    fn fold_columns(mut self, folder: &Folder, quiet: bool) -> Result<Partial> {
        let bytes = self.bytes();
        let size = self.dtype.size();
        let column = self.axes.pop().expect("the axis that stays");
        let at = self.axes.iter().rposition(|axis| axis.reduced).expect("the axis that goes");
        let row = self.axes.remove(at);
        let outer: usize = self.axes.iter().map(|axis| axis.extent).product();
        // Rows of few elements that lie without gaps are folded several at once.
        let several = (WIDTH / column.extent).max(1);
        let dense =
            column.stride == size as isize && row.stride == column.stride * column.extent as isize;
        let several = if dense && row.extent >= 8 * several { several } else { 1 };
        let blocks = (row.extent / several).div_ceil(ROWS);
        let width = column.extent * several;
        let columns = Columns {
            axes: &self.axes,
            rows: row.extent / several,
            row_step: row.stride * several as isize,
            column_step: column.stride,
            width,
            tail: row.extent % several * column.extent,
            blocks,
            tiles: width.div_ceil(WIDTH),
            start: self.origin(),
            size,
            folder,
        };
        let parts = columns.parts();
        let memory = Memory::uninit(outer * parts * width * folder.output.size())?;
        let out = Target(memory.start());
        let units = outer * parts * columns.tiles;
        in_parallel(units, bytes, quiet, |range| columns.run(range, out));
        let mut axes = self.axes.clone();
        axes.push(Axis { extent: parts, stride: 0, reduced: true });
        axes.push(Axis { extent: several, stride: 0, reduced: true });
        axes.push(Axis { extent: column.extent, stride: 0, reduced: false });
        Ok(Partial::dense(memory, folder.output, axes))
    }
}

/// Rows that are folded, each in parts of a block.
struct Rows<'a> {
    axes: &'a [Axis],
    row: Axis,
    parts: usize,
    start: Origin,
    size: usize,
    out: Target,
    folder: &'a Folder,
}

impl Rows<'_> {
    /// Folds some of the parts, which are counted through all rows.
    fn run(&self, range: Range<usize>) {
        let out_size = self.folder.output.size();
        let mut at = range.start;
        while at < range.end {
            let (outer, part) = (at / self.parts, at % self.parts);
            let start = self.start.offset(place(self.axes, outer));
            // As many at once as are one step apart and of one length.
            let (start, step, n, count) = if self.parts == 1 {
                let inner = self.axes.last().copied();
                let inner = inner.unwrap_or(Axis { extent: 1, stride: 0, reduced: false });
                let left = inner.extent - outer % inner.extent;
                (start, inner.stride, self.row.extent, left)
            } else {
                let step = self.row.stride * BLOCK as isize;
                let start = start.wrapping_offset(part as isize * step);
                let whole = self.row.extent / BLOCK;
                if part < whole {
                    (start, step, BLOCK, whole - part)
                } else {
                    (start, step, self.row.extent % BLOCK, 1)
                }
            };
            let count = count.min(range.end - at);
            let out = self.out.at(at, out_size);
            if self.row.stride == self.size as isize || n == 1 {
                // SAFETY: `count` rows of the array, and the places of their results, which only this
                // call writes.
                unsafe { self.folder.fold_rows(start, step, count, n, out) };
            } else {
                self.gathered(start, step, count, n, out);
            }
            at += count;
        }
    }

    /// Folds rows with gaps.
    fn gathered(&self, start: *const u8, step: isize, count: usize, n: usize, out: *mut u8) {
        let kernel = self.folder.rows[Isa::best() as usize];
        let mut room: Vec<u128> = Vec::with_capacity((n * self.size).div_ceil(16));
        let room = room.as_mut_ptr().cast::<u8>();
        for i in 0..count {
            let from = start.wrapping_offset(i as isize * step);
            let to = out.wrapping_add(i * self.folder.output.size());
            // SAFETY: a row of the array, room for as many elements, and as in `run`.
            unsafe {
                copy::run(from, self.row.stride, room, self.size as isize, n, self.size);
                kernel(room, 0, 1, n, to);
            }
        }
    }
}

/// Rows that are folded into one another.
struct Columns<'a> {
    axes: &'a [Axis],
    rows: usize,
    row_step: isize,
    column_step: isize,
    width: usize,
    /// Elements of a last row that is shorter.
    tail: usize,
    /// Blocks of rows, without the last row.
    blocks: usize,
    tiles: usize,
    start: Origin,
    size: usize,
    folder: &'a Folder,
}

impl Columns<'_> {
    /// How many rows are left.
    fn parts(&self) -> usize {
        self.blocks + (self.tail > 0) as usize
    }

    /// Computes some of the tiles, which are counted through all blocks.
    fn run(&self, range: Range<usize>, out: Target) {
        let kernel = self.folder.columns[Isa::best() as usize];
        let out_size = self.folder.output.size();
        let parts = self.parts();
        for unit in range {
            let (row, tile) = (unit / self.tiles, unit % self.tiles);
            let (outer, part) = (row / parts, row % parts);
            let column = tile * WIDTH;
            let n = WIDTH.min(self.width - column);
            let first = part * ROWS;
            let rows = ROWS.min(self.rows - first.min(self.rows));
            let start = self
                .start
                .offset(place(self.axes, outer) + self.row_step * first.min(self.rows) as isize)
                .wrapping_offset(column as isize * self.column_step);
            let to = out.at(row * self.width + column, out_size);
            let dense = self.column_step == self.size as isize || n == 1;
            // SAFETY: rows of the array, and the places of the results, which only this unit writes;
            // the machine has the version.
            unsafe {
                if part == self.blocks {
                    kernel(start, 0, 0, n, to, true);
                    kernel(start, 0, 1, self.tail, to, false);
                } else if dense {
                    kernel(start, self.row_step, rows, n, to, true);
                } else {
                    self.gathered(start, rows, n, to);
                }
            }
        }
    }

    /// Folds rows with gaps.
    ///
    /// # Safety
    /// As the kernel's, but for the gaps.
    unsafe fn gathered(&self, start: *const u8, rows: usize, n: usize, to: *mut u8) {
        let kernel = self.folder.columns[Isa::best() as usize];
        let mut room: Vec<u128> = Vec::with_capacity((n * self.size).div_ceil(16));
        let room = room.as_mut_ptr().cast::<u8>();
        for r in 0..rows {
            let from = start.wrapping_offset(r as isize * self.row_step);
            // SAFETY: a row of the caller's, and room for as many elements.
            unsafe {
                copy::run(from, self.column_step, room, self.size as isize, n, self.size);
                kernel(room, 0, 1, n, to, r == 0);
            }
        }
    }
}
