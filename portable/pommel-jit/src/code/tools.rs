//! Functions and classes that make iterators, or use them up, and that are followed where they are called.

macro_rules! tools {
    ($( $name:ident $module:literal $text:literal; )*) => {
        /// What makes an iterator of others, or uses one up.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Tool {
            $(
                #[doc = concat!("`", $module, ".", $text, "`")]
                $name,
            )*
        }

        impl Tool {
            /// All of them.
            pub const ALL: &'static [Tool] = &[$(Tool::$name),*];

            /// Its module and its name there.
            pub fn place(self) -> (&'static str, &'static str) {
                match self { $( Tool::$name => ($module, $text), )* }
            }
        }
    };
}

tools! {
    Accumulate "itertools" "accumulate";
    Chain "itertools" "chain";
    Combinations "itertools" "combinations";
    CombinationsAgain "itertools" "combinations_with_replacement";
    Count "itertools" "count";
    Enumerate "builtins" "enumerate";
    Filter "builtins" "filter";
    Islice "itertools" "islice";
    Map "builtins" "map";
    Pairwise "itertools" "pairwise";
    Permutations "itertools" "permutations";
    Product "itertools" "product";
    Reduce "_functools" "reduce";
    Repeat "itertools" "repeat";
    Takewhile "itertools" "takewhile";
    Zip "builtins" "zip";
    ZipLongest "itertools" "zip_longest";
}
