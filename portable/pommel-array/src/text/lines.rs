//! Brackets, lines and indents around elements; which elements are shown.

use super::Options;
use super::element::Format;
use crate::array::Array;
use crate::dtype::DType;
use crate::error::Result;
use crate::layout::Dims;
use crate::raw::memory::{check_room, room_for};
use crate::scalar::Scalar;

/// The elements that are shown.
pub(super) struct Shown {
    dtype: DType,
    /// Along each axis how many, and after how many some are left out, if they are.
    axes: Vec<(usize, Option<usize>)>,
    elements: Vec<Scalar>,
}

/// How lines are made.
struct Lines<'a> {
    words: Vec<String>,
    axes: &'a [(usize, Option<usize>)],
    separator: &'a str,
}

/// What a word takes, in bytes: its element, the numbers that its columns are found by, its text, and the
/// same in a line.
const WORD: usize = 256;

/// What stands for the elements that are left out.
const LEFT_OUT: &str = "...";

impl Shown {
    /// Reads the elements of an array that is not empty.
    pub(super) fn of(array: &Array, options: &Options) -> Result<Shown> {
        let summary = array.size() > options.threshold;
        let edge = options.edgeitems;
        let axis = |&extent: &isize| {
            if summary && extent as usize > edge.saturating_mul(2) {
                (edge + edge.max(1), Some(edge))
            } else {
                (extent as usize, None)
            }
        };
        let axes: Vec<_> = array.shape().iter().map(axis).collect();
        let count = axes.iter().map(|(count, _)| count).product::<usize>();
        check_room(count.saturating_mul(WORD))?;
        let mut elements = room_for(count)?;
        let mut counts = Dims::from_elem(0, axes.len());
        'all: loop {
            let index = |axis: usize| match axes[axis] {
                (count, Some(edge)) if counts[axis] >= edge as isize => {
                    array.shape()[axis] - count as isize + counts[axis]
                }
                _ => counts[axis],
            };
            let place: Dims = (0..axes.len()).map(index).collect();
            elements.push(array.item(&place)?);
            for axis in (0..axes.len()).rev() {
                counts[axis] += 1;
                if (counts[axis] as usize) < axes[axis].0 {
                    continue 'all;
                }
                counts[axis] = 0;
            }
            break;
        }
        Ok(Shown { dtype: array.dtype(), axes, elements })
    }

    /// The text in lines of a width, aligned behind an indent.
    pub(super) fn text(
        &self,
        options: &Options,
        width: usize,
        separator: &str,
        indent: usize,
    ) -> String {
        let format = Format::new(&self.elements, self.dtype, !self.axes.is_empty(), options);
        let words: Vec<String> = self.elements.iter().map(|&value| format.text(value)).collect();
        if self.axes.is_empty() {
            return words.concat();
        }
        let lines = Lines { words, axes: &self.axes, separator };
        let mut text = String::new();
        lines.part(0, 0, indent + 1, width, &mut text);
        text
    }
}

impl Lines<'_> {
    /// Adds a part: the elements from a number on that have the first indices in common, `axis` of
    /// them. Gives the number of the element behind.
    fn part(
        &self,
        axis: usize,
        first: usize,
        indent: usize,
        width: usize,
        text: &mut String,
    ) -> usize {
        text.push('[');
        let behind = if axis + 1 == self.axes.len() {
            self.row(first, indent, width, text)
        } else {
            let gap = self.separator.trim_end().to_owned()
                + &"\n".repeat(self.axes.len() - axis - 1)
                + &" ".repeat(indent);
            let (count, left_out) = self.axes[axis];
            let mut next = first;
            for i in 0..count {
                if i > 0 {
                    *text += &gap;
                }
                if left_out == Some(i) {
                    *text += LEFT_OUT;
                    *text += &gap;
                }
                next = self.part(axis + 1, next, indent + 1, width.saturating_sub(1), text);
            }
            next
        };
        text.push(']');
        behind
    }

    /// Adds the elements of the last axis, in as many lines as they need.
    fn row(&self, first: usize, indent: usize, width: usize, text: &mut String) -> usize {
        let (count, left_out) = *self.axes.last().expect("an array with rows has axes");
        // What may follow an element in its line: the separator or the bracket.
        let width = width.saturating_sub(self.separator.trim_end().len().max(1));
        let margin = " ".repeat(indent);
        let mut line = margin.clone();
        let mut body = String::new();
        let mut add = |word: &str, last: bool| {
            let length = line.chars().count();
            if length + word.chars().count() > width && length > indent {
                body += line.trim_end();
                body.push('\n');
                line.clone_from(&margin);
            }
            line += word;
            if !last {
                line += self.separator;
            }
        };
        for i in 0..count {
            if left_out == Some(i) {
                add(LEFT_OUT, false);
            }
            add(&self.words[first + i], i + 1 == count);
        }
        body += &line;
        // The first line begins where the bracket stands already.
        *text += &body[indent.min(body.len())..];
        first + count
    }
}
