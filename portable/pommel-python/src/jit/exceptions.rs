//! Exceptions that were raised in machine code, as objects.

use super::native::{Frames, nested_home};
use super::objects::{Home, Python};
use pommel::prelude::*;
use pommel_jit::objects::Objects;
use pommel_jit::plain::{self, Operands};
use pommel_jit::specialise::{CodeRef, Known, Operand, Raised};

/// Makes an exception of values. It was raised when no exception was handled in this call.
pub(super) fn made<'c>(
    objects: &Python<'c>,
    raise: &Raised,
    values: Vec<Option<Object<'c>>>,
    homes: &dyn Fn(Known) -> Result<Home<'c>>,
) -> Result<Object<'c>> {
    let made = objects.aside(|| raised(objects, raise, values, homes))?;
    debug_assert!(
        raise.own_class.is_some()
            || made.type_().get_attr(c"__name__")?.extract::<String>()? == raise.class.place().1,
        "machine code took an exception for another one"
    );
    Ok(made)
}

fn raised<'c>(
    objects: &Python<'c>,
    raise: &Raised,
    values: Vec<Option<Object<'c>>>,
    homes: &dyn Fn(Known) -> Result<Home<'c>>,
) -> Result<Object<'c>> {
    let mut values = values.into_iter();
    let operands = raise.operands.iter().map(|operand| match operand {
        Operand::Value => Ok(values.next().flatten()),
        other => standing_for(objects, other).map(Some),
    });
    let operands = operands.collect::<Result<Vec<_>>>()?;
    let mut operands = Operands::new(&raise.instruction, operands);
    let home = homes(raise.home)?;
    let done = plain::perform(objects, &raise.code, &home, &raise.instruction, &mut operands);
    let mut error = match done {
        Err(error) => error,
        Ok(()) => {
            let lost = || Error::runtime_error("an exception was expected");
            let made = operands.written.pop().and_then(|(_, made)| made).ok_or_else(lost)?;
            if !raise.is_given {
                return Err(lost());
            }
            if raise.through.is_empty() {
                return Ok(made);
            }
            objects.raise(Some(&made), None)
        }
    };
    for frame in &raise.through {
        let mut home = homes(frame.home)?;
        if let Some((CodeRef(around), nested)) = &frame.around {
            home = nested_home(objects, home, (around, *nested as usize), &[], &frame.code)?;
        }
        error = plain::went_through(objects, (&frame.code, &home), frame.point, error);
    }
    objects.caught(error)
}

/// What is in the place of an operand.
fn standing_for<'c>(objects: &Python<'c>, operand: &Operand) -> Result<Object<'c>> {
    let none = || objects.constant(&pommel_jit::code::Constant::None);
    match operand {
        Operand::Value | Operand::None => none(),
        Operand::List => objects.list(&[]),
        Operand::ListOfOne => objects.list(&[none()?]),
        Operand::Tuple => objects.tuple(&[]),
        Operand::Dict => objects.dict(&[]),
        Operand::Set => objects.set(&[]),
        Operand::Iterator => objects.iterate(&objects.tuple(&[])?),
        Operand::Method(of, name) => objects.load_attribute(&standing_for(objects, of)?, name),
    }
}

/// Says of exceptions that they are handled where functions stand, but for the first ones, of which the
/// runtime knows.
pub(super) fn enter<'c>(objects: &Python<'c>, frames: &Frames<'c>, entered: u32) {
    let handled = frames.iter().flat_map(|(frame, at)| {
        let registers = frame.code.handled_at(*at).into_iter();
        registers.map(|register| frame.registers[register.0 as usize].clone())
    });
    for exception in handled.skip(entered as usize).flatten() {
        objects.enter_handler(&exception);
    }
}
