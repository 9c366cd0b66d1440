//! Programs: element-wise functions that are computed together, tile by tile.
//!
//! A program goes once over the memory that it reads and writes. What it computes on the way stays in
//! registers, tiles of some hundred elements that fit the first-level cache. Operands that lie without
//! gaps are read where they are; others are gathered into a register first. Ranges of tiles run in
//! parallel; which elements a range has does not depend on the number of threads.

use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::function::Note;
use crate::kernels::isa::Isa;
use crate::kernels::reduce::fold::{BLOCK, Folder};
use crate::kernels::reduce::step::Target;
use crate::kernels::run::{self, Run, Sink};
use crate::kernels::status::{self, Status};
use crate::kernels::walk::Walk;
use crate::kernels::{Kernel, Loop, cast};
use crate::layout::{Dims, Layout, Order, dims};
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use crate::scalar::Bits;
use core::ops::Range;
use core::sync::atomic::{AtomicU8, Ordering};
use smallvec::SmallVec;
use std::sync::Arc;

/// A value in a program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Operand {
    /// Elements in memory.
    Source(usize),
    /// The same element everywhere.
    Constant(usize),
    /// What a step computes.
    Step(usize),
}

/// A function of values.
pub(crate) struct Step {
    pub kernel: Kernel,
    pub note: Note,
    pub inputs: SmallVec<[Operand; 3]>,
}

/// Where results go.
pub(crate) struct Output {
    pub(super) start: *mut u8,
    pub(super) layout: Layout,
    /// Whether it is read by nobody else and has no gaps.
    pub(super) fresh: bool,
}

/// Elements in memory.
pub(super) struct Source {
    pub(super) start: *const u8,
    pub(super) layout: Layout,
}

/// Element-wise functions of arrays of one shape.
pub(crate) struct Program {
    shape: Dims,
    /// Keeps the memory of the sources.
    read: SmallVec<[(Arc<Data>, DType); 4]>,
    pub(super) sources: SmallVec<[Source; 4]>,
    pub(super) constants: SmallVec<[(Bits, DType); 4]>,
    pub(super) steps: SmallVec<[Step; 8]>,
    /// The values that are stored, and where.
    pub(super) outputs: SmallVec<[(Operand, Output); 1]>,
    /// The value that is folded, if one is.
    pub(super) folded: Option<Operand>,
}

// SAFETY: the addresses are those of arrays that the program keeps, and of outputs of which each
// thread writes a part of its own.
unsafe impl Sync for Program {}

impl Output {
    /// Memory that was made for the result.
    pub(crate) fn fresh(memory: &Memory, layout: &Layout) -> Output {
        assert!(layout.is_empty() || layout.bytes().end <= memory.len());
        Output { start: memory.start(), layout: layout.clone(), fresh: true }
    }

    /// An array that is there.
    ///
    /// # Errors
    /// It is read-only, or there is not enough memory to compute what reads it.
    pub(crate) fn existing(array: &Array) -> Result<Output> {
        let start = array.address_for_writing()?;
        Ok(Output { start, layout: array.layout().clone(), fresh: false })
    }
}

impl Program {
    pub(crate) fn new(shape: &[isize]) -> Program {
        Program {
            shape: dims(shape),
            read: SmallVec::new(),
            sources: SmallVec::new(),
            constants: SmallVec::new(),
            steps: SmallVec::new(),
            outputs: SmallVec::new(),
            folded: None,
        }
    }

    pub(crate) fn shape(&self) -> &[isize] {
        &self.shape
    }

    /// Adds elements in memory, once: as a layout has them, or all in C order.
    ///
    /// # Errors
    /// There is not enough memory to compute them.
    pub(crate) fn source(
        &mut self,
        data: &Arc<Data>,
        dtype: DType,
        layout: Option<&Layout>,
    ) -> Result<Operand> {
        let memory = data.force()?;
        let known = self.sources.iter().zip(&self.read).position(|(source, (have, of))| {
            let same_places = match layout {
                Some(layout) => source.layout == *layout,
                None => source.layout.offset() == 0 && source.layout.is_contiguous(Order::C),
            };
            Arc::ptr_eq(have, data) && *of == dtype && same_places
        });
        if let Some(known) = known {
            return Ok(Operand::Source(known));
        }
        let layout = match layout {
            Some(layout) => layout.clone(),
            None => Layout::contiguous(&self.shape, dtype.size(), Order::C)?,
        };
        debug_assert_eq!(layout.shape(), &self.shape[..]);
        let start = match layout.is_empty() {
            true => memory.start(),
            // SAFETY: the law of `Array`: a layout lies within its memory.
            false => unsafe { memory.start().offset(layout.offset()) },
        };
        self.sources.push(Source { start, layout });
        self.read.push((data.clone(), dtype));
        Ok(Operand::Source(self.sources.len() - 1))
    }

