//! Calls: of objects by the interpreter, and of the extension's functions with handles.

use crate::compare::fold;
use crate::errors::raise;
use crate::object::*;
use crate::state::{Owner, State};
use crate::types::Answer;
use hpy_abi::*;
use std::ffi::c_int;

/// What a function of an extension gives back, by its C type.
pub(crate) trait Outcome {
    /// What it is when all went well.
    type Value;
    /// The value, or `None` if the function says that it raised.
    fn value(self, state: &State, function: &str) -> Option<Self::Value>;
    /// The value when a method in Python's manner did the work.
    fn from_object(state: &State, object: Obj) -> Res<Self::Value>;
}

impl Outcome for HPy {
    type Value = Obj;
    fn value(self, state: &State, function: &str) -> Option<Obj> {
        // A wrong handle is a fault; it goes on as the exception that says so.
        (!self.is_null()).then(|| state.take(self, function).unwrap_or_else(|fault| fault))
    }
    fn from_object(_: &State, object: Obj) -> Res<Obj> {
        Ok(object)
    }
}

/// The result of `tp_iternext`, whose null can also mean the end.
pub(crate) struct Next(pub HPy);

impl Outcome for Next {
    type Value = Option<Obj>;
    fn value(self, state: &State, function: &str) -> Option<Option<Obj>> {
        match self.0.value(state, function) {
            None if state.pending.borrow().is_none() => Some(None),
            None => None,
            item => Some(item),
        }
    }
    fn from_object(_: &State, object: Obj) -> Res<Option<Obj>> {
        Ok(Some(object))
    }
}

macro_rules! number_outcomes {
    ($($ty:ident($number:ty): $value:ty = $convert:expr, $from_object:expr;)*) => {$(
        impl Outcome for $ty {
            type Value = $value;
            fn value(self, state: &State, _: &str) -> Option<$value> {
                // -1 is a value where it is allowed as one, and then no exception is set.
                let failed = self.0 == -1 && state.pending.borrow().is_some();
                let convert: fn($number) -> $value = $convert;
                (!failed).then(|| convert(self.0))
            }
            fn from_object(state: &State, object: Obj) -> Res<$value> {
                let convert: fn(&State, &Obj) -> Res<$value> = $from_object;
                convert(state, &object)
            }
        }
    )*};
}
number_outcomes! {
    Status(c_int): () = |_| (), |_, _| Ok(());
    FlagOrErr(c_int): bool = |flag| flag != 0, State::truth;
    LenOrErr(isize): isize = |len| len, State::length_from;
    Hash(isize): isize = |hash| hash, |state, hash| Ok(fold(state.index(hash)?));
}

impl Outcome for () {
    type Value = ();
    fn value(self, _: &State, _: &str) -> Option<()> {
        Some(())
    }
    fn from_object(_: &State, _: Obj) -> Res<()> {
        Ok(())
    }
}

/// A function of the extension that takes nothing but handles.
pub(crate) trait OnHandles: Copy {
    type Output: Outcome;
    /// # Safety
    /// The function is what its type says, and there are as many handles as it takes.
    unsafe fn on_handles(self, ctx: *mut HPyContext, h: &[HPy]) -> Self::Output;
}

macro_rules! on_handles {
    ($($handle:ident $index:literal),*) => {
        impl<R: Outcome> OnHandles for unsafe extern "C" fn(*mut HPyContext, $($handle),*) -> R {
            type Output = R;
            unsafe fn on_handles(self, ctx: *mut HPyContext, h: &[HPy]) -> R {
                // SAFETY: the caller's promise.
                unsafe { self(ctx, $(h[$index]),*) }
            }
        }
    };
}
on_handles!(HPy 0);
on_handles!(HPy 0, HPy 1);
on_handles!(HPy 0, HPy 1, HPy 2);

impl State {
    /// Calls a function of the extension with borrowed handles to `objects`.
    pub fn invoke<R: Outcome>(
        &self,
        function: &str,
        objects: &[Option<&Obj>],
        call: impl FnOnce(*mut HPyContext, &[HPy]) -> R,
    ) -> Res<R::Value> {
        let origin = format!("an argument of {function}");
        let lend = |object: &Obj| self.open(object.clone(), Owner::Caller, &origin);
        let handles: Vec<HPy> = objects.iter().map(|o| o.map_or(HPy::NULL, lend)).collect();
        let value = call(self.context.get(), &handles).value(self, function);
        handles.into_iter().for_each(|h| drop(self.forget(h)));
        match (value, self.pending.take()) {
            (Some(value), None) => Ok(value),
            (None, Some(exception)) => Err(exception),
            (None, None) => Err(self.fault(format!("{function} failed without an exception"))),
            (Some(_), Some(e)) => {
                let exception = self.describe(&e);
                Err(self.fault(format!("{function} succeeded with {exception} set")))
            }
        }
    }

