//! What the specialiser asks about objects that exist already, and what it gives back.

use super::classes::{Maker, Member, MemberKind};
use super::element::{Element, Owner};
use super::named::{NamedMember, NamedTuple};
use super::value::{CodeRef, Contents, Items, Known, RecordType, Shape, Val, View};
use crate::code::{Code, Instruction, Point, Reg, Span};
use crate::ir;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::sync::Arc;

/// Answers questions about objects. Whatever it has said must hold, or make [`ir::Op::Valid`] and the
/// check at the beginning fail.
pub trait World {
    /// What a global, or else a builtin, of a function is; `None` if there is neither.
    fn global(&mut self, home: Known, name: &str) -> Option<Known>;
    /// A builtin by its name.
    fn builtin(&mut self, name: &str) -> Option<Known>;
    /// What an attribute of a module is.
    fn attribute(&mut self, of: Known, name: &str) -> Option<Known>;
    /// What is in a cell, if anything.
    fn cell(&mut self, cell: Known) -> Option<Known>;
    /// The type of elements that an object stands for, if it is one.
    fn element(&mut self, _known: Known) -> Option<Element> {
        None
    }
    /// A function in Python, compiled by itself, if it may be.
    fn compiled(&mut self, _function: Known, _at_any_cost: bool) -> Option<Known> {
        None
    }
    /// A string as a known object.
    fn text(&mut self, _text: &str) -> Option<Known> {
        None
    }
    /// Where things lie in objects, if they may be read there.
    fn layout(&mut self) -> Option<ObjectLayout> {
        None
    }
    /// Where the state of the generator is that a function of `random` belongs to: a word of 32 bits that says
    /// which of the 624 words behind it is used next.
    fn random_state(&mut self, _function: Builtin) -> Option<i64> {
        None
    }
    /// Whether small whole powers of complex numbers are products of squares.
    fn has_complex_products(&mut self) -> bool {
        true
    }
    /// How operators take a complex number and a real one.
    fn mixing(&mut self) -> Mixing {
        Mixing::Converted
    }
    /// Whether `math.log` with a base is the quotient of two logarithms, whatever the base is.
    fn divides_logarithms(&mut self) -> bool {
        true
    }
    /// Whether a function of the interpreter gives the bits that one of ours gives.
    fn gives(&mut self, _function: Builtin, _ours: ir::op::Math) -> bool {
        false
    }
    /// What a class and those that it is derived from say about an attribute of its instances.
    fn member(&mut self, _class: Known, _name: &str) -> Option<Member> {
        None
    }
    /// What such a class has by a name, where that is what an attribute of the class itself is made of.
    fn of_class(&mut self, _class: Known, _name: &str) -> Option<MemberKind> {
        None
    }
    /// What those behind one of the classes have by a name that such a class is derived from.
    fn behind(&mut self, _class: Known, _one: Known, _name: &str) -> Option<MemberKind> {
        None
    }
    /// What `__init__` of such a class is, if that and memory is all that making an instance takes.
    fn maker(&mut self, _class: Known) -> Option<Maker> {
        None
    }
    /// What a class of named tuples is like, if that is all that making one takes.
    fn named(&mut self, _class: Known) -> Option<Arc<NamedTuple>> {
        None
    }
    /// What such a class says about an attribute.
    fn named_member(&mut self, _class: Known, _name: &str) -> Option<NamedMember> {
        None
    }
    /// Whether one such class is derived from another one.
    fn is_derived(&mut self, _class: Known, _from: Known) -> bool {
        false
    }
    /// The address of an object that is known, if objects have some.
    fn address(&mut self, _known: Known) -> Option<i64> {
        None
    }
    /// The address of a text as an object that stays as long as the specialisation, if handles are
    /// addresses.
    fn lent_text(&mut self, _text: &str) -> Option<i64> {
        None
    }
    /// The address of the text in memory of the character 0, where there are texts in memory; those of the
    /// others follow it.
    fn characters(&mut self) -> Option<i64> {
        None
    }
    /// The address of a text in memory that stays, if its characters are ASCII.
    fn text_in_memory(&mut self, _text: &str) -> Option<i64> {
        None
    }
    /// The address of a known object of class `str`, and its characters if they are ASCII.
    fn string(&mut self, _known: Known) -> Option<(i64, Option<String>)> {
        None
    }
    /// The address of a known object of class `list`, and what its items are taken to be.
    fn list(&mut self, _known: Known) -> Option<(i64, Items)> {
        None
    }
    /// The address of a known object of class `dict`, and what its keys and values are taken to be.
    fn dict(&mut self, _known: Known) -> Option<(i64, [Items; 2])> {
        None
    }
    /// The first class of the interpreter's own that a class of exceptions in Python is derived from, if
    /// making one takes no more than that.
    fn exception_class(&mut self, _known: Known) -> Option<Builtin> {
        None
    }
    /// Whether an object is a generator function that stands in the same text as another function, and has
    /// its globals.
    fn is_generator(&mut self, _home: Known, _code: &Code, _known: Known) -> bool {
        false
    }
    /// How the builtin `sum` adds floats.
    fn summing(&mut self) -> Summing;
    /// How long the interpreter takes for what it does, as a part of what CPython takes, where operations on
    /// objects take machine code as long as there.
    fn pace(&mut self) -> f64 {
        1.0
    }
    /// What an object is.
    fn describe(&mut self, known: Known) -> Description;
}

