//! The objects of the mock.
//!
//! An object has contents that the interpreter knows ([`Kind`]), a class, attributes if its class
//! gives it any, and a native struct if its class comes from a spec.
//! Each goes with each of the others, so that an `int` with a native struct and a class written in
//! an extension needs no case of its own.
//!
//! Objects are counted references. Cycles are left alone while the interpreter runs; when it ends
//! it empties every container that is still alive, so that all memory is given back.

use crate::buffer::View;
use crate::capsule::Capsule;
use crate::state::State;
use hpy_abi::*;
use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, c_int, c_ulong, c_void};
use std::ptr::NonNull;
use std::rc::{Rc, Weak};

/// A reference to an object.
pub(crate) type Obj = Rc<Object>;
/// A value, or the exception that was raised instead.
pub(crate) type Res<T> = Result<T, Obj>;
/// Keyword arguments.
pub(crate) type Keywords<'a> = &'a [(String, Obj)];
/// A function of the mock itself.
pub(crate) type NativeFn = Rc<dyn Fn(&State, &[Obj], Keywords) -> Res<Obj>>;

/// A Python object.
pub(crate) struct Object {
    /// Its class; `None` stands for `type`, which could not otherwise be its own.
    pub class: Option<Obj>,
    pub kind: Kind,
    pub attributes: Option<Attributes>,
    pub native: Option<Native>,
}