    /// Calls a function out of a slot.
    pub fn run<F: OnHandles>(
        &self,
        name: &str,
        imp: F,
        objects: &[Option<&Obj>],
    ) -> Res<<F::Output as Outcome>::Value> {
        // SAFETY: slots are typed by the table, and each use passes the operands of its slot.
        self.invoke(name, objects, |ctx, h| unsafe { imp.on_handles(ctx, h) })
    }

    /// Runs an operator, if the object's class has it: its slot, or the method of that name.
    pub fn operate<F: OnHandles>(
        &self,
        object: &Obj,
        key: &slots::Key<F>,
        name: &str,
        operands: &[Option<&Obj>],
    ) -> Option<Res<<F::Output as Outcome>::Value>> {
        Some(match self.answer(object, key, name)? {
            Answer::Slot(imp, _) => {
                let all: Vec<_> = [Some(object)].into_iter().chain(operands.to_vec()).collect();
                self.run(name, imp, &all)
            }
            Answer::Method(method) => {
                let operands: Vec<Obj> = operands.iter().flatten().copied().cloned().collect();
                let result = self.call(&method, &operands, &[]);
                result.and_then(|result| F::Output::from_object(self, result))
            }
        })
    }

    /// `callable(*args, **keywords)`
    pub fn call(&self, callable: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
        match &callable.kind {
            Kind::Function(function) => self.call_function(function, args, keywords),
            Kind::Native(_, run) => run(self, args, keywords),
            Kind::Method(receiver, function) => {
                let args: Vec<Obj> = [receiver].into_iter().chain(args).cloned().collect();
                self.call(function, &args, keywords)
            }
            Kind::Type(_) => self.call_type(callable, args, keywords),
            Kind::StaticMethod(function) => self.call(function, args, keywords),
            _ => self.call_instance(callable, args, keywords),
        }
    }

    fn call_instance(&self, callable: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
        if let Some(imp) = callable.native.as_ref().and_then(|native| native.call.get()) {
            return self.call_keywords("__call__", imp, callable, args, keywords);
        }
        match self.answer(callable, &slots::tp_call, "__call__") {
            Some(Answer::Slot(imp, _)) => {
                self.call_keywords("__call__", imp, callable, args, keywords)
            }
            Some(Answer::Method(method)) => self.call(&method, args, keywords),
            None => {
                let class = self.class_name(callable);
                raise!(self, TypeError, "'{class}' object is not callable")
            }
        }
    }

    fn call_function(&self, f: &Function, args: &[Obj], keywords: Keywords) -> Res<Obj> {
        let full_name = self.function_name(f);
        let (receiver, args) = match (&f.module, args.split_first()) {
            (Some(module), _) => (module, args),
            (None, Some((receiver, rest))) => (receiver, rest),
            (None, None) => {
                return raise!(self, TypeError, "unbound method {full_name}() needs an argument");
            }
        };
        let class = f.class.as_ref().and_then(|class| class.upgrade());
        if class.as_ref().is_some_and(|class| !self.is_instance(receiver, class)) {
            let (name, got) = (&f.name, self.class_name(receiver));
            let class = class.map_or(String::new(), |class| class.ty().unwrap().full_name());
            return raise!(
                self,
                TypeError,
                "descriptor '{name}' for '{class}' objects doesn't apply to a '{got}' object"
            );
        }
        if f.signature != Signature::KEYWORDS && !keywords.is_empty() {
            return raise!(self, TypeError, "{full_name}() takes no keyword arguments");
        }
        // SAFETY: a definition's signature is the type of its function.
        unsafe {
            match (f.signature, args) {
                (Signature::NOARGS, []) => {
                    let imp: func::NOARGS = cast(f.imp);
                    self.invoke(&full_name, &[Some(receiver)], |ctx, h| imp(ctx, h[0]))
                }
                (Signature::NOARGS, _) => raise!(
                    self,
                    TypeError,
                    "{full_name}() takes no arguments ({} given)",
                    args.len()
                ),
                (Signature::O, [arg]) => {
                    let imp: func::O = cast(f.imp);
                    self.invoke(&full_name, &[Some(receiver), Some(arg)], |ctx, h| {
                        imp(ctx, h[0], h[1])
                    })
                }
                (Signature::O, _) => raise!(
                    self,
                    TypeError,
                    "{full_name}() takes exactly one argument ({} given)",
                    args.len()
                ),
                (Signature::VARARGS, _) => {
                    let imp: func::VARARGS = cast(f.imp);
                    let lent: Vec<_> = [receiver].into_iter().chain(args).map(Some).collect();
                    self.invoke(&full_name, &lent, |ctx, h| {
                        imp(ctx, h[0], Handles(h[1..].as_ptr()), args.len())
                    })
                }
                (Signature::KEYWORDS, _) => {
                    self.call_keywords(&full_name, cast(f.imp), receiver, args, keywords)
                }
                _ => Err(self.fault(format!("{full_name}() has no signature of a method"))),
            }
        }
    }

