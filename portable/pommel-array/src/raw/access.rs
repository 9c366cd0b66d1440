//! From arrays to addresses, and from addresses to arrays.

use crate::array::{Array, Seal};
use crate::dtype::{DType, Element};
use crate::error::{Error, Result};
use crate::kernels::copy;
use crate::kernels::few::FEWEST;
use crate::layout::{Dims, Layout, Order};
use crate::raw::data::Data;
use crate::raw::memory::{INLINE, Memory, collected, room_for};
use crate::raw::share::Share;
use crate::scalar::Bits;
use crate::threads;
use core::any::Any;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// How many elements a thread generates at least.
const GENERATED_GRAIN: usize = 1 << 16;

impl Array {
    /// A C-ordered array that a function fills. It is given zeros.
    ///
    /// # Errors
    /// The shape is negative or too large, or there is not so much memory.
    pub fn build<T: Element>(shape: &[isize], fill: impl FnOnce(&mut [T])) -> Result<Array> {
        Array::try_build(shape, |out| {
            fill(out);
            Ok(())
        })
    }

    /// A C-ordered array that a function fills, unless it fails. It is given zeros.
    ///
    /// # Errors
    /// As [`Array::build`], and what the function gives.
    pub fn try_build<T: Element, E: From<Error>>(
        shape: &[isize],
        fill: impl FnOnce(&mut [T]) -> core::result::Result<(), E>,
    ) -> core::result::Result<Array, E> {
        let layout = Layout::contiguous(shape, size_of::<T>(), Order::C)?;
        let count = layout.size();
        let memory = Memory::zeroed(count * size_of::<T>())?;
        // SAFETY: the memory has `count` elements, aligned for all element types, and zeros are
        // elements of every type; nobody else has it.
        fill(unsafe { core::slice::from_raw_parts_mut(memory.start().cast::<T>(), count) })?;
        Ok(Array::over(memory, T::DTYPE, layout))
    }

    /// A C-ordered array whose elements a function gives by their number in C order; large ones on
    /// several threads.
    ///
    /// # Errors
    /// The shape is negative or too large, or there is not so much memory.
    pub(crate) fn generated<T: Element>(
        shape: &[isize],
        element: impl Fn(usize) -> T + Sync,
    ) -> Result<Array> {
        let layout = Layout::contiguous(shape, size_of::<T>(), Order::C)?;
        let memory = Memory::uninit(layout.size() * size_of::<T>())?;
        // Addresses of one block, of which each thread writes its own range.
        let start = memory.start() as usize;
        threads::for_each_range(layout.size(), GENERATED_GRAIN, |range| {
            // SAFETY: the range lies within the fresh memory, which is aligned for all element types,
            // and no other call has a part of it.
            let out = unsafe {
                let first = (start as *mut MaybeUninit<T>).add(range.start);
                core::slice::from_raw_parts_mut(first, range.len())
            };
            for (place, i) in out.iter_mut().zip(range) {
                place.write(element(i));
            }
        });
        Ok(Array::over(memory, T::DTYPE, layout))
    }

    /// Arrays of one type behind each other along an axis.
    ///
    /// # Errors
    /// The result would be too large, or there is not enough memory.
    ///
    /// # Panics
    /// If the types differ, or the shapes do on another axis.
    pub(crate) fn joined(first: &Array, rest: &[Array], axis: usize) -> Result<Array> {
        let parts = || core::iter::once(first).chain(rest);
        let mut shape = Dims::from_slice(first.shape());
        shape[axis] = 0;
        for part in parts() {
            assert!(part.dtype == first.dtype && part.ndim() == shape.len());
            let same = |i: usize| i == axis || part.shape()[i] == shape[i];
            assert!((0..shape.len()).all(same), "parts differ along one axis only");
            let too_large = || Error::TooLarge {
                shape: Dims::from_slice(part.shape()),
                item_size: first.dtype.size(),
            };
            shape[axis] = shape[axis].checked_add(part.shape()[axis]).ok_or_else(too_large)?;
        }
        let layout = Layout::contiguous(&shape, first.dtype.size(), Order::C)?;
        let memory = Memory::uninit(layout.size() * first.dtype.size())?;
        let mut begin = 0;
        for part in parts() {
            let end = begin + part.shape()[axis];
            let place = layout.slice(axis, Some(begin), Some(end), 1)?;
            // Together the places are all of the layout, so that no byte stays uninitialised.
            part.copy_into(&memory, &place)?;
            begin = end;
        }
        Ok(Array::over(memory, first.dtype, layout))
    }

