//! Descriptions of memory that others give: a shape, strides and a place, as the buffer protocol and
//! DLPack have them.

use crate::input::Input;
use crate::run;
use pommel_array::{Array, DType, Layout};
use std::ptr::NonNull;

/// How many numbers the memory has.
const NUMBERS: usize = 256;

#[derive(Debug)]
struct Case {
    shape: Vec<isize>,
    strides: Vec<isize>,
    offset: isize,
    item: usize,
}

/// A description: of few elements of numbers in memory most of the time, and of anything.
fn case(input: &mut Input) -> Case {
    let item = input.pick(&[8, 8, 1, 2, 4, 16]);
    let wild =
        |input: &mut Input, tame: isize| if input.once_in(24) { input.number() } else { tame };
    let axis = |input: &mut Input| {
        let extent = input.below(5) as isize;
        let step = (input.below(9) as isize - 4) * item as isize;
        (wild(input, extent), wild(input, step))
    };
    let (shape, strides) = input.several(5, axis).into_iter().unzip();
    let offset = input.below(NUMBERS) as isize * 8;
    Case { shape, strides, offset: wild(input, offset), item }
}

/// The first and the last byte that a description reaches, in numbers that do not overflow; `None` if
/// it has no elements.
fn reach(case: &Case) -> Option<(i128, i128)> {
    let (mut low, mut high) =
        (i128::from(case.offset as i64), case.offset as i128 + case.item as i128);
    for (&extent, &stride) in case.shape.iter().zip(&case.strides) {
        if extent == 0 {
            return None;
        }
        let way = (extent as i128 - 1) * stride as i128;
        // Of five ways from end to end the sum has no room.
        (low, high) = (low.saturating_add(way.min(0)), high.saturating_add(way.max(0)));
    }
    Some((low, high))
}

pub fn fuzz(input: &mut Input) {
    let case = case(input);
    run(&case, || {
        let size = NUMBERS * 8;
        let found = Layout::foreign(&case.shape, &case.strides, case.offset, case.item, size);
        let negative = case.shape.iter().any(|&extent| extent < 0);
        let Ok(layout) = found else {
            // Whoever describes memory that is there is believed.
            let inside = reach(&case).is_some_and(|(low, high)| low >= 0 && high <= size as i128);
            let count = case.shape.iter().try_fold(1i64, |n, &e| n.checked_mul(e as i64));
            let few = count.is_some_and(|count| count < 1 << 40);
            assert!(negative || !inside || !few, "refused without a reason");
            return;
        };
        assert!(!negative, "a negative extent is accepted");
        if let Some((low, high)) = reach(&case) {
            assert!(
                low >= 0 && high <= size as i128,
                "bytes {low} to {high} of {size} are accepted"
            );
        }
        assert_eq!((layout.shape(), layout.strides()), (&case.shape[..], &case.strides[..]));
        if case.item == 8 && layout.size() < 5000 {
            elements(&case, &layout);
        }
    });
}

/// The elements that an array over described memory has are those that the description names.
fn elements(case: &Case, layout: &Layout) {
    if layout.size() == 0 {
        return;
    }
    let numbers: Box<[i64]> = (0..NUMBERS as i64).collect();
    let aligned = case.offset % 8 == 0 && case.strides.iter().all(|stride| stride % 8 == 0);
    if !aligned {
        return;
    }
    let first = NonNull::from(&numbers[case.offset as usize / 8]).cast::<u8>();
    let expected: Vec<i64> = places(case).map(|place| numbers[place as usize / 8]).collect();
    // SAFETY: `Layout::foreign` has found all elements in the memory, `fuzz` has checked that, and the
    // owner keeps it. Nothing is written.
    let array = unsafe {
        Array::foreign(first, DType::Int64, &case.shape, &case.strides, false, Box::new(numbers))
    };
    let array = array.expect("a layout that was accepted");
    assert_eq!(array.to_vec::<i64>().expect("few elements"), expected);
    assert_eq!(array.transposed().transposed().to_vec::<i64>().expect("few elements"), expected);
}

/// Where the elements lie, in C order.
fn places(case: &Case) -> impl Iterator<Item = isize> {
    let mut places = vec![case.offset];
    for (&extent, &stride) in case.shape.iter().zip(&case.strides) {
        let along = |place: &isize| (0..extent).map(|i| place + i * stride).collect::<Vec<_>>();
        places = places.iter().flat_map(along).collect();
    }
    places.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by libFuzzer: the model's own numbers overflowed.
    #[test]
    fn ways_from_end_to_end() {
        fuzz(&mut Input::new(b"/////////////////////////////`5b\xa7\xc5\xc5\xe5\x9c\x9c"));
    }
}
