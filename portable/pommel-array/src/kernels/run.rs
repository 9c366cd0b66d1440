//! How a program runs over a range of elements.

use crate::dtype::{DType, Kind};
use crate::function::Note;
use crate::kernels::copy;
use crate::kernels::fused::{self, Code, Unit};
use crate::kernels::isa::Isa;
use crate::kernels::lane::with_lane;
use crate::kernels::program::{Operand, Program, Step, version};
use crate::kernels::reduce::fold::{BLOCK, Folder, LANES, STATE};
use crate::kernels::status::{self, Status};
use crate::kernels::walk::Walk;
use crate::kernels::{Kernel, Loop};
use crate::threads::{self, AWAKE};
use core::cell::{Cell, RefCell, UnsafeCell};
use core::ops::Range;
use smallvec::SmallVec;

/// Elements of a register, at most.
const TILE: usize = 1024;
/// Bytes of all registers together that the first-level cache has room for.
const CACHE: usize = 24 << 10;
/// Runs that are shorter are gathered, several to a tile.
const SHORT: usize = 128;
/// How much work is worth another thread, in the units of [`Run::cost`]: about five microseconds.
const GRAIN: usize = 50_000;

/// How the elements of an operand are found.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    /// All lie one behind the other, in the order of the walk.
    Flat,
    /// Those of a run do.
    Rows,
    /// They are gathered into a register, or scattered from one.
    Register(usize),
    /// All runs have the same ones: a register is filled with them once, and every tile has whole runs.
    Repeated(usize),
}

/// What is called for each tile.
enum Instruction {
    /// The kernel of a step.
    Kernel { run: Loop, kernel: Kernel, note: Note, inputs: SmallVec<[Operand; 3]>, step: usize },
    /// The code of several steps, which leaves the values of some.
    Code {
        run: Code,
        inputs: SmallVec<[Operand; 8]>,
        steps: SmallVec<[usize; 4]>,
        ends_with_store: bool,
        cost: usize,
    },
}

impl Instruction {
    fn inputs(&self) -> &[Operand] {
        match self {
            Instruction::Kernel { inputs, .. } => inputs,
            Instruction::Code { inputs, .. } => inputs,
        }
    }

    /// The steps whose values it leaves.
    fn steps(&self) -> &[usize] {
        match self {
            Instruction::Kernel { step, .. } => core::slice::from_ref(step),
            Instruction::Code { steps, .. } => steps,
        }
    }
}

/// Where the value of a step is.
#[derive(Clone, Copy)]
enum Target {
    /// In the output that it fills.
    Output(usize),
    Register(usize),
    /// Nowhere: it is needed in the code of its block only.
    Nowhere,
}

/// A program that is laid out for a walk.
pub(super) struct Run<'a> {
    program: &'a Program,
    walk: &'a Walk,
    sources: SmallVec<[Way; 4]>,
    outputs: SmallVec<[Way; 2]>,
    instructions: Vec<Instruction>,
    /// Where the value of each step is.
    targets: SmallVec<[Target; 8]>,
    registers: usize,
    /// The registers of constants that kernels read, which are filled once.
    constants: SmallVec<[Option<usize>; 4]>,
    /// Elements that a register has room for.
    room: usize,
    /// Elements of a tile.
    tile: usize,
    /// Whether a tile goes over several runs.
    short: bool,
}

/// Bytes of an element of a register.
const SLOT: usize = 16;

