//! Arguments to parameters, without a format string.
//!
//! The generated code has a short way of its own for calls that pass every parameter by position.
//! Everything else comes here: [`bind`] sorts what was passed into one slot per parameter, with the
//! null handle where nothing was passed, and says what is wrong in CPython's words.
//!
//! Names in calls are interned as a rule. Where a handle is the object itself, a [`Name`] keeps the
//! interned `str`, and comparing bits tells; only what is not found so is compared as text.

use super::entry::enter;
use super::trampolines::{KEYWORDS, NEWFUNC, VARARGS};
use crate::object::{Borrowed, Kind, Object};
use crate::raw::{self, attach, calls};
use crate::{Argument, Ctx, Dict, Error, Result, Str, Tuple};
use core::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use hpy_abi::{HPy, HPyContext, Handles, Utf8};
use std::ffi::CString;

/// The parameters of a function.
pub struct Params {
    /// The function's name, for messages.
    pub function: &'static str,
    /// The names of all parameters: first those that take a position, then the keyword-only ones.
    pub names: &'static [Name],
    /// How many of them cannot be passed by name.
    pub positional_only: usize,
    /// How many of them can be passed by position.
    pub positional: usize,
    /// For each parameter, whether it must be passed.
    pub required: &'static [bool],
    /// Whether further positional arguments are taken.
    pub var_args: bool,
    /// Whether further keyword arguments are taken.
    pub var_keywords: bool,
}

/// The name of a parameter.
pub struct Name {
    text: &'static str,
    /// The bits of a handle to the interned `str`, which stays open for ever, on hosts where that
    /// is the object; 0 until a keyword was looked for.
    interned: AtomicIsize,
}

impl Name {
    pub const fn new(text: &'static str) -> Name {
        Name { text, interned: AtomicIsize::new(0) }
    }

    /// Gets hold of the interned `str`, where that is of use.
    fn intern(&self, ctx: Ctx<'_>) -> Result<()> {
        let extensions = attach::extensions().filter(|_| attach::plain_handles());
        let Some(intern) = extensions.and_then(|extensions| extensions.intern) else {
            return Ok(());
        };
        if self.interned.load(Relaxed) != 0 {
            return Ok(());
        }
        let text = CString::new(self.text)
            .map_err(|_| Error::value_error("a parameter's name has a NUL"))?;
        // SAFETY: a live context and a C string; the result is new.
        let name = unsafe { raw::new_handle(ctx, intern(ctx.as_raw(), Utf8(text.as_ptr())))? };
        // Another thread may have been quicker: it found the same, and this handle is closed.
        if self.interned.compare_exchange(0, name.as_raw().0, Relaxed, Relaxed).is_ok() {
            raw::give_up(name);
        }
        Ok(())
    }
}

/// What is left over after every parameter has its slot.
pub struct Bound<'c> {
    /// The number of positional arguments that found a slot; the rest are `*args`.
    pub taken: usize,
    /// Keyword arguments without a parameter, if the function takes them.
    pub keywords: Option<Dict<'c>>,
}

/// Sorts the arguments of a call into slots; `kwnames` is null or a tuple of names whose values
/// stand behind the positional arguments.
///
/// # Safety
/// `args` has `nargs` open handles, and one more for each of `kwnames`; `slots` are null, one for
/// each of the parameters.
#[inline(always)]
pub unsafe fn bind<'c>(
    ctx: Ctx<'c>,
    params: &'static Params,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
    slots: &mut [HPy],
) -> Result<Bound<'c>> {
    // SAFETY: the caller's promise.
    unsafe {
        match params.bind_quickly(args, nargs, kwnames, slots) {
            Some(taken) => Ok(Bound { taken, keywords: None }),
            None => bind_any(ctx, params, args, nargs, kwnames, slots),
        }
    }
}

