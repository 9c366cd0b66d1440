//! What the memory of lists holds at a point: two reads of one place give the same if nothing in between
//! may have written there.
//!
//! Memory is divided into regions: what is known of a list (its length, where its items are), and its
//! items. The memory of items is a list's own. Items that are read in another way, as floats and not as
//! integers, are in other memory: a list whose items become of another kind gets it, and only the runtime
//! does that. A list is not one that was there, under whatever name, before it was made. A region has a
//! state in each point, a number: the same number, the same contents.
//!
//! Of dicts it is known which keys are where, and what is known of lists besides their items.

use crate::ir::dicts::DictCall;
use crate::ir::flow::{self, Dominators};
use crate::ir::lists::{self, ListCall};
use crate::ir::{Block, Function, Inst, Op, Value};

/// What is known of further lists is not followed.
const MOST_REGIONS: usize = 40;

/// A part of the memory of a list, or of a dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// What is known of it.
    Words,
    /// The items that an operation reads.
    Items(Op),
    /// Where the keys of a dict are.
    Keys,
}

/// Numbers of states: 0 for what was there at the beginning.
pub(super) type State = u32;

/// In place of the state of a region that a block does not write to.
const UNTOUCHED: State = State::MAX;

/// The states of all regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct States(Vec<State>);

pub(super) struct Memory {
    regions: Vec<(Value, Part)>,
    /// By value: the list whose items are at this address.
    lists: Vec<Option<Value>>,
    names: Names,
    /// By block: the states where it begins; nothing for blocks that nobody reaches.
    at_start: Vec<Option<States>>,
}

impl Memory {
    pub(super) fn of(function: &Function, dominators: &Dominators) -> Memory {
        let mut memory = Memory::without_states(function, dominators);
        if !memory.regions.is_empty() {
            memory.find_states(function, dominators);
        }
        memory
    }

    /// For those who only ask which regions there are, and who may write to them.
    pub(super) fn without_states(function: &Function, dominators: &Dominators) -> Memory {
        let mut memory = Memory {
            regions: vec![],
            lists: lists_of_items(function, dominators),
            names: Names::of(function, dominators),
            at_start: vec![None; function.blocks.len()],
        };
        for inst in function.blocks.iter().flat_map(|block| &block.insts) {
            if let Some(region) = memory.read(inst)
                && !memory.regions.contains(&region)
                && memory.regions.len() < MOST_REGIONS
            {
                memory.regions.push(region);
            }
        }
        memory
    }

    /// The states where a block begins.
    pub(super) fn at_start(&self, block: Block) -> States {
        let nothing = || States(vec![0; self.regions.len()]);
        self.at_start[block.0 as usize].clone().unwrap_or_else(nothing)
    }

    /// The state of what an instruction reads, if that is in a region.
    pub(super) fn state(&self, inst: &Inst, states: &States) -> Option<State> {
        self.region_of(inst).map(|region| states.0[region])
    }

    /// The number of the region that an instruction reads, if it reads one.
    pub(super) fn region_of(&self, inst: &Inst) -> Option<usize> {
        let region = self.read(inst)?;
        self.regions.iter().position(|known| *known == region)
    }

