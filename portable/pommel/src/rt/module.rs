//! What a module and its classes consist of, and how they come to be.
//!
//! The macros describe a module by constants ([`ModuleSpec`], [`Item`], [`Method`]).
//! [`module_def`] makes the C structs of them that a host wants, and the module's `mod_exec` slot
//! makes the classes.
//!
//! What differs between hosts is decided here, when the module is made:
//! * Our own hosts fill every slot. PyPy's own HPy leaves out many (item assignment by key, hash,
//!   call, iteration, reflected operators), and ends the process or loses the exception when a
//!   comparison, a getter or a setter raises. On any host but ours only the slots of
//!   [`FOREIGN_SLOTS`] are used; special methods are ordinary methods with their names
//!   ([`Place::Foreign`]), and a property is a `property` of two functions. One named `__name__` is
//!   a slot everywhere: a type takes no such attribute later.
//! * HPy has no static and class methods. They are functions of the module under a name that no
//!   Python source can spell, wrapped in `staticmethod` or `classmethod` and moved to the type.
//!   The functions of properties travel the same way.

use crate::class::{ClassCell, Layout, Methods, mark};
use crate::raw::{self, attach, calls};
use crate::rt::trampolines::{self as tramp, INQUIRY};
use crate::stub::Declaration;
use crate::{Error, Kind, Module, Object, Result, Type};
use core::ffi::{CStr, c_int, c_void};
use core::marker::PhantomData;
use core::mem::transmute;
use core::sync::atomic::{AtomicU32, Ordering};
use hpy_abi::{
    BuiltinShape, DefKind, FlagOrErr, HPy, HPyCFunction, HPyContext, HPyDef, HPyDefBody, HPyGetSet,
    HPyGlobal, HPyMeth, HPyModuleDef, HPySlot, HPyType_Spec, Handles, Signature, ext, func, slot,
    tpflags,
};
use std::ffi::CString;
use std::sync::OnceLock;

/// A module.
pub struct ModuleSpec {
    pub name: &'static CStr,
    pub doc: &'static CStr,
    pub functions: &'static [Function],
    pub classes: &'static [ClassSpec],
    /// The author's own initialisation, after functions and classes are there.
    pub init: Option<for<'a, 'c> fn(&'a Module<'c>) -> Result<()>>,
    /// The `mod_exec` slot, which knows this spec.
    pub exec: SlotItem,
    /// Filled by [`module_def`].
    pub def: &'static OnceLock<ModuleDef>,
}

/// The C structs of a module; never freed.
pub struct ModuleDef(*mut HPyModuleDef);
// SAFETY: written once, before it is shared; hosts only read it.
unsafe impl Send for ModuleDef {}
// SAFETY: as above.
unsafe impl Sync for ModuleDef {}

/// A function of a module.
pub struct Function {
    pub method: Method,
    pub declaration: Declaration,
}

/// A class.
pub struct ClassSpec {
    pub(crate) name: &'static CStr,
    pub(crate) doc: &'static CStr,
    signature: Option<&'static str>,
    pub(crate) subclass: bool,
    pub(crate) declarations: &'static [Declaration],
    items: &'static [Item],
    /// The native struct bare and behind a guard.
    layouts: [Layout; 2],
    cell: fn() -> &'static ClassCell,
}

/// A docstring without and with a signature line.
#[derive(Clone, Copy)]
pub struct Docs {
    pub plain: &'static CStr,
    pub with_signature: &'static CStr,
}

impl Docs {
    fn here(self) -> *const core::ffi::c_char {
        match attach::has(ext::flags::TEXT_SIGNATURES) {
            true => self.with_signature.as_ptr(),
            false => self.plain.as_ptr(),
        }
    }

    /// The signature of a function of this name, if it has one.
    fn signature(self, name: &str) -> Option<&'static str> {
        let text = self.with_signature.to_str().ok()?;
        text.strip_prefix(name)?.split_once("\n--\n").map(|(signature, _)| signature)
    }
}

/// A function or method.
pub struct Method {
    pub name: &'static CStr,
    pub docs: Docs,
    pub signature: Signature,
    pub imp: HPyCFunction,
    pub trampoline: HPyCFunction,
    pub typed: Option<Typed>,
}

