//! Compiled functions as functions in C, such as SciPy takes in place of callbacks in Python.
//!
//! A function that computes with numbers and looks at its arguments alone is one in machine code, which needs
//! neither Python nor a lock, and checks what it takes for granted by words in memory. Whatever it leaves
//! for, and every other function, is a call from Python: the thread gets the interpreter, arguments become
//! objects, and the compiled function is called as anybody calls it.
//!
//! Further arguments may be bound: they are numbers behind the address of the user's data, of which only the
//! types are known when machine code is made.
//!
//! The capsule keeps the function, and the function all its entrances, of which it knows the addresses.

use super::engine::{Call, backend, described};
use super::function::{JitFunction, fill_defaults};
use super::known::{Facts, Found, Inquiry, KnownObjects};
use super::shapes::{class_of, width};
use super::views;
use super::written;
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
    /// The parameters in C, but for the user's data.
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

    /// Its oldest name.
    fn name(self) -> &'static CStr {
        SIGNATURES.iter().find(|(_, kind)| *kind == self).map_or(c"", |(name, _)| *name)
    }

    /// What says that an exception is set. Whoever wants a `double` has nothing that would.
    fn failed(self) -> u64 {
        if self.answer() == Answer::Returned { f64::NAN.to_bits() } else { 0 }
    }

    /// The shapes of the arguments, their leaves, and which integers parameters have to be.
    fn arguments(self, count: usize, owner: Owner) -> Arguments {
        let behind = |param| (0..count).map(move |at| Source::Behind(param, at));
        match self {
            Kind::Number => (vec![Val::Float(())], vec![Source::Param(0)], vec![]),
            Kind::Numbers => {
                (vec![Val::Float(()); count], behind(1).collect(), vec![(0, count as i64)])
            }
            Kind::Window => {
                let (shape, leaves) = window(owner, 0);
                (vec![shape], leaves.to_vec(), vec![])
            }
            Kind::Lines => {
                let [(line, leaves), (output, others)] = [0, 2].map(|param| window(owner, param));
                (vec![line, output], [leaves, others].concat(), vec![])
            }
            Kind::Coordinates => {
                let shape = Val::Tuple(vec![Val::Int(()); count].into());
                (vec![shape], behind(0).collect(), vec![(2, count as i64)])
            }
        }
    }
}

/// The shapes of arguments, their leaves, and which integers parameters have to be.
type Arguments = (Vec<Shape>, Vec<Source>, Vec<(usize, i64)>);

/// An array of floats, of which two parameters are the address and the length, and its leaves.
fn window(owner: Owner, param: usize) -> (Shape, [Source; 5]) {
    let view = View { owner, element: Element::Float64, rank: 1, packed: true };
    let shape = Val::Array((), view, vec![(); view.words()].into());
    let constant = Source::Constant;
    // Nobody asks for the array itself: its handle is none, and no other array's.
    let handle = constant(param as i64);
    let size = constant(Element::Float64.size().into());
    (shape, [handle, Source::Param(param), Source::Param(param + 1), size, constant(1)])
}

/// How further arguments come: one letter for each.
const BOUND: &[(char, Shape)] = &[('d', Val::Float(())), ('q', Val::Int(())), ('?', Val::Bool(()))];

