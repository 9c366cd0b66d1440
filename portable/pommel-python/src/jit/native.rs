//! Enters machine code, does what it leaves to the runtime, and goes on on objects where it leaves.

use super::alone::{Alone, FEW_WORDS, FEWER_WORDS, NumpyArray};
use super::depth;
use super::exceptions;
use super::function::JitFunction;
use super::known::{Facts, Found, Inquiry, KnownObjects};
use super::lists::Age;
use super::lock::Lock;
use super::objects::{Home, Python};
use super::own_memory::OwnMemory;
use super::quick;
use super::recipe::{Ingredients, handle_of};
use super::shapes::{Kept, Words, class_of, described, parts, shape, take, width};
use super::source::Source;
use super::steps::Step;
use super::views::{self, VIEW_WORDS};
use pommel::held::HeldBuffer;
use pommel::prelude::*;
use pommel::raw;
use pommel_jit::backend::{Backend, Calls, Machine, Target, activation};
use pommel_jit::code::{Code, Instruction, Point};
use pommel_jit::ir::dicts::DictCall;
use pommel_jit::ir::lists::ListCall;
use pommel_jit::ir::op::Class;
use pommel_jit::ir::texts::TextCall;
use pommel_jit::ir::{self, Op};
use pommel_jit::objects::Objects;
use pommel_jit::passes::optimise;
use pommel_jit::plain::{self, Frame, Operands};
use pommel_jit::specialise::{
    Action, ExitPlan, Experience, FramePlan, FunctionObject, Known, Lesson, NOTHING, Origin,
    Outcome, Raised, Recipe, RecordType, Refusal, Shape, Site, Specialisation, Tag, Val, View,
    specialise,
};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Something that is done on objects: what it is, in which function, where (the line and the column of the
/// beginning and of the end), and the line itself.
pub(crate) type Note = (&'static str, String, (u32, u32, u32, u32), String);

/// What is done on objects, in words; nothing for what is not worth a word.
fn on_objects(action: &Action) -> Option<&'static str> {
    use Instruction as I;
    let Action::Instruction { instruction, .. } = action else { return None };
    Some(match instruction {
        I::Constant { .. } | I::Move { .. } => return None,
        I::Call { .. } => "a call of what is not known",
        I::LoadAttribute { .. } | I::StoreAttribute { .. } => "an attribute of an object",
        I::LoadItem { .. } | I::StoreItem { .. } => "an item of an object",
        I::Unary { .. } | I::Binary { .. } | I::Compare { .. } => "an operator on objects",
        I::Iterate { .. } => "the items of an object",
        _ => "done by Python",
    })
}

/// Machine code; none where the function is called as it is.
type MachineCode = core::result::Result<Box<dyn Machine>, Refusal>;

/// A specialisation, with the machine code of the function and of its inner functions.
type Made = core::result::Result<(Specialisation, Vec<Box<dyn Machine>>), Refusal>;

/// A specialisation as machine code.
pub(crate) struct Compiled {
    exits: Vec<ExitPlan>,
    sites: Vec<Site>,
    /// Where it always leaves.
    leaves: Vec<Origin>,
    /// How exceptions are made.
    raises: Vec<Raised>,
    /// The quick ways to do what the sites say.
    steps: Vec<Option<Step>>,
    views: Vec<View>,
    /// How NumPy's arrays lie that are such views, if that is known.
    layouts: Vec<Option<NumpyArray>>,
    /// What instances in memory are like.
    records: Vec<Arc<RecordType>>,
    /// Machine code takes free records itself.
    has_records: bool,
    arguments: Vec<Shape>,
    /// How arguments lie that are arrays of NumPy's, if that is known.
    argument_layouts: Vec<Option<NumpyArray>>,
    /// What calls of it by itself, and of its inner functions, give in machine code.
    results: Vec<Option<Shape>>,
    facts: Facts,
    /// Machine code has addresses of objects that are known.
    lends: bool,
    /// The texts that its functions stand in.
    sources: HashMap<Known, Arc<Source>>,
    machine: MachineCode,
    /// That of its inner functions.
    inner: Vec<Box<dyn Machine>>,
    /// How it is called if it needs nobody.
    alone: Option<Alone>,
    /// How often it was entered, and left by each of its exits.
    entered: AtomicU32,
    taken: Box<[AtomicU32]>,
    /// How many words it is called with.
    words: usize,
    /// The typed form after the passes, of which a text is made when somebody asks: the function, and its
    /// inner functions.
    typed: Vec<ir::Function>,
}

/// Why there is none.
fn no_machine_code(reason: String) -> Refusal {
    Refusal { reason: format!("there is no machine code: {reason}"), place: None }
}

/// Makes the typed form of a function, and machine code of that. A fault of the compiler is no reason for
/// a program to end: the function is called as it is then, but in builds that look for faults.
fn made(
    inquiry: &mut Inquiry<'_>,
    function: &FunctionObject,
    shapes: &[Shape],
    experience: &Experience,
    backend: &dyn Backend,
) -> Made {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let mut made = specialise(inquiry, function, shapes, experience)?;
        made.functions().for_each(|function| {
            function.options = inquiry.options;
            optimise(function);
        });
        let words = match &made.inner[..] {
            [] => 0,
            _ => made.functions().map(|function| backend.words(function)).max().unwrap_or(0),
        };
        let calls = Calls { call, quick: &quick::address, words };
        let machines = made.functions().map(|function| backend.compile(function, calls));
        let machines = machines.collect::<core::result::Result<_, _>>().map_err(no_machine_code)?;
        Ok((made, machines))
    }));
    match attempt {
        Ok(made) => made,
        Err(panic) if cfg!(debug_assertions) => resume_unwind(panic),
        Err(_) => {
            Err(no_machine_code("the compiler has a fault, which standard error shows".into()))
        }
    }
}

/// What was made, and the machine code of the function itself and of its inner functions.
fn with_its_own(
    made: Made,
    shapes: Vec<Shape>,
) -> (Specialisation, MachineCode, Vec<Box<dyn Machine>>) {
    match made {
        Ok((made, mut machines)) => {
            let inner = machines.split_off(1);
            (made, machines.pop().ok_or_else(|| no_machine_code(String::new())), inner)
        }
        Err(refusal) => (Specialisation::empty(shapes), Err(refusal), vec![]),
    }
}

