//! The mock through raw context calls, as an extension sees it.

use hpy_abi::*;
use hpy_mock::{Interpreter, with};
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_void};
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

fn text(literal: &'static CStr) -> Utf8 {
    Utf8(literal.as_ptr())
}

fn int(ctx: *mut HPyContext, x: i64) -> HPy {
    call!(ctx.ctx_Long_FromInt64_t(x))
}

fn string(ctx: *mut HPyContext, literal: &'static CStr) -> HPy {
    call!(ctx.ctx_Unicode_FromString(text(literal)))
}

/// The list of some numbers.
fn list(ctx: *mut HPyContext, items: &[i64]) -> HPy {
    let builder = call!(ctx.ctx_ListBuilder_New(Len(items.len() as isize)));
    for (i, item) in items.iter().enumerate() {
        let item = int(ctx, *item);
        call!(ctx.ctx_ListBuilder_Set(builder, Len(i as isize), item));
        call!(ctx.ctx_Close(item));
    }
    call!(ctx.ctx_ListBuilder_Build(builder))
}

fn close(ctx: *mut HPyContext, handles: impl IntoIterator<Item = HPy>) {
    handles.into_iter().for_each(|h| call!(ctx.ctx_Close(h)));
}

/// What the panic of a test that must fail says.
fn complaint(test: impl FnOnce(*mut HPyContext)) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| with(test))).expect_err("it must not pass");
    panic.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn a_leaked_handle_is_named() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_Dup(constant!(ctx.h_None)));
        int(ctx, 42);
    });
    assert!(message.contains("leaked: handle to 42 from ctx_Long_FromInt64_t"), "{message}");
    assert!(message.contains("leaked: handle to None from ctx_Dup"), "{message}");
}

#[test]
fn builders_trackers_and_exceptions_must_not_be_left() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_TupleBuilder_New(Len(3)));
        call!(ctx.ctx_Tracker_New(Len(0)));
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_ValueError), text(c"left over")));
    });
    assert!(message.contains("leaked: builder for 3 items"), "{message}");
    assert!(message.contains("leaked: tracker of 0 handles"), "{message}");
    assert!(message.contains("still set: ValueError: left over"), "{message}");
}

#[test]
fn misuse_of_handles_is_a_fault() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let h = int(ctx, 1);
    close(ctx, [h]);
    assert_eq!(call!(ctx.ctx_Negative(h)), HPy::NULL);
    let error = interpreter.take_error().expect("SystemError is set");
    assert!(error.starts_with("SystemError: handle 0x"), "{error}");
    assert!(error.ends_with("was used but is not open: it was closed, or made up"), "{error}");
    close(ctx, [h, HPy::NULL, constant!(ctx.h_None)]);
    assert_eq!(call!(ctx.ctx_Repr(HPy::NULL)), HPy::NULL);
    interpreter.take_error();
    assert_eq!(call!(ctx.ctx_Compile_s(text(c"1"), text(c"f"), SourceKind::EXPR)), HPy::NULL);
    interpreter.take_error();
    let faults = interpreter.faults();
    let expected =
        ["not open", "not open", "closed a borrowed handle (h_None)", "null handle", "Compile_s"];
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    for (fault, part) in faults.iter().zip(expected) {
        assert!(fault.contains(part), "{fault:?} lacks {part:?}");
    }
}

#[test]
fn raising_calls_want_a_clear_conscience() {
    let message = complaint(|ctx| {
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_KeyError), text(c"k")));
        assert_eq!(int(ctx, 1), HPy::NULL);
        call!(ctx.ctx_Err_Clear());
    });
    assert!(message.contains("ctx_Long_FromInt64_t was called while KeyError('k') is set"));
}