impl<'a> Run<'a> {
    pub(super) fn new(program: &'a Program, walk: &'a Walk) -> Run<'a> {
        let (inner, _) = walk.inner();
        let short = inner < SHORT && walk.shape().len() > 1;
        let size = walk.shape().iter().product::<isize>() as usize;
        let instructions = instructions(program, size);
        let in_place =
            matches!(&instructions[..], [Instruction::Code { ends_with_store: true, .. }]);
        let mut registers = 0;
        let mut way = |layout: usize, size: usize, may_be_direct: bool| {
            let strides = walk.strides(layout);
            let (&step, outer) = strides.split_last().unwrap_or((&(size as isize), &[]));
            let is_source = layout >= program.outputs.len();
            let mut register = || {
                registers += 1;
                registers - 1
            };
            match () {
                () if may_be_direct && is_flat(walk.shape(), strides, size) => Way::Flat,
                () if may_be_direct && !short && step == size as isize => Way::Rows,
                () if is_source && (short || step == 0) && outer.iter().all(|&step| step == 0) => {
                    Way::Repeated(register())
                }
                () => Way::Register(register()),
            }
        };
        let outputs: SmallVec<[Way; 2]> = program
            .outputs
            .iter()
            .enumerate()
            .map(|(i, (_, output))| way(i, output.layout.item_size(), output.fresh || in_place))
            .collect();
        let sources: SmallVec<[Way; 4]> = program
            .sources
            .iter()
            .enumerate()
            .map(|(i, source)| way(outputs.len() + i, source.layout.item_size(), true))
            .collect();
        let constants = constants(program, &instructions, &mut registers);
        let (targets, registers) = allocate(program, &instructions, &outputs, registers);
        let room = (CACHE / SLOT / registers.max(1)).clamp(SHORT, TILE) / 64 * 64;
        // Without registers the tile is as long as a kernel may run.
        let tile = if registers == 0 { 8192 } else { room };
        let tile = if short { tile / inner * inner } else { tile };
        Run {
            program,
            walk,
            sources,
            outputs,
            instructions,
            targets,
            registers,
            constants,
            room,
            tile,
            short,
        }
    }

    /// How many elements are worth another thread.
    pub(super) fn grain(&self) -> usize {
        grain(self.cost())
    }

    /// What it costs to compute an element, in units of about a tenth of a nanosecond.
    fn cost(&self) -> usize {
        let of_instruction = |instruction: &Instruction| match instruction {
            Instruction::Code { cost, .. } => *cost,
            Instruction::Kernel { kernel, note: Note::Quiet | Note::Plain, .. } => {
                2 + kernel.output.size() / 4
            }
            Instruction::Kernel { .. } => 15,
        };
        let instructions: usize = self.instructions.iter().map(of_instruction).sum();
        instructions + self.sources.len() + self.outputs.len()
    }

    /// Computes a range of elements, in the order of the walk.
    pub(super) fn range(&self, range: Range<usize>, sink: Option<&Sink>) {
        thread_local!(static SCRATCH: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) });
        SCRATCH.with(|scratch| {
            // A kernel calls nobody, so that the registers are in use once.
            let mut scratch = scratch.borrow_mut();
            let needed = self.registers * self.room + 4;
            if scratch.len() < needed {
                scratch.resize(needed, 0);
            }
            let start = scratch.as_mut_ptr().cast::<u8>();
            // SAFETY: there is room for the registers and three elements more.
            let start = unsafe { start.add(start.align_offset(64)) };
            Tiles { run: self, registers: start, sink }.run(range);
        });
    }
}

/// How many elements of a cost, in units of about a tenth of a nanosecond, are worth another thread.
pub(super) fn grain(cost: usize) -> usize {
    (GRAIN / cost).next_multiple_of(1024)
}

/// Calls a function with ranges of blocks of [`BLOCK`] elements, on several threads if what the others can
/// take is worth it: the first block is the caller's.
pub(super) fn for_each_block(size: usize, grain: usize, work: impl Fn(Range<usize>) + Sync) {
    let blocks = size.div_ceil(BLOCK);
    if size < BLOCK + grain / AWAKE {
        return work(0..blocks);
    }
    threads::for_each_block(blocks, (grain / BLOCK).max(1), work);
}

/// Whether all elements lie one behind the other in the order of a walk.
fn is_flat(shape: &[isize], strides: &[isize], size: usize) -> bool {
    let mut step = size as isize;
    for (&extent, &stride) in shape.iter().zip(strides).rev() {
        if stride != step {
            return false;
        }
        step *= extent;
    }
    true
}

/// What is called for each tile, in this order.
fn instructions(program: &Program, size: usize) -> Vec<Instruction> {
    let made = fused::units(program, size).into_iter().map(|unit| match unit {
        Unit::Block { code, inputs, steps, ends_with_store, cost } => {
            Instruction::Code { run: code, inputs, steps, ends_with_store, cost }
        }
        Unit::Step(step) => {
            let Step { kernel, note, inputs } = &program.steps[step];
            let run = version(&kernel.versions);
            Instruction::Kernel { run, kernel: *kernel, note: *note, inputs: inputs.clone(), step }
        }
    });
    made.collect()
}

