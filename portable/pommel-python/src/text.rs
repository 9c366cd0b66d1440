//! What people see of an array, and how they want it.

use crate::array::NdArray;
use crate::error::Raise;
use core::cell::RefCell;
use pommel::prelude::*;
use pommel_array::Array;
use pommel_array::text::{self, FloatMode, Options, Sign};

thread_local!(static OPTIONS: RefCell<Options> = RefCell::new(Options::default()));

pub(crate) fn repr(array: &Array) -> Result<String> {
    OPTIONS.with_borrow(|options| text::repr(array, options, "array(")).raise()
}

pub(crate) fn str(array: &Array) -> Result<String> {
    OPTIONS.with_borrow(|options| text::str(array, options)).raise()
}

pub(crate) fn html(array: &Array) -> Result<String> {
    OPTIONS.with_borrow(|options| text::html(array, options)).raise()
}

/// Sets how arrays are written in this thread; what is not given stays.
///
/// >>> import pommel as pm
/// >>> pm.set_printoptions(precision=3)
/// >>> pm.array([1 / 3])
/// array([0.333])
/// >>> pm.set_printoptions(precision=8)
#[function(signature = (precision = None, threshold = None, edgeitems = None, linewidth = None,
    suppress = None, nanstr = None, infstr = None, sign = None, floatmode = None))]
#[allow(clippy::too_many_arguments, reason = "the parameters are NumPy's")]
pub fn set_printoptions(
    precision: Option<usize>,
    threshold: Option<usize>,
    edgeitems: Option<usize>,
    linewidth: Option<usize>,
    suppress: Option<bool>,
    nanstr: Option<String>,
    infstr: Option<String>,
    sign: Option<String>,
    floatmode: Option<String>,
) -> Result<()> {
    let mut options = OPTIONS.with_borrow(Options::clone);
    options.precision = precision.unwrap_or(options.precision);
    options.threshold = threshold.unwrap_or(options.threshold);
    options.edgeitems = edgeitems.unwrap_or(options.edgeitems);
    options.linewidth = linewidth.unwrap_or(options.linewidth);
    options.suppress = suppress.unwrap_or(options.suppress);
    options.nanstr = nanstr.unwrap_or(options.nanstr);
    options.infstr = infstr.unwrap_or(options.infstr);
    if let Some(sign) = sign {
        options.sign = match sign.as_str() {
            "-" => Sign::Minus,
            "+" => Sign::Plus,
            " " => Sign::Space,
            _ => {
                return Err(Error::value_error(format!(
                    "argument 'sign' must be '-', '+' or ' ', not '{sign}'"
                )));
            }
        };
    }
    if let Some(mode) = floatmode {
        options.floatmode = FloatMode::from_name(&mode).ok_or_else(|| {
            Error::value_error(format!(
                "argument 'floatmode' must be 'fixed', 'unique', 'maxprec' or 'maxprec_equal', not \
                 '{mode}'"
            ))
        })?;
    }
    OPTIONS.set(options);
    Ok(())
}

/// How arrays are written in this thread: what set_printoptions takes, as a dict.
///
/// >>> import pommel as pm
/// >>> pm.get_printoptions()["precision"]
/// 8
#[function]
pub fn get_printoptions(ctx: Ctx<'_>) -> Result<Object<'_>> {
    let options = OPTIONS.with_borrow(Options::clone);
    let dict = ctx.dict()?;
    dict.set_item("precision", options.precision)?;
    dict.set_item("threshold", options.threshold)?;
    dict.set_item("edgeitems", options.edgeitems)?;
    dict.set_item("linewidth", options.linewidth)?;
    dict.set_item("suppress", options.suppress)?;
    dict.set_item("nanstr", options.nanstr)?;
    dict.set_item("infstr", options.infstr)?;
    dict.set_item(
        "sign",
        match options.sign {
            Sign::Minus => "-",
            Sign::Plus => "+",
            Sign::Space => " ",
        },
    )?;
    dict.set_item("floatmode", options.floatmode.name())?;
    Ok(dict.into())
}

/// The elements of an array in brackets, with a separator, an indent of lines but the first, and
/// places that the last one leaves free.
#[function(name = "_elements_text", signature = (array, separator, indent, free, /))]
pub fn elements_text(
    array: &NdArray,
    separator: &str,
    indent: usize,
    free: usize,
) -> Result<String> {
    OPTIONS
        .with_borrow(|options| text::elements(&array.inner, options, separator, indent, free))
        .raise()
}
