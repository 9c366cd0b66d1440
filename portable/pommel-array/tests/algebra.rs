//! Sums by subscripts and Fourier transforms beside what NumPy answers (`golden/algebra.py`), and
//! transforms beside their definition.

use num_complex::Complex;
use pommel_array::fft::{self, Norm};
use pommel_array::linalg::einsum;
use pommel_array::manipulation::moveaxis;
use pommel_array::threads::set_num_threads;
use pommel_array::{Array, Casting, DType, Error, Index, Order};
use proptest::prelude::*;

type C64 = Complex<f64>;

fn extents(text: &str) -> Vec<isize> {
    if text == "." { vec![] } else { text.split('x').map(|n| n.parse().unwrap()).collect() }
}

fn size(shape: &[isize]) -> usize {
    shape.iter().product::<isize>() as usize
}

/// The operand that the script has, in a layout with gaps and backwards if it is to be hidden.
fn operand(i: usize, shape: &[isize], hidden: bool) -> Array {
    let elements: Vec<i64> = (0..size(shape)).map(|k| (7 * k + 3 * i) as i64 % 11 - 5).collect();
    let array = Array::from_slice(&elements, shape).unwrap();
    if !hidden {
        return array;
    }
    let double: Vec<isize> = shape.iter().map(|n| 2 * n).collect();
    let wide = Array::zeros(DType::Int64, &double).unwrap();
    let view = wide.select(&vec![Index::Slice(None, None, -2); shape.len()]).unwrap();
    view.assign(&array, Casting::No).unwrap();
    view
}

fn floats(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|x| x.parse().unwrap()).collect()
}

fn complex(array: &Array) -> Vec<C64> {
    array.cast(DType::Complex128, Casting::Unsafe).unwrap().to_vec().unwrap()
}

#[test]
fn einsum_answers_as_numpy() {
    let mut count = 0;
    for line in include_str!("golden/algebra.txt").lines() {
        let [name, text, given, shape, wanted] = line.split('|').collect::<Vec<_>>()[..] else {
            panic!("a line has five parts: {line}")
        };
        if name != "einsum" {
            continue;
        }
        for hidden in [false, true] {
            let arrays: Vec<Array> = given
                .split(' ')
                .enumerate()
                .map(|(i, shape)| operand(i, &extents(shape), hidden))
                .collect();
            for dtype in [DType::Int64, DType::Float64, DType::Complex64] {
                let arrays: Vec<_> =
                    arrays.iter().map(|a| a.cast(dtype, Casting::Unsafe).unwrap()).collect();
                let result = einsum(text, &arrays.iter().collect::<Vec<_>>()).unwrap();
                assert_eq!(result.shape(), extents(shape), "{line}");
                assert_eq!(result.dtype(), dtype);
                // Small integers: every type is exact.
                let found: Vec<f64> = complex(&result).iter().map(|x| x.re).collect();
                assert_eq!(found, floats(wanted), "{line}");
            }
        }
        count += 1;
    }
    assert_eq!(count, 45);
}

#[test]
fn a_view_of_einsum_is_a_view() {
    let a = Array::from_slice(&[1i64, 2, 3, 4], &[2, 2]).unwrap();
    let diagonal = einsum("ii->i", &[&a]).unwrap();
    diagonal.set_item(&[1], pommel_array::Scalar::Int(9)).unwrap();
    assert_eq!(a.to_vec::<i64>().unwrap(), [1, 2, 3, 9]);
    assert!(matches!(einsum("ij,jk", &[&a]), Err(Error::Subscripts { at: 3, .. })));
}

/// The arguments of a line: n or s, axis or axes, norm.
fn arguments(text: &str) -> (Vec<isize>, Vec<isize>, Norm) {
    let (mut lengths, mut axes, mut norm) = (vec![], vec![], Norm::Backward);
    for argument in text.split_whitespace() {
        let (key, value) = argument.split_once('=').unwrap();
        let list = || value.split(',').map(|n| n.parse().unwrap()).collect();
        match key {
            "n" | "s" => lengths = list(),
            "axis" | "axes" => axes = list(),
            _ => norm = if value == "ortho" { Norm::Ortho } else { Norm::Forward },
        }
    }
    (lengths, axes, norm)
}

