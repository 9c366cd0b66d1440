//! Classes that compute and compare.

use pommel::prelude::*;

/// Every operator of the number protocol, each of which says what was called.
#[class]
pub struct Vector {
    x: f64,
    y: f64,
}

impl Vector {
    fn each(&self, f: impl Fn(f64) -> f64) -> Vector {
        Vector { x: f(self.x), y: f(self.y) }
    }
}

#[methods]
impl Vector {
    #[new]
    fn new(x: f64, y: f64) -> Vector {
        Vector { x, y }
    }

    #[getter]
    fn x(&self) -> f64 {
        self.x
    }

    #[getter]
    fn y(&self) -> f64 {
        self.y
    }

    fn __neg__(&self) -> Vector {
        self.each(|a| -a)
    }

    fn __pos__<'c>(this: &Instance<'c, Self>) -> Instance<'c, Self> {
        this.clone()
    }

    fn __abs__(&self) -> f64 {
        self.x.hypot(self.y)
    }

    fn __invert__(&self) -> Vector {
        Vector { x: self.y, y: self.x }
    }

    fn __int__(&self) -> i64 {
        self.x as i64
    }

    fn __float__(&self) -> f64 {
        self.x
    }

    fn __index__(&self) -> Result<i64> {
        if self.x.fract() == 0.0 {
            return Ok(self.x as i64);
        }
        Err(Error::type_error("no whole number"))
    }

    fn __add__(&self, other: &Vector) -> Vector {
        Vector { x: self.x + other.x, y: self.y + other.y }
    }

    fn __sub__(&self, other: &Vector) -> Vector {
        Vector { x: self.x - other.x, y: self.y - other.y }
    }

    fn __rsub__(&self, other: f64) -> Vector {
        self.each(|a| other - a)
    }

    fn __mul__(&self, factor: f64) -> Vector {
        self.each(|a| a * factor)
    }

    fn __rmul__(&self, factor: f64) -> Vector {
        self.__mul__(factor)
    }

    /// The dot product.
    fn __matmul__(&self, other: &Vector) -> f64 {
        self.x * other.x + self.y * other.y
    }

    fn __rmatmul__(&self, other: (f64, f64)) -> f64 {
        self.x * other.0 + self.y * other.1
    }

    fn __truediv__(&self, divisor: f64) -> Result<Vector> {
        if divisor == 0.0 {
            return Err(Error::zero_division_error("a vector is divided by zero"));
        }
        Ok(self.each(|a| a / divisor))
    }

    fn __rtruediv__(&self, dividend: f64) -> Vector {
        self.each(|a| dividend / a)
    }

    fn __floordiv__(&self, divisor: f64) -> Vector {
        self.each(|a| (a / divisor).floor())
    }

    fn __rfloordiv__(&self, dividend: f64) -> Vector {
        self.each(|a| (dividend / a).floor())
    }

    fn __mod__(&self, divisor: f64) -> Vector {
        self.each(|a| a.rem_euclid(divisor))
    }

    fn __rmod__(&self, dividend: f64) -> Vector {
        self.each(|a| dividend.rem_euclid(a))
    }

    fn __divmod__(&self, divisor: f64) -> (Vector, Vector) {
        (self.__floordiv__(divisor), self.__mod__(divisor))
    }

    fn __rdivmod__(&self, dividend: f64) -> (Vector, Vector) {
        (self.__rfloordiv__(dividend), self.__rmod__(dividend))
    }

    fn __pow__(&self, exponent: f64, modulus: Option<f64>) -> Vector {
        let power = self.each(|a| a.powf(exponent));
        modulus.map_or_else(|| power.each(|a| a), |modulus| power.each(|a| a.rem_euclid(modulus)))
    }

    fn __rpow__(&self, base: f64) -> Vector {
        self.each(|a| base.powf(a))
    }

    fn __lshift__(&self, by: i32) -> Vector {
        self.each(|a| a * 2f64.powi(by))
    }

    fn __rlshift__(&self, text: &str) -> String {
        format!("{text} << ({}, {})", self.x, self.y)
    }

    fn __rshift__(&self, by: i32) -> Vector {
        self.each(|a| a / 2f64.powi(by))
    }

    fn __rrshift__(&self, text: &str) -> String {
        format!("{text} >> ({}, {})", self.x, self.y)
    }

    fn __and__(&self, other: &Vector) -> (f64, f64) {
        (self.x.min(other.x), self.y.min(other.y))
    }

    fn __rand__(&self, text: &str) -> String {
        format!("{text} & ({}, {})", self.x, self.y)
    }

    fn __xor__(&self, other: &Object<'_>) -> Result<String> {
        Ok(format!("({}, {}) ^ {}", self.x, self.y, other.repr()?))
    }

    fn __rxor__(&self, text: &str) -> String {
        format!("{text} ^ ({}, {})", self.x, self.y)
    }

    fn __or__(&self, other: &Vector) -> (f64, f64) {
        (self.x.max(other.x), self.y.max(other.y))
    }

    fn __ror__(&self, text: &str) -> String {
        format!("{text} | ({}, {})", self.x, self.y)
    }

    fn __hash__(&self) -> i64 {
        self.x as i64
    }

    fn __repr__(&self) -> String {
        format!("Vector({}, {})", self.x, self.y)
    }
}

