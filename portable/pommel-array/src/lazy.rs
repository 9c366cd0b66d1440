//! Expressions: element-wise functions whose evaluation is put off, and how they become programs.
//!
//! A node holds its parameters as arrays, whose data may be pending themselves: together they are a
//! graph. Evaluation turns the graph into a [program](crate::kernels) that goes over memory once. It walks the graph
//! without recursion, and no graph has more than [`NODES`] nodes.

mod chain;
mod plain;

use crate::array::{Array, Seal};
use crate::dtype::DType;
use crate::error::Result;
use crate::function::Note;
use crate::kernels::Kernel;
use crate::kernels::program::{Operand, Output, Program, Step};
use crate::kernels::reduce::fold::Folder;
use crate::layout::{Dims, Layout, Order};
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use crate::scalar::Bits;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use smallvec::SmallVec;
use std::sync::Arc;

pub use plain::put_off;

/// From so many elements on evaluation is put off: below, a node costs more than it saves.
pub const LAZY_FROM: usize = 2048;
/// How many nodes an expression has at most.
pub const NODES: u32 = 64;

std::thread_local!(static EAGER: core::cell::Cell<bool> = const { core::cell::Cell::new(false) });
/// Whether any thread has ever been asked to be: in most programs none has, and its own word need not be
/// looked up.
static ANY_EAGER: AtomicBool = AtomicBool::new(false);

/// Whether this thread computes everything at once.
#[inline]
pub fn is_eager() -> bool {
    ANY_EAGER.load(Ordering::Relaxed) && EAGER.get()
}

/// Makes this thread compute everything at once from now on, or no longer.
pub fn set_eager(eager: bool) {
    if eager {
        ANY_EAGER.store(true, Ordering::Relaxed);
    }
    EAGER.set(eager);
}

/// What a node computes with, in the shape of the node.
#[derive(Clone)]
pub(crate) enum Input {
    /// Elements in C order, from the start of the data on.
    Dense(Arc<Data>, DType),
    /// Elements that lie in any other way.
    Spread(Box<Array>),
    /// The same element everywhere.
    Constant(Bits, DType),
}

impl Input {
    /// An array, stretched to a shape.
    ///
    /// # Errors
    /// It cannot be stretched so.
    pub(crate) fn of(array: &Array, shape: &Dims) -> Result<Input> {
        if array.shape() != &shape[..] {
            return Ok(Input::Spread(Box::new(array.broadcast_to(shape)?)));
        }
        Ok(match Input::is_dense(array, shape) {
            true => Input::Dense(array.data.arc().clone(), array.dtype),
            false => Input::Spread(Box::new(array.clone())),
        })
    }

    /// Whether an array has a shape, and elements in C order from the start of its data on.
    #[inline]
    pub(crate) fn is_dense(array: &Array, shape: &Dims) -> bool {
        let layout = &array.layout;
        layout.shape() == &shape[..] && layout.offset() == 0 && layout.is_contiguous(Order::C)
    }

    /// The data that it reads.
    fn data(&self) -> Option<&Arc<Data>> {
        match self {
            Input::Dense(data, _) => Some(data),
            Input::Spread(array) => Some(&array.data),
            Input::Constant(..) => None,
        }
    }

    /// The array that it is, in a node of a shape.
    pub(crate) fn array(&self, shape: &[isize]) -> Result<Option<Array>> {
        Ok(match self {
            Input::Dense(data, dtype) => {
                let layout = Layout::contiguous(shape, dtype.size(), Order::C)?;
                Some(Array {
                    dtype: *dtype,
                    layout,
                    data: data.clone().into(),
                    seal: crate::array::Seal::new(true),
                    few: 0,
                })
            }
            Input::Spread(array) => Some(Array::clone(array)),
            Input::Constant(..) => None,
        })
    }

    /// Whether its elements are all elements of data that was laid out so, in their order.
    fn is_all_of(&self, layout: &Layout) -> bool {
        match self {
            Input::Dense(_, dtype) => {
                layout.item_size() == dtype.size()
                    && layout.offset() == 0
                    && layout.is_contiguous(Order::C)
            }
            Input::Spread(array) => array.layout == *layout,
            Input::Constant(..) => false,
        }
    }
}

/// A function's parameters: `None` behind the last.
pub(crate) type Inputs = [Option<Input>; 3];