/// The general way, for names that are no interned `str`, for the rests and for mistakes.
///
/// # Safety
/// As for [`bind`], but the slots may have been filled.
#[cold]
#[inline(never)]
unsafe fn bind_any<'c>(
    ctx: Ctx<'c>,
    params: &'static Params,
    args: *const HPy,
    nargs: usize,
    kwnames: HPy,
    slots: &mut [HPy],
) -> Result<Bound<'c>> {
    slots.fill(HPy::NULL);
    // SAFETY: the caller's promise.
    let positional = unsafe { slice(args, nargs) };
    let mut bound = params.bind_positional(ctx, positional, slots)?;
    if !kwnames.is_null() {
        // SAFETY: `kwnames` is an open handle to a tuple.
        let names = unsafe { Borrowed::new(ctx, kwnames) };
        // SAFETY: as above.
        let names: &Tuple<'_> = unsafe { Tuple::view(&names) };
        // SAFETY: the caller's promise.
        let values = unsafe { slice(args.wrapping_add(nargs), names.len()?) };
        params.names.iter().try_for_each(|name| name.intern(ctx))?;
        for (i, value) in values.iter().enumerate() {
            params.bind_keyword(ctx, &names.get_index(i as isize)?, *value, slots, &mut bound)?;
        }
    }
    params.check_required(slots)?;
    Ok(bound)
}

/// The same for a constructor, whose keyword arguments come as a dict. `kept` keeps their values
/// open.
///
/// # Safety
/// `args` has `nargs` open handles; `keywords` is null or an open handle to a dict.
#[inline(never)]
pub unsafe fn bind_new<'c>(
    ctx: Ctx<'c>,
    params: &'static Params,
    args: *const HPy,
    nargs: usize,
    keywords: HPy,
    slots: &mut [HPy],
    kept: &mut Vec<Object<'c>>,
) -> Result<Bound<'c>> {
    // PyPy's own HPy passes a tuple of names, as to a function.
    // SAFETY: the caller's promise.
    let is_names = || Tuple::test(&*unsafe { Borrowed::new(ctx, keywords) });
    if !keywords.is_null() && is_names() {
        // SAFETY: then the values stand behind the positional arguments.
        return unsafe { bind(ctx, params, args, nargs, keywords, slots) };
    }
    // SAFETY: the caller's promise.
    let mut bound = params.bind_positional(ctx, unsafe { slice(args, nargs) }, slots)?;
    if !keywords.is_null() {
        // SAFETY: the caller's promise.
        let keywords = unsafe { Borrowed::new(ctx, keywords) };
        // SAFETY: as above.
        let keywords: &Dict<'_> = unsafe { Dict::view(&keywords) };
        for name in keywords.keys()?.iter()? {
            let name = name?;
            let value = keywords.get_item(&name)?;
            params.bind_keyword(ctx, &name, value.as_raw(), slots, &mut bound)?;
            kept.push(value);
        }
    }
    params.check_required(slots)?;
    Ok(bound)
}

/// The arguments of a call that passed every parameter by position.
///
/// # Safety
/// `args` has `N` handles.
#[inline(always)]
pub unsafe fn in_order<const N: usize>(args: Handles) -> [HPy; N] {
    // SAFETY: the caller's promise.
    core::array::from_fn(|i| unsafe { args.0.add(i).read() })
}

// What follows calls a function again with one argument for each parameter, null for those that were
// not passed. That is not done in the function itself, whose short way would have to make room on the
// stack for it.

/// Positional arguments that are not one for each parameter.
///
/// # Safety
/// The arguments are those of the call, and `params` describes `N` parameters.
#[cold]
#[inline(never)]
pub unsafe extern "C" fn rebind<T: VARARGS, const N: usize>(
    ctx: *mut HPyContext,
    self_: HPy,
    args: Handles,
    nargs: usize,
    params: &'static Params,
) -> HPy {
    let mut slots = [HPy::NULL; N];
    // SAFETY: the caller's promise; the slots outlive the call.
    unsafe {
        enter(ctx, |ctx| {
            bind(ctx, params, args.0, nargs, HPy::NULL, &mut slots)?;
            Ok(T::imp(ctx.as_raw(), self_, Handles(slots.as_ptr()), N))
        })
    }
}

