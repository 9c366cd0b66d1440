//! An extension on the raw ABI that reaches as many members of the context as it reasonably can.
//!
//! It is built as a shared object and imported by `smoke.py`, which asserts what its functions
//! give. Nothing here goes through the safe API: what is tested is the host alone.
#![allow(non_snake_case, missing_docs, unused_unsafe, clippy::missing_safety_doc)]

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr::{null, null_mut};
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};
use hpy_abi::*;
use hpy_cpython::{ModuleEntry, module_init};

type Ctx = *mut HPyContext;

static CTX: AtomicPtr<HPyContext> = AtomicPtr::new(null_mut());
static DESTROYED: AtomicUsize = AtomicUsize::new(0);
static CAPSULES: AtomicUsize = AtomicUsize::new(0);

/// Calls a member: `call!(ctx, ctx_Add, a, b)`.
macro_rules! call {
    ($ctx:expr, $name:ident $(, $arg:expr)*) => {{
        let ctx = $ctx;
        // SAFETY: the host filled the context, and the handles of this file are open.
        unsafe { ((*ctx).$name)(ctx $(, $arg)*) }
    }};
}

/// A handle of the context.
macro_rules! h {
    ($ctx:expr, $name:ident) => {
        // SAFETY: the host filled the context.
        unsafe { (*$ctx).$name }
    };
}

/// An implementation, and the trampoline of a signature for it.
macro_rules! function {
    ($trampoline:ident, $imp:ident: VARARGS, |$ctx:ident, $self_:ident, $args:ident| $body:block) => {
        unsafe extern "C" fn $imp($ctx: Ctx, $self_: HPy, args: Handles, n: usize) -> HPy {
            // SAFETY: the host passes an array of `n` handles.
            let $args = unsafe { slice(args, n) };
            let _ = $self_;
            $body
        }
        unsafe extern "C" fn $trampoline(self_: CpyRef, args: *const CpyRef, nargs: isize) -> CpyRef {
            let mut a = args::VARARGS { self_, args, nargs, result: null_mut() };
            through(Signature::VARARGS, $imp as *const (), &mut a);
            a.result
        }
    };
    ($trampoline:ident, $imp:ident: KEYWORDS, |$ctx:ident, $self_:ident, $args:ident, $n:ident, $kw:ident| $body:block) => {
        unsafe extern "C" fn $imp(
            $ctx: Ctx, $self_: HPy, args: Handles, $n: usize, $kw: HPy,
        ) -> HPy {
            let _ = $self_;
            let extra = if $kw.is_null() { 0 } else { call!($ctx, ctx_Length, $kw).0 as usize };
            // SAFETY: the values for the keywords stand behind the others.
            let $args = unsafe { slice(args, $n + extra) };
            $body
        }
        unsafe extern "C" fn $trampoline(
            self_: CpyRef, args: *const CpyRef, nargsf: usize, kwnames: CpyRef,
        ) -> CpyRef {
            let mut a = args::KEYWORDS { self_, args, nargsf, kwnames, result: null_mut() };
            through(Signature::KEYWORDS, $imp as *const (), &mut a);
            a.result
        }
    };
    ($trampoline:ident, $imp:ident: INITPROC, |$ctx:ident, $self_:ident, $args:ident, $kw:ident| $body:block) => {
        unsafe extern "C" fn $imp(
            $ctx: Ctx, $self_: HPy, args: Handles, n: isize, $kw: HPy,
        ) -> Status {
            let _ = $kw;
            // SAFETY: the host passes an array of `n` handles.
            let $args = unsafe { slice(args, n as usize) };
            $body
        }
        unsafe extern "C" fn $trampoline(self_: CpyRef, args: CpyRef, kw: CpyRef) -> Status {
            let mut a = args::INITPROC { self_, args, kw, result: Status::ERR };
            through(Signature::INITPROC, $imp as *const (), &mut a);
            a.result
        }
    };
    ($trampoline:ident, $imp:ident: NEWFUNC, |$ctx:ident, $type_:ident, $args:ident, $kw:ident| $body:block) => {
        unsafe extern "C" fn $imp(
            $ctx: Ctx, $type_: HPy, args: Handles, n: isize, $kw: HPy,
        ) -> HPy {
            let _ = $kw;
            // SAFETY: the host passes an array of `n` handles.
            let $args = unsafe { slice(args, n as usize) };
            $body
        }
        unsafe extern "C" fn $trampoline(self_: CpyRef, args: CpyRef, kw: CpyRef) -> CpyRef {
            let mut a = args::NEWFUNC { self_, args, kw, result: null_mut() };
            through(Signature::NEWFUNC, $imp as *const (), &mut a);
            a.result
        }
    };
    // Everything else: the same arguments on both sides, references there and handles here.
    ($trampoline:ident, $imp:ident: $sig:ident($($field:ident: $c:ty as $ty:ty),*) -> $cret:ty as $ret:ty,
     |$ctx:ident $(, $arg:ident)*| $body:block) => {
        unsafe extern "C" fn $imp($ctx: Ctx $(, $arg: $ty)*) -> $ret {
            $(let _ = $arg;)*
            $body
        }
        unsafe extern "C" fn $trampoline($($field: $c),*) -> $cret {
            // SAFETY: all-zero is a value of every result.
            let result = unsafe { core::mem::zeroed() };
            let mut a = args::$sig { $($field,)* result };
            through(Signature::$sig, $imp as *const (), &mut a);
            a.result
        }
    };
    ($trampoline:ident, $imp:ident: NOARGS, |$ctx:ident, $self_:ident| $body:block) => {
        function!($trampoline, $imp: NOARGS(self_: CpyRef as HPy) -> CpyRef as HPy,
            |$ctx, $self_| $body);
    };
    ($trampoline:ident, $imp:ident: O, |$ctx:ident, $self_:ident, $arg:ident| $body:block) => {
        function!($trampoline, $imp: O(self_: CpyRef as HPy, arg: CpyRef as HPy) -> CpyRef as HPy,
            |$ctx, $self_, $arg| $body);
    };
    ($trampoline:ident, $imp:ident: UNARYFUNC, |$ctx:ident, $a:ident| $body:block) => {
        function!($trampoline, $imp: UNARYFUNC(arg0: CpyRef as HPy) -> CpyRef as HPy,
            |$ctx, $a| $body);
    };
    ($trampoline:ident, $imp:ident: BINARYFUNC, |$ctx:ident, $a:ident, $b:ident| $body:block) => {
        function!($trampoline, $imp: BINARYFUNC(arg0: CpyRef as HPy, arg1: CpyRef as HPy)
            -> CpyRef as HPy, |$ctx, $a, $b| $body);
    };
}

/// Hands a trampoline's arguments to the host.
fn through<A>(sig: Signature, imp: *const (), args: &mut A) {
    // SAFETY: any function pointer may be erased.
    let imp = unsafe { core::mem::transmute::<*const (), HPyCFunction>(imp) };
    call!(CTX.load(SeqCst), ctx_CallRealFunctionFromTrampoline, sig, imp, (&raw mut *args).cast());
}

/// An array of handles.
///
/// # Safety
/// `n` handles, or null and 0.
unsafe fn slice<'a>(args: Handles, n: usize) -> &'a [HPy] {
    // SAFETY: the caller's promise.
    if n == 0 { &[] } else { unsafe { core::slice::from_raw_parts(args.0, n) } }
}

fn utf8(text: &CStr) -> Utf8 {
    Utf8(text.as_ptr())
}

fn none(ctx: Ctx) -> HPy {
    call!(ctx, ctx_Dup, h!(ctx, h_None))
}

fn fail(ctx: Ctx, text: &CStr) -> HPy {
    call!(ctx, ctx_Err_SetString, h!(ctx, h_ValueError), utf8(text));
    HPy::NULL
}

/// A list of new handles; null ones mean that an exception is set.
fn list(ctx: Ctx, items: &[HPy]) -> HPy {
    let builder = call!(ctx, ctx_ListBuilder_New, Len(items.len() as isize));
    let failed = items.iter().any(|i| i.is_null());
    for (i, item) in items.iter().enumerate().filter(|(_, h)| !h.is_null()) {
        call!(ctx, ctx_ListBuilder_Set, builder, Len(i as isize), *item);
        call!(ctx, ctx_Close, *item);
    }
    if failed {
        call!(ctx, ctx_ListBuilder_Cancel, builder);
        return HPy::NULL;
    }
    call!(ctx, ctx_ListBuilder_Build, builder)
}

fn int(ctx: Ctx, v: impl TryInto<i64>) -> HPy {
    call!(ctx, ctx_Long_FromInt64_t, v.try_into().unwrap_or(-1))
}

// ---------------------------------------------------------------- functions

