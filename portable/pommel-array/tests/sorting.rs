//! Sorting, searching and sets against models made of the standard library's sort and plain loops.

use core::cmp::Ordering;
use num_complex::Complex;
use pommel_array::sorting::{
    Bins, Side, argpartition, argsort, bincount, digitize, histogram, intersect1d, isin, partition,
    searchsorted, setdiff1d, setxor1d, sort, union1d, unique_all, unique_values,
};
use pommel_array::{Array, Casting, DType, Index};
use proptest::prelude::*;

fn vector<T: pommel_array::Element>(values: &[T]) -> Array {
    Array::from_slice(values, &[values.len() as isize]).unwrap()
}

/// The order of numbers, with what is none behind them.
fn compare(a: &f64, b: &f64, descending: bool) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ if descending => b.partial_cmp(a).unwrap(),
        _ => a.partial_cmp(b).unwrap(),
    }
}

/// The stable order of a line.
fn order(line: &[f64], descending: bool) -> Vec<i64> {
    let mut order: Vec<i64> = (0..line.len() as i64).collect();
    order.sort_by(|&a, &b| compare(&line[a as usize], &line[b as usize], descending));
    order
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|x| if x.is_nan() { u64::MAX } else { x.to_bits() }).collect()
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-6i8..6).prop_map(f64::from),
        2 => any::<f64>(),
        1 => prop_oneof![Just(f64::NAN), Just(-f64::NAN), Just(-0.0), Just(0.0), Just(f64::INFINITY),
            Just(f64::NEG_INFINITY)],
    ]
}

