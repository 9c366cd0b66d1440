//! The specialisations of a function: which of them takes a call, and when one is made.

use super::function::JitFunction;
use super::known::Inquiry;
use super::native::{Attempt, Compiled, Failure};
use super::objects::Python;
use super::source::Source;
use pommel::prelude::*;
use pommel_jit::backend::Backend;
use pommel_jit::code::Code;
use pommel_jit::specialise::{Experience, FunctionObject, Known, Refusal};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A function has at most so many specialisations; others run as the function is.
const MOST: usize = 16;
/// A function is compiled at most so often, also if what was taken for granted turns out to be wrong.
const COMPILATIONS: usize = 64;

/// The machine code of a function.
#[derive(Default)]
pub(crate) struct Engine(Mutex<State>);

#[derive(Default)]
struct State {
    /// With the places in the list of what they know.
    made: Vec<(Arc<Compiled>, isize)>,
    experience: Experience,
    compilations: usize,
    /// Why the last arguments that were refused were.
    refusal: Option<Refusal>,
}

impl State {
    /// A specialisation is of no use any more.
    fn forget(&mut self, compiled: &Arc<Compiled>) {
        self.made.retain(|(other, _)| !Arc::ptr_eq(other, compiled));
    }
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        let objects = Python::new(call.this.ctx());
        if let Some(result) = self.try_all(call, &objects, arguments)? {
            return Ok(Some(result));
        }
        if !self.compile(call, arguments)? {
            return Ok(None);
        }
        self.try_all(call, &objects, arguments)
    }

    /// Tries the specialisations that there are.
    fn try_all<'c>(
        &self,
        call: &Call<'_, 'c>,
        objects: &Python<'c>,
        arguments: &[Option<Object<'c>>],
    ) -> Result<Option<Result<Object<'c>>>> {
        let made = self.state().made.clone();
        if made.is_empty() {
            return Ok(None);
        }
        let Some(kept) = call.this.borrow()?.kept.load(call.this)? else { return Ok(None) };
        for (compiled, place) in made {
            let known = kept.get_index(place)?.cast::<List<'_>>()?.clone();
            let done = match compiled.call(objects, arguments, &known)? {
                Attempt::OtherArguments => continue,
                Attempt::Stale => {
                    self.state().forget(&compiled);
                    continue;
                }
                Attempt::Done(done) => done,
            };
            if let Some(place) = done.refuted {
                let mut state = self.state();
                let seen = done.seen.filter(|seen| {
                    state.experience.views.insert(place, *seen).is_none()
                });
                if seen.is_none() {
                    state.experience.refuted.insert(place);
                }
                state.forget(&compiled);
            }
            return Ok(Some(done.result));
        }
        Ok(None)
    }

    /// Makes a specialisation for arguments. Whether there is one now.
    fn compile<'c>(&self, call: &Call<'_, 'c>, arguments: &[Option<Object<'c>>]) -> Result<bool> {
        let Ok(backend) = backend() else { return Ok(false) };
        let experience = {
            let mut state = self.state();
            if state.made.len() >= MOST || state.compilations >= COMPILATIONS {
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
        self.state().made.push((Arc::new(compiled), place));
        Ok(true)
    }

    /// Why arguments were refused, and the typed forms and machine code that there are.
    pub(crate) fn report(&self) -> (Option<Refusal>, Vec<Arc<Compiled>>) {
        let state = self.state();
        (state.refusal.clone(), state.made.iter().map(|(compiled, _)| compiled.clone()).collect())
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