/// Gives a register to each constant that somebody reads element by element.
fn constants(
    program: &Program,
    instructions: &[Instruction],
    registers: &mut usize,
) -> SmallVec<[Option<usize>; 4]> {
    let mut places: SmallVec<[Option<usize>; 4]> =
        SmallVec::from_elem(None, program.constants.len());
    let kernels = instructions.iter().filter(|one| matches!(one, Instruction::Kernel { .. }));
    let read = kernels.flat_map(|kernel| kernel.inputs());
    let stored = program.outputs.iter().map(|(value, _)| value).chain(&program.folded);
    for value in read.chain(stored) {
        if let Operand::Constant(i) = *value {
            places[i].get_or_insert_with(|| {
                *registers += 1;
                *registers - 1
            });
        }
    }
    places
}

/// Gives the value of each step a register that nobody needs at that time, or the output that it
/// fills.
fn allocate(
    program: &Program,
    instructions: &[Instruction],
    outputs: &[Way],
    first: usize,
) -> (SmallVec<[Target; 8]>, usize) {
    let mut last_use: SmallVec<[usize; 16]> = SmallVec::from_elem(0, program.steps.len());
    for (at, instruction) in instructions.iter().enumerate() {
        for input in instruction.inputs() {
            if let Operand::Step(used) = *input {
                last_use[used] = at;
            }
        }
    }
    for value in program.outputs.iter().map(|(value, _)| value).chain(&program.folded) {
        if let Operand::Step(used) = *value {
            // Until the end of the tile.
            last_use[used] = instructions.len();
        }
    }
    let (mut free, mut count) = (SmallVec::<[usize; 8]>::new(), first);
    let mut targets = SmallVec::from_elem(Target::Nowhere, program.steps.len());
    for (at, instruction) in instructions.iter().enumerate() {
        for &step in instruction.steps() {
            let direct =
                program.outputs.iter().position(|(value, _)| *value == Operand::Step(step));
            let direct = direct.filter(|&output| !matches!(outputs[output], Way::Register(_)));
            targets[step] = match direct {
                Some(output) => Target::Output(output),
                None => Target::Register(free.pop().unwrap_or_else(|| {
                    count += 1;
                    count - 1
                })),
            };
        }
        for (used, &last) in last_use.iter().enumerate() {
            if last == at
                && let Target::Register(register) = targets[used]
                && !free.contains(&register)
            {
                free.push(register);
            }
        }
    }
    (targets, count)
}

/// Where the values of a block go that are folded.
pub(super) struct Sink<'a> {
    folder: &'a Folder,
    /// Whether its errors of arithmetic are none.
    quiet: bool,
    out: *mut u8,
    /// How many there are, and how many have been taken.
    all: usize,
    taken: Cell<usize>,
    /// What has come together so far; of a few elements they themselves.
    state: UnsafeCell<[u128; LANES]>,
}

impl<'a> Sink<'a> {
    /// A sink for a range of elements, whose result has a place.
    pub(super) fn new(
        folder: &'a Folder,
        quiet: bool,
        out: *mut u8,
        range: &Range<usize>,
    ) -> Sink<'a> {
        const { assert!(STATE <= LANES) };
        let state = UnsafeCell::new([0; LANES]);
        Sink { folder, quiet, out, all: range.len(), taken: Cell::new(0), state }
    }

    /// Takes the next elements.
    ///
    /// # Safety
    /// There are so many at the address, of the folder's type, and room for the result.
    unsafe fn take(&self, start: *const u8, n: usize) {
        let (at, isa) = (self.taken.get(), Isa::best() as usize);
        self.taken.set(at + n);
        let done = at + n == self.all;
        let state = self.state.get().cast::<u128>();
        // SAFETY: the state has room for so few elements, or for the parts of a loop; the machine has
        // the version.
        unsafe {
            if self.all >= LANES {
                let out = if done { self.out } else { core::ptr::null_mut() };
                return self.folder.piece[isa](start, n, at, state, out);
            }
            let size = self.folder.input.size();
            let few = state.cast::<u8>();
            core::ptr::copy_nonoverlapping(start, few.add(at * size), n * size);
            if done {
                self.folder.rows[isa](few, 0, 1, self.all, self.out);
            }
        }
    }
}

