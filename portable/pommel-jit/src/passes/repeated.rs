//! What was computed before: the same pure instruction with the same operands, on every way here. Sine and
//! cosine of one value are computed together. A condition that was branched on or checked is known from
//! there on, and so is where a key of a dict is, once it was looked for or placed.

use super::memory::{Memory, State};
use super::replace::Replacements;
use crate::ir::dicts::{self, DictCall};
use crate::ir::flow::{self, Dominators};
use crate::ir::op::Math;
use crate::ir::{Block, End, Function, Immediate, Inst, Op, Type, Value};
use rustc_hash::FxHashMap as HashMap;
use smallvec::SmallVec;

/// Replaces what was computed before. Whether there was anything.
pub fn run(function: &mut Function) -> bool {
    let mut changed = join_sines_and_cosines(function);
    let dominators = Dominators::of(function);
    let mut search = Search {
        replacements: Replacements::of(function),
        known: HashMap::default(),
        truths: HashMap::default(),
        is_view: function.views(),
        memory: Memory::of(function, &dominators),
        changed: false,
    };
    let mut children = vec![vec![]; function.blocks.len()];
    for block in dominators.order.iter().rev() {
        if let Some(parent) = dominators.parent(*block) {
            children[parent.0 as usize].push(*block);
        }
    }
    let entries = entries(function);
    let mut path = vec![Step::Enter(Block(0))];
    let mut left = dominators.order.len();
    // Nobody asks what is known behind the last block.
    while let Some(step) = path.pop().filter(|_| left > 0) {
        match step {
            Step::Enter(block) => {
                left -= 1;
                let undo = search.block(function, block, entries[block.0 as usize]);
                path.push(Step::Leave(undo));
                path.extend(children[block.0 as usize].iter().map(|child| Step::Enter(*child)));
            }
            Step::Leave(undo) => search.forget(undo),
        }
    }
    search.replacements.apply(function);
    changed |= search.changed;
    changed
}

/// A step on the way through the tree of dominators.
enum Step {
    Enter(Block),
    Leave(Vec<Undo>),
}

/// What is not known any more when a block and all that it dominates are done.
enum Undo {
    Computed(Key),
    Truth(Value),
}

/// Values of an instruction, which are seldom more.
type Few = SmallVec<[Value; 4]>;

/// An instruction, as far as its result depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    op: Op,
    immediate: u64,
    args: Few,
    /// The state of the memory that it reads.
    state: State,
}

/// For blocks that are entered in one way: from a branch, whose condition is then known.
fn entries(function: &Function) -> Vec<Option<(Value, bool)>> {
    let predecessors = flow::predecessors(function);
    let entry = |block: Block| {
        let [from] = predecessors[block.0 as usize][..] else { return None };
        match &function[from].end {
            End::Branch { condition, then, otherwise } if then.block != otherwise.block => {
                Some((*condition, then.block == block))
            }
            _ => None,
        }
    };
    function.ids().map(entry).collect()
}

struct Search {
    replacements: Replacements,
    /// Results by instruction, on the way to the block that is looked at.
    known: HashMap<Key, Few>,
    /// What is true or false there.
    truths: HashMap<Value, bool>,
    /// Which values are addresses of what is known of an array.
    is_view: Vec<bool>,
    memory: Memory,
    changed: bool,
}

impl Search {
    fn block(
        &mut self,
        function: &mut Function,
        block: Block,
        entry: Option<(Value, bool)>,
    ) -> Vec<Undo> {
        let mut undo = vec![];
        if let Some((condition, truth)) = entry {
            self.learn(condition, truth, &mut undo);
        }
        let insts = std::mem::take(&mut function[block].insts);
        let mut kept = Vec::with_capacity(insts.len());
        let mut states = self.memory.at_start(block);
        for (place, mut inst) in insts.into_iter().enumerate() {
            // What reads and writes where is said of values as they were.
            let state = self.memory.state(&inst, &states);
            let mut find = looking_for(&inst);
            let found = find.as_ref().and_then(|find| self.memory.state(find, &states));
            self.memory.pass(&inst, block, place, &mut states);
            let placed = find.as_ref().and_then(|find| self.memory.state(find, &states));
            for inst in [&mut inst].into_iter().chain(&mut find) {
                inst.each_use(|value| *value = self.replacements.get(*value));
            }
            if let Some(find) = &find
                && self.is_placed(&inst, find, [found, placed], &mut undo)
            {
                continue;
            }
            if !self.is_known(&inst, state, &mut undo) {
                self.decide(&mut inst);
                kept.push(inst);
            }
        }
        function[block].insts = kept;
        let replacements = &self.replacements;
        function[block].end.each_use(|value| *value = replacements.get(*value));
        self.decide_end(function, block);
        undo
    }