#[test]
fn failures_are_injected_into_each_call() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    /// `sum([1, 2])`, with every error handled.
    fn work(ctx: *mut HPyContext) -> Option<i64> {
        let mut total = 0;
        for i in 1..3 {
            let h = int(ctx, i);
            if h.is_null() {
                return None;
            }
            total += call!(ctx.ctx_Long_AsInt64_t(h));
            close(ctx, [h]);
            if call!(ctx.ctx_Err_Occurred()) == Flag(1) {
                return None;
            }
        }
        Some(total)
    }
    assert_eq!(work(ctx), Some(3));
    assert_eq!(interpreter.calls(), 4);
    for n in 1..=4 {
        interpreter.fail_at(n);
        assert_eq!(work(ctx), None, "call {n}");
        assert_eq!(interpreter.take_error().as_deref(), Some("MemoryError: injected failure"));
        assert_eq!(interpreter.open_handles(), 0);
    }
    interpreter.fail_at(5);
    assert_eq!(work(ctx), Some(3));
    interpreter.finish();
}

#[test]
fn operators_and_their_errors() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let (seven, minus_two) = (int(ctx, 7), int(ctx, -2));
    let half = call!(ctx.ctx_Float_FromDouble(0.5));
    let name = string(ctx, c"it's");
    let results = [
        (call!(ctx.ctx_FloorDivide(seven, minus_two)), "-4"),
        (call!(ctx.ctx_Remainder(seven, minus_two)), "-1"),
        (call!(ctx.ctx_TrueDivide(seven, minus_two)), "-3.5"),
        (call!(ctx.ctx_Divmod(seven, minus_two)), "(-4, -1)"),
        (call!(ctx.ctx_Power(minus_two, seven, constant!(ctx.h_None))), "-128"),
        (call!(ctx.ctx_Add(seven, half)), "7.5"),
        (call!(ctx.ctx_Invert(seven)), "-8"),
        (call!(ctx.ctx_Add(name, name)), "\"it'sit's\""),
        (call!(ctx.ctx_RichCompare(half, seven, CmpOp::LT)), "True"),
        (call!(ctx.ctx_Long(half)), "0"),
    ];
    for (h, expected) in results {
        assert_eq!(interpreter.repr(h), expected);
        close(ctx, [h]);
    }
    let error = || interpreter.take_error().expect("an exception");
    call!(ctx.ctx_Add(seven, name));
    assert_eq!(error(), "TypeError: unsupported operand type(s) for +: 'int' and 'str'");
    call!(ctx.ctx_InPlaceSubtract(name, seven));
    assert_eq!(error(), "TypeError: unsupported operand type(s) for -=: 'str' and 'int'");
    call!(ctx.ctx_RichCompare(seven, name, CmpOp::GE));
    assert_eq!(error(), "TypeError: '>=' not supported between instances of 'int' and 'str'");
    call!(ctx.ctx_Negative(name));
    assert_eq!(error(), "TypeError: bad operand type for unary -: 'str'");
    assert_eq!(call!(ctx.ctx_Float_AsDouble(name)), -1.0);
    assert_eq!(error(), "TypeError: must be real number, not str");
    call!(ctx.ctx_Long_AsInt32_t(half));
    assert_eq!(error(), "TypeError: 'float' object cannot be interpreted as an integer");
    assert_eq!(call!(ctx.ctx_Length(seven)), LenOrErr(-1));
    assert_eq!(error(), "TypeError: object of type 'int' has no len()");
    close(ctx, [seven, minus_two, half, name]);
    interpreter.finish();
}

