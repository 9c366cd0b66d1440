//! Classes: making them from specs, making instances, subtypes, native structs and fields.

use crate::call::slots::Key;
use crate::errors::raise;
use crate::object::*;
use crate::state::{State, fresh_id};
use hpy_abi::*;
use std::cell::RefCell;
use std::ffi::{CString, c_char, c_void};
use std::rc::Rc;

/// How a class answers to an operator: with a slot, or with a method of Python's name for it.
pub(crate) enum Answer<F> {
    /// The function, and the class whose slot it is.
    Slot(F, Obj),
    /// The method, bound to the object.
    Method(Obj),
}

impl State {
    pub fn class_of(&self, object: &Obj) -> Obj {
        object.class.clone().unwrap_or_else(|| self.named("type"))
    }
    pub fn class_name(&self, object: &Obj) -> String {
        let class = self.class_of(object);
        class.ty().expect("a class is a type").full_name()
    }
    pub fn is_subtype(&self, ty: &Obj, of: &Obj) -> bool {
        ty.mro().any(|ty| Rc::ptr_eq(&ty, of))
    }
    pub fn is_instance(&self, object: &Obj, ty: &Obj) -> bool {
        self.is_subtype(&self.class_of(object), ty)
    }
    pub fn is_type_type(&self, ty: &Obj) -> bool {
        Rc::ptr_eq(ty, &self.named("type"))
    }

    /// How the object's class answers to an operator. In each class of the MRO a slot goes
    /// before a method, as it does in CPython for types made from specs.
    pub fn answer<F: Copy>(&self, object: &Obj, key: &Key<F>, name: &str) -> Option<Answer<F>> {
        self.class_of(object).mro().find_map(|ty| {
            let data = ty.ty()?;
            if let Some(imp) = data.slots.get(&key.0) {
                // SAFETY: the table of slots gave the key its type.
                return Some(Answer::Slot(unsafe { cast(*imp) }, ty.clone()));
            }
            let method = data.dict.get(name)?;
            Some(Answer::Method(self.bind(&method, object)))
        })
    }

    /// An instance with the contents that its nearest built-in base asks for.
    pub fn blank(&self, class: &Obj) -> Obj {
        let builtin = class.mro().find(|ty| ty.ty().is_some_and(|data| !data.mutable));
        let builtin = builtin.expect("the MRO ends with object");
        let kind = match builtin.ty().expect("a type").name() {
            "int" => Kind::Int(0),
            "float" => Kind::Float(0.0),
            "str" => Kind::Str(Text::new("")),
            "bytes" => Kind::Bytes(Text::new("")),
            "tuple" => Kind::Tuple(vec![]),
            "list" => Kind::List(RefCell::default()),
            "dict" => Kind::Dict(RefCell::default()),
            _ if self.is_exception_type(class) => Kind::Exception(vec![]),
            _ => Kind::Plain,
        };
        self.make(class, kind)
    }

    /// An instance of a class, with whatever its class adds to the contents.
    pub fn make(&self, class: &Obj, kind: Kind) -> Obj {
        let data = class.ty().expect("a class is a type");
        self.alloc(Object {
            class: Some(class.clone()),
            kind,
            attributes: data.has_dict.then(Attributes::default),
            native: Native::new(self, class),
        })
    }

    /// A class as a `class` statement makes it.
    pub fn new_python_class(&self, name: &str, base: &Obj, dict: &[(String, Obj)]) -> Res<Obj> {
        let base_data = self.acceptable_base(base)?;
        let name = CString::new(name).expect("a class name has no NUL");
        let ty = self.alloc(Object {
            class: base.class.clone(),
            kind: Kind::Type(TypeData {
                name,
                module: None,
                base: Some(base.clone()),
                dict: Attributes::default(),
                slots: Default::default(),
                spec: None,
                flags: base_data.flags,
                has_dict: true,
                mutable: true,
                construct: None,
            }),
            attributes: None,
            native: None,
        });
        for (name, value) in dict {
            ty.ty().expect("just made").dict.set(name, Some(value.clone()));
        }
        Ok(ty)
    }

