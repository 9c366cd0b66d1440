//! Python values: as the models know them, and as objects of the host in memory.

use crate::input::Input;
use hpy_abi::{Chars, HPy, HPyContext, Handles, Len, Utf8};
use std::ptr::null;

#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(String),
    Tuple(Vec<Value>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
}

/// Calls a member of the context.
macro_rules! call {
    ($ctx:ident.$member:ident($($arg:expr),*)) => {{
        let ctx: *mut HPyContext = $ctx;
        // SAFETY: the context lives as long as its interpreter, and the arguments obey the ABI.
        unsafe { ((*ctx).$member)(ctx $(, $arg)*) }
    }};
}
pub(crate) use call;

impl Value {
    /// Any value that an argument can have.
    pub fn any(input: &mut Input) -> Value {
        match input.below(8) {
            0 => Value::None,
            1 => Value::Bool(input.once_in(2)),
            2 | 3 => Value::Int(input.integer()),
            4 => Value::Float(input.float()),
            5 | 6 => Value::Str(input.text(true)),
            _ => Value::List(input.several(2, |input| Value::Int(input.integer()))),
        }
    }

    /// A new handle of an object with this value.
    pub fn object(&self, ctx: *mut HPyContext) -> HPy {
        // SAFETY: the context lives as long as its interpreter.
        let constants = unsafe { &*ctx };
        let object = match self {
            Value::None => call!(ctx.ctx_Dup(constants.h_None)),
            Value::Bool(true) => call!(ctx.ctx_Dup(constants.h_True)),
            Value::Bool(false) => call!(ctx.ctx_Dup(constants.h_False)),
            Value::Int(x) => integer(ctx, *x),
            Value::Float(x) => call!(ctx.ctx_Float_FromDouble(*x)),
            Value::Str(text) => string(ctx, text),
            Value::Tuple(items) => sequence(ctx, items),
            Value::List(items) => {
                let tuple = sequence(ctx, items);
                let (list, args) = (constants.h_ListType, Handles(&raw const tuple));
                let list = call!(ctx.ctx_Call(list, args, 1, HPy::NULL));
                call!(ctx.ctx_Close(tuple));
                list
            }
            Value::Dict(entries) => dict(ctx, entries),
        };
        assert!(!object.is_null(), "cannot make {self:?}");
        object
    }

    /// What Python prints for it.
    pub fn repr(&self) -> String {
        let join = |items: &[Value]| items.iter().map(Value::repr).collect::<Vec<_>>().join(", ");
        match self {
            Value::None => "None".into(),
            Value::Bool(true) => "True".into(),
            Value::Bool(false) => "False".into(),
            Value::Int(x) => x.to_string(),
            Value::Float(x) => format!("{x:?}"),
            Value::Str(text) => format!("'{}'", text.replace('\0', "\\x00")),
            Value::Tuple(items) if items.len() == 1 => format!("({},)", items[0].repr()),
            Value::Tuple(items) => format!("({})", join(items)),
            Value::List(items) => format!("[{}]", join(items)),
            Value::Dict(entries) => {
                let entries = entries.iter().map(|(k, v)| format!("{}: {}", k.repr(), v.repr()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// `bool(value)`
    pub fn truth(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(x) => *x,
            Value::Int(x) => *x != 0,
            Value::Float(x) => *x != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::Tuple(items) | Value::List(items) => !items.is_empty(),
            Value::Dict(entries) => !entries.is_empty(),
        }
    }

    /// The value of an `int`, which a `bool` is one of.
    pub fn integer(&self) -> Option<i128> {
        match self {
            Value::Bool(x) => Some((*x).into()),
            Value::Int(x) => Some(*x),
            _ => None,
        }
    }

    /// The value of a number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(*x),
            _ => self.integer().map(|x| x as f64),
        }
    }
}

/// An `int` of up to 128 bits from two halves.
fn integer(ctx: *mut HPyContext, x: i128) -> HPy {
    if let Ok(x) = i64::try_from(x) {
        return call!(ctx.ctx_Long_FromInt64_t(x));
    }
    let parts = [
        call!(ctx.ctx_Long_FromInt64_t((x >> 64) as i64)),
        call!(ctx.ctx_Long_FromInt64_t(64)),
        call!(ctx.ctx_Long_FromUInt64_t(x as u64)),
    ];
    let high = call!(ctx.ctx_Lshift(parts[0], parts[1]));
    let whole = call!(ctx.ctx_Or(high, parts[2]));
    parts.into_iter().chain([high]).for_each(|part| call!(ctx.ctx_Close(part)));
    whole
}

fn string(ctx: *mut HPyContext, text: &str) -> HPy {
    let chars = Chars(text.as_ptr().cast());
    let bytes = call!(ctx.ctx_Bytes_FromStringAndSize(chars, Len(text.len() as isize)));
    let (encoding, errors) = (Utf8(c"utf-8".as_ptr()), Utf8(null()));
    let string = call!(ctx.ctx_Unicode_FromEncodedObject(bytes, encoding, errors));
    call!(ctx.ctx_Close(bytes));
    string
}

fn sequence(ctx: *mut HPyContext, items: &[Value]) -> HPy {
    let builder = call!(ctx.ctx_TupleBuilder_New(Len(items.len() as isize)));
    for (i, item) in items.iter().enumerate() {
        let item = item.object(ctx);
        call!(ctx.ctx_TupleBuilder_Set(builder, Len(i as isize), item));
        call!(ctx.ctx_Close(item));
    }
    call!(ctx.ctx_TupleBuilder_Build(builder))
}

fn dict(ctx: *mut HPyContext, entries: &[(Value, Value)]) -> HPy {
    let dict = call!(ctx.ctx_Dict_New());
    for (key, value) in entries {
        let (key, value) = (key.object(ctx), value.object(ctx));
        call!(ctx.ctx_SetItem(dict, key, value));
        call!(ctx.ctx_Close(key));
        call!(ctx.ctx_Close(value));
    }
    dict
}
