//! Blocks over whole arrays without gaps, which run without a program: making one costs more than the
//! arithmetic of a few thousand elements.

use super::block::{Block, FOLDED, Input, Merge, Signature, Value};
use super::float::Float;
use super::{Code, OPERATIONS, code, is_available, known, signature, x86_64};
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::elementwise::Kernel;
use crate::kernels::isa::Isa;
use crate::kernels::program::{Output, noting};
use crate::kernels::reduce::fold::{BLOCK, Folder, LANES, STATE};
use crate::kernels::reduce::step::Target;
use crate::kernels::run::{for_each_block, grain};
use crate::layout::Order;
use crate::raw::data::Data;
use crate::raw::memory::Memory;
use crate::scalar::Bits;
use crate::threads;
use core::ops::Range;
use smallvec::{SmallVec, smallvec};
use std::sync::OnceLock;

/// A block that is being made, over arrays of so many elements.
pub(crate) struct Chain<'a> {
    block: Block,
    size: usize,
    sources: SmallVec<[Source<'a>; 6]>,
    /// Whether the type of its numbers is known.
    is_typed: bool,
}

/// What an input reads.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// Elements of so many bytes, one behind the other, which fill memory.
    Elements(&'a Memory, usize),
    /// The same number everywhere.
    Number(Bits),
}

impl Source<'_> {
    /// Where code reads from an element on.
    fn address(&self, element: usize) -> *const u8 {
        match self {
            Source::Elements(memory, size) => memory.start().wrapping_add(element * size),
            Source::Number(bits) => bits.0.as_ptr(),
        }
    }
}

impl<'a> Chain<'a> {
    pub(crate) fn new(size: usize) -> Chain<'a> {
        let block = Block::new(Float::Double);
        Chain { block, size, sources: SmallVec::new(), is_typed: false }
    }

    /// The elements of data that is ready. `None` if blocks have none of their type, or if there are not so
    /// many.
    pub(crate) fn elements(&mut self, data: &'a Data, dtype: DType) -> Option<Value> {
        let input = match dtype {
            DType::Bool => Input::Truths,
            _ => Float::of(dtype).map(|_| Input::Elements)?,
        };
        let memory = data.memory().filter(|memory| memory.len() >= self.size * dtype.size())?;
        let mut sources = self.sources.iter().zip(&self.block.inputs);
        let known = sources.position(|(source, &known)| {
            known == input
                && matches!(*source, Source::Elements(of, _) if core::ptr::eq(of, memory))
        });
        Some(known.map_or_else(
            || self.input(Source::Elements(memory, dtype.size()), input),
            Value::input,
        ))
    }

    /// The same number everywhere.
    pub(crate) fn number(&mut self, bits: Bits, dtype: DType) -> Option<Value> {
        Float::of(dtype).map(|_| self.input(Source::Number(bits), Input::Number))
    }

    fn input(&mut self, source: Source<'a>, input: Input) -> Value {
        self.block.inputs.push(input);
        self.sources.push(source);
        Value::input(self.sources.len() - 1)
    }

    /// What a kernel computes of values, which have the types of its parameters. `None` if it is not of
    /// this block's type of numbers, or of none.
    pub(crate) fn step(&mut self, kernel: &Kernel, parameters: &[Value]) -> Option<Value> {
        let float = match signature(kernel)? {
            Signature::Numbers | Signature::Test => Float::of(kernel.inputs[0])?,
            Signature::Choice => Float::of(kernel.output)?,
            // Truth values are as wide as the numbers that they come from.
            Signature::Truths => self.is_typed.then_some(self.block.float)?,
        };
        let fits = !self.is_typed || float == self.block.float;
        if !fits || self.block.operations.len() >= OPERATIONS {
            return None;
        }
        (self.block.float, self.is_typed) = (float, true);
        Some(self.block.meaning(kernel.meaning, parameters))
    }

    /// Stores a value in an output of its type that lies in C order. `None`, and nothing has been done, if
    /// no code has been made for that.
    pub(crate) fn store(&mut self, value: Value, dtype: DType, output: &Output) -> Option<()> {
        let layout = &output.layout;
        let fits = layout.size() == self.size
            && layout.item_size() == dtype.size()
            && layout.is_contiguous(Order::C);
        let cost = self.cost();
        let code = fits.then(|| self.code_to_store(value, dtype))??;
        let (sources, out) = (&self.sources[..], Target(output.start));
        noting(
            |work| threads::for_each_range(self.size, grain(cost), work),
            |range| {
                let out = out.at(range.start, dtype.size());
                // SAFETY: all sources and the output have so many elements, and each range has results of
                // its own. An output that is not fresh has of an input's elements each at its own place.
                unsafe { call(code, sources, range, out) };
            },
        );
        Some(())
    }

    /// Folds a value of the folder's type: a result for each block of [`BLOCK`] elements, as
    /// [`Program::fold`](crate::kernels::program::Program::fold) gives it, to the bit. `None`, and nothing
    /// has been done, if no code has been made for that.
    ///
    /// # Errors
    /// There is not enough memory for the results.
    pub(crate) fn fold(&mut self, value: Value, folder: &Folder) -> Result<Option<Memory>> {
        let Some((store, fold)) = self.codes_to_fold(value, folder) else { return Ok(None) };
        let (size, grain) = (self.size, grain(self.cost()));
        let memory = Memory::uninit(size.div_ceil(BLOCK) * folder.output.size())?;
        let (sources, out) = (&self.sources[..], Target(memory.start()));
        noting(
            |work| for_each_block(size, grain, work),
            |range| {
                for block in range {
                    let elements = block * BLOCK..size.min((block + 1) * BLOCK);
                    let out = out.at(block, folder.output.size());
                    // SAFETY: all sources have so many elements, and each block has a result of its own.
                    unsafe { fold_block(folder, (store, fold), sources, elements, out) };
                }
            },
        );
        Ok(Some(memory))
    }

    /// The code that stores a value, and the one that folds it.
    fn codes_to_fold(&mut self, value: Value, folder: &Folder) -> Option<(Code, Code)> {
        let merge = folder.merge?;
        (self.block.float, self.is_typed) = (Float::of(folder.input)?, true);
        self.block.fold = Some((value, merge));
        let fold = code(&self.block, self.size)?;
        self.block.fold = None;
        Some((self.code_to_store(value, folder.input)?, fold))
    }

    /// What an element costs, in units of about a tenth of a nanosecond: half of a half as wide one.
    fn cost(&self) -> usize {
        let of_double = self.block.cost() + self.sources.len() + 1;
        of_double * usize::from(self.block.float.size()) / 8
    }

    /// The code that stores a value, if it has been made.
    fn code_to_store(&mut self, value: Value, dtype: DType) -> Option<Code> {
        self.block.outputs.push((value, dtype == DType::Bool));
        known(&self.block)?
    }
}

