//! Classes from specs: instances, attributes, protocols, subclasses and what dies with them.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_mock::Interpreter;
use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use support::*;

/// The native struct of `m.Point`: a number and a reference.
#[repr(C)]
struct Point {
    x: f64,
    other: HPyField,
}

thread_local! {
    static DESTROYED: Cell<usize> = const { Cell::new(0) };
    static FINALIZED: Cell<f64> = const { Cell::new(0.0) };
    static EXPORTS: Cell<isize> = const { Cell::new(0) };
}

fn make_point(ctx: *mut HPyContext, class: HPy, x: f64) -> HPy {
    let mut data: *mut c_void = std::ptr::null_mut();
    let h = call!(ctx.ctx_New(class, &raw mut data));
    // SAFETY: a new instance's native struct is zeroed, which is a valid `Point`.
    unsafe { (*data.cast::<Point>()).x = x };
    h
}

/// Reads a number; `None` if that raised.
fn number(ctx: *mut HPyContext, h: HPy) -> Option<f64> {
    let x = call!(ctx.ctx_Float_AsDouble(h));
    (x != -1.0 || call!(ctx.ctx_Err_Occurred()) == Flag(0)).then_some(x)
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
    let x = number(ctx, unsafe { *args.0 });
    x.map_or(HPy::NULL, |x| make_point(ctx, class, x))
}

unsafe extern "C" fn add(ctx: *mut HPyContext, a: HPy, b: HPy) -> HPy {
    let class = call!(ctx.ctx_Type(a));
    let is_point = call!(ctx.ctx_HasAttr_s(class, text(c"scale"))) == Flag(1);
    let result = match is_point.then(|| number(ctx, b)) {
        None => call!(ctx.ctx_Dup(constant!(ctx.h_NotImplemented))),
        Some(None) => HPy::NULL,
        // SAFETY: only a `Point` has the method.
        Some(Some(y)) => make_point(ctx, class, unsafe { this::<Point>(ctx, a) }.x + y),
    };
    close(ctx, [class]);
    result
}

unsafe extern "C" fn float(ctx: *mut HPyContext, h: HPy) -> HPy {
    // SAFETY: called with an instance.
    call!(ctx.ctx_Float_FromDouble(unsafe { this::<Point>(ctx, h) }.x))
}

unsafe extern "C" fn scale(
    ctx: *mut HPyContext,
    h: HPy,
    args: Handles,
    nargs: usize,
    names: HPy,
) -> HPy {
    assert_eq!((nargs, call!(ctx.ctx_Length(names))), (0, LenOrErr(1)));
    // SAFETY: called with an instance; one keyword argument stands behind the positional ones.
    unsafe { this::<Point>(ctx, h).x *= number(ctx, *args.0).expect("a number") };
    call!(ctx.ctx_Dup(constant!(ctx.h_None)))
}

unsafe extern "C" fn get(ctx: *mut HPyContext, h: HPy, _: *mut c_void) -> HPy {
    // SAFETY: called with an instance.
    match unsafe { this::<Point>(ctx, h) }.other {
        HPyField::NULL => call!(ctx.ctx_Dup(constant!(ctx.h_None))),
        field => call!(ctx.ctx_Field_Load(h, field)),
    }
}

