//! Exceptions that are raised and handled in machine code.
//!
//! Where something handles an exception, of the function or of those that it is inlined into, an error is
//! a branch to there. The exception is a thing in registers: which one it is, and the values that it is made
//! of. Who else looks at it gets the object that Python makes: the instruction is done on objects.
//!
//! What is being handled in machine code the runtime hears of before code runs that could ask for it. An
//! exception that is raised meanwhile is made where all is objects, since it remembers the one that is
//! handled.

use super::calls::Given;
use super::join::Incoming;
use super::value::{Contents, Known, Shape, Val};
use super::world::{Action, Builtin, Description, FramePlan, Operand, Raised};
use super::{Done, Flow, Specialiser};
use crate::code::{
    Argument, BlockId, Code, Handler, Instruction, Point, Reg, Terminator, is_backward,
};
use crate::ir::op::Class;
use crate::ir::{Immediate, Op, Value};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// A class of exceptions: one of the interpreter's own, or one in Python and the first of the interpreter's
/// that it is derived from.
#[derive(Clone, Copy)]
struct ErrorClass {
    builtin: Builtin,
    own: Option<Known>,
}

impl From<Builtin> for ErrorClass {
    fn from(builtin: Builtin) -> ErrorClass {
        ErrorClass { builtin, own: None }
    }
}

impl ErrorClass {
    /// An exception of the class that an instruction raises.
    fn raised(
        self,
        (code, home): (Arc<Code>, Known),
        (instruction, operands): (Instruction, Vec<Operand>),
        through: Vec<FramePlan>,
    ) -> Raised {
        let ErrorClass { builtin: class, own: own_class } = self;
        Raised { class, own_class, code, home, instruction, is_given: false, operands, through }
    }
}

/// An exception that may be so many is told apart where it goes on its way.
const MOST: usize = 4;

/// What an exception is that is one of some, or of some others.
pub(super) fn merged_exceptions(
    (all, values): (&Arc<[u32]>, &[Shape]),
    (others, other_values): (&Arc<[u32]>, &[Shape]),
) -> Contents<()> {
    let mut both: Vec<u32> = all.iter().chain(others.iter()).copied().collect();
    both.sort_unstable();
    both.dedup();
    let value = |of: &[Shape], i: usize| of.get(i).cloned().unwrap_or(Val::Unbound);
    let count = values.len().max(other_values.len());
    let values = (0..count).map(|i| value(values, i).merged(&value(other_values, i)));
    Contents::Exception((), both.into(), values.collect())
}

/// A way to where an exception goes.
pub(super) struct Thrown {
    way: Incoming,
    /// The block of the function there that it comes from, and the one where it goes on.
    from: BlockId,
    to: BlockId,
}

/// Whether an exception may be made of a value later: nobody changes it meanwhile.
fn is_kept(value: &Val<Value>) -> bool {
    match value {
        Val::None | Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Complex(..) => true,
        Val::Number(..) | Val::Char(_) | Val::Text(..) | Val::Known(_) | Val::Object(..) => true,
        Val::Instance(..) => true,
        Val::Tuple(items) => items.iter().all(is_kept),
        Val::Method(object, _) => is_kept(object),
        _ => false,
    }
}

/// Whether all that a block does with an exception is to say that another one is not handled any more.
fn only_leaves(code: &Code, block: BlockId) -> bool {
    let block = code.block(block);
    let is_quiet = |instruction: &Instruction| {
        matches!(instruction, Instruction::LeaveHandler { .. } | Instruction::Unbind { .. })
    };
    block.instructions.iter().all(|(instruction, _)| is_quiet(instruction))
        && matches!(block.terminator, Terminator::Reraise { .. })
        && block.handler.is_none_or(|handler| only_leaves(code, handler.block))
}