/// The tiles of a range.
struct Tiles<'a> {
    run: &'a Run<'a>,
    registers: *mut u8,
    sink: Option<&'a Sink<'a>>,
}

impl Tiles<'_> {
    fn register(&self, index: usize) -> *mut u8 {
        // SAFETY: there are so many registers.
        unsafe { self.registers.add(index * self.run.room * SLOT) }
    }

    fn run(&self, range: Range<usize>) {
        let run = self.run;
        for ((bits, dtype), register) in run.program.constants.iter().zip(&run.constants) {
            let Some(register) = *register else { continue };
            let to = self.register(register);
            let size = dtype.size();
            // SAFETY: an element, to the places of a register.
            unsafe { copy::run(bits.0.as_ptr(), 0, to, size as isize, run.tile, size) };
        }
        let mut cursor = Cursor::new(run.walk, range.start);
        self.repeat(&cursor);
        let mut at = range.start;
        while at < range.end {
            let most = run.tile.min(range.end - at);
            at += if run.short {
                self.short_tile(&mut cursor, at, most)
            } else {
                self.tile(&mut cursor, at, most)
            };
        }
    }

    /// Fills the registers of what is repeated, for tiles that begin where the cursor is in its run.
    fn repeat(&self, cursor: &Cursor) {
        let run = self.run;
        for (i, way) in run.sources.iter().enumerate() {
            let Way::Repeated(register) = *way else { continue };
            let layout = run.outputs.len() + i;
            let (source, step) = (&run.program.sources[i], cursor.step(layout));
            let (size, to) = (source.layout.item_size(), self.register(register));
            let period = if step == 0 { run.tile } else { cursor.inner };
            let lead = if step == 0 { run.tile } else { cursor.left() };
            // SAFETY: a run of the source, from the cursor on and then up to it, goes to the register,
            // which has room for a tile; it is then repeated from what is there.
            unsafe {
                let from = source.start.offset(cursor.place(layout));
                copy::run(from, step, to, size as isize, lead, size);
                let first =
                    source.start.offset(cursor.place(layout) - cursor.within as isize * step);
                let rest = period - lead;
                copy::run(first, step, to.add(lead * size), size as isize, rest, size);
                let mut done = period;
                while done < run.tile {
                    let n = done.min(run.tile - done);
                    core::ptr::copy_nonoverlapping(to, to.add(done * size), n * size);
                    done += n;
                }
            }
        }
    }

    /// A tile within a run; gives how many elements it had.
    fn tile(&self, cursor: &mut Cursor, at: usize, most: usize) -> usize {
        let run = self.run;
        let n = cursor.left().min(most);
        for (i, way) in run.sources.iter().enumerate() {
            if let Way::Register(register) = *way {
                let place = cursor.place(run.outputs.len() + i);
                let step = cursor.step(run.outputs.len() + i);
                let source = &run.program.sources[i];
                let size = source.layout.item_size();
                // SAFETY: the places of the source, to those of a register.
                unsafe {
                    copy::run(
                        source.start.offset(place),
                        step,
                        self.register(register),
                        size as isize,
                        n,
                        size,
                    );
                }
            }
        }
        self.compute(cursor, at, n);
        self.fold(cursor, at, n);
        for (i, (value, output)) in run.program.outputs.iter().enumerate() {
            let size = output.layout.item_size();
            // SAFETY: the place of the output.
            let to = unsafe { output.start.offset(cursor.place(i)) };
            let from = self.address(*value, cursor, at);
            if from != to.cast_const() {
                // SAFETY: the places of the value and of the output.
                unsafe { copy::run(from, size as isize, to, cursor.step(i), n, size) };
            }
        }
        cursor.advance(n);
        n
    }

    /// A tile over several runs.
    fn short_tile(&self, cursor: &mut Cursor, at: usize, most: usize) -> usize {
        let run = self.run;
        let mut gather = cursor.clone();
        let mut n = 0;
        while n < most {
            let (runs, part) = gather.runs(most - n);
            for (i, way) in run.sources.iter().enumerate() {
                if let Way::Register(register) = *way {
                    let layout = run.outputs.len() + i;
                    let source = &run.program.sources[i];
                    let size = source.layout.item_size();
                    // SAFETY: the places of the source, to those of a register, which has twice the
                    // room for elements of eight bytes or less.
                    unsafe {
                        let from = source.start.offset(gather.place(layout));
                        let to = self.register(register).add(n * size);
                        copy::runs(from, gather.steps(layout), to, runs, part, size);
                    }
                }
            }
            gather.advance_runs(runs, part);
            n += runs * part;
        }
        self.compute(cursor, at, n);
        self.fold(cursor, at, n);
        for (i, (value, output)) in run.program.outputs.iter().enumerate() {
            let size = output.layout.item_size();
            let from = self.address(*value, cursor, at);
            if matches!(run.outputs[i], Way::Flat) {
                // SAFETY: the place of the element in an output without gaps.
                let to = unsafe { output.start.add(at * size) };
                if from != to.cast_const() {
                    // SAFETY: as above, `n` elements.
                    unsafe { copy::run(from, size as isize, to, size as isize, n, size) };
                }
                continue;
            }
            let mut scatter = cursor.clone();
            let mut done = 0;
            while done < n {
                let part = scatter.left().min(n - done);
                // SAFETY: the places of the value and of the output.
                unsafe {
                    let to = output.start.offset(scatter.place(i));
                    copy::run(
                        from.add(done * size),
                        size as isize,
                        to,
                        scatter.step(i),
                        part,
                        size,
                    );
                }
                scatter.advance(part);
                done += part;
            }
        }
        *cursor = gather;
        n
    }

    /// Where the elements of a value are in this tile.
    fn address(&self, value: Operand, cursor: &Cursor, at: usize) -> *const u8 {
        let run = self.run;
        match value {
            // Code reads a constant as one element, wherever it is.
            Operand::Constant(i) => match run.constants[i] {
                Some(register) => self.register(register),
                None => run.program.constants[i].0.0.as_ptr(),
            },
            Operand::Source(i) => {
                let source = &run.program.sources[i];
                match run.sources[i] {
                    // SAFETY: a place of the source.
                    Way::Flat => unsafe { source.start.add(at * source.layout.item_size()) },
                    // SAFETY: as above.
                    Way::Rows => unsafe {
                        source.start.offset(cursor.place(run.outputs.len() + i))
                    },
                    Way::Register(register) | Way::Repeated(register) => self.register(register),
                }
            }
            Operand::Step(i) => self.target(i, cursor, at),
        }
    }

    /// Where the value of a step is in this tile.
    fn target(&self, step: usize, cursor: &Cursor, at: usize) -> *mut u8 {
        match self.run.targets[step] {
            Target::Nowhere => unreachable!("only its block needs the value"),
            Target::Register(register) => self.register(register),
            Target::Output(i) => {
                let output = &self.run.program.outputs[i].1;
                match self.run.outputs[i] {
                    // SAFETY: a place of the output.
                    Way::Flat => unsafe { output.start.add(at * output.layout.item_size()) },
                    // SAFETY: as above.
                    _ => unsafe { output.start.offset(cursor.place(i)) },
                }
            }
        }
    }

    /// Gives a tile of the value that is folded to its sink.
    fn fold(&self, cursor: &Cursor, at: usize, n: usize) {
        if let (Some(sink), Some(value)) = (self.sink, self.run.program.folded) {
            let before = status::read();
            // SAFETY: `n` elements lie behind the address of a value.
            unsafe { sink.take(self.address(value, cursor, at), n) };
            if sink.quiet {
                // What a comparison notes is not meant.
                status::write(before);
            }
        }
    }

    fn compute(&self, cursor: &Cursor, at: usize, n: usize) {
        for instruction in &self.run.instructions {
            match instruction {
                Instruction::Kernel { run, kernel, note, inputs, step } => {
                    let mut addresses = [core::ptr::null(); 3];
                    for (address, input) in addresses.iter_mut().zip(inputs) {
                        *address = self.address(*input, cursor, at);
                    }
                    let out = self.target(*step, cursor, at);
                    // SAFETY: as below; a register is not given to a step that reads it.
                    unsafe { kernel_call(*run, kernel, *note, &addresses[..inputs.len()], out, n) };
                }
                Instruction::Code { run, inputs, steps, .. } => {
                    let inputs = inputs.iter().map(|&input| self.address(input, cursor, at));
                    let outputs =
                        steps.iter().map(|&step| self.target(step, cursor, at).cast_const());
                    let addresses: SmallVec<[*const u8; 16]> = inputs.chain(outputs).collect();
                    // SAFETY: `n` elements lie behind each address: registers have room for a tile,
                    // and sources and outputs have that many from their places on. Outputs that are
                    // written directly are fresh, or each element is written when those at its place
                    // have been read.
                    unsafe { run(addresses.as_ptr(), n) };
                }
            }
        }
    }
}

