//! Numbers: conversions to and from C, and the operators.
//!
//! An `int` has 128 bits here; what does not fit raises OverflowError, which real Pythons never do.

use crate::call::slots::{self, Key};
use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use crate::types::Answer;
use hpy_abi::*;
use std::ffi::c_void;
use std::rc::Rc;

/// An operator with two operands.
pub(crate) struct Operator {
    slot: Key<func::BINARYFUNC>,
    inplace: Key<func::BINARYFUNC>,
    symbol: &'static str,
    /// Python's name for it without the underscores.
    name: &'static str,
}

macro_rules! operators {
    ($($member:ident $inplace_member:ident $slot:ident $inplace:ident $symbol:literal $name:literal;)*) => {
        #[allow(non_snake_case)]
        impl State {$(
            pub(crate) fn $member(&self, a: Obj, b: Obj) -> Res<Obj> {
                self.binary(&operator::$slot, &a, &b)
            }
            pub(crate) fn $inplace_member(&self, a: Obj, b: Obj) -> Res<Obj> {
                self.binary_inplace(&operator::$slot, &a, &b)
            }
        )*}
        #[allow(non_upper_case_globals)]
        mod operator {
            use super::*;
            $(pub(crate) const $slot: Operator = Operator {
                slot: slots::$slot,
                inplace: slots::$inplace,
                symbol: $symbol,
                name: $name,
            };)*
        }
    };
}
operators! {
    ctx_Add ctx_InPlaceAdd nb_add nb_inplace_add "+" "add";
    ctx_Subtract ctx_InPlaceSubtract nb_subtract nb_inplace_subtract "-" "sub";
    ctx_Multiply ctx_InPlaceMultiply nb_multiply nb_inplace_multiply "*" "mul";
    ctx_MatrixMultiply ctx_InPlaceMatrixMultiply nb_matrix_multiply nb_inplace_matrix_multiply "@" "matmul";
    ctx_FloorDivide ctx_InPlaceFloorDivide nb_floor_divide nb_inplace_floor_divide "//" "floordiv";
    ctx_TrueDivide ctx_InPlaceTrueDivide nb_true_divide nb_inplace_true_divide "/" "truediv";
    ctx_Remainder ctx_InPlaceRemainder nb_remainder nb_inplace_remainder "%" "mod";
    ctx_Lshift ctx_InPlaceLshift nb_lshift nb_inplace_lshift "<<" "lshift";
    ctx_Rshift ctx_InPlaceRshift nb_rshift nb_inplace_rshift ">>" "rshift";
    ctx_And ctx_InPlaceAnd nb_and nb_inplace_and "&" "and";
    ctx_Xor ctx_InPlaceXor nb_xor nb_inplace_xor "^" "xor";
    ctx_Or ctx_InPlaceOr nb_or nb_inplace_or "|" "or";
}

/// `divmod` has no in-place form; the slot named for it is never looked at.
const DIVMOD: Operator = Operator {
    slot: slots::nb_divmod,
    inplace: slots::nb_inplace_floor_divide,
    symbol: "divmod()",
    name: "divmod",
};

impl State {
    fn binary(&self, op: &Operator, a: &Obj, b: &Obj) -> Res<Obj> {
        match self.try_binary(op, a, b)? {
            Some(result) => Ok(result),
            None => self.unsupported(op.symbol, a, b),
        }
    }

    fn unsupported(&self, symbol: &str, a: &Obj, b: &Obj) -> Res<Obj> {
        let (a, b) = (self.class_name(a), self.class_name(b));
        raise!(self, TypeError, "unsupported operand type(s) for {symbol}: '{a}' and '{b}'")
    }

