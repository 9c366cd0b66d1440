//! Times reductions and scans; `reductions.py` beside it times NumPy's and compares.
use pommel_array::reduce::{Scan, argmax, argmin, mean, scan, variance};
use pommel_array::*;
use std::time::Instant;

/// The shortest time of a call, in nanoseconds.
fn time(n: usize, mut f: impl FnMut() -> Array) -> f64 {
    for _ in 0..3 {
        f();
    }
    let reps = (4_000_000 / n.max(50)).clamp(3, 20_000);
    let mut best = f64::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        for _ in 0..reps {
            f().eval().unwrap();
        }
        best = best.min(start.elapsed().as_secs_f64() / reps as f64);
    }
    best * 1e9
}

fn main() {
    let shapes: [&[isize]; 6] =
        [&[4], &[10_000], &[100, 100], &[1_000_000], &[1000, 1000], &[250_000, 4]];
    for dtype in [DType::Float64, DType::Float32, DType::Int64] {
        for shape in shapes {
            let n: isize = shape.iter().product();
            let values: Vec<f64> = (0..n).map(|i| ((i * 7919) % 10007) as f64 + 1.0).collect();
            let a = Array::from_slice(&values, shape).unwrap();
            let a = a.cast(dtype, Casting::Unsafe).unwrap();
            a.eval().unwrap();
            for axis in (0..if shape.len() > 1 { 3 } else { 1 }).map(|i| i - 1) {
                let axis = (axis >= 0).then_some(axis);
                let axes = axis.map(|axis| [axis]);
                let axes = axes.as_ref().map(|axes| &axes[..]);
                let n = n as usize;
                let name = |f: &str| format!("{f} {dtype} {shape:?} {axis:?}").replace(", ", ",");
                let show = |f: &str, ns: f64| println!("{ns:.0} {}", name(f));
                for &reduction in Reduction::ALL {
                    let ns = time(n, || reduce(reduction, &a, axes, false, None).unwrap());
                    show(reduction.name(), ns);
                }
                show("mean", time(n, || mean(&a, axes, false, None).unwrap()));
                show("var", time(n, || variance(&a, axes, 0.0, false, None).unwrap()));
                show("argmin", time(n, || argmin(&a, axis, false).unwrap()));
                show("argmax", time(n, || argmax(&a, axis, false).unwrap()));
                show("cumulative_sum", time(n, || scan(Scan::Sum, &a, axis, None, false).unwrap()));
            }
        }
    }
}
