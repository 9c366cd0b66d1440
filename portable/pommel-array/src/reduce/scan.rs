//! Scans: what has come together up to each element; and the way back, differences.

use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::elementwise::{Operand, apply};
use crate::error::{Error, Result};
use crate::function::Function;
use crate::index::Index;
use crate::kernels::reduce::scan as kernels;
use crate::reduce::Reduction;
use crate::scalar::Scalar;

/// A scan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scan {
    /// Sums of what has been: `cumulative_sum`.
    Sum,
    /// Products of what has been: `cumulative_prod`.
    Prod,
}

impl Scan {
    /// The name, as in the array API.
    pub const fn name(self) -> &'static str {
        match self {
            Scan::Sum => "cumulative_sum",
            Scan::Prod => "cumulative_prod",
        }
    }

    fn reduction(self) -> Reduction {
        match self {
            Scan::Sum => Reduction::Sum,
            Scan::Prod => Reduction::Prod,
        }
    }
}

/// The sums or products of all elements up to each one along an axis (`None`: in C order, and the
/// result has one axis). With `include_initial` they begin with that of no elements, and the axis is
/// one longer.
///
/// The type is that of the sum or product ([`Reduction::result_type`]), or `dtype`, to which the
/// elements are converted first; `float16` is added as `float32`. Floating-point sums are made in
/// eights, and may differ in the last bits from sums one after the other.
///
/// # Errors
/// There is no such axis, or there is not enough memory.
pub fn scan(
    scan: Scan,
    array: &Array,
    axis: Option<isize>,
    dtype: Option<DType>,
    include_initial: bool,
) -> Result<Array> {
    let flat = match axis {
        Some(_) => array.clone(),
        None => array.reshaped(&[array.size() as isize])?,
    };
    let axis = flat.layout().axis(axis.unwrap_or(0))?;
    let wanted = dtype.unwrap_or(scan.reduction().result_type(array.dtype()));
    let exact = match wanted {
        DType::Float16 => DType::Float32,
        DType::Bool | DType::Int8 | DType::Int16 | DType::Int32 => DType::Int64,
        DType::UInt8 | DType::UInt16 | DType::UInt32 => DType::UInt64,
        other => other,
    };
    let scanner = match scan {
        Scan::Sum => kernels::sum(exact),
        Scan::Prod => kernels::prod(exact),
    };
    let scanner = scanner.expect("there is a scanner for each type of a sum");
    let first =
        include_initial.then(|| Scalar::Bool(scan == Scan::Prod).bits(exact)).transpose()?;
    // What is narrower than a sum is cut to its type first, and the sum again.
    let narrow = flat.cast(wanted, Casting::Unsafe)?.cast(exact, Casting::Unsafe)?;
    scanner.along(&narrow, axis, first)?.cast(wanted, Casting::Unsafe)
}

/// The `n`-th differences of neighbours along an axis, which is `n` shorter, or empty. Of truth values
/// they say whether neighbours differ.
///
/// # Errors
/// There is no such axis, or there is not enough memory.
pub fn diff(array: &Array, n: usize, axis: isize) -> Result<Array> {
    if array.ndim() == 0 {
        return Err(Error::Axis { axis, ndim: 0 });
    }
    let axis = array.layout().axis(axis)?;
    let function =
        if array.dtype() == DType::Bool { Function::NotEqual } else { Function::Subtract };
    let mut result = array.clone();
    for _ in 0..n.min(array.shape()[axis] as usize) {
        let part = |start: Option<isize>, stop: Option<isize>| {
            let mut indices = vec![crate::index::ALL; axis];
            indices.push(Index::Slice(start, stop, 1));
            result.select(&indices)
        };
        let (later, earlier) = (part(Some(1), None)?, part(None, Some(-1))?);
        result = apply(function, &[Operand::Array(&later), Operand::Array(&earlier)])?;
    }
    Ok(result)
}
