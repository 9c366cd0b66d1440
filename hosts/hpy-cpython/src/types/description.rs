//! From an `HPyType_Spec` to the C API's arrays.
//!
//! Everything that the type object will point into is copied and kept in [`TypeFacts`], so that
//! neither the spec nor its strings have to outlive the call.

use super::facts::{self, TypeFacts};
use super::members::{self, MemberClosure, is_reference};
use super::{checks, creation::Raised, instance};
use crate::capi::*;
use crate::layout::{Layout, align16, base_size, flag, has_items, sizes};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut};
use hpy_abi::*;
use std::ffi::CString;

/// Numbers of the C API's slots that the host fills itself.
mod c_slot {
    pub(super) const CALL: i32 = 50;
    pub(super) const CLEAR: i32 = 51;
    pub(super) const DEALLOC: i32 = 52;
    pub(super) const DOC: i32 = 56;
    pub(super) const METHODS: i32 = 64;
    pub(super) const NEW: i32 = 65;
    pub(super) const TRAVERSE: i32 = 71;
    pub(super) const MEMBERS: i32 = 72;
    pub(super) const GETSET: i32 = 73;
}

/// `METH_*` of a method's signature; `None` if a method cannot have it.
pub(crate) fn method_flags(signature: Signature) -> Option<c_int> {
    Some(match signature {
        Signature::VARARGS => 0x80,
        Signature::KEYWORDS => 0x80 | 0x02,
        Signature::NOARGS => 0x04,
        Signature::O => 0x08,
        _ => return None,
    })
}

/// The definitions of a null-terminated array.
///
/// # Safety
/// `defines` is null or such an array.
pub(crate) unsafe fn definitions<'a>(
    mut defines: *mut *mut HPyDef,
) -> impl Iterator<Item = &'a HPyDef> {
    core::iter::from_fn(move || {
        if defines.is_null() {
            return None;
        }
        // SAFETY: the array goes on until its null entry.
        unsafe {
            let def = (*defines).as_ref();
            defines = defines.add(usize::from(def.is_some()));
            def
        }
    })
}

/// A C string's copy; `None` for null.
///
/// # Safety
/// Null or NUL-terminated.
unsafe fn copy(text: *const c_char) -> Option<CString> {
    // SAFETY: the caller's promise.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_owned())
}

/// The bytes of an object's header.
fn header<L: Layout>() -> usize {
    if L::HEADER == 0 { sizes::OBJECT.get() } else { L::HEADER }
}

/// What a spec says, in Rust's words.
pub(crate) struct Description<'a> {
    pub spec: &'a HPyType_Spec,
    pub name: CString,
    pub doc: Option<CString>,
    pub slots: Vec<HPySlot>,
    pub methods: Vec<HPyMeth>,
    pub members: Vec<HPyMember>,
    pub getsets: Vec<HPyGetSet>,
    legacy: Legacy,
    /// Bytes of an instance, fixed part; 0 inherits.
    basic_size: usize,
    /// Where the call function of an instance is stored; 0 for nowhere.
    call_offset: usize,
    /// Whether instances are nothing but a header and the native struct.
    simple: bool,
}

/// The C API's own slots of a class of the hybrid ABI.
struct Legacy {
    slots: Vec<(i32, usize)>,
    methods: *const PyMethodDef,
    members: *const PyMemberDef,
    getsets: *const PyGetSetDef,
}

/// The entries of a C array up to one whose name is null.
///
/// # Safety
/// `array` is null or such an array.
unsafe fn entries<T: Copy>(mut array: *const T, name: impl Fn(&T) -> *const c_char) -> Vec<T> {
    let mut found = Vec::new();
    // SAFETY: the caller's promise.
    while let Some(entry) = unsafe { array.as_ref() }.filter(|e| !name(e).is_null()) {
        found.push(*entry);
        array = array.wrapping_add(1);
    }
    found
}

impl Legacy {
    /// # Safety
    /// `slots` is null or an array of `PyType_Slot` that ends with a zero slot.
    unsafe fn read(mut slots: *const PySlot) -> Legacy {
        let mut legacy =
            Legacy { slots: Vec::new(), methods: null(), members: null(), getsets: null() };
        // SAFETY: the caller's promise.
        while let Some(slot) = unsafe { slots.as_ref() }.filter(|s| s.slot != 0) {
            match slot.slot {
                c_slot::METHODS => legacy.methods = slot.value.cast(),
                c_slot::MEMBERS => legacy.members = slot.value.cast(),
                c_slot::GETSET => legacy.getsets = slot.value.cast(),
                number => legacy.slots.push((number, slot.value as usize)),
            }
            slots = slots.wrapping_add(1);
        }
        legacy
    }
}

