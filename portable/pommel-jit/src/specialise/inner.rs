//! Functions that call themselves and are called by the one that is specialised, such as those within it:
//! each is a function of the typed form of its own, beside the first one, and has its tables.
//!
//! What such a function finds when it is called has a shape, as what a loop finds has: its arguments, and
//! the variables of functions around it. That is taken to be as it is called first, and becomes more general
//! until the guess holds. All of it is passed on part by part, so that lists and dicts stay in memory, which
//! all calls share. Variables that are bound anew in such functions are in memory, too
//! ([`Contents::Shared`]).
//!
//! If a call of such a function leaves machine code, its frame goes on on objects to its end, with cells of
//! its own; that is the same for all who could tell, because what is in the others does not change, and
//! nobody has the functions but to call them.

use super::calls::{Callee, Given, Method, bind};
use super::caught::Thrown;
use super::join::StateShape;
use super::recursion::{Recursion, most_copies};
use super::state::{Frame, State};
use super::unroll::Unrolling;
use super::value::{CodeRef, Contents, Items, Shape, Thing, Val, View};
use super::{Builder, Done, Flow, Specialiser, Stop, inside};
use crate::backend::Target;
use crate::backend::activation::MOST_INNER;
use crate::code::{BlockId, Code, Instruction, Point, Reg, Terminator, order};
use crate::ir::lists::ListCall;
use crate::ir::{End, Function, Immediate, Op, Value};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// All such functions.
#[derive(Debug, Default)]
pub(super) struct InnerFunctions {
    all: Vec<Inner>,
    /// The one that is followed; none for the function itself.
    current: Option<usize>,
    /// Variables that are in memory: the code that they belong to, and their names.
    shared: HashSet<(*const Code, Box<str>)>,
}

/// One of them.
#[derive(Debug)]
struct Inner {
    code: Arc<Code>,
    /// What it is taken to find.
    taken: Option<StateShape>,
    /// What is known of lists, dicts and variables that it finds when it returns.
    left: Option<StateShape>,
    recursion: Recursion,
    /// It has to be called as an object.
    is_given_up: bool,
    /// It waits for another one of which nothing is known so far.
    is_blocked: bool,
    /// Whether it is being followed, or was in this attempt, and what became of it.
    is_begun: bool,
    made: Option<Function>,
}

impl InnerFunctions {
    /// Begins another attempt.
    pub(super) fn begin(&mut self) {
        self.current = None;
        for inner in &mut self.all {
            inner.recursion.begin();
            (inner.is_begun, inner.is_blocked, inner.made) = (false, false, None);
        }
    }

    /// The number of the function that is followed: 0 for the one that is specialised.
    pub(super) fn number(&self) -> u32 {
        self.current.map_or(0, |current| current as u32 + 1)
    }

    /// What is known of calls of the one that is followed by itself.
    pub(super) fn recursion(&mut self) -> Option<&mut Recursion> {
        self.current.map(|current| &mut self.all[current].recursion)
    }

    fn find(&self, code: &Arc<Code>) -> Option<usize> {
        self.all.iter().position(|inner| Arc::ptr_eq(&inner.code, code))
    }

    /// All that were made, in the order of their numbers, with what they give.
    pub(super) fn take(&mut self) -> Vec<(Function, Option<Shape>)> {
        let made = self.all.iter_mut().map(|inner| {
            (inner.made.take().unwrap_or_else(nothing), inner.recursion.result.clone())
        });
        made.collect()
    }

    /// Whether a variable is in memory.
    pub(super) fn is_shared(&self, code: &Arc<Code>, name: &str) -> bool {
        self.shared.iter().any(|(of, known)| *of == Arc::as_ptr(code) && **known == *name)
    }
}

/// A function that nobody calls.
fn nothing() -> Function {
    let mut build = Builder::new();
    let block = build.block;
    build.function[block].end = End::Return(vec![]);
    build.function
}

