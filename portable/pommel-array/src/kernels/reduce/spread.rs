//! Squared distances of numbers from a center, added: what variances are made of. Nothing is stored
//! between the subtraction and the sum, and the bits are those of one function after the other.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::reduce::fold::{BLOCK, Sum, lanes, row};
use crate::kernels::reduce::step::{Origin, Partial, Target, in_parallel};
use crate::layout::Order;
use crate::raw::memory::Memory;

/// Adds the squared distances of `n` numbers from a center.
///
/// # Safety
/// The numbers lie without gaps, aligned, there is room for the sum, and the machine has the
/// instruction set of the version.
type Squares = unsafe fn(input: *const u8, n: usize, center: *const u8, out: *mut u8);

/// The kernel for numbers of a type, if there is one.
fn kernel(dtype: DType) -> Option<Squares> {
    macro_rules! squares {
        ($ty:ty) => {
            versions!(fn(input: *const u8, n: usize, center: *const u8, out: *mut u8) {
                // SAFETY: the caller's numbers.
                let (x, center) = unsafe {
                    (core::slice::from_raw_parts(input.cast::<$ty>(), n), *center.cast::<$ty>())
                };
                let square = |x: $ty| (x - center) * (x - center);
                let sum = row::<Sum<$ty>, { lanes::<$ty>() }>(x, square);
                // SAFETY: the caller's room.
                unsafe { out.cast::<$ty>().write(sum) };
            })
        };
    }
    let versions: [Squares; 3] = match dtype {
        DType::Float64 => squares!(f64),
        DType::Float32 => squares!(f32),
        _ => return None,
    };
    Some(versions[Isa::best() as usize])
}

/// The sum of the squared distances of all elements from a number, by block. `None`, and nothing has
/// been done, if there is no element, or if they are of another type than real numbers of single or
/// double precision or do not lie in C order.
///
/// # Errors
/// There is not enough memory.
pub(crate) fn squares(array: &Array, center: &Array) -> Result<Option<Partial>> {
    let (n, size) = (array.size(), array.dtype().size());
    let Some(kernel) = kernel(array.dtype()) else { return Ok(None) };
    if n == 0 || !array.layout().is_contiguous(Order::C) {
        return Ok(None);
    }
    assert!(center.dtype() == array.dtype() && center.size() == 1);
    let (start, center) = (Origin(array.address()?), Origin(center.address()?));
    let blocks = n.div_ceil(BLOCK);
    let memory = Memory::uninit(blocks * size)?;
    let out = Target(memory.start());
    in_parallel(blocks, n * size, false, |range| {
        for block in range {
            let first = block * BLOCK;
            // SAFETY: a block of the array, its center, and the place of its sum, which only this call
            // writes; the machine has the version.
            unsafe {
                let from = start.offset((first * size) as isize);
                kernel(from, BLOCK.min(n - first), center.offset(0), out.at(block, size));
            }
        }
    });
    Ok(Some(Partial::blocks(memory, array.dtype(), n)))
}
