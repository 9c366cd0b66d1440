//! Comparison, hashes and truth.

use crate::call::slots;
use crate::errors::raise;
use crate::number::as_f64;
use crate::object::*;
use crate::state::State;
use crate::types::Answer;
use hpy_abi::*;
use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

impl State {
    /// `a op b`
    pub fn compare(&self, a: &Obj, b: &Obj, op: CmpOp) -> Res<Obj> {
        let swapped = CmpOp([4, 5, 2, 3, 0, 1][op.0 as usize]);
        let (class_a, class_b) = (self.class_of(a), self.class_of(b));
        let mut attempts = [(a, b, op), (b, a, swapped)];
        if !Rc::ptr_eq(&class_a, &class_b) && self.is_subtype(&class_b, &class_a) {
            attempts.reverse();
        }
        for (x, y, op) in attempts {
            let result = match self.ask(x, y, op)? {
                None if op == CmpOp::NE => self.derived_unequal(x, y)?,
                result => result,
            };
            if let Some(result) = result {
                return Ok(result);
            }
        }
        let result = match op {
            CmpOp::EQ => self.builtin_equal(a, b)?,
            CmpOp::NE => !self.builtin_equal(a, b)?,
            _ => match self.builtin_order(a, b)? {
                Some(order) => order.is_some_and(|order| holds(op, order)),
                None => {
                    let symbol = ["<", "<=", "==", "!=", ">", ">="][op.0 as usize];
                    let (a, b) = (self.class_name(a), self.class_name(b));
                    return raise!(
                        self,
                        TypeError,
                        "'{symbol}' not supported between instances of '{a}' and '{b}'"
                    );
                }
            },
        };
        Ok(self.boolean(result))
    }

    /// What the class of `x` says to `x op y`; `None` if it says nothing, or `NotImplemented`.
    fn ask(&self, x: &Obj, y: &Obj, op: CmpOp) -> Res<Option<Obj>> {
        let name = dunder(op);
        let result = match self.answer(x, &slots::tp_richcompare, name) {
            Some(Answer::Slot(imp, _)) => {
                self.invoke(name, &[Some(x), Some(y)], |ctx, h| {
                    // SAFETY: the slot has this signature.
                    unsafe { imp(ctx, h[0], h[1], op) }
                })?
            }
            Some(Answer::Method(method)) => self.call(&method, std::slice::from_ref(y), &[])?,
            None => return Ok(None),
        };
        Ok(Some(result).filter(|result| !Rc::ptr_eq(result, &self.named("NotImplemented"))))
    }

    /// `object.__ne__`, which a class has whose `==` is a method: the opposite of that. A slot
    /// answers for all six operators, and is not asked again.
    fn derived_unequal(&self, x: &Obj, y: &Obj) -> Res<Option<Obj>> {
        if self.answer(x, &slots::tp_richcompare, dunder(CmpOp::NE)).is_some() {
            return Ok(None);
        }
        let equal = self.ask(x, y, CmpOp::EQ)?;
        equal.map(|equal| Ok(self.boolean(!self.truth(&equal)?))).transpose()
    }

    /// Identity or `a == b`, as containers compare.
    pub fn equal(&self, a: &Obj, b: &Obj) -> Res<bool> {
        if Rc::ptr_eq(a, b) {
            return Ok(true);
        }
        self.truth(&self.compare(a, b, CmpOp::EQ)?)
    }

