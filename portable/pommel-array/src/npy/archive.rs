//! `.npz` files: zip archives of `.npy` files, stored as they are (`numpy.savez`) or deflated
//! (`numpy.savez_compressed`).
//!
//! What a member claims is checked before anything is allocated: it cannot have more bytes than what
//! is at hand can hold, and the sum over them must be right.

use super::Header;
use super::error::{Error, Result};
use crate::raw::memory::check_room;
use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress_to_output, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate;
use rawzip::{
    CompressionMethod, ZipArchive, ZipArchiveWriter, ZipFileHeaderRecord, ZipSliceArchive,
};
use std::borrow::Cow;
use std::io::{self, Write};

/// What a name in the archive ends with, and the name of an array does not.
const SUFFIX: &str = ".npy";

/// A byte of a deflated member is at most so many of the member (258 for two bits, as zlib's manual
/// says: 1032 to 1).
const MOST_INFLATED: u64 = 1032;

/// How hard members are deflated: zlib's level if none is asked for, which NumPy uses.
const LEVEL: i32 = 6;

/// An archive in memory, such as a mapped file.
pub struct Archive<'a> {
    zip: ZipSliceArchive<&'a [u8]>,
    names: Vec<String>,
}

/// An error of the archive, or of one of its members.
fn archive_error(member: Option<&str>, what: impl ToString) -> Error {
    Error::Archive { member: member.map(str::to_owned), what: what.to_string() }
}

/// The name of a member without the ending.
fn array_name(entry: &ZipFileHeaderRecord) -> String {
    let path = entry.file_path();
    let name = String::from_utf8_lossy(path.as_ref()).into_owned();
    name.strip_suffix(SUFFIX).map_or(name.clone(), str::to_owned)
}

impl<'a> Archive<'a> {
    /// Finds the members of an archive.
    ///
    /// # Errors
    /// It is no zip archive, or a damaged one.
    pub fn new(file: &'a [u8]) -> Result<Archive<'a>> {
        let zip = ZipArchive::from_slice(file).map_err(|error| archive_error(None, error))?;
        let mut names = Vec::new();
        let mut entries = zip.entries();
        while let Some(entry) = entries.next_entry().map_err(|error| archive_error(None, error))? {
            names.push(array_name(&entry));
        }
        Ok(Archive { zip, names })
    }

    /// The names of the arrays, in the order of the archive.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// An array by its name, with or without the ending: its header and its data, which lie in the
    /// file if they are stored there as they are.
    ///
    /// # Errors
    /// There is none of this name, or it is damaged or no array that can be read.
    pub fn array(&self, name: &str) -> Result<(Header, Cow<'a, [u8]>)> {
        let member = self.member(name)?;
        let (header, start) = Header::parse(&member)?;
        let size = header.data(&member, start)?.len();
        let data = match member {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[start..start + size]),
            Cow::Owned(mut bytes) => {
                bytes.truncate(start + size);
                bytes.drain(..start);
                Cow::Owned(bytes)
            }
        };
        Ok((header, data))
    }

    /// The bytes of a member: those of the last one, if several have a name.
    fn member(&self, name: &str) -> Result<Cow<'a, [u8]>> {
        let short = name.strip_suffix(SUFFIX).unwrap_or(name);
        let mut entries = self.zip.entries();
        let mut found = None;
        while let Some(entry) = entries.next_entry().map_err(|error| archive_error(None, error))? {
            if array_name(&entry) == short || array_name(&entry) == name {
                found = Some(entry);
            }
        }
        let Some(entry) = found else {
            return Err(Error::NoMember { name: name.to_owned(), known: self.names.clone() });
        };
        let about = |what: &dyn ToString| archive_error(Some(name), what.to_string());
        if entry.flags().is_encrypted() {
            return Err(about(&"it is encrypted: unpack it first"));
        }
        let local = self.zip.get_entry(entry.wayfinder()).map_err(|error| about(&error))?;
        let (start, end) = local.compressed_data_range();
        let file: &'a [u8] = self.zip.get_ref();
        let packed = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let packed = packed.and_then(|(start, end)| file.get(start..end));
        let packed = packed.ok_or_else(|| about(&"its data lie outside the file"))?;
        let claim = local.claim_verifier();
        let bytes = match entry.compression_method() {
            CompressionMethod::STORE => Cow::Borrowed(packed),
            CompressionMethod::DEFLATE => {
                let inflated = inflated(packed, claim.uncompressed_size);
                Cow::Owned(inflated.map_err(|what| match what {
                    Some(what) => about(&what),
                    None => Error::Io(io::ErrorKind::OutOfMemory.into()),
                })?)
            }
            other => {
                let what = format!(
                    "it is packed by method {}: the known ones are 0 (stored) and 8 (deflated)",
                    other.as_u16()
                );
                return Err(about(&what));
            }
        };
        if bytes.len() as u64 != claim.uncompressed_size || rawzip::crc32(&bytes) != claim.crc {
            return Err(about(&"its size or its check sum is wrong: get another copy of the file"));
        }
        Ok(bytes)
    }
}

