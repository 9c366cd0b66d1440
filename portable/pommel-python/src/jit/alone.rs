//! Calls of machine code that needs nobody while it runs: it computes with numbers, looks at arrays and at
//! instances of classes, and neither calls anything nor writes anywhere. So nothing has to be made ready for such a call, and what did
//! not end as it should can be done again from the start.

use super::known::{Inquiry, object_layout};
use super::views::{self, Look};
use pommel::prelude::*;
use pommel::raw::attach;
use pommel_jit::ir::{self, Op};
use pommel_jit::specialise::{Element, ExitPlan, Outcome, Owner, Recipe, Shape, Val, View};

/// So many words are not worth asking the allocator for.
pub(super) const FEW_WORDS: usize = 32;
/// And so many are cleared in no time.
pub(super) const FEWER_WORDS: usize = 8;

/// How the arguments of such a call are taken.
pub(super) struct Alone(Vec<Taken>);

/// An argument.
enum Taken {
    Float,
    Int,
    /// An object at an address.
    This(u64),
    /// An object whose class has an address: where an object has its class, and that address.
    Instance(usize, u64),
    Ours(View),
    Numpy(NumpyArray),
}

impl Alone {
    /// For a function of the typed form, called with so many words, where the arguments are such as those
    /// at hand. `None` if it needs somebody.
    pub(super) fn of<'c>(
        inquiry: &mut Inquiry<'c>,
        function: &ir::Function,
        words: usize,
        shapes: &[Shape],
        exits: &[ExitPlan],
        arguments: &[Option<Object<'c>>],
    ) -> Option<Alone> {
        let mut insts = function.blocks.iter().flat_map(|block| &block.insts);
        if words > FEW_WORDS || !insts.all(|inst| needs_nobody(inst.op)) {
            return None;
        }
        // What returns an object would be done twice.
        if !exits
            .iter()
            .all(|exit| !matches!(&exit.outcome, Outcome::Returned(of) if !is_simple(of)))
        {
            return None;
        }
        let mut taken = Vec::with_capacity(shapes.len());
        for (shape, argument) in shapes.iter().zip(arguments) {
            taken.push(match shape {
                Val::Float(()) => Taken::Float,
                Val::Int(()) => Taken::Int,
                Val::Known(known) => this(&inquiry.known_at(known.0 as usize)?)?,
                Val::Tuple(items) if items.is_empty() => {
                    let nothing = argument.as_ref()?;
                    inquiry.know(nothing);
                    this(nothing)?
                }
                Val::Instance((), of) => {
                    let layout = object_layout(inquiry.ctx())?;
                    let class = inquiry.known_at(of.0 as usize)?;
                    Taken::Instance(layout.class as usize, class.as_raw().0 as u64)
                }
                Val::Array((), view, _) if view.owner == Owner::Pommel => Taken::Ours(*view),
                Val::Array((), view, _) if view.owner == Owner::Numpy => {
                    Taken::Numpy(NumpyArray::like(inquiry, argument.as_ref()?, *view)?)
                }
                _ => return None,
            });
        }
        Some(Alone(taken))
    }

    /// Fills in the words of arguments. `None` if they are others, or not seen to be such at once.
    #[inline]
    pub(super) fn take(&self, arguments: Args<'_, '_>, words: &mut [u64]) -> Option<()> {
        if arguments.len() != self.0.len() {
            return None;
        }
        let mut next = 0;
        for (argument, taken) in arguments.iter().zip(&self.0) {
            let room = &mut words[next..];
            next += match taken {
                Taken::Float => {
                    room[0] = argument.at_once::<f64>()?.to_bits();
                    1
                }
                Taken::Int => {
                    room[0] = argument.at_once::<i64>()? as u64;
                    1
                }
                Taken::This(address) => {
                    if argument.as_raw().0 as u64 != *address {
                        return None;
                    }
                    0
                }
                Taken::Instance(place, class) => {
                    let address = argument.as_raw().0 as usize;
                    if word_at(address + place) != *class {
                        return None;
                    }
                    room[0] = address as u64;
                    1
                }
                Taken::Ours(view) => views::fill_in_ours(&argument, *view, room)?,
                Taken::Numpy(array) => array.fill_in(&argument, room)?,
            };
        }
        Some(())
    }
}

