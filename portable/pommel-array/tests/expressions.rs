//! Random programs over arrays, beside a model that computes every element at once: views,
//! broadcasting, functions whose evaluation is put off, writes through views, and reads in between.

use num_complex::Complex;
use pommel_array::kernels::fused;
use pommel_array::kernels::status::{Status, take_report};
use pommel_array::{
    Array, Casting, DType, Element, Function, Index, Operand, Order, Reduction, Scalar, apply,
    apply_into, reduce,
};
use proptest::prelude::*;

/// What happens in a program. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    Binary(Function, usize, usize),
    Unary(Function, usize),
    WithNumber(Function, usize, f64),
    View(usize, isize, isize, isize),
    Row(usize, isize),
    Transpose(usize),
    Copy(usize, bool),
    InPlace(Function, usize, usize),
    Fill(usize, f64),
    Set(usize, isize, f64),
    Look(usize, isize),
    Drop(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let binary = prop_oneof![
        Just(Function::Add),
        Just(Function::Subtract),
        Just(Function::Multiply),
        Just(Function::Maximum)
    ];
    let unary = prop_oneof![Just(Function::Negative), Just(Function::Abs), Just(Function::Floor)];
    let some = any::<usize>();
    let step = prop_oneof![Just(1isize), Just(2), Just(-1), Just(-2)];
    prop_oneof![
        4 => (binary.clone(), some, some).prop_map(|(f, a, b)| Act::Binary(f, a, b)),
        2 => (unary, some).prop_map(|(f, a)| Act::Unary(f, a)),
        2 => (binary.clone(), some, -3.0..3.0).prop_map(|(f, a, x)| Act::WithNumber(f, a, x)),
        2 => (some, -9isize..9, -9isize..9, step).prop_map(|(a, x, y, s)| Act::View(a, x, y, s)),
        1 => (some, any::<isize>()).prop_map(|(a, i)| Act::Row(a, i)),
        1 => some.prop_map(Act::Transpose),
        1 => (some, any::<bool>()).prop_map(|(a, c)| Act::Copy(a, c)),
        3 => (binary, some, some).prop_map(|(f, a, b)| Act::InPlace(f, a, b)),
        1 => (some, -3.0..3.0).prop_map(|(a, x)| Act::Fill(a, x)),
        1 => (some, any::<isize>(), -3.0..3.0).prop_map(|(a, i, x)| Act::Set(a, i, x)),
        2 => (some, any::<isize>()).prop_map(|(a, i)| Act::Look(a, i)),
        1 => some.prop_map(Act::Drop),
    ]
}

/// An array of the model: which cells of which memory its elements are, in C order.
#[derive(Clone)]
struct Model {
    memory: usize,
    cells: Vec<usize>,
    shape: Vec<usize>,
}

/// Takes a view of an array, if it has it.
type View = Box<dyn Fn(&Array) -> Option<Array>>;

#[derive(Default)]
struct World {
    memories: Vec<Vec<f64>>,
    arrays: Vec<(Array, Model)>,
}

impl World {
    fn values(&self, model: &Model) -> Vec<f64> {
        model.cells.iter().map(|&cell| self.memories[model.memory][cell]).collect()
    }

    fn add(&mut self, array: Array, values: Vec<f64>, shape: Vec<usize>) {
        let cells = (0..values.len()).collect();
        self.memories.push(values);
        self.arrays.push((array, Model { memory: self.memories.len() - 1, cells, shape }));
    }

    /// The model's values stretched to a shape.
    fn stretched(&self, model: &Model, shape: &[usize]) -> Option<Vec<f64>> {
        let values = self.values(model);
        let new = shape.len().checked_sub(model.shape.len())?;
        let mut extents = model.shape.iter().zip(&shape[new..]);
        if !extents.all(|(&have, &wanted)| have == wanted || have == 1) {
            return None;
        }
        (0..shape.iter().product())
            .map(|at| {
                let (mut rest, mut place, mut step) = (at, 0, 1);
                for axis in (0..shape.len()).rev() {
                    let i = rest % shape[axis];
                    rest /= shape[axis];
                    if axis >= new {
                        let extent = model.shape[axis - new];
                        place += if extent == 1 { 0 } else { i * step };
                        step *= extent;
                    }
                }
                Some(values[place])
            })
            .collect()
    }

