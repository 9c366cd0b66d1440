//! Where the elements of an array lie: shape, strides and offset.
//!
//! An element's place is the offset plus the sum of index times stride over all axes, in bytes from
//! the start of the buffer. A stride may be negative (a reversed axis) or 0 (a repeated one). Every
//! function makes a new layout of the same buffer; which bytes a layout can reach is known
//! ([`Layout::bytes`]), and no view of a layout reaches others.

use crate::error::{Error, Result};
use core::ops::Range;
use smallvec::SmallVec;

/// Extents, strides or axes. Up to four need no memory of their own.
pub type Dims = SmallVec<[isize; 4]>;

/// The same numbers as [`Dims`]. Up to four are written in words and not copied as bytes, which takes a
/// call that every small array would feel.
#[inline(always)]
pub(crate) fn dims(numbers: &[isize]) -> Dims {
    mapped(numbers, |number| number)
}

/// The same of what a function makes of the numbers.
#[inline(always)]
fn mapped(numbers: &[isize], f: impl Fn(isize) -> isize) -> Dims {
    let (few, count) = match *numbers {
        [] => ([0; 4], 0),
        [a] => ([f(a), 0, 0, 0], 1),
        [a, b] => ([f(a), f(b), 0, 0], 2),
        [a, b, c] => ([f(a), f(b), f(c), 0], 3),
        [a, b, c, d] => ([f(a), f(b), f(c), f(d)], 4),
        _ => return numbers.iter().map(|&number| f(number)).collect(),
    };
    Dims::from_buf_and_len(few, count)
}

/// In which order the elements of a new array lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// The last axis varies fastest.
    C,
    /// The first axis varies fastest.
    F,
}

/// The places of an array's elements in a buffer.
#[derive(Debug, Eq, PartialEq)]
pub struct Layout {
    shape: Dims,
    strides: Dims,
    offset: isize,
    item_size: usize,
}

impl Clone for Layout {
    /// `SmallVec` would copy number by number.
    #[inline]
    fn clone(&self) -> Layout {
        let (shape, strides) = (dims(&self.shape), dims(&self.strides));
        Layout { shape, strides, ..*self }
    }
}

impl Layout {
    /// A layout without gaps.
    ///
    /// # Errors
    /// An extent is negative, or the array would be larger than memory can be.
    pub fn contiguous(shape: &[isize], item_size: usize, order: Order) -> Result<Layout> {
        checked_bytes(shape, item_size)?;
        let strides = match shape {
            // What most arrays are.
            [_] => dims(&[item_size as isize]),
            _ => contiguous_strides(shape, item_size, order),
        };
        Ok(Layout { shape: dims(shape), strides, offset: 0, item_size })
    }

    /// The layout of few elements, one behind the other.
    #[inline(always)]
    pub(crate) fn row(extent: usize, item_size: usize) -> Layout {
        let (shape, strides) = (dims(&[extent as isize]), dims(&[item_size as isize]));
        Layout { shape, strides, offset: 0, item_size }
    }

    /// A layout that somebody else made, such as the exporter of a buffer.
    ///
    /// # Errors
    /// An extent is negative, or the places do not all lie within `buffer` bytes.
    ///
    /// # Panics
    /// If there is not a stride for each axis.
    pub fn foreign(
        shape: &[isize],
        strides: &[isize],
        offset: isize,
        item_size: usize,
        buffer: usize,
    ) -> Result<Layout> {
        assert_eq!(shape.len(), strides.len(), "a stride for each axis");
        checked_bytes(shape, item_size)?;
        let too_large = || Error::TooLarge { shape: dims(shape), item_size };
        let (low, high) = reach(shape, strides, offset, item_size).ok_or_else(too_large)?;
        if low < 0 || high > buffer as isize {
            return Err(too_large());
        }
        let (shape, strides) = (dims(shape), dims(strides));
        Ok(Layout { shape, strides, offset, item_size })
    }

    /// The extents of the axes.
    pub fn shape(&self) -> &[isize] {
        &self.shape
    }

    /// The bytes from one element to the next along each axis.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// Where the first element lies, in bytes from the start of the buffer.
    pub fn offset(&self) -> isize {
        self.offset
    }

