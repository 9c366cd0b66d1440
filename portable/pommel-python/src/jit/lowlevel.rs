//! Compiled functions as functions in C, such as SciPy takes in place of callbacks in Python.
//!
//! A function that computes with numbers and looks at its arguments alone is one in machine code, which needs
//! neither Python nor a lock, and checks what it takes for granted by words in memory. Whatever it leaves
//! for, and every other function, is a call from Python: the thread gets the interpreter, arguments become
//! objects, and the compiled function is called as anybody calls it.
//!
//! The capsule keeps the function, and the function all its entrances, of which it knows the addresses.

use super::engine::{Call, backend, described};
use super::function::{JitFunction, fill_defaults};
use super::known::{Facts, Found, Inquiry, KnownObjects};
use super::shapes::{class_of, width};
use super::views;
use pommel::Capsule;
use pommel::held::Held;
use pommel::prelude::*;
use pommel::raw::{self, HPy, attach};
use pommel_jit::backend::{Backend, CFunction};
use pommel_jit::callable::{self, Answer, CType, Callable, Source};
use pommel_jit::ir::op::Class;
use pommel_jit::ir::{End, Exit, Function};
use pommel_jit::passes::{detach, optimise_repeatable};
use pommel_jit::specialise::{
    Element, ExitPlan, Experience, Outcome, Owner, Recipe, Shape, Val, View, specialise,
};
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What a function in C is given and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A float; a float.
    Number,
    /// How many floats, and where they are; a float.
    Numbers,
    /// Where floats are and how many, and the place of the result.
    Window,
    /// The same of a line, and of one that is written.
    Lines,
    /// Where integers are, the place of the results, and how many there are of each.
    Coordinates,
}

/// What SciPy takes, by the names of capsules.
const SIGNATURES: &[(&CStr, Kind)] = &[
    (c"double (double)", Kind::Number),
    (c"double (double, void *)", Kind::Number),
    (c"double (int, double *)", Kind::Numbers),
    (c"double (int, double *, void *)", Kind::Numbers),
    (c"int (double *, intptr_t, double *, void *)", Kind::Window),
    (c"int (double *, npy_intp, double *, void *)", Kind::Window),
    (c"int (double *, intptr_t, double *, intptr_t, void *)", Kind::Lines),
    (c"int (double *, npy_intp, double *, npy_intp, void *)", Kind::Lines),
    (c"int (intptr_t *, double *, int, int, void *)", Kind::Coordinates),
    (c"int (npy_intp *, double *, int, int, void *)", Kind::Coordinates),
];

impl Kind {
    /// The parameters in C, but for what users pass on to themselves.
    fn params(self) -> &'static [CType] {
        use CType::{Double, Int, Word};
        match self {
            Kind::Number => &[Double],
            Kind::Numbers => &[Int, Word],
            Kind::Window => &[Word, Word, Word],
            Kind::Lines => &[Word, Word, Word, Word],
            Kind::Coordinates => &[Word, Word, Int, Int],
        }
    }

    fn answer(self) -> Answer {
        match self {
            Kind::Number | Kind::Numbers => Answer::Returned,
            Kind::Window | Kind::Lines => Answer::Written(2),
            Kind::Coordinates => Answer::Written(1),
        }
    }

    /// What says that an exception is set. Whoever wants a `double` has nothing that would.
    fn failed(self) -> u64 {
        if self.answer() == Answer::Returned { f64::NAN.to_bits() } else { 0 }
    }

    /// The shapes of the arguments, their leaves, and which integers parameters have to be. `None` where
    /// what is done could not be done again.
    #[allow(clippy::type_complexity, reason = "three lists")]
    fn arguments(
        self,
        count: usize,
        owner: Owner,
    ) -> Option<(Vec<Shape>, Vec<Source>, Vec<(usize, i64)>)> {
        let behind = |param| (0..count).map(move |at| Source::Behind(param, at));
        Some(match self {
            Kind::Number => (vec![Val::Float(())], vec![Source::Param(0)], vec![]),
            Kind::Numbers => {
                (vec![Val::Float(()); count], behind(1).collect(), vec![(0, count as i64)])
            }
            Kind::Window => {
                let view = View { owner, element: Element::Float64, rank: 1, packed: true };
                let shape = Val::Array((), view, vec![(); view.words()].into());
                // Nobody asks for the array itself: its handle is none.
                let constant = Source::Constant;
                let size = i64::from(Element::Float64.size());
                let words =
                    [constant(0), Source::Param(0), Source::Param(1), constant(size), constant(1)];
                (vec![shape], words.to_vec(), vec![])
            }
            Kind::Lines => return None,
            Kind::Coordinates => {
                let shape = Val::Tuple(vec![Val::Int(()); count].into());
                (vec![shape], behind(0).collect(), vec![(2, count as i64)])
            }
        })
    }
}

