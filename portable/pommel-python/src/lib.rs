//! The extension module behind `import pommel`: the Python face of the engine in `pommel-array`.
//!
//! It is thin: what can be said without Python is in the engine, and what is as quick in Python is
//! in the package `pommel`, which is the only one to import this module.
#![deny(unsafe_code)]

mod advanced;
mod array;
mod dtype;
mod error;
mod errstate;
#[allow(unsafe_code)]
mod exchange;
mod files;
mod functions;
mod key;
mod machine;
mod text;
mod ufunc;
mod value;

/// The native part of the package `pommel`. Its names are not for users.
#[pommel::module(name = "_native")]
pub mod native {
    use pommel::prelude::*;

    #[export]
    use crate::machine::{
        cpu_features, cpu_model, get_num_threads, host, instruction_sets, num_threads_source,
        set_num_threads,
    };

    #[export]
    use crate::array::{Items, NdArray};
    #[export]
    use crate::dtype::DType;
    #[export]
    use crate::errstate::{get_modes, set_modes};
    #[export]
    use crate::functions::{array, asarray};
    #[export]
    use crate::files::{byteswap, from_dlpack, frombuffer, npy_header, npy_parse, npz_get, npz_names, npz_pack};
    #[export]
    use crate::ufunc::Ufunc;

    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        // A bad POMMEL_NUM_THREADS is found now and not in the middle of a computation.
        crate::machine::check_environment()?;
        for &inner in pommel_array::DType::ALL {
            let name = std::ffi::CString::new(inner.name()).unwrap_or_default();
            module.add(&name, crate::dtype::DType { inner })?;
        }
        crate::ufunc::add_to(module)?;
        module.add(c"__version__", env!("CARGO_PKG_VERSION"))
    }
}