    fn learn(&mut self, condition: Value, truth: bool, undo: &mut Vec<Undo>) {
        let condition = self.replacements.get(condition);
        self.truths.entry(condition).or_insert_with(|| {
            undo.push(Undo::Truth(condition));
            truth
        });
    }

    fn forget(&mut self, undo: Vec<Undo>) {
        for one in undo {
            match one {
                Undo::Computed(key) => drop(self.known.remove(&key)),
                Undo::Truth(value) => drop(self.truths.remove(&value)),
            }
        }
    }

    /// Whether an instruction does what was done before; else what it does is known from here on.
    fn is_known(&mut self, inst: &Inst, state: Option<State>, undo: &mut Vec<Undo>) -> bool {
        let is_word = inst.op == Op::LoadI64 && self.is_view[inst.args[0].0 as usize];
        if !is_word && state.is_none() && !inst.op.signature().pure {
            return false;
        }
        let key = Key { state: state.unwrap_or(0), ..key(inst) };
        let known = self.known.get(&key).map(Few::as_slice).or_else(|| self.part(inst));
        if let Some(results) = known.map(Few::from) {
            for (result, known) in inst.results.iter().zip(results) {
                self.replacements.set(*result, known);
            }
            self.changed = true;
            return true;
        }
        self.known.insert(key.clone(), Few::from(&inst.results[..]));
        undo.push(Undo::Computed(key));
        if inst.op == Op::Guard {
            self.learn(inst.args[0], true, undo);
        }
        false
    }

    /// Whether the key that an instruction places in a dict is there already; else it is known from here on
    /// where it is. `find` would look for it; the states are those of the keys before and behind.
    fn is_placed(
        &mut self,
        inst: &Inst,
        find: &Inst,
        [before, behind]: [Option<State>; 2],
        undo: &mut Vec<Undo>,
    ) -> bool {
        let looked_for = |state: State| Key { state, ..key(find) };
        if let Some(state) = before
            && let Some(&[entry]) = self.known.get(&looked_for(state)).map(Few::as_slice)
            && self.is_no_missing(entry)
        {
            self.replacements.set(inst.results[0], entry);
            self.changed = true;
            return true;
        }
        if let Some(state) = behind {
            self.known.insert(looked_for(state), Few::from(&inst.results[..]));
            undo.push(Undo::Computed(looked_for(state)));
        }
        false
    }

    /// Whether it was found out that an entry is there.
    fn is_no_missing(&self, entry: Value) -> bool {
        let inst = |op, args, immediate| Inst { op, args, immediate, results: vec![], exit: None };
        let missing = key(&inst(Op::Int, vec![], Immediate::Int(dicts::MISSING)));
        let Some(&[missing]) = self.known.get(&missing).map(Few::as_slice) else { return false };
        let is_there = key(&inst(Op::INe, vec![entry, missing], Immediate::None));
        let is_there = self.known.get(&is_there).and_then(|results| results.first());
        is_there.is_some_and(|is_there| self.truths.get(is_there) == Some(&true))
    }

    /// The sine or the cosine out of both.
    fn part(&self, inst: &Inst) -> Option<&[Value]> {
        let which = match inst.immediate {
            Immediate::Math(Math::Sin) => 0,
            Immediate::Math(Math::Cos) => 1,
            _ => return None,
        };
        let args = Few::from(&inst.args[..]);
        let both = Key { op: Op::SinCos, immediate: 0, args, state: 0 };
        self.known.get(&both).map(|results| &results[which..])
    }

