//! Sums of products by subscripts.
//!
//! Operands are multiplied two at a time, the pair first whose product is smallest against what it
//! replaces. A pair is a product of matrices: the axes that both have and somebody needs later are
//! leading ones, those that both have and nobody needs are summed over, the others are rows and columns.

use super::product::matmul;
use super::subscripts::{Label, Subscripts, parsed};
use super::view::diagonal;
use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::elementwise::apply;
use crate::error::Result;
use crate::function::Function;
use crate::layout::{Dims, Layout, Order};

/// An operand with a label for each axis; no label twice.
struct Operand {
    array: Array,
    labels: Vec<Label>,
}

/// The sums of products of arrays that subscripts describe, as in NumPy: `"ij,jk->ik"` is the product of
/// matrices, `"ii"` the trace, `"...ij->...ji"` a transposition.
///
/// Without `->` the result has the axes of an ellipsis and then, sorted, the letters that occur once. The
/// types meet. A result that is a view of one operand is a view, as in NumPy.
///
/// # Errors
/// The subscripts do not fit the operands (the text shows where), or there is not enough memory.
pub fn einsum(subscripts: &str, operands: &[&Array]) -> Result<Array> {
    let shapes: Vec<&[isize]> = operands.iter().map(|array| array.shape()).collect();
    let Subscripts { operands: labels, output } = parsed(subscripts, &shapes)?;
    let dtype = DType::common(operands.iter().map(|array| array.dtype()));
    let dtype = dtype.unwrap_or(DType::Float64);
    let mut left = Vec::new();
    for (array, labels) in operands.iter().zip(labels) {
        let array = array.cast(dtype, Casting::Unsafe)?;
        left.push(without_repeats(Operand { array, labels })?);
    }
    let extents = Extents::of(&left);
    while left.len() > 1 {
        let (i, j) = next_pair(&left, &output, &extents);
        let second = left.remove(j);
        let first = left.remove(i);
        let needed = |label: &Label| {
            output.contains(label) || left.iter().any(|operand| operand.labels.contains(label))
        };
        let product = contracted(first, second, needed, &extents)?;
        left.push(product);
    }
    let Some(last) = left.pop() else { return Array::zeros(dtype, &[]) };
    let summed = summed(last, |label| output.contains(label))?;
    let axes: Dims = output
        .iter()
        .filter_map(|label| summed.labels.iter().position(|other| other == label))
        .map(|axis| axis as isize)
        .collect();
    summed.array.permuted(&axes)
}

/// How long each label is.
struct Extents(Vec<(Label, isize)>);

impl Extents {
    fn of(operands: &[Operand]) -> Extents {
        let mut known: Vec<(Label, isize)> = Vec::new();
        for operand in operands {
            for (&label, &extent) in operand.labels.iter().zip(operand.array.shape()) {
                match known.iter_mut().find(|(other, _)| *other == label) {
                    Some((_, found)) if *found == 1 => *found = extent,
                    Some(_) => {}
                    None => known.push((label, extent)),
                }
            }
        }
        Extents(known)
    }

    fn get(&self, label: &Label) -> isize {
        self.0.iter().find(|(other, _)| other == label).map_or(1, |&(_, extent)| extent)
    }

    /// How many elements so many labels have.
    fn size<'a>(&self, labels: impl Iterator<Item = &'a Label>) -> f64 {
        labels.map(|label| self.get(label) as f64).product()
    }
}

/// An operand in which axes of one label are their diagonal.
fn without_repeats(mut operand: Operand) -> Result<Operand> {
    let repeat = |labels: &[Label]| {
        (0..labels.len())
            .find_map(|j| labels[..j].iter().position(|l| *l == labels[j]).map(|i| (i, j)))
    };
    while let Some((i, j)) = repeat(&operand.labels) {
        let label = operand.labels[i];
        // An axis of one element is stretched to the other before the diagonal is taken.
        let mut shape = Dims::from_slice(operand.array.shape());
        let readonly = operand.array.is_readonly();
        if shape[i] != shape[j] {
            let extent = if shape[i] == 1 { shape[j] } else { shape[i] };
            (shape[i], shape[j]) = (extent, extent);
            operand.array = operand.array.broadcast_to(&shape)?;
        }
        let taken = diagonal(&operand.array, 0, i as isize, j as isize)?;
        // The diagonal can be written like the array, as NumPy's `einsum` lets one.
        taken.seal(readonly || operand.array.is_readonly());
        operand.labels.remove(j);
        operand.labels.remove(i);
        operand.labels.push(label);
        operand.array = taken;
    }
    Ok(operand)
}

/// The pair whose product adds least memory; of several, the one with least work.
fn next_pair(operands: &[Operand], output: &[Label], extents: &Extents) -> (usize, usize) {
    let mut best = (0, 1, f64::INFINITY, f64::INFINITY);
    for i in 0..operands.len() {
        for j in i + 1..operands.len() {
            let (a, b) = (&operands[i].labels, &operands[j].labels);
            let all = || a.iter().chain(b.iter().filter(|label| !a.contains(label)));
            let elsewhere = |label: &Label| {
                output.contains(label)
                    || operands.iter().enumerate().any(|(other, operand)| {
                        other != i && other != j && operand.labels.contains(label)
                    })
            };
            let product = extents.size(all().filter(|label| elsewhere(label)));
            let grown = product - extents.size(a.iter()) - extents.size(b.iter());
            let work = extents.size(all());
            if (grown, work) < (best.2, best.3) {
                best = (i, j, grown, work);
            }
        }
    }
    (best.0, best.1)
}