/// The same with keyword arguments.
///
/// # Safety
/// The arguments are those of the call, and `params` describes `N` parameters.
#[cold]
#[inline(never)]
pub unsafe extern "C" fn rebind_keywords<T: KEYWORDS, const N: usize>(
    ctx: *mut HPyContext,
    self_: HPy,
    args: Handles,
    nargs: usize,
    kwnames: HPy,
    params: &'static Params,
) -> HPy {
    let mut slots = [HPy::NULL; N];
    // SAFETY: the caller's promise; the slots outlive the call.
    unsafe {
        enter(ctx, |ctx| {
            bind(ctx, params, args.0, nargs, kwnames, &mut slots)?;
            Ok(T::imp(ctx.as_raw(), self_, Handles(slots.as_ptr()), N, HPy::NULL))
        })
    }
}

/// The same for a constructor.
///
/// # Safety
/// The arguments are those of the call, and `params` describes `N` parameters.
#[cold]
#[inline(never)]
pub unsafe extern "C" fn rebind_new<T: NEWFUNC, const N: usize>(
    ctx: *mut HPyContext,
    type_: HPy,
    args: Handles,
    nargs: isize,
    keywords: HPy,
    params: &'static Params,
) -> HPy {
    let mut slots = [HPy::NULL; N];
    // SAFETY: the caller's promise; the slots outlive the call.
    unsafe {
        enter(ctx, |ctx| {
            let mut kept = Vec::new();
            bind_new(ctx, params, args.0, nargs as usize, keywords, &mut slots, &mut kept)?;
            Ok(T::imp(ctx.as_raw(), type_, Handles(slots.as_ptr()), N as isize, HPy::NULL))
        })
    }
}

/// A slice that may be empty and null.
///
/// # Safety
/// `start` has `len` handles.
unsafe fn slice<'a>(start: *const HPy, len: usize) -> &'a [HPy] {
    // SAFETY: the caller's promise.
    if len == 0 { &[] } else { unsafe { core::slice::from_raw_parts(start, len) } }
}

impl Params {
    /// The number of positional arguments that found a slot, after all arguments have found one and
    /// all parameters that need it have theirs; `None` if it takes more than comparing bits.
    ///
    /// # Safety
    /// As for [`bind`].
    #[inline(always)]
    unsafe fn bind_quickly(
        &'static self,
        args: *const HPy,
        nargs: usize,
        kwnames: HPy,
        slots: &mut [HPy],
    ) -> Option<usize> {
        if nargs > self.positional && !self.var_args {
            return None;
        }
        let taken = nargs.min(self.positional);
        for (i, slot) in slots.iter_mut().enumerate().take(taken) {
            // SAFETY: the caller's promise.
            *slot = unsafe { args.add(i).read() };
        }
        if !kwnames.is_null() {
            // SAFETY: the caller's promise: a tuple that is open during the call.
            for (i, name) in unsafe { attach::tuple_items(kwnames) }?.iter().enumerate() {
                let slot = &mut slots[self.find_interned(*name, taken + i)?];
                if !slot.is_null() {
                    return None;
                }
                // SAFETY: the values stand behind the positional arguments.
                *slot = unsafe { args.add(nargs + i).read() };
            }
        }
        let has = |(required, slot): (&bool, &HPy)| !required || !slot.is_null();
        self.required.iter().zip(&*slots).all(has).then_some(taken)
    }

