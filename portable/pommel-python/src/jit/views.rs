//! Arrays of all libraries as machine code sees them, and their scalars: where elements are, what they are,
//! and the objects that scalars become.
//!
//! Classes of others are known by identity: a specialisation has them at the beginning of the list of what
//! it knows ([`classes`]), so that a subclass is another one. Memory that its owner may put elsewhere is
//! held as long as machine code runs by itself, and let go before code runs that nobody knows, which may
//! want to make it larger.

use crate::array::NdArray;
use crate::error::Raise;
use crate::exchange;
use crate::key::elements_are_numbers;
use pommel::held::HeldBuffer;
use pommel::prelude::*;
use pommel_array::{Array, DType, Scalar};
use pommel_jit::specialise::{Element, Family, Flavour, Owner, Sort, View};
use smallvec::SmallVec;

/// An array has at most so many axes for machine code to know its elements.
pub(crate) const MOST_AXES: usize = 4;
/// The words of a view at most: address, lengths, strides, whether it may be written.
pub(crate) const VIEW_WORDS: usize = 2 + 2 * MOST_AXES;
/// Where in the list of what a specialisation knows the classes of others begin.
const FIRST_CLASS: usize = 1;
/// And where those of NumPy's scalars do.
const FIRST_SCALAR: usize = FIRST_CLASS + Owner::OTHERS.len();

/// The words of an array.
pub(crate) type ArrayWords = SmallVec<[u64; 2 + 2 * MOST_AXES]>;

/// The objects that a specialisation knows, by their places.
pub(crate) type KnownAt<'a, 'c> = &'a dyn Fn(usize) -> Option<Object<'c>>;

/// Where the elements of an array are.
pub(crate) struct Look {
    /// What it is.
    pub(crate) view: View,
    /// The address of its first element, the lengths of its axes, the distances in bytes between elements
    /// along each, and whether it may be written.
    pub(crate) words: ArrayWords,
    /// What keeps its memory in place, if its owner might not.
    pub(crate) held: Option<HeldBuffer>,
}

/// The classes of others, as every specialisation knows them: arrays in the order of [`Owner::OTHERS`],
/// then scalars in that of [`Element::ALL`]. Those that the program has not imported are `None`.
pub(crate) fn classes<'c>(ctx: Ctx<'c>) -> Result<Vec<Object<'c>>> {
    let offered = HeldBuffer::is_offered() && !is_pypy(ctx)?;
    let modules = modules(ctx)?;
    let mut found = Vec::with_capacity(FIRST_SCALAR - FIRST_CLASS + Element::ALL.len());
    let numpy = numpy(ctx)?;
    for (owner, module, name) in Owner::OTHERS {
        let module = match owner {
            Owner::Numpy => numpy.clone(),
            _ => imported(&modules, module)?,
        };
        let class = module.filter(|_| offered).map(|module| module.get_attr(name)).transpose()?;
        found.push(class.unwrap_or_else(|| ctx.none()));
    }
    for element in Element::ALL {
        let name = if *element == Element::Bool { "bool_" } else { element.text() };
        let class = numpy.as_ref().filter(|_| offered).map(|numpy| numpy.get_attr(name));
        found.push(class.transpose()?.unwrap_or_else(|| ctx.none()));
    }
    Ok(found)
}

/// Whether this is PyPy, where arrays of others are left to objects, and some functions of `math` are not
/// those of the C library.
pub(crate) fn is_pypy(ctx: Ctx<'_>) -> Result<bool> {
    let name = ctx.import(c"sys")?.get_attr(c"implementation")?.get_attr(c"name")?;
    Ok(name.extract::<String>()? == "pypy")
}

fn modules(ctx: Ctx<'_>) -> Result<Object<'_>> {
    ctx.import(c"sys")?.get_attr(c"modules")
}

/// A module, if the program has imported it.
pub(crate) fn module<'c>(ctx: Ctx<'c>, name: &str) -> Result<Option<Object<'c>>> {
    imported(&modules(ctx)?, name)
}