function!(noargs, noargs_imp: NOARGS, |ctx, _self| { none(ctx) });
function!(identity, identity_imp: O, |ctx, _self, arg| { call!(ctx, ctx_Dup, arg) });
function!(inc, inc_imp: O, |ctx, _self, arg| {
    let v = call!(ctx, ctx_Long_AsInt64_t, arg);
    if v == -1 && call!(ctx, ctx_Err_Occurred).0 != 0 {
        return HPy::NULL;
    }
    int(ctx, v + 1)
});
function!(as_list, as_list_imp: VARARGS, |ctx, _self, args| {
    let copies: Vec<HPy> = args.iter().map(|a| call!(ctx, ctx_Dup, *a)).collect();
    list(ctx, &copies)
});
function!(keywords, keywords_imp: KEYWORDS, |ctx, _self, args, n, kw| {
    let values = call!(ctx, ctx_Tuple_FromArray, Handles(args.as_ptr()), Len(args.len() as isize));
    let names = if kw.is_null() { none(ctx) } else { call!(ctx, ctx_Dup, kw) };
    list(ctx, &[int(ctx, n as i64), values, names])
});

// One function per family; the name of the operation is the first argument.
function!(number, number_imp: VARARGS, |ctx, _self, args| {
    let (Some(&a), Some(&b)) = (args.first(), args.get(1)) else {
        return fail(ctx, c"number(a, b)");
    };
    let n = h!(ctx, h_None);
    list(ctx, &[
        call!(ctx, ctx_Add, a, b), call!(ctx, ctx_Subtract, a, b), call!(ctx, ctx_Multiply, a, b),
        call!(ctx, ctx_FloorDivide, a, b), call!(ctx, ctx_TrueDivide, a, b),
        call!(ctx, ctx_Remainder, a, b), call!(ctx, ctx_Divmod, a, b),
        call!(ctx, ctx_Power, a, b, n), call!(ctx, ctx_Negative, a), call!(ctx, ctx_Positive, a),
        call!(ctx, ctx_Absolute, a), call!(ctx, ctx_Invert, a), call!(ctx, ctx_Lshift, a, b),
        call!(ctx, ctx_Rshift, a, b), call!(ctx, ctx_And, a, b), call!(ctx, ctx_Xor, a, b),
        call!(ctx, ctx_Or, a, b), call!(ctx, ctx_Index, a), call!(ctx, ctx_Long, a),
        call!(ctx, ctx_Float, a), call!(ctx, ctx_InPlaceAdd, a, b),
        call!(ctx, ctx_InPlaceSubtract, a, b), call!(ctx, ctx_InPlaceMultiply, a, b),
        call!(ctx, ctx_InPlaceFloorDivide, a, b), call!(ctx, ctx_InPlaceTrueDivide, a, b),
        call!(ctx, ctx_InPlaceRemainder, a, b), call!(ctx, ctx_InPlacePower, a, b, n),
        call!(ctx, ctx_InPlaceLshift, a, b), call!(ctx, ctx_InPlaceRshift, a, b),
        call!(ctx, ctx_InPlaceAnd, a, b), call!(ctx, ctx_InPlaceXor, a, b),
        call!(ctx, ctx_InPlaceOr, a, b),
        call!(ctx, ctx_Bool_FromBool, call!(ctx, ctx_Number_Check, a).0 != 0),
    ])
});
function!(matmul, matmul_imp: VARARGS, |ctx, _self, args| {
    let [a, b] = args else { return fail(ctx, c"matmul(a, b)") };
    let product = call!(ctx, ctx_MatrixMultiply, *a, *b);
    if product.is_null() {
        return HPy::NULL;
    }
    list(ctx, &[product, call!(ctx, ctx_InPlaceMatrixMultiply, *a, *b)])
});

// Reads an int as every C type; an error is reported as the exception's type name.
function!(read_int, read_int_imp: O, |ctx, _self, arg| {
    let result = |h: HPy| {
        if call!(ctx, ctx_Err_Occurred).0 == 0 {
            return h;
        }
        call!(ctx, ctx_Close, h);
        for (t, name) in [
            (h!(ctx, h_OverflowError), c"OverflowError"), (h!(ctx, h_TypeError), c"TypeError"),
        ] {
            if call!(ctx, ctx_Err_ExceptionMatches, t).0 != 0 {
                call!(ctx, ctx_Err_Clear);
                return call!(ctx, ctx_Unicode_FromString, utf8(name));
            }
        }
        HPy::NULL
    };
    // The context must not be called with an exception set: read, then look.
    let mut items = Vec::new();
    macro_rules! read {
        ($($get:ident => $make:ident $convert:expr;)*) => {
            $({
                let value = call!(ctx, $get, arg);
                let failed = call!(ctx, ctx_Err_Occurred).0 != 0;
                let made = if failed { HPy::NULL } else { call!(ctx, $make, $convert(value)) };
                items.push(result(made));
            })*
        };
    }
    read! {
        ctx_Long_AsInt32_t => ctx_Long_FromInt32_t |v| v;
        ctx_Long_AsUInt32_t => ctx_Long_FromUInt32_t |v| v;
        ctx_Long_AsUInt32_tMask => ctx_Long_FromUInt32_t |v| v;
        ctx_Long_AsInt64_t => ctx_Long_FromInt64_t |v| v;
        ctx_Long_AsUInt64_t => ctx_Long_FromUInt64_t |v| v;
        ctx_Long_AsUInt64_tMask => ctx_Long_FromUInt64_t |v| v;
        ctx_Long_AsSize_t => ctx_Long_FromSize_t |v| v;
        ctx_Long_AsSsize_t => ctx_Long_FromSsize_t |v: LenOrErr| Len(v.0);
        ctx_Long_AsVoidPtr => ctx_Long_FromSize_t |v: *mut c_void| v as usize;
        ctx_Long_AsDouble => ctx_Float_FromDouble |v| v;
    }
    list(ctx, &items)
});

function!(as_double, as_double_imp: O, |ctx, _self, arg| {
    let v = call!(ctx, ctx_Float_AsDouble, arg);
    if v == -1.0 && call!(ctx, ctx_Err_Occurred).0 != 0 {
        return HPy::NULL;
    }
    call!(ctx, ctx_Float_FromDouble, v)
});

function!(object, object_imp: VARARGS, |ctx, _self, args| {
    let [a, b] = args else { return fail(ctx, c"object(a, b)") };
    let (a, b) = (*a, *b);
    let t = call!(ctx, ctx_Type, a);
    let name = call!(ctx, ctx_Type_GetName, t);
    let flags = [
        call!(ctx, ctx_TypeCheck, a, t), call!(ctx, ctx_Is, a, b), call!(ctx, ctx_Callable_Check, a),
        call!(ctx, ctx_Bytes_Check, a), call!(ctx, ctx_Unicode_Check, a),
        call!(ctx, ctx_List_Check, a), call!(ctx, ctx_Tuple_Check, a), call!(ctx, ctx_Dict_Check, a),
        call!(ctx, ctx_Iter_Check, a), call!(ctx, ctx_Type_IsSubtype, t, h!(ctx, h_LongType)),
    ];
    let flags: Vec<HPy> = flags.iter().map(|f| int(ctx, f.0)).collect();
    list(ctx, &[
        t, call!(ctx, ctx_Unicode_FromString, name), list(ctx, &flags),
        call!(ctx, ctx_Repr, a), call!(ctx, ctx_Str, a), call!(ctx, ctx_ASCII, a),
        call!(ctx, ctx_RichCompare, a, b, CmpOp::EQ),
        int(ctx, call!(ctx, ctx_RichCompareBool, a, b, CmpOp::NE).0),
        int(ctx, call!(ctx, ctx_IsTrue, a).0),
    ])
});
function!(hash, hash_imp: O, |ctx, _self, arg| {
    let v = call!(ctx, ctx_Hash, arg).0;
    if v == -1 { HPy::NULL } else { int(ctx, v as i64) }
});
function!(to_bytes, to_bytes_imp: O, |ctx, _self, arg| { call!(ctx, ctx_Bytes, arg) });

function!(attributes, attributes_imp: O, |ctx, _self, arg| {
    let name = call!(ctx, ctx_Unicode_FromString, utf8(c"x"));
    let one = int(ctx, 1);
    let before = call!(ctx, ctx_HasAttr, arg, name).0;
    let ok = call!(ctx, ctx_SetAttr, arg, name, one) == Status::OK
        && call!(ctx, ctx_SetAttr_s, arg, utf8(c"y"), one) == Status::OK;
    if !ok {
        call!(ctx, ctx_Close, name);
        call!(ctx, ctx_Close, one);
        return HPy::NULL;
    }
    let result = list(ctx, &[
        int(ctx, before), int(ctx, call!(ctx, ctx_HasAttr_s, arg, utf8(c"y")).0),
        call!(ctx, ctx_GetAttr, arg, name), call!(ctx, ctx_GetAttr_s, arg, utf8(c"y")),
    ]);
    call!(ctx, ctx_SetAttr, arg, name, HPy::NULL);
    call!(ctx, ctx_Close, name);
    call!(ctx, ctx_Close, one);
    result
});
function!(get_attr, get_attr_imp: O, |ctx, _self, arg| {
    call!(ctx, ctx_GetAttr_s, arg, utf8(c"no_such_attribute"))
});