/// All entrances of a function. They stay until it goes.
#[derive(Default)]
pub(super) struct Entrances(Mutex<Vec<Arc<Entrance>>>);

/// A function compiles so many at most; others go the other way.
const MOST: usize = 24;

/// A function in C that stands for a compiled one.
struct Entrance {
    kind: Kind,
    count: usize,
    owner: Owner,
    /// The compiled function, which lives as long as this is of use.
    function: HPy,
    /// What calls it with arrays.
    call: Held,
    /// What machine code takes for granted, and where what it knows of is among what the function keeps.
    facts: Facts,
    place: isize,
    /// It is native, and not called from Python always.
    is_native: bool,
    /// What machine code takes for granted is not so any more.
    is_stale: AtomicBool,
    code: OnceLock<Box<dyn CFunction>>,
}

// SAFETY: the handle is used by threads that may use Python only.
unsafe impl Send for Entrance {}
// SAFETY: as above.
unsafe impl Sync for Entrance {}

/// What a capsule keeps.
struct Kept {
    _entrance: Arc<Entrance>,
    _function: Held,
}

/// What was compiled.
#[derive(Default)]
struct Native {
    function: Function,
    sources: Vec<Source>,
    wanted: Vec<(usize, i64)>,
    results: BTreeMap<u32, Vec<callable::Number>>,
}

impl Entrances {
    /// A capsule with a function in C.
    pub(super) fn capsule<'c>(
        &self,
        call: &Call<'_, 'c>,
        signature: &str,
        count: usize,
        by_array: &Object<'c>,
        is_native: bool,
    ) -> Result<Object<'c>> {
        let mut rows = SIGNATURES.iter();
        let row = rows.find(|(name, _)| name.to_bytes() == signature.as_bytes());
        let (name, kind) = row.ok_or_else(|| Error::value_error("no such signature"))?;
        if !raw::can_attach() || !attach::plain_handles() {
            return Err(Error::runtime_error(
                "functions in C cannot be made on this interpreter or in debug mode: pass the function itself",
            ));
        }
        let ctx = call.this.ctx();
        let owner = if views::numpy(ctx)?.is_some() { Owner::Numpy } else { Owner::Pommel };
        let entrance = match self.known(call, *kind, count, owner) {
            Some(known) => known,
            None => self.make(call, (*kind, count, owner), by_array, is_native)?,
        };
        let address = entrance.code.get().map_or(0, |code| code.address());
        let lost = || Error::runtime_error("a function in C has no address");
        let address = NonNull::new(core::ptr::with_exposed_provenance_mut(address));
        // SAFETY: a capsule ends where Python may be used.
        let function = unsafe { Held::new(call.this) };
        let kept = Kept { _entrance: entrance, _function: function };
        Capsule::keeping(ctx, address.ok_or_else(lost)?, name, kept).map(Object::from)
    }

    /// One that there is, if it is still of use.
    fn known(
        &self,
        call: &Call<'_, '_>,
        kind: Kind,
        count: usize,
        owner: Owner,
    ) -> Option<Arc<Entrance>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_full = all.len() >= MOST;
        for known in all.into_iter().rev() {
            if (known.kind, known.count, known.owner) != (kind, count, owner) {
                continue;
            }
            known.look_again(call.this);
            if is_full || !known.is_stale.load(Ordering::Relaxed) {
                return Some(known);
            }
        }
        None
    }

    fn make<'c>(
        &self,
        call: &Call<'_, 'c>,
        (kind, count, owner): (Kind, usize, Owner),
        by_array: &Object<'c>,
        is_native: bool,
    ) -> Result<Arc<Entrance>> {
        let backend = backend().map_err(Error::runtime_error)?;
        let mut inquiry = Inquiry::new(call.function, call.source.clone())?;
        let wanted = kind.arguments(count, owner).filter(|_| is_native);
        let native = match wanted {
            Some(arguments) => native(&mut inquiry, call, kind, arguments)?,
            None => None,
        };
        let Found { known, facts, .. } = inquiry.finish()?;
        let guards = facts.guards();
        let (native, guards) = match native.zip(guards) {
            Some(both) => both,
            None => {
                let function = callable::always_otherwise();
                (Native { function, ..Native::default() }, vec![])
            }
        };
        let entrance = Arc::new(Entrance {
            kind,
            count,
            owner,
            function: call.this.as_raw(),
            // SAFETY: it ends with the function, where Python may be used.
            call: unsafe { Held::new(by_array) },
            facts,
            place: call.this.borrow()?.keep(call.this, known)?,
            is_native: !native.results.is_empty(),
            is_stale: AtomicBool::new(false),
            code: OnceLock::new(),
        });
        entrance.look_again(call.this);
        entrance.compile(backend, native, guards)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entrance.clone());
        Ok(entrance)
    }
}