    /// Bytes of an element.
    pub fn item_size(&self) -> usize {
        self.item_size
    }

    /// How many axes there are.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }

    /// How many elements there are.
    pub fn size(&self) -> usize {
        self.shape.iter().product::<isize>() as usize
    }

    /// A layout without gaps whose axes lie in the order of this one's, for elements of a size.
    ///
    /// # Errors
    /// It is larger than memory can be.
    pub fn dense(&self, item_size: usize) -> Result<Layout> {
        let mut axes: SmallVec<[usize; 4]> = (0..self.ndim()).collect();
        // Stable: axes of equal strides stay in C order.
        axes.sort_by_key(|&axis| core::cmp::Reverse(self.strides[axis].unsigned_abs()));
        let mut layout = Layout::contiguous(&self.shape, item_size, Order::C)?;
        let mut step = item_size as isize;
        for &axis in axes.iter().rev() {
            layout.strides[axis] = step;
            step *= self.shape[axis].max(1);
        }
        Ok(layout)
    }

    /// The first or second half of each element, as an element of its own.
    pub(crate) fn part(&self, which: isize, item_size: usize) -> Layout {
        Layout { offset: self.offset + which * item_size as isize, item_size, ..self.clone() }
    }

    /// A layout without gaps, for elements that are not larger.
    #[inline(always)]
    pub(crate) fn resized(&self, item_size: usize) -> Layout {
        // Sizes of elements are powers of two.
        let (old, new) = (self.item_size.ilog2(), item_size.ilog2());
        let strides = mapped(&self.strides, |stride| stride >> old << new);
        Layout { shape: dims(&self.shape), strides, offset: self.offset, item_size }
    }

    /// The same bytes as elements of another size, which make up the last axis; `None` if they do not.
    pub(crate) fn reinterpreted(&self, item_size: usize) -> Option<Layout> {
        let mut layout = Layout { item_size, ..self.clone() };
        if item_size == self.item_size {
            return Some(layout);
        }
        let (extent, stride) = (layout.shape.last_mut()?, layout.strides.last_mut()?);
        let bytes = *extent as usize * self.item_size;
        if *extent > 1 && *stride != self.item_size as isize || !bytes.is_multiple_of(item_size) {
            return None;
        }
        (*extent, *stride) = ((bytes / item_size) as isize, item_size as isize);
        Some(layout)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Whether the elements lie one behind the other in an order. An empty array's do, and an axis of
    /// one element has no say.
    pub fn is_contiguous(&self, order: Order) -> bool {
        if let (&[extent], &[stride]) = (self.shape(), self.strides()) {
            return extent < 2 || stride == self.item_size as isize;
        }
        let mut step = self.item_size as isize;
        let mut fits = |axis: usize| {
            let (extent, expected) = (self.shape[axis], step);
            step *= extent;
            extent == 1 || self.strides[axis] == expected
        };
        let axes = 0..self.ndim();
        self.is_empty()
            || match order {
                Order::C => axes.rev().all(&mut fits),
                Order::F => axes.into_iter().all(&mut fits),
            }
    }

    /// The bytes of the buffer that elements lie in, from the first to behind the last; of an empty
    /// array none.
    pub fn bytes(&self) -> Range<usize> {
        if self.is_empty() {
            return self.offset as usize..self.offset as usize;
        }
        let (low, high) = reach(&self.shape, &self.strides, self.offset, self.item_size)
            .expect("a layout lies within its buffer");
        low as usize..high as usize
    }

    /// Whether two layouts of one buffer may have an element in common: `false` is certain.
    pub fn may_overlap(&self, other: &Layout) -> bool {
        let (a, b) = (self.bytes(), other.bytes());
        a.start < b.end && b.start < a.end
    }

    /// Whether elements may lie over each other, as those of an axis that repeats one: `false` is
    /// certain.
    pub fn repeats(&self) -> bool {
        let axes = self.strides().iter().zip(self.shape()).filter(|(_, extent)| **extent > 1);
        let mut axes: SmallVec<[(isize, isize); 4]> =
            axes.map(|(stride, &extent)| (stride.abs(), extent)).collect();
        axes.sort_unstable();
        // A step has to lead past all that the shorter ones lead to.
        let mut reached = self.item_size as isize;
        axes.iter().any(|&(stride, extent)| {
            let over = stride < reached;
            reached = reached.saturating_add(stride.saturating_mul(extent - 1));
            over
        })
    }

    /// An axis by its number, which counts from the end if it is negative.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn axis(&self, axis: isize) -> Result<usize> {
        normal_axis(axis, self.ndim())
    }

