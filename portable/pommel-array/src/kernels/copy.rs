//! Copies between layouts: from one to another of the same shape, and between a layout and a tile
//! without gaps.

use crate::kernels::walk::Walk;
use crate::layout::Layout;

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
    let (n, steps) = walk.inner();
    walk.for_each_run(|places| {
        // SAFETY: the walk goes to the places of both layouts.
        unsafe {
            run(from.offset(places[1]), steps[1], to.offset(places[0]), steps[0], n, size);
        }
    });
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
