//! Addresses without constants that are added to them: these become a part of the instruction that reads or
//! writes, so that elements beside each other have one address.

use crate::ir::flow;
use crate::ir::verify::is_memory;
use crate::ir::{Function, Immediate, Inst, Op, Type, Value};
use rustc_hash::FxHashMap as HashMap;

/// Distances stay small enough to be a part of any processor's instruction.
const FARTHEST: i64 = 1 << 30;

/// A value as another one and a constant.
type Sum = (Value, i64);

/// Takes constants out of addresses. Whether there were any.
pub fn run(function: &mut Function) -> bool {
    let mut changed = false;
    let mut constants: HashMap<Value, i64> = HashMap::default();
    let mut sums: HashMap<Value, Sum> = HashMap::default();
    for block in flow::reverse_postorder(function) {
        let insts = std::mem::take(&mut function[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        for mut inst in insts {
            if is_memory(inst.op) {
                changed |= move_constant(&mut inst, &sums);
            }
            let less = less_constant(function, &inst, &constants, &sums);
            if let (Op::Int, Some(value)) = (inst.op, inst.int()) {
                constants.insert(inst.results[0], value);
            }
            let result = inst.results.first().copied();
            kept.push(inst);
            if let (Some((twin, sum)), Some(result)) = (less, result) {
                kept.extend(twin);
                sums.insert(result, sum);
            }
        }
        function[block].insts = kept;
    }
    changed
}

fn move_constant(inst: &mut Inst, sums: &HashMap<Value, Sum>) -> bool {
    let (Some((address, more)), Some(distance)) = (sums.get(&inst.args[0]), inst.int()) else {
        return false;
    };
    let Some(distance) = distance.checked_add(*more).filter(|all| all.abs() < FARTHEST) else {
        return false;
    };
    inst.args[0] = *address;
    inst.immediate = Immediate::Int(distance);
    true
}

/// What an instruction computes, less a constant: who gives that, if nobody did so far, and the constant.
fn less_constant(
    function: &mut Function,
    inst: &Inst,
    constants: &HashMap<Value, i64>,
    sums: &HashMap<Value, Sum>,
) -> Option<(Option<Inst>, Sum)> {
    let ([x, y], [_]) = (&inst.args[..], &inst.results[..]) else { return None };
    let less = |value: &Value| sums.get(value).copied().unwrap_or((*value, 0));
    let ((left, more), factor) = (less(x), constants.get(y).copied());
    match (inst.op, factor) {
        (Op::IAddWrap, Some(constant)) => Some((None, (left, more.wrapping_add(constant)))),
        (Op::ISubWrap, Some(constant)) => Some((None, (left, more.wrapping_sub(constant)))),
        (Op::IMulWrap, Some(factor)) if more != 0 => {
            twin(function, inst, [left, *y], more.wrapping_mul(factor))
        }
        (Op::IAddWrap, None) => {
            let (right, rest) = less(y);
            if more == 0 && rest == 0 {
                return None;
            }
            twin(function, inst, [left, right], more.wrapping_add(rest))
        }
        _ => None,
    }
}

/// The same instruction with other operands.
fn twin(
    function: &mut Function,
    inst: &Inst,
    args: [Value; 2],
    more: i64,
) -> Option<(Option<Inst>, Sum)> {
    let result = function.value(Type::I64);
    let twin = Inst { args: args.to_vec(), results: vec![result], ..inst.clone() };
    Some((Some(twin), (result, more)))
}
