//! The class behind `pommel.jit`: a function, its plain code, and how calls come in.
//!
//! A call whose arguments do not fit the parameters, and every call of a function that cannot be
//! compiled, goes to the function as it is: it raises Python's own errors.

use super::continuation::Continuations;
use super::depth;
use super::engine::{Call, Called, Engine};
use super::lowlevel::{Entrances, Wanted};
use super::native::{Compiled, Note};
use super::objects::{Home, Python};
use super::source::{Source, runs_on};
use super::trial::{Side, Trial, Verdict};
use pommel::prelude::*;
use pommel::raw::redirect;
use pommel_jit::code::{BlockId, Code, Parameters, Point, Span, Unsupported};
use pommel_jit::ir::Options;
use pommel_jit::plain::{self, Frame};
use pommel_jit::specialise::Lesson;
use pommel_jit::syntax::Position;
use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// What is done with a function, as `POMMEL_JIT` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// It is compiled where that pays.
    WhereItPays,
    /// It is compiled, if that is possible.
    Always,
    /// Its plain code is interpreted, for those who work on the compiler.
    Plain,
}

/// A function is better called as it is if machine code is left so often in a call, in the middle of it.
const TOO_OFTEN: u32 = 32;

/// After so many calls in a row for whose arguments there is no machine code because none pays,
const IN_A_ROW: u32 = 32;
/// they are looked at only where their number has doubled, or is a multiple of this.
const LOOK_AGAIN: u32 = 1024;

/// What is known of a function from the beginning.
struct Known {
    source: Arc<Source>,
    mode: Mode,
    /// What its user allows.
    options: Options,
    /// It was made for another function that calls it.
    is_inner: bool,
}

/// A compiled function, without what Python code adds to it.
#[class(subclass)]
pub struct JitFunction {
    /// The function as it is.
    function: Field,
    known: OnceLock<Known>,
    /// Its plain code, once it was asked for.
    code: OnceLock<Result<Arc<Code>, Unsupported>>,
    /// Its machine code.
    engine: Engine,
    /// How often it was left where it had been gone back to in the middle of the function.
    lefts: AtomicU32,
    /// It is called as it is from now on, as machine code is left all the time.
    gave_up: AtomicBool,
    /// How many calls in a row it was called as it is for.
    as_it_is: AtomicU32,
    /// How many microseconds all of it took to compile.
    compiling: AtomicU64,
    /// That of its loops, and of those of functions that it calls.
    pub(super) continuations: Continuations,
    /// A list of what that knows.
    pub(super) kept: Field,
    /// The class of methods, once it was one.
    method: Field,
    /// Functions in C that stand for it.
    entrances: Entrances,
    /// Whether it is worth it, if that is to be found out: what it is tried beside, and whom to tell.
    trial: Trial,
    plain: Field,
    may: Field,
    tell: Field,
}

#[methods]
impl JitFunction {
    #[new]
    fn new() -> JitFunction {
        JitFunction {
            function: Field::empty(),
            known: OnceLock::new(),
            code: OnceLock::new(),
            engine: Engine::default(),
            lefts: AtomicU32::new(0),
            gave_up: AtomicBool::new(false),
            as_it_is: AtomicU32::new(0),
            compiling: AtomicU64::new(0),
            continuations: Continuations::default(),
            kept: Field::empty(),
            method: Field::empty(),
            entrances: Entrances::default(),
            trial: Trial::default(),
            plain: Field::empty(),
            may: Field::empty(),
            tell: Field::empty(),
        }
    }

    /// Says which function it is, the text that it stands in, what is done with it, and what its user allows:
    /// other last bits of floats, and that others run Python while it does.
    fn _prepare(
        this: &Instance<'_, Self>,
        function: &Object<'_>,
        source: &str,
        mode: &str,
        fast_math: bool,
        detaches: bool,
    ) -> Result<()> {
        let own = this.borrow()?;
        let version = this.ctx().import(c"sys")?.get_attr(c"version_info")?;
        let (major, minor): (Object<'_>, Object<'_>) = (version.get_item(0)?, version.get_item(1)?);
        let version = (major.extract::<u32>()?, minor.extract::<u32>()?);
        runs_on(version);
        let mode = match mode {
            "plain" => Mode::Plain,
            "always" => Mode::Always,
            _ => Mode::WhereItPays,
        };
        let options = Options { fast_math, detaches };
        let known = Known { source: Source::of(source), mode, options, is_inner: false };
        if own.known.set(known).is_err() {
            return Err(Error::type_error("a compiled function stays what it is"));
        }
        own.function.store(this, Some(function))
    }