/// The typed entry point of a function whose arguments are plain numbers.
pub struct Typed {
    /// As C declares it, without a name: `double(double, int64_t)`.
    pub signature: &'static str,
    pub address: *const (),
}

// SAFETY: constants of the binary: functions and strings.
unsafe impl Sync for Method {}
// SAFETY: as above.
unsafe impl Sync for ModuleSpec {}

/// Where a method goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into the class.
    Instance,
    /// Into the class, as a `staticmethod`.
    Static,
    /// Into the class, as a `classmethod`.
    Class,
    /// Into the class, only on hosts that do not fill the slot of the same meaning.
    Foreign,
}

/// A property.
pub struct Property {
    pub name: &'static CStr,
    pub doc: &'static CStr,
    pub getter: Option<(HPyCFunction, HPyCFunction)>,
    pub setter: Option<(HPyCFunction, HPyCFunction)>,
    /// The getter and the setter as functions of the module, for hosts other than ours.
    pub functions: [Option<Method>; 2],
}

/// A filled slot.
#[derive(Clone, Copy)]
pub struct SlotItem {
    pub slot: c_int,
    pub imp: HPyCFunction,
    pub trampoline: HPyCFunction,
}

/// One thing that a class defines.
pub enum Item {
    Method(Place, Method),
    Property(Property),
    Slot(SlotItem),
    /// The constructor: as a slot, and as a function for hosts other than ours.
    New(SlotItem, Method),
}

impl Item {
    /// The constructor of a class.
    pub const fn constructor<F: tramp::NEWFUNC>() -> Item {
        let docs = Docs { plain: c"", with_signature: c"" };
        Item::New(
            SlotItem::new(slot::tp_new, pair::newfunc::<F>()),
            Method::keywords::<NewFunction<F>>(c"__new__", docs, None),
        )
    }
}

/// `__new__` as a function whose first argument is the type. PyPy's own HPy reads that argument
/// from where there is none, in a call without arguments.
struct NewFunction<F>(PhantomData<F>);

impl<F: tramp::NEWFUNC> tramp::KEYWORDS for NewFunction<F> {
    unsafe extern "C" fn imp(
        ctx: *mut HPyContext,
        _module: HPy,
        args: Handles,
        nargs: usize,
        kwnames: HPy,
    ) -> HPy {
        if nargs == 0 {
            let error = || Error::type_error("__new__() takes the type as its first argument");
            // SAFETY: the context of the call.
            return unsafe { super::enter(ctx, |_| Err(error())) };
        }
        // SAFETY: the arguments of the call, of which the first is the type.
        unsafe { F::imp(ctx, *args.0, Handles(args.0.add(1)), nargs as isize - 1, kwnames) }
    }
}

/// Constructors of [`Method`] by calling convention.
macro_rules! methods {
    ($($constructor:ident $name:ident;)*) => {
        impl Method {
            $(
                pub const fn $constructor<F: tramp::$name>(
                    name: &'static CStr,
                    docs: Docs,
                    typed: Option<Typed>,
                ) -> Method {
                    let imp: func::$name = F::imp;
                    // SAFETY: a function pointer and an optional one have the same bits; the
                    // signature beside it says how to call it.
                    let imp = unsafe { transmute::<func::$name, HPyCFunction>(imp) };
                    let trampoline = tramp::$name::<F> as *const ();
                    // SAFETY: as above.
                    let trampoline = unsafe { transmute::<*const (), HPyCFunction>(trampoline) };
                    Method { name, docs, signature: Signature::$name, imp, trampoline, typed }
                }
            )*
        }
    };
}
methods! {
    noargs NOARGS;
    o O;
    varargs VARARGS;
    keywords KEYWORDS;
}

