//! Operations of plain code that are parts of statements and expressions: what an interpreter does for
//! them beside calls and operators.

/// A builtin that a generator expression may be given to, which is then followed where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consumer {
    /// `sum(...)`
    Sum,
    /// `any(...)`
    Any,
    /// `all(...)`
    All,
    /// `min(...)`
    Min,
    /// `max(...)`
    Max,
    /// `list(...)`
    List,
    /// `tuple(...)`
    Tuple,
    /// `set(...)`
    Set,
    /// `sorted(...)`
    Sorted,
    /// The method `join` of a string.
    Join,
    /// `map(...)`, which is not given generator expressions but followed itself.
    Map,
}

impl Consumer {
    /// Those that are given generator expressions.
    pub const ALL: [Consumer; 10] = [
        Consumer::Sum,
        Consumer::Any,
        Consumer::All,
        Consumer::Min,
        Consumer::Max,
        Consumer::List,
        Consumer::Tuple,
        Consumer::Set,
        Consumer::Sorted,
        Consumer::Join,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Consumer::Sum => "sum",
            Consumer::Any => "any",
            Consumer::All => "all",
            Consumer::Min => "min",
            Consumer::Max => "max",
            Consumer::List => "list",
            Consumer::Tuple => "tuple",
            Consumer::Set => "set",
            Consumer::Sorted => "sorted",
            Consumer::Join => "join",
            Consumer::Map => "map",
        }
    }
}

macro_rules! specials {
    ($( $(#[$doc:meta])* $name:ident $text:literal; )*) => {
        /// An operation that has no instruction of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Special {
            $( $(#[$doc])* $name, )*
            /// Whether an object is this builtin.
            Is(Consumer),
            /// Whether an object is this function or class.
            IsTool(super::Tool),
            /// Whether an object is the generator function that is one of [`super::Code::nested`].
            IsGenerator(u32),
        }

        impl Special {
            /// Its name, which is that of the function that does it for objects.
            pub fn text(self) -> &'static str {
                match self {
                    $( Special::$name => $text, )*
                    Special::Is(_) => "is_builtin",
                    Special::IsTool(_) => "is_tool",
                    Special::IsGenerator(_) => "is_generator",
                }
            }
        }
    };
}

specials! {
    /// What `sum` has after another item. It keeps a pair: what was added up, and how (`False` as long as
    /// all were integers, the compensation of floats, `None` for other objects). Operands: both of the
    /// pair, the item.
    SumStep "sum_step";
    /// What `sum` gives at the end: the operands are the pair.
    SumEnd "sum_end";
    /// Whether a method is `sort` of a list that a function cannot know. Operands: both.
    IsSort "is_sort";
    /// A list of the items of something.
    ToList "to_list";
    /// How many items a list has that this code made.
    Length "length";
    /// Whether an object is an `int` that counts something: from 0 to 2**62.
    IsIndex "is_index";
    /// The same from 1.
    IsStep "is_step";
    /// Whether an object is an `int` or a `float`.
    IsNumber "is_number";
    /// Whether an object is not `None`.
    IsSome "is_some";
    /// Whether objects are integers of which the first is not the larger one.
    AreInOrder "are_in_order";
    /// Whether an object is one of the interpreter's own that can be iterated over.
    IsIterable "is_iterable";
    /// Sorts a list by keys, one for each of its items, and gives it. Operands: the list, the list of keys,
    /// whether the other way round.
    SortByKeys "sort_by_keys";
    /// `str(value)`, as `!s` in an f-string does it.
    ToStr "to_str";
    /// `repr(value)`, as `!r` does it.
    ToRepr "to_repr";
    /// `ascii(value)`, as `!a` does it.
    ToAscii "to_ascii";
    /// The pair of the methods `__enter__` and `__exit__` of an object that is behind `with`.
    ContextMethods "context_methods";
    /// Calls a method `__exit__` with an exception. Operands: the method, the exception.
    ExitContext "exit_context";
    /// Whether a pattern for a sequence of just so many items fits an object. Operands: the object, the
    /// number.
    IsSequence "is_sequence";
    /// The same for a sequence of so many items at least.
    IsLongSequence "is_long_sequence";
    /// The length of a mapping if it fits a pattern for one, else `None`: operands are the object and the
    /// tuple of keys. Gives the values of the keys as a tuple, or `None` if one is missing.
    MappingValues "mapping_values";
    /// What is left of a mapping without some keys: a dict. Operands: the mapping, the tuple of keys.
    MappingRest "mapping_rest";
    /// The values of attributes that a pattern for a class asks for, or `None` if the object is none of
    /// the class or lacks one. Operands: the object, the class, how many patterns are by position, the
    /// tuple of the names of the others.
    ClassValues "class_values";
    /// What is in the cell of a variable of the function, for a generator expression that is a part of it:
    /// to that the variable is one of a function around it, which the error says if there is nothing.
    LoadFree "load_free";
    /// `super()`: what `super` means, the cell of the class, the first argument.
    Super "super_of";
}
