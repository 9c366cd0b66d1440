//! Functions of two parameters applied in turn: each result takes part in a later step. They are what
//! NumPy's `reduce`, `accumulate`, `reduceat` and `at` of a function have in common, for functions that
//! have no reduction of their own.

use crate::array::Array;
use crate::dtype::{DType, Kind};
use crate::elementwise::{Operand, apply};
use crate::error::{Error, Result};
use crate::function::{Function, Rule};
use crate::kernels::turns;

/// The type in which a function's results are parameters again, for elements of a type; `None` if there
/// is none.
pub fn type_of_turns(function: Function, dtype: DType) -> Option<DType> {
    let is_truth = function.rule() == Rule::Truth;
    let logical =
        matches!(function, Function::LogicalAnd | Function::LogicalOr | Function::LogicalXor);
    if function.arity() != 2 || is_truth && !logical && dtype != DType::Bool {
        return None;
    }
    let kernel = function.kernel_for(if is_truth { DType::Bool } else { dtype })?;
    (kernel.inputs[..2] == [kernel.output; 2]).then_some(kernel.output)
}

/// Writes to the row `to[i]` of an array the function of its row `from[i]` and of the row `i` of others,
/// for one `i` after the other. Errors of arithmetic are reported.
///
/// # Errors
/// The array does not lie in C order or is read-only; the types are not that of [`type_of_turns`]; there
/// is no such row, or not one of the others for each number; an integer has a negative exponent; there
/// is not enough memory.
pub fn in_turn(
    function: Function,
    array: &Array,
    from: &[i64],
    to: &[i64],
    others: &Array,
) -> Result<()> {
    let wrong = |name, value: String, wanted| Err(Error::Argument { name, value, wanted });
    if type_of_turns(function, array.dtype()) != Some(array.dtype())
        || others.dtype() != array.dtype()
    {
        return wrong("array", array.dtype().to_string(), "a type that the results have, too");
    }
    if array.ndim() == 0 || !array.layout().is_contiguous(crate::Order::C) {
        return wrong("array", format!("of shape {:?}", array.shape()), "rows in C order");
    }
    if others.ndim() == 0 || others.shape()[1..] != array.shape()[1..] {
        return wrong("others", format!("of shape {:?}", others.shape()), "rows like the array's");
    }
    if others.shape()[0] as usize != from.len() || from.len() != to.len() {
        return wrong("others", format!("{} rows", others.shape()[0]), "a row for each step");
    }
    let rows = array.shape()[0] as i64;
    if let Some(&row) = from.iter().chain(to).find(|row| !(0..rows).contains(*row)) {
        let extent = array.shape()[0];
        return Err(Error::OutOfBounds { index: row as isize, axis: 0, extent });
    }
    let Some(kernel) = function.kernel_for(array.dtype()) else {
        return wrong("array", array.dtype().to_string(), "a type that the function knows");
    };
    if function == Function::Power && array.dtype().kind() == Kind::Int {
        let below = apply(Function::SignBit, &[Operand::Array(others)])?;
        if below.with_slice(|below: &[bool]| below.contains(&true))? {
            return Err(Error::NegativePower);
        }
    }
    let others = others.contiguous()?;
    let others =
        if others.may_share_memory(array) { others.copied(crate::Order::C)? } else { others };
    turns::run(&kernel, function.note(), array, from, to, &others)
}
