//! Reductions beside a model that goes over the elements one by one.

use pommel_array::kernels::status::{self, Status};
use pommel_array::reduce::{Scan, argmax, argmin, deviation, diff, mean, ptp, scan, variance};
use pommel_array::{
    Array, Casting, DType, Error, Function, Index, Operand, Reduction, Scalar, apply, reduce,
};
use proptest::prelude::*;

/// How an array lies: what is done to a C-ordered one.
#[derive(Clone, Debug)]
enum View {
    Whole,
    Transposed,
    Reversed,
    Stepped,
    Repeated,
    Pending,
}

#[derive(Clone, Debug)]
struct Case {
    dtype: DType,
    shape: Vec<isize>,
    view: View,
    axes: Vec<bool>,
    all: bool,
    keepdims: bool,
    seed: i64,
}

fn cases() -> impl Strategy<Value = Case> {
    let extent = prop_oneof![4 => 0isize..7, 2 => 1isize..40, 1 => Just(300isize)];
    let view = prop_oneof![
        Just(View::Whole),
        Just(View::Transposed),
        Just(View::Reversed),
        Just(View::Stepped),
        Just(View::Repeated),
        Just(View::Pending),
    ];
    let dtype = proptest::sample::select(DType::ALL.to_vec());
    let shape = proptest::collection::vec(extent, 0..4);
    (
        dtype,
        shape,
        view,
        proptest::collection::vec(any::<bool>(), 8),
        any::<bool>(),
        any::<bool>(),
        any::<i64>(),
    )
        .prop_map(|(dtype, mut shape, view, axes, all, keepdims, seed)| {
            while shape.iter().product::<isize>() > 10_000 {
                shape.pop();
            }
            Case { dtype, shape, view, axes, all, keepdims, seed }
        })
}

/// An array of small whole numbers, of which sums are exact in every type.
fn array(case: &Case) -> Array {
    let n: isize = case.shape.iter().product();
    let mut state = case.seed as u64 | 1;
    let values: Vec<i64> = (0..n)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            // Few are not zero, so that halves still count them.
            if state >> 60 < 13 { 0 } else { (state >> 40) as i64 % 4 - 1 }
        })
        .collect();
    let whole = Array::from_slice(&values, &case.shape).unwrap();
    let whole = whole.cast(case.dtype, Casting::Unsafe).unwrap();
    whole.eval().unwrap();
    let steps = |step: isize| {
        let slices = case.shape.iter().map(|_| Index::Slice(None, None, step));
        whole.select(&slices.collect::<Vec<_>>()).unwrap()
    };
    match case.view {
        View::Whole => whole,
        View::Transposed => whole.transposed(),
        View::Reversed => steps(-1),
        View::Stepped => steps(2),
        View::Repeated => {
            let shape: Vec<isize> = [3].iter().chain(&case.shape).copied().collect();
            whole.broadcast_to(&shape).unwrap()
        }
        View::Pending => {
            apply(Function::Maximum, &[Operand::Array(&whole), Operand::Array(&whole)]).unwrap()
        }
    }
}

/// Every element of an array, in C order.
fn elements(array: &Array) -> Vec<Scalar> {
    let shape = array.shape().to_vec();
    let mut at = vec![0isize; shape.len()];
    (0..array.size())
        .map(|_| {
            let value = array.item(&at).unwrap();
            for axis in (0..shape.len()).rev() {
                at[axis] += 1;
                if at[axis] < shape[axis] {
                    break;
                }
                at[axis] = 0;
            }
            value
        })
        .collect()
}

fn number(value: Scalar) -> f64 {
    match value {
        Scalar::Bool(value) => f64::from(value),
        Scalar::Int(value) => value as f64,
        Scalar::Float(value) => value,
        Scalar::Complex(value) => value.re,
    }
}