    /// Lets instances of a class that is derived from this one be called as methods without an object for
    /// the method, where the interpreter can. Whether it can.
    #[classmethod]
    fn _bind_directly(class: &Type<'_>) -> bool {
        pommel::raw::bind_directly(class)
    }

    /// As functions have it.
    fn __get__<'c>(
        this: &Instance<'c, Self>,
        ctx: Ctx<'c>,
        instance: Option<&Object<'c>>,
        owner: Option<&Object<'c>>,
    ) -> Result<Object<'c>> {
        let _ = owner;
        let Some(instance) = instance else { return this.into_python(ctx) };
        let own = this.borrow()?;
        if let Some(method) = own.method.load(this)? {
            return method.call((this, instance));
        }
        let method = ctx.import(c"types")?.get_attr(c"MethodType")?;
        own.method.store(this, Some(&method))?;
        method.call((this, instance))
    }

    /// Why it cannot be compiled: the reason and where, which is the line and the column of the beginning
    /// and of the end. `None` if it can.
    #[allow(clippy::type_complexity, reason = "a tuple of Python")]
    fn _unsupported(this: &Instance<'_, Self>) -> Result<Option<(String, u32, u32, u32, u32)>> {
        let own = this.borrow()?;
        let (known, function) = own.parts(this)?;
        let found = own.code(known, &function)?;
        let Err(unsupported) = found else { return Ok(None) };
        let reason = unsupported.reason.clone();
        if unsupported.span == Span::default() {
            return Ok(Some((reason, 0, 0, 0, 0)));
        }
        let at = known.source.position(unsupported.span);
        Ok(Some((reason, at.line, at.column, at.end_line, at.end_column)))
    }

    /// What it was compiled to: for each specialisation the shapes of its arguments, the typed form and the
    /// machine code as texts, and what is done on objects; and why the last arguments were refused for
    /// which there is none.
    #[allow(clippy::type_complexity, reason = "a tuple of Python")]
    fn _compiled(
        this: &Instance<'_, Self>,
    ) -> Result<(Vec<(String, String, String, Vec<Note>)>, Option<String>)> {
        let own = this.borrow()?;
        let refusals = own.engine.report().filter_map(Compiled::refusal);
        let refusal = refusals.last().map(|refusal| refusal.reason.clone());
        let made = own.engine.report().filter(|made| made.refusal().is_none());
        let texts = made.map(|made| (made.arguments(), made.text(), made.listing(), made.notes()));
        Ok((texts.collect(), refusal))
    }

    /// Whether there is machine code, and nothing of it is done on objects. This makes no texts.
    fn _is_native(this: &Instance<'_, Self>) -> Result<bool> {
        let own = this.borrow()?;
        let mut made = own.engine.report().filter(|made| made.refusal().is_none()).peekable();
        Ok(made.peek().is_some() && made.all(|made| made.notes().is_empty()))
    }

    /// Why there is no machine code, if there is none so far and it was asked for. This makes no texts.
    fn _refusal(this: &Instance<'_, Self>) -> Result<Option<String>> {
        let own = this.borrow()?;
        let mut reason = None;
        for made in own.engine.report() {
            match made.refusal() {
                Some(refusal) => reason = Some(refusal.reason.clone()),
                None => return Ok(None),
            }
        }
        Ok(reason)
    }

    /// How many seconds were spent on compiling, for the rest of its loops as well.
    fn _seconds(this: &Instance<'_, Self>) -> Result<f64> {
        Ok(this.borrow()?.time_to_compile().as_secs_f64())
    }

    /// How often machine code was entered.
    fn _entered(this: &Instance<'_, Self>) -> Result<u32> {
        Ok(this.borrow()?.engine.entered())
    }

    /// Lets calls of a function in Python come here, which was made of a copy of it; or, without one, to the
    /// function again. Whether the interpreter can.
    fn _take_over(this: &Instance<'_, Self>, function: &Object<'_>, ends: bool) -> bool {
        redirect(function, (!ends).then_some(this))
    }

    /// A capsule with a function in C of a signature, for so many arguments and further ones that are bound (a
    /// letter for each). Arrays are made by a function in Python, which is given this one and their bytes.
    /// Machine code is made for it unless there is a reason not to. Behind it is why there is none, if so.
    fn _lowlevel<'c>(
        this: &Instance<'c, Self>,
        signature: &str,
        count: usize,
        bound: &str,
        by_array: &Object<'c>,
        reason: Option<String>,
    ) -> Result<(Object<'c>, Option<String>)> {
        let own = this.borrow()?;
        let (known, function) = own.parts(this)?;
        let code = own.code(known, &function)?.as_ref();
        let code = code.map_err(|unsupported| Error::type_error(unsupported.reason.clone()))?;
        let call = Call { this, function: &function, source: &known.source, code };
        own.entrances.capsule(&call, Wanted { signature, count, bound, by_array, reason })
    }

    /// The functions in C that stand for it: their signatures, and why they are called from Python always.
    fn _callables(this: &Instance<'_, Self>) -> Result<Vec<(String, Option<String>)>> {
        Ok(this.borrow()?.entrances.all())
    }

    #[signature(*args, **kwargs)]
    fn __call__<'c>(
        this: &Instance<'c, Self>,
        ctx: Ctx<'c>,
        args: Args<'_, 'c>,
        kwargs: Option<Dict<'c>>,
    ) -> Result<Object<'c>> {
        let _ = ctx;
        let own = this.borrow()?;
        match own.trial.is_on() {
            false => own.run(this, args, kwargs),
            true => own.run_either(this, args, kwargs),
        }
    }

    /// Tries with the next calls whether machine code is quicker than a function in Python that does the same.
    /// Before the first of them somebody is asked whether it may be compiled, and in the end told whether it is
    /// quicker, with a truth value for an argument.
    fn _try_beside(
        this: &Instance<'_, Self>,
        plain: &Object<'_>,
        may: &Object<'_>,
        tell: &Object<'_>,
    ) -> Result<()> {
        let own = this.borrow()?;
        own.plain.store(this, Some(plain))?;
        own.may.store(this, Some(may))?;
        own.tell.store(this, Some(tell))?;
        own.trial.begin();
        Ok(())
    }
}

