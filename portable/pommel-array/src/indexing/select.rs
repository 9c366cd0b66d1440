//! What an index selects, read and written.

use super::{Part, mask};
use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::error::{Error, Result};
use crate::index::Index;
use crate::kernels::gather::{self, Selection, Source};
use crate::layout::{Dims, Layout, Order, broadcast_shapes};
use crate::raw::memory::{Memory, collected};
use smallvec::SmallVec;

/// The elements that an index selects: a view if the index is basic, else a copy.
///
/// # Errors
/// An index is out of bounds, there are more than there are axes, there are two ellipses, the step of a
/// slice is 0, arrays of indices do not fit each other, one is not of integers or truth values, the
/// shape of truth values is not that of the axes, or there is not enough memory.
pub fn get(array: &Array, index: &[Part]) -> Result<Array> {
    if let [Part::Array(which)] = index
        && which.dtype() == DType::Bool
        && which.ndim() > 0
        && which.shape() == array.shape()
    {
        return mask::selected(array, which);
    }
    if let [Part::Array(which)] = index
        && let Some(taken) = gather::few(array, which)
    {
        return taken;
    }
    let Some(plan) = Plan::new(array, index)? else {
        let view = array.select(&basic(index)?)?;
        // NumPy: an array as an index means a copy.
        let copied = index.iter().any(|part| matches!(part, Part::Array(_)));
        return if copied { view.copied(Order::C) } else { Ok(view) };
    };
    plan.read(array)
}

/// Writes elements to what an index selects, stretched to the shape of that. Where an index is repeated
/// the last element stays.
///
/// # Errors
/// As [`get`], and the elements do not fit the shape, the rule forbids the conversion to the array's
/// type, or the array is read-only. Nothing has been written then.
pub fn set(array: &Array, index: &[Part], value: &Array, casting: Casting) -> Result<()> {
    value.dtype().check_cast(array.dtype(), casting)?;
    if array.is_readonly() {
        return Err(Error::ReadOnly);
    }
    let value = value.without_leading_axes(array.ndim().max(index.len()))?;
    if let [Part::Array(which)] = index
        && which.dtype() == DType::Bool
        && which.shape() == array.shape()
        && value.size() == 1
        && value.ndim() <= 1
    {
        return mask::fill(array, which, &value.cast(array.dtype(), Casting::Unsafe)?);
    }
    let Some(plan) = Plan::new(array, index)? else {
        let view = array.select(&basic(index)?)?;
        return view.assign(&value, casting);
    };
    plan.write(array, &value)
}

/// The index as a basic one, which it is but for arrays of one integer.
fn basic(index: &[Part]) -> Result<SmallVec<[Index; 4]>> {
    let part = |part: &Part| match part {
        Part::Basic(part) => Ok(*part),
        Part::Array(array) => integer(array).map(Index::At),
    };
    index.iter().map(part).collect()
}

/// The integer of an array without dimensions.
fn integer(array: &Array) -> Result<isize> {
    let one = indices(array)?;
    let value = one.with_slice(|one: &[i64]| one[0])?;
    Ok(value as isize)
}

/// Indices as integers of 64 bits in C order. What is larger than they hold is the largest of them, and
/// out of every bound like it.
fn indices(array: &Array) -> Result<Array> {
    if !array.dtype().is_integer() {
        return Err(Error::IndexType { dtype: array.dtype() });
    }
    if array.dtype() == DType::UInt64 {
        let clipped = |value: &u64| i64::try_from(*value).unwrap_or(i64::MAX);
        let clipped =
            array.with_slice(|values: &[u64]| collected(values.iter().map(clipped)))??;
        return Array::from_slice(&clipped, array.shape());
    }
    array.cast(DType::Int64, Casting::Unsafe)?.contiguous()
}

/// An array of indices, and the axis of a view that it indexes.
struct Indices {
    array: Array,
    extent: isize,
    stride: isize,
    /// The axis of the array that was indexed, to name it.
    origin: usize,
}

/// What an index with arrays selects.
pub(super) struct Plan {
    /// The array without the axes that integers index.
    view: Layout,
    /// The axes of the view that arrays index.
    taken: SmallVec<[usize; 4]>,
    indices: SmallVec<[Indices; 2]>,
    /// Shapes that count among those of the indices.
    others: SmallVec<[Dims; 1]>,
    /// The common shape of the indices.
    common: Dims,
    /// How many other axes are in front of it.
    front: usize,
}

/// How far an index has been read.
struct Reading {
    /// The axis of the view that comes next, and the one of the array that it was.
    axis: usize,
    origin: usize,
    /// How many axes that nobody indexes have been passed.
    free: usize,
    /// How many of them were in front of the first array.
    first: Option<usize>,
    /// Whether something else came behind an array.
    ended: bool,
    apart: bool,
}

impl Reading {
    /// An array, or an integer among arrays.
    fn array(&mut self) {
        self.first.get_or_insert(self.free);
        self.apart |= self.ended;
    }

    /// Something else.
    fn other(&mut self, axes: usize) {
        self.free += axes;
        self.ended |= self.first.is_some();
    }
}