    fn builtin_equal(&self, a: &Obj, b: &Obj) -> Res<bool> {
        match (&a.kind, &b.kind) {
            (Kind::Tuple(_), Kind::Tuple(_)) | (Kind::List(_), Kind::List(_)) => {
                let (x, y) = (self.items(a), self.items(b));
                if x.len() != y.len() {
                    return Ok(false);
                }
                for (x, y) in x.iter().zip(&y) {
                    if !self.equal(x, y)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Kind::Dict(_), Kind::Dict(_)) => {
                let entries = self.dict_entries(a);
                if entries.len() != self.dict_entries(b).len() {
                    return Ok(false);
                }
                for (key, value) in entries {
                    match self.dict_get(b, &key)? {
                        Some(other) if self.equal(&value, &other)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Kind::Slice(x), Kind::Slice(y)) => {
                let (x, y) = (self.tuple(x.to_vec()), self.tuple(y.to_vec()));
                self.equal(&x, &y)
            }
            _ => match self.builtin_order(a, b)? {
                Some(order) => Ok(order == Some(Ordering::Equal)),
                None => Ok(Rc::ptr_eq(a, b)),
            },
        }
    }

    /// The order of two built-in values; `Some(None)` if one is NaN, `None` if they have none.
    fn builtin_order(&self, a: &Obj, b: &Obj) -> Res<Option<Option<Ordering>>> {
        Ok(Some(match (&a.kind, &b.kind) {
            (Kind::Int(x), Kind::Int(y)) => Some(x.cmp(y)),
            (Kind::Str(x), Kind::Str(y)) => Some(x.bytes().cmp(y.bytes())),
            (Kind::Bytes(x), Kind::Bytes(y)) => Some(x.bytes().cmp(y.bytes())),
            (Kind::Tuple(_), Kind::Tuple(_)) | (Kind::List(_), Kind::List(_)) => {
                let (x, y) = (self.items(a), self.items(b));
                for (x, y) in x.iter().zip(&y) {
                    if !self.equal(x, y)? {
                        let less = self.truth(&self.compare(x, y, CmpOp::LT)?)?;
                        let order = if less { Ordering::Less } else { Ordering::Greater };
                        return Ok(Some(Some(order)));
                    }
                }
                Some(x.len().cmp(&y.len()))
            }
            _ => match (as_f64(a), as_f64(b)) {
                (Some(x), Some(y)) => x.partial_cmp(&y),
                _ => return Ok(None),
            },
        }))
    }

    /// What a list or tuple holds.
    pub fn items(&self, sequence: &Obj) -> Vec<Obj> {
        match &sequence.kind {
            Kind::Tuple(items) => items.clone(),
            Kind::List(items) => items.borrow().clone(),
            _ => vec![],
        }
    }

    /// `bool(object)`
    pub fn truth(&self, object: &Obj) -> Res<bool> {
        if let Some(truth) = self.operate(object, &slots::nb_bool, "__bool__", &[]) {
            return truth;
        }
        if let Some(x) = as_f64(object) {
            return Ok(x != 0.0);
        }
        let sized = self.answer(object, &slots::sq_length, "__len__").is_some()
            || self.answer(object, &slots::mp_length, "__len__").is_some();
        let builtin = matches!(
            object.kind,
            Kind::Str(_) | Kind::Bytes(_) | Kind::Tuple(_) | Kind::List(_) | Kind::Dict(_)
        );
        if sized || builtin {
            return Ok(self.length(object)? != 0);
        }
        Ok(!self.is_none(object))
    }

    /// `hash(object)`
    pub fn hash(&self, object: &Obj) -> Res<isize> {
        let unhashable = || {
            let class = self.class_name(object);
            raise!(self, TypeError, "unhashable type: '{class}'")
        };
        // The first class that says how its instances compare also says how they hash.
        for ty in self.class_of(object).mro() {
            let data = ty.ty().expect("a type's bases are types");
            let compares =
                data.slots.contains_key(&slot::tp_richcompare) || data.dict.get("__eq__").is_some();
            if data.slots.contains_key(&slot::tp_hash) {
                let (imp, _) = self.slot_and_owner(&ty, &slots::tp_hash).expect("it is there");
                return self.run("__hash__", imp, &[Some(object)]);
            }
            if let Some(method) = data.dict.get("__hash__") {
                let hash = self.call(&method, std::slice::from_ref(object), &[])?;
                return Ok(fold(self.index(&hash)?));
            }
            if compares {
                return unhashable();
            }
        }
        Ok(match &object.kind {
            Kind::Int(x) => fold(*x),
            Kind::Float(x) if x.fract() == 0.0 && x.abs() < 1e30 => fold(*x as i128),
            Kind::Float(x) => fold(x.to_bits().into()),
            Kind::Str(text) | Kind::Bytes(text) => hash_bytes(text.bytes()),
            Kind::Tuple(items) => {
                let mut hasher = DefaultHasher::new();
                for item in items {
                    hasher.write_isize(self.hash(item)?);
                }
                fold(hasher.finish().into())
            }
            Kind::List(_) | Kind::Dict(_) | Kind::Slice(_) => return unhashable(),
            _ => fold(Rc::as_ptr(object).addr() as i128),
        })
    }
}

/// The hash of a string or bytes.
pub(crate) fn hash_bytes(bytes: &[u8]) -> isize {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    fold(hasher.finish().into())
}

/// Python's hash of an integer: modulo a prime, and never -1.
pub(crate) fn fold(x: i128) -> isize {
    const PRIME: i128 = (1 << 61) - 1;
    match (x % PRIME) as isize {
        -1 => -2,
        hash => hash,
    }
}

fn dunder(op: CmpOp) -> &'static str {
    ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"][op.0 as usize]
}

fn holds(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::LT => order.is_lt(),
        CmpOp::LE => order.is_le(),
        CmpOp::GT => order.is_gt(),
        CmpOp::GE => order.is_ge(),
        CmpOp::EQ => order.is_eq(),
        _ => order.is_ne(),
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_IsTrue(&self, object: Obj) -> Res<bool> {
        self.truth(&object)
    }
    pub(crate) fn ctx_RichCompare(&self, a: Obj, b: Obj, op: CmpOp) -> Res<Obj> {
        self.compare(&a, &b, op)
    }
    pub(crate) fn ctx_RichCompareBool(&self, a: Obj, b: Obj, op: CmpOp) -> Res<bool> {
        match op {
            CmpOp::EQ => self.equal(&a, &b),
            CmpOp::NE => Ok(!Rc::ptr_eq(&a, &b) && self.truth(&self.compare(&a, &b, op)?)?),
            _ => self.truth(&self.compare(&a, &b, op)?),
        }
    }
    pub(crate) fn ctx_Hash(&self, object: Obj) -> Res<isize> {
        self.hash(&object)
    }
}