/// The contents that the interpreter itself understands.
pub(crate) enum Kind {
    /// Nothing: `None`, `NotImplemented`, instances of classes.
    Plain,
    /// An `int`, or a `bool` if its class says so.
    Int(i128),
    Float(f64),
    Str(Text),
    Bytes(Text),
    Tuple(Vec<Obj>),
    List(RefCell<Vec<Obj>>),
    Dict(RefCell<Vec<Entry>>),
    /// Start, stop, step.
    Slice([Obj; 3]),
    /// Start, stop, step.
    Range([i128; 3]),
    Type(TypeData),
    Module,
    /// An exception and its `args`.
    Exception(Vec<Obj>),
    /// A function or method of an extension.
    Function(Function),
    /// A function of the mock or of a test.
    Native(&'static str, NativeFn),
    /// A function and its first argument.
    Method(Obj, Obj),
    StaticMethod(Obj),
    ClassMethod(Obj),
    /// Getter and setter, either may be `None`.
    Property(Obj, Obj),
    Member(HPyMember),
    GetSet(HPyGetSet),
    Iterator(RefCell<Iteration>),
    Capsule(Capsule),
    MemoryView(View),
}

/// One item of a dict.
pub(crate) struct Entry {
    pub hash: isize,
    pub key: Obj,
    pub value: Obj,
}

/// What is left to iterate.
pub(crate) enum Iteration {
    /// By index until IndexError.
    Sequence(Obj, isize),
    /// The keys of a dict from a position on; changing the length meanwhile is an error.
    Dict(Obj, usize, usize),
    Range([i128; 3]),
    Done,
}

/// Bytes that C may read: a NUL follows them.
pub(crate) struct Text(Vec<u8>);

impl Text {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Text {
        let mut bytes = bytes.into();
        bytes.push(0);
        Text(bytes)
    }
    pub fn bytes(&self) -> &[u8] {
        &self.0[..self.0.len() - 1]
    }
    pub fn str(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("a str is made from UTF-8 only")
    }
    pub fn as_ptr(&self) -> *const std::ffi::c_char {
        self.0.as_ptr().cast()
    }
}

/// Names and values in order of insertion.
#[derive(Default)]
pub(crate) struct Attributes(RefCell<Vec<(String, Obj)>>);

impl Attributes {
    pub fn get(&self, name: &str) -> Option<Obj> {
        self.0.borrow().iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
    /// Sets or deletes; says whether there was such a name before.
    pub fn set(&self, name: &str, value: Option<Obj>) -> bool {
        let mut entries = self.0.borrow_mut();
        let place = entries.iter().position(|(key, _)| key == name);
        // The old value dies after the borrow ends: its death may run code of the extension.
        let old = match (place, value) {
            (Some(i), Some(value)) => Some(std::mem::replace(&mut entries[i].1, value)),
            (Some(i), None) => Some(entries.remove(i).1),
            (None, Some(value)) => {
                entries.push((name.to_string(), value));
                None
            }
            (None, None) => None,
        };
        drop(entries);
        old.is_some()
    }
    pub fn entries(&self) -> Vec<(String, Obj)> {
        self.0.borrow().clone()
    }
    pub fn clear(&self) {
        drop(self.0.take());
    }
}

/// What a type adds to an object.
pub(crate) struct TypeData {
    /// Without the module.
    pub name: CString,
    pub module: Option<String>,
    pub base: Option<Obj>,
    pub dict: Attributes,
    pub slots: BTreeMap<c_int, HPyCFunction>,
    /// The spec's basicsize and shape if it was made from one.
    pub spec: Option<(usize, BuiltinShape)>,
    pub flags: c_ulong,
    /// Whether instances have attributes of their own.
    pub has_dict: bool,
    /// Whether attributes of the type itself can be set.
    pub mutable: bool,
    /// How a built-in type makes an instance of itself or of a subclass.
    pub construct: Option<Construct>,
}

/// `construct(state, class, args, keywords)`
pub(crate) type Construct = fn(&State, &Obj, &[Obj], Keywords) -> Res<Obj>;

impl TypeData {
    pub fn name(&self) -> &str {
        self.name.to_str().expect("type names are made from UTF-8")
    }
    /// With the module, unless it is a built-in one.
    pub fn full_name(&self) -> String {
        match &self.module {
            Some(module) => format!("{module}.{}", self.name()),
            None => self.name().to_string(),
        }
    }
}

/// A function of an extension.
pub(crate) struct Function {
    pub name: String,
    pub doc: Option<String>,
    pub imp: HPyCFunction,
    pub signature: Signature,
    /// The module of a module's function.
    pub module: Option<Obj>,
    /// The class of a class's method.
    pub class: Option<Weak<Object>>,
}

/// A native struct: its memory, and the references stored in its fields.
pub(crate) struct Native {
    data: NonNull<u8>,
    layout: Layout,
    /// By the number that stands in the field.
    pub fields: RefCell<BTreeMap<isize, Obj>>,
    /// What `ctx_SetCallFunction` set.
    pub call: Cell<Option<func::KEYWORDS>>,
    class_name: String,
    traverse: Vec<func::TRAVERSEPROC>,
    destroy: Vec<func::DESTROYFUNC>,
    finalize: Cell<Option<func::DESTRUCTOR>>,
    state: Weak<State>,
}

impl Native {
    /// Zeroed memory for an instance of `class`, if it or a base comes from a spec.
    pub fn new(state: &State, class: &Obj) -> Option<Native> {
        let size = class.mro().filter_map(|ty| Some(ty.ty()?.spec?.0)).max()?;
        let layout = Layout::from_size_align(size.max(1), 16).expect("a sensible basicsize");
        // SAFETY: the layout's size is not zero.
        let data = unsafe { alloc_zeroed(layout) };
        let own = |ty: &Obj, slot: c_int| ty.ty()?.slots.get(&slot).copied();
        // SAFETY: the slot table gives these slots these signatures.
        let (traverse, destroy, finalize) = unsafe {
            (
                class.mro().filter_map(|ty| own(&ty, slot::tp_traverse).map(|f| cast(f))).collect(),
                class.mro().filter_map(|ty| own(&ty, slot::tp_destroy).map(|f| cast(f))).collect(),
                class.mro().find_map(|ty| own(&ty, slot::tp_finalize).map(|f| cast(f))),
            )
        };
        Some(Native {
            data: NonNull::new(data).unwrap_or_else(|| handle_alloc_error(layout)),
            layout,
            fields: RefCell::default(),
            call: Cell::new(None),
            class_name: class.ty()?.name().to_string(),
            traverse,
            destroy,
            finalize: Cell::new(finalize),
            state: state.weak(),
        })
    }
    pub fn data(&self) -> *mut c_void {
        self.data.as_ptr().cast()
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let mut visited: Vec<isize> = Vec::new();
        for traverse in &self.traverse {
            // SAFETY: `data` is the native struct of the type that gave the function, and `visit`
            // gets the vector it expects.
            unsafe { traverse(self.data(), visit, (&raw mut visited).cast()) };
        }
        let forgotten = self.fields.borrow().keys().filter(|id| !visited.contains(id)).count();
        if forgotten > 0
            && let Some(state) = self.state.upgrade()
        {
            let class = &self.class_name;
            state.fault(format!("{forgotten} field(s) of '{class}' not visited by tp_traverse"));
        }
        for destroy in &self.destroy {
            // SAFETY: as above; the object is dying and nobody uses the struct afterwards.
            unsafe { destroy(self.data()) };
        }
        // SAFETY: allocated with this layout in `new`.
        unsafe { dealloc(self.data.as_ptr(), self.layout) };
    }
}

/// Notes the number of a field in the vector behind `arg`.
unsafe extern "C" fn visit(field: *mut HPyField, arg: *mut c_void) -> c_int {
    // SAFETY: `Native::drop` passes a vector, and a traversal passes its fields.
    unsafe { (*arg.cast::<Vec<isize>>()).push((*field).0) };
    0
}

impl Drop for Object {
    fn drop(&mut self) {
        let Some((state, finalize)) = self
            .native
            .as_ref()
            .and_then(|native| Some((native.state.upgrade()?, native.finalize.take()?)))
        else {
            return;
        };
        // `__del__` may use its object, so what dies here lives once more in another box.
        let body = Object { class: None, kind: Kind::Plain, attributes: None, native: None };
        state.finalize(&Rc::new(std::mem::replace(self, body)), finalize);
    }
}

impl Object {
    /// What the object is as a type, if it is one.
    pub fn ty(&self) -> Option<&TypeData> {
        match &self.kind {
            Kind::Type(data) => Some(data),
            _ => None,
        }
    }
    /// Gives up whatever could be part of a cycle.
    pub fn clear(&self) {
        match &self.kind {
            Kind::List(items) => drop(items.take()),
            Kind::Dict(entries) => drop(entries.take()),
            Kind::Iterator(state) => drop(state.replace(Iteration::Done)),
            Kind::Type(data) => data.dict.clear(),
            _ => {}
        }
        if let Some(attributes) = &self.attributes {
            attributes.clear();
        }
        if let Some(native) = &self.native {
            drop(native.fields.take());
        }
    }
}

/// Walks from a type to `object`.
pub(crate) trait Mro {
    /// The type and its bases, the most derived first.
    fn mro(&self) -> impl Iterator<Item = Obj>;
}

impl Mro for Obj {
    fn mro(&self) -> impl Iterator<Item = Obj> {
        std::iter::successors(Some(self.clone()), |ty| ty.ty()?.base.clone())
    }
}

/// Turns an untyped function of a definition into what its slot or signature says it is.
///
/// # Safety
/// `imp` is null or a function of the type that `F` points to.
pub(crate) unsafe fn cast<F: Copy>(imp: HPyCFunction) -> F {
    let imp = imp.expect("a definition has an implementation");
    assert_eq!(size_of::<F>(), size_of_val(&imp));
    // SAFETY: both are function pointers, and the caller vouches for the type.
    unsafe { std::mem::transmute_copy(&imp) }
}

/// A string of an extension, or `None` for a null pointer.
///
/// # Safety
/// `text` is null or NUL-terminated.
pub(crate) unsafe fn text(text: *const std::ffi::c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })?;
    Some(text.to_string_lossy().into_owned())
}