    /// An operation with a truth value that is known here: where its operand is the very value.
    fn decide(&mut self, inst: &mut Inst) {
        let truth = |value: &Value| self.truths.get(value).copied();
        let (op, args, immediate) = match (inst.op, &inst.args[..]) {
            (Op::BNot, [x]) => match truth(x) {
                Some(value) => (Op::Bool, vec![], Immediate::Bool(!value)),
                None => return,
            },
            (Op::BToI, [x]) => match truth(x) {
                Some(value) => (Op::Int, vec![], Immediate::Int(i64::from(value))),
                None => return,
            },
            (Op::Select, [x, then, otherwise]) => match truth(x) {
                Some(value) => {
                    let only = if value { *then } else { *otherwise };
                    (Op::Select, vec![*x, only, only], Immediate::None)
                }
                None => return,
            },
            _ => return,
        };
        self.changed |= inst.op != op || inst.args != args;
        (inst.op, inst.args, inst.immediate) = (op, args, immediate);
    }

    /// A branch on a condition that is known here is a jump.
    fn decide_end(&mut self, function: &mut Function, block: Block) {
        let End::Branch { condition, then, otherwise } = &function[block].end else { return };
        let only = match self.truths.get(condition) {
            Some(true) => then,
            Some(false) => otherwise,
            None => return,
        };
        function[block].end = End::Jump(only.clone());
        self.changed = true;
    }
}

/// What would look for the key that an instruction places in a dict.
fn looking_for(inst: &Inst) -> Option<Inst> {
    if inst.op != Op::Dict || inst.int() != Some(DictCall::Place as i64) {
        return None;
    }
    Some(Inst { immediate: Immediate::Int(DictCall::Find as i64), ..inst.clone() })
}

fn key(inst: &Inst) -> Key {
    let immediate = match inst.immediate {
        Immediate::None => 0,
        Immediate::Int(value) => value as u64,
        Immediate::Float(value) => value.to_bits(),
        Immediate::Bool(value) => u64::from(value),
        Immediate::Math(function) => function as u64,
    };
    let mut args = Few::from(&inst.args[..]);
    if super::fold::is_commutative(inst.op) {
        args.sort();
    }
    Key { op: inst.op, immediate, args, state: 0 }
}

/// Where both the sine and the cosine of a value are computed, and one of them always before the other,
/// that one computes both.
fn join_sines_and_cosines(function: &mut Function) -> bool {
    let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
    if !insts.any(|inst| inst.immediate == Immediate::Math(Math::Sin)) {
        return false;
    }
    let mut places: HashMap<Value, [Vec<(Block, usize)>; 2]> = HashMap::default();
    let dominators = Dominators::of(function);
    for block in &dominators.order {
        for (index, inst) in function[*block].insts.iter().enumerate() {
            let which = match inst.immediate {
                Immediate::Math(Math::Sin) => 0,
                Immediate::Math(Math::Cos) => 1,
                _ => continue,
            };
            places.entry(inst.args[0]).or_default()[which].push((*block, index));
        }
    }
    let mut pairs: Vec<[(Block, usize); 2]> = vec![];
    for [sines, cosines] in places.into_values() {
        let is_before = |one: &(Block, usize), other: &(Block, usize)| match one.0 == other.0 {
            true => one.1 < other.1,
            false => dominators.dominates(one.0, other.0),
        };
        // The first of each, in the order of blocks: later ones are the same, or are looked at the next
        // time.
        if let (Some(sine), Some(cosine)) = (sines.first(), cosines.first()) {
            if is_before(sine, cosine) {
                pairs.push([*sine, *cosine]);
            } else if is_before(cosine, sine) {
                pairs.push([*cosine, *sine]);
            }
        }
    }
    let mut replacements = Replacements::of(function);
    for [first, second] in &pairs {
        let other = function[second.0].insts[second.1].results[0];
        let new = function.value(Type::F64);
        replacements.set(other, new);
        let inst = &mut function[first.0].insts[first.1];
        match inst.immediate {
            Immediate::Math(Math::Sin) => inst.results.push(new),
            _ => inst.results.insert(0, new),
        }
        (inst.op, inst.immediate) = (Op::SinCos, Immediate::None);
    }
    replacements.apply(function);
    // The second ones are dead now. Their results are replaced everywhere.
    !pairs.is_empty()
}
