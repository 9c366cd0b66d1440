//! Calls of a function by itself, and of its inner functions: at once, as long as the runtime allows for so many within each other, and
//! through the runtime where it has to be asked.

use crate::translate::{CALL, Translator, WORD, signature};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, StackSlotData, StackSlotKind, Value, types};
use pommel_jit::backend::{Target, activation};
use pommel_jit::ir::{Immediate, Inst, Op, Type};

/// A call is made at once if the function needs no more words.
const MOST_WORDS: usize = 64;
/// Inner functions need no more.
const MOST_OF_INNER: usize = 1024;

impl Translator<'_> {
    /// Whether a call shares what the runtime has for the first one: views, and lists, dicts and texts in
    /// memory, belong to one call of the function, with all calls of inner functions.
    pub(crate) fn recurs_at_once(&self, inst: &Inst) -> bool {
        if target(inst).function > 0 {
            return true;
        }
        let mut insts = self.function.blocks.iter().flat_map(|block| &block.insts);
        let is_own = |inst: &Inst| match inst.op {
            Op::View | Op::List | Op::ListObject | Op::ListCopy | Op::Dict | Op::Text => true,
            Op::Recur => target(inst).function > 0,
            _ => false,
        };
        crate::words(self.function) <= MOST_WORDS && !insts.any(is_own)
    }

    /// Calls the function itself, or an inner one. Gives the bits and the kind of its result.
    pub(crate) fn recur(&mut self, inst: &Inst, args: &[Value]) -> Result<Vec<Value>, String> {
        let exit = self.exit_of(inst)?;
        self.save_floats(exit)?;
        let target = target(inst);
        let size = crate::words(self.function).max(self.calls.words).max(2);
        if size > MOST_OF_INNER {
            return Err("an inner function needs too many words".into());
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, (size * WORD) as u32, 3);
        let slot = *self.inner.get_or_insert_with(|| self.builder.create_sized_stack_slot(data));
        let words = self.builder.ins().stack_addr(types::I64, slot, 0);
        for (index, arg) in args.iter().enumerate() {
            self.store_word(words, index, *arg);
        }
        let [ask, direct, on] = [(); 3].map(|()| self.builder.create_block());
        self.builder.set_cold_block(ask);
        let immediate = self.builder.append_block_param(ask, types::I64);
        let allowance = self.load_word(self.activation, activation::ALLOWANCE, Type::I64);
        let ticks = self.load_word(self.activation, activation::TICKS, Type::I64);
        let left = self.builder.ins().iadd_imm_s(allowance, -i64::from(target.calls));
        let ticks = self.builder.ins().iadd_imm_s(ticks, -1);
        self.store_word(self.activation, activation::TICKS, ticks);
        let least = self.builder.ins().bor(left, ticks);
        let zero = self.builder.ins().iconst(types::I64, 0);
        let is_allowed = self.builder.ins().icmp(IntCC::SignedGreaterThanOrEqual, least, zero);
        let code = self.builder.ins().iconst(types::I64, target.code());
        self.builder.ins().brif(is_allowed, direct, &[], ask, &[BlockArg::Value(code)]);
        self.builder.switch_to_block(direct);
        self.store_word(self.activation, activation::ALLOWANCE, left);
        let floor = (target.function > 0).then(|| self.raise_floor());
        let status = self.call_function(target.function, words);
        self.store_word(self.activation, activation::ALLOWANCE, allowance);
        if let Some(floor) = floor {
            self.store_word(self.activation, activation::FLOOR, floor);
        }
        let status = self.builder.ins().uextend(types::I64, status);
        let left_by = self.builder.ins().ineg(status);
        self.builder.ins().brif(status, ask, &[BlockArg::Value(left_by)], on, &[]);
        self.builder.switch_to_block(ask);
        let operation = self.builder.ins().iconst(types::I32, Op::Recur as i64);
        let count = self.builder.ins().iconst(types::I64, size as i64);
        let args = [self.activation, operation, immediate, words, count];
        let went_well = self.call_address(self.calls.call as usize, &CALL, &[types::I8], &args)[0];
        self.leave_after_call(went_well, exit)?;
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        Ok([0, 1].map(|index| self.load_word(words, index, Type::I64)).to_vec())
    }

    /// What was made until now is not for the called function to give back. Gives what was said before.
    fn raise_floor(&mut self) -> Value {
        let floor = self.load_word(self.activation, activation::FLOOR, Type::I64);
        let made = self.load_word(self.activation, activation::MADE, Type::I64);
        self.store_word(self.activation, activation::FLOOR, made);
        floor
    }

    fn call_function(&mut self, function: u32, words: Value) -> Value {
        let place = activation::ENTRY + function as usize;
        let entry = self.load_word(self.activation, place, Type::I64);
        let params = [types::I64; 2];
        let signature = signature(self.convention, &params, &[types::I32]);
        let signature = self.builder.import_signature(signature);
        let args = [self.activation, words];
        let call = self.builder.ins().call_indirect(signature, entry, &args);
        self.builder.inst_results(call)[0]
    }
}

/// What a call calls.
fn target(inst: &Inst) -> Target {
    match inst.immediate {
        Immediate::Int(code) => Target::of(code),
        _ => Target { function: 0, calls: 1 },
    }
}
