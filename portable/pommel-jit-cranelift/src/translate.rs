//! The typed form to Cranelift's: values, blocks, and exits.
//!
//! Values and blocks have their counterparts one by one. An exit is a cold block, which writes what is
//! saved, how many handles are owned, and these, and returns.

use crate::callable::Outside;
use crate::exits::{Leaving, Place};
use crate::loops::{self, Kept};
use crate::{fast, fixed, math, squares};
use cranelift_codegen::Context;
use cranelift_codegen::ir::{
    self as clif, AbiParam, BlockArg, InstBuilder, MemFlagsData, Signature, StackSlot,
    StackSlotData, StackSlotKind, types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};
use pommel_jit::backend::{Calls, activation};
use pommel_jit::callable::Callable;
use pommel_jit::ir::flow::Dominators;
use pommel_jit::ir::op::Math;
use pommel_jit::ir::{self, Block, End, Exit, Inst, Op, Target, Type, Value};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

/// The size of a word, in bytes.
pub(crate) const WORD: usize = 8;

/// So many times a loop goes round before the runtime looks for interrupts.
const POLL_INTERVAL: i64 = 1 << 16;

/// How memory is read and written: it is there, and need not be aligned.
pub(crate) const MEMORY: MemFlagsData = MemFlagsData::new().with_notrap();

/// Where code is that leaves all registers as they were.
#[derive(Clone, Copy, Default)]
pub(crate) struct Quiet {
    /// What [`interlude`] makes.
    pub(crate) interlude: usize,
    /// What [`power_aside`] makes.
    pub(crate) power: usize,
    /// What [`fast::aside`] makes.
    pub(crate) aside: usize,
}

/// Translates a function.
pub(crate) fn function(
    isa: &dyn TargetIsa,
    function: &ir::Function,
    calls: Calls<'_>,
    quiet: Quiet,
) -> Result<clif::Function, String> {
    let signature = signature(isa.default_call_conv(), &[types::I64; 2], &[types::I32]);
    translated(isa, function, signature, (calls, quiet), None)
}