/// A few numbers, more than are sorted in registers, or more than are sorted by comparing.
fn line() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        8 => proptest::collection::vec(number(), 0..40),
        4 => proptest::collection::vec(number(), 40..300),
        1 => proptest::collection::vec(number(), 2100..2300),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn floats_are_sorted_stably(line in line(), descending: bool) {
        let array = vector(&line);
        let expected = order(&line, descending);
        let found = argsort(&array, 0, descending).unwrap();
        prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected.clone());
        let expected: Vec<f64> = expected.iter().map(|&i| line[i as usize]).collect();
        let found = sort(&array, 0, descending).unwrap().to_vec::<f64>().unwrap();
        prop_assert_eq!(bits(&found), bits(&expected));
    }

    #[test]
    fn every_type_is_sorted_along_every_axis(
        values in proptest::collection::vec(0i64..100, 24),
        axis in 0isize..3,
        descending: bool,
    ) {
        let array = Array::from_slice(&values, &[2, 3, 4]).unwrap();
        let lower: Vec<i64> = values.iter().map(|x| x - 50).collect();
        let lower = Array::from_slice(&lower, &[2, 3, 4]).unwrap();
        for &dtype in DType::ALL {
            // Negative where the type has such numbers.
            let array = if dtype.kind() > pommel_array::Kind::UInt { &lower } else { &array };
            let array = array.cast(dtype, Casting::Unsafe).unwrap();
            let sorted = sort(&array, axis, descending).unwrap();
            let ordered = argsort(&array, axis, descending).unwrap();
            prop_assert_eq!(sorted.dtype(), dtype);
            let taken =
                pommel_array::indexing::take_along_axis(&array, &ordered, axis).unwrap();
            let plain = |array: &Array| -> Vec<f64> {
                array.cast(DType::Float64, Casting::Unsafe).unwrap().to_vec().unwrap()
            };
            prop_assert_eq!(plain(&sorted), plain(&taken));
            let rest: Vec<isize> = (0..3).filter(|&other| other != axis).chain([axis]).collect();
            let (lines, orders) = (plain(&array.permuted(&rest).unwrap()),
                ordered.permuted(&rest).unwrap().to_vec::<i64>().unwrap());
            let n = array.shape()[axis as usize] as usize;
            for (line, found) in lines.chunks(n).zip(orders.chunks(n)) {
                prop_assert_eq!(found, &order(line, descending)[..]);
            }
        }
    }

    #[test]
    fn shorter_floats_are_sorted_stably(line in line(), descending: bool) {
        let array = vector(&line).cast(DType::Float32, Casting::Unsafe).unwrap();
        let line: Vec<f64> = line.iter().map(|&x| f64::from(x as f32)).collect();
        let expected = order(&line, descending);
        let found = argsort(&array, 0, descending).unwrap().to_vec::<i64>().unwrap();
        prop_assert_eq!(&found, &expected);
        let sorted = sort(&array, 0, descending).unwrap();
        let found = sorted.cast(DType::Float64, Casting::Unsafe).unwrap().to_vec().unwrap();
        let expected: Vec<f64> = expected.iter().map(|&i| line[i as usize]).collect();
        prop_assert_eq!(bits(&found), bits(&expected));
    }

    #[test]
    fn complex_numbers_are_sorted_by_both_parts(
        (re, im) in (0usize..300).prop_flat_map(|n| {
            (proptest::collection::vec(number(), n), proptest::collection::vec(number(), n))
        }),
        descending: bool,
    ) {
        let line: Vec<_> = re.into_iter().zip(im).map(|(re, im)| Complex::new(re, im)).collect();
        let class = |i: i64| {
            let x = line[i as usize];
            2 * u8::from(x.re.is_nan()) + u8::from(x.im.is_nan())
        };
        let mut expected: Vec<i64> = (0..line.len() as i64).collect();
        expected.sort_by(|&i, &j| {
            let (a, b) = (line[i as usize], line[j as usize]);
            class(i)
                .cmp(&class(j))
                .then(compare(&a.re, &b.re, descending))
                .then(compare(&a.im, &b.im, descending))
        });
        let array = vector(&line);
        let found = argsort(&array, 0, descending).unwrap().to_vec::<i64>().unwrap();
        prop_assert_eq!(&found, &expected);
        let found = sort(&array, 0, descending).unwrap().to_vec::<Complex<f64>>().unwrap();
        let parts = |x: Complex<f64>| [x.re, x.im];
        let found: Vec<f64> = found.into_iter().flat_map(parts).collect();
        let expected: Vec<f64> =
            expected.iter().flat_map(|&i| parts(line[i as usize])).collect();
        prop_assert_eq!(bits(&found), bits(&expected));
    }

    #[test]
    fn integers_of_every_range_are_sorted(
        (bits, values) in (1u32..64).prop_flat_map(|bits| {
            (Just(bits), proptest::collection::vec(0..1u64 << bits, 2048..2400))
        }),
    ) {
        let low = u64::MAX - (1 << bits);
        let values: Vec<u64> = values.iter().map(|x| low + x).collect();
        let mut expected: Vec<(u64, i64)> = values.iter().copied().zip(0..).collect();
        expected.sort();
        let array = vector(&values);
        let found = argsort(&array, 0, false).unwrap().to_vec::<i64>().unwrap();
        prop_assert_eq!(found, expected.iter().map(|x| x.1).collect::<Vec<_>>());
        let found = sort(&array, 0, false).unwrap().to_vec::<u64>().unwrap();
        prop_assert_eq!(found, expected.iter().map(|x| x.0).collect::<Vec<_>>());
    }

    #[test]
    fn small_integers_are_counted(values in proptest::collection::vec(any::<i8>(), 0..300)) {
        let mut expected = values.clone();
        expected.sort();
        prop_assert_eq!(sort(&vector(&values), 0, false).unwrap().to_vec::<i8>().unwrap(), expected);
    }

    #[test]
    fn parts_are_parted(line in proptest::collection::vec(number(), 1..300), at in 0usize..300) {
        let kth = at % line.len();
        let array = vector(&line);
        let sorted: Vec<f64> = order(&line, false).iter().map(|&i| line[i as usize]).collect();
        let indices = argpartition(&array, kth as isize, 0).unwrap().to_vec::<i64>().unwrap();
        let by_index: Vec<f64> = indices.iter().map(|&i| line[i as usize]).collect();
        let parted = partition(&array, kth as isize - line.len() as isize, 0).unwrap();
        for found in [by_index, parted.to_vec::<f64>().unwrap()] {
            prop_assert_eq!(compare(&found[kth], &sorted[kth], false), Ordering::Equal);
            prop_assert!(found[..kth].iter().all(|x| compare(x, &found[kth], false).is_le()));
            prop_assert!(found[kth..].iter().all(|x| compare(x, &found[kth], false).is_ge()));
            let mut all = bits(&found);
            all.sort();
            let mut expected = bits(&sorted);
            expected.sort();
            prop_assert_eq!(all, expected);
        }
    }

    #[test]
    fn places_are_found(mut line in line(), values in line(), right: bool, reversed: bool) {
        line.sort_by(|a, b| compare(a, b, false));
        let expected: Vec<i64> = values
            .iter()
            .map(|value| {
                let before = |x: &&f64| match compare(x, value, false) {
                    Ordering::Less => true,
                    Ordering::Equal => right,
                    Ordering::Greater => false,
                };
                line.iter().filter(before).count() as i64
            })
            .collect();
        let side = if right { Side::Right } else { Side::Left };
        let array = vector(&line);
        let found = if reversed {
            let array = array.select(&[Index::Slice(None, None, -1)]).unwrap();
            let sorter: Vec<i64> = (0..line.len() as i64).rev().collect();
            searchsorted(&array, &vector(&values), side, Some(&vector(&sorter))).unwrap()
        } else {
            searchsorted(&array, &vector(&values), side, None).unwrap()
        };
        prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected);
    }

    #[test]
    fn sets_are_those_of_the_elements(
        a in proptest::collection::vec(-8i16..8, 0..20),
        b in proptest::collection::vec(-8i16..8, 0..20),
    ) {
        let set = |values: &[i16]| std::collections::BTreeSet::from_iter(values.iter().copied());
        let (x, y) = (vector(&a), vector(&b));
        let list = |found: pommel_array::Result<Array>| found.unwrap().to_vec::<i16>().unwrap();
        let (s, t) = (set(&a), set(&b));
        let all = unique_all(&x, true).unwrap();
        prop_assert_eq!(list(Ok(all.values)), s.iter().copied().collect::<Vec<_>>());
        prop_assert_eq!(list(unique_values(&x, true)), s.iter().copied().collect::<Vec<_>>());
        let first = |v: &i16| a.iter().position(|x| x == v).unwrap() as i64;
        let firsts: Vec<i64> = s.iter().map(first).collect();
        prop_assert_eq!(all.indices.to_vec::<i64>().unwrap(), firsts);
        let counts: Vec<i64> =
            s.iter().map(|v| a.iter().filter(|x| *x == v).count() as i64).collect();
        prop_assert_eq!(all.counts.to_vec::<i64>().unwrap(), counts);
        let inverse: Vec<i64> =
            a.iter().map(|x| s.iter().position(|v| v == x).unwrap() as i64).collect();
        prop_assert_eq!(all.inverse.to_vec::<i64>().unwrap(), inverse);
        prop_assert_eq!(list(intersect1d(&x, &y)), s.intersection(&t).copied().collect::<Vec<_>>());
        prop_assert_eq!(list(union1d(&x, &y)), s.union(&t).copied().collect::<Vec<_>>());
        prop_assert_eq!(list(setdiff1d(&x, &y)), s.difference(&t).copied().collect::<Vec<_>>());
        let xor: Vec<i16> = s.symmetric_difference(&t).copied().collect();
        prop_assert_eq!(list(setxor1d(&x, &y)), xor);
        let inside = isin(&x, &y, true).unwrap().to_vec::<bool>().unwrap();
        prop_assert_eq!(inside, a.iter().map(|v| !t.contains(v)).collect::<Vec<_>>());
    }

    #[test]
    fn bins_hold_what_lies_between_their_edges(
        values in proptest::collection::vec((-40i8..40).prop_map(|x| f64::from(x) / 4.0), 0..60),
        bins in 1usize..12,
    ) {
        let array = vector(&values);
        let (counts, edges) = histogram(&array, Bins::Count(bins, Some((-7.0, 8.5)))).unwrap();
        let edges_list = edges.to_vec::<f64>().unwrap();
        let mut expected = vec![0i64; bins];
        for &x in &values {
            for bin in 0..bins {
                let last = bin + 1 == bins && x == edges_list[bins];
                expected[bin] += i64::from(x >= edges_list[bin] && x < edges_list[bin + 1] || last);
            }
        }
        prop_assert_eq!(counts.to_vec::<i64>().unwrap(), expected.clone());
        let (counts, _) = histogram(&array, Bins::Edges(&edges)).unwrap();
        prop_assert_eq!(counts.to_vec::<i64>().unwrap(), expected);
        for right in [false, true] {
            let before = |edge: &f64, x: f64| if right { *edge < x } else { *edge <= x };
            let expected: Vec<i64> = values
                .iter()
                .map(|&x| edges_list.iter().filter(|edge| before(edge, x)).count() as i64)
                .collect();
            let found = digitize(&array, &edges, right).unwrap();
            prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected);
            let reversed = edges.select(&[Index::Slice(None, None, -1)]).unwrap();
            let after = |edge: &f64, x: f64| if right { *edge >= x } else { *edge > x };
            let expected: Vec<i64> = values
                .iter()
                .map(|&x| edges_list.iter().filter(|edge| after(edge, x)).count() as i64)
                .collect();
            let found = digitize(&array, &reversed, right).unwrap();
            prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected);
        }
    }
}

