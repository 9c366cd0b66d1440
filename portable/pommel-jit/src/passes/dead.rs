//! What nobody uses: instructions without effects, and parameters of blocks.

use crate::ir::{Block, Function, Inst, Op, Value};

/// Removes what nobody uses. Whether there was anything.
pub fn run(function: &mut Function) -> bool {
    let is_used = used(function);
    let unused = |value: &Value| !is_used[value.0 as usize];
    let mut changed = false;
    for block in function.ids() {
        let data = &mut function[block];
        let before = data.insts.len();
        data.insts.retain(|inst| !is_removable(inst) || !inst.results.iter().all(unused));
        changed |= data.insts.len() != before;
        if block == Block(0) {
            continue;
        }
        for index in (0..function[block].params.len()).rev() {
            if unused(&function[block].params[index]) {
                super::params::remove_param(function, block, index);
                changed = true;
            }
        }
    }
    changed
}

/// Which values are used by what has effects, or by what is used by such, and so on.
fn used(function: &Function) -> Vec<bool> {
    let count = function.types.len();
    // By value: what it is the result of, or what the parameter that it is may be.
    let (mut makers, mut sources) = (vec![None; count], vec![vec![]; count]);
    let mut left: Vec<Value> = vec![];
    for data in &function.blocks {
        for inst in &data.insts {
            match is_removable(inst) {
                true => inst.results.iter().for_each(|of| makers[of.0 as usize] = Some(inst)),
                false => left.extend(inst.uses()),
            }
        }
        // What is passed on is used if the parameter is.
        let mut passed = 0;
        for target in data.end.targets() {
            for (param, arg) in function[target.block].params.iter().zip(&target.args) {
                sources[param.0 as usize].push(*arg);
                passed += 1;
            }
        }
        let uses = data.end.uses();
        left.extend(&uses[..uses.len() - passed]);
    }
    let mut is_used = vec![false; count];
    while let Some(value) = left.pop() {
        if !std::mem::replace(&mut is_used[value.0 as usize], true) {
            left.append(&mut sources[value.0 as usize]);
            left.extend(makers[value.0 as usize].into_iter().flat_map(Inst::uses));
        }
    }
    is_used
}

/// Whether nobody can tell that an instruction was not done, but by its results. Making an object of a
/// number exits without memory, which is no reason to make it.
fn is_removable(inst: &Inst) -> bool {
    let signature = inst.op.signature();
    let only_reads = inst.op.is_load() || inst.op.is_look() || inst.op == Op::ListWord;
    let only_makes =
        matches!(inst.op, Op::BoxInt | Op::BoxFloat | Op::BoxBool | Op::BoxComplex | Op::Tuple);
    only_reads || only_makes || signature.pure && !signature.exits
}
