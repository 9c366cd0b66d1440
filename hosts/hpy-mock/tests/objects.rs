//! The built-in objects: operators, containers, text, exceptions and the words of their errors.

#[macro_use]
mod support;

use hpy_abi::*;
use hpy_mock::{Interpreter, with};
use std::cell::Cell;
use std::ffi::{c_char, c_void};
use support::{builtin, close, int, list, string, text};

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
        (call!(ctx.ctx_Lshift(seven, seven)), "896"),
        (call!(ctx.ctx_Add(name, name)), "\"it'sit's\""),
        (call!(ctx.ctx_InPlaceMultiply(minus_two, half)), "-1.0"),
        (call!(ctx.ctx_RichCompare(half, seven, CmpOp::LT)), "True"),
        (call!(ctx.ctx_Long(half)), "0"),
        (call!(ctx.ctx_Absolute(minus_two)), "2"),
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
    assert_eq!(call!(ctx.ctx_Long_AsUInt64_t(minus_two)), u64::MAX);
    assert_eq!(error(), "OverflowError: can't convert negative value to unsigned long");
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
    close(ctx, [numbers, last, far, item, dict, iterator]);
    interpreter.finish();
}

#[test]
fn slices() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let numbers = list(ctx, &[0, 1, 2, 3, 4]);
    let (null, two, minus_two) = (HPy::NULL, int(ctx, 2), int(ctx, -2));
    for (start, stop, step, expected) in [
        (null, null, minus_two, "[4, 2, 0]"),
        (minus_two, null, null, "[3, 4]"),
        (null, minus_two, two, "[0, 2]"),
        (two, two, null, "[]"),
    ] {
        let slice = call!(ctx.ctx_Slice_New(start, stop, step));
        let picked = call!(ctx.ctx_GetItem(numbers, slice));
        assert_eq!(interpreter.repr(picked), expected);
        close(ctx, [slice, picked]);
    }
    let slice = call!(ctx.ctx_Slice_New(null, null, minus_two));
    let [mut start, mut stop, mut step] = [Len(0); 3];
    let parts = (&raw mut start, &raw mut stop, &raw mut step);
    assert_eq!(call!(ctx.ctx_Slice_Unpack(slice, parts.0, parts.1, parts.2)), Status::OK);
    assert_eq!((start, stop, step), (Len(isize::MAX), Len(isize::MIN), Len(-2)));
    let tail = call!(ctx.ctx_GetSlice(numbers, Len(3), Len(9)));
    assert_eq!(call!(ctx.ctx_SetSlice(numbers, Len(0), Len(1), tail)), Status::OK);
    assert_eq!(call!(ctx.ctx_DelSlice(numbers, Len(2), Len(5))), Status::OK);
    assert_eq!(interpreter.repr(numbers), "[3, 4, 4]");
    close(ctx, [numbers, two, minus_two, slice, tail]);
    interpreter.finish();
}

#[test]
fn strings_and_bytes() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let word = string(ctx, c"gr\xc3\xbcn\n");
    assert_eq!(call!(ctx.ctx_Length(word)), LenOrErr(5));
    assert_eq!(interpreter.repr(word), "'grün\\n'");
    let mut size = Len(0);
    let utf8 = call!(ctx.ctx_Unicode_AsUTF8AndSize(word, &raw mut size));
    // SAFETY: it is NUL-terminated and lives as long as the handle.
    let utf8 = unsafe { std::ffi::CStr::from_ptr(utf8.0) };
    assert_eq!((utf8, size), (c"gr\xc3\xbcn\n", Len(6)));
    assert_eq!(call!(ctx.ctx_Unicode_ReadChar(word, Len(2))), Ucs4(0xfc));
    assert_eq!(call!(ctx.ctx_Unicode_AsASCIIString(word)), HPy::NULL);
    let error = interpreter.take_error().unwrap();
    assert!(error.starts_with("UnicodeEncodeError: 'ascii' codec can't encode"), "{error}");
    let latin = call!(ctx.ctx_Unicode_AsLatin1String(word));
    assert_eq!(interpreter.repr(latin), "b'gr\\xfcn\\n'");
    assert_eq!(call!(ctx.ctx_Bytes_Size(latin)), LenOrErr(5));
    let ascii = call!(ctx.ctx_ASCII(word));
    assert_eq!(interpreter.repr(ascii), "\"'gr\\\\xfcn\\\\n'\"");
    let bad = Chars(c"\xff".as_ptr());
    assert_eq!(call!(ctx.ctx_Unicode_DecodeASCII(bad, Len(1), Utf8(std::ptr::null()))), HPy::NULL);
    assert_eq!(
        interpreter.take_error().unwrap(),
        "UnicodeDecodeError: 'ascii' codec can't decode byte 0xff in position 0: \
         ordinal not in range(128)"
    );
    let part = call!(ctx.ctx_Unicode_Substring(word, Len(1), Len(3)));
    assert_eq!(interpreter.repr(part), "'rü'");
    close(ctx, [word, latin, ascii, part]);
    interpreter.finish();
}