#[test]
fn what_is_not_a_number_is_unlike_itself_unless_asked() {
    let array = vector(&[f64::NAN, 1.0, -0.0, 0.0, f64::NAN]);
    assert_eq!(unique_values(&array, false).unwrap().size(), 4);
    assert_eq!(unique_values(&array, true).unwrap().size(), 3);
    assert_eq!(unique_all(&array, false).unwrap().counts.to_vec::<i64>().unwrap(), [2, 1, 1, 1]);
    let inside = isin(&array, &array, false).unwrap();
    assert_eq!(inside.to_vec::<bool>().unwrap(), [false, true, true, true, false]);
}

#[test]
fn complex_numbers_are_sorted_by_parts() {
    use num_complex::Complex;
    let nan = f32::NAN;
    let parts =
        [(nan, nan), (nan, 1.0), (2.0, nan), (1.0, nan), (2.0, 1.0), (1.0, 3.0), (1.0, -3.0)];
    let values: Vec<Complex<f32>> = parts.iter().map(|&(re, im)| Complex::new(re, im)).collect();
    let order = argsort(&vector(&values), 0, false).unwrap();
    assert_eq!(order.to_vec::<i64>().unwrap(), [6, 5, 4, 3, 2, 1, 0]);
}

#[test]
fn integers_are_counted_and_weighed() {
    let array = vector(&[3i32, 0, 3]);
    assert_eq!(bincount(&array, None, 0).unwrap().to_vec::<i64>().unwrap(), [1, 0, 0, 2]);
    assert_eq!(bincount(&array, None, 6).unwrap().size(), 6);
    let weights = vector(&[0.5, 2.0, 1.0]);
    let found = bincount(&array, Some(&weights), 0).unwrap();
    assert_eq!(found.to_vec::<f64>().unwrap(), [2.0, 0.0, 0.0, 1.5]);
    assert!(bincount(&vector(&[-1i32]), None, 0).is_err());
    assert!(bincount(&vector(&[1.0]), None, 0).is_err());
    assert_eq!(bincount(&vector::<i64>(&[]), None, 0).unwrap().size(), 0);
}

#[test]
fn many_elements_are_sorted_by_several_threads() {
    let n = 200_000u64;
    let values: Vec<f64> =
        (0..n).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 3) as f64).collect();
    let mut expected = values.clone();
    expected.sort_by(f64::total_cmp);
    let array = vector(&values);
    assert_eq!(sort(&array, 0, false).unwrap().to_vec::<f64>().unwrap(), expected);
    let order = argsort(&array, 0, false).unwrap();
    let taken = pommel_array::indexing::get(&array, &[order.into()]).unwrap();
    assert_eq!(taken.to_vec::<f64>().unwrap(), expected);
}