/// Whether functions take free records themselves.
fn takes_records(functions: &[ir::Function]) -> bool {
    let mut insts = functions.iter().flat_map(|function| &function.blocks).flat_map(|b| &b.insts);
    insts.any(|inst| inst.op == Op::Pools)
}

/// How NumPy's arrays lie that are one of some views.
fn layouts(inquiry: &mut Inquiry<'_>, views: &[View]) -> Vec<Option<NumpyArray>> {
    let mut found: Vec<(View, Option<NumpyArray>)> = vec![];
    for view in views {
        let known = found.iter().find(|(other, _)| other == view).map(|(_, layout)| *layout);
        let layout = known.unwrap_or_else(|| NumpyArray::of_view(inquiry, *view));
        found.push((*view, layout));
    }
    found.into_iter().map(|(_, layout)| layout).collect()
}

/// What became of the attempt to call machine code.
pub(crate) enum Attempt<'c> {
    /// It was compiled for other arguments.
    OtherArguments,
    /// What it takes for granted is not so any more.
    Stale,
    /// The function is to be called as it is.
    AsItIs,
    /// It was called.
    Done(Done<'c>),
}

/// What a call through machine code came to.
pub(crate) struct Done<'c> {
    /// How it left.
    pub(crate) going: Going<'c>,
    /// What was learnt for specialisations after this one.
    pub(crate) learnt: Option<Lesson>,
}

/// How machine code has left.
pub(crate) enum Going<'c> {
    /// The function has ended.
    Ended(Result<Object<'c>>),
    /// It goes on on objects, in these functions, the last of which has raised an exception if there is
    /// one.
    On(Frames<'c>, Option<Error>),
}

impl<'c> Going<'c> {
    /// Goes on to the end of the function.
    pub(crate) fn finish(
        self,
        objects: &Python<'c>,
        function: &Instance<'c, JitFunction>,
    ) -> Result<Object<'c>> {
        if let Going::On(..) = self {
            objects.lets_machine_code_take_over(function);
        }
        self.on_objects(objects)
    }

    /// The same without machine code for what is left.
    fn on_objects(self, objects: &Python<'c>) -> Result<Object<'c>> {
        match self {
            Going::Ended(result) => result,
            Going::On(frames, None) => plain::resume(objects, frames),
            Going::On(frames, Some(error)) => plain::resume_raised(objects, frames, error),
        }
    }
}

/// An exit is not worth it if machine code was left by it so often,
const OFTEN: u32 = 3;
/// and at least once in so many times that it was entered.
const SELDOM: u32 = 16;

/// The arguments of a call.
#[derive(Clone, Copy)]
pub(crate) enum Arguments<'a, 'c> {
    /// One for each parameter, as they came.
    Positional(Args<'a, 'c>),
    /// What the parameters hold.
    Bound(&'a [Option<Object<'c>>]),
}

/// How an argument lies that is an array of NumPy's, if that is known.
fn argument_layout(inquiry: &mut Inquiry<'_>, shape: &Shape) -> Option<NumpyArray> {
    match shape {
        Val::Array((), view, _) => NumpyArray::of_view(inquiry, *view),
        _ => None,
    }
}

impl Compiled {
    /// Compiles a function for arguments such as these. Gives the objects that it knows as well, which
    /// have to be kept as long as it is.
    pub(crate) fn new<'c>(
        mut inquiry: Inquiry<'c>,
        function: &FunctionObject,
        arguments: &[Option<Object<'c>>],
        experience: &Experience,
        backend: &dyn Backend,
    ) -> Result<(Compiled, Vec<Object<'c>>)> {
        let shapes: Vec<Shape> =
            arguments.iter().map(|argument| shape(&mut inquiry, argument.as_ref())).collect();
        let made = made(&mut inquiry, function, &shapes, experience, backend);
        let sites = made.as_ref().map_or(&[][..], |(made, _)| &made.sites[..]);
        let steps = sites.iter().map(|site| Step::of(site, &mut inquiry)).collect::<Result<_>>()?;
        let alone = made.as_ref().ok().and_then(|(made, machines)| {
            let words = machines[0].words().max(made.arguments.iter().map(width).sum());
            let Specialisation { function, exits, arguments: shapes, .. } = made;
            Alone::of(&mut inquiry, function, words, shapes, exits, arguments)
        });
        let argument_layouts =
            shapes.iter().map(|shape| argument_layout(&mut inquiry, shape)).collect();
        let layouts = layouts(&mut inquiry, made.as_ref().map_or(&[][..], |(made, _)| &made.views));
        let Found { known, facts, sources, lends } = inquiry.finish()?;
        let (made, machine, inner) = with_its_own(made, shapes);
        let results = made.results();
        let Specialisation {
            function,
            inner: functions,
            exits,
            sites,
            leaves,
            raises,
            views,
            records,
            arguments,
            ..
        } = made;
        let inner_typed = functions.into_iter().map(|(function, _)| function);
        let typed: Vec<ir::Function> = core::iter::once(function).chain(inner_typed).collect();
        let wanted = arguments.iter().map(width).sum();
        let words = machine.as_ref().map_or(0, |machine| machine.words()).max(wanted);
        let compiled = Compiled {
            alone,
            taken: exits.iter().map(|_| AtomicU32::new(0)).collect(),
            words,
            exits,
            sites,
            leaves,
            raises,
            steps,
            views,
            layouts,
            argument_layouts,
            records,
            has_records: takes_records(&typed),
            arguments,
            results,
            facts,
            lends,
            sources,
            machine,
            inner,
            entered: AtomicU32::new(0),
            typed,
        };
        Ok((compiled, known))
    }

