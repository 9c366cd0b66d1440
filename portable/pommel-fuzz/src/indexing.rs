//! Indices of every kind, read and written, beside a model that looks at one element after the other.

use crate::input::Input;
use crate::run;
use pommel_array::indexing::{self, Part};
use pommel_array::{Array, Casting, Index, Order};

/// An array of whole numbers: extents and elements in C order.
#[derive(Clone, Debug, PartialEq)]
struct Numbers {
    shape: Vec<isize>,
    elements: Vec<i64>,
}

/// One part of an index.
#[derive(Clone, Debug)]
enum Key {
    Basic(Index),
    Indices(Numbers),
    Mask(Vec<isize>, Vec<bool>),
}

impl Numbers {
    fn of(array: &Array) -> Numbers {
        Numbers { shape: array.shape().to_vec(), elements: array.to_vec().expect("few elements") }
    }

    fn array(&self) -> Array {
        Array::from_slice(&self.elements, &self.shape).expect("few elements")
    }
}

/// How many elements a shape has.
fn count(shape: &[isize]) -> usize {
    shape.iter().product::<isize>() as usize
}

/// The indices of every element of a shape, in C order.
fn places(shape: &[isize]) -> impl Iterator<Item = Vec<isize>> + '_ {
    (0..count(shape) as isize).map(|number| {
        let mut left = number;
        let mut place: Vec<isize> = shape
            .iter()
            .rev()
            .map(|extent| {
                let index = left % extent;
                left /= extent;
                index
            })
            .collect();
        place.reverse();
        place
    })
}

/// An array whose elements are their numbers in memory, and a view of it.
fn arrays(input: &mut Input) -> (Array, Array) {
    let shape: Vec<isize> = input.several(4, |input| input.pick(&[2, 3, 1, 4, 0, 5, 2, 3]));
    let elements: Vec<i64> = (0..count(&shape) as i64).collect();
    let whole = Array::from_slice(&elements, &shape).expect("few elements");
    let mut view = whole.clone();
    if input.once_in(2) {
        view = view.transposed();
    }
    if input.once_in(2) {
        let parts: Vec<Index> = view.shape().iter().map(|_| slice(input)).collect();
        // A step of zero is refused.
        view = view.select(&parts).unwrap_or(view);
    }
    (whole, view)
}

fn slice(input: &mut Input) -> Index {
    let end = |input: &mut Input| match input.below(4) {
        0 | 1 => None,
        2 => Some(input.below(13) as isize - 6),
        _ => Some(input.number()),
    };
    let step = if input.once_in(32) { input.number() } else { input.pick(&[1, 1, 2, -1, -2, 3]) };
    Index::Slice(end(input), end(input), step)
}

/// A part of an index of an array that has this extent, or so, where the part comes.
fn key(input: &mut Input, shape: &[isize]) -> Key {
    let extent = shape.first().copied().unwrap_or(1);
    let index = |input: &mut Input| match input.below(24) {
        23 => input.number(),
        _ if extent == 0 => 0,
        any => (any as isize) % (2 * extent) - extent,
    };
    match input.below(10) {
        0 | 1 => Key::Basic(slice(input)),
        2 => Key::Basic(Index::At(index(input))),
        3 => Key::Basic(Index::NewAxis),
        4 => Key::Basic(Index::Ellipsis),
        5 | 6 => {
            let axes = 1 + input.below(shape.len().clamp(1, 2));
            let mut shape: Vec<isize> = shape.iter().copied().take(axes).collect();
            if input.once_in(16) && !shape.is_empty() {
                shape[0] += 1;
            }
            let truths = (0..count(&shape)).map(|_| input.once_in(2)).collect();
            Key::Mask(shape, truths)
        }
        _ => {
            let shape: Vec<isize> = match input.below(8) {
                0..4 => vec![3],
                4 => vec![2, 1],
                5 => vec![],
                6 => vec![0],
                _ => vec![input.below(4) as isize],
            };
            let elements = (0..count(&shape)).map(|_| index(input) as i64).collect();
            Key::Indices(Numbers { shape, elements })
        }
    }
}