    fn step(&mut self, act: &Act) {
        let count = self.arrays.len();
        match act {
            Act::Binary(f, a, b) => {
                let ((a, x), (b, y)) =
                    (self.arrays[a % count].clone(), self.arrays[b % count].clone());
                match apply(*f, &[(&a).into(), (&b).into()]) {
                    Ok(result) => {
                        let shape: Vec<usize> =
                            result.shape().iter().map(|&n| n as usize).collect();
                        let (x, y) = (
                            self.stretched(&x, &shape).unwrap(),
                            self.stretched(&y, &shape).unwrap(),
                        );
                        let values = x.iter().zip(&y).map(|(x, y)| scalar(*f, *x, *y)).collect();
                        self.add(result, values, shape);
                    }
                    Err(_) => assert!(!fit(&x.shape, &y.shape)),
                }
            }
            Act::Unary(f, a) => {
                let (a, x) = self.arrays[a % count].clone();
                let values = self.values(&x).iter().map(|x| scalar(*f, *x, 0.0)).collect();
                self.add(apply(*f, &[(&a).into()]).unwrap(), values, x.shape);
            }
            Act::WithNumber(f, a, number) => {
                let (a, x) = self.arrays[a % count].clone();
                let values = self.values(&x).iter().map(|x| scalar(*f, *x, *number)).collect();
                let result = apply(*f, &[(&a).into(), Scalar::Float(*number).into()]).unwrap();
                self.add(result, values, x.shape);
            }
            Act::View(..) | Act::Row(..) | Act::Transpose(_) => self.view(act),
            Act::Copy(a, c) => {
                let (a, x) = self.arrays[a % count].clone();
                let copy = a.copied(if *c { Order::C } else { Order::F }).unwrap();
                self.add(copy, self.values(&x), x.shape);
            }
            Act::InPlace(f, a, b) => self.in_place(*f, a % count, b % count),
            Act::Fill(a, value) => {
                let (a, x) = self.arrays[a % count].clone();
                a.fill(Scalar::Float(*value)).unwrap();
                x.cells.iter().for_each(|&cell| self.memories[x.memory][cell] = *value);
            }
            Act::Set(a, at, value) => {
                let (a, x) = self.arrays[a % count].clone();
                if let Some((indices, cell)) = place(&x, *at) {
                    a.set_item(&indices, Scalar::Float(*value)).unwrap();
                    self.memories[x.memory][cell] = *value;
                }
            }
            Act::Look(a, at) => {
                let (a, x) = self.arrays[a % count].clone();
                if let Some((indices, cell)) = place(&x, *at) {
                    let expected = self.memories[x.memory][cell];
                    assert_eq!(a.item(&indices).unwrap(), Scalar::Float(expected));
                }
            }
            Act::Drop(a) if count > 2 => drop(self.arrays.swap_remove(a % count)),
            Act::Drop(_) => {}
        }
    }

    fn in_place(&mut self, f: Function, a: usize, b: usize) {
        let ((a, x), (b, y)) = (self.arrays[a].clone(), self.arrays[b].clone());
        let operands: [Operand; 2] = [(&a).into(), (&b).into()];
        let done = apply_into(f, &operands, &a, Casting::SameKind);
        let Some(other) = self.stretched(&y, &x.shape) else {
            return assert!(done.is_err());
        };
        done.unwrap();
        let values: Vec<f64> =
            self.values(&x).iter().zip(other).map(|(x, y)| scalar(f, *x, y)).collect();
        for (&cell, value) in x.cells.iter().zip(values) {
            self.memories[x.memory][cell] = value;
        }
    }

    fn view(&mut self, act: &Act) {
        let count = self.arrays.len();
        let (a, view): (usize, View) = match *act {
            Act::View(a, start, stop, step) => (
                a,
                Box::new(move |a| {
                    let index = Index::Slice(Some(start), Some(stop), step);
                    (a.ndim() > 0).then(|| a.select(&[index]).unwrap())
                }),
            ),
            Act::Row(a, i) => (
                a,
                Box::new(move |a| {
                    let extent = *a.shape().first()?;
                    (extent > 0).then(|| a.select(&[Index::At(i.rem_euclid(extent))]).unwrap())
                }),
            ),
            Act::Transpose(a) => (a, Box::new(|a| Some(a.transposed()))),
            _ => unreachable!("no view"),
        };
        let (a, x) = self.arrays[a % count].clone();
        // The same view of an array of cell numbers says which cells it has.
        let cells: Vec<f64> = x.cells.iter().map(|&cell| cell as f64).collect();
        let shape: Vec<isize> = x.shape.iter().map(|&n| n as isize).collect();
        let numbers = Array::from_slice(&cells, &shape).unwrap();
        if let (Some(result), Some(numbers)) = (view(&a), view(&numbers)) {
            let cells =
                numbers.to_vec::<f64>().unwrap().iter().map(|&cell| cell as usize).collect();
            let shape = result.shape().iter().map(|&n| n as usize).collect();
            self.arrays.push((result, Model { memory: x.memory, cells, shape }));
        }
    }
}

fn place(model: &Model, at: isize) -> Option<(Vec<isize>, usize)> {
    if model.cells.is_empty() {
        return None;
    }
    let at = at.rem_euclid(model.cells.len() as isize) as usize;
    let (mut rest, mut indices) = (at, Vec::new());
    for &extent in model.shape.iter().rev() {
        indices.insert(0, (rest % extent) as isize);
        rest /= extent;
    }
    Some((indices, model.cells[at]))
}