    /// Fills in the words of arguments, if they are such as it was compiled for. Gives what has to be kept
    /// meanwhile.
    #[inline]
    fn take<'c>(
        &self,
        arguments: Arguments<'_, 'c>,
        known: &KnownObjects<'_, 'c>,
        words: &mut [u64],
    ) -> Option<Kept<'c>> {
        let (mut words, mut kept) = (Words::new(words), Kept::default());
        match arguments {
            Arguments::Positional(given) if given.len() == self.arguments.len() => {
                let wanted = self.arguments.iter().zip(&self.argument_layouts);
                for (argument, (shape, layout)) in given.iter().zip(wanted) {
                    if !layout.is_some_and(|layout| words.push_array(&argument, &layout)) {
                        take(Some(&argument), shape, known, &mut words, &mut kept)?;
                    }
                }
            }
            Arguments::Positional(_) => return None,
            Arguments::Bound(given) => {
                for (argument, shape) in given.iter().zip(&self.arguments) {
                    take(argument.as_ref(), shape, known, &mut words, &mut kept)?;
                }
            }
        }
        Some(kept)
    }

    /// Calls machine code that needs nobody while it runs; what it returns, if that is a number or a tuple of such.
    /// If not, nothing was done that cannot be done again.
    #[inline]
    pub(crate) fn call_alone<'c>(
        &self,
        arguments: Args<'_, 'c>,
        known: &KnownObjects<'_, 'c>,
    ) -> Option<Result<Object<'c>>> {
        let (alone, machine) = (self.alone.as_ref()?, self.machine.as_ref().ok()?);
        match self.words <= FEWER_WORDS {
            true => {
                self.call_alone_with(alone, &**machine, arguments, known, &mut [0; FEWER_WORDS])
            }
            false => self.call_alone_with(alone, &**machine, arguments, known, &mut [0; FEW_WORDS]),
        }
    }

    #[inline(always)]
    fn call_alone_with<'c>(
        &self,
        alone: &Alone,
        machine: &dyn Machine,
        arguments: Args<'_, 'c>,
        known: &KnownObjects<'_, 'c>,
        words: &mut [u64],
    ) -> Option<Result<Object<'c>>> {
        alone.take(arguments, words)?;
        if !matches!(self.facts.hold(known), Ok(true)) {
            return None;
        }
        // SAFETY: the code is there as long as `self` is, wants no more words than these, and calls nobody.
        let exit = unsafe { machine.entry()(core::ptr::null_mut(), words.as_mut_ptr()) };
        let result = match self.passed_on(exit, words) {
            Some(number) => number_object(known.ctx(), number)?,
            None => self.tuple_passed_on(exit, words, known.ctx())?,
        };
        self.count();
        Some(result)
    }

    /// Calls the machine code, if the arguments are such as it was compiled for and all that it takes for
    /// granted is so.
    pub(crate) fn call<'c>(
        &self,
        objects: &Python<'c>,
        arguments: Arguments<'_, 'c>,
        known: &KnownObjects<'_, 'c>,
    ) -> Result<Attempt<'c>> {
        let mut few = [0; FEW_WORDS];
        if self.words <= FEW_WORDS {
            return self.call_with(objects, arguments, known, &mut few);
        }
        self.call_with(objects, arguments, known, &mut vec![0; self.words])
    }

    #[inline]
    fn call_with<'c>(
        &self,
        objects: &Python<'c>,
        arguments: Arguments<'_, 'c>,
        known: &KnownObjects<'_, 'c>,
        words: &mut [u64],
    ) -> Result<Attempt<'c>> {
        let Some(mut kept) = self.take(arguments, known, words) else {
            return Ok(Attempt::OtherArguments);
        };
        if !self.facts.hold(known)? {
            return Ok(Attempt::Stale);
        }
        let Ok(machine) = &self.machine else { return Ok(Attempt::AsItIs) };
        if self.lends {
            known.keep()?;
        }
        self.count();
        let mut activation = Activation::new(self, objects, known);
        activation.memory = core::mem::take(&mut kept.memory);
        let address = (&raw mut activation).cast::<()>();
        // SAFETY: the code is there as long as `self` is; there are as many words as it wants, the
        // arguments among them; the activation is what `call` takes it for.
        let exit = unsafe { machine.entry()(address, words.as_mut_ptr()) };
        activation.attach();
        Ok(Attempt::Done(activation.leave(exit, words)))
    }

    /// Counts that it was entered.
    #[inline]
    fn count(&self) {
        // Some may get lost where threads meet, which costs less than counting all.
        self.entered.store(self.entered().wrapping_add(1), Ordering::Relaxed);
    }

    /// Notices that an exit was taken; gives its place if that is often.
    fn often(&self, exit: usize, frames: &[FramePlan]) -> Option<Lesson> {
        let taken = self.taken[exit].fetch_add(1, Ordering::Relaxed) + 1;
        if taken < OFTEN || taken.saturating_mul(SELDOM) < self.entered.load(Ordering::Relaxed) {
            return None;
        }
        let last = frames.last()?;
        let is_instruction =
            (last.point.index as usize) < last.code.block(last.point.block).instructions.len();
        is_instruction.then_some(Lesson::Objects((last.context, last.point)))
    }

    /// The shapes of its arguments as text.
    pub(crate) fn arguments(&self) -> String {
        let shapes: Vec<String> = self.arguments.iter().map(described).collect();
        shapes.join(", ")
    }

    /// The typed form as text.
    pub(crate) fn text(&self) -> String {
        let functions: Vec<String> = self.typed.iter().map(ir::Function::to_string).collect();
        functions.join("\n")
    }

    /// The machine code as text.
    pub(crate) fn listing(&self) -> String {
        self.machine.as_ref().map_or_else(|_| String::new(), |machine| machine.listing())
    }

    /// What is not done in machine code, each place once, in the order of the source.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let sites =
            self.sites.iter().filter_map(|site| Some((on_objects(&site.action)?, &site.origin)));
        let leaves = self.leaves.iter().map(|origin| ("machine code is left", origin));
        let notes = sites.chain(leaves).filter_map(|(what, origin)| {
            let source = self.sources.get(&origin.home)?;
            let at = source.position(origin.span);
            let place = (at.line, at.column, at.end_line, at.end_column);
            Some((what, origin.function.to_string(), place, source.line(at.line)))
        });
        let mut notes: Vec<Note> = notes.collect();
        notes.sort_by_key(|(_, _, place, _)| *place);
        notes.dedup_by_key(|(_, _, place, _)| *place);
        notes
    }

    /// How often it was entered.
    pub(crate) fn entered(&self) -> u32 {
        self.entered.load(Ordering::Relaxed)
    }

    /// Why there is none.
    pub(crate) fn refusal(&self) -> Option<&Refusal> {
        self.machine.as_ref().err()
    }
}

/// So many calls of a function by itself are made until the runtime looks for interrupts.
const CALLS_AT_ONCE: i64 = 1 << 10;