/// Parts of an index, most of which fit.
fn keys(input: &mut Input, shape: &[isize]) -> Vec<Key> {
    let (mut keys, mut axis) = (Vec::new(), 0);
    for _ in 0..input.below(5) {
        let key = key(input, shape.get(axis..).unwrap_or_default());
        axis += match &key {
            Key::Basic(Index::NewAxis) => 0,
            Key::Mask(shape, _) => shape.len(),
            _ => 1,
        };
        keys.push(key);
    }
    keys
}

/// What an index selects: the extents, and the place of every element.
type Selected = (Vec<isize>, Vec<Vec<isize>>);

/// One part of an index, with the axes that it takes.
enum Taken {
    /// So many places of one axis, as an axis of the result.
    Free(Vec<isize>),
    /// A new axis.
    New,
    /// The shape of indices of an axis, and the places that they name, if they are there.
    Indices(Vec<isize>, Vec<Option<isize>>),
    /// An ellipsis, which keeps indices apart even where it stands for no axis.
    Gap,
    /// A truth value, which takes no axis: an extent of one or none beside the indices' shapes.
    Truth(Vec<isize>),
}

/// NumPy's rules, one after the other. `None` if the index is refused.
fn model(shape: &[isize], keys: &[Key]) -> Option<Selected> {
    let parts = taken(shape, keys)?;
    let is_advanced = keys.iter().any(|key| match key {
        Key::Mask(..) => true,
        Key::Indices(indices) => !indices.shape.is_empty(),
        Key::Basic(_) => false,
    });
    let indices = || {
        parts.iter().filter_map(|part| match part {
            Taken::Indices(shape, _) | Taken::Truth(shape) => Some(&shape[..]),
            _ => None,
        })
    };
    let common = stretched(indices())?;
    // A single index has to be there; several need not, if nothing is selected.
    let selects = !common.contains(&0);
    let is_missing = |part: &Taken| match part {
        Taken::Indices(shape, places) => (selects || shape.is_empty()) && places.contains(&None),
        _ => false,
    };
    if parts.iter().any(is_missing) {
        return None;
    }
    let is_array = |part: &Taken| matches!(part, Taken::Indices(..) | Taken::Truth(_));
    let arrays: Vec<usize> = (0..parts.len()).filter(|&i| is_array(&parts[i])).collect();
    let apart = arrays.windows(2).any(|pair| pair[1] > pair[0] + 1);
    let is_axis = |part: &&Taken| matches!(part, Taken::Free(_) | Taken::New);
    let front = match apart || !is_advanced {
        true => 0,
        false => parts[..arrays[0]].iter().filter(is_axis).count(),
    };
    // Extents of the result: those of free axes, and in one place those of the indices.
    let free: Vec<isize> = parts
        .iter()
        .filter_map(|part| match part {
            Taken::Free(places) => Some(places.len() as isize),
            Taken::New => Some(1),
            Taken::Indices(..) | Taken::Truth(_) | Taken::Gap => None,
        })
        .collect();
    let mut result = free.clone();
    result.splice(front..front, common.iter().copied());
    let element = |place: Vec<isize>| {
        let (own, mut others) = (&place[front..front + common.len()], place.clone());
        others.drain(front..front + common.len());
        let mut others = others.into_iter();
        parts
            .iter()
            .filter_map(|part| match part {
                Taken::New => {
                    others.next();
                    None
                }
                Taken::Free(places) => Some(places[others.next().expect("an axis") as usize]),
                Taken::Indices(shape, values) => values[at(shape, own)],
                Taken::Truth(_) | Taken::Gap => None,
            })
            .collect()
    };
    let elements = places(&result).map(element).collect();
    Some((result, elements))
}

/// The number of an element of an array that is stretched to more.
fn at(shape: &[isize], place: &[isize]) -> usize {
    let own = &place[place.len() - shape.len()..];
    let step = |number, (&index, &extent)| number * extent + if extent == 1 { 0 } else { index };
    own.iter().zip(shape).fold(0, step) as usize
}

