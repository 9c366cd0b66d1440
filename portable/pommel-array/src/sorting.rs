//! Sorting, searching in what is sorted, and sets.
//!
//! What is not a number comes last, in either direction. Complex numbers are ordered by their real
//! parts, then by their imaginary parts. The order of equal elements is always kept.

use crate::array::Array;
use crate::dtype::{Casting, DType, Element};
use crate::error::{Error, Result};
use crate::index::Index;
use crate::indexing::{Mode, get, take};
use crate::kernels::sorting::{Sortable, order_line, part_order_line, search, with_sortable};
use crate::layout::Dims;
use crate::manipulation::moveaxis;
use crate::raw::memory::{check_room, collected, repeated, room_for};
use crate::threads;
use rayon::prelude::*;

/// How many elements are worth several threads.
const GRAIN: usize = 1 << 15;

/// Truth values as numbers, which have an order.
fn ordered(array: &Array) -> Result<Array> {
    match array.dtype() {
        DType::Bool => array.cast(DType::UInt8, Casting::Safe),
        _ => Ok(array.clone()),
    }
}

/// An array whose last axis is the one named, in C order.
fn lines(array: &Array, axis: isize) -> Result<Array> {
    ordered(&moveaxis(array, &[axis], &[-1])?)?.contiguous()
}

/// An error unless there is room for what the kernels need beside the results: no more than two numbers
/// for each element of the lines that are sorted at the same time.
fn check_scratch(from: &Array, length: usize) -> Result<()> {
    let lines = if from.size() < GRAIN { 1 } else { threads::number_of_threads() };
    let at_once = from.size().min(length.saturating_mul(lines));
    check_room(at_once.saturating_mul(2 * size_of::<i64>()))
}

/// An array of what a function makes of each line.
///
/// # Errors
/// There is not enough memory.
fn of_lines<T: Element + Sync, R: Element>(
    from: &Array,
    length: usize,
    work: impl Fn(&[T], &mut [R]) + Sync + Send,
) -> Result<Array> {
    from.with_slice(|elements: &[T]| {
        Array::try_build(from.shape(), |results: &mut [R]| {
            // Beside the results, which are there now.
            check_scratch(from, length)?;
            for_each_line(elements, results, length, work);
            Ok(())
        })
    })?
}

/// Calls a function with each line of elements and the line of results of the same number, on several
/// threads if there are many.
fn for_each_line<T: Sync, R: Send>(
    from: &[T],
    to: &mut [R],
    length: usize,
    work: impl Fn(&[T], &mut [R]) + Sync + Send,
) {
    if length == 0 {
        return;
    }
    if from.len() < GRAIN || from.len() == length {
        from.chunks(length).zip(to.chunks_mut(length)).for_each(|(from, to)| work(from, to));
        return;
    }
    threads::install(|| {
        let lines = from.par_chunks(length).zip(to.par_chunks_mut(length));
        lines.for_each(|(from, to)| work(from, to));
    });
}

/// The elements of each line along an axis in their order.
///
/// # Errors
/// There is no such axis, or not enough memory.
pub fn sort(array: &Array, axis: isize, descending: bool) -> Result<Array> {
    let from = lines(array, axis)?;
    let length = from.shape().last().copied().unwrap_or(1) as usize;
    let sorted = with_sortable!(from.dtype(), T => {
        of_lines(&from, length, |line: &[T], out: &mut [T]| T::sort(line, out, descending))
    })?;
    moveaxis(&sorted.cast(array.dtype(), Casting::Unsafe)?, &[-1], &[axis])
}

/// The indices (`int64`) that put the elements of each line along an axis in their order.
///
/// # Errors
/// There is no such axis, or not enough memory.
pub fn argsort(array: &Array, axis: isize, descending: bool) -> Result<Array> {
    let from = lines(array, axis)?;
    let length = from.shape().last().copied().unwrap_or(1) as usize;
    let order = with_sortable!(from.dtype(), T => {
        of_lines(&from, length, |line: &[T], out: &mut [i64]| order_line(line, out, descending))
    })?;
    moveaxis(&order, &[-1], &[axis])
}