/// The implementation and the trampoline of a slot or property, by calling convention.
macro_rules! pairs {
    ($($constructor:ident $name:ident;)*) => {
        $(
            /// The implementation and the trampoline.
            pub const fn $constructor<F: tramp::$name>() -> (HPyCFunction, HPyCFunction) {
                let imp: func::$name = F::imp;
                // SAFETY: as in `Method`.
                let imp = unsafe { transmute::<func::$name, HPyCFunction>(imp) };
                let trampoline = tramp::$name::<F> as *const ();
                // SAFETY: as above.
                (imp, unsafe { transmute::<*const (), HPyCFunction>(trampoline) })
            }
        )*
    };
}
/// The pairs by calling convention; the macros name them `pair::unaryfunc::<F>()`.
pub mod pair {
    use super::*;
    pairs! {
        unaryfunc UNARYFUNC;
        binaryfunc BINARYFUNC;
        ternaryfunc TERNARYFUNC;
        inquiry INQUIRY;
        lenfunc LENFUNC;
        ssizeargfunc SSIZEARGFUNC;
        ssizeobjargproc SSIZEOBJARGPROC;
        objobjargproc OBJOBJARGPROC;
        objobjproc OBJOBJPROC;
        reprfunc REPRFUNC;
        hashfunc HASHFUNC;
        richcmpfunc RICHCMPFUNC;
        getiterfunc GETITERFUNC;
        iternextfunc ITERNEXTFUNC;
        descrgetfunc DESCRGETFUNC;
        getter GETTER;
        setter SETTER;
        newfunc NEWFUNC;
        keywords KEYWORDS;
        getbufferproc GETBUFFERPROC;
        releasebufferproc RELEASEBUFFERPROC;
    }

    /// The implementation and the trampoline of `a **= b`, which has a calling convention to itself.
    pub const fn inplace_power<F: tramp::TERNARYFUNC>() -> (HPyCFunction, HPyCFunction) {
        let trampoline = tramp::INPLACE_POWER::<F> as *const ();
        // SAFETY: as above.
        (ternaryfunc::<F>().0, unsafe { transmute::<*const (), HPyCFunction>(trampoline) })
    }
}

impl SlotItem {
    /// A slot and the functions that fill it.
    pub const fn new(slot: c_int, (imp, trampoline): (HPyCFunction, HPyCFunction)) -> SlotItem {
        SlotItem { slot, imp, trampoline }
    }

    /// The `mod_exec` slot of a module.
    pub const fn exec<F: INQUIRY>() -> SlotItem {
        SlotItem::new(slot::mod_exec, pair::inquiry::<F>())
    }

    fn def(&self) -> HPyDef {
        let SlotItem { slot, imp, trampoline } = *self;
        let slot = HPySlot { slot, imp, cpy_trampoline: trampoline };
        HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } }
    }
}

impl Method {
    fn def(&self, name: &'static CStr) -> HPyDef {
        let meth = HPyMeth {
            name: name.as_ptr(),
            imp: self.imp,
            cpy_trampoline: self.trampoline,
            signature: self.signature,
            doc: self.docs.here(),
        };
        HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } }
    }
}

impl Property {
    /// Whether the host at hand gets it as a slot, when the type is made.
    fn is_slot(&self) -> bool {
        attach::has(ext::flags::OUR_SLOTS) || self.name == c"__name__"
    }

    fn def(&self) -> HPyDef {
        // Some hosts call a getter without asking whether there is one.
        let (getter_impl, getter_cpy_trampoline) =
            self.getter.unwrap_or(pair::getter::<Unreadable>());
        let (setter_impl, setter_cpy_trampoline) = self.setter.unwrap_or((None, None));
        let getset = HPyGetSet {
            name: self.name.as_ptr(),
            getter_impl,
            setter_impl,
            getter_cpy_trampoline,
            setter_cpy_trampoline,
            doc: self.doc.as_ptr(),
            closure: self.name.as_ptr().cast_mut().cast(),
        };
        HPyDef { kind: DefKind::GETSET, body: HPyDefBody { getset } }
    }
}

/// The getter of a property that can only be written.
struct Unreadable;

impl tramp::GETTER for Unreadable {
    unsafe extern "C" fn imp(ctx: *mut HPyContext, _this: HPy, name: *mut c_void) -> HPy {
        // SAFETY: the context of the call; the closure of every property is its name.
        unsafe {
            super::enter(ctx, |_| {
                let name = CStr::from_ptr(name.cast()).to_string_lossy();
                Err(Error::attribute_error(format!("the attribute '{name}' cannot be read")))
            })
        }
    }
}