/// The groups of elements that come together, in C order of what is left, and the shape.
fn groups(array: &Array, gone: &[bool], keepdims: bool) -> (Vec<Vec<f64>>, Vec<isize>) {
    let shape = array.shape();
    let kept: Vec<isize> = (0..shape.len()).map(|i| if gone[i] { 1 } else { shape[i] }).collect();
    let mut groups = vec![Vec::new(); kept.iter().product::<isize>() as usize];
    for (i, value) in elements(array).into_iter().enumerate() {
        let (mut left, mut group, mut step) = (i as isize, 0, 1);
        for axis in (0..shape.len()).rev() {
            let index = left % shape[axis];
            left /= shape[axis];
            if !gone[axis] {
                group += index * step;
                step *= shape[axis];
            }
        }
        groups[group as usize].push(number(value));
    }
    let left = (0..shape.len()).filter(|&i| keepdims || !gone[i]).map(|i| kept[i]);
    (groups, left.collect())
}

fn expected(reduction: Reduction, group: &[f64], dtype: DType) -> Option<f64> {
    let wraps = |product: f64| {
        if dtype == DType::UInt64 { product as i64 as u64 as f64 } else { product }
    };
    Some(match reduction {
        Reduction::Sum if dtype == DType::UInt64 => {
            // Numbers without a sign wrap around, in the model as in the array.
            group.iter().fold(0u64, |sum, &x| sum.wrapping_add(x as u64)) as f64
        }
        Reduction::Sum => group.iter().sum(),
        Reduction::Prod if dtype == DType::UInt64 => {
            group.iter().fold(1u64, |product, &x| product.wrapping_mul(x as u64)) as f64
        }
        Reduction::Prod => wraps(group.iter().product()),
        Reduction::Min => group.iter().copied().reduce(f64::min)?,
        Reduction::Max => group.iter().copied().reduce(f64::max)?,
        Reduction::All => f64::from(group.iter().all(|&x| x != 0.0)),
        Reduction::Any => f64::from(group.iter().any(|&x| x != 0.0)),
        Reduction::CountNonzero => group.iter().filter(|&&x| x != 0.0).count() as f64,
    })
}