#[test]
fn containers() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let numbers = list(ctx, &[10, 20, 30]);
    let (last, far) = (int(ctx, -1), int(ctx, 3));
    let item = call!(ctx.ctx_GetItem(numbers, last));
    assert_eq!(interpreter.repr(item), "30");
    assert_eq!(call!(ctx.ctx_SetItem_i(numbers, Len(0), item)), Status::OK);
    assert_eq!(call!(ctx.ctx_DelItem_i(numbers, Len(1))), Status::OK);
    assert_eq!(interpreter.repr(numbers), "[30, 30]");
    assert_eq!(call!(ctx.ctx_GetItem(numbers, far)), HPy::NULL);
    assert_eq!(interpreter.take_error().unwrap(), "IndexError: list index out of range");
    let null = HPy::NULL;
    let reverse = call!(ctx.ctx_Slice_New(null, null, last));
    let copy = call!(ctx.ctx_GetItem(numbers, reverse));
    assert_eq!(call!(ctx.ctx_RichCompareBool(copy, numbers, CmpOp::EQ)), FlagOrErr(1));
    let dict = call!(ctx.ctx_Dict_New());
    assert_eq!(call!(ctx.ctx_SetItem_s(dict, text(c"a"), numbers)), Status::OK);
    assert_eq!(call!(ctx.ctx_SetItem(dict, last, item)), Status::OK);
    assert_eq!(interpreter.repr(dict), "{'a': [30, 30], -1: 30}");
    assert_eq!(call!(ctx.ctx_Contains(dict, last)), FlagOrErr(1));
    assert_eq!(call!(ctx.ctx_SetItem(dict, numbers, item)), Status::ERR);
    assert_eq!(interpreter.take_error().unwrap(), "TypeError: unhashable type: 'list'");
    assert_eq!(call!(ctx.ctx_GetItem_s(dict, text(c"b"))), HPy::NULL);
    assert_eq!(interpreter.take_error().unwrap(), "KeyError: 'b'");
    let iterator = call!(ctx.ctx_GetIter(dict));
    let mut keys = vec![];
    loop {
        let key = call!(ctx.ctx_Iter_Next(iterator));
        if key.is_null() {
            break;
        }
        keys.push(interpreter.repr(key));
        close(ctx, [key]);
    }
    assert_eq!(keys, ["'a'", "-1"]);
    // A cycle must not leak when the interpreter ends.
    assert_eq!(call!(ctx.ctx_List_Append(numbers, numbers)), Status::OK);
    close(ctx, [numbers, last, far, item, reverse, copy, dict, iterator]);
    interpreter.finish();
}

#[test]
fn exceptions_have_their_bases() {
    with(|ctx| {
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_UnicodeDecodeError), text(c"x")));
        for (base, expected) in [
            (constant!(ctx.h_UnicodeError), 1),
            (constant!(ctx.h_ValueError), 1),
            (constant!(ctx.h_Exception), 1),
            (constant!(ctx.h_LookupError), 0),
        ] {
            assert_eq!(call!(ctx.ctx_Err_ExceptionMatches(base)), Flag(expected));
        }
        call!(ctx.ctx_Err_Clear());
        let base = constant!(ctx.h_OSError);
        let own = call!(ctx.ctx_Err_NewException(text(c"m.Own"), base, HPy::NULL));
        let number = int(ctx, 5);
        call!(ctx.ctx_Err_SetObject(own, number));
        assert_eq!(call!(ctx.ctx_Err_ExceptionMatches(base)), Flag(1));
        call!(ctx.ctx_Err_Clear());
        close(ctx, [own, number]);
    });
}

#[test]
fn our_hosts_fetch_and_restore() {
    let interpreter = Interpreter::new_ours();
    let ctx = interpreter.context();
    // SAFETY: the context is valid.
    let ours = unsafe { ext::extensions(ctx) }.expect("it says that it is ours");
    assert_eq!(ours.flags, ext::flags::OUR_SLOTS);
    call!(ctx.ctx_Err_SetString(constant!(ctx.h_TypeError), text(c"once")));
    // SAFETY: the host announced both functions.
    unsafe {
        let exception = (ours.err_fetch)(ctx);
        assert_eq!(interpreter.repr(exception), "TypeError('once')");
        assert_eq!(call!(ctx.ctx_Err_Occurred()), Flag(0));
        assert_eq!((ours.err_fetch)(ctx), HPy::NULL);
        (ours.err_restore)(ctx, exception);
        close(ctx, [exception]);
    }
    assert_eq!(interpreter.take_error().as_deref(), Some("TypeError: once"));
    interpreter.finish();
    let foreign = Interpreter::new();
    // SAFETY: as above.
    assert!(unsafe { ext::extensions(foreign.context()) }.is_none());
}