/// A further argument as an object.
fn bound<'c>(ctx: Ctx<'c>, letter: char, word: u64) -> Result<Object<'c>> {
    match letter {
        'd' => ctx.object(f64::from_bits(word)),
        '?' => ctx.object(word != 0),
        _ => ctx.object(word as i64),
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
    /// Further arguments, a letter for each.
    bound: Box<str>,
    /// The compiled function, which lives as long as this is of use.
    function: HPy,
    /// What calls it with arrays.
    call: Held,
    /// What machine code takes for granted, and where what it knows of is among what the function keeps.
    facts: Facts,
    place: isize,
    /// Why it is called from Python always; nothing if it is native.
    reason: Option<String>,
    /// What machine code takes for granted is not so any more.
    is_stale: AtomicBool,
    code: OnceLock<Box<dyn CFunction>>,
    /// Those for other numbers of floats, once C has given so many: none where there is no machine code.
    variants: Mutex<Vec<(u64, Option<Arc<Entrance>>)>>,
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
struct Native {
    function: Function,
    sources: Vec<Source>,
    wanted: Vec<(usize, i64)>,
    results: BTreeMap<u32, Vec<callable::Number>>,
}

/// What is wanted of a function in C.
pub(super) struct Wanted<'a, 'c> {
    /// Its signature.
    pub signature: &'a str,
    /// How many arguments C gives.
    pub count: usize,
    /// Further arguments, a letter for each.
    pub bound: &'a str,
    /// What calls the function with arrays.
    pub by_array: &'a Object<'c>,
    /// Why it is to be called from Python always, if it is.
    pub reason: Option<String>,
}

impl Entrances {
    /// All that there are: their signatures, and why they are called from Python always.
    pub(super) fn all(&self) -> Vec<(String, Option<String>)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = |kind: Kind| kind.name().to_string_lossy().into_owned();
        all.iter().map(|known| (name(known.kind), known.reason())).collect()
    }

    /// A capsule with a function in C, and why that is called from Python always, if it is.
    pub(super) fn capsule<'c>(
        &self,
        call: &Call<'_, 'c>,
        wanted: Wanted<'_, 'c>,
    ) -> Result<(Object<'c>, Option<String>)> {
        let mut rows = SIGNATURES.iter();
        let row = rows.find(|(name, _)| name.to_bytes() == wanted.signature.as_bytes());
        let (name, kind) = row.ok_or_else(|| Error::value_error("no such signature"))?;
        if !raw::can_attach() || !attach::plain_handles() {
            return Err(Error::runtime_error(
                "functions in C cannot be made on this interpreter or in debug mode: pass the function itself",
            ));
        }
        let ctx = call.this.ctx();
        let owner = if views::numpy(ctx)?.is_some() { Owner::Numpy } else { Owner::Pommel };
        let entrance = match self.known(call.this, *kind, &wanted, owner) {
            Some(known) => known,
            None => self.make(call, *kind, wanted, owner)?,
        };
        let reason = entrance.reason();
        let address = entrance.code.get().map_or(0, |code| code.address());
        let lost = || Error::runtime_error("a function in C has no address");
        let address = NonNull::new(core::ptr::with_exposed_provenance_mut(address));
        // SAFETY: a capsule ends where Python may be used.
        let function = unsafe { Held::new(call.this) };
        let kept = Kept { _entrance: entrance, _function: function };
        let capsule = Capsule::keeping(ctx, address.ok_or_else(lost)?, name, kept)?;
        Ok((Object::from(capsule), reason))
    }

    /// One that there is, if it is still of use.
    fn known(
        &self,
        this: &Instance<'_, JitFunction>,
        kind: Kind,
        wanted: &Wanted<'_, '_>,
        owner: Owner,
    ) -> Option<Arc<Entrance>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_full = all.len() >= MOST;
        for known in all.into_iter().rev() {
            let is_it = (known.kind, known.count, known.owner) == (kind, wanted.count, owner);
            if !is_it || *known.bound != *wanted.bound {
                continue;
            }
            known.look_again(this);
            if is_full || !known.is_stale.load(Ordering::Relaxed) {
                return Some(known);
            }
        }
        None
    }

    fn make<'c>(
        &self,
        call: &Call<'_, 'c>,
        kind: Kind,
        wanted: Wanted<'_, 'c>,
        owner: Owner,
    ) -> Result<Arc<Entrance>> {
        let backend = backend().map_err(Error::runtime_error)?;
        let mut inquiry = Inquiry::new(call.function, call.source.clone())?;
        let native = match wanted.reason {
            Some(reason) => Err(reason),
            None => native(&mut inquiry, call, kind, arguments(kind, &wanted, owner))?,
        };
        let Found { known, facts, .. } = inquiry.finish()?;
        let native = native.and_then(|native| match facts.guards() {
            Some(guards) => Ok((native, guards)),
            None => {
                Err("what it takes for granted cannot be checked without the interpreter here"
                    .into())
            }
        });
        let entrance = Arc::new(Entrance {
            kind,
            count: wanted.count,
            owner,
            bound: wanted.bound.into(),
            function: call.this.as_raw(),
            // SAFETY: it ends with the function, where Python may be used.
            call: unsafe { Held::new(wanted.by_array) },
            facts,
            place: call.this.borrow()?.keep(call.this, known)?,
            reason: native.as_ref().err().cloned(),
            is_stale: AtomicBool::new(false),
            code: OnceLock::new(),
            variants: Mutex::default(),
        });
        entrance.look_again(call.this);
        entrance.compile(backend, native.ok())?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entrance.clone());
        Ok(entrance)
    }
}

impl Entrance {
    fn compile(
        self: &Arc<Entrance>,
        backend: &dyn Backend,
        native: Option<(Native, Vec<[usize; 2]>)>,
    ) -> Result<()> {
        let undo = (self.kind == Kind::Lines && native.is_some()).then_some(written::LINES);
        let (native, guards) = native.unwrap_or_else(|| {
            let function = callable::always_otherwise();
            let (sources, wanted, results) = Default::default();
            (Native { function, sources, wanted, results }, vec![])
        });
        let callable = Callable {
            params: self.params(),
            sources: native.sources,
            wanted: native.wanted,
            guards,
            answer: self.kind.answer(),
            undo,
            results: native.results,
            otherwise,
            context: Arc::as_ptr(self).expose_provenance(),
        };
        let code = backend.compile_callable(&native.function, &callable);
        let _ = self.code.set(code.map_err(Error::runtime_error)?);
        Ok(())
    }

