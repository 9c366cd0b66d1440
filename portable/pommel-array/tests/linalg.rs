//! Linear algebra: products beside plain loops, decompositions by what they must multiply to.

use num_complex::Complex;
use pommel_array::linalg::{self, Axes, MatrixOrd, QrMode};
use pommel_array::threads::set_num_threads;
use pommel_array::{Array, Casting, DType, Error, Function, Index, Scalar, apply};
use proptest::prelude::*;

type C64 = Complex<f64>;

/// Elements without an order, between -1 and 1.
fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// An array of a type that can be decomposed.
fn array(dtype: DType, shape: &[isize], seed: u64) -> Array {
    let count = shape.iter().product::<isize>() as usize;
    let (re, im) = (noise(seed, count), noise(seed + 1, count));
    let both: Vec<C64> = re.iter().zip(&im).map(|(&re, &im)| Complex::new(re, im)).collect();
    Array::from_slice(&both, shape).unwrap().cast(dtype, Casting::Unsafe).unwrap()
}

/// The same elements, lying otherwise: backwards, with gaps, or in F order.
fn disguised(array: &Array, how: u8) -> Array {
    let ndim = array.ndim();
    match how % 4 {
        0 => array.clone(),
        1 => array.copied(pommel_array::Order::F).unwrap(),
        2 => {
            let back = vec![Index::Slice(None, None, -1); ndim];
            let turned = array.select(&back).unwrap().copied(pommel_array::Order::C).unwrap();
            turned.select(&back).unwrap()
        }
        _ => {
            let shape: Vec<isize> = array.shape().iter().map(|n| n * 2).collect();
            let wide = Array::zeros(array.dtype(), &shape).unwrap();
            let view = wide.select(&vec![Index::Slice(None, None, 2); ndim]).unwrap();
            view.assign(array, Casting::No).unwrap();
            view
        }
    }
}

fn values(array: &Array) -> Vec<C64> {
    array.cast(DType::Complex128, Casting::Unsafe).unwrap().to_vec().unwrap()
}

fn largest(values: &[C64]) -> f64 {
    values.iter().map(|x| x.norm()).fold(0.0, f64::max)
}

fn epsilon(dtype: DType) -> f64 {
    if dtype.real() == DType::Float32 { f64::from(f32::EPSILON) } else { f64::EPSILON }
}

/// The arrays are equal but for errors of some units of epsilon times the largest element times an extent.
#[track_caller]
fn assert_close(found: &Array, wanted: &Array, units: f64) {
    assert_eq!(found.shape(), wanted.shape());
    let (x, y) = (values(found), values(wanted));
    let n = *found.shape().iter().max().unwrap_or(&1) as f64;
    let bound = units * epsilon(found.dtype()) * n.max(4.0) * largest(&y).max(1.0);
    for (i, (x, y)) in x.iter().zip(&y).enumerate() {
        assert!((x - y).norm() <= bound, "element {i}: {x} is not {y} within {bound}");
    }
}

fn mm(a: &Array, b: &Array) -> Array {
    linalg::matmul(a, b).unwrap()
}

fn adjoint(array: &Array) -> Array {
    let turned = linalg::matrix_transpose(array).unwrap();
    if array.dtype().is_complex() {
        apply(Function::Conj, &[(&turned).into()]).unwrap()
    } else {
        turned
    }
}

fn times(a: &Array, b: &Array) -> Array {
    apply(Function::Multiply, &[a.into(), b.into()]).unwrap()
}

fn identity(dtype: DType, n: isize) -> Array {
    linalg::matrix_power(&Array::zeros(dtype, &[n, n]).unwrap(), 0).unwrap()
}

const FIELDS: [DType; 4] = [DType::Float32, DType::Float64, DType::Complex64, DType::Complex128];

fn field() -> impl Strategy<Value = DType> {
    proptest::sample::select(&FIELDS[..])
}