#[test]
fn floats_read_as_in_python() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    for (x, expected) in [
        (0.1, "0.1"),
        (1.0, "1.0"),
        (1e16, "1e+16"),
        (-2.5e-7, "-2.5e-07"),
        (0.0001, "0.0001"),
        (f64::NEG_INFINITY, "-inf"),
        (f64::NAN, "nan"),
        (-0.0, "-0.0"),
    ] {
        let h = call!(ctx.ctx_Float_FromDouble(x));
        assert_eq!(interpreter.repr(h), expected);
        close(ctx, [h]);
    }
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
fn warnings_and_unraisable_exceptions_are_kept() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let category = constant!(ctx.h_DeprecationWarning);
    assert_eq!(call!(ctx.ctx_Err_WarnEx(category, text(c"old"), Len(1))), Status::OK);
    call!(ctx.ctx_Err_SetString(constant!(ctx.h_OSError), text(c"too late")));
    call!(ctx.ctx_Err_WriteUnraisable(constant!(ctx.h_None)));
    assert_eq!(interpreter.warnings(), ["DeprecationWarning: old"]);
    assert_eq!(interpreter.unraisable(), ["OSError: too late in None"]);
    interpreter.finish();
}

#[test]
fn builtins_can_be_called() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let range = builtin(ctx, c"range");
    let numbers = support::apply(ctx, range, &[int(ctx, 1), int(ctx, 10), int(ctx, 4)]);
    let tuple = support::apply(ctx, constant!(ctx.h_TupleType), &[numbers]);
    assert_eq!(interpreter.repr(tuple), "(1, 5, 9)");
    let function = interpreter.function("twice", |ctx, args| call!(ctx.ctx_Add(args[0], args[0])));
    let six = support::apply(ctx, function, &[int(ctx, 3)]);
    assert_eq!(interpreter.repr(six), "6");
    let (upper, word) = (string(ctx, c"upper"), string(ctx, c"a"));
    let shout = call!(ctx.ctx_CallMethod(upper, Handles(&word), 1, HPy::NULL));
    assert_eq!(interpreter.repr(shout), "'A'");
    close(ctx, [range, tuple, function, six, upper, word, shout]);
    interpreter.finish();
}

thread_local! {
    static RELEASED: Cell<usize> = const { Cell::new(0) };
}

unsafe extern "C" fn release(_: *const c_char, pointer: *mut c_void, _: *mut c_void) {
    RELEASED.set(pointer.addr());
}

#[test]
fn capsules() {
    let interpreter = Interpreter::new();
    let ctx = interpreter.context();
    let mut destructor = HPyCapsule_Destructor { cpy_trampoline: None, imp: Some(release) };
    let pointer = std::ptr::without_provenance_mut(0x40);
    let capsule = call!(ctx.ctx_Capsule_New(pointer, text(c"m.api"), &raw mut destructor));
    assert_eq!(call!(ctx.ctx_Capsule_IsValid(capsule, text(c"m.other"))), Flag(0));
    let key = CapsuleKey::POINTER;
    assert_eq!(call!(ctx.ctx_Capsule_Get(capsule, key, text(c"m.api"))), pointer);
    assert!(call!(ctx.ctx_Capsule_Get(capsule, key, text(c"m.other"))).is_null());
    let error = interpreter.take_error().unwrap();
    assert_eq!(error, "ValueError: HPyCapsule_GetPointer called with incorrect name");
    assert_eq!(RELEASED.get(), 0);
    close(ctx, [capsule]);
    assert_eq!(RELEASED.get(), 0x40);
    interpreter.finish();
}