/// A call of machine code that is under way. The first members are what [`activation`] says.
#[repr(C)]
pub(super) struct Activation<'a, 'c> {
    allowance: i64,
    ticks: i64,
    made: i64,
    floor: i64,
    /// Whether `lock` was given up.
    detached: i64,
    /// The address of what is known of free records, if machine code asks for that.
    pools: u64,
    entries: [u64; 1 + activation::MOST_INNER],
    lock: Lock<'c>,
    /// What the allowance was at first.
    granted: i64,
    pub(super) ctx: Ctx<'c>,
    compiled: &'a Compiled,
    known: &'a KnownObjects<'a, 'c>,
    pub(super) objects: &'a Python<'c>,
    /// The exception that an operation has raised.
    error: Option<Error>,
    /// What a call of the function by itself has given, where machine code does not go on with it.
    returned: Option<Object<'c>>,
    /// What such calls have learnt.
    learnt: Option<Lesson>,
    /// What an array is that was taken for another one.
    seen: Option<View>,
    /// Memory that its owner must not put elsewhere.
    memory: Vec<HeldBuffer>,
    /// The words of each look at an array.
    views: Vec<[u64; VIEW_WORDS]>,
    /// The lists, dicts and records that it made and nobody else knows.
    own: OwnMemory<'a, 'c>,
}

/// What machine code calls: see [`pommel_jit::backend::Call`].
unsafe extern "C" fn call(
    activation: *mut (),
    operation: u32,
    immediate: i64,
    words: *mut u64,
    count: usize,
) -> bool {
    // SAFETY: machine code passes on what `Compiled::call` gave it, which nobody else uses meanwhile.
    let activation = unsafe { &mut *activation.cast::<Activation<'_, '_>>() };
    let op = Op::ALL[operation as usize];
    if op == Op::Poll && activation.lock.is_away_shortly() {
        return true;
    }
    if activation.attach() {
        activation.objects.polls_next_time();
    }
    let room = count.max(op.signature().results.len());
    // SAFETY: machine code has written so many operands, and has room for as many results.
    let words = unsafe { core::slice::from_raw_parts_mut(words, room) };
    // A flag beside the result, which would have to go through memory.
    let mut goes_on = false;
    let done = catch_unwind(AssertUnwindSafe(|| match activation.perform(op, immediate, words) {
        Ok(is_on) => goes_on = is_on,
        Err(error) => activation.error = Some(error),
    }));
    if done.is_err() {
        activation.error = Some(Error::runtime_error("the compiler's runtime has panicked"));
        return false;
    }
    goes_on
}