/// Translates a function to one of a signature: its own, or that of a function in C.
pub(crate) fn translated(
    isa: &dyn TargetIsa,
    function: &ir::Function,
    signature: Signature,
    (calls, quiet): (Calls<'_>, Quiet),
    callable: Option<&Callable>,
) -> Result<clif::Function, String> {
    let mut context = Context::new();
    let convention = isa.default_call_conv();
    context.func.signature = signature;
    let mut scratch = FunctionBuilderContext::new();
    let builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    let (squares, fast) = (squares::find(isa, function), fast::find(isa, function));
    let mut translator = Translator::new(builder, function, convention, calls, (squares, fast));
    translator.outside = callable.map(|callable| Outside::new(callable, &translator.params()));
    if function.options.fast_math && isa.has_native_fma() {
        translator.times = pommel_jit::passes::fast::times(function);
    }
    translator.rounds = isa.has_round();
    translator.quiet = quiet;
    translator.blocks()?;
    translator.builder.seal_all_blocks();
    translator.builder.finalize(isa.frontend_config());
    Ok(context.func)
}

/// A function that calls the runtime and leaves all registers as they were, those of floats as well: for
/// what is done once in a while in the middle of a loop. Its parameter is the address of four words: that of
/// a [`pommel_jit::backend::Call`], in place of which it puts the answer, the activation, the operation and
/// its immediate. Each parameter more is a register that the loop must do without.
pub(crate) fn interlude(isa: &dyn TargetIsa) -> clif::Function {
    let mut context = Context::new();
    context.func.signature = signature(CallConv::PreserveAll, &[types::I64], &[]);
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let room = builder.block_params(entry)[0];
    let [call, activation, operation, immediate] =
        [0, 1, 2, 3].map(|index| builder.ins().load(types::I64, MEMORY, room, index * WORD as i32));
    let operation = builder.ins().ireduce(types::I32, operation);
    let none = builder.ins().iconst(types::I64, 0);
    let args = [activation, operation, immediate, room, none];
    let callee = signature(isa.default_call_conv(), &CALL, &[types::I8]);
    let callee = builder.import_signature(callee);
    let call = builder.ins().call_indirect(callee, call, &args);
    let answer = builder.inst_results(call)[0];
    builder.ins().store(MEMORY, answer, room, 0);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize(isa.frontend_config());
    context.func
}

/// A function that calls the C library's `pow` and leaves all other registers as they were. Its parameter
/// is the address of base and exponent; the power is written to the first.
pub(crate) fn power_aside(isa: &dyn TargetIsa) -> clif::Function {
    let mut context = Context::new();
    context.func.signature = signature(CallConv::PreserveAll, &[types::I64], &[]);
    let mut scratch = FunctionBuilderContext::new();
    let mut builder = FunctionBuilder::new(&mut context.func, &mut scratch);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let room = builder.block_params(entry)[0];
    let args = [0, WORD as i32].map(|at| builder.ins().load(types::F64, MEMORY, room, at));
    let callee = signature(isa.default_call_conv(), &[types::F64; 2], &[types::F64]);
    let callee = builder.import_signature(callee);
    let address = builder.ins().iconst(types::I64, math::address(Math::Pow) as i64);
    let call = builder.ins().call_indirect(callee, address, &args);
    let power = builder.inst_results(call)[0];
    builder.ins().store(MEMORY, power, room, 0);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize(isa.frontend_config());
    context.func
}

/// The parameters of a [`pommel_jit::backend::Call`].
pub(crate) const CALL: [clif::Type; 5] =
    [types::I64, types::I32, types::I64, types::I64, types::I64];

/// A signature of a convention.
pub(crate) fn signature(
    convention: CallConv,
    params: &[clif::Type],
    results: &[clif::Type],
) -> Signature {
    let mut signature = Signature::new(convention);
    signature.params.extend(params.iter().map(|of| AbiParam::new(*of)));
    signature.returns.extend(results.iter().map(|of| AbiParam::new(*of)));
    signature
}

/// The counterpart of a type.
pub(crate) fn counterpart(of: Type) -> clif::Type {
    match of {
        Type::I64 | Type::Obj => types::I64,
        Type::F64 => types::F64,
        Type::Bool => types::I8,
        Type::I64x2 => types::I64X2,
        Type::F64x2 => types::F64X2,
    }
}

/// A function on its way.
pub(crate) struct Translator<'a> {
    pub(crate) builder: FunctionBuilder<'a>,
    pub(crate) function: &'a ir::Function,
    pub(crate) convention: CallConv,
    pub(crate) calls: Calls<'a>,
    /// Whether the processor rounds to integers itself.
    pub(crate) rounds: bool,
    pub(crate) quiet: Quiet,
    /// Which powers are squares.
    pub(crate) squares: HashSet<Value>,
    /// What becomes of values, where there are squares.
    pub(crate) uses: squares::Uses<'a>,
    /// What was computed with the squares that it is made of.
    pub(crate) done: HashSet<Value>,
    /// Which functions are computed in registers: their first results.
    pub(crate) fast: HashSet<Value>,
    /// When values are there, roughly, where a product and a sum may be rounded once.
    pub(crate) times: Vec<u32>,
    pub(crate) activation: clif::Value,
    /// Where arguments are and results go.
    pub(crate) words: clif::Value,
    /// Where operands and results of the runtime's operations go: made when there is one.
    slot: Option<StackSlot>,
    /// Where the words are of a call of the function by itself: made when there is one.
    pub(crate) inner: Option<StackSlot>,
    /// How often it still may poll without asking the runtime.
    ticks: Option<Variable>,
    values: Vec<Option<clif::Value>>,
    /// The block that is translated.
    pub(crate) block: Block,
    pub(crate) dominators: Dominators,
    /// The values that get a place at the end of a block.
    pub(crate) to_fix: HashMap<Block, Vec<Value>>,
    /// Where values got one.
    pub(crate) fixed: HashMap<Value, Vec<(Block, clif::Value)>>,
    /// What is kept in memory behind loops.
    kept: Vec<Kept>,
    /// Where: a place for each value.
    slots: HashMap<Value, StackSlot>,
    /// Where arguments are that stay in memory.
    pub(crate) in_memory: HashMap<Value, StackSlot>,
    /// The integers that are constants.
    constants: Vec<Option<i64>>,
    blocks: Vec<clif::Block>,
    /// The exits that are still to be translated.
    pub(crate) leaving: Vec<Leaving>,
    /// Where exits return: made when there is one.
    pub(crate) way_out: Option<clif::Block>,
    /// What there is besides if it is a function in C.
    pub(crate) outside: Option<Outside<'a>>,
}

