//! What the runtime does: one call for every operation on objects, with operands and results in a row of
//! words on the stack.

use crate::translate::{CALL, MEMORY, Translator};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, Value, types};
use pommel_jit::ir::{Counts, Immediate, Inst, Op, Type};

impl Translator<'_> {
    /// Lets the runtime do an operation, and leaves if it says that it exits.
    pub(crate) fn perform(&mut self, inst: &Inst, args: &[Value]) -> Result<Vec<Value>, String> {
        if inst.op == Op::Keep {
            return Ok(vec![]);
        }
        if inst.op == Op::PutObject {
            return self.put(inst, args);
        }
        if let (Op::Retain | Op::HandleOf | Op::Release, Some(count)) =
            (inst.op, count_of(self.function.counts))
        {
            return Ok(match inst.op {
                Op::Release => self.release(count, args[0]),
                _ => self.retain(count, args[0]),
            });
        }
        if !is_runtime(inst.op) {
            return Err(format!("{} is not compiled", inst.op.text()));
        }
        if let Some(exit) = &inst.exit {
            self.save_floats(exit)?;
        }
        if let Some(address) = (self.calls.quick)(inst) {
            return self.perform_quickly(inst, args, address);
        }
        let immediate = match inst.immediate {
            Immediate::Int(value) => value,
            Immediate::Bool(value) => i64::from(value),
            Immediate::Float(value) => value.to_bits() as i64,
            Immediate::None | Immediate::Math(_) => 0,
        };
        let went_well = self.call_runtime(inst.op, immediate, args);
        if let Some(exit) = &inst.exit {
            self.leave_after_call(went_well, exit)?;
        }
        let (function, room) = (self.function, self.room());
        let results = inst.results.iter().enumerate();
        Ok(results
            .map(|(index, result)| self.load_word(room, index, function.type_of(*result)))
            .collect())
    }

    /// Lets a function of its own do an operation: see [`pommel_jit::backend::Quick`].
    fn perform_quickly(
        &mut self,
        inst: &Inst,
        args: &[Value],
        address: usize,
    ) -> Result<Vec<Value>, String> {
        let immediate = self.builder.ins().iconst(types::I64, inst.int().unwrap_or(0));
        let mut operands = vec![self.activation, immediate];
        for arg in args {
            operands.push(self.word_of(*arg));
        }
        let room = (inst.results.len() > 1).then(|| self.room());
        operands.extend(room);
        let has_result = inst.exit.is_some() || !inst.results.is_empty();
        let results: &[_] = if has_result { &[types::I64] } else { &[] };
        let params = vec![types::I64; operands.len()];
        let results = self.call_address(address, &params, results, &operands);
        if let Some(exit) = &inst.exit {
            self.leave_after_call(results[0], exit)?;
        }
        let mut found = Vec::new();
        for (index, result) in inst.results.iter().enumerate() {
            let of = self.function.type_of(*result);
            found.push(match (room, of) {
                (Some(room), _) if index > 0 => self.load_word(room, index, of),
                (_, Type::Bool) if inst.exit.is_some() => {
                    self.builder.ins().icmp_imm_s(IntCC::Equal, results[0], 2)
                }
                (_, Type::Bool) => self.builder.ins().ireduce(types::I8, results[0]),
                (_, Type::F64) => {
                    self.builder.ins().bitcast(types::F64, MemFlagsData::new(), results[0])
                }
                (_, Type::I64 | Type::Obj | Type::I64x2 | Type::F64x2) => results[0],
            });
        }
        Ok(found)
    }

    /// A value as a word.
    fn word_of(&mut self, value: Value) -> Value {
        match self.builder.func.dfg.value_type(value) {
            types::I8 => self.builder.ins().uextend(types::I64, value),
            types::F64 => self.builder.ins().bitcast(types::I64, MemFlagsData::new(), value),
            _ => value,
        }
    }
}