function!(get_item_i, get_item_i_imp: VARARGS, |ctx, _self, args| {
    let [a, i] = args else { return fail(ctx, c"get_item_i(a, i)") };
    let i = call!(ctx, ctx_Long_AsInt64_t, *i);
    call!(ctx, ctx_GetItem_i, *a, Len(i as isize))
});
function!(items, items_imp: O, |ctx, _self, dict| {
    // On a dict with integer and string keys.
    let key = call!(ctx, ctx_Unicode_FromString, utf8(c"k"));
    let v = int(ctx, 7);
    let ok = [
        call!(ctx, ctx_SetItem, dict, key, v), call!(ctx, ctx_SetItem_i, dict, Len(5), v),
        call!(ctx, ctx_SetItem_s, dict, utf8(c"s"), v),
    ] == [Status::OK; 3];
    let contains = call!(ctx, ctx_Contains, dict, key).0;
    let length = call!(ctx, ctx_Length, dict).0;
    let result = list(ctx, &[
        int(ctx, i64::from(ok)), int(ctx, contains), int(ctx, length as i64),
        call!(ctx, ctx_GetItem, dict, key), call!(ctx, ctx_GetItem_i, dict, Len(5)),
        call!(ctx, ctx_GetItem_s, dict, utf8(c"s")), call!(ctx, ctx_Dict_Keys, dict),
        call!(ctx, ctx_Dict_Copy, dict),
    ]);
    call!(ctx, ctx_DelItem, dict, key);
    call!(ctx, ctx_DelItem_i, dict, Len(5));
    call!(ctx, ctx_DelItem_s, dict, utf8(c"s"));
    call!(ctx, ctx_Close, key);
    call!(ctx, ctx_Close, v);
    result
});
function!(length, length_imp: O, |ctx, _self, arg| {
    let n = call!(ctx, ctx_Length, arg).0;
    if n < 0 { HPy::NULL } else { int(ctx, n as i64) }
});

function!(lists, lists_imp: NOARGS, |ctx, _self| {
    let l = call!(ctx, ctx_List_New, Len(0));
    let (one, two) = (int(ctx, 1), int(ctx, 2));
    call!(ctx, ctx_List_Append, l, two);
    call!(ctx, ctx_List_Insert, l, Len(0), one);
    call!(ctx, ctx_SetSlice, l, Len(2), Len(2), l);
    let head = call!(ctx, ctx_GetSlice, l, Len(0), Len(2));
    call!(ctx, ctx_DelSlice, l, Len(0), Len(1));
    call!(ctx, ctx_SetItem_i, l, Len(-1), one);
    call!(ctx, ctx_Close, one);
    call!(ctx, ctx_Close, two);
    list(ctx, &[l, head])
});
function!(builders, builders_imp: O, |ctx, _self, arg| {
    let b = call!(ctx, ctx_TupleBuilder_New, Len(2));
    call!(ctx, ctx_TupleBuilder_Set, b, Len(0), h!(ctx, h_None));
    call!(ctx, ctx_TupleBuilder_Set, b, Len(0), arg);
    call!(ctx, ctx_TupleBuilder_Set, b, Len(1), arg);
    let cancelled = call!(ctx, ctx_TupleBuilder_New, Len(1));
    call!(ctx, ctx_TupleBuilder_Set, cancelled, Len(0), arg);
    call!(ctx, ctx_TupleBuilder_Cancel, cancelled);
    let cancelled = call!(ctx, ctx_ListBuilder_New, Len(1));
    call!(ctx, ctx_ListBuilder_Set, cancelled, Len(0), arg);
    call!(ctx, ctx_ListBuilder_Cancel, cancelled);
    call!(ctx, ctx_TupleBuilder_Build, b)
});
function!(builder_no_memory, builder_no_memory_imp: NOARGS, |ctx, _self| {
    let b = call!(ctx, ctx_ListBuilder_New, Len(isize::MAX / 16));
    call!(ctx, ctx_ListBuilder_Set, b, Len(0), h!(ctx, h_None));
    call!(ctx, ctx_ListBuilder_Build, b)
});
function!(tracker, tracker_imp: O, |ctx, _self, arg| {
    let t = call!(ctx, ctx_Tracker_New, Len(0));
    for _ in 0..100 {
        call!(ctx, ctx_Tracker_Add, t, call!(ctx, ctx_Dup, arg));
    }
    call!(ctx, ctx_Tracker_Close, t);
    let t = call!(ctx, ctx_Tracker_New, Len(1));
    let kept = call!(ctx, ctx_Dup, arg);
    call!(ctx, ctx_Tracker_Add, t, kept);
    call!(ctx, ctx_Tracker_ForgetAll, t);
    call!(ctx, ctx_Tracker_Close, t);
    kept
});

function!(bytes, bytes_imp: O, |ctx, _self, arg| {
    let n = call!(ctx, ctx_Bytes_Size, arg).0;
    if n < 0 {
        return HPy::NULL;
    }
    let (p, q) = (call!(ctx, ctx_Bytes_AsString, arg), call!(ctx, ctx_Bytes_AS_STRING, arg));
    list(ctx, &[
        int(ctx, n as i64), int(ctx, call!(ctx, ctx_Bytes_GET_SIZE, arg).0 as i64),
        call!(ctx, ctx_Bytes_FromString, Utf8(p.0)),
        call!(ctx, ctx_Bytes_FromStringAndSize, q, Len(n)),
    ])
});
function!(bytes_null, bytes_null_imp: NOARGS, |ctx, _self| {
    call!(ctx, ctx_Bytes_FromStringAndSize, Chars(null()), Len(3))
});
function!(unicode, unicode_imp: O, |ctx, _self, arg| {
    let mut n = Len(0);
    let text = call!(ctx, ctx_Unicode_AsUTF8AndSize, arg, &mut n);
    if text.0.is_null() {
        return HPy::NULL;
    }
    let wide: Vec<WChar> = "w\u{e9}\0".chars().map(|c| c as WChar).collect();
    let encoded = call!(ctx, ctx_Unicode_AsUTF8String, arg);
    let first = call!(ctx, ctx_Unicode_ReadChar, arg, Len(0)).0;
    let result = list(ctx, &[
        call!(ctx, ctx_Unicode_FromString, text), int(ctx, n.0 as i64), int(ctx, first),
        call!(ctx, ctx_Unicode_FromWideChar, WideChars(wide.as_ptr()), Len(-1)),
        call!(ctx, ctx_Unicode_DecodeFSDefault, text),
        call!(ctx, ctx_Unicode_DecodeFSDefaultAndSize, Chars(text.0), n),
        call!(ctx, ctx_Unicode_EncodeFSDefault, arg),
        call!(ctx, ctx_Unicode_DecodeLatin1, Chars(text.0), n, Utf8(null())),
        call!(ctx, ctx_Unicode_DecodeASCII, Chars(text.0), n, utf8(c"replace")),
        call!(ctx, ctx_Unicode_FromEncodedObject, encoded, utf8(c"utf-8"), Utf8(null())),
        call!(ctx, ctx_Unicode_Substring, arg, Len(1), Len(2)),
        call!(ctx, ctx_Unicode_AsLatin1String, arg),
    ]);
    call!(ctx, ctx_Close, encoded);
    result
});
function!(ascii, ascii_imp: O, |ctx, _self, arg| { call!(ctx, ctx_Unicode_AsASCIIString, arg) });

function!(calls, calls_imp: O, |ctx, _self, f| {
    // f(1, 2), f(1, k=2), f(*(1,), **{"k": 2}), and the method `append`.
    let args = [int(ctx, 1), int(ctx, 2)];
    let key = call!(ctx, ctx_Unicode_FromString, utf8(c"k"));
    let names = call!(ctx, ctx_Tuple_FromArray, Handles(&key), Len(1));
    let tuple = call!(ctx, ctx_Tuple_FromArray, Handles(args.as_ptr()), Len(1));
    let dict = call!(ctx, ctx_Dict_New);
    call!(ctx, ctx_SetItem, dict, key, args[1]);
    let l = call!(ctx, ctx_List_New, Len(0));
    let append = call!(ctx, ctx_Unicode_FromString, utf8(c"append"));
    let method = call!(ctx, ctx_CallMethod, append, Handles([l, args[0]].as_ptr()), 2, HPy::NULL);
    let result = list(ctx, &[
        call!(ctx, ctx_Call, f, Handles(args.as_ptr()), 2, HPy::NULL),
        call!(ctx, ctx_Call, f, Handles(args.as_ptr()), 1, names),
        call!(ctx, ctx_CallTupleDict, f, tuple, dict),
        call!(ctx, ctx_CallTupleDict, f, tuple, HPy::NULL),
        call!(ctx, ctx_CallTupleDict, f, HPy::NULL, dict),
        call!(ctx, ctx_CallTupleDict, f, HPy::NULL, HPy::NULL),
        method, l,
    ]);
    for h in [args[0], args[1], key, names, tuple, dict, append] {
        call!(ctx, ctx_Close, h);
    }
    result
});
function!(call_wrong, call_wrong_imp: O, |ctx, _self, f| {
    call!(ctx, ctx_CallTupleDict, f, h!(ctx, h_None), HPy::NULL)
});