impl ClassSpec {
    /// The description of a class.
    pub const fn of<T: Methods>() -> ClassSpec {
        let layouts = [Layout::bare::<T>(), Layout::guarded::<T>()];
        assert!(layouts[1].size <= i32::MAX as usize, "the class is too large");
        ClassSpec {
            name: T::NAME,
            doc: T::DOC,
            signature: T::SIGNATURE,
            subclass: T::SUBCLASS,
            declarations: T::DECLARATIONS,
            items: T::ITEMS,
            layouts,
            cell: T::cell,
        }
    }

    /// The native struct on the host at hand.
    fn layout(&self) -> &Layout {
        let [bare, guarded] = &self.layouts;
        if attach::keeps_structs() { bare } else { guarded }
    }

    /// The flags of the type on the host at hand.
    fn flags(&self) -> core::ffi::c_ulong {
        let basetype = if self.subclass { tpflags::BASETYPE } else { 0 };
        tpflags::DEFAULT | basetype | self.layout().flags()
    }

    /// The docstring for the host at hand; never freed.
    fn docs_here(&self) -> *const core::ffi::c_char {
        match self.signature {
            Some(signature) if attach::has(ext::flags::TEXT_SIGNATURES) => {
                let (name, doc) = (self.name.to_string_lossy(), self.doc.to_string_lossy());
                let docs = CString::new(format!("{name}{signature}\n--\n\n{doc}"));
                Box::leak(docs.expect("C strings have no NUL inside").into_boxed_c_str()).as_ptr()
            }
            _ => self.doc.as_ptr(),
        }
    }

    /// What has to be wrapped before it can be an attribute of the type on the host at hand: the
    /// name, the wrapper and the functions, which stand in the module for a moment.
    fn wrapped(&self) -> impl Iterator<Item = Wrapped> {
        let ours = attach::has(ext::flags::OUR_SLOTS);
        self.items.iter().filter_map(move |item| match item {
            Item::Method(Place::Static, method) => {
                Some(Wrapped::new(method.name, c"staticmethod", method))
            }
            Item::Method(Place::Class, method) => {
                Some(Wrapped::new(method.name, c"classmethod", method))
            }
            Item::New(_, method) if !ours => {
                Some(Wrapped::new(c"__new__", c"staticmethod", method))
            }
            Item::Property(property) if !property.is_slot() => {
                let [getter, setter] = &property.functions;
                let functions = [getter.as_ref(), setter.as_ref()];
                let doc = property.doc;
                Some(Wrapped { name: property.name, wrapper: c"property", functions, doc })
            }
            _ => None,
        })
    }

    /// The name under which a function of the class stands in the module for a moment.
    fn hidden_name(&self, name: &CStr, index: usize) -> CString {
        let last = if index == 0 { &b""[..] } else { b" setter" };
        let parts = [self.name.to_bytes(), b".", name.to_bytes(), last].concat();
        CString::new(parts).expect("C strings have no NUL inside")
    }

    /// Takes the functions of the class out of the module again.
    fn remove_hidden(&self, module: &Module<'_>) -> Result<()> {
        for wrapped in self.wrapped() {
            for (i, method) in wrapped.functions.iter().enumerate() {
                if method.is_some() {
                    module.del_attr(self.hidden_name(wrapped.name, i).as_c_str())?;
                }
            }
        }
        Ok(())
    }

    /// Whether instances compare by value without a hash, so that they are not hashable.
    fn is_unhashable(&self) -> bool {
        let has = |wanted: &CStr| {
            self.items.iter().any(|item| {
                matches!(item, Item::Method(Place::Foreign, method) if method.name == wanted)
            })
        };
        has(c"__eq__") && !has(c"__hash__")
    }

