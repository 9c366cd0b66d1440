//! What can be wrong with a file, worded for the person who wants what is in it.

use crate::layout::Dims;
use core::fmt;
use std::io;

/// The result of what a file can make fail.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a file cannot be read or written.
#[allow(missing_docs, reason = "the fields are what the text of each error names")]
#[derive(Debug)]
pub enum Error {
    /// Reading or writing failed.
    Io(io::Error),
    /// The file does not begin as a `.npy` file does.
    Magic,
    /// A version of the format that is not known.
    Version { major: u8, minor: u8 },
    /// The header is longer than any header of an array is.
    LongHeader { length: usize, most: usize },
    /// Something in the header, at a byte of the file.
    Header { at: usize, what: String },
    /// The elements are Python objects.
    Pickled,
    /// The elements are of a type that arrays here do not have.
    Unsupported { descr: String, what: &'static str },
    /// A shape of more elements or bytes than can be addressed.
    TooLarge { shape: Dims, item_size: usize },
    /// The file ends before its data do.
    Truncated { needed: usize, found: usize },
    /// The archive, or a member of it.
    Archive { member: Option<String>, what: String },
    /// No member of the archive has this name.
    NoMember { name: String, known: Vec<String> },
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Io(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io(error) => error.fmt(f),
            Error::Magic => f.write_str(
                "this is no .npy file, which begins with the byte 0x93 and NUMPY: read it with what \
                 wrote it",
            ),
            Error::Version { major, minor } => write!(
                f,
                "version {major}.{minor} of the .npy format is not known: the known ones are 1.0, 2.0 \
                 and 3.0"
            ),
            Error::LongHeader { length, most } => write!(
                f,
                "the header says that it has {length} bytes: more than {most}, which no header of an \
                 array has, so the file is damaged or of another kind"
            ),
            Error::Header { at, what } => write!(f, "in the header, at byte {at}: {what}"),
            Error::Pickled => f.write_str(
                "pickled objects are not loaded: the elements are Python objects, whose loading can run \
                 any code; if you trust the file, load it with numpy.load(..., allow_pickle=True)",
            ),
            Error::Unsupported { descr, what } => {
                write!(f, "the elements are of type {descr}, {what}")
            }
            Error::TooLarge { shape, item_size } => write!(
                f,
                "an array of shape {} with {item_size} bytes an element is larger than memory can be: \
                 the header is damaged",
                super::python_tuple(shape)
            ),
            Error::Truncated { needed, found } => write!(
                f,
                "the file ends too early: {needed} bytes were to come, and there are {found}; get a \
                 complete copy of it"
            ),
            Error::Archive { member: None, what } => write!(f, "in the archive: {what}"),
            Error::Archive { member: Some(name), what } => {
                write!(f, "in the archive, in {name:?}: {what}")
            }
            Error::NoMember { name, known } => {
                write!(f, "the archive has no array {name:?}: it has {known:?}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io(error) => Some(error),
            _ => None,
        }
    }
}