impl JitFunction {
    /// Calls machine code, or the function as it is.
    #[inline]
    fn run<'c>(
        &self,
        this: &Instance<'c, Self>,
        args: Args<'_, 'c>,
        kwargs: Option<Dict<'c>>,
    ) -> Result<Object<'c>> {
        let (own, ctx) = (self, this.ctx());
        let called = match &kwargs {
            _ if own.gave_up.load(Ordering::Relaxed) || own.is_not_looked_at() => Called::AsItIs,
            None => own.engine.call_at_once(this, args),
            Some(_) => Called::ForOthers,
        };
        if let Called::Ended(result) = called {
            own.ran();
            return result;
        }
        if let Called::AsItIs = called {
            own.was_as_it_is();
        }
        let (known, function) = own.parts(this)?;
        if let Called::AsItIs = called {
            return call_as_it_is(&function, args, kwargs);
        }
        if let Ok(code) = own.code(known, &function)?
            && let Some(registers) = bound(&function, code, args, kwargs.as_ref())?
        {
            if known.mode != Mode::Plain {
                let call = Call { this, function: &function, source: &known.source, code };
                let at_any_cost = known.mode == Mode::Always;
                return match own.engine.call(&call, &registers, at_any_cost)? {
                    Called::Ended(result) => {
                        own.ran();
                        result
                    }
                    Called::AsItIs | Called::ForOthers => {
                        own.was_as_it_is();
                        call_as_it_is(&function, args, kwargs)
                    }
                };
            }
            let _entered = depth::enter(ctx)?;
            let home = Home::new(function, known.source.clone())?;
            let frame = Frame { code: code.clone(), home, registers, instead: None };
            let start = Point { block: BlockId(0), index: 0 };
            return plain::run(&Python::new(ctx), frame, start);
        }
        call_as_it_is(&function, args, kwargs)
    }

    /// Calls either, and notes how long it takes.
    #[cold]
    fn run_either<'c>(
        &self,
        this: &Instance<'c, Self>,
        args: Args<'_, 'c>,
        kwargs: Option<Dict<'c>>,
    ) -> Result<Object<'c>> {
        if let Some(may) = self.may.load(this)? {
            self.may.store(this, None)?;
            let may: Object<'c> = may.call(())?;
            if !may.is_true()? {
                let plain = self.plain.load(this)?;
                self.trial.stop();
                self.end_trial(this, false)?;
                return match plain {
                    Some(plain) => call_as_it_is(&plain, args, kwargs),
                    None => self.run(this, args, kwargs),
                };
            }
        }
        let (side, is_measured) = self.trial.next();
        let plain = match side {
            Side::Plain => self.plain.load(this)?,
            Side::Machine => None,
        };
        let begin = Instant::now();
        let result = match plain {
            Some(plain) => call_as_it_is(&plain, args, kwargs),
            None => self.run(this, args, kwargs),
        };
        if is_measured && self.trial.is_on() && result.is_ok() {
            match self.trial.took(side, begin.elapsed()) {
                Verdict::Open => {}
                Verdict::Worth => self.end_trial(this, true)?,
                Verdict::NotWorth => self.end_trial(this, false)?,
            }
        }
        result
    }

    /// Tells what was found out.
    fn end_trial<'c>(&self, this: &Instance<'c, Self>, is_worth: bool) -> Result<()> {
        self.plain.store(this, None)?;
        if let Some(tell) = self.tell.load(this)? {
            self.tell.store(this, None)?;
            let _: Object<'c> = tell.call((is_worth,))?;
        }
        Ok(())
    }

    /// The functions in C that stand for it.
    pub(super) fn entrances(&self) -> &Entrances {
        &self.entrances
    }

    /// Whether a call is called as it is like many before it, and its arguments are not looked at.
    #[inline]
    fn is_not_looked_at(&self) -> bool {
        let in_a_row = self.as_it_is.load(Ordering::Relaxed);
        in_a_row >= IN_A_ROW && !in_a_row.is_power_of_two() && !in_a_row.is_multiple_of(LOOK_AGAIN)
    }

    /// Notes that it was called as it is. Calls of other threads may get lost in the count.
    #[inline]
    fn was_as_it_is(&self) {
        let in_a_row = self.as_it_is.load(Ordering::Relaxed);
        self.as_it_is.store(in_a_row.wrapping_add(1), Ordering::Relaxed);
    }

    /// Notes that machine code was called.
    #[inline]
    fn ran(&self) {
        if self.as_it_is.load(Ordering::Relaxed) != 0 {
            self.as_it_is.store(0, Ordering::Relaxed);
        }
    }

    /// A function that is compiled because another one calls it.
    pub(super) fn inner<'c>(
        function: &Object<'c>,
        source: Arc<Source>,
        at_any_cost: bool,
        options: Options,
    ) -> Result<Object<'c>> {
        let made = pommel::new_instance(function.ctx(), JitFunction::new())?;
        let this = Instance::<JitFunction>::of(&made);
        let this = this.ok_or_else(|| Error::runtime_error("a compiled function is none"))?;
        let own = this.borrow()?;
        let mode = if at_any_cost { Mode::Always } else { Mode::WhereItPays };
        let _ = own.known.set(Known { source, mode, options, is_inner: true });
        own.function.store(this, Some(function))?;
        drop(own);
        Ok(made.clone())
    }

    /// Keeps what machine code knows, as long as the function is there. The place among what it keeps.
    pub(super) fn keep<'c>(
        &self,
        this: &Instance<'c, Self>,
        known: Vec<Object<'c>>,
    ) -> Result<isize> {
        let ctx = this.ctx();
        let kept = match self.kept.load(this)? {
            Some(kept) => kept.cast::<List<'_>>()?.clone(),
            None => {
                let kept = ctx.list::<Object<'_>>([])?;
                self.kept.store(this, Some(&kept))?;
                kept
            }
        };
        let place = kept.len()? as isize;
        kept.append(ctx.list(known)?)?;
        Ok(place)
    }

    /// What its user allows.
    pub(super) fn options(&self) -> Options {
        self.known.get().map_or_else(Options::default, |known| known.options)
    }

    /// Whether it was made for another function that calls it.
    pub(super) fn is_inner(&self) -> bool {
        self.known.get().is_some_and(|known| known.is_inner)
    }

    /// Machine code was left again after it had been gone back to.
    pub(super) fn left_in_the_middle(&self) {
        let lefts = self.lefts.fetch_add(1, Ordering::Relaxed) + 1;
        let is_stubborn = self.known.get().is_some_and(|known| known.mode == Mode::Always);
        if lefts >= TOO_OFTEN && !is_stubborn && lefts / TOO_OFTEN > self.engine.entered() {
            self.gave_up.store(true, Ordering::Relaxed);
        }
    }

    /// Learns what was found out in the rest of code, if it is this function's.
    pub(super) fn learn(&self, code: &Arc<Code>, lesson: Lesson) {
        if let Some(Ok(own)) = self.code.get()
            && Arc::ptr_eq(own, code)
        {
            self.engine.learn(lesson);
        }
    }

    /// How long it took to compile until now.
    pub(super) fn time_to_compile(&self) -> Duration {
        Duration::from_micros(self.compiling.load(Ordering::Relaxed))
    }

    /// Counts time that it took to compile.
    pub(super) fn took_to_compile(&self, time: Duration) {
        self.compiling.fetch_add(time.as_micros() as u64, Ordering::Relaxed);
    }

    /// What is known of it, and the function as it is.
    fn parts<'c>(&self, this: &Instance<'c, Self>) -> Result<(&Known, Object<'c>)> {
        match (self.known.get(), self.function.load(this)?) {
            (Some(known), Some(function)) => Ok((known, function)),
            _ => Err(Error::type_error("no function: pommel.jit makes compiled functions")),
        }
    }

    /// The plain code, or why there is none.
    fn code(
        &self,
        known: &Known,
        function: &Object<'_>,
    ) -> Result<&Result<Arc<Code>, Unsupported>> {
        if let Some(code) = self.code.get() {
            return Ok(code);
        }
        let code = plain_code(&known.source, function)?;
        Ok(self.code.get_or_init(|| code))
    }
}