    fn acceptable_base<'a>(&self, base: &'a Obj) -> Res<&'a TypeData> {
        match base.ty() {
            Some(data) if data.flags & tpflags::BASETYPE != 0 => Ok(data),
            Some(data) => {
                let name = data.full_name();
                raise!(self, TypeError, "type '{name}' is not an acceptable base type")
            }
            None => raise!(self, TypeError, "bases must be types"),
        }
    }

    fn type_from_spec(&self, spec: &HPyType_Spec, params: *mut HPyType_SpecParam) -> Res<Obj> {
        let (base, metaclass) = self.type_parameters(params)?;
        let base_data = self.acceptable_base(&base)?;
        // SAFETY: by the ABI a spec's name is a string.
        let Some(full_name) = (unsafe { text(spec.name) }) else {
            return Err(self.fault("a type spec has no name".into()));
        };
        if !spec.legacy_slots.is_null() {
            return Err(self.fault(format!("{full_name}: the mock knows no legacy slots")));
        }
        let (module, name) = match full_name.rsplit_once('.') {
            Some((module, name)) => (Some(module.to_string()), name),
            None => (None, full_name.as_str()),
        };
        // SAFETY: by the ABI `defines` is null or a null-terminated array of definitions.
        let defs = unsafe { definitions(spec.defines) };
        let mut slots = std::collections::BTreeMap::new();
        for def in defs.iter().filter(|def| def.kind == DefKind::SLOT) {
            // SAFETY: the kind says that this arm is in use.
            let slot = unsafe { def.body.slot };
            self.check_slot(&full_name, &slot)?;
            slots.insert(slot.slot, slot.imp);
        }
        let collected = spec.flags & tpflags::HAVE_GC != 0;
        if collected && !slots.contains_key(&slot::tp_traverse) {
            return raise!(self, ValueError, "{full_name}: HAVE_GC needs tp_traverse");
        }
        let inherited = base.mro().find_map(|ty| Some(ty.ty()?.spec?.0)).unwrap_or(0);
        let ty = self.alloc(Object {
            class: metaclass,
            kind: Kind::Type(TypeData {
                name: CString::new(name).expect("made from a C string"),
                module,
                base: Some(base.clone()),
                dict: Attributes::default(),
                slots,
                spec: Some(((spec.basicsize as usize).max(inherited), spec.builtin_shape)),
                flags: spec.flags,
                has_dict: base_data.has_dict,
                mutable: true,
                construct: None,
            }),
            attributes: None,
            native: None,
        });
        self.define_attributes(&ty, spec, &defs);
        Ok(ty)
    }

    /// Base and metaclass of a type under construction.
    fn type_parameters(&self, params: *mut HPyType_SpecParam) -> Res<(Obj, Option<Obj>)> {
        let (mut base, mut metaclass) = (self.named("object"), None);
        for i in 0.. {
            // SAFETY: by the ABI the array is null or ends with a zero kind.
            let param = unsafe { params.as_ref().map(|_| *params.add(i)) };
            let Some(param) = param.filter(|param| param.kind != ParamKind::END) else { break };
            let object = self.object(param.object)?;
            match (param.kind, &object.kind) {
                (ParamKind::BASE, _) => base = object,
                (ParamKind::BASES_TUPLE, Kind::Tuple(bases)) if bases.len() == 1 => {
                    base = bases[0].clone();
                }
                (ParamKind::METACLASS, Kind::Type(_)) => metaclass = Some(object),
                (ParamKind::METACLASS, _) => {
                    return raise!(self, TypeError, "the metaclass is not a type");
                }
                _ => return Err(self.fault("the mock knows single inheritance only".into())),
            }
        }
        let metaclass = metaclass.or_else(|| base.class.clone());
        Ok((base, metaclass.filter(|ty| !self.is_type_type(ty))))
    }

    fn check_slot(&self, ty: &str, slot: &HPySlot) -> Res<()> {
        match SLOTS.iter().find(|row| row.number == slot.slot) {
            None => Err(self.fault(format!("{ty}: there is no slot {}", slot.slot))),
            Some(row) if row.ours && !self.ours => {
                Err(self.fault(format!("{ty}: {} is not in upstream's ABI", row.name)))
            }
            Some(_) => Ok(()),
        }
    }

    fn define_attributes(&self, ty: &Obj, spec: &HPyType_Spec, defs: &[&HPyDef]) {
        let dict = &ty.ty().expect("a new type").dict;
        // SAFETY: by the ABI a docstring is null or a string.
        if let Some(doc) = unsafe { text(spec.doc) } {
            dict.set("__doc__", Some(self.str(&doc)));
        }
        for def in defs {
            // SAFETY: the kind says which arm is in use, and every arm's name is a string.
            unsafe {
                let (name, value) = match def.kind {
                    DefKind::METH => {
                        let function = Function::new(&def.body.meth, None, Some(ty));
                        (
                            def.body.meth.name,
                            self.instance("method_descriptor", Kind::Function(function)),
                        )
                    }
                    DefKind::MEMBER => {
                        let member = def.body.member;
                        (member.name, self.instance("member_descriptor", Kind::Member(member)))
                    }
                    DefKind::GETSET => {
                        let getset = def.body.getset;
                        (getset.name, self.instance("getset_descriptor", Kind::GetSet(getset)))
                    }
                    _ => continue,
                };
                dict.set(&text(name).expect("definitions have names"), Some(value));
            }
        }
    }

    /// Native struct for `ctx_AsStruct_*`; the class must have the shape.
    fn native_struct(&self, object: &Obj, shape: BuiltinShape) -> *mut c_void {
        let class = self.class_of(object);
        let spec = class.mro().find_map(|ty| ty.ty()?.spec);
        match (spec, &object.native) {
            (Some((_, own)), Some(native)) if own == shape => native.data(),
            _ => {
                let object = self.describe(object);
                self.fault(format!("{object} has no native struct of shape {}", shape.0));
                std::ptr::null_mut()
            }
        }
    }
}