/// What a call finds that comes to a function, beside what is in registers: those of its parameters and
/// cells.
fn places(code: &Code) -> impl Iterator<Item = usize> + use<> {
    let parameters = &code.parameters;
    let count = parameters.positional + parameters.keyword_only + u32::from(parameters.variadic);
    let first = code.locals.len();
    (0..count as usize).chain(first..first + code.free.len())
}

/// What may be passed on part by part.
fn is_passed_on(shape: &Shape) -> bool {
    match shape {
        Val::Maybe((), inner) => is_passed_on(inner),
        Val::Tuple(items) => items.iter().all(is_passed_on),
        Val::Unbound | Val::None | Val::Bool(()) | Val::Int(()) | Val::Float(()) => true,
        Val::Complex((), ()) | Val::Char(()) | Val::Known(_) | Val::Object(..) => true,
        Val::Number((), (), _) => shape.python_kinds().is_some(),
        Val::List(..) | Val::Dict(..) | Val::ListObject(..) | Val::TupleObject(..) => true,
        Val::Record(..) => true,
        Val::DictObject(..) | Val::Instance(..) | Val::Range(_) | Val::Thing(_) => true,
        _ => false,
    }
}

/// What such a function may give.
fn is_given(shape: &Shape) -> bool {
    matches!(shape, Val::List(..)) || shape.python_kinds().is_some() || parts_given(shape).is_some()
}

/// What the record holds in which a tuple of numbers is given.
fn parts_given(shape: &Shape) -> Option<Arc<[Items]>> {
    let Val::Tuple(items) = shape else { return None };
    let parts = items.iter().map(|item| item.python_kinds().map(Items::Numbers));
    let parts: Arc<[Items]> = parts.collect::<Option<_>>()?;
    let is_record = !parts.is_empty() && Items::Tuples(parts.clone()).is_in_memory();
    is_record.then_some(parts)
}

/// The registers of free variables that a function binds.
fn bound_by(code: &Code) -> impl Iterator<Item = usize> {
    let first = code.locals.len();
    let instructions = code.blocks.iter().flat_map(|block| &block.instructions);
    instructions.filter_map(move |(instruction, _)| match instruction {
        Instruction::StoreCell { cell, .. } | Instruction::DeleteCell { cell } => {
            (cell.0 as usize).checked_sub(first)
        }
        _ => None,
    })
}

/// Whether what comes into a register at a point of a block is only called.
fn is_only_called(code: &Code, block: usize, index: usize, register: Reg) -> bool {
    let is_read = |instruction: &Instruction| {
        let mut count = 0;
        instruction.reads(&mut |read| count += u32::from(read == register));
        let is_callee =
            matches!(instruction, Instruction::Call { callee, .. } if *callee == register);
        count > u32::from(is_callee)
    };
    let is_written = |instruction: &Instruction| {
        let mut found = false;
        instruction.writes(&mut |written| found |= written == register);
        found
    };
    for (next, (instruction, _)) in
        code.blocks[block].instructions.iter().enumerate().skip(index + 1)
    {
        if is_read(instruction) {
            return false;
        }
        let behind = Point { block: BlockId(block as u32), index: next as u32 + 1 };
        if is_written(instruction) || !code.liveness().at(code, behind).contains(register) {
            return true;
        }
    }
    // It may be called in another block, behind arguments with conditions in them.
    let mut all = code.blocks.iter().flat_map(|block| &block.instructions);
    let is_end = |end: &Terminator| match end {
        Terminator::Return(value) => *value == register,
        Terminator::Raise { .. } | Terminator::Next { .. } | Terminator::Branch { .. } => false,
        _ => false,
    };
    !all.any(|(instruction, _)| is_read(instruction))
        && !code.blocks.iter().any(|block| is_end(&block.terminator))
}

