//! What the runtime does: one call for every operation on objects, with operands and results in a row of
//! words on the stack.

use crate::translate::{CALL, Translator, counterpart};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pommel_jit::ir::{Immediate, Inst, Op};

impl Translator<'_> {
    /// Lets the runtime do an operation, and leaves if it says that it exits.
    pub(crate) fn perform(&mut self, inst: &Inst, args: &[Value]) -> Result<Vec<Value>, String> {
        if inst.op == Op::Keep {
            return Ok(vec![]);
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
        let room = self.room();
        for (index, arg) in args.iter().enumerate() {
            self.store_word(room, index, *arg);
        }
        let immediate = match inst.immediate {
            Immediate::Int(value) => value,
            Immediate::Bool(value) => i64::from(value),
            Immediate::Float(value) => value.to_bits() as i64,
            Immediate::None | Immediate::Math(_) => 0,
        };
        let operation = self.builder.ins().iconst(types::I32, inst.op as i64);
        let immediate = self.builder.ins().iconst(types::I64, immediate);
        let count = self.builder.ins().iconst(types::I64, args.len() as i64);
        let went_well = self.call_address(
            self.calls.call as usize,
            &CALL,
            &[types::I8],
            &[self.activation, operation, immediate, room, count],
        )[0];
        if let Some(exit) = &inst.exit {
            self.leave_after_call(went_well, exit)?;
        }
        let function = self.function;
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
        let of_args = args.iter().map(|arg| self.builder.func.dfg.value_type(*arg));
        let params: Vec<_> = std::iter::once(types::I64).chain(of_args).collect();
        let result = match (inst.results.first(), &inst.exit) {
            (Some(result), None) => Some(counterpart(self.function.type_of(*result))),
            (None, None) => None,
            (_, Some(_)) => Some(types::I64),
        };
        let operands: Vec<_> = std::iter::once(self.activation).chain(args.iter().copied()).collect();
        let results = self.call_address(address, &params, result.as_slice(), &operands);
        if let Some(exit) = &inst.exit {
            self.leave_after_call(results[0], exit)?;
        }
        Ok(results)
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
    )
}
