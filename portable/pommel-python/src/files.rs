//! Functions on memory and files that the package's Python code is made of.

use crate::array::NdArray;
use crate::dtype::DType;
use crate::error::Raise;
use crate::exchange;
use crate::functions::check_device;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::npy::{self, Archive, ArchiveWriter, Header};
use pommel_array::{Array, Order};
use std::io::{self, Write};

/// An array over the bytes of an object that exports memory, such as `bytes`, without a copy.
///
/// >>> import pommel as pm
/// >>> memory = bytearray(b"abc")
/// >>> x = pm.frombuffer(memory, dtype=pm.uint8)
/// >>> x[0] = 65
/// >>> memory
/// bytearray(b'Abc')
#[function(signature = (buffer, dtype = None, count = -1, offset = 0))]
pub fn frombuffer(
    buffer: &Object<'_>,
    dtype: Option<DType>,
    count: isize,
    offset: usize,
) -> Result<NdArray> {
    let dtype = dtype.map_or(pommel_array::DType::Float64, |dtype| dtype.inner);
    Ok(NdArray { inner: exchange::frombuffer(buffer, dtype, count, offset)? })
}

/// An array over the memory of another library's array, taken over by DLPack; without a copy unless
/// `copy` says otherwise.
///
/// >>> import pommel as pm
/// >>> x = pm.arange(3)
/// >>> y = pm.from_dlpack(x)
/// >>> y[0] = 7
/// >>> x
/// array([7, 1, 2])
#[function(signature = (x, /, *, device = None, copy = None))]
pub fn from_dlpack(x: &Object<'_>, device: Option<&str>, copy: Option<bool>) -> Result<NdArray> {
    check_device(device)?;
    if !x.has_attr(c"__dlpack__") {
        return Err(Error::type_error(format!(
            "argument 'x' must have a method __dlpack__, which {} has not: use asarray",
            x.type_name()
        )));
    }
    Ok(NdArray { inner: exchange::from_dlpack(x, device, copy)? })
}

fn failed(error: npy::Error) -> Error {
    match error {
        npy::Error::Io(error) if error.kind() == io::ErrorKind::OutOfMemory => {
            Error::new(pommel::exception::MemoryError, error.to_string())
        }
        error => Error::value_error(error.to_string()),
    }
}

/// What is written to memory, as long as there is some.
struct Room(Vec<u8>);

impl Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.0.try_reserve(bytes.len());
        // Twice as much as there is already may be too much, and what is needed not.
        let room = room.or_else(|_| self.0.try_reserve_exact(bytes.len()));
        room.map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The elements of an array of bytes, which is what a file is read into.
fn with_file<R>(file: &NdArray, read: impl FnOnce(&[u8]) -> Result<R>) -> Result<R> {
    if file.inner.dtype() != pommel_array::DType::UInt8 || file.inner.ndim() != 1 {
        return Err(Error::type_error("argument 'file' must be a one-dimensional array of uint8"));
    }
    file.inner.with_slice(read).raise()?
}

/// An array of elements in the order of a header.
fn loaded(header: &Header, data: &[u8]) -> Result<NdArray> {
    let reversed: Vec<isize> = header.shape.iter().rev().copied().collect();
    let shape = if header.order == Order::C { &header.shape[..] } else { &reversed };
    let array = Array::build(&[data.len() as isize], |bytes: &mut [u8]| {
        bytes.copy_from_slice(data);
        header.make_native(bytes);
    });
    let array = exchange::reinterpreted(&array.raise()?, header.dtype, shape)?;
    let inner = if header.order == Order::C { array } else { array.transposed() };
    Ok(NdArray { inner })
}

/// What the header of a `.npy` file says: (type, whether its bytes stand in the other order, shape,
/// order 'C' or 'F').
#[function(name = "_npy_parse", signature = (file, /))]
pub fn npy_parse<'c>(ctx: Ctx<'c>, file: &NdArray) -> Result<Object<'c>> {
    let (header, _) = with_file(file, |bytes| Header::parse(bytes).map_err(failed))?;
    let swapped = header.byte_order != npy::ByteOrder::NATIVE && header.dtype.size() > 1;
    let order = if header.order == Order::C { "C" } else { "F" };
    ctx.object((DType { inner: header.dtype }, swapped, Shape(header.shape.to_vec()), order))
}

/// The header of a `.npy` file for elements in an order.
#[function(name = "_npy_header", signature = (dtype, shape, order, /))]
pub fn npy_header<'c>(
    ctx: Ctx<'c>,
    dtype: DType,
    shape: Vec<isize>,
    order: &str,
) -> Result<Object<'c>> {
    let order = if order == "F" { Order::F } else { Order::C };
    Ok(ctx.bytes(&Header::new(dtype.inner, order, &shape).to_bytes())?.into())
}

/// A copy of an array whose bytes stand in the other order.
#[function(name = "_byteswapped", signature = (array, /))]
pub fn byteswap(array: &NdArray) -> Result<NdArray> {
    Ok(NdArray { inner: exchange::native(&array.inner)? })
}

/// The names of the arrays in a `.npz` file.
#[function(name = "_npz_names", signature = (file, /))]
pub fn npz_names(file: &NdArray) -> Result<Vec<String>> {
    with_file(file, |bytes| Ok(Archive::new(bytes).map_err(failed)?.names().to_vec()))
}

/// An array of a `.npz` file.
#[function(name = "_npz_get", signature = (file, name, /))]
pub fn npz_get(file: &NdArray, name: &str) -> Result<NdArray> {
    with_file(file, |bytes| {
        let archive = Archive::new(bytes).map_err(failed)?;
        let (header, data) = archive.array(name).map_err(failed)?;
        loaded(&header, &data)
    })
}

/// The bytes of a `.npz` file of arrays with names.
#[function(name = "_npz_pack", signature = (names, arrays, compress, /))]
pub fn npz_pack<'c>(
    ctx: Ctx<'c>,
    names: Vec<String>,
    arrays: &List<'c>,
    compress: bool,
) -> Result<Object<'c>> {
    let mut writer = ArchiveWriter::new(Room(Vec::new()), compress);
    for (name, array) in names.iter().zip(arrays.iter()?) {
        let array = array?;
        let array: &NdArray = &*Instance::<NdArray>::of(&array)
            .ok_or_else(|| Error::type_error("argument 'arrays' must be a list of arrays"))?
            .borrow()?;
        let header = Header::new(array.inner.dtype(), Order::C, array.inner.shape());
        let array = array.inner.contiguous().raise()?;
        array.with_bytes(|data| writer.add(name, &header, data)).raise()?.map_err(failed)?;
    }
    Ok(ctx.bytes(&writer.finish().map_err(failed)?.0)?.into())
}