fn axes_of(case: &Case, array: &Array) -> (Option<Vec<isize>>, Vec<bool>) {
    if case.all {
        return (None, vec![true; array.ndim()]);
    }
    let gone: Vec<bool> = case.axes[..array.ndim()].to_vec();
    // Some from the end.
    let named = |i: usize| if i % 2 == 1 { i as isize - array.ndim() as isize } else { i as isize };
    let axes = (0..array.ndim()).filter(|&i| gone[i]).map(named).collect();
    (Some(axes), gone)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn reductions_are_those_of_the_model(case in cases()) {
        let array = array(&case);
        let (axes, gone) = axes_of(&case, &array);
        let (groups, shape) = groups(&array, &gone, case.keepdims);
        for &reduction in Reduction::ALL {
            let result = reduce(reduction, &array, axes.as_deref(), case.keepdims, None);
            let wanted = reduction.result_type(array.dtype());
            // Of no element, however often: also where there is no result.
            let of_none = gone.iter().zip(array.shape()).any(|(&gone, &extent)| gone && extent == 0);
            let is_refused = of_none && expected(reduction, &[], wanted).is_none();
            let expected: Option<Vec<f64>> =
                groups.iter().map(|group| expected(reduction, group, wanted)).collect();
            let expected = expected.filter(|_| !is_refused);
            let Some(expected) = expected else {
                prop_assert!(matches!(result, Err(Error::Empty { .. })), "{result:?}");
                continue;
            };
            let result = result.unwrap();
            prop_assert_eq!(result.dtype(), wanted);
            prop_assert_eq!(result.shape(), &shape[..]);
            let found: Vec<f64> = elements(&result).into_iter().map(number).collect();
            // As the type of the result has it.
            let expected = Array::from_slice(&expected, &shape).unwrap();
            let expected = expected.cast(wanted, Casting::Unsafe).unwrap();
            let expected: Vec<f64> = elements(&expected).into_iter().map(number).collect();
            prop_assert_eq!(found, expected, "{}", reduction.name());
        }
    }

    #[test]
    fn extremes_are_found_where_the_model_finds_them(case in cases(), holes in any::<bool>()) {
        let mut array = array(&case);
        if holes && array.dtype().kind() >= pommel_array::Kind::Float {
            // What was zero becomes no number.
            let of = |f, a: &Array, b: &Array| apply(f, &[Operand::Array(a), Operand::Array(b)]).unwrap();
            array = of(Function::Divide, &array, &of(Function::Multiply, &array, &array));
        }
        array.eval().unwrap();
        let _ = status::take_report();
        let axis = if case.all || array.ndim() == 0 { None } else { Some(case.seed.rem_euclid(array.ndim() as i64) as isize) };
        let gone: Vec<bool> = (0..array.ndim()).map(|i| axis.is_none_or(|axis| i as isize == axis)).collect();
        let (groups, shape) = groups(&array, &gone, case.keepdims);
        for larger in [false, true] {
            let find = if larger { argmax } else { argmin };
            let found = find(&array, axis, case.keepdims);
            if gone.iter().zip(array.shape()).any(|(&gone, &extent)| gone && extent == 0) {
                prop_assert!(matches!(found, Err(Error::Empty { .. })), "{:?}", found);
                continue;
            }
            let found = found.unwrap();
            prop_assert_eq!(found.shape(), &shape[..]);
            let expected: Vec<i64> = groups.iter().map(|group| {
                let mut best = 0;
                for (i, &x) in group.iter().enumerate() {
                    let better = if larger { x > group[best] } else { x < group[best] };
                    if better || x.is_nan() && !group[best].is_nan() {
                        best = i;
                    }
                }
                best as i64
            }).collect();
            prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected);
        }
        prop_assert_eq!(status::take_report(), Status::NONE);
    }

    #[test]
    fn scans_are_those_of_the_model(case in cases(), initial in any::<bool>()) {
        let array = array(&case);
        let axis = case.seed.rem_euclid(array.ndim().max(1) as i64) as isize;
        let axis = if case.all || array.ndim() == 0 { None } else { Some(axis) };
        let flat = if axis.is_none() { array.reshaped(&[-1]).unwrap_or_else(|_| array.reshaped(&[0]).unwrap()) } else { array.clone() };
        let at = axis.unwrap_or(0) as usize;
        let sums = scan(Scan::Sum, &array, axis, None, initial).unwrap();
        prop_assert_eq!(sums.dtype(), Reduction::Sum.result_type(array.dtype()));
        let mut shape = flat.shape().to_vec();
        shape[at] += initial as isize;
        prop_assert_eq!(sums.shape(), &shape[..]);
        // Every element of the result is the sum of a slice.
        let all = elements(&sums);
        let product = scan(Scan::Prod, &array, axis, Some(DType::Float64), initial).unwrap();
        for (i, (found, product)) in all.iter().zip(elements(&product)).enumerate().step_by(all.len() / 40 + 1) {
            let mut index = Vec::new();
            let mut left = i as isize;
            for &extent in shape.iter().rev() {
                index.insert(0, left % extent);
                left /= extent;
            }
            let mut slice: Vec<Index> = index.iter().map(|&i| Index::At(i)).collect();
            slice[at] = Index::Slice(None, Some(index[at] + !initial as isize), 1);
            let part = flat.select(&slice).unwrap();
            let sum = reduce(Reduction::Sum, &part, None, false, None).unwrap();
            prop_assert_eq!(*found, sum.item(&[]).unwrap());
            let dtype = Some(DType::Float64);
            let expected = reduce(Reduction::Prod, &part, None, false, dtype).unwrap();
            prop_assert_eq!(product, expected.item(&[]).unwrap());
        }
        if let Some(axis) = axis && !initial && array.shape()[at] > 0 {
            // Differences undo sums.
            let back = diff(&sums, 1, axis).unwrap();
            let slice = |i: usize| if i == at { Index::Slice(Some(1), None, 1) } else { Index::Slice(None, None, 1) };
            let rest = array.select(&(0..array.ndim()).map(slice).collect::<Vec<_>>()).unwrap();
            let rest = rest.cast(sums.dtype(), Casting::Unsafe).unwrap();
            prop_assert_eq!(elements(&back), elements(&rest));
        }
    }

    #[test]
    fn means_and_variances_are_those_of_the_model(case in cases()) {
        let array = array(&case);
        let (axes, gone) = axes_of(&case, &array);
        let (groups, shape) = groups(&array, &gone, case.keepdims);
        let axes = axes.as_deref();
        let center = mean(&array, axes, case.keepdims, None).unwrap();
        let spread = variance(&array, axes, 1.0, case.keepdims, None).unwrap();
        let root = deviation(&array, axes, 1.0, case.keepdims, None).unwrap();
        prop_assert_eq!(center.shape(), &shape[..]);
        prop_assert_eq!(spread.shape(), &shape[..]);
        prop_assert_eq!(spread.dtype(), center.dtype().real());
        let tolerance = match center.dtype() {
            DType::Float16 => 4e-3,
            DType::Float32 | DType::Complex64 => 1e-5,
            _ => 1e-12,
        };
        let close = |found: f64, expected: f64| {
            found.is_nan() && expected.is_nan()
                || found == expected
                || (found - expected).abs() <= tolerance * expected.abs().max(1.0)
        };
        let all = elements(&center).into_iter().zip(elements(&spread)).zip(elements(&root));
        for (((center, spread), root), group) in all.zip(&groups) {
            // Values of one byte without a sign are too far from one another for half the precision.
            let wide = group.iter().any(|&x| x.abs() > 100.0);
            let n = group.len() as f64;
            let m = group.iter().sum::<f64>() / n;
            let v = group.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / (n - 1.0).max(0.0);
            if !wide {
                prop_assert!(close(number(center), m), "mean {center:?} {m}");
                prop_assert!(close(number(spread), v), "variance {spread:?} {v}");
                prop_assert!(close(number(root), v.sqrt()), "deviation {root:?} {v}");
            }
        }
    }
}

