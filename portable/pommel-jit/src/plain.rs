//! The interpreter of plain code: where a function goes on, object by object, when its machine code
//! cannot.
//!
//! It begins at any point of a function with what the registers hold there ([`run`]), or in the innermost
//! of several functions of which each stands at a call of the next ([`resume`]). A single instruction is
//! done by [`perform`], for machine code that goes on itself.
//!
//! Temporaries are released as soon as nobody reads them any more, as Python's stack does; variables when
//! the function ends.

use crate::code::{
    self, Argument, BlockId, Code, Constant, Instruction, Name, Point, Reg, Span, Special,
    Terminator,
};
use crate::objects::{Objects, Passed};
use std::sync::Arc;

/// A function that is under way.
pub struct Frame<O: Objects + ?Sized> {
    /// What it does.
    pub code: Arc<Code>,
    /// The function object's globals and the like.
    pub home: O::Home,
    /// What its registers hold; those that are not there are unbound.
    pub registers: Vec<Option<O::Object>>,
    /// What its caller gets in place of what it returns: the instance, for a method that fills it in.
    pub instead: Option<O::Object>,
}

/// Registers, as an instruction needs them.
pub trait Registers<O> {
    /// What a register holds.
    fn get(&self, register: Reg) -> Option<&O>;
    /// Puts an object into a register or makes it unbound.
    fn set(&mut self, register: Reg, object: Option<O>);
}

impl<O> Registers<O> for Vec<Option<O>> {
    fn get(&self, register: Reg) -> Option<&O> {
        self.as_slice().get(register.0 as usize)?.as_ref()
    }

    fn set(&mut self, register: Reg, object: Option<O>) {
        self[register.0 as usize] = object;
    }
}

/// The operands of a single instruction as registers, and what it writes.
#[derive(Debug)]
pub struct Operands<O> {
    reads: Vec<Reg>,
    objects: Vec<Option<O>>,
    /// What was written, in order.
    pub written: Vec<(Reg, Option<O>)>,
}

impl<O> Operands<O> {
    /// The operands of an instruction, in the order of [`Instruction::reads`].
    pub fn new(instruction: &Instruction, objects: Vec<Option<O>>) -> Operands<O> {
        let mut reads = vec![];
        instruction.reads(&mut |register| reads.push(register));
        Operands { reads, objects, written: vec![] }
    }
}

impl<O> Registers<O> for Operands<O> {
    fn get(&self, register: Reg) -> Option<&O> {
        let index = self.reads.iter().position(|&read| read == register)?;
        self.objects.as_slice().get(index)?.as_ref()
    }

    fn set(&mut self, register: Reg, object: Option<O>) {
        self.written.push((register, object));
    }
}

/// Goes on with a function from a point to its end.
///
/// # Errors
/// The exception that the function ends with.
pub fn run<O: Objects + ?Sized>(
    objects: &O,
    frame: Frame<O>,
    from: Point,
) -> Result<O::Object, O::Error> {
    resume(objects, vec![(frame, from)])
}

/// Goes on with functions of which each stands at the instruction that the next one is called by: the
/// last begins, and what it returns is the result of that instruction in the one before it, or the item where
/// that asks for one.
///
/// # Errors
/// The exception that the first one ends with.
///
/// # Panics
/// If there are no functions, or if one but the last stands neither at an instruction nor where it asks for an
/// item.
pub fn resume<O: Objects + ?Sized>(
    objects: &O,
    frames: Vec<(Frame<O>, Point)>,
) -> Result<O::Object, O::Error> {
    go_on(objects, frames, Coming::Nothing)
}

/// The same where the instruction at which the last function stands, or the end of the block there, has
/// raised an exception already.
///
/// # Errors
/// The exception that the first one ends with.
pub fn resume_raised<O: Objects + ?Sized>(
    objects: &O,
    frames: Vec<(Frame<O>, Point)>,
    error: O::Error,
) -> Result<O::Object, O::Error> {
    go_on(objects, frames, Coming::Error(error))
}

