//! Every way to pass an argument.

use pommel::Args;
use pommel::prelude::*;

type Kept<'c> = Result<Object<'c>>;

/// Adds them up.
#[function]
pub fn keywords(a: i64, b: i64, c: i64) -> i64 {
    a + 10 * b + 100 * c
}

#[function(signature = (a, b, /, c))]
pub fn positional_only(a: i64, b: i64, c: i64) -> i64 {
    a + 10 * b + 100 * c
}

#[function(signature = (a, *, b, c = 3))]
pub fn keyword_only(a: i64, b: i64, c: i64) -> i64 {
    a + 10 * b + 100 * c
}

/// Defaults of every kind.
#[function(signature = (a = 1, b = -2.5, c = "text", d = true, e = None, f = Some(7)))]
pub fn defaults<'c>(
    ctx: Ctx<'c>,
    a: i64,
    b: f64,
    c: &str,
    d: bool,
    e: Option<&Object<'_>>,
    f: Option<u8>,
) -> Kept<'c> {
    ctx.object((a, b, c, d, e, f))
}

#[function(signature = (first, *args, **kwargs))]
pub fn rest<'c>(
    ctx: Ctx<'c>,
    first: &Object<'_>,
    args: Args<'_, '_>,
    kwargs: Option<Dict<'_>>,
) -> Kept<'c> {
    ctx.object((first, args.to_tuple()?, kwargs.as_ref()))
}

/// The sum, the number and the last of the arguments.
#[function]
pub fn rest_only<'c>(ctx: Ctx<'c>, args: Args<'_, '_>) -> Kept<'c> {
    let mut sum = 0.0;
    for argument in args.iter() {
        sum += argument.extract::<f64>()?;
    }
    let last = args.len().checked_sub(1).and_then(|last| args.get(last));
    ctx.object((sum, args.len(), last.as_deref()))
}

#[function(signature = (a, /, b, c = 3, *args, d, e = 5, **kwargs))]
#[allow(clippy::too_many_arguments)]
pub fn everything<'c>(
    ctx: Ctx<'c>,
    a: i64,
    b: i64,
    c: i64,
    args: Args<'_, '_>,
    d: i64,
    e: i64,
    kwargs: Option<Dict<'_>>,
) -> Kept<'c> {
    ctx.object(((a, b, c), args.to_tuple()?, (d, e), kwargs.as_ref()))
}

/// Names that Rust reserves.
#[function(signature = (r#type, r#in = 2))]
pub fn reserved(r#type: i64, r#in: i64) -> i64 {
    r#type - r#in
}
