//! The extension module behind `import pommel`: the Python face of the engine in `pommel-array`.
//!
//! It is thin: what can be said without Python is in the engine, and what is as quick in Python is
//! in the package `pommel`, which is the only one to import this module.
#![deny(unsafe_code)]
#![allow(clippy::doc_lazy_continuation, reason = "docstrings have examples, and no quotations")]

mod advanced;
mod array;
mod dtype;
mod error;
mod errstate;
#[allow(unsafe_code)]
mod exchange;
mod files;
mod functions;
#[allow(unsafe_code)]
mod jit;
mod key;
mod machine;
mod text;
mod ufunc;
mod value;

#[global_allocator]
static MEMORY: pommel_array::Reserve = pommel_array::Reserve;

/// The native part of the package `pommel`. Its names are not for users.
#[pommel::module(name = "_native")]
pub mod native {
    use pommel::prelude::*;

    #[export]
    use crate::machine::{
        cpu_features, cpu_model, get_num_threads, has_machine_code, host, instruction_sets,
        num_threads_source, set_num_threads,
    };

    #[export]
    use crate::array::{Items, NdArray};
    #[export]
    use crate::dtype::DType;
    #[export]
    use crate::errstate::{get_modes, set_modes};
    #[export]
    use crate::exchange::numbers::{number_functions, of_numbers, of_numbers_at};
    #[export]
    use crate::files::{
        byteswap, from_dlpack, frombuffer, npy_header, npy_parse, npz_get, npz_names, npz_pack,
    };
    #[export]
    use crate::functions::algebra::{
        cholesky, cross, det, dot, eig, eigh, eigvals, eigvalsh, einsum, inv, kron, lstsq, matmul,
        matrix_norm, matrix_power, matrix_rank, outer, pinv, qr, slogdet, solve, svd, svdvals,
        tensordot, trace, vecdot, vector_norm,
    };
    #[export]
    use crate::functions::creation::{
        arange, astype, broadcast_arrays, broadcast_shapes, can_cast, diag, empty, empty_like,
        eval, eye, full, full_like, geomspace, identity, indices, linspace, logspace,
        may_share_memory, meshgrid, ones, ones_like, result_type, tri, vander, r#where, zeros,
        zeros_like,
    };
    #[export]
    use crate::functions::ensembles::{courses_of_many, steps_of_many};
    #[export]
    use crate::functions::fourier::{
        fft, fftfreq, fftn, fftshift, hfft, ifft, ifftn, ifftshift, ihfft, irfft, irfftn, rfft,
        rfftfreq, rfftn,
    };
    #[export]
    use crate::functions::manipulation::{
        append, array_split, atleast_1d, atleast_2d, atleast_3d, broadcast_to, concat, delete,
        diagonal, expand_dims, flip, fliplr, flipud, hstack, insert, matrix_transpose, moveaxis,
        pad, permute_dims, ravel, repeat, reshape, roll, rot90, sliding_window_view, split,
        squeeze, stack, swapaxes, tile, transpose, tril, triu, unstack, vstack,
    };
    #[export]
    use crate::functions::random::RandomStream;
    #[export]
    use crate::functions::searching::{
        argwhere, compress, extract, flatnonzero, nonzero, put_along_axis, take, take_along_axis,
    };
    #[export]
    use crate::functions::sorting::{
        argpartition, argsort, bincount, digitize, histogram, intersect1d, isin, partition,
        searchsorted, setdiff1d, setxor1d, sort, union1d, unique_parts, unique_values,
    };
    #[export]
    use crate::functions::statistics::{
        all, any, argmax, argmin, count_nonzero, cumprod, cumsum, cumulative_prod, cumulative_sum,
        diff, max, mean, min, prod, ptp, std, sum, var,
    };
    #[export]
    use crate::functions::{array, asarray, clip, imag, real, round};
    #[export]
    use crate::jit::function::JitFunction;
    #[export]
    use crate::jit::observe::observe;
    #[export]
    use crate::text::{elements_text, get_printoptions, set_printoptions};
    #[export]
    use crate::ufunc::Ufunc;

    #[init]
    fn init(module: &Module<'_>) -> Result<()> {
        // A bad POMMEL_NUM_THREADS is found now and not in the middle of a computation.
        crate::machine::check_environment()?;
        crate::key::read_environment()?;
        for &inner in pommel_array::DType::ALL {
            let name = std::ffi::CString::new(inner.name()).unwrap_or_default();
            module.add(&name, crate::dtype::DType { inner })?;
        }
        crate::ufunc::add_to(module)?;
        add_names(module)?;
        module.add(c"__version__", env!("CARGO_PKG_VERSION"))
    }

    /// What belongs to submodules of the package, or to nobody.
    const NOT_MAIN: &str = "Items JitFunction RandomStream byteswap cholesky courses_of_many \
        cpu_features cpu_model det eig eigh eigvals eigvalsh fft fftfreq fftn fftshift get_modes \
        has_machine_code hfft host ifft ifftn ifftshift ihfft instruction_sets inv irfft irfftn lstsq \
        matrix_norm matrix_power matrix_rank npy_header npy_parse npz_get npz_names npz_pack \
        num_threads_source number_functions observe of_numbers of_numbers_at pinv qr rfft rfftfreq \
        rfftn set_modes slogdet solve steps_of_many svd svdvals unique_parts vector_norm";

    /// Adds `__all__`: the names of the main namespace.
    fn add_names(module: &Module<'_>) -> Result<()> {
        let mut names = Vec::new();
        for name in module.get_attr(c"__dict__")?.iter()? {
            let name: String = name?.extract()?;
            let is_main = !NOT_MAIN.split_ascii_whitespace().any(|other| other == name);
            if is_main && !name.starts_with('_') {
                names.push(name);
            }
        }
        module.add(c"__all__", names)
    }
}
