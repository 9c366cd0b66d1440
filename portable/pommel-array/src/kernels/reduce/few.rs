//! Reductions of few elements to one: no plan, no parts in memory of their own.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::reduce::fold::{BLOCK, Folder};
use crate::kernels::reduce::step::GRAIN;
use crate::kernels::status::{self, Status};
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;
use core::mem::MaybeUninit;

/// The most blocks that bytes for one thread have.
const BLOCKS: usize = GRAIN / BLOCK;

/// What the fold of all elements is, if they lie in C order and are not worth another thread; else
/// `None`, and nothing has been done. What has been folded of blocks comes together `again`.
pub(crate) fn fold(
    array: &Array,
    folder: &Folder,
    again: impl FnOnce() -> Folder,
    quiet: bool,
    wanted: DType,
) -> Option<Result<Array>> {
    let n = array.size();
    if n == 0
        || n * folder.input.size() > GRAIN
        || wanted != folder.output
        || !array.data().is_ready()
        || !array.layout().is_contiguous(Order::C)
    {
        return None;
    }
    Some(run(array, folder, again, quiet, n))
}

fn run(
    array: &Array,
    folder: &Folder,
    again: impl FnOnce() -> Folder,
    quiet: bool,
    n: usize,
) -> Result<Array> {
    let layout = Layout::contiguous(&[], folder.output.size(), Order::C)?;
    let memory = Memory::uninit(folder.output.size())?;
    let (start, out) = (array.address()?, memory.start());
    let before = status::read();
    status::write(Status::NONE);
    // SAFETY: `n` elements of the folder's type without gaps, and room for a result.
    unsafe {
        if n <= BLOCK {
            folder.fold_rows(start, 0, 1, n, out);
        } else {
            blocks(start, n, folder, &again(), out);
        }
    }
    let noted = status::read();
    status::write(before);
    if !quiet {
        status::report(noted);
    }
    Ok(Array::over(memory, folder.output, layout))
}

/// Folds several blocks, and what comes of them, as a large array is folded.
///
/// # Safety
/// There are `n` elements, in [`BLOCKS`] blocks at most, and room for a result.
unsafe fn blocks(start: *const u8, n: usize, folder: &Folder, again: &Folder, out: *mut u8) {
    let size = folder.output.size();
    let mut parts = [const { MaybeUninit::<u128>::uninit() }; BLOCKS];
    let parts = parts.as_mut_ptr().cast::<u8>();
    let (whole, rest, step) = (n / BLOCK, n % BLOCK, BLOCK * folder.input.size());
    // SAFETY: whole blocks, what is left, and room for the result of each.
    unsafe {
        folder.fold_rows(start, step as isize, whole, BLOCK, parts);
        if rest > 0 {
            folder.fold_rows(start.add(whole * step), 0, 1, rest, parts.add(whole * size));
        }
        again.fold_rows(parts, 0, 1, n.div_ceil(BLOCK), out);
    }
}