    /// The parameters in C.
    fn params(&self) -> Vec<CType> {
        let mut params = self.kind.params().to_vec();
        if !self.bound.is_empty() {
            params.push(CType::Word);
        }
        params
    }

    /// Why it is called from Python always, if it is.
    fn reason(&self) -> Option<String> {
        let is_stale = self.is_stale.load(Ordering::Relaxed);
        let stale = || is_stale.then(|| "what it takes for granted has changed".to_owned());
        self.reason.clone().or_else(stale)
    }
}

/// The arguments that C gives, and those that are bound.
fn arguments(kind: Kind, wanted: &Wanted<'_, '_>, owner: Owner) -> Arguments {
    let (mut shapes, mut sources, integers) = kind.arguments(wanted.count, owner);
    for (at, letter) in wanted.bound.chars().enumerate() {
        shapes.extend(BOUND.iter().find(|(of, _)| *of == letter).map(|(_, shape)| shape.clone()));
        sources.push(Source::Behind(kind.params().len(), at));
    }
    (shapes, sources, integers)
}

/// Machine code's side of a function, or why it always goes the other way.
///
/// # Errors
/// A `TypeError` if what it gives is no result in C.
fn native(
    inquiry: &mut Inquiry<'_>,
    call: &Call<'_, '_>,
    kind: Kind,
    (mut shapes, mut sources, mut wanted): Arguments,
) -> Result<core::result::Result<Native, String>> {
    if !add_defaults(inquiry, call, &mut shapes, &mut sources)? {
        return Ok(Err("it has parameters that are given no numbers".into()));
    }
    inquiry.options = call.this.borrow()?.options();
    inquiry.options.detaches = false;
    let of = described(inquiry, call.code)?;
    let experience = Experience { at_any_cost: true, ..Experience::default() };
    let options = inquiry.options;
    let attempt = catch_unwind(AssertUnwindSafe(|| specialise(inquiry, &of, &shapes, &experience)));
    let mut made = match attempt {
        Ok(Ok(made)) => made,
        Ok(Err(refusal)) => return Ok(Err(refusal.reason)),
        // A fault of the compiler is no reason for a program to end.
        Err(panic) if cfg!(debug_assertions) => resume_unwind(panic),
        Err(_) => return Ok(Err("the compiler failed".into())),
    };
    check_results(&made.exits, kind)?;
    let rank = match kind {
        Kind::Coordinates => made.exits.iter().find_map(rank_of_result),
        _ => None,
    };
    wanted.extend(rank.map(|rank| (3, rank as i64)));
    let results = made.exits.iter().zip(0..);
    let results = results.filter_map(|(exit, id)| Some((id, numbers(exit, kind, rank)?)));
    let results: BTreeMap<_, _> = results.collect();
    if results.is_empty() {
        return Ok(Err("what it gives are no numbers".into()));
    }
    if !made.inner.is_empty() {
        return Ok(Err("it calls itself, or makes functions".into()));
    }
    let mut function = made.function;
    made.exits.clear();
    function.options = options;
    saves_results_only(&mut function, |id| results.get(&id).is_some_and(|of| !of.is_empty()));
    optimise_repeatable(&mut function);
    let is_lines = kind == Kind::Lines;
    let is_alone = callable::is_alone(&function, is_lines) && !detach::reads_objects(&function);
    if !is_alone || callable::leaves(&function) != sources.len() {
        return Ok(Err("it does more than to compute with numbers".into()));
    }
    // The address of the line that is given is its second leaf.
    if is_lines && callable::writes_behind(&function, 1) {
        return Ok(Err("it writes to the line that it is given".into()));
    }
    Ok(Ok(Native { function, sources, wanted, results }))
}

