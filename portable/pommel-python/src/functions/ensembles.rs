//! Steps of differential equations for many members at once.

use super::argument::{Arrays, In, tuple};
use crate::error::raised;
use pommel::prelude::*;
use pommel_array::kernels::tape::{Course, Functions, Tape, Task};
use pommel_array::{Array, Casting, DType};

/// The elements of a matrix, and how many rows it has.
fn rows(matrix: &Array) -> Result<(Vec<f64>, usize)> {
    let matrix = matrix.cast(DType::Float64, Casting::SameKind).map_err(raised)?;
    let rows = matrix.shape().first().map_or(0, |extent| *extent as usize);
    Ok((matrix.to_vec().map_err(raised)?, rows))
}

fn parsed(tape: &str, is_exact: bool) -> Result<Tape> {
    let functions = if is_exact { Functions::Library } else { Functions::Vector };
    Tape::parse(tape, functions)
        .map_err(|line| Error::value_error(format!("'{line}' is nothing for a tape")))
}

/// Does the step of a tape for each member (a row of `states` and one of `parameters`) from each of the
/// times to the next: states after each `every` steps, as an array of members, components and times, and
/// which members are to be done in another way.
#[function(signature = (tape, is_exact, times, every, states, parameters, /))]
pub fn steps_of_many<'c>(
    ctx: Ctx<'c>,
    tape: &str,
    is_exact: bool,
    times: In,
    every: usize,
    states: In,
    parameters: In,
) -> Result<Arrays<'c>> {
    let tape = parsed(tape, is_exact)?;
    let (times, count) = rows(&times.0)?;
    let ((states, members), (parameters, _)) = (rows(&states.0)?, rows(&parameters.0)?);
    if count == 0 || every == 0 || members == 0 {
        return Err(Error::value_error("there must be times, steps and members"));
    }
    let (n, columns) = (states.len() / members, (count - 1) / every);
    let task = Task { times: &times, every, states: &states, parameters: &parameters, members };
    let solved = tape.run(task);
    let shape = [members as isize, n as isize, columns as isize];
    let states = Array::from_slice(&solved.states, &shape);
    let troubled = Array::from_slice(&solved.is_troubled, &[members as isize]);
    tuple(ctx, states.and_then(|states| Ok(vec![states, troubled?])))
}

/// Goes on with members that choose their steps (a row of `rows` and one of `parameters` for each) to the
/// last of the times, or until a block of them has tried `most` steps: their rows then, and an array of
/// members, components and times but the last with the states that were reached now.
#[function(signature = (tape, is_exact, times, most, rows, parameters, /))]
pub fn courses_of_many<'c>(
    ctx: Ctx<'c>,
    tape: &str,
    is_exact: bool,
    times: In,
    most: usize,
    rows: In,
    parameters: In,
) -> Result<Arrays<'c>> {
    let tape = parsed(tape, is_exact)?;
    let (times, _) = self::rows(&times.0)?;
    let ((rows, members), (parameters, _)) = (self::rows(&rows.0)?, self::rows(&parameters.0)?);
    let width = rows.len() / members.max(1);
    let Some((&end, times)) = times.split_last() else {
        return Err(Error::value_error("there must be times"));
    };
    if members == 0 || !tape.is_adaptive(width) {
        return Err(Error::value_error("there must be members, as the tape has them"));
    }
    let course = Course { times, end, most, rows: &rows, parameters: &parameters, members };
    let reached = tape.go(course);
    let n = reached.states.len() / (members * times.len()).max(1);
    let rows = Array::from_slice(&reached.rows, &[members as isize, width as isize]);
    let shape = [members as isize, n as isize, times.len() as isize];
    let states = Array::from_slice(&reached.states, &shape);
    tuple(ctx, rows.and_then(|rows| Ok(vec![rows, states?])))
}