impl<'c> Activation<'_, 'c> {
    /// Does an operation. False if it exits without an exception.
    fn perform(&mut self, op: Op, immediate: i64, words: &mut [u64]) -> Result<bool> {
        if matches!(op, Op::Perform | Op::Next | Op::Truth) {
            // Arrays are looked at again where that ran code that nobody knows.
            self.memory.clear();
        }
        match op {
            Op::Perform => words[0] = self.site(immediate as usize, words)?,
            Op::Known => words[0] = given(self.known_object(immediate)?),
            Op::Retain | Op::HandleOf => words[0] = given(self.lent(words[0])),
            Op::Release => drop(self.owned(words[0])),
            Op::IsClass => {
                let class = class_of(&self.lent(words[0]));
                words[0] = u64::from(class.is_some_and(|class| class as i64 == immediate));
            }
            Op::Same => words[0] = u64::from(self.lent(words[0]).is(&self.lent(words[1]))),
            Op::UnboxFloat | Op::UnboxComplex | Op::UnboxBool | Op::UnboxInt => {
                self.unbox(op, words)?;
            }
            Op::Truth => words[0] = u64::from(self.lent(words[0]).is_true()?),
            Op::Next => {
                let item = self.objects.next(&self.lent(words[0]))?;
                words[1] = u64::from(item.is_some());
                words[0] = given(item.unwrap_or_else(|| self.ctx.none()));
            }
            Op::IntOf => match self.lent(words[0]).extract::<i64>() {
                Ok(number) => words[0] = number as u64,
                Err(_) => return Ok(false),
            },
            Op::StoreItem => {
                let number = number(self.ctx, words[2], words[3])?;
                self.borrowed(words[0]).cast::<List<'_>>()?.set_index(words[1] as isize, number)?;
            }
            Op::AppendItem => {
                let number = number(self.ctx, words[1], words[2])?;
                self.borrowed(words[0]).cast::<List<'_>>()?.append(number)?;
            }
            Op::BoxInt => words[0] = given(self.ctx.object(words[0] as i64)?),
            Op::BoxFloat => words[0] = given(self.ctx.object(f64::from_bits(words[0]))?),
            Op::BoxBool => words[0] = given(self.ctx.object(words[0] & 0xff != 0)?),
            Op::List => match self.list(ListCall::ALL[immediate as usize], words) {
                Some(result) => words[0] = result,
                None => return Ok(false),
            },
            Op::Dict => match self.dict(DictCall::ALL[immediate as usize], words) {
                Some(result) => words[0] = result,
                None => return Ok(false),
            },
            Op::DictObject => words[0] = given(self.own.dicts().borrow_mut().object(words[0])?),
            Op::ListObject => words[0] = given(self.own.lists().borrow_mut().object(words[0])?),
            Op::ListCopy => words[0] = given(self.own.lists().borrow_mut().copy(words[0])?),
            Op::DictHas => words[0] = u64::from(self.is_in_dict(words[0], words[1])?),
            Op::DictItem => words[0] = given(self.item_of_dict(words[0], words[1])?),
            Op::TextObject => words[0] = given(self.object_of_text([words[0], words[1]])?),
            Op::Text => return Ok(self.put_text(immediate, words)),
            Op::Recur if immediate < 0 => return self.recurred(-immediate as u32, words),
            Op::Recur => return self.recur(Target::of(immediate), words),
            Op::Poll => self.poll(immediate != 0)?,
            Op::Attach => {}
            Op::Valid => return self.is_valid(),
            Op::View => return Ok(self.look(immediate as usize, words)),
            other => {
                let message = format!("the runtime has no `{}`", other.text());
                return Err(Error::runtime_error(message));
            }
        }
        Ok(true)
    }

    /// Looks for interrupts once in a while, and may let others run Python until [`Activation::attach`].
    fn poll(&mut self, detaches: bool) -> Result<()> {
        self.objects.poll()?;
        if detaches {
            self.detached = 1;
            // SAFETY: machine code says that it uses no objects from here on, and whatever it has the
            // runtime do attaches before.
            unsafe { self.lock.give_up() };
        }
        Ok(())
    }

    /// Nobody else runs Python from here on. Whether others did.
    #[inline]
    fn attach(&mut self) -> bool {
        if self.detached == 0 {
            return false;
        }
        self.detached = 0;
        self.lock.take();
        true
    }

    /// The value of an object that is a number.
    fn unbox(&self, op: Op, words: &mut [u64]) -> Result<()> {
        let object = self.lent(words[0]);
        match op {
            Op::UnboxFloat => words[0] = object.extract::<f64>()?.to_bits(),
            Op::UnboxComplex => {
                let parts = parts(&object)?;
                (words[0], words[1]) = (parts[0].to_bits(), parts[1].to_bits());
            }
            Op::UnboxBool => words[0] = u64::from(object.is_true()?),
            _ => {
                let number = object.extract::<i64>();
                (words[0], words[1]) = number.map_or((0, 0), |number| (number as u64, 1));
            }
        }
        Ok(())
    }

    /// Whether what the specialisation takes for granted is so still.
    pub(super) fn is_valid(&self) -> Result<bool> {
        self.compiled.facts.hold(self.known)
    }

    /// Before lists or dicts are made.
    fn grow_older(&mut self) -> Age {
        self.made += 1;
        Age { made: self.made, floor: self.floor }
    }

    /// Does something with lists. Nothing if it cannot.
    fn list(&mut self, call: ListCall, words: &[u64]) -> Option<u64> {
        let age = self.grow_older();
        let mut lists = self.own.lists().borrow_mut();
        lists.grow_older(age);
        lists.call(call, words)
    }

    /// Does something with dicts. Nothing if it cannot.
    fn dict(&mut self, call: DictCall, words: &[u64]) -> Option<u64> {
        let age = self.grow_older();
        let mut dicts = self.own.dicts().borrow_mut();
        dicts.age = age;
        self.own.lists().borrow_mut().grow_older(age);
        match call {
            DictCall::Items => {
                let items = dicts.items(words)?;
                self.own.lists().borrow_mut().of_items(
                    &items,
                    words[1] as i64,
                    words[2] != 0,
                    &words[3..],
                )
            }
            call => dicts.call(call, words),
        }
    }

    /// The value for a key in a dict of others.
    pub(super) fn item_of_dict(&self, dict: u64, key: u64) -> Result<Object<'c>> {
        let (dict, key) = (self.borrowed(dict), self.borrowed(key));
        match dict.cast::<Dict<'_>>()?.get(&*key)? {
            Some(value) => Ok(value),
            None => dict.get_item(&*key),
        }
    }

    /// Whether a dict of others has a key.
    pub(super) fn is_in_dict(&self, dict: u64, key: u64) -> Result<bool> {
        let (dict, key) = (self.borrowed(dict), self.borrowed(key));
        Ok(dict.cast::<Dict<'_>>()?.get(&*key)?.is_some())
    }

    /// The string that a text becomes.
    pub(super) fn object_of_text(&self, text: [u64; 2]) -> Result<Object<'c>> {
        self.own.lists().borrow_mut().texts.object(text)
    }

    /// Does something with texts. Nothing if it cannot.
    pub(super) fn text(&mut self, call: i64, words: &[u64]) -> Option<[u64; 2]> {
        let call = *TextCall::ALL.get(call as usize)?;
        let age = self.grow_older();
        let mut lists = self.own.lists().borrow_mut();
        lists.grow_older(age);
        lists.text(call, words)
    }

    /// The same with operands and results in the same words. False if it cannot.
    fn put_text(&mut self, call: i64, words: &mut [u64]) -> bool {
        let found = self.text(call, words);
        found.inspect(|found| words[..2].copy_from_slice(found)).is_some()
    }

    /// Looks at an array and gives the address of its words. False if it is another one.
    fn look(&mut self, number: usize, words: &mut [u64]) -> bool {
        if let Some(layout) = &self.compiled.layouts[number]
            && layout.look(&self.borrowed(words[0]), &mut self.views[number])
        {
            words[0] = self.views[number].as_ptr().expose_provenance() as u64;
            return true;
        }
        let wanted = self.compiled.views[number];
        let known = |place: usize| self.known.get(place as u32).ok();
        let Some(found) = views::look(&self.lent(words[0]), &known) else { return false };
        if !views::suits(found.view, wanted) {
            self.seen = Some(found.view);
            return false;
        }
        self.memory.extend(found.held);
        let place = &mut self.views[number];
        place[..found.words.len()].copy_from_slice(&found.words);
        words[0] = place.as_ptr().expose_provenance() as u64;
        true
    }

    pub(super) fn known_object(&self, number: i64) -> Result<Object<'c>> {
        match number {
            NOTHING => Ok(self.ctx.none()),
            number => self.known.get(number as u32),
        }
    }

    /// Another handle of an object whose handle machine code has.
    pub(super) fn lent(&self, word: u64) -> Object<'c> {
        // SAFETY: machine code keeps the handle open meanwhile.
        let lent = unsafe { raw::borrowed(self.ctx, handle_of(word)) };
        (*lent).clone()
    }

    /// The object whose handle machine code has, without another handle.
    pub(super) fn borrowed(&self, word: u64) -> ManuallyDrop<Object<'c>> {
        // SAFETY: machine code keeps the handle open meanwhile.
        unsafe { raw::borrowed(self.ctx, handle_of(word)) }
    }

    /// The object of a handle that machine code gives up.
    pub(super) fn owned(&self, word: u64) -> Result<Object<'c>> {
        // SAFETY: machine code has the handle for its own and does not use it any more.
        unsafe { raw::new_handle(self.ctx, handle_of(word)) }
    }

    fn home(&self, function: Known) -> Result<Home<'c>> {
        let lost = || Error::runtime_error("a function has no source");
        let source = self.compiled.sources.get(&function).cloned().ok_or_else(lost)?;
        Home::new(self.known.get(function.0)?, source)
    }

    /// Does something for a function that machine code calls at once. Nothing if it exits.
    pub(super) fn quickly(
        address: *mut (),
        act: impl FnOnce(&mut Activation<'_, 'c>) -> Result<u64>,
    ) -> Option<u64> {
        // SAFETY: machine code passes on what `Compiled::call` gave it, which nobody else uses meanwhile.
        let activation = unsafe { &mut *address.cast::<Activation<'_, '_>>() };
        let mut result = None;
        let done = catch_unwind(AssertUnwindSafe(|| match act(activation) {
            Ok(word) => result = Some(word),
            Err(error) => activation.error = Some(error),
        }));
        if done.is_err() {
            activation.error = Some(Error::runtime_error("the compiler's runtime has panicked"));
        }
        result
    }

    /// The same for what runs code that nobody knows: arrays are looked at again behind it.
    pub(super) fn quickly_unknown(
        address: *mut (),
        act: impl FnOnce(&mut Activation<'_, 'c>) -> Result<u64>,
    ) -> Option<u64> {
        Self::quickly(address, |activation| {
            activation.memory.clear();
            act(activation)
        })
    }

    /// Does what a site says, and gives the handle of the result.
    pub(super) fn site(&self, number: usize, words: &[u64]) -> Result<u64> {
        let site = &self.compiled.sites[number];
        if let Some(step) = &self.compiled.steps[number] {
            let result = step.perform_at(site, words, self.objects, self.known)?;
            return Ok(given(result.unwrap_or_else(|| self.ctx.none())));
        }
        self.site_slowly(site, words)
    }

    fn site_slowly(&self, site: &Site, words: &[u64]) -> Result<u64> {
        let homes = |function| self.home(function);
        let mut ingredients = self.ingredients(words, &site.heap, &homes);
        let operands: Result<Vec<Option<Object<'c>>>> =
            site.operands.iter().map(|recipe| ingredients.object(recipe)).collect();
        let mut operands = operands?;
        let result = match &site.action {
            Action::Make | Action::NewArray(..) => operands.pop().flatten(),
            Action::Part(index) => {
                let tuple = operands.pop().flatten().ok_or_else(lost_operand)?;
                Some(tuple.cast::<Tuple<'_>>()?.get_index(*index as isize)?)
            }
            Action::Instruction { code, home, instruction } => {
                let home = self.home(*home)?;
                let mut operands = Operands::new(instruction, operands);
                plain::perform(self.objects, code, &home, instruction, &mut operands)?;
                match &operands.written[..] {
                    [] => None,
                    [(_, object)] => object.clone(),
                    several => {
                        let objects = several.iter().map(|(_, object)| object.clone());
                        let objects: Option<Vec<Object<'c>>> = objects.collect();
                        Some(self.objects.tuple(&objects.ok_or_else(lost_operand)?)?)
                    }
                }
            }
        };
        Ok(given(result.unwrap_or_else(|| self.ctx.none())))
    }

    fn ingredients<'i>(
        &'i self,
        words: &'i [u64],
        heap: &'i [Option<pommel_jit::specialise::Contents<u32>>],
        homes: &'i dyn Fn(Known) -> Result<Home<'c>>,
    ) -> Ingredients<'i, 'c> {
        Ingredients {
            ctx: self.ctx,
            objects: self.objects,
            known: self.known,
            words,
            heap,
            made: vec![],
            nans: vec![],
            failed: None,
            own: &self.own,
            raises: &self.compiled.raises,
            homes,
        }
    }

    /// What is done when machine code has left: the function returns, or goes on on objects.
    fn leave(&mut self, exit: u32, words: &[u64]) -> Done<'c> {
        self.memory.clear();
        let Some(number) = (exit as usize).checked_sub(1) else {
            let going = Going::Ended(number(self.ctx, words[1], words[0]));
            return Done { going, learnt: self.learnt.take() };
        };
        let plan = &self.compiled.exits[number];
        let (saved, rest) = words.split_at(plan.words as usize);
        let (learnt, going) = match &plan.outcome {
            Outcome::Returned(recipe) => (None, Going::Ended(self.returned(recipe, saved, plan))),
            Outcome::GoesOn { frames: plans, raised, refuted, entered } => {
                let frames = self.frames(plans, saved, plan);
                if let Ok((frames, _)) = &frames {
                    exceptions::enter(self.objects, frames, *entered);
                }
                let going = match frames {
                    Ok((frames, Some(error))) => Going::On(frames, Some(error)),
                    Ok((mut frames, _)) if *raised && self.returned.is_some() => {
                        if let (Some((frame, at)), Some(value)) =
                            (frames.last_mut(), self.returned.take())
                        {
                            *at = plain::give(frame, *at, value);
                        }
                        Going::On(frames, None)
                    }
                    Ok((frames, _)) if *raised => {
                        let lost = || Error::runtime_error("an exception was lost");
                        Going::On(frames, Some(self.error.take().unwrap_or_else(lost)))
                    }
                    Ok((frames, _)) => Going::On(frames, None),
                    Err(error) => Going::Ended(Err(error)),
                };
                let learnt = match refuted {
                    Some(place) => Some(match self.seen {
                        Some(view) => Lesson::Array(*place, view),
                        None => Lesson::Refuted(*place),
                    }),
                    None if *raised => None,
                    None => self.compiled.often(number, plans),
                };
                (learnt, going)
            }
        };
        // Whatever became of it, what machine code had for its own is given back.
        let count = rest.first().copied().unwrap_or(0) as usize;
        for word in rest.iter().skip(1).take(count) {
            drop(self.owned(*word));
        }
        Done { going, learnt: learnt.or(self.learnt.take()) }
    }

    fn returned(&self, recipe: &Recipe, words: &[u64], plan: &ExitPlan) -> Result<Object<'c>> {
        let homes = |function| self.home(function);
        let object = self.ingredients(words, &plan.heap, &homes).object(recipe)?;
        Ok(object.unwrap_or_else(|| self.ctx.none()))
    }

    /// The frames of an exit, with objects in their registers; and the exception of an operation on arrays
    /// that had to be done for that, where the last frame stands then.
    fn frames(
        &self,
        plans: &[FramePlan],
        words: &[u64],
        plan: &ExitPlan,
    ) -> Result<(Frames<'c>, Option<Error>)> {
        let homes = |function| self.home(function);
        let mut ingredients = self.ingredients(words, &plan.heap, &homes);
        let mut frames = Vec::with_capacity(plans.len());
        let mut raised: Option<(Error, Point)> = None;
        for plan in plans {
            let mut registers = vec![None; plan.code.registers as usize];
            for (register, recipe) in &plan.registers {
                match ingredients.object(recipe) {
                    Ok(object) => registers[register.0 as usize] = object,
                    Err(error) => match ingredients.failed.take() {
                        // The first in Python's order is the one that Python would have raised.
                        Some(point) if raised.as_ref().is_none_or(|(_, of)| point < *of) => {
                            raised = Some((error, point));
                        }
                        Some(_) => {}
                        None => return Err(error),
                    },
                }
            }
            let mut home = self.home(plan.home)?;
            if let Some((around, nested)) = &plan.around {
                let nested = (&*around.0, *nested as usize);
                home = nested_home(self.objects, home, nested, &registers, &plan.code)?;
            }
            let instead = match &plan.instead {
                Some(recipe) => ingredients.object(recipe)?,
                None => None,
            };
            frames.push((Frame { code: plan.code.clone(), home, registers, instead }, plan.point));
        }
        let raised = raised.map(|(error, point)| {
            if let Some((_, at)) = frames.last_mut() {
                *at = point;
            }
            error
        });
        Ok((frames, raised))
    }
}

