//! Arrays: elements of one type, somewhere in shared memory.
//!
//! An array is a description (type, layout) and a share in [`Data`]; cloning it and taking views of it
//! copies no element. What is written through one array is seen through all that share the data.

use crate::dtype::{Casting, DType, Element};
use crate::error::{Error, Result};
use crate::index::Index;
use crate::layout::{Layout, Order};
use crate::raw::data::Data;
use crate::raw::memory::{Memory, room_for};
use crate::raw::share::Share;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An n-dimensional array.
#[derive(Clone)]
pub struct Array {
    pub(crate) dtype: DType,
    pub(crate) layout: Layout,
    pub(crate) data: Share,
    pub(crate) seal: Seal,
    /// How many elements there are, if it is known from the start that they are numbers of type `f64` on
    /// one axis, which fill a little memory from its start on; else 0, and whoever asks has to look.
    pub(crate) few: u8,
}

/// Whether writing through an array is refused, which may change while others read it.
#[derive(Default)]
pub(crate) struct Seal(AtomicBool);

impl Seal {
    pub(crate) fn new(shut: bool) -> Seal {
        Seal(AtomicBool::new(shut))
    }

    #[inline]
    pub(crate) fn is_shut(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, shut: bool) {
        self.0.store(shut, Ordering::Relaxed);
    }
}

impl Clone for Seal {
    fn clone(&self) -> Seal {
        Seal::new(self.is_shut())
    }
}

impl core::fmt::Debug for Array {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Array")
            .field("dtype", &self.dtype)
            .field("shape", &self.shape())
            .field("strides", &self.layout.strides())
            .field("ready", &self.data.is_ready())
            .finish()
    }
}

impl Array {
    /// An array over memory that was made for it.
    pub(crate) fn over(memory: Memory, dtype: DType, layout: Layout) -> Array {
        debug_assert!(layout.is_empty() || layout.bytes().end <= memory.len());
        Array { dtype, layout, data: Data::ready(memory), seal: Seal::default(), few: 0 }
    }

    /// An array of zeros.
    ///
    /// # Errors
    /// The shape is negative or too large, or there is not so much memory.
    pub fn zeros(dtype: DType, shape: &[isize]) -> Result<Array> {
        let layout = Layout::contiguous(shape, dtype.size(), Order::C)?;
        let memory = Memory::zeroed(layout.size() * dtype.size())?;
        Ok(Array::over(memory, dtype, layout))
    }

    /// An array of elements in C order.
    ///
    /// # Errors
    /// The number of elements is not that of the shape, or there is not so much memory.
    pub fn from_slice<T: Element>(elements: &[T], shape: &[isize]) -> Result<Array> {
        let layout = Layout::contiguous(shape, size_of::<T>(), Order::C)?;
        if layout.size() != elements.len() {
            let from = [elements.len() as isize].into_iter().collect();
            return Err(Error::Reshape { from, to: shape.to_vec() });
        }
        let memory = Memory::uninit(size_of_val(elements))?;
        memory.fill_from(elements);
        Ok(Array::over(memory, T::DTYPE, layout))
    }

    /// An array without dimensions.
    ///
    /// # Errors
    /// There is no memory.
    pub fn scalar<T: Element>(value: T) -> Result<Array> {
        Array::from_slice(&[value], &[])
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The extents of the axes.
    pub fn shape(&self) -> &[isize] {
        self.layout.shape()
    }

    /// How many axes there are.
    pub fn ndim(&self) -> usize {
        self.layout.ndim()
    }

    /// How many elements there are.
    pub fn size(&self) -> usize {
        self.layout.size()
    }

    /// Where the elements lie in the memory of the data.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// What this array shares with its views.
    pub fn data(&self) -> &Arc<Data> {
        &self.data
    }

    /// Whether writing through this array is refused.
    pub fn is_readonly(&self) -> bool {
        self.seal.is_shut() || self.data.memory().is_some_and(|memory| !memory.is_writable())
    }

    /// The same array, through which writing is refused.
    pub fn into_readonly(self) -> Array {
        self.seal.set(true);
        self
    }

    /// Refuses writing through this array, or allows it, if its elements are different ones and its
    /// memory may be written; says whether that is so now. Views that there are stay as they are.
    pub fn seal(&self, shut: bool) -> bool {
        let writable = self.data.memory().is_none_or(Memory::is_writable);
        self.seal.set(shut || !writable || self.layout.repeats());
        self.seal.is_shut() == shut
    }

    /// Computes the elements if that has been put off.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn eval(&self) -> Result<()> {
        self.data.force().map(drop)
    }

    /// The same data in another layout, which lies within this one's.
    pub(crate) fn with_layout(&self, layout: Layout) -> Array {
        Array {
            dtype: self.dtype,
            layout,
            data: self.data.clone(),
            seal: self.seal.clone(),
            few: 0,
        }
    }

    /// The elements that a basic index selects: a view.
    ///
    /// # Errors
    /// As [`Layout::select`].
    pub fn select(&self, indices: &[Index]) -> Result<Array> {
        Ok(self.with_layout(self.layout.select(indices)?))
    }

    /// The axes in another order: a view.
    ///
    /// # Errors
    /// As [`Layout::permuted`].
    pub fn permuted(&self, axes: &[isize]) -> Result<Array> {
        Ok(self.with_layout(self.layout.permuted(axes)?))
    }

    /// The axes in reverse order: a view.
    pub fn transposed(&self) -> Array {
        self.with_layout(self.layout.transposed())
    }