fn needs_nobody(op: Op) -> bool {
    // Whoever calls keeps the arguments.
    op.signature().pure || op.is_load() || op == Op::Keep
}

/// What is that very object.
fn this(object: &Object<'_>) -> Option<Taken> {
    // Where there is such a layout, handles are addresses.
    object_layout(object.ctx())?;
    Some(Taken::This(object.as_raw().0 as u64))
}

/// Whether what is returned is a number, or a tuple of such.
fn is_simple(of: &Recipe) -> bool {
    matches!(of, Val::Tuple(items) if items.iter().all(is_number)) || is_number(of)
}

/// Whether what is returned is a number, or `None`.
fn is_number(of: &Recipe) -> bool {
    matches!(of, Val::None | Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Number(..))
}

/// A word of a live object, or of what it leads to.
#[inline]
fn word_at(place: usize) -> u64 {
    // SAFETY: a handle is the address of a live object, as the host says with its layout; where it has its
    // class is read first, and what is read besides is there in objects of the class.
    unsafe { core::ptr::with_exposed_provenance::<u64>(place).read() }
}

/// An array of NumPy that is read where it lies: its head is a part of NumPy's binary interface
/// (`PyArrayObject_fields` in `ndarraytypes.h`), the same since NumPy 1.0. Every one that is made for is
/// compared with what the buffer protocol says before others are taken for such.
#[derive(Clone, Copy)]
pub(crate) struct NumpyArray {
    view: View,
    /// Where the class is, its address, and that of the description of elements: there is one for each
    /// type, which stays.
    class: (usize, usize),
    dtype: usize,
    /// Where NumPy's fields begin: behind the object's head.
    fields: usize,
}

/// Where fields are, in words from the first.
const DATA: usize = 0;
const AXES: usize = 1;
const LENGTHS: usize = 2;
const STRIDES: usize = 3;
const DTYPE: usize = 5;
const FLAGS: usize = 6;

/// Flags of an array: whether elements are where their type wants them, and whether they may be written.
const ALIGNED: u32 = 0x100;
const WRITEABLE: u32 = 0x400;