impl Specialiser<'_> {
    /// Notes that a function calls itself which is not the one that is specialised, or which is and gives or
    /// gets what only calls within one call can pass on. Begins again if it gets a function of its own.
    pub(super) fn note_inner(&mut self, code: &Arc<Code>) -> Done {
        if self.inner.find(code).is_some() || self.inner.all.len() >= MOST_INNER {
            return Ok(());
        }
        if code.unsupported.is_some() || code.parameters.keywords {
            return Ok(());
        }
        self.inner.all.push(Inner {
            code: code.clone(),
            taken: None,
            left: None,
            recursion: Recursion::default(),
            is_given_up: false,
            is_blocked: false,
            is_begun: false,
            made: None,
        });
        self.forget_loops();
        Err(Stop::Again)
    }

    /// A function that is in a variable of its own would become an object: it is noted.
    pub(super) fn note_published(&mut self) -> Done {
        for thing in self.in_publication.clone() {
            if let Some(Contents::Function { code: CodeRef(code), .. }) =
                &self.state.heap[thing.0 as usize]
            {
                self.note_inner(&code.clone())?;
            }
        }
        Ok(())
    }

    /// Where there are such functions, lists are in memory wherever ways may part: on one of them they may be
    /// passed on.
    pub(super) fn settle_lists(&mut self) -> Done {
        if self.inner.all.is_empty() {
            return Ok(());
        }
        loop {
            let is_list = |thing: &Thing| self.is_listable(&Val::Thing(*thing));
            match self.state.reachable().into_iter().find(is_list) {
                Some(list) => self.place(list, true)?,
                None => return Ok(()),
            }
        }
    }

    /// Calls a function that has a function of the typed form of its own. `None` for others.
    pub(super) fn call_inner(
        &mut self,
        to: Reg,
        callee: &Callee,
        given: &Given,
        method: Option<&Method>,
    ) -> Done<Option<Flow>> {
        let Some(number) = self.inner.find(&callee.code) else { return Ok(None) };
        if self.handles() {
            return self.leave_for_good().map(Some);
        }
        if method.is_some() || self.inner.all[number].is_given_up {
            return Ok(None);
        }
        if self.inner.current == Some(number) {
            let same = self.state.frames.iter().filter(|f| Arc::ptr_eq(&f.code, &callee.code));
            if same.count() < most_copies(&callee.code) {
                return Ok(None);
            }
        }
        let top = self.state.top();
        let (around, point) = (top.context, top.point);
        let context = self.context(around, point, &callee.code);
        let mut frame = self.frame(&callee.code, callee.home, callee.around.clone(), context);
        if bind(&mut frame, callee, given).is_none() {
            return Ok(None);
        }
        for (i, cell) in callee.cells.iter().enumerate() {
            frame.registers[callee.code.locals.len() + i] = cell.clone();
        }
        self.state.frames.push(frame);
        let found = self.found_by(number);
        let frame = self.state.frames.pop();
        let (Some(found), Some(_)) = (found?, frame) else { return self.give_up_inner(number) };
        let leaves = found.leaves();
        if !self.inner.all[number].is_begun {
            self.make_inner(number, found)?;
        }
        let current = self.inner.current;
        let inner = &mut self.inner.all[number];
        inner.recursion.is_met = true;
        let doubtful = inner.recursion.is_doubtful();
        let Some(result) = inner.recursion.result.clone() else {
            // Nothing is known to come behind it, so far.
            if let Some(current) = current.filter(|current| *current != number) {
                self.inner.all[current].is_blocked = true;
            }
            return Ok(Some(Flow::Ends));
        };
        let calls = self.state.frames.len() as u32;
        let target = Target { function: number as u32 + 1, calls };
        let exit = self.exit_raised();
        let words = self.build.emit(Op::Recur, &leaves, Immediate::Int(target.code()), Some(exit));
        let value = self.passed_on(&result, [words[0], words[1]]);
        self.state.forget_instances();
        self.set(to, value)?;
        if doubtful {
            self.revalidate()?;
        }
        Ok(Some(Flow::On))
    }

    /// From now on it is called as an object.
    fn give_up_inner<T>(&mut self, number: usize) -> Done<T> {
        self.inner.all[number].is_given_up = true;
        Err(Stop::Again)
    }

    /// What a function finds whose frame is the last one: a state with that frame only. `None` if it cannot
    /// be passed on.
    fn found_by(&mut self, number: usize) -> Done<Option<State>> {
        if !self.settle_things()? || !self.are_functions_only_called()? {
            return Ok(None);
        }
        let has_dicts = !self.dicts_of_top().is_empty();
        if has_dicts && !self.iterated().is_empty() {
            return Ok(None);
        }
        let found = self.state_of_top();
        let order = found.reachable();
        let shape = found.numbered().shape();
        let inner = &self.inner.all[number];
        let mut wanted = match &inner.taken {
            Some(taken) => taken.merged(&shape),
            None => shape,
        };
        if let Some(left) = &inner.left {
            wanted = wanted.merged(&wanted.with_left(left, places(&inner.code)));
        }
        let fits = wanted.frame().iter().all(is_passed_on);
        if !fits || wanted.heap().len() != order.len() || !are_cells_passed_on(&wanted) {
            return Ok(None);
        }
        self.take_for(number, &wanted)?;
        self.conform_top(&wanted, &order)?;
        let found = self.state_of_top().numbered();
        let reached = found.shape();
        if reached == wanted {
            return Ok(Some(found));
        }
        let wider = wanted.merged(&reached);
        if wider == wanted || wider.heap().len() != order.len() {
            return Ok(None);
        }
        self.take_for(number, &wider)?;
        Err(Stop::Again)
    }

    /// Takes a function to find something. Begins again if it was followed with another guess.
    fn take_for(&mut self, number: usize, wanted: &StateShape) -> Done {
        let inner = &mut self.inner.all[number];
        if inner.taken.as_ref() == Some(wanted) {
            return Ok(());
        }
        inner.taken = Some(wanted.clone());
        if inner.is_begun { Err(Stop::Again) } else { Ok(()) }
    }

    /// The state with the last frame only.
    fn state_of_top(&self) -> State {
        let frames = self.state.frames.last().cloned().into_iter().collect();
        State { frames, heap: self.state.heap.clone(), ..State::default() }
    }

    /// The addresses of dicts that the last frame has.
    fn dicts_of_top(&self) -> Vec<Value> {
        let mut found = Vec::new();
        let mut look = |part: &Val<Value>| {
            found.extend(match part {
                Val::Dict(address, _) => Some(*address),
                _ => None,
            });
            None
        };
        let state = self.state_of_top();
        for register in &state.top().registers {
            register.with_parts(&mut look);
        }
        for thing in state.reachable() {
            state.contents(thing).with_parts(&mut look);
        }
        found
    }

    /// Makes lists in memory, or objects, of what the last frame has in registers, but for functions and
    /// variables. Whether there is nothing else.
    fn settle_things(&mut self) -> Done<bool> {
        loop {
            let state = self.state_of_top();
            let things = state.reachable();
            let other = things.into_iter().find(|thing| {
                !matches!(
                    state.contents(*thing),
                    Contents::Cell(_) | Contents::Shared(_) | Contents::Function { .. }
                )
            });
            let Some(thing) = other else { return Ok(true) };
            match state.contents(thing) {
                Contents::List(_) => self.place(thing, true)?,
                Contents::Instance(..) => self.publish(thing)?,
                _ => return Ok(false),
            }
        }
    }

    /// Whether the last function, and those that it finds, only call these, make no others, and bind only
    /// variables that are in memory. Notes those that have to be, and begins again.
    fn are_functions_only_called(&mut self) -> Done<bool> {
        let state = self.state_of_top();
        let top = state.top();
        let first = top.code.locals.len();
        let own = top.registers[first..first + top.code.free.len()].to_vec();
        let mut functions = vec![(CodeRef(top.code.clone()), top.around.clone(), own)];
        for thing in state.reachable() {
            if let Contents::Function { code, around, nested, cells, .. } = state.contents(thing) {
                functions.push((code.clone(), Some((around.clone(), *nested)), cells.clone()));
            }
        }
        for (CodeRef(code), around, cells) in functions {
            let is_around = around.as_ref().map(|(CodeRef(around), _)| &**around);
            if !calls_only(&code, &cells, is_around, &state) {
                return Ok(false);
            }
            for variable in bound_by(&code) {
                let (Some(Val::Thing(cell)), Some((CodeRef(around), _))) =
                    (cells.get(variable), &around)
                else {
                    continue;
                };
                if let Contents::Cell(_) = state.contents(*cell) {
                    let place = (Arc::as_ptr(around), code.free[variable].clone());
                    if !self.inner.shared.insert(place) {
                        return Ok(false);
                    }
                    // What was found out has it elsewhere.
                    self.inner
                        .all
                        .iter_mut()
                        .for_each(|inner| (inner.taken, inner.left) = (None, None));
                    self.forget_loops();
                    return Err(Stop::Again);
                }
            }
        }
        Ok(true)
    }

    /// What was found out of loops had other things in other places.
    fn forget_loops(&mut self) {
        self.loops.clear();
        self.changed.clear();
    }

    /// Makes what the last frame has be of a shape; `order` has the things that the shape numbers.
    fn conform_top(&mut self, wanted: &StateShape, order: &[Thing]) -> Done {
        let depth = self.state.frames.len() - 1;
        for (i, shape) in wanted.frame().iter().enumerate() {
            let value = self.state.frames[depth].registers[i].clone();
            let value = self.convert(value, shape)?;
            self.state.frames[depth].registers[i] = value.clone();
            self.say_of_all(&value);
        }
        for (thing, shape) in order.iter().zip(wanted.heap()) {
            let Some(contents) = self.state.heap[thing.0 as usize].clone() else { return Ok(()) };
            let contents = self.convert_contents(contents, shape)?;
            self.state.heap[thing.0 as usize] = Some(contents.clone());
            if let Contents::Cell(value) | Contents::Shared(value) = &contents {
                self.say_of_all(value);
            }
        }
        Ok(())
    }

    /// Says of lists and dicts in a value what they are, wherever they are known.
    fn say_of_all(&mut self, value: &Val<Value>) {
        let mut parts = Vec::new();
        value.with_parts(&mut |part| {
            parts.extend(matches!(part, Val::List(..) | Val::Dict(..)).then(|| part.clone()));
            None
        });
        for part in parts {
            self.replace_parts(&mut |other| match (&part, other) {
                (Val::List(address, _), Val::List(of, _)) if of == address => Some(part.clone()),
                (Val::Dict(address, _), Val::Dict(of, _)) if of == address => Some(part.clone()),
                _ => None,
            });
        }
    }

    /// Follows such a function with what it finds.
    fn make_inner(&mut self, number: usize, mut found: State) -> Done {
        self.inner.all[number].is_begun = true;
        let types = found.shape().types();
        let code = found.top().code.clone();
        let origin = Point { block: BlockId(u32::MAX), index: number as u32 + 1 };
        let context = self.context(u32::MAX, origin, &code);
        let build = core::mem::replace(&mut self.build, Builder::new());
        self.build.function.counts = build.function.counts;
        let entry = self.build.block;
        let params: Vec<Value> =
            types.into_iter().map(|of| self.build.function.param(entry, of)).collect();
        found.set_leaves(&params);
        let frame = found.top_mut();
        frame.context = context;
        let kept: Vec<_> = places(&code).map(|place| kept(&frame.registers[place])).collect();
        frame.registers.extend(kept);
        let outer = Outer {
            build,
            state: core::mem::replace(&mut self.state, found),
            guesses: core::mem::take(&mut self.guesses),
            copiers: core::mem::take(&mut self.copiers),
            texts: core::mem::take(&mut self.texts),
            unrolling: core::mem::take(&mut self.unrolling),
            in_publication: core::mem::take(&mut self.in_publication),
            is_doubtful: core::mem::take(&mut self.is_doubtful),
            thrown: core::mem::take(&mut self.thrown),
        };
        // The block of the arguments is nobody's target.
        let first = self.build.function.block();
        self.build.jump(first, vec![]);
        self.build.block = first;
        let current = self.inner.current.replace(number);
        let left = self.left_by_inner();
        let known = &mut self.inner.all[number].left;
        *known = Some(known.take().map_or(left.clone(), |known| known.merged(&left)));
        self.loop_depth += 1;
        self.run_frame(Reg(0))?;
        self.loop_depth -= 1;
        self.settle_inner(number)?;
        self.inner.all[number].made = Some(core::mem::take(&mut self.build.function));
        self.inner.current = current;
        self.go_back(outer);
        Ok(())
    }

    fn go_back(&mut self, outer: Outer) {
        (self.build, self.state) = (outer.build, outer.state);
        (self.guesses, self.copiers, self.texts) = (outer.guesses, outer.copiers, outer.texts);
        (self.unrolling, self.in_publication) = (outer.unrolling, outer.in_publication);
        self.is_doubtful = outer.is_doubtful;
        self.thrown = outer.thrown;
    }

    /// Ends such a function: begins again if what calls of it were taken to give is not what it gives.
    fn settle_inner(&mut self, number: usize) -> Done {
        let insts = self.build.function.blocks.iter().flat_map(|block| &block.insts);
        // What was looked at of an array belongs to one call.
        let has_views = insts.clone().any(|inst| inst.op == Op::View);
        let inner = &mut self.inner.all[number];
        if inner.recursion.returned.is_none() && inner.is_blocked && !has_views {
            return Ok(());
        }
        match inner.recursion.settled(is_given) {
            _ if has_views => self.give_up_inner(number),
            None => self.give_up_inner(number),
            Some(true) => Ok(()),
            Some(false) => Err(Stop::Again),
        }
    }

    /// What is known of lists, dicts and variables that the function that is followed has found.
    fn left_by_inner(&self) -> StateShape {
        self.state_of_found().numbered().shape()
    }

    /// The state with only what the function that is followed has found of lists, dicts and variables.
    fn state_of_found(&self) -> State {
        let root = &self.state.frames[0];
        let registers = root.registers[root.code.registers as usize..].to_vec();
        let frames = vec![Frame { registers, ..root.clone() }];
        State { frames, heap: self.state.heap.clone(), ..State::default() }
    }

    /// Whether a thing is one that the function that is followed has found: it cannot become an object, since
    /// others have it.
    pub(super) fn is_found(&self, thing: Thing) -> bool {
        self.inner.current.is_some() && self.state_of_found().reachable().contains(&thing)
    }

    /// Gives up the function that is followed, if there is one.
    pub(super) fn give_up_current<T>(&mut self, reason: &str) -> Done<T> {
        match self.inner.current {
            Some(current) => self.give_up_inner(current),
            None => self.refused(reason),
        }
    }

    /// Ends the block of such a function with its result.
    pub(super) fn leave_inner(&mut self, value: &Val<Value>) -> Done {
        let Some(number) = self.inner.current else { return Ok(()) };
        let value = match self.as_list(value)? {
            Some((address, items)) => Val::List(address, items),
            None => value.clone(),
        };
        let left = self.left_by_inner();
        let inner = &mut self.inner.all[number];
        if let Some(known) = &inner.left {
            let wider = known.merged(&left);
            if wider.heap().len() != known.heap().len() {
                return self.give_up_inner(number);
            }
            if wider != *known {
                inner.left = Some(wider);
                return Err(Stop::Again);
            }
        }
        inner.recursion.returns(&value.shape());
        let result = inner.recursion.result.clone();
        let words = match (&result, &value) {
            (Some(result @ Val::List(..)), Val::List(..)) => match self.convert(value, result)? {
                Val::List(address, _) => Some((address, self.build.int(0))),
                _ => None,
            },
            (Some(result), Val::Tuple(_)) if let Some(parts) = parts_given(result) => {
                match self.convert(value, result)? {
                    Val::Tuple(items) => Some((self.record_of(&items, &parts), self.build.int(0))),
                    _ => None,
                }
            }
            (Some(result), value) => match result.python_kinds().map(|all| self.tagged(value, all))
            {
                Some(Val::Number(tag, bits, _)) => Some((bits, tag)),
                _ => None,
            },
            (None, _) => None,
        };
        match words {
            Some((bits, tag)) => {
                let block = self.build.block;
                self.build.function[block].end = End::Return(vec![bits, tag]);
            }
            None => self.leave(),
        }
        Ok(())
    }

    /// What a call gives in machine code, of its words.
    pub(super) fn passed_on(&mut self, result: &Shape, words: [Value; 2]) -> Val<Value> {
        match result {
            Val::Int(()) => Val::Int(words[0]),
            Val::Float(()) => Val::Float(self.op(Op::FOfBits, &[words[0]])),
            Val::Bool(()) => {
                let zero = self.build.int(0);
                Val::Bool(self.op(Op::INe, &[words[0], zero]))
            }
            Val::Number((), (), kinds) => Val::Number(words[1], words[0], *kinds),
            Val::List((), items) => Val::List(words[0], items.clone()),
            Val::Tuple(_) if let Some(parts) = parts_given(result) => {
                let tuple = self.tuple_of(words[0], &parts);
                self.give_back_record(words[0], &parts);
                tuple
            }
            _ => Val::None,
        }
    }

    /// A variable that is in memory, with what it has so far. `None` if that cannot be.
    pub(super) fn shared_variable(&mut self, content: &Val<Value>) -> Done<Option<Val<Value>>> {
        let (items, item) = match content {
            Val::Unbound => (Items::NONE, None),
            content => match self.fitting(content, &Items::NONE)? {
                Some((item, items)) => (items, Some(item)),
                None => return Ok(None),
            },
        };
        let length = self.build.int(item.is_some().into());
        let address = self.new_list(&items, length, item.as_ref());
        let list = Val::List(address, items);
        Ok(Some(self.state.make(Contents::Shared(list))))
    }

    /// What a variable has that is in memory.
    pub(super) fn load_shared(&mut self, to: Reg, list: &Val<Value>) -> Done<Flow> {
        let Val::List(address, items) = list else { return self.leave_for_good() };
        let first = self.build.int(0);
        let Some((_, first)) = self.position_in_list(*address, items, first) else {
            return Ok(Flow::Ends);
        };
        let item = self.read(*address, items, first);
        self.set(to, item)
    }

    /// Binds a variable that is in memory. `None` if it cannot have that.
    pub(super) fn store_shared(
        &mut self,
        list: &Val<Value>,
        value: &Val<Value>,
    ) -> Done<Option<Flow>> {
        let Val::List(address, items) = list else { return Ok(None) };
        let Some((item, kind)) = self.fitting(value, items)? else { return Ok(None) };
        let Some(items) = self.widen(*address, items, &kind) else { return Ok(None) };
        let Some(layout) = items.layout() else { return Ok(None) };
        if self.guard_kind(*address, &items) == Flow::Ends {
            return Ok(Some(Flow::Ends));
        }
        let (zero, length) = (self.build.int(0), self.word(*address, layout.length()));
        let is_bound = self.op(Op::ILt, &[zero, length]);
        self.unless(is_bound, |this| {
            this.list_call(ListCall::Grow, &[*address], Some(&items));
            let one = this.build.int(1);
            let place = Immediate::Int(layout.length());
            this.build.emit(Op::SetListWord, &[*address, one], place, None);
        });
        self.write(*address, &items, zero, &item);
        Ok(Some(Flow::On))
    }
}