/// What a function is at home in that the code made itself: it has never been an object.
pub(super) fn nested_home<'c>(
    objects: &Python<'c>,
    home: Home<'c>,
    (around, nested): (&Code, usize),
    registers: &[Option<Object<'c>>],
    code: &Code,
) -> Result<Home<'c>> {
    let first = code.locals.len();
    let cells = (first..first + code.free.len()).map(|place| registers.get(place));
    // Cells that nobody reads any more are not there.
    let cells = cells.map(|cell| cell.cloned().flatten().map_or_else(|| objects.cell(None), Ok));
    let cells: Vec<Object<'c>> = cells.collect::<Result<_>>()?;
    let function = objects.function(&home, around, nested, &[], &[], &cells)?;
    home.of(function)
}

impl<'a, 'c> Activation<'a, 'c> {
    fn new(
        compiled: &'a Compiled,
        objects: &'a Python<'c>,
        known: &'a KnownObjects<'a, 'c>,
    ) -> Activation<'a, 'c> {
        let views = compiled.views.iter().map(|_| [0; VIEW_WORDS]).collect();
        let ctx = known.ctx();
        let (error, returned, learnt) = (None, None, None);
        let own = OwnMemory::new(known, &compiled.records);
        let pools = match compiled.has_records {
            true => own.lists().borrow_mut().records.pools(),
            false => 0,
        };
        let granted = i64::from(depth::allowance());
        let mut entries = [0; 1 + activation::MOST_INNER];
        for (place, machine) in
            entries.iter_mut().zip(compiled.machine.iter().chain(&compiled.inner))
        {
            *place = machine.entry() as usize as u64;
        }
        Activation {
            allowance: granted,
            ticks: CALLS_AT_ONCE,
            made: 0,
            floor: 0,
            detached: 0,
            pools,
            entries,
            lock: Lock::new(ctx),
            granted,
            ctx,
            compiled,
            known,
            objects,
            error,
            returned,
            learnt,
            seen: None,
            memory: vec![],
            views,
            own,
        }
    }