/// An element-wise function of arrays and numbers of one shape.
pub struct Expr {
    pub(crate) kernel: Kernel,
    pub(crate) note: Note,
    pub(crate) inputs: Inputs,
    /// The shape of the node, and how its elements will lie.
    pub(crate) layout: Layout,
    /// Nodes from here down, each counted as often as it is used.
    nodes: u32,
    /// How often it has been computed on the way to something else.
    passed: AtomicU32,
}

impl Expr {
    /// A node. The inputs' arrays have its shape.
    pub(crate) fn new(
        kernel: &Kernel,
        note: Note,
        inputs: Inputs,
        shape: &[isize],
    ) -> Result<Arc<Expr>> {
        let layout = dense(shape, kernel.output.size(), &inputs)?;
        let read = || inputs.iter().flatten().filter_map(Input::data);
        let mut nodes = 1 + read().map(|data| data.nodes()).sum::<u32>();
        if nodes > NODES {
            for data in read() {
                data.force()?;
            }
            nodes = 1;
        }
        let passed = AtomicU32::new(0);
        Ok(Arc::new(Expr { kernel: *kernel, note, inputs, layout, nodes, passed }))
    }

    /// The parameters.
    fn parameters(&self) -> impl DoubleEndedIterator<Item = &Input> {
        self.inputs.iter().filter_map(Option::as_ref)
    }