impl Entrance {
    fn compile(
        self: &Arc<Entrance>,
        backend: &dyn Backend,
        native: Native,
        guards: Vec<[usize; 2]>,
    ) -> Result<()> {
        let callable = Callable {
            params: self.kind.params().to_vec(),
            sources: native.sources,
            wanted: native.wanted,
            guards,
            answer: self.kind.answer(),
            results: native.results,
            otherwise,
            context: Arc::as_ptr(self).expose_provenance(),
        };
        let code = backend.compile_callable(&native.function, &callable);
        let _ = self.code.set(code.map_err(Error::runtime_error)?);
        Ok(())
    }
}

/// Machine code's side of a function; `None` if it always goes the other way.
///
/// # Errors
/// A `TypeError` if what it gives is no result in C.
fn native(
    inquiry: &mut Inquiry<'_>,
    call: &Call<'_, '_>,
    kind: Kind,
    (mut shapes, mut sources, mut wanted): (Vec<Shape>, Vec<Source>, Vec<(usize, i64)>),
) -> Result<Option<Native>> {
    if !add_defaults(inquiry, call, &mut shapes, &mut sources)? {
        return Ok(None);
    }
    inquiry.options = call.this.borrow()?.options();
    inquiry.options.detaches = false;
    let of = described(inquiry, call.code)?;
    let experience = Experience { at_any_cost: true, ..Experience::default() };
    let options = inquiry.options;
    let attempt = catch_unwind(AssertUnwindSafe(|| specialise(inquiry, &of, &shapes, &experience)));
    let mut made = match attempt {
        Ok(Ok(made)) => made,
        Ok(Err(_)) => return Ok(None),
        // A fault of the compiler is no reason for a program to end.
        Err(panic) if cfg!(debug_assertions) => resume_unwind(panic),
        Err(_) => return Ok(None),
    };
    check_results(&made.exits, kind)?;
    let rank = match kind {
        Kind::Coordinates => made.exits.iter().find_map(rank_of_result),
        _ => None,
    };
    wanted.extend(rank.map(|rank| (3, rank as i64)));
    let results = made.exits.iter().zip(0..);
    let results = results.filter_map(|(exit, id)| Some((id, callable::results(exit, rank)?)));
    let results: BTreeMap<_, _> = results.collect();
    if results.is_empty() || !made.inner.is_empty() {
        return Ok(None);
    }
    let mut function = made.function;
    made.exits.clear();
    function.options = options;
    saves_results_only(&mut function, |id| results.contains_key(&id));
    optimise_repeatable(&mut function);
    let is_alone = callable::is_alone(&function) && !detach::reads_objects(&function);
    let is_native = is_alone && callable::leaves(&function) == sources.len();
    Ok(is_native.then_some(Native { function, sources, wanted, results }))
}

