//! Every feature of the safe API in one extension. `tests/test_kitchen_sink.py` calls all of it, on
//! every interpreter.

mod calls;
mod collected;
mod containers;
mod descriptors;
mod errors;
mod extras;
mod functions;
mod memory;
mod numbers;
mod objects;
mod parameters;
mod typed;

/// One of everything.
///
/// The module's docstring has two paragraphs.
#[pommel::module]
pub mod kitchen_sink {
    use pommel::prelude::*;

    #[export]
    use crate::calls::{
        attributes, call_each_way, callable, compare_all, evaluate, execute, import_and_call,
        in_place, items_of, iterate, operators, pow_of, same, sorted_by, truth, type_facts, unary,
    };
    #[export]
    use crate::collected::{Node, Ring, Watcher, live_nodes};
    #[export]
    use crate::containers::{
        bytes_upper, dict_facts, invert, list_facts, make_list, make_tuple, slice_facts,
        text_facts, tuple_facts,
    };
    #[export]
    use crate::descriptors::{Amount, Method, SetOnly};
    #[export]
    use crate::errors::{
        Fussy, both_failed, caused, caused_by_own, cleanup_after_error, error_text, handled,
        own_exception, panics, panics_with_text, parse, raise_builtin, raise_object, read_file,
        second_of_two, warn,
    };
    #[export]
    use crate::extras::{
        bytes_of, frozen_of, moment_text, same_date, same_moment, same_span, same_time, same_zone,
        scale, set_change, set_facts, set_of, shape_of, span_microseconds, strong, view_and_call,
        view_sum, weak,
    };
    #[export]
    use crate::functions::{
        boolean, bytes_len, character, context_only, double, floats, give_bytes, give_char,
        give_map, give_none, give_nothing, give_option, give_own, give_static, give_text,
        give_tuple, give_unsigned, give_vec, i8_of, i16_of, i32_of, i64_of, isize_of, longest,
        map_of, nested, nothing, option, pair, single, sorted_map, text_len, text_of, u8_of,
        u16_of, u32_of, u64_of, usize_of, with_lifetimes,
    };
    #[export]
    use crate::memory::{Grid, Samples, Table};
    #[export]
    use crate::numbers::{Fraction, Money, Only, Shy, Vector};
    #[export]
    use crate::objects::{
        Account, Base, Context, Countdown, Counter, Fallible, Greeter, Pickled, Registry, Sealed,
        Sequence, Stack, Unit, Words, live_counters,
    };
    #[export]
    use crate::parameters::{
        defaults, everything, keyword_only, keywords, positional_only, reserved, rest, rest_only,
    };
    #[export]
    use crate::typed::{
        add, detached_sum, divide, fill, hypot, not, release_the_gil, unit, wrap_u8,
    };

    /// Doubles a number; stands in the module itself.
    #[function(name = "twice")]
    fn doubled(x: i64) -> i64 {
        2 * x
    }

    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        module.add(c"ANSWER", 42)?;
        module.add(c"WORDS", vec!["all", "of", "it"])?;
        crate::errors::add_exceptions(module)
    }
}
