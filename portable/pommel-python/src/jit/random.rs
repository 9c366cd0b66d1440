//! The state of the hidden generator of Python's `random`, where machine code may step it.

use pommel::prelude::*;
use pommel::raw::attach;

/// The words of the state.
const WORDS: usize = 624;

/// What functions of the generator do is done by these others, which are attributes of the class.
const BEHIND: [(&str, &str); 5] = [
    ("uniform", "Random.uniform"),
    ("expovariate", "Random.expovariate"),
    ("randint", "Random.randint"),
    ("randrange", "Random.randrange"),
    ("_randbelow", "Random._randbelow_with_getrandbits"),
];

/// A function of the module's generator that was found to be the interpreter's own.
pub(crate) struct Own<'c> {
    /// Where the state is.
    pub(crate) address: i64,
    /// The class of the generator.
    pub(crate) class: Object<'c>,
    /// Its attributes that have to stay what they are.
    pub(crate) fixed: Vec<&'static str>,
}

/// Looks at a function of the module `random`. `None` if it is not the interpreter's own, or the host does not
/// say where the state is.
pub(crate) fn look<'c>(function: &Object<'c>) -> Result<Option<Own<'c>>> {
    let ctx = function.ctx();
    let offset = attach::extensions().filter(|_| attach::plain_handles());
    let offset = offset.map_or(0, |extensions| extensions.inline.random_offset);
    let generator = function.get_attr(c"__self__")?;
    let class = ctx.import(c"random")?.get_attr(c"Random")?;
    let below = ctx.import(c"_random")?.get_attr(c"Random")?;
    if offset == 0 || !generator.type_().is(&class) {
        return Ok(None);
    }
    for name in [c"random", c"getrandbits"] {
        if !class.get_attr(name)?.is(&below.get_attr(name)?) {
            return Ok(None);
        }
    }
    let its_own = generator.get_attr(c"__dict__")?;
    let is_builtin = !function.has_attr(c"__func__");
    let mut fixed = vec![];
    if !is_builtin {
        for (name, qualified) in BEHIND {
            let found = class.get_attr(&*ctx.str(name)?)?;
            let is_known = found.get_attr(c"__qualname__")?.extract::<String>()? == qualified
                && found.get_attr(c"__module__")?.extract::<String>()? == "random";
            if !is_known || its_own.contains(name)? {
                return Ok(None);
            }
            fixed.push(name);
        }
        fixed.extend(["random", "getrandbits"]);
    }
    let address = generator.as_raw().0 as i64 + i64::from(offset);
    let is_there = is_state(address, &below.get_attr(c"getstate")?.call((&generator,))?)?;
    Ok(is_there.then_some(Own { address, class, fixed }))
}

/// Whether the words at an address are a state that the generator tells.
fn is_state(address: i64, state: &Object<'_>) -> Result<bool> {
    let told: Vec<u32> = state.iter_as::<u32>()?.collect::<Result<_>>()?;
    let Some((next, words)) = told.split_last().filter(|(_, words)| words.len() == WORDS) else {
        return Ok(false);
    };
    let place = core::ptr::with_exposed_provenance::<u32>(address as usize);
    // SAFETY: the host says that the state of such an object is here: so many words and the one before them.
    let found = unsafe { core::slice::from_raw_parts(place, WORDS + 1) };
    Ok(found[0] == *next && found[1..] == *words)
}
