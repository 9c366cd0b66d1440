//! What machine code calls at once, without the row of words and the search for the operation: one function
//! in C for each operation that is done again and again, and one for each number of words of a site.
//!
//! A function is given the activation, the immediate and all operands as words. Its result is the word of the
//! operation's first result; where the operation exits, 0 says that it does,
//! and a truth value is 1 more.

use super::dicts;
use super::native::{Activation, given, number};
use super::shapes::class_of;
use pommel::prelude::*;
use pommel_jit::ir::{Inst, Op};
use pommel_jit::objects::Objects;

/// The address of a function that does an instruction, if there is one.
pub(super) fn address(inst: &Inst) -> Option<usize> {
    let function = match inst.op {
        Op::Dict => dicts::quick(inst)?,
        Op::Text => *TEXTS.get(inst.args.len())?,
        Op::TextObject => text_object as *const (),
        Op::DictItem => dict_item as *const (),
        Op::DictHas => dict_has as *const (),
        Op::Perform => *SITES.get(inst.args.len())?,
        Op::Known => known as *const (),
        Op::Retain | Op::HandleOf => retain as *const (),
        Op::Release => release as *const (),
        Op::Truth => truth as *const (),
        Op::Next => next as *const (),
        Op::IsClass => is_class as *const (),
        Op::Same => same as *const (),
        Op::Valid => valid as *const (),
        Op::StoreItem => store_item as *const (),
        Op::AppendItem => append_item as *const (),
        _ => return None,
    };
    Some(function.expose_provenance())
}

/// Functions for sites, by the number of their words.
macro_rules! sites {
    ($( $name:ident ($($word:ident),*); )*) => {
        $(
            extern "C" fn $name(activation: *mut (), site: i64, $($word: u64),*) -> u64 {
                let words = [$($word),*];
                let act = |activation: &mut Activation<'_, '_>| {
                    activation.site(site as usize, &words)
                };
                Activation::quickly_unknown(activation, act).unwrap_or(0)
            }
        )*

        const SITES: &[*const ()] = &[$($name as *const ()),*];
    };
}

sites! {
    site_of_none ();
    site_of_one (a);
    site_of_two (a, b);
    site_of_three (a, b, c);
    site_of_four (a, b, c, d);
    site_of_five (a, b, c, d, e);
}

/// Functions for what is done with texts, by the number of operands.
macro_rules! texts {
    ($( $name:ident ($($word:ident),*); )*) => {
        $(
            extern "C" fn $name(
                activation: *mut (),
                call: i64,
                $($word: u64,)*
                results: *mut [u64; 2],
            ) -> u64 {
                let words = [$($word),*];
                let act = |activation: &mut Activation<'_, '_>| {
                    let Some(found) = activation.text(call, &words) else { return Ok(0) };
                    // SAFETY: machine code has room for both results.
                    unsafe { (*results)[1] = found[1] };
                    Ok(found[0])
                };
                Activation::quickly(activation, act).unwrap_or(0)
            }
        )*

        const TEXTS: &[*const ()] = &[$($name as *const ()),*];
    };
}

texts! {
    text_of_none ();
    text_of_one (a);
    text_of_two (a, b);
    text_of_three (a, b, c);
    text_of_four (a, b, c, d);
    text_of_five (a, b, c, d, e);
    text_of_six (a, b, c, d, e, f);
    text_of_seven (a, b, c, d, e, f, g);
    text_of_eight (a, b, c, d, e, f, g, h);
    text_of_nine (a, b, c, d, e, f, g, h, i);
    text_of_ten (a, b, c, d, e, f, g, h, i, j);
}

extern "C" fn text_object(activation: *mut (), _: i64, address: u64, length: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        activation.object_of_text([address, length]).map(given)
    };
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn dict_item(activation: *mut (), _: i64, dict: u64, key: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| activation.item_of_dict(dict, key).map(given);
    Activation::quickly_unknown(activation, act).unwrap_or(0)
}

extern "C" fn dict_has(activation: *mut (), _: i64, dict: u64, key: u64) -> u64 {
    let act =
        |activation: &mut Activation<'_, '_>| Ok(1 + u64::from(activation.is_in_dict(dict, key)?));
    Activation::quickly_unknown(activation, act).unwrap_or(0)
}

extern "C" fn known(activation: *mut (), number: i64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| activation.known_object(number).map(given);
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn retain(activation: *mut (), _: i64, handle: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| Ok(given(activation.lent(handle)));
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn release(activation: *mut (), _: i64, handle: u64) {
    let act = |activation: &mut Activation<'_, '_>| activation.owned(handle).map(|_| 0);
    let _released = Activation::quickly(activation, act);
}

extern "C" fn truth(activation: *mut (), _: i64, handle: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        Ok(1 + u64::from(activation.borrowed(handle).is_true()?))
    };
    Activation::quickly_unknown(activation, act).unwrap_or(0)
}

extern "C" fn next(activation: *mut (), _: i64, handle: u64, results: *mut [u64; 2]) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        let item = activation.objects.next(&activation.borrowed(handle))?;
        // SAFETY: machine code has room for both results.
        unsafe { (*results)[1] = u64::from(item.is_some()) };
        Ok(given(item.unwrap_or_else(|| activation.ctx.none())))
    };
    Activation::quickly_unknown(activation, act).unwrap_or(0)
}

extern "C" fn is_class(activation: *mut (), class: i64, handle: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        let found = class_of(&activation.borrowed(handle));
        Ok(u64::from(found.is_some_and(|found| found as i64 == class)))
    };
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn valid(activation: *mut (), _: i64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| activation.is_valid().map(u64::from);
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn store_item(
    activation: *mut (),
    _: i64,
    list: u64,
    position: u64,
    tag: u64,
    bits: u64,
) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        let number = number(activation.ctx, tag, bits)?;
        activation.borrowed(list).cast::<List<'_>>()?.set_index(position as isize, number)?;
        Ok(1)
    };
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn append_item(activation: *mut (), _: i64, list: u64, tag: u64, bits: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        let number = number(activation.ctx, tag, bits)?;
        activation.borrowed(list).cast::<List<'_>>()?.append(number)?;
        Ok(1)
    };
    Activation::quickly(activation, act).unwrap_or(0)
}

extern "C" fn same(activation: *mut (), _: i64, a: u64, b: u64) -> u64 {
    let act = |activation: &mut Activation<'_, '_>| {
        Ok(u64::from(activation.borrowed(a).is(&activation.borrowed(b))))
    };
    Activation::quickly(activation, act).unwrap_or(0)
}