/// The code that folds elements that are there.
fn folding(merge: Merge, dtype: DType) -> Option<Code> {
    static CODES: [OnceLock<Option<Code>>; 4] = [const { OnceLock::new() }; 4];
    let float = Float::of(dtype).filter(|_| is_available())?;
    let code = &CODES[merge as usize * 2 + float as usize];
    *code.get_or_init(|| {
        let fold = Some((Value::input(0), merge));
        x86_64::compile(&Block { inputs: smallvec![Input::Elements], fold, ..Block::new(float) })
    })
}

/// Rows of so many elements are worth code.
const LONG: usize = 256;

impl Folder {
    /// [`Rows`](crate::kernels::reduce::fold::Rows) of this machine: long ones in machine code, where
    /// there is any. It keeps its parts in registers, as the compiler does with some versions of a loop
    /// and not with others.
    ///
    /// # Safety
    /// That of the kernel, but for the instruction set.
    pub(crate) unsafe fn fold_rows(
        &self,
        input: *const u8,
        step: isize,
        rows: usize,
        n: usize,
        out: *mut u8,
    ) {
        let isa = Isa::best() as usize;
        let code = self.merge.filter(|_| n >= LONG).and_then(|merge| folding(merge, self.input));
        let Some(code) = code else {
            // SAFETY: the caller's; the machine has the version.
            return unsafe { self.rows[isa](input, step, rows, n, out) };
        };
        let mut state = core::mem::MaybeUninit::<[u128; STATE]>::uninit();
        let state = state.as_mut_ptr().cast::<u128>();
        let (size, parts) = (self.input.size(), FOLDED / self.input.size());
        let whole = n / parts * parts;
        for row in 0..rows {
            let start = input.wrapping_offset(row as isize * step);
            let out = out.wrapping_add(row * self.output.size());
            // SAFETY: the elements of a row, the parts, and room for its result; the machine has the
            // version.
            unsafe {
                code([start, state.cast::<u8>().cast_const()].as_ptr(), whole);
                self.piece[isa](start.add(whole * size), n - whole, whole, state, out);
            }
        }
    }
}

/// Runs the code of a block over a range of elements.
///
/// # Safety
/// The elements are there, and room for what is stored or for the parts of a fold.
unsafe fn call(code: Code, sources: &[Source<'_>], range: Range<usize>, out: *mut u8) {
    let mut addresses: SmallVec<[*const u8; 8]> =
        sources.iter().map(|source| source.address(range.start)).collect();
    addresses.push(out.cast_const());
    // SAFETY: the caller's.
    unsafe { code(addresses.as_ptr(), range.len()) }
}

/// Folds a block of elements: whole registers by `fold`, the others after `store`.
///
/// # Safety
/// The elements are there, and room for the result.
unsafe fn fold_block(
    folder: &Folder,
    (store, fold): (Code, Code),
    sources: &[Source<'_>],
    range: Range<usize>,
    out: *mut u8,
) {
    const { assert!(FOLDED <= 16 * STATE) };
    let (n, isa) = (range.len(), Isa::best() as usize);
    let mut state = core::mem::MaybeUninit::<[u128; STATE]>::uninit();
    let mut rest = core::mem::MaybeUninit::<[u128; LANES]>::uninit();
    let (state, rest) = (state.as_mut_ptr().cast::<u128>(), rest.as_mut_ptr().cast::<u8>());
    let parts = FOLDED / folder.input.size();
    let whole = if n < LANES { 0 } else { n / parts * parts };
    let split = range.start + whole;
    // SAFETY: the caller's elements; fewer than `LANES` of them are left, and the state is as large as the
    // parts; the machine has the version.
    unsafe {
        call(store, sources, split..range.end, rest);
        if whole == 0 {
            return folder.rows[isa](rest, 0, 1, n, out);
        }
        call(fold, sources, range.start..split, state.cast());
        folder.piece[isa](rest, n - whole, whole, state, out);
    }
}
