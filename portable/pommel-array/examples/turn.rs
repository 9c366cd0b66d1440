//! Times copies of transposed matrices and of repeated elements: a probe for those who change copies.
use pommel_array::manipulation::{concat, repeat};
use pommel_array::*;
use std::time::Instant;
fn time(name: &str, n: isize, mut f: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..15 {
        let t = Instant::now();
        f();
        best = best.min(t.elapsed().as_secs_f64());
    }
    println!("{name:16} n={n:6} {:10.1} us", best * 1e6);
}
fn main() {
    for n in [100isize, 1000, 4000] {
        for dtype in [DType::Float64, DType::Float32] {
            let a = Array::ones(dtype, &[n, n]).unwrap();
            let t = a.transposed();
            time(&format!("T {dtype}"), n, || drop(t.copied(Order::C).unwrap()));
        }
        let a = Array::ones(DType::Float64, &[n * n]).unwrap();
        time("repeat 2", n, || drop(repeat(&a, &[2], Some(0)).unwrap()));
        time("concat", n, || drop(concat(&[a.clone(), a.clone()], Some(0)).unwrap()));
    }
}