/// A class `m.Point` with a number, a reference and most protocols.
mod point {
    use super::*;

    #[repr(C)]
    pub struct Point {
        pub x: f64,
        pub other: HPyField,
    }

    thread_local! {
        pub static DESTROYED: Cell<usize> = const { Cell::new(0) };
    }

    unsafe fn this<'a>(ctx: *mut HPyContext, h: HPy) -> &'a mut Point {
        // SAFETY: the interpreter calls the class's functions with its instances only.
        unsafe { &mut *call!(ctx.ctx_AsStruct_Object(h)).cast() }
    }

    pub unsafe fn make(ctx: *mut HPyContext, class: HPy, x: f64) -> HPy {
        let mut data: *mut c_void = null_mut();
        let h = call!(ctx.ctx_New(class, &raw mut data));
        // SAFETY: a new instance's native struct is zeroed, which is a valid `Point`.
        unsafe { (*data.cast::<Point>()).x = x };
        h
    }

    unsafe extern "C" fn new(
        ctx: *mut HPyContext,
        class: HPy,
        args: Handles,
        nargs: isize,
        _: HPy,
    ) -> HPy {
        assert_eq!(nargs, 1);
        // SAFETY: there is one argument.
        let x = call!(ctx.ctx_Float_AsDouble(unsafe { *args.0 }));
        if x == -1.0 && call!(ctx.ctx_Err_Occurred()) == Flag(1) {
            return HPy::NULL;
        }
        // SAFETY: the class is `Point` or a subclass.
        unsafe { make(ctx, class, x) }
    }

    unsafe extern "C" fn add(ctx: *mut HPyContext, a: HPy, b: HPy) -> HPy {
        let class = call!(ctx.ctx_GetAttr_s(a, text(c"__class__")));
        let is_point = call!(ctx.ctx_HasAttr_s(a, text(c"scale"))) == Flag(1);
        if !is_point {
            close(ctx, [class]);
            return call!(ctx.ctx_Dup(constant!(ctx.h_NotImplemented)));
        }
        let y = call!(ctx.ctx_Float_AsDouble(b));
        if y == -1.0 && call!(ctx.ctx_Err_Occurred()) == Flag(1) {
            close(ctx, [class]);
            return HPy::NULL;
        }
        // SAFETY: only a `Point` has the method.
        let sum = unsafe { make(ctx, class, this(ctx, a).x + y) };
        close(ctx, [class]);
        sum
    }

    unsafe extern "C" fn float(ctx: *mut HPyContext, h: HPy) -> HPy {
        // SAFETY: called with an instance.
        call!(ctx.ctx_Float_FromDouble(unsafe { this(ctx, h) }.x))
    }

    unsafe extern "C" fn scale(
        ctx: *mut HPyContext,
        h: HPy,
        args: Handles,
        nargs: usize,
        names: HPy,
    ) -> HPy {
        assert_eq!((nargs, call!(ctx.ctx_Length(names))), (0, LenOrErr(1)));
        // SAFETY: one keyword argument stands behind the positional ones.
        unsafe { this(ctx, h).x *= call!(ctx.ctx_Float_AsDouble(*args.0)) };
        call!(ctx.ctx_Dup(constant!(ctx.h_None)))
    }

    unsafe extern "C" fn get(ctx: *mut HPyContext, h: HPy, _: *mut c_void) -> HPy {
        // SAFETY: called with an instance.
        let field = unsafe { this(ctx, h) }.other;
        if field == HPyField::NULL {
            return call!(ctx.ctx_Dup(constant!(ctx.h_None)));
        }
        call!(ctx.ctx_Field_Load(h, field))
    }

    unsafe extern "C" fn set(ctx: *mut HPyContext, h: HPy, value: HPy, _: *mut c_void) -> Status {
        // SAFETY: called with an instance.
        let field = unsafe { &raw mut this(ctx, h).other };
        call!(ctx.ctx_Field_Store(h, field, value));
        Status::OK
    }

