//! Views against a model that knows every element by its number: whatever is done to a layout, its
//! elements must be those that the same done to the numbers gives.

use pommel_array::layout::{broadcast_shapes, normal_axis, sliced};
use pommel_array::{Dims, Error, Index, Layout, Order};
use proptest::prelude::*;

/// All indices of a shape, in C order.
fn indices(shape: &[isize]) -> Vec<Vec<isize>> {
    shape.iter().fold(vec![vec![]], |found, &extent| {
        let longer = |index: &Vec<isize>| {
            (0..extent).map(|i| [&index[..], &[i]].concat()).collect::<Vec<_>>()
        };
        found.iter().flat_map(longer).collect()
    })
}

/// The places of a layout's elements, in C order.
fn places(layout: &Layout) -> Vec<usize> {
    indices(layout.shape()).iter().map(|index| layout.place(index).unwrap()).collect()
}

/// What is asked of a view; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Step {
    At(usize, isize),
    Slice(usize, Option<isize>, Option<isize>, isize),
    NewAxis(usize),
    Transpose,
    Rotate,
    Repeat(isize),
    Flatten,
    SplitFirst(isize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let end = prop_oneof![Just(None), (-7isize..7).prop_map(Some)];
    let step = prop_oneof![
        (0usize..4, -4isize..4).prop_map(|(a, i)| Step::At(a, i)),
        (0usize..4, end.clone(), end, prop_oneof![-4isize..0, 1isize..5])
            .prop_map(|(a, start, stop, step)| Step::Slice(a, start, stop, step)),
        (0usize..5).prop_map(Step::NewAxis),
        Just(Step::Transpose),
        Just(Step::Rotate),
        (0isize..4).prop_map(Step::Repeat),
        Just(Step::Flatten),
        (1isize..5).prop_map(Step::SplitFirst),
    ];
    proptest::collection::vec(step, 0..7)
}

/// The model: a shape, and the place of each element in C order.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    shape: Vec<isize>,
    places: Vec<usize>,
}

impl Model {
    fn of(layout: &Layout) -> Model {
        Model { shape: layout.shape().to_vec(), places: places(layout) }
    }

    /// The elements of a new shape, each found by its index in the old one.
    fn gather(&self, shape: Vec<isize>, old: impl Fn(&[isize]) -> Vec<isize>) -> Model {
        let number = |index: Vec<isize>| {
            let pairs = index.iter().zip(&self.shape);
            pairs.fold(0, |n, (&i, &extent)| n * extent + i) as usize
        };
        let places = indices(&shape).iter().map(|index| self.places[number(old(index))]).collect();
        Model { shape, places }
    }
}

fn at(layout: &Layout, model: &Model, axis: usize, i: isize) -> Option<(Layout, Model)> {
    let extent = model.shape[axis];
    let Ok(view) = layout.at(axis, i) else {
        assert!(i >= extent || i < -extent);
        return None;
    };
    let mut shape = model.shape.clone();
    shape.remove(axis);
    let i = i.rem_euclid(extent);
    let insert = |index: &[isize]| {
        let mut old = index.to_vec();
        old.insert(axis, i);
        old
    };
    Some((view, model.gather(shape, insert)))
}

fn slice(
    layout: &Layout,
    model: &Model,
    axis: usize,
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
) -> (Layout, Model) {
    let taken = pythons_slice(model.shape[axis], start, stop, step);
    let mut shape = model.shape.clone();
    shape[axis] = taken.len() as isize;
    let replace = |index: &[isize]| {
        let mut old = index.to_vec();
        old[axis] = taken[old[axis] as usize];
        old
    };
    let view = layout.slice(axis, start, stop, step).unwrap();
    (view, model.gather(shape, replace))
}