/// Moves elements of each line along an axis so that the one at an index is the one that sorting would
/// put there, no element in front of it is larger, and none behind it is smaller.
///
/// # Errors
/// There is no such axis, no such index, or not enough memory.
pub fn partition(array: &Array, kth: isize, axis: isize) -> Result<Array> {
    let from = lines(array, axis)?;
    let kth = index_in_line(&from, kth, array.layout().axis(axis)?)?;
    let length = from.shape().last().copied().unwrap_or(1) as usize;
    let parted = with_sortable!(from.dtype(), T => {
        of_lines(&from, length, |line: &[T], out: &mut [T]| T::part(line, out, kth))
    })?;
    moveaxis(&parted.cast(array.dtype(), Casting::Unsafe)?, &[-1], &[axis])
}

/// The indices that move elements as [`partition`] does.
///
/// # Errors
/// As [`partition`].
pub fn argpartition(array: &Array, kth: isize, axis: isize) -> Result<Array> {
    let from = lines(array, axis)?;
    let kth = index_in_line(&from, kth, array.layout().axis(axis)?)?;
    let length = from.shape().last().copied().unwrap_or(1) as usize;
    let order = with_sortable!(from.dtype(), T => {
        of_lines(&from, length, |line: &[T], out: &mut [i64]| part_order_line(line, out, kth))
    })?;
    moveaxis(&order, &[-1], &[axis])
}

/// An index of a line, counted from its start.
fn index_in_line(lines: &Array, index: isize, axis: usize) -> Result<usize> {
    let extent = lines.shape().last().copied().unwrap_or(1);
    let normal = if index < 0 { index.wrapping_add(extent) } else { index };
    if (0..extent).contains(&normal) {
        Ok(normal as usize)
    } else {
        Err(Error::OutOfBounds { index, axis, extent })
    }
}

/// On which side of equal elements a value is put.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// In front of them.
    Left,
    /// Behind them.
    Right,
}

/// For each value the index (`int64`) at which it can be put into a sorted array of one dimension. The
/// sorter is what sorts an array that is not, as [`argsort`] gives it.
///
/// # Errors
/// The array has not one dimension, an index of the sorter is out of bounds, or there is not enough
/// memory.
pub fn searchsorted(
    array: &Array,
    values: &Array,
    side: Side,
    sorter: Option<&Array>,
) -> Result<Array> {
    one_dimension("x1", array)?;
    let array = match sorter {
        Some(sorter) => take(array, sorter, Some(0), Mode::Raise)?,
        None => array.clone(),
    };
    let dtype = array.dtype().promote(values.dtype());
    let common = |array: &Array| ordered(&array.cast(dtype, Casting::Unsafe)?)?.contiguous();
    let (array, values) = (common(&array)?, common(values)?);
    let right = side == Side::Right;
    with_sortable!(array.dtype(), T => array.with_slice(|sorted: &[T]| {
        values.with_slice(|wanted: &[T]| Array::build(values.shape(), |out: &mut [i64]| {
            if wanted.len() < GRAIN {
                return search(sorted, wanted, right, out);
            }
            threads::install(|| {
                let parts = wanted.par_chunks(GRAIN / 4).zip(out.par_chunks_mut(GRAIN / 4));
                parts.for_each(|(wanted, out)| search(sorted, wanted, right, out));
            });
        }))
    })??)
}

fn one_dimension(name: &'static str, array: &Array) -> Result<()> {
    if array.ndim() == 1 {
        return Ok(());
    }
    let value = format!("an array of {} dimensions", array.ndim());
    Err(Error::Argument { name, value, wanted: "an array of one dimension" })
}

/// The different elements of an array, in their order, and where they are. All indices are `int64`.
#[derive(Clone, Debug)]
pub struct Unique {
    /// Each element once.
    pub values: Array,
    /// The index of the first of each among the elements in C order.
    pub indices: Array,
    /// For each element the index of its like among the values, in the shape of the array.
    pub inverse: Array,
    /// How often each occurs.
    pub counts: Array,
}

/// The different elements of an array in their order. What is not a number differs from everything, or
/// is all alike.
///
/// # Errors
/// There is not enough memory.
pub fn unique_values(array: &Array, equal_nan: bool) -> Result<Array> {
    let flat = ordered(array)?.reshaped(&[-1])?;
    let sorted = sort(&flat, 0, false)?;
    let starts = with_sortable!(sorted.dtype(), T => sorted.with_slice(|all: &[T]| {
        starts(all.len(), |i| all[i], equal_nan)
    })??);
    let found = get(&sorted, &[Array::from_slice(&starts, &[starts.len() as isize])?.into()])?;
    found.cast(array.dtype(), Casting::Unsafe)
}

