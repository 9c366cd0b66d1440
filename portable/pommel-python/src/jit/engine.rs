//! The specialisations of a function: which of them takes a call, and when one is made.

use super::depth;
use super::function::JitFunction;
use super::known::{Inquiry, KnownObjects};
use super::native::{Arguments, Attempt, Compiled, Going};
use super::objects::Python;
use super::source::Source;
use pommel::prelude::*;
use pommel_jit::backend::Backend;
use pommel_jit::code::Code;
use pommel_jit::specialise::{Experience, FunctionObject, Known, Lesson};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// A function has at most so many specialisations; others run as the function is.
const MOST: usize = 16;
/// So many are made as soon as they are wanted. Of each one more twice as many calls must have been in want:
/// a function of very many types would be compiled for longer than it runs.
const AT_ONCE: usize = 4;
/// One that was refused counts for so many: what does not pay for some types seldom does for others.
const REFUSED: usize = 3;
/// A function is compiled at most so often, also if what was taken for granted turns out to be wrong,
const COMPILATIONS: usize = 24;
/// and no more if it and its loops took so long to compile.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The machine code of a function. Specialisations stay until the function goes, in the order in which they
/// were made, as somebody may be in them; those that are of no use any more are passed over.
#[derive(Default)]
pub(crate) struct Engine {
    first: OnceLock<Box<Made>>,
    state: Mutex<State>,
}

/// A specialisation that was made, and the next one.
struct Made {
    compiled: Compiled,
    /// Where the objects that it knows are, in what the function keeps.
    place: isize,
    /// Its arguments are positional, one for each parameter.
    is_positional: bool,
    is_forgotten: AtomicBool,
    next: OnceLock<Box<Made>>,
}

#[derive(Default)]
struct State {
    experience: Experience,
    compilations: usize,
    /// How many calls found no specialisation for them.
    misses: usize,
}

/// What became of a call.
pub(crate) enum Called<'c> {
    /// There is no machine code for such arguments, and nothing was done.
    ForOthers,
    /// It is to be called as it is.
    AsItIs,
    /// It was called.
    Ended(Result<Object<'c>>),
}

/// What became of an attempt to enter machine code.
enum Tried<'c> {
    ForOthers,
    AsItIs,
    /// With what was learnt for the first time, and what there is to learn if the function does not end with
    /// an exception.
    Entered(Going<'c>, Option<Lesson>, Option<Lesson>),
}

/// A call: of which function, and what it is made of.
pub(crate) struct Call<'a, 'c> {
    pub(crate) this: &'a Instance<'c, JitFunction>,
    pub(crate) function: &'a Object<'c>,
    pub(crate) source: &'a Arc<Source>,
    pub(crate) code: &'a Arc<Code>,
}

/// What makes machine code here, if anything does.
pub(super) fn backend() -> core::result::Result<&'static dyn Backend, &'static str> {
    static HOST: OnceLock<core::result::Result<Box<dyn Backend>, String>> = OnceLock::new();
    let host = HOST.get_or_init(|| {
        pommel_jit_cranelift::host().map(|backend| Box::new(backend) as Box<dyn Backend>)
    });
    match host {
        Ok(backend) => Ok(&**backend),
        Err(reason) => Err(reason),
    }
}

impl Engine {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The specialisations that are of use.
    fn made(&self) -> impl Iterator<Item = &Made> {
        let all = std::iter::successors(self.first.get(), |made| made.next.get());
        all.map(|made| &**made).filter(|made| !made.is_forgotten.load(Ordering::Acquire))
    }