    /// The parameter whose interned name has the bits of `name`, by way of a guess: arguments tend
    /// to come in the order of the parameters.
    #[inline(always)]
    fn find_interned(&self, name: HPy, guess: usize) -> Option<usize> {
        let is = |i: &usize| self.names[*i].interned.load(Relaxed) == name.0;
        let named = self.positional_only..self.names.len();
        Some(guess).filter(|i| named.contains(i) && is(i)).or_else(|| named.clone().find(is))
    }

    fn bind_positional<'c>(
        &self,
        _ctx: Ctx<'c>,
        args: &[HPy],
        slots: &mut [HPy],
    ) -> Result<Bound<'c>> {
        if args.len() > self.positional && !self.var_args {
            return Err(self.too_many(args.len()));
        }
        let taken = args.len().min(self.positional);
        slots[..taken].copy_from_slice(&args[..taken]);
        Ok(Bound { taken, keywords: None })
    }

    fn bind_keyword<'c>(
        &self,
        ctx: Ctx<'c>,
        name: &Object<'c>,
        value: HPy,
        slots: &mut [HPy],
        bound: &mut Bound<'c>,
    ) -> Result<()> {
        let function = self.function;
        if !Str::test(name) {
            return Err(Error::type_error(format!("{function}() keywords must be strings")));
        }
        // SAFETY: a `str`, as the test says.
        let text = unsafe { Str::view(name) }.to_str()?;
        let found = self.names.iter().position(|parameter| parameter.text == text);
        match found {
            Some(i) if i >= self.positional_only => {
                if !slots[i].is_null() {
                    return Err(Error::type_error(format!(
                        "{function}() got multiple values for argument '{text}'"
                    )));
                }
                slots[i] = value;
                Ok(())
            }
            _ if self.var_keywords => {
                let rest = match bound.keywords.take() {
                    Some(rest) => rest,
                    None => ctx.dict()?,
                };
                // SAFETY: an open handle.
                rest.set_item(name, &unsafe { Borrowed::new(ctx, value) })?;
                bound.keywords = Some(rest);
                Ok(())
            }
            Some(_) => Err(Error::type_error(format!(
                "{function}() got some positional-only arguments passed as keyword arguments: \
                 '{text}'"
            ))),
            None => Err(self.unknown(text)),
        }
    }

    fn check_required(&self, slots: &[HPy]) -> Result<()> {
        let missing = |i: &usize| self.required[*i] && slots[*i].is_null();
        let missing: Vec<&str> =
            (0..slots.len()).filter(missing).map(|i| self.names[i].text).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let plural = if missing.len() == 1 { "" } else { "s" };
        let list = missing.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>();
        Err(Error::type_error(format!(
            "{}() missing {} required argument{plural}: {}",
            self.function,
            missing.len(),
            list.join(", ")
        )))
    }

    #[cold]
    fn too_many(&self, given: usize) -> Error {
        let required = self.required[..self.positional].iter().filter(|r| **r).count();
        let takes = if required == self.positional {
            format!("{required}")
        } else {
            format!("from {required} to {}", self.positional)
        };
        let plural = if takes == "1" { "" } else { "s" };
        let were = if given == 1 { "was" } else { "were" };
        Error::type_error(format!(
            "{}() takes {takes} positional argument{plural} but {given} {were} given",
            self.function
        ))
    }

    #[cold]
    fn unknown(&self, name: &str) -> Error {
        let named = &self.names[self.positional_only..];
        let near = named.iter().map(|name| name.text).find(|candidate| similar(candidate, name));
        let hint = near.map(|near| format!(". Did you mean '{near}'?")).unwrap_or_default();
        let function = self.function;
        Error::type_error(format!("{function}() got an unexpected keyword argument '{name}'{hint}"))
    }
}

/// Whether one is the other with at most one letter changed, added, dropped or swapped.
fn similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    a.len().max(b.len()) <= 1 || (a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0])
}

/// Where an argument that does not fit was meant to go.
#[derive(Clone, Copy)]
pub struct ArgumentName {
    pub function: &'static str,
    pub parameter: &'static str,
}