fn transformed(name: &str, array: &Array, text: &str) -> Array {
    let (lengths, axes, norm) = arguments(text);
    let (n, axis) = (lengths.first().copied(), axes.first().copied().unwrap_or(-1));
    let s = Some(&lengths[..]).filter(|s| !s.is_empty());
    let axes = Some(&axes[..]).filter(|axes| !axes.is_empty());
    match name {
        "fft" => fft::fft(array, n, axis, norm),
        "ifft" => fft::ifft(array, n, axis, norm),
        "rfft" => fft::rfft(array, n, axis, norm),
        "irfft" => fft::irfft(array, n, axis, norm),
        "hfft" => fft::hfft(array, n, axis, norm),
        "ihfft" => fft::ihfft(array, n, axis, norm),
        "fftn" => fft::fftn(array, s, axes, norm),
        "ifftn" => fft::ifftn(array, s, axes, norm),
        "rfftn" => fft::rfftn(array, s, axes, norm),
        "irfftn" => fft::irfftn(array, s, axes, norm),
        "fftshift" => fft::fftshift(array, None),
        "ifftshift" => fft::ifftshift(array, None),
        "fftfreq" => fft::fftfreq(array.shape()[0], 0.1),
        _ => fft::rfftfreq(array.shape()[0], 0.1),
    }
    .unwrap()
}

#[test]
fn transforms_answer_as_numpy() {
    for line in include_str!("golden/algebra.txt").lines() {
        let parts: Vec<_> = line.split('|').collect();
        let name = parts[0];
        if name == "einsum" {
            continue;
        }
        let shape = extents(parts[2]);
        let is_transform = !name.contains("freq") && !name.contains("shift");
        for (hidden, dtype) in
            [(false, DType::Float64), (true, DType::Float64), (true, DType::Float32)]
        {
            let mut array = operand(0, &shape, hidden).cast(dtype, Casting::Unsafe).unwrap();
            if is_transform && !["rfft", "ihfft", "rfftn"].contains(&name) {
                let imaginary = (0..size(&shape)).map(|k| ((3 * k) % 7) as f64 - 3.0);
                let both: Vec<C64> = complex(&array)
                    .iter()
                    .zip(imaginary)
                    .map(|(re, im)| C64::new(re.re, im))
                    .collect();
                let of = dtype.promote(DType::Complex64);
                array =
                    Array::from_slice(&both, &shape).unwrap().cast(of, Casting::Unsafe).unwrap();
            }
            if hidden {
                array = array.copied(Order::F).unwrap();
            }
            let result = transformed(name, &array, parts[1]);
            assert_eq!(result.shape(), extents(parts[3]), "{line}");
            let wanted = floats(parts[4]);
            let found: Vec<f64> = match is_transform {
                true => complex(&result).iter().flat_map(|x| [x.re, x.im]).collect(),
                false => complex(&result).iter().map(|x| x.re).collect(),
            };
            if is_transform {
                assert_eq!(result.dtype().real(), dtype, "{line}");
                let bound = if dtype == DType::Float32 { 2e-5 } else { 3e-14 };
                assert_eq!(found.len(), wanted.len(), "{line}");
                for (x, y) in found.iter().zip(&wanted) {
                    assert!((x - y).abs() <= bound, "{x} is not {y} in {line}");
                }
            } else {
                assert_eq!(found, wanted, "{line}");
            }
        }
    }
}

