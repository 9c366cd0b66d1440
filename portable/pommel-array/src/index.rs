//! Basic indexing: integers, slices, new axes and the ellipsis, as in the array API standard and
//! NumPy. The result is a view; nothing is copied.

use crate::error::{Error, Result};
use crate::layout::Layout;

/// One part of an index.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Index {
    /// One element of an axis, which is gone then.
    At(isize),
    /// Python's `start:stop:step`; `None` is what is left out.
    Slice(Option<isize>, Option<isize>, isize),
    /// A new axis of one element.
    NewAxis,
    /// As many whole axes as are not named otherwise.
    Ellipsis,
}

/// All of an axis.
pub const ALL: Index = Index::Slice(None, None, 1);

impl Layout {
    /// The elements that an index selects. Axes that it does not reach are taken whole.
    ///
    /// # Errors
    /// An index is out of bounds, there are more than there are axes, there are two ellipses, or the
    /// step of a slice is 0.
    pub fn select(&self, indices: &[Index]) -> Result<Layout> {
        let named = indices.iter().filter(|i| matches!(i, Index::At(_) | Index::Slice(..))).count();
        let ellipses = indices.iter().filter(|i| matches!(i, Index::Ellipsis)).count();
        if ellipses > 1 {
            return Err(Error::TwoEllipses);
        }
        let Some(whole) = self.ndim().checked_sub(named) else {
            return Err(Error::TooManyIndices { given: named, ndim: self.ndim() });
        };
        let mut view = self.clone();
        // The axis of the view that comes next, and the one of the array that it was.
        let (mut axis, mut origin) = (0, 0);
        for index in indices {
            match *index {
                Index::At(i) => {
                    view = view.at(axis, i).map_err(|e| about(e, origin))?;
                    origin += 1;
                }
                Index::Slice(start, stop, step) => {
                    view = view.slice(axis, start, stop, step)?;
                    (axis, origin) = (axis + 1, origin + 1);
                }
                Index::NewAxis => {
                    view = view.with_axis(axis);
                    axis += 1;
                }
                Index::Ellipsis => (axis, origin) = (axis + whole, origin + whole),
            }
        }
        Ok(view)
    }
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
