//! The operations of the typed form: one table.

use super::Type;

/// What an operation takes and gives, and what it may do besides.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The types of its operands. [`Op::Perform`] and [`Op::Recur`] take any number of values, [`Op::List`],
    /// [`Op::Dict`] and [`Op::Text`] of integers, [`Op::Tuple`] of handles, and
    /// [`Op::Select`] and [`Op::Same`] two of any one type behind those of the list.
    pub args: &'static [Type],
    /// The types of its results. That of [`Op::Select`] is the type of what it chooses from.
    pub results: &'static [Type],
    /// Whether it must have an exit.
    pub exits: bool,
    /// Whether it neither reads nor changes anything but its operands, so that it can be done once for
    /// many, earlier, or not at all. An operation that exits is pure as well if it can be left out where
    /// the same one was done before.
    pub pure: bool,
}

macro_rules! operations {
    ($( $(#[$doc:meta])* $name:ident $text:literal [$($arg:ident)*] -> [$($result:ident)*] $exits:ident $pure:ident; )*) => {
        /// An operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Op {
            $( $(#[$doc])* $name, )*
        }

        impl Op {
            /// All operations, in the order of the table.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];

            /// Its name in the text form.
            pub fn text(self) -> &'static str {
                match self { $( Op::$name => $text, )* }
            }

            /// What it takes and gives.
            pub fn signature(self) -> Signature {
                match self {
                    $( Op::$name => Signature {
                        args: &[$(Type::$arg),*],
                        results: &[$(Type::$result),*],
                        exits: operations!(@ $exits),
                        pure: operations!(@ $pure),
                    }, )*
                }
            }
        }
    };
    (@ exits) => { true };
    (@ stays) => { false };
    (@ pure) => { true };
    (@ acts) => { false };
}

operations! {
    // Constants: the immediate.
    /// An integer.
    Int "int" [] -> [I64] stays pure;
    /// A float.
    Float "float" [] -> [F64] stays pure;
    /// A truth value.
    Bool "bool" [] -> [Bool] stays pure;

    // Integers. What does not fit in 64 bits exits.
    /// Sum.
    IAdd "iadd" [I64 I64] -> [I64] exits pure;
    /// Difference.
    ISub "isub" [I64 I64] -> [I64] exits pure;
    /// Product.
    IMul "imul" [I64 I64] -> [I64] exits pure;
    /// Sum modulo 2**64.
    IAddWrap "iadd.wrap" [I64 I64] -> [I64] stays pure;
    /// Difference modulo 2**64.
    ISubWrap "isub.wrap" [I64 I64] -> [I64] stays pure;
    /// Product modulo 2**64.
    IMulWrap "imul.wrap" [I64 I64] -> [I64] stays pure;
    /// Quotient, rounded down. The divisor is neither 0 nor -1.
    IFloorDiv "ifloordiv" [I64 I64] -> [I64] stays pure;
    /// What is left of it, of the divisor's sign. The divisor is neither 0 nor -1.
    IMod "imod" [I64 I64] -> [I64] stays pure;
    /// The greatest common divisor, which is not negative but for 2**63, which is -(2**63).
    IGcd "igcd" [I64 I64] -> [I64] stays pure;
    /// The square root, rounded down; 0 for what is negative.
    ISqrt "isqrt" [I64] -> [I64] stays pure;
    /// A power, whose exponent is not negative; exits if it does not fit.
    IPow "ipow" [I64 I64] -> [I64] exits pure;
    /// What is left of a power divided by a number that is not 0, of that one's sign. The exponent is not
    /// negative.
    IPowMod "ipow.mod" [I64 I64 I64] -> [I64] stays pure;
    /// Bits of both.
    IAnd "iand" [I64 I64] -> [I64] stays pure;
    /// Bits of either.
    IOr "ior" [I64 I64] -> [I64] stays pure;
    /// Bits of one.
    IXor "ixor" [I64 I64] -> [I64] stays pure;
    /// Shifted to the left, modulo 2**64, by 0 to 63.
    IShl "ishl" [I64 I64] -> [I64] stays pure;
    /// Shifted to the right with the sign, by 0 to 63.
    IShr "ishr" [I64 I64] -> [I64] stays pure;
    /// Equal.
    IEq "ieq" [I64 I64] -> [Bool] stays pure;
    /// Different.
    INe "ine" [I64 I64] -> [Bool] stays pure;
    /// Less.
    ILt "ilt" [I64 I64] -> [Bool] stays pure;
    /// Less or equal.
    ILe "ile" [I64 I64] -> [Bool] stays pure;
    /// Less, as numbers without a sign: `0 <= a < b` for a length `b`.
    ULt "ult" [I64 I64] -> [Bool] stays pure;

    // Truth values.
    /// Both.
    BAnd "band" [Bool Bool] -> [Bool] stays pure;
    /// Either.
    BOr "bor" [Bool Bool] -> [Bool] stays pure;
    /// One.
    BXor "bxor" [Bool Bool] -> [Bool] stays pure;
    /// Not.
    BNot "bnot" [Bool] -> [Bool] stays pure;

    // Floats: IEEE 754, rounded to nearest, nothing contracted.
    /// Sum.
    FAdd "fadd" [F64 F64] -> [F64] stays pure;
    /// Difference.
    FSub "fsub" [F64 F64] -> [F64] stays pure;
    /// Product.
    FMul "fmul" [F64 F64] -> [F64] stays pure;
    /// Quotient, also by zero.
    FDiv "fdiv" [F64 F64] -> [F64] stays pure;
    /// Opposite.
    FNeg "fneg" [F64] -> [F64] stays pure;
    /// Absolute value.
    FAbs "fabs" [F64] -> [F64] stays pure;
    /// Square root; not a number for negative ones.
    FSqrt "fsqrt" [F64] -> [F64] stays pure;
    /// Rounded down.
    FFloor "ffloor" [F64] -> [F64] stays pure;
    /// Rounded up.
    FCeil "fceil" [F64] -> [F64] stays pure;
    /// Rounded towards zero.
    FTrunc "ftrunc" [F64] -> [F64] stays pure;
    /// Rounded to the nearest integer, halves to even.
    FNearest "fnearest" [F64] -> [F64] stays pure;
    /// Rounded to the nearest float of 32 bits.
    FNarrow "fnarrow" [F64] -> [F64] stays pure;
    /// The size of the first with the sign of the second.
    FCopysign "fcopysign" [F64 F64] -> [F64] stays pure;
    /// Equal.
    FEq "feq" [F64 F64] -> [Bool] stays pure;
    /// Not equal, or one of them not a number.
    FNe "fne" [F64 F64] -> [Bool] stays pure;
    /// Less.
    FLt "flt" [F64 F64] -> [Bool] stays pure;
    /// Less or equal.
    FLe "fle" [F64 F64] -> [Bool] stays pure;
    /// A function of the C library of one float: the immediate.
    Math1 "math1" [F64] -> [F64] stays pure;
    /// A function of the C library of two floats: the immediate.
    Math2 "math2" [F64 F64] -> [F64] stays pure;
    /// Sine and cosine: the C library's, in one call where it has one that gives the same bits.
    SinCos "sincos" [F64] -> [F64 F64] stays pure;

    // From one type to another.
    /// An integer as the nearest float.
    IToF "itof" [I64] -> [F64] stays pure;
    /// A float rounded towards zero, which fits in 64 bits.
    FToI "ftoi" [F64] -> [I64] stays pure;
    /// 0 or 1.
    BToI "btoi" [Bool] -> [I64] stays pure;
    /// The bits of a float.
    FBits "fbits" [F64] -> [I64] stays pure;
    /// The float of these bits.
    FOfBits "fofbits" [I64] -> [F64] stays pure;
    /// The second if the first is true, else the third.
    Select "select" [Bool] -> [] stays pure;

    // Checks.
    /// Exits unless the value is true.
    Guard "guard" [Bool] -> [] exits pure;
    /// Lets the runtime look for interrupts once in a while; exits if one raised an exception.
    /// Where the immediate is 1, others may run Python from here on, until the next operation of the runtime.
    Poll "poll" [] -> [] exits acts;
    /// Nobody else runs Python from here on, if others did since a poll.
    Attach "attach" [] -> [] stays acts;

    // Memory: an address and, as the immediate, a distance in bytes.
    /// Reads a truth value of one byte.
    LoadBool "load.bool" [I64] -> [Bool] stays acts;
    /// Reads a signed integer of one byte.
    LoadI8 "load.i8" [I64] -> [I64] stays acts;
    /// Reads an unsigned integer of one byte.
    LoadU8 "load.u8" [I64] -> [I64] stays acts;
    /// Reads a signed integer of two bytes.
    LoadI16 "load.i16" [I64] -> [I64] stays acts;
    /// Reads an unsigned integer of two bytes.
    LoadU16 "load.u16" [I64] -> [I64] stays acts;
    /// Reads a signed integer of four bytes.
    LoadI32 "load.i32" [I64] -> [I64] stays acts;
    /// Reads an unsigned integer of four bytes.
    LoadU32 "load.u32" [I64] -> [I64] stays acts;
    /// Reads an integer of eight bytes.
    LoadI64 "load.i64" [I64] -> [I64] stays acts;
    /// Reads a float of four bytes.
    LoadF32 "load.f32" [I64] -> [F64] stays acts;
    /// Reads a float of eight bytes.
    LoadF64 "load.f64" [I64] -> [F64] stays acts;
    /// Writes a truth value: address, value.
    StoreBool "store.bool" [I64 Bool] -> [] stays acts;
    /// Writes the lowest byte.
    StoreI8 "store.i8" [I64 I64] -> [] stays acts;
    /// Writes the lowest two bytes.
    StoreI16 "store.i16" [I64 I64] -> [] stays acts;
    /// Writes the lowest four bytes.
    StoreI32 "store.i32" [I64 I64] -> [] stays acts;
    /// Writes eight bytes.
    StoreI64 "store.i64" [I64 I64] -> [] stays acts;
    /// Writes the nearest float of four bytes.
    StoreF32 "store.f32" [I64 F64] -> [] stays acts;
    /// Writes a float of eight bytes.
    StoreF64 "store.f64" [I64 F64] -> [] stays acts;

    // Pairs: two lanes at once. Where one of integers stands for truth values, a lane has all bits or none.
    // [`super::pairs`] says of what operation each is the double.
    /// Two integers as a pair.
    IPair "ipair" [I64 I64] -> [I64x2] stays pure;
    /// Two floats as a pair.
    FPair "fpair" [F64 F64] -> [F64x2] stays pure;
    /// The first of a pair.
    IFirst "ifirst" [I64x2] -> [I64] stays pure;
    /// The second of a pair.
    ISecond "isecond" [I64x2] -> [I64] stays pure;
    /// The first of a pair.
    FFirst "ffirst" [F64x2] -> [F64] stays pure;
    /// The second of a pair.
    FSecond "fsecond" [F64x2] -> [F64] stays pure;
    /// Whether both lanes are true.
    Both "both" [I64x2] -> [Bool] stays pure;
    /// Sums modulo 2**64.
    IAddX2 "iadd.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Differences modulo 2**64.
    ISubX2 "isub.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Bits of both.
    IAndX2 "iand.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Bits of either.
    IOrX2 "ior.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Bits of one.
    IXorX2 "ixor.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Equal.
    IEqX2 "ieq.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Different.
    INeX2 "ine.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Less.
    ILtX2 "ilt.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Less or equal.
    ILeX2 "ile.x2" [I64x2 I64x2] -> [I64x2] stays pure;
    /// Sums.
    FAddX2 "fadd.x2" [F64x2 F64x2] -> [F64x2] stays pure;
    /// Differences.
    FSubX2 "fsub.x2" [F64x2 F64x2] -> [F64x2] stays pure;
    /// Products.
    FMulX2 "fmul.x2" [F64x2 F64x2] -> [F64x2] stays pure;
    /// Quotients, also by zero.
    FDivX2 "fdiv.x2" [F64x2 F64x2] -> [F64x2] stays pure;
    /// Opposites.
    FNegX2 "fneg.x2" [F64x2] -> [F64x2] stays pure;
    /// Absolute values.
    FAbsX2 "fabs.x2" [F64x2] -> [F64x2] stays pure;
    /// Square roots; not a number for negative ones.
    FSqrtX2 "fsqrt.x2" [F64x2] -> [F64x2] stays pure;
    /// Rounded to the nearest floats of 32 bits.
    FNarrowX2 "fnarrow.x2" [F64x2] -> [F64x2] stays pure;
    /// Equal.
    FEqX2 "feq.x2" [F64x2 F64x2] -> [I64x2] stays pure;
    /// Not equal, or one of them not a number.
    FNeX2 "fne.x2" [F64x2 F64x2] -> [I64x2] stays pure;
    /// Less.
    FLtX2 "flt.x2" [F64x2 F64x2] -> [I64x2] stays pure;
    /// Less or equal.
    FLeX2 "fle.x2" [F64x2 F64x2] -> [I64x2] stays pure;
    /// The second where the first is true, else the third: of truth values that have all bits or none.
    ISelectX2 "iselect.x2" [I64x2 I64x2 I64x2] -> [I64x2] stays pure;
    /// The same of floats.
    FSelectX2 "fselect.x2" [I64x2 F64x2 F64x2] -> [F64x2] stays pure;
    /// Reads two signed integers of four bytes each.
    LoadI32x2 "load.i32x2" [I64] -> [I64x2] stays acts;
    /// Reads two unsigned integers of four bytes each.
    LoadU32x2 "load.u32x2" [I64] -> [I64x2] stays acts;
    /// Reads two integers of eight bytes each.
    LoadI64x2 "load.i64x2" [I64] -> [I64x2] stays acts;
    /// Reads two floats of four bytes each.
    LoadF32x2 "load.f32x2" [I64] -> [F64x2] stays acts;
    /// Reads two floats of eight bytes each.
    LoadF64x2 "load.f64x2" [I64] -> [F64x2] stays acts;
    /// Writes the lowest four bytes of each.
    StoreI32x2 "store.i32x2" [I64 I64x2] -> [] stays acts;
    /// Writes eight bytes of each.
    StoreI64x2 "store.i64x2" [I64 I64x2] -> [] stays acts;
    /// Writes the nearest floats of four bytes.
    StoreF32x2 "store.f32x2" [I64 F64x2] -> [] stays acts;
    /// Writes floats of eight bytes.
    StoreF64x2 "store.f64x2" [I64 F64x2] -> [] stays acts;

    // The generator of random numbers whose state is at an address.
    /// The next float that is at least 0 and less than 1.
    Random "random" [I64] -> [F64] stays acts;
    /// So many random bits, 1 to 63.
    RandomBits "random.bits" [I64 I64] -> [I64] stays acts;
    /// A random integer that is not negative and less than one that is positive.
    RandomBelow "random.below" [I64 I64] -> [I64] stays acts;

    // Objects. Handles that are results belong to the function, which releases each once; operands are
    // lent. Handles among a function's arguments are lent as well.
    /// Does a plain instruction on objects: the immediate is an index into the specialisation's sites.
    /// Gives the object that the instruction gives, if any, else `None`. Exits if it raised an exception.
    Perform "perform" [] -> [Obj] exits acts;
    /// A known object: an index into the specialisation's table.
    Known "known" [] -> [Obj] stays acts;
    /// A new handle of the same object.
    Retain "retain" [Obj] -> [Obj] stays acts;
    /// Gives a handle back.
    Release "release" [Obj] -> [] stays acts;
    /// Makes a Python integer. Exits without memory, as all that make objects.
    BoxInt "box.int" [I64] -> [Obj] exits acts;
    /// Makes a Python float.
    BoxFloat "box.float" [F64] -> [Obj] exits acts;
    /// `True` or `False`.
    BoxBool "box.bool" [Bool] -> [Obj] exits acts;
    /// Makes a Python complex number.
    BoxComplex "box.complex" [F64 F64] -> [Obj] exits acts;
    /// Makes a tuple of any number of objects.
    Tuple "tuple" [] -> [Obj] exits acts;
    /// Makes an array of `float64`: any number of floats.
    Array "array" [] -> [Obj] exits acts;
    /// Whether an object is of a class: the immediate is a [`Class`].
    IsClass "is.class" [Obj] -> [Bool] stays acts;
    /// Whether two handles are of one object.
    Same "same" [Obj Obj] -> [Bool] stays acts;
    /// The value of a Python integer, and whether it fits.
    UnboxInt "unbox.int" [Obj] -> [I64 Bool] stays acts;
    /// The value of a Python float.
    UnboxFloat "unbox.float" [Obj] -> [F64] stays acts;
    /// The value of a Python truth value.
    UnboxBool "unbox.bool" [Obj] -> [Bool] stays acts;
    /// The parts of a Python complex number.
    UnboxComplex "unbox.complex" [Obj] -> [F64 F64] stays acts;
    /// Whether an object is true. Exits if asking raised an exception.
    Truth "truth" [Obj] -> [Bool] exits acts;
    /// The next item of an iterator and whether there is one; else the handle is of `None`. Exits if
    /// asking raised an exception.
    Next "next" [Obj] -> [Obj Bool] exits acts;
    /// Calls the function itself, or an inner one, with any values, which are its arguments; the immediate is
    /// a [`crate::backend::Target`]. Gives the bits of what it returns and its kind. Exits if it raised an
    /// exception, or gave what machine code does not pass on.
    Recur "recur" [] -> [I64 I64] exits acts;
    /// Exits unless what the specialisation took for granted is still so.
    Valid "valid" [] -> [] exits acts;
    /// Does nothing, but for what it is needed: the object of the handle is there until here.
    Keep "keep" [Obj] -> [] stays acts;
    /// Looks at an array: the immediate is an index into the specialisation's table of views, which says
    /// the type of its elements and its rank. Gives the address of words: the address of the first element,
    /// the lengths of the axes, the distances in bytes between elements along each, and whether elements may
    /// be written. They stay until an array is looked at again. Exits if the object is no such array.
    View "view" [Obj] -> [I64] exits acts;

    // What is in an object, where the interpreter says where things lie.
    /// The address of an object.
    Address "address" [Obj] -> [I64] stays pure;
    /// The address of an object as a handle, which is lent: by whatever holds the object.
    Lent "lent" [I64] -> [Obj] stays pure;
    /// A handle of the object at an address.
    HandleOf "handle.of" [I64] -> [Obj] stays acts;
    /// The address of the first free record of each size: see [`super::records`].
    Pools "pools" [] -> [I64] stays pure;
    /// The value of the Python integer at an address. Exits if it does not fit.
    IntOf "int.of" [I64] -> [I64] exits acts;
    /// Puts a number in place of an item of a list that is a number as well: list, position, tag, bits.
    /// Exits without memory.
    StoreItem "item.store" [Obj I64 I64 I64] -> [] exits acts;
    /// Adds a number to a list: list, tag, bits. Exits without memory.
    AppendItem "item.append" [Obj I64 I64] -> [] exits acts;

    /// Puts an object in place of another one at an address, with a distance in bytes as the immediate. The
    /// function counts references itself: one to the new object is the place's, and the old one's is given
    /// back.
    PutObject "object.put" [I64 Obj] -> [] stays acts;

    // Lists in memory, whose parts `lists` knows: their addresses.
    /// A word of what is known of a list, besides its items: the immediate is its distance in bytes.
    ListWord "list.word" [I64] -> [I64] stays acts;
    /// Writes such a word: list, value.
    SetListWord "list.word.set" [I64 I64] -> [] stays acts;
    /// Does something with lists: the immediate is a [`super::lists::ListCall`], and the operands are
    /// those that it has. Exits, before anything is done, if the list is of another kind than said, has no
    /// such item, or is an object.
    List "list" [] -> [I64] exits acts;
    /// The object that a list becomes, with all lists in it, or has become before. Exits without memory.
    ListObject "list.object" [I64] -> [Obj] exits acts;
    /// An object with the items that a list has now. It stays what it is. Exits without memory.
    ListCopy "list.copy" [I64] -> [Obj] exits acts;

    // Dicts and sets in memory, whose parts `dicts` knows: their addresses.
    /// Does something with dicts: the immediate is a [`super::dicts::DictCall`], and the operands are those
    /// that it has. Exits, before anything is done, if it cannot: if the dict is of another kind than said.
    Dict "dict" [] -> [I64] exits acts;
    /// The object that a dict or a set becomes, or has become before. Exits without memory.
    DictObject "dict.object" [I64] -> [Obj] exits acts;

    /// The value for a key in an object of class `dict`. Exits if it raised an exception.
    DictItem "dict.item" [Obj Obj] -> [Obj] exits acts;
    /// Whether an object of class `dict` has a key. Exits if it raised an exception.
    DictHas "dict.has" [Obj Obj] -> [Bool] exits acts;

    // Texts in memory, whose parts `texts` knows: an address and a length.
    /// Does something with texts: the immediate is a [`super::texts::TextCall`], and the operands are those
    /// that it has. Gives the address and the length of a text, or 1 and a number. Exits if it cannot.
    Text "text" [] -> [I64 I64] exits acts;
    /// The string that a text becomes, or has become before. Exits without memory.
    TextObject "text.object" [I64 I64] -> [Obj] exits acts;
}

impl Op {
    /// Whether it reads memory at an address, and does nothing else.
    pub fn is_load(self) -> bool {
        use Op::{
            LoadBool, LoadF32, LoadF64, LoadI8, LoadI16, LoadI32, LoadI64, LoadU8, LoadU16, LoadU32,
        };
        matches!(
            self,
            LoadBool
                | LoadI8
                | LoadU8
                | LoadI16
                | LoadU16
                | LoadI32
                | LoadU32
                | LoadI64
                | LoadF32
                | LoadF64
        )
    }

    /// Whether it looks at an object, and does nothing else.
    pub fn is_look(self) -> bool {
        use Op::{IsClass, Known, Same, UnboxBool, UnboxComplex, UnboxFloat, UnboxInt};
        matches!(self, Known | IsClass | Same | UnboxInt | UnboxFloat | UnboxBool | UnboxComplex)
    }
}

macro_rules! math {
    ($( $name:ident $text:literal $arity:literal; )*) => {
        /// A function of the C library, which Python's module `math` calls, or one of [`super::library`]'s.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Math {
            $(
                #[doc = concat!("`", $text, "`")]
                $name,
            )*
        }

        impl Math {
            /// All of them.
            pub const ALL: &'static [Math] = &[$(Math::$name),*];

            /// Its name in C.
            pub fn text(self) -> &'static str {
                match self { $( Math::$name => $text, )* }
            }

            /// How many floats it takes.
            pub fn arity(self) -> usize {
                match self { $( Math::$name => $arity, )* }
            }
        }
    };
}

