//! The objects that a specialisation knows by their identity, and what it takes for granted of them.

use super::classes::{in_class, is_among, place_of};
use super::function::{JitFunction, code_of, generated_code_of, wrapped};
use super::measured;
use super::objects::{Home, Python};
use super::random;
use super::shapes::{class_of, entries_of_dict, items_of_list};
use super::source::Source;
use super::views;
use pommel::prelude::*;
use pommel::raw::{SMALL_INT_MAX, SMALL_INT_MIN, Watch, attach, calls, counts, ints};
use pommel_jit::code::Code;
use pommel_jit::ir::Options;
use pommel_jit::ir::op::{Class, Math};
use pommel_jit::objects::Objects;
use pommel_jit::specialise::{
    Builtin, Counts, Description, Element, FunctionObject, Items, Known, Maker, Member, MemberKind,
    Mixing, NamedMember, NamedTuple, ObjectLayout, Summing, World,
};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::sync::{Arc, OnceLock};

/// The objects that a specialisation knows, by their numbers. They are in a list that the function keeps,
/// which is looked up when the first of them is asked for.
pub(crate) struct KnownObjects<'k, 'c> {
    function: &'k Instance<'c, JitFunction>,
    place: isize,
    list: OnceCell<List<'c>>,
    /// Those that were lent.
    lent: OnceCell<Box<[OnceCell<Object<'c>>]>>,
}

impl<'k, 'c> KnownObjects<'k, 'c> {
    /// Those at a place of what a function keeps.
    pub(crate) fn new(
        function: &'k Instance<'c, JitFunction>,
        place: isize,
    ) -> KnownObjects<'k, 'c> {
        KnownObjects { function, place, list: OnceCell::new(), lent: OnceCell::new() }
    }

    /// One of them.
    pub(crate) fn get(&self, number: u32) -> Result<Object<'c>> {
        self.list()?.get_index(number as isize)
    }

    /// One of them, for those that are needed again and again.
    pub(crate) fn lent(&self, number: u32) -> Result<&Object<'c>> {
        let lent = match self.lent.get() {
            Some(lent) => lent,
            None => {
                let none =
                    std::iter::repeat_with(OnceCell::new).take(self.list()?.len()?).collect();
                self.lent.get_or_init(|| none)
            }
        };
        let place = &lent[number as usize];
        match place.get() {
            Some(object) => Ok(object),
            None => {
                let object = self.get(number)?;
                Ok(place.get_or_init(|| object))
            }
        }
    }

    fn list(&self) -> Result<&List<'c>> {
        if let Some(list) = self.list.get() {
            return Ok(list);
        }
        let kept = self.function.borrow()?.kept.load(self.function)?;
        let kept = kept.ok_or_else(|| Error::runtime_error("nothing is known"))?;
        let list = kept.get_index(self.place)?.cast::<List<'_>>()?.clone();
        Ok(self.list.get_or_init(|| list))
    }

    /// Keeps them for as long as this is there.
    pub(crate) fn keep(&self) -> Result<()> {
        self.list().map(drop)
    }

    /// The context.
    pub(crate) fn ctx(&self) -> Ctx<'c> {
        self.function.ctx()
    }
}

/// Something that a specialisation takes for granted. All objects are indices into its list.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// What a dict has at a key, or another one if the first has nothing there.
    Item { dict: u32, behind: Option<u32>, key: u32, value: u32 },
    /// What an attribute of an object is.
    Attribute { of: u32, name: u32, value: u32 },
    /// What is in a cell.
    Cell { cell: u32, content: u32 },
    /// What a class has by a name, or one that it is derived from, which may have to be behind one of them.
    InClass { class: u32, behind: Option<u32>, name: u32, value: Option<u32> },
    /// No instance of a class has an attribute of this name, as far as it has attributes in the usual way.
    Lacks { class: u32, name: u32 },
    /// Whether a class is derived from another one, or is it.
    Derived { class: u32, from: u32, is_derived: bool },
}

/// What specialisations take for granted, to be checked before they are entered and after code that
/// nobody knows.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    facts: Vec<Fact>,
    /// What the objects that the facts speak of looked like when all facts held last.
    watches: Vec<Watch>,
    /// There is a watch for each of those objects.
    are_watched: bool,
    /// Those objects that are classes.
    classes: Vec<u32>,
}