/// The shape to which all are stretched.
fn stretched<'a>(shapes: impl Iterator<Item = &'a [isize]>) -> Option<Vec<isize>> {
    let mut common: Vec<isize> = Vec::new();
    for shape in shapes {
        while common.len() < shape.len() {
            common.insert(0, 1);
        }
        let skipped = common.len() - shape.len();
        for (found, &extent) in common[skipped..].iter_mut().zip(shape) {
            match (*found, extent) {
                (1, _) => *found = extent,
                (found, extent) if extent == 1 || extent == found => {}
                _ => return None,
            }
        }
    }
    Some(common)
}

/// The parts of an index, with as many whole axes as are not named.
fn taken(shape: &[isize], keys: &[Key]) -> Option<Vec<Taken>> {
    let named: usize = keys
        .iter()
        .map(|key| match key {
            Key::Basic(Index::NewAxis | Index::Ellipsis) => 0,
            Key::Mask(shape, _) => shape.len(),
            _ => 1,
        })
        .sum();
    let mut left = shape.len().checked_sub(named)?;
    let ellipses = keys.iter().filter(|key| matches!(key, Key::Basic(Index::Ellipsis))).count();
    if ellipses > 1 {
        return None;
    }
    let (mut parts, mut axes) = (Vec::new(), shape.iter().copied());
    let whole = |extent: isize| Taken::Free((0..extent).collect());
    for key in keys {
        match key {
            Key::Basic(Index::NewAxis) => parts.push(Taken::New),
            Key::Basic(Index::Ellipsis) => {
                parts.push(Taken::Gap);
                parts.extend(axes.by_ref().take(left).map(whole));
                left = 0;
            }
            Key::Basic(Index::At(index)) => {
                parts.push(Taken::Indices(vec![], vec![inside(*index, axes.next()?)]));
            }
            Key::Basic(Index::Slice(start, stop, step)) => {
                parts.push(Taken::Free(sliced(*start, *stop, *step, axes.next()?)?));
            }
            Key::Indices(indices) => {
                let extent = axes.next()?;
                let values = indices.elements.iter().map(|&index| inside(index as isize, extent));
                parts.push(Taken::Indices(indices.shape.clone(), values.collect()));
            }
            Key::Mask(mask, truths) => {
                for &extent in mask {
                    // NumPy: an axis of none selects nothing of any axis.
                    let found = axes.next()?;
                    if extent != found && extent != 0 {
                        return None;
                    }
                }
                if mask.is_empty() {
                    parts.push(Taken::Truth(vec![isize::from(truths[0])]));
                }
                let which: Vec<_> = places(mask).zip(truths).filter(|(_, truth)| **truth).collect();
                for axis in 0..mask.len() {
                    let values = which.iter().map(|(place, _)| Some(place[axis])).collect();
                    parts.push(Taken::Indices(vec![which.len() as isize], values));
                }
            }
        }
    }
    parts.extend(axes.map(whole));
    Some(parts)
}

/// An index that counts from the end if it is negative.
fn inside(index: isize, extent: isize) -> Option<isize> {
    let place = if index < 0 { index.checked_add(extent)? } else { index };
    (0..extent).contains(&place).then_some(place)
}

/// The places of a slice: Python's rules, by trying them.
fn sliced(
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
    extent: isize,
) -> Option<Vec<isize>> {
    if step == 0 {
        return None;
    }
    let end = |end: isize| i128::from(end as i64) + if end < 0 { extent as i128 } else { 0 };
    let places = 0..extent as i128;
    if step > 0 {
        let (start, stop) = (start.map_or(0, end).max(0), stop.map_or(extent as i128, end));
        let is_in =
            |&place: &i128| place >= start && place < stop && (place - start) % step as i128 == 0;
        return Some(places.filter(is_in).map(|place| place as isize).collect());
    }
    let last = extent as i128 - 1;
    let (start, stop) =
        (start.map_or(last, end).min(last), stop.map_or(-1, |stop| end(stop).max(-1)));
    let is_in =
        |&place: &i128| place <= start && place > stop && (start - place) % -(step as i128) == 0;
    Some(places.rev().filter(is_in).map(|place| place as isize).collect())
}

/// The index as the engine has it.
fn parts(keys: &[Key]) -> Vec<Part> {
    let part = |key: &Key| match key {
        Key::Basic(index) => Part::Basic(*index),
        Key::Indices(numbers) => Part::Array(numbers.array()),
        Key::Mask(shape, truths) => {
            Part::Array(Array::from_slice(truths, shape).expect("few elements"))
        }
    };
    keys.iter().map(part).collect()
}