#[test]
fn long_rows_and_tall_columns_are_folded_in_parts() {
    for (rows, columns) in
        [(1, 100_003), (100_003, 1), (33_333, 3), (3, 33_333), (5_000, 7), (700, 700)]
    {
        let n = rows * columns;
        let values: Vec<i32> = (0..n as i32).map(|i| (i * 79) % 1009 - 500).collect();
        let c = Array::from_slice(&values, &[rows as isize, columns as isize]).unwrap();
        for array in
            [c.clone(), c.transposed().copied(pommel_array::Order::C).unwrap().transposed()]
        {
            for (reduction, start) in [(Reduction::Sum, 0), (Reduction::Max, i64::MIN)] {
                let fold = |a: i64, b: i32| {
                    if reduction == Reduction::Sum { a + b as i64 } else { a.max(b as i64) }
                };
                let get = |axis: Option<&[isize]>| {
                    let found = reduce(reduction, &array, axis, false, None).unwrap();
                    found.cast(DType::Int64, Casting::Unsafe).unwrap().to_vec::<i64>().unwrap()
                };
                let total = values.iter().fold(start, |a, &b| fold(a, b));
                assert_eq!(get(None), [total], "{rows} {columns}");
                let by_row: Vec<i64> = values
                    .chunks(columns)
                    .map(|row| row.iter().fold(start, |a, &b| fold(a, b)))
                    .collect();
                assert_eq!(get(Some(&[1])), by_row, "{rows} {columns}");
                let by_column: Vec<i64> = (0..columns)
                    .map(|j| (0..rows).fold(start, |a, i| fold(a, values[i * columns + j])))
                    .collect();
                assert_eq!(get(Some(&[0])), by_column, "{rows} {columns}");
            }
        }
    }
}

#[test]
fn what_is_computed_on_the_way_has_the_same_bits() {
    let shapes: [&[isize]; 6] =
        [&[2049], &[50_003], &[16_389], &[300, 70], &[3, 5, 1000], &[2000, 3]];
    for dtype in [DType::Float64, DType::Float32, DType::Float16, DType::Complex128, DType::Int16] {
        for shape in shapes {
            let n: isize = shape.iter().product();
            let values: Vec<f64> = (0..n).map(|i| ((i * 37) % 101) as f64 / 7.0 - 6.5).collect();
            let a =
                Array::from_slice(&values, shape).unwrap().cast(dtype, Casting::Unsafe).unwrap();
            let steps = vec![Index::Slice(None, None, -2); shape.len()];
            for a in [a.clone(), a.transposed(), a.select(&steps).unwrap()] {
                a.eval().unwrap();
                let of = |f, a: &Array, b: &Array| {
                    apply(f, &[Operand::Array(a), Operand::Array(b)]).unwrap()
                };
                let row = a.select(&[Index::At(0)]).unwrap();
                for &reduction in Reduction::ALL {
                    let make = || of(Function::Add, &of(Function::Multiply, &a, &a), &row);
                    let ready = make();
                    ready.eval().unwrap();
                    let pending = make();
                    let bits = |array: &Array| {
                        let result = reduce(reduction, array, None, false, None).unwrap();
                        format!("{:?}", result.item(&[]).unwrap())
                    };
                    let report = (bits(&ready), status::take_report()).0;
                    assert_eq!(bits(&pending), report, "{} {dtype} {shape:?}", reduction.name());
                    assert!(!pending.data().is_ready() || pending.size() < 2048);
                    // Asked again, they are stored.
                    assert_eq!(bits(&pending), report);
                    assert!(pending.data().is_ready());
                }
            }
        }
    }
    let _ = status::take_report();
}