impl<'a> Description<'a> {
    /// Reads and checks a spec; `base` is the first base, null for `object`.
    ///
    /// # Safety
    /// The spec follows the ABI, and the thread is attached to the interpreter.
    pub(crate) unsafe fn read<L: Layout>(
        spec: &'a HPyType_Spec,
        base: Obj,
    ) -> Result<Description<'a>, Raised> {
        if !spec.legacy_slots.is_null() && spec.builtin_shape != BuiltinShape::LEGACY {
            return Err(Raised::type_error(
                "cannot specify .legacy_slots without setting \
                 .builtin_shape=HPyType_BuiltinShape_Legacy",
            ));
        }
        // SAFETY: the caller's promise.
        unsafe {
            let mut d = Description {
                spec,
                name: copy(spec.name).unwrap_or_default(),
                doc: copy(spec.doc),
                slots: Vec::new(),
                methods: Vec::new(),
                members: Vec::new(),
                getsets: Vec::new(),
                legacy: Legacy::read(spec.legacy_slots.cast()),
                basic_size: 0,
                call_offset: 0,
                simple: false,
            };
            for def in definitions(spec.defines) {
                match def.kind {
                    DefKind::SLOT => d.slots.push(def.body.slot),
                    DefKind::METH => d.methods.push(def.body.meth),
                    DefKind::MEMBER => d.members.push(def.body.member),
                    DefKind::GETSET => d.getsets.push(def.body.getset),
                    _ => return Err(Raised::value_error("a definition is of an unknown kind")),
                }
            }
            d.check(header::<L>())?;
            d.measure::<L>(base)?;
            d.simple = base.is_null()
                && spec.builtin_shape == BuiltinShape::OBJECT
                && !d.members.iter().any(|m| CStr::from_ptr(m.name).to_bytes().starts_with(b"__"));
            Ok(d)
        }
    }

    /// The slot of a number.
    fn slot(&self, number: c_int) -> Option<&HPySlot> {
        self.slots.iter().find(|s| s.slot == number)
    }

    /// Whether the host takes instances apart: it has to for these two slots, and it does for
    /// simple classes because it is faster.
    fn owns_dealloc(&self) -> bool {
        self.must_own_dealloc() || self.simple
    }

    /// See [`Description::owns_dealloc`].
    fn must_own_dealloc(&self) -> bool {
        self.slot(slot::tp_destroy).is_some() || self.slot(slot::tp_traverse).is_some()
    }

    /// The explicit place of the call function in the native struct.
    fn explicit_call_offset(&self) -> Option<isize> {
        // SAFETY: names are NUL-terminated.
        let is_it = |m: &&HPyMember| unsafe { CStr::from_ptr(m.name) } == c"__vectorcalloffset__";
        self.members.iter().find(is_it).map(|m| m.offset)
    }

    /// Combinations that cannot be.
    ///
    /// # Safety
    /// The thread is attached to the interpreter.
    unsafe fn check(&self, header: usize) -> Result<(), Raised> {
        let spec = self.spec;
        let has_legacy = |number| self.legacy.slots.iter().any(|(n, _)| *n == number);
        if self.must_own_dealloc() && has_legacy(c_slot::DEALLOC) {
            return Err(Raised::type_error(
                "legacy tp_dealloc is incompatible with HPy_tp_traverse or HPy_tp_destroy.",
            ));
        }
        let has_traverse = self.slot(slot::tp_traverse).is_some() || has_legacy(c_slot::TRAVERSE);
        if spec.flags & tpflags::HAVE_GC != 0 && !has_traverse {
            return Err(Raised::value_error(
                "You must provide an HPy_tp_traverse slot if you specify HPy_TPFLAGS_HAVE_GC",
            ));
        }
        if spec.itemsize < 0 {
            return Err(Raised::value_error("a class cannot have a negative itemsize"));
        }
        checks::flags(spec)?;
        self.slots.iter().try_for_each(checks::slot)?;
        self.methods.iter().try_for_each(checks::method)?;
        self.getsets.iter().try_for_each(|g| checks::name("property", g.name))?;
        let size = usize::try_from(spec.basicsize).unwrap_or(0);
        if spec.builtin_shape == BuiltinShape::LEGACY && (1..header).contains(&size) {
            return Err(Raised::value_error("a legacy struct begins with PyObject_HEAD"));
        }
        let header = if spec.builtin_shape == BuiltinShape::LEGACY { header } else { 0 };
        self.members.iter().try_for_each(|m| checks::member(m, header, size))?;
        if self.slot(slot::tp_call).is_some() && self.explicit_call_offset().is_some() {
            return Err(Raised::type_error(
                "Cannot have HPy_tp_call and explicit member '__vectorcalloffset__'. \
                 Specify just one of them.",
            ));
        }
        let of_modules = [slot::mod_create, slot::mod_exec];
        let known =
            |number| SLOTS.iter().any(|k| k.number == number) && !of_modules.contains(&number);
        match self.slots.iter().find(|s| !known(s.slot)) {
            Some(s) => Err(Raised::value_error(&format!("there is no type slot {}", s.slot))),
            None => Ok(()),
        }
    }

    /// Sizes: the struct of the built-in type, ours, and behind it the call function.
    ///
    /// # Safety
    /// `base` is null or a type.
    unsafe fn measure<L: Layout>(&mut self, base: Obj) -> Result<(), Raised> {
        let shape = self.spec.builtin_shape;
        let Some(fixed) = base_size::<L>(shape) else {
            return Err(Raised::value_error(&format!("invalid shape: {}", shape.0)));
        };
        let Ok(own) = usize::try_from(self.spec.basicsize) else {
            return Err(Raised::value_error("a class cannot have a negative basicsize"));
        };
        let (inherited, base_flags) = if base.is_null() {
            (0, 0)
        } else {
            // SAFETY: the caller's promise.
            unsafe { (L::basic_size(base), L::type_flags(base)) }
        };
        self.basic_size = match own {
            0 => 0,
            // Room to find a multiple of 16 behind any number of digits or items.
            own if has_items(shape) => fixed + 15 + own,
            own => align16(fixed) + own,
        }
        .next_multiple_of(8);
        if let Some(offset) = self.explicit_call_offset() {
            self.call_offset = align16(fixed).wrapping_add_signed(offset);
        }
        if self.slot(slot::tp_call).is_none() {
            checks::items(self.spec, if own == 0 { inherited } else { own }, header::<L>())?;
            return checks::callable(self.spec, self.call_offset, base_flags);
        }
        if has_items(shape) || self.spec.itemsize != 0 {
            return Err(Raised::type_error("Cannot use HPy call protocol with var objects"));
        }
        if shape == BuiltinShape::LEGACY && own == 0 {
            return Err(Raised::type_error(
                "Cannot use HPy call protocol with legacy types that inherit the struct. \
                 Set the basicsize, or use the legacy slot Py_tp_call.",
            ));
        }
        let size = if own == 0 { align16(fixed).max(inherited) } else { self.basic_size };
        self.call_offset = size.next_multiple_of(8);
        self.basic_size = self.call_offset + size_of::<Vectorcall>();
        Ok(())
    }

    /// Everything that distinguishes this class's entry from others, as bytes.
    fn fingerprint(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut words = |ns: &[usize]| bytes.extend(ns.iter().flat_map(|n| n.to_ne_bytes()));
        let address = |f: HPyCFunction| f.map_or(0, |f| f as usize);
        words(&[self.basic_size, self.call_offset, self.spec.flags as usize]);
        words(&[self.item_size() as usize]);
        words(&[self.spec.builtin_shape.0 as usize, self.spec.legacy_slots as usize]);
        words(&[usize::from(self.simple)]);
        words(&[self.slots.len(), self.methods.len(), self.members.len(), self.getsets.len()]);
        for s in &self.slots {
            words(&[s.slot as usize, address(s.imp), address(s.cpy_trampoline)]);
        }
        for m in &self.methods {
            words(&[m.signature.0 as usize, address(m.cpy_trampoline)]);
        }
        for m in &self.members {
            words(&[m.type_.0 as usize, m.offset as usize, m.readonly as usize]);
        }
        for g in &self.getsets {
            let functions = [g.getter_cpy_trampoline, g.setter_cpy_trampoline];
            words(&[address(functions[0]), address(functions[1]), g.closure as usize]);
        }
        let named = self.methods.iter().map(|m| (m.name, m.doc));
        let named = named.chain(self.members.iter().map(|m| (m.name, m.doc)));
        let named = named.chain(self.getsets.iter().map(|g| (g.name, g.doc)));
        let mut texts = vec![Some(self.name.clone()), self.doc.clone()];
        // SAFETY: names and docstrings are null or NUL-terminated.
        texts.extend(named.flat_map(|(name, doc)| unsafe { [copy(name), copy(doc)] }));
        for text in texts {
            // A byte that UTF-8 does not use tells "none" from "empty".
            bytes.extend(text.map_or(vec![0xFF], CString::into_bytes_with_nul));
        }
        bytes
    }

    /// The entry of this class.
    ///
    /// # Safety
    /// As [`Description::read`].
    pub(crate) unsafe fn facts<L: Layout>(&self) -> &'static TypeFacts {
        // SAFETY: the caller's promise.
        facts::intern(self.fingerprint(), || unsafe { self.make::<L>() })
    }

    /// # Safety
    /// As [`Description::read`].
    unsafe fn make<L: Layout>(&self) -> TypeFacts {
        let mut arrays = Arrays::default();
        // SAFETY: the implementations have the types of their slots; the caller's promise.
        unsafe {
            arrays.add_methods(&self.methods);
            arrays.add_members::<L>(self.spec.builtin_shape, &self.members);
            arrays.add_call_offset(self.call_offset, self.slot(slot::tp_call).is_some());
            arrays.add_getsets(&self.getsets);
            arrays.add_legacy(&self.legacy);
            let imp = |number| self.slot(number).and_then(|s| s.imp);
            let call = self.slot(slot::tp_call).and_then(|s| s.cpy_trampoline);
            TypeFacts {
                shape: self.spec.builtin_shape,
                destroy: core::mem::transmute::<HPyCFunction, Option<func::DESTROYFUNC>>(imp(
                    slot::tp_destroy,
                )),
                traverse: core::mem::transmute::<HPyCFunction, Option<func::TRAVERSEPROC>>(imp(
                    slot::tp_traverse,
                )),
                call: core::mem::transmute::<HPyCFunction, Option<Vectorcall>>(call),
                call_offset: self.call_offset,
                owns_dealloc: self.owns_dealloc(),
                owns_new: self.call_offset != 0 && self.slot(slot::tp_new).is_none(),
                basic_size: self.basic_size,
                item_size: self.item_size(),
                flags: self.type_flags(),
                name: self.name.clone(),
                doc: self.doc.clone(),
                methods: arrays.methods.into(),
                members: arrays.members.into(),
                getsets: arrays.getsets.into(),
                slots: self.plain_slots(),
            }
        }
    }

    /// The size of items for the interpreter. HPy has no function that makes an instance with items;
    /// only the C API's functions of a legacy class can. And in front of any other native struct
    /// the interpreter has no word that would count them.
    fn item_size(&self) -> c_int {
        if self.spec.builtin_shape == BuiltinShape::LEGACY { self.spec.itemsize } else { 0 }
    }

    /// The flags for the interpreter.
    fn type_flags(&self) -> u32 {
        let call = if self.call_offset != 0 { tpflags::HAVE_VECTORCALL } else { 0 };
        (self.spec.flags | call | flag::HEAPTYPE) as u32
    }

    /// The slots that the interpreter gets as they are.
    fn plain_slots(&self) -> Vec<(i32, usize)> {
        let ours = [slot::tp_destroy, slot::tp_traverse, slot::tp_call];
        let plain = self.slots.iter().filter(|s| !ours.contains(&s.slot));
        let plain = plain.filter_map(|s| Some((s.slot, s.cpy_trampoline? as usize)));
        plain.chain(self.legacy.slots.iter().copied()).collect()
    }
}

