//! New arrays, and arrays in other shapes, beside what NumPy answers: `golden/creation.txt` and
//! `golden/manipulation.txt`, which `golden/make_shape.py` asked it.

use num_complex::Complex;
use pommel_array::creation::{self, Indexing};
use pommel_array::manipulation::{self, PadMode};
use pommel_array::{Array, DType, Order, Result, Scalar};

/// The arguments of a row.
struct Row<'a>(Vec<&'a str>);

impl Row<'_> {
    fn is_none(&self, i: usize) -> bool {
        self.0[i] == "-"
    }

    fn ints(&self, i: usize) -> Vec<isize> {
        let parts = self.0[i].split(',').filter(|part| !part.is_empty());
        parts.map(|part| part.parse().unwrap()).collect()
    }

    fn int(&self, i: usize) -> isize {
        self.0[i].parse().unwrap()
    }

    fn axis(&self, i: usize) -> Option<isize> {
        (!self.is_none(i)).then(|| self.int(i))
    }

    fn truth(&self, i: usize) -> bool {
        self.0[i] == "True"
    }

    fn order(&self, i: usize) -> Order {
        if self.0[i] == "F" { Order::F } else { Order::C }
    }

    fn dtype(&self, i: usize) -> Option<DType> {
        DType::from_name(self.0[i])
    }

    fn scalar(&self, i: usize) -> Scalar {
        scalar(self.0[i])
    }

    /// An array that counts its elements, of a shape.
    fn array(&self, i: usize) -> Array {
        counted(&self.ints(i))
    }
}

fn counted(shape: &[isize]) -> Array {
    let size: isize = shape.iter().product();
    let numbers: Vec<i64> = (0..size as i64).collect();
    Array::from_slice(&numbers, shape).unwrap()
}

/// A number as Python writes it.
fn scalar(text: &str) -> Scalar {
    match text {
        "True" => return Scalar::Bool(true),
        "False" => return Scalar::Bool(false),
        _ => {}
    }
    if let Ok(value) = text.parse() {
        return Scalar::Int(value);
    }
    if let Some(parts) = text.trim_matches(['(', ')']).strip_suffix('j') {
        let split = parts.rfind(['+', '-']).filter(|&at| at > 0 && !parts[..at].ends_with('e'));
        let (re, im) = split.map_or(("0", parts), |at| parts.split_at(at));
        return Scalar::Complex(Complex::new(re.parse().unwrap(), im.parse().unwrap()));
    }
    Scalar::Float(text.parse().expect(text))
}

/// The same number, bit for bit, or, if a tolerance is given, nearly.
fn same(a: Scalar, b: Scalar, tolerance: f64) -> bool {
    let near = |a: f64, b: f64| {
        a.to_bits() == b.to_bits()
            || a.is_nan() && b.is_nan()
            || (a - b).abs() <= tolerance * b.abs()
    };
    match (a, b) {
        (Scalar::Float(a), Scalar::Float(b)) => near(a, b),
        (Scalar::Complex(a), Scalar::Complex(b)) => near(a.re, b.re) && near(a.im, b.im),
        _ => a == b,
    }
}

/// Elements in C order.
fn elements(array: &Array) -> Vec<Scalar> {
    let flat = manipulation::flatten(array, Order::C).unwrap();
    (0..flat.size() as isize).map(|i| flat.item(&[i]).unwrap()).collect()
}