impl Function {
    /// # Safety
    /// `meth` is a definition as the ABI wants it.
    pub unsafe fn new(meth: &HPyMeth, module: Option<&Obj>, class: Option<&Obj>) -> Function {
        // SAFETY: by the caller's promise both are null or strings.
        let (name, doc) = unsafe { (text(meth.name), text(meth.doc)) };
        Function {
            name: name.expect("definitions have names"),
            doc,
            imp: meth.imp,
            signature: meth.signature,
            module: module.cloned(),
            class: class.map(Rc::downgrade),
        }
    }
}

/// The definitions of a null-terminated array.
///
/// # Safety
/// `defs` is null or such an array, and lives for `'a`.
pub(crate) unsafe fn definitions<'a>(defs: *mut *mut HPyDef) -> Vec<&'a HPyDef> {
    if defs.is_null() {
        return vec![];
    }
    // SAFETY: the caller's promise.
    (0..).map_while(|i| unsafe { (*defs.add(i)).as_ref() }).collect()
}

macro_rules! native_structs {
    ($($member:ident $shape:ident;)*) => {
        #[allow(non_snake_case)]
        impl State {
            $(pub(crate) fn $member(&self, object: Obj) -> *mut c_void {
                self.native_struct(&object, BuiltinShape::$shape)
            })*
        }
    };
}
native_structs! {
    ctx_AsStruct_Object OBJECT;
    ctx_AsStruct_Type TYPE;
    ctx_AsStruct_Long LONG;
    ctx_AsStruct_Float FLOAT;
    ctx_AsStruct_Unicode UNICODE;
    ctx_AsStruct_Tuple TUPLE;
    ctx_AsStruct_List LIST;
    ctx_AsStruct_Dict DICT;
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Type_FromSpec(
        &self,
        spec: *mut HPyType_Spec,
        params: *mut HPyType_SpecParam,
    ) -> Res<Obj> {
        // SAFETY: by the ABI the spec is valid for the call.
        self.type_from_spec(unsafe { &*spec }, params)
    }
    pub(crate) fn ctx_Type_GenericNew(
        &self,
        class: Obj,
        _: Handles,
        _: Len,
        _: Option<Obj>,
    ) -> Res<Obj> {
        self.ctx_New(class, std::ptr::null_mut())
    }
    pub(crate) fn ctx_New(&self, class: Obj, data: *mut *mut c_void) -> Res<Obj> {
        if class.ty().is_none() {
            return raise!(self, TypeError, "HPy_New arg 1 must be a type");
        }
        let object = self.blank(&class);
        // SAFETY: by the ABI `data` is null (from the member above) or writable.
        if let Some(data) = unsafe { data.as_mut() } {
            let Some(native) = &object.native else {
                let class = class.ty().unwrap().full_name();
                return Err(self.fault(format!("instances of '{class}' have no native struct")));
            };
            *data = native.data();
        }
        Ok(object)
    }
    pub(crate) fn ctx_Type(&self, object: Obj) -> Obj {
        self.class_of(&object)
    }
    pub(crate) fn ctx_TypeCheck(&self, object: Obj, ty: Obj) -> bool {
        self.is_instance(&object, &ty)
    }
    pub(crate) fn ctx_Type_IsSubtype(&self, sub: Obj, ty: Obj) -> bool {
        self.is_subtype(&sub, &ty)
    }
    pub(crate) fn ctx_Type_GetName(&self, ty: Obj) -> Res<*const c_char> {
        match ty.ty() {
            Some(data) => Ok(data.name.as_ptr()),
            None => raise!(self, TypeError, "arg must be a type"),
        }
    }
    pub(crate) fn ctx_Type_GetBuiltinShape(&self, ty: Obj) -> Res<BuiltinShape> {
        if ty.ty().is_none() {
            return raise!(self, TypeError, "arg must be a type");
        }
        let spec = ty.mro().find_map(|ty| ty.ty()?.spec);
        Ok(spec.map_or(BuiltinShape::OBJECT, |(_, shape)| shape))
    }
    pub(crate) fn ctx_Is(&self, a: Obj, b: Obj) -> bool {
        Rc::ptr_eq(&a, &b)
    }
    pub(crate) fn ctx_Dup(&self, object: Obj) -> Obj {
        object
    }
    pub(crate) fn ctx_Close(&self, h: HPy) {
        if !h.is_null() {
            self.close(h);
        }
    }

    pub(crate) fn ctx_Field_Store(&self, owner: Obj, field: *mut HPyField, value: Option<Obj>) {
        let Some(native) = &owner.native else {
            self.fault("ctx_Field_Store was given an object without a native struct".into());
            return;
        };
        let id = if value.is_some() { fresh_id() } else { 0 };
        // SAFETY: by the ABI the field belongs to the object's native struct.
        let old = unsafe { std::mem::replace(&mut *field, HPyField(id)) };
        let mut fields = native.fields.borrow_mut();
        let old_object = fields.remove(&old.0);
        fields.extend(value.map(|value| (id, value)));
        drop(fields);
        if old != HPyField::NULL && old_object.is_none() {
            self.fault("ctx_Field_Store was given a field of another object".into());
        }
    }
    pub(crate) fn ctx_Field_Load(&self, owner: Obj, field: HPyField) -> Option<Obj> {
        let native = owner.native.as_ref();
        let value = native.and_then(|native| native.fields.borrow().get(&field.0).cloned());
        if value.is_none() {
            self.fault("ctx_Field_Load was given a field that is empty or not its object's".into());
        }
        value
    }
    pub(crate) fn ctx_Global_Store(&self, global: *mut HPyGlobal, value: Option<Obj>) {
        let id = if value.is_some() { fresh_id() } else { 0 };
        // SAFETY: by the ABI the global is writable. What an earlier interpreter left in it is
        // not in our table, and dropped.
        let old = unsafe { std::mem::replace(&mut *global, HPyGlobal(id)) };
        let mut globals = self.globals.borrow_mut();
        let old = globals.remove(&old.0);
        globals.extend(value.map(|value| (id, value)));
        drop((globals, old));
    }
    pub(crate) fn ctx_Global_Load(&self, global: HPyGlobal) -> Option<Obj> {
        let value = self.globals.borrow().get(&global.0).cloned();
        if value.is_none() {
            self.fault("ctx_Global_Load was given a global that is empty or not ours".into());
        }
        value
    }
    pub(crate) fn ctx_LeavePythonExecution(&self) -> isize {
        self.left.set(true);
        1
    }
    pub(crate) fn ctx_ReenterPythonExecution(&self, _: HPyThreadState) {
        if !self.left.replace(false) {
            self.fault("ctx_ReenterPythonExecution was called without leaving before".into());
        }
    }
    pub(crate) fn ctx_Dump(&self, object: Obj) {
        eprintln!("{}", self.describe(&object));
    }
}

/// A size or offset of a definition that C gives as a signed number.
pub(crate) fn unsigned(size: isize) -> usize {
    usize::try_from(size).expect("sizes and offsets of definitions are not negative")
}