/// What belongs to the function around one that is followed by itself.
struct Outer {
    build: Builder,
    state: State,
    guesses: HashMap<Value, View>,
    copiers: HashMap<Value, View>,
    texts: HashMap<Value, Box<str>>,
    unrolling: Vec<Unrolling>,
    in_publication: Vec<Thing>,
    is_doubtful: bool,
    thrown: Vec<Thrown>,
}

/// What is kept of a value beside what registers hold: lists, dicts and variables.
fn kept(value: &Val<Value>) -> Val<Value> {
    match value {
        Val::List(..) | Val::Dict(..) | Val::Thing(_) => value.clone(),
        _ => Val::Unbound,
    }
}

/// Whether what cells have may be passed on part by part.
fn are_cells_passed_on(shape: &StateShape) -> bool {
    shape.heap().iter().all(|contents| match contents {
        Contents::Cell(value) => is_passed_on(value),
        Contents::Shared(list) => matches!(list, Val::List(..)),
        Contents::Function { .. } => true,
        _ => false,
    })
}

/// Whether a variable of a function is bound once at most, and not in a loop.
fn is_bound_once(code: &Code, name: &str) -> bool {
    let Some(place) = code.locals.iter().position(|local| **local == *name) else { return false };
    let binds = |instruction: &Instruction| match instruction {
        Instruction::StoreCell { cell, .. } | Instruction::DeleteCell { cell } => {
            cell.0 as usize == place
        }
        _ => false,
    };
    let mut binding = code.blocks.iter().enumerate().flat_map(|(number, block)| {
        let here = block.instructions.iter().filter(|(instruction, _)| binds(instruction));
        here.map(move |_| BlockId(number as u32))
    });
    let Some(block) = binding.next() else { return true };
    let heads = order::loop_headers(code);
    let mut heads = (0..).map(BlockId).zip(heads).filter(|(_, is_head)| *is_head);
    binding.next().is_none() && !heads.any(|(head, _)| inside(code, head).contains(&block))
}

