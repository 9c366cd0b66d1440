//! Reductions: functions that make fewer elements of many, along one axis, several or all.
//!
//! One table says which there are. What is in memory is folded where it lies; what is pending, and
//! loses all axes, is computed tile by tile on the way. Both give the same bits.

mod scan;
mod seek;
mod statistics;

use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::error::{Error, Result};
use crate::kernels::reduce::fold::{self, Folder};
use crate::kernels::reduce::step::{Partial, memory_order};
use crate::kernels::reduce::{few, spread};
use crate::layout::{Dims, Layout, normal_axes};
use crate::raw::memory::Memory;
use crate::scalar::Scalar;
use smallvec::SmallVec;

pub use scan::{Scan, diff, scan};
pub use seek::{argmax, argmin};
pub use statistics::{deviation, mean, ptp, variance};

/// Calls `$callback!` with a row per reduction: `/// doc` `Variant "name" rule of_none note kernels;`
///
/// * The rule says what type the result has: `wide` (integers and truth values become `int64`, or
///   `uint64` if they have no sign), `same` as the elements, `truth` (bool), or `index` (`int64`).
/// * What the reduction of no elements is: `zero`, `one`, or `error`.
/// * Whether errors of arithmetic are reported (`plain`) or there are none (`quiet`).
/// * The kernels are a function of [`kernels::reduce::fold`](crate::kernels).
#[macro_export]
macro_rules! for_each_reduction {
    ($callback:path) => {
        $callback! {
            /// The sum. Integers wrap around.
            Sum "sum" wide zero plain sum;
            /// The product. Integers wrap around.
            Prod "prod" wide one plain prod;
            /// The smallest element; not a number if one is none.
            Min "min" same error quiet min;
            /// The largest element; not a number if one is none.
            Max "max" same error quiet max;
            /// Whether all elements are true, that is, not zero.
            All "all" truth one quiet all;
            /// Whether an element is true, that is, not zero.
            Any "any" truth zero quiet any;
            /// How many elements are not zero.
            CountNonzero "count_nonzero" index zero quiet count;
        }
    };
}

/// What type a reduction has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Rule {
    Wide,
    Same,
    Truth,
    Index,
}

/// What a reduction of no elements is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum OfNone {
    Zero,
    One,
    Error,
}

macro_rules! define_reductions {
    ($(#[doc = $doc:literal] $variant:ident $name:literal $rule:ident $none:ident $note:ident
        $kernels:ident;)*) => {
        /// A reduction.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Reduction {
            $(#[doc = $doc] $variant,)*
        }

        impl Reduction {
            /// All of them, in the order of the table.
            pub const ALL: &[Reduction] = &[$(Reduction::$variant),*];

            /// The name, as in the array API and NumPy.
            pub const fn name(self) -> &'static str {
                match self { $(Reduction::$variant => $name,)* }
            }

            /// What it is.
            pub const fn doc(self) -> &'static str {
                match self { $(Reduction::$variant => $doc.trim_ascii(),)* }
            }

            fn rule(self) -> Rule {
                match self { $(Reduction::$variant => define_reductions!(@rule $rule),)* }
            }

            fn of_none(self) -> OfNone {
                match self { $(Reduction::$variant => define_reductions!(@none $none),)* }
            }

            fn is_quiet(self) -> bool {
                match self { $(Reduction::$variant => define_reductions!(@quiet $note),)* }
            }

            /// The kernels for elements of a type.
            fn folder(self, dtype: DType) -> Folder {
                match self { $(Reduction::$variant => fold::$kernels(dtype),)* }
            }
        }
    };
    (@rule wide) => { Rule::Wide };
    (@rule same) => { Rule::Same };
    (@rule truth) => { Rule::Truth };
    (@rule index) => { Rule::Index };
    (@none zero) => { OfNone::Zero };
    (@none one) => { OfNone::One };
    (@none error) => { OfNone::Error };
    (@quiet quiet) => { true };
    (@quiet plain) => { false };
}
for_each_reduction!(define_reductions);

impl Reduction {
    /// The reduction of a name.
    pub fn from_name(name: &str) -> Option<Reduction> {
        Reduction::ALL.iter().copied().find(|reduction| reduction.name() == name)
    }