/// What comes to a function that waits.
enum Coming<O: Objects + ?Sized> {
    /// It begins.
    Nothing,
    /// What the function that it called returns.
    Value(O::Object),
    /// What the instruction where it stands raises.
    Error(O::Error),
}

/// Goes on with functions, the last one first, until there is none left.
fn go_on<O: Objects + ?Sized>(
    objects: &O,
    mut frames: Vec<(Frame<O>, Point)>,
    mut coming: Coming<O>,
) -> Result<O::Object, O::Error> {
    while let Some((mut frame, at)) = frames.pop() {
        if frame.registers.len() < frame.code.registers as usize {
            frame.registers.resize(frame.code.registers as usize, None);
        }
        let from = match receive(objects, &mut frame, at, coming) {
            Ok(from) => from,
            Err(error) => {
                coming = Coming::Error(error);
                continue;
            }
        };
        let instead = frame.instead.take();
        coming = match run_frame(objects, frame, from) {
            Ok(End::Returned(value)) => Coming::Value(instead.unwrap_or(value)),
            Ok(End::Left { frames: mut inner, raised }) => {
                if let Some((first, _)) = inner.first_mut() {
                    first.instead = instead;
                }
                frames.extend(inner);
                raised.map_or(Coming::Nothing, Coming::Error)
            }
            Err(error) => Coming::Error(error),
        };
    }
    match coming {
        Coming::Value(value) => Ok(value),
        Coming::Error(error) => Err(error),
        Coming::Nothing => panic!("there is a function to go on with"),
    }
}

/// Where a function goes on with what comes to the point where it stands; what it ends with, if not.
fn receive<O: Objects + ?Sized>(
    objects: &O,
    frame: &mut Frame<O>,
    at: Point,
    coming: Coming<O>,
) -> Result<Point, O::Error> {
    let code = frame.code.clone();
    if let (Terminator::Next { to, body, done, .. }, true) = (
        &code.block(at.block).terminator,
        at.index as usize == code.block(at.block).instructions.len(),
    ) {
        // A method `__next__` was called.
        match coming {
            Coming::Nothing => return Ok(at),
            Coming::Value(value) => {
                frame.registers.set(*to, Some(value));
                return Ok(enter(&code, frame, *body));
            }
            Coming::Error(error) => match objects.ends_iteration(error) {
                Ok(()) => return Ok(enter(&code, frame, *done)),
                Err(error) => {
                    let failure = Failure { error, at: code.span_at(at), is_new: true };
                    return handle(objects, frame, at.block, failure);
                }
            },
        }
    }
    match coming {
        Coming::Nothing => Ok(at),
        Coming::Value(value) => Ok(give(frame, at, value)),
        Coming::Error(error) => {
            let failure = Failure { error, at: code.span_at(at), is_new: true };
            handle(objects, frame, at.block, failure)
        }
    }
}

/// Gives a function the result of the instruction where it stands, and says which point is behind that. All
/// registers are there.
pub fn give<O: Objects + ?Sized>(frame: &mut Frame<O>, at: Point, value: O::Object) -> Point {
    let code = frame.code.clone();
    let instruction = code.block(at.block).instructions.get(at.index as usize);
    if let Some(to) = instruction.and_then(|(instruction, _)| instruction.result()) {
        frame.registers.set(to, Some(value));
    }
    release(&code, frame, at);
    Point { index: at.index + 1, ..at }
}

/// How a function stops running here.
enum End<O: Objects + ?Sized> {
    Returned(O::Object),
    /// Others stand in its place.
    Left {
        frames: Vec<(Frame<O>, Point)>,
        raised: Option<O::Error>,
    },
}

/// Goes on with a function from a point, until it ends or machine code has taken over and left again.
fn run_frame<O: Objects + ?Sized>(
    objects: &O,
    mut frame: Frame<O>,
    from: Point,
) -> Result<End<O>, O::Error> {
    let code = frame.code.clone();
    let mut at = from;
    loop {
        let running = Running { objects, code: &code, frame: &mut frame };
        at = match running.block(at) {
            Ok(Flow::To(block)) => {
                let is_back = code::is_backward(at.block, block);
                let next = enter(&code, &mut frame, block);
                match is_back.then(|| objects.take_over(&frame, block)).flatten() {
                    None => next,
                    Some(Taken::Ended(result)) => return result.map(End::Returned),
                    Some(Taken::Left { frames, raised }) => {
                        return Ok(End::Left { frames, raised });
                    }
                }
            }
            Ok(Flow::Return(value)) => return Ok(End::Returned(value)),
            Err(failure) => handle(objects, &mut frame, at.block, failure)?,
        };
    }
}