#[test]
fn extremes_of_long_rows_are_found() {
    let n = 300_007usize;
    let mut values: Vec<f64> = (0..n).map(|i| ((i * 7919) % 1009) as f64).collect();
    for at in [0, 100, 65_535, 65_536, 140_000, n - 1] {
        let kept = values[at];
        values[at] = -1.0;
        let array = Array::from_slice(&values, &[n as isize]).unwrap();
        assert_eq!(argmin(&array, None, false).unwrap().to_vec::<i64>().unwrap(), [at as i64]);
        let column = array.reshaped(&[n as isize, 1]).unwrap();
        assert_eq!(argmin(&column, Some(0), false).unwrap().to_vec::<i64>().unwrap(), [at as i64]);
        values[at] = f64::NAN;
        let array = Array::from_slice(&values, &[n as isize]).unwrap();
        assert_eq!(argmax(&array, None, false).unwrap().to_vec::<i64>().unwrap(), [at as i64]);
        values[at] = kept;
    }
    let same = Array::from_slice(&vec![1.0f64; n], &[n as isize]).unwrap();
    assert_eq!(argmax(&same, None, false).unwrap().to_vec::<i64>().unwrap(), [0]);
}

#[test]
fn what_is_not_a_number_stays() {
    for at in [0, 5, 20, 99] {
        let mut values = vec![1.0f64; 100];
        values[at] = f64::NAN;
        let array = Array::from_slice(&values, &[100]).unwrap();
        for reduction in [Reduction::Min, Reduction::Max, Reduction::Sum] {
            let result = reduce(reduction, &array, None, false, None).unwrap();
            assert!(number(result.item(&[]).unwrap()).is_nan());
            let columns = array.reshaped(&[50, 2]).unwrap();
            let result = reduce(reduction, &columns, Some(&[0]), false, None).unwrap();
            assert!(number(result.item(&[at as isize % 2]).unwrap()).is_nan());
        }
    }
    assert_eq!(status::take_report(), Status::NONE);
}

#[test]
fn errors_of_arithmetic_are_reported() {
    let large = Array::from_slice(&[f64::MAX, f64::MAX], &[2]).unwrap();
    reduce(Reduction::Sum, &large, None, false, None).unwrap();
    assert!(status::take_report().contains(Status::OVERFLOW));
    // Added as float32, which holds the sum.
    for n in [4, 3000] {
        let halves = Array::full(&[n], Scalar::Float(60_000.0), DType::Float16).unwrap();
        for reduction in [Reduction::Sum, Reduction::Prod] {
            reduce(reduction, &halves, None, false, None).unwrap();
            assert!(status::take_report().contains(Status::OVERFLOW), "{n}");
        }
    }
    let infinite = Array::from_slice(&[f64::INFINITY, -f64::INFINITY], &[2]).unwrap();
    reduce(Reduction::Sum, &infinite, None, false, None).unwrap();
    assert!(status::take_report().contains(Status::INVALID));
    reduce(Reduction::Max, &infinite, None, false, None).unwrap();
    assert!(status::take_report().is_empty());
    let none = Array::zeros(DType::Float64, &[0]).unwrap();
    assert!(number(mean(&none, None, false, None).unwrap().item(&[]).unwrap()).is_nan());
    assert!(status::take_report().contains(Status::INVALID));
}