/// The numbers that an exit returns; none of them are wanted where results are written.
fn numbers(exit: &ExitPlan, kind: Kind, rank: Option<usize>) -> Option<Vec<callable::Number>> {
    match kind {
        Kind::Lines => matches!(exit.outcome, Outcome::Returned(_)).then(Vec::new),
        _ => callable::results(exit, rank),
    }
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
        let count = entrance.params().len();
        (entrance, core::slice::from_raw_parts(arguments, count + 1))
    };
    if entrance.kind == Kind::Lines {
        // SAFETY: these are the parameters, and what is behind them is of no more use to machine code.
        unsafe { written::undo(words) }
    }
    let words = &words[..words.len() - 1];
    if let Some(result) = entrance.called_by_variant(words) {
        return result;
    }
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
            if self.kind == Kind::Numbers && words[0] as usize != self.count {
                self.make_variant(compiled, words[0])?;
            }
        }
        let by_array = self.call.get(ctx);
        let called = |callee: &Object<'c>, given: Vec<Object<'c>>| {
            let given = given.into_iter().map(Ok).chain(self.bound(ctx, words));
            let given = given.collect::<Result<Vec<_>>>()?;
            let given: Vec<&Object<'c>> = given.iter().collect();
            callee.call(&given[..])
        };
        match self.kind {
            Kind::Number => {
                let result = called(&function, vec![ctx.object(f64::from_bits(words[0]))?])?;
                Ok(result.extract::<f64>()?.to_bits())
            }
            Kind::Numbers => {
                let numbers = floats_at(words[1], (words[0] as i64).max(0) as usize).iter();
                let numbers = numbers.map(|number| ctx.object(*number)).collect::<Result<_>>()?;
                Ok(called(&function, numbers)?.extract::<f64>()?.to_bits())
            }
            Kind::Window => {
                let window = bytes_at(ctx, words[0], words[1] as usize)?;
                let result = called(&by_array, vec![function, Object::from(window)])?;
                write(words[2], &[result.extract::<f64>()?]);
                Ok(1)
            }
            Kind::Lines => {
                let input = Object::from(bytes_at(ctx, words[0], words[1] as usize)?);
                let output = Object::from(bytes_at(ctx, words[2], words[3] as usize)?);
                let written = called(&by_array, vec![function, input, output])?;
                write(words[2], &written.extract::<Vec<f64>>()?[..words[3] as usize]);
                Ok(1)
            }
            Kind::Coordinates => {
                let integers = floats_at(words[0], words[2] as usize).iter();
                let integers = integers.map(|bits| ctx.object(bits.to_bits() as i64));
                let integers = integers.collect::<Result<Vec<_>>>()?;
                let integers: Vec<&Object<'c>> = integers.iter().collect();
                let place = Object::from(ctx.tuple(&integers)?);
                let result = called(&function, vec![place])?;
                write(words[1], &coordinates(&result, words[3] as usize)?);
                Ok(1)
            }
        }
    }

    /// Goes the way of the variant for as many floats as C gives, if there is one.
    fn called_by_variant(&self, words: &[u64]) -> Option<u64> {
        if self.kind != Kind::Numbers || words[0] as usize == self.count {
            return None;
        }
        let variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        let variant = variants.iter().find(|(count, _)| *count == words[0])?.1.clone()?;
        drop(variants);
        let address = variant.code.get()?.address();
        type Variant = unsafe extern "C" fn(i32, u64, u64) -> f64;
        // SAFETY: a function in C of this signature, which does not look at the last one if it has none.
        let result = unsafe {
            let call: Variant = core::mem::transmute::<usize, Variant>(address);
            call(words[0] as i32, words[1], words.get(2).copied().unwrap_or(0))
        };
        Some(result.to_bits())
    }

    /// Makes a variant for so many floats, unless that was tried before.
    fn make_variant(&self, function: &Instance<'_, JitFunction>, count: u64) -> Result<()> {
        let is_known = |variants: &[(u64, _)]| variants.iter().any(|(known, _)| *known == count);
        let variants = || self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if self.reason.is_some() || is_known(&variants()) || variants().len() >= MOST {
            return Ok(());
        }
        variants().push((count, None));
        let by_array = self.call.get(function.ctx());
        let (signature, bound) = (self.kind.name().to_string_lossy(), &*self.bound);
        let none = function.ctx().none();
        // It may be called with other numbers by mistake.
        let given = (&*signature, count as i64, bound, &by_array, &none);
        if function.call_method(c"_lowlevel", given).is_err() {
            return Ok(());
        }
        let wanted = Wanted {
            signature: &signature,
            count: count as usize,
            bound,
            by_array: &by_array,
            reason: None,
        };
        let own = function.borrow()?;
        let made = own.entrances().known(function, self.kind, &wanted, self.owner);
        let made = made.filter(|made| made.reason().is_none());
        let mut variants = variants();
        variants.retain(|(known, _)| *known != count);
        variants.push((count, made));
        Ok(())
    }

    /// Further arguments as objects.
    fn bound<'c>(&self, ctx: Ctx<'c>, words: &[u64]) -> impl Iterator<Item = Result<Object<'c>>> {
        let data = words.get(self.kind.params().len()).copied().unwrap_or(0);
        let numbers = floats_at(data, self.bound.len()).iter();
        self.bound.chars().zip(numbers).map(move |(of, word)| bound(ctx, of, word.to_bits()))
    }

    /// Looks whether what machine code takes for granted is so, and remembers what it looks like now.
    fn look_again(&self, function: &Instance<'_, JitFunction>) {
        if self.reason.is_none() && !self.is_stale.load(Ordering::Relaxed) {
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