    fn call_keywords(
        &self,
        name: &str,
        imp: func::KEYWORDS,
        receiver: &Obj,
        args: &[Obj],
        keywords: Keywords,
    ) -> Res<Obj> {
        let names = keywords.iter().map(|(name, _)| self.str(name)).collect::<Vec<_>>();
        let names = (!names.is_empty()).then(|| self.tuple(names));
        let values = keywords.iter().map(|(_, value)| value);
        let lent = [names.as_ref(), Some(receiver)].into_iter();
        let lent: Vec<_> = lent.chain(args.iter().chain(values).map(Some)).collect();
        // SAFETY: the function has this signature, and the array holds what it is told.
        self.invoke(name, &lent, |ctx, h| unsafe {
            imp(ctx, h[1], Handles(h[2..].as_ptr()), args.len(), h[0])
        })
    }

    /// What CPython would call the function in a message.
    pub fn function_name(&self, f: &Function) -> String {
        let class = f.class.as_ref().and_then(|class| class.upgrade());
        match (&f.module, class) {
            (Some(module), _) => match module.attributes.as_ref().and_then(|a| a.get("__name__")) {
                Some(module) => format!("{}.{}", self.describe_text(&module), f.name),
                None => f.name.clone(),
            },
            (None, Some(class)) => format!("{}.{}", class.ty().unwrap().name(), f.name),
            (None, None) => f.name.clone(),
        }
    }

    fn call_type(&self, class: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
        if Obj::ptr_eq(class, &self.named("type")) && args.len() == 1 {
            return Ok(self.class_of(&args[0]));
        }
        let object = self.call_new(class, args, keywords)?;
        if !self.is_instance(&object, class) || class.mro().any(|ty| self.is_type_type(&ty)) {
            return Ok(object);
        }
        match self.answer(&object, &slots::tp_init, "__init__") {
            Some(Answer::Slot(imp, _)) => {
                let kw = self.keywords_dict(keywords)?;
                let lent = [Some(&object), kw.as_ref()].into_iter();
                let lent: Vec<_> = lent.chain(args.iter().map(Some)).collect();
                // SAFETY: the slot has this signature, and the array holds what it is told.
                self.invoke("__init__", &lent, |ctx, h| unsafe {
                    imp(ctx, h[0], Handles(h[2..].as_ptr()), args.len() as isize, h[1])
                })?;
            }
            Some(Answer::Method(init)) => drop(self.call(&init, args, keywords)?),
            None => {}
        }
        Ok(object)
    }

    /// `class.__new__(class, *args, **keywords)`
    fn call_new(&self, class: &Obj, args: &[Obj], keywords: Keywords) -> Res<Obj> {
        for ty in class.mro() {
            let data = ty.ty().expect("a type's bases are types");
            if let Some(imp) = data.slots.get(&slot::tp_new) {
                // SAFETY: the slot table gives this slot this signature.
                let imp: func::NEWFUNC = unsafe { cast(*imp) };
                let kw = self.keywords_dict(keywords)?;
                let lent = [Some(class), kw.as_ref()].into_iter();
                let lent: Vec<_> = lent.chain(args.iter().map(Some)).collect();
                // SAFETY: the array holds what the function is told.
                return self.invoke("__new__", &lent, |ctx, h| unsafe {
                    imp(ctx, h[0], Handles(h[2..].as_ptr()), args.len() as isize, h[1])
                });
            }
            if let Some(new) = data.dict.get("__new__") {
                let args: Vec<Obj> = [class].into_iter().chain(args).cloned().collect();
                return self.call(&new, &args, keywords);
            }
            if let Some(construct) = data.construct {
                return construct(self, class, args, keywords);
            }
        }
        raise!(self, TypeError, "cannot create '{}' instances", class.ty().unwrap().full_name())
    }

    fn keywords_dict(&self, keywords: Keywords) -> Res<Option<Obj>> {
        if keywords.is_empty() {
            return Ok(None);
        }
        let dict = self.dict();
        for (name, value) in keywords {
            self.dict_set(&dict, &self.str(name), value.clone())?;
        }
        Ok(Some(dict))
    }

    /// Runs `__del__` for an object that would be dead otherwise.
    pub fn finalize(&self, object: &Obj, imp: func::DESTRUCTOR) {
        let before = self.pending.take();
        // SAFETY: the slot has this signature.
        let done = self.invoke("tp_finalize", &[Some(object)], |ctx, h| unsafe { imp(ctx, h[0]) });
        if let Err(exception) = done {
            let line = format!("{} in tp_finalize", self.report(&exception));
            self.unraisable.borrow_mut().push(line);
        }
        self.pending.replace(before);
    }