impl<'a> Translator<'a> {
    fn new(
        mut builder: FunctionBuilder<'a>,
        function: &'a ir::Function,
        convention: CallConv,
        calls: Calls<'a>,
        (squares, fast): (HashSet<Value>, HashSet<Value>),
    ) -> Translator<'a> {
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let params = builder.block_params(entry);
        // A function in C has neither.
        let (activation, words) = (params[0], params[params.len() - 1]);
        let blocks = function.blocks.iter().map(|_| builder.create_block()).collect();
        let mut constants = vec![None; function.types.len()];
        for inst in function.blocks.iter().flat_map(|block| &block.insts) {
            if let (Op::Int, ir::Immediate::Int(value)) = (inst.op, inst.immediate) {
                constants[inst.results[0].0 as usize] = Some(value);
            }
        }
        let dominators = Dominators::of(function);
        let quiet = squares.union(&fast).copied().collect();
        Translator {
            builder,
            function,
            convention,
            calls,
            rounds: false,
            quiet: Quiet::default(),
            activation,
            words,
            slot: None,
            inner: None,
            ticks: None,
            values: vec![None; function.types.len()],
            block: Block(0),
            to_fix: fixed::fixed(function, &dominators),
            fixed: HashMap::default(),
            kept: loops::kept(function, &dominators, &quiet),
            uses: squares::Uses::of(function),
            done: HashSet::default(),
            squares,
            fast,
            times: vec![],
            dominators,
            slots: HashMap::default(),
            in_memory: HashMap::default(),
            constants,
            blocks,
            leaving: vec![],
            way_out: None,
            outside: None,
        }
    }

    /// The parameters of the function that is made.
    fn params(&self) -> Vec<clif::Value> {
        let entry = self.builder.current_block();
        entry.map_or_else(Vec::new, |entry| self.builder.block_params(entry).to_vec())
    }

    /// All blocks, each behind those that dominate it, so that values are there when they are used.
    fn blocks(&mut self) -> Result<(), String> {
        self.arguments()?;
        let function = self.function;
        for block in self.dominators.order.clone() {
            self.block = block;
            let target = self.blocks[block.0 as usize];
            if block != Block(0) {
                self.builder.switch_to_block(target);
                for param in &function[block].params {
                    let of = counterpart(function.type_of(*param));
                    let value = self.builder.append_block_param(target, of);
                    self.values[param.0 as usize] = Some(value);
                }
            }
            self.keep()?;
            for inst in &function[block].insts {
                self.instruction(inst)?;
            }
            self.fix()?;
            self.end(&function[block].end)?;
        }
        self.exits();
        self.leave();
        Ok(())
    }

    /// Reads the arguments, and starts what the whole function needs; the first block goes on from here.
    fn arguments(&mut self) -> Result<(), String> {
        self.check_call_from_c();
        let function = self.function;
        for (index, param) in function[Block(0)].params.iter().enumerate() {
            let of = function.type_of(*param);
            let value = match self.outside {
                Some(_) => self.argument_of_c(index, of)?,
                None => self.load_word(self.words, index, of),
            };
            self.values[param.0 as usize] = Some(value);
        }
        if self.outside.is_none() {
            self.leave_in_memory()?;
        }
        let polls = |block: &ir::BlockData| block.insts.iter().any(|inst| inst.op == Op::Poll);
        if function.blocks.iter().any(polls) {
            let ticks = self.builder.declare_var(types::I64);
            let full = self.builder.ins().iconst(types::I64, POLL_INTERVAL);
            self.builder.def_var(ticks, full);
            self.ticks = Some(ticks);
        }
        Ok(())
    }

    fn instruction(&mut self, inst: &Inst) -> Result<(), String> {
        if inst.results.first().is_some_and(|result| self.done.contains(result)) {
            return Ok(());
        }
        let args = inst.args.iter().map(|arg| self.value(*arg)).collect::<Result<Vec<_>, _>>()?;
        if inst.op == Op::Poll {
            return self.poll(inst);
        }
        if inst.op == Op::Attach {
            self.attach();
        } else if inst.results.first().is_some_and(|result| self.fast.contains(result)) {
            let results = self.fast(inst, args[0]);
            self.define(inst, &results);
        } else if inst.results.first().is_some_and(|result| self.squares.contains(result)) {
            self.square(inst, &args)?;
        } else if let Some(value) = self.integer(inst, &args)? {
            self.define(inst, &[value]);
        } else if let Some(value) = self.number(inst, &args) {
            self.define(inst, &[value]);
        } else if let Some(value) = self.pair(inst, &args) {
            self.define(inst, &[value]);
        } else if inst.op == Op::SinCos {
            let both = self.sine_and_cosine(args[0]);
            self.define(inst, &both);
        } else if inst.op == Op::Guard {
            self.leave_unless(args[0], self.exit_of(inst)?)?;
        } else if inst.op == Op::Recur && self.recurs_at_once(inst) {
            let results = self.recur(inst, &args)?;
            self.define(inst, &results);
        } else if !self.store(inst, &args) && !self.store_pair(inst, &args) {
            let results = self.perform(inst, &args)?;
            self.define(inst, &results);
        }
        Ok(())
    }

    fn define(&mut self, inst: &Inst, values: &[clif::Value]) {
        for (result, value) in inst.results.iter().zip(values) {
            self.set(*result, *value);
        }
    }

    pub(crate) fn set(&mut self, value: Value, counterpart: clif::Value) {
        self.values[value.0 as usize] = Some(counterpart);
    }

    /// Writes floats that come out of a loop to memory, behind it.
    fn keep(&mut self) -> Result<(), String> {
        let here = self.kept.iter().filter(|kept| kept.behind == self.block);
        let floats: Vec<Value> = here.flat_map(|kept| kept.floats.iter().copied()).collect();
        for float in floats {
            let value = self.defined(float)?;
            let slot = *self.slots.entry(float).or_insert_with(|| {
                let data = StackSlotData::new(StackSlotKind::ExplicitSlot, WORD as u32, 3);
                self.builder.create_sized_stack_slot(data)
            });
            self.builder.ins().stack_store(types::I64, value, slot, 0);
        }
        Ok(())
    }

    /// The counterpart of a value, read from memory if it is kept there.
    pub(crate) fn value(&mut self, value: Value) -> Result<clif::Value, String> {
        let place = self.place(value)?;
        Ok(self.at(place))
    }

    /// Where a value is here.
    pub(crate) fn place(&self, value: Value) -> Result<Place, String> {
        let is_kept = |kept: &Kept| {
            self.dominators.dominates(kept.behind, self.block) && kept.floats.contains(&value)
        };
        match self.slots.get(&value) {
            Some(slot) if self.kept.iter().any(is_kept) => Ok(Place::Slot(*slot, types::F64)),
            _ => match (self.fixed_here(value), self.on_stack(value)) {
                (Some(fixed), _) => Ok(Place::Value(fixed)),
                (None, Some((slot, of))) => Ok(Place::Slot(slot, of)),
                (None, None) => self.defined(value).map(Place::Value),
            },
        }
    }

    /// The last place that a value got on the way here.
    fn fixed_here(&self, value: Value) -> Option<clif::Value> {
        let mut places = self.fixed.get(&value)?.iter().rev();
        let is_before = |place: &&(Block, _)| self.dominators.dominates(place.0, self.block);
        places.find(is_before).map(|place| place.1)
    }

    pub(crate) fn defined(&self, value: Value) -> Result<clif::Value, String> {
        self.values[value.0 as usize].ok_or_else(|| format!("v{} is not defined", value.0))
    }

    /// Whether a value was translated already.
    pub(crate) fn is_defined(&self, value: Value) -> bool {
        self.values[value.0 as usize].is_some()
    }

    /// Whether a block is always passed on the way to the one that is translated.
    pub(crate) fn dominates_here(&self, block: Block) -> bool {
        self.dominators.dominates(block, self.block)
    }

    /// A value that is an integer known now.
    pub(crate) fn constant(&self, value: Value) -> Option<i64> {
        self.constants[value.0 as usize]
    }

    /// The exit that an instruction must have.
    pub(crate) fn exit_of<'i>(&self, inst: &'i Inst) -> Result<&'i Exit, String> {
        inst.exit.as_ref().ok_or_else(|| format!("{} without an exit", inst.op.text()))
    }

    fn end(&mut self, end: &End) -> Result<(), String> {
        match end {
            End::Jump(target) => {
                let (block, args) = self.target(target)?;
                self.builder.ins().jump(block, &args);
            }
            End::Branch { condition, then, otherwise } => {
                let condition = self.value(*condition)?;
                let (then, then_args) = self.target(then)?;
                let (otherwise, other_args) = self.target(otherwise)?;
                self.builder.ins().brif(condition, then, &then_args, otherwise, &other_args);
            }
            End::Return(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.save(index, *value)?;
                }
                let status = self.builder.ins().iconst(types::I32, 0);
                self.builder.ins().return_(&[status]);
            }
            End::Exit(exit) if self.returns_to_c(exit)? => {}
            End::Exit(_) if self.outside.is_some() => self.go_otherwise(),
            End::Exit(exit) => self.exit_now(exit)?,
            End::Unreachable => {
                self.builder.ins().trap(clif::TrapCode::unwrap_user(1));
            }
        }
        Ok(())
    }

    fn target(&mut self, target: &Target) -> Result<(clif::Block, Vec<BlockArg>), String> {
        let block = self.blocks[target.block.0 as usize];
        let args = target.args.iter().map(|arg| self.value(*arg).map(BlockArg::Value));
        Ok((block, args.collect::<Result<_, _>>()?))
    }

    /// Leaves by an exit if a condition does not hold, and goes on if it does.
    pub(crate) fn leave_unless(
        &mut self,
        condition: clif::Value,
        exit: &Exit,
    ) -> Result<(), String> {
        self.check(condition, true, exit)
    }

    /// Leaves by an exit if a condition holds, and goes on if it does not.
    pub(crate) fn leave_if(&mut self, condition: clif::Value, exit: &Exit) -> Result<(), String> {
        self.check(condition, false, exit)
    }

    fn check(&mut self, condition: clif::Value, wanted: bool, exit: &Exit) -> Result<(), String> {
        self.check_with(condition, wanted, exit, &[])
    }

    /// Leaves by an exit if the runtime says so. Floats that the exit saves were written before the call,
    /// by [`Translator::save_floats`].
    pub(crate) fn leave_after_call(
        &mut self,
        went_well: clif::Value,
        exit: &Exit,
    ) -> Result<(), String> {
        self.check_with(went_well, true, exit, &[Type::F64])
    }

    /// Writes the floats that an exit saves. Calls spoil the registers of floats: one that is there after
    /// a call would be in memory all the time, also in loops without calls.
    pub(crate) fn save_floats(&mut self, exit: &Exit) -> Result<(), String> {
        for (index, value) in exit.saved.iter().enumerate() {
            if self.function.type_of(*value) == Type::F64 {
                self.save(index, *value)?;
            }
        }
        Ok(())
    }

    fn check_with(
        &mut self,
        condition: clif::Value,
        wanted: bool,
        exit: &Exit,
        saved: &[Type],
    ) -> Result<(), String> {
        let (on, out) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(out);
        let (then, otherwise) = if wanted { (on, out) } else { (out, on) };
        self.builder.ins().brif(condition, then, &[], otherwise, &[]);
        match self.outside {
            Some(_) => {
                self.builder.switch_to_block(out);
                self.go_otherwise();
            }
            None => self.exit_later(out, exit, saved)?,
        }
        self.builder.switch_to_block(on);
        Ok(())
    }

    /// The end of all exits.
    fn leave(&mut self) {
        if self.outside.is_some() {
            return self.otherwise();
        }
        if let Some(way_out) = self.way_out {
            self.builder.set_cold_block(way_out);
            self.builder.switch_to_block(way_out);
            let status = self.builder.append_block_param(way_out, types::I32);
            self.builder.ins().return_(&[status]);
        }
    }

    /// Writes a value to the buffer.
    fn save(&mut self, index: usize, value: Value) -> Result<(), String> {
        let value = self.value(value)?;
        self.store_word(self.words, index, value);
        Ok(())
    }

    /// Writes a value of any type as a word.
    pub(crate) fn store_word(&mut self, at: clif::Value, index: usize, value: clif::Value) {
        let is_bool = self.builder.func.dfg.value_type(value) == types::I8;
        let word = if is_bool { self.builder.ins().uextend(types::I64, value) } else { value };
        self.builder.ins().store(MEMORY, word, at, (index * WORD) as i32);
    }

    /// Reads a value of a type from a word.
    pub(crate) fn load_word(&mut self, at: clif::Value, index: usize, of: Type) -> clif::Value {
        let offset = (index * WORD) as i32;
        if of == Type::Bool {
            let word = self.builder.ins().load(types::I64, MEMORY, at, offset);
            return self.builder.ins().ireduce(types::I8, word);
        }
        self.builder.ins().load(counterpart(of), MEMORY, at, offset)
    }

    /// The address of room for operands and results.
    pub(crate) fn room(&mut self) -> clif::Value {
        let slot = *self.slot.get_or_insert_with(|| {
            let insts = self.function.blocks.iter().flat_map(|block| &block.insts);
            let most = insts.map(|inst| inst.args.len().max(inst.results.len())).max();
            let size = most.unwrap_or(0).max(4) * WORD;
            let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size as u32, 3);
            self.builder.create_sized_stack_slot(data)
        });
        self.builder.ins().stack_addr(types::I64, slot, 0)
    }

    /// Counts, and asks the runtime once in a while.
    fn poll(&mut self, inst: &Inst) -> Result<(), String> {
        let ticks = self.ticks.ok_or("a poll that nobody counts")?;
        let left = self.builder.use_var(ticks);
        let left = self.builder.ins().iadd_imm_s(left, -1);
        self.builder.def_var(ticks, left);
        if self.outside.is_some() {
            return self.leave_unless(left, self.exit_of(inst)?);
        }
        let (ask, on) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(ask);
        self.builder.ins().brif(left, on, &[], ask, &[]);
        self.builder.switch_to_block(ask);
        let went_well = self.interlude(Op::Poll, inst.int().unwrap_or(0));
        self.leave_unless(went_well, self.exit_of(inst)?)?;
        // What goes on stands aside as well: the loop has no jump around it.
        if let Some(aside) = self.builder.current_block() {
            self.builder.set_cold_block(aside);
        }
        let full = self.builder.ins().iconst(types::I64, POLL_INTERVAL);
        self.builder.def_var(ticks, full);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        Ok(())
    }

    /// The address of the first free record of each size.
    pub(crate) fn pools(&mut self) -> clif::Value {
        self.load_word(self.activation, activation::POOLS, Type::I64)
    }

    /// Asks the runtime whether others run Python since a poll, and has it back then.
    fn attach(&mut self) {
        let distance = (activation::DETACHED * WORD) as i32;
        let detached = self.builder.ins().load(types::I64, MEMORY, self.activation, distance);
        let (ask, on) = (self.builder.create_block(), self.builder.create_block());
        self.builder.set_cold_block(ask);
        self.builder.ins().brif(detached, ask, &[], on, &[]);
        self.builder.switch_to_block(ask);
        self.interlude(Op::Attach, 0);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
    }

    /// Lets the runtime do something without a trace in the registers. Whether that went well.
    fn interlude(&mut self, op: Op, immediate: i64) -> clif::Value {
        let room = self.room();
        let call = self.calls.call as usize as i64;
        let words = [call, op as i64, immediate, self.quiet.interlude as i64];
        let [call, operation, immediate, interlude] =
            words.map(|word| self.builder.ins().iconst(types::I64, word));
        for (index, word) in [call, self.activation, operation, immediate].into_iter().enumerate() {
            self.store_word(room, index, word);
        }
        let signature = signature(CallConv::PreserveAll, &[types::I64], &[]);
        let signature = self.builder.import_signature(signature);
        self.builder.ins().call_indirect(signature, interlude, &[room]);
        self.builder.ins().load(types::I8, MEMORY, room, 0)
    }
}