/// Comparisons that know fractions and integers, with an order.
#[class]
pub struct Fraction {
    numerator: i64,
    denominator: i64,
}

impl Fraction {
    fn compare(&self, other: &Fraction) -> std::cmp::Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

/// Fractions and what can stand for one.
pub struct Comparable(i64, i64);

impl FromPython for Comparable {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a fraction or an int".into()
    }

    fn from_python(object: &Object<'_>) -> Result<Comparable> {
        if let Some(fraction) = Instance::<Fraction>::of(object) {
            let fraction = fraction.borrow()?;
            return Ok(Comparable(fraction.numerator, fraction.denominator));
        }
        Ok(Comparable(object.extract()?, 1))
    }
}
pommel::argument!(Comparable);

impl From<Comparable> for Fraction {
    fn from(Comparable(numerator, denominator): Comparable) -> Fraction {
        Fraction { numerator, denominator }
    }
}

#[methods]
impl Fraction {
    #[new]
    #[signature(numerator, denominator = 1)]
    fn new(numerator: i64, denominator: i64) -> Result<Fraction> {
        if denominator <= 0 {
            return Err(Error::zero_division_error("the denominator must be positive"));
        }
        Ok(Fraction { numerator, denominator })
    }

    fn __eq__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_eq()
    }

    fn __ne__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_ne()
    }

    fn __lt__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_lt()
    }

    fn __le__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_le()
    }

    fn __gt__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_gt()
    }

    fn __ge__(&self, other: Comparable) -> bool {
        self.compare(&other.into()).is_ge()
    }

    fn __hash__(&self) -> Result<isize> {
        match self.denominator {
            13 => Err(Error::value_error("thirteenths have no hash")),
            _ => Ok(self.numerator as isize),
        }
    }
}

/// Only `__eq__`, which gives an object of any kind or raises.
#[class]
pub struct Only {
    value: i64,
}

#[methods]
impl Only {
    #[new]
    fn new(value: i64) -> Only {
        Only { value }
    }

    fn __eq__<'c>(&self, other: &Object<'c>) -> Result<Object<'c>> {
        match other.extract::<i64>() {
            Ok(13) => Err(Error::value_error("not comparable with 13")),
            Ok(14) => other.ctx().object("truthy"),
            Ok(15) => Ok(other.ctx().not_implemented()),
            Ok(value) => other.ctx().object(value == self.value),
            Err(_) => Ok(other.ctx().not_implemented()),
        }
    }
}

/// Only reflected operators.
#[class]
pub struct Shy;

#[methods]
impl Shy {
    #[new]
    fn new() -> Shy {
        Shy
    }

    fn __radd__(&self, other: &Object<'_>) -> Result<String> {
        Ok(format!("{} + shy", other.repr()?))
    }

    fn __rpow__(&self, other: i64) -> String {
        format!("{other} ** shy")
    }
}

/// Operators that work in place.
#[class]
pub struct Money {
    cents: i64,
}

#[methods]
impl Money {
    #[new]
    fn new(cents: i64) -> Money {
        Money { cents }
    }

    #[getter]
    fn cents(&self) -> i64 {
        self.cents
    }

    fn __iadd__(&mut self, other: i64) {
        self.cents += other;
    }

    fn __isub__(&mut self, other: i64) -> Result<()> {
        if other > self.cents {
            return Err(Error::value_error("not enough money"));
        }
        self.cents -= other;
        Ok(())
    }

    fn __imul__(this: &Instance<'_, Self>, factor: i64) -> Result<()> {
        this.borrow_mut()?.cents *= factor;
        Ok(())
    }

    /// Something else altogether.
    fn __itruediv__(&mut self, parts: i64) -> Vec<i64> {
        vec![self.cents / parts; parts as usize]
    }

    fn __ifloordiv__(&mut self, divisor: i64) {
        self.cents /= divisor;
    }

    fn __imod__(&mut self, divisor: i64) {
        self.cents %= divisor;
    }

    fn __ilshift__(&mut self, by: u32) {
        self.cents <<= by;
    }

    fn __irshift__(&mut self, by: u32) {
        self.cents >>= by;
    }

    fn __iand__(&mut self, mask: i64) {
        self.cents &= mask;
    }

    fn __ixor__(&mut self, mask: i64) {
        self.cents ^= mask;
    }

    fn __ior__(&mut self, mask: i64) {
        self.cents |= mask;
    }

    fn __ipow__(&mut self, exponent: u32) -> Result<()> {
        let power = self.cents.checked_pow(exponent);
        self.cents = power.ok_or_else(|| Error::overflow_error("too much money"))?;
        Ok(())
    }

    fn __imatmul__(&mut self, rate: f64) {
        self.cents = (self.cents as f64 * rate) as i64;
    }
}