/// Exits that are done again from the start save nothing.
fn saves_results_only(function: &mut Function, is_result: impl Fn(u32) -> bool) {
    let forget = |exit: &mut Exit| {
        if !is_result(exit.id) {
            exit.saved.clear();
        }
    };
    for block in &mut function.blocks {
        block.insts.iter_mut().filter_map(|inst| inst.exit.as_mut()).for_each(forget);
        if let End::Exit(exit) = &mut block.end {
            forget(exit);
        }
    }
}

/// Appends the defaults of parameters that C gives nothing for. Whether all are numbers, and there is nothing
/// besides.
fn add_defaults(
    inquiry: &mut Inquiry<'_>,
    call: &Call<'_, '_>,
    shapes: &mut Vec<Shape>,
    sources: &mut Vec<Source>,
) -> Result<bool> {
    let parameters = &call.code.parameters;
    let positional = parameters.positional as usize;
    let is_plain = parameters.keyword_only == 0 && !parameters.variadic && !parameters.keywords;
    if !is_plain || shapes.len() > positional {
        return Ok(false);
    }
    if shapes.len() == positional {
        return Ok(true);
    }
    inquiry.fixed_default(c"__defaults__")?;
    let mut registers = vec![None; positional];
    fill_defaults(call.function, call.code, &mut registers)?;
    for default in &registers[shapes.len()..] {
        let Some(default) = default else { return Ok(false) };
        let (shape, bits): (Shape, i64) = match class_of(default) {
            Some(Class::Float) => (Val::Float(()), default.extract::<f64>()?.to_bits() as i64),
            Some(Class::Bool) => (Val::Bool(()), default.is_true()?.into()),
            Some(Class::None) => (Val::None, 0),
            Some(Class::Int) => match default.extract::<i64>() {
                Ok(number) => (Val::Int(()), number),
                Err(_) => return Ok(false),
            },
            _ => return Ok(false),
        };
        sources.extend((width(&shape) == 1).then_some(Source::Constant(bits)));
        shapes.push(shape);
    }
    Ok(true)
}

/// How many items the tuple has that an exit returns.
fn rank_of_result(exit: &ExitPlan) -> Option<usize> {
    match &exit.outcome {
        Outcome::Returned(Val::Tuple(items)) => Some(items.len()),
        _ => None,
    }
}

/// Refuses a function that can only give what is no result in C.
fn check_results(exits: &[ExitPlan], kind: Kind) -> Result<()> {
    let mut wrong = None;
    for exit in exits {
        let Outcome::Returned(of) = &exit.outcome else { continue };
        match (no_result(of, kind), kind) {
            (Some(what), _) => wrong = Some(what),
            (None, _) => return Ok(()),
        }
    }
    let (Some(what), true) = (wrong, kind != Kind::Lines) else { return Ok(()) };
    let (wanted, remedy) = match kind {
        Kind::Coordinates => ("a tuple of numbers", "one number for each axis of the input"),
        _ => ("a number", "a float"),
    };
    Err(Error::type_error(format!(
        "the function gives {what}, where the function in C gives {wanted}: return {remedy}"
    )))
}

/// What a result is in words, if it certainly is no such result.
fn no_result(of: &Recipe, kind: Kind) -> Option<&'static str> {
    let is_tuple = kind == Kind::Coordinates;
    match of {
        Val::Tuple(_) if is_tuple => None,
        Val::None => Some("None"),
        Val::Tuple(_) => Some("a tuple"),
        Val::List(..) => Some("a list"),
        Val::Text(..) | Val::Char(_) => Some("a string"),
        Val::Complex(..) => Some("a complex number"),
        Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Scalar(..) if is_tuple => {
            Some("a number")
        }
        _ => None,
    }
}

/// What machine code calls where it does not go on.
unsafe extern "C" fn otherwise(context: *const (), arguments: *const u64) -> u64 {
    // SAFETY: the context is the entrance whose code this is, which its capsule keeps; the code has written
    // as many words as there are parameters.
    let (entrance, words) = unsafe {
        let entrance = &*context.cast::<Entrance>();
        let count = entrance.kind.params().len();
        (entrance, core::slice::from_raw_parts(arguments, count))
    };
    // SAFETY: whoever has a capsule is done with it before the interpreter ends.
    unsafe { raw::enter_from_c(entrance.kind.failed(), |ctx| entrance.call(ctx, words)) }
}

