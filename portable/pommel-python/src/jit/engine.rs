//! The specialisations of a function: which of them takes a call, and when one is made.

use super::function::JitFunction;
use super::known::{Inquiry, KnownObjects};
use super::native::{Arguments, Attempt, Compiled, Failure};
use super::objects::Python;
use super::source::Source;
use pommel::prelude::*;
use pommel_jit::backend::Backend;
use pommel_jit::code::Code;
use pommel_jit::specialise::{Experience, FunctionObject, Known, Refusal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A function has at most so many specialisations; others run as the function is.
const MOST: usize = 16;
/// A function is compiled at most so often, also if what was taken for granted turns out to be wrong.
const COMPILATIONS: usize = 64;

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
    /// Why the last arguments that were refused were.
    refusal: Option<Refusal>,
}

/// A call: of which function, and what it is made of.
pub(crate) struct Call<'a, 'c> {
    pub(crate) this: &'a Instance<'c, JitFunction>,
    pub(crate) function: &'a Object<'c>,
    pub(crate) source: &'a Arc<Source>,
    pub(crate) code: &'a Arc<Code>,
}

/// What makes machine code here, if anything does.
fn backend() -> core::result::Result<&'static dyn Backend, &'static str> {
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

    /// Calls machine code with arguments as they came. `None` if there is none for them yet: nothing was
    /// done then.
    #[inline]
    pub(crate) fn call_at_once<'c>(
        &self,
        this: &Instance<'c, JitFunction>,
        arguments: Args<'_, 'c>,
    ) -> Option<Result<Object<'c>>> {
        self.first.get()?;
        self.try_all(this, Arguments::Positional(arguments))
    }

    /// Calls machine code with what the registers of the parameters hold. `None` if there is none for
    /// them: nothing was done then.
    pub(crate) fn call<'c>(
        &self,
        call: &Call<'_, 'c>,
        registers: &[Option<Object<'c>>],
    ) -> Result<Option<Result<Object<'c>>>> {
        let parameters = &call.code.parameters;
        let count = (parameters.positional + parameters.keyword_only) as usize
            + usize::from(parameters.variadic)
            + usize::from(parameters.keywords);
        let arguments = &registers[..count];
        if let Some(result) = self.try_all(call.this, Arguments::Bound(arguments)) {
            return Ok(Some(result));
        }
        if !self.compile(call, arguments)? {
            return Ok(None);
        }
        Ok(self.try_all(call.this, Arguments::Bound(arguments)))
    }

    /// Tries the specialisations that there are.
    fn try_all<'c>(
        &self,
        this: &Instance<'c, JitFunction>,
        arguments: Arguments<'_, 'c>,
    ) -> Option<Result<Object<'c>>> {
        let objects = Python::new(this.ctx());
        for made in self.made() {
            if matches!(arguments, Arguments::Positional(_)) && !made.is_positional {
                continue;
            }
            let known = KnownObjects::new(this, made.place);
            let done = match made.compiled.call(&objects, arguments, &known) {
                Ok(Attempt::OtherArguments) => continue,
                Ok(Attempt::Stale) => {
                    made.is_forgotten.store(true, Ordering::Release);
                    continue;
                }
                Ok(Attempt::Done(done)) => done,
                Err(error) => return Some(Err(error)),
            };
            if let Some(place) = done.refuted {
                let mut state = self.state();
                let seen =
                    done.seen.filter(|seen| state.experience.views.insert(place, *seen).is_none());
                if seen.is_none() {
                    state.experience.refuted.insert(place);
                }
                drop(state);
                made.is_forgotten.store(true, Ordering::Release);
            }
            return Some(done.result);
        }
        None
    }

    /// Makes a specialisation for arguments. Whether there is one now.
    fn compile<'c>(&self, call: &Call<'_, 'c>, arguments: &[Option<Object<'c>>]) -> Result<bool> {
        let Ok(backend) = backend() else { return Ok(false) };
        let experience = {
            let mut state = self.state();
            if self.made().count() >= MOST || state.compilations >= COMPILATIONS {
                return Ok(false);
            }
            state.compilations += 1;
            state.experience.clone()
        };
        let mut inquiry = Inquiry::new(call.function, call.source.clone())?;
        let described = described(&mut inquiry, call.code)?;
        let made = Compiled::new(inquiry, &described, arguments, &experience, backend);
        let (compiled, known) = match made {
            Ok(made) => made,
            Err(Failure::Raised(error)) => return Err(error),
            Err(Failure::Refused(refusal)) => {
                self.state().refusal = Some(refusal);
                return Ok(false);
            }
        };
        let ctx = call.this.ctx();
        let own = call.this.borrow()?;
        let kept = match own.kept.load(call.this)? {
            Some(kept) => kept.cast::<List<'_>>()?.clone(),
            None => {
                let kept = ctx.list::<Object<'_>>([])?;
                own.kept.store(call.this, Some(&kept))?;
                kept
            }
        };
        let place = kept.len()? as isize;
        kept.append(ctx.list(known)?)?;
        let parameters = &call.code.parameters;
        let is_positional =
            parameters.keyword_only == 0 && !parameters.variadic && !parameters.keywords;
        let is_forgotten = AtomicBool::new(false);
        self.append(Made { compiled, place, is_positional, is_forgotten, next: OnceLock::new() });
        Ok(true)
    }

    fn append(&self, made: Made) {
        let (mut place, mut made) = (&self.first, Box::new(made));
        while let Err(rest) = place.set(made) {
            made = rest;
            place = &place.get().expect("it is set").next;
        }
    }

    /// Why arguments were refused, and the typed forms and machine code that there are.
    pub(crate) fn report(&self) -> (Option<Refusal>, impl Iterator<Item = &Compiled>) {
        (self.state().refusal.clone(), self.made().map(|made| &made.compiled))
    }
}

/// The function itself, as it is when it is compiled.
fn described(inquiry: &mut Inquiry<'_>, code: &Arc<Code>) -> Result<FunctionObject> {
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
