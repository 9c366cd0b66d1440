//! Elementary functions of a few numbers, by typed entry points: what compilers call that have the
//! numbers of a small array. The results are those of arrays, to the bit.

use pommel::prelude::*;
use pommel_array::kernels::math::{self, Binary, Unary};

/// The names of the functions of one number, and of two, in the order of their numbers.
#[function]
pub fn number_functions() -> (Vec<&'static str>, Vec<&'static str>) {
    (
        Unary::ALL.iter().map(|function| function.name()).collect(),
        Binary::ALL.iter().map(|function| function.name()).collect(),
    )
}

/// A function of so many numbers at an address, whose results go to another; gives their number.
///
/// Whoever calls it answers for the addresses, as whoever lends memory answers for what is said of
/// it: there are numbers at the first, room at the second, and nobody else writes there meanwhile.
#[function(signature = (function, numbers, results, count, /))]
pub fn of_numbers_at(function: usize, numbers: usize, results: usize, count: usize) -> usize {
    let compute = math::unary_f64(Unary::ALL[function]);
    // SAFETY: the caller's.
    let (numbers, results) = unsafe {
        (
            core::slice::from_raw_parts(core::ptr::with_exposed_provenance(numbers), count),
            core::slice::from_raw_parts_mut(core::ptr::with_exposed_provenance_mut(results), count),
        )
    };
    compute(numbers, results);
    count
}

/// A function of two numbers.
#[function(signature = (function, x, y, /))]
pub fn of_numbers(function: usize, x: f64, y: f64) -> f64 {
    let mut result = [0.0];
    math::binary_f64(Binary::ALL[function])(&[x], &[y], &mut result);
    result[0]
}