/// Does a step to both; nothing if the layout refuses it for a good reason.
fn apply(step: &Step, layout: &Layout, model: &Model) -> Option<(Layout, Model)> {
    let ndim = layout.ndim();
    match *step {
        Step::At(axis, i) => at(layout, model, axis.checked_rem(ndim)?, i),
        Step::Slice(axis, start, stop, step) => {
            Some(slice(layout, model, axis.checked_rem(ndim)?, start, stop, step))
        }
        Step::NewAxis(before) => {
            let before = before % (ndim + 1);
            let mut shape = model.shape.clone();
            shape.insert(before, 1);
            Some((layout.with_axis(before), Model { shape, places: model.places.clone() }))
        }
        Step::Transpose => {
            let reversed = |dims: &[isize]| dims.iter().rev().copied().collect::<Vec<_>>();
            Some((layout.transposed(), model.gather(reversed(&model.shape), reversed)))
        }
        Step::Rotate => {
            let axes: Vec<isize> = (0..ndim as isize).map(|i| (i + 1) % ndim as isize).collect();
            let shape = axes.iter().map(|&axis| model.shape[axis as usize]).collect();
            let back = |index: &[isize]| {
                let mut old = index.to_vec();
                axes.iter().zip(index).for_each(|(&axis, &i)| old[axis as usize] = i);
                old
            };
            Some((layout.permuted(&axes).unwrap(), model.gather(shape, back)))
        }
        Step::Repeat(times) => {
            let shape: Vec<isize> = [&[times], &model.shape[..]].concat();
            let view = layout.broadcast_to(&shape).unwrap();
            Some((view, model.gather(shape, |index| index[1..].to_vec())))
        }
        Step::Flatten => {
            let view = layout.reshaped(&[-1]).unwrap_or_else(|_| unreachable!())?;
            let shape = vec![model.places.len() as isize];
            Some((view, Model { shape, places: model.places.clone() }))
        }
        Step::SplitFirst(by) => {
            let first = *model.shape.first()?;
            if first % by != 0 {
                return None;
            }
            let shape: Vec<isize> = [&[first / by, by], &model.shape[1..]].concat();
            let view = layout.reshaped(&shape).unwrap()?;
            Some((view, Model { shape, places: model.places.clone() }))
        }
    }
}

/// The indices that Python's `range(extent)[start:stop:step]` gives, found by walking.
fn pythons_slice(
    extent: isize,
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
) -> Vec<isize> {
    let fit = |end: isize| if end < 0 { end + extent } else { end };
    let from = start.map_or(if step > 0 { 0 } else { extent - 1 }, fit);
    let inside = |i: isize| match stop.map(fit) {
        None => true,
        Some(stop) => (step > 0 && i < stop) || (step < 0 && i > stop),
    };
    // A start outside comes in at the nearest end, not at the next step.
    let from =
        from.clamp(if step > 0 { 0 } else { -1 }, if step > 0 { extent } else { extent - 1 });
    let walk = std::iter::successors(Some(from), |i| Some(i + step));
    walk.take_while(|i| (0..extent).contains(i)).take_while(|&i| inside(i)).collect()
}

