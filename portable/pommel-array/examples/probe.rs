//! Times a few operations: a probe for those who change kernels.
use pommel_array::*;
use std::time::Instant;
fn time(name: &str, n: usize, mut f: impl FnMut()) {
    for _ in 0..3 {
        f();
    }
    let reps = (20_000_000 / n.max(50)).clamp(5, 200_000);
    let mut best = f64::MAX;
    for _ in 0..5 {
        let t = Instant::now();
        for _ in 0..reps {
            f();
        }
        best = best.min(t.elapsed().as_secs_f64() / reps as f64);
    }
    println!("{name:24} n={n:9} {:10.1} ns  {:.3} ns/el", best * 1e9, best * 1e9 / n as f64);
}
fn main() {
    for n in [4usize, 100, 10_000, 1_000_000, 10_000_000] {
        let v: Vec<f64> = (0..n).map(|i| i as f64 * 0.5 + 1.0).collect();
        let a = Array::from_slice(&v, &[n as isize]).unwrap();
        let b = a.copied(Order::C).unwrap();
        let op = |f, x: &Array, y: &Array| apply(f, &[x.into(), y.into()]).unwrap();
        time("a+b", n, || {
            op(Function::Add, &a, &b).eval().unwrap();
        });
        time("a*2", n, || {
            apply(Function::Multiply, &[(&a).into(), Scalar::Float(2.0).into()])
                .unwrap()
                .eval()
                .unwrap();
        });
        time("a+a+a+a+a", n, || {
            let x = op(Function::Add, &a, &a);
            let x = op(Function::Add, &x, &a);
            let x = op(Function::Add, &x, &a);
            op(Function::Add, &x, &a).eval().unwrap();
        });
        time("sqrt(a*a+b*b)", n, || {
            let x = op(Function::Multiply, &a, &a);
            let y = op(Function::Multiply, &b, &b);
            let x = op(Function::Add, &x, &y);
            apply(Function::Sqrt, &[(&x).into()]).unwrap().eval().unwrap();
        });
        time("a<b", n, || {
            op(Function::Less, &a, &b).eval().unwrap();
        });
    }
}
