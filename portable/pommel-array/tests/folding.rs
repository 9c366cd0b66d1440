//! Sums and products beside a model of the order in which their elements come together, which is part of
//! the result: that of elements that are there, and of elements that are computed on the way, by kernels
//! and by machine code.

use pommel_array::kernels::fused;
use pommel_array::{Array, Element, Function, Reduction, apply, reduce};

/// Elements that are folded at once.
const BLOCK: usize = 8192;

/// A type, what changes nothing, and how two come together.
trait Number: Element + Copy + PartialEq + core::fmt::Debug {
    /// Parts of a long row.
    const PARTS: usize;
    fn made(value: f64) -> Self;
    fn start(reduction: Reduction) -> Self;
    fn merge(reduction: Reduction, a: Self, b: Self) -> Self;
    fn computed(a: Self, b: Self, c: Self) -> Self;
}

macro_rules! number {
    ($ty:ty, $parts:expr) => {
        impl Number for $ty {
            const PARTS: usize = $parts;
            fn made(value: f64) -> Self {
                value as $ty
            }
            fn start(reduction: Reduction) -> Self {
                if reduction == Reduction::Sum { -0.0 } else { 1.0 }
            }
            fn merge(reduction: Reduction, a: Self, b: Self) -> Self {
                if reduction == Reduction::Sum { a + b } else { a * b }
            }
            fn computed(a: Self, b: Self, c: Self) -> Self {
                a * b + c
            }
        }
    };
}
number!(f32, 64);
number!(f64, 32);

/// A block: each part takes every so-manieth element, and the halves of the parts come together.
fn row<T: Number>(reduction: Reduction, x: &[T]) -> T {
    let count = match x.len() {
        0..16 => 1,
        n if n < T::PARTS => 8,
        _ => T::PARTS,
    };
    let mut parts = vec![T::start(reduction); count];
    for (i, &x) in x.iter().enumerate() {
        parts[i % count] = T::merge(reduction, parts[i % count], x);
    }
    while parts.len() > 1 {
        let upper = parts.split_off(parts.len() / 2);
        for (part, other) in parts.iter_mut().zip(upper) {
            *part = T::merge(reduction, *part, other);
        }
    }
    parts[0]
}

/// All blocks, and what has become of them.
fn folded<T: Number>(reduction: Reduction, x: &[T]) -> T {
    if x.len() <= BLOCK {
        return row(reduction, x);
    }
    let blocks: Vec<T> = x.chunks(BLOCK).map(|block| row(reduction, block)).collect();
    folded(reduction, &blocks)
}

fn check<T: Number>(n: usize) {
    let numbers = |seed: u64| -> Vec<T> {
        let number = |i: u64| (i * 2_654_435_761 + seed) % 1_000_003;
        (0..n as u64).map(|i| T::made(number(i) as f64 / 1_000_003.0 + 0.5)).collect()
    };
    let values = [numbers(1), numbers(2), numbers(3)];
    let [a, b, c] = &values;
    let arrays = values.each_ref().map(|x| Array::from_slice(x, &[n as isize]).unwrap());
    let expected: Vec<T> = (0..n).map(|i| T::computed(a[i], b[i], c[i])).collect();
    for reduction in [Reduction::Sum, Reduction::Prod] {
        let of = |array: &Array| -> T {
            let result = reduce(reduction, array, None, false, None).unwrap();
            result.to_vec::<T>().unwrap()[0]
        };
        assert_eq!(of(&arrays[0]), folded(reduction, a), "{reduction:?} of {n}");
        // The code of a fold is there when it has been asked for a few times.
        for round in 0..4 {
            let product = apply(Function::Multiply, &[(&arrays[0]).into(), (&arrays[1]).into()]);
            let pending = apply(Function::Add, &[(&product.unwrap()).into(), (&arrays[2]).into()]);
            let (found, expected) = (of(&pending.unwrap()), folded(reduction, &expected));
            assert_eq!(found, expected, "{reduction:?} of {n}, round {round}");
        }
    }
}

#[test]
fn elements_come_together_in_one_order() {
    fused::make_always();
    for n in [1, 15, 16, 31, 63, 64, 100, 2047, 2048, 2049, 2111, 2112, 8191, 8192, 8193] {
        check::<f64>(n);
        check::<f32>(n);
    }
    for n in [8223, 8224, 8255, 8256, 10_000, 16_384, 16_447, 70_001, 600_000] {
        check::<f64>(n);
        check::<f32>(n);
    }
}