impl Specialiser<'_> {
    /// Whether one of the functions handles an exception.
    pub(super) fn handles(&self) -> bool {
        self.state.frames.iter().any(|frame| !frame.code.handled_at(frame.point).is_empty())
    }

    /// The last of the functions in which something handles exceptions of what is being done.
    fn handler(&self) -> Option<(usize, Handler)> {
        let frames = self.state.frames.iter().enumerate().rev();
        let handler = |(depth, frame): (usize, &super::Frame)| {
            let handler = frame.code.block(frame.point.block).handler?;
            Some((depth, handler))
        };
        let mut frames = frames.filter_map(handler);
        let found = frames.next();
        found.filter(|(depth, handler)| self.state.frames[*depth].point.block < handler.block)
    }

    /// The same for an exception that is new.
    fn catcher(&self) -> Option<usize> {
        self.handler().map(|(depth, _)| depth).filter(|_| !self.handles())
    }

    /// The same for one of a class: a generator that `StopIteration` goes through makes another exception of
    /// it.
    fn catcher_of(&self, class: Builtin) -> Option<usize> {
        let depth = self.catcher()?;
        let mut through = self.state.frames[depth..].iter();
        let is_inside = |frame: &super::Frame| frame.code.block(frame.point.block).inside.is_some();
        let changes = class == Builtin::StopIteration && through.any(is_inside);
        Some(depth).filter(|_| !changes)
    }

    /// Whether an exception that is raised here is handled here.
    pub(super) fn is_caught(&self) -> bool {
        self.catcher().is_some()
    }

    /// Whether a block that only leads to an exception is followed to where that is handled.
    pub(super) fn throws(&self, code: &Code, block: BlockId) -> bool {
        let raises = matches!(code.block(block).terminator, Terminator::Raise { .. });
        let instructions = &code.block(block).instructions;
        let is_end = |instruction: &Instruction| match instruction {
            Instruction::LoadGlobal { name, .. } => code.name(*name) == "StopIteration",
            _ => false,
        };
        let ends = instructions.iter().any(|(instruction, _)| is_end(instruction));
        self.is_caught()
            || !raises && self.handler().is_some()
            || ends && self.ended_by(Builtin::StopIteration).is_some()
    }

    /// Where it goes on if an exception of a class ends a loop over what a method `__next__` gives: the
    /// function that has the loop, and the block behind.
    fn ended_by(&self, class: Builtin) -> Option<(usize, BlockId)> {
        if class != Builtin::StopIteration {
            return None;
        }
        let last = self.state.frames.len() - 1;
        for (depth, frame) in self.state.frames.iter().enumerate().rev() {
            let block = frame.code.block(frame.point.block);
            let is_end = frame.point.index as usize == block.instructions.len();
            if let (Terminator::Next { done, .. }, true) =
                (&block.terminator, is_end && depth < last)
            {
                let below = self.state.frames[..=depth].iter();
                let known = below.map(|frame| frame.code.handled_at(frame.point).len());
                // What the functions above handle the runtime must not know of.
                let fits = self.state.entered as usize <= known.sum::<usize>();
                return fits.then_some((depth, *done));
            }
            let handler = block.handler.map(|handler| handler.block);
            if handler.is_some_and(|block| !only_leaves(&frame.code, block))
                || block.inside.is_some()
            {
                return None;
            }
        }
        None
    }

    /// Whether an exception of a class goes somewhere here.
    pub(super) fn goes_somewhere(&self, class: Builtin) -> bool {
        self.is_caught() || self.ended_by(class).is_some()
    }

    /// The functions from one on that stand where they do, the innermost first.
    fn through(&self, depths: core::ops::Range<usize>) -> Vec<FramePlan> {
        let frames = self.state.frames[depths].iter().rev();
        let plan = |frame: &super::Frame| FramePlan {
            code: frame.code.clone(),
            home: frame.home.0,
            around: frame.around.clone(),
            context: frame.context,
            point: frame.point,
            registers: vec![],
            instead: None,
        };
        frames.map(plan).collect()
    }

    /// Goes on where a function handles an exception.
    fn unwind(&mut self, depth: usize, exception: Val<Value>) -> Done<Flow> {
        self.state.frames.truncate(depth + 1);
        let frame = self.state.top_mut();
        let Some(handler) = frame.code.block(frame.point.block).handler else {
            return self.refused("an exception goes where it is not handled");
        };
        frame.set(handler.exception, exception);
        self.unwind_to(depth, handler.block)
    }

    /// Goes on in a block of one of the functions.
    fn unwind_to(&mut self, depth: usize, to: BlockId) -> Done<Flow> {
        self.state.frames.truncate(depth + 1);
        let from = self.state.top().point.block;
        let point = Point { block: to, index: 0 };
        self.prune(point);
        self.state.top_mut().point = point;
        if self.is_doubtful {
            self.check()?;
        }
        let state = core::mem::take(&mut self.state);
        let way = Incoming { block: self.build.block, state };
        self.thrown.push(Thrown { way, from, to });
        Ok(Flow::Ends)
    }

    /// Takes the ways that lead to where a function handles exceptions that came up.
    pub(super) fn catch(
        &mut self,
        depth: usize,
        waiting: &mut HashMap<BlockId, Vec<Incoming>>,
    ) -> Done {
        let (own, others): (Vec<Thrown>, _) = core::mem::take(&mut self.thrown)
            .into_iter()
            .partition(|thrown| thrown.way.state.frames.len() == depth);
        self.thrown = others;
        for Thrown { way, from, to } in own {
            let context = way.state.top().context;
            if !is_backward(from, to) || self.first_rounds.contains(&(context, to)) {
                waiting.entry(to).or_default().push(way);
                continue;
            }
            (self.build.block, self.state) = (way.block, way.state);
            if !self.next_round(to) {
                self.close_loop(to)?;
            }
        }
        Ok(())
    }

    /// Branches to where an exception is handled unless a condition holds. `container` is in the place of the
    /// first operand of the instruction, which makes the exception.
    pub(super) fn raise_unless(
        &mut self,
        holds: Value,
        class: Builtin,
        container: Option<Operand>,
    ) -> Done<Flow> {
        match self.build.bool_constant(holds) {
            Some(true) => return Ok(Flow::On),
            Some(false) => return self.raise_here(class, container),
            None => {}
        }
        let (yes, no) = self.build.branch(holds);
        let state = self.state.clone();
        self.build.block = no;
        self.raise_here(class, container)?;
        self.state = state;
        self.build.block = yes;
        Ok(Flow::On)
    }

    /// The instruction that is being followed always raises an exception.
    pub(super) fn raise_here(&mut self, class: Builtin, container: Option<Operand>) -> Done<Flow> {
        self.raise_with(class, &[container])
    }

    /// The same with others in the place of some of the first operands.
    pub(super) fn raise_with(
        &mut self,
        class: Builtin,
        containers: &[Option<Operand>],
    ) -> Done<Flow> {
        if let Some((depth, behind)) = self.ended_by(class) {
            return self.unwind_to(depth, behind);
        }
        let frame = self.state.top();
        let (code, point) = (frame.code.clone(), frame.point);
        let block = &code.block(point.block).instructions;
        let instruction = block.get(point.index as usize).map(|(instruction, _)| instruction);
        let (Some(depth), Some(instruction)) = (self.catcher_of(class), instruction) else {
            self.leave();
            return Ok(Flow::Ends);
        };
        let (mut operands, mut values) = (Vec::new(), Vec::new());
        let mut all = Vec::new();
        instruction.reads(&mut |register| all.push(self.get(register)));
        for (i, value) in all.into_iter().enumerate() {
            let other = match instruction {
                _ if i < containers.len() => containers[i].clone(),
                // It is not looked at.
                Instruction::StoreItem { .. } if i == 2 => Some(Operand::None),
                _ => None,
            };
            match other {
                None if !is_kept(&value) => {
                    self.leave();
                    return Ok(Flow::Ends);
                }
                None => {
                    values.push(value);
                    operands.push(Operand::Value);
                }
                Some(other) => operands.push(other),
            }
        }
        let through = self.through(depth..self.state.frames.len());
        let (code, home) = (code.clone(), self.state.top().home.0);
        let instruction = instruction.clone();
        let class = ErrorClass::from(class);
        let raised = class.raised((code, home), (instruction, operands), through);
        let exception = self.exception(raised, values);
        self.unwind(depth, exception)
    }

    fn exception(&mut self, raised: Raised, values: Vec<Val<Value>>) -> Val<Value> {
        let (which, all) = self.new_raise(raised);
        self.state.make(Contents::Exception(which, all, values))
    }

    /// An exception that a call of a class gives.
    fn given_exception(
        &mut self,
        class: ErrorClass,
        call: Instruction,
        values: Vec<Val<Value>>,
        through: Vec<FramePlan>,
    ) -> Val<Value> {
        let frame = self.state.top();
        let of = (frame.code.clone(), frame.home.0);
        let operands = vec![Operand::Value; values.len()];
        let raised = Raised { is_given: true, ..class.raised(of, (call, operands), through) };
        self.exception(raised, values)
    }

    fn new_raise(&mut self, raise: Raised) -> (Value, Arc<[u32]>) {
        let number = self.raises.len() as u32;
        self.raises.push(raise);
        (self.build.int(number.into()), [number].into())
    }

    /// The class of exceptions that a known object is.
    fn error_class(&mut self, known: Known) -> Option<ErrorClass> {
        match self.world.describe(known) {
            Description::Builtin(builtin) => {
                builtin.base_exception()?;
                Some(builtin.into())
            }
            Description::Other => {
                let builtin = self.world.exception_class(known)?;
                Some(ErrorClass { builtin, own: Some(known) })
            }
            _ => None,
        }
    }

    /// Makes an exception that stays in registers, if that is what a call does and it is worth it.
    pub(super) fn new_exception(
        &mut self,
        to: Reg,
        class: Known,
        given: &Given,
        instruction: &Instruction,
    ) -> Done<Option<Flow>> {
        let Instruction::Call { arguments, .. } = instruction else { return Ok(None) };
        let are_single = arguments.iter().all(|a| matches!(a, Argument::Positional(_)));
        if !are_single || !given.positional.iter().all(is_kept) {
            return Ok(None);
        }
        let Some(of) = self.error_class(class) else { return Ok(None) };
        if !self.goes_somewhere(of.builtin) {
            return Ok(None);
        }
        let values: Vec<_> =
            core::iter::once(Val::Known(class)).chain(given.positional.iter().cloned()).collect();
        let exception = self.given_exception(of, instruction.clone(), values, vec![]);
        self.set(to, exception).map(Some)
    }

    /// The arguments that an exception in registers was made with, if its class keeps them as they are.
    fn arguments_of(&self, value: &Val<Value>) -> Option<Vec<Val<Value>>> {
        let Val::Thing(thing) = value else { return None };
        let Contents::Exception(_, all, values) = self.state.contents(*thing) else { return None };
        let first = &self.raises[*all.first()? as usize];
        let is_plain = |number: &u32| {
            let raised = &self.raises[*number as usize];
            let is_alike = raised.operands.len() == first.operands.len();
            raised.is_given && is_alike
        };
        all.iter().all(is_plain).then(|| values[1..].to_vec())
    }

    /// `str(exception)` of one that was made with a string.
    pub(super) fn text_of_exception(&self, given: &Given) -> Option<Val<Value>> {
        let ([exception], []) = (&given.positional[..], &given.named[..]) else { return None };
        let arguments = self.arguments_of(exception)?;
        let Val::Thing(thing) = exception else { return None };
        let Contents::Exception(_, all, _) = self.state.contents(*thing) else { return None };
        let shows_key = |n: &u32| self.raises[*n as usize].class == Builtin::KeyError;
        let [text] = &arguments[..] else { return None };
        let is_text = text.class() == Some(Class::Str) && !all.iter().any(shows_key);
        is_text.then(|| text.clone())
    }

    /// `exception.args`
    pub(super) fn attribute_of_exception(
        &self,
        exception: &Val<Value>,
        name: &str,
    ) -> Option<Val<Value>> {
        let arguments = self.arguments_of(exception).filter(|_| name == "args")?;
        Some(Val::Tuple(arguments.into()))
    }

    /// `raise exception`
    pub(super) fn raise(&mut self, register: Reg) -> Done {
        if let Some(class) = self.class_that_is_raised(register)
            && let Some((depth, behind)) = self.ended_by(class)
        {
            return self.unwind_to(depth, behind).map(|_| ());
        }
        let Some(depth) = self.catcher() else {
            self.leave();
            return Ok(());
        };
        let through = self.through(depth..self.state.frames.len());
        match self.get(register) {
            Val::Thing(thing)
                if let Contents::Exception(_, all, values) = self.state.contents(thing).clone()
                    && let [only] = all[..]
                    && self.raises[only as usize].through.is_empty()
                    && self.catcher_of(self.raises[only as usize].class).is_some() =>
            {
                let raise = Raised { through, ..self.raises[only as usize].clone() };
                let (which, all) = self.new_raise(raise);
                let contents = Contents::Exception(which, all, values);
                self.state.heap[thing.0 as usize] = Some(contents);
                self.unwind(depth, Val::Thing(thing))?;
            }
            value @ Val::Known(known)
                if let Some(class) = self.error_class(known)
                    && self.catcher_of(class.builtin).is_some() =>
            {
                let call = Instruction::Call { to: register, callee: register, arguments: vec![] };
                let exception = self.given_exception(class, call, vec![value], through);
                self.unwind(depth, exception)?;
            }
            _ => self.leave(),
        }
        Ok(())
    }

    /// Of which class what is raised is, or from which one that is derived.
    fn class_that_is_raised(&mut self, register: Reg) -> Option<Builtin> {
        match self.get(register) {
            Val::Known(known) => self.error_class(known).map(|class| class.builtin),
            Val::Thing(thing) => match self.state.contents(thing) {
                Contents::Exception(_, all, _) => match all[..] {
                    [only] => Some(self.raises[only as usize].class),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// An exception that was handled goes on its way.
    pub(super) fn raise_again(&mut self, register: Reg) -> Done {
        let last = self.state.frames.len() - 1;
        let exception = self.get(register);
        match (self.handler(), &exception) {
            (Some((depth, _)), Val::Thing(_) | Val::Object(..)) if depth == last => {
                self.unwind(depth, exception)?;
            }
            (Some((depth, _)), Val::Thing(thing))
                if let Contents::Exception(which, all, values) =
                    self.state.contents(*thing).clone()
                    && all.len() <= MOST =>
            {
                let through = self.through(depth..last);
                let (which, all) = self.gone_through(which, &all, &through);
                let contents = Contents::Exception(which, all, values);
                self.state.heap[thing.0 as usize] = Some(contents);
                self.unwind(depth, exception)?;
            }
            _ => self.leave(),
        }
        Ok(())
    }

    /// Which exception it is that is one of some and has come through more functions.
    fn gone_through(
        &mut self,
        which: Value,
        all: &[u32],
        through: &[FramePlan],
    ) -> (Value, Arc<[u32]>) {
        let mut result = None;
        let mut numbers = Vec::new();
        for old in all {
            let mut raise = self.raises[*old as usize].clone();
            raise.through.extend(through.iter().cloned());
            let (number, new) = self.new_raise(raise);
            numbers.extend(new.iter().copied());
            let old = self.build.int((*old).into());
            result = Some(match result {
                None => number,
                Some(other) => {
                    let is_it = self.op(Op::IEq, &[which, old]);
                    self.build.select(is_it, number, other)
                }
            });
        }
        (result.unwrap_or(which), numbers.into())
    }

    /// What is done where an exception is handled, and where a variable goes. Other instructions are done on
    /// objects.
    pub(super) fn handling(&mut self, instruction: &Instruction) -> Done<Flow> {
        match instruction {
            Instruction::EnterHandler { .. } => Ok(Flow::On),
            Instruction::LeaveHandler { .. } => self.leave_handler(instruction),
            Instruction::MatchException { to, exception, class } => {
                self.match_exception(*to, *exception, *class, instruction)
            }
            Instruction::Unbind { register } => self.set(*register, Val::Unbound),
            other => self.perform(other),
        }
    }

    /// Whether an exception is of a class, or of one in a tuple of classes.
    fn match_exception(
        &mut self,
        to: Reg,
        exception: Reg,
        class: Reg,
        instruction: &Instruction,
    ) -> Done<Flow> {
        let (exception, class) = (self.get(exception), self.get(class));
        let Val::Thing(thing) = exception else { return self.perform(instruction) };
        let Contents::Exception(which, all, _) = self.state.contents(thing).clone() else {
            return self.perform(instruction);
        };
        let Some(classes) = self.exception_classes(&class) else {
            return self.perform(instruction);
        };
        let mut fitting = Vec::new();
        for number in all.iter().copied() {
            let raised = &self.raises[number as usize];
            let class = ErrorClass { builtin: raised.class, own: raised.own_class };
            let mut classes = classes.iter();
            if classes.any(|of| self.is_derived_error(class, *of)) {
                fitting.push(number);
            }
        }
        let truth = if fitting.is_empty() || fitting.len() == all.len() {
            self.build.bool(!fitting.is_empty())
        } else {
            let mut truth = self.build.bool(false);
            for number in fitting {
                let number = self.build.int(number.into());
                let is_it = self.op(Op::IEq, &[which, number]);
                truth = self.op(Op::BOr, &[truth, is_it]);
            }
            truth
        };
        self.set(to, Val::Bool(truth))
    }

    /// Whether a class of exceptions is another one or derived from it.
    fn is_derived_error(&mut self, class: ErrorClass, of: ErrorClass) -> bool {
        match (class.own, of.own) {
            (Some(class), Some(of)) => class == of || self.world.is_derived(class, of),
            (None, Some(_)) => false,
            (_, None) => {
                let mut class = class.builtin;
                while let Some(base) = class.base_exception()
                    && class != of.builtin
                    && class != base
                {
                    class = base;
                }
                class == of.builtin
            }
        }
    }

    /// The classes that are behind `except`, if they are known.
    fn exception_classes(&mut self, value: &Val<Value>) -> Option<Vec<ErrorClass>> {
        let items = match value {
            Val::Tuple(items) => items.to_vec(),
            single => vec![single.clone()],
        };
        let mut classes = Vec::new();
        for item in items {
            let Val::Known(known) = item else { return None };
            classes.push(self.error_class(known)?);
        }
        Some(classes)
    }

    /// An exception is not handled any more.
    fn leave_handler(&mut self, instruction: &Instruction) -> Done<Flow> {
        let handled = self.state.frames.iter().map(|f| f.code.handled_at(f.point).len());
        if handled.sum::<usize>() > self.state.entered as usize {
            return Ok(Flow::On);
        }
        self.state.entered = self.state.entered.saturating_sub(1);
        self.perform(instruction)
    }

    /// Tells the runtime which exceptions are handled here, before code runs that could ask for them.
    pub(super) fn enter_handlers(&mut self) -> Done {
        let mut number = 0;
        for depth in 0..self.state.frames.len() {
            let frame = &self.state.frames[depth];
            let (code, home) = (frame.code.clone(), frame.home.0);
            for exception in code.handled_at(frame.point) {
                number += 1;
                if number <= self.state.entered {
                    continue;
                }
                let value = self.state.frames[depth].get(exception).clone();
                let object = Val::Object(self.object(&value)?, None);
                let instruction = Instruction::EnterHandler { exception };
                let action = Action::Instruction { code: code.clone(), home, instruction };
                let (site, words) = self.site(action, &[object]);
                let exit = self.exit_raised();
                self.build.emit(Op::Perform, &words, Immediate::Int(site), Some(exit));
                self.state.entered = number;
            }
        }
        Ok(())
    }

    /// Where ways meet the runtime knows of as many exceptions on each.
    pub(super) fn agree_on_handlers(&mut self, incoming: &mut [Incoming]) -> Done {
        if incoming.iter().all(|way| way.state.entered == incoming[0].state.entered) {
            return Ok(());
        }
        for way in incoming {
            (self.build.block, self.state) = (way.block, core::mem::take(&mut way.state));
            self.enter_handlers()?;
            (way.block, way.state) = (self.build.block, core::mem::take(&mut self.state));
        }
        Ok(())
    }
}