/// Whether each of some elements in their order is the first of its like.
fn starts<T: Sortable>(n: usize, at: impl Fn(usize) -> T, equal_nan: bool) -> Result<Vec<bool>> {
    let differ = |a: T, b: T| a != b && !(equal_nan && a.is_nan() && b.is_nan());
    collected((0..n).map(|i| i == 0 || differ(at(i - 1), at(i))))
}

/// The different elements of an array, and where they are.
///
/// # Errors
/// There is not enough memory.
pub fn unique_all(array: &Array, equal_nan: bool) -> Result<Unique> {
    let flat = ordered(array)?.reshaped(&[-1])?.contiguous()?;
    let order = argsort(&flat, 0, false)?.to_vec::<i64>()?;
    let n = order.len();
    let firsts = with_sortable!(flat.dtype(), T => flat.with_slice(|all: &[T]| {
        starts(n, |i| all[order[i] as usize], equal_nan)
    })??);
    let found = firsts.iter().filter(|&&first| first).count();
    let (mut indices, mut counts) = (room_for(found)?, room_for(found)?);
    let mut inverse = repeated(0i64, n)?;
    for (&first, &place) in firsts.iter().zip(&order) {
        if first {
            indices.push(place);
            counts.push(0);
        }
        let last = counts.len() - 1;
        counts[last] += 1i64;
        inverse[place as usize] = last as i64;
    }
    let indices = Array::from_slice(&indices, &[indices.len() as isize])?;
    let values = get(&array.reshaped(&[-1])?, &[indices.clone().into()])?;
    let counts = Array::from_slice(&counts, &[counts.len() as isize])?;
    let inverse = Array::from_slice(&inverse, array.shape())?;
    Ok(Unique { values, indices, inverse, counts })
}

/// For each element whether it is among the elements of another array: `bool`.
///
/// # Errors
/// There is not enough memory.
pub fn isin(elements: &Array, among: &Array, invert: bool) -> Result<Array> {
    let dtype = elements.dtype().promote(among.dtype());
    let common = |array: &Array| ordered(&array.cast(dtype, Casting::Unsafe)?);
    let (elements, among) = (common(elements)?.contiguous()?, common(among)?.reshaped(&[-1])?);
    if dtype.is_integer() && dtype != DType::UInt64 {
        let wide = |array: &Array| array.cast(DType::Int64, Casting::Safe)?.contiguous();
        if let Some(found) = isin_table(&wide(&elements)?, &wide(&among)?, invert)? {
            return Ok(found);
        }
    }
    let sorted = sort(&among, 0, false)?;
    let places = searchsorted(&sorted, &elements, Side::Left, None)?.to_vec::<i64>()?;
    let shape = Dims::from_slice(elements.shape());
    with_sortable!(elements.dtype(), T => sorted.with_slice(|sorted: &[T]| {
        elements.with_slice(|elements: &[T]| Array::build(&shape, |out: &mut [bool]| {
            for ((out, &place), element) in out.iter_mut().zip(&places).zip(elements) {
                *out = (sorted.get(place as usize) == Some(element)) != invert;
            }
        }))
    })??)
}

/// The same of integers by a table, unless that were much larger than the arrays.
fn isin_table(elements: &Array, among: &Array, invert: bool) -> Result<Option<Array>> {
    let shape = Dims::from_slice(elements.shape());
    among.with_slice(|among: &[i64]| {
        let low = among.iter().fold(i64::MAX, |low, &x| x.min(low));
        let high = among.iter().fold(i64::MIN, |high, &x| x.max(high));
        let size = i128::from(high) - i128::from(low) + 1;
        if !(1..=4 * (elements.size() + among.len()) as i128 + 4096).contains(&size) {
            return Ok(None);
        }
        let mut table = repeated(invert, size as usize)?;
        among.iter().for_each(|&x| table[(x - low) as usize] = !invert);
        let found = elements.with_slice(|elements: &[i64]| {
            Array::build(&shape, |out: &mut [bool]| {
                for (out, &x) in out.iter_mut().zip(elements) {
                    // A difference that wraps around is behind the table as well.
                    let place = x.wrapping_sub(low) as u64;
                    *out = table.get(place as usize).copied().unwrap_or(invert);
                }
            })
        })??;
        Ok(Some(found))
    })?
}

