//! The subscripts of `einsum`: which letter names which axis.

use crate::error::{Error, Result};
use crate::layout::Dims;

/// An axis of an operand or of the result.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Label {
    /// One that an ellipsis stands for, counted from the last.
    Stretched(usize),
    /// One with a letter.
    Letter(char),
}

/// What subscripts say about operands.
#[derive(Debug, PartialEq)]
pub(super) struct Subscripts {
    pub(super) operands: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
}

/// A term: its letters with their places in the text, and where its ellipsis is.
struct Term {
    start: usize,
    letters: Vec<(char, usize)>,
    /// Before which letter the ellipsis is.
    ellipsis: Option<usize>,
}

struct Parser<'a> {
    text: &'a str,
}

impl Parser<'_> {
    fn fail<T>(&self, at: usize, fault: impl Into<String>) -> Result<T> {
        // The caret counts characters, not bytes.
        let at = self.text.get(..at).map_or(at, |before| before.chars().count());
        Err(Error::Subscripts { text: self.text.to_owned(), at, fault: fault.into() })
    }

    fn term(&self, start: usize, end: usize) -> Result<Term> {
        let mut term = Term { start, letters: Vec::new(), ellipsis: None };
        let mut rest = start;
        while let Some(c) = self.text[rest..end].chars().next() {
            match c {
                ' ' => rest += 1,
                'a'..='z' | 'A'..='Z' => {
                    term.letters.push((c, rest));
                    rest += 1;
                }
                '.' if self.text[rest..end].starts_with("...") => {
                    if term.ellipsis.is_some() {
                        return self.fail(rest, "a second ellipsis in one term");
                    }
                    term.ellipsis = Some(term.letters.len());
                    rest += 3;
                }
                '.' => return self.fail(rest, "an ellipsis has three dots: '...'"),
                _ => {
                    let fault = format!(
                        "{c:?} is no subscript: axes have letters (a-z, A-Z), terms are parted by ',', \
                         and the result stands behind one '->'"
                    );
                    return self.fail(rest, fault);
                }
            }
        }
        Ok(term)
    }

    /// The labels of a term for an operand of so many axes.
    fn labels(&self, term: &Term, operand: usize, shape: &[isize]) -> Result<Vec<Label>> {
        let given = term.letters.len();
        let Some(spare) = shape.len().checked_sub(given) else {
            let at = term.letters[shape.len()].1;
            let fault = format!(
                "{given} subscripts for operand {operand}, which has {} axes: the letter below is one \
                 too many",
                shape.len()
            );
            return self.fail(at, fault);
        };
        if spare > 0 && term.ellipsis.is_none() {
            let at = term.letters.last().map_or(term.start, |&(_, at)| at);
            let fault = format!(
                "{given} subscripts for operand {operand}, which has {} axes: name all of them, or \
                 write '...' for the others",
                shape.len()
            );
            return self.fail(at, fault);
        }
        Ok(spread(term, spare))
    }
}

/// Letters with the axes of an ellipsis among them.
fn spread(term: &Term, spare: usize) -> Vec<Label> {
    let letter = |&(c, _): &(char, usize)| Label::Letter(c);
    let (before, behind) = term.letters.split_at(term.ellipsis.unwrap_or(0));
    let middle = (0..spare).rev().map(Label::Stretched);
    before.iter().map(letter).chain(middle).chain(behind.iter().map(letter)).collect()
}

/// Reads subscripts for operands of given shapes.
///
/// # Errors
/// A character has no meaning, a term does not fit its operand, there are more terms or fewer than
/// operands, or the result names an axis twice or one that no operand has.
pub(super) fn parsed(text: &str, shapes: &[&[isize]]) -> Result<Subscripts> {
    let parser = Parser { text };
    let arrow = text.find("->");
    let inputs = arrow.unwrap_or(text.len());
    let mut terms = Vec::new();
    let mut start = 0;
    for piece in text[..inputs].split(',') {
        terms.push(parser.term(start, start + piece.len())?);
        start += piece.len() + 1;
    }
    if terms.len() != shapes.len() {
        let at = terms.get(shapes.len()).map_or(inputs, |term| term.start);
        let fault =
            format!("{} terms for {} operands: give each one a term", terms.len(), shapes.len());
        return parser.fail(at, fault);
    }
    let mut operands = Vec::new();
    for (i, (term, shape)) in terms.iter().zip(shapes).enumerate() {
        operands.push(parser.labels(term, i, shape)?);
    }
    check_extents(&parser, &terms, &operands, shapes)?;
    let stretched = operands.iter().flatten().filter_map(|label| match label {
        Label::Stretched(axis) => Some(axis + 1),
        Label::Letter(_) => None,
    });
    let stretched = stretched.max().unwrap_or(0);
    let output = match arrow {
        Some(arrow) => explicit(&parser, arrow + 2, &operands, stretched)?,
        None => implicit(&terms, stretched),
    };
    Ok(Subscripts { operands, output })
}