    /// The elements at indices of an axis, which may repeat, in C order.
    ///
    /// # Errors
    /// The result would be too large, or there is not enough memory.
    ///
    /// # Panics
    /// If an index is not below the extent of the axis.
    pub(crate) fn picked(&self, axis: usize, indices: &[usize]) -> Result<Array> {
        let size = self.dtype.size();
        let extent = self.shape()[axis] as usize;
        assert!(indices.iter().all(|&index| index < extent), "an index lies on its axis");
        let mut shape = Dims::from_slice(self.shape());
        shape[axis] = indices.len() as isize;
        let layout = Layout::contiguous(&shape, size, Order::C)?;
        let memory = Memory::uninit(layout.size() * size)?;
        if !layout.is_empty() {
            let source = self.contiguous()?;
            let outer = shape[..axis].iter().product::<isize>() as usize;
            let block = shape[axis + 1..].iter().product::<isize>() as usize * size;
            let from = source.address()?;
            for i in 0..outer {
                // SAFETY: the source has `outer * extent` blocks, the fresh memory has
                // `outer * indices.len()`, and the indices are below the extent.
                unsafe {
                    let from = from.add(i * extent * block);
                    let to = memory.start().add(i * indices.len() * block);
                    copy::picked(from, indices, to, block);
                }
            }
        }
        Ok(Array::over(memory, self.dtype, layout))
    }