/// An operand summed over the labels that are not needed.
fn summed(operand: Operand, needed: impl Fn(&Label) -> bool) -> Result<Operand> {
    let Operand { array, labels } = operand;
    let (kept, gone): (Vec<usize>, Vec<usize>) =
        (0..labels.len()).partition(|&axis| needed(&labels[axis]));
    if gone.is_empty() {
        return Ok(Operand { array, labels });
    }
    let shape: Dims = kept.iter().map(|&axis| array.shape()[axis]).collect();
    let order: Dims = kept.iter().chain(&gone).map(|&axis| axis as isize).collect();
    let rows = shape.iter().product::<isize>();
    let length = gone.iter().map(|&axis| array.shape()[axis]).product::<isize>();
    let matrix = array.permuted(&order)?.reshaped(&[rows, length])?;
    // A sum is a product with ones. In order to wrap around or to be a disjunction it has the same type.
    let one = Array::from_slice(&[1u8], &[])?.cast(array.dtype(), Casting::Unsafe)?;
    let ones = one.broadcast_to(&[length, 1])?.copied(Order::C)?;
    let array = matmul(&matrix, &ones)?.reshaped(&shape)?;
    Ok(Operand { array, labels: kept.into_iter().map(|axis| labels[axis]).collect() })
}

/// The axes of an operand in an order, each stretched to its extent; an axis that it has not is one of one
/// element, or of the extent if it must be whole.
fn arranged(operand: &Operand, order: &[Label], extents: &Extents, whole: usize) -> Result<Array> {
    let (mut shape, mut strides) = (Dims::new(), Dims::new());
    let layout = operand.array.layout();
    for (place, label) in order.iter().enumerate() {
        let axis = operand.labels.iter().position(|other| other == label);
        let own = axis.map_or(1, |axis| layout.shape()[axis]);
        let wanted = if place >= whole { extents.get(label) } else { own };
        shape.push(wanted);
        strides.push(axis.filter(|_| own == wanted).map_or(0, |axis| layout.strides()[axis]));
    }
    let (offset, size) = (layout.offset(), layout.item_size());
    let layout = Layout::foreign(&shape, &strides, offset, size, isize::MAX as usize)?;
    Ok(operand.array.with_layout(layout))
}

/// The product of two operands, summed over the labels that both have and nobody needs.
fn contracted(
    a: Operand,
    b: Operand,
    needed: impl Fn(&Label) -> bool,
    extents: &Extents,
) -> Result<Operand> {
    let only = |labels: &[Label], other: &[Label]| -> Vec<Label> {
        labels.iter().filter(|label| !other.contains(label)).copied().collect()
    };
    // What one operand alone has and nobody needs is summed first.
    let (in_a, in_b) = (a.labels.clone(), b.labels.clone());
    let a = summed(a, |label| needed(label) || in_b.contains(label))?;
    let b = summed(b, |label| needed(label) || in_a.contains(label))?;
    let both = |label: &&Label| b.labels.contains(label);
    let (batch, inner): (Vec<Label>, Vec<Label>) =
        a.labels.iter().filter(both).copied().partition(|label| needed(label));
    let (rows, cols) = (only(&a.labels, &b.labels), only(&b.labels, &a.labels));
    let joined = |parts: [&[Label]; 3]| parts.concat();
    if inner.is_empty() {
        // Nothing is summed: the axes are only stretched to each other.
        let labels = joined([&batch, &rows, &cols]);
        let own = |operand| arranged(operand, &labels, extents, labels.len());
        let array = apply(Function::Multiply, &[(&own(&a)?).into(), (&own(&b)?).into()])?;
        return Ok(Operand { array, labels });
    }
    let size = |labels: &[Label]| -> isize { labels.iter().map(|l| extents.get(l)).product() };
    let left = arranged(&a, &joined([&batch, &rows, &inner]), extents, batch.len())?;
    let right = arranged(&b, &joined([&batch, &inner, &cols]), extents, batch.len())?;
    let split = |array: &Array, first: &[Label], last: &[Label]| {
        let leading = array.shape()[..batch.len()].iter().copied();
        let shape: Dims = leading.chain([size(first), size(last)]).collect();
        array.reshaped(&shape)
    };
    let product = matmul(&split(&left, &rows, &inner)?, &split(&right, &inner, &cols)?)?;
    let labels = joined([&batch, &rows, &cols]);
    // Leading axes of one element in both stay so.
    let leading = product.shape()[..batch.len()].to_vec();
    let shape: Dims = leading
        .into_iter()
        .chain(rows.iter().chain(&cols).map(|label| extents.get(label)))
        .collect();
    Ok(Operand { array: product.reshaped(&shape)?, labels })
}