/// Calls a kernel, and notes what its function has as an error.
///
/// # Safety
/// The contract of [`Loop`].
unsafe fn kernel_call(
    run: Loop,
    kernel: &Kernel,
    note: Note,
    inputs: &[*const u8],
    out: *mut u8,
    n: usize,
) {
    if note == Note::Plain {
        // SAFETY: the caller's.
        return unsafe { run(inputs.as_ptr(), out, n) };
    }
    let before = status::read();
    // SAFETY: the caller's, and the results are there.
    unsafe {
        run(inputs.as_ptr(), out, n);
        status::write(before | noted(kernel, note, inputs, out, n));
    }
}

/// A position in a walk.
#[derive(Clone)]
struct Cursor<'a> {
    walk: &'a Walk,
    counts: SmallVec<[usize; 4]>,
    places: SmallVec<[isize; 8]>,
    inner: usize,
    within: usize,
}

impl<'a> Cursor<'a> {
    fn new(walk: &'a Walk, mut at: usize) -> Cursor<'a> {
        let shape = walk.shape();
        let mut counts = SmallVec::from_elem(0, shape.len());
        for (count, &extent) in counts.iter_mut().zip(shape).rev() {
            (*count, at) = (at % extent as usize, at / extent as usize);
        }
        let inner = shape.last().copied().unwrap_or(1) as usize;
        let within = counts.last().copied().unwrap_or(0);
        let mut cursor = Cursor { walk, counts, places: SmallVec::new(), inner, within };
        cursor.places = (0..walk.layouts()).map(|layout| cursor.located(layout)).collect();
        cursor
    }

    fn located(&self, layout: usize) -> isize {
        let strides = self.walk.strides(layout);
        self.counts.iter().zip(strides).map(|(&count, &stride)| count as isize * stride).sum()
    }

    /// How many elements are left of the run.
    fn left(&self) -> usize {
        self.inner - self.within
    }

    fn place(&self, layout: usize) -> isize {
        self.places[layout]
    }

    fn step(&self, layout: usize) -> isize {
        self.walk.strides(layout).last().copied().unwrap_or(0)
    }

    /// How many of the next elements lie as whole runs that are one step apart, and how many each has; or
    /// one run, up to its end at most.
    fn runs(&self, most: usize) -> (usize, usize) {
        match self.counts[..] {
            [.., outer, 0] if most >= self.inner => {
                let extent = self.walk.shape()[self.counts.len() - 2] as usize;
                ((extent - outer).min(most / self.inner), self.inner)
            }
            _ => (1, self.left().min(most)),
        }
    }

    /// The bytes from run to run, and along a run.
    fn steps(&self, layout: usize) -> [isize; 2] {
        let strides = self.walk.strides(layout);
        let outer = strides.len().checked_sub(2).map_or(0, |axis| strides[axis]);
        [outer, self.step(layout)]
    }

    /// Goes on by what [`Cursor::runs`] gave.
    fn advance_runs(&mut self, runs: usize, part: usize) {
        if runs > 1 {
            // All but the last, which has another before it, and none of which ends an axis.
            let axis = self.counts.len() - 2;
            self.counts[axis] += runs - 1;
            for layout in 0..self.places.len() {
                self.places[layout] += (runs as isize - 1) * self.walk.strides(layout)[axis];
            }
        }
        self.advance(part);
    }

    /// Goes on, at most to the start of the next run.
    fn advance(&mut self, n: usize) {
        self.within += n;
        if self.within < self.inner {
            if let Some(last) = self.counts.last_mut() {
                *last += n;
            }
            for layout in 0..self.places.len() {
                self.places[layout] += n as isize * self.step(layout);
            }
            return;
        }
        self.within = 0;
        if let Some(last) = self.counts.last_mut() {
            *last = 0;
        }
        let outer = self.counts.len().saturating_sub(1);
        for axis in (0..outer).rev() {
            self.counts[axis] += 1;
            if self.counts[axis] < self.walk.shape()[axis] as usize {
                break;
            }
            self.counts[axis] = 0;
        }
        for layout in 0..self.places.len() {
            self.places[layout] = self.located(layout);
        }
    }
}

/// What went wrong in a call of a kernel, by the rule of its function.
///
/// # Safety
/// The inputs and results of the call.
pub(super) unsafe fn noted(
    kernel: &Kernel,
    note: Note,
    inputs: &[*const u8],
    out: *const u8,
    n: usize,
) -> Status {
    let infinite = match note {
        Note::Quiet => return Status::NONE,
        Note::Plain => return status::read(),
        Note::Divisor => {
            let noted = status::read();
            let dtype = kernel.inputs[1];
            // SAFETY: the caller's.
            let zero = dtype.is_integer() && unsafe { has_zero(dtype, inputs[1], n) };
            return if zero { noted | Status::DIVIDE } else { noted };
        }
        Note::Pole => Status::DIVIDE,
        Note::Range => Status::OVERFLOW,
    };
    if kernel.output.kind() < Kind::Float {
        return Status::NONE;
    }
    // SAFETY: the caller's.
    unsafe { of_results(kernel.output, inputs, out, n, infinite) }
}

unsafe fn has_zero(dtype: DType, start: *const u8, n: usize) -> bool {
    let size = dtype.size();
    // SAFETY: the caller's elements, as bytes.
    let bytes = unsafe { core::slice::from_raw_parts(start, n * size) };
    bytes.chunks_exact(size).any(|element| element.iter().all(|&byte| byte == 0))
}

/// No number of numbers is invalid; an infinity of finite numbers is `infinite`.
unsafe fn of_results(
    dtype: DType,
    inputs: &[*const u8],
    out: *const u8,
    n: usize,
    infinite: Status,
) -> Status {
    /// Whether an element is not a number, and whether it is infinite.
    trait Class: Copy {
        fn nan(self) -> bool;
        fn infinite(self) -> bool;
    }
    macro_rules! classes {
        ($($ty:ty, |$x:ident| $nan:expr, $infinite:expr;)*) => {$(
            impl Class for $ty {
                #[inline(always)]
                fn nan(self) -> bool { let $x = self; $nan }
                #[inline(always)]
                fn infinite(self) -> bool { let $x = self; $infinite }
            }
        )*};
    }
    classes! {
        half::f16, |x| x.is_nan(), x.is_infinite();
        f32, |x| x.is_nan(), x.is_infinite();
        f64, |x| x.is_nan(), x.is_infinite();
        num_complex::Complex<f32>, |x| x.re.is_nan() | x.im.is_nan(), x.re.is_infinite() | x.im.is_infinite();
        num_complex::Complex<f64>, |x| x.re.is_nan() | x.im.is_nan(), x.re.is_infinite() | x.im.is_infinite();
        crate::kernels::lane::Truth, |_x| false, false;
    }
    macro_rules! integers {
        ($($ty:ty)*) => { $(impl Class for $ty {
            fn nan(self) -> bool { false }
            fn infinite(self) -> bool { false }
        })* };
    }
    integers!(i8 i16 i32 i64 u8 u16 u32 u64);
    with_lane!(dtype, T => {
        // SAFETY: the caller's elements.
        let out = unsafe { core::slice::from_raw_parts(out.cast::<T>(), n) };
        let odd = out.iter().fold(false, |odd, &x| odd | x.nan() | x.infinite());
        if !odd {
            return Status::NONE;
        }
        let mut noted = Status::NONE;
        for (i, result) in out.iter().enumerate() {
            // SAFETY: the caller's elements.
            let inputs = inputs.iter().map(|input| unsafe { *input.cast::<T>().add(i) });
            if result.nan() && !inputs.clone().any(|x| x.nan()) {
                noted |= Status::INVALID;
            }
            if result.infinite() && !inputs.clone().any(|x| x.nan() || x.infinite()) {
                noted |= infinite;
            }
        }
        noted
    })
}