/// The arrays under construction.
#[derive(Default)]
struct Arrays {
    methods: Vec<PyMethodDef>,
    members: Vec<PyMemberDef>,
    getsets: Vec<PyGetSetDef>,
}

/// A function pointer as the C API's arrays have it.
fn erase(f: HPyCFunction) -> *const c_void {
    f.map_or(null(), |f| f as *const c_void)
}

/// A copy of a string that lives for ever, as the entry that needs it does.
///
/// # Safety
/// Null or NUL-terminated.
pub(crate) unsafe fn keep(text: *const c_char) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { copy(text) }.map_or(null(), |text| text.into_raw().cast_const())
}

impl Arrays {
    /// # Safety
    /// Names and docstrings are strings.
    unsafe fn add_methods(&mut self, methods: &[HPyMeth]) {
        for m in methods {
            // SAFETY: the caller's promise.
            let (name, doc) = unsafe { (keep(m.name), keep(m.doc)) };
            let flags = method_flags(m.signature).unwrap_or(0);
            self.methods.push(PyMethodDef { name, meth: erase(m.cpy_trampoline), flags, doc });
        }
    }

    /// # Safety
    /// Names and docstrings are strings.
    unsafe fn add_members<L: Layout>(&mut self, shape: BuiltinShape, members: &[HPyMember]) {
        let head = align16(base_size::<L>(shape).unwrap_or(0)) as isize;
        for m in members {
            // SAFETY: the caller's promise.
            let (name, doc) = unsafe { (keep(m.name), keep(m.doc)) };
            let flags = c_int::from(m.readonly != 0);
            let member = PyMemberDef { name, type_: m.type_.0, offset: m.offset, flags, doc };
            let (get, set) = if is_reference(m.type_) {
                (members::get_reference::<L> as *const c_void, members::set_reference::<L> as _)
            } else if has_items(shape) {
                (members::get_value::<L> as *const c_void, members::set_value::<L> as _)
            } else {
                self.members.push(PyMemberDef { offset: head + m.offset, ..member });
                continue;
            };
            let closure = Box::into_raw(Box::new(MemberClosure { shape, member })).cast();
            let set: *const c_void = if flags == 0 { set } else { null() };
            self.getsets.push(PyGetSetDef { name, get, set, doc, closure });
        }
    }

