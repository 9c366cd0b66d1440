//! Calling back into Python, and operating on any object.

use pommel::prelude::*;
use pommel::rt::abi::CmpOp;

/// The same call by every way there is.
#[function]
pub fn call_each_way<'c>(f: &Object<'c>, owner: &Object<'c>) -> Result<Vec<Object<'c>>> {
    let ctx = f.ctx();
    let (one, two) = (ctx.object(1)?, ctx.object("two")?);
    let name = ctx.str("method")?;
    Ok(vec![
        f.call(())?,
        f.call((1, "two"))?,
        f.call(&[&one, &two][..])?,
        f.call((1, 2, 3, 4, 5, 6, 7, 8))?,
        f.call_with((), &[("key", &two)])?,
        f.call_with((1,), &[("key", &two), ("other", &one)])?,
        owner.call_method(c"method", ())?,
        owner.call_method("method", (1, "two"))?,
        owner.call_method(&*name, (&one,))?,
    ])
}

#[function]
pub fn callable(f: &Object<'_>) -> bool {
    f.is_callable()
}

/// Reads, tests, writes and deletes attributes, by each kind of name.
#[function]
pub fn attributes<'c>(object: &Object<'c>) -> Result<(Object<'c>, bool, bool, Object<'c>)> {
    let name = object.ctx().str("gr\u{fc}n")?;
    object.set_attr(c"a", 1)?;
    object.set_attr("b", "text")?;
    object.set_attr(&*name, 2.5)?;
    let has = (object.has_attr(c"a"), object.has_attr("missing"));
    object.del_attr(c"a")?;
    Ok((object.get_attr("b")?, has.0, has.1, object.get_attr(&*name)?))
}

/// Reads, tests, writes and deletes items.
#[function]
pub fn items_of<'c>(
    object: &Object<'c>,
    key: &Object<'_>,
) -> Result<(Object<'c>, bool, bool, usize)> {
    let old = object.get_item(key)?;
    object.set_item(key, "new")?;
    let contains = (object.contains(key)?, object.contains("no such key")?);
    object.del_item(key)?;
    Ok((old, contains.0, contains.1, object.len()?))
}

/// The items of any iterable, doubled by Python's own operator.
#[function]
pub fn iterate<'c>(iterable: &Object<'c>) -> Result<Vec<Object<'c>>> {
    iterable.iter()?.map(|item| item?.mul(2)).collect()
}

/// `a op b` for every binary operator, as a dict from the operator to what came out, or to the name
/// of the exception's type.
#[function]
pub fn operators<'c>(ctx: Ctx<'c>, a: &Object<'c>, b: &Object<'c>) -> Result<Dict<'c>> {
    let results = [
        ("+", a.add(b)),
        ("-", a.sub(b)),
        ("*", a.mul(b)),
        ("@", a.matmul(b)),
        ("//", a.floor_div(b)),
        ("/", a.true_div(b)),
        ("%", a.rem(b)),
        ("**", a.pow(b)),
        ("<<", a.lshift(b)),
        (">>", a.rshift(b)),
        ("&", a.bit_and(b)),
        ("^", a.bit_xor(b)),
        ("|", a.bit_or(b)),
    ];
    outcomes(ctx, results)
}

#[function]
pub fn in_place<'c>(ctx: Ctx<'c>, a: &Object<'c>, b: &Object<'c>) -> Result<Dict<'c>> {
    outcomes(ctx, [("+=", a.iadd(b)), ("-=", a.isub(b)), ("*=", a.imul(b))])
}

#[function]
pub fn unary<'c>(ctx: Ctx<'c>, a: &Object<'c>) -> Result<Dict<'c>> {
    let results = [
        ("-", a.neg()),
        ("+", a.pos()),
        ("abs", a.abs()),
        ("~", a.invert()),
        ("index", a.index()),
        ("int", a.to_int()),
        ("float", a.to_float()),
    ];
    outcomes(ctx, results)
}

fn outcomes<'c, const N: usize>(
    ctx: Ctx<'c>,
    results: [(&str, Result<Object<'c>>); N],
) -> Result<Dict<'c>> {
    let dict = ctx.dict()?;
    for (name, result) in results {
        match result {
            Ok(value) => dict.set_item(name, value)?,
            Err(error) if error.is(ctx, exception::TypeError) => {
                dict.set_item(name, "TypeError")?
            }
            Err(error) => return Err(error),
        }
    }
    Ok(dict)
}

#[function]
pub fn pow_of<'c>(base: &Object<'c>, exponent: f64) -> Result<Object<'c>> {
    base.pow(exponent)
}

/// The six comparisons, and `equals`.
#[function]
pub fn compare_all(a: &Object<'_>, b: &Object<'_>) -> Result<Vec<bool>> {
    let operators = [CmpOp::LT, CmpOp::LE, CmpOp::EQ, CmpOp::NE, CmpOp::GT, CmpOp::GE];
    let mut results = operators.iter().map(|op| a.compare(*op, b)).collect::<Result<Vec<_>>>()?;
    results.push(a.equals(b)?);
    Ok(results)
}

/// Length, hash, `repr`, `str`, truth.
#[function]
pub fn truth(object: &Object<'_>) -> Result<(usize, isize, String, String, bool, bool)> {
    Ok((
        object.len()?,
        object.hash()?,
        object.repr()?,
        object.to_text()?,
        object.is_true()?,
        object.is_empty()?,
    ))
}

#[function]
pub fn same(a: &Object<'_>, b: &Object<'_>) -> (bool, bool, bool) {
    (a.is(b), a.is_none(), a.clone().is(a))
}

/// What there is to know of types.
#[function]
pub fn type_facts<'c>(object: &Object<'c>, type_: &Type<'c>) -> (Type<'c>, String, bool, bool) {
    let own = object.type_();
    let facts = (object.type_name(), object.is_instance(type_), own.is_subtype(type_));
    (own, facts.0, facts.1, facts.2)
}

/// `sorted(items, key=key, reverse=True)`, by way of the built-in function.
#[function]
pub fn sorted_by<'c>(ctx: Ctx<'c>, items: &Object<'c>, key: &Object<'c>) -> Result<Object<'c>> {
    let reverse = ctx.object(true)?;
    ctx.builtin(c"sorted")?.call_with((items,), &[("key", key), ("reverse", &reverse)])
}

/// `math.gcd(a, b)`, by way of an import.
#[function]
pub fn import_and_call(ctx: Ctx<'_>, a: i64, b: i64) -> Result<i64> {
    ctx.import(c"math")?.call_method(c"gcd", (a, b))?.extract()
}

#[function]
pub fn evaluate<'c>(ctx: Ctx<'c>, globals: &Dict<'_>) -> Result<Object<'c>> {
    ctx.eval(c"x + 1", globals)
}

#[function]
pub fn execute(ctx: Ctx<'_>, globals: &Dict<'_>) -> Result<()> {
    ctx.exec(c"y = x * 2\nassert y > x, 'too small'", globals)
}
