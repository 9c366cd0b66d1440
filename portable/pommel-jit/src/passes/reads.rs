//! What is read twice in a row is read once: within a block, where nothing was written since.

use super::replace::Replacements;
use crate::ir::{Function, Inst, Op, Value};
use rustc_hash::FxHashMap as HashMap;

/// Replaces what was read before. Whether there was anything.
pub fn run(function: &mut Function) -> bool {
    let mut replacements = Replacements::of(function);
    let mut changed = false;
    for block in &mut function.blocks {
        let mut known: HashMap<(Op, Value, i64), Value> = HashMap::default();
        block.insts.retain(|inst| {
            if may_write(inst) {
                known.clear();
            }
            let (true, Some(distance)) = (inst.op.is_load(), inst.int()) else { return true };
            let key = (inst.op, replacements.get(inst.args[0]), distance);
            let first = *known.entry(key).or_insert(inst.results[0]);
            let is_again = replacements.set(inst.results[0], first);
            changed |= is_again;
            !is_again
        });
    }
    replacements.apply(function);
    changed
}

fn may_write(inst: &Inst) -> bool {
    let only_reads = inst.op.is_load() || inst.op.is_look() || inst.op == Op::ListWord;
    !only_reads && !inst.op.signature().pure && inst.op != Op::Keep
}