    /// Tells the interpreter where instances keep their call function.
    fn add_call_offset(&mut self, offset: usize, implicit: bool) {
        if implicit {
            self.members.push(PyMemberDef {
                name: c"__vectorcalloffset__".as_ptr(),
                type_: MemberType::HPYSSIZET.0,
                offset: offset as isize,
                flags: 1,
                doc: null(),
            });
        }
    }

    /// # Safety
    /// Names and docstrings are strings.
    unsafe fn add_getsets(&mut self, getsets: &[HPyGetSet]) {
        for g in getsets {
            // SAFETY: the caller's promise.
            let (name, doc) = unsafe { (keep(g.name), keep(g.doc)) };
            let (get, set) = (erase(g.getter_cpy_trampoline), erase(g.setter_cpy_trampoline));
            self.getsets.push(PyGetSetDef { name, get, set, doc, closure: g.closure });
        }
    }

    /// Adds the arrays of the hybrid ABI, and the null entries at the ends.
    ///
    /// # Safety
    /// The arrays are null or end with a null name.
    unsafe fn add_legacy(&mut self, legacy: &Legacy) {
        // SAFETY: the caller's promise.
        unsafe {
            self.methods.extend(entries(legacy.methods, |m| m.name));
            self.members.extend(entries(legacy.members, |m| m.name));
            self.getsets.extend(entries(legacy.getsets, |g| g.name));
        }
        self.methods.push(PyMethodDef::END);
        self.members.push(PyMemberDef::END);
        self.getsets.push(PyGetSetDef::END);
    }
}