    /// The place of an element, in bytes from the start of the buffer; indices count from the end if
    /// they are negative.
    ///
    /// # Errors
    /// An index is out of bounds.
    ///
    /// # Panics
    /// If there is not an index for each axis.
    pub fn place(&self, indices: &[isize]) -> Result<usize> {
        assert_eq!(indices.len(), self.ndim(), "an index for each axis");
        let mut place = self.offset;
        for (axis, &index) in indices.iter().enumerate() {
            place += self.normal_index(axis, index)? * self.strides[axis];
        }
        Ok(place as usize)
    }

    fn normal_index(&self, axis: usize, index: isize) -> Result<isize> {
        let extent = self.shape[axis];
        let normal = if index < 0 { index.wrapping_add(extent) } else { index };
        if (0..extent).contains(&normal) {
            Ok(normal)
        } else {
            Err(Error::OutOfBounds { index, axis, extent })
        }
    }

    /// The elements at one index of an axis, which is gone.
    ///
    /// # Errors
    /// The index is out of bounds.
    pub fn at(&self, axis: usize, index: isize) -> Result<Layout> {
        let index = self.normal_index(axis, index)?;
        let mut view = self.clone();
        view.offset += index * view.strides[axis];
        view.shape.remove(axis);
        view.strides.remove(axis);
        Ok(view)
    }

    /// The elements of a slice of an axis, by Python's rules; `None` is what is left out.
    ///
    /// # Errors
    /// The step is 0.
    pub fn slice(
        &self,
        axis: usize,
        start: Option<isize>,
        stop: Option<isize>,
        step: isize,
    ) -> Result<Layout> {
        let (start, count) = sliced(self.shape[axis], start, stop, step)?;
        let mut view = self.clone();
        if count > 0 {
            view.offset += start * view.strides[axis];
        }
        view.shape[axis] = count;
        if count > 1 {
            view.strides[axis] *= step;
        }
        Ok(view)
    }

    /// The same with a new axis of one element in front of an axis, or behind the last.
    pub fn with_axis(&self, before: usize) -> Layout {
        let mut view = self.clone();
        view.shape.insert(before, 1);
        view.strides.insert(before, 0);
        view
    }

    /// The same without an axis of one element.
    ///
    /// # Errors
    /// The axis has another extent.
    pub fn without_axis(&self, axis: usize) -> Result<Layout> {
        let extent = self.shape[axis];
        if extent != 1 {
            return Err(Error::Squeeze { axis, extent });
        }
        self.at(axis, 0)
    }

    /// The axes in another order: the i-th is the one that `axes[i]` names.
    ///
    /// # Errors
    /// The axes are not all of the array's, each once.
    pub fn permuted(&self, axes: &[isize]) -> Result<Layout> {
        if axes.len() != self.ndim() {
            return Err(Error::Permutation { given: axes.len(), ndim: self.ndim() });
        }
        let axes = normal_axes(axes, self.ndim())?;
        let pick = |dims: &Dims| axes.iter().map(|&axis| dims[axis]).collect();
        Ok(Layout { shape: pick(&self.shape), strides: pick(&self.strides), ..*self })
    }

    /// The axes in reverse order.
    pub fn transposed(&self) -> Layout {
        let reversed = |dims: &Dims| dims.iter().rev().copied().collect();
        Layout { shape: reversed(&self.shape), strides: reversed(&self.strides), ..*self }
    }