proptest! {
    #[test]
    fn views_have_the_right_elements(
        shape in proptest::collection::vec(0isize..5, 0..4),
        fortran: bool,
        steps in steps(),
    ) {
        let order = if fortran { Order::F } else { Order::C };
        let whole = Layout::contiguous(&shape, 8, order).unwrap();
        let mut pair = (whole.clone(), Model::of(&whole));
        for step in &steps {
            pair = apply(step, &pair.0, &pair.1).unwrap_or(pair);
            let (layout, model) = &pair;
            prop_assert_eq!(&Model::of(layout), model, "after {:?}", step);
            let bytes = layout.bytes();
            prop_assert!(model.places.iter().all(|&p| bytes.contains(&p) && bytes.contains(&(p + 7))));
            prop_assert!(bytes.end <= whole.bytes().end.max(bytes.start));
            prop_assert_eq!(places(&layout.merged()), model.places.clone());
        }
    }

    #[test]
    fn contiguous_is_what_lies_in_order(shape in proptest::collection::vec(0isize..5, 0..4)) {
        let c = Layout::contiguous(&shape, 4, Order::C).unwrap();
        prop_assert!(c.is_contiguous(Order::C));
        prop_assert!(c.transposed().is_contiguous(Order::F));
        prop_assert_eq!(places(&c), (0..c.size()).map(|i| 4 * i).collect::<Vec<_>>());
        prop_assert!(c.is_empty() || c.merged().ndim() <= 1);
    }

    #[test]
    fn slices_are_pythons(
        extent in 0isize..9,
        start in proptest::option::of(-12isize..12),
        stop in proptest::option::of(-12isize..12),
        step in prop_oneof![-5isize..0, 1isize..6],
    ) {
        let (first, count) = sliced(extent, start, stop, step).unwrap();
        let found: Vec<_> = (0..count).map(|i| first + i * step).collect();
        prop_assert_eq!(found, pythons_slice(extent, start, stop, step));
    }

    #[test]
    fn shapes_meet_in_any_order(
        a in proptest::collection::vec(0isize..4, 0..4),
        b in proptest::collection::vec(0isize..4, 0..4),
    ) {
        let met = broadcast_shapes([&a[..], &b[..]]);
        let turned = broadcast_shapes([&b[..], &a[..]]);
        match met {
            Ok(shape) => {
                prop_assert_eq!(turned, Ok(shape.clone()));
                for side in [&a, &b] {
                    let layout = Layout::contiguous(side, 1, Order::C).unwrap();
                    let stretched = layout.broadcast_to(&shape).unwrap();
                    prop_assert_eq!(stretched.shape(), &shape[..]);
                }
            }
            Err(_) => prop_assert!(turned.is_err()),
        }
    }
}

#[test]
fn an_index_of_many_parts() {
    let cube = Layout::contiguous(&[2, 3, 4], 1, Order::C).unwrap();
    let view = cube.select(&[Index::Ellipsis, Index::At(-1)]).unwrap();
    assert_eq!((view.shape(), places(&view)), (&[2, 3][..], vec![3, 7, 11, 15, 19, 23]));
    let parts = [Index::At(1), Index::NewAxis, Index::Slice(None, None, -2)];
    let view = cube.select(&parts).unwrap();
    assert_eq!(view.shape(), [1, 2, 4]);
    assert_eq!(places(&view), [20, 21, 22, 23, 12, 13, 14, 15]);
    assert_eq!(cube.select(&[]).unwrap(), cube);
}

#[test]
fn mistakes_are_named() {
    let table = Layout::contiguous(&[2, 3], 8, Order::C).unwrap();
    let text = |error: Error| error.to_string();
    let index = table.select(&[Index::Slice(None, None, 1), Index::At(3)]).unwrap_err();
    assert_eq!(text(index), "index 3 is out of bounds: axis 1 has the indices -3 to 2");
    let many = table.select(&[Index::At(0); 3]).unwrap_err();
    assert_eq!(text(many), "3 indices for an array of 2 dimensions");
    assert_eq!(table.select(&[Index::Ellipsis; 2]).unwrap_err(), Error::TwoEllipses);
    assert_eq!(table.slice(0, None, None, 0).unwrap_err(), Error::ZeroStep);
    let axis = normal_axis(2, 2).unwrap_err();
    assert_eq!(text(axis), "axis 2 does not exist: the array has the axes -2 to 1");
    let shapes = broadcast_shapes([&[2isize, 3][..], &[4]]).unwrap_err();
    assert_eq!(
        text(shapes),
        "shapes (2, 3) and (4,) do not fit: extents on axis -1 must be equal, or 1 to be repeated"
    );
    let shape = table.reshaped(&[4, -1]).unwrap_err();
    assert_eq!(
        text(shape),
        "an array of shape (2, 3) cannot have the shape (4, -1): the number of elements differs"
    );
    assert!(matches!(table.permuted(&[0, 0]), Err(Error::RepeatedAxis { axis: 0 })));
    assert!(matches!(table.without_axis(1), Err(Error::Squeeze { axis: 1, extent: 3 })));
}

