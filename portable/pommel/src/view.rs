//! Memory of other objects: the consumer's side of the buffer protocol.
//!
//! A [`View`] is one-dimensional memory in C order (or what has a shape and lies in C order) whose
//! items have a type that Rust knows. The exporter keeps it in place as long as the view lives, but
//! nobody keeps Python code, or another thread, from writing to it meanwhile. So there is no safe
//! slice: items are copied one by one, by atomic loads and stores that cost what plain ones do.
//!
//! A host that cannot lend memory (PyPy's own HPy) gives a copy to read, and nothing to write.

use crate::buffer::Element;
use crate::held::checked_axes;
use crate::raw::attach;
use crate::{Annotation, Argument, Bytes, Ctx, Error, Object, Result};
use core::ffi::{CStr, c_int};
use core::mem::{MaybeUninit, transmute_copy};
use core::ops::Deref;
use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};
use hpy_abi::HPy_buffer;

/// Flags of a consumer, from Python's `Include/pybuffer.h`.
const WRITABLE: c_int = 1;
const FORMAT: c_int = 4;
const C_CONTIGUOUS: c_int = 0x38;

/// What type checkers call an object that exports memory.
const BUFFER: Annotation = Annotation::Name("typing_extensions.Buffer");

/// Memory of an object, to read: a parameter of this type takes `bytes`, `array.array`, arrays of
/// other libraries, and everything else that exports memory of such items.
pub struct View<'c, T: Element> {
    ctx: Ctx<'c>,
    start: *mut T,
    len: usize,
    shape: Vec<usize>,
    memory: Memory<T>,
}

/// What the items lie in.
enum Memory<T> {
    /// Lent by the exporter.
    Lent(HPy_buffer),
    /// Of our own.
    Copied { _items: Vec<T> },
}

/// The same, to read and write.
pub struct ViewMut<'c, T: Element>(View<'c, T>);

impl<'c, T: Element> View<'c, T> {
    /// Looks at the memory of an object. A `TypeError` if it has none or other items, a
    /// `BufferError` if it is not in one piece.
    pub fn of(object: &Object<'c>) -> Result<View<'c, T>> {
        match attach::extensions().and_then(|e| Some((e.get_buffer?, e.release_buffer?))) {
            Some(_) => View::lent(object, C_CONTIGUOUS | FORMAT),
            None => View::copied(object),
        }
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The extents; the last dimension varies fastest.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The item at an index as it is now.
    #[inline]
    pub fn get(&self, index: usize) -> Option<T> {
        // SAFETY: the index is in the memory that the view keeps in place.
        (index < self.len).then(|| unsafe { load(self.start.add(index)) })
    }

    /// The items as they are when it is their turn.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = T> + '_ {
        // SAFETY: as above.
        (0..self.len).map(|index| unsafe { load(self.start.add(index)) })
    }

    /// A copy of the items.
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().collect()
    }

    /// The items in place.
    ///
    /// # Safety
    /// Nobody writes to the memory as long as the slice is used: no Python code runs that could, and
    /// no other thread does.
    pub unsafe fn as_slice(&self) -> &[T] {
        // SAFETY: so many items that are aligned, as `lent` has checked; the rest is the caller's
        // promise.
        unsafe { core::slice::from_raw_parts(self.start, self.len) }
    }