impl NumpyArray {
    fn like<'c>(inquiry: &mut Inquiry<'c>, object: &Object<'c>, view: View) -> Option<NumpyArray> {
        // Without the GIL, others may give an array other memory meanwhile.
        let has_gil = attach::extensions().is_some_and(|of| of.inline.counts != 0);
        let layout = object_layout(object.ctx()).filter(|_| has_gil)?;
        let numpy = views::numpy(object.ctx()).ok()??;
        let name = match view.element.text() {
            "bool" => "bool_",
            name => name,
        };
        let dtype = numpy.get_attr(c"dtype").ok()?.call((numpy.get_attr(name).ok()?,)).ok()?;
        let class = object.type_();
        let is_usual = dtype.is(&object.get_attr(c"dtype").ok()?);
        if !is_usual || !class.is(&numpy.get_attr(c"ndarray").ok()?) {
            return None;
        }
        inquiry.know(&dtype);
        inquiry.know(&class);
        let address = |object: &Object<'_>| object.as_raw().0 as usize;
        let made = NumpyArray {
            view,
            class: (layout.class as usize, address(&class)),
            dtype: address(&dtype),
            // The value of a float is behind the head of an object as well.
            fields: layout.float as usize,
        };
        made.is_like(object).then_some(made)
    }

    /// How arrays of a view lie, found out with a new one.
    pub(super) fn of_view(inquiry: &mut Inquiry<'_>, view: View) -> Option<NumpyArray> {
        if view.owner != Owner::Numpy {
            return None;
        }
        let numpy = views::numpy(inquiry.ctx()).ok()??;
        let name = if view.element == Element::Bool { "bool_" } else { view.element.text() };
        let two = inquiry.ctx().object(2_i64).ok()?;
        let lengths = inquiry.ctx().tuple(&vec![&two; usize::from(view.rank)]).ok()?;
        let made =
            numpy.get_attr(c"ones").ok()?.call((&*lengths, numpy.get_attr(name).ok()?)).ok()?;
        let sample = View { packed: true, ..view };
        let layout = NumpyArray::like(inquiry, &made, sample)?;
        let mut words = [0; views::VIEW_WORDS];
        let sees = layout.look(&made, &mut words) && words[1 + 2 * usize::from(view.rank)] == 1;
        sees.then_some(NumpyArray { view, ..layout })
    }

    /// Fills in the words of a view, if an array is exactly such a one. How many there are.
    #[inline]
    pub(crate) fn look_exactly(&self, object: &Object<'_>, words: &mut [u64]) -> Option<usize> {
        let rank = usize::from(self.view.rank);
        let is_packed = |words: &[u64]| words[2 * rank] == u64::from(self.view.element.size());
        (self.look(object, words) && is_packed(words) == self.view.packed).then_some(2 + 2 * rank)
    }

    /// Fills in the words of a view, if an array is such a one.
    #[inline]
    pub(super) fn look(&self, object: &Object<'_>, words: &mut [u64]) -> bool {
        let mut all = [0; views::VIEW_WORDS + 1];
        let Some(count) = self.fill_in_any(object, &mut all) else { return false };
        let flags = self.field(object, FLAGS) as u32;
        let rank = usize::from(self.view.rank);
        let packed = all[1 + 2 * rank] == u64::from(self.view.element.size());
        if flags & ALIGNED == 0 || self.view.packed && !packed {
            return false;
        }
        all[count - 1] = u64::from(flags & WRITEABLE != 0);
        words[..count - 1].copy_from_slice(&all[1..count]);
        true
    }

    /// A word of the array's head.
    #[inline]
    fn field(&self, object: &Object<'_>, index: usize) -> u64 {
        let place = object.as_raw().0 as usize + self.fields + 8 * index;
        // SAFETY: as for `fill_in_any`, which has seen that the object is an array.
        unsafe { core::ptr::with_exposed_provenance::<u64>(place).read() }
    }

    /// Whether it says of an array what the buffer protocol does.
    fn is_like(&self, object: &Object<'_>) -> bool {
        let mut words = [0; views::VIEW_WORDS + 1];
        let filled = self.fill_in(object, &mut words);
        let look: Option<Look> = views::hold(object, Owner::Numpy);
        look.zip(filled).is_some_and(|(look, filled)| {
            let last = look.words.len() - 1;
            look.view == self.view && words[1..filled - 1] == look.words[..last]
        })
    }

    /// Fills in the words of an array, but for whether it may be written.
    #[inline]
    fn fill_in(&self, object: &Object<'_>, words: &mut [u64]) -> Option<usize> {
        let filled = self.fill_in_any(object, words)?;
        let size = u64::from(self.view.element.size());
        let packed = words[1 + 2 * usize::from(self.view.rank)] == size;
        (packed == self.view.packed).then_some(filled)
    }

    /// The same with gaps or without.
    #[inline]
    fn fill_in_any(&self, object: &Object<'_>, words: &mut [u64]) -> Option<usize> {
        let address = object.as_raw().0 as usize;
        if word_at(address + self.class.0) as usize != self.class.1 {
            return None;
        }
        let field = |index: usize| word_at(address + self.fields + 8 * index);
        let rank = usize::from(self.view.rank);
        // The number of axes is an `int`.
        if field(AXES) as u32 as usize != rank || field(DTYPE) as usize != self.dtype {
            return None;
        }
        let (lengths, strides) = (field(LENGTHS) as usize, field(STRIDES) as usize);
        words[0] = address as u64;
        words[1] = field(DATA);
        for axis in 0..rank {
            words[2 + axis] = word_at(lengths + 8 * axis);
            words[2 + rank + axis] = word_at(strides + 8 * axis);
        }
        words[2 + 2 * rank] = 0;
        Some(3 + 2 * rank)
    }
}

const _: () = assert!(views::VIEW_WORDS < FEW_WORDS);