function!(raises, raises_imp: VARARGS, |ctx, _self, args| {
    let [what, value] = args else { return fail(ctx, c"raises(what, value)") };
    match call!(ctx, ctx_Long_AsInt64_t, *what) {
        0 => call!(ctx, ctx_Err_SetString, h!(ctx, h_KeyError), utf8(c"text")),
        1 => call!(ctx, ctx_Err_SetObject, h!(ctx, h_RuntimeError), *value),
        2 => call!(ctx, ctx_Err_NoMemory),
        3 => {
            // SAFETY: sets the C library's errno.
            unsafe { *libc::__errno_location() = libc::ENOENT };
            call!(ctx, ctx_Err_SetFromErrnoWithFilename, h!(ctx, h_OSError), utf8(c"name"));
        }
        4 => {
            // SAFETY: as above.
            unsafe { *libc::__errno_location() = libc::EACCES };
            call!(ctx, ctx_Err_SetFromErrnoWithFilenameObjects, h!(ctx, h_OSError), *value, *value);
        }
        5 => {
            call!(ctx, ctx_Err_SetString, h!(ctx, h_KeyError), utf8(c"unraisable"));
            call!(ctx, ctx_Err_WriteUnraisable, *value);
            return none(ctx);
        }
        6 => {
            let category = h!(ctx, h_UserWarning);
            let s = call!(ctx, ctx_Err_WarnEx, category, utf8(c"careful"), Len(1));
            return if s == Status::OK { none(ctx) } else { HPy::NULL };
        }
        _ => {}
    }
    HPy::NULL
});
function!(new_exceptions, new_exceptions_imp: NOARGS, |ctx, _self| {
    list(ctx, &[
        call!(ctx, ctx_Err_NewException, utf8(c"smoke.Plain"), HPy::NULL, HPy::NULL),
        call!(ctx, ctx_Err_NewExceptionWithDoc, utf8(c"smoke.Told"), utf8(c"about it"),
            h!(ctx, h_ValueError), HPy::NULL),
    ])
});
// Calls a function, takes its exception, gives it back as a value; or raises it again.
function!(fetch, fetch_imp: VARARGS, |ctx, _self, args| {
    let [f, again] = args else { return fail(ctx, c"fetch(f, again)") };
    let result = call!(ctx, ctx_Call, *f, Handles(null()), 0, HPy::NULL);
    if !result.is_null() {
        return result;
    }
    // SAFETY: the context is our host's.
    let Some(extensions) = (unsafe { ext::extensions(ctx) }) else { return HPy::NULL };
    // SAFETY: as above.
    let exception = unsafe { (extensions.err_fetch)(ctx) };
    if call!(ctx, ctx_IsTrue, *again).0 == 0 {
        return exception;
    }
    // SAFETY: as above.
    unsafe { (extensions.err_restore)(ctx, exception) };
    call!(ctx, ctx_Close, exception);
    HPy::NULL
});
function!(extension_flags, extension_flags_imp: NOARGS, |ctx, _self| {
    // SAFETY: the context is our host's.
    match unsafe { ext::extensions(ctx) } {
        Some(e) => int(ctx, e.flags),
        None => none(ctx),
    }
});

function!(read_floats, read_floats_imp: O, |ctx, _self, arg| {
    let mut found = [0.0; 3];
    // SAFETY: the context is our host's, and there is room for three.
    let n = unsafe {
        let Some(extensions) = ext::extensions(ctx) else { return HPy::NULL };
        (extensions.read_floats)(ctx, arg, found.as_mut_ptr(), found.len())
    };
    let found: Vec<HPy> = found[..n].iter().map(|v| call!(ctx, ctx_Float_FromDouble, *v)).collect();
    list(ctx, &found)
});

function!(slices, slices_imp: O, |ctx, _self, slice| {
    let (mut start, mut stop, mut step) = (Len(0), Len(0), Len(0));
    if call!(ctx, ctx_Slice_Unpack, slice, &mut start, &mut stop, &mut step) != Status::OK {
        return HPy::NULL;
    }
    let two = int(ctx, 2);
    let made = call!(ctx, ctx_Slice_New, two, HPy::NULL, HPy::NULL);
    call!(ctx, ctx_Close, two);
    list(ctx, &[int(ctx, start.0 as i64), int(ctx, stop.0 as i64), int(ctx, step.0 as i64), made])
});
function!(iterate, iterate_imp: O, |ctx, _self, arg| {
    let it = call!(ctx, ctx_GetIter, arg);
    if it.is_null() {
        return HPy::NULL;
    }
    let mut found = Vec::new();
    loop {
        let next = call!(ctx, ctx_Iter_Next, it);
        if next.is_null() {
            break;
        }
        found.push(next);
    }
    call!(ctx, ctx_Close, it);
    let all = list(ctx, &found);
    if call!(ctx, ctx_Err_Occurred).0 != 0 {
        call!(ctx, ctx_Close, all);
        return HPy::NULL;
    }
    all
});
function!(evaluate, evaluate_imp: O, |ctx, _self, globals| {
    let file = utf8(c"<smoke>");
    let code = call!(ctx, ctx_Compile_s, utf8(c"y = x + 1"), file, SourceKind::FILE);
    if code.is_null() {
        return HPy::NULL;
    }
    let ran = call!(ctx, ctx_EvalCode, code, globals, globals);
    call!(ctx, ctx_Close, code);
    if ran.is_null() {
        return HPy::NULL;
    }
    let code = call!(ctx, ctx_Compile_s, utf8(c"y * 2"), file, SourceKind::EXPR);
    let value = call!(ctx, ctx_EvalCode, code, globals, globals);
    call!(ctx, ctx_Close, code);
    list(ctx, &[ran, value])
});
function!(compile_wrong, compile_wrong_imp: NOARGS, |ctx, _self| {
    call!(ctx, ctx_Compile_s, utf8(c"1"), utf8(c"f"), SourceKind(9))
});
function!(import, import_imp: NOARGS, |ctx, _self| {
    call!(ctx, ctx_Import_ImportModule, utf8(c"json"))
});
function!(context_variables, context_variables_imp: O, |ctx, _self, arg| {
    let var = call!(ctx, ctx_ContextVar_New, utf8(c"v"), HPy::NULL);
    let mut empty = HPy(1);
    call!(ctx, ctx_ContextVar_Get, var, HPy::NULL, HandleOut(&mut empty));
    let mut default = HPy::NULL;
    call!(ctx, ctx_ContextVar_Get, var, h!(ctx, h_Ellipsis), HandleOut(&mut default));
    let token = call!(ctx, ctx_ContextVar_Set, var, arg);
    let mut value = HPy::NULL;
    call!(ctx, ctx_ContextVar_Get, var, HPy::NULL, HandleOut(&mut value));
    call!(ctx, ctx_Close, token);
    call!(ctx, ctx_Close, var);
    list(ctx, &[call!(ctx, ctx_Bool_FromBool, empty.is_null()), default, value])
});

unsafe extern "C" fn capsule_destroy(_: *const c_char, pointer: *mut c_void, _: *mut c_void) {
    CAPSULES.fetch_add(pointer as usize, SeqCst);
}
unsafe extern "C" fn capsule_trampoline(capsule: CpyRef) {
    // SAFETY: any function pointer may be erased.
    let imp = unsafe { core::mem::transmute::<*const (), HPyCFunction>(capsule_destroy as _) };
    let sig = Signature::CAPSULE_DESTRUCTOR;
    call!(CTX.load(SeqCst), ctx_CallRealFunctionFromTrampoline, sig, imp, capsule.cast());
}
function!(capsules, capsules_imp: NOARGS, |ctx, _self| {
    // SAFETY: any function pointer may be erased.
    let trampoline = unsafe { core::mem::transmute::<*const (), HPyCFunction>(capsule_trampoline as _) };
    let mut destructor =
        HPyCapsule_Destructor { cpy_trampoline: trampoline, imp: Some(capsule_destroy) };
    let (p, name) = (5 as *mut c_void, utf8(c"smoke.capsule"));
    let c = call!(ctx, ctx_Capsule_New, p, name, &mut destructor);
    let valid = call!(ctx, ctx_Capsule_IsValid, c, name).0;
    let invalid = call!(ctx, ctx_Capsule_IsValid, c, utf8(c"other")).0;
    call!(ctx, ctx_Capsule_Set, c, CapsuleKey::CONTEXT, 6 as *mut c_void);
    call!(ctx, ctx_Capsule_Set, c, CapsuleKey::POINTER, 7 as *mut c_void);
    let context = call!(ctx, ctx_Capsule_Get, c, CapsuleKey::CONTEXT, name) as usize;
    let pointer = call!(ctx, ctx_Capsule_Get, c, CapsuleKey::POINTER, name) as usize;
    let found = call!(ctx, ctx_Capsule_Get, c, CapsuleKey::NAME, name);
    list(ctx, &[
        int(ctx, valid), int(ctx, invalid), int(ctx, context as i64), int(ctx, pointer as i64),
        call!(ctx, ctx_Unicode_FromString, Utf8(found.cast())), c,
    ])
});
function!(capsule_wrong, capsule_wrong_imp: NOARGS, |ctx, _self| {
    let mut destructor = HPyCapsule_Destructor { cpy_trampoline: None, imp: None };
    call!(ctx, ctx_Capsule_New, core::ptr::dangling_mut(), Utf8(null()), &mut destructor)
});