/// What became of a function that machine code took over.
pub enum Taken<O: Objects + ?Sized> {
    /// It has ended.
    Ended(Result<O::Object, O::Error>),
    /// Machine code has left: these functions stand in its place, each at the instruction that the next
    /// one is called by.
    Left {
        /// Them.
        frames: Vec<(Frame<O>, Point)>,
        /// The exception that the instruction has raised where the last one stands.
        raised: Option<O::Error>,
    },
}

/// Where a block goes on.
enum Flow<O> {
    To(BlockId),
    Return(O),
}

/// An exception that an instruction raised.
struct Failure<E> {
    error: E,
    at: Span,
    /// Whether it was not in this function before, so that its traceback does not know the function.
    is_new: bool,
}

/// Begins a block: releases what is left from the blocks before it.
fn enter<O: Objects + ?Sized>(code: &Code, frame: &mut Frame<O>, block: BlockId) -> Point {
    for &register in code.liveness().dead_on_entry(block) {
        frame.registers.set(register, None);
    }
    Point { block, index: 0 }
}

/// Releases what an instruction was the last to read.
fn release<O: Objects + ?Sized>(code: &Code, frame: &mut Frame<O>, at: Point) {
    let reads = code.liveness().last_reads(at.block);
    let first = reads.partition_point(|&(index, _)| index < at.index);
    for &(_, register) in reads[first..].iter().take_while(|&&(index, _)| index == at.index) {
        frame.registers.set(register, None);
    }
}

/// Finds where an exception is handled, if that is in this function.
fn handle<O: Objects + ?Sized>(
    objects: &O,
    frame: &mut Frame<O>,
    block: BlockId,
    failure: Failure<O::Error>,
) -> Result<Point, O::Error> {
    let code = frame.code.clone();
    let error = traced(objects, (&code, &frame.home), block, failure);
    let Some(handler) = code.block(block).handler else { return Err(error) };
    let exception = objects.caught(error)?;
    frame.registers.set(handler.exception, Some(exception));
    Ok(enter(&code, frame, handler.block))
}

/// Adds to the traceback of an exception that it came through a block of a function.
fn traced<O: Objects + ?Sized>(
    objects: &O,
    (code, home): (&Code, &O::Home),
    block: BlockId,
    failure: Failure<O::Error>,
) -> O::Error {
    let Failure { mut error, at, is_new } = failure;
    let mut place = at;
    let mut inside = code.block(block).inside;
    while let Some(inlined) = inside.map(|inside| code.inlined[inside as usize]) {
        let nested = inlined.nested as usize;
        error = objects.trace_inside(error, home, code, nested, place);
        (place, inside) = (inlined.at, inlined.around);
    }
    if is_new { objects.trace(error, home, code, place) } else { error }
}

/// Adds to the traceback of an exception that it came through a function which stands at a point.
pub fn went_through<O: Objects + ?Sized>(
    objects: &O,
    (code, home): (&Code, &O::Home),
    at: Point,
    error: O::Error,
) -> O::Error {
    let failure = Failure { error, at: code.span_at(at), is_new: true };
    traced(objects, (code, home), at.block, failure)
}

/// A function in a block.
struct Running<'a, O: Objects + ?Sized> {
    objects: &'a O,
    code: &'a Code,
    frame: &'a mut Frame<O>,
}