unsafe extern "C" fn set(ctx: *mut HPyContext, h: HPy, value: HPy, _: *mut c_void) -> Status {
    // SAFETY: called with an instance.
    let field = unsafe { &raw mut this::<Point>(ctx, h).other };
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

unsafe extern "C" fn finalize(ctx: *mut HPyContext, h: HPy) {
    // SAFETY: called with an instance.
    FINALIZED.set(unsafe { this::<Point>(ctx, h) }.x);
}

fn point_defs() -> Vec<HPyDef> {
    vec![
        slot(slot::tp_new, imp!(new => NEWFUNC)),
        slot(slot::nb_add, imp!(add => BINARYFUNC)),
        slot(slot::nb_float, imp!(float => UNARYFUNC)),
        slot(slot::tp_destroy, imp!(destroy => DESTROYFUNC)),
        meth(c"scale", imp!(scale => KEYWORDS), Signature::KEYWORDS),
        member(c"x", MemberType::DOUBLE, offset_of!(Point, x)),
        getset(c"other", imp!(get => GETTER), imp!(set => SETTER)),
    ]
}

fn point_class(ctx: *mut HPyContext) -> HPy {
    let mut defs = point_defs();
    defs.push(slot(slot::tp_traverse, imp!(traverse => TRAVERSEPROC)));
    class::<Point>(ctx, c"m.Point", HPy::NULL, defs)
}

#[test]
fn instances() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    DESTROYED.set(0);
    let class = point_class(ctx);
    assert_eq!(interpreter.repr(class), "<class 'm.Point'>");
    let two = call!(ctx.ctx_Float_FromDouble(2.0));
    let point = call!(ctx.ctx_Call(class, Handles(&two), 1, HPy::NULL));
    assert_eq!(call!(ctx.ctx_TypeCheck(point, class)), Flag(1));

    let (name, scale) = (string(ctx, c"factor"), string(ctx, c"scale"));
    let names = call!(ctx.ctx_Tuple_FromArray(Handles(&name), Len(1)));
    let none = call!(ctx.ctx_CallMethod(scale, Handles([point, two].as_ptr()), 1, names));
    let x = call!(ctx.ctx_GetAttr_s(point, text(c"x")));
    assert_eq!((interpreter.repr(none), interpreter.repr(x)), ("None".into(), "4.0".into()));
    assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"x"), two)), Status::OK);

    let sum = call!(ctx.ctx_Add(point, two));
    assert_eq!(number(ctx, sum), Some(4.0));
    // A cycle through the field, which nothing but the end of the interpreter breaks.
    assert_eq!(call!(ctx.ctx_SetAttr_s(point, text(c"other"), sum)), Status::OK);
    assert_eq!(call!(ctx.ctx_SetAttr_s(sum, text(c"other"), point)), Status::OK);
    close(ctx, [class, two, point, name, names, scale, none, x, sum]);
    assert_eq!(DESTROYED.get(), 0);
    interpreter.finish();
    assert_eq!(DESTROYED.get(), 2);
}

#[test]
fn errors_of_instances() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let class = point_class(ctx);
    let point = apply(ctx, class, &[int(ctx, 2)]);
    let error = || interpreter.take_error().expect("an exception");
    let two = int(ctx, 2);
    call!(ctx.ctx_Add(two, point));
    assert_eq!(error(), "TypeError: unsupported operand type(s) for +: 'int' and 'm.Point'");
    call!(ctx.ctx_SetAttr_s(point, text(c"y"), two));
    assert_eq!(error(), "AttributeError: 'm.Point' object has no attribute 'y'");
    call!(ctx.ctx_SetAttr_s(constant!(ctx.h_LongType), text(c"y"), two));
    assert_eq!(error(), "TypeError: cannot set 'y' attribute of immutable type 'int'");
    let scale = call!(ctx.ctx_GetAttr_s(class, text(c"scale")));
    call!(ctx.ctx_Call(scale, Handles(&two), 1, HPy::NULL));
    assert_eq!(
        error(),
        "TypeError: descriptor 'scale' for 'm.Point' objects doesn't apply to a 'int' object"
    );
    call!(ctx.ctx_Call(point, Handles(&two), 1, HPy::NULL));
    assert_eq!(error(), "TypeError: 'm.Point' object is not callable");
    call!(ctx.ctx_GetIter(point));
    assert_eq!(error(), "TypeError: 'm.Point' object is not iterable");
    close(ctx, [class, point, two, scale]);
    interpreter.finish();
}

#[test]
fn static_and_class_methods() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let class = point_class(ctx);
    let count = interpreter.function("count", |ctx, args| int(ctx, args.len() as i64));
    for (wrapper, name) in [(c"staticmethod", c"s"), (c"classmethod", c"c")] {
        let wrap = builtin(ctx, wrapper);
        let wrapped = call!(ctx.ctx_Call(wrap, Handles(&count), 1, HPy::NULL));
        assert_eq!(call!(ctx.ctx_SetAttr_s(class, text(name), wrapped)), Status::OK);
        close(ctx, [wrap, wrapped]);
    }
    let point = apply(ctx, class, &[int(ctx, 2)]);
    for (name, expected) in [(c"s", "0"), (c"c", "1")] {
        for receiver in [class, point] {
            let method = call!(ctx.ctx_GetAttr_s(receiver, text(name)));
            let result = apply(ctx, method, &[]);
            assert_eq!(interpreter.repr(result), expected);
            close(ctx, [method, result]);
        }
    }
    close(ctx, [class, point, count]);
    interpreter.finish();
}