static mut GLOBAL: HPyGlobal = HPyGlobal::NULL;
function!(swap_global, swap_global_imp: O, |ctx, _self, arg| {
    let place = &raw mut GLOBAL;
    // SAFETY: the script calls this from one thread.
    let old = unsafe { *place };
    let old = if old == HPyGlobal::NULL { none(ctx) } else { call!(ctx, ctx_Global_Load, old) };
    call!(ctx, ctx_Global_Store, place, arg);
    old
});
function!(leave, leave_imp: NOARGS, |ctx, _self| {
    let state = call!(ctx, ctx_LeavePythonExecution);
    std::thread::yield_now();
    call!(ctx, ctx_ReenterPythonExecution, state);
    none(ctx)
});
function!(py_object, py_object_imp: O, |ctx, _self, arg| {
    let o = call!(ctx, ctx_AsPyObject, arg);
    let h = call!(ctx, ctx_FromPyObject, o);
    call!(ctx, ctx_Close, HPy(o as isize));
    h
});
function!(dump, dump_imp: O, |ctx, _self, arg| {
    call!(ctx, ctx_Dump, arg);
    none(ctx)
});
function!(counters, counters_imp: NOARGS, |ctx, _self| {
    list(ctx, &[
        int(ctx, DESTROYED.load(SeqCst) as i64), int(ctx, CAPSULES.load(SeqCst) as i64),
    ])
});
function!(constants, constants_imp: NOARGS, |ctx, _self| {
    let all = [
        h!(ctx, h_None), h!(ctx, h_True), h!(ctx, h_False), h!(ctx, h_NotImplemented),
        h!(ctx, h_Ellipsis), h!(ctx, h_BaseException), h!(ctx, h_ResourceWarning),
        h!(ctx, h_BaseObjectType), h!(ctx, h_TypeType), h!(ctx, h_BoolType), h!(ctx, h_LongType),
        h!(ctx, h_ComplexType), h!(ctx, h_MemoryViewType), h!(ctx, h_CapsuleType),
        h!(ctx, h_SliceType), h!(ctx, h_Builtins), h!(ctx, h_DictType),
    ];
    let all: Vec<HPy> = all.iter().map(|h| call!(ctx, ctx_Dup, *h)).collect();
    list(ctx, &all)
});

// ---------------------------------------------------------------- a plain class

#[repr(C)]
struct Point {
    x: f64,
    y: f64,
    tag: i32,
}

fn point(ctx: Ctx, h: HPy) -> *mut Point {
    call!(ctx, ctx_AsStruct_Object, h).cast()
}

function!(point_new, point_new_imp: NEWFUNC, |ctx, type_, args, kw| {
    let mut data = null_mut();
    let h = call!(ctx, ctx_New, type_, &mut data);
    if h.is_null() {
        return h;
    }
    assert_eq!(data, call!(ctx, ctx_AsStruct_Object, h), "HPy_New gives the native struct");
    assert_eq!(data as usize % 16, 0, "aligned");
    // SAFETY: the struct is zeroed, and 24 bytes long.
    unsafe {
        let p: *mut Point = data.cast();
        assert!((*p).x == 0.0 && (*p).y == 0.0 && (*p).tag == 0, "zeroed");
        if let [x, y] = args {
            (*p).x = call!(ctx, ctx_Float_AsDouble, *x);
            (*p).y = call!(ctx, ctx_Float_AsDouble, *y);
        }
    }
    if call!(ctx, ctx_Err_Occurred).0 != 0 {
        call!(ctx, ctx_Close, h);
        return HPy::NULL;
    }
    h
});
unsafe extern "C" fn point_destroy(data: *mut c_void) {
    // SAFETY: the host passes the native struct.
    unsafe { (*data.cast::<Point>()).tag = -1 };
    DESTROYED.fetch_add(1, SeqCst);
}
function!(point_repr, point_repr_imp: REPRFUNC(arg0: CpyRef as HPy) -> CpyRef as HPy, |ctx, a| {
    // SAFETY: the method's owner is a Point.
    let text = unsafe { format!("Point({:?}, {:?})\0", (*point(ctx, a)).x, (*point(ctx, a)).y) };
    call!(ctx, ctx_Unicode_FromString, Utf8(text.as_ptr().cast()))
});
function!(point_add, point_add_imp: BINARYFUNC, |ctx, a, b| {
    let t = call!(ctx, ctx_Type, a);
    let same = call!(ctx, ctx_TypeCheck, b, t).0 != 0;
    if !same {
        call!(ctx, ctx_Close, t);
        return call!(ctx, ctx_Dup, h!(ctx, h_NotImplemented));
    }
    let mut data = null_mut();
    let h = call!(ctx, ctx_New, t, &mut data);
    call!(ctx, ctx_Close, t);
    if !h.is_null() {
        // SAFETY: all three are Points.
        unsafe {
            let (a, b, c) = (point(ctx, a), point(ctx, b), data.cast::<Point>());
            (*c).x = (*a).x + (*b).x;
            (*c).y = (*a).y + (*b).y;
        }
    }
    h
});
function!(point_len, point_len_imp: LENFUNC(arg0: CpyRef as HPy) -> LenOrErr as LenOrErr,
    |ctx, a| { let _ = ctx; LenOrErr(2) });
function!(point_item, point_item_imp: SSIZEARGFUNC(arg0: CpyRef as HPy, arg1: Len as Len)
    -> CpyRef as HPy, |ctx, a, i| {
    // SAFETY: the slot's owner is a Point.
    unsafe {
        match i.0 {
            0 => call!(ctx, ctx_Float_FromDouble, (*point(ctx, a)).x),
            1 => call!(ctx, ctx_Float_FromDouble, (*point(ctx, a)).y),
            _ => {
                call!(ctx, ctx_Err_SetString, h!(ctx, h_IndexError), utf8(c"0 or 1"));
                HPy::NULL
            }
        }
    }
});
function!(point_bool, point_bool_imp: INQUIRY(arg0: CpyRef as HPy) -> FlagOrErr as FlagOrErr,
    |ctx, a| {
    // SAFETY: the slot's owner is a Point.
    FlagOrErr::new(unsafe { (*point(ctx, a)).x != 0.0 })
});
function!(point_compare, point_compare_imp: RICHCMPFUNC(
    arg0: CpyRef as HPy, arg1: CpyRef as HPy, arg2: CmpOp as CmpOp) -> CpyRef as HPy,
    |ctx, a, b, op| {
    let t = call!(ctx, ctx_Type, a);
    let same = call!(ctx, ctx_TypeCheck, b, t).0 != 0;
    call!(ctx, ctx_Close, t);
    if !same || op != CmpOp::EQ {
        return call!(ctx, ctx_Dup, h!(ctx, h_NotImplemented));
    }
    // SAFETY: both are Points.
    let equal = unsafe { (*point(ctx, a)).x == (*point(ctx, b)).x };
    call!(ctx, ctx_Bool_FromBool, equal)
});
function!(point_hash, point_hash_imp: HASHFUNC(arg0: CpyRef as HPy) -> Hash as Hash, |ctx, a| {
    let _ = ctx;
    Hash(42)
});
function!(point_get, point_get_imp: GETTER(arg0: CpyRef as HPy, arg1: *mut c_void as *mut c_void)
    -> CpyRef as HPy, |ctx, a, closure| {
    // SAFETY: the property's owner is a Point.
    let norm = unsafe { (*point(ctx, a)).x.hypot((*point(ctx, a)).y) };
    call!(ctx, ctx_Float_FromDouble, norm + closure as usize as f64)
});
function!(point_set, point_set_imp: SETTER(
    arg0: CpyRef as HPy, arg1: CpyRef as HPy, arg2: *mut c_void as *mut c_void)
    -> Status as Status, |ctx, a, value, closure| {
    if value.is_null() {
        call!(ctx, ctx_Err_SetString, h!(ctx, h_TypeError), utf8(c"cannot be deleted"));
        return Status::ERR;
    }
    let v = call!(ctx, ctx_Float_AsDouble, value);
    if v == -1.0 && call!(ctx, ctx_Err_Occurred).0 != 0 {
        return Status::ERR;
    }
    // SAFETY: the property's owner is a Point.
    unsafe { (*point(ctx, a)).x = v };
    Status::OK
});
function!(point_buffer, point_buffer_imp: GETBUFFERPROC(
    self_: CpyRef as HPy, view: *mut cpy_Py_buffer as *mut HPy_buffer, flags: c_int as c_int)
    -> Status as Status, |ctx, a, view, flags| {
    if flags & 0x1000 != 0 {
        call!(ctx, ctx_Err_SetString, h!(ctx, h_BufferError), utf8(c"not like this"));
        return Status::ERR;
    }
    static SHAPE: [isize; 1] = [2];
    static STRIDES: [isize; 1] = [8];
    let filled = HPy_buffer {
        buf: point(ctx, a).cast(),
        obj: call!(ctx, ctx_Dup, a),
        len: 16,
        itemsize: 8,
        readonly: 0,
        ndim: 1,
        format: c"d".as_ptr().cast_mut(),
        shape: SHAPE.as_ptr().cast_mut(),
        strides: STRIDES.as_ptr().cast_mut(),
        suboffsets: null_mut(),
        internal: null_mut(),
    };
    // SAFETY: the host passes a view to fill.
    unsafe { view.write(filled) };
    Status::OK
});
function!(point_scale, point_scale_imp: O, |ctx, self_, arg| {
    let by = call!(ctx, ctx_Float_AsDouble, arg);
    if by == -1.0 && call!(ctx, ctx_Err_Occurred).0 != 0 {
        return HPy::NULL;
    }
    // SAFETY: the method's owner is a Point.
    unsafe { (*point(ctx, self_)).x *= by };
    none(ctx)
});