impl<O: Objects + ?Sized> Running<'_, O> {
    /// Does the rest of a block.
    fn block(self, from: Point) -> Result<Flow<O::Object>, Failure<O::Error>> {
        let Running { objects, code, frame } = self;
        let block = code.block(from.block);
        let reads = code.liveness().last_reads(from.block);
        let mut next = reads.partition_point(|&(index, _)| index < from.index);
        let rest = block.instructions.iter().enumerate().skip(from.index as usize);
        for (index, (instruction, span)) in rest {
            perform(objects, code, &frame.home, instruction, &mut frame.registers)
                .map_err(|error| Failure { error, at: *span, is_new: true })?;
            while let Some(&(at, register)) = reads.get(next)
                && at as usize == index
            {
                frame.registers.set(register, None);
                next += 1;
            }
        }
        Running { objects, code, frame }.terminate(from.block, &block.terminator).map_err(|error| {
            let is_new = !matches!(block.terminator, Terminator::Reraise { .. });
            Failure { error, at: block.span, is_new }
        })
    }

    /// Finds out where a block goes on.
    fn terminate(
        self,
        from: BlockId,
        terminator: &Terminator,
    ) -> Result<Flow<O::Object>, O::Error> {
        let Running { objects, frame, .. } = self;
        let registers = &mut frame.registers;
        let to = match *terminator {
            Terminator::Jump(to) => to,
            Terminator::Branch { condition, then, otherwise } => {
                if objects.truth(read(registers, condition))? { then } else { otherwise }
            }
            Terminator::Next { iterator, to, body, done } => {
                match objects.next(read(registers, iterator))? {
                    Some(item) => {
                        registers.set(to, Some(item));
                        body
                    }
                    None => done,
                }
            }
            Terminator::Return(value) => return Ok(Flow::Return(read(registers, value).clone())),
            Terminator::Raise { exception, cause } => {
                let [exception, cause] =
                    [exception, cause].map(|given| given.map(|r| read(registers, r).clone()));
                return Err(objects.raise(exception.as_ref(), cause.as_ref()));
            }
            Terminator::Reraise { exception } => {
                return Err(objects.thrown(read(registers, exception)));
            }
        };
        if code::is_backward(from, to) {
            objects.poll()?;
        }
        Ok(Flow::To(to))
    }
}

/// What a register holds that an instruction reads.
fn read<O>(registers: &impl Registers<O>, register: Reg) -> &O {
    registers.get(register).expect("a register that is read is bound")
}

/// What registers hold.
fn read_all<O: Clone>(registers: &impl Registers<O>, all: &[Reg]) -> Vec<O> {
    all.iter().map(|&register| read(registers, register).clone()).collect()
}

/// Does a single instruction.
///
/// # Errors
/// What it raises; nothing is written then.
///
/// # Panics
/// If a register is unbound that the instruction needs.
pub fn perform<O: Objects + ?Sized>(
    objects: &O,
    code: &Code,
    home: &O::Home,
    instruction: &Instruction,
    registers: &mut impl Registers<O::Object>,
) -> Result<(), O::Error> {
    match *instruction {
        Instruction::Move { to, from } => {
            let object = registers.get(from).cloned();
            registers.set(to, object);
        }
        Instruction::CheckBound { local } => {
            if registers.get(local).is_none() {
                return Err(unbound(objects, code, local));
            }
        }
        Instruction::Unbind { register } => registers.set(register, None),
        Instruction::MakeCell { register } => {
            let cell = objects.cell(registers.get(register))?;
            registers.set(register, Some(cell));
        }
        Instruction::StoreGlobal { name, value } => {
            objects.store_global(home, code.name(name), read(registers, value))?;
        }
        Instruction::DeleteGlobal { name } => objects.delete_global(home, code.name(name))?,
        Instruction::StoreCell { cell, value } => {
            objects.store_cell(read(registers, cell), Some(read(registers, value)))?;
        }
        Instruction::DeleteCell { cell } => {
            let cell_object = read(registers, cell);
            if objects.load_cell(cell_object)?.is_none() {
                return Err(unbound(objects, code, cell));
            }
            objects.store_cell(cell_object, None)?;
        }
        Instruction::Unpack { ref to, from } => {
            let items = objects.unpack(read(registers, from), to.len())?;
            to.iter().zip(items).for_each(|(&to, item)| registers.set(to, Some(item)));
        }
        Instruction::UnpackStarred { ref before, starred, ref after, from } => {
            let from = read(registers, from);
            let items = objects.unpack_starred(from, before.len(), after.len())?;
            let to = before.iter().chain([&starred]).chain(after);
            to.zip(items).for_each(|(&to, item)| registers.set(to, Some(item)));
        }
        Instruction::EnterHandler { exception } => {
            objects.enter_handler(read(registers, exception))
        }
        Instruction::LeaveHandler { .. } => objects.leave_handler(),
        _ => match instruction.result() {
            Some(to) => {
                let given = Given { objects, code, home, registers: &*registers };
                let result = given.access(instruction)?;
                registers.set(to, Some(result));
            }
            None => change(objects, code, instruction, registers)?,
        },
    }
    Ok(())
}