impl Facts {
    /// Whether all is so still. `known` are the objects that the facts speak of.
    #[inline]
    pub(crate) fn hold(&self, known: &KnownObjects<'_, '_>) -> Result<bool> {
        // SAFETY: the objects are in the list of what is known.
        if self.are_watched && self.watches.iter().all(|watch| unsafe { watch.is_unchanged() }) {
            return Ok(true);
        }
        self.hold_when_looked_at(known)
    }

    /// Addresses of words that are the same two by two as long as all is as it was when it was looked at
    /// last; `None` if that has to be looked at. They are there as long as this and the objects are.
    pub(crate) fn guards(&self) -> Option<Vec<[usize; 2]>> {
        if !self.facts.is_empty() && !self.are_watched {
            return None;
        }
        Some(self.watches.iter().flat_map(Watch::guards).collect())
    }

    fn hold_when_looked_at(&self, known: &KnownObjects<'_, '_>) -> Result<bool> {
        // A class has to be watched anew each time that it was changed.
        let mut are_watched = self.are_watched;
        for class in self.classes.iter().filter(|_| self.are_watched) {
            are_watched &= Watch::new(&known.get(*class)?).is_some();
        }
        // What is changed meanwhile must be noticed the next time.
        // SAFETY: as above.
        let seen: Vec<_> = self.watches.iter().map(|watch| unsafe { watch.look() }).collect();
        for fact in &self.facts {
            if !fact.holds(known)? {
                return Ok(false);
            }
        }
        if are_watched {
            self.watches.iter().zip(seen).for_each(|(watch, seen)| watch.remember(seen));
        }
        Ok(true)
    }

    /// Watches the objects that the facts speak of, where that is possible.
    fn watch(&mut self, known: &[Object<'_>]) {
        let mut objects: Vec<u32> = Vec::new();
        for fact in &self.facts {
            match fact {
                Fact::Item { dict, behind, .. } => {
                    objects.push(*dict);
                    objects.extend(behind);
                }
                Fact::Attribute { of, .. } => objects.push(*of),
                Fact::Cell { cell, .. } => objects.push(*cell),
                Fact::InClass { class, .. } | Fact::Lacks { class, .. } => {
                    self.classes.push(*class);
                }
                Fact::Derived { class, .. } => self.classes.push(*class),
            }
        }
        self.classes.sort_unstable();
        self.classes.dedup();
        objects.extend(&self.classes);
        objects.sort_unstable();
        objects.dedup();
        let watches = objects.iter().filter_map(|object| Watch::new(&known[*object as usize]));
        self.watches = watches.collect();
        self.are_watched = self.watches.len() == objects.len();
    }
}

impl Fact {
    fn holds(&self, known: &KnownObjects<'_, '_>) -> Result<bool> {
        let get = |index: u32| known.get(index);
        let (found, value) = match self {
            Fact::Item { dict, behind, key, value } => {
                let (first, key) = (get(*dict)?, get(*key)?);
                let mut found = item(&first, &key)?;
                if let (None, Some(behind)) = (&found, behind) {
                    found = item(&get(*behind)?, &key)?;
                }
                (found, *value)
            }
            // It does not hold either if there is an error instead.
            Fact::Attribute { of, name, value } => (get(*of)?.get_attr(&get(*name)?).ok(), *value),
            Fact::Cell { cell, content } => (cell_content(&get(*cell)?), *content),
            Fact::InClass { class, behind, name, value } => {
                let behind = behind.map(get).transpose()?;
                let found = in_class(&get(*class)?, behind.as_ref(), &get(*name)?)?;
                let Some(value) = value else { return Ok(found.is_none()) };
                (found, *value)
            }
            Fact::Lacks { class, name } => {
                let place = place_of(&get(*class)?, &get(*name)?);
                return Ok(place.is_some_and(|place| place.offset.is_none()));
            }
            Fact::Derived { class, from, is_derived } => {
                return Ok(is_among(&get(*class)?, &get(*from)?)? == *is_derived);
            }
        };
        Ok(match found {
            Some(found) => found.is(&get(value)?),
            None => false,
        })
    }
}

/// What a dict has at a key, without asking a subclass.
fn item<'c>(dict: &Object<'c>, key: &Object<'c>) -> Result<Option<Object<'c>>> {
    match dict.as_a::<Dict>() {
        Some(dict) => dict.get(key),
        None => Ok(None),
    }
}

/// Where things lie in objects, if the host says all that machine code wants to know.
pub(crate) fn object_layout(ctx: Ctx<'_>) -> Option<ObjectLayout> {
    let extensions = attach::extensions().filter(|_| attach::plain_handles())?;
    let inline = extensions.inline;
    let offsets = [
        inline.type_offset,
        inline.length_offset,
        inline.list_offset,
        inline.float_offset,
        inline.int_offset,
    ];
    if offsets.contains(&0) || inline.ints == ints::UNKNOWN {
        return None;
    }
    let [class, length, items, float, int] = offsets.map(i64::from);
    let counts = match inline.counts {
        counts::WORD => Counts::Word,
        counts::IMMORTAL_HALF => Counts::Half,
        _ => Counts::Unknown,
    };
    let table = extensions.small_ints.expose_provenance() as i64;
    let ends = (table != 0).then_some((SMALL_INT_MIN, SMALL_INT_MAX));
    let small_ints = (table, greatest_small_int(ctx), ends);
    let ctx = ctx.as_raw();
    // SAFETY: the context is live.
    let handles = unsafe {
        [
            calls::h_FloatType(ctx),
            calls::h_LongType(ctx),
            calls::h_ListType(ctx),
            calls::h_TupleType(ctx),
            calls::h_UnicodeType(ctx),
            calls::h_None(ctx),
            calls::h_True(ctx),
            calls::h_False(ctx),
        ]
    };
    let [float_class, int_class, list_class, tuple_class, text_class, constants @ ..] =
        handles.map(|handle| handle.0 as i64);
    let [none_object, true_object, false_object] = constants;
    Some(ObjectLayout {
        class,
        length,
        items,
        float,
        int,
        is_tagged: inline.ints == ints::TAGGED,
        text: [inline.text_state_offset, inline.text_ascii, inline.text_offset].map(i64::from),
        float_class,
        int_class,
        list_class,
        tuple_class,
        text_class,
        tuple: inline.tuple_offset.into(),
        counts,
        small_ints,
        none_object,
        true_object,
        false_object,
        count: match inline.counts {
            counts::WORD => 8,
            counts::IMMORTAL_HALF => 4,
            _ => 0,
        },
    })
}

/// Integers from 0 to this may be one object each for good. Interpreters differ in how many are.
fn greatest_small_int(ctx: Ctx<'_>) -> i64 {
    const SUSPECT: i64 = 1024;
    static GREATEST: OnceLock<i64> = OnceLock::new();
    *GREATEST.get_or_init(|| {
        let is_one = |number: i64| match (ctx.object(number), ctx.object(number)) {
            (Ok(one), Ok(other)) => one.is(&other),
            _ => true,
        };
        match (is_one(SMALL_INT_MAX + 1), is_one(SUSPECT + 1)) {
            (false, _) => SMALL_INT_MAX,
            (true, false) => SUSPECT,
            (true, true) => i64::from(u32::MAX),
        }
    })
}

/// What is in a cell, if anything.
pub(crate) fn cell_content<'c>(cell: &Object<'c>) -> Option<Object<'c>> {
    cell.get_attr(c"cell_contents").ok()
}