    /// The result, or `None` if neither operand knows how.
    fn try_binary(&self, op: &Operator, a: &Obj, b: &Obj) -> Res<Option<Obj>> {
        let forward = format!("__{}__", op.name);
        let reflected = format!("__r{}__", op.name);
        let left = self.answer(a, &op.slot, &forward);
        let mut right = self.answer(b, &op.slot, &reflected);
        if let (Some(Answer::Slot(_, x)), Some(Answer::Slot(_, y))) = (&left, &right)
            && Rc::ptr_eq(x, y)
        {
            right = None;
        }
        let (class_a, class_b) = (self.class_of(a), self.class_of(b));
        let right_first = !Rc::ptr_eq(&class_a, &class_b) && self.is_subtype(&class_b, &class_a);
        let mut answers = [(left, b), (right, a)];
        if right_first {
            answers.reverse();
        }
        for (answer, other) in answers {
            let result = match answer {
                Some(Answer::Slot(imp, _)) => {
                    self.invoke(&forward, &[Some(a), Some(b)], |ctx, h| {
                        // SAFETY: the slot has this signature.
                        unsafe { imp(ctx, h[0], h[1]) }
                    })?
                }
                Some(Answer::Method(method)) => {
                    self.call(&method, std::slice::from_ref(other), &[])?
                }
                None => continue,
            };
            if !self.is_not_implemented(&result) {
                return Ok(Some(result));
            }
        }
        match self.arithmetic(op.name, a, b).transpose()? {
            Some(result) => Ok(Some(result)),
            None => self.sequence_operator(op.name, a, b),
        }
    }

    fn binary_inplace(&self, op: &Operator, a: &Obj, b: &Obj) -> Res<Obj> {
        let name = format!("__i{}__", op.name);
        let result = match self.operate(a, &op.inplace, &name, &[Some(b)]) {
            Some(result) => result?,
            None => self.named("NotImplemented"),
        };
        if !self.is_not_implemented(&result) {
            return Ok(result);
        }
        if let Some(result) = self.sequence_inplace(op.name, a, b)? {
            return Ok(result);
        }
        match self.try_binary(op, a, b)? {
            Some(result) => Ok(result),
            None => self.unsupported(&format!("{}=", op.symbol), a, b),
        }
    }

    fn is_not_implemented(&self, object: &Obj) -> bool {
        Rc::ptr_eq(object, &self.named("NotImplemented"))
    }

    /// Operators on the mock's own numbers.
    fn arithmetic(&self, name: &str, a: &Obj, b: &Obj) -> Option<Res<Obj>> {
        match (&a.kind, &b.kind) {
            (Kind::Int(x), Kind::Int(y)) => self.int_arithmetic(name, *x, *y),
            _ => self.float_arithmetic(name, as_f64(a)?, as_f64(b)?),
        }
    }

    fn int_arithmetic(&self, name: &str, x: i128, y: i128) -> Option<Res<Obj>> {
        let divides = matches!(name, "floordiv" | "mod" | "divmod" | "truediv");
        if divides && y == 0 {
            return Some(raise!(self, ZeroDivisionError, "division by zero"));
        }
        if matches!(name, "lshift" | "rshift") && y < 0 {
            return Some(raise!(self, ValueError, "negative shift count"));
        }
        let floor = |x: i128, y: i128| x / y - i128::from(x % y != 0 && (x < 0) != (y < 0));
        let modulo = |x: i128, y: i128| x - floor(x, y) * y;
        let result = match name {
            "add" => x.checked_add(y),
            "sub" => x.checked_sub(y),
            "mul" => x.checked_mul(y),
            "floordiv" => Some(floor(x, y)),
            "mod" => Some(modulo(x, y)),
            "truediv" => return Some(Ok(self.float(x as f64 / y as f64))),
            "divmod" => {
                let parts = [floor(x, y), modulo(x, y)].map(|part| self.int(part));
                return Some(Ok(self.tuple(parts.to_vec())));
            }
            "lshift" => u32::try_from(y)
                .ok()
                .and_then(|y| x.checked_shl(y).filter(|shifted| shifted >> y == x)),
            "rshift" => Some(x >> y.min(127)),
            "and" => Some(x & y),
            "xor" => Some(x ^ y),
            "or" => Some(x | y),
            _ => return None,
        };
        Some(result.map(|x| self.int(x)).ok_or_else(|| self.too_large()))
    }

    fn too_large(&self) -> Obj {
        self.error("OverflowError", "an int of the mock interpreter has 128 bits")
    }

    fn float_arithmetic(&self, name: &str, x: f64, y: f64) -> Option<Res<Obj>> {
        if matches!(name, "floordiv" | "mod" | "divmod" | "truediv") && y == 0.0 {
            return Some(raise!(self, ZeroDivisionError, "float division by zero"));
        }
        let modulo = |x: f64, y: f64| {
            let rest = x % y;
            if rest != 0.0 && (rest < 0.0) != (y < 0.0) { rest + y } else { rest }
        };
        let floor = |x: f64, y: f64| ((x - modulo(x, y)) / y).round();
        Some(Ok(match name {
            "add" => self.float(x + y),
            "sub" => self.float(x - y),
            "mul" => self.float(x * y),
            "truediv" => self.float(x / y),
            "floordiv" => self.float(floor(x, y)),
            "mod" => self.float(modulo(x, y)),
            "divmod" => self.tuple(vec![self.float(floor(x, y)), self.float(modulo(x, y))]),
            _ => return None,
        }))
    }