/// A product by the definition.
fn naive(a: &[C64], b: &[C64], m: usize, k: usize, n: usize) -> Vec<C64> {
    let cell = |i: usize, j: usize| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
    (0..m * n).map(|at| cell(at / n, at % n)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn products_are_those_of_the_definition(
        dtype in field(), m in 0isize..20, k in 0isize..40, n in 0isize..20, seed: u64, x: u8, y: u8,
    ) {
        let (a, b) = (array(dtype, &[m, k], seed / 2), array(dtype, &[k, n], seed / 3));
        let product = mm(&disguised(&a, x), &disguised(&b, y));
        let wanted = naive(&values(&a), &values(&b), m as usize, k as usize, n as usize);
        assert_close(&product, &Array::from_slice(&wanted, &[m, n]).unwrap(), 40.0);
    }

    #[test]
    fn products_of_integers_wrap_around(
        dtype in proptest::sample::select(&DType::ALL[..9]),
        m in 0isize..12, k in 0isize..70, n in prop_oneof![0isize..12, 250isize..270],
        seed: u64, x: u8, y: u8,
    ) {
        let integers = |shape: &[isize], seed| -> Array {
            let count = shape.iter().product::<isize>() as usize;
            let found: Vec<i64> = noise(seed, count).iter().map(|x| (x * 1e12) as i64).collect();
            let found = Array::from_slice(&found, shape).unwrap();
            if dtype == DType::Bool {
                let third = apply(Function::Remainder, &[(&found).into(), Scalar::Int(9).into()]);
                return apply(Function::Less, &[(&third.unwrap()).into(), Scalar::Int(1).into()]).unwrap();
            }
            found.cast(dtype, Casting::Unsafe).unwrap()
        };
        let (a, b) = (integers(&[m, k], seed / 2), integers(&[k, n], seed / 3));
        let product = mm(&disguised(&a, x), &disguised(&b, y));
        prop_assert_eq!(product.dtype(), dtype);
        let wide = |array: &Array| array.cast(DType::Int64, Casting::Unsafe).unwrap().to_vec::<i64>().unwrap();
        let (a, b) = (wide(&a), wide(&b));
        let (m, k, n) = (m as usize, k as usize, n as usize);
        let sums: Vec<i64> = (0..m * n).map(|at| (0..k).fold(0i64, |sum, p| {
            sum.wrapping_add(a[at / n * k + p].wrapping_mul(b[p * n + at % n]))
        })).collect();
        let sums = Array::from_slice(&sums, &[m as isize, n as isize]).unwrap();
        let wanted = sums.cast(dtype, Casting::Unsafe).unwrap();
        prop_assert_eq!(wide(&product), wide(&wanted));
    }

    #[test]
    fn stacks_are_stretched(dtype in field(), seed: u64, x: u8, y: u8) {
        let (a, b) = (array(dtype, &[3, 1, 4, 5], seed / 2), array(dtype, &[2, 5, 6], seed / 3));
        let product = mm(&disguised(&a, x), &disguised(&b, y));
        prop_assert_eq!(product.shape(), &[3, 2, 4, 6]);
        for i in 0..3 {
            for j in 0..2 {
                let at = |array: &Array, i: &[isize]| {
                    array.select(&i.iter().map(|&i| Index::At(i)).collect::<Vec<_>>()).unwrap()
                };
                let wanted = mm(&at(&a, &[i, 0]), &at(&b, &[j]));
                assert_close(&at(&product, &[i, j]), &wanted, 4.0);
            }
        }
    }

    #[test]
    fn solutions_solve(dtype in field(), n in 0isize..30, k in 0isize..4, seed: u64, x: u8) {
        let shift = identity(dtype, n);
        let a = array(dtype, &[2, n, n], seed / 2);
        let three = apply(Function::Multiply, &[(&shift).into(), Scalar::Float(6.0).into()]).unwrap();
        let a = apply(Function::Add, &[(&a).into(), (&three).into()]).unwrap();
        let b = array(dtype, &[n, k], seed / 3);
        let found = linalg::solve(&disguised(&a, x), &b).unwrap();
        let wanted = b.broadcast_to(&[2, n, k]).unwrap();
        assert_close(&mm(&a, &found), &wanted, 400.0);
        let inverse = linalg::inv(&disguised(&a, x)).unwrap();
        assert_close(&mm(&a, &inverse), &identity(dtype, n).broadcast_to(&[2, n, n]).unwrap(), 400.0);
        let (sign, log) = linalg::slogdet(&a).unwrap();
        let det = linalg::det(&a).unwrap();
        for ((s, l), d) in values(&sign).iter().zip(values(&log)).zip(values(&det)) {
            prop_assert!((s * l.re.exp() - d).norm() <= 1e4 * epsilon(dtype) * d.norm());
        }
    }

    #[test]
    fn decompositions_multiply_to_the_matrix(
        dtype in field(), m in 0isize..24, n in 0isize..24, seed: u64, x: u8,
    ) {
        let a = array(dtype, &[2, m, n], seed / 2);
        let hidden = disguised(&a, x);
        let size = m.min(n);
        for mode in [QrMode::Reduced, QrMode::Complete] {
            let (q, r) = linalg::qr(&hidden, mode).unwrap();
            let wide = if mode == QrMode::Reduced { size } else { m };
            prop_assert_eq!(q.shape(), &[2, m, wide]);
            assert_close(&mm(&q, &r), &a, 40.0);
            assert_close(&mm(&adjoint(&q), &q), &identity(dtype, wide).broadcast_to(&[2, wide, wide]).unwrap(), 40.0);
            for (at, x) in values(&r).into_iter().enumerate() {
                let (i, j) = (at as isize / n % wide, at as isize % n);
                prop_assert!(i <= j || x.norm() == 0.0);
            }
        }
        for full in [false, true] {
            let (u, s, vh) = linalg::svd(&hidden, full).unwrap();
            prop_assert_eq!(s.dtype(), dtype.real());
            let left = u.select(&[Index::Ellipsis, Index::Slice(None, Some(size), 1)]).unwrap();
            let right = vh.select(&[Index::Ellipsis, Index::Slice(None, Some(size), 1), Index::Slice(None, None, 1)]).unwrap();
            let row = s.select(&[Index::Ellipsis, Index::NewAxis, Index::Slice(None, None, 1)]).unwrap();
            assert_close(&mm(&times(&left, &row), &right), &a, 100.0);
            let wide = u.shape()[2];
            assert_close(&mm(&adjoint(&u), &u), &identity(dtype, wide).broadcast_to(&[2, wide, wide]).unwrap(), 100.0);
            assert_close(&linalg::svdvals(&hidden).unwrap(), &s, 100.0);
        }
        let p = linalg::pinv(&hidden, None).unwrap();
        prop_assert_eq!(p.shape(), &[2, n, m]);
        let scale = 1.0 + largest(&values(&p));
        assert_close(&mm(&mm(&a, &p), &a), &a, 100.0 * scale * scale);
    }

    #[test]
    fn eigenvectors_are_stretched(dtype in field(), n in 0isize..24, seed: u64, upper: bool) {
        let a = array(dtype, &[n, n], seed / 2);
        let symmetric = apply(Function::Add, &[(&a).into(), (&adjoint(&a)).into()]).unwrap();
        let (w, v) = linalg::eigh(&symmetric, upper).unwrap();
        assert_close(&mm(&symmetric, &v), &times(&v, &w), 100.0);
        assert_close(&linalg::eigvalsh(&symmetric, upper).unwrap(), &w, 100.0);
        assert_close(&mm(&adjoint(&v), &v), &identity(dtype, n), 100.0);
        let (w, v) = linalg::eig(&a).unwrap();
        prop_assert!(w.dtype().is_complex() && v.dtype().is_complex());
        let complex = a.cast(v.dtype(), Casting::Unsafe).unwrap();
        assert_close(&mm(&complex, &v), &times(&v, &w), 1000.0);
        let sum: C64 = values(&linalg::eigvals(&a).unwrap()).iter().sum();
        let trace = values(&linalg::trace(&a, 0, -2, -1, None).unwrap())[0];
        prop_assert!((sum - trace).norm() <= 400.0 * epsilon(dtype) * (n as f64 + 1.0));
        let lengths = linalg::vector_norm(&v, Some(&[0]), false, 2.0).unwrap();
        prop_assert!(values(&lengths).iter().all(|x| (x.re - 1.0).abs() < 100.0 * epsilon(dtype)));
    }

    #[test]
    fn triangles_of_cholesky_multiply_to_the_matrix(dtype in field(), n in 0isize..24, seed: u64, upper: bool) {
        let a = array(dtype, &[n, n], seed / 2);
        let square = mm(&a, &adjoint(&a));
        let definite = apply(Function::Add, &[(&square).into(), (&identity(dtype, n)).into()]).unwrap();
        let t = linalg::cholesky(&definite, upper).unwrap();
        let product = if upper { mm(&adjoint(&t), &t) } else { mm(&t, &adjoint(&t)) };
        assert_close(&product, &definite, 100.0);
    }
}

#[test]
fn large_matrices_are_shared_among_threads() {
    for dtype in [DType::Float64, DType::Complex64] {
        let n = 600;
        let a = array(dtype, &[n, n], 7);
        let b = array(dtype, &[n, 2], 8);
        assert_close(&mm(&a, &linalg::solve(&a, &b).unwrap()), &b, 1e6);
        assert_close(&mm(&a, &linalg::inv(&a).unwrap()), &identity(dtype, n), 1e6);
        let (q, r) = linalg::qr(&a, QrMode::Reduced).unwrap();
        assert_close(&mm(&q, &r), &a, 100.0);
        assert_close(&mm(&adjoint(&q), &q), &identity(dtype, n), 100.0);
        let product = mm(&a, &a);
        let row = a.select(&[Index::At(99)]).unwrap();
        assert_close(&product.select(&[Index::At(99)]).unwrap(), &mm(&row, &a), 10.0);
    }
}

/// Small whole numbers, whose products have exact sums in every type.
fn whole(dtype: DType, shape: &[isize], seed: u64) -> Array {
    let count = shape.iter().product::<isize>() as usize;
    let numbers: Vec<i64> = noise(seed, count).iter().map(|x| (x * 9.0) as i64).collect();
    Array::from_slice(&numbers, shape).unwrap().cast(dtype, Casting::Unsafe).unwrap()
}

#[test]
fn large_products_are_those_of_whole_numbers() {
    // Extents that blocks do not divide, more than one block each way, and stacks.
    let shapes: [[&[isize]; 2]; 6] = [
        [&[103, 101], &[101, 109]],
        [&[33, 1000], &[1000, 37]],
        [&[33, 33], &[33, 4099]],
        [&[4099, 33], &[33, 33]],
        [&[131, 257], &[257, 509]],
        [&[2, 2, 40, 700], &[2, 700, 41]],
    ];
    for [left, right] in shapes {
        let factors = |dtype| (whole(dtype, left, 5), whole(dtype, right, 6));
        let (a, b) = factors(DType::Int64);
        let wanted = values(&mm(&a, &b));
        for dtype in [DType::Float32, DType::Float64] {
            let (a, b) = factors(dtype);
            for how in 0..4 {
                let found = values(&mm(&disguised(&a, how), &disguised(&b, 3 - how)));
                assert!(found == wanted, "{left:?} @ {right:?} of {dtype}, lying {how}");
            }
        }
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let results = |threads: usize| -> Vec<Vec<C64>> {
        set_num_threads(threads).unwrap();
        let mut results = Vec::new();
        for dtype in [DType::Float32, DType::Float64] {
            let a = array(dtype, &[301, 301], 3);
            results.push(values(&mm(&a, &a)));
        }
        let (a, b) = (array(DType::Float64, &[530, 530], 3), array(DType::Float64, &[530, 140], 4));
        results.push(values(&linalg::solve(&a, &b).unwrap()));
        results.push(values(&linalg::inv(&a).unwrap()));
        let (q, r) = linalg::qr(&a, QrMode::Reduced).unwrap();
        results.extend([values(&q), values(&r)]);
        results
    };
    let alone = results(1);
    for threads in [2, 3] {
        assert!(results(threads) == alone, "{threads} threads");
    }
}

#[test]
fn what_no_algorithm_takes_is_said() {
    let text = |error: Error| error.to_string();
    let a = array(DType::Float64, &[2, 3], 1);
    assert!(text(linalg::inv(&a).unwrap_err()).contains("(2, 3)"));
    assert!(text(mm_error(&a, &a)).contains("shapes (2, 3) and (2, 3)"));
    let ones = Array::full(&[3, 3], Scalar::Float(1.0), DType::Float64).unwrap();
    assert!(text(linalg::inv(&ones).unwrap_err()).contains("singular (column 1"));
    assert!(text(linalg::solve(&ones, &ones).unwrap_err()).contains("pinv and lstsq"));
    assert_eq!(values(&linalg::det(&ones).unwrap()), [C64::new(0.0, 0.0)]);
    let below = Array::full(&[2, 1, 1], Scalar::Float(-1.0), DType::Float64).unwrap();
    assert!(
        text(linalg::cholesky(&below, false).unwrap_err()).contains("matrix number 0 of (2, 1, 1)")
    );
    let nan = Array::full(&[4, 4], Scalar::Float(f64::NAN), DType::Float64).unwrap();
    for flaw in [
        linalg::svdvals(&nan).map(drop),
        linalg::eigh(&nan, false).map(drop),
        linalg::eig(&nan).map(drop),
        linalg::cholesky(&nan, false).map(drop),
    ] {
        assert!(matches!(flaw, Err(Error::LinAlg(_))), "{flaw:?}");
    }
    let half = Array::zeros(DType::Float16, &[2, 2]).unwrap();
    assert!(matches!(linalg::det(&half), Err(Error::Unsupported { .. })));
    assert_eq!(linalg::matmul(&half, &half).unwrap().dtype(), DType::Float16);
}

fn mm_error(a: &Array, b: &Array) -> Error {
    linalg::matmul(a, b).unwrap_err()
}

#[test]
fn smaller_functions_answer_as_numpy() {
    let six = Array::from_slice(&[1i64, 2, 3, 4, 5, 6], &[2, 3]).unwrap();
    let list =
        |array: Array| array.cast(DType::Int64, Casting::Unsafe).unwrap().to_vec::<i64>().unwrap();
    assert_eq!(list(linalg::trace(&six, 1, 0, 1, None).unwrap()), [8]);
    assert_eq!(list(linalg::diagonal(&six, -1, 0, 1).unwrap()), [4]);
    assert_eq!(list(linalg::diagonal(&six, 5, 0, 1).unwrap()), [0i64; 0]);
    let (a, b) = (
        Array::from_slice(&[1i64, 2, 3], &[3]).unwrap(),
        Array::from_slice(&[4i64, 5, 6], &[3]).unwrap(),
    );
    assert_eq!(list(linalg::cross(&a, &b, -1).unwrap()), [-3, 6, -3]);
    assert_eq!(list(linalg::outer(&a, &b).unwrap()), [4, 5, 6, 8, 10, 12, 12, 15, 18]);
    assert_eq!(list(linalg::vecdot(&a, &b, -1).unwrap()), [32]);
    assert_eq!(list(linalg::matmul(&a, &b).unwrap()), [32]);
    assert_eq!(
        list(linalg::tensordot(&six, &six, &Axes::Pairs(vec![0, 1], vec![0, 1])).unwrap()),
        [91]
    );
    assert_eq!(linalg::tensordot(&six, &six, &Axes::Count(0)).unwrap().shape(), &[2, 3, 2, 3]);
    let two = Array::from_slice(&[1i64, 1, 1, 0], &[2, 2]).unwrap();
    assert_eq!(list(linalg::matrix_power(&two, 10).unwrap()), [89, 55, 55, 34]);
    assert_eq!(list(linalg::kron(&two, &a).unwrap()), [1, 2, 3, 1, 2, 3, 1, 2, 3, 0, 0, 0]);
    let norm = |ord| values(&linalg::vector_norm(&six, None, false, ord).unwrap())[0].re;
    assert_eq!(
        (norm(1.0), norm(f64::INFINITY), norm(f64::NEG_INFINITY), norm(0.0)),
        (21.0, 6.0, 1.0, 6.0)
    );
    assert!((norm(2.0) - 91f64.sqrt()).abs() < 1e-14 && (norm(3.0) - 441f64.cbrt()).abs() < 1e-14);
    let norm = |ord| values(&linalg::matrix_norm(&six, true, ord).unwrap())[0].re;
    assert_eq!(norm(MatrixOrd::Number(1.0)), 9.0);
    assert_eq!(norm(MatrixOrd::Number(f64::NEG_INFINITY)), 6.0);
    assert!((norm(MatrixOrd::Nuclear) - 10.280_901_636_369_206).abs() < 1e-13);
    assert_eq!(
        list(
            linalg::matrix_rank(&Array::full(&[3, 4], Scalar::Int(1), DType::Int64).unwrap(), None)
                .unwrap()
        ),
        [1]
    );
    let x =
        Array::from_slice(&[0.0, 1.0, 2.0, 3.0, 1.0, 1.0, 1.0, 1.0], &[2, 4]).unwrap().transposed();
    let y = Array::from_slice(&[-1.0, 0.2, 0.9, 2.1], &[4]).unwrap();
    let (line, rest, rank, _) = linalg::lstsq(&x, &y, None).unwrap();
    let found = line.to_vec::<f64>().unwrap();
    assert!((found[0] - 1.0).abs() < 1e-14 && (found[1] + 0.95).abs() < 1e-14, "{found:?}");
    assert!(
        (rest.to_vec::<f64>().unwrap()[0] - 0.05).abs() < 1e-14
            && rank.to_vec::<i64>().unwrap() == [2]
    );
}