/// The functions and classes that the specialiser has rules for, as this process has them.
pub(crate) fn builtins<'c>(ctx: Ctx<'c>) -> Vec<(Object<'c>, Builtin)> {
    let numpy = views::numpy(ctx).ok().flatten();
    let is_pypy = views::is_pypy(ctx).unwrap_or_default();
    // What PyPy computes in its own way differs too seldom to be found by trying.
    let is_its_own = move |builtin: &Builtin| {
        use Builtin::{Erf, Erfc, Gamma, Lgamma};
        is_pypy && matches!(builtin, Erf | Erfc | Gamma | Lgamma)
    };
    let all = Builtin::ALL.iter().filter(move |builtin| !is_its_own(builtin));
    let mut modules: HashMap<&str, Option<Object<'c>>> = HashMap::new();
    let found = all.filter_map(|builtin| {
        let (place, name) = builtin.place();
        let module = modules.entry(place).or_insert_with(|| match place {
            // What the program has not imported it does not use.
            "numpy" => numpy.clone(),
            "cmath" | "random" | "_heapq" | "_bisect" | "itertools" | "_functools" => {
                views::module(ctx, place).ok()?
            }
            _ => Some((*ctx.import(&CString::new(place).ok()?).ok()?).clone()),
        });
        let name = CString::new(name).ok()?;
        Some((module.as_ref()?.get_attr(name.as_c_str()).ok()?, *builtin))
    });
    found.collect()
}