    /// The type of the result for elements of a type, unless another one is asked for.
    pub fn result_type(self, dtype: DType) -> DType {
        match (self.rule(), dtype.kind()) {
            (Rule::Wide, Kind::Bool | Kind::Int) | (Rule::Index, _) => DType::Int64,
            (Rule::Wide, Kind::UInt) => DType::UInt64,
            (Rule::Truth, _) => DType::Bool,
            (Rule::Wide | Rule::Same, _) => dtype,
        }
    }

    /// How what has come together in parts comes together.
    fn of_parts(self) -> Reduction {
        if self == Reduction::CountNonzero { Reduction::Sum } else { self }
    }
}

/// The axes of an array that go, and the shape that is left.
struct Plan {
    reduced: SmallVec<[bool; 4]>,
    /// With axes of one element in place of those that go.
    kept: Dims,
    keepdims: bool,
}

impl Plan {
    fn new(array: &Array, axes: Option<&[isize]>, keepdims: bool) -> Result<Plan> {
        let mut reduced = SmallVec::from_elem(axes.is_none(), array.ndim());
        for axis in normal_axes(axes.unwrap_or(&[]), array.ndim())? {
            reduced[axis] = true;
        }
        let extents = array.shape().iter().zip(&reduced);
        let kept = extents.map(|(&extent, &gone)| if gone { 1 } else { extent }).collect();
        Ok(Plan { reduced, kept, keepdims })
    }

    /// How many elements come together in one.
    fn count(&self, array: &Array) -> usize {
        let extents = array.shape().iter().zip(&self.reduced);
        extents.filter(|(_, gone)| **gone).map(|(&extent, _)| extent as usize).product()
    }

    /// The shape of the result.
    fn shape(&self) -> Dims {
        if self.keepdims {
            return self.kept.clone();
        }
        let extents = self.kept.iter().zip(&self.reduced);
        extents.filter(|(_, gone)| !**gone).map(|(&extent, _)| extent).collect()
    }

    /// The result's layout: its axes lie in the order of the array's.
    fn layout(&self, array: &Array, size: usize) -> Result<Layout> {
        let mut layout = Layout::contiguous(&self.kept, size, crate::Order::C)?;
        let mut strides = Dims::from_slice(layout.strides());
        let mut step = size as isize;
        for axis in memory_order(array.layout().strides()).into_iter().rev() {
            strides[axis] = step;
            step *= self.kept[axis].max(1);
        }
        if self.kept.len() > 1 && !layout.is_empty() {
            let bytes = layout.bytes().end;
            layout = Layout::foreign(&self.kept, &strides, 0, size, bytes)?;
        }
        if !self.keepdims {
            for axis in (0..self.kept.len()).rev().filter(|&axis| self.reduced[axis]) {
                layout = layout.without_axis(axis)?;
            }
        }
        Ok(layout)
    }
}