/// Where things lie in objects, in bytes from their address, which a handle is.
#[derive(Clone, Copy, Debug)]
pub struct ObjectLayout {
    /// The address of the class.
    pub class: i64,
    /// The length of a list.
    pub length: i64,
    /// The address of the items of a list, which are addresses.
    pub items: i64,
    /// The first item of a tuple, which are addresses; its length is where that of a list is. Unknown if
    /// it is 0.
    pub tuple: i64,
    /// The value of a float.
    pub float: i64,
    /// The word of an integer before its digits.
    pub int: i64,
    /// Whether that word has the number of digits above bit 3 and 1 minus the sign in the lowest two bits;
    /// else it is the number of digits, negative for a negative number. A digit has 32 bits.
    pub is_tagged: bool,
    /// The 32 bits of a string that say how it is stored, and those of them that say that its characters
    /// are ASCII and where the first one is. There are none if they are 0.
    pub text: [i64; 3],
    /// The address of the class `float`.
    pub float_class: i64,
    /// The address of the class `int`.
    pub int_class: i64,
    /// The address of the class `list`.
    pub list_class: i64,
    /// The address of the class `tuple`.
    pub tuple_class: i64,
    /// The address of the class `str`.
    pub text_class: i64,
    /// How references to an object are counted, at its address.
    pub counts: Counts,
    /// The address of the handles of integers that are always there; the greatest of these whatever the
    /// table has; and the least and the greatest of the table, if there is one.
    pub small_ints: (i64, i64, Option<(i64, i64)>),
    /// The address of `None`.
    pub none_object: i64,
    /// The address of `True`.
    pub true_object: i64,
    /// The address of `False`.
    pub false_object: i64,
    /// How many bytes of an object from its beginning count references to it: 8, or 4 where a negative
    /// number means that nobody counts. Unknown if it is 0.
    pub count: i64,
}

/// How references to an object are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Only the runtime knows.
    Unknown,
    /// In a word.
    Word,
    /// In half a word; an object that is there for good has a negative one.
    Half,
}

/// How the builtin `sum` adds floats, which differs from one version of Python to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summing {
    /// One after the other.
    Plain,
    /// With a compensation for what is lost, but for integers among them.
    Compensated,
    /// With a compensation for what is lost.
    AllCompensated,
}

/// How operators take a complex number and a real one, which differs from one version of Python to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// The real one becomes a complex one, whose imaginary part is zero.
    Converted,
    /// The real one has no imaginary part.
    ByParts,
}

/// What a known object is.
#[derive(Clone, Debug)]
pub enum Description {
    /// `None`
    None,
    /// A truth value.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A tuple.
    Tuple(Vec<Known>),
    /// A function in Python, whose source was found.
    Function(Arc<FunctionObject>),
    /// A function or class that the specialiser knows.
    Builtin(Builtin),
    /// A module.
    Module,
    /// A class whose instances behave as those of a simple class do: it is an object of `type` itself, and
    /// attributes are found and set as `object` does it.
    Class,
    /// An instance of such a class.
    Instance(Known),
    /// Anything else.
    Other,
}