/// Inflates a member that claims to have so many bytes; what is wrong with it, or `None` if there is not
/// enough memory.
fn inflated(packed: &[u8], size: u64) -> core::result::Result<Vec<u8>, Option<String>> {
    let most = (packed.len() as u64 + 1) * MOST_INFLATED;
    if size > most {
        return Err(Some(format!(
            "it claims to have {size} bytes, more than the {} of it can hold",
            packed.len()
        )));
    }
    let size = usize::try_from(size).map_err(|_| None)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|_| None)?;
    bytes.resize(size, 0);
    let parts = core::iter::once(packed);
    let count = inflate::decompress_slice_iter_to_slice(&mut bytes, parts, false, true).map_err(
        |status| Some(format!("it cannot be inflated ({status:?}): get another copy of the file")),
    )?;
    bytes.truncate(count);
    Ok(bytes)
}

/// Writes an archive, member by member.
pub struct ArchiveWriter<W: Write> {
    zip: ZipArchiveWriter<W>,
    compress: bool,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive without members, that will be deflated or not.
    pub fn new(writer: W, compress: bool) -> ArchiveWriter<W> {
        ArchiveWriter { zip: ZipArchiveWriter::new(writer), compress }
    }

    /// Adds an array.
    ///
    /// # Errors
    /// The writer's.
    ///
    /// # Panics
    /// If the data are not as long as the header says.
    pub fn add(&mut self, name: &str, header: &Header, data: &[u8]) -> Result<()> {
        let about = |error: rawzip::Error| unwritten(Some(name), error);
        let path = format!("{name}{SUFFIX}");
        let method =
            if self.compress { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
        let file = self.zip.new_file(&*path).compression_method(method);
        let (mut entry, config) = file.start().map_err(about)?;
        let output = if self.compress {
            let mut writer = config.wrap(Deflater::new(&mut entry)?);
            header.write(&mut writer, data)?;
            let (deflater, output) = writer.finish().map_err(about)?;
            deflater.finish()?;
            output
        } else {
            let mut writer = config.wrap(&mut entry);
            header.write(&mut writer, data)?;
            writer.finish().map_err(about)?.1
        };
        entry.finish(output).map_err(about)?;
        Ok(())
    }

    /// Ends the archive, and gives its writer back.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(self) -> Result<W> {
        self.zip.finish().map_err(|error| unwritten(None, error))
    }
}

/// Why an archive, or one of its members, could not be written.
fn unwritten(member: Option<&str>, error: rawzip::Error) -> Error {
    match error.into_kind() {
        rawzip::ErrorKind::IO(error) => Error::Io(error),
        kind => archive_error(member, rawzip::Error::from(kind)),
    }
}

/// Bytes of the state of a compressor, and some more.
const COMPRESSOR: usize = 1 << 20;

/// Deflates what is written, on its way to another writer: neither it nor the result is in memory as a
/// whole.
struct Deflater<W> {
    compressor: Box<CompressorOxide>,
    inner: W,
}

impl<W: Write> Deflater<W> {
    fn new(inner: W) -> io::Result<Deflater<W>> {
        check_room(COMPRESSOR).map_err(|_| io::ErrorKind::OutOfMemory)?;
        // No wrapper around the deflated bytes, and no strategy of its own.
        let flags = create_comp_flags_from_zip_params(LEVEL, 0, 0);
        Ok(Deflater { compressor: Box::new(CompressorOxide::new(flags)), inner })
    }

    fn deflate(&mut self, bytes: &[u8], flush: TDEFLFlush) -> io::Result<TDEFLStatus> {
        let mut written = Ok(());
        let (status, _) = compress_to_output(&mut self.compressor, bytes, flush, |deflated| {
            written = self.inner.write_all(deflated);
            written.is_ok()
        });
        written.map(|()| status)
    }

    fn finish(mut self) -> io::Result<()> {
        match self.deflate(&[], TDEFLFlush::Finish)? {
            TDEFLStatus::Done => Ok(()),
            status => Err(io::Error::other(format!("the compressor says {status:?}"))),
        }
    }
}

impl<W: Write> Write for Deflater<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.deflate(bytes, TDEFLFlush::None)? {
            TDEFLStatus::Okay => Ok(bytes.len()),
            status => Err(io::Error::other(format!("the compressor says {status:?}"))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::inflated;

    #[test]
    fn a_claim_beyond_what_can_be_is_refused() {
        let error = inflated(&[0; 10], 1 << 40).unwrap_err().unwrap();
        assert_eq!(error, "it claims to have 1099511627776 bytes, more than the 10 of it can hold");
        // Ten thousand zeros, of which it claims fewer.
        let packed = miniz_oxide::deflate::compress_to_vec(&[0; 10_000], 6);
        assert!(inflated(&packed, 9_999).is_err());
        assert_eq!(inflated(&packed, 10_000), Ok(vec![0; 10_000]));
    }
}