    /// The data that it reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &Arc<Data>> {
        self.parameters().filter_map(Input::data)
    }

    /// Computes the elements into fresh memory.
    pub(crate) fn evaluate(&self) -> Result<Memory> {
        let memory = Memory::uninit(self.layout.size() * self.layout.item_size())?;
        let output = Output::fresh(&memory, &self.layout);
        if self.chain_into(&output).is_some() {
            return Ok(memory);
        }
        let mut builder = Builder::new(self.layout.shape());
        let root = builder.graph(self)?;
        builder.store_passed()?;
        builder.program.output(root, output);
        let Builder { program, kept, .. } = builder;
        program.run();
        for (data, memory) in kept {
            data.fulfil(memory);
        }
        Ok(memory)
    }

    /// Computes the elements into an array of its type and shape, in place.
    pub(crate) fn evaluate_into(&self, target: &Array) -> Result<()> {
        if self.overlaps(target)? {
            let layout = self.layout.clone();
            let whole = Array::over(self.evaluate()?, self.kernel.output, layout);
            return target.copy_from(&whole);
        }
        // First of all, since that computes what is pending and reads the target, which the graph
        // would otherwise read while it is written.
        let output = Output::existing(target)?;
        if self.chain_into(&output).is_some() {
            return Ok(());
        }
        let mut builder = Builder::new(self.layout.shape());
        let root = builder.graph(self)?;
        builder.program.output(root, output);
        builder.program.run();
        Ok(())
    }

    /// Folds all elements without storing them, unless that has been done before: who asks twice may
    /// ask again, and is better served by elements that are there. A result for each block.
    pub(crate) fn fold(&self, folder: &Folder, quiet: bool) -> Result<Option<Memory>> {
        if self.passed.fetch_add(1, Ordering::Relaxed) > 0 {
            return Ok(None);
        }
        if !quiet && let Some(folded) = self.chain_fold(folder)? {
            return Ok(Some(folded));
        }
        let mut builder = Builder::new(self.layout.shape());
        let root = builder.graph(self)?;
        builder.store_passed()?;
        let Builder { program, kept, .. } = builder;
        let folded = program.fold(root, folder, quiet, &self.layout)?;
        for (data, memory) in kept {
            data.fulfil(memory);
        }
        Ok(Some(folded))
    }

    /// Whether an input has elements in common with an array other than each with the one at its own
    /// place.
    fn overlaps(&self, target: &Array) -> Result<bool> {
        for input in self.parameters() {
            // What is pending reads no memory that is written: writing computes it first.
            if let Some(array) = input.array(self.layout.shape())?
                && array.may_share_memory(target)
                && !input.is_all_of(&target.layout)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// How the elements of a new array lie: in the order of the parameters that have its shape, and in C
/// order where these disagree.
fn dense(shape: &[isize], size: usize, inputs: &Inputs) -> Result<Layout> {
    let in_c_order = Layout::contiguous(shape, size, Order::C)?;
    let mut like: Option<Layout> = None;
    for input in inputs.iter().flatten() {
        let layout = match input {
            Input::Dense(..) => return Ok(in_c_order),
            Input::Spread(array) if !array.layout.strides().contains(&0) => {
                array.layout.dense(size)?
            }
            _ => continue,
        };
        if like.as_ref().is_some_and(|like| *like != layout) {
            return Ok(in_c_order);
        }
        like = Some(layout);
    }
    Ok(like.unwrap_or(in_c_order))
}

/// Nodes that are to be added, and whether their operands have been.
type Stack = SmallVec<[(Arc<Data>, Arc<Expr>, bool); 8]>;

/// Data that was pending, its expression, and its value in a program.
type Done = SmallVec<[(Arc<Data>, Arc<Expr>, Operand); 8]>;

/// Makes a program from graphs.
pub(crate) struct Builder {
    pub(crate) program: Program,
    /// What has been added: data that was pending, and its value.
    done: Done,
    /// Data that is computed on the way and kept, since it has been computed on the way before.
    kept: Vec<(Arc<Data>, Memory)>,
}

impl Builder {
    pub(crate) fn new(shape: &[isize]) -> Builder {
        Builder { program: Program::new(shape), done: SmallVec::new(), kept: Vec::new() }
    }

    /// Adds all of a graph; gives the value of its root.
    pub(crate) fn graph(&mut self, root: &Expr) -> Result<Operand> {
        // Pending operands that are computed on the way, children before parents.
        let mut stack = Stack::new();
        self.push_pending(root, &mut stack)?;
        while let Some((data, expr, seen)) = stack.pop() {
            if self.value_of(&data).is_some() {
                continue;
            }
            if seen {
                let value = self.node(&expr)?;
                self.done.push((data, expr, value));
            } else {
                stack.push((data, expr.clone(), true));
                self.push_pending(&expr, &mut stack)?;
            }
        }
        self.node(root)
    }

    fn value_of(&self, data: &Arc<Data>) -> Option<Operand> {
        let found = self.done.iter().find(|(done, ..)| Arc::ptr_eq(done, data));
        found.map(|(.., value)| *value)
    }

    /// Puts the operands of a node that can be computed on the way on the stack, the first one on top,
    /// and computes those that cannot.
    fn push_pending(&self, expr: &Expr, stack: &mut Stack) -> Result<()> {
        for input in expr.parameters().rev() {
            let Some(data) = input.data() else { continue };
            let Some(operand) = data.expr() else { continue };
            let shape = self.program.shape();
            if operand.layout.shape() == shape && input.is_all_of(&operand.layout) {
                stack.push((data.clone(), operand, false));
            } else {
                data.force()?;
            }
        }
        Ok(())
    }

    /// Adds a node whose pending operands have been added.
    fn node(&mut self, expr: &Expr) -> Result<Operand> {
        let mut inputs = SmallVec::new();
        for (input, &wanted) in expr.parameters().zip(&expr.kernel.inputs) {
            let (value, dtype) = match input {
                Input::Constant(bits, dtype) => (self.program.constant(*bits, *dtype), *dtype),
                Input::Dense(data, dtype) => (self.operand(data, *dtype, None)?, *dtype),
                Input::Spread(array) => {
                    (self.operand(&array.data, array.dtype, Some(&array.layout))?, array.dtype)
                }
            };
            inputs.push(self.program.converted(value, dtype, wanted));
        }
        Ok(self.program.step(Step { kernel: expr.kernel, note: expr.note, inputs }))
    }

    /// Data as it is laid out, or in C order.
    fn operand(
        &mut self,
        data: &Arc<Data>,
        dtype: DType,
        layout: Option<&Layout>,
    ) -> Result<Operand> {
        if !data.is_ready()
            && let Some(value) = self.value_of(data)
        {
            return Ok(value);
        }
        self.program.source(data, dtype, layout)
    }

    /// Lets the program also keep what has been computed on the way before and is held by others.
    fn store_passed(&mut self) -> Result<()> {
        for (data, expr, value) in &self.done {
            // One share is here, and one in each node that uses it.
            let before = expr.passed.fetch_add(1, Ordering::Relaxed);
            if before > 0 && expr.layout.size() > 0 {
                let memory = Memory::uninit(expr.layout.size() * expr.layout.item_size())?;
                self.program.output(*value, Output::fresh(&memory, &expr.layout));
                self.kept.push((data.clone(), memory));
            }
        }
        Ok(())
    }
}

impl Array {
    /// An array whose elements an expression gives, when they are needed.
    pub(crate) fn pending(expr: Arc<Expr>) -> Array {
        let (dtype, layout, nodes) = (expr.kernel.output, expr.layout.clone(), expr.nodes);
        let data = Data::pending(expr.clone(), nodes, expr.reads());
        Array { dtype, layout, data, seal: Seal::default(), few: 0 }
    }
}