/// A function in Python.
#[derive(Debug)]
pub struct FunctionObject {
    /// The function that has these globals: itself, without what wraps it.
    pub home: Known,
    /// Its code.
    pub code: Arc<Code>,
    /// The defaults of its last positional parameters.
    pub defaults: Vec<Known>,
    /// The defaults of parameters by keyword.
    pub keyword_defaults: Vec<(Box<str>, Known)>,
    /// Its cells.
    pub cells: Vec<Known>,
}

macro_rules! builtins {
    ($( $name:ident $module:literal $text:literal; )*) => {
        /// A function or class that the specialiser has a rule for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $(
                #[doc = concat!("`", $module, ".", $text, "`")]
                $name,
            )*
        }

        impl Builtin {
            /// All of them.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$name),*];

            /// Its module and its name there.
            pub fn place(self) -> (&'static str, &'static str) {
                match self { $( Builtin::$name => ($module, $text), )* }
            }
        }
    };
}

builtins! {
    Abs "builtins" "abs";
    All "builtins" "all";
    Any "builtins" "any";
    Bin "builtins" "bin";
    Bool "builtins" "bool";
    Chr "builtins" "chr";
    Complex "builtins" "complex";
    Dict "builtins" "dict";
    Divmod "builtins" "divmod";
    Enumerate "builtins" "enumerate";
    Filter "builtins" "filter";
    Float "builtins" "float";
    Format "builtins" "format";
    Hex "builtins" "hex";
    Int "builtins" "int";
    Iter "builtins" "iter";
    Isinstance "builtins" "isinstance";
    Len "builtins" "len";
    List "builtins" "list";
    Map "builtins" "map";
    Max "builtins" "max";
    Min "builtins" "min";
    Next "builtins" "next";
    Oct "builtins" "oct";
    Ord "builtins" "ord";
    Power "builtins" "pow";
    Print "builtins" "print";
    Range "builtins" "range";
    Repr "builtins" "repr";
    Round "builtins" "round";
    Reversed "builtins" "reversed";
    Set "builtins" "set";
    Sorted "builtins" "sorted";
    Str "builtins" "str";
    Sum "builtins" "sum";
    Tuple "builtins" "tuple";
    Type "builtins" "type";
    Zip "builtins" "zip";
    ArithmeticError "builtins" "ArithmeticError";
    AssertionError "builtins" "AssertionError";
    BaseException "builtins" "BaseException";
    Exception "builtins" "Exception";
    IndexError "builtins" "IndexError";
    KeyError "builtins" "KeyError";
    LookupError "builtins" "LookupError";
    NotImplementedError "builtins" "NotImplementedError";
    OverflowError "builtins" "OverflowError";
    RuntimeError "builtins" "RuntimeError";
    StopIteration "builtins" "StopIteration";
    TypeError "builtins" "TypeError";
    ValueError "builtins" "ValueError";
    ZeroDivisionError "builtins" "ZeroDivisionError";
    BisectLeft "_bisect" "bisect_left";
    BisectRight "_bisect" "bisect_right";
    InsortLeft "_bisect" "insort_left";
    InsortRight "_bisect" "insort_right";
    Defaultdict "_collections" "defaultdict";
    Deque "_collections" "deque";
    Reduce "_functools" "reduce";
    Heapify "_heapq" "heapify";
    Heappop "_heapq" "heappop";
    Heappush "_heapq" "heappush";
    Heappushpop "_heapq" "heappushpop";
    Heapreplace "_heapq" "heapreplace";
    Accumulate "itertools" "accumulate";
    Chain "itertools" "chain";
    Combinations "itertools" "combinations";
    CombinationsAgain "itertools" "combinations_with_replacement";
    Count "itertools" "count";
    Islice "itertools" "islice";
    Pairwise "itertools" "pairwise";
    Permutations "itertools" "permutations";
    Product "itertools" "product";
    Repeat "itertools" "repeat";
    Takewhile "itertools" "takewhile";
    ZipLongest "itertools" "zip_longest";
    OperatorAdd "_operator" "add";
    OperatorAnd "_operator" "and_";
    OperatorEq "_operator" "eq";
    OperatorFloordiv "_operator" "floordiv";
    OperatorGe "_operator" "ge";
    OperatorGt "_operator" "gt";
    OperatorLe "_operator" "le";
    OperatorLshift "_operator" "lshift";
    OperatorLt "_operator" "lt";
    OperatorMod "_operator" "mod";
    OperatorMul "_operator" "mul";
    OperatorNe "_operator" "ne";
    OperatorNeg "_operator" "neg";
    OperatorNot "_operator" "not_";
    OperatorOr "_operator" "or_";
    OperatorPos "_operator" "pos";
    OperatorPow "_operator" "pow";
    OperatorRshift "_operator" "rshift";
    OperatorSub "_operator" "sub";
    OperatorTruediv "_operator" "truediv";
    OperatorXor "_operator" "xor";
    Acos "math" "acos";
    Acosh "math" "acosh";
    Asin "math" "asin";
    Asinh "math" "asinh";
    Atan "math" "atan";
    Atan2 "math" "atan2";
    Atanh "math" "atanh";
    Ceil "math" "ceil";
    Copysign "math" "copysign";
    Cos "math" "cos";
    Cosh "math" "cosh";
    Exp "math" "exp";
    Erf "math" "erf";
    Erfc "math" "erfc";
    Expm1 "math" "expm1";
    Fabs "math" "fabs";
    Floor "math" "floor";
    Fmod "math" "fmod";
    Gcd "math" "gcd";
    Isinf "math" "isinf";
    Isnan "math" "isnan";
    Isfinite "math" "isfinite";
    Isqrt "math" "isqrt";
    Log "math" "log";
    Log10 "math" "log10";
    Log1p "math" "log1p";
    Log2 "math" "log2";
    Pow "math" "pow";
    Sin "math" "sin";
    Sinh "math" "sinh";
    Sqrt "math" "sqrt";
    Tan "math" "tan";
    Tanh "math" "tanh";
    Trunc "math" "trunc";
    Cbrt "math" "cbrt";
    Degrees "math" "degrees";
    Dist "math" "dist";
    Exp2 "math" "exp2";
    Factorial "math" "factorial";
    Frexp "math" "frexp";
    Fsum "math" "fsum";
    Gamma "math" "gamma";
    Hypot "math" "hypot";
    Isclose "math" "isclose";
    Lcm "math" "lcm";
    Ldexp "math" "ldexp";
    Lgamma "math" "lgamma";
    Modf "math" "modf";
    Radians "math" "radians";
    Remainder "math" "remainder";
    CCos "cmath" "cos";
    CExp "cmath" "exp";
    CLog "cmath" "log";
    CPhase "cmath" "phase";
    CPolar "cmath" "polar";
    CRect "cmath" "rect";
    CSin "cmath" "sin";
    CSqrt "cmath" "sqrt";
    Expovariate "random" "expovariate";
    Getrandbits "random" "getrandbits";
    Randint "random" "randint";
    Random "random" "random";
    Randrange "random" "randrange";
    Uniform "random" "uniform";
    Array "pommel" "array";
    Arange "pommel" "arange";
    Asarray "pommel" "asarray";
    Empty "pommel" "empty";
    EmptyLike "pommel" "empty_like";
    Ones "pommel" "ones";
    OnesLike "pommel" "ones_like";
    Zeros "pommel" "zeros";
    ZerosLike "pommel" "zeros_like";
    ArrayAbs "pommel" "absolute";
    ArraySqrt "pommel" "sqrt";
    ArraySquare "pommel" "square";
    ArrayWhere "pommel" "where";
    NumpyAbs "numpy" "absolute";
    NumpySqrt "numpy" "sqrt";
    NumpySquare "numpy" "square";
    NumpyWhere "numpy" "where";
    NumpyArray "numpy" "array";
    NumpyArange "numpy" "arange";
    NumpyAsarray "numpy" "asarray";
    NumpyEmpty "numpy" "empty";
    NumpyEmptyLike "numpy" "empty_like";
    NumpyOnes "numpy" "ones";
    NumpyOnesLike "numpy" "ones_like";
    NumpyZeros "numpy" "zeros";
    NumpyZerosLike "numpy" "zeros_like";
}