math! {
    Sin "sin" 1;
    Cos "cos" 1;
    Tan "tan" 1;
    Asin "asin" 1;
    Acos "acos" 1;
    Atan "atan" 1;
    Sinh "sinh" 1;
    Cosh "cosh" 1;
    Tanh "tanh" 1;
    Asinh "asinh" 1;
    Acosh "acosh" 1;
    Atanh "atanh" 1;
    Exp "exp" 1;
    Exp2 "exp2" 1;
    Expm1 "expm1" 1;
    Log "log" 1;
    Log2 "log2" 1;
    Log10 "log10" 1;
    Log1p "log1p" 1;
    Cbrt "cbrt" 1;
    Erf "erf" 1;
    Erfc "erfc" 1;
    Pow "pow" 2;
    Atan2 "atan2" 2;
    Fmod "fmod" 2;
    Hypot "hypot" 2;
    Remainder "remainder" 2;
    // Ours.
    Degrees "ours.degrees" 1;
    Radians "ours.radians" 1;
    Gamma "ours.gamma" 1;
    LogGamma "ours.lgamma" 1;
    HypotOfRatios "ours.hypot.ratios" 2;
    HypotOfHalves "ours.hypot.halves" 2;
    HypotOfPairs "ours.hypot.pairs" 2;
    RoundTo "ours.round" 2;
    Scale "ours.scale" 2;
    LogOfLength "ours.log.length" 2;
    RootOfLength "ours.root.length" 2;
}

/// A class that the runtime knows: what [`Op::IsClass`] asks about, exactly, without subclasses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Class {
    /// `NoneType`
    None,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `complex`
    Complex,
    /// `tuple`
    Tuple,
    /// `list`
    List,
    /// `str`
    Str,
    /// Our array.
    Array,
    /// `dict`
    Dict,
    /// `set`
    Set,
    /// An iterator of a list, a tuple or a string. Nothing asks whether an object is one: it is known of
    /// those that were just made.
    Iterator,
}