// ---------------------------------------------------------------- a class with references

#[repr(C)]
struct Node {
    next: HPyField,
    value: HPyField,
}

fn node(ctx: Ctx, h: HPy) -> *mut Node {
    call!(ctx, ctx_AsStruct_Object, h).cast()
}
unsafe extern "C" fn node_traverse(
    data: *mut c_void,
    visit: HPyFunc_visitproc,
    arg: *mut c_void,
) -> c_int {
    let n: *mut Node = data.cast();
    // SAFETY: the host passes the native struct and its visitor.
    unsafe {
        for field in [&raw mut (*n).next, &raw mut (*n).value] {
            let status = visit(field, arg);
            if status != 0 {
                return status;
            }
        }
    }
    0
}
unsafe extern "C" fn node_destroy(_: *mut c_void) {
    DESTROYED.fetch_add(1, SeqCst);
}
function!(node_init, node_init_imp: INITPROC, |ctx, self_, args, kw| {
    let n = node(ctx, self_);
    // SAFETY: the slot's owner is a Node.
    unsafe {
        if let Some(next) = args.first() {
            call!(ctx, ctx_Field_Store, self_, &raw mut (*n).next, *next);
        }
        if let Some(value) = args.get(1) {
            call!(ctx, ctx_Field_Store, self_, &raw mut (*n).value, *value);
        }
    }
    Status::OK
});
function!(node_next, node_next_imp: NOARGS, |ctx, self_| {
    // SAFETY: the method's owner is a Node.
    let field = unsafe { (*node(ctx, self_)).next };
    if field == HPyField::NULL { none(ctx) } else { call!(ctx, ctx_Field_Load, self_, field) }
});
function!(node_iter, node_iter_imp: GETITERFUNC(arg0: CpyRef as HPy) -> CpyRef as HPy,
    |ctx, a| { call!(ctx, ctx_Dup, a) });
function!(node_iternext, node_iternext_imp: ITERNEXTFUNC(arg0: CpyRef as HPy) -> CpyRef as HPy,
    |ctx, a| {
    // Gives the value once.
    // SAFETY: the slot's owner is a Node.
    unsafe {
        let field = &raw mut (*node(ctx, a)).value;
        if *field == HPyField::NULL {
            return HPy::NULL;
        }
        let value = call!(ctx, ctx_Field_Load, a, *field);
        call!(ctx, ctx_Field_Store, a, field, HPy::NULL);
        value
    }
});
unsafe extern "C" fn node_finalize_imp(ctx: Ctx, self_: HPy) {
    // SAFETY: the slot's owner is a Node.
    let field = unsafe { (*node(ctx, self_)).value };
    if field != HPyField::NULL {
        let f = call!(ctx, ctx_Field_Load, self_, field);
        if call!(ctx, ctx_Callable_Check, f).0 != 0 {
            let args = [self_];
            let r = call!(ctx, ctx_Call, f, Handles(args.as_ptr()), 1, HPy::NULL);
            if r.is_null() {
                call!(ctx, ctx_Err_WriteUnraisable, f);
            }
            call!(ctx, ctx_Close, r);
        }
        call!(ctx, ctx_Close, f);
    }
}
unsafe extern "C" fn node_finalize(arg0: CpyRef) {
    let mut a = args::DESTRUCTOR { arg0 };
    through(Signature::DESTRUCTOR, node_finalize_imp as *const (), &mut a);
}

// ---------------------------------------------------------------- a class that can be called

function!(caller_call, caller_call_imp: KEYWORDS, |ctx, self_, args, n, kw| {
    let names = if kw.is_null() { none(ctx) } else { call!(ctx, ctx_Dup, kw) };
    let me = call!(ctx, ctx_Dup, self_);
    list(ctx, &[me, int(ctx, n as i64), int(ctx, args.len() as i64), names])
});
function!(caller_other, caller_other_imp: KEYWORDS, |ctx, _self, args, n, kw| {
    let _ = (args, kw);
    int(ctx, -(n as i64))
});
function!(caller_switch, caller_switch_imp: O, |ctx, _self, arg| {
    // SAFETY: any function pointer may be erased.
    let mut f = unsafe {
        HPyCallFunction {
            cpy_trampoline: core::mem::transmute::<*const (), HPyCFunction>(caller_other as _),
            imp: core::mem::transmute::<*const (), HPyCFunction>(caller_other_imp as _),
        }
    };
    if call!(ctx, ctx_SetCallFunction, arg, &mut f) == Status::OK { none(ctx) } else { HPy::NULL }
});

// ---------------------------------------------------------------- shapes

macro_rules! shape {
    ($get:ident, $get_imp:ident, $as_struct:ident) => {
        function!($get, $get_imp: NOARGS, |ctx, self_| {
            let p: *mut i64 = call!(ctx, $as_struct, self_).cast();
            assert_eq!(p as usize % 16, 0, "aligned");
            // SAFETY: the native struct is one number.
            unsafe {
                *p += 1;
                int(ctx, *p)
            }
        });
    };
}
shape!(bump_long, bump_long_imp, ctx_AsStruct_Long);
shape!(bump_float, bump_float_imp, ctx_AsStruct_Float);
shape!(bump_unicode, bump_unicode_imp, ctx_AsStruct_Unicode);
shape!(bump_tuple, bump_tuple_imp, ctx_AsStruct_Tuple);
shape!(bump_list, bump_list_imp, ctx_AsStruct_List);
shape!(bump_dict, bump_dict_imp, ctx_AsStruct_Dict);
shape!(bump_type, bump_type_imp, ctx_AsStruct_Type);

unsafe extern "C" fn count_destroy(_: *mut c_void) {
    DESTROYED.fetch_add(1, SeqCst);
}

// ---------------------------------------------------------------- definitions

fn leak(def: HPyDef) -> *mut HPyDef {
    Box::leak(Box::new(def))
}

fn raw(f: *const ()) -> HPyCFunction {
    // SAFETY: any function pointer may be erased.
    unsafe { core::mem::transmute::<*const (), HPyCFunction>(f) }
}

fn slot_def(slot: c_int, imp: *const (), cpy_trampoline: *const ()) -> *mut HPyDef {
    let slot = HPySlot { slot, imp: raw(imp), cpy_trampoline: raw(cpy_trampoline) };
    leak(HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } })
}

fn meth_def(
    name: &CStr,
    signature: Signature,
    imp: *const (),
    cpy_trampoline: *const (),
    doc: &CStr,
) -> *mut HPyDef {
    let (name, doc) = (name.as_ptr(), doc.as_ptr());
    let meth = HPyMeth { name, imp: raw(imp), cpy_trampoline: raw(cpy_trampoline), signature, doc };
    leak(HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } })
}

fn member_def(name: &CStr, type_: MemberType, offset: isize, readonly: c_int) -> *mut HPyDef {
    let member = HPyMember { name: name.as_ptr(), type_, offset, readonly, doc: null() };
    leak(HPyDef { kind: DefKind::MEMBER, body: HPyDefBody { member } })
}

fn getset_def(name: &CStr, closure: usize) -> *mut HPyDef {
    let getset = HPyGetSet {
        name: name.as_ptr(),
        getter_impl: raw(point_get_imp as _),
        setter_impl: raw(point_set_imp as _),
        getter_cpy_trampoline: raw(point_get as _),
        setter_cpy_trampoline: raw(point_set as _),
        doc: c"a property".as_ptr(),
        closure: closure as *mut c_void,
    };
    leak(HPyDef { kind: DefKind::GETSET, body: HPyDefBody { getset } })
}

fn defines(mut defs: Vec<*mut HPyDef>) -> *mut *mut HPyDef {
    defs.push(null_mut());
    defs.leak().as_mut_ptr()
}