/// Elements without an order.
fn noise(seed: u64, count: usize) -> Vec<C64> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| C64::new(next(), next())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn transforms_are_those_of_the_definition(n in 1usize..70, seed: u64) {
        let line = noise(seed, n);
        let defined = |line: &[C64], sign: f64| -> Vec<C64> {
            (0..n).map(|k| (0..n).map(|m| {
                let turn = sign * 2.0 * core::f64::consts::PI * ((k * m) % n) as f64 / n as f64;
                line[m] * C64::new(turn.cos(), turn.sin())
            }).sum()).collect()
        };
        let close = |found: &Array, wanted: &[C64]| {
            let found = complex(found);
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(x, y)| (x - y).norm() < 1e-12)
        };
        let array = Array::from_slice(&line, &[n as isize]).unwrap();
        let real = array.real();
        for (array, line) in [(&array, line.clone()), (&real, complex(&real))] {
            let there = fft::fft(array, None, 0, Norm::Backward).unwrap();
            prop_assert!(close(&there, &defined(&line, -1.0)), "{there:?}");
            let back = fft::ifft(array, None, 0, Norm::Forward).unwrap();
            prop_assert!(close(&back, &defined(&line, 1.0)), "{back:?}");
        }
        let half = fft::rfft(&real, None, 0, Norm::Backward).unwrap();
        prop_assert!(close(&half, &defined(&complex(&real), -1.0)[..n / 2 + 1]), "{half:?}");
    }

    #[test]
    fn lines_along_any_axis_become_what_each_becomes_alone(
        shape in prop::collection::vec(0isize..30, 1..4),
        long in 0isize..300,
        axis: usize,
        n in prop::option::of(1isize..200),
        how in 0usize..3,
        dtype in prop::sample::select(&COMPUTED[..]),
        one in prop::sample::select(&ONE_AXIS[..]),
    ) {
        let (mut shape, axis) = (shape.clone(), axis % shape.len());
        shape[axis] += long;
        let is_real = matches!(dtype, DType::Float32 | DType::Float64);
        let length = n.unwrap_or(shape[axis]);
        let (name, transform) = one;
        prop_assume!(length > 1 && (is_real || name != "rfft"));
        let array = Array::from_slice(&noise(3, size(&shape)), &shape).unwrap();
        let array = lying(&array.cast(dtype, Casting::Unsafe).unwrap(), how);
        let result = transform(&array, n, axis as isize, Norm::Ortho).unwrap();
        let lines = moveaxis(&array, &[axis as isize], &[-1]).unwrap();
        let found = moveaxis(&result, &[axis as isize], &[-1]).unwrap();
        let (own, given) = (shape[axis] as usize, result.shape()[axis] as usize);
        let (lines, found) = (complex(&lines), complex(&found));
        for i in 0..found.len() / given {
            let line = Array::from_slice(&lines[i * own..][..own], &[own as isize]).unwrap();
            let line = line.cast(dtype, Casting::Unsafe).unwrap();
            let alone = complex(&transform(&line, n, 0, Norm::Ortho).unwrap());
            prop_assert!(alone == found[i * given..][..given], "{name}, line {i}");
        }
    }
}

const COMPUTED: [DType; 4] = [DType::Float32, DType::Float64, DType::Complex64, DType::Complex128];

type OneAxis = fn(&Array, Option<isize>, isize, Norm) -> pommel_array::Result<Array>;
const ONE_AXIS: [(&str, OneAxis); 4] =
    [("fft", fft::fft), ("ifft", fft::ifft), ("rfft", fft::rfft), ("irfft", fft::irfft)];

/// The same array in C order, in Fortran's, or with gaps and backwards.
fn lying(array: &Array, how: usize) -> Array {
    match how {
        0 => array.clone(),
        1 => array.copied(Order::F).unwrap(),
        _ => {
            let double: Vec<isize> = array.shape().iter().map(|n| 2 * n).collect();
            let wide = Array::zeros(array.dtype(), &double).unwrap();
            let view = wide.select(&vec![Index::Slice(None, None, -2); array.ndim()]).unwrap();
            view.assign(array, Casting::No).unwrap();
            view
        }
    }
}

