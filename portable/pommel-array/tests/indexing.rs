//! Indexing with arrays: `golden/indexing.txt` is what NumPy answers (`golden/make_indexing.py` asked
//! it), and models say of random arrays and views what is selected.

use pommel_array::indexing::{
    Mode, Part, argwhere, compress, extract, flatnonzero, get, nonzero, put_along_axis, set, take,
    take_along_axis,
};
use pommel_array::{Array, Casting, DType, Error, Index, Order, for_each_dtype};
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