    /// What goes into the type on the host at hand.
    fn defs(&self) -> Vec<HPyDef> {
        let ours = attach::has(ext::flags::OUR_SLOTS);
        let known = |slot: &SlotItem| ours || FOREIGN_SLOTS.contains(&slot.slot);
        let mut defs: Vec<HPyDef> = Vec::new();
        for item in self.items {
            match item {
                Item::Method(Place::Instance, method) => defs.push(method.def(method.name)),
                Item::Method(Place::Foreign, method) if !ours => {
                    defs.push(method.def(method.name));
                }
                Item::Property(property) if property.is_slot() => defs.push(property.def()),
                Item::Slot(slot) if known(slot) => defs.push(slot.def()),
                Item::New(slot, _) if ours => defs.push(slot.def()),
                _ => {}
            }
        }
        let layout = self.layout();
        if layout.destroy.is_some() {
            defs.push(SlotItem::new(slot::tp_destroy, (layout.destroy, layout.destroy)).def());
        }
        if let Some(functions) = layout.traverse {
            defs.push(SlotItem::new(slot::tp_traverse, functions).def());
        }
        defs
    }
}

/// The slots that are used on hosts other than ours; see the module's documentation.
const FOREIGN_SLOTS: &[c_int] = &[slot::bf_getbuffer, slot::bf_releasebuffer];

/// See [`ClassSpec::wrapped`].
struct Wrapped {
    name: &'static CStr,
    wrapper: &'static CStr,
    /// One function, or the getter and the setter of a property.
    functions: [Option<&'static Method>; 2],
    /// The docstring of a property.
    doc: &'static CStr,
}

impl Wrapped {
    fn new(name: &'static CStr, wrapper: &'static CStr, method: &'static Method) -> Wrapped {
        Wrapped { name, wrapper, functions: [Some(method), None], doc: c"" }
    }
}

/// A null-terminated array of pointers, never freed, in the manner of the description structs.
fn leak_array<T: 'static>(items: Vec<T>) -> *mut *mut T {
    let pointers = items.into_iter().map(|item| Box::leak(Box::new(item)) as *mut T);
    let array: Vec<*mut T> = pointers.chain([core::ptr::null_mut()]).collect();
    array.leak().as_mut_ptr()
}

/// `HPyInit_NAME`: the C structs of a module, made at the first call.
pub fn module_def(spec: &'static ModuleSpec) -> *mut HPyModuleDef {
    spec.def.get_or_init(|| make_module_def(spec)).0
}

fn make_module_def(spec: &'static ModuleSpec) -> ModuleDef {
    let mut defs: Vec<HPyDef> = vec![spec.exec.def()];
    defs.extend(spec.functions.iter().map(|f| f.method.def(f.method.name)));
    defs.extend(raw::exceptions::rethrow().map(|function| function.def(function.name)));
    for class in spec.classes {
        for wrapped in class.wrapped() {
            for (i, method) in wrapped.functions.iter().enumerate() {
                let Some(method) = method else { continue };
                let name = class.hidden_name(wrapped.name, i).into_boxed_c_str();
                defs.push(method.def(Box::leak(name)));
            }
        }
    }
    let mut globals: Vec<*mut HPyGlobal> =
        spec.classes.iter().map(|class| (class.cell)().global()).collect();
    globals.extend(raw::exceptions::globals());
    globals.push(core::ptr::null_mut());
    let def = HPyModuleDef {
        doc: spec.doc.as_ptr(),
        size: 0,
        legacy_methods: core::ptr::null_mut(),
        defines: leak_array(defs),
        globals: globals.leak().as_mut_ptr(),
    };
    ModuleDef(Box::leak(Box::new(def)))
}

/// `HPyInitGlobalContext_NAME`: the context of trampolines.
///
/// # Safety
/// `ctx` is a live context of the host at hand.
pub unsafe fn init_context(ctx: *mut HPyContext) {
    // SAFETY: the caller's promise.
    unsafe { attach::attach(ctx) }
}

impl ModuleSpec {
    /// The `mod_exec` slot: makes the classes and publishes the typed entry points.
    ///
    /// # Safety
    /// `ctx` is the context of the call, `module` an open handle to the new module.
    pub unsafe fn exec(&'static self, ctx: *mut HPyContext, module: HPy) -> FlagOrErr {
        // SAFETY: the caller's promise.
        unsafe {
            // In debug mode a call's context is good for that call only, and the one that was given
            // for good is another.
            if attach::context().is_null() {
                attach::attach(ctx);
            }
            super::enter(ctx, |ctx| {
                let module = raw::borrowed(ctx, module);
                self.fill(Module::view(&module)).map(|()| FlagOrErr(0))
            })
        }
    }