/// Instructions that change an object.
fn change<O: Objects + ?Sized>(
    objects: &O,
    code: &Code,
    instruction: &Instruction,
    registers: &impl Registers<O::Object>,
) -> Result<(), O::Error> {
    let r = |register| read(registers, register);
    match *instruction {
        Instruction::StoreAttribute { object, name, value } => {
            objects.store_attribute(r(object), code.name(name), r(value))
        }
        Instruction::DeleteAttribute { object, name } => {
            objects.delete_attribute(r(object), code.name(name))
        }
        Instruction::StoreItem { object, key, value } => {
            objects.store_item(r(object), r(key), r(value))
        }
        Instruction::DeleteItem { object, key } => objects.delete_item(r(object), r(key)),
        Instruction::ListAppend { list, item } => objects.list_append(r(list), r(item)),
        Instruction::ListExtend { list, items } => objects.list_extend(r(list), r(items)),
        Instruction::SetAdd { set, item } => objects.set_add(r(set), r(item)),
        Instruction::SetUpdate { set, items } => objects.set_update(r(set), r(items)),
        Instruction::DictInsert { dict, key, value } => {
            objects.dict_insert(r(dict), r(key), r(value))
        }
        Instruction::DictUpdate { dict, items } => objects.dict_update(r(dict), r(items)),
        _ => unreachable!("an instruction that gives an object or is done above"),
    }
}

/// What an instruction needs that gives an object.
struct Given<'a, O: Objects + ?Sized, R> {
    objects: &'a O,
    code: &'a Code,
    home: &'a O::Home,
    registers: &'a R,
}

