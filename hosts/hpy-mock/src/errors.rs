//! Raising, matching and reporting exceptions.

use crate::object::*;
use crate::state::State;
use hpy_abi::*;

/// `Err` with a new exception of a built-in type and a formatted message.
macro_rules! raise {
    ($state:expr, $ty:ident, $($format:tt)*) => {
        Err($state.error(stringify!($ty), format!($($format)*)))
    };
}
pub(crate) use raise;

impl State {
    /// A new exception of a built-in type with a message.
    pub fn error(&self, ty: &str, message: impl Into<String>) -> Obj {
        let message = self.str(&message.into());
        self.exception(&self.named(ty), vec![message])
    }

    /// A new exception of a type that makes no use of `__new__` and `__init__`.
    pub fn exception(&self, ty: &Obj, args: Vec<Obj>) -> Obj {
        self.make(ty, Kind::Exception(args))
    }

    pub fn is_exception_type(&self, ty: &Obj) -> bool {
        self.is_subtype(ty, &self.named("BaseException"))
    }

    /// An exception as its type and message.
    pub fn report(&self, exception: &Obj) -> String {
        let class = self.class_name(exception);
        match self.str_of(exception) {
            Ok(message) if message.is_empty() => class,
            Ok(message) => format!("{class}: {message}"),
            Err(_) => format!("{class}: <its str() failed>"),
        }
    }

    /// The exception that a type and a value stand for.
    fn normalise(&self, ty: &Obj, value: Obj) -> Obj {
        if matches!(value.kind, Kind::Exception(_)) && self.is_instance(&value, ty) {
            return value;
        }
        if ty.ty().is_none() || !self.is_exception_type(ty) {
            return self.error("SystemError", "exception type is not a BaseException subclass");
        }
        let args = match &value.kind {
            Kind::Tuple(items) => items.clone(),
            _ if self.is_none(&value) => vec![],
            _ => vec![value],
        };
        self.call(ty, &args, &[]).unwrap_or_else(|failure| failure)
    }

    fn new_exception_type(
        &self,
        name: &str,
        base: Option<Obj>,
        doc: Option<String>,
        dict: Option<Obj>,
    ) -> Res<Obj> {
        let Some((module, name)) = name.rsplit_once('.') else {
            return raise!(self, SystemError, "PyErr_NewException: name must be module.class");
        };
        let base = match base.as_ref().map(|base| (base, &base.kind)) {
            None => self.named("Exception"),
            Some((_, Kind::Tuple(bases))) if bases.len() == 1 => bases[0].clone(),
            Some((base, Kind::Type(_))) => base.clone(),
            Some(_) => return Err(self.fault("the mock knows single inheritance only".into())),
        };
        let ty = self.new_python_class(name, &base, &[])?;
        ty.ty().expect("just made").dict.set("__module__", Some(self.str(module)));
        if let Some(doc) = doc {
            ty.ty().expect("just made").dict.set("__doc__", Some(self.str(&doc)));
        }
        for (key, value) in dict.map_or(vec![], |dict| self.dict_entries(&dict)) {
            self.set_attribute(&ty, &self.str_of(&key)?, Some(value))?;
        }
        Ok(ty)
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_FatalError(&self, message: String) {
        panic!("fatal error: {message}");
    }
    pub(crate) fn ctx_Err_SetString(&self, ty: Obj, message: String) {
        let exception = self.normalise(&ty, self.str(&message));
        self.pending.replace(Some(exception));
    }
    pub(crate) fn ctx_Err_SetObject(&self, ty: Obj, value: Option<Obj>) {
        let exception = self.normalise(&ty, value.unwrap_or_else(|| self.none()));
        self.pending.replace(Some(exception));
    }
    pub(crate) fn ctx_Err_Occurred(&self) -> bool {
        self.pending.borrow().is_some()
    }
    pub(crate) fn ctx_Err_ExceptionMatches(&self, wanted: Obj) -> bool {
        let Some(exception) = self.pending.borrow().clone() else {
            self.fault("ctx_Err_ExceptionMatches was called without an exception".into());
            return false;
        };
        match &wanted.kind {
            Kind::Tuple(types) => types.iter().any(|ty| self.is_instance(&exception, ty)),
            _ => self.is_instance(&exception, &wanted),
        }
    }
    pub(crate) fn ctx_Err_NoMemory(&self) {
        let exception = self.exception(&self.named("MemoryError"), vec![]);
        self.pending.replace(Some(exception));
    }
    pub(crate) fn ctx_Err_Clear(&self) {
        drop(self.pending.take());
    }
    pub(crate) fn ctx_Err_NewException(
        &self,
        name: String,
        base: Option<Obj>,
        dict: Option<Obj>,
    ) -> Res<Obj> {
        self.new_exception_type(&name, base, None, dict)
    }
    pub(crate) fn ctx_Err_NewExceptionWithDoc(
        &self,
        name: String,
        doc: Option<String>,
        base: Option<Obj>,
        dict: Option<Obj>,
    ) -> Res<Obj> {
        self.new_exception_type(&name, base, doc, dict)
    }
    pub(crate) fn ctx_Err_WarnEx(&self, ty: Option<Obj>, message: String, _: Len) -> Res<()> {
        let ty = ty.unwrap_or_else(|| self.named("RuntimeWarning"));
        let category = ty.ty().map_or("?", TypeData::name);
        self.warnings.borrow_mut().push(format!("{category}: {message}"));
        Ok(())
    }
    pub(crate) fn ctx_Err_WriteUnraisable(&self, place: Option<Obj>) {
        let Some(exception) = self.pending.take() else {
            self.fault("ctx_Err_WriteUnraisable was called without an exception".into());
            return;
        };
        let place = place.map_or(String::new(), |place| format!(" in {}", self.describe(&place)));
        let line = self.report(&exception) + &place;
        self.unraisable.borrow_mut().push(line);
    }
}
