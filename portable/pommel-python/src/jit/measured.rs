//! Which functions of ours give the bits that the interpreter's do: found by trying both.
//!
//! Versions of Python compute some functions in other ways, which differ in the last bit for one number in
//! ten at least; so many numbers do not come out alike by chance.

use super::recipe::complex;
use super::shapes::parts;
use pommel::prelude::*;
use pommel_jit::ir::compute::{Computed, Datum, compute};
use pommel_jit::ir::op::Math;
use pommel_jit::ir::{Immediate, Op};
use pommel_jit::specialise::Mixing;
use std::sync::Mutex;

/// So many numbers are tried.
const TRIED: u64 = 300;

/// What was found before.
static FOUND: Mutex<Vec<(Math, bool)>> = Mutex::new(Vec::new());

/// Whether the interpreter's function gives the bits that one of ours gives.
pub(crate) fn gives(function: &Object<'_>, ours: Math) -> bool {
    let before = FOUND.lock().ok().and_then(|found| {
        found.iter().find(|(known, _)| *known == ours).map(|(_, is_same)| *is_same)
    });
    if let Some(is_same) = before {
        return is_same;
    }
    let is_same = (0..TRIED).all(|number| is_alike(function, ours, number).unwrap_or(false));
    if let Ok(mut found) = FOUND.lock() {
        found.push((ours, is_same));
    }
    is_same
}

/// How operators take a complex number and a real one: whether adding a zero changes an imaginary part that is
/// a zero with a sign.
pub(crate) fn mixing(ctx: Ctx<'_>) -> Result<Mixing> {
    let sum = complex(ctx, [-0.0, -0.0])?.call_method(c"__add__", (0.0,))?;
    Ok(match parts(&sum)?[1].is_sign_negative() {
        true => Mixing::ByParts,
        false => Mixing::Converted,
    })
}

/// Whether both give the same for the operands with a number.
fn is_alike(function: &Object<'_>, ours: Math, number: u64) -> Result<bool> {
    let (x, y) = operands(ours, number);
    let (op, args) = match ours.arity() {
        1 => (Op::Math1, &[Datum::Float(x)][..]),
        _ => (Op::Math2, &[Datum::Float(x), Datum::Float(y)][..]),
    };
    let theirs = match (ours, ours.arity()) {
        (Math::RoundTo, _) => function.call((x, y as i64)),
        (_, 1) => function.call((x,)),
        _ => function.call((x, y)),
    };
    let computed = compute(op, Immediate::Math(ours), args);
    let Computed::Value(Datum::Float(computed)) = computed else { return Ok(false) };
    match theirs {
        Ok(theirs) => Ok(theirs.extract::<f64>()?.to_bits() == computed.to_bits()),
        // Where they have an error, ours is not finite.
        Err(_) => Ok(!computed.is_finite()),
    }
}

/// Operands that a function gives something for that depends on how it is computed.
fn operands(of: Math, number: u64) -> (f64, f64) {
    let mut state = number;
    // Steele's generator.
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let (x, y) = (2.0 * next() - 1.0, 2.0 * next() - 1.0);
    match of {
        // PyPy forgets the sign.
        Math::RoundTo if number == 0 => (-0.0, 2.0),
        Math::RoundTo if number.is_multiple_of(3) => {
            ((x * 4000.0).round() / 8.0, (y * 3.0).trunc())
        }
        Math::RoundTo => (x * 1000.0, (y * 9.0).trunc()),
        Math::Gamma | Math::LogGamma => (x * 40.0, y),
        Math::Exp2 => (x * 500.0, y),
        _ => (x * 100.0, y * 100.0),
    }
}