    unsafe extern "C" fn traverse(
        data: *mut c_void,
        visit: HPyFunc_visitproc,
        arg: *mut c_void,
    ) -> c_int {
        // SAFETY: called with the native struct, which outlives the visit.
        unsafe { visit(&raw mut (*data.cast::<Point>()).other, arg) }
    }

    unsafe extern "C" fn destroy(_: *mut c_void) {
        DESTROYED.set(DESTROYED.get() + 1);
    }

    /// Turns a function into what a definition holds.
    macro_rules! imp {
        ($f:expr => $ty:ident) => {{
            let f: func::$ty = $f;
            // SAFETY: all function pointers have one layout; the signature beside it undoes this.
            Some(unsafe { std::mem::transmute::<func::$ty, unsafe extern "C" fn()>(f) })
        }};
    }

    fn slot_def(slot: c_int, imp: HPyCFunction) -> HPyDef {
        let slot = HPySlot { slot, imp, cpy_trampoline: None };
        HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } }
    }

    /// The class; `forgetful` ones do not visit their field.
    pub fn class(ctx: *mut HPyContext, forgetful: bool) -> HPy {
        let none: *const c_char = std::ptr::null();
        let meth = HPyMeth {
            name: c"scale".as_ptr(),
            imp: imp!(scale => KEYWORDS),
            cpy_trampoline: None,
            signature: Signature::KEYWORDS,
            doc: c"Scales it.".as_ptr(),
        };
        let member = HPyMember {
            name: c"x".as_ptr(),
            type_: MemberType::DOUBLE,
            offset: 0,
            readonly: 0,
            doc: none,
        };
        let getset = HPyGetSet {
            name: c"other".as_ptr(),
            getter_impl: imp!(get => GETTER),
            setter_impl: imp!(set => SETTER),
            getter_cpy_trampoline: None,
            setter_cpy_trampoline: None,
            doc: none,
            closure: null_mut(),
        };
        let mut defs = vec![
            slot_def(slot::tp_new, imp!(new => NEWFUNC)),
            slot_def(slot::nb_add, imp!(add => BINARYFUNC)),
            slot_def(slot::nb_float, imp!(float => UNARYFUNC)),
            slot_def(slot::tp_destroy, imp!(destroy => DESTROYFUNC)),
            HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } },
            HPyDef { kind: DefKind::MEMBER, body: HPyDefBody { member } },
            HPyDef { kind: DefKind::GETSET, body: HPyDefBody { getset } },
        ];
        if !forgetful {
            defs.push(slot_def(slot::tp_traverse, imp!(traverse => TRAVERSEPROC)));
        }
        let mut pointers: Vec<*mut HPyDef> = defs.iter_mut().map(|def| &raw mut *def).collect();
        pointers.push(null_mut());
        let gc = if forgetful { 0 } else { tpflags::HAVE_GC };
        let mut spec = HPyType_Spec {
            name: c"m.Point".as_ptr(),
            basicsize: size_of::<Point>() as c_int,
            itemsize: 0,
            flags: tpflags::DEFAULT | tpflags::BASETYPE | gc,
            builtin_shape: BuiltinShape::OBJECT,
            legacy_slots: null_mut(),
            defines: pointers.as_mut_ptr(),
            doc: c"A point.".as_ptr(),
        };
        call!(ctx.ctx_Type_FromSpec(&raw mut spec, null_mut()))
    }
}