    /// By region: whether one of some instructions may write to it.
    pub(super) fn written_by<'i>(&self, insts: impl Iterator<Item = &'i Inst>) -> Vec<bool> {
        let mut states = States(vec![UNTOUCHED; self.regions.len()]);
        insts.for_each(|inst| self.pass(inst, Block(0), 0, &mut states));
        states.0.iter().map(|state| *state != UNTOUCHED).collect()
    }

    /// Whether what an instruction writes to may be a region.
    fn may_reach(&self, written: &Written, inst: &Inst, region: usize) -> bool {
        let (list, part) = self.regions[region];
        match *written {
            Written::Nothing => false,
            Written::Words => {
                !matches!(part, Part::Items(_)) && self.names.may_be_same(inst.args[0], list)
            }
            Written::List => self.names.may_be_same(inst.args[0], list),
            // Memory of others is none of a list's.
            Written::Memory(by) => self.lists[inst.args[0].0 as usize].is_some_and(|other| {
                part == Part::Items(by) && self.names.may_be_same(other, list)
            }),
            Written::Anything => true,
        }
    }

    /// What an instruction, the one at a place of a block, makes of the states.
    pub(super) fn pass(&self, inst: &Inst, block: Block, place: usize, states: &mut States) {
        let written = written(inst);
        if matches!(written, Written::Nothing) {
            return;
        }
        for (region, state) in states.0.iter_mut().enumerate() {
            if self.may_reach(&written, inst, region) {
                *state = name(block, place + 1);
            }
        }
    }

    /// What a block makes of the states, by region: the last state of those that it writes to.
    fn effect(&self, function: &Function, block: Block) -> States {
        let mut last = States(vec![UNTOUCHED; self.regions.len()]);
        for (place, inst) in function[block].insts.iter().enumerate() {
            self.pass(inst, block, place, &mut last);
        }
        last
    }

    fn read(&self, inst: &Inst) -> Option<(Value, Part)> {
        match inst.op {
            Op::ListWord => Some((inst.args[0], Part::Words)),
            Op::Dict if inst.int() == Some(DictCall::Find as i64) => {
                Some((inst.args[0], Part::Keys))
            }
            Op::LoadBool | Op::LoadI64 | Op::LoadF64 => {
                self.lists[inst.args[0].0 as usize].map(|list| (list, Part::Items(inst.op)))
            }
            _ => None,
        }
    }

    /// Goes round until every block begins with what all before it end with. Where they differ, it begins
    /// with a state of its own, and goes on to do so.
    fn find_states(&mut self, function: &Function, dominators: &Dominators) {
        let predecessors = flow::predecessors(function);
        let mut at_end: Vec<Option<States>> = vec![None; function.blocks.len()];
        let effects: Vec<States> =
            function.ids().map(|block| self.effect(function, block)).collect();
        let mut places = vec![usize::MAX; function.blocks.len()];
        for (place, block) in dominators.order.iter().enumerate() {
            places[block.0 as usize] = place;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for block in &dominators.order {
                let (index, own) = (block.0 as usize, name(*block, 0));
                let is_ahead = |from: &&Block| places[from.0 as usize] < places[index];
                let (ahead, back): (Vec<&Block>, Vec<&Block>) =
                    predecessors[index].iter().partition(is_ahead);
                let mut start = (*block == Block(0)).then(|| States(vec![0; self.regions.len()]));
                meet_all(&mut start, &ahead, &at_end, own);
                let Some(before) = &self.at_start[index] else {
                    changed |= start.is_some();
                    at_end[index] = start.as_ref().map(|start| start.behind(&effects[index]));
                    self.at_start[index] = start;
                    continue;
                };
                if let Some(start) = &mut start {
                    let pairs = start.0.iter_mut().zip(&before.0);
                    pairs.filter(|(_, before)| **before == own).for_each(|(state, _)| *state = own);
                }
                // What comes round a loop is of the last round until nothing new comes from ahead.
                if start.as_ref() == Some(before) {
                    meet_all(&mut start, &back, &at_end, own);
                }
                if start.as_ref() != Some(before) {
                    changed = true;
                    at_end[index] = start.as_ref().map(|start| start.behind(&effects[index]));
                    self.at_start[index] = start;
                }
            }
        }
    }
}

impl States {
    /// What a block makes of them.
    fn behind(&self, effect: &States) -> States {
        let pairs = self.0.iter().zip(&effect.0);
        States(pairs.map(|(state, last)| if *last == UNTOUCHED { *state } else { *last }).collect())
    }
}

/// What a block begins with, as far as the ends of those before it are known.
fn meet_all(start: &mut Option<States>, from: &[&Block], at_end: &[Option<States>], own: State) {
    for end in from.iter().filter_map(|from| at_end[from.0 as usize].as_ref()) {
        *start = Some(match start.take() {
            None => end.clone(),
            Some(start) => meet(start, end, own),
        });
    }
}

/// The number of the state that begins at a place of a block: 0 where the block begins.
fn name(block: Block, place: usize) -> State {
    (block.0 + 1) << 16 | (place as u32).min(0xffff)
}

/// What both are, or else a state of its own.
fn meet(mut states: States, other: &States, own: State) -> States {
    for (state, other) in states.0.iter_mut().zip(&other.0) {
        if state != other {
            *state = own;
        }
    }
    states
}

/// By value: the list whose items are at this address.
fn lists_of_items(function: &Function, dominators: &Dominators) -> Vec<Option<Value>> {
    let mut lists = vec![None; function.types.len()];
    for inst in dominators.order.iter().flat_map(|block| &function[*block].insts) {
        let list = match inst.op {
            Op::ListWord if inst.int() == Some(lists::ITEMS) => Some(inst.args[0]),
            Op::IAddWrap => inst.args.iter().find_map(|arg| lists[arg.0 as usize]),
            _ => None,
        };
        if let (Some(_), [result]) = (list, &inst.results[..]) {
            lists[result.0 as usize] = list;
        }
    }
    lists
}