    fn power(&self, a: &Obj, b: &Obj, modulus: &Obj, inplace: bool) -> Res<Obj> {
        let lent = [Some(a), Some(b), Some(modulus)];
        let call = |answer: Option<Answer<func::TERNARYFUNC>>, other: &Obj| match answer {
            Some(Answer::Slot(imp, _)) => self.run("__pow__", imp, &lent),
            Some(Answer::Method(method)) => self.call(&method, std::slice::from_ref(other), &[]),
            None => Ok(self.named("NotImplemented")),
        };
        let assigned = self.answer(a, &slots::nb_inplace_power, "__ipow__").filter(|_| inplace);
        let answers = [
            (assigned, b),
            (self.answer(a, &slots::nb_power, "__pow__"), b),
            (self.answer(b, &slots::nb_power, "__rpow__"), a),
        ];
        for (answer, other) in answers {
            let result = call(answer, other)?;
            if !self.is_not_implemented(&result) {
                return Ok(result);
            }
        }
        match (&a.kind, &b.kind, &modulus.kind) {
            (Kind::Int(x), Kind::Int(y @ 0..), Kind::Int(m)) if *m > 0 => {
                let power =
                    (0..*y).try_fold(1, |p: i128, _| Some(p.checked_mul(*x)?.rem_euclid(*m)));
                power.map(|p| self.int(p)).ok_or_else(|| self.too_large())
            }
            (Kind::Int(x), Kind::Int(y @ 0..), _) if self.is_none(modulus) => {
                let power = u32::try_from(*y).ok().and_then(|y| x.checked_pow(y));
                power.map(|p| self.int(p)).ok_or_else(|| self.too_large())
            }
            _ => match (as_f64(a), as_f64(b)) {
                (Some(x), Some(y)) if self.is_none(modulus) => Ok(self.float(x.powf(y))),
                _ => self.unsupported("** or pow()", a, b),
            },
        }
    }

    fn sign_operator(
        &self,
        object: &Obj,
        key: &Key<func::UNARYFUNC>,
        name: &str,
        symbol: &str,
        int: fn(i128) -> Option<i128>,
        float: Option<fn(f64) -> f64>,
    ) -> Res<Obj> {
        if let Some(result) = self.operate(object, key, name, &[]) {
            return result;
        }
        match (&object.kind, float) {
            (Kind::Int(x), _) => int(*x).map(|x| self.int(x)).ok_or_else(|| self.too_large()),
            (Kind::Float(x), Some(float)) => Ok(self.float(float(*x))),
            _ => {
                let class = self.class_name(object);
                raise!(self, TypeError, "bad operand type for {symbol}: '{class}'")
            }
        }
    }

    /// `operator.index(object)`
    pub fn index(&self, object: &Obj) -> Res<i128> {
        if let Kind::Int(x) = object.kind {
            return Ok(x);
        }
        let class = self.class_name(object);
        let Some(result) = self.operate(object, &slots::nb_index, "__index__", &[]) else {
            return raise!(self, TypeError, "'{class}' object cannot be interpreted as an integer");
        };
        let result = result?;
        match result.kind {
            Kind::Int(x) => Ok(x),
            _ => {
                let got = self.class_name(&result);
                raise!(self, TypeError, "__index__ returned non-int (type {got})")
            }
        }
    }

    /// What `float(object)` is for anything but a string.
    pub fn as_double(&self, object: &Obj) -> Res<f64> {
        if let Kind::Float(x) = object.kind {
            return Ok(x);
        }
        let class = self.class_name(object);
        if let Some(result) = self.operate(object, &slots::nb_float, "__float__", &[]) {
            let result = result?;
            return match result.kind {
                Kind::Float(x) => Ok(x),
                _ => {
                    let got = self.class_name(&result);
                    raise!(self, TypeError, "{class}.__float__ returned non-float (type {got})")
                }
            };
        }
        let indexes = matches!(object.kind, Kind::Int(_))
            || self.answer(object, &slots::nb_index, "__index__").is_some();
        if indexes {
            return Ok(self.index(object)? as f64);
        }
        raise!(self, TypeError, "must be real number, not {class}")
    }