    fn fill(&'static self, module: &Module<'_>) -> Result<()> {
        raw::exceptions::install(module)?;
        for class in self.classes {
            // A module that is imported again shares its classes with the one before: methods know
            // one type, and objects of both times must meet.
            let type_ = match (class.cell)().get(module.ctx()) {
                Some(type_) => type_,
                None => {
                    let type_ = make_class(class, module)?;
                    (class.cell)().set(&type_);
                    type_
                }
            };
            class.remove_hidden(module)?;
            module.set_attr(class.name, &type_)?;
        }
        self.publish_typed(module)?;
        self.publish_signatures(module)?;
        match self.init {
            Some(init) => init(module),
            None => Ok(()),
        }
    }

    /// `module.__pommel_typed__`: for each function of plain numbers its C signature and address.
    fn publish_typed(&self, module: &Module<'_>) -> Result<()> {
        let ctx = module.ctx();
        let table = ctx.dict()?;
        for Function { method, .. } in self.functions {
            if let Some(typed) = &method.typed {
                let name = method.name.to_str()?;
                table.set_item(name, (typed.signature, typed.address as usize))?;
            }
        }
        if table.len()? > 0 {
            let address = (&raw const TYPED_PANICKED) as usize;
            table.set_item("__panicked__", ("uint32_t *", address))?;
            module.set_attr(c"__pommel_typed__", &table)?;
        }
        Ok(())
    }

    /// `module.__pommel_signatures__`, on hosts that show no signatures: those of functions and
    /// classes by their names, and of methods by `class.name`.
    fn publish_signatures(&self, module: &Module<'_>) -> Result<()> {
        if attach::has(ext::flags::TEXT_SIGNATURES) {
            return Ok(());
        }
        let table = module.ctx().dict()?;
        for Function { method, .. } in self.functions {
            let name = method.name.to_str()?;
            if let Some(signature) = method.docs.signature(name) {
                table.set_item(name, signature)?;
            }
        }
        for class in self.classes {
            let class_name = class.name.to_str()?;
            if let Some(signature) = class.signature {
                table.set_item(class_name, signature)?;
            }
            for item in class.items {
                let Item::Method(_, method) = item else { continue };
                let name = method.name.to_str()?;
                if let Some(signature) = method.docs.signature(name) {
                    table.set_item(format!("{class_name}.{name}"), signature)?;
                }
            }
        }
        module.set_attr(c"__pommel_signatures__", &table)
    }
}

fn make_class<'c>(class: &'static ClassSpec, module: &Module<'c>) -> Result<Type<'c>> {
    let ctx = module.ctx();
    let mut type_ = make_type(class, module)?;
    if attach::keeps_structs() && makes_empty_objects(&type_) {
        // SAFETY: the test is done before any other class is there, under the import lock.
        unsafe { attach::distrust() };
        type_ = make_type(class, module)?;
    }
    for wrapped in class.wrapped() {
        let mut functions: Vec<Object<'_>> = Vec::new();
        for (i, method) in wrapped.functions.iter().enumerate() {
            let hidden = class.hidden_name(wrapped.name, i);
            functions.push(match method {
                Some(_) => module.get_attr(hidden.as_c_str())?,
                None => ctx.none(),
            });
        }
        let wrapper = ctx.builtin(wrapped.wrapper)?;
        let value = match functions.as_slice() {
            [getter, setter] if wrapped.wrapper == c"property" => {
                wrapper.call((getter, setter, ctx.none(), wrapped.doc.to_str()?))?
            }
            [function, ..] => wrapper.call((function,))?,
            [] => continue,
        };
        type_.set_attr(wrapped.name, value)?;
    }
    if !attach::keeps_structs() {
        mark(&type_)?;
    }
    if !attach::has(ext::flags::OUR_SLOTS) && class.is_unhashable() {
        type_.set_attr(c"__hash__", ctx.none())?;
    }
    Ok(type_)
}

