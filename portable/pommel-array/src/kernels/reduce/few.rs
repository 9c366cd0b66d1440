//! Reductions of few elements to one: no plan, no parts.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::isa::Isa;
use crate::kernels::reduce::fold::{BLOCK, Folder};
use crate::kernels::status::{self, Status};
use crate::layout::{Layout, Order};
use crate::raw::memory::Memory;

/// What the fold of all elements is, if they lie in C order in one block; else `None`, and nothing
/// has been done.
pub(crate) fn fold(
    array: &Array,
    folder: &Folder,
    quiet: bool,
    wanted: DType,
) -> Option<Result<Array>> {
    let n = array.size();
    if n == 0
        || n > BLOCK
        || wanted != folder.output
        || !array.data().is_ready()
        || !array.layout().is_contiguous(Order::C)
    {
        return None;
    }
    Some(run(array, folder, quiet, n))
}

fn run(array: &Array, folder: &Folder, quiet: bool, n: usize) -> Result<Array> {
    let layout = Layout::contiguous(&[], folder.output.size(), Order::C)?;
    let memory = Memory::uninit(folder.output.size())?;
    let start = array.address()?;
    let before = status::read();
    status::write(Status::NONE);
    // SAFETY: one row of the folder's type without gaps, room for a result, and the version of this
    // machine.
    unsafe { folder.rows[Isa::best() as usize](start, 0, 1, n, memory.start()) };
    let noted = status::read();
    status::write(before);
    if !quiet {
        status::report(noted);
    }
    Ok(Array::over(memory, folder.output, layout))
}
