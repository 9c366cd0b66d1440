//! Who gives handles back. After this pass every handle that an instruction gives, and every one that a
//! block is given as a parameter, is released once, on every way, as soon as nobody needs it.
//!
//! * Arguments of the function are lent and never released.
//! * A parameter of a block owns what it is given: a handle is passed on if that was its last use, and
//!   another one is made of it if not, or if it was lent.
//! * Results of the function are owned by who called it, in the same way.
//! * An array or a list that a function looks into is needed as long as addresses in it are, and handles
//!   that are lent by it.
//! * What an exit saves is lent. It lists the handles that are owned there ([`crate::ir::Exit::owned`]).
//!
//! It is the last pass: nothing may move a use behind a release.

use crate::ir::flow::{self, Dominators};
use crate::ir::verify::is_memory;
use crate::ir::{Block, End, Function, Immediate, Inst, Op, Target, Type, Value};
use std::collections::BTreeSet;

/// Inserts what gives handles back and makes others.
pub fn run(function: &mut Function) {
    retain_choices(function);
    let handles = Handles::of(function);
    let alive = handles.alive(function);
    for block in flow::reverse_postorder(function) {
        let mut writer = Writer { function, handles: &handles, alive: &alive, insts: vec![] };
        writer.block(block);
    }
}

/// A choice between handles gives one of them, which somebody else owns: another handle is made of it at
/// once.
fn retain_choices(function: &mut Function) {
    for block in function.ids() {
        let insts = std::mem::take(&mut function[block].insts);
        for mut inst in insts {
            let mut retain = None;
            if inst.op == Op::Select && function.type_of(inst.args[1]) == Type::Obj {
                let lent = function.value(Type::Obj);
                let results = std::mem::replace(&mut inst.results, vec![lent]);
                retain = Some(Inst { op: Op::Retain, args: vec![lent], results, ..release(lent) });
            }
            function[block].insts.push(inst);
            function[block].insts.extend(retain);
        }
    }
}

/// Owned values.
type Set = BTreeSet<Value>;

/// Which values are handles that the function owns, and who needs them.
struct Handles {
    owned: Vec<bool>,
    /// Handles that are lent by an object that the function looks into.
    lent: Set,
    /// For addresses, the owned handles of the arrays that they lead into, and for a choice those that it
    /// chooses from: they have to live as long.
    behind: Vec<Set>,
    dominators: Dominators,
    /// In which block a value is defined.
    places: Vec<Block>,
}

impl Handles {
    fn of(function: &Function) -> Handles {
        let mut owned: Vec<bool> = function.types.iter().map(|of| *of == Type::Obj).collect();
        let mut places = vec![Block(0); function.types.len()];
        let mut lent = Set::new();
        for block in function.ids() {
            let data = &function[block];
            for value in data.params.iter().chain(data.insts.iter().flat_map(|inst| &inst.results))
            {
                places[value.0 as usize] = block;
            }
            for inst in data.insts.iter().filter(|inst| matches!(inst.op, Op::Select | Op::Lent)) {
                inst.results.iter().for_each(|result| owned[result.0 as usize] = false);
                if inst.op == Op::Lent {
                    lent.insert(inst.results[0]);
                }
            }
            if block == Block(0) {
                data.params.iter().for_each(|param| owned[param.0 as usize] = false);
            }
        }
        let dominators = Dominators::of(function);
        let behind = vec![Set::new(); function.types.len()];
        let mut handles = Handles { owned, lent, behind, dominators, places };
        while handles.look_behind(function) {}
        handles
    }

    /// Follows addresses one step further. Whether there was anything new.
    fn look_behind(&mut self, function: &Function) -> bool {
        let mut changed = false;
        for block in flow::reverse_postorder(function) {
            for inst in function[block].insts.iter().filter(|inst| is_address(inst)) {
                for arg in &inst.args {
                    let is_handle = function.type_of(*arg) == Type::Obj;
                    let set = if is_handle { self.only(*arg) } else { self.behind(*arg) };
                    changed |= self.leads_to(inst.results[0], &set);
                }
            }
            for target in function[block].end.targets() {
                for (param, arg) in function[target.block].params.iter().zip(&target.args) {
                    // Handles that are not there on every way cannot be held on to.
                    let mut set = self.behind(*arg);
                    set.retain(|handle| {
                        self.dominators.dominates(self.places[handle.0 as usize], target.block)
                    });
                    changed |= self.leads_to(*param, &set);
                }
            }
        }
        changed
    }