#[test]
fn a_python_subclass_overrides() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let class = point_class(ctx);
    let raises = interpreter.function("raises", |ctx, args| {
        assert_eq!(args.len(), 1);
        call!(ctx.ctx_Err_SetString(constant!(ctx.h_RuntimeError), text(c"no float")));
        HPy::NULL
    });
    let reflected = interpreter.function("reflected", |ctx, args| call!(ctx.ctx_Dup(args[1])));
    let dict = call!(ctx.ctx_Dict_New());
    assert_eq!(call!(ctx.ctx_SetItem_s(dict, text(c"__float__"), raises)), Status::OK);
    assert_eq!(call!(ctx.ctx_SetItem_s(dict, text(c"__rsub__"), reflected)), Status::OK);
    let bases = call!(ctx.ctx_Tuple_FromArray(Handles(&class), Len(1)));
    let sub = apply(ctx, constant!(ctx.h_TypeType), &[string(ctx, c"Sub"), bases, dict]);
    let one = int(ctx, 1);
    let object = call!(ctx.ctx_Call(sub, Handles(&one), 1, HPy::NULL));
    assert_eq!(number(ctx, object), None);
    assert_eq!(interpreter.take_error().as_deref(), Some("RuntimeError: no float"));
    let difference = call!(ctx.ctx_Subtract(one, object));
    assert_eq!(call!(ctx.ctx_Is(difference, one)), Flag(1));
    assert_eq!(call!(ctx.ctx_SetAttr_s(object, text(c"anything"), one)), Status::OK);
    let x = call!(ctx.ctx_GetAttr_s(object, text(c"x")));
    assert_eq!(interpreter.repr(x), "1.0");
    close(ctx, [class, raises, reflected, sub, one, object, difference, x]);
    interpreter.finish();
}

#[test]
fn a_subclass_from_a_spec_shares_the_struct() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    DESTROYED.set(0);
    let base = point_class(ctx);
    let defs = vec![slot(slot::tp_destroy, imp!(destroy => DESTROYFUNC))];
    let sub = class::<Point>(ctx, c"m.Sub", base, defs);
    let object = apply(ctx, sub, &[int(ctx, 3)]);
    assert_eq!(number(ctx, object), Some(3.0));
    assert_eq!(call!(ctx.ctx_Type_IsSubtype(sub, base)), Flag(1));
    close(ctx, [base, sub, object]);
    assert_eq!(DESTROYED.get(), 2, "once for each class");
    interpreter.finish();
}

#[test]
fn a_field_that_is_not_visited_is_a_fault() {
    let message = complaint(|ctx| {
        let class = class::<Point>(ctx, c"m.Point", HPy::NULL, point_defs());
        let point = apply(ctx, class, &[int(ctx, 1)]);
        assert_eq!(
            call!(ctx.ctx_SetAttr_s(point, text(c"other"), constant!(ctx.h_True))),
            Status::OK
        );
        close(ctx, [class, point]);
    });
    assert!(message.contains("1 field(s) of 'Point' not visited by tp_traverse"), "{message}");
}

#[test]
fn a_finalizer_sees_its_object() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let mut defs = point_defs();
    defs.push(slot(slot::tp_finalize, imp!(finalize => DESTRUCTOR)));
    let class = class::<Point>(ctx, c"m.Point", HPy::NULL, defs);
    let point = apply(ctx, class, &[int(ctx, 7)]);
    DESTROYED.set(0);
    FINALIZED.set(0.0);
    close(ctx, [point]);
    assert_eq!((DESTROYED.get(), FINALIZED.get()), (1, 7.0));
    close(ctx, [class]);
    interpreter.finish();
}

