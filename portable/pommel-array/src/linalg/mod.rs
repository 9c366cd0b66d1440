//! Linear algebra: the functions of the array API standard (2025.12) and NumPy's beside them.
//!
//! Matrices are the last two axes of an array; the axes before them are stretched to each other and
//! every matrix is handled by itself. Elements may lie anywhere. Integers and truth values are
//! decomposed as `float64`, as in NumPy; `float16` is not decomposed. The dense algorithms are those of
//! the crate `faer`. Signs of vectors and the order of eigenvalues that are not real are the
//! algorithm's, not LAPACK's.

mod batch;
mod einsum;
mod factor;
mod fault;
mod norm;
mod product;
mod solve;
mod subscripts;
mod triangles;
mod view;

pub use einsum::einsum;
pub use factor::{QrMode, eig, eigh, eigvals, eigvalsh, qr, svd, svdvals};
pub use fault::Fault;
pub use norm::{MatrixOrd, lstsq, matrix_norm, matrix_rank, pinv, vector_norm};
pub use product::{Axes, cross, kron, matmul, matrix_power, outer, tensordot, vecdot};
pub use solve::{cholesky, det, inv, slogdet, solve};
pub use view::{diagonal, matrix_transpose, trace};

pub(crate) use product::conjugate;