    fn leads_to(&mut self, value: Value, handles: &Set) -> bool {
        let known = &mut self.behind[value.0 as usize];
        let before = known.len();
        known.extend(handles);
        known.len() != before
    }

    fn behind(&self, value: Value) -> Set {
        self.behind.get(value.0 as usize).cloned().unwrap_or_default()
    }

    /// The value, if it is owned.
    fn only(&self, value: Value) -> Set {
        Set::from_iter(self.is_owned(value).then_some(value))
    }

    /// Handles that the pass makes itself have their place at once, and are not in the list.
    fn is_owned(&self, value: Value) -> bool {
        self.owned.get(value.0 as usize) == Some(&true)
    }

    /// The owned handles that an instruction needs.
    fn of_inst(&self, inst: &Inst) -> Set {
        let mut set: Set = inst.uses().filter(|value| self.is_owned(*value)).collect();
        let is_reached = matches!(inst.op, Op::Retain | Op::HandleOf | Op::IntOf | Op::PutObject);
        if is_memory(inst.op) || is_reached {
            set.extend(self.behind(inst.args[0]));
        }
        for value in inst.uses().filter(|value| self.lent.contains(value)) {
            set.extend(self.behind(value));
        }
        set
    }

    /// The owned handles that are needed at the end of a block, and behind it if that is known.
    fn at_end(&self, function: &Function, end: &End, alive: &[Set]) -> Set {
        let uses = end.uses().into_iter();
        let mut set: Set = uses.filter(|value| self.is_owned(*value)).collect();
        for value in end.uses().into_iter().filter(|value| self.lent.contains(value)) {
            set.extend(self.behind(value));
        }
        for target in end.targets() {
            set.extend(needed_behind(function, alive, target.block));
        }
        set
    }

    /// What is needed before an instruction, if that is needed behind it.
    fn before(&self, inst: &Inst, behind: &Set) -> Set {
        let mut set = behind.clone();
        for result in &inst.results {
            set.remove(result);
        }
        set.extend(self.of_inst(inst));
        set
    }

    /// Which owned handles are needed at the beginning of each block, its own parameters included.
    fn alive(&self, function: &Function) -> Vec<Set> {
        let mut alive = vec![Set::new(); function.blocks.len()];
        let mut changed = true;
        while changed {
            changed = false;
            for block in flow::reverse_postorder(function).into_iter().rev() {
                let data = &function[block];
                let at_end = self.at_end(function, &data.end, &alive);
                let insts = data.insts.iter().rev();
                let set = insts.fold(at_end, |behind, inst| self.before(inst, &behind));
                changed |= alive[block.0 as usize] != set;
                alive[block.0 as usize] = set;
            }
        }
        alive
    }
}

/// Whether what an instruction gives may be an address that its operands lead to, or one of them.
fn is_address(inst: &Inst) -> bool {
    use Op::{Address, IAdd, IAddWrap, ISub, ISubWrap, Lent, LoadI64, Select, View};
    matches!(inst.op, Address | IAdd | IAddWrap | ISub | ISubWrap | Lent | LoadI64 | Select | View)
}

/// What is needed in a block and behind it, but for its parameters.
fn needed_behind(function: &Function, alive: &[Set], block: Block) -> Set {
    let mut set = alive[block.0 as usize].clone();
    for param in &function[block].params {
        set.remove(param);
    }
    set
}

/// Writes a block anew.
struct Writer<'a> {
    function: &'a mut Function,
    handles: &'a Handles,
    alive: &'a [Set],
    insts: Vec<Inst>,
}