#[test]
fn a_class_from_a_spec() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    point::DESTROYED.set(0);
    let class = point::class(ctx, false);
    assert_eq!(interpreter.repr(class), "<class 'm.Point'>");
    let two = call!(ctx.ctx_Float_FromDouble(2.0));
    let point = call!(ctx.ctx_Call(class, Handles(&two), 1, HPy::NULL));
    assert_eq!(call!(ctx.ctx_TypeCheck(point, class)), Flag(1));

    let names = string(ctx, c"factor");
    let names_tuple = call!(ctx.ctx_Tuple_FromArray(Handles(&names), Len(1)));
    let scale = string(ctx, c"scale");
    let none = call!(ctx.ctx_CallMethod(scale, Handles([point, two].as_ptr()), 1, names_tuple));
    let x = call!(ctx.ctx_GetAttr_s(point, text(c"x")));
    assert_eq!((interpreter.repr(none), interpreter.repr(x)), ("None".into(), "4.0".into()));
    assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"x"), two)), Status::OK);

    let sum = call!(ctx.ctx_Add(point, two));
    assert_eq!(call!(ctx.ctx_Float_AsDouble(sum)), 4.0);
    assert_eq!(call!(ctx.ctx_Add(two, point)), HPy::NULL);
    assert_eq!(
        interpreter.take_error().unwrap(),
        "TypeError: unsupported operand type(s) for +: 'float' and 'm.Point'"
    );
    assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"y"), two)), Status::ERR);
    assert_eq!(
        interpreter.take_error().unwrap(),
        "AttributeError: 'm.Point' object has no attribute 'y'"
    );

    // A cycle through the field, which nothing but the end of the interpreter breaks.
    assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"other"), sum)), Status::OK);
    assert_eq!(call!(ctx.ctx_SetAttr_s(sum, text(c"other"), point)), Status::OK);
    close(ctx, [class, two, point, names, names_tuple, scale, none, x, sum]);
    assert_eq!(point::DESTROYED.get(), 0);
    interpreter.finish();
    assert_eq!(point::DESTROYED.get(), 2);
}

#[test]
fn a_python_subclass_overrides() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let class = point::class(ctx, false);
    let float = interpreter.function("__float__", |ctx, args| {
        assert_eq!(args.len(), 1);
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_RuntimeError), text(c"no float")));
        HPy::NULL
    });
    let (name, dict) = (string(ctx, c"Sub"), call!(ctx.ctx_Dict_New()));
    assert_eq!(call!(ctx.ctx_SetItem_s(dict, text(c"__float__"), float)), Status::OK);
    let bases = call!(ctx.ctx_Tuple_FromArray(Handles(&class), Len(1)));
    let args = [name, bases, dict];
    let ty = constant!(ctx.h_TypeType);
    let sub = call!(ctx.ctx_Call(ty, Handles(args.as_ptr()), 3, HPy::NULL));
    let one = int(ctx, 1);
    let object = call!(ctx.ctx_Call(sub, Handles(&one), 1, HPy::NULL));
    assert_eq!(call!(ctx.ctx_Float_AsDouble(object)), -1.0);
    assert_eq!(interpreter.take_error().as_deref(), Some("RuntimeError: no float"));
    assert_eq!(call!(ctx.ctx_SetAttr_s(object, text(c"anything"), one)), Status::OK);
    let x = call!(ctx.ctx_GetAttr_s(object, text(c"x")));
    assert_eq!(interpreter.repr(x), "1.0");
    close(ctx, [class, float, name, dict, bases, sub, one, object, x]);
    interpreter.finish();
}

#[test]
fn a_field_that_is_not_visited_is_a_fault() {
    let message = complaint(|ctx| {
        let class = point::class(ctx, true);
        let one = int(ctx, 1);
        let point = call!(ctx.ctx_Call(class, Handles(&one), 1, HPy::NULL));
        assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"other"), one)), Status::OK);
        close(ctx, [class, one, point]);
    });
    assert!(message.contains("1 field(s) of 'Point' not visited by tp_traverse"), "{message}");
}

/// A module `m` with functions that behave and others that do not.
mod module {
    use super::*;

    static mut GLOBAL: HPyGlobal = HPyGlobal::NULL;

    unsafe extern "C" fn exec(ctx: *mut HPyContext, module: HPy) -> FlagOrErr {
        let answer = int(ctx, 42);
        call!(ctx.ctx_SetAttr_s(module, text(c"answer"), answer));
        call!(ctx.ctx_Global_Store(&raw mut GLOBAL, answer));
        close(ctx, [answer]);
        FlagOrErr(0)
    }

