//! The shortest way to put a function off: of arrays of one shape and type that lie in C order from the
//! start of their data on, and of numbers of that type. The result has that type too, or truth values.
//!
//! Such are the operators of most programs. A result of `None` leaves them to the
//! [long way](crate::elementwise::apply), also where they are wrong.

use super::{Expr, Input, LAZY_FROM, NODES, is_eager};
use crate::array::{Array, Seal};
use crate::dtype::{DType, Kind};
use crate::elementwise::Operand;
use crate::function::Function;
use crate::layout::Order;
use crate::raw::data::Data;
use crate::raw::share::{Share, built};
use crate::scalar::Bits;
use core::sync::atomic::AtomicU32;
use std::sync::Arc;

/// A plain operand.
#[derive(Clone, Copy)]
enum Plain<'a> {
    Elements(&'a Arc<Data>, DType),
    Number(Bits, DType),
}

impl<'a> Plain<'a> {
    /// An operand that goes with an array.
    #[inline(always)]
    fn of(operand: &Operand<'a>, like: &Array) -> Option<Plain<'a>> {
        match operand {
            Operand::Array(array) => {
                let fits = array.dtype == like.dtype
                    && array.shape() == like.shape()
                    && is_plain(array)
                    && !array.data.is_exported();
                fits.then(|| Plain::Elements(array.data.arc(), array.dtype))
            }
            Operand::Scalar(value) if value.meet(like.dtype) == like.dtype => {
                let bits = value.bits(like.dtype).ok()?;
                Some(Plain::Number(bits, like.dtype))
            }
            Operand::Scalar(_) => None,
        }
    }

    fn data(self) -> Option<&'a Arc<Data>> {
        match self {
            Plain::Elements(data, _) => Some(data),
            Plain::Number(..) => None,
        }
    }

    #[inline(always)]
    fn input(self) -> Input {
        match self {
            Plain::Elements(data, dtype) => Input::Dense(data.clone(), dtype),
            Plain::Number(bits, dtype) => Input::Constant(bits, dtype),
        }
    }
}

fn is_plain(array: &Array) -> bool {
    array.layout.offset() == 0 && array.layout.is_contiguous(Order::C)
}

/// Puts off a function of one or two operands, of which the array `like` is one.
///
/// Inlined, so that the array is built where the caller keeps it.
#[inline(always)]
pub fn put_off(function: Function, like: &Array, operands: &[Operand<'_>]) -> Option<Array> {
    let (data, dtype) = data(function, like, operands)?;
    Some(Array {
        dtype,
        layout: like.layout.resized(dtype.size()),
        data,
        seal: Seal::default(),
        few: 0,
    })
}

/// The data of the result, and its type.
#[inline(never)]
fn data(function: Function, like: &Array, operands: &[Operand<'_>]) -> Option<(Share, DType)> {
    let dtype = like.dtype;
    let is_rounded = matches!(dtype.kind(), Kind::Float | Kind::Complex);
    // The stride of an axis of one element may be anything, and that of a new array is not.
    if !is_rounded || like.size() < LAZY_FROM || like.shape().contains(&1) || is_eager() {
        return None;
    }
    let kernel = function.kernel_for(dtype)?;
    if kernel.inputs[0] != dtype || kernel.output != dtype && kernel.output != DType::Bool {
        return None;
    }
    let (a, b) = match operands {
        [a] => (Plain::of(a, like)?, None),
        [a, b] => (Plain::of(a, like)?, Some(Plain::of(b, like)?)),
        _ => return None,
    };
    let reads = [a.data(), b.and_then(Plain::data)];
    let nodes_of = |read: Option<&Arc<Data>>| read.map_or(0, |data| data.nodes());
    let nodes = 1 + nodes_of(reads[0]) + nodes_of(reads[1]);
    if nodes > NODES {
        return None;
    }
    // Built where it stays: a copy of what was just written in parts waits for the processor's store
    // buffer.
    let dtype = kernel.output;
    let expr = built(|| Expr {
        kernel,
        note: function.note(),
        inputs: [Some(a.input()), b.map(Plain::input), None],
        layout: like.layout.resized(dtype.size()),
        nodes,
        passed: AtomicU32::new(0),
    });
    Some((Data::pending(expr, nodes, reads.into_iter().flatten()), dtype))
}