/// How often each integer from 0 on occurs (`int64`), or the sum of its weights (`float64`); at least
/// as many as are asked for.
///
/// # Errors
/// The array has not one dimension, or elements that are no integers, or a negative one; there are not
/// as many weights; or there is not enough memory.
pub fn bincount(array: &Array, weights: Option<&Array>, at_least: usize) -> Result<Array> {
    one_dimension("x", array)?;
    let numbers = array.cast(DType::Int64, Casting::Safe)?;
    let weights = weights.map(|weights| weights.cast(DType::Float64, Casting::SameKind));
    numbers.with_slice(|numbers: &[i64]| counts(numbers, weights.transpose()?, at_least))?
}

fn counts(numbers: &[i64], weights: Option<Array>, at_least: usize) -> Result<Array> {
    let low = numbers.iter().fold(0, |low, &x| x.min(low));
    let high = numbers.iter().fold(-1, |high, &x| x.max(high));
    if low < 0 {
        let value = low.to_string();
        return Err(Error::Argument {
            name: "x",
            value,
            wanted: "an array without negative numbers",
        });
    }
    // The largest number there is stands for more elements than there can be.
    let count = at_least.max(high.saturating_add(1) as usize) as isize;
    let Some(weights) = weights else {
        return Array::build(&[count], |out: &mut [i64]| {
            numbers.iter().for_each(|&x| out[x as usize] += 1);
        });
    };
    if weights.shape() != [numbers.len() as isize] {
        let value = format!("of {} elements", weights.size());
        return Err(Error::Argument {
            name: "weights",
            value,
            wanted: "as many as there are numbers",
        });
    }
    weights.with_slice(|weights: &[f64]| {
        Array::build(&[count], |out: &mut [f64]| {
            numbers.iter().zip(weights).for_each(|(&x, weight)| out[x as usize] += weight);
        })
    })?
}

/// The elements that are in both arrays, once and in their order.
///
/// # Errors
/// There is not enough memory.
pub fn intersect1d(a: &Array, b: &Array) -> Result<Array> {
    kept(a, b, false)
}

/// The elements of the first array that are not in the second, once and in their order.
///
/// # Errors
/// There is not enough memory.
pub fn setdiff1d(a: &Array, b: &Array) -> Result<Array> {
    kept(a, b, true)
}

fn kept(a: &Array, b: &Array, invert: bool) -> Result<Array> {
    let dtype = a.dtype().promote(b.dtype());
    let values = unique_values(&a.cast(dtype, Casting::Unsafe)?, true)?;
    let which = isin(&values, b, invert)?;
    get(&values, &[which.into()])
}

/// The elements that are in one of the arrays or in both, once and in their order.
///
/// # Errors
/// There is not enough memory.
pub fn union1d(a: &Array, b: &Array) -> Result<Array> {
    unique_values(&joined(a, b)?, true)
}

/// The elements that are in one of the arrays and not in the other, once and in their order.
///
/// # Errors
/// There is not enough memory.
pub fn setxor1d(a: &Array, b: &Array) -> Result<Array> {
    unique_values(&joined(&setdiff1d(a, b)?, &setdiff1d(b, a)?)?, true)
}

/// The elements of two arrays, one behind the other.
fn joined(a: &Array, b: &Array) -> Result<Array> {
    let (n, m) = (a.size() as isize, b.size() as isize);
    let both = Array::zeros(a.dtype().promote(b.dtype()), &[n + m])?;
    let part = |start, stop| both.select(&[Index::Slice(Some(start), Some(stop), 1)]);
    part(0, n)?.assign(&a.reshaped(&[-1])?, Casting::Unsafe)?;
    part(n, n + m)?.assign(&b.reshaped(&[-1])?, Casting::Unsafe)?;
    Ok(both)
}

/// The number (`int64`) of the bin that each element is in: 0 is in front of the first edge. The edges
/// ascend or descend; with `right` an edge belongs to the bin in front of it.
///
/// # Errors
/// The edges have not one dimension or no order, or there is not enough memory.
pub fn digitize(array: &Array, edges: &Array, right: bool) -> Result<Array> {
    one_dimension("bins", edges)?;
    let side = if right { Side::Left } else { Side::Right };
    let ascends = |edges: &Array| -> Result<bool> {
        let values = edges.cast(DType::Float64, Casting::Unsafe)?;
        values.with_slice(|values: &[f64]| values.is_sorted())
    };
    if ascends(edges)? {
        return searchsorted(edges, array, side, None);
    }
    let reversed = edges.select(&[Index::Slice(None, None, -1)])?;
    if !ascends(&reversed)? {
        let wanted = "an array whose elements ascend or descend";
        return Err(Error::Argument { name: "bins", value: "one without an order".into(), wanted });
    }
    let found = searchsorted(&reversed, array, side, None)?;
    let count = edges.size() as i64;
    let shape = Dims::from_slice(found.shape());
    found.with_slice(|found: &[i64]| {
        Array::build(&shape, |out: &mut [i64]| {
            out.iter_mut().zip(found).for_each(|(out, &found)| *out = count - found);
        })
    })?
}