    unsafe extern "C" fn stored(ctx: *mut HPyContext, _: HPy) -> HPy {
        // SAFETY: only one interpreter at a time uses the global.
        let global = unsafe { GLOBAL };
        call!(ctx.ctx_Global_Load(global))
    }

    unsafe extern "C" fn same(_: *mut HPyContext, _: HPy, arg: HPy) -> HPy {
        arg
    }

    unsafe extern "C" fn silent(_: *mut HPyContext, _: HPy) -> HPy {
        HPy::NULL
    }

    /// Calls `run` with the loaded module.
    pub fn with_module(interpreter: &Interpreter, run: impl FnOnce(HPy)) {
        let imp = |f: unsafe extern "C" fn(*mut HPyContext, HPy) -> HPy| {
            // SAFETY: all function pointers have one layout; the signature beside it undoes this.
            Some(unsafe { std::mem::transmute::<func::NOARGS, unsafe extern "C" fn()>(f) })
        };
        let meth = |name: &'static CStr, imp, signature| {
            let doc = std::ptr::null();
            let meth = HPyMeth { name: name.as_ptr(), imp, cpy_trampoline: None, signature, doc };
            HPyDef { kind: DefKind::METH, body: HPyDefBody { meth } }
        };
        // SAFETY: as above.
        let (exec, same) = unsafe {
            (
                std::mem::transmute::<func::INQUIRY, unsafe extern "C" fn()>(exec),
                std::mem::transmute::<func::O, unsafe extern "C" fn()>(same),
            )
        };
        let slot = HPySlot { slot: slot::mod_exec, imp: Some(exec), cpy_trampoline: None };
        let mut defs = [
            HPyDef { kind: DefKind::SLOT, body: HPyDefBody { slot } },
            meth(c"stored", imp(stored), Signature::NOARGS),
            meth(c"same", Some(same), Signature::O),
            meth(c"silent", imp(silent), Signature::NOARGS),
        ];
        let mut pointers: Vec<*mut HPyDef> = defs.iter_mut().map(|def| &raw mut *def).collect();
        pointers.push(null_mut());
        let mut globals = [&raw mut GLOBAL, null_mut()];
        let mut def = HPyModuleDef {
            doc: c"A module.".as_ptr(),
            size: 0,
            legacy_methods: null_mut(),
            defines: pointers.as_mut_ptr(),
            globals: globals.as_mut_ptr(),
        };
        // SAFETY: the definition is complete; the functions it names live for ever.
        run(unsafe { interpreter.load("m", &raw mut def) });
    }
}

#[test]
fn a_module() {
    for _ in 0..2 {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        module::with_module(&interpreter, |module| {
            let imported = call!(ctx.ctx_Import_ImportModule(text(c"m")));
            assert_eq!(call!(ctx.ctx_Is(module, imported)), Flag(1));
            let stored = call!(ctx.ctx_GetAttr_s(module, text(c"stored")));
            let answer = call!(ctx.ctx_CallTupleDict(stored, HPy::NULL, HPy::NULL));
            assert_eq!(interpreter.repr(answer), "42");
            assert_eq!(call!(ctx.ctx_Call(stored, Handles(&answer), 1, HPy::NULL)), HPy::NULL);
            let error = interpreter.take_error();
            assert_eq!(
                error.as_deref(),
                Some("TypeError: m.stored() takes no arguments (1 given)")
            );
            close(ctx, [module, imported, stored, answer]);
        });
        interpreter.finish();
    }
}

#[test]
fn functions_that_misbehave_are_faults() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    module::with_module(&interpreter, |module| {
        for name in [c"same", c"silent"] {
            let function = call!(ctx.ctx_GetAttr_s(module, text(name)));
            let nargs = (name == c"same") as usize;
            let result = call!(ctx.ctx_Call(function, Handles(&module), nargs, HPy::NULL));
            close(ctx, [function, result]);
            interpreter.take_error();
        }
        close(ctx, [module]);
    });
    let faults = interpreter.faults();
    assert_eq!(
        faults,
        ["m.same returned a handle that it only borrowed", "m.silent failed without an exception",]
    );
}