/// NumPy, if the program has imported it and it is one that machine code knows.
pub(crate) fn numpy(ctx: Ctx<'_>) -> Result<Option<Object<'_>>> {
    let numpy = imported(&modules(ctx)?, "numpy")?.filter(has_typed_scalars);
    let is_offered = HeldBuffer::is_offered() && !is_pypy(ctx)?;
    Ok(numpy.filter(|_| is_offered))
}

/// The type of elements that an object stands for as an argument: a class of NumPy's scalars, one of
/// Python's numbers, or a type of ours.
pub(crate) fn element_of_type<'c>(object: &Object<'c>, known: KnownAt<'_, 'c>) -> Option<Element> {
    let ctx = object.ctx();
    let python = [(c"int", Element::Int64), (c"float", Element::Float64), (c"bool", Element::Bool)];
    let python =
        python.into_iter().find(|(name, _)| ctx.builtin(name).is_ok_and(|class| class.is(object)));
    let ours = ctx.import(c"pommel").ok();
    let is = |element: &&Element| {
        let scalar = known(FIRST_SCALAR + **element as usize);
        let ours = ours.as_ref().and_then(|module| module.get_attr(element.text()).ok());
        [scalar, ours].into_iter().flatten().any(|one| one.is(object))
    };
    python.map(|of| of.1).or_else(|| Element::ALL.iter().find(is).copied())
}

fn imported<'c>(modules: &Object<'c>, name: &str) -> Result<Option<Object<'c>>> {
    match modules.as_a::<Dict<'_>>() {
        Some(modules) => Ok(modules.get(name)?.filter(|module| !module.is_none())),
        None => Ok(None),
    }
}

/// Whether scalars keep their type beside numbers of Python, whatever their values: so since NumPy 2.
fn has_typed_scalars(numpy: &Object<'_>) -> bool {
    let version = numpy.get_attr(c"__version__").and_then(|version| version.extract::<String>());
    let major = version.ok().and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    major.is_some_and(|major| major >= 2)
}

/// Whose array an object is, if it is one of others.
fn owner_of<'c>(class: &Object<'c>, known: KnownAt<'_, 'c>) -> Option<Owner> {
    let places = Owner::OTHERS.iter().enumerate();
    let is = |place: usize| known(FIRST_CLASS + place).is_some_and(|known| known.is(class));
    places.map(|(place, (owner, ..))| (place, *owner)).find(|(place, _)| is(*place)).map(|of| of.1)
}

/// What a scalar of NumPy is, if an object is one.
pub(crate) fn scalar_of<'c>(object: &Object<'c>, known: KnownAt<'_, 'c>) -> Option<Element> {
    let class = object.type_();
    let is = |element: &&Element| {
        known(FIRST_SCALAR + **element as usize).is_some_and(|known| known.is(&class))
    };
    Element::ALL.iter().find(is).copied()
}

/// The word of a scalar of NumPy, if machine code takes it.
pub(crate) fn scalar_word(object: &Object<'_>, element: Element) -> Option<u64> {
    Some(match element.sort() {
        Sort::Truth => object.is_true().ok()?.into(),
        Sort::Float => object.call_method(c"__float__", ()).ok()?.extract::<f64>().ok()?.to_bits(),
        Sort::Signed | Sort::Unsigned => object.index().ok()?.extract::<i64>().ok()? as u64,
    })
}

/// The object of a scalar.
pub(crate) fn scalar<'c>(
    ctx: Ctx<'c>,
    word: u64,
    Flavour { family, element }: Flavour,
    known: KnownAt<'_, 'c>,
) -> Result<Object<'c>> {
    if family == Family::Numpy {
        let class = known(FIRST_SCALAR + element as usize);
        let class = class.ok_or_else(|| Error::runtime_error("NumPy has no such scalars"))?;
        return match element.sort() {
            Sort::Truth => class.call((word & 0xff != 0,)),
            Sort::Float => class.call((f64::from_bits(word),)),
            Sort::Signed | Sort::Unsigned => class.call((word as i64,)),
        };
    }
    let scalar = match element.sort() {
        Sort::Truth => Scalar::Bool(word & 0xff != 0),
        Sort::Float => Scalar::Float(f64::from_bits(word)),
        Sort::Signed | Sort::Unsigned => Scalar::Int((word as i64).into()),
    };
    let array = Array::full(&[], scalar, dtype_of(element)?).raise()?;
    pommel::new_instance(ctx, NdArray::made(array))
}

/// The type of elements of our arrays.
pub(crate) fn dtype_of(element: Element) -> Result<DType> {
    let dtype = DType::ALL.iter().find(|dtype| element_of(**dtype) == Some(element));
    dtype.copied().ok_or_else(|| Error::runtime_error("arrays have no such elements"))
}

fn element_of(dtype: DType) -> Option<Element> {
    Some(match dtype {
        DType::Bool => Element::Bool,
        DType::Int8 => Element::Int8,
        DType::Int16 => Element::Int16,
        DType::Int32 => Element::Int32,
        DType::Int64 => Element::Int64,
        DType::UInt8 => Element::UInt8,
        DType::UInt16 => Element::UInt16,
        DType::UInt32 => Element::UInt32,
        DType::UInt64 => Element::UInt64,
        DType::Float32 => Element::Float32,
        DType::Float64 => Element::Float64,
        _ => return None,
    })
}