fn spec(name: &CStr, size: usize, shape: BuiltinShape, defs: Vec<*mut HPyDef>) -> HPyType_Spec {
    HPyType_Spec {
        name: name.as_ptr(),
        basicsize: size as c_int,
        itemsize: 0,
        flags: tpflags::DEFAULT | tpflags::BASETYPE,
        builtin_shape: shape,
        legacy_slots: null_mut(),
        defines: defines(defs),
        doc: c"A class.".as_ptr(),
    }
}

macro_rules! slots {
    ($($slot:ident $trampoline:ident $imp:ident),* $(,)?) => {
        vec![$(slot_def(slot::$slot, $imp as *const (), $trampoline as *const ())),*]
    };
}

fn point_spec() -> HPyType_Spec {
    let mut defs = slots![
        tp_new point_new point_new_imp, tp_repr point_repr point_repr_imp,
        nb_add point_add point_add_imp, sq_length point_len point_len_imp,
        sq_item point_item point_item_imp, nb_bool point_bool point_bool_imp,
        tp_richcompare point_compare point_compare_imp, tp_hash point_hash point_hash_imp,
        bf_getbuffer point_buffer point_buffer_imp,
    ];
    defs.push(slot_def(slot::tp_destroy, point_destroy as _, null()));
    defs.push(member_def(c"x", MemberType::DOUBLE, 0, 0));
    defs.push(member_def(c"y", MemberType::DOUBLE, 8, 1));
    defs.push(member_def(c"tag", MemberType::INT, 16, 0));
    defs.push(getset_def(c"norm", 0));
    defs.push(getset_def(c"norm1", 1));
    let doc = c"scale(by)\n--\n\nMultiplies x.";
    defs.push(meth_def(c"scale", Signature::O, point_scale_imp as _, point_scale as _, doc));
    spec(c"smoke.Point", size_of::<Point>(), BuiltinShape::OBJECT, defs)
}

fn node_spec() -> HPyType_Spec {
    let mut defs = slots![
        tp_init node_init node_init_imp, tp_iter node_iter node_iter_imp,
        tp_iternext node_iternext node_iternext_imp, tp_finalize node_finalize node_finalize_imp,
    ];
    defs.push(slot_def(slot::tp_destroy, node_destroy as _, null()));
    defs.push(slot_def(slot::tp_traverse, node_traverse as _, null()));
    defs.push(member_def(c"value", MemberType::OBJECT, 8, 0));
    defs.push(member_def(c"strict", MemberType::OBJECT_EX, 8, 0));
    let doc = c"The next node.";
    defs.push(meth_def(c"get_next", Signature::NOARGS, node_next_imp as _, node_next as _, doc));
    let mut spec = spec(c"smoke.Node", size_of::<Node>(), BuiltinShape::OBJECT, defs);
    spec.flags |= tpflags::HAVE_GC;
    spec
}

fn caller_spec(size: usize) -> HPyType_Spec {
    let defs = slots![tp_call caller_call caller_call_imp];
    spec(c"smoke.Caller", size, BuiltinShape::OBJECT, defs)
}

/// Makes a type with one base and adds it to the module; false with an exception set.
fn add_type(ctx: Ctx, module: HPy, name: &CStr, spec: &mut HPyType_Spec, base: HPy) -> bool {
    let mut params = [
        HPyType_SpecParam { kind: ParamKind::BASE, object: base },
        HPyType_SpecParam { kind: ParamKind::END, object: HPy::NULL },
    ];
    let params = if base.is_null() { null_mut() } else { params.as_mut_ptr() };
    let t = call!(ctx, ctx_Type_FromSpec, spec, params);
    if t.is_null() {
        return false;
    }
    let status = call!(ctx, ctx_SetAttr_s, module, utf8(name), t);
    call!(ctx, ctx_Close, t);
    status == Status::OK
}

/// A class with a counter behind a built-in type's struct.
fn shaped(shape: BuiltinShape) -> HPyType_Spec {
    let (name, imp, trampoline): (&CStr, *const (), *const ()) = match shape {
        BuiltinShape::LONG => (c"smoke.Long", bump_long_imp as _, bump_long as _),
        BuiltinShape::FLOAT => (c"smoke.Float", bump_float_imp as _, bump_float as _),
        BuiltinShape::UNICODE => (c"smoke.Unicode", bump_unicode_imp as _, bump_unicode as _),
        BuiltinShape::TUPLE => (c"smoke.Tuple", bump_tuple_imp as _, bump_tuple as _),
        BuiltinShape::LIST => (c"smoke.List", bump_list_imp as _, bump_list as _),
        BuiltinShape::DICT => (c"smoke.Dict", bump_dict_imp as _, bump_dict as _),
        _ => (c"smoke.Meta", bump_type_imp as _, bump_type as _),
    };
    let bump = meth_def(c"bump", Signature::NOARGS, imp, trampoline, c"Counts.");
    let defs = vec![
        bump,
        member_def(c"count", MemberType::LONGLONG, 0, 0),
        slot_def(slot::tp_destroy, count_destroy as _, null()),
    ];
    spec(name, 8, shape, defs)
}

// A new type from a spec that is not right.
function!(wrong_type, wrong_type_imp: O, |ctx, _self, which| {
    let mut s = point_spec();
    let none = h!(ctx, h_None);
    let int_type = h!(ctx, h_LongType);
    let param = |kind, object| HPyType_SpecParam { kind, object };
    let mut params = vec![];
    match call!(ctx, ctx_Long_AsInt64_t, which) {
        0 => s.builtin_shape = BuiltinShape(123),
        1 => s.flags |= tpflags::HAVE_GC,
        2 => s.itemsize = -8,
        3 => params.push(param(ParamKind(77), none)),
        4 => params.push(param(ParamKind::BASE, none)),
        5 => params.extend([param(ParamKind::BASE, int_type), param(ParamKind::BASES_TUPLE, none)]),
        6 => params.push(param(ParamKind::METACLASS, none)),
        7 => params.push(param(ParamKind::BASE, int_type)),
        8 => s.legacy_slots = 16 as *mut c_void,
        _ => {}
    }
    params.push(param(ParamKind::END, HPy::NULL));
    call!(ctx, ctx_Type_FromSpec, &mut s, params.as_mut_ptr())
});
function!(make_point, make_point_imp: NOARGS, |ctx, _self| {
    let mut s = point_spec();
    call!(ctx, ctx_Type_FromSpec, &mut s, null_mut())
});
function!(make_node, make_node_imp: NOARGS, |ctx, _self| {
    let mut s = node_spec();
    call!(ctx, ctx_Type_FromSpec, &mut s, null_mut())
});
function!(make_derived, make_derived_imp: O, |ctx, _self, base| {
    // No struct of its own: inherits it.
    let mut s = spec(c"smoke.Derived", 0, BuiltinShape::OBJECT, vec![
        slot_def(slot::tp_destroy, count_destroy as _, null()),
    ]);
    let mut params = [
        HPyType_SpecParam { kind: ParamKind::BASE, object: base },
        HPyType_SpecParam { kind: ParamKind::END, object: HPy::NULL },
    ];
    call!(ctx, ctx_Type_FromSpec, &mut s, params.as_mut_ptr())
});
function!(make_with_metaclass, make_with_metaclass_imp: O, |ctx, _self, meta| {
    let mut s = spec(c"smoke.WithMeta", 8, BuiltinShape::OBJECT, vec![
        member_def(c"count", MemberType::LONGLONG, 0, 0),
    ]);
    let mut params = [
        HPyType_SpecParam { kind: ParamKind::METACLASS, object: meta },
        HPyType_SpecParam { kind: ParamKind::END, object: HPy::NULL },
    ];
    call!(ctx, ctx_Type_FromSpec, &mut s, params.as_mut_ptr())
});
function!(new_of, new_of_imp: O, |ctx, _self, t| {
    let mut data = null_mut();
    call!(ctx, ctx_New, t, &mut data)
});
function!(generic_new, generic_new_imp: O, |ctx, _self, t| {
    call!(ctx, ctx_Type_GenericNew, t, Handles(null()), Len(0), HPy::NULL)
});
function!(shape_of, shape_of_imp: O, |ctx, _self, t| {
    let shape = call!(ctx, ctx_Type_GetBuiltinShape, t);
    if call!(ctx, ctx_Err_Occurred).0 != 0 { HPy::NULL } else { int(ctx, shape.0) }
});
function!(legacy_address, legacy_address_imp: O, |ctx, _self, o| {
    call!(ctx, ctx_Bool_FromBool, call!(ctx, ctx_AsStruct_Legacy, o) as isize == o.0)
});