/// The plain code of a function whose source is in a text, or why there is none.
fn plain_code(source: &Source, function: &Object<'_>) -> Result<Result<Arc<Code>, Unsupported>> {
    let of_python = function.get_attr(c"__code__")?;
    let name: String = of_python.get_attr(c"co_name")?.extract()?;
    let line = of_python.get_attr(c"co_firstlineno")?.extract()?;
    let place = if name == "<lambda>" { place_in_body(&of_python)? } else { None };
    Ok(match source.function(&name, line, place) {
        Ok(code) if !fits(&code, &of_python)? => Err(Unsupported {
            reason: "its source is not that of the function: the file has changed".into(),
            span: Span::default(),
        }),
        Ok(code) => code.unsupported.clone().map_or(Ok(code), Err),
        Err(error) => Err(error),
    })
}

/// Where all instructions of a code object stand that stand somewhere, if it says so: from 3.11 on.
fn place_in_body(of_python: &Object<'_>) -> Result<Option<Position>> {
    if !of_python.has_attr(c"co_positions") {
        return Ok(None);
    }
    let mut found: Option<Position> = None;
    for place in of_python.call_method(c"co_positions", ())?.iter()? {
        let (line, end_line, column, end_column) = place?.extract()?;
        let (Some(line), Some(end_line), Some(column), Some(end_column)) =
            (line, end_line, column, end_column)
        else {
            continue;
        };
        // What an interpreter adds at the beginning stands nowhere.
        if (column, end_column) == (0, 0) {
            continue;
        }
        let all = found.get_or_insert(Position { line, column, end_line, end_column });
        (all.line, all.column) = (all.line, all.column).min((line, column));
        (all.end_line, all.end_column) = (all.end_line, all.end_column).max((end_line, end_column));
    }
    Ok(found)
}