unsafe extern "C" fn itself(ctx: *mut HPyContext, h: HPy) -> HPy {
    call!(ctx.ctx_Dup(h))
}

/// Counts down to zero.
unsafe extern "C" fn next(ctx: *mut HPyContext, h: HPy) -> HPy {
    // SAFETY: called with an instance.
    let point = unsafe { this::<Point>(ctx, h) };
    if point.x == 0.0 {
        return HPy::NULL;
    }
    point.x -= 1.0;
    call!(ctx.ctx_Float_FromDouble(point.x))
}

#[test]
fn iteration_through_our_slots() {
    let interpreter = Interpreter::new_ours();
    let ctx = interpreter.context();
    let mut defs = point_defs();
    defs.push(slot(slot::tp_iter, imp!(itself => GETITERFUNC)));
    defs.push(slot(slot::tp_iternext, imp!(next => ITERNEXTFUNC)));
    let class = class::<Point>(ctx, c"m.Point", HPy::NULL, defs);
    let point = apply(ctx, class, &[int(ctx, 2)]);
    let items = apply(ctx, constant!(ctx.h_ListType), &[point]);
    assert_eq!(interpreter.repr(items), "[1.0, 0.0]");
    close(ctx, [class, items]);
    interpreter.finish();
}

#[test]
fn an_upstream_host_refuses_our_slots() {
    let message = complaint(|ctx| {
        let defs = vec![slot(slot::tp_iter, imp!(itself => GETITERFUNC))];
        assert_eq!(class::<Point>(ctx, c"m.Point", HPy::NULL, defs), HPy::NULL);
        call!(ctx.ctx_Err_Clear());
    });
    assert!(message.contains("m.Point: tp_iter is not in upstream's ABI"), "{message}");
}

unsafe extern "C" fn length(_: *mut HPyContext, _: HPy) -> LenOrErr {
    LenOrErr(3)
}

/// The squares of 0, 1 and 2.
unsafe extern "C" fn item(ctx: *mut HPyContext, _: HPy, index: Len) -> HPy {
    if (0..3).contains(&index.0) {
        return int(ctx, (index.0 * index.0) as i64);
    }
    call!(ctx.ctx_Err_SetString(constant!(ctx.h_IndexError), text(c"too far")));
    HPy::NULL
}

#[test]
fn sequences_through_slots() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let defs = vec![
        slot(slot::sq_length, imp!(length => LENFUNC)),
        slot(slot::sq_item, imp!(item => SSIZEARGFUNC)),
    ];
    let class = class::<Point>(ctx, c"m.Squares", HPy::NULL, defs);
    let squares = apply(ctx, class, &[]);
    let last = call!(ctx.ctx_GetItem_i(squares, Len(-1)));
    assert_eq!(interpreter.repr(last), "4");
    assert_eq!(call!(ctx.ctx_Contains(squares, last)), FlagOrErr(1));
    assert_eq!(call!(ctx.ctx_IsTrue(squares)), FlagOrErr(1));
    assert_eq!(call!(ctx.ctx_GetItem_i(squares, Len(3))), HPy::NULL);
    assert_eq!(interpreter.take_error().as_deref(), Some("IndexError: too far"));
    let items = apply(ctx, constant!(ctx.h_TupleType), &[squares]);
    assert_eq!(interpreter.repr(items), "(0, 1, 4)");
    close(ctx, [class, last, items]);
    interpreter.finish();
}

unsafe extern "C" fn compare(ctx: *mut HPyContext, a: HPy, b: HPy, op: CmpOp) -> HPy {
    // SAFETY: called with an instance first.
    let x = unsafe { this::<Point>(ctx, a) }.x;
    match (op, number(ctx, b)) {
        (_, None) => HPy::NULL,
        (CmpOp::EQ, Some(y)) => call!(ctx.ctx_Bool_FromBool(x == y)),
        (CmpOp::LT, Some(y)) => call!(ctx.ctx_Bool_FromBool(x < y)),
        _ => call!(ctx.ctx_Dup(constant!(ctx.h_NotImplemented))),
    }
}