/// Whether what is in the place of a function or class is that, and nothing that a program has put there.
fn is_itself(object: &Object<'_>, builtin: Builtin) -> bool {
    let (module, name) = builtin.place();
    let text = |of: &CStr| object.get_attr(of).and_then(|text| text.extract::<Option<String>>());
    match module {
        "builtins" | "math" | "cmath" | "random" | "itertools" | "_functools" => {
            // Newer versions have parts of `math` in modules of its own.
            let is_it = |from: &str| from.split('.').next() == Some(module);
            let is_from = text(c"__module__").is_ok_and(|from| from.as_deref().is_none_or(is_it));
            is_from && text(c"__name__").is_ok_and(|own| own.as_deref() == Some(name))
        }
        _ if builtin.is_of_elements() => {
            let class = object.type_().get_attr(c"__name__").and_then(|name| name.extract());
            let class: String = class.unwrap_or_default();
            let is_native = ["ufunc", "_ArrayFunctionDispatcher", "builtin_function_or_method"]
                .contains(&class.as_str());
            let own = text(c"__name__").ok().flatten();
            let short = (name == "absolute").then_some("abs");
            is_native && own.is_some_and(|own| own == name || Some(own.as_str()) == short)
        }
        _ => true,
    }
}

/// What was found out about objects.
pub(crate) struct Found<'c> {
    /// The objects that are known.
    pub(crate) known: Vec<Object<'c>>,
    /// What is taken for granted of them.
    pub(crate) facts: Facts,
    /// The texts that those stand in that are functions.
    pub(crate) sources: HashMap<Known, Arc<Source>>,
    /// Machine code has addresses of them.
    pub(crate) lends: bool,
}

/// Finds out about objects while a function is specialised.
pub(crate) struct Inquiry<'c> {
    ctx: Ctx<'c>,
    builtins: Vec<(Object<'c>, Builtin)>,
    function_type: Type<'c>,
    module_type: Type<'c>,
    known: Vec<Object<'c>>,
    facts: Facts,
    described: HashMap<Known, Description>,
    globals: HashMap<(Known, Box<str>), Option<Known>>,
    sources: HashMap<Known, Arc<Source>>,
    /// Texts that are objects, by their numbers.
    names: HashMap<Box<str>, u32>,
    /// Instances of classes, as examples.
    pub(super) samples: HashMap<Known, Object<'c>>,
    members: HashMap<(Known, Box<str>), Option<Member>>,
    makers: HashMap<Known, Option<Maker>>,
    named: HashMap<Known, Option<Arc<NamedTuple>>>,
    layout: OnceCell<Option<ObjectLayout>>,
    /// Functions that are compiled by themselves, by those that they are made of.
    inner: HashMap<Known, Known>,
    /// Whether the function that it begins with is such a one.
    pub(crate) is_inner: bool,
    /// What users allow.
    pub(crate) options: Options,
    /// Machine code has addresses of objects that are known.
    lends: bool,
    /// An exception on the way: nothing is known then.
    failed: Option<Error>,
}

impl<'c> Inquiry<'c> {
    /// Begins with a function in Python, which is the first known object.
    pub(crate) fn new(function: &Object<'c>, source: Arc<Source>) -> Result<Inquiry<'c>> {
        let ctx = function.ctx();
        Ok(Inquiry {
            ctx,
            builtins: builtins(ctx),
            function_type: function.type_(),
            module_type: ctx.import(c"math")?.type_(),
            known: core::iter::once(function.clone()).chain(views::classes(ctx)?).collect(),
            facts: Facts::default(),
            described: HashMap::new(),
            globals: HashMap::new(),
            sources: HashMap::from([(Known(0), source)]),
            names: HashMap::new(),
            samples: HashMap::new(),
            members: HashMap::new(),
            makers: HashMap::new(),
            named: HashMap::new(),
            layout: OnceCell::new(),
            inner: HashMap::new(),
            is_inner: false,
            options: Options::default(),
            lends: false,
            failed: None,
        })
    }

    /// The object at a place, if there is one.
    pub(crate) fn known_at(&self, place: usize) -> Option<Object<'c>> {
        self.known.get(place).cloned()
    }

    /// The number of an object.
    pub(crate) fn know(&mut self, object: &Object<'c>) -> Known {
        let place = self.known.iter().position(|known| known.is(object)).unwrap_or_else(|| {
            self.known.push(object.clone());
            self.known.len() - 1
        });
        Known(place as u32)
    }

    /// The number of a text as an object.
    pub(crate) fn know_name(&mut self, name: &str) -> Result<u32> {
        if let Some(known) = self.names.get(name) {
            return Ok(*known);
        }
        let made = self.ctx.object(name)?;
        let known = self.know(&made).0;
        self.names.insert(name.into(), known);
        Ok(known)
    }