    fn lent(object: &Object<'c>, flags: c_int) -> Result<View<'c, T>> {
        let ctx = object.ctx();
        let get = attach::extensions().and_then(|extensions| extensions.get_buffer);
        let Some(get) = get else { return Err(cannot_lend()) };
        let mut filled = MaybeUninit::uninit();
        // SAFETY: an open handle, and room for a view.
        ctx.check(unsafe { get(ctx.as_raw(), object.as_raw(), filled.as_mut_ptr(), flags) })?;
        // SAFETY: filled, as the host says. From here on the view is released when it is dropped.
        let buffer = unsafe { filled.assume_init() };
        let mut view = View {
            ctx,
            start: buffer.buf.cast::<T>(),
            len: buffer.len as usize / size_of::<T>(),
            shape: Vec::new(),
            memory: Memory::Lent(buffer),
        };
        let axes = checked_axes(&buffer)?;
        // SAFETY: the format is null or a C string, and there are so many extents; the view lives.
        let (format, shape) = unsafe {
            let format = match buffer.format.is_null() {
                true => c"B",
                false => CStr::from_ptr(buffer.format),
            };
            let extents: &[isize] = match axes {
                0 => &[],
                _ => core::slice::from_raw_parts(buffer.shape, axes),
            };
            (format, extents)
        };
        check_items::<T>(object, format.to_bytes(), buffer.itemsize as usize)?;
        view.shape = shape.iter().map(|extent| *extent as usize).collect();
        if view.len == 0 {
            view.start = core::ptr::NonNull::dangling().as_ptr();
        } else if !view.start.is_aligned() {
            return Err(Error::buffer_error("the items are not aligned in memory"));
        }
        Ok(view)
    }

    fn copied(object: &Object<'c>) -> Result<View<'c, T>> {
        let ctx = object.ctx();
        let memory = ctx.builtin(c"memoryview")?.call((object,))?;
        let format: String = memory.get_attr(c"format")?.extract()?;
        check_items::<T>(object, format.as_bytes(), memory.get_attr(c"itemsize")?.extract()?)?;
        let shape: Vec<usize> = memory.get_attr(c"shape")?.extract()?;
        let contents = memory.call_method(c"tobytes", ())?;
        let contents = contents.cast::<Bytes>()?.as_slice();
        let mut items = Vec::with_capacity(contents.len() / size_of::<T>());
        for item in contents.chunks_exact(size_of::<T>()) {
            // SAFETY: as many bytes as a `T` has, and every pattern is a value.
            items.push(unsafe { item.as_ptr().cast::<T>().read_unaligned() });
        }
        let (start, len) = (items.as_mut_ptr(), items.len());
        Ok(View { ctx, start, len, shape, memory: Memory::Copied { _items: items } })
    }
}

impl<'c, T: Element> ViewMut<'c, T> {
    /// Looks at the memory of an object. Errors are those of [`View::of`], and a `BufferError` if
    /// it cannot be written.
    pub fn of(object: &Object<'c>) -> Result<ViewMut<'c, T>> {
        View::lent(object, C_CONTIGUOUS | FORMAT | WRITABLE).map(ViewMut)
    }

    /// Writes the item at an index.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn set(&mut self, index: usize, value: T) {
        assert!(index < self.len, "index {index} is out of range: there are {} items", self.len);
        // SAFETY: the index is in the memory that the view keeps in place, and it may be written.
        unsafe { store(self.start.add(index), value) }
    }

    /// The items in place.
    ///
    /// # Safety
    /// Nobody else uses the memory as long as the slice is used: no Python code runs that could, and
    /// no other thread does.
    pub unsafe fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as many aligned items, which may be written; the rest is the caller's promise.
        unsafe { core::slice::from_raw_parts_mut(self.start, self.len) }
    }
}

impl<'c, T: Element> Deref for ViewMut<'c, T> {
    type Target = View<'c, T>;
    fn deref(&self) -> &View<'c, T> {
        &self.0
    }
}

impl<T: Element> Drop for View<'_, T> {
    fn drop(&mut self) {
        let Memory::Lent(buffer) = &mut self.memory else { return };
        let release = attach::extensions().and_then(|extensions| extensions.release_buffer);
        if let Some(release) = release {
            // SAFETY: the host has filled it, and this is the end of it.
            unsafe { release(self.ctx.as_raw(), buffer) }
        }
    }
}

impl<'a, 'h, 'c, T: Element> Argument<'a, 'h, 'c> for View<'c, T> {
    type Holder = ();
    const TAKES: Annotation = BUFFER;
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
        View::of(object)
    }
}

