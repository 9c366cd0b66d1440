//! The extension module behind `import pommel`: the Python face of the engine in `pommel-array`.
//!
//! It is thin: what can be said without Python is in the engine, and what is as quick in Python is
//! in the package `pommel`, which is the only one to import this module.
#![forbid(unsafe_code)]

mod machine;

/// The native part of the package `pommel`. Its names are not for users.
#[pommel::module(name = "_native")]
pub mod native {
    use pommel::prelude::*;

    #[export]
    use crate::machine::{
        cpu_features, cpu_model, get_num_threads, host, instruction_sets, num_threads_source,
        set_num_threads,
    };

    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        // A bad POMMEL_NUM_THREADS is found now and not in the middle of a computation.
        crate::machine::check_environment()?;
        module.add(c"__version__", env!("CARGO_PKG_VERSION"))
    }
}
