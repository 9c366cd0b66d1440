//! The members of the context: 84 handles and 189 functions, written once.
//!
//! A row is `index name: handle, since minor, "what it is";` or
//! `index name: fn(arguments) -> result, since minor, "what it does";`.
//! The context itself is the first argument of every function and is not written.
//! The rows stand in the order of the struct; the index is a member's identity for ever.
//! `since 0` is in HPy 0.9.0, `since 1` was appended by upstream after it.
//!
//! To derive something from the table, write a macro that takes the rows and pass its name:
//!
//! ```
//! macro_rules! names {
//!     ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
//!        since $minor:literal, $doc:literal;)*) => {
//!         const NAMES: &[&str] = &[$(stringify!($name)),*];
//!     };
//! }
//! hpy_abi::for_each_member!(names);
//! assert_eq!(NAMES.len(), 273);
//! assert_eq!(NAMES[0], "h_None");
//! ```
//!
//! A callback that wants only functions or only handles matches `$kind` by calling a helper macro
//! with two arms, `(handle ...)` and `(fn ...)`; [`HPyContext`] below is such a callback.

use crate::types::*;
use core::ffi::{c_char, c_int, c_void};

/// Calls `$callback!` with one row per member of the context; see the module's documentation.
#[macro_export]
macro_rules! for_each_member {
    ($callback:path) => {
        $callback! {
            0 h_None: handle, since 0, "The object `None`.";
            1 h_True: handle, since 0, "The object `True`.";
            2 h_False: handle, since 0, "The object `False`.";
            3 h_NotImplemented: handle, since 0, "The object `NotImplemented`.";
            4 h_Ellipsis: handle, since 0, "The object `Ellipsis`.";
            5 h_BaseException: handle, since 0, "The exception type `BaseException`.";
            6 h_Exception: handle, since 0, "The exception type `Exception`.";
            7 h_StopAsyncIteration: handle, since 0, "The exception type `StopAsyncIteration`.";
            8 h_StopIteration: handle, since 0, "The exception type `StopIteration`.";
            9 h_GeneratorExit: handle, since 0, "The exception type `GeneratorExit`.";
            10 h_ArithmeticError: handle, since 0, "The exception type `ArithmeticError`.";
            11 h_LookupError: handle, since 0, "The exception type `LookupError`.";
            12 h_AssertionError: handle, since 0, "The exception type `AssertionError`.";
            13 h_AttributeError: handle, since 0, "The exception type `AttributeError`.";
            14 h_BufferError: handle, since 0, "The exception type `BufferError`.";
            15 h_EOFError: handle, since 0, "The exception type `EOFError`.";
            16 h_FloatingPointError: handle, since 0, "The exception type `FloatingPointError`.";
            17 h_OSError: handle, since 0, "The exception type `OSError`.";
            18 h_ImportError: handle, since 0, "The exception type `ImportError`.";
            19 h_ModuleNotFoundError: handle, since 0, "The exception type `ModuleNotFoundError`.";
            20 h_IndexError: handle, since 0, "The exception type `IndexError`.";
            21 h_KeyError: handle, since 0, "The exception type `KeyError`.";
            22 h_KeyboardInterrupt: handle, since 0, "The exception type `KeyboardInterrupt`.";
            23 h_MemoryError: handle, since 0, "The exception type `MemoryError`.";
            24 h_NameError: handle, since 0, "The exception type `NameError`.";
            25 h_OverflowError: handle, since 0, "The exception type `OverflowError`.";
            26 h_RuntimeError: handle, since 0, "The exception type `RuntimeError`.";
            27 h_RecursionError: handle, since 0, "The exception type `RecursionError`.";
            28 h_NotImplementedError: handle, since 0, "The exception type `NotImplementedError`.";
            29 h_SyntaxError: handle, since 0, "The exception type `SyntaxError`.";
            30 h_IndentationError: handle, since 0, "The exception type `IndentationError`.";
            31 h_TabError: handle, since 0, "The exception type `TabError`.";
            32 h_ReferenceError: handle, since 0, "The exception type `ReferenceError`.";
            33 h_SystemError: handle, since 0, "The exception type `SystemError`.";
            34 h_SystemExit: handle, since 0, "The exception type `SystemExit`.";
            35 h_TypeError: handle, since 0, "The exception type `TypeError`.";
            36 h_UnboundLocalError: handle, since 0, "The exception type `UnboundLocalError`.";
            37 h_UnicodeError: handle, since 0, "The exception type `UnicodeError`.";
            38 h_UnicodeEncodeError: handle, since 0, "The exception type `UnicodeEncodeError`.";
            39 h_UnicodeDecodeError: handle, since 0, "The exception type `UnicodeDecodeError`.";
            40 h_UnicodeTranslateError: handle, since 0, "The exception type `UnicodeTranslateError`.";
            41 h_ValueError: handle, since 0, "The exception type `ValueError`.";
            42 h_ZeroDivisionError: handle, since 0, "The exception type `ZeroDivisionError`.";
            43 h_BlockingIOError: handle, since 0, "The exception type `BlockingIOError`.";
            44 h_BrokenPipeError: handle, since 0, "The exception type `BrokenPipeError`.";
            45 h_ChildProcessError: handle, since 0, "The exception type `ChildProcessError`.";
            46 h_ConnectionError: handle, since 0, "The exception type `ConnectionError`.";
            47 h_ConnectionAbortedError: handle, since 0, "The exception type `ConnectionAbortedError`.";
            48 h_ConnectionRefusedError: handle, since 0, "The exception type `ConnectionRefusedError`.";
            49 h_ConnectionResetError: handle, since 0, "The exception type `ConnectionResetError`.";
            50 h_FileExistsError: handle, since 0, "The exception type `FileExistsError`.";
            51 h_FileNotFoundError: handle, since 0, "The exception type `FileNotFoundError`.";
            52 h_InterruptedError: handle, since 0, "The exception type `InterruptedError`.";
            53 h_IsADirectoryError: handle, since 0, "The exception type `IsADirectoryError`.";
            54 h_NotADirectoryError: handle, since 0, "The exception type `NotADirectoryError`.";
            55 h_PermissionError: handle, since 0, "The exception type `PermissionError`.";
            56 h_ProcessLookupError: handle, since 0, "The exception type `ProcessLookupError`.";
            57 h_TimeoutError: handle, since 0, "The exception type `TimeoutError`.";
            58 h_Warning: handle, since 0, "The warning category `Warning`.";
            59 h_UserWarning: handle, since 0, "The warning category `UserWarning`.";
            60 h_DeprecationWarning: handle, since 0, "The warning category `DeprecationWarning`.";
            61 h_PendingDeprecationWarning: handle, since 0, "The warning category `PendingDeprecationWarning`.";
            62 h_SyntaxWarning: handle, since 0, "The warning category `SyntaxWarning`.";
            63 h_RuntimeWarning: handle, since 0, "The warning category `RuntimeWarning`.";
            64 h_FutureWarning: handle, since 0, "The warning category `FutureWarning`.";
            65 h_ImportWarning: handle, since 0, "The warning category `ImportWarning`.";
            66 h_UnicodeWarning: handle, since 0, "The warning category `UnicodeWarning`.";
            67 h_BytesWarning: handle, since 0, "The warning category `BytesWarning`.";
            68 h_ResourceWarning: handle, since 0, "The warning category `ResourceWarning`.";
            69 h_BaseObjectType: handle, since 0, "The type `object`.";
            70 h_TypeType: handle, since 0, "The type `type`.";
            71 h_BoolType: handle, since 0, "The type `bool`.";
            72 h_LongType: handle, since 0, "The type `int`.";
            73 h_FloatType: handle, since 0, "The type `float`.";
            74 h_UnicodeType: handle, since 0, "The type `str`.";
            75 h_TupleType: handle, since 0, "The type `tuple`.";
            76 h_ListType: handle, since 0, "The type `list`.";
            77 ctx_Dup: fn(h: HPy) -> HPy, since 0, "Makes a second handle to the same object.";
            78 ctx_Close: fn(h: HPy) -> (), since 0, "Gives a handle up; it must not be used again. The null handle is allowed.";
            79 ctx_Long_FromInt32_t: fn(value: i32) -> HPy, since 0, "Makes an `int`.";
            80 ctx_Long_FromUInt32_t: fn(value: u32) -> HPy, since 0, "Makes an `int`.";
            81 ctx_Long_FromInt64_t: fn(v: i64) -> HPy, since 0, "Makes an `int`.";
            82 ctx_Long_FromUInt64_t: fn(v: u64) -> HPy, since 0, "Makes an `int`.";
            83 ctx_Long_FromSize_t: fn(value: usize) -> HPy, since 0, "Makes an `int`.";
            84 ctx_Long_FromSsize_t: fn(value: Len) -> HPy, since 0, "Makes an `int`.";
            85 ctx_Long_AsInt32_t: fn(h: HPy) -> i32, since 0, "Reads an `int` (or an object with `__index__`); -1 with OverflowError or TypeError set on failure.";
            86 ctx_Long_AsUInt32_t: fn(h: HPy) -> u32, since 0, "Reads an `int`; all bits set with OverflowError or TypeError set on failure, also for negative numbers.";
            87 ctx_Long_AsUInt32_tMask: fn(h: HPy) -> u32, since 0, "Reads the low 32 bits of an `int` (or an object with `__index__`), whatever its size and sign.";
            88 ctx_Long_AsInt64_t: fn(h: HPy) -> i64, since 0, "Reads an `int` (or an object with `__index__`); -1 with OverflowError or TypeError set on failure.";
            89 ctx_Long_AsUInt64_t: fn(h: HPy) -> u64, since 0, "Reads an `int`; all bits set with OverflowError or TypeError set on failure, also for negative numbers.";
            90 ctx_Long_AsUInt64_tMask: fn(h: HPy) -> u64, since 0, "Reads the low 64 bits of an `int` (or an object with `__index__`), whatever its size and sign.";
            91 ctx_Long_AsSize_t: fn(h: HPy) -> usize, since 0, "Reads an `int`; all bits set with OverflowError or TypeError set on failure, also for negative numbers.";
            92 ctx_Long_AsSsize_t: fn(h: HPy) -> LenOrErr, since 0, "Reads an `int`; -1 with OverflowError or TypeError set on failure.";
            93 ctx_Long_AsVoidPtr: fn(h: HPy) -> *mut c_void, since 0, "Reads an `int` as a pointer; null with an exception set on failure.";
            94 ctx_Long_AsDouble: fn(h: HPy) -> f64, since 0, "Reads an `int` as a double; -1.0 with OverflowError or TypeError set on failure.";
            95 ctx_Float_FromDouble: fn(v: f64) -> HPy, since 0, "Makes a `float`.";
            96 ctx_Float_AsDouble: fn(h: HPy) -> f64, since 0, "Reads a `float`, or any object with `__float__` or `__index__`; -1.0 with an exception set on failure.";
            97 ctx_Bool_FromBool: fn(v: bool) -> HPy, since 0, "Gives `True` or `False`.";
            98 ctx_Length: fn(h: HPy) -> LenOrErr, since 0, "`len(h)`.";
            99 ctx_Number_Check: fn(h: HPy) -> Flag, since 0, "Whether the object offers `__int__`, `__float__` or `__index__`, or is a complex number.";
            100 ctx_Add: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 + h2`.";
            101 ctx_Subtract: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 - h2`.";
            102 ctx_Multiply: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 * h2`.";
            103 ctx_MatrixMultiply: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 @ h2`.";
            104 ctx_FloorDivide: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 // h2`.";
            105 ctx_TrueDivide: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 / h2`.";
            106 ctx_Remainder: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 % h2`.";
            107 ctx_Divmod: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`divmod(h1, h2)`.";
            108 ctx_Power: fn(h1: HPy, h2: HPy, h3: HPy) -> HPy, since 0, "`pow(h1, h2, h3)`; `h3` is `None` for the operator.";
            109 ctx_Negative: fn(h1: HPy) -> HPy, since 0, "`-h1`.";
            110 ctx_Positive: fn(h1: HPy) -> HPy, since 0, "`+h1`.";
            111 ctx_Absolute: fn(h1: HPy) -> HPy, since 0, "`abs(h1)`.";
            112 ctx_Invert: fn(h1: HPy) -> HPy, since 0, "`~h1`.";
            113 ctx_Lshift: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 << h2`.";
            114 ctx_Rshift: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 >> h2`.";
            115 ctx_And: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 & h2`.";
            116 ctx_Xor: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 ^ h2`.";
            117 ctx_Or: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 | h2`.";
            118 ctx_Index: fn(h1: HPy) -> HPy, since 0, "`operator.index(h1)`.";
            119 ctx_Long: fn(h1: HPy) -> HPy, since 0, "`int(h1)`.";
            120 ctx_Float: fn(h1: HPy) -> HPy, since 0, "`float(h1)`.";
            121 ctx_InPlaceAdd: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 += h2`; the result is the new value.";
            122 ctx_InPlaceSubtract: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 -= h2`; the result is the new value.";
            123 ctx_InPlaceMultiply: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 *= h2`; the result is the new value.";
            124 ctx_InPlaceMatrixMultiply: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 @= h2`; the result is the new value.";
            125 ctx_InPlaceFloorDivide: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 //= h2`; the result is the new value.";
            126 ctx_InPlaceTrueDivide: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 /= h2`; the result is the new value.";
            127 ctx_InPlaceRemainder: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 %= h2`; the result is the new value.";
            128 ctx_InPlacePower: fn(h1: HPy, h2: HPy, h3: HPy) -> HPy, since 0, "`h1 **= h2`; `h3` is `None` for the operator.";
            129 ctx_InPlaceLshift: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 <<= h2`; the result is the new value.";
            130 ctx_InPlaceRshift: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 >>= h2`; the result is the new value.";
            131 ctx_InPlaceAnd: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 &= h2`; the result is the new value.";
            132 ctx_InPlaceXor: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 ^= h2`; the result is the new value.";
            133 ctx_InPlaceOr: fn(h1: HPy, h2: HPy) -> HPy, since 0, "`h1 |= h2`; the result is the new value.";
            134 ctx_Callable_Check: fn(h: HPy) -> Flag, since 0, "`callable(h)`.";
            135 ctx_CallTupleDict: fn(callable: HPy, args: HPy, kw: HPy) -> HPy, since 0, "`callable(*args, **kw)`; `args` is a tuple, `kw` a dict or null.";
            136 ctx_FatalError: fn(message: Utf8) -> (), since 0, "Ends the process with a message.";
            137 ctx_Err_SetString: fn(h_type: HPy, utf8_message: Utf8) -> (), since 0, "Raises `h_type(utf8_message)`.";
            138 ctx_Err_SetObject: fn(h_type: HPy, h_value: HPy) -> (), since 0, "Raises `h_type` with a value, or the value itself if it is an exception.";
            139 ctx_Err_SetFromErrnoWithFilename: fn(h_type: HPy, filename_fsencoded: Utf8) -> HPy, since 0, "Raises `h_type` from the C library's `errno`, with a file name that may be null; gives null.";
            140 ctx_Err_SetFromErrnoWithFilenameObjects: fn(h_type: HPy, filename1: HPy, filename2: HPy) -> (), since 0, "Raises `h_type` from the C library's `errno`, with two file names that may be null.";
            141 ctx_Err_Occurred: fn() -> Flag, since 0, "Whether an exception is set.";
            142 ctx_Err_ExceptionMatches: fn(exc: HPy) -> Flag, since 0, "Whether the exception that is set is an instance of `exc`, a type or a tuple of types.";
            143 ctx_Err_NoMemory: fn() -> (), since 0, "Raises `MemoryError`.";
            144 ctx_Err_Clear: fn() -> (), since 0, "Forgets the exception that is set, if any.";
            145 ctx_Err_NewException: fn(utf8_name: Utf8, base: HPy, dict: HPy) -> HPy, since 0, "Makes an exception type from a dotted name; base and dict may be null.";
            146 ctx_Err_NewExceptionWithDoc: fn(utf8_name: Utf8, utf8_doc: Utf8, base: HPy, dict: HPy) -> HPy, since 0, "Makes an exception type with a docstring; doc, base and dict may be null.";
            147 ctx_Err_WarnEx: fn(category: HPy, utf8_message: Utf8, stack_level: Len) -> Status, since 0, "Issues a warning; -1 if it was turned into an exception. A null category is RuntimeWarning.";
            148 ctx_Err_WriteUnraisable: fn(obj: HPy) -> (), since 0, "Reports the exception that is set to `sys.unraisablehook` and forgets it; `obj` says where and may be null.";
            149 ctx_IsTrue: fn(h: HPy) -> FlagOrErr, since 0, "`bool(h)`.";
            150 ctx_Type_FromSpec: fn(spec: *mut HPyType_Spec, params: *mut HPyType_SpecParam) -> HPy, since 0, "Makes a type from its description; `params` ends with a zero kind and may be null.";
            151 ctx_Type_GenericNew: fn(type_: HPy, args: Handles, nargs: Len, kw: HPy) -> HPy, since 0, "Makes an instance without looking at the arguments: a ready `__new__`.";
            152 ctx_GetAttr: fn(obj: HPy, name: HPy) -> HPy, since 0, "`getattr(obj, name)`.";
            153 ctx_GetAttr_s: fn(obj: HPy, utf8_name: Utf8) -> HPy, since 0, "`getattr(obj, utf8_name)`.";
            154 ctx_HasAttr: fn(obj: HPy, name: HPy) -> Flag, since 0, "Whether `getattr(obj, name)` works; never raises.";
            155 ctx_HasAttr_s: fn(obj: HPy, utf8_name: Utf8) -> Flag, since 0, "Whether `getattr(obj, utf8_name)` works; never raises.";
            156 ctx_SetAttr: fn(obj: HPy, name: HPy, value: HPy) -> Status, since 0, "`setattr(obj, name, value)`; a null value deletes.";
            157 ctx_SetAttr_s: fn(obj: HPy, utf8_name: Utf8, value: HPy) -> Status, since 0, "`setattr(obj, utf8_name, value)`; a null value deletes.";
            158 ctx_GetItem: fn(obj: HPy, key: HPy) -> HPy, since 0, "`obj[key]`.";
            159 ctx_GetItem_i: fn(obj: HPy, idx: Len) -> HPy, since 0, "`obj[idx]`.";
            160 ctx_GetItem_s: fn(obj: HPy, utf8_key: Utf8) -> HPy, since 0, "`obj[utf8_key]`.";
            161 ctx_Contains: fn(container: HPy, key: HPy) -> FlagOrErr, since 0, "`key in container`.";
            162 ctx_SetItem: fn(obj: HPy, key: HPy, value: HPy) -> Status, since 0, "`obj[key] = value`.";
            163 ctx_SetItem_i: fn(obj: HPy, idx: Len, value: HPy) -> Status, since 0, "`obj[idx] = value`.";
            164 ctx_SetItem_s: fn(obj: HPy, utf8_key: Utf8, value: HPy) -> Status, since 0, "`obj[utf8_key] = value`.";
            165 ctx_Type: fn(obj: HPy) -> HPy, since 0, "`type(obj)`.";
            166 ctx_TypeCheck: fn(obj: HPy, type_: HPy) -> Flag, since 0, "Whether the type of the object is `type_` or a subtype of it; does not call `__instancecheck__`.";
            167 ctx_Is: fn(obj: HPy, other: HPy) -> Flag, since 0, "Whether both handles refer to the same object.";
            168 ctx_AsStruct_Object: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `object`; no check.";
            169 ctx_AsStruct_Legacy: fn(h: HPy) -> *mut c_void, since 0, "The C-API struct of an instance, header included; no check.";
            170 ctx_New: fn(h_type: HPy, data: *mut *mut c_void) -> HPy, since 0, "Makes an instance of a class of ours and gives its zeroed native struct; does not call `__init__`.";
            171 ctx_Repr: fn(obj: HPy) -> HPy, since 0, "`repr(obj)`.";
            172 ctx_Str: fn(obj: HPy) -> HPy, since 0, "`str(obj)`.";
            173 ctx_ASCII: fn(obj: HPy) -> HPy, since 0, "`ascii(obj)`.";
            174 ctx_Bytes: fn(obj: HPy) -> HPy, since 0, "`bytes(obj)`.";
            175 ctx_RichCompare: fn(v: HPy, w: HPy, op: CmpOp) -> HPy, since 0, "`v op w` as an object.";
            176 ctx_RichCompareBool: fn(v: HPy, w: HPy, op: CmpOp) -> FlagOrErr, since 0, "`v op w` as a truth value; identity implies equality.";
            177 ctx_Hash: fn(obj: HPy) -> Hash, since 0, "`hash(obj)`.";
            178 ctx_Bytes_Check: fn(h: HPy) -> Flag, since 0, "Whether the object is a `bytes` or of a subtype.";
            179 ctx_Bytes_Size: fn(h: HPy) -> LenOrErr, since 0, "`len(h)` of a `bytes`; TypeError otherwise.";
            180 ctx_Bytes_GET_SIZE: fn(h: HPy) -> Len, since 0, "`len(h)` of a `bytes`; no check.";
            181 ctx_Bytes_AsString: fn(h: HPy) -> Chars, since 0, "The contents of a `bytes`, NUL-terminated, valid while the handle is open; TypeError otherwise.";
            182 ctx_Bytes_AS_STRING: fn(h: HPy) -> Chars, since 0, "The contents of a `bytes`, NUL-terminated, valid while the handle is open; no check.";
            183 ctx_Bytes_FromString: fn(bytes: Utf8) -> HPy, since 0, "Makes a `bytes` from a NUL-terminated string.";
            184 ctx_Bytes_FromStringAndSize: fn(bytes: Chars, len: Len) -> HPy, since 0, "Makes a `bytes` by copying; a null pointer is a ValueError.";
            185 ctx_Unicode_FromString: fn(utf8: Utf8) -> HPy, since 0, "Makes a `str` from NUL-terminated UTF-8.";
            186 ctx_Unicode_Check: fn(h: HPy) -> Flag, since 0, "Whether the object is a `str` or of a subtype.";
            187 ctx_Unicode_AsASCIIString: fn(h: HPy) -> HPy, since 0, "Encodes a `str` to `bytes`.";
            188 ctx_Unicode_AsLatin1String: fn(h: HPy) -> HPy, since 0, "Encodes a `str` to `bytes`.";
            189 ctx_Unicode_AsUTF8String: fn(h: HPy) -> HPy, since 0, "Encodes a `str` to `bytes`.";
            190 ctx_Unicode_AsUTF8AndSize: fn(h: HPy, size: *mut Len) -> Utf8, since 0, "The UTF-8 form of a `str`, valid while the handle is open; `size` may be null.";
            191 ctx_Unicode_FromWideChar: fn(w: WideChars, size: Len) -> HPy, since 0, "Makes a `str`; a size of -1 means NUL-terminated.";
            192 ctx_Unicode_DecodeFSDefault: fn(v: Utf8) -> HPy, since 0, "Decodes a NUL-terminated string with the file system's encoding.";
            193 ctx_Unicode_DecodeFSDefaultAndSize: fn(v: Chars, size: Len) -> HPy, since 0, "Decodes bytes with the file system's encoding.";
            194 ctx_Unicode_EncodeFSDefault: fn(h: HPy) -> HPy, since 0, "Encodes a `str` with the file system's encoding.";
            195 ctx_Unicode_ReadChar: fn(h: HPy, index: Len) -> Ucs4, since 0, "One code point of a `str`; all bits set with IndexError or TypeError set on failure.";
            196 ctx_Unicode_DecodeASCII: fn(ascii: Chars, size: Len, errors: Utf8) -> HPy, since 0, "Decodes bytes; `errors` names the error handler and may be null.";
            197 ctx_Unicode_DecodeLatin1: fn(latin1: Chars, size: Len, errors: Utf8) -> HPy, since 0, "Decodes bytes; `errors` names the error handler and may be null.";
            198 ctx_List_Check: fn(h: HPy) -> Flag, since 0, "Whether the object is a `list` or of a subtype.";
            199 ctx_List_New: fn(len: Len) -> HPy, since 0, "Makes a list; only 0 is a useful length, a builder fills longer ones.";
            200 ctx_List_Append: fn(h_list: HPy, h_item: HPy) -> Status, since 0, "`h_list.append(h_item)`.";
            201 ctx_Dict_Check: fn(h: HPy) -> Flag, since 0, "Whether the object is a `dict` or of a subtype.";
            202 ctx_Dict_New: fn() -> HPy, since 0, "`{}`.";
            203 ctx_Tuple_Check: fn(h: HPy) -> Flag, since 0, "Whether the object is a `tuple` or of a subtype.";
            204 ctx_Tuple_FromArray: fn(items: Handles, n: Len) -> HPy, since 0, "Makes a tuple of `n` items.";
            205 ctx_Import_ImportModule: fn(utf8_name: Utf8) -> HPy, since 0, "`importlib.import_module(utf8_name)`.";
            206 ctx_FromPyObject: fn(obj: *mut cpy_PyObject) -> HPy, since 0, "Makes a handle from a C-API reference, which stays the caller's.";
            207 ctx_AsPyObject: fn(h: HPy) -> *mut cpy_PyObject, since 0, "Makes a C-API reference from a handle, which stays open.";
            208 ctx_CallRealFunctionFromTrampoline: fn(sig: Signature, func: HPyCFunction, args: *mut c_void) -> (), since 0, "Calls `func` for a trampoline: `args` points to a struct of the arguments and the result, see `for_each_signature!`.";
            209 ctx_ListBuilder_New: fn(size: Len) -> HPyListBuilder, since 0, "Starts a list of a fixed length; the null builder on error, which the other functions accept.";
            210 ctx_ListBuilder_Set: fn(builder: HPyListBuilder, index: Len, h_item: HPy) -> (), since 0, "Puts a copy of the handle at an index.";
            211 ctx_ListBuilder_Build: fn(builder: HPyListBuilder) -> HPy, since 0, "Finishes the list and the builder; null with an exception set if anything failed.";
            212 ctx_ListBuilder_Cancel: fn(builder: HPyListBuilder) -> (), since 0, "Gives the builder up.";
            213 ctx_TupleBuilder_New: fn(size: Len) -> HPyTupleBuilder, since 0, "Starts a tuple of a fixed length; the null builder on error, which the other functions accept.";
            214 ctx_TupleBuilder_Set: fn(builder: HPyTupleBuilder, index: Len, h_item: HPy) -> (), since 0, "Puts a copy of the handle at an index.";
            215 ctx_TupleBuilder_Build: fn(builder: HPyTupleBuilder) -> HPy, since 0, "Finishes the tuple and the builder; null with an exception set if anything failed.";
            216 ctx_TupleBuilder_Cancel: fn(builder: HPyTupleBuilder) -> (), since 0, "Gives the builder up.";
            217 ctx_Tracker_New: fn(size: Len) -> HPyTracker, since 0, "Makes a tracker with room for `size` handles; 0 picks a default.";
            218 ctx_Tracker_Add: fn(ht: HPyTracker, h: HPy) -> Status, since 0, "Leaves a handle to the tracker, which has it even after a failure.";
            219 ctx_Tracker_ForgetAll: fn(ht: HPyTracker) -> (), since 0, "Gives all tracked handles back to the caller.";
            220 ctx_Tracker_Close: fn(ht: HPyTracker) -> (), since 0, "Closes the tracker and every handle in it.";
            221 ctx_Field_Store: fn(target_object: HPy, target_field: *mut HPyField, h: HPy) -> (), since 0, "Stores a reference in a field of `target_object`; the null handle clears it.";
            222 ctx_Field_Load: fn(source_object: HPy, source_field: HPyField) -> HPy, since 0, "Makes a handle from a field of `source_object` that is not null.";
            223 ctx_ReenterPythonExecution: fn(state: HPyThreadState) -> (), since 0, "Comes back from `ctx_LeavePythonExecution`.";
            224 ctx_LeavePythonExecution: fn() -> HPyThreadState, since 0, "Lets other threads run Python; no other member may be called until the return.";
            225 ctx_Global_Store: fn(global: *mut HPyGlobal, h: HPy) -> (), since 0, "Stores a reference in a registered global; the null handle clears it.";
            226 ctx_Global_Load: fn(global: HPyGlobal) -> HPy, since 0, "Makes a handle from a global that is not null.";
            227 ctx_Dump: fn(h: HPy) -> (), since 0, "Prints everything about an object to standard error, for debugging.";
            228 ctx_AsStruct_Type: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `type`; no check.";
            229 ctx_AsStruct_Long: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `int`; no check.";
            230 ctx_AsStruct_Float: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `float`; no check.";
            231 ctx_AsStruct_Unicode: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `str`; no check.";
            232 ctx_AsStruct_Tuple: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `tuple`; no check.";
            233 ctx_AsStruct_List: fn(h: HPy) -> *mut c_void, since 0, "The native struct of an instance of a class whose shape is `list`; no check.";
            234 ctx_Type_GetBuiltinShape: fn(h_type: HPy) -> BuiltinShape, since 0, "The shape of a type; an exception and an invalid shape if `h_type` is not a type.";
            235 ctx_DelItem: fn(obj: HPy, key: HPy) -> Status, since 0, "`del obj[key]`.";
            236 ctx_DelItem_i: fn(obj: HPy, idx: Len) -> Status, since 0, "`del obj[idx]`.";
            237 ctx_DelItem_s: fn(obj: HPy, utf8_key: Utf8) -> Status, since 0, "`del obj[utf8_key]`.";
            238 h_ComplexType: handle, since 0, "The type `complex`.";
            239 h_BytesType: handle, since 0, "The type `bytes`.";
            240 h_MemoryViewType: handle, since 0, "The type `memoryview`.";
            241 h_CapsuleType: handle, since 0, "The type `capsule`.";
            242 h_SliceType: handle, since 0, "The type `slice`.";
            243 h_Builtins: handle, since 0, "The dictionary of built-in names.";
            244 ctx_Capsule_New: fn(pointer: *mut c_void, utf8_name: Utf8, destructor: *mut HPyCapsule_Destructor) -> HPy, since 0, "Wraps a pointer that is not null; name and destructor may be null.";
            245 ctx_Capsule_Get: fn(capsule: HPy, key: CapsuleKey, utf8_name: Utf8) -> *mut c_void, since 0, "Reads a part of a capsule; the name must match for the pointer.";
            246 ctx_Capsule_IsValid: fn(capsule: HPy, utf8_name: Utf8) -> Flag, since 0, "Whether the object is a capsule of that name with a pointer; never raises.";
            247 ctx_Capsule_Set: fn(capsule: HPy, key: CapsuleKey, value: *mut c_void) -> Status, since 0, "Replaces a part of a capsule.";
            248 ctx_Compile_s: fn(utf8_source: Utf8, utf8_filename: Utf8, kind: SourceKind) -> HPy, since 0, "Compiles Python source to a code object.";
            249 ctx_EvalCode: fn(code: HPy, globals: HPy, locals: HPy) -> HPy, since 0, "Runs a code object in a dictionary of globals and a mapping of locals.";
            250 ctx_ContextVar_New: fn(name: Utf8, default_value: HPy) -> HPy, since 0, "Makes a context variable; the default may be null.";
            251 ctx_ContextVar_Get: fn(context_var: HPy, default_value: HPy, result: HandleOut) -> Status, since 0, "Reads a context variable into `result`; without a value and a default, the null handle.";
            252 ctx_ContextVar_Set: fn(context_var: HPy, value: HPy) -> HPy, since 0, "Sets a context variable and gives the token that undoes it.";
            253 ctx_Type_GetName: fn(type_: HPy) -> Utf8, since 0, "The name of a type without its module, valid while the handle is open.";
            254 ctx_Type_IsSubtype: fn(sub: HPy, type_: HPy) -> Flag, since 0, "Whether `sub` is `type_` or inherits from it; does not call `__subclasscheck__`.";
            255 ctx_Unicode_FromEncodedObject: fn(obj: HPy, encoding: Utf8, errors: Utf8) -> HPy, since 0, "Decodes a bytes-like object; encoding and errors may be null.";
            256 ctx_Unicode_Substring: fn(string: HPy, start: Len, end: Len) -> HPy, since 0, "`string[start:end]`, without negative indices.";
            257 ctx_Dict_Keys: fn(h: HPy) -> HPy, since 0, "The keys of a dict as a list.";
            258 ctx_Dict_Copy: fn(h: HPy) -> HPy, since 0, "A shallow copy of a dict.";
            259 ctx_Slice_Unpack: fn(slice: HPy, start: *mut Len, stop: *mut Len, step: *mut Len) -> Status, since 0, "The three parts of a slice, clipped to the range of an index; OverflowError never, TypeError without `__index__`.";
            260 ctx_SetCallFunction: fn(h: HPy, func: *mut HPyCallFunction) -> Status, since 0, "Replaces the function that runs when this instance is called; its type must have the call protocol.";
            261 ctx_Call: fn(callable: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy, since 0, "`callable(*args)` with the values for `kwnames`, a tuple of names or null, after the `nargs` positional ones.";
            262 ctx_CallMethod: fn(name: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy, since 0, "`args[0].name(*args[1:])`, keyword arguments as in `ctx_Call`; `nargs` counts `args[0]`.";
            263 h_DictType: handle, since 1, "The type `dict`.";
            264 ctx_AsStruct_Dict: fn(h: HPy) -> *mut c_void, since 1, "The native struct of an instance of a class whose shape is `dict`; no check.";
            265 ctx_List_Insert: fn(h_list: HPy, index: Len, h_item: HPy) -> Status, since 1, "`h_list.insert(index, h_item)`.";
            266 ctx_GetSlice: fn(obj: HPy, start: Len, end: Len) -> HPy, since 1, "`obj[start:end]`.";
            267 ctx_SetSlice: fn(obj: HPy, start: Len, end: Len, value: HPy) -> Status, since 1, "`obj[start:end] = value`.";
            268 ctx_DelSlice: fn(obj: HPy, start: Len, end: Len) -> Status, since 1, "`del obj[start:end]`.";
            269 ctx_GetIter: fn(obj: HPy) -> HPy, since 1, "`iter(obj)`.";
            270 ctx_Iter_Next: fn(obj: HPy) -> HPy, since 1, "`next(obj)`; null without an exception at the end.";
            271 ctx_Iter_Check: fn(obj: HPy) -> Flag, since 1, "Whether the object is an iterator.";
            272 ctx_Slice_New: fn(start: HPy, stop: HPy, step: HPy) -> HPy, since 1, "`slice(start, stop, step)`; each may be null for `None`.";
        }
    };
}

/// The C type of one member: a handle, or a pointer to a function whose first argument is the context.
macro_rules! member_type {
    (handle) => { HPy };
    (fn ($($ty:ty),*) -> $ret:ty) => {
        unsafe extern "C" fn(*mut HPyContext, $($ty),*) -> $ret
    };
}

macro_rules! define_context {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// The table through which an extension reaches its interpreter.
        ///
        /// An extension only ever holds a raw pointer to one, and reads single members through it:
        /// an older host's table is shorter than this struct.
        #[repr(C)]
        pub struct HPyContext {
            /// Who made the table, for people; NUL-terminated.
            pub name: *const c_char,
            /// The host's own.
            pub _private: *mut c_void,
            /// The major version of the ABI that the host implements.
            pub abi_version: c_int,
            $(#[doc = $doc] pub $name: member_type!($kind $(($($ty),*) -> $ret)?),)*
        }

        /// The index of each member.
        #[allow(non_upper_case_globals)]
        pub mod index {
            $(#[doc = $doc] pub const $name: usize = $index;)*
        }

        /// The number of members (the three header fields are not counted).
        pub const MEMBER_COUNT: usize = [$($index),*].len();

        #[cfg(target_pointer_width = "64")]
        const _: () = {
            let mut next = 0;
            $(
                assert!($index == next, concat!(stringify!($name), ": rows must be in order"));
                assert!(
                    core::mem::offset_of!(HPyContext, $name) == offset($index),
                    concat!(stringify!($name), " has moved")
                );
                next += 1;
            )*
            assert!(next == MEMBER_COUNT);
            assert!(size_of::<HPyContext>() == offset(MEMBER_COUNT));
        };
    };
}
for_each_member!(define_context);

/// Bytes from the start of the context to the member with this index.
pub const fn offset(index: usize) -> usize {
    3 * size_of::<usize>() + index * size_of::<usize>()
}

/// The first member that PyPy 7.3.18 to 7.3.23 moved.
pub const PYPY73_FIRST_MOVED: usize = index::ctx_Capsule_New;
/// The last member that PyPy 7.3.18 to 7.3.23 moved up by one place.
pub const PYPY73_LAST_MOVED: usize = index::ctx_CallMethod;

/// Bytes from the start of the context to the member with this index, in the context of
/// PyPy 7.3.18 to 7.3.23.
///
/// Those releases have `h_DictType` before `ctx_Capsule_New` instead of behind `ctx_CallMethod`,
/// so that everything in between sits one place later than in upstream's table.
/// Source: `pypy/module/_hpy_universal/_vendored` of these releases.
pub const fn offset_pypy73(index: usize) -> usize {
    if index == index::h_DictType {
        offset(PYPY73_FIRST_MOVED)
    } else if index >= PYPY73_FIRST_MOVED && index <= PYPY73_LAST_MOVED {
        offset(index + 1)
    } else {
        offset(index)
    }
}