    /// Repeated to a shape: a view that cannot be written, since elements of it are one.
    ///
    /// # Errors
    /// As [`Layout::broadcast_to`].
    pub fn broadcast_to(&self, shape: &[isize]) -> Result<Array> {
        Ok(self.with_layout(self.layout.broadcast_to(shape)?).into_readonly())
    }

    /// The elements in C order under another shape: a view if that is possible, else a copy.
    ///
    /// # Errors
    /// The number of elements differs, or there is not enough memory for the copy.
    pub fn reshaped(&self, shape: &[isize]) -> Result<Array> {
        if let Some(layout) = self.layout.reshaped(shape)? {
            return Ok(self.with_layout(layout));
        }
        let copy = self.copied(Order::C)?;
        let layout = copy.layout.reshaped(shape)?;
        Ok(copy.with_layout(layout.expect("a copy in C order takes every shape")))
    }

    /// The real parts: a view; of real numbers the array itself.
    pub fn real(&self) -> Array {
        self.part(0)
    }

    /// The imaginary parts: a view, or zeros that cannot be written.
    ///
    /// # Errors
    /// There is no memory.
    pub fn imag(&self) -> Result<Array> {
        if self.dtype.is_complex() {
            return Ok(self.part(1));
        }
        let zero = Array::zeros(self.dtype, &[])?;
        zero.broadcast_to(self.shape())
    }

    fn part(&self, which: isize) -> Array {
        let dtype = self.dtype.real();
        let layout = self.layout.part(which, dtype.size());
        Array { dtype, layout, data: self.data.clone(), seal: self.seal.clone(), few: 0 }
    }

    /// The same bytes as elements of another type: a view. Where elements are of another size, the last
    /// axis has more or fewer of them, and must lie without gaps.
    ///
    /// # Errors
    /// The last axis has gaps or bytes that do not make up elements, elements of the type would not be
    /// aligned, or there is not enough memory to compute what was put off.
    pub fn reinterpreted(&self, dtype: DType) -> Result<Array> {
        // What was put off has a type of its own.
        let start = self.address()? as isize;
        let layout = self.layout.reinterpreted(dtype.size());
        let aligned = |layout: &Layout| {
            let steps = layout.strides().iter().zip(layout.shape());
            let mut steps = steps.filter(|(_, extent)| **extent > 1).map(|(step, _)| *step);
            let alignment = dtype.real().size() as isize;
            layout.is_empty() || start % alignment == 0 && steps.all(|step| step % alignment == 0)
        };
        let layout = layout.filter(aligned).ok_or_else(|| Error::Argument {
            name: "dtype",
            value: dtype.name().to_owned(),
            wanted: "a type whose elements the last axis is made up of, aligned and without gaps: make \
                     a copy of the array first",
        })?;
        Ok(Array { dtype, layout, data: self.data.clone(), seal: self.seal.clone(), few: 0 })
    }

    /// All of the memory, along one axis, if the array shares it with others and has not all of it.
    ///
    /// # Errors
    /// There is not enough memory to compute what was put off.
    pub fn base(&self) -> Result<Option<Array>> {
        self.eval()?;
        let Some(memory) = self.data.memory() else { return Ok(None) };
        let size = self.dtype.size();
        let (mine, all) = (self.layout.bytes(), memory.len() / size * size);
        if mine.start == 0 && mine.end == memory.len() && self.size() * size == mine.len() {
            return Ok(None);
        }
        let layout = Layout::contiguous(&[(all / size) as isize], size, Order::C)?;
        Ok(Some(self.with_layout(layout)))
    }

    /// A copy without gaps, in an order.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn copied(&self, order: Order) -> Result<Array> {
        let layout = Layout::contiguous(self.shape(), self.dtype.size(), order)?;
        let memory = Memory::uninit(layout.size() * self.dtype.size())?;
        self.copy_into(&memory, &layout)?;
        Ok(Array::over(memory, self.dtype, layout))
    }

    /// The array itself if its elements lie in C order without gaps, else a copy in which they do.
    ///
    /// # Errors
    /// There is not enough memory for the copy.
    pub fn contiguous(&self) -> Result<Array> {
        if self.layout.is_contiguous(Order::C) { Ok(self.clone()) } else { self.copied(Order::C) }
    }

    /// The elements, converted to a type; the array itself if they have it.
    ///
    /// # Errors
    /// The rule forbids the conversion, or there is not enough memory.
    pub fn cast(&self, dtype: DType, casting: Casting) -> Result<Array> {
        self.dtype.check_cast(dtype, casting)?;
        if self.dtype == dtype { Ok(self.clone()) } else { self.converted(dtype) }
    }

    /// The bytes of the elements in C order.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let array = self.contiguous()?;
        let mut bytes = room_for(array.size() * array.dtype.size())?;
        array.with_bytes(|all| bytes.extend_from_slice(all))?;
        Ok(bytes)
    }

    /// Whether the two may have an element in common: `false` is certain.
    pub fn may_share_memory(&self, other: &Array) -> bool {
        if Arc::ptr_eq(&self.data, &other.data) {
            return self.layout.may_overlap(&other.layout);
        }
        match (self.data.memory(), other.data.memory()) {
            (Some(a), Some(b)) => {
                let (x, y) = (self.layout.bytes(), other.layout.bytes());
                let (a, b) = (a.start() as usize, b.start() as usize);
                a + x.start < b + y.end && b + y.start < a + x.end
            }
            _ => false,
        }
    }
}
