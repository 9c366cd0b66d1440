//! Walks along several layouts of one shape at once, in the order that suits memory.
//!
//! Axes are sorted so that the first layout's steps shrink, axes of one element are left out, and
//! neighbours that all layouts step along as one are one. What is left is an innermost run, which a
//! loop handles, and outer axes, which are counted.

use crate::layout::Dims;
use smallvec::SmallVec;

/// The common axes of several layouts. Strides are in bytes, outermost axis first.
pub(crate) struct Walk {
    shape: Dims,
    /// By layout, then by axis.
    strides: SmallVec<[Dims; 4]>,
    empty: bool,
}

impl Walk {
    /// The axes of a shape and the strides of each layout.
    pub(crate) fn new(shape: &[isize], strides: &[&[isize]]) -> Walk {
        Walk::sorted(shape, strides, strides[0])
    }

    /// The same, in the order of steps that need not be those of a layout.
    pub(crate) fn sorted(shape: &[isize], strides: &[&[isize]], like: &[isize]) -> Walk {
        let mut axes: SmallVec<[usize; 4]> = (0..shape.len()).filter(|&i| shape[i] != 1).collect();
        // Stable: axes of equal steps stay in C order.
        axes.sort_by_key(|&axis| core::cmp::Reverse(like[axis].unsigned_abs()));
        Walk::in_order(shape, strides, &axes)
    }

    fn in_order(shape: &[isize], strides: &[&[isize]], axes: &[usize]) -> Walk {
        let mut walk = Walk {
            shape: Dims::new(),
            strides: strides.iter().map(|_| Dims::new()).collect(),
            empty: shape.contains(&0),
        };
        for &axis in axes {
            let extent = shape[axis];
            let joins = !walk.shape.is_empty()
                && walk
                    .strides
                    .iter()
                    .zip(strides)
                    .all(|(have, new)| have.last() == Some(&new[axis].wrapping_mul(extent)));
            if joins {
                if let Some(last) = walk.shape.last_mut() {
                    *last *= extent;
                }
                for (have, new) in walk.strides.iter_mut().zip(strides) {
                    if let Some(last) = have.last_mut() {
                        *last = new[axis];
                    }
                }
            } else {
                walk.shape.push(extent);
                for (have, new) in walk.strides.iter_mut().zip(strides) {
                    have.push(new[axis]);
                }
            }
        }
        walk
    }

    /// The extents, outermost first; the last is that of a run.
    pub(crate) fn shape(&self) -> &[isize] {
        &self.shape
    }

    /// The strides of a layout.
    pub(crate) fn strides(&self, layout: usize) -> &[isize] {
        &self.strides[layout]
    }

    /// How many layouts there are.
    pub(crate) fn layouts(&self) -> usize {
        self.strides.len()
    }

    /// The length of a run, and the steps of each layout along it.
    pub(crate) fn inner(&self) -> (usize, SmallVec<[isize; 4]>) {
        let n = self.shape.last().copied().unwrap_or(1) as usize;
        (n, self.strides.iter().map(|s| s.last().copied().unwrap_or(0)).collect())
    }

    /// Calls a function with where each run begins, in bytes from the first element, by layout.
    pub(crate) fn for_each_run(&self, mut visit: impl FnMut(&[isize])) {
        if self.empty {
            return;
        }
        let outer = self.shape.len().saturating_sub(1);
        let mut places: SmallVec<[isize; 4]> = SmallVec::from_elem(0, self.strides.len());
        let mut counts = Dims::from_elem(0, outer);
        loop {
            visit(&places);
            let mut axis = outer;
            loop {
                if axis == 0 {
                    return;
                }
                axis -= 1;
                counts[axis] += 1;
                if counts[axis] < self.shape[axis] {
                    for (place, strides) in places.iter_mut().zip(&self.strides) {
                        *place += strides[axis];
                    }
                    break;
                }
                counts[axis] = 0;
                for (place, strides) in places.iter_mut().zip(&self.strides) {
                    *place -= strides[axis] * (self.shape[axis] - 1);
                }
            }
        }
    }
}