impl<'a, 'h, 'c, T: Element> Argument<'a, 'h, 'c> for ViewMut<'c, T> {
    type Holder = ();
    const TAKES: Annotation = BUFFER;
    fn extract(object: &'a Object<'c>, _holder: &'h mut ()) -> Result<Self> {
        ViewMut::of(object)
    }
}

#[cold]
fn cannot_lend() -> Error {
    Error::buffer_error("this interpreter's own HPy lends memory to read only")
}

/// A `TypeError` unless items of a format and size are `T`s.
fn check_items<T: Element>(object: &Object<'_>, format: &[u8], size: usize) -> Result<()> {
    let wanted = T::FORMAT.to_bytes();
    if size == size_of::<T>() && kind(format) == kind(wanted) {
        return Ok(());
    }
    Err(Error::type_error(format!(
        "must be memory of items of the format '{}' with {} bytes, not '{}' with {size} ({})",
        wanted.escape_ascii(),
        size_of::<T>(),
        format.escape_ascii(),
        object.type_name(),
    )))
}

/// What a format says but for the size, which is known: two that agree in that are the same, such as
/// `l` and `q`. Formats that are not one native number are only equal to themselves.
fn kind(format: &[u8]) -> &[u8] {
    let code = match format {
        [b'@' | b'=', code @ ..] => code,
        [b'<', code @ ..] if cfg!(target_endian = "little") => code,
        [b'>' | b'!', code @ ..] if cfg!(target_endian = "big") => code,
        code => code,
    };
    match code {
        [b'b' | b'h' | b'i' | b'l' | b'q' | b'n'] => b"i",
        [b'B' | b'H' | b'I' | b'L' | b'Q' | b'N'] => b"I",
        [b'e' | b'f' | b'd'] => b"f",
        _ => format,
    }
}

/// Reads an item that others may be writing.
///
/// # Safety
/// `place` is aligned and may be read.
#[inline(always)]
unsafe fn load<T: Element>(place: *const T) -> T {
    // SAFETY: the caller's promise, and every pattern of the bits is a value.
    unsafe {
        let place = place.cast_mut();
        match size_of::<T>() {
            1 => transmute_copy(&AtomicU8::from_ptr(place.cast()).load(Relaxed)),
            2 => transmute_copy(&AtomicU16::from_ptr(place.cast()).load(Relaxed)),
            4 => transmute_copy(&AtomicU32::from_ptr(place.cast()).load(Relaxed)),
            8 => transmute_copy(&AtomicU64::from_ptr(place.cast()).load(Relaxed)),
            _ => place.read_volatile(),
        }
    }
}

/// Writes an item that others may be reading.
///
/// # Safety
/// `place` is aligned and may be written.
#[inline(always)]
unsafe fn store<T: Element>(place: *mut T, value: T) {
    // SAFETY: the caller's promise; a `T` has no padding.
    unsafe {
        match size_of::<T>() {
            1 => AtomicU8::from_ptr(place.cast()).store(transmute_copy(&value), Relaxed),
            2 => AtomicU16::from_ptr(place.cast()).store(transmute_copy(&value), Relaxed),
            4 => AtomicU32::from_ptr(place.cast()).store(transmute_copy(&value), Relaxed),
            8 => AtomicU64::from_ptr(place.cast()).store(transmute_copy(&value), Relaxed),
            _ => place.write_volatile(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn formats_are_compared_by_kind() {
        for (a, b) in [("l", "q"), ("@d", "d"), ("=I", "L"), ("<h", "h"), ("B", "@B"), ("n", "q")] {
            assert_eq!(kind(a.as_bytes()), kind(b.as_bytes()), "{a} {b}");
        }
        for (a, b) in [("l", "L"), ("d", "q"), (">h", "h"), ("dd", "d"), ("Zd", "d"), ("?", "B")] {
            assert_ne!(kind(a.as_bytes()), kind(b.as_bytes()), "{a} {b}");
        }
    }
}