    /// The objects and keywords of a call that came through the context.
    fn arguments(&self, args: Handles, nargs: usize, names: Option<Obj>) -> Res<Arguments> {
        let names = match names.as_ref().map(|names| &names.kind) {
            None => vec![],
            Some(Kind::Tuple(names)) => names.clone(),
            Some(_) => return Err(self.fault("the keyword names are not a tuple".into())),
        };
        let mut args = self.objects(args, nargs + names.len())?;
        let values = args.split_off(nargs);
        let names = names.iter().map(|name| self.str_of(name)).collect::<Res<Vec<_>>>()?;
        Ok((args, names.into_iter().zip(values).collect()))
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Callable_Check(&self, object: Obj) -> bool {
        use Kind::*;
        matches!(object.kind, Function(_) | Native(..) | Method(..) | Type(_) | StaticMethod(_))
            || self.answer(&object, &slots::tp_call, "__call__").is_some()
    }
    pub(crate) fn ctx_Call(
        &self,
        callable: Obj,
        args: Handles,
        nargs: usize,
        names: Option<Obj>,
    ) -> Res<Obj> {
        let (args, keywords) = self.arguments(args, nargs, names)?;
        self.call(&callable, &args, &keywords)
    }
    pub(crate) fn ctx_CallMethod(
        &self,
        name: Obj,
        args: Handles,
        nargs: usize,
        names: Option<Obj>,
    ) -> Res<Obj> {
        let (args, keywords) = self.arguments(args, nargs, names)?;
        let Some((receiver, args)) = args.split_first() else {
            return Err(self.fault("ctx_CallMethod needs an object to call the method of".into()));
        };
        let method = self.attribute(receiver, &self.str_of(&name)?)?;
        self.call(&method, args, &keywords)
    }
    pub(crate) fn ctx_CallTupleDict(
        &self,
        callable: Obj,
        args: Option<Obj>,
        kw: Option<Obj>,
    ) -> Res<Obj> {
        let args = match args.as_ref().map(|args| &args.kind) {
            None => vec![],
            Some(Kind::Tuple(items)) => items.clone(),
            Some(_) => {
                return raise!(
                    self,
                    TypeError,
                    "HPy_CallTupleDict requires args to be a tuple or null handle"
                );
            }
        };
        let keywords = match kw {
            None => vec![],
            Some(kw) if matches!(kw.kind, Kind::Dict(_)) => self.dict_entries(&kw),
            Some(_) => {
                return raise!(
                    self,
                    TypeError,
                    "HPy_CallTupleDict requires kw to be a dict or null handle"
                );
            }
        };
        let keywords = keywords.into_iter().map(|(key, value)| Ok((self.str_of(&key)?, value)));
        self.call(&callable, &args, &keywords.collect::<Res<Vec<_>>>()?)
    }
    pub(crate) fn ctx_SetCallFunction(&self, object: Obj, f: *mut HPyCallFunction) -> Res<()> {
        let Some(native) = &object.native else {
            return raise!(self, TypeError, "the type does not support the call protocol");
        };
        // SAFETY: by the ABI the pointer is valid and its function has this signature.
        native.call.set(Some(unsafe { cast((*f).imp) }));
        Ok(())
    }
}

/// Positional and keyword arguments.
type Arguments = (Vec<Obj>, Vec<(String, Obj)>);

/// The slots, each with the type of its function.
#[allow(non_upper_case_globals)]
pub(crate) mod slots {
    use super::*;
    use std::marker::PhantomData;

    /// A slot's number, and what a function in it is.
    pub struct Key<F>(pub c_int, PhantomData<F>);

    macro_rules! keys {
        ($($number:literal $name:ident: $signature:ident, $origin:ident, $doc:literal;)*) => {
            $(#[allow(dead_code)]
              pub const $name: Key<func::$signature> = Key($number, PhantomData);)*
        };
    }
    for_each_slot!(keys);

    impl State {
        /// The function in a slot of a type or its bases, and where it was found.
        pub fn slot_and_owner<F: Copy>(&self, ty: &Obj, key: &Key<F>) -> Option<(F, Obj)> {
            let own = |ty: &Obj| ty.ty()?.slots.get(&key.0).copied();
            let (imp, owner) = ty.mro().find_map(|ty| Some((own(&ty)?, ty)))?;
            // SAFETY: the table of slots gave the key its type.
            Some((unsafe { cast(imp) }, owner))
        }
        /// The function in a slot of a type or its bases.
        pub fn slot<F: Copy>(&self, ty: &Obj, key: &Key<F>) -> Option<F> {
            Some(self.slot_and_owner(ty, key)?.0)
        }
    }
}
