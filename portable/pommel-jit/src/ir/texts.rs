//! Texts in memory: strings of ASCII characters that this code made, and what the runtime does with them.
//!
//! A text is an address and a length. At the address is the memory that it begins in, with its characters
//! behind a few words; a text that is a longer one's beginning may share that one's memory, so that adding
//! characters to a text that ends where its memory does costs no more than writing them. What is written
//! once never changes.
//!
//! Where an operand is a text, a string that is an object may stand in its place: its address, and
//! [`AN_OBJECT`] for the length.

/// Where it stands how many characters the memory holds.
pub const USED: i64 = 0;
/// Where it stands how many there is room for.
pub const ROOM: i64 = 8;
/// Where the characters begin. Before them is a word that only the runtime knows.
pub const CHARACTERS: i64 = 24;
/// The distance between the texts of one character each, from one character to the next.
pub const STRIDE: i64 = 32;
/// The length of what is no text in memory but an object.
pub const AN_OBJECT: i64 = -1;
/// So many characters are ASCII.
pub const ASCII: i64 = 128;

macro_rules! calls {
    ($( $(#[$doc:meta])* $name:ident $texts:literal $others:literal $makes:ident; )*) => {
        /// What the runtime does with texts: the immediate of [`super::Op::Text`]. Operands are texts, two
        /// words each, and other words behind them; behind those of what makes texts stand the addresses of
        /// all texts that are in use: others may be given back.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum TextCall {
            $( $(#[$doc])* $name, )*
        }

        impl TextCall {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [TextCall] = &[$(TextCall::$name),*];

            /// How many texts and how many other words it takes. [`TextCall::Join`] takes any number of texts.
            pub fn arity(self) -> (usize, usize) {
                match self { $( TextCall::$name => ($texts, $others), )* }
            }

            /// Whether it makes a text: an address and a length. What does not gives a number as its second
            /// result.
            pub fn makes(self) -> bool {
                match self { $( TextCall::$name => calls!(@ $makes), )* }
            }
        }
    };
    (@ text) => { true };
    (@ number) => { false };
}

calls! {
    /// Some of the characters: start, stop, step, and which of start and stop are meant, as for lists.
    Slice 1 4 text;
    /// Both, one behind the other. The word is 1 if more will be added.
    Concatenate 2 1 text;
    /// A text so many times.
    Repeat 1 1 text;
    /// The digits of a number to a base, with a sign. The second word is 1 for a prefix as `bin` has it.
    Digits 0 2 text;
    /// A float as `repr` has it: its bits.
    Float 0 1 text;
    /// A method without arguments that gives a text: its number in [`CHANGES`].
    Change 1 1 text;
    /// `replace` of one text by another one.
    Replace 3 0 text;
    /// A method that makes a text longer: width, the character to fill it with, the number in [`FILLS`].
    Fill 1 3 text;
    /// `strip` of the characters of another text: 1 for the left end, 2 for the right one, 3 for both.
    Strip 2 1 text;
    /// A number as a format says: what the number is (0 an integer, 1 a float), its bits.
    Format 1 2 text;
    /// Texts one behind the other: the first word is their number.
    Join 0 1 text;
    /// `join` of a list of characters or texts: its address.
    JoinList 1 1 text;
    /// Whether two texts are equal: 0 or 1.
    Equal 2 0 number;
    /// -1, 0 or 1: less, equal, greater.
    Compare 2 0 number;
    /// A search for one text in another one: the number in [`SEARCHES`], start, stop, and which of these are
    /// meant. Gives a position, or a number of times, or whether it is there.
    Search 2 4 number;
    /// Whether a method without arguments says yes: its number in [`TESTS`].
    Test 1 1 number;
    /// The number that a text spells to a base. Exits if it does not, or not in a simple way.
    Parse 1 1 number;
    /// The same for a float: its bits.
    ParseFloat 1 0 number;
    /// Whether a text may spell an integer to the base 10, or a float if the word is 1: 0 or 1.
    Spells 1 1 number;
    /// The address of a text with these characters, always the same one.
    Intern 1 0 number;
    /// A list of the characters: behind the operands stand the lists that are in use.
    Characters 1 0 number;
    /// A list of texts: `split` by white space for 0, by the second text for 1, at ends of lines for 2. The
    /// second word is how many texts that are in use follow; lists that are in use stand behind them.
    Split 2 2 number;
}

/// Methods that give another text.
pub const CHANGES: [&str; 8] =
    ["upper", "lower", "strip", "lstrip", "rstrip", "swapcase", "capitalize", "title"];
/// Methods that make a text longer.
pub const FILLS: [&str; 4] = ["zfill", "ljust", "rjust", "center"];
/// Methods that look for a text.
pub const SEARCHES: [&str; 7] =
    ["find", "rfind", "count", "startswith", "endswith", "index", "rindex"];
/// Methods that ask for a kind of characters.
pub const TESTS: [&str; 11] = [
    "isdigit",
    "isdecimal",
    "isnumeric",
    "isalpha",
    "isalnum",
    "isupper",
    "islower",
    "isspace",
    "isascii",
    "isidentifier",
    "istitle",
];