/// The text that a function in Python stands in, and its plain code, if both can be had.
pub(super) fn code_of(
    function: &Object<'_>,
    source: Option<Arc<Source>>,
) -> Result<Option<(Arc<Source>, Arc<Code>)>> {
    let source = match source {
        Some(source) => source,
        None => {
            let find = function.ctx().import(c"pommel._compile")?.get_attr(c"_source")?;
            Source::of(&find.call((function,))?.extract::<String>()?)
        }
    };
    let code = plain_code(&source, function)?;
    Ok(code.ok().map(|code| (source, code)))
}

/// The same for an `__init__` that was made without a file, as `dataclasses` makes it: one that puts each of
/// its parameters into an attribute of that name, in their order. That it does so is found out by
/// compiling what it should be.
pub(super) fn generated_code_of(function: &Object<'_>) -> Result<Option<(Arc<Source>, Arc<Code>)>> {
    let ctx = function.ctx();
    let of_python = function.get_attr(c"__code__")?;
    let text = |name: &CStr| of_python.get_attr(name)?.extract::<String>();
    if text(c"co_name")? != "__init__" || text(c"co_filename")? != "<string>" {
        return Ok(None);
    }
    let names: Vec<String> = of_python.get_attr(c"co_varnames")?.extract()?;
    let line = of_python.get_attr(c"co_firstlineno")?.extract::<usize>()?;
    let Some((this, fields)) = names.split_first() else { return Ok(None) };
    let mut source = "\n".repeat(line.saturating_sub(1));
    source += &format!("def __init__({}):\n", names.join(", "));
    for field in fields {
        source += &format!(" {this}.{field}={field}\n");
    }
    if fields.is_empty() {
        source += " pass\n";
    }
    let compile = ctx.builtin(c"compile")?;
    let Ok(module) = compile.call((&*source, "<string>", "exec")) else { return Ok(None) };
    let made = module.get_attr(c"co_consts")?.get_item(0)?;
    for part in [c"co_code", c"co_names", c"co_varnames", c"co_consts", c"co_freevars"] {
        if !made.has_attr(part) || !made.get_attr(part)?.equals(&of_python.get_attr(part)?)? {
            return Ok(None);
        }
    }
    let source = Source::of(&source);
    let code = plain_code(&source, function)?;
    Ok(code.ok().map(|code| (source, code)))
}