    /// Calls the function itself or an inner one; the arguments are in the words, where the result goes. False
    /// if machine code cannot go on with what it gave.
    fn recur(&mut self, target: Target, words: &mut [u64]) -> Result<bool> {
        let _entered = depth::enter_many(self.ctx, target.calls + self.calls_at_once())?;
        self.ticks = CALLS_AT_ONCE;
        self.objects.poll()?;
        let compiled = self.compiled;
        let machine = match target.function.checked_sub(1) {
            Some(inner) => compiled.inner.get(inner as usize),
            None => compiled.machine.as_ref().ok(),
        };
        let Some(machine) = machine else { return Ok(false) };
        let (mut small, mut large) = ([0; FEW_WORDS], Vec::new());
        let room = machine.words().max(words.len());
        let buffer: &mut [u64] = if room <= FEW_WORDS {
            &mut small[..room]
        } else {
            large.resize(room, 0);
            &mut large
        };
        buffer[..words.len()].copy_from_slice(words);
        if target.function > 0 {
            return self.enter(&**machine, target.function, buffer, words);
        }
        let mut inner = Activation::new(compiled, self.objects, self.known);
        let address = (&raw mut inner).cast::<()>();
        // SAFETY: the code is there, since it is what calls this; there are as many words as it wants, the
        // arguments among them; the activation is what `call` takes it for.
        let exit = unsafe { machine.entry()(address, buffer.as_mut_ptr()) };
        inner.attach();
        if let Some((bits, tag)) = compiled.passed_on(exit, buffer) {
            (words[0], words[1]) = (bits, tag);
            return Ok(true);
        }
        let Done { going, learnt } = inner.leave(exit, buffer);
        self.take_result(0, going, learnt, words)
    }

    /// Calls an inner function, which shares what this call has.
    fn enter(
        &mut self,
        machine: &dyn Machine,
        function: u32,
        buffer: &mut [u64],
        words: &mut [u64],
    ) -> Result<bool> {
        let before = (self.allowance, self.granted, self.floor);
        self.granted = depth::allowance().into();
        (self.allowance, self.floor) = (self.granted, self.made);
        let address = core::ptr::from_mut(self).cast::<()>();
        // SAFETY: as above; nobody uses the activation here meanwhile.
        let exit = unsafe { machine.entry()(address, buffer.as_mut_ptr()) };
        (self.allowance, self.granted, self.floor) = before;
        if let Some((bits, tag)) = self.compiled.passed_on(exit, buffer) {
            (words[0], words[1]) = (bits, tag);
            return Ok(true);
        }
        let Done { going, learnt } = self.leave(exit, buffer);
        self.take_result(function, going, learnt, words)
    }

    /// How many calls of the function by itself are under way that it made without asking.
    fn calls_at_once(&self) -> u32 {
        (self.granted - self.allowance) as u32
    }

