//! What an extension in C would have as macros: calls through the context, and classes.

#![allow(dead_code, unused_macros)]

use hpy_abi::*;
use hpy_mock::with;
use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

/// Calls a member of the context.
macro_rules! call {
    ($ctx:ident.$member:ident($($arg:expr),*)) => {{
        let ctx: *mut HPyContext = $ctx;
        // Arguments may have unsafe blocks of their own.
        #[allow(unused_unsafe)]
        // SAFETY: the context lives as long as its interpreter, and the arguments obey the ABI.
        let result = unsafe { ((*ctx).$member)(ctx $(, $arg)*) };
        result
    }};
}

/// Reads a constant of the context.
macro_rules! constant {
    ($ctx:ident.$member:ident) => {{
        // As an argument of `call!` it stands in that macro's block.
        #[allow(unused_unsafe)]
        // SAFETY: the context lives as long as its interpreter.
        let handle = unsafe { (*$ctx).$member };
        handle
    }};
}

/// A function as definitions hold it.
macro_rules! imp {
    ($f:expr => $ty:ident) => {{
        let f: func::$ty = $f;
        // SAFETY: all function pointers have one layout; the signature beside it undoes this.
        Some(unsafe { std::mem::transmute::<func::$ty, unsafe extern "C" fn()>(f) })
    }};
}

pub fn text(literal: &'static CStr) -> Utf8 {
    Utf8(literal.as_ptr())
}

pub fn int(ctx: *mut HPyContext, x: i64) -> HPy {
    call!(ctx.ctx_Long_FromInt64_t(x))
}

pub fn string(ctx: *mut HPyContext, literal: &'static CStr) -> HPy {
    call!(ctx.ctx_Unicode_FromString(text(literal)))
}

/// The list of some numbers.
pub fn list(ctx: *mut HPyContext, items: &[i64]) -> HPy {
    let builder = call!(ctx.ctx_ListBuilder_New(Len(items.len() as isize)));
    for (i, item) in items.iter().enumerate() {
        let item = int(ctx, *item);
        call!(ctx.ctx_ListBuilder_Set(builder, Len(i as isize), item));
        call!(ctx.ctx_Close(item));
    }
    call!(ctx.ctx_ListBuilder_Build(builder))
}

pub fn close(ctx: *mut HPyContext, handles: impl IntoIterator<Item = HPy>) {
    handles.into_iter().for_each(|h| call!(ctx.ctx_Close(h)));
}

/// `callable(*args)`, after which the arguments are closed.
pub fn apply(ctx: *mut HPyContext, callable: HPy, args: &[HPy]) -> HPy {
    let result = call!(ctx.ctx_Call(callable, Handles(args.as_ptr()), args.len(), HPy::NULL));
    close(ctx, args.iter().copied());
    result
}

/// A built-in object by name.
pub fn builtin(ctx: *mut HPyContext, name: &'static CStr) -> HPy {
    call!(ctx.ctx_GetItem_s(constant!(ctx.h_Builtins), text(name)))
}

/// What the panic of a test that must fail says.
pub fn complaint(test: impl FnOnce(*mut HPyContext)) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| with(test))).expect_err("it must not pass");
    panic.downcast_ref::<String>().expect("a formatted message").clone()
}

pub fn slot(slot: c_int, imp: HPyCFunction) -> HPyDef {
    let slot = HPySlot { slot, imp, cpy_trampoline: None };
    HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } }
}

pub fn meth(name: &'static CStr, imp: HPyCFunction, signature: Signature) -> HPyDef {
    let doc = c"What it does.".as_ptr();
    let meth = HPyMeth { name: name.as_ptr(), imp, cpy_trampoline: None, signature, doc };
    HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } }
}

pub fn member(name: &'static CStr, type_: MemberType, offset: usize) -> HPyDef {
    let (name, doc) = (name.as_ptr(), std::ptr::null());
    let member = HPyMember { name, type_, offset: offset as isize, readonly: 0, doc };
    HPyDef { kind: DefKind::MEMBER, body: HPyDefBody { member } }
}

pub fn getset(name: &'static CStr, get: HPyCFunction, set: HPyCFunction) -> HPyDef {
    let getset = HPyGetSet {
        name: name.as_ptr(),
        getter_impl: get,
        setter_impl: set,
        getter_cpy_trampoline: None,
        setter_cpy_trampoline: None,
        doc: std::ptr::null(),
        closure: null_mut(),
    };
    HPyDef { kind: DefKind::GETSET, body: HPyDefBody { getset } }
}

/// A null-terminated array of pointers to definitions, for as long as both live.
pub fn pointers(defs: &mut [HPyDef]) -> Vec<*mut HPyDef> {
    defs.iter_mut().map(|def| &raw mut *def).chain([null_mut()]).collect()
}

/// A class whose instances have a `T`, with a base unless it is null.
pub fn class<T>(
    ctx: *mut HPyContext,
    name: &'static CStr,
    base: HPy,
    mut defs: Vec<HPyDef>,
) -> HPy {
    // SAFETY: the kind says which arm is in use.
    let traverses = |def: &HPyDef| unsafe {
        def.kind == DefKind::SLOT && def.body.slot.slot == slot::tp_traverse
    };
    let gc = if defs.iter().any(traverses) { tpflags::HAVE_GC } else { 0 };
    let mut pointers = pointers(&mut defs);
    let mut spec = HPyType_Spec {
        name: name.as_ptr(),
        basicsize: size_of::<T>() as c_int,
        itemsize: 0,
        flags: tpflags::DEFAULT | tpflags::BASETYPE | gc,
        builtin_shape: BuiltinShape::OBJECT,
        legacy_slots: null_mut(),
        defines: pointers.as_mut_ptr(),
        doc: c"A class.".as_ptr(),
    };
    let mut params = [
        HPyType_SpecParam { kind: ParamKind::BASE, object: base },
        HPyType_SpecParam { kind: ParamKind::END, object: HPy::NULL },
    ];
    let params = if base.is_null() { null_mut() } else { params.as_mut_ptr() };
    call!(ctx.ctx_Type_FromSpec(&raw mut spec, params))
}

/// The native struct of an instance.
///
/// # Safety
/// `h` is an instance of a class made by [`class`] with the same `T`.
pub unsafe fn this<'a, T>(ctx: *mut HPyContext, h: HPy) -> &'a mut T {
    // SAFETY: the caller's promise.
    unsafe { &mut *call!(ctx.ctx_AsStruct_Object(h)).cast() }
}