unsafe extern "C" fn exec_imp(ctx: Ctx, module: HPy) -> FlagOrErr {
    let plain = HPy::NULL;
    let ok = add_type(ctx, module, c"Point", &mut point_spec(), plain)
        && add_type(ctx, module, c"Node", &mut node_spec(), plain)
        && add_type(ctx, module, c"Caller", &mut caller_spec(24), plain)
        && add_type(ctx, module, c"SmallCaller", &mut caller_spec(0), plain);
    let shapes = [
        (c"Long", BuiltinShape::LONG, h!(ctx, h_LongType)),
        (c"Float", BuiltinShape::FLOAT, h!(ctx, h_FloatType)),
        (c"Unicode", BuiltinShape::UNICODE, h!(ctx, h_UnicodeType)),
        (c"Tuple", BuiltinShape::TUPLE, h!(ctx, h_TupleType)),
        (c"List", BuiltinShape::LIST, h!(ctx, h_ListType)),
        (c"Dict", BuiltinShape::DICT, h!(ctx, h_DictType)),
        (c"Meta", BuiltinShape::TYPE, h!(ctx, h_TypeType)),
    ];
    let ok = ok
        && shapes
            .into_iter()
            .all(|(name, shape, base)| add_type(ctx, module, name, &mut shaped(shape), base));
    FlagOrErr(if ok { 0 } else { -1 })
}
unsafe extern "C" fn exec(arg0: CpyRef) -> FlagOrErr {
    let mut a = args::INQUIRY { arg0, result: FlagOrErr::ERR };
    through(Signature::INQUIRY, exec_imp as *const (), &mut a);
    a.result
}

macro_rules! methods {
    ($($sig:ident: $($name:ident $imp:ident),*;)*) => {
        vec![$($({
            let name = concat!(stringify!($name), "\0");
            let name = CStr::from_bytes_with_nul(name.as_bytes()).unwrap_or(c"?");
            meth_def(name, Signature::$sig, $imp as _, $name as _, c"A function.")
        }),*),*]
    };
}

unsafe extern "C" fn definition() -> *mut HPyModuleDef {
    assert!(!CTX.load(SeqCst).is_null(), "the context comes first");
    let mut defs = methods![
        NOARGS: noargs noargs_imp, lists lists_imp, builder_no_memory builder_no_memory_imp,
            bytes_null bytes_null_imp, new_exceptions new_exceptions_imp,
            extension_flags extension_flags_imp, compile_wrong compile_wrong_imp,
            import import_imp, capsules capsules_imp, capsule_wrong capsule_wrong_imp,
            leave leave_imp, counters counters_imp, constants constants_imp,
            make_point make_point_imp, make_node make_node_imp;
        O: identity identity_imp, inc inc_imp, read_int read_int_imp, as_double as_double_imp,
            hash hash_imp, to_bytes to_bytes_imp, attributes attributes_imp,
            get_attr get_attr_imp, items items_imp, length length_imp, builders builders_imp,
            tracker tracker_imp, bytes bytes_imp, unicode unicode_imp, ascii ascii_imp,
            calls calls_imp, call_wrong call_wrong_imp, read_floats read_floats_imp, slices slices_imp, iterate iterate_imp,
            evaluate evaluate_imp, context_variables context_variables_imp,
            swap_global swap_global_imp, py_object py_object_imp, dump dump_imp,
            caller_switch caller_switch_imp, wrong_type wrong_type_imp,
            make_derived make_derived_imp, make_with_metaclass make_with_metaclass_imp,
            new_of new_of_imp, generic_new generic_new_imp, shape_of shape_of_imp,
            legacy_address legacy_address_imp;
        VARARGS: as_list as_list_imp, number number_imp, matmul matmul_imp, object object_imp,
            get_item_i get_item_i_imp, raises raises_imp, fetch fetch_imp;
        KEYWORDS: keywords keywords_imp;
    ];
    defs.push(slot_def(slot::mod_exec, exec_imp as _, exec as _));
    Box::leak(Box::new(HPyModuleDef {
        doc: c"A module.".as_ptr(),
        size: 0,
        legacy_methods: null_mut(),
        defines: defines(defs),
        globals: null_mut(),
    }))
}

unsafe extern "C" fn set_context(ctx: Ctx) {
    CTX.store(ctx, SeqCst);
}

static ENTRY: ModuleEntry =
    ModuleEntry { name: c"smoke", def: definition, set_context, uses_gil: false };

/// What CPython looks for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_smoke() -> *mut cpy_PyObject {
    // SAFETY: called by the import machinery.
    unsafe { module_init(&ENTRY) }
}

// ---------------------------------------------------------------- other modules of the same file

unsafe extern "C" fn create_imp(ctx: Ctx, spec: HPy) -> HPy {
    // Any object will do; this one is the name of the module that is wanted.
    call!(ctx, ctx_GetAttr_s, spec, utf8(c"name"))
}
unsafe extern "C" fn create(spec: CpyRef, _: *mut c_void) -> CpyRef {
    let mut a = args::MOD_CREATE { spec, result: null_mut() };
    through(Signature::MOD_CREATE, create_imp as *const (), &mut a);
    a.result
}
unsafe extern "C" fn create_module_imp(ctx: Ctx, _: HPy) -> HPy {
    call!(ctx, ctx_Import_ImportModule, utf8(c"json"))
}
unsafe extern "C" fn create_module(spec: CpyRef, _: *mut c_void) -> CpyRef {
    let mut a = args::MOD_CREATE { spec, result: null_mut() };
    through(Signature::MOD_CREATE, create_module_imp as *const (), &mut a);
    a.result
}

/// A definition of a module with nothing but defaults.
fn bare_module(defs: Vec<*mut HPyDef>) -> HPyModuleDef {
    let defines = defines(defs);
    HPyModuleDef { doc: null(), size: 0, legacy_methods: null_mut(), defines, globals: null_mut() }
}

fn leak_module(def: HPyModuleDef) -> *mut HPyModuleDef {
    Box::leak(Box::new(def))
}

unsafe extern "C" fn created() -> *mut HPyModuleDef {
    leak_module(bare_module(slots![mod_create create create_imp]))
}
unsafe extern "C" fn created_module() -> *mut HPyModuleDef {
    leak_module(bare_module(slots![mod_create create_module create_module_imp]))
}
unsafe extern "C" fn created_and_more() -> *mut HPyModuleDef {
    leak_module(bare_module(slots![mod_create create create_imp, mod_exec exec exec_imp]))
}
unsafe extern "C" fn negative_size() -> *mut HPyModuleDef {
    leak_module(HPyModuleDef { size: -1, ..bare_module(vec![]) })
}
unsafe extern "C" fn no_definition() -> *mut HPyModuleDef {
    null_mut()
}

/// The C API's `PyMethodDef` and `PyType_Slot`, as an extension of the hybrid ABI has them.
#[repr(C)]
struct CMethod(*const c_char, *const (), c_int, *const c_char);
#[repr(C)]
struct CSlot(c_int, *mut c_void);

unsafe extern "C" fn c_identity(_: CpyRef, arg: CpyRef) -> CpyRef {
    call!(CTX.load(SeqCst), ctx_AsPyObject, HPy(arg as isize))
}
fn c_methods() -> *mut c_void {
    let end = CMethod(null(), null(), 0, null());
    let method = CMethod(c"c_identity".as_ptr(), c_identity as *const (), 8, null());
    vec![method, end].leak().as_mut_ptr().cast()
}
unsafe extern "C" fn legacy_exec_imp(ctx: Ctx, module: HPy) -> FlagOrErr {
    const METHODS: c_int = 64;
    let legacy = vec![CSlot(METHODS, c_methods()), CSlot(0, null_mut())].leak();
    // A header of any layout, and nothing else.
    let mut s = spec(
        c"legacy.Legacy",
        0,
        BuiltinShape::LEGACY,
        vec![meth_def(c"mine", Signature::O, identity_imp as _, identity as _, c"Ours.")],
    );
    s.legacy_slots = legacy.as_mut_ptr().cast();
    let ok = add_type(ctx, module, c"Legacy", &mut s, HPy::NULL);
    FlagOrErr(if ok { 0 } else { -1 })
}
unsafe extern "C" fn legacy_exec(arg0: CpyRef) -> FlagOrErr {
    let mut a = args::INQUIRY { arg0, result: FlagOrErr::ERR };
    through(Signature::INQUIRY, legacy_exec_imp as *const (), &mut a);
    a.result
}
unsafe extern "C" fn legacy() -> *mut HPyModuleDef {
    let defs = slots![mod_exec legacy_exec legacy_exec_imp];
    leak_module(HPyModuleDef { size: 16, legacy_methods: c_methods(), ..bare_module(defs) })
}

macro_rules! module {
    ($($init:ident $name:literal $def:ident;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $init() -> *mut cpy_PyObject {
            static ENTRY: ModuleEntry =
                ModuleEntry { name: $name, def: $def, set_context, uses_gil: false };
            // SAFETY: called by the import machinery.
            unsafe { module_init(&ENTRY) }
        }
    )*};
}
module! {
    PyInit_created c"created" created;
    PyInit_created_module c"created_module" created_module;
    PyInit_created_and_more c"created_and_more" created_and_more;
    PyInit_negative_size c"negative_size" negative_size;
    PyInit_no_definition c"no_definition" no_definition;
    PyInit_legacy c"legacy" legacy;
}