impl Writer<'_> {
    fn block(&mut self, block: Block) {
        let insts = std::mem::take(&mut self.function[block].insts);
        let end = std::mem::replace(&mut self.function[block].end, End::Unreachable);
        // What is needed behind each instruction.
        let mut needed = vec![self.handles.at_end(self.function, &end, self.alive)];
        for inst in insts.iter().skip(1).rev() {
            let before = self.handles.before(inst, &needed[needed.len() - 1]);
            needed.push(before);
        }
        // What is owned and not given back yet: parameters that nobody needs go at once.
        let mut held = self.alive[block.0 as usize].clone();
        let at_first = held.clone();
        let params = self.function[block].params.clone();
        held.extend(params.into_iter().filter(|param| self.handles.is_owned(*param)));
        self.release_but(&mut held, &at_first);
        for (mut inst, needed) in insts.into_iter().zip(needed.iter().rev()) {
            if let Some(exit) = &mut inst.exit {
                exit.owned = held.iter().copied().collect();
            }
            let results = inst.results.iter().copied();
            held.extend(results.filter(|result| self.handles.is_owned(*result)));
            self.insts.push(inst);
            self.release_but(&mut held, needed);
        }
        let end = self.end(end, held);
        self.function[block].insts = std::mem::take(&mut self.insts);
        self.function[block].end = end;
    }

    /// Gives back what is held and not needed.
    fn release_but(&mut self, held: &mut Set, needed: &Set) {
        self.insts.extend(held.difference(needed).map(|value| release(*value)));
        held.retain(|value| needed.contains(value));
    }

    fn end(&mut self, end: End, mut held: Set) -> End {
        match end {
            End::Return(mut values) => {
                for value in &mut values {
                    // A handle is passed on once; there is only one of it.
                    if self.function.type_of(*value) == Type::Obj && !held.remove(value) {
                        let (new, inst) = retained(self.function, *value);
                        self.insts.push(inst);
                        *value = new;
                    }
                }
                self.release_but(&mut held, &Set::new());
                End::Return(values)
            }
            End::Exit(mut exit) => {
                exit.owned = held.into_iter().collect();
                End::Exit(exit)
            }
            End::Jump(mut target) => {
                let edge = edge(self.function, &mut target, held, self.alive);
                self.insts.extend(edge);
                End::Jump(target)
            }
            End::Branch { condition, then, otherwise } => {
                let then = self.way(then, &held);
                let otherwise = self.way(otherwise, &held);
                End::Branch { condition, then, otherwise }
            }
            End::Unreachable => End::Unreachable,
        }
    }

    /// One way of a branch: what is to be done on it alone is done in a block of its own.
    fn way(&mut self, mut target: Target, held: &Set) -> Target {
        let insts = edge(self.function, &mut target, held.clone(), self.alive);
        if insts.is_empty() {
            return target;
        }
        let new = self.function.block();
        self.function[new].insts = insts;
        self.function[new].end = End::Jump(target);
        Target { block: new, args: vec![] }
    }
}

/// What is to be done on the way to a block, of which `held` is owned before: handles are passed on, others
/// are made of those that are needed further or lent, and the rest is given back.
fn edge(function: &mut Function, target: &mut Target, mut held: Set, alive: &[Set]) -> Vec<Inst> {
    let needed = needed_behind(function, alive, target.block);
    let mut insts = vec![];
    for arg in &mut target.args {
        if function.type_of(*arg) != Type::Obj {
            continue;
        }
        let is_passed_on = !needed.contains(arg) && held.remove(arg);
        if !is_passed_on {
            let (new, inst) = retained(function, *arg);
            insts.push(inst);
            *arg = new;
        }
    }
    insts.extend(held.difference(&needed).map(|value| release(*value)));
    insts
}

fn retained(function: &mut Function, value: Value) -> (Value, Inst) {
    let new = function.value(Type::Obj);
    let (args, results) = (vec![value], vec![new]);
    (new, Inst { op: Op::Retain, args, immediate: Immediate::None, results, exit: None })
}

fn release(value: Value) -> Inst {
    let args = vec![value];
    Inst { op: Op::Release, args, immediate: Immediate::None, results: vec![], exit: None }
}
