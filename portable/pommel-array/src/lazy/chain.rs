//! Graphs that are one block of machine code: all arrays have one shape and lie in C order, and all
//! numbers are of one type.
//!
//! They are what programs of large arrays mostly compute, and go the shortest way. Whatever else is left to
//! the [program](super::Builder), which also lets the code be made that is looked for here.

use super::{Expr, Input};
use crate::error::Result;
use crate::kernels::fused::{Chain, Value, is_available};
use crate::kernels::program::Output;
use crate::kernels::reduce::fold::Folder;
use crate::layout::Order;
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use core::sync::atomic::Ordering;
use smallvec::SmallVec;
use std::sync::Arc;

/// Data that is computed on the way, and its expression; operands before those whose operands they are.
/// Such is the order of the [program](super::Builder), so that both have the same block.
type Passed = SmallVec<[(*const Data, Arc<Expr>); 8]>;

/// Adds what a node needs to be computed first. No graph is deeper than it has nodes, which are few.
fn add_operands(node: &Expr, root: &Expr, passed: &mut Passed) -> Option<()> {
    for input in node.parameters() {
        let Input::Dense(data, _) = input else { continue };
        if data.is_ready() || position(passed, data).is_some() {
            continue;
        }
        let Some(expr) = data.expr() else { continue };
        // What is computed a second time is kept, by the program.
        if expr.passed.load(Ordering::Relaxed) > 0
            || expr.layout.shape() != root.layout.shape()
            || !input.is_all_of(&expr.layout)
        {
            return None;
        }
        add_operands(&expr, root, passed)?;
        passed.push((Arc::as_ptr(data), expr));
    }
    Some(())
}

fn position(passed: &Passed, data: &Arc<Data>) -> Option<usize> {
    passed.iter().position(|(known, _)| *known == Arc::as_ptr(data))
}

/// Adds a graph to a chain; gives the value of its root.
fn add<'a>(chain: &mut Chain<'a>, root: &'a Expr, passed: &'a Passed) -> Option<Value> {
    let mut values = SmallVec::new();
    for (_, expr) in passed {
        let value = node(chain, expr, passed, &values)?;
        values.push(value);
    }
    node(chain, root, passed, &values)
}

/// Adds a node after its operands, whose values are known.
fn node<'a>(
    chain: &mut Chain<'a>,
    expr: &'a Expr,
    passed: &Passed,
    values: &SmallVec<[Value; 8]>,
) -> Option<Value> {
    let mut parameters: SmallVec<[Value; 3]> = SmallVec::new();
    for (input, &wanted) in expr.parameters().zip(&expr.kernel.inputs) {
        parameters.push(match input {
            Input::Constant(bits, dtype) if *dtype == wanted => chain.number(*bits, wanted)?,
            Input::Dense(data, dtype) if *dtype == wanted => match position(passed, data) {
                Some(at) => values[at],
                None => chain.elements(data, wanted)?,
            },
            _ => return None,
        });
    }
    chain.step(&expr.kernel, &parameters)
}

/// Notes what was computed on the way.
fn count(passed: &Passed) {
    for (_, expr) in passed {
        expr.passed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Expr {
    /// Computes the elements into an output. `None`, and nothing has been done, if the graph is not one
    /// block or its code has not been made.
    pub(super) fn chain_into(&self, output: &Output) -> Option<()> {
        let mut passed = Passed::new();
        self.add_passed(&mut passed)?;
        let mut chain = Chain::new(self.layout.size());
        let value = add(&mut chain, self, &passed)?;
        chain.store(value, self.kernel.output, output)?;
        count(&passed);
        Some(())
    }

    /// Folds the elements: a result for each block. `None` as above.
    ///
    /// # Errors
    /// There is not enough memory for the results.
    pub(super) fn chain_fold(&self, folder: &Folder) -> Result<Option<Memory>> {
        let mut passed = Passed::new();
        if self.add_passed(&mut passed).is_none() {
            return Ok(None);
        }
        let mut chain = Chain::new(self.layout.size());
        let Some(value) = add(&mut chain, self, &passed) else { return Ok(None) };
        let folded = chain.fold(value, folder)?;
        if folded.is_some() {
            count(&passed);
        }
        Ok(folded)
    }

    /// Adds what is computed on the way. `None` if the graph is not one block.
    fn add_passed(&self, passed: &mut Passed) -> Option<()> {
        if !is_available() || !self.layout.is_contiguous(Order::C) {
            return None;
        }
        add_operands(self, self, passed)
    }
}