/// Which values may be one and the same list.
struct Names {
    /// By value: where it is there from, a block and a place in it.
    places: Vec<(Block, usize)>,
    /// By value: whether it is a list that is made there.
    is_made: Vec<bool>,
    dominators: Dominators,
}

impl Names {
    fn of(function: &Function, dominators: &Dominators) -> Names {
        let mut places = vec![(Block(0), 0); function.types.len()];
        let mut is_made = vec![false; function.types.len()];
        for block in &dominators.order {
            for param in &function[*block].params {
                places[param.0 as usize] = (*block, 0);
            }
            for (index, inst) in function[*block].insts.iter().enumerate() {
                for result in &inst.results {
                    places[result.0 as usize] = (*block, index + 1);
                    is_made[result.0 as usize] = is_made_anew(inst);
                }
            }
        }
        Names { places, is_made, dominators: dominators.clone() }
    }

    fn may_be_same(&self, one: Value, other: Value) -> bool {
        one == other || !self.is_newer(one, other) && !self.is_newer(other, one)
    }

    /// Whether a value is a list that was made when the other one was there, or made itself, already.
    fn is_newer(&self, one: Value, other: Value) -> bool {
        let [(block, place), (before, earlier)] =
            [one, other].map(|value| self.places[value.0 as usize]);
        let is_earlier = match before == block {
            true => earlier < place,
            false => self.dominators.dominates(before, block),
        };
        self.is_made[one.0 as usize] && (is_earlier || self.is_made[other.0 as usize])
    }
}

/// Whether an instruction makes a list, or a dict.
fn is_made_anew(inst: &Inst) -> bool {
    use ListCall::{Concatenate, New, Range, Repeat, Slice};
    let calls = [New, Range, Slice, Concatenate, Repeat];
    match inst.op {
        Op::List => calls.iter().any(|call| inst.int() == Some(*call as i64)),
        Op::Dict => inst.int() == Some(DictCall::New as i64),
        _ => false,
    }
}

/// What an instruction may write to.
enum Written {
    Nothing,
    /// Memory at an address, as what is read by an operation.
    Memory(Op),
    /// What is known of a list, its first operand.
    Words,
    /// A list or a dict, its first operand, with what is in it.
    List,
    Anything,
}

fn written(inst: &Inst) -> Written {
    if inst.op.signature().pure || inst.op.is_load() || inst.op.is_look() {
        return Written::Nothing;
    }
    match inst.op {
        Op::SetListWord => Written::Words,
        Op::StoreBool => Written::Memory(Op::LoadBool),
        Op::StoreI64 => Written::Memory(Op::LoadI64),
        Op::StoreF64 => Written::Memory(Op::LoadF64),
        Op::List => written_by_call(inst),
        Op::Dict => written_to_dict(inst),
        // Code that looks for interrupts, texts and memory of others know nothing of lists.
        Op::Poll
        | Op::StoreI8
        | Op::StoreI16
        | Op::StoreI32
        | Op::StoreF32
        | Op::ListWord
        | Op::Text
        | Op::TextObject
        | Op::Retain
        | Op::Release
        | Op::Keep => Written::Nothing,
        _ => Written::Anything,
    }
}

/// What the runtime writes to when it does something with lists.
fn written_by_call(inst: &Inst) -> Written {
    let Some(call) = ListCall::ALL.iter().find(|call| inst.int() == Some(**call as i64)) else {
        return Written::Anything;
    };
    match call {
        // Lists that nobody uses are given back.
        ListCall::New
        | ListCall::Record
        | ListCall::Range
        | ListCall::Slice
        | ListCall::Concatenate
        | ListCall::Repeat
        | ListCall::Find
        | ListCall::Count
        | ListCall::Sum
        | ListCall::Extreme
        | ListCall::Equal
        | ListCall::Deque
        | ListCall::SortOthers
        | ListCall::SortOthersBy => Written::Nothing,
        ListCall::Become
        | ListCall::Grow
        | ListCall::Extend
        | ListCall::Delete
        | ListCall::Insert
        | ListCall::Splice
        | ListCall::Reverse
        | ListCall::Sort
        | ListCall::SortBy
        | ListCall::Heap
        | ListCall::Clear => Written::List,
    }
}

/// The same for dicts.
fn written_to_dict(inst: &Inst) -> Written {
    let Some(call) = DictCall::ALL.iter().find(|call| inst.int() == Some(**call as i64)) else {
        return Written::Anything;
    };
    match call {
        DictCall::New | DictCall::Find | DictCall::Items => Written::Nothing,
        DictCall::Place
        | DictCall::Remove
        | DictCall::Become
        | DictCall::Close
        | DictCall::Clear => Written::List,
    }
}