    pub(crate) fn constant(&mut self, bits: Bits, dtype: DType) -> Operand {
        self.constants.push((bits, dtype));
        Operand::Constant(self.constants.len() - 1)
    }

    pub(crate) fn step(&mut self, step: Step) -> Operand {
        self.steps.push(step);
        Operand::Step(self.steps.len() - 1)
    }

    /// Adds a conversion, if one is needed.
    pub(crate) fn converted(&mut self, value: Operand, from: DType, to: DType) -> Operand {
        if from == to {
            return value;
        }
        let kernel = cast::conversion(from, to);
        self.step(Step { kernel, note: Note::Plain, inputs: [value].into_iter().collect() })
    }

    pub(crate) fn output(&mut self, value: Operand, output: Output) {
        self.outputs.push((value, output));
    }

    /// Computes and stores everything; notes what went wrong ([`status::report`]).
    pub(crate) fn run(self) {
        let size: usize = self.shape.iter().product::<isize>() as usize;
        if size == 0 {
            return;
        }
        let strides = self.strides();
        let walk = Walk::new(&self.shape, &strides);
        let plan = Run::new(&self, &walk);
        noting(
            |work| crate::threads::for_each_range(size, plan.grain(), work),
            |range| plan.range(range, None),
        );
    }

    /// Computes and stores everything, and folds a value: a result for each block of [`BLOCK`]
    /// elements, which are counted as they lie in a layout without gaps.
    ///
    /// # Errors
    /// There is not enough memory for the results.
    pub(crate) fn fold(
        mut self,
        value: Operand,
        folder: &Folder,
        quiet: bool,
        like: &Layout,
    ) -> Result<Memory> {
        self.folded = Some(value);
        let size = like.size();
        let blocks = size.div_ceil(BLOCK);
        let memory = Memory::uninit(blocks * folder.output.size())?;
        let strides = self.strides();
        let walk = Walk::sorted(&self.shape, &strides, like.strides());
        let plan = Run::new(&self, &walk);
        let out = Target(memory.start());
        noting(
            |work| run::for_each_block(size, plan.grain(), work),
            |range| {
                for block in range {
                    let elements = block * BLOCK..size.min((block + 1) * BLOCK);
                    let out = out.at(block, folder.output.size());
                    let sink = Sink::new(folder, quiet, out, &elements);
                    plan.range(elements, Some(&sink));
                }
            },
        );
        Ok(memory)
    }

    /// The strides of outputs and sources.
    fn strides(&self) -> SmallVec<[&[isize]; 4]> {
        let outputs = self.outputs.iter().map(|(_, output)| output.layout.strides());
        outputs.chain(self.sources.iter().map(|source| source.layout.strides())).collect()
    }
}

/// Lets work on ranges of elements be shared out, and reports what went wrong in it ([`status::report`]).
pub(super) fn noting(
    share: impl FnOnce(&(dyn Fn(Range<usize>) + Sync)),
    work: impl Fn(Range<usize>) + Sync,
) {
    let (noted, before) = (AtomicU8::new(0), status::read());
    share(&|range| {
        status::write(Status::NONE);
        work(range);
        noted.fetch_or(status::read().bits(), Ordering::Relaxed);
    });
    status::write(before);
    status::report(Status::from_bits(noted.load(Ordering::Relaxed)));
}

/// The version of a kernel for this machine.
#[inline]
pub(crate) fn version(versions: &[Loop; 3]) -> Loop {
    versions[Isa::best() as usize]
}

/// A kernel for a few elements, without a program.
///
/// # Safety
/// The contract of [`Loop`] but for the instruction set.
#[inline]
pub(crate) unsafe fn call(
    kernel: &Kernel,
    note: Note,
    inputs: &[*const u8],
    out: *mut u8,
    n: usize,
) {
    let run = version(&kernel.versions);
    let before = status::read();
    status::write(Status::NONE);
    // SAFETY: the caller's, and the machine has the version that was chosen.
    unsafe { run(inputs.as_ptr(), out, n) };
    // SAFETY: as above, and the results are there.
    let noted = unsafe { run::noted(kernel, note, inputs, out, n) };
    status::write(before);
    status::report(noted);
}