    /// Where the first element is, to read. What was put off is computed.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn address(&self) -> Result<*const u8> {
        let memory = self.data.force()?;
        Ok(self.first(memory))
    }

    /// Where the first element is. That of an empty array may be said to lie outside of the memory.
    #[inline(always)]
    fn first(&self, memory: &Memory) -> *mut u8 {
        if self.layout.is_empty() {
            return memory.start();
        }
        debug_assert!(self.layout.bytes().end <= memory.len());
        // SAFETY: the law of `Array`: its layout lies within its memory.
        unsafe { memory.start().offset(self.layout.offset()) }
    }

    /// Where the first element is, to write: everything pending that reads it is computed first.
    ///
    /// # Errors
    /// The array is read-only, or there is not enough memory.
    pub fn address_for_writing(&self) -> Result<*mut u8> {
        let memory = self.data.force_for_writing()?;
        if self.is_readonly() {
            return Err(Error::ReadOnly);
        }
        Ok(self.first(memory))
    }

    /// Shows the elements in C order to a function; a copy if they do not lie so.
    ///
    /// # Errors
    /// There is not enough memory for the copy.
    ///
    /// # Panics
    /// If `T` is not the type of the elements.
    pub fn with_slice<T: Element, R>(&self, look: impl FnOnce(&[T]) -> R) -> Result<R> {
        assert_eq!(self.dtype, T::DTYPE, "the elements are read as what they are");
        let array = self.contiguous()?;
        let start = array.address()?;
        if T::DTYPE == DType::Bool {
            // Somebody else's bytes need not be 0 or 1, which is what a `bool` must be.
            let bytes = unsafe_bytes(start, array.size());
            let truths = collected(bytes.iter().map(|&byte| byte != 0))?;
            // SAFETY: `T` is `bool`: it has its name among the types.
            return Ok(look(unsafe {
                core::slice::from_raw_parts(truths.as_ptr().cast(), truths.len())
            }));
        }
        // SAFETY: the elements lie without gaps, aligned (a law of `Array`), every pattern of bits is
        // one, and nobody writes them meanwhile (the law of `raw`).
        Ok(look(unsafe { core::slice::from_raw_parts(start.cast(), array.size()) }))
    }

    /// Shows the bytes of the elements, which lie without gaps, to a function.
    ///
    /// # Errors
    /// There is not enough memory to compute what was put off.
    ///
    /// # Panics
    /// If there are gaps, or the elements lie in another order than C's.
    pub fn with_bytes<R>(&self, look: impl FnOnce(&[u8]) -> R) -> Result<R> {
        assert!(self.layout.is_contiguous(Order::C), "bytes are shown in C order");
        let start = self.address()?;
        Ok(look(unsafe_bytes(start, self.size() * self.dtype.size())))
    }

    /// The elements in C order.
    ///
    /// # Errors
    /// There is not enough memory.
    ///
    /// # Panics
    /// If `T` is not the type of the elements.
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>> {
        let mut elements = room_for(self.size())?;
        self.with_slice(|all| elements.extend_from_slice(all))?;
        Ok(elements)
    }

    /// An array of few numbers of type `f64` on one axis, which a function fills in; `None` if they are
    /// not few, or if the function says that what it wrote is not wanted.
    #[inline(always)]
    pub fn of_few_floats(n: usize, fill: impl FnOnce(&mut [f64]) -> bool) -> Option<Array> {
        if n > FEWEST {
            return None;
        }
        let (data, start) = Data::room(n * size_of::<f64>())?;
        // SAFETY: fresh memory for `n` numbers, aligned for all types, which are 0 now.
        let is_wanted = fill(unsafe {
            start.write_bytes(0, n * size_of::<f64>());
            core::slice::from_raw_parts_mut(start.cast(), n)
        });
        if !is_wanted {
            return None;
        }
        Some(Array::row_of_floats(data, n))
    }

    /// The array of so many numbers of type `f64`, which are all that data holds.
    #[inline(always)]
    pub(crate) fn row_of_floats(data: Share, n: usize) -> Array {
        let size = size_of::<f64>();
        let few = if n * size <= INLINE { n as u8 } else { 0 };
        Array {
            dtype: DType::Float64,
            layout: Layout::row(n, size),
            data,
            seal: Seal::default(),
            few,
        }
    }

    /// The elements, if they are known from the start to be few numbers of type `f64` in a little memory.
    #[inline(always)]
    fn known_floats(&self) -> Option<&[f64]> {
        if self.few == 0 {
            return None;
        }
        // SAFETY: so many fill a little memory (the field's promise), and nobody writes them meanwhile
        // (the law of `raw`).
        Some(unsafe {
            let start = self.data.little_start();
            core::slice::from_raw_parts(start.cast::<f64>().cast_const(), usize::from(self.few))
        })
    }

    /// The elements, if they are few numbers of type `f64` on one axis without gaps that have been
    /// computed; `None` also if there are none.
    #[inline(always)]
    pub fn few_floats(&self) -> Option<&[f64]> {
        self.known_floats().or_else(|| self.found_floats())
    }

    /// The same of arrays that have to be looked at.
    #[inline(never)]
    fn found_floats(&self) -> Option<&[f64]> {
        let (&[extent], &[stride]) = (self.layout.shape(), self.layout.strides()) else {
            return None;
        };
        let n = extent as usize;
        let fits = self.dtype == DType::Float64 && (1..=FEWEST).contains(&n);
        if !fits || stride != size_of::<f64>() as isize {
            return None;
        }
        let start = self.data.memory()?.start();
        // SAFETY: a layout that has elements lies within its memory (the law of `Array`); they lie
        // without gaps, aligned, and nobody writes them meanwhile (the law of `raw`).
        Some(unsafe {
            let first = start.offset(self.layout.offset());
            core::slice::from_raw_parts(first.cast(), n)
        })
    }

    /// The element at an index of the only axis, if its type is `f64` and it has been computed: the
    /// shortest way there is. `None` says that [`Array::item`] must be asked.
    #[inline(always)]
    pub fn float_at(&self, index: isize) -> Option<f64> {
        let known = self.known_floats().and_then(|floats| floats.get(index as usize));
        known.copied().or_else(|| self.found_float(index))
    }

    /// The same of an array that has to be looked at, and of an index from the end.
    #[inline(never)]
    fn found_float(&self, index: isize) -> Option<f64> {
        let place = self.float_place(index)?;
        let memory = self.data.memory()?;
        // SAFETY: an index on the axis, and the law of `Array`: its layout lies within its memory.
        Some(unsafe { memory.start().offset(place).cast::<f64>().read() })
    }

    /// Replaces the element at an index of the only axis, if its type is `f64` and nothing stands in
    /// the way. `false` says that nothing was done and [`Array::set_item`] must be asked.
    #[inline]
    pub fn set_float_at(&self, index: isize, value: f64) -> bool {
        let (Some(place), Some(memory)) = (self.float_place(index), self.data.memory_to_write())
        else {
            return false;
        };
        if self.seal.is_shut() || !memory.is_writable() {
            return false;
        }
        // SAFETY: as in `float_at`, and the memory may be written.
        unsafe { memory.start().offset(place).cast::<f64>().write(value) };
        true
    }

    /// The place of an element of type `f64` on the only axis, in bytes.
    #[inline]
    fn float_place(&self, index: isize) -> Option<isize> {
        let (&[extent], &[stride]) = (self.layout.shape(), self.layout.strides()) else {
            return None;
        };
        let index = if index < 0 { index + extent } else { index };
        let fits = self.dtype == DType::Float64 && (0..extent).contains(&index);
        fits.then(|| self.layout.offset() + index * stride)
    }

    /// The element at a place that [`Layout::place`] gave.
    pub(crate) fn bytes_at(&self, place: usize) -> Result<Bits> {
        let memory = self.data.force()?;
        let size = self.dtype.size();
        assert!(place + size <= memory.len(), "an element lies in its memory");
        let mut bits = Bits([0; 16]);
        // SAFETY: within the memory, and an element has at most 16 bytes.
        unsafe { memory.start().add(place).copy_to_nonoverlapping(bits.0.as_mut_ptr(), size) };
        Ok(bits)
    }

    /// An array without axes of one element.
    pub(crate) fn of_bits(bits: &Bits, dtype: DType) -> Result<Array> {
        let size = dtype.size();
        let layout = Layout::contiguous(&[], size, Order::C)?;
        let (data, start) = Data::room(size).ok_or(Error::OutOfMemory { bytes: size })?;
        // SAFETY: fresh memory for an element, which has at most 16 bytes.
        unsafe { bits.0.as_ptr().copy_to_nonoverlapping(start, size) };
        Ok(Array { dtype, layout, data, seal: Seal::default(), few: 0 })
    }

    /// Writes the element at a place that [`Layout::place`] gave.
    pub(crate) fn set_bytes_at(&self, place: usize, bits: Bits) -> Result<()> {
        let memory = self.data.force_for_writing()?;
        if self.is_readonly() {
            return Err(Error::ReadOnly);
        }
        let size = self.dtype.size();
        assert!(place + size <= memory.len(), "an element lies in its memory");
        // SAFETY: within the memory, which may be written, and an element has at most 16 bytes.
        unsafe { memory.start().add(place).copy_from_nonoverlapping(bits.0.as_ptr(), size) };
        Ok(())
    }

    /// An array in C order of one element, repeated.
    pub(crate) fn filled(shape: &[isize], bits: Bits, dtype: DType) -> Result<Array> {
        let size = dtype.size();
        let layout = Layout::contiguous(shape, size, Order::C)?;
        let memory = Memory::uninit(layout.size() * size)?;
        // SAFETY: an element is read again and again, and written to all places of fresh memory.
        unsafe {
            copy::run(bits.0.as_ptr(), 0, memory.start(), size as isize, layout.size(), size);
        }
        Ok(Array::over(memory, dtype, layout))
    }

    /// A copy in a layout without gaps.
    pub(crate) fn copied_to(&self, layout: Layout) -> Result<Array> {
        let memory = Memory::uninit(layout.size() * self.dtype.size())?;
        self.copy_into(&memory, &layout)?;
        Ok(Array::over(memory, self.dtype, layout))
    }

    /// Copies the elements to fresh memory in another layout of the same shape.
    pub(crate) fn copy_into(&self, memory: &Memory, layout: &Layout) -> Result<()> {
        let from = self.address()?;
        if layout.is_empty() {
            return Ok(());
        }
        assert!(layout.bytes().end <= memory.len());
        assert!(layout.shape() == self.shape());
        // SAFETY: both layouts lie within their memories, which are different ones.
        unsafe {
            let to = memory.start().offset(layout.offset());
            copy::strided(from, self.layout(), to, layout);
        }
        Ok(())
    }

    /// Copies the elements of an array of the same type and shape here.
    ///
    /// # Errors
    /// The array is read-only, or there is not enough memory.
    pub(crate) fn copy_from(&self, source: &Array) -> Result<()> {
        assert!(source.dtype == self.dtype && source.shape() == self.shape());
        let source =
            if source.may_share_memory(self) { source.copied(Order::C)? } else { source.clone() };
        let (from, to) = (source.address()?, self.address_for_writing()?);
        // SAFETY: both layouts lie within their memories, and do not overlap.
        unsafe { copy::strided(from, source.layout(), to, self.layout()) };
        Ok(())
    }

    /// An array over somebody else's memory. If elements do not lie aligned there, it is a copy.
    ///
    /// # Errors
    /// The layout does not lie within memory, or there is not enough memory for the copy.
    ///
    /// # Safety
    /// All elements of the layout `shape` and `strides` from `first` on can be read (and written, if
    /// `writable`) as long as `owner` lives.
    pub unsafe fn foreign(
        first: NonNull<u8>,
        dtype: DType,
        shape: &[isize],
        strides: &[isize],
        writable: bool,
        owner: Box<dyn Any + Send + Sync>,
    ) -> Result<Array> {
        let low = lowest(shape, strides);
        let layout = Layout::foreign(shape, strides, -low, dtype.size(), isize::MAX as usize)?;
        let len = layout.bytes().end;
        // SAFETY: the lowest element of the caller's layout.
        let start = unsafe { first.offset(low) };
        // SAFETY: the caller's layout reaches so far.
        let memory = unsafe { Memory::foreign(start, len, writable, owner) };
        let align = dtype.real().size() as isize;
        let aligned = start.addr().get() as isize % align == 0
            && strides.iter().all(|stride| stride % align == 0);
        if aligned || layout.is_empty() {
            return Ok(Array {
                dtype,
                layout,
                data: Data::ready(memory),
                seal: Seal::new(!writable),
                few: 0,
            });
        }
        let to = Layout::contiguous(shape, dtype.size(), Order::C)?;
        let copy = Memory::uninit(to.size() * dtype.size())?;
        // SAFETY: both layouts lie within their memories, which are different ones.
        unsafe { copy::strided(memory.start().offset(-low), &layout, copy.start(), &to) };
        Ok(Array::over(copy, dtype, to))
    }
}

/// Bytes of an array that is kept by the caller.
fn unsafe_bytes<'a>(start: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: called with the elements of an array of bytes that the caller holds.
    unsafe { core::slice::from_raw_parts(start, len) }
}

/// The offset of the lowest element from the first.
fn lowest(shape: &[isize], strides: &[isize]) -> isize {
    if shape.contains(&0) {
        return 0;
    }
    shape.iter().zip(strides).map(|(&n, &step)| step.saturating_mul(n - 1).min(0)).sum()
}