fn fit(a: &[usize], b: &[usize]) -> bool {
    a.iter().rev().zip(b.iter().rev()).all(|(&m, &n)| m == n || m == 1 || n == 1)
}

fn scalar(function: Function, x: f64, y: f64) -> f64 {
    match function {
        Function::Add => x + y,
        Function::Subtract => x - y,
        Function::Multiply => x * y,
        Function::Maximum => {
            if x > y || x.is_nan() {
                x
            } else {
                y
            }
        }
        Function::Negative => -x,
        Function::Abs => x.abs(),
        Function::Floor => x.floor(),
        _ => unreachable!("not in the programs"),
    }
}

fn run(shapes: &[Vec<usize>], acts: &[Act]) {
    fused::make_always();
    let mut world = World::default();
    for (i, shape) in shapes.iter().enumerate() {
        let values: Vec<f64> =
            (0..shape.iter().product()).map(|k| ((k * 7 + i) % 11) as f64 - 4.5).collect();
        let extents: Vec<isize> = shape.iter().map(|&n| n as isize).collect();
        world.add(Array::from_slice(&values, &extents).unwrap(), values, shape.clone());
    }
    for act in acts {
        world.step(act);
    }
    for (array, model) in &world.arrays {
        let (found, expected) = (array.to_vec::<f64>().unwrap(), world.values(model));
        assert!(
            found.iter().zip(&expected).all(|(x, y)| x == y || x.is_nan() && y.is_nan())
                && found.len() == expected.len(),
            "{array:?}: {found:?} is not {expected:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn small_arrays_behave_as_if_computed_at_once(acts in prop::collection::vec(act(), 1..40)) {
        run(&[vec![4], vec![3, 4], vec![3, 1], vec![], vec![2, 3, 4]], &acts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn large_arrays_behave_as_if_computed_at_once(acts in prop::collection::vec(act(), 1..40)) {
        run(&[vec![2500], vec![2, 2500], vec![50, 50], vec![50, 1], vec![1, 2500]], &acts);
    }
}

#[test]
fn short_runs_are_repeated_stretched_and_gathered_as_they_lie() {
    let wide = |shape: &[isize], seed: i64| {
        let n = shape.iter().product::<isize>() as i64;
        let values: Vec<i64> = (0..n).map(|x| (x * 7919 + seed) % 113).collect();
        Array::from_slice(&values, shape).unwrap()
    };
    for columns in [1isize, 2, 3, 7, 10, 31, 64, 100, 127, 128, 200] {
        let rows = 9_000 / columns;
        let operands = [
            wide(&[rows, columns], 1),
            wide(&[columns], 2),
            wide(&[rows, 1], 3),
            wide(&[columns, rows], 4).transposed(),
            wide(&[1, 1], 5),
            wide(&[2, rows, columns], 6),
            wide(&[2, 1, 1], 7),
            wide(&[2, 1, columns], 8),
            wide(&[rows, 2 * columns], 9)
                .select(&[Index::Slice(None, None, 1), Index::Slice(None, None, 2)])
                .unwrap(),
        ];
        for &dtype in &[DType::Int16, DType::Float32, DType::Float64, DType::Complex128] {
            let typed: Vec<Array> = operands
                .iter()
                .map(|array| {
                    array.cast(dtype, Casting::Unsafe).unwrap().copied_as_it_lies().unwrap()
                })
                .collect();
            for a in &typed {
                for b in &typed {
                    let sum = apply(Function::Add, &[a.into(), b.into()]).unwrap();
                    let shape = sum.shape().to_vec();
                    let whole = |array: &Array| {
                        array.broadcast_to(&shape).unwrap().copied(Order::C).unwrap()
                    };
                    let (x, y) = (whole(a), whole(b));
                    let expected = apply(Function::Add, &[(&x).into(), (&y).into()]).unwrap();
                    assert_eq!(sum.to_bytes().unwrap(), expected.to_bytes().unwrap());
                    // Folded on the way, from the middle of a run on where a block begins there.
                    let sum = apply(Function::Multiply, &[a.into(), b.into()]).unwrap();
                    let expected = apply(Function::Multiply, &[(&x).into(), (&y).into()]).unwrap();
                    let folded = |array: &Array| reduce(Reduction::Max, array, None, false, None);
                    let same = sum.layout().is_contiguous(Order::C);
                    if same && dtype != DType::Complex128 {
                        expected.eval().unwrap();
                        let (sum, expected) = (folded(&sum).unwrap(), folded(&expected).unwrap());
                        assert_eq!(sum.to_bytes().unwrap(), expected.to_bytes().unwrap());
                    }
                }
            }
        }
    }
}

/// What a quotient of complex numbers is, and what it notes.
fn quotient<T: Element>(a: &[T], b: &[T]) -> (Vec<u8>, Status) {
    let array = |elements: &[T]| Array::from_slice(elements, &[elements.len() as isize]).unwrap();
    let (a, b) = (array(a), array(b));
    let result = apply(Function::Divide, &[Operand::Array(&a), Operand::Array(&b)]).unwrap();
    let bytes = result.to_bytes().unwrap();
    (bytes, take_report())
}

/// Many quotients are those of each alone, and note what those do.
fn check_quotients<T: Element + PartialEq>(a: &[T], b: &[T], is_nan: impl Fn(&[u8]) -> bool) {
    let (bytes, noted) = quotient(a, b);
    let (mut each, mut by_each) = (Vec::new(), Status::NONE);
    for (a, b) in a.iter().zip(b) {
        let (bytes, noted) = quotient(&[*a], &[*b]);
        each.extend(bytes);
        by_each = Status::from_bits(by_each.bits() | noted.bits());
    }
    assert_eq!(noted, by_each);
    let size = size_of::<T>() / 2;
    for (found, expected) in bytes.chunks(size).zip(each.chunks(size)) {
        assert!(found == expected || is_nan(found) && is_nan(expected));
    }
}

proptest! {
    #[test]
    fn quotients_of_complex_numbers_do_not_depend_on_their_neighbours(
        parts in prop::collection::vec(
            prop_oneof![
                3 => -9.0f64..9.0,
                1 => prop::sample::select(vec![0.0, -0.0, 1.0, f64::INFINITY, f64::NAN, 1e-30, 1e30]),
            ],
            4..200,
        ),
    ) {
        let parts = &parts[..parts.len() / 4 * 4];
        let double: Vec<_> = parts.chunks(2).map(|x| Complex::new(x[0], x[1])).collect();
        let single: Vec<_> = parts.chunks(2).map(|x| Complex::new(x[0] as f32, x[1] as f32)).collect();
        let half = double.len() / 2;
        check_quotients(&double[..half], &double[half..], |bytes| {
            f64::from_ne_bytes(bytes.try_into().unwrap()).is_nan()
        });
        check_quotients(&single[..half], &single[half..], |bytes| {
            f32::from_ne_bytes(bytes.try_into().unwrap()).is_nan()
        });
    }
}

#[test]
fn what_is_put_off_lies_and_fails_as_what_is_computed_at_once() {
    let number = |i: usize| ((i * 37) % 101) as f64 - 50.0;
    for shape in [&[4096][..], &[64, 64], &[1, 4096], &[4096, 1], &[2, 1, 2048]] {
        let size = shape.iter().product::<isize>() as usize;
        let elements: Vec<f64> = (0..size).map(number).collect();
        let a = Array::from_slice(&elements, shape).unwrap();
        // Of an axis of one element any stride will do.
        let odd = a.reshaped(&[size as isize]).unwrap().reshaped(shape).unwrap();
        let single = a.cast(DType::Float32, Casting::Unsafe).unwrap();
        let (x, number) = (Operand::Array(&odd), Operand::Scalar(Scalar::Float(3.0)));
        for (function, operands) in [
            (Function::Add, [x, x]),
            (Function::Multiply, [number, x]),
            (Function::Less, [x, number]),
            (Function::Subtract, [x, Operand::Array(&single)]),
        ] {
            let later = apply(function, &operands).unwrap();
            assert!(!later.data().is_ready());
            pommel_array::lazy::set_eager(true);
            let now = apply(function, &operands).unwrap();
            pommel_array::lazy::set_eager(false);
            assert!(now.data().is_ready());
            assert_eq!((later.dtype(), later.layout()), (now.dtype(), now.layout()));
            assert_eq!(later.to_bytes().unwrap(), now.to_bytes().unwrap());
        }
        let other = Array::zeros(DType::Float64, &[3, 5]).unwrap();
        assert!(apply(Function::Add, &[x, Operand::Array(&other)]).is_err());
    }
}

#[test]
fn a_long_chain_of_plain_arrays_is_computed_in_parts() {
    let one = Array::full(&[2048], Scalar::Float(1.0), DType::Float64).unwrap();
    let mut sum = one.clone();
    for _ in 0..200 {
        sum = apply(Function::Add, &[Operand::Array(&sum), Operand::Array(&one)]).unwrap();
    }
    assert_eq!(sum.to_vec::<f64>().unwrap(), [201.0; 2048]);
    // Each node counts as often as it is used.
    let mut double = one;
    for _ in 0..40 {
        double = apply(Function::Add, &[Operand::Array(&double), Operand::Array(&double)]).unwrap();
    }
    assert_eq!(double.to_vec::<f64>().unwrap(), [2f64.powi(40); 2048]);
}