    pub fn to_float(&self, object: &Obj) -> Res<f64> {
        if let Kind::Str(text) = &object.kind {
            let parsed = text.str().trim().replace('_', "").parse();
            return parsed.or_else(|_| {
                let shown = self.describe(object);
                raise!(self, ValueError, "could not convert string to float: {shown}")
            });
        }
        let numeric = matches!(object.kind, Kind::Float(_) | Kind::Int(_))
            || self.ctx_Number_Check(object.clone());
        if !numeric {
            let class = self.class_name(object);
            return raise!(
                self,
                TypeError,
                "float() argument must be a string or a real number, not '{class}'"
            );
        }
        self.as_double(object)
    }

    pub fn to_int(&self, object: &Obj) -> Res<i128> {
        match &object.kind {
            Kind::Int(x) => return Ok(*x),
            Kind::Float(x) if x.is_nan() => {
                return raise!(self, ValueError, "cannot convert float NaN to integer");
            }
            Kind::Float(x) if x.is_infinite() => {
                return raise!(self, OverflowError, "cannot convert float infinity to integer");
            }
            Kind::Float(x) => return Ok(x.trunc() as i128),
            Kind::Str(text) => {
                let parsed = text.str().trim().replace('_', "").parse();
                return parsed.or_else(|_| {
                    let shown = self.describe(object);
                    raise!(self, ValueError, "invalid literal for int() with base 10: {shown}")
                });
            }
            _ => {}
        }
        if let Some(result) = self.operate(object, &slots::nb_int, "__int__", &[]) {
            return self.index(&result?);
        }
        if self.answer(object, &slots::nb_index, "__index__").is_none() {
            let class = self.class_name(object);
            return raise!(
                self,
                TypeError,
                "int() argument must be a string, a bytes-like object or a real number, not '{class}'"
            );
        }
        self.index(object)
    }

    /// The items of a list or tuple up to the first that is not exactly a `float`.
    pub fn leading_floats(&self, sequence: &Obj) -> Vec<f64> {
        let float = self.named("float");
        let exact = |item: &Obj| match item.kind {
            Kind::Float(x) if Rc::ptr_eq(&self.class_of(item), &float) => Some(x),
            _ => None,
        };
        self.items(sequence).iter().map_while(exact).collect()
    }

    fn fit<T: TryFrom<i128>>(&self, x: i128, c_type: &str) -> Res<T> {
        let message = || format!("Python int too large to convert to C {c_type}");
        T::try_from(x).map_err(|_| self.error("OverflowError", message()))
    }

    /// An `int` and nothing else, not negative.
    fn fit_unsigned<T: TryFrom<i128>>(&self, object: &Obj, c_type: &str) -> Res<T> {
        match object.kind {
            Kind::Int(x) if x < 0 => {
                raise!(self, OverflowError, "can't convert negative value to {c_type}")
            }
            Kind::Int(x) => self.fit(x, c_type),
            _ => raise!(self, TypeError, "an integer is required"),
        }
    }
}

/// The value of one of the mock's own numbers.
pub(crate) fn as_f64(object: &Obj) -> Option<f64> {
    match object.kind {
        Kind::Int(x) => Some(x as f64),
        Kind::Float(x) => Some(x),
        _ => None,
    }
}