fn view(owner: Owner, element: Element, strides: &[isize]) -> Option<View> {
    let rank = strides.len();
    (1..=MOST_AXES).contains(&rank).then(|| View {
        owner,
        element,
        rank: rank as u8,
        packed: strides.last() == Some(&(element.size() as isize)),
    })
}

fn words(address: usize, lengths: &[isize], strides: &[isize], writable: bool) -> ArrayWords {
    let mut words = ArrayWords::new();
    words.push(address as u64);
    words.extend(lengths.iter().chain(strides).map(|word| *word as u64));
    words.push(writable.into());
    words
}

/// Looks at one of our arrays. `None` if machine code does not know its elements.
pub(crate) fn look_at_ours(object: &Object<'_>) -> Option<Look> {
    let array = Instance::<NdArray>::of(object)?;
    let array = array.borrow().ok()?;
    let inner = &array.inner;
    let element = element_of(inner.dtype()).filter(|_| elements_are_numbers())?;
    let view = view(Owner::Pommel, element, inner.layout().strides())?;
    let (address, writable) = match inner.is_readonly() {
        true => (inner.address().ok()?.addr(), false),
        false => match inner.address_for_writing() {
            Ok(address) => (address.addr(), true),
            Err(_) => (inner.address().ok()?.addr(), false),
        },
    };
    let words = words(address, inner.shape(), inner.layout().strides(), writable);
    Some(Look { view, words, held: None })
}

/// Fills in the handle and the words of one of our arrays, but for whether it may be written. How many
/// words there are; `None` if it is another array.
#[inline]
pub(crate) fn fill_in_ours(object: &Object<'_>, wanted: View, words: &mut [u64]) -> Option<usize> {
    let array = Instance::<NdArray>::of(object)?;
    let array = array.borrow().ok()?;
    let inner = &array.inner;
    let (lengths, strides) = (inner.shape(), inner.layout().strides());
    let rank = usize::from(wanted.rank);
    let packed = strides.last() == Some(&(wanted.element.size() as isize));
    let is_it = element_of(inner.dtype()) == Some(wanted.element) && elements_are_numbers();
    if !is_it || lengths.len() != rank || packed != wanted.packed {
        return None;
    }
    words[0] = object.as_raw().0 as u64;
    words[1] = inner.address().ok()?.addr() as u64;
    for axis in 0..rank {
        words[2 + axis] = lengths[axis] as u64;
        words[2 + rank + axis] = strides[axis] as u64;
    }
    words[2 + 2 * rank] = 0;
    Some(3 + 2 * rank)
}

/// Looks at an array of others. `None` if it is none, or machine code does not know its elements.
pub(crate) fn look_at_others<'c>(object: &Object<'c>, known: KnownAt<'_, 'c>) -> Option<Look> {
    hold(object, owner_of(&object.type_(), known)?)
}

/// Looks at an array of a class that is known.
pub(super) fn hold(object: &Object<'_>, owner: Owner) -> Option<Look> {
    // SAFETY: what keeps the memory is dropped by a call of a compiled function, never by a thread's local
    // variables.
    let held = unsafe { exchange::hold(object) }?;
    let element = element_of(exchange::native_format(&held, owner == Owner::Memory)?)?;
    let view = view(owner, element, held.strides())?;
    let address = held.start().addr();
    let words = words(address, held.shape(), held.strides(), !held.is_readonly());
    let may_move = matches!(owner, Owner::Array | Owner::Memory | Owner::ByteArray);
    Some(Look { view, words, held: may_move.then_some(held) })
}

/// Looks at an array of anybody.
pub(crate) fn look<'c>(object: &Object<'c>, known: KnownAt<'_, 'c>) -> Option<Look> {
    match Instance::<NdArray>::of(object) {
        Some(_) => look_at_ours(object),
        None => look_at_others(object, known),
    }
}

/// The same of an array that should be one of somebody.
pub(crate) fn look_as<'c>(
    object: &Object<'c>,
    owner: Owner,
    known: KnownAt<'_, 'c>,
) -> Option<Look> {
    let place = Owner::OTHERS.iter().position(|(other, ..)| *other == owner);
    match place {
        None => look_at_ours(object),
        Some(place) => {
            let class = known(FIRST_CLASS + place)?;
            if class.is(&object.type_()) { hold(object, owner) } else { None }
        }
    }
}

/// Whether an array that is such a one is one that machine code was made for.
pub(crate) fn suits(found: View, wanted: View) -> bool {
    found == View { packed: found.packed, ..wanted } && (found.packed || !wanted.packed)
}