    /// The context.
    pub(crate) fn ctx(&self) -> Ctx<'c> {
        self.ctx
    }

    /// The number of an object, if it is a function, class or module that the specialiser knows something
    /// of. Others are not kept.
    pub(crate) fn know_function(&mut self, object: &Object<'c>) -> Option<Known> {
        let before = self.known.len();
        let known = self.know(object);
        match self.describe(known) {
            Description::Function(_) | Description::Builtin(_) => Some(known),
            Description::Module | Description::Class => Some(known),
            _ => {
                self.forget_from(before, known);
                None
            }
        }
    }

    /// Forgets an object that nothing is known of, if it was not known when there were so many.
    fn forget_from(&mut self, before: usize, known: Known) {
        let is_of_class = |fact: &Fact| match fact {
            Fact::InClass { class, .. } | Fact::Lacks { class, .. } => *class == known.0,
            Fact::Derived { class, .. } => *class == known.0,
            _ => false,
        };
        if known.0 as usize != before || self.facts.facts.iter().any(is_of_class) {
            return;
        }
        self.described.remove(&known);
        if self.known.len() == before + 1 {
            self.known.truncate(before);
        } else {
            // Others have numbers behind it.
            self.known[before] = self.ctx.none();
        }
    }

    /// Takes something for granted.
    pub(super) fn take_for_granted(&mut self, fact: Fact) {
        self.facts.facts.push(fact);
    }

    /// What a known object is.
    pub(super) fn described(&mut self, known: Known) -> Description {
        self.describe(known)
    }

    /// What an object is, if it is a function; it is not kept if not.
    pub(super) fn described_of(&mut self, object: &Object<'c>) -> Description {
        match self.know_function(object) {
            Some(known) => self.describe(known),
            None => Description::Other,
        }
    }

    /// Where things lie in objects.
    pub(super) fn layout_of_objects(&self) -> Option<ObjectLayout> {
        *self.layout.get_or_init(|| object_layout(self.ctx))
    }

    /// What was found out.
    pub(crate) fn finish(self) -> Result<Found<'c>> {
        match self.failed {
            Some(error) => Err(error),
            None => {
                let mut facts = self.facts;
                facts.watch(&self.known);
                let (sources, lends) = (self.sources, self.lends);
                Ok(Found { known: self.known, facts, sources, lends })
            }
        }
    }

    /// The cells of the function that it begins with.
    pub(crate) fn cells(&mut self) -> Result<Vec<Known>> {
        let cells = self.known[0].get_attr(c"__closure__")?;
        if cells.is_none() {
            return Ok(vec![]);
        }
        let cells: Vec<Object<'c>> = cells.iter()?.collect::<Result<_>>()?;
        Ok(cells.iter().map(|cell| self.know(cell)).collect())
    }

    pub(super) fn object(&self, known: Known) -> Object<'c> {
        self.known[known.0 as usize].clone()
    }

    /// Whether an object is a generator function in the text of another one, which must stay so.
    fn look_whether_generator(&mut self, home: Known, code: &Code, known: Known) -> Result<bool> {
        let Some(source) = self.sources.get(&home).cloned() else { return Ok(false) };
        let object = self.object(known);
        let plain = wrapped(&object)?.unwrap_or(object);
        if !plain.type_().is(&self.function_type) {
            return Ok(false);
        }
        let home = Home::new(self.object(home), source)?;
        if !Python::new(self.ctx).is_generator(&home, code, &plain)? {
            return Ok(false);
        }
        let function = self.know(&plain);
        self.fixed(function, c"__code__")?;
        self.fixed(function, c"__defaults__")?;
        Ok(true)
    }

    /// The first class of exceptions of the interpreter's own that a class is derived from.
    pub(super) fn exception_among(
        &self,
        class: &Object<'c>,
    ) -> Result<Option<(Object<'c>, Builtin)>> {
        for base in class.get_attr(c"__mro__")?.iter()? {
            let base = base?;
            let mut builtins = self.builtins.iter();
            if let Some((_, builtin)) = builtins.find(|(known, _)| known.is(&base)) {
                return Ok(builtin.base_exception().map(|_| (base, *builtin)));
            }
        }
        Ok(None)
    }

    /// What an object's attribute is, which must stay so.
    pub(super) fn fixed(&mut self, of: Known, name: &CStr) -> Result<Object<'c>> {
        let name = self.ctx.str(name.to_str().unwrap_or_default())?;
        let value = self.object(of).get_attr(&*name)?;
        let (name, known) = (self.know(&name).0, self.know(&value).0);
        self.facts.facts.push(Fact::Attribute { of: of.0, name, value: known });
        Ok(value)
    }

    /// What an attribute of the function is that it begins with, which must stay so.
    pub(super) fn fixed_default(&mut self, name: &CStr) -> Result<()> {
        self.fixed(Known(0), name).map(drop)
    }

    fn find_global(&mut self, home: Known, name: &str) -> Result<Option<Known>> {
        let globals = self.object(home).get_attr(c"__globals__")?;
        let key = self.ctx.str(name)?;
        let own = item(&globals, &key)?;
        let dict = self.know(&globals).0;
        let (value, behind) = match own {
            Some(value) => (value, None),
            None => {
                let builtins = self.builtins_of(&globals)?;
                match item(&builtins, &key)? {
                    Some(value) => (value, Some(self.know(&builtins).0)),
                    None => return Ok(None),
                }
            }
        };
        let (key, value) = (self.know(&key).0, self.know(&value));
        self.facts.facts.push(Fact::Item { dict, behind, key, value: value.0 });
        Ok(Some(value))
    }

    /// The dict of the builtins that a function with these globals sees.
    fn builtins_of(&self, globals: &Object<'c>) -> Result<Object<'c>> {
        let own = item(globals, &*self.ctx.str("__builtins__")?)?;
        let builtins = match own {
            Some(builtins) => builtins,
            None => (*self.ctx.import(c"builtins")?).clone(),
        };
        if builtins.is_a::<Dict>() { Ok(builtins) } else { builtins.get_attr(c"__dict__") }
    }

    fn look_at(&mut self, known: Known) -> Result<Description> {
        let object = self.object(known);
        if object.is_none() {
            return Ok(Description::None);
        }
        if object.is_a::<Bool>() {
            return Ok(Description::Bool(object.is_true()?));
        }
        let class = object.type_();
        if class.is(&self.ctx.builtin(c"int")?) {
            return Ok(object.extract().map_or(Description::Other, Description::Int));
        }
        if class.is(&self.ctx.builtin(c"float")?) {
            return Ok(Description::Float(object.extract()?));
        }
        let mut builtins = self.builtins.iter();
        if let Some((_, builtin)) = builtins.find(|(k, b)| k.is(&object) && is_itself(k, *b)) {
            return Ok(Description::Builtin(*builtin));
        }
        if class.is(&self.module_type) {
            return Ok(Description::Module);
        }
        if class.is(&self.ctx.builtin(c"tuple")?) {
            let items: Vec<Object<'c>> = object.iter()?.collect::<Result<_>>()?;
            return Ok(Description::Tuple(items.iter().map(|item| self.know(item)).collect()));
        }
        match self.look_at_function(known, &object)? {
            Description::Other if self.is_simple_class(known)? => Ok(Description::Class),
            Description::Other => {
                let class = self.class_of_instance(&object);
                Ok(class.map_or(Description::Other, Description::Instance))
            }
            other => Ok(other),
        }
    }

    /// Looks at a function in Python, also behind what compiles it.
    fn look_at_function(&mut self, known: Known, object: &Object<'c>) -> Result<Description> {
        let (function, is_root) = match wrapped(object)? {
            Some(function) => (self.know(&function), false),
            None => (known, known == Known(0)),
        };
        let plain = self.object(function);
        if !plain.type_().is(&self.function_type) {
            return Ok(Description::Other);
        }
        let known_source = self.sources.get(&function).cloned();
        let found = match code_of(&plain, known_source)? {
            Some(found) => Some(found),
            None => generated_code_of(&plain)?,
        };
        let Some((source, code)) = found else { return Ok(Description::Other) };
        self.sources.insert(function, source);
        let look = |this: &mut Self, name: &CStr| -> Result<Object<'c>> {
            // What is compiled stays what it was then.
            if is_root { plain.get_attr(name) } else { this.fixed(function, name) }
        };
        look(self, c"__code__")?;
        let defaults = look(self, c"__defaults__")?;
        let named = look(self, c"__kwdefaults__")?;
        let cells = plain.get_attr(c"__closure__")?;
        let all = |this: &mut Self, object: &Object<'c>| -> Result<Vec<Known>> {
            if object.is_none() {
                return Ok(vec![]);
            }
            let items: Vec<Object<'c>> = object.iter()?.collect::<Result<_>>()?;
            Ok(items.iter().map(|item| this.know(item)).collect())
        };
        let mut keyword_defaults = Vec::new();
        if !named.is_none() {
            for name in named.iter_as::<String>()? {
                let name = name?;
                let value = named.get_item(name.as_str())?;
                let known = self.know(&value);
                // What is compiled itself looks its defaults up at each call.
                if !is_root {
                    let (dict, key) = (self.know(&named).0, self.ctx.str(&name)?);
                    let key = self.know(&key).0;
                    self.facts.facts.push(Fact::Item { dict, behind: None, key, value: known.0 });
                }
                keyword_defaults.push((name.into_boxed_str(), known));
            }
        }
        let (defaults, cells) = (all(self, &defaults)?, all(self, &cells)?);
        let function = FunctionObject { home: function, code, defaults, keyword_defaults, cells };
        Ok(Description::Function(Arc::new(function)))
    }

    /// Remembers an error, which ends all.
    fn kept<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.failed.get_or_insert(error);
                None
            }
        }
    }
}