#[test]
fn errors_name_the_axis_and_the_shape() {
    let none = Array::zeros(DType::Float64, &[0, 3]).unwrap();
    let error = reduce(Reduction::Min, &none, Some(&[0]), false, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "min of no elements has no value: the array has the shape (0, 3), and axis 0 of it go; give \
         an axis that is not empty, or an array with elements"
    );
    assert!(matches!(
        reduce(Reduction::Sum, &none, Some(&[2]), false, None),
        Err(Error::Axis { .. })
    ));
    let twice = reduce(Reduction::Sum, &none, Some(&[1, -1]), false, None);
    assert!(matches!(twice, Err(Error::RepeatedAxis { .. })));
    assert!(ptp(&none, None, false).is_err());
    let dtype = reduce(Reduction::All, &none, None, false, Some(DType::Float32));
    assert!(matches!(dtype, Err(Error::Argument { name: "dtype", .. })));
}

#[test]
fn a_type_that_is_asked_for_is_that_of_the_sum() {
    let array = Array::from_slice(&[100i8; 3], &[3]).unwrap();
    let sum = |dtype| reduce(Reduction::Sum, &array, None, false, Some(dtype)).unwrap();
    assert_eq!(sum(DType::Int8).to_vec::<i8>().unwrap(), [44]);
    assert_eq!(sum(DType::Float32).to_vec::<f32>().unwrap(), [300.0]);
    assert_eq!(sum(DType::Float16).dtype(), DType::Float16);
    assert_eq!(ptp(&array, None, false).unwrap().to_vec::<i8>().unwrap(), [0]);
}

#[test]
fn few_blocks_have_the_bits_of_parts_that_come_together() {
    for n in [8_192isize, 8_193, 20_000, 65_536, 65_537] {
        let numbers: Vec<f64> = (0..n).map(|x| (x * 7919 % 10_007) as f64 * 0.01 - 3.0).collect();
        for &dtype in DType::ALL {
            let array = Array::from_slice(&numbers, &[n]).unwrap();
            let array = array.cast(dtype, Casting::Unsafe).unwrap();
            array.eval().unwrap();
            for &reduction in Reduction::ALL {
                let short = reduce(reduction, &array, None, false, None).unwrap();
                let long = reduce(reduction, &array, Some(&[0]), false, None).unwrap();
                let what = format!("{} {dtype} {n}", reduction.name());
                assert_eq!(short.to_bytes().unwrap(), long.to_bytes().unwrap(), "{what}");
                let kept = reduce(reduction, &array, None, true, None).unwrap();
                assert_eq!((kept.shape(), kept.ndim()), (&[1][..], 1), "{what}");
                assert_eq!(kept.to_bytes().unwrap(), long.to_bytes().unwrap(), "{what}");
            }
        }
    }
}

#[test]
fn variances_have_the_bits_of_their_definition() {
    for (rows, columns) in [(1, 5), (3, 20), (100, 100), (700, 500)] {
        let n = rows * columns;
        let numbers: Vec<f64> = (0..n).map(|x| (x * 7919 % 10_007) as f64 * 0.01 - 3.0).collect();
        for dtype in [DType::Float32, DType::Float64] {
            let array = Array::from_slice(&numbers, &[rows, columns]).unwrap();
            let array = array.cast(dtype, Casting::Unsafe).unwrap();
            let found = variance(&array, None, 0.0, false, None).unwrap();
            let center = mean(&array, None, false, None).unwrap();
            let operands = [Operand::Array(&array), Operand::Array(&center)];
            let squares = apply(Function::Subtract, &operands).unwrap();
            let squares = apply(Function::Square, &[Operand::Array(&squares)]).unwrap();
            squares.eval().unwrap();
            let expected = mean(&squares, None, false, None).unwrap();
            assert_eq!(found.to_bytes().unwrap(), expected.to_bytes().unwrap(), "{dtype} {n}");
        }
    }
    let far = Array::from_slice(&[1e200, -1e200, 3.0], &[3]).unwrap();
    status::take_report();
    assert_eq!(
        variance(&far, None, 0.0, false, None).unwrap().to_vec::<f64>().unwrap(),
        [f64::INFINITY]
    );
    assert!(status::take_report().contains(Status::OVERFLOW));
}
