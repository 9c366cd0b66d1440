//! Copies between layouts: from one to another of the same shape, and between a layout and a tile
//! without gaps.

use crate::kernels::isa::{Isa, versions};
use crate::kernels::walk::Walk;
use crate::layout::{Dims, Layout};
use crate::threads;

/// Copies elements one step apart to elements another step apart.
///
/// # Safety
/// `n` elements of `size` bytes can be read and written so, and the two do not overlap.
#[inline]
pub(crate) unsafe fn run(
    from: *const u8,
    from_step: isize,
    to: *mut u8,
    to_step: isize,
    n: usize,
    size: usize,
) {
    /// The same for one size of elements, which the compiler knows.
    #[inline(always)]
    unsafe fn sized<const SIZE: usize>(
        from: *const u8,
        from_step: isize,
        to: *mut u8,
        to_step: isize,
        n: usize,
    ) {
        if from_step == 0 && to_step == SIZE as isize {
            // SAFETY: the element and the places are the caller's.
            unsafe {
                let element = from.cast::<[u8; SIZE]>().read();
                let to = to.cast::<[u8; SIZE]>();
                for i in 0..n {
                    to.add(i).write(element);
                }
            }
            return;
        }
        for i in 0..n as isize {
            // SAFETY: the caller's.
            unsafe {
                let element = from.offset(i * from_step).cast::<[u8; SIZE]>().read();
                to.offset(i * to_step).cast::<[u8; SIZE]>().write(element);
            }
        }
    }
    // SAFETY: the caller's contract, by size.
    unsafe {
        if from_step == size as isize && to_step == size as isize {
            return core::ptr::copy_nonoverlapping(from, to, n * size);
        }
        match size {
            1 => sized::<1>(from, from_step, to, to_step, n),
            2 => sized::<2>(from, from_step, to, to_step, n),
            4 => sized::<4>(from, from_step, to, to_step, n),
            8 => sized::<8>(from, from_step, to, to_step, n),
            16 => sized::<16>(from, from_step, to, to_step, n),
            _ => unreachable!("no element type has another size"),
        }
    }
}

/// Copies runs of `n` elements each one behind the other; `steps` are the bytes from run to run, and along
/// a run.
///
/// # Safety
/// The runs can be read, all elements can be written without gaps, and 32 bytes more where an element has
/// fewer than 16; the two do not overlap.
pub(crate) unsafe fn runs(
    from: *const u8,
    steps: [isize; 2],
    to: *mut u8,
    runs: usize,
    n: usize,
    size: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        if steps[1] == 0 && runs > 1 {
            return stretcher(size)(from, steps[0], to, runs, n);
        }
        for i in 0..runs {
            let from = from.offset(i as isize * steps[0]);
            run(from, steps[1], to.add(i * n * size), size as isize, n, size);
        }
    }
}

/// Repeats each of some elements, which are a step apart, `n` times (elements, step, places, how many,
/// `n`).
///
/// # Safety
/// As [`runs`].
type Stretch = unsafe fn(*const u8, isize, *mut u8, usize, usize);

/// [`Stretch`] for elements of a size. What is written at once is 32 bytes: what is too much is written
/// over by the next element.
fn stretcher(size: usize) -> Stretch {
    macro_rules! sized {
        ($word:ty) => {
            versions!(fn(from: *const u8, step: isize, to: *mut u8, count: usize, n: usize) {
                const GROUP: usize = if size_of::<$word>() < 16 { 32 / size_of::<$word>() } else { 1 };
                let (mut from, mut to) = (from, to.cast::<$word>());
                for _ in 0..count {
                    // SAFETY: the caller's.
                    unsafe {
                        let element = [from.cast::<$word>().read_unaligned(); GROUP];
                        let end = to.add(n);
                        let mut at = to;
                        while at < end {
                            at.cast::<[$word; GROUP]>().write_unaligned(element);
                            at = at.add(GROUP);
                        }
                        (from, to) = (from.wrapping_offset(step), end);
                    }
                }
            })
        };
    }
    let versions: [Stretch; 3] = match size {
        1 => sized!(u8),
        2 => sized!(u16),
        4 => sized!(u32),
        8 => sized!(u64),
        16 => sized!(u128),
        _ => unreachable!("no element type has another size"),
    };
    versions[Isa::best() as usize]
}