/// The function that a compiled function was made of; `None` for other objects.
pub(super) fn wrapped<'c>(object: &Object<'c>) -> Result<Option<Object<'c>>> {
    match Instance::<JitFunction>::of(object) {
        Some(compiled) => compiled.borrow()?.function.load(compiled),
        None => Ok(None),
    }
}

/// Whether plain code is that of a code object, as far as parameters and variables of other functions
/// say.
fn fits(code: &Code, of_python: &Object<'_>) -> Result<bool> {
    let Parameters { positional, positional_only, keyword_only, variadic, keywords } =
        code.parameters;
    for (name, count) in [
        (c"co_argcount", positional),
        (c"co_posonlyargcount", positional_only),
        (c"co_kwonlyargcount", keyword_only),
    ] {
        if of_python.get_attr(name)?.extract::<u32>()? != count {
            return Ok(false);
        }
    }
    let flags: u32 = of_python.get_attr(c"co_flags")?.extract()?;
    if (flags & 4 != 0, flags & 8 != 0) != (variadic, keywords) {
        return Ok(false);
    }
    let variables: Vec<String> = of_python.get_attr(c"co_varnames")?.extract()?;
    let free: Vec<String> = of_python.get_attr(c"co_freevars")?.extract()?;
    let count = (positional + keyword_only) as usize;
    let same = |ours: &[Box<str>], theirs: &[String]| {
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(ours, theirs)| **ours == **theirs)
    };
    // A generator expression's parameter has a name that nobody writes.
    let parameters_fit = &*code.name == "<genexpr>"
        || code.locals.len() >= count
            && variables.len() >= count
            && same(&code.locals[..count], &variables[..count]);
    Ok(parameters_fit && same(&code.free, &free))
}