/// How the bins of a histogram are given.
#[derive(Clone, Copy, Debug)]
pub enum Bins<'a> {
    /// So many of equal width, from the smallest to the largest element or in a range.
    Count(usize, Option<(f64, f64)>),
    /// By their ascending edges.
    Edges(&'a Array),
}

/// How many elements are in each bin (`int64`), and the edges of the bins. An edge belongs to the bin
/// behind it, the last one to the last bin.
///
/// # Errors
/// There are no bins, a range is not finite or goes backwards, the edges do not ascend, the elements are
/// complex, or there is not enough memory.
pub fn histogram(array: &Array, bins: Bins<'_>) -> Result<(Array, Array)> {
    let flat = array.reshaped(&[-1])?;
    match bins {
        Bins::Edges(edges) => {
            one_dimension("bins", edges)?;
            if edges
                .cast(DType::Float64, Casting::SameKind)?
                .with_slice(|e: &[f64]| !e.is_sorted())?
            {
                let value = "one without that order".to_owned();
                return Err(Error::Argument { name: "bins", value, wanted: "an ascending array" });
            }
            Ok((counted(&flat, edges)?, edges.clone()))
        }
        Bins::Count(count, range) => {
            let values = flat.cast(DType::Float64, Casting::SameKind)?.contiguous()?;
            values.with_slice(|values: &[f64]| even_histogram(values, count, range))?
        }
    }
}

/// How many elements are between edges.
fn counted(array: &Array, edges: &Array) -> Result<Array> {
    let sorted = sort(array, 0, false)?;
    let below = searchsorted(&sorted, edges, Side::Left, None)?.to_vec::<i64>()?;
    let above = searchsorted(&sorted, edges, Side::Right, None)?.to_vec::<i64>()?;
    let bins = below.len().saturating_sub(1);
    let end = |i: usize| if i == bins { above[i] } else { below[i] };
    let counts = collected((0..bins).map(|i| end(i + 1) - below[i]))?;
    Array::from_slice(&counts, &[bins as isize])
}

/// A histogram of bins of equal width.
fn even_histogram(
    values: &[f64],
    bins: usize,
    range: Option<(f64, f64)>,
) -> Result<(Array, Array)> {
    if bins == 0 {
        return Err(Error::Argument { name: "bins", value: "0".into(), wanted: "1 or more" });
    }
    let (mut low, mut high) = range.unwrap_or_else(|| match values {
        [] => (0.0, 1.0),
        [first, ..] => values.iter().fold((*first, *first), |(low, high), &x| {
            // What is not a number spreads, to be found below.
            (if x < low || x.is_nan() { x } else { low }, if x > high { x } else { high })
        }),
    });
    if !(low.is_finite() && high.is_finite() && low <= high) {
        let value = format!("from {low:?} to {high:?}");
        return Err(Error::Argument { name: "range", value, wanted: "finite and ascending" });
    }
    if low == high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let step = (high - low) / bins as f64;
    let mut edges = room_for(bins.saturating_add(1))?;
    edges.extend((0..bins).map(|i| i as f64 * step + low));
    edges.push(high);
    // So narrow a range has as few numbers as bins, or fewer.
    let scale = (bins as f64 / (high - low)).min(f64::MAX);
    let mut counts = repeated(0i64, bins)?;
    for &x in values.iter().filter(|x| (low..=high).contains(*x)) {
        let bin = (((x - low) * scale) as usize).min(bins - 1);
        // Rounding may have gone over an edge.
        let bin = bin - usize::from(x < edges[bin]);
        let bin = bin + usize::from(bin + 1 < bins && x >= edges[bin + 1]);
        counts[bin] += 1;
    }
    let n = bins as isize;
    Ok((Array::from_slice(&counts, &[n])?, Array::from_slice(&edges, &[n + 1])?))
}