impl Plan {
    /// What an index selects; `None` if it is a basic one.
    fn new(array: &Array, index: &[Part]) -> Result<Option<Plan>> {
        let advanced =
            |part: &Part| matches!(part, Part::Array(a) if a.ndim() > 0 || !a.dtype().is_integer());
        if !index.iter().any(advanced) {
            return Ok(None);
        }
        let whole = whole_axes(array, index)?;
        let (view, shapes) = (array.layout().clone(), SmallVec::new());
        let (taken, indices, common) = (SmallVec::new(), SmallVec::new(), Dims::new());
        let mut plan = Plan { view, taken, indices, others: shapes, common, front: 0 };
        let mut reading =
            Reading { axis: 0, origin: 0, free: 0, first: None, ended: false, apart: false };
        for part in index {
            match part {
                Part::Basic(part) => plan.add_basic(*part, whole, &mut reading)?,
                Part::Array(array) => plan.add_array(array, &mut reading)?,
            }
        }
        let shapes = plan.indices.iter().map(|indices| indices.array.shape());
        let shapes = shapes.chain(plan.others.iter().map(|shape| &shape[..]));
        plan.common = broadcast_shapes(shapes).map_err(|error| match error {
            Error::Broadcast { shapes, .. } => Error::IndexShapes { shapes },
            other => other,
        })?;
        plan.front = if reading.apart { 0 } else { reading.first.unwrap_or(0) };
        Ok(Some(plan))
    }

    /// What indices of one axis select.
    pub(super) fn along(array: &Array, axis: usize, indices: &Array) -> Result<Plan> {
        let mut index = vec![Part::Basic(crate::index::ALL); axis];
        index.push(Part::Array(indices.clone()));
        let plan = Plan::new(array, &index)?;
        Ok(plan.expect("an array with dimensions is not a basic index"))
    }

    fn add_basic(&mut self, part: Index, whole: usize, reading: &mut Reading) -> Result<()> {
        match part {
            Index::At(index) => {
                let at = self.view.at(reading.axis, index);
                self.view = at.map_err(|error| about(error, reading.origin))?;
                reading.origin += 1;
                reading.array();
            }
            Index::Slice(start, stop, step) => {
                self.view = self.view.slice(reading.axis, start, stop, step)?;
                (reading.axis, reading.origin) = (reading.axis + 1, reading.origin + 1);
                reading.other(1);
            }
            Index::NewAxis => {
                self.view = self.view.with_axis(reading.axis);
                reading.axis += 1;
                reading.other(1);
            }
            Index::Ellipsis => {
                (reading.axis, reading.origin) = (reading.axis + whole, reading.origin + whole);
                reading.other(whole);
            }
        }
        Ok(())
    }

    fn add_array(&mut self, array: &Array, reading: &mut Reading) -> Result<()> {
        if array.dtype().kind() != Kind::Bool {
            if array.ndim() == 0 {
                return self.add_basic(Index::At(integer(array)?), 0, reading);
            }
            reading.array();
            self.take(indices(array)?, reading, 1);
            return Ok(());
        }
        reading.array();
        if array.ndim() == 0 {
            let is_true = array.with_slice(|one: &[bool]| one[0])?;
            self.others.push(Dims::from_elem(is_true as isize, 1));
            return Ok(());
        }
        let axes = reading.axis..reading.axis + array.ndim();
        for (&extent, axis) in array.shape().iter().zip(axes.clone()) {
            let found = self.view.shape()[axis];
            // NumPy: an axis of none selects nothing of any axis.
            if extent != found && extent != 0 {
                let axis = reading.origin + axis - reading.axis;
                let mask = Dims::from_slice(array.shape());
                return Err(Error::MaskShape { mask, axis, extent: found });
            }
        }
        let (shape, strides) = (&self.view.shape()[axes.clone()], &self.view.strides()[axes]);
        let joined = (1..shape.len()).all(|i| strides[i - 1] == strides[i] * shape[i]);
        if joined {
            self.take(mask::flatnonzero(array)?, reading, array.ndim());
        } else {
            for indices in mask::nonzero(array)? {
                self.take(indices, reading, 1);
            }
        }
        Ok(())
    }

    /// Notes indices of some axes, which are stepped along as one.
    fn take(&mut self, array: Array, reading: &mut Reading, axes: usize) {
        let taken = reading.axis..reading.axis + axes;
        let extent = self.view.shape()[taken.clone()].iter().product();
        let stride = self.view.strides()[taken.end - 1];
        self.indices.push(Indices { array, extent, stride, origin: reading.origin });
        self.taken.extend(taken);
        (reading.axis, reading.origin) = (reading.axis + axes, reading.origin + axes);
    }

    /// Extents or strides of the axes that no array indexes.
    fn free(&self, dims: &[isize]) -> Dims {
        let free = dims.iter().enumerate().filter(|(axis, _)| !self.taken.contains(axis));
        free.map(|(_, &value)| value).collect()
    }

    /// The shape of what is selected.
    fn shape(&self) -> Dims {
        let mut shape = self.free(self.view.shape());
        shape.insert_from_slice(self.front, &self.common);
        shape
    }