macro_rules! int_makers {
    ($($member:ident $ty:ty;)*) => {
        #[allow(non_snake_case)]
        impl State {
            $(pub(crate) fn $member(&self, x: $ty) -> Res<Obj> { Ok(self.int(x as i128)) })*
        }
    };
}
int_makers! {
    ctx_Long_FromInt32_t i32; ctx_Long_FromUInt32_t u32; ctx_Long_FromInt64_t i64;
    ctx_Long_FromUInt64_t u64; ctx_Long_FromSize_t usize;
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Long_FromSsize_t(&self, x: Len) -> Res<Obj> {
        Ok(self.int(x.0 as i128))
    }
    pub(crate) fn ctx_Long_AsInt32_t(&self, object: Obj) -> Res<i32> {
        self.fit(self.index(&object)?, "int32_t")
    }
    pub(crate) fn ctx_Long_AsInt64_t(&self, object: Obj) -> Res<i64> {
        self.fit(self.index(&object)?, "long")
    }
    pub(crate) fn ctx_Long_AsUInt32_t(&self, object: Obj) -> Res<u32> {
        self.fit_unsigned(&object, "uint32_t")
    }
    pub(crate) fn ctx_Long_AsUInt64_t(&self, object: Obj) -> Res<u64> {
        self.fit_unsigned(&object, "unsigned long")
    }
    pub(crate) fn ctx_Long_AsSize_t(&self, object: Obj) -> Res<usize> {
        self.fit_unsigned(&object, "size_t")
    }
    pub(crate) fn ctx_Long_AsUInt32_tMask(&self, object: Obj) -> Res<u32> {
        Ok(self.index(&object)? as u32)
    }
    pub(crate) fn ctx_Long_AsUInt64_tMask(&self, object: Obj) -> Res<u64> {
        Ok(self.index(&object)? as u64)
    }
    pub(crate) fn ctx_Long_AsSsize_t(&self, object: Obj) -> Res<isize> {
        match object.kind {
            Kind::Int(x) => self.fit(x, "ssize_t"),
            _ => raise!(self, TypeError, "an integer is required"),
        }
    }
    pub(crate) fn ctx_Long_AsVoidPtr(&self, object: Obj) -> Res<*mut c_void> {
        let address = self.fit(self.index(&object)?, "void *")?;
        Ok(std::ptr::with_exposed_provenance_mut(address))
    }
    pub(crate) fn ctx_Long_AsDouble(&self, object: Obj) -> Res<f64> {
        match object.kind {
            Kind::Int(x) => Ok(x as f64),
            _ => raise!(self, TypeError, "an integer is required"),
        }
    }
    pub(crate) fn ctx_Float_FromDouble(&self, x: f64) -> Res<Obj> {
        Ok(self.float(x))
    }
    pub(crate) fn ctx_Float_AsDouble(&self, object: Obj) -> Res<f64> {
        self.as_double(&object)
    }
    pub(crate) fn ctx_Bool_FromBool(&self, x: bool) -> Obj {
        self.boolean(x)
    }
    pub(crate) fn ctx_Number_Check(&self, object: Obj) -> bool {
        as_f64(&object).is_some()
            || self.answer(&object, &slots::nb_int, "__int__").is_some()
            || self.answer(&object, &slots::nb_float, "__float__").is_some()
            || self.answer(&object, &slots::nb_index, "__index__").is_some()
    }
    pub(crate) fn ctx_Divmod(&self, a: Obj, b: Obj) -> Res<Obj> {
        self.binary(&DIVMOD, &a, &b)
    }
    pub(crate) fn ctx_Power(&self, a: Obj, b: Obj, modulus: Obj) -> Res<Obj> {
        self.power(&a, &b, &modulus, false)
    }
    pub(crate) fn ctx_InPlacePower(&self, a: Obj, b: Obj, modulus: Obj) -> Res<Obj> {
        self.power(&a, &b, &modulus, true)
    }
    pub(crate) fn ctx_Negative(&self, a: Obj) -> Res<Obj> {
        let (int, float) = (i128::checked_neg as fn(i128) -> _, (|x| -x) as fn(f64) -> f64);
        self.sign_operator(&a, &slots::nb_negative, "__neg__", "unary -", int, Some(float))
    }
    pub(crate) fn ctx_Positive(&self, a: Obj) -> Res<Obj> {
        self.sign_operator(&a, &slots::nb_positive, "__pos__", "unary +", Some, Some(|x| x))
    }
    pub(crate) fn ctx_Absolute(&self, a: Obj) -> Res<Obj> {
        let int = i128::checked_abs;
        self.sign_operator(&a, &slots::nb_absolute, "__abs__", "abs()", int, Some(f64::abs))
    }
    pub(crate) fn ctx_Invert(&self, a: Obj) -> Res<Obj> {
        self.sign_operator(&a, &slots::nb_invert, "__invert__", "unary ~", |x| Some(!x), None)
    }
    pub(crate) fn ctx_Index(&self, a: Obj) -> Res<Obj> {
        Ok(self.int(self.index(&a)?))
    }
    pub(crate) fn ctx_Long(&self, a: Obj) -> Res<Obj> {
        Ok(self.int(self.to_int(&a)?))
    }
    pub(crate) fn ctx_Float(&self, a: Obj) -> Res<Obj> {
        Ok(self.float(self.to_float(&a)?))
    }
}