    /// Calls machine code with arguments as they came.
    #[inline]
    pub(crate) fn call_at_once<'c>(
        &self,
        this: &Instance<'c, JitFunction>,
        arguments: Args<'_, 'c>,
    ) -> Called<'c> {
        if self.first.get().is_none() {
            return Called::ForOthers;
        }
        for made in self.made().filter(|made| made.is_positional) {
            let known = KnownObjects::new(this, made.place);
            if let Some(result) = made.compiled.call_alone(arguments, &known) {
                return Called::Ended(result);
            }
        }
        self.call_made(this, Arguments::Positional(arguments))
    }

    /// Calls machine code with what the registers of the parameters hold, which is made if there is none.
    pub(crate) fn call<'c>(
        &self,
        call: &Call<'_, 'c>,
        registers: &[Option<Object<'c>>],
        at_any_cost: bool,
    ) -> Result<Called<'c>> {
        let parameters = &call.code.parameters;
        let count = (parameters.positional + parameters.keyword_only) as usize
            + usize::from(parameters.variadic)
            + usize::from(parameters.keywords);
        let arguments = &registers[..count];
        match self.call_made(call.this, Arguments::Bound(arguments)) {
            Called::ForOthers if self.compile(call, arguments, at_any_cost)? => {
                Ok(self.call_made(call.this, Arguments::Bound(arguments)))
            }
            called => Ok(called),
        }
    }

    /// Goes on in machine code with what all registers hold, for a function that is under way.
    pub(crate) fn enter<'c>(
        &self,
        call: &Call<'_, 'c>,
        objects: &Python<'c>,
        registers: &[Option<Object<'c>>],
    ) -> Result<Option<(Going<'c>, Option<Lesson>)>> {
        let arguments = Arguments::Bound(registers);
        let tried = match self.try_all(call.this, objects, arguments)? {
            Tried::ForOthers if self.compile(call, registers, true)? => {
                self.try_all(call.this, objects, arguments)?
            }
            tried => tried,
        };
        Ok(match tried {
            Tried::Entered(going, learnt, later) => {
                later.into_iter().for_each(|lesson| self.learn(lesson));
                Some((going, learnt.or(later)))
            }
            Tried::ForOthers | Tried::AsItIs => None,
        })
    }

    /// Calls one of the specialisations that there are, if it is for such arguments.
    fn call_made<'c>(
        &self,
        this: &Instance<'c, JitFunction>,
        arguments: Arguments<'_, 'c>,
    ) -> Called<'c> {
        let objects = Python::new(this.ctx());
        let entered = depth::enter(this.ctx());
        let tried =
            entered.and_then(|entered| Ok((entered, self.try_all(this, &objects, arguments)?)));
        match tried {
            Ok((_entered, Tried::Entered(going, _, later))) => {
                let result = going.finish(&objects, this);
                if let (Some(lesson), Ok(_)) = (later, &result) {
                    self.learn(lesson);
                }
                Called::Ended(result)
            }
            Ok((_, Tried::AsItIs)) => Called::AsItIs,
            Ok((_, Tried::ForOthers)) => Called::ForOthers,
            Err(error) => Called::Ended(Err(error)),
        }
    }

    /// Tries the specialisations that there are.
    fn try_all<'c>(
        &self,
        this: &Instance<'c, JitFunction>,
        objects: &Python<'c>,
        arguments: Arguments<'_, 'c>,
    ) -> Result<Tried<'c>> {
        for made in self.made() {
            if matches!(arguments, Arguments::Positional(_)) && !made.is_positional {
                continue;
            }
            let known = KnownObjects::new(this, made.place);
            let done = match made.compiled.call(objects, arguments, &known)? {
                Attempt::OtherArguments => continue,
                Attempt::AsItIs => return Ok(Tried::AsItIs),
                Attempt::Stale => {
                    made.is_forgotten.store(true, Ordering::Release);
                    continue;
                }
                Attempt::Done(done) => done,
            };
            // What is done on objects because machine code was left for an exception is not worth it.
            let is_later = |lesson: &Lesson| matches!(lesson, Lesson::Objects(_));
            if done.learnt.as_ref().is_some_and(is_later) {
                return Ok(Tried::Entered(done.going, None, done.learnt));
            }
            let learnt = done.learnt.filter(|lesson| self.state().experience.learn(*lesson));
            if learnt.is_some() {
                made.is_forgotten.store(true, Ordering::Release);
            }
            return Ok(Tried::Entered(done.going, learnt, None));
        }
        Ok(Tried::ForOthers)
    }

    /// Makes a specialisation for arguments. Whether there is one now.
    fn compile<'c>(
        &self,
        call: &Call<'_, 'c>,
        arguments: &[Option<Object<'c>>],
        at_any_cost: bool,
    ) -> Result<bool> {
        let Ok(backend) = backend() else { return Ok(false) };
        let function = call.this.borrow()?;
        if function.time_to_compile() > PATIENCE {
            return Ok(false);
        }
        let start = Instant::now();
        let made = self.compile_with(backend, call, arguments, at_any_cost);
        function.took_to_compile(start.elapsed());
        made
    }

    fn compile_with<'c>(
        &self,
        backend: &dyn Backend,
        call: &Call<'_, 'c>,
        arguments: &[Option<Object<'c>>],
        at_any_cost: bool,
    ) -> Result<bool> {
        let experience = {
            let mut state = self.state();
            state.misses += 1;
            let made = self.made().count();
            let refused = self.report().filter(|made| made.refusal().is_some()).count();
            let weight = made + (REFUSED - 1) * refused;
            let is_wanted = weight < AT_ONCE || state.misses >> weight != 0;
            if !is_wanted || made >= MOST || state.compilations >= COMPILATIONS {
                return Ok(false);
            }
            state.compilations += 1;
            Experience { at_any_cost, ..state.experience.clone() }
        };
        let mut inquiry = Inquiry::new(call.function, call.source.clone())?;
        inquiry.is_inner = call.this.borrow()?.is_inner();
        inquiry.options = call.this.borrow()?.options();
        let described = described(&mut inquiry, call.code)?;
        let (compiled, known) =
            Compiled::new(inquiry, &described, arguments, &experience, backend)?;
        let place = call.this.borrow()?.keep(call.this, known)?;
        let parameters = &call.code.parameters;
        let is_positional =
            parameters.keyword_only == 0 && !parameters.variadic && !parameters.keywords;
        let is_forgotten = AtomicBool::new(false);
        self.append(Made { compiled, place, is_positional, is_forgotten, next: OnceLock::new() });
        Ok(true)
    }

    /// How often its machine code was entered.
    pub(crate) fn entered(&self) -> u32 {
        let all = std::iter::successors(self.first.get(), |made| made.next.get());
        all.fold(0, |sum, made| sum.saturating_add(made.compiled.entered()))
    }

    /// Learns from another engine for the same code.
    pub(crate) fn learn(&self, lesson: Lesson) {
        if self.state().experience.learn(lesson) {
            self.made().for_each(|made| made.is_forgotten.store(true, Ordering::Release));
        }
    }

    fn append(&self, made: Made) {
        let (mut place, mut made) = (&self.first, Box::new(made));
        while let Err(rest) = place.set(made) {
            made = rest;
            place = &place.get().expect("it is set").next;
        }
    }

    /// The typed forms and machine code that there are, and where there is none, why.
    pub(crate) fn report(&self) -> impl Iterator<Item = &Compiled> {
        self.made().map(|made| &made.compiled)
    }
}

/// The function itself, as it is when it is compiled.
pub(super) fn described(inquiry: &mut Inquiry<'_>, code: &Arc<Code>) -> Result<FunctionObject> {
    let cells = inquiry.cells()?;
    Ok(FunctionObject {
        home: Known(0),
        code: code.clone(),
        // Arguments are bound already.
        defaults: vec![],
        keyword_defaults: vec![],
        cells,
    })
}