/// Copies all elements from one layout to another of the same shape and element size.
///
/// # Safety
/// The addresses are those of the first elements, all others lie in memory that can be read, and
/// written, and no element of one is an element of the other.
pub(crate) unsafe fn strided(
    from: *const u8,
    from_layout: &Layout,
    to: *mut u8,
    to_layout: &Layout,
) {
    let size = from_layout.item_size();
    let walk = Walk::new(to_layout.shape(), &[to_layout.strides(), from_layout.strides()]);
    if let Some(axis) = turned(&walk, size) {
        // SAFETY: the caller's.
        return unsafe { in_planes(&walk, axis, from, to, size) };
    }
    let (n, steps) = walk.inner();
    walk.for_each_run(|places| {
        // SAFETY: the walk goes to the places of both layouts.
        unsafe {
            run(from.offset(places[1]), steps[1], to.offset(places[0]), steps[0], n, size);
        }
    });
}

/// The axis along which the source lies denser than along the innermost axis, which is that of the
/// target: going along either of them one would go over the other's memory in leaps.
fn turned(walk: &Walk, size: usize) -> Option<usize> {
    let (shape, steps) = (walk.shape(), walk.strides(1));
    let inner = shape.len().checked_sub(1)?;
    let axis = (0..inner).min_by_key(|&axis| steps[axis].unsigned_abs().wrapping_sub(1))?;
    // Few repetitions of each element are a short run, which costs more to begin than to do.
    let repeats = steps[inner] == 0 && shape[inner] < BLOCK as isize;
    // While a plane stays in a cache, leaps cost less than blocks.
    let bytes = (shape[axis] as usize).saturating_mul(shape[inner] as usize).saturating_mul(size);
    let leaps = bytes >= LARGE && steps[axis].unsigned_abs() < steps[inner].unsigned_abs();
    let denser = steps[axis] != 0 && (leaps || repeats);
    (denser && shape[axis] >= 4 && shape[inner] > 1).then_some(axis)
}

/// Rows and columns of a block. The lines of memory that a block touches on either side stay in the
/// first cache until it is done.
const BLOCK: usize = 16;
/// From so many bytes on a plane that is turned is copied in blocks.
const LARGE: usize = 16 << 20;
/// From so many elements on a plane is copied by several threads.
const SHARED: usize = 1 << 18;

/// The places of a plane: steps along rows and columns in the source, and in the target.
#[derive(Clone, Copy)]
struct Plane {
    rows: usize,
    columns: usize,
    from: [isize; 2],
    to: [isize; 2],
}

/// Copies plane by plane, each in blocks: one axis of the walk is the rows, the innermost the columns.
///
/// # Safety
/// As for [`strided`], whose walk it is.
unsafe fn in_planes(walk: &Walk, axis: usize, from: *const u8, to: *mut u8, size: usize) {
    let inner = walk.shape().len() - 1;
    let pair = |layout: usize| [walk.strides(layout)[axis], walk.strides(layout)[inner]];
    let plane = Plane {
        rows: walk.shape()[axis] as usize,
        columns: walk.shape()[inner] as usize,
        from: pair(1),
        to: pair(0),
    };
    let rest = |dims: &[isize]| -> Dims {
        let others = (0..inner).filter(|&other| other != axis);
        others.map(|other| dims[other]).collect()
    };
    let steps = [rest(walk.strides(0)), rest(walk.strides(1))];
    let planes = Walk::new(&rest(walk.shape()), &[&steps[0], &steps[1]]);
    if plane.rows == 0 || plane.columns == 0 {
        return;
    }
    let (n, steps) = planes.inner();
    planes.for_each_run(|places| {
        for i in 0..n as isize {
            // SAFETY: the places of planes, within both layouts.
            unsafe {
                let from = from.offset(places[1] + i * steps[1]);
                let to = to.offset(places[0] + i * steps[0]);
                match size {
                    1 => plane.copy::<1>(from, to),
                    2 => plane.copy::<2>(from, to),
                    4 => plane.copy::<4>(from, to),
                    8 => plane.copy::<8>(from, to),
                    _ => plane.copy::<16>(from, to),
                }
            }
        }
    });
}