    /// A call of the function by itself that was made without asking has left by an exit: goes on to its
    /// end. The words are its own, and the result goes there.
    fn recurred(&mut self, exit: u32, words: &mut [u64]) -> Result<bool> {
        let _entered = depth::enter_many(self.ctx, self.calls_at_once())?;
        if let Some((bits, tag)) = self.compiled.passed_on(exit, words) {
            (words[0], words[1]) = (bits, tag);
            return Ok(true);
        }
        let function = self.compiled.exits[exit as usize - 1].function;
        let Done { going, learnt } = self.leave(exit, words);
        self.take_result(function, going, learnt, words)
    }

    /// Finishes a call of the function by itself that machine code has left.
    fn take_result(
        &mut self,
        function: u32,
        going: Going<'c>,
        learnt: Option<Lesson>,
        words: &mut [u64],
    ) -> Result<bool> {
        let compiled = self.compiled;
        self.learnt = self.learnt.take().or(learnt);
        let object = going.on_objects(self.objects)?;
        let result = compiled.results.get(function as usize).and_then(Option::as_ref);
        if let Some((bits, tag)) = result.and_then(|shape| bits_of(&object, shape))
            && compiled.facts.hold(self.known)?
        {
            (words[0], words[1]) = (bits, tag);
            return Ok(true);
        }
        self.returned = Some(object);
        Ok(false)
    }
}

impl Compiled {
    /// The bits and the kind of a result that machine code passes on, if it returned with one.
    fn passed_on(&self, exit: u32, words: &[u64]) -> Option<(u64, u64)> {
        let Some(number) = (exit as usize).checked_sub(1) else {
            return Some((words[0], words[1]));
        };
        number_of(self.returned(number, words)?, words)
    }

    /// What an exit returns, if machine code has nothing for its own there, which is given back elsewhere.
    fn returned(&self, exit: usize, words: &[u64]) -> Option<&Recipe> {
        let plan = &self.exits[exit];
        let Outcome::Returned(recipe) = &plan.outcome else { return None };
        let is_all = words.get(plan.words as usize).is_some_and(|owned| *owned == 0);
        is_all.then_some(recipe)
    }

    /// A tuple of numbers, if machine code returned with one.
    fn tuple_passed_on<'c>(
        &self,
        exit: u32,
        words: &[u64],
        ctx: Ctx<'c>,
    ) -> Option<Result<Object<'c>>> {
        let exit = (exit as usize).checked_sub(1)?;
        let Val::Tuple(items) = self.returned(exit, words)? else { return None };
        let items = items.iter().map(|item| number_object(ctx, number_of(item, words)?));
        let items: Result<Vec<_>> = items.collect::<Option<_>>()?;
        Some(items.and_then(|items| {
            let items: Vec<&Object<'c>> = items.iter().collect();
            ctx.tuple(&items).map(Object::from)
        }))
    }
}

/// The bits and the kind of a number.
fn number_of(recipe: &Recipe, words: &[u64]) -> Option<(u64, u64)> {
    Some(match recipe {
        Val::None => (0, Tag::None.number() as u64),
        Val::Bool(at) => (words[*at as usize] & 0xff, Tag::Bool.number() as u64),
        Val::Int(at) => (words[*at as usize], Tag::Int.number() as u64),
        Val::Float(at) => (words[*at as usize], Tag::Float.number() as u64),
        Val::Number(tag, bits, _) => (words[*bits as usize], words[*tag as usize]),
        _ => return None,
    })
}

/// A number as an object, of its bits and its kind.
#[inline]
fn number_object<'c>(ctx: Ctx<'c>, (bits, tag): (u64, u64)) -> Option<Result<Object<'c>>> {
    Some(match Tag::of_number(tag as i64)? {
        Tag::None => Ok(ctx.none()),
        Tag::Bool => ctx.object(bits != 0),
        Tag::Int => ctx.object(bits as i64),
        Tag::Float => ctx.object(f64::from_bits(bits)),
        Tag::Scalar(_) => return None,
    })
}

/// The bits and the kind of an object, if it is a number of a shape.
fn bits_of(object: &Object<'_>, shape: &Shape) -> Option<(u64, u64)> {
    let (bits, tag) = match class_of(object) {
        Some(Class::None) => (0, Tag::None),
        Some(Class::Bool) => (object.is_true().ok()?.into(), Tag::Bool),
        Some(Class::Int) => (object.extract::<i64>().ok()? as u64, Tag::Int),
        Some(Class::Float) => (object.extract::<f64>().ok()?.to_bits(), Tag::Float),
        _ => return None,
    };
    let kinds = shape.kinds()?;
    kinds.tags().any(|kind| kind == tag).then_some((bits, tag.number() as u64))
}

/// Functions that stand at calls of each other, the last one at a point.
pub(crate) type Frames<'c> = Vec<(Frame<Python<'c>>, Point)>;

/// The error for an operand that is not there, which is a fault of the compiler.
fn lost_operand() -> Error {
    Error::runtime_error("an operand was lost")
}

/// The word of a handle that machine code gets for its own.
pub(super) fn given(object: Object<'_>) -> u64 {
    raw::give_up(object).0 as u64
}

/// The object of a number with a tag.
pub(super) fn number<'c>(ctx: Ctx<'c>, tag: u64, bits: u64) -> Result<Object<'c>> {
    match Tag::of_number(tag as i64) {
        Some(Tag::Bool) => ctx.object(bits != 0),
        Some(Tag::Int) => ctx.object(bits as i64),
        Some(Tag::Float) => ctx.object(f64::from_bits(bits)),
        _ => Ok(ctx.none()),
    }
}

const _: () = {
    assert!(core::mem::offset_of!(Activation<'_, '_>, allowance) == 8 * activation::ALLOWANCE);
    assert!(core::mem::offset_of!(Activation<'_, '_>, ticks) == 8 * activation::TICKS);
    assert!(core::mem::offset_of!(Activation<'_, '_>, made) == 8 * activation::MADE);
    assert!(core::mem::offset_of!(Activation<'_, '_>, floor) == 8 * activation::FLOOR);
    assert!(core::mem::offset_of!(Activation<'_, '_>, detached) == 8 * activation::DETACHED);
    assert!(core::mem::offset_of!(Activation<'_, '_>, pools) == 8 * activation::POOLS);
    assert!(core::mem::offset_of!(Activation<'_, '_>, entries) == 8 * activation::ENTRY);
};

/// So that a class is found by what machine code says.
const _: () = assert!(Class::None as i64 == 0);
