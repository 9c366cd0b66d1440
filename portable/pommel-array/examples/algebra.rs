//! Times linear algebra and Fourier transforms: a probe for those who change them. Prints a name and
//! the best time in microseconds a line.
use pommel_array::fft::{self, Norm};
use pommel_array::{Array, Casting, DType, Function, Scalar, apply, linalg};
use std::time::Instant;

fn time<R>(name: &str, mut work: impl FnMut() -> R) {
    let start = Instant::now();
    work();
    let reps = (0.05 / start.elapsed().as_secs_f64().max(1e-8)).clamp(1.0, 200_000.0) as usize;
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..reps {
            core::hint::black_box(work());
        }
        best = best.min(start.elapsed().as_secs_f64() / reps as f64);
    }
    println!("{name} {:.3}", best * 1e6);
}

fn noise(shape: &[isize], dtype: DType) -> Array {
    let mut state = 1u64;
    Array::build(shape, |out: &mut [f64]| {
        for out in out {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *out = (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        }
    })
    .and_then(|array| array.cast(dtype, Casting::Unsafe)?.contiguous())
    .expect("there is memory")
}

fn main() {
    for dtype in [DType::Float64, DType::Float32] {
        for n in [4, 64, 1024] {
            let a = noise(&[n, n], dtype);
            time(&format!("matmul_{n}_{dtype}"), || linalg::matmul(&a, &a));
        }
    }
    let a = noise(&[256, 256], DType::Int64);
    time("matmul_256_int64", || linalg::matmul(&a, &a));
    let n = 500;
    let a = noise(&[n, n], DType::Float64);
    let b = noise(&[n], DType::Float64);
    time("solve_500", || linalg::solve(&a, &b));
    time("inv_500", || linalg::inv(&a));
    let definite = linalg::matmul(&a, &a.transposed()).expect("they fit");
    let zero = Array::zeros(DType::Float64, &[n, n]).expect("there is memory");
    let shift = linalg::matrix_power(&zero, 0).expect("it is square");
    let shift = apply(Function::Multiply, &[(&shift).into(), Scalar::Float(500.0).into()]);
    let definite = apply(Function::Add, &[(&definite).into(), (&shift.expect("it fits")).into()]);
    let definite = definite.expect("they fit");
    time("cholesky_500", || linalg::cholesky(&definite, false));
    time("qr_500", || linalg::qr(&a, linalg::QrMode::Reduced));
    time("svd_500", || linalg::svd(&a, false));
    time("svdvals_500", || linalg::svdvals(&a));
    time("eigh_500", || linalg::eigh(&definite, false));
    time("eigvalsh_500", || linalg::eigvalsh(&definite, false));
    let small = noise(&[4, 4], DType::Float64);
    time("inv_4", || linalg::inv(&small));
    time("det_4", || linalg::det(&small));
    for n in [64, 10_000, 1_000_000, 1_000_003] {
        let real = noise(&[n], DType::Float64);
        let complex = real.cast(DType::Complex128, Casting::Unsafe).expect("there is memory");
        complex.eval().expect("there is memory");
        time(&format!("fft_{n}"), || fft::fft(&complex, None, -1, Norm::Backward));
        time(&format!("rfft_{n}"), || fft::rfft(&real, None, -1, Norm::Backward));
    }
    let image = noise(&[1000, 1000], DType::Float64);
    time("fft2_1000", || fft::fftn(&image, None, None, Norm::Backward));
    let (x, y) = (noise(&[64, 32, 16], DType::Float64), noise(&[64, 16, 24], DType::Float64));
    time("einsum_batched", || linalg::einsum("bij,bjk->bik", &[&x, &y]));
}