/// Whether code makes no functions, and only calls those that are in its cells. It may make generators, where
/// they are not followed: what they find in variables of functions around them stays what it is.
fn calls_only(code: &Code, cells: &[Val<Value>], around: Option<&Code>, state: &State) -> bool {
    let first = code.locals.len();
    let stays = |cell: &Reg| {
        let Some(place) = (cell.0 as usize).checked_sub(first) else { return true };
        let (Some(name), Some(Val::Thing(content))) = (code.free.get(place), cells.get(place))
        else {
            return true;
        };
        let is_bound = matches!(state.contents(*content), Contents::Cell(value) if !matches!(value, Val::Unbound));
        is_bound && around.is_some_and(|around| is_bound_once(around, name))
    };
    let is_function = |cell: &Reg| {
        let Some(Val::Thing(cell)) =
            (cell.0 as usize).checked_sub(first).and_then(|place| cells.get(place))
        else {
            return false;
        };
        let Contents::Cell(Val::Thing(content)) = state.contents(*cell) else { return false };
        matches!(state.contents(*content), Contents::Function { .. })
    };
    code.blocks.iter().enumerate().all(|(number, block)| {
        block.instructions.iter().enumerate().all(|(index, (instruction, _))| match instruction {
            Instruction::MakeFunction { nested, cells, .. } => {
                let made = &code.nested[*nested as usize];
                &*made.name == "<genexpr>"
                    && bound_by(made).next().is_none()
                    && cells.iter().all(stays)
            }
            Instruction::LoadCell { to, cell } if is_function(cell) => {
                is_only_called(code, number, index, *to)
            }
            _ => true,
        })
    })
}
