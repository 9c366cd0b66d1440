//! Large matrices as products of a lower and an upper triangle, with rows exchanged: `faer`'s algorithm
//! for narrow panels, and for what is right of them on pieces of columns, each of which one thread has
//! to itself.
//!
//! A thread that has a piece meets the others once a panel; threads that share every product in it meet
//! hundreds of times. The pieces do not depend on the number of threads, and so the results do not.

use super::batch::{Field, Flaw, with_stack};
use faer::linalg::lu::partial_pivoting as lu;
use faer::linalg::{matmul, triangular_solve};
use faer::perm::PermRef;
use faer::{Accum, MatMut, MatRef, Par};
use num_traits::One;
use rayon::prelude::*;

/// Matrices of so many rows are large.
pub(super) const LARGE: usize = 512;
/// Columns of a panel.
const PANEL: usize = 128;
/// Columns of a piece.
const PIECE: usize = 128;

/// Calls a function with pieces of columns, on several threads if the work is to be shared.
pub(super) fn for_each_piece<T: Field>(
    matrix: MatMut<'_, T>,
    par: Par,
    work: impl Fn(usize, MatMut<'_, T>) -> Result<(), Flaw> + Sync,
) -> Result<(), Flaw> {
    let mut pieces = Vec::with_capacity(matrix.ncols().div_ceil(PIECE));
    let (mut rest, mut start) = (matrix, 0);
    while rest.ncols() > 0 {
        let width = PIECE.min(rest.ncols());
        let (piece, others) = rest.split_at_col_mut(width);
        pieces.push((start, piece));
        (rest, start) = (others, start + width);
    }
    match par {
        Par::Seq => pieces.into_iter().try_for_each(|(start, piece)| work(start, piece)),
        _ => pieces.into_par_iter().try_for_each(|(start, piece)| work(start, piece)),
    }
}

/// Replaces a square matrix by its triangles, and numbers by the order of its rows; says how often rows
/// were exchanged.
pub(super) fn factor<T: Field>(
    mut matrix: MatMut<'_, T>,
    forward: &mut [usize],
    backward: &mut [usize],
    par: Par,
) -> Result<usize, Flaw> {
    let n = matrix.nrows();
    if n < LARGE {
        return factor_panel(matrix, forward, backward);
    }
    let mut exchanges = 0;
    for (row, place) in forward.iter_mut().enumerate() {
        *place = row;
    }
    let (mut order, mut back) = (vec![0; n], vec![0; n]);
    for start in (0..n).step_by(PANEL) {
        let width = PANEL.min(n - start);
        let (left, rest) = matrix.as_mut().subrows_mut(start, n - start).split_at_col_mut(start);
        let (mut panel, right) = rest.split_at_col_mut(width);
        let (order, back) = (&mut order[start..], &mut back[start..]);
        exchanges += factor_panel(panel.as_mut(), order, back)?;
        let moved: Vec<_> =
            order.iter().copied().enumerate().filter(|(to, from)| to != from).collect();
        exchange(&mut forward[start..], &moved);
        for_each_piece(left, par, |_, piece| {
            exchange_rows(piece, &moved);
            Ok(())
        })?;
        for_each_piece(right, par, |_, piece| {
            eliminate(panel.as_ref(), piece, &moved);
            Ok(())
        })?;
    }
    for (place, &row) in forward.iter().enumerate() {
        backward[row] = place;
    }
    Ok(exchanges)
}

/// The same for a matrix with at least as many rows as columns, on this thread.
fn factor_panel<T: Field>(
    panel: MatMut<'_, T>,
    forward: &mut [usize],
    backward: &mut [usize],
) -> Result<usize, Flaw> {
    let (m, n) = panel.shape();
    let room = lu::factor::lu_in_place_scratch::<usize, T>(m, n, Par::Seq, Default::default());
    with_stack(room, |stack| {
        let none = Default::default();
        let (info, _) = lu::factor::lu_in_place(panel, forward, backward, Par::Seq, stack, none);
        info.transposition_count
    })
}

/// Moves elements to places from others.
fn exchange<T: Copy>(elements: &mut [T], moved: &[(usize, usize)]) {
    let found: Vec<T> = moved.iter().map(|&(_, from)| elements[from]).collect();
    for (&(to, _), element) in moved.iter().zip(found) {
        elements[to] = element;
    }
}

/// The same for the rows of a piece.
fn exchange_rows<T: Field>(piece: MatMut<'_, T>, moved: &[(usize, usize)]) {
    for column in piece.col_iter_mut() {
        if let Some(column) = column.try_as_col_major_mut() {
            exchange(column.as_slice_mut(), moved);
        }
    }
}

/// Takes what the columns of a panel explain out of a piece to the right of it.
fn eliminate<T: Field>(panel: MatRef<'_, T>, mut piece: MatMut<'_, T>, moved: &[(usize, usize)]) {
    exchange_rows(piece.as_mut(), moved);
    let (corner, below) = panel.split_at_row(panel.ncols());
    let (mut top, bottom) = piece.split_at_row_mut(panel.ncols());
    triangular_solve::solve_unit_lower_triangular_in_place(corner, top.as_mut(), Par::Seq);
    let minus = T::zero() - <T as One>::one();
    matmul::matmul(bottom, Accum::Add, below, top.as_ref(), minus, Par::Seq);
}

/// Replaces right sides by the solutions, given the triangles of a matrix and the order of its rows.
pub(super) fn solve<T: Field>(
    both: MatRef<'_, T>,
    order: PermRef<'_, usize>,
    rights: MatMut<'_, T>,
    par: Par,
) -> Result<(), Flaw> {
    let n = both.nrows();
    for_each_piece(rights, par, |_, piece| {
        let room = lu::solve::solve_in_place_scratch::<usize, T>(n, piece.ncols(), Par::Seq);
        with_stack(room, |stack| {
            lu::solve::solve_in_place(both, both, order, piece, Par::Seq, stack);
        })
    })
}