impl Plane {
    /// Copies it in blocks, on several threads if it is large.
    ///
    /// # Safety
    /// All its places can be read and written, and `SIZE` is that of an element.
    unsafe fn copy<const SIZE: usize>(self, from: *const u8, to: *mut u8) {
        // Addresses of elements, of which each thread has its own rows.
        let (from, to) = (from as usize, to as usize);
        let strips = self.rows.div_ceil(BLOCK);
        let grain = (SHARED / (BLOCK * self.columns)).max(1);
        threads::for_each_range(strips, grain, |range| {
            for row in (range.start * BLOCK..self.rows.min(range.end * BLOCK)).step_by(BLOCK) {
                let rows = BLOCK.min(self.rows - row);
                for column in (0..self.columns).step_by(BLOCK) {
                    let columns = BLOCK.min(self.columns - column);
                    let place =
                        |steps: [isize; 2]| row as isize * steps[0] + column as isize * steps[1];
                    // SAFETY: a block of the plane.
                    unsafe {
                        let from = (from as *const u8).offset(place(self.from));
                        let to = (to as *mut u8).offset(place(self.to));
                        if rows == BLOCK && columns == BLOCK {
                            self.block::<SIZE>(from, to, BLOCK, BLOCK);
                        } else {
                            self.block::<SIZE>(from, to, rows, columns);
                        }
                    }
                }
            }
        });
    }

    /// Copies a block.
    ///
    /// # Safety
    /// As for [`Plane::copy`].
    #[inline(always)]
    unsafe fn block<const SIZE: usize>(
        self,
        from: *const u8,
        to: *mut u8,
        rows: usize,
        columns: usize,
    ) {
        for row in 0..rows as isize {
            for column in 0..columns as isize {
                // SAFETY: the caller's.
                unsafe {
                    let element = from.offset(row * self.from[0] + column * self.from[1]);
                    let place = to.offset(row * self.to[0] + column * self.to[1]);
                    place.cast::<[u8; SIZE]>().write(element.cast::<[u8; SIZE]>().read());
                }
            }
        }
    }
}

/// Copies the blocks of `size` bytes that indices name behind each other.
///
/// # Safety
/// The blocks that are named can be read, a block for each index can be written, and the two do not
/// overlap.
pub(crate) unsafe fn picked(from: *const u8, indices: &[usize], to: *mut u8, size: usize) {
    /// The same for one size, which the compiler knows.
    #[inline(always)]
    unsafe fn sized<const SIZE: usize>(from: *const u8, indices: &[usize], to: *mut u8) {
        let (from, to) = (from.cast::<[u8; SIZE]>(), to.cast::<[u8; SIZE]>());
        for (i, &index) in indices.iter().enumerate() {
            // SAFETY: the caller's.
            unsafe { to.add(i).write(from.add(index).read()) };
        }
    }
    // SAFETY: the caller's contract, by size.
    unsafe {
        match size {
            1 => sized::<1>(from, indices, to),
            2 => sized::<2>(from, indices, to),
            4 => sized::<4>(from, indices, to),
            8 => sized::<8>(from, indices, to),
            16 => sized::<16>(from, indices, to),
            _ => {
                for (i, &index) in indices.iter().enumerate() {
                    from.add(index * size).copy_to_nonoverlapping(to.add(i * size), size);
                }
            }
        }
    }
}