/// Reads an argument; an error names the function and the parameter.
#[inline(always)]
pub fn extract<'a, 'h, 'c, T: Argument<'a, 'h, 'c>>(
    object: &'a Object<'c>,
    holder: &'h mut T::Holder,
    name: &'static ArgumentName,
) -> Result<T> {
    T::extract(object, holder).map_err(|error| in_argument(error, name))
}

/// Reads the index of `self[index]`: one that does not even fit the type is out of range like others.
#[inline(always)]
pub fn extract_index<'a, 'h, 'c, T: Argument<'a, 'h, 'c>>(
    object: &'a Object<'c>,
    holder: &'h mut T::Holder,
    name: &'static ArgumentName,
) -> Result<T> {
    T::extract(object, holder).map_err(|error| {
        let error = in_argument(error, name);
        error.replaced(crate::exception::OverflowError, crate::exception::IndexError)
    })
}

#[cold]
fn in_argument(error: Error, name: &ArgumentName) -> Error {
    error.prefixed(|| format!("{}() argument '{}' ", name.function, name.parameter))
}

/// Reads the other operand of an operator; `None` if it is of a kind that the method does not take.
///
/// # Safety
/// If `CLOSED`, no Python code runs before the value is gone.
#[inline(always)]
pub unsafe fn extract_operand<'a, 'h, 'c, T: Argument<'a, 'h, 'c>, const CLOSED: bool>(
    object: &'a Object<'c>,
    holder: &'h mut T::Holder,
) -> Result<Option<T>> {
    let value = match CLOSED {
        // SAFETY: the caller's promise.
        true => unsafe { T::extract_closed(object, holder) },
        false => T::extract(object, holder),
    };
    match value {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.was_made(crate::exception::TypeError) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The positional arguments of a `*args` parameter.
#[derive(Clone, Copy)]
pub struct Args<'a, 'c> {
    ctx: Ctx<'c>,
    handles: &'a [HPy],
}

impl<'a, 'c> Args<'a, 'c> {
    /// The arguments behind the first `taken`.
    ///
    /// # Safety
    /// `args` has `nargs` handles that stay open for `'a`.
    #[doc(hidden)]
    pub unsafe fn rest(ctx: Ctx<'c>, args: *const HPy, nargs: usize, taken: usize) -> Args<'a, 'c> {
        // SAFETY: the caller's promise.
        Args { ctx, handles: &unsafe { slice(args, nargs) }[taken.min(nargs)..] }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.handles.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.handles.is_empty()
    }

    /// One of them.
    pub fn get(&self, index: usize) -> Option<Borrowed<'a, 'c>> {
        // SAFETY: the handles are open for `'a`.
        self.handles.get(index).map(|raw| unsafe { Borrowed::new(self.ctx, *raw) })
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Borrowed<'a, 'c>> + use<'a, 'c> {
        let ctx = self.ctx;
        // SAFETY: the handles are open for `'a`.
        self.handles.iter().map(move |raw| unsafe { Borrowed::new(ctx, *raw) })
    }

    /// Calls something with all of them.
    pub fn pass_to(&self, callee: &Object<'_>) -> Result<Object<'c>> {
        let (ctx, start) = (self.ctx, Handles(self.handles.as_ptr()));
        let count = self.handles.len();
        // SAFETY: the handles are open for `'a`; the result is new.
        unsafe {
            let result = calls::ctx_Call(ctx.as_raw(), callee.as_raw(), start, count, HPy::NULL);
            raw::new_handle(ctx, result)
        }
    }

    /// All of them, as a tuple.
    pub fn to_tuple(self) -> Result<Tuple<'c>> {
        let objects: Vec<_> = self.iter().collect();
        let objects: Vec<&Object<'_>> = objects.iter().map(|object| &**object).collect();
        Tuple::from_handles(self.ctx, &objects)
    }
}