impl TypeFacts {
    /// The slots for `PyType_FromSpec`, zero-terminated.
    pub(crate) fn c_slots<L: Layout>(&self) -> Vec<PySlot> {
        let mut slots: Vec<(i32, usize)> = self.slots.clone();
        slots.push((c_slot::METHODS, self.methods.as_ptr() as usize));
        slots.push((c_slot::MEMBERS, self.members.as_ptr() as usize));
        slots.push((c_slot::GETSET, self.getsets.as_ptr() as usize));
        if let Some(doc) = &self.doc {
            slots.push((c_slot::DOC, doc.as_ptr() as usize));
        }
        if self.owns_dealloc {
            slots.push((c_slot::DEALLOC, instance::dealloc::<L> as *const () as usize));
        }
        // A legacy class that has a traversal of the C API has all that goes with it.
        let is_legacy_collected = slots.iter().any(|(number, _)| *number == c_slot::TRAVERSE);
        if u64::from(self.flags) & flag::HAVE_GC != 0 && !is_legacy_collected {
            slots.push((c_slot::TRAVERSE, instance::traverse::<L> as *const () as usize));
            slots.push((c_slot::CLEAR, instance::clear::<L> as *const () as usize));
        }
        if let (Some(call), 1..) = (api().PyVectorcall_Call, self.call_offset) {
            slots.push((c_slot::CALL, call as *const () as usize));
        }
        if self.owns_new {
            slots.push((c_slot::NEW, instance::new_callable::<L> as *const () as usize));
        }
        let slots = slots.into_iter().map(|(slot, value)| PySlot { slot, value: value as _ });
        slots.chain([PySlot { slot: 0, value: null_mut() }]).collect()
    }
}