impl Builtin {
    /// Whether it only looks at the items of lists of numbers that it is given, and keeps none of the lists.
    pub(super) fn only_looks(self) -> bool {
        use Builtin::{All, Any, List, Max, Min, Print, Repr, Set, Sorted, Str, Sum, Tuple};
        [All, Any, List, Max, Min, Print, Repr, Set, Sorted, Str, Sum, Tuple].contains(&self)
    }

    /// The class that an exception's class is derived from first; none for what is no such class.
    /// `BaseException` is derived from itself here.
    pub fn base_exception(self) -> Option<Builtin> {
        use Builtin as B;
        Some(match self {
            B::BaseException | B::Exception => B::BaseException,
            B::OverflowError | B::ZeroDivisionError => B::ArithmeticError,
            B::IndexError | B::KeyError => B::LookupError,
            B::NotImplementedError => B::RuntimeError,
            B::ArithmeticError | B::AssertionError | B::LookupError | B::RuntimeError => {
                B::Exception
            }
            B::StopIteration | B::TypeError | B::ValueError => B::Exception,
            _ => return None,
        })
    }
}

/// A value that the runtime makes an object of: its leaves are indices into a list of words.
pub type Recipe = Val<u32>;

/// What is done when the machine code of a function leaves it.
#[derive(Clone, Debug)]
pub struct ExitPlan {
    /// What has happened.
    pub outcome: Outcome,
    /// How many words it speaks of.
    pub words: u32,
    /// The things with an identity that recipes name: by the index of [`Val::Thing`].
    pub heap: Vec<Option<Contents<u32>>>,
    /// Which function leaves: 0, or an inner one.
    pub function: u32,
}

