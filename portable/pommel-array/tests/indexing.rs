//! Indexing with arrays: `golden/indexing.txt` is what NumPy answers (`golden/make_indexing.py` asked
//! it), and models say of random arrays and views what is selected.

use pommel_array::indexing::{
    Mode, Part, argwhere, compress, extract, flatnonzero, get, nonzero, put_along_axis, set, take,
    take_along_axis,
};
use pommel_array::{Array, Casting, DType, Error, Index, Order};
use proptest::prelude::*;

fn numbers<T: std::str::FromStr>(text: &str, separator: char) -> Vec<T>
where
    T::Err: std::fmt::Debug,
{
    text.split(separator).filter(|x| !x.is_empty()).map(|x| x.parse().unwrap()).collect()
}

/// A part of an index as the golden file has it.
fn part(text: &str) -> Part {
    let (kind, rest) = text.split_at(1);
    match kind {
        "i" => Part::Basic(Index::At(rest.parse().unwrap())),
        "s" => {
            let ends: Vec<Option<isize>> = rest.split(',').map(|x| x.parse().ok()).collect();
            Part::Basic(Index::Slice(ends[0], ends[1], ends[2].unwrap()))
        }
        "n" => Part::Basic(Index::NewAxis),
        "e" => Part::Basic(Index::Ellipsis),
        _ => {
            let (shape, values) = rest.split_once(':').unwrap();
            let (shape, values) = (numbers(shape, 'x'), numbers::<i64>(values, ','));
            let array = Array::from_slice(&values, &shape).unwrap();
            let dtype = if kind == "b" { DType::Bool } else { DType::Int64 };
            Part::Array(array.cast(dtype, Casting::Unsafe).unwrap())
        }
    }
}

/// The same elements in other places: in C order, reversed in memory, transposed, with gaps.
fn placements(array: &Array) -> Vec<Array> {
    let ndim = array.ndim();
    let reversed = vec![Index::Slice(None, None, -1); ndim];
    let mut wide: Vec<isize> = array.shape().to_vec();
    wide.iter_mut().for_each(|n| *n *= 2);
    let gaps = Array::zeros(array.dtype(), &wide).unwrap();
    let gaps = gaps.select(&vec![Index::Slice(None, None, 2); ndim]).unwrap();
    gaps.assign(array, Casting::No).unwrap();
    vec![
        array.copied(Order::C).unwrap(),
        array.copied(Order::F).unwrap(),
        array.select(&reversed).unwrap().copied(Order::C).unwrap().select(&reversed).unwrap(),
        gaps,
    ]
}

#[test]
fn indices_select_what_numpy_says() {
    let rows: Vec<&str> = include_str!("golden/indexing.txt").lines().collect();
    assert_eq!(rows.len(), 600);
    for row in rows {
        let fields: Vec<&str> = row.split('|').collect();
        let shape: Vec<isize> = numbers(fields[0], 'x');
        let count = shape.iter().product::<isize>() as i64;
        let values: Vec<i64> = (0..count).collect();
        let array = Array::from_slice(&values, &shape).unwrap();
        let index: Vec<Part> = fields[1].split(';').map(part).collect();
        for array in placements(&array) {
            let found = get(&array, &index);
            if fields[2].ends_with("Error") {
                assert!(found.is_err(), "{row}: {found:?}");
                continue;
            }
            let found = found.unwrap_or_else(|error| panic!("{row}: {error}"));
            assert_eq!(found.shape(), &numbers::<isize>(fields[2], 'x')[..], "{row}");
            assert_eq!(found.to_vec::<i64>().unwrap(), numbers::<i64>(fields[3], ','), "{row}");
            let shape: Vec<isize> = numbers(fields[4], 'x');
            let values: Vec<i64> =
                (1..=shape.iter().product::<isize>() as i64).map(|x| -x).collect();
            let value = Array::from_slice(&values, &shape).unwrap();
            set(&array, &index, &value, Casting::SameKind).unwrap();
            assert_eq!(array.to_vec::<i64>().unwrap(), numbers::<i64>(fields[5], ','), "{row}");
        }
    }
}