    /// Repeated along axes of one element, and along new axes in front, to a shape.
    ///
    /// # Errors
    /// The shape asks for more than that, or for more elements than memory could hold.
    pub fn broadcast_to(&self, shape: &[isize]) -> Result<Layout> {
        let fail = || Error::BroadcastTo { from: self.shape.clone(), to: dims(shape) };
        let new = shape.len().checked_sub(self.ndim()).ok_or_else(fail)?;
        // Whoever counts the bytes of its elements, repeated ones too, need not look for an overflow.
        checked_bytes(shape, self.item_size)?;
        let mut strides = Dims::from_elem(0, shape.len());
        for (axis, &extent) in self.shape.iter().enumerate() {
            match shape[new + axis] {
                wanted if wanted == extent => strides[new + axis] = self.strides[axis],
                _ if extent == 1 => {}
                _ => return Err(fail()),
            }
        }
        Ok(Layout { shape: dims(shape), strides, ..*self })
    }

    /// The same elements, in C order, under another shape; one extent may be -1 for what is left.
    /// `None` if they lie so that no strides reach them: they must be copied first.
    ///
    /// # Errors
    /// The number of elements differs.
    pub fn reshaped(&self, shape: &[isize]) -> Result<Option<Layout>> {
        let shape = self.completed(shape)?;
        if self.is_empty() {
            let strides = contiguous_strides(&shape, self.item_size, Order::C);
            return Ok(Some(Layout { shape, strides, ..*self }));
        }
        Ok(self.merged().split(&shape).map(|strides| Layout { shape, strides, ..*self }))
    }

    /// A shape with its -1 replaced.
    fn completed(&self, shape: &[isize]) -> Result<Dims> {
        let fail = || Error::Reshape { from: self.shape.clone(), to: shape.to_vec() };
        let (mut known, mut unknown) = (1isize, 0);
        for &extent in shape {
            match extent {
                -1 => unknown += 1,
                _ if extent < 0 => return Err(fail()),
                _ => known = known.checked_mul(extent).ok_or_else(fail)?,
            }
        }
        let size = self.size() as isize;
        let rest = match unknown {
            0 if known == size => 1,
            1 if known != 0 && size % known == 0 => size / known,
            _ => return Err(fail()),
        };
        Ok(shape.iter().map(|&extent| if extent == -1 { rest } else { extent }).collect())
    }

    /// The fewest axes with the same elements in the same order: neighbours that can be stepped along
    /// as one are one, and axes of one element are left out.
    pub fn merged(&self) -> Layout {
        let (mut shape, mut strides) = (Dims::new(), Dims::new());
        for (&extent, &stride) in self.shape.iter().zip(&self.strides) {
            if extent == 1 {
                continue;
            }
            match (shape.last_mut(), strides.last_mut()) {
                (Some(outer), Some(step)) if stride.checked_mul(extent) == Some(*step) => {
                    *outer *= extent;
                    *step = stride;
                }
                _ => {
                    shape.push(extent);
                    strides.push(stride);
                }
            }
        }
        Layout { shape, strides, ..*self }
    }

    /// The strides of a finer shape, if each of its axes lies within one of these.
    fn split(&self, shape: &[isize]) -> Option<Dims> {
        let mut strides = Dims::from_elem(self.item_size as isize, shape.len());
        let mut end = shape.len();
        for (&extent, &stride) in self.shape.iter().zip(&self.strides).rev() {
            let (mut taken, mut step) = (1, stride);
            while taken < extent {
                end = end.checked_sub(1)?;
                strides[end] = step;
                taken *= shape[end];
                // Behind the last axis that is taken nobody asks for it.
                step = step.wrapping_mul(shape[end]);
            }
            if taken != extent {
                return None;
            }
        }
        // What is left in front has one element.
        Some(strides)
    }
}

/// The shape to which several are stretched: from the last axis on, equal extents stay, and those of 1
/// are repeated.
///
/// # Errors
/// Two extents differ, and neither is 1.
pub fn broadcast_shapes<'a>(shapes: impl IntoIterator<Item = &'a [isize]> + Clone) -> Result<Dims> {
    let ndim = shapes.clone().into_iter().map(<[isize]>::len).max().unwrap_or(0);
    let mut result = Dims::from_elem(1, ndim);
    for shape in shapes.clone() {
        let skipped = ndim - shape.len();
        for (axis, &extent) in shape.iter().enumerate() {
            let found = &mut result[skipped + axis];
            if *found == 1 {
                *found = extent;
            } else if extent != 1 && extent != *found {
                let shapes = shapes.into_iter().map(Dims::from_slice).collect();
                return Err(Error::Broadcast { shapes, axis_from_end: shape.len() - axis });
            }
        }
    }
    Ok(result)
}