/// What has happened when the machine code of a function leaves it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The function returns.
    Returned(Recipe),
    /// It goes on on objects.
    GoesOn {
        /// Its frames, the one that was called first at first. All but the last stand at a call.
        frames: Vec<FramePlan>,
        /// Whether the runtime has an exception for the instruction where the last frame stands; if not,
        /// that instruction is to be done.
        raised: bool,
        /// What was taken for granted without a reason and is not so.
        refuted: Option<Place>,
        /// How many of the exceptions that these functions handle the runtime knows of.
        entered: u32,
    },
}

/// How an exception is made that was raised in machine code, or is to be: by doing the instruction that it
/// comes from.
#[derive(Clone, Debug)]
pub struct Raised {
    /// The class that it is of, or the first one of the interpreter's own that its class is derived from.
    pub class: Builtin,
    /// Its class, if that is none of the interpreter's own.
    pub own_class: Option<Known>,
    /// The code that the instruction is part of.
    pub code: Arc<Code>,
    /// Whose globals it has.
    pub home: Known,
    /// The instruction.
    pub instruction: Instruction,
    /// Whether the instruction gives the exception, and does not raise it.
    pub is_given: bool,
    /// Its operands.
    pub operands: Vec<Operand>,
    /// The functions that the exception has come through, the innermost first, with where they stood.
    pub through: Vec<FramePlan>,
}

/// An operand of the instruction that makes an exception. What is changed meanwhile, or is not to be made
/// an object, has something in its place that leads to the same exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The next value of the exception.
    Value,
    /// `None`
    None,
    /// An empty list.
    List,
    /// A list of one item.
    ListOfOne,
    /// An empty tuple.
    Tuple,
    /// An empty dict.
    Dict,
    /// An empty set.
    Set,
    /// An iterator that has no items left.
    Iterator,
    /// A method of such an object.
    Method(Box<Operand>, Arc<str>),
}

/// A frame of an [`ExitPlan`].
#[derive(Clone, Debug)]
pub struct FramePlan {
    /// Its code.
    pub code: Arc<Code>,
    /// Whose globals it has.
    pub home: Known,
    /// For a function that the code made itself: the code around it and its index there.
    pub around: Option<(CodeRef, u32)>,
    /// Which inlined copy of the code it is.
    pub context: u32,
    /// Where it stands.
    pub point: Point,
    /// What its registers hold; those that are left out are unbound.
    pub registers: Vec<(Reg, Recipe)>,
    /// What its caller gets in place of what it returns.
    pub instead: Option<Recipe>,
}

/// A point of an inlined copy of a function.
pub type Place = (u32, Point);

/// What [`ir::Op::Perform`] does. Its operands are the words that the recipes speak of.
#[derive(Clone, Debug)]
pub struct Site {
    /// What is done.
    pub action: Action,
    /// Its operands, in the order in which the instruction names its registers.
    pub operands: Vec<Recipe>,
    /// The things that the operands name.
    pub heap: Vec<Option<Contents<u32>>>,
    /// The types of the words.
    pub words: Vec<ir::Type>,
    /// Where it stands.
    pub origin: Origin,
}