/// The bare type, without what has to be wrapped.
fn make_type<'c>(class: &'static ClassSpec, module: &Module<'c>) -> Result<Type<'c>> {
    let ctx = module.ctx();
    let module_name: String = module.get_attr(c"__name__")?.extract()?;
    let name = format!("{module_name}.{}", class.name.to_string_lossy());
    let name = CString::new(name).map_err(|_| Error::import_error("a module name with a NUL"))?;
    // The struct and what it points to live for ever: some hosts keep pointers into it.
    let spec = Box::leak(Box::new(HPyType_Spec {
        name: Box::leak(name.into_boxed_c_str()).as_ptr(),
        basicsize: class.layout().size as c_int,
        itemsize: 0,
        flags: class.flags(),
        builtin_shape: BuiltinShape::OBJECT,
        legacy_slots: core::ptr::null_mut(),
        defines: leak_array(class.defs()),
        doc: class.docs_here(),
    }));
    // SAFETY: a complete description; the result is a new type.
    unsafe {
        let raw = calls::ctx_Type_FromSpec(ctx.as_raw(), spec, core::ptr::null_mut());
        raw::new_handle(ctx, raw).map(|type_| type_.assume())
    }
}

/// Whether the interpreter makes an object of a class without calling the constructor, as PyPy does
/// through its C API: it then also mixes the structs of several classes up. CPython refuses.
fn makes_empty_objects(type_: &Type<'_>) -> bool {
    let ctx = type_.ctx();
    let object = ctx.builtin(c"object");
    object.and_then(|object| object.call_method(c"__new__", (type_,))).is_ok()
}

/// Set when a typed entry point panicked; see [`typed_panicked`].
static TYPED_PANICKED: AtomicU32 = AtomicU32::new(0);

/// A typed entry point has no way to raise. It gives zero and sets a word that callers look at
/// (`__pommel_typed__["__panicked__"]`); calling the function in the ordinary way raises.
#[cold]
pub fn typed_panicked<T: Default>() -> T {
    TYPED_PANICKED.store(1, Ordering::Relaxed);
    T::default()
}

/// The symbols by which interpreters find a module: those of HPy's universal ABI, and
/// `PyInit_NAME` for interpreters with a C API, where the host travels inside.
#[cfg(feature = "host")]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry_points {
    ($spec:ident $c_name:literal $py_init:ident $hpy_init:ident $global_context:ident
     $major:ident $minor:ident $gil_used:ident $stub:ident) => {
        $crate::__hpy_entry_points!($spec $hpy_init $global_context $major $minor $gil_used $stub);

        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $py_init() -> *mut $crate::rt::abi::cpy_PyObject {
            static ENTRY: $crate::door::ModuleEntry = $crate::door::ModuleEntry {
                name: $c_name,
                def: $hpy_init,
                set_context: $global_context,
                uses_gil: false,
            };
            // SAFETY: the interpreter calls this once it is ready for the module.
            unsafe { $crate::door::module_init(&ENTRY) }
        }
    };
}

/// Without a host inside, only the symbols of HPy's universal ABI.
#[cfg(not(feature = "host"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __entry_points {
    ($spec:ident $c_name:literal $py_init:ident $hpy_init:ident $global_context:ident
     $major:ident $minor:ident $gil_used:ident $stub:ident) => {
        $crate::__hpy_entry_points!($spec $hpy_init $global_context $major $minor $gil_used $stub);
    };
}

/// The symbols that an interpreter with HPy built in looks for, and that of the stub.
#[doc(hidden)]
#[macro_export]
macro_rules! __hpy_entry_points {
    ($spec:ident $hpy_init:ident $global_context:ident $major:ident $minor:ident
     $gil_used:ident $stub:ident) => {
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C" fn $stub() -> *const ::core::ffi::c_char {
            $crate::rt::stub_text(&$spec)
        }
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C" fn $major() -> u32 {
            $crate::rt::abi::ABI_VERSION
        }
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C" fn $minor() -> u32 {
            $crate::rt::abi::ABI_VERSION_MINOR
        }
        // Every class is `Sync`, so that nothing depends on the GIL.
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub extern "C" fn $gil_used() -> u32 {
            0
        }
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $global_context(ctx: *mut $crate::rt::HPyContext) {
            // SAFETY: the host passes its context.
            unsafe { $crate::rt::init_context(ctx) }
        }
        #[doc(hidden)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $hpy_init() -> *mut $crate::rt::abi::HPyModuleDef {
            $crate::rt::module_def(&$spec)
        }
    };
}