impl World for Inquiry<'_> {
    fn global(&mut self, home: Known, name: &str) -> Option<Known> {
        if let Some(found) = self.globals.get(&(home, name.into())) {
            return *found;
        }
        let found = self.find_global(home, name);
        let found = self.kept(found).flatten();
        self.globals.insert((home, name.into()), found);
        found
    }

    fn builtin(&mut self, name: &str) -> Option<Known> {
        let name = CString::new(name).ok()?;
        let found = self.ctx.builtin(&name);
        self.kept(found).map(|object| self.know(&object))
    }

    fn attribute(&mut self, of: Known, name: &str) -> Option<Known> {
        let text = CString::new(name).ok()?;
        if !self.object(of).has_attr(text.as_c_str()) {
            return None;
        }
        let value = self.fixed(of, &text);
        self.kept(value).map(|value| self.know(&value))
    }

    fn cell(&mut self, cell: Known) -> Option<Known> {
        let content = cell_content(&self.object(cell))?;
        let content = self.know(&content);
        self.facts.facts.push(Fact::Cell { cell: cell.0, content: content.0 });
        Some(content)
    }

    fn element(&mut self, known: Known) -> Option<Element> {
        views::element_of_type(&self.object(known), &|place| self.known_at(place))
    }

    fn compiled(&mut self, function: Known, at_any_cost: bool) -> Option<Known> {
        // Functions that call each other would make such functions of each other without end.
        if self.is_inner {
            return None;
        }
        if let Some(made) = self.inner.get(&function) {
            return Some(*made);
        }
        let object = self.object(function);
        let is_compiled = Instance::<JitFunction>::of(&object).is_some();
        let source = self.sources.get(&function).cloned();
        let made = match source {
            _ if is_compiled => Ok(object),
            Some(source) => JitFunction::inner(&object, source, at_any_cost, self.options),
            None => return None,
        };
        let made = self.kept(made).map(|made| self.know(&made))?;
        self.inner.insert(function, made);
        Some(made)
    }

    fn text(&mut self, text: &str) -> Option<Known> {
        let found = self.know_name(text);
        self.kept(found).map(Known)
    }

    fn characters(&mut self) -> Option<i64> {
        let layout = self.layout_of_objects()?;
        (!layout.text.contains(&0)).then(super::texts::characters)
    }

    fn text_in_memory(&mut self, text: &str) -> Option<i64> {
        super::texts::constant(text)
    }

    fn layout(&mut self) -> Option<ObjectLayout> {
        self.layout_of_objects()
    }

    fn member(&mut self, class: Known, name: &str) -> Option<Member> {
        if let Some(found) = self.members.get(&(class, name.into())) {
            return found.clone();
        }
        let found = self.look_at_member(class, name);
        let found = self.kept(found).flatten();
        self.members.insert((class, name.into()), found.clone());
        found
    }

    fn of_class(&mut self, class: Known, name: &str) -> Option<MemberKind> {
        let found = self.look_at_class(class, name);
        self.kept(found).flatten()
    }

    fn behind(&mut self, class: Known, one: Known, name: &str) -> Option<MemberKind> {
        let found = self.look_behind(class, one, name);
        self.kept(found).flatten()
    }

    fn maker(&mut self, class: Known) -> Option<Maker> {
        if let Some(found) = self.makers.get(&class) {
            return *found;
        }
        let found = self.look_at_maker(class);
        let found = self.kept(found).flatten();
        self.makers.insert(class, found);
        found
    }

    fn named(&mut self, class: Known) -> Option<Arc<NamedTuple>> {
        if let Some(found) = self.named.get(&class) {
            return found.clone();
        }
        let found = self.look_at_named(class);
        let found = self.kept(found).flatten().map(Arc::new);
        self.named.insert(class, found.clone());
        found
    }

    fn named_member(&mut self, class: Known, name: &str) -> Option<NamedMember> {
        self.named(class)?;
        let found = self.look_at_named_member(class, name);
        self.kept(found).flatten()
    }

    fn exception_class(&mut self, known: Known) -> Option<Builtin> {
        let found = self.look_at_exception_class(known);
        self.kept(found).flatten()
    }

    fn is_generator(&mut self, home: Known, code: &Code, known: Known) -> bool {
        let found = self.look_whether_generator(home, code, known);
        self.kept(found).unwrap_or(false)
    }

    fn is_derived(&mut self, class: Known, from: Known) -> bool {
        let found = self.look_whether_derived(class, from);
        self.kept(found).unwrap_or(true)
    }

    fn address(&mut self, known: Known) -> Option<i64> {
        self.layout_of_objects()?;
        Some(self.object(known).as_raw().0 as i64)
    }

    fn lent_text(&mut self, text: &str) -> Option<i64> {
        object_layout(self.ctx)?;
        let known = self.know_name(text).ok()?;
        self.lends = true;
        Some(self.known[known as usize].as_raw().0 as i64)
    }

    fn string(&mut self, known: Known) -> Option<(i64, Option<String>)> {
        self.layout_of_objects()?;
        let object = self.known[known.0 as usize].clone();
        if class_of(&object) != Some(Class::Str) {
            return None;
        }
        self.lends = true;
        let text = object.extract::<String>().ok().filter(|text| text.is_ascii());
        Some((object.as_raw().0 as i64, text))
    }

    fn list(&mut self, known: Known) -> Option<(i64, Items)> {
        self.layout_of_objects()?;
        let object = self.known[known.0 as usize].clone();
        if class_of(&object) != Some(Class::List) {
            return None;
        }
        self.lends = true;
        let items = items_of_list(&object, 0, &mut |of| self.class_of_instance(of));
        Some((object.as_raw().0 as i64, items))
    }

    fn dict(&mut self, known: Known) -> Option<(i64, [Items; 2])> {
        object_layout(self.ctx)?;
        let object = self.known[known.0 as usize].clone();
        if class_of(&object) != Some(Class::Dict) {
            return None;
        }
        self.lends = true;
        Some((object.as_raw().0 as i64, entries_of_dict(&object)))
    }

    fn pace(&mut self) -> f64 {
        // PyPy compiles itself, and calls from machine code cost it much.
        match views::is_pypy(self.ctx) {
            Ok(true) => 0.1,
            _ => 1.0,
        }
    }

    fn random_state(&mut self, function: Builtin) -> Option<i64> {
        let found = self.builtins.iter().find(|(_, builtin)| *builtin == function)?.0.clone();
        // Whoever has changed something there may have changed it into anything.
        let own = random::look(&found).ok()??;
        let class = self.know(&own.class);
        for name in own.fixed {
            let name = CString::new(name).ok()?;
            let value = self.fixed(class, &name);
            self.kept(value)?;
        }
        self.know(&found);
        Some(own.address)
    }

    fn has_complex_products(&mut self) -> bool {
        // PyPy computes them by logarithms.
        matches!(views::is_pypy(self.ctx), Ok(false))
    }

    fn mixing(&mut self) -> Mixing {
        let found = measured::mixing(self.ctx);
        self.kept(found).unwrap_or(Mixing::Converted)
    }

    fn divides_logarithms(&mut self) -> bool {
        matches!(views::is_pypy(self.ctx), Ok(false))
    }

    fn gives(&mut self, function: Builtin, ours: Math) -> bool {
        let found = self.builtins.iter().find(|(_, builtin)| *builtin == function);
        found.is_some_and(|(object, _)| measured::gives(object, ours))
    }

    fn summing(&mut self) -> Summing {
        let found = self
            .ctx
            .import(c"pommel._compiled")
            .and_then(|module| module.get_attr(c"SUMMING")?.extract::<u8>());
        match self.kept(found) {
            Some(1) => Summing::Compensated,
            Some(2) => Summing::AllCompensated,
            _ => Summing::Plain,
        }
    }

    fn describe(&mut self, known: Known) -> Description {
        if let Some(description) = self.described.get(&known) {
            return description.clone();
        }
        let found = self.look_at(known);
        let description = self.kept(found).unwrap_or(Description::Other);
        self.described.insert(known, description.clone());
        description
    }
}