/// Truth values and numbers of random lengths, some longer than what kernels handle at once.
fn masks() -> impl Strategy<Value = Vec<bool>> {
    (0usize..300, 0u8..=4).prop_flat_map(|(n, share)| {
        proptest::collection::vec((0u8..4).prop_map(move |x| x < share), n)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn truth_values_select_elements_of_every_type(mask in masks(), step in 1isize..3) {
        let n = mask.len();
        let which = Array::from_slice(&mask, &[n as isize]).unwrap();
        let numbers: Vec<i64> = (0..(n as i64) * step as i64).map(|x| x % 120).collect();
        let all = Array::from_slice(&numbers, &[numbers.len() as isize]).unwrap();
        let all = all.select(&[Index::Slice(None, None, step)]).unwrap();
        let numbers = all.to_vec::<i64>().unwrap();
        let expected: Vec<i64> =
            numbers.iter().zip(&mask).filter(|(_, m)| **m).map(|(x, _)| *x).collect();
        for &dtype in DType::ALL.iter().filter(|dtype| **dtype != DType::Bool) {
            let array = all.cast(dtype, Casting::Unsafe).unwrap();
            let found = get(&array, &[which.clone().into()]).unwrap();
            prop_assert_eq!(found.dtype(), dtype);
            let found = found.cast(DType::Int64, Casting::Unsafe).unwrap();
            prop_assert_eq!(found.to_vec::<i64>().unwrap(), expected.clone());
            prop_assert!(extract(&which, &array).unwrap().size() == expected.len());
            let changed = array.copied(Order::C).unwrap();
            let one = Array::scalar(121i64).unwrap();
            set(&changed, &[which.clone().into()], &one, Casting::Unsafe).unwrap();
            let changed = changed.cast(DType::Int64, Casting::Unsafe).unwrap();
            let filled: Vec<i64> =
                numbers.iter().zip(&mask).map(|(x, m)| if *m { 121 } else { *x }).collect();
            prop_assert_eq!(changed.to_vec::<i64>().unwrap(), filled);
        }
        let places: Vec<i64> = (0..n as i64).filter(|&i| mask[i as usize]).collect();
        prop_assert_eq!(flatnonzero(&which).unwrap().to_vec::<i64>().unwrap(), places);
    }

    #[test]
    fn indices_of_what_is_true_lead_back_to_it(mask in masks(), columns in 1isize..6) {
        let rows = mask.len() as isize / columns;
        let mask = &mask[..(rows * columns) as usize];
        let which = Array::from_slice(mask, &[columns, rows]).unwrap().transposed();
        let found = nonzero(&which).unwrap();
        let (r, c) = (found[0].to_vec::<i64>().unwrap(), found[1].to_vec::<i64>().unwrap());
        let mut expected = vec![];
        for row in 0..rows {
            for column in 0..columns {
                if which.item(&[row, column]).unwrap() == pommel_array::Scalar::Bool(true) {
                    expected.push((row as i64, column as i64));
                }
            }
        }
        prop_assert_eq!(r.iter().copied().zip(c).collect::<Vec<_>>(), expected.clone());
        let pairs: Vec<i64> = expected.iter().flat_map(|&(row, column)| [row, column]).collect();
        prop_assert_eq!(argwhere(&which).unwrap().to_vec::<i64>().unwrap(), pairs);
    }

    #[test]
    fn taking_is_indexing_line_by_line(
        values in proptest::collection::vec(any::<i16>(), 12),
        indices in proptest::collection::vec(-9i64..9, 6),
        axis in 0usize..2,
    ) {
        let array = Array::from_slice(&values, &[3, 4]).unwrap();
        let extent = array.shape()[axis];
        let one = |line: isize, at: isize| match axis {
            0 => values[(at * 4 + line) as usize],
            _ => values[(line * 4 + at) as usize],
        };
        let lines = 12 / extent;
        let i = Array::from_slice(&indices, &[6]).unwrap();
        for (mode, moved) in [
            (Mode::Wrap, indices.iter().map(|i| i.rem_euclid(extent as i64)).collect::<Vec<_>>()),
            (Mode::Clip, indices.iter().map(|&i| i.clamp(0, extent as i64 - 1)).collect()),
        ] {
            let found = take(&array, &i, Some(axis as isize), mode).unwrap();
            for line in 0..lines {
                for (k, &at) in moved.iter().enumerate() {
                    let place = if axis == 0 { [k as isize, line] } else { [line, k as isize] };
                    let expected = pommel_array::Scalar::Int(one(line, at as isize).into());
                    prop_assert_eq!(found.item(&place).unwrap(), expected);
                }
            }
        }
        let moved: Vec<i64> = indices.iter().map(|i| i.rem_euclid(extent as i64)).collect();
        let shape = if axis == 0 { [1, 4] } else { [3, 1] };
        let per_line: Vec<i64> = (0..lines as usize).map(|line| moved[line]).collect();
        let i = Array::from_slice(&per_line, &shape).unwrap();
        let found = take_along_axis(&array, &i, axis as isize).unwrap();
        let expected: Vec<i16> =
            (0..lines).map(|line| one(line, per_line[line as usize] as isize)).collect();
        prop_assert_eq!(found.to_vec::<i16>().unwrap(), expected);
        let negated = Array::from_slice(&[-7i16], &[]).unwrap();
        put_along_axis(&array, &i, &negated, axis as isize).unwrap();
        let found = take_along_axis(&array, &i, axis as isize).unwrap();
        prop_assert!(found.to_vec::<i16>().unwrap().iter().all(|&x| x == -7));
    }
}

#[test]
fn many_elements_are_selected_by_several_threads_as_by_one() {
    let n = 300_001;
    let numbers: Vec<i64> = (0..n).map(|i| i * 7919 % n).collect();
    let mask: Vec<bool> = numbers.iter().map(|x| x % 3 == 0).collect();
    let doubles: Vec<f64> = numbers.iter().map(|&x| x as f64).collect();
    let a = Array::from_slice(&doubles, &[n as isize]).unwrap();
    let i = Array::from_slice(&numbers, &[n as isize]).unwrap();
    let m = Array::from_slice(&mask, &[n as isize]).unwrap();
    let expected: Vec<f64> = numbers.iter().map(|&x| doubles[x as usize]).collect();
    assert_eq!(get(&a, &[i.into()]).unwrap().to_vec::<f64>().unwrap(), expected);
    let expected: Vec<f64> = doubles.iter().copied().filter(|x| x % 3.0 == 0.0).collect();
    assert_eq!(get(&a, &[m.clone().into()]).unwrap().to_vec::<f64>().unwrap(), expected);
    assert_eq!(compress(&m, &a, None).unwrap().to_vec::<f64>().unwrap(), expected);
}

#[test]
fn a_value_that_is_the_array_itself_is_read_first() {
    let array = Array::from_slice(&[3i64, 2, 1, 0, 4], &[5]).unwrap();
    let index = [array.clone().into()];
    set(&array, &index, &array.select(&[Index::Slice(None, None, -1)]).unwrap(), Casting::No)
        .unwrap();
    // The values were 4, 0, 1, 2, 3, and went to 3, 2, 1, 0, 4.
    assert_eq!(array.to_vec::<i64>().unwrap(), [2, 1, 0, 4, 3]);
}

#[test]
fn errors_name_index_axis_and_shapes() {
    let array = Array::zeros(DType::Float64, &[2, 3]).unwrap();
    let all = || Part::Basic(Index::Slice(None, None, 1));
    let ints =
        |values: &[i64]| Part::from(Array::from_slice(values, &[values.len() as isize]).unwrap());
    let error = get(&array, &[all(), ints(&[0, 3])]).unwrap_err();
    assert_eq!(error, Error::OutOfBounds { index: 3, axis: 1, extent: 3 });
    let large = Array::from_slice(&[u64::MAX], &[1]).unwrap();
    assert!(matches!(get(&array, &[large.into()]), Err(Error::OutOfBounds { axis: 0, .. })));
    let error = get(&array, &[ints(&[0, 1]), ints(&[0, 1, 2])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "indices of shapes (2,) and (3,) do not fit each other: their extents must be equal, or 1 to \
         be repeated"
    );
    let mask = Array::from_slice(&[true, false], &[2]).unwrap();
    let error = get(&array, &[all(), mask.into()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "truth values of shape (2,) do not fit the array: its axis 1 has 3 elements"
    );
    let float = Array::from_slice(&[1.0], &[1]).unwrap();
    let error = get(&array, &[float.into()]).unwrap_err();
    assert_eq!(error, Error::IndexType { dtype: DType::Float64 });
    let before = array.to_vec::<f64>().unwrap();
    let one = Array::scalar(1.0).unwrap();
    assert!(set(&array, &[ints(&[0, 5])], &one, Casting::Safe).is_err());
    assert_eq!(array.to_vec::<f64>().unwrap(), before);
    let frozen = array.into_readonly();
    assert_eq!(set(&frozen, &[ints(&[0])], &one, Casting::Safe), Err(Error::ReadOnly));
}

/// Numbers that look random, below a bound.
fn scattered(n: usize, bound: i64, seed: i64) -> Vec<i64> {
    (0..n as i64).map(|i| (i * 7919 + seed * 104_729) % 1_000_003 % bound).collect()
}

#[test]
fn one_element_goes_to_many_places_and_to_none_if_one_is_out_of_bounds() {
    let n = 70_001usize;
    for negative in [false, true] {
        let mut indices = scattered(100_000, n as i64, 1);
        if negative {
            indices.iter_mut().step_by(1000).for_each(|i| *i -= n as i64);
        }
        let which = Part::from(Array::from_slice(&indices, &[500, 200]).unwrap());
        for &dtype in DType::ALL.iter().filter(|dtype| **dtype != DType::Bool) {
            let one = Array::scalar(7i64).unwrap().cast(dtype, Casting::Unsafe).unwrap();
            let wide = Array::zeros(dtype, &[2 * n as isize]).unwrap();
            for step in [1, 2, -2] {
                let array = wide.select(&[Index::Slice(None, None, step)]).unwrap();
                let array = array.select(&[Index::Slice(None, Some(n as isize), 1)]).unwrap();
                array.fill(pommel_array::Scalar::Int(3)).unwrap();
                set(&array, std::slice::from_ref(&which), &one, Casting::No).unwrap();
                let mut expected = vec![3i64; n];
                indices.iter().for_each(|&i| expected[i.rem_euclid(n as i64) as usize] = 7);
                let found = array.cast(DType::Int64, Casting::Unsafe).unwrap();
                assert_eq!(found.to_vec::<i64>().unwrap(), expected, "{dtype} {step}");
            }
        }
        indices[99_999] = n as i64;
        let which = Part::from(Array::from_slice(&indices, &[100_000]).unwrap());
        let array = Array::zeros(DType::Int64, &[n as isize]).unwrap();
        let error = set(&array, &[which], &Array::scalar(7i64).unwrap(), Casting::No).unwrap_err();
        assert_eq!(error, Error::OutOfBounds { index: n as isize, axis: 0, extent: n as isize });
        assert!(array.to_vec::<i64>().unwrap().iter().all(|&x| x == 0));
    }
}

#[test]
fn the_last_of_several_elements_for_a_place_stays() {
    let indices = scattered(50_000, 1_000, 2);
    let values: Vec<i64> = (0..50_000).collect();
    let array = Array::zeros(DType::Int64, &[1_000]).unwrap();
    let mut expected = vec![0; 1_000];
    indices.iter().zip(&values).for_each(|(&i, &value)| expected[i as usize] = value);
    let which = Array::from_slice(&indices, &[50_000]).unwrap();
    set(&array, &[which.into()], &Array::from_slice(&values, &[50_000]).unwrap(), Casting::No)
        .unwrap();
    assert_eq!(array.to_vec::<i64>().unwrap(), expected);
}

#[test]
fn rows_of_every_width_are_read_and_written_at_indices() {
    let rows = 1_000;
    for dtype in [DType::UInt8, DType::Float32, DType::Float64, DType::Complex128] {
        for width in 1..=18usize {
            let values: Vec<i64> = (0..(rows * width) as i64).map(|x| x % 101).collect();
            let shape = [rows as isize, width as isize];
            let array = Array::from_slice(&values, &shape).unwrap();
            let array = array.cast(dtype, Casting::Unsafe).unwrap().copied(Order::C).unwrap();
            let mut indices = scattered(3_000, rows as i64, width as i64);
            indices[2_500] -= rows as i64;
            let which = Array::from_slice(&indices, &[3_000]).unwrap();
            let found = get(&array, &[which.clone().into()]).unwrap();
            let place = |i: i64| i.rem_euclid(rows as i64) as usize * width;
            let expected: Vec<i64> =
                indices.iter().flat_map(|&i| values[place(i)..place(i) + width].to_vec()).collect();
            let numbers = |array: &Array| {
                array.cast(DType::Int64, Casting::Unsafe).unwrap().to_vec::<i64>().unwrap()
            };
            assert_eq!(numbers(&found), expected, "{dtype} {width}");
            let target = Array::zeros(dtype, &shape).unwrap();
            set(&target, &[which.into()], &found, Casting::No).unwrap();
            let mut expected = vec![0; values.len()];
            for &i in &indices {
                let row = place(i)..place(i) + width;
                expected[row.clone()].copy_from_slice(&values[row]);
            }
            assert_eq!(numbers(&target), expected, "{dtype} {width}");
        }
    }
}

#[test]
fn truth_values_fill_large_arrays_of_every_type_also_where_few_are_true() {
    let n = 200_003usize;
    for share in [1, 20, 5_000] {
        let numbers = scattered(n, share, 3);
        let mask: Vec<bool> = numbers.iter().map(|&x| x == 0).collect();
        let which = Array::from_slice(&mask, &[n as isize]).unwrap();
        for &dtype in DType::ALL.iter().filter(|dtype| **dtype != DType::Bool) {
            let wide = Array::zeros(dtype, &[n as isize, 2]).unwrap();
            let gaps = wide.transposed().select(&[Index::At(1)]).unwrap();
            let one = Array::scalar(7i64).unwrap();
            for array in [Array::zeros(dtype, &[n as isize]).unwrap(), gaps] {
                set(&array, &[which.clone().into()], &one, Casting::Unsafe).unwrap();
                let found = array.cast(DType::Int64, Casting::Unsafe).unwrap();
                let expected: Vec<i64> = mask.iter().map(|&x| i64::from(x) * 7).collect();
                assert_eq!(found.to_vec::<i64>().unwrap(), expected, "{dtype} {share}");
            }
        }
    }
}