impl Translator<'_> {
    /// Puts an object in place of another one.
    fn put(&mut self, inst: &Inst, args: &[Value]) -> Result<Vec<Value>, String> {
        let count = count_of(self.function.counts).ok_or("objects are counted by the runtime")?;
        let Immediate::Int(distance) = inst.immediate else { return Err("no distance".into()) };
        let place = self.builder.ins().iadd_imm_s(args[0], distance);
        self.retain(count, args[1]);
        let old = self.builder.ins().load(types::I64, MEMORY, place, 0);
        self.builder.ins().store(MEMORY, args[1], place, 0);
        self.release(count, old);
        Ok(vec![])
    }

    /// Counts one more reference to an object.
    fn retain(&mut self, count: clif::Type, object: Value) -> Vec<Value> {
        let old = self.builder.ins().load(count, MEMORY, object, 0);
        let (counted, on) = (self.builder.create_block(), self.builder.create_block());
        let is_counted = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThan, old, 0);
        self.builder.ins().brif(is_counted, counted, &[], on, &[]);
        self.builder.switch_to_block(counted);
        let new = self.builder.ins().iadd_imm_s(old, 1);
        self.builder.ins().store(MEMORY, new, object, 0);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        vec![object]
    }

    /// Counts one reference less. The runtime gives up the last one.
    fn release(&mut self, count: clif::Type, object: Value) -> Vec<Value> {
        let old = self.builder.ins().load(count, MEMORY, object, 0);
        let blocks = [(); 4].map(|()| self.builder.create_block());
        let [several, few, last, on] = blocks;
        let are_several = self.builder.ins().icmp_imm_s(IntCC::SignedGreaterThan, old, 1);
        self.builder.ins().brif(are_several, several, &[], few, &[]);
        self.builder.switch_to_block(several);
        let new = self.builder.ins().iadd_imm_s(old, -1);
        self.builder.ins().store(MEMORY, new, object, 0);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(few);
        let is_last = self.builder.ins().icmp_imm_s(IntCC::Equal, old, 1);
        self.builder.ins().brif(is_last, last, &[], on, &[]);
        self.builder.set_cold_block(last);
        self.builder.switch_to_block(last);
        self.call_runtime(Op::Release, 0, &[object]);
        self.builder.ins().jump(on, &[]);
        self.builder.switch_to_block(on);
        vec![]
    }

    /// Calls the runtime; its answer.
    fn call_runtime(&mut self, op: Op, immediate: i64, args: &[Value]) -> Value {
        let room = self.room();
        for (index, arg) in args.iter().enumerate() {
            self.store_word(room, index, *arg);
        }
        let operation = self.builder.ins().iconst(types::I32, op as i64);
        let immediate = self.builder.ins().iconst(types::I64, immediate);
        let count = self.builder.ins().iconst(types::I64, args.len() as i64);
        let args = [self.activation, operation, immediate, room, count];
        self.call_address(self.calls.call as usize, &CALL, &[types::I8], &args)[0]
    }
}

/// The type of the count of references to an object, where machine code counts them itself.
fn count_of(counts: Counts) -> Option<clif::Type> {
    match counts {
        Counts::Runtime => None,
        Counts::Word => Some(types::I64),
        Counts::Half => Some(types::I32),
    }
}

/// Whether the runtime does it.
pub(crate) fn is_runtime(op: Op) -> bool {
    matches!(
        op,
        Op::Perform
            | Op::Known
            | Op::Retain
            | Op::Release
            | Op::BoxInt
            | Op::BoxFloat
            | Op::BoxBool
            | Op::BoxComplex
            | Op::Tuple
            | Op::Array
            | Op::IsClass
            | Op::Same
            | Op::UnboxInt
            | Op::UnboxFloat
            | Op::UnboxBool
            | Op::UnboxComplex
            | Op::Truth
            | Op::Next
            | Op::Recur
            | Op::Valid
            | Op::View
            | Op::HandleOf
            | Op::IntOf
            | Op::StoreItem
            | Op::AppendItem
            | Op::List
            | Op::ListObject
            | Op::ListCopy
            | Op::Dict
            | Op::DictObject
            | Op::DictItem
            | Op::DictHas
            | Op::Text
            | Op::TextObject
    )
}