pub fn fuzz(input: &mut Input) {
    let (whole, view) = arrays(input);
    let keys = keys(input, view.shape());
    let (value_kind, first) = (input.below(3), 1000);
    let before = Numbers::of(&view);
    run(&(&before, view.layout(), &keys), || {
        let index = parts(&keys);
        let found = indexing::get(&view, &index);
        let Some((shape, elements)) = model(view.shape(), &keys) else {
            assert!(found.is_err(), "read: {:?}", found.map(|found| Numbers::of(&found)));
            let value = Array::scalar(first).expect("one element");
            assert!(indexing::set(&view, &index, &value, Casting::Unsafe).is_err(), "written");
            assert_eq!(Numbers::of(&view), before);
            return;
        };
        let numbers: Vec<usize> = elements.iter().map(|place| at(view.shape(), place)).collect();
        let selected = numbers.iter().map(|&number| before.elements[number]).collect();
        let expected = Numbers { shape: shape.clone(), elements: selected };
        assert_eq!(Numbers::of(&found.expect("an index that makes sense")), expected);
        write(&view, &index, &numbers, &shape, value_kind);
        untouched(&whole, &before, &view);
    });
}

/// Writes one number, a number for each place, or what lies there in reverse; the last one stays.
fn write(view: &Array, index: &[Part], numbers: &[usize], shape: &[isize], kind: usize) {
    let before = Numbers::of(view);
    let value = match kind {
        0 => Array::scalar(1000i64).expect("one element"),
        1 => {
            let elements: Vec<i64> = (1000..1000 + numbers.len() as i64).collect();
            Array::from_slice(&elements, shape).expect("few elements")
        }
        _ => {
            let elements: Vec<i64> = numbers.iter().map(|&n| before.elements[n]).collect();
            let value = Array::from_slice(&elements, shape).expect("few elements");
            let back: Vec<Index> = shape.iter().map(|_| Index::Slice(None, None, -1)).collect();
            value.select(&back).expect("a slice for each axis")
        }
    };
    let stretched = value.broadcast_to(shape).expect("a value that fits");
    let stretched = stretched.copied(Order::C).expect("few elements");
    let values = Numbers::of(&stretched).elements;
    let mut expected = before;
    for (&number, value) in numbers.iter().zip(values) {
        expected.elements[number] = value;
    }
    indexing::set(view, index, &value, Casting::SameKind).expect("a value that fits");
    assert_eq!(Numbers::of(view), expected);
}

/// What the view does not show is as it was: elements are their own numbers.
fn untouched(whole: &Array, before: &Numbers, view: &Array) {
    for (number, element) in Numbers::of(whole).elements.into_iter().enumerate() {
        if !before.elements.contains(&(number as i64)) {
            assert_eq!(element, number as i64, "written beside {view:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_slices_as_python_does() {
        let all = |start, stop, step| sliced(start, stop, step, 5).unwrap_or_default();
        assert_eq!(all(None, None, 2), [0, 2, 4]);
        assert_eq!(all(None, None, -2), [4, 2, 0]);
        assert_eq!(all(Some(-2), None, 1), [3, 4]);
        assert_eq!(all(Some(-9), Some(2), 1), [0, 1]);
        assert_eq!(all(Some(9), Some(1), -1), [4, 3, 2]);
        assert_eq!(all(Some(1), Some(-9), -1), [1, 0]);
        assert_eq!(sliced(None, None, 0, 5), None);
    }

    #[test]
    fn arrays_apart_come_to_the_front() {
        let indices = || Key::Indices(Numbers { shape: vec![2], elements: vec![0, 1] });
        let all = || Key::Basic(Index::Slice(None, None, 1));
        let shape = |keys: &[Key]| model(&[4, 5, 6], keys).expect("an index").0;
        assert_eq!(shape(&[indices(), all(), indices()]), [2, 5]);
        assert_eq!(shape(&[all(), indices(), indices()]), [4, 2]);
        assert_eq!(shape(&[all(), indices()]), [4, 2, 6]);
    }
}
