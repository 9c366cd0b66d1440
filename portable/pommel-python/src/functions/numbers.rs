//! Elementary functions of single numbers, by typed entry points: what compilers that have the numbers
//! of a small array call for each of them. The results are those of arrays, to the bit.

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

/// A function of a number.
#[function(signature = (function, x, /))]
pub fn of_number(function: usize, x: f64) -> f64 {
    let mut result = [0.0];
    math::unary_f64(Unary::ALL[function])(&[x], &mut result);
    result[0]
}

/// A function of two numbers.
#[function(signature = (function, x, y, /))]
pub fn of_numbers(function: usize, x: f64, y: f64) -> f64 {
    let mut result = [0.0];
    math::binary_f64(Binary::ALL[function])(&[x], &[y], &mut result);
    result[0]
}