    /// The selection, where the elements of the other array are by its strides; `step` is the bytes
    /// from one place of the common shape to the next.
    fn selection(&self, strides: &[isize], step: isize) -> Result<Selection> {
        let mut sources = SmallVec::new();
        for indices in &self.indices {
            let stretched = indices.array.layout().broadcast_to(&self.common)?;
            sources.push(Source {
                array: indices.array.clone(),
                steps: Dims::from_slice(stretched.strides()),
                extent: indices.extent,
                stride: indices.stride,
            });
        }
        let (shape, own) = (self.free(self.view.shape()), self.free(self.view.strides()));
        let (front, behind) = (self.front, self.front + self.common.len());
        let outer = (&shape[..front], &own[..front], &strides[..front]);
        let inner = (&shape[front..], &own[front..], &strides[behind..]);
        Selection::new(sources, &self.common, outer, inner, step, self.view.item_size())
    }

    /// Whether indices have been found within their axes.
    fn check(&self, within: bool, selection: &Selection) -> Result<()> {
        if within {
            return Ok(());
        }
        let found = selection.first_outside()?;
        let (which, index) = found.expect("an index was out of bounds");
        let Indices { extent, origin, .. } = self.indices[which];
        Err(Error::OutOfBounds { index: index as isize, axis: origin, extent })
    }

    /// A copy of what is selected.
    pub(super) fn read(&self, array: &Array) -> Result<Array> {
        let size = self.view.item_size();
        let layout = Layout::contiguous(&self.shape(), size, Order::C)?;
        let memory = Memory::uninit(layout.size() * size)?;
        let behind = &layout.shape()[self.front + self.common.len()..];
        let step = behind.iter().product::<isize>() * size as isize;
        let selection = self.selection(layout.strides(), step)?;
        let view = array.with_layout(self.view.clone());
        self.check(selection.read(&view, &memory, &layout)?, &selection)?;
        Ok(Array::over(memory, array.dtype(), layout))
    }

    /// Writes elements to what is selected.
    pub(super) fn write(&self, array: &Array, value: &Array) -> Result<()> {
        let shape = self.shape();
        let value =
            value.without_leading_axes(shape.len())?.cast(array.dtype(), Casting::Unsafe)?;
        let mut value = value.broadcast_to(&shape)?;
        let places = self.front..self.front + self.common.len();
        if value.may_share_memory(array)
            || joined(&self.common, &value.layout().strides()[places.clone()]).is_none()
        {
            value = value.copied(Order::C)?;
        }
        let strides = value.layout().strides();
        let step = joined(&self.common, &strides[places]);
        let step = step.expect("a copy in C order is stepped along as one axis");
        let mut plan = self.selection(strides, step)?;
        if self.indices.iter().any(|indices| indices.array.may_share_memory(array)) {
            plan = self.with_copied_indices()?.selection(strides, step)?;
        }
        let view = array.with_layout(self.view.clone());
        self.check(plan.write(&view, &value)?, &plan)
    }

    /// The same, whose indices stay what they are while the array is written.
    fn with_copied_indices(&self) -> Result<Plan> {
        let copied = self.indices.iter().map(|indices| {
            let array = indices.array.copied(Order::C)?;
            Ok(Indices { array, ..*indices })
        });
        Ok(Plan {
            indices: copied.collect::<Result<_>>()?,
            view: self.view.clone(),
            taken: self.taken.clone(),
            others: self.others.clone(),
            common: self.common.clone(),
            front: self.front,
        })
    }
}

/// The step along axes of a shape that can be stepped along as one.
fn joined(shape: &[isize], strides: &[isize]) -> Option<isize> {
    if shape.contains(&0) {
        return Some(0);
    }
    let mut axes = shape.iter().zip(strides).rev().filter(|(extent, _)| **extent != 1);
    let Some((&extent, &step)) = axes.next() else { return Some(0) };
    let mut next = step * extent;
    for (&extent, &stride) in axes {
        if stride != next {
            return None;
        }
        next *= extent;
    }
    Some(step)
}

/// How many axes an ellipsis stands for.
fn whole_axes(array: &Array, index: &[Part]) -> Result<usize> {
    let axes = |part: &Part| match part {
        Part::Basic(Index::At(_) | Index::Slice(..)) => 1,
        Part::Basic(_) => 0,
        Part::Array(array) if array.dtype() == DType::Bool => array.ndim(),
        Part::Array(_) => 1,
    };
    let ellipses = index.iter().filter(|part| matches!(part, Part::Basic(Index::Ellipsis)));
    if ellipses.count() > 1 {
        return Err(Error::TwoEllipses);
    }
    let given = index.iter().map(axes).sum::<usize>();
    array.ndim().checked_sub(given).ok_or(Error::TooManyIndices { given, ndim: array.ndim() })
}

/// The same error about an axis of the array that the user named.
fn about(error: Error, origin: usize) -> Error {
    match error {
        Error::OutOfBounds { index, extent, .. } => {
            Error::OutOfBounds { index, axis: origin, extent }
        }
        other => other,
    }
}