/// The registers of a frame with arguments and the cells of free variables; `None` if the arguments do not
/// fit.
fn bound<'c>(
    function: &Object<'c>,
    code: &Code,
    args: Args<'_, 'c>,
    kwargs: Option<&Dict<'c>>,
) -> Result<Option<Vec<Option<Object<'c>>>>> {
    let ctx = function.ctx();
    let parameters = &code.parameters;
    let positional = parameters.positional as usize;
    if args.len() > positional && !parameters.variadic {
        return Ok(None);
    }
    let named = positional + parameters.keyword_only as usize;
    let mut registers: Vec<Option<Object<'c>>> = vec![None; code.registers as usize];
    let given = args.iter().take(positional);
    registers.iter_mut().zip(given).for_each(|(register, value)| *register = Some(value.clone()));
    let mut rest = match parameters.keywords {
        true => Some(ctx.dict()?),
        false => None,
    };
    if let Some(kwargs) = kwargs
        && !bind_keywords(code, kwargs, rest.as_mut(), &mut registers[..named])?
    {
        return Ok(None);
    }
    fill_defaults(function, code, &mut registers[..named])?;
    if registers[..named].iter().any(Option::is_none) {
        return Ok(None);
    }
    let mut next = named;
    if parameters.variadic {
        let values: Vec<Object<'c>> =
            args.iter().skip(positional).map(|value| value.clone()).collect();
        let values: Vec<&Object<'c>> = values.iter().collect();
        registers[next] = Some(ctx.tuple(&values)?.into());
        next += 1;
    }
    if let Some(rest) = rest {
        registers[next] = Some(rest.into());
    }
    if !code.free.is_empty() {
        let cells = function.get_attr(c"__closure__")?;
        for (register, cell) in registers[code.locals.len()..].iter_mut().zip(cells.iter()?) {
            *register = Some(cell?);
        }
    }
    Ok(Some(registers))
}

/// Puts keyword arguments where they belong. Whether they fit.
fn bind_keywords<'c>(
    code: &Code,
    kwargs: &Dict<'c>,
    mut rest: Option<&mut Dict<'c>>,
    registers: &mut [Option<Object<'c>>],
) -> Result<bool> {
    let first = code.parameters.positional_only as usize;
    for key in kwargs.keys()?.iter()? {
        let key = key?;
        let Some(text) = key.as_a::<Str<'_>>() else { return Ok(false) };
        let Some(value) = kwargs.get(&key)? else { return Ok(false) };
        // Names with lone surrogates are no parameters of ours.
        let name = text.to_str().unwrap_or_default();
        let place = code.locals.iter().take(registers.len()).position(|local| **local == *name);
        match (place.filter(|&place| place >= first), &mut rest) {
            (Some(place), _) if registers[place].is_none() => registers[place] = Some(value),
            (None, Some(rest)) => rest.set_item(&key, &value)?,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Gives parameters without an argument their defaults, where they have some.
pub(super) fn fill_defaults<'c>(
    function: &Object<'c>,
    code: &Code,
    registers: &mut [Option<Object<'c>>],
) -> Result<()> {
    let positional = code.parameters.positional as usize;
    if registers[..positional].iter().any(Option::is_none) {
        let defaults = function.get_attr(c"__defaults__")?;
        let defaults = if defaults.is_none() {
            Vec::new()
        } else {
            defaults.iter()?.collect::<Result<Vec<_>>>()?
        };
        let first = positional.saturating_sub(defaults.len());
        let skipped = defaults.len().saturating_sub(positional);
        for (register, default) in
            registers[first..positional].iter_mut().zip(defaults.into_iter().skip(skipped))
        {
            register.get_or_insert(default);
        }
    }
    if registers[positional..].iter().any(Option::is_none) {
        let defaults = function.get_attr(c"__kwdefaults__")?;
        let Some(defaults) = defaults.as_a::<Dict<'_>>() else { return Ok(()) };
        for (register, name) in registers.iter_mut().zip(&code.locals).skip(positional) {
            if register.is_none() {
                *register = defaults.get(&**name)?;
            }
        }
    }
    Ok(())
}

/// Calls the function as it is.
fn call_as_it_is<'c>(
    function: &Object<'c>,
    args: Args<'_, 'c>,
    kwargs: Option<Dict<'c>>,
) -> Result<Object<'c>> {
    let Some(kwargs) = kwargs else { return args.pass_to(function) };
    let values: Vec<Object<'c>> = args.iter().map(|value| value.clone()).collect();
    let values: Vec<&Object<'c>> = values.iter().collect();
    let mut named = Vec::new();
    for key in kwargs.keys()?.iter()? {
        let key = key?;
        let value = kwargs.get(&key)?.unwrap_or_else(|| function.ctx().none());
        named.push((key.extract::<String>()?, value));
    }
    let named: Vec<(&str, &Object<'_>)> =
        named.iter().map(|(key, value)| (&**key, value)).collect();
    function.call_with(&values[..], &named)
}