impl Entrance {
    /// Calls the function as anybody does, with what the parameters in C say.
    fn call<'c>(&self, ctx: Ctx<'c>, words: &[u64]) -> Result<u64> {
        // SAFETY: the function lives as long as the capsule, and from here on to the end of the call.
        let function = (*unsafe { raw::borrowed(ctx, self.function) }).clone();
        if let Some(compiled) = Instance::<JitFunction>::of(&function) {
            self.look_again(compiled);
        }
        match self.kind {
            Kind::Number => {
                let result = function.call((f64::from_bits(words[0]),))?;
                Ok(result.extract::<f64>()?.to_bits())
            }
            Kind::Numbers => {
                let numbers = floats_at(words[1], (words[0] as i64).max(0) as usize).iter();
                let numbers =
                    numbers.map(|number| ctx.object(*number)).collect::<Result<Vec<_>>>()?;
                let numbers: Vec<&Object<'c>> = numbers.iter().collect();
                Ok(function.call(&numbers[..])?.extract::<f64>()?.to_bits())
            }
            Kind::Window => {
                let window = bytes_at(ctx, words[0], words[1] as usize)?;
                let call = self.call.get(ctx);
                let result = call.call((&function, &window))?;
                write(words[2], &[result.extract::<f64>()?]);
                Ok(1)
            }
            Kind::Lines => {
                let input = bytes_at(ctx, words[0], words[1] as usize)?;
                let output = bytes_at(ctx, words[2], words[3] as usize)?;
                let written = self.call.get(ctx).call((&function, &input, &output))?;
                write(words[2], &written.extract::<Vec<f64>>()?[..words[3] as usize]);
                Ok(1)
            }
            Kind::Coordinates => {
                let integers = floats_at(words[0], words[2] as usize).iter();
                let integers = integers.map(|bits| ctx.object(bits.to_bits() as i64));
                let integers = integers.collect::<Result<Vec<_>>>()?;
                let integers: Vec<&Object<'c>> = integers.iter().collect();
                let result = function.call((&*ctx.tuple(&integers)?,))?;
                write(words[1], &coordinates(&result, words[3] as usize)?);
                Ok(1)
            }
        }
    }

    /// Looks whether what machine code takes for granted is so, and remembers what it looks like now.
    fn look_again(&self, function: &Instance<'_, JitFunction>) {
        if self.is_native && !self.is_stale.load(Ordering::Relaxed) {
            let known = KnownObjects::new(function, self.place);
            if !matches!(self.facts.hold(&known), Ok(true)) {
                self.is_stale.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// The coordinates that a function has given, as many as there must be.
fn coordinates(result: &Object<'_>, rank: usize) -> Result<Vec<f64>> {
    let found: Vec<f64> = match result.as_a::<Tuple<'_>>() {
        Some(_) => result.extract()?,
        None => {
            let message = format!("the function must give a tuple, not {}", result.type_name());
            return Err(Error::type_error(message));
        }
    };
    if found.len() != rank {
        let message = format!(
            "the function gives {} coordinates, and the input has {rank} axes",
            found.len()
        );
        return Err(Error::value_error(message));
    }
    Ok(found)
}

/// Floats that C lends.
fn floats_at<'a>(address: u64, count: usize) -> &'a [f64] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the signature says that so many words are there for the call.
    unsafe {
        core::slice::from_raw_parts(core::ptr::with_exposed_provenance(address as usize), count)
    }
}

/// A copy of them.
fn bytes_at(ctx: Ctx<'_>, address: u64, count: usize) -> Result<Bytes<'_>> {
    let data: Vec<u8> = floats_at(address, count).iter().flat_map(|x| x.to_ne_bytes()).collect();
    ctx.bytes(&data)
}

/// Writes floats to where C wants them.
fn write(address: u64, floats: &[f64]) {
    let place: *mut f64 = core::ptr::with_exposed_provenance_mut(address as usize);
    // SAFETY: the signature says that there is room for so many.
    unsafe { place.copy_from_nonoverlapping(floats.as_ptr(), floats.len()) }
}
