//! A kernel of two parameters applied in turn to the rows of an array, where a result takes part in
//! later steps.

use crate::array::Array;
use crate::error::Result;
use crate::function::Note;
use crate::kernels::status::{self, Status};
use crate::kernels::{Kernel, program};
use core::mem::MaybeUninit;

/// Elements that are computed at once, beside the array: a kernel does not write where it reads.
const ROOM: usize = 512;

/// Writes to the row `to[i]` of an array what the kernel makes of the row `from[i]` and of the row `i`
/// of others, for one `i` after the other.
///
/// # Panics
/// Unless both arrays lie in C order, have the kernel's types and rows of one length, as many rows as
/// the numbers need, and no memory in common.
pub(crate) fn run(
    kernel: &Kernel,
    note: Note,
    array: &Array,
    from: &[i64],
    to: &[i64],
    others: &Array,
) -> Result<()> {
    let size = kernel.output.size();
    let width = array.shape()[1..].iter().product::<isize>() as usize;
    let rows = array.shape()[0];
    assert!(kernel.inputs[..2] == [kernel.output; 2] && array.dtype() == kernel.output);
    assert!(others.dtype() == kernel.output && others.size() == from.len() * width);
    assert!(
        from.len() == to.len() && from.iter().chain(to).all(|row| (0..rows as i64).contains(row))
    );
    assert!(array.layout().is_contiguous(crate::Order::C) && !others.may_share_memory(array));
    assert!(others.layout().is_contiguous(crate::Order::C));
    let (start, other) = (array.address_for_writing()?, others.address()?);
    // What the processor notes is read once, after all steps.
    let processor = matches!(note, Note::Plain);
    let each = if processor { Note::Quiet } else { note };
    let run = program::version(&kernel.versions);
    let before = status::read();
    status::write(Status::NONE);
    let mut room = MaybeUninit::<[u128; ROOM]>::uninit();
    let results = room.as_mut_ptr().cast::<u8>();
    for (i, (&from, &to)) in from.iter().zip(to).enumerate() {
        for first in (0..width).step_by(ROOM) {
            let n = ROOM.min(width - first);
            let place = |row: usize| (row * width + first) * size;
            // SAFETY: the rows are there and lie in C order, the types are the kernel's, and there is
            // room for so many results, which no parameter shares.
            unsafe {
                let inputs = [start.add(place(from as usize)).cast_const(), other.add(place(i))];
                if each == Note::Quiet {
                    run(inputs.as_ptr(), results, n);
                } else {
                    program::call(kernel, each, &inputs, results, n);
                }
                results.copy_to_nonoverlapping(start.add(place(to as usize)), n * size);
            }
        }
    }
    let noted = if processor { status::read() } else { Status::NONE };
    status::write(before);
    status::report(noted);
    Ok(())
}