#[test]
fn nothing_wraps_around() {
    let huge = [isize::MAX, 2];
    assert!(matches!(Layout::contiguous(&huge, 8, Order::C), Err(Error::TooLarge { .. })));
    assert!(matches!(
        Layout::contiguous(&[2, -1], 8, Order::C),
        Err(Error::NegativeExtent { extent: -1, axis: 1 })
    ));
    let one = Layout::contiguous(&[1], 8, Order::C).unwrap();
    assert!(one.broadcast_to(&[isize::MAX, isize::MAX]).is_err());
    assert!(one.broadcast_to(&[isize::MAX / 8]).is_ok());
    assert!(matches!(one.broadcast_to(&[isize::MAX / 8 + 1]), Err(Error::TooLarge { .. })));
    assert!(one.reshaped(&[isize::MAX, isize::MAX, -1]).is_err());
    assert!(Layout::foreign(&[2], &[isize::MAX], 0, 8, 16).is_err());
    assert!(Layout::foreign(&[2], &[-8], 0, 8, 16).is_err());
    assert_eq!(Layout::foreign(&[2], &[-8], 8, 8, 16).unwrap().bytes(), 0..16);
    assert_eq!(sliced(3, Some(isize::MIN), Some(isize::MAX), isize::MAX).unwrap(), (0, 1));
    assert_eq!(sliced(3, None, None, isize::MIN).unwrap(), (2, 1));
}

#[test]
fn what_strides_cannot_reach_is_copied() {
    let table = Layout::contiguous(&[2, 3], 8, Order::C).unwrap();
    assert_eq!(table.transposed().reshaped(&[6]).unwrap(), None);
    let merged = table.reshaped(&[3, 2]).unwrap().unwrap();
    assert_eq!(merged.strides(), [16, 8]);
    assert_eq!(table.merged().shape(), [6]);
    assert_eq!(Dims::from_slice(table.transposed().merged().shape()).as_slice(), [3, 2]);
}

#[test]
fn bytes_are_elements_of_other_types() {
    use pommel_array::{Array, DType, Index};
    let array = Array::from_slice(&[1i32, 0, 2, 0, 3, 0, 4, 0], &[2, 4]).unwrap();
    let wide = array.reinterpreted(DType::Int64).unwrap();
    assert_eq!(wide.shape(), [2, 2]);
    assert_eq!(wide.to_vec::<i64>().unwrap(), [1, 2, 3, 4]);
    let narrow = wide.reinterpreted(DType::Int16).unwrap();
    assert_eq!((narrow.shape(), narrow.layout().strides()), (&[2, 8][..], &[16, 2][..]));
    // As many elements in any layout; others only where the last axis has no gaps and the bytes fit.
    assert_eq!(array.transposed().reinterpreted(DType::Float32).unwrap().shape(), [4, 2]);
    assert!(array.transposed().reinterpreted(DType::Int64).is_err());
    let part = array.select(&[Index::Ellipsis, Index::Slice(None, Some(3), 1)]).unwrap();
    assert!(part.reinterpreted(DType::Int64).is_err());
    // Elements of eight bytes begin at multiples of eight.
    let behind = array.select(&[Index::At(0), Index::Slice(Some(1), Some(3), 1)]).unwrap();
    assert!(behind.reinterpreted(DType::Float64).is_err());
    assert_eq!(behind.reinterpreted(DType::Complex64).unwrap().shape(), [1]);
    assert!(Array::zeros(DType::Int8, &[]).unwrap().reinterpreted(DType::Int16).is_err());
}
