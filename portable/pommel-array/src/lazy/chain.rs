//! Graphs that are one block of machine code: all arrays have one shape and lie in C order, and all
//! numbers are of one type.
//!
//! They are what programs of large arrays mostly compute, and go the shortest way. Whatever else is left to
//! the [program](super::Builder), which also lets the code be made that is looked for here.

use super::{Expr, Input};
use crate::error::Result;
use crate::kernels::fused::{Chain, Value};
use crate::kernels::program::Output;
use crate::kernels::reduce::fold::Folder;
use crate::layout::Order;
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use core::sync::atomic::Ordering;
use smallvec::SmallVec;
use std::sync::Arc;

/// A graph that is being walked through.
struct Graph<'a> {
    chain: Chain,
    root: &'a Expr,
    /// Data that is computed on the way, its expression, which keeps what it reads, and its value.
    passed: SmallVec<[(*const Data, Arc<Expr>, Value); 8]>,
}

impl<'a> Graph<'a> {
    /// `None` if there are no such blocks for what a graph gives.
    fn new(root: &'a Expr) -> Option<Graph<'a>> {
        let chain = Chain::new(root.layout.size())?;
        let is_dense = root.layout.is_contiguous(Order::C);
        is_dense.then(|| Graph { chain, root, passed: SmallVec::new() })
    }

    /// Adds a node after what it needs, in the order in which the [program](super::Builder) has them, so that
    /// both have the same block. No graph is deeper than it has nodes, which are few.
    fn node(&mut self, expr: &Expr) -> Option<Value> {
        for input in &expr.inputs {
            self.pending(input)?;
        }
        let mut parameters: SmallVec<[Value; 3]> = SmallVec::new();
        for (input, &wanted) in expr.inputs.iter().zip(&expr.kernel.inputs) {
            parameters.push(match input {
                Input::Constant(bits, dtype) if *dtype == wanted => {
                    self.chain.number(*bits, wanted)?
                }
                Input::Dense(data, dtype) if *dtype == wanted => match self.value_of(data) {
                    Some(value) => value,
                    None => self.chain.elements(data, wanted)?,
                },
                _ => return None,
            });
        }
        self.chain.step(&expr.kernel, &parameters)
    }

    fn value_of(&self, data: &Arc<Data>) -> Option<Value> {
        let this = Arc::as_ptr(data);
        self.passed.iter().find(|(known, ..)| *known == this).map(|(.., value)| *value)
    }

    /// Adds what an input needs to be computed first.
    fn pending(&mut self, input: &Input) -> Option<()> {
        let Input::Dense(data, _) = input else { return Some(()) };
        if data.is_ready() || self.value_of(data).is_some() {
            return Some(());
        }
        let Some(expr) = data.expr() else { return Some(()) };
        // What is computed a second time is kept, by the program.
        if expr.passed.load(Ordering::Relaxed) > 0
            || expr.layout.shape() != self.root.layout.shape()
            || !input.is_all_of(&expr.layout)
        {
            return None;
        }
        let value = self.node(&expr)?;
        self.passed.push((Arc::as_ptr(data), expr, value));
        Some(())
    }

    /// Notes what was computed on the way.
    fn count(&self) {
        for (_, expr, _) in &self.passed {
            expr.passed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Expr {
    /// Computes the elements into an output. `None`, and nothing has been done, if the graph is not one
    /// block or its code has not been made.
    pub(super) fn chain_into(&self, output: &Output) -> Option<()> {
        let mut graph = Graph::new(self)?;
        let value = graph.node(self)?;
        graph.chain.store(value, self.kernel.output, output)?;
        graph.count();
        Some(())
    }

    /// Folds the elements: a result for each block. `None` as above.
    ///
    /// # Errors
    /// There is not enough memory for the results.
    pub(super) fn chain_fold(&self, folder: &Folder) -> Result<Option<Memory>> {
        let Some(mut graph) = Graph::new(self) else { return Ok(None) };
        let Some(value) = graph.node(self) else { return Ok(None) };
        let folded = graph.chain.fold(value, folder)?;
        if folded.is_some() {
            graph.count();
        }
        Ok(folded)
    }
}
