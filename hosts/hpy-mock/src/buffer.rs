//! `memoryview`: the consumer's side of the buffer protocol, so that exporters can be tested.

use crate::call::slots;
use crate::errors::raise;
use crate::object::*;
use crate::state::{Owner, State};
use hpy_abi::*;
use std::ffi::c_int;
use std::rc::Weak;

/// An export of memory that ends when this value does.
pub(crate) struct View {
    buffer: HPy_buffer,
    owner: Obj,
    state: Weak<State>,
}

/// C-contiguous or strided, with a format, not necessarily writable.
const FULL_READ_ONLY: c_int = 0x011c;

impl State {
    /// `memoryview(object)`
    pub fn view(&self, object: &Obj) -> Res<Obj> {
        let view = self.export(object, FULL_READ_ONLY)?;
        Ok(self.instance("memoryview", Kind::MemoryView(view)))
    }

    /// What an object exports by flags of a consumer.
    fn export(&self, object: &Obj, flags: c_int) -> Res<View> {
        let Some(export) = self.slot(&self.class_of(object), &slots::bf_getbuffer) else {
            let class = self.class_name(object);
            return raise!(
                self,
                TypeError,
                "memoryview: a bytes-like object is required, not '{class}'"
            );
        };
        // SAFETY: every member of the struct may be zero.
        let mut buffer: HPy_buffer = unsafe { std::mem::zeroed() };
        self.invoke("bf_getbuffer", &[Some(object)], |ctx, h| {
            // SAFETY: the slot has this signature.
            unsafe { export(ctx, h[0], &raw mut buffer, flags) }
        })?;
        let owner = self.take(buffer.obj, "bf_getbuffer")?;
        Ok(View { buffer, owner, state: self.weak() })
    }

    /// `get_buffer` of the extensions.
    pub fn lend(&self, object: HPy, flags: c_int) -> Res<HPy_buffer> {
        let view = self.export(&self.object(object)?, flags)?;
        let obj = self.open(view.owner.clone(), Owner::Extension, "get_buffer");
        let lent = view.buffer;
        Ok(HPy_buffer { obj, internal: Box::into_raw(Box::new(view)).cast(), ..lent })
    }
}

impl View {
    /// The number of items of a one-dimensional view.
    pub fn len(&self) -> usize {
        (self.buffer.len / self.buffer.itemsize.max(1)) as usize
    }

    /// The item at an index that is less than `len`.
    pub fn item(&self, state: &State, at: usize) -> Res<Obj> {
        // SAFETY: by the buffer protocol the format is null or a string, and the strides are null
        // or there is one per dimension.
        let (format, stride) =
            unsafe { (text(self.buffer.format), self.buffer.strides.as_ref().copied()) };
        let stride = stride.unwrap_or(self.buffer.itemsize);
        let place = self.buffer.buf.wrapping_byte_offset(at as isize * stride);
        // SAFETY: the index is within the exported length; the format says what is there.
        unsafe {
            Ok(match format.as_deref().unwrap_or("B") {
                "B" => state.int(place.cast::<u8>().read().into()),
                "i" => state.int(place.cast::<i32>().read_unaligned().into()),
                "q" | "l" => state.int(place.cast::<i64>().read_unaligned().into()),
                "f" => state.float(place.cast::<f32>().read_unaligned().into()),
                "d" => state.float(place.cast::<f64>().read_unaligned()),
                other => return raise!(state, NotImplementedError, "memoryview: format {other}"),
            })
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        let Some(state) = self.state.upgrade() else { return };
        let Some(release) = state.slot(&state.class_of(&self.owner), &slots::bf_releasebuffer)
        else {
            return;
        };
        let before = state.pending.take();
        let done = state.invoke("bf_releasebuffer", &[Some(&self.owner)], |ctx, h| {
            self.buffer.obj = h[0];
            // SAFETY: the slot has this signature, and the view is the one it filled.
            unsafe { release(ctx, h[0], &raw mut self.buffer) }
        });
        // The slot has no way to raise; what it left behind is on record as a fault.
        drop::<Res<()>>(done);
        state.pending.replace(before);
    }
}
