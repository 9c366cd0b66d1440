//! What the package runs on: the host, the processor, the threads.

use pommel::prelude::*;
use pommel_array::cpu;
use pommel_array::kernels::fused;
use pommel_array::kernels::isa::Isa;
use pommel_array::threads;

/// The engine's errors about values are `ValueError`s.
fn value_error(error: pommel_array::Error) -> Error {
    Error::value_error(error.to_string())
}

/// Fails if the environment asks for what cannot be.
pub(crate) fn check_environment() -> Result<()> {
    Isa::check_environment().map_err(value_error)?;
    // What `pommel.jit` understands besides is nothing to arrays.
    if std::env::var(fused::VARIABLE).as_deref() != Ok("plain") {
        fused::check_environment().map_err(value_error)?;
    }
    threads::count().map(drop).map_err(value_error)
}

/// Whether the host inside the binary is at work, and the name that the host gives itself.
#[function]
pub fn host(ctx: Ctx<'_>) -> (bool, String) {
    (ctx.host_is_inside(), ctx.host_name())
}

/// What the processor calls itself; None where the system does not say.
#[function]
pub fn cpu_model() -> Option<String> {
    cpu::model()
}

/// The features of the processor that may matter to a kernel.
#[function]
pub fn cpu_features() -> Vec<&'static str> {
    cpu::features()
}

/// The instruction sets that the processor has, and the one that kernels are chosen for.
#[function]
pub fn instruction_sets() -> (Vec<&'static str>, &'static str) {
    let found = Isa::ALL.into_iter().filter(|isa| isa.is_available()).map(Isa::name);
    (found.collect(), Isa::best().name())
}

/// Whether chains of plain arithmetic run in machine code that is made for them.
#[function]
pub fn has_machine_code() -> bool {
    fused::is_available()
}

/// The number of threads that large computations are divided among.
///
/// >>> import pommel as pm
/// >>> pm.get_num_threads() >= 1
/// True
#[function]
pub fn get_num_threads() -> Result<usize> {
    threads::num_threads().map_err(value_error)
}

/// Where that number comes from.
#[function]
pub fn num_threads_source() -> Result<&'static str> {
    threads::count().map(|count| count.source.text()).map_err(value_error)
}

/// Divides large computations among so many threads from now on; returns the number until then.
///
/// >>> import pommel as pm
/// >>> before = pm.set_num_threads(1)
/// >>> pm.get_num_threads()
/// 1
/// >>> _ = pm.set_num_threads(before)
#[function(signature = (num_threads, /))]
pub fn set_num_threads(num_threads: usize) -> Result<usize> {
    threads::set_num_threads(num_threads).map_err(value_error)
}

#[cfg(test)]
mod tests {
    use crate::native;
    use hpy_mock::Interpreter;
    use pommel::{exception, testing};

    #[test]
    fn the_module_knows_what_it_runs_on() {
        testing::run!(Interpreter::new(), native, |module| {
            let version: String = module.get_attr(c"__version__")?.extract()?;
            assert_eq!(version, env!("CARGO_PKG_VERSION"));
            let (inside, name): (bool, String) = module.call_method(c"host", ())?.extract()?;
            assert!(!inside && !name.is_empty());
            let (found, best): (Vec<String>, String) =
                module.call_method(c"instruction_sets", ())?.extract()?;
            assert!(found.contains(&best));
            Ok(())
        });
    }

    #[test]
    fn the_number_of_threads_is_checked() {
        testing::run!(Interpreter::new(), native, |module| {
            let before: usize = module.call_method(c"set_num_threads", (2,))?.extract()?;
            assert_eq!(module.call_method(c"get_num_threads", ())?.extract::<usize>()?, 2);
            {
                // Python must not be used before the error is gone.
                let error = module.call_method(c"set_num_threads", (0,)).unwrap_err();
                assert!(error.is(module.ctx(), exception::ValueError));
            }
            module.call_method(c"set_num_threads", (before,))?;
            Ok(())
        });
    }
}