/// Reduces an array along axes (`None`: all), which go, or stay with one element (`keepdims`).
///
/// The elements are converted to `dtype` before they come together, if one is given; that is for sums
/// and products. Sums of floating-point numbers are made in blocks that follow from the shape alone;
/// `float16` is added as `float32`. Errors of arithmetic are reported
/// ([`take_report`](crate::kernels::status::take_report)).
///
/// # Errors
/// There is no such axis, or it is named twice; a value is to be made of no elements that has none
/// then; the reduction has a type of its own and another is asked for; there is not enough memory.
pub fn reduce(
    reduction: Reduction,
    array: &Array,
    axes: Option<&[isize]>,
    keepdims: bool,
    dtype: Option<DType>,
) -> Result<Array> {
    let wanted = reduction.result_type(array.dtype());
    if let Some(result) = dtype.filter(|&result| result != wanted) {
        if reduction.rule() != Rule::Wide {
            let wanted = "left out: the reduction has a type of its own";
            return Err(Error::Argument { name: "dtype", value: result.to_string(), wanted });
        }
        let converted = array.cast(result, Casting::Unsafe)?;
        let sum = reduce(reduction, &converted, axes, keepdims, None)?;
        return sum.cast(result, Casting::Unsafe);
    }
    let quiet = reduction.is_quiet();
    let folder = reduction.folder(array.dtype());
    let again = || reduction.of_parts().folder(folder.output);
    if (axes.is_none() || array.ndim() == 0 && axes.is_none_or(<[isize]>::is_empty))
        && let Some(result) = few::fold(array, &folder, again, quiet, wanted)
    {
        let result = result?;
        return if keepdims {
            result.reshaped(&Dims::from_elem(1, array.ndim()))
        } else {
            Ok(result)
        };
    }
    // What programs mostly ask for, without a plan.
    if axes.is_none()
        && let Some(partial) = fused(array, &folder, quiet)?
    {
        let shape = Dims::from_elem(1, if keepdims { array.ndim() } else { 0 });
        let layout = Layout::contiguous(&shape, wanted.size(), crate::Order::C)?;
        return finish(together(partial, &again(), quiet)?, wanted, layout);
    }
    let plan = Plan::new(array, axes, keepdims)?;
    let layout = plan.layout(array, wanted.size())?;
    // Also where there is no result, if each would be one of none.
    let is_refused = plan.count(array) == 0 && matches!(reduction.of_none(), OfNone::Error);
    if layout.is_empty() && !is_refused {
        return Ok(Array::over(Memory::uninit(0)?, wanted, layout));
    }
    if array.size() == 0 {
        return of_none(reduction, array, &plan, axes);
    }
    let on_the_way = if axes.is_some() && !plan.reduced.contains(&false) {
        fused(array, &folder, quiet)?
    } else {
        None
    };
    let partial = match on_the_way {
        Some(partial) => partial,
        None => Partial::of(array, &plan.reduced)?.fold(&folder, quiet)?,
    };
    finish(together(partial, &again(), quiet)?, wanted, layout)
}

/// What has been folded in parts, as one.
fn together(mut partial: Partial, again: &Folder, quiet: bool) -> Result<Partial> {
    while partial.is_left() {
        partial = partial.fold(again, quiet)?;
    }
    Ok(partial)
}

/// The sum of the squared distances of all elements from a number; `None`, and nothing has been done,
/// if an axis stays or there is no kernel for it.
fn squares(array: &Array, center: &Array, plan: &Plan) -> Result<Option<Array>> {
    if plan.reduced.contains(&false) {
        return Ok(None);
    }
    let Some(blocks) = spread::squares(array, center)? else { return Ok(None) };
    let dtype = array.dtype();
    let sum = together(blocks, &Reduction::Sum.folder(dtype), false)?;
    finish(sum, dtype, plan.layout(array, dtype.size())?).map(Some)
}

/// The reduction of each block of an array of which all axes go and whose elements are not there yet:
/// they are computed on the way, and none is stored.
fn fused(array: &Array, folder: &Folder, quiet: bool) -> Result<Option<Partial>> {
    let Some(expr) = array.data.expr() else { return Ok(None) };
    if expr.layout != array.layout {
        return Ok(None);
    }
    let blocks = expr.fold(folder, quiet)?;
    Ok(blocks.map(|memory| Partial::blocks(memory, folder.output, array.size())))
}

/// The result, in its type.
fn finish(partial: Partial, wanted: DType, layout: Layout) -> Result<Array> {
    let (memory, dtype) = partial.into_memory();
    if dtype == wanted {
        return Ok(Array::over(memory, wanted, layout));
    }
    let flat = Layout::contiguous(&[layout.size() as isize], dtype.size(), crate::Order::C)?;
    let exact = Array::over(memory, dtype, flat);
    let result = exact.cast(wanted, Casting::Unsafe)?;
    // The conversion notes what is too large for the type.
    result.eval()?;
    Ok(result.with_layout(layout))
}

/// The reduction of no elements, as often as the shape that is left says.
fn of_none(
    reduction: Reduction,
    array: &Array,
    plan: &Plan,
    axes: Option<&[isize]>,
) -> Result<Array> {
    let value = match reduction.of_none() {
        OfNone::Zero => Scalar::Bool(false),
        OfNone::One => Scalar::Bool(true),
        OfNone::Error => {
            return Err(Error::Empty {
                function: reduction.name(),
                shape: Dims::from_slice(array.shape()),
                axes: axes.map(Dims::from_slice),
            });
        }
    };
    Array::full(&plan.shape(), value, reduction.result_type(array.dtype()))
}