#[test]
fn several_axes_are_one_after_the_other() {
    for (shape, axes) in [
        (&[40, 60][..], &[0, 1][..]),
        (&[7, 33, 20], &[0, 1, 2]),
        (&[90, 5, 16], &[-1, 0]),
        (&[6, 50], &[1, 1]),
    ] {
        for (how, dtype) in (0..3).zip([DType::Complex64, DType::Complex128, DType::Complex128]) {
            let array = Array::from_slice(&noise(9, size(shape)), shape).unwrap();
            let array = lying(&array.cast(dtype, Casting::Unsafe).unwrap(), how);
            let before = complex(&array);
            let all = fft::fftn(&array, None, Some(axes), Norm::Backward).unwrap();
            let back = fft::ifftn(&array, None, Some(axes), Norm::Backward).unwrap();
            let each = |one: OneAxis| {
                axes.iter().rev().fold(array.clone(), |array, &axis| {
                    one(&array, None, axis, Norm::Backward).unwrap()
                })
            };
            assert!(complex(&all) == complex(&each(fft::fft)), "{shape:?} {axes:?}");
            assert!(complex(&back) == complex(&each(fft::ifft)), "{shape:?} {axes:?}");
            assert!(complex(&array) == before, "the operand stays as it is");
        }
    }
}

#[test]
fn transforms_do_not_depend_on_the_number_of_threads() {
    let results = |threads: usize| -> Vec<Vec<C64>> {
        set_num_threads(threads).unwrap();
        let mut results = Vec::new();
        for dtype in COMPUTED {
            for shape in [&[130, 257][..], &[20, 30, 41], &[3, 9000]] {
                let array = Array::from_slice(&noise(2, size(shape)), shape).unwrap();
                let array = array.cast(dtype, Casting::Unsafe).unwrap();
                results.push(complex(&fft::fftn(&array, None, None, Norm::Ortho).unwrap()));
                results.push(complex(&fft::irfftn(&array, None, None, Norm::Ortho).unwrap()));
                if matches!(dtype, DType::Float32 | DType::Float64) {
                    results.push(complex(&fft::rfftn(&array, None, None, Norm::Ortho).unwrap()));
                }
            }
        }
        results
    };
    let alone = results(1);
    for threads in [2, 3] {
        assert!(results(threads) == alone, "{threads} threads");
    }
}

#[test]
fn long_lines_and_many_come_back() {
    for shape in [&[30_030][..], &[10_007], &[64, 3, 100], &[2, 1 << 14]] {
        let line = noise(5, size(shape));
        let array = Array::from_slice(&line, shape).unwrap();
        let there = fft::fftn(&array, None, None, Norm::Ortho).unwrap();
        let energy = |values: &[C64]| values.iter().map(C64::norm_sqr).sum::<f64>();
        let ratio = energy(&complex(&there)) / energy(&line);
        assert!((ratio - 1.0).abs() < 1e-12, "Parseval: {ratio}");
        let back = complex(&fft::ifftn(&there, None, None, Norm::Ortho).unwrap());
        assert!(back.iter().zip(&line).all(|(x, y)| (x - y).norm() < 1e-12));
        let real = array.real();
        let n = *shape.last().unwrap();
        let half = fft::rfft(&real, None, -1, Norm::Backward).unwrap();
        let back = complex(&fft::irfft(&half, Some(n), -1, Norm::Backward).unwrap());
        assert!(back.iter().zip(&line).all(|(x, y)| (x.re - y.re).abs() < 1e-12));
    }
}

#[test]
fn what_cannot_be_transformed_is_said() {
    let complex = Array::zeros(DType::Complex64, &[3]).unwrap();
    let text = fft::rfft(&complex, None, -1, Norm::Backward).unwrap_err().to_string();
    assert!(text.contains("complex64") && text.contains("fft takes complex"), "{text}");
    let empty = Array::zeros(DType::Float64, &[0]).unwrap();
    let text = fft::fft(&empty, None, -1, Norm::Backward).unwrap_err().to_string();
    assert!(text.contains("'n' must be at least 1"), "{text}");
    let padded = fft::fft(&empty, Some(3), -1, Norm::Backward).unwrap();
    assert_eq!(padded.shape(), &[3]);
}