/// The result without an arrow: what an ellipsis stands for, and the letters that are there once, sorted.
fn implicit(terms: &[Term], stretched: usize) -> Vec<Label> {
    let letters = || terms.iter().flat_map(|term| term.letters.iter().map(|&(c, _)| c));
    let mut once: Vec<char> =
        letters().filter(|&c| letters().filter(|&other| other == c).count() == 1).collect();
    once.sort_unstable();
    let middle = (0..stretched).rev().map(Label::Stretched);
    middle.chain(once.into_iter().map(Label::Letter)).collect()
}

/// The result behind an arrow.
fn explicit(
    parser: &Parser<'_>,
    start: usize,
    operands: &[Vec<Label>],
    stretched: usize,
) -> Result<Vec<Label>> {
    let term = parser.term(start, parser.text.len())?;
    for (i, &(c, at)) in term.letters.iter().enumerate() {
        if term.letters[..i].iter().any(|&(other, _)| other == c) {
            return parser.fail(at, format!("the result names axis '{c}' twice"));
        }
        if !operands.iter().flatten().any(|&label| label == Label::Letter(c)) {
            return parser.fail(at, format!("the result names axis '{c}', which no operand has"));
        }
    }
    if stretched > 0 && term.ellipsis.is_none() {
        let fault = "the operands have axes under '...', and the result has none: they cannot be summed \
                     over without a letter";
        return parser.fail(start, fault);
    }
    Ok(spread(&term, if term.ellipsis.is_some() { stretched } else { 0 }))
}

/// Refuses letters that name axes of different extents, unless one is 1.
fn check_extents(
    parser: &Parser<'_>,
    terms: &[Term],
    operands: &[Vec<Label>],
    shapes: &[&[isize]],
) -> Result<()> {
    let mut known: Vec<(char, isize)> = Vec::new();
    for ((term, labels), shape) in terms.iter().zip(operands).zip(shapes) {
        for &(c, at) in &term.letters {
            let axes = labels.iter().zip(*shape);
            for (_, &extent) in axes.filter(|(label, _)| **label == Label::Letter(c)) {
                match known.iter_mut().find(|(other, _)| *other == c) {
                    None => known.push((c, extent)),
                    Some((_, found)) if *found == 1 => *found = extent,
                    Some((_, found)) if extent != 1 && extent != *found => {
                        let shapes: Vec<_> = shapes.iter().map(|&s| Dims::from_slice(s)).collect();
                        let shapes: Vec<_> = shapes
                            .iter()
                            .map(|shape| crate::error::Tuple(shape).to_string())
                            .collect();
                        let fault = format!(
                            "axis '{c}' has {found} elements before and {extent} here (shapes {}): they \
                             must be equal, or 1 to be repeated",
                            shapes.join(", ")
                        );
                        return parser.fail(at, fault);
                    }
                    Some(_) => {}
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(subscripts: &str, shapes: &[&[isize]]) -> String {
        parsed(subscripts, shapes).unwrap_err().to_string()
    }

    #[test]
    fn a_caret_is_under_the_fault() {
        let two: &[isize] = &[2, 2];
        assert!(text("ij,j%", &[two, two]).ends_with("\n  ij,j%\n      ^"));
        assert!(text("ij,jk->iz", &[two, two]).ends_with("\n  ij,jk->iz\n          ^"));
        assert!(text("ij,jk->ii", &[two, two]).ends_with("\n  ij,jk->ii\n          ^"));
        assert!(text("ijk", &[two]).ends_with("\n  ijk\n    ^"));
        assert!(text("i..j", &[two]).ends_with("\n  i..j\n   ^"));
        assert!(text("ij,jk", &[two, &[3, 2]]).ends_with("\n  ij,jk\n     ^"));
        assert!(text("ij->jé", &[two]).ends_with("\n  ij->jé\n       ^"));
        assert!(text("ij,jk,kl", &[two, two]).contains("3 terms for 2 operands"));
        assert!(text("...i->i", &[two]).contains("under '...'"));
        assert!(text("i", &[two]).contains("write '...'"));
    }

    #[test]
    fn the_result_follows_from_the_operands() {
        let letters = |text: &str| text.chars().map(Label::Letter).collect::<Vec<_>>();
        assert_eq!(parsed("ba", &[&[2, 3]]).unwrap().output, letters("ab"));
        assert_eq!(parsed(" i j , j k ", &[&[2, 3], &[3, 4]]).unwrap().output, letters("ik"));
        assert_eq!(parsed("ii", &[&[2, 2]]).unwrap().output, letters(""));
        let stretched = parsed("...ij,...jk", &[&[5, 2, 3], &[4, 5, 3, 2]]).unwrap();
        let found =
            [Label::Stretched(1), Label::Stretched(0), Label::Letter('i'), Label::Letter('k')];
        assert_eq!(stretched.output, found);
    }
}