/// An axis by its number, which counts from the end if it is negative.
///
/// # Errors
/// There is no such axis.
pub fn normal_axis(axis: isize, ndim: usize) -> Result<usize> {
    let count = ndim as isize;
    let normal = if axis < 0 { axis.wrapping_add(count) } else { axis };
    if (0..count).contains(&normal) { Ok(normal as usize) } else { Err(Error::Axis { axis, ndim }) }
}

/// Several axes, none of which is named twice.
///
/// # Errors
/// There is no such axis, or it is named twice.
pub fn normal_axes(axes: &[isize], ndim: usize) -> Result<SmallVec<[usize; 4]>> {
    let mut normal = SmallVec::with_capacity(axes.len());
    for &axis in axes {
        let found = normal_axis(axis, ndim)?;
        if normal.contains(&found) {
            return Err(Error::RepeatedAxis { axis });
        }
        normal.push(found);
    }
    Ok(normal)
}

/// The first index of a slice, and how many there are; Python's `slice.indices`.
///
/// # Errors
/// The step is 0.
pub fn sliced(
    extent: isize,
    start: Option<isize>,
    stop: Option<isize>,
    step: isize,
) -> Result<(isize, isize)> {
    if step == 0 {
        return Err(Error::ZeroStep);
    }
    // Backwards an end may lie before the first element.
    let (lowest, highest) = if step > 0 { (0, extent) } else { (-1, extent - 1) };
    let clip = |index: isize| {
        let from_start = if index < 0 { index.saturating_add(extent) } else { index };
        from_start.clamp(lowest, highest)
    };
    let start = start.map_or(if step > 0 { lowest } else { highest }, clip);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, clip);
    let distance = if step > 0 { stop - start } else { start - stop };
    let step = step.unsigned_abs();
    let count = if distance > 0 { (distance as usize - 1) / step + 1 } else { 0 };
    Ok((start, count as isize))
}

fn contiguous_strides(shape: &[isize], item_size: usize, order: Order) -> Dims {
    let mut strides = Dims::from_elem(0, shape.len());
    let mut step = item_size as isize;
    let mut set = |axis: usize| {
        strides[axis] = step;
        // An empty axis has no say, so that the strides of an empty array are those of a full one.
        step *= shape[axis].max(1);
    };
    match order {
        Order::C => (0..shape.len()).rev().for_each(&mut set),
        Order::F => (0..shape.len()).for_each(&mut set),
    }
    strides
}

/// The bytes of a contiguous array; that of an empty one as if its empty axes had one element.
fn checked_bytes(shape: &[isize], item_size: usize) -> Result<usize> {
    if let Some(axis) = shape.iter().position(|&extent| extent < 0) {
        return Err(Error::NegativeExtent { extent: shape[axis], axis });
    }
    let bytes =
        shape.iter().try_fold(item_size as isize, |n, &extent| n.checked_mul(extent.max(1)));
    let too_large = || Error::TooLarge { shape: dims(shape), item_size };
    bytes.map(|bytes| bytes as usize).ok_or_else(too_large)
}

/// The lowest byte that an element lies in and the one behind the highest; `None` if that overflows.
fn reach(
    shape: &[isize],
    strides: &[isize],
    offset: isize,
    item_size: usize,
) -> Option<(isize, isize)> {
    let (mut low, mut high) = (offset, offset);
    if !shape.contains(&0) {
        for (&extent, &stride) in shape.iter().zip(strides) {
            let last = stride.checked_mul(extent - 1)?;
            low = low.checked_add(last.min(0))?;
            high = high.checked_add(last.max(0))?;
        }
        high = high.checked_add(item_size as isize)?;
    }
    Some((low, high))
}