#[test]
fn comparison() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let mut defs = point_defs();
    defs.push(slot(slot::tp_richcompare, imp!(compare => RICHCMPFUNC)));
    let class = class::<Point>(ctx, c"m.Point", HPy::NULL, defs);
    let (point, one) = (apply(ctx, class, &[int(ctx, 2)]), int(ctx, 1));
    assert_eq!(call!(ctx.ctx_RichCompareBool(one, point, CmpOp::GT)), FlagOrErr(0));
    assert_eq!(call!(ctx.ctx_RichCompareBool(point, one, CmpOp::EQ)), FlagOrErr(0));
    assert_eq!(call!(ctx.ctx_RichCompareBool(point, one, CmpOp::LE)), FlagOrErr(-1));
    let error = interpreter.take_error().unwrap();
    assert_eq!(error, "TypeError: '<=' not supported between instances of 'm.Point' and 'int'");
    assert_eq!(call!(ctx.ctx_Hash(point)), Hash(-1));
    assert_eq!(interpreter.take_error().unwrap(), "TypeError: unhashable type: 'm.Point'");
    close(ctx, [class, point, one]);
    interpreter.finish();
}

unsafe extern "C" fn export(
    ctx: *mut HPyContext,
    h: HPy,
    view: *mut HPy_buffer,
    _: c_int,
) -> Status {
    EXPORTS.set(EXPORTS.get() + 1);
    // SAFETY: called with an instance and a view to fill.
    unsafe {
        (*view).buf = (&raw mut this::<Point>(ctx, h).x).cast();
        (*view).obj = call!(ctx.ctx_Dup(h));
        (*view).len = 8;
        (*view).itemsize = 8;
        (*view).ndim = 1;
        (*view).format = c"d".as_ptr().cast_mut().cast::<c_char>();
    }
    Status::OK
}

unsafe extern "C" fn end_export(_: *mut HPyContext, _: HPy, _: *mut HPy_buffer) {
    EXPORTS.set(EXPORTS.get() - 1);
}

#[test]
fn buffers() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let mut defs = point_defs();
    defs.push(slot(slot::bf_getbuffer, imp!(export => GETBUFFERPROC)));
    defs.push(slot(slot::bf_releasebuffer, imp!(end_export => RELEASEBUFFERPROC)));
    let class = class::<Point>(ctx, c"m.Point", HPy::NULL, defs);
    let point = apply(ctx, class, &[int(ctx, 5)]);
    let view = apply(ctx, constant!(ctx.h_MemoryViewType), &[point]);
    assert_eq!((EXPORTS.get(), call!(ctx.ctx_Length(view))), (1, LenOrErr(1)));
    let x = call!(ctx.ctx_GetItem_i(view, Len(0)));
    assert_eq!(interpreter.repr(x), "5.0");
    close(ctx, [class, view, x]);
    assert_eq!(EXPORTS.get(), 0);
    interpreter.finish();
}

/// Members of C types other than `double`.
#[repr(C)]
struct Members {
    small: i8,
    flag: bool,
    word: *const c_char,
}

#[test]
fn members() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let defs = vec![
        member(c"small", MemberType::BYTE, offset_of!(Members, small)),
        member(c"flag", MemberType::BOOL, offset_of!(Members, flag)),
        member(c"word", MemberType::STRING, offset_of!(Members, word)),
    ];
    let class = class::<Members>(ctx, c"m.Members", HPy::NULL, defs);
    let object = apply(ctx, class, &[]);
    // SAFETY: it is an instance.
    unsafe { this::<Members>(ctx, object).word = c"hi".as_ptr() };
    let number = int(ctx, -5);
    assert_eq!(call!(ctx.ctx_SetAttr_s(object, text(c"small"), number)), Status::OK);
    assert_eq!(call!(ctx.ctx_SetAttr_s(object, text(c"flag"), number)), Status::ERR);
    let error = interpreter.take_error().unwrap();
    assert_eq!(error, "TypeError: attribute value type must be bool");
    for (name, expected) in [(c"small", "-5"), (c"flag", "False"), (c"word", "'hi'")] {
        let value = call!(ctx.ctx_GetAttr_s(object, text(name)));
        assert_eq!(interpreter.repr(value), expected);
        close(ctx, [value]);
    }
    close(ctx, [class, object, number]);
    interpreter.finish();
}