impl<O: Objects + ?Sized, R: Registers<O::Object>> Given<'_, O, R> {
    fn read(&self, register: Reg) -> &O::Object {
        read(self.registers, register)
    }

    fn name(&self, name: Name) -> &str {
        self.code.name(name)
    }

    /// Names, parts of objects, operators.
    fn access(&self, instruction: &Instruction) -> Result<O::Object, O::Error> {
        let objects = self.objects;
        match *instruction {
            Instruction::Constant { constant, .. } => {
                objects.constant(&self.code.constants[constant as usize])
            }
            Instruction::LoadGlobal { name, .. } => objects.load_global(self.home, self.name(name)),
            Instruction::LoadBuiltin { name, .. } => objects.builtin(self.home, self.name(name)),
            Instruction::LoadCell { cell, .. } => {
                objects.load_cell(self.read(cell))?.ok_or_else(|| unbound(objects, self.code, cell))
            }
            Instruction::LoadAttribute { object, name, .. } => {
                objects.load_attribute(self.read(object), self.name(name))
            }
            Instruction::LoadItem { object, key, .. } => {
                objects.load_item(self.read(object), self.read(key))
            }
            Instruction::MakeSlice { parts, .. } => {
                objects.slice(parts.map(|part| self.read(part)))
            }
            Instruction::Unary { operator, operand, .. } => {
                objects.unary(operator, self.read(operand))
            }
            Instruction::Binary { operator, left, right, in_place, .. } => {
                objects.binary(operator, in_place, self.read(left), self.read(right))
            }
            Instruction::Compare { operator, left, right, .. } => {
                objects.compare(operator, self.read(left), self.read(right))
            }
            Instruction::Iterate { from, .. } => objects.iterate(self.read(from)),
            Instruction::Special { operation: Special::LoadFree, ref operands, .. } => {
                let name = &self.code.locals[operands[0].0 as usize];
                let found = objects.load_cell(self.read(operands[0]))?;
                found.ok_or_else(|| objects.unbound(name, true))
            }
            Instruction::Special {
                operation: Special::IsGenerator(nested), ref operands, ..
            } => {
                let (of, object) = (&self.code.nested[nested as usize], self.read(operands[0]));
                let is_it = objects.is_generator(self.home, of, object)?;
                objects.constant(&Constant::Bool(is_it))
            }
            Instruction::Special { operation, ref operands, .. } => {
                objects.special(operation, &read_all(self.registers, operands))
            }
            Instruction::Call { callee, ref arguments, .. } => self.call(callee, arguments),
            _ => self.make(instruction),
        }
    }

    fn call(&self, callee: Reg, arguments: &[Argument]) -> Result<O::Object, O::Error> {
        let passed = arguments.iter().map(|argument| match *argument {
            Argument::Positional(value) => Passed::Positional(self.read(value)),
            Argument::Starred(value) => Passed::Starred(self.read(value)),
            Argument::Keyword(name, value) => Passed::Keyword(self.name(name), self.read(value)),
            Argument::DoubleStarred(value) => Passed::DoubleStarred(self.read(value)),
        });
        let passed: Vec<_> = passed.collect();
        self.objects.call(self.read(callee), &passed)
    }

    /// New objects.
    fn make(&self, instruction: &Instruction) -> Result<O::Object, O::Error> {
        let objects = self.objects;
        let all = |registers: &[Reg]| read_all(self.registers, registers);
        match instruction {
            Instruction::MakeTuple { items, .. } => objects.tuple(&all(items)),
            Instruction::MakeList { items, .. } => objects.list(&all(items)),
            Instruction::MakeSet { items, .. } => objects.set(&all(items)),
            Instruction::MakeDict { items, .. } => {
                let pair = |&(key, value)| (self.read(key).clone(), self.read(value).clone());
                objects.dict(&items.iter().map(pair).collect::<Vec<_>>())
            }
            Instruction::ListToTuple { list, .. } => objects.list_to_tuple(self.read(*list)),
            Instruction::Format { value, conversion, spec, .. } => {
                let spec = spec.map(|spec| self.read(spec));
                objects.format(self.read(*value), *conversion, spec)
            }
            Instruction::Join { parts, .. } => objects.join(&all(parts)),
            Instruction::MakeFunction { nested, defaults, keyword_defaults, cells, .. } => {
                let keyword_defaults = keyword_defaults.iter();
                let keyword_defaults = keyword_defaults
                    .map(|&(name, value)| (self.name(name), self.read(value).clone()))
                    .collect::<Vec<_>>();
                objects.function(
                    self.home,
                    self.code,
                    *nested as usize,
                    &all(defaults),
                    &keyword_defaults,
                    &all(cells),
                )
            }
            Instruction::Import { name, wanted, level, .. } => {
                let wanted: Vec<_> = wanted.iter().map(|&name| self.name(name)).collect();
                objects.import(self.home, self.name(*name), &wanted, *level)
            }
            Instruction::ImportFrom { module, name, .. } => {
                objects.import_from(self.read(*module), self.name(*name))
            }
            Instruction::MatchException { exception, class, .. } => {
                let matches = objects.matches(self.read(*exception), self.read(*class))?;
                objects.constant(&Constant::Bool(matches))
            }
            _ => unreachable!("an instruction that gives no object or is done above"),
        }
    }
}

/// The error of a variable that is unbound, in a register or in the cell there.
fn unbound<O: Objects + ?Sized>(objects: &O, code: &Code, register: Reg) -> O::Error {
    let index = register.0 as usize;
    match code.locals.get(index) {
        Some(name) => objects.unbound(name, false),
        None => {
            let name = code.free.get(index - code.locals.len());
            objects.unbound(name.map_or("", |name| name), true)
        }
    }
}
