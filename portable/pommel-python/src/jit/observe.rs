//! What begins to run, for `pommel.auto` where the interpreter has no monitoring.

use pommel::prelude::*;
use pommel::raw;

/// Tells an object of the functions that begin to run, or nobody any more: `observe` in
/// `docs/reference/extensions.md`. Whether that is possible.
#[function(signature = (observer, /))]
pub fn observe(ctx: Ctx<'_>, observer: Option<Object<'_>>) -> bool {
    raw::observe(ctx, observer.as_ref())
}