/// Compares every row of a file; the rows of some functions need only be near.
fn check(file: &str, call: impl Fn(&str, &Row<'_>) -> Result<Array>) {
    let mut wrong = Vec::new();
    for line in file.lines() {
        let mut fields: Vec<&str> = line.split(';').collect();
        let expected = fields.pop().unwrap();
        let name = fields.remove(0);
        let tolerance = if matches!(name, "logspace" | "geomspace") { 1e-14 } else { 0.0 };
        let found = call(name, &Row(fields));
        let fine = match &found {
            Err(_) => expected == "error",
            Ok(_) if expected == "error" => false,
            Ok(array) => agrees(array, expected, tolerance),
        };
        if !fine {
            let found = found.map(|array| {
                format!("{} {:?} {:?}", array.dtype(), array.shape(), elements(&array))
            });
            wrong.push(format!("{line}\n    {found:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

fn agrees(array: &Array, expected: &str, tolerance: f64) -> bool {
    let mut parts = expected.splitn(3, ' ');
    let (dtype, shape, values) =
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let shape: Vec<isize> =
        shape.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
    let values: Vec<Scalar> = values.split(',').filter(|n| !n.is_empty()).map(scalar).collect();
    let found = elements(array);
    array.dtype().name() == dtype
        && array.shape() == shape
        && found.len() == values.len()
        && found.iter().zip(&values).all(|(a, b)| same(*a, *b, tolerance))
}

#[test]
fn new_arrays_are_numpys() {
    check(include_str!("golden/creation.txt"), |name, row| match name {
        "arange" => creation::arange(row.scalar(0), row.scalar(1), row.scalar(2), row.dtype(3)),
        "linspace" => {
            creation::linspace(row.scalar(0), row.scalar(1), row.int(2), row.truth(3), row.dtype(4))
        }
        "logspace" => creation::logspace(
            row.scalar(0),
            row.scalar(1),
            row.int(2),
            row.truth(3),
            row.scalar(4),
            None,
        ),
        "geomspace" => {
            creation::geomspace(row.scalar(0), row.scalar(1), row.int(2), row.truth(3), None)
        }
        "eye" => creation::eye(row.int(0), row.int(1), row.int(2), DType::Int64),
        "tri" => creation::tri(row.int(0), row.int(1), row.int(2), DType::Int64),
        "diag" => creation::diag(&row.array(0), row.int(1)),
        "vander" => creation::vander(&row.array(0), Some(row.int(1)), row.truth(2)),
        "indices" => creation::indices(&row.ints(0), DType::Int64),
        "meshgrid" => {
            let arrays: Vec<Array> = row.ints(0).iter().map(|&n| counted(&[n])).collect();
            let indexing = if row.0[2] == "xy" { Indexing::Xy } else { Indexing::Ij };
            let mut grid = creation::meshgrid(&arrays, indexing, row.truth(3))?;
            Ok(grid.swap_remove(row.int(1) as usize))
        }
        other => panic!("{other}"),
    });
}

#[test]
fn other_shapes_are_numpys() {
    check(include_str!("golden/manipulation.txt"), |name, row| {
        let a = row.array(0);
        axes(name, row, &a).or_else(|| copies(name, row, &a)).unwrap_or_else(|| panic!("{name}"))
    });
}

fn axes(name: &str, row: &Row<'_>, a: &Array) -> Option<Result<Array>> {
    let turned = a.transposed();
    Some(match name {
        "reshape" => manipulation::reshape(a, &row.ints(1), row.order(2), None),
        "reshape_turned" => manipulation::reshape(&turned, &row.ints(1), row.order(2), None),
        "reshape_view" => manipulation::reshape(&turned, &row.ints(1), row.order(2), Some(false)),
        "ravel" => manipulation::ravel(a, row.order(1)),
        "expand_dims" => manipulation::expand_dims(a, &[row.int(1)]),
        "squeeze" => manipulation::squeeze(a, row.axis(1).as_ref().map(core::slice::from_ref)),
        "flip" => manipulation::flip(a, row.axis(1).as_ref().map(core::slice::from_ref)),
        "swapaxes" => manipulation::swapaxes(a, row.int(1), row.int(2)),
        "moveaxis" => manipulation::moveaxis(a, &[row.int(1)], &[row.int(2)]),
        "diagonal" => manipulation::diagonal(a, row.int(1), row.int(2), row.int(3)),
        "rot90" => manipulation::rot90(a, row.int(1), row.ints(2).try_into().unwrap()),
        "transpose" => manipulation::permute_dims(a, None),
        "atleast" => manipulation::atleast(a, row.int(1) as usize),
        "windows" => {
            let axis = row.axis(2);
            let axes = axis.as_ref().map(core::slice::from_ref);
            manipulation::sliding_window_view(a, &row.ints(1), axes)
        }
        _ => return None,
    })
}

fn copies(name: &str, row: &Row<'_>, a: &Array) -> Option<Result<Array>> {
    Some(match name {
        "unstack" => manipulation::unstack(a, row.int(1)).and_then(|parts| {
            if parts.is_empty() {
                // There is nothing to stack again.
                return manipulation::moveaxis(a, &[row.int(1)], &[0]);
            }
            manipulation::stack(&parts, 0)
        }),
        "roll" if row.is_none(2) => manipulation::roll(a, &row.ints(1), None),
        "roll" => manipulation::roll(a, &row.ints(1), Some(&row.ints(2))),
        "repeat" => manipulation::repeat(a, &row.ints(1), row.axis(2)),
        "array_split" => manipulation::array_split(a, row.int(1), row.int(2)).map(|parts| {
            let sizes: Vec<i64> = parts.iter().map(|part| part.size() as i64).collect();
            Array::from_slice(&sizes, &[sizes.len() as isize]).unwrap()
        }),
        "split" => manipulation::split(a, row.int(1), row.int(2))
            .and_then(|parts| manipulation::stack(&parts, 0)),
        "concat" => manipulation::concat(&[a.clone(), row.array(1)], row.axis(2)),
        "stack" => {
            let other = pommel_array::apply(
                pommel_array::Function::Add,
                &[a.into(), Scalar::Int(100).into()],
            );
            manipulation::stack(&[a.clone(), other.unwrap()], row.int(1))
        }
        "delete" => manipulation::delete(a, &row.ints(1), row.axis(2)),
        "insert" => {
            let values = pommel_array::apply(
                pommel_array::Function::Add,
                &[
                    (&counted(&row.ints(2))).into(),
                    Scalar::Int(if row.is_none(3) { 77 } else { 50 }).into(),
                ],
            );
            manipulation::insert(a, &row.ints(1), &values.unwrap(), row.axis(3))
        }
        "tile" => manipulation::tile(a, &row.ints(1)),
        "tril" => manipulation::tril(a, row.int(1)),
        "triu" => manipulation::triu(a, row.int(1)),
        "pad" => {
            let widths: Vec<_> = row.ints(1).chunks(2).map(|pair| (pair[0], pair[1])).collect();
            let mode = match row.0[2] {
                "constant" => PadMode::Constant(Scalar::Int(9)),
                "edge" => PadMode::Edge,
                "reflect" => PadMode::Reflect,
                "symmetric" => PadMode::Symmetric,
                _ => PadMode::Wrap,
            };
            manipulation::pad(a, &widths, mode)
        }
        _ => return None,
    })
}