/// Where something stands in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// A function in the same text.
    pub home: Known,
    /// The name of the function that it is in.
    pub function: Box<str>,
    /// Where in the text.
    pub span: Span,
}

/// What a [`Site`] does.
#[derive(Clone, Debug)]
pub enum Action {
    /// A plain instruction of a function with these globals.
    Instruction {
        /// The function's code.
        code: Arc<Code>,
        /// Whose globals it has.
        home: Known,
        /// The instruction.
        instruction: Instruction,
    },
    /// Makes its one operand an object.
    Make,
    /// Gives an item of its one operand, which is a tuple.
    Part(u32),
    /// Makes an array whose elements will be written: its operands are its lengths.
    NewArray(Owner, Element),
}

/// What was learnt from specialisations before this one.
#[derive(Clone, Debug, Default)]
pub struct Experience {
    /// Where something was taken for granted that was not so.
    pub refuted: HashSet<Place>,
    /// What arrays were where something else was taken for granted.
    pub views: HashMap<Place, View>,
    /// Where machine code was left often: what is done there is done on objects.
    pub objects: HashSet<Place>,
    /// Machine code is wanted also where Python itself is as quick.
    pub at_any_cost: bool,
}

/// Something that is learnt from a specialisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// What was taken for granted at a place is not so.
    Refuted(Place),
    /// The same, and that there is such an array.
    Array(Place, View),
    /// Machine code is left at a place often.
    Objects(Place),
}

impl Experience {
    /// Remembers something. Whether it was not known.
    pub fn learn(&mut self, lesson: Lesson) -> bool {
        match lesson {
            Lesson::Refuted(place) => self.refuted.insert(place),
            Lesson::Array(place, view) => {
                self.views.insert(place, view).is_none() || self.refuted.insert(place)
            }
            Lesson::Objects(place) => self.objects.insert(place),
        }
    }
}

/// A function for certain types of arguments.
#[derive(Debug)]
pub struct Specialisation {
    /// It, in the typed form. Its arguments are the leaves of `arguments`, in their order.
    pub function: ir::Function,
    /// The exits, by their numbers.
    pub exits: Vec<ExitPlan>,
    /// What [`ir::Op::Perform`] does, by its immediate.
    pub sites: Vec<Site>,
    /// Where machine code always leaves.
    pub leaves: Vec<Origin>,
    /// How exceptions are made, by their numbers.
    pub raises: Vec<Raised>,
    /// What [`ir::Op::View`] looks for, by its immediate.
    pub views: Vec<View>,
    /// What instances in memory are like, by the numbers of their classes there.
    pub records: Vec<Arc<RecordType>>,
    /// The shapes of the arguments.
    pub arguments: Vec<Shape>,
    /// What a call of it by itself gives in machine code, if it has such calls: a number of some kind, or
    /// `None`.
    pub result: Option<Shape>,
    /// Functions that it calls which call themselves, and what they give, in the order of their numbers: 1
    /// is the first. They share its tables.
    pub inner: Vec<(ir::Function, Option<Shape>)>,
}

impl Specialisation {
    /// One that nobody can enter, for arguments for which there is no other.
    pub fn empty(arguments: Vec<Shape>) -> Specialisation {
        Specialisation {
            function: ir::Function::default(),
            exits: vec![],
            sites: vec![],
            leaves: vec![],
            raises: vec![],
            views: vec![],
            records: vec![],
            arguments,
            result: None,
            inner: vec![],
        }
    }

    /// The function and its inner ones.
    pub fn functions(&mut self) -> impl Iterator<Item = &mut ir::Function> {
        let inner = self.inner.iter_mut().map(|(function, _)| function);
        core::iter::once(&mut self.function).chain(inner)
    }

    /// What calls of these give.
    pub fn results(&self) -> Vec<Option<Shape>> {
        let inner = self.inner.iter().map(|(_, result)| result);
        core::iter::once(&self.result).chain(inner).cloned().collect()
    }
}

impl core::fmt::Display for Specialisation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.function)?;
        self.inner.iter().try_for_each(|(function, _)| write!(f, "\n{function}"))
    }
}

/// Why a function cannot be specialised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, for people.
    pub reason: String,
    /// Where it stands, in which function.
    pub place: Option<(Box<str>, crate::code::Span)>,
}
