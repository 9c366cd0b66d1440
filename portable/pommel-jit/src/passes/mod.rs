//! What makes functions of the typed form better. Each pass is one file, gives the same results and the
//! same exits as before, and says whether it changed anything.

pub mod addresses;
mod choices;
pub mod dead;
pub mod detach;
pub mod fast;
pub mod finite;
pub mod fold;
pub mod invariant;
pub mod later;
mod memory;
pub mod ownership;
pub mod params;
pub mod peel;
pub mod range;
pub mod reads;
pub mod repeated;
mod replace;
pub mod rotate;
pub mod untag;
pub mod vectors;
pub mod versions;

use crate::ir::Function;
use crate::ir::verify::verify;

/// So many times all passes are tried at most.
const ROUNDS: usize = 8;

/// A pass by its name.
type Pass = (&'static str, fn(&mut Function) -> bool);

/// The passes that are done until none finds anything, in this order.
const PASSES: &[Pass] = &[
    ("fold", fold::run),
    ("params", params::run),
    ("repeated", repeated::run),
    ("range", range::run),
    ("invariant", invariant::run),
    ("dead", dead::run),
];

/// What is done when constants were taken out of addresses, and after loops were rotated.
const LAST_PASSES: &[Pass] = &[
    ("params", params::run),
    ("repeated", repeated::run),
    ("reads", reads::run),
    ("dead", dead::run),
];

/// Makes a function better, and says in it who gives handles back. It has neither `retain` nor `release`
/// before.
pub fn optimise(function: &mut Function) {
    run_all(function, PASSES);
    if function.options.fast_math && fast::run(function) {
        check(function, "fast");
        run_all(function, PASSES);
    }
    if peel::run(function) {
        check(function, "peel");
        run_all(function, PASSES);
    }
    if untag::run(function) {
        check(function, "untag");
        run_all(function, PASSES);
    }
    if versions::first_rounds(function) {
        check(function, "first rounds");
        run_all(function, PASSES);
    }
    if versions::run(function) {
        check(function, "versions");
        run_all(function, PASSES);
    }
    finite::run(function);
    check(function, "finite");
    if addresses::run(function) {
        check(function, "addresses");
        run_all(function, LAST_PASSES);
    }
    vectors::run(function);
    check(function, "vectors");
    if function.options.fast_math && fast::products(function) {
        check(function, "products");
    }
    rotate::run(function);
    check(function, "rotate");
    run_all(function, LAST_PASSES);
    ownership::run(function);
    check(function, "ownership");
    if function.options.detaches {
        detach::run(function);
        check(function, "detach");
    }
}

/// Makes a function better that is done again from the start wherever it leaves by an exit that saves nothing.
pub fn optimise_repeatable(function: &mut Function) {
    optimise(function);
    if later::run(function) {
        check(function, "later");
        run_all(function, LAST_PASSES);
    }
}

/// Runs passes in turn until each of them has found nothing since the last change.
fn run_all(function: &mut Function, passes: &[Pass]) {
    let mut in_vain = 0;
    for (name, pass) in passes.iter().cycle().take(ROUNDS * passes.len()) {
        if pass(function) {
            check(function, name);
            in_vain = 0;
        } else {
            in_vain += 1;
        }
        if in_vain == passes.len() {
            break;
        }
    }
}

/// A pass that spoils a function is a fault of ours, which tests find.
fn check(function: &Function, pass: &str) {
    if cfg!(debug_assertions)
        && let Err(error) = verify(function)
    {
        panic!("after `{pass}`: {error}\n{function}");
    }
}
