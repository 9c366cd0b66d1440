//! Blocks: steps of one type of numbers that are computed together, without memory between them.

use super::float::Float;
use crate::dtype::DType;
use crate::function::Function;
use crate::kernels::elementwise::Meaning;
use smallvec::SmallVec;

/// A value of a block. One word, which is copied as such, and by which blocks are looked up.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct Value(u32);

/// What a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// What is read.
    Input(usize),
    /// A constant that an operation brings along.
    Literal(Literal),
    /// What an operation gives.
    Operation(usize),
}

impl Value {
    const INPUT: u32 = 1 << 16;
    const OPERATION: u32 = 2 << 16;

    pub(super) const fn input(i: usize) -> Value {
        Value(Value::INPUT | i as u32)
    }

    pub(super) const fn literal(literal: Literal) -> Value {
        Value(literal as u32)
    }

    pub(super) const fn operation(i: usize) -> Value {
        Value(Value::OPERATION | i as u32)
    }

    pub(super) fn kind(self) -> Kind {
        let i = (self.0 & 0xffff) as usize;
        match self.0 & !0xffff {
            0 => Kind::Literal(Literal::ALL[i]),
            Value::INPUT => Kind::Input(i),
            _ => Kind::Operation(i),
        }
    }
}

impl core::fmt::Debug for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.kind().fmt(f)
    }
}

/// The constants of operations, by their bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Literal {
    /// None.
    Zero,
    /// Those of 1.
    One,
    /// The sign.
    Sign,
    /// All but the sign.
    Distance,
    /// Those of infinity.
    Infinity,
    /// All.
    All,
}

impl Literal {
    const ALL: [Literal; 6] = [
        Literal::Zero,
        Literal::One,
        Literal::Sign,
        Literal::Distance,
        Literal::Infinity,
        Literal::All,
    ];

    pub(super) fn bits(self, float: Float) -> u64 {
        match self {
            Literal::Zero => 0,
            Literal::One => float.one(),
            Literal::Sign => float.sign(),
            Literal::Distance => float.distance(),
            Literal::Infinity => float.infinity(),
            Literal::All => float.all(),
        }
    }
}

/// A comparison of two numbers, which notes nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// One of them is no number.
    Unordered,
}

/// A direction of rounding to an integer, which notes nothing.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Rounding {
    Even,
    Down,
    Up,
    ToZero,
}

/// How an input lies in memory.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Input {
    /// An element each.
    Elements,
    /// A truth value each.
    Truths,
    /// One element for all.
    Number,
}

/// What is computed from one, two or three values. A truth value is an element all of whose bits are
/// set or clear.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Action {
    Add,
    Subtract,
    Multiply,
    Divide,
    Sqrt,
    Round(Rounding),
    Compare(Comparison),
    And,
    Or,
    Xor,
    /// The second where the first is true, else the third.
    Choose,
}

/// An action with its parameters; those that it does not have are zero.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Operation {
    pub action: Action,
    pub parameters: [Value; 3],
}

impl Operation {
    /// The parameters that the action has.
    pub(super) fn parameters(&self) -> &[Value] {
        let arity = match self.action {
            Action::Sqrt | Action::Round(_) => 1,
            Action::Choose => 3,
            _ => 2,
        };
        &self.parameters[..arity]
    }
}

/// Operations, in an order in which they can be computed, and what is kept of them. Equal blocks have
/// equal code.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Block {
    pub float: Float,
    pub inputs: SmallVec<[Input; 8]>,
    pub operations: SmallVec<[Operation; 4]>,
    /// The values that are stored, each as elements or as truth values.
    pub outputs: SmallVec<[(Value, bool); 1]>,
    /// The value of an input or an operation that is folded instead.
    pub fold: Option<(Value, Merge)>,
}

/// How elements come together: element `i` to part `i % n` of `n` parts,
/// which fill [`PARTS`] registers.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Merge {
    Sum,
    Prod,
}

/// Registers of parts of a fold.
pub(super) const PARTS: usize = 8;

/// Bytes of the parts of a fold.
pub(super) const FOLDED: usize = 32 * PARTS;

impl Merge {
    /// The same, if blocks can do it with elements of a type.
    pub(crate) const fn of(self, dtype: DType) -> Option<Merge> {
        match dtype {
            DType::Float32 | DType::Float64 => Some(self),
            _ => None,
        }
    }

    /// The action, and what changes nothing: of sums -0.
    pub(super) fn action(self) -> (Action, Literal) {
        match self {
            Merge::Sum => (Action::Add, Literal::Sign),
            Merge::Prod => (Action::Multiply, Literal::One),
        }
    }
}

/// What a function takes and gives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Signature {
    /// Numbers to a number.
    Numbers,
    /// Numbers to a truth value.
    Test,
    /// Truth values to a truth value.
    Truths,
    /// A truth value and two numbers to a number.
    Choice,
}

/// The signature of a function that blocks can have.
pub(super) fn signature(function: Function) -> Option<Signature> {
    use Function as F;
    Some(match function {
        F::Add
        | F::Subtract
        | F::Multiply
        | F::Divide
        | F::Maximum
        | F::Minimum
        | F::Fmax
        | F::Fmin
        | F::Positive
        | F::Negative
        | F::Abs
        | F::Square
        | F::Reciprocal
        | F::Sqrt
        | F::Floor
        | F::Ceil
        | F::Trunc
        | F::Round
        | F::Conj
        | F::CopySign => Signature::Numbers,
        F::Equal
        | F::NotEqual
        | F::Less
        | F::LessEqual
        | F::Greater
        | F::GreaterEqual
        | F::IsNan
        | F::IsInf
        | F::IsFinite => Signature::Test,
        F::LogicalAnd
        | F::LogicalOr
        | F::LogicalXor
        | F::LogicalNot
        | F::BitwiseAnd
        | F::BitwiseOr
        | F::BitwiseXor
        | F::BitwiseInvert => Signature::Truths,
        _ => return None,
    })
}

impl Block {
    pub(super) fn new(float: Float) -> Block {
        Block {
            float,
            inputs: SmallVec::new(),
            operations: SmallVec::new(),
            outputs: SmallVec::new(),
            fold: None,
        }
    }

    /// What an element costs, in units of about a tenth of a nanosecond: a quotient or root of `float64`
    /// keeps its unit busy for as long as eight sums.
    pub(super) fn cost(&self) -> usize {
        let slow =
            |operation: &&Operation| matches!(operation.action, Action::Divide | Action::Sqrt);
        let slow = self.operations.iter().filter(slow).count();
        let others = self.operations.len() - slow;
        1 + others / 2 + slow * usize::from(self.float.size()) / 2
    }

    fn operation(&mut self, action: Action, parameters: &[Value]) -> Value {
        let mut all = [Value::literal(Literal::Zero); 3];
        all[..parameters.len()].copy_from_slice(parameters);
        self.operations.push(Operation { action, parameters: all });
        Value::operation(self.operations.len() - 1)
    }

    fn choose(&mut self, which: Value, a: Value, b: Value) -> Value {
        self.operation(Action::Choose, &[which, a, b])
    }

    /// Adds what a kernel of a [signature] computes.
    pub(super) fn meaning(&mut self, meaning: Meaning, parameters: &[Value]) -> Value {
        match meaning {
            Meaning::Function(function) => self.function(function, parameters),
            _ => self.choose(parameters[0], parameters[1], parameters[2]),
        }
    }

    fn compare(&mut self, comparison: Comparison, a: Value, b: Value) -> Value {
        self.operation(Action::Compare(comparison), &[a, b])
    }

    /// The first where it is above (or below) the second, or where `odd` is no number.
    fn extreme(&mut self, comparison: Comparison, odd: Value, a: Value, b: Value) -> Value {
        let beyond = self.compare(comparison, a, b);
        let odd = self.compare(Comparison::Unordered, odd, odd);
        let which = self.operation(Action::Or, &[beyond, odd]);
        self.choose(which, a, b)
    }

    /// Adds a function of its [signature]; what it gives is that of the table of functions, to the last
    /// bit and with the same notes.
    fn function(&mut self, function: Function, parameters: &[Value]) -> Value {
        use Function as F;
        let (a, b) = (parameters[0], parameters.get(1).copied().unwrap_or(parameters[0]));
        let literal = Value::literal;
        let action = match function {
            F::Positive | F::Conj => return a,
            F::Add => Action::Add,
            F::Subtract => Action::Subtract,
            F::Multiply | F::Square => Action::Multiply,
            F::Divide => Action::Divide,
            F::Sqrt => Action::Sqrt,
            F::Floor => Action::Round(Rounding::Down),
            F::Ceil => Action::Round(Rounding::Up),
            F::Trunc => Action::Round(Rounding::ToZero),
            F::Round => Action::Round(Rounding::Even),
            F::Equal => Action::Compare(Comparison::Equal),
            F::NotEqual => Action::Compare(Comparison::NotEqual),
            F::Less => Action::Compare(Comparison::Less),
            F::LessEqual => Action::Compare(Comparison::LessEqual),
            F::Greater => Action::Compare(Comparison::Greater),
            F::GreaterEqual => Action::Compare(Comparison::GreaterEqual),
            F::IsNan => Action::Compare(Comparison::Unordered),
            F::LogicalAnd | F::BitwiseAnd => Action::And,
            F::LogicalOr | F::BitwiseOr => Action::Or,
            F::LogicalXor | F::BitwiseXor => Action::Xor,
            F::LogicalNot | F::BitwiseInvert => {
                return self.operation(Action::Xor, &[a, literal(Literal::All)]);
            }
            F::Negative => return self.operation(Action::Xor, &[a, literal(Literal::Sign)]),
            F::Abs => return self.operation(Action::And, &[a, literal(Literal::Distance)]),
            F::Reciprocal => return self.operation(Action::Divide, &[literal(Literal::One), a]),
            F::CopySign => {
                let distance = self.operation(Action::And, &[a, literal(Literal::Distance)]);
                let sign = self.operation(Action::And, &[b, literal(Literal::Sign)]);
                return self.operation(Action::Or, &[distance, sign]);
            }
            F::IsInf | F::IsFinite => {
                let distance = self.operation(Action::And, &[a, literal(Literal::Distance)]);
                let is_infinite = function == F::IsInf;
                let comparison = if is_infinite { Comparison::Equal } else { Comparison::Less };
                return self.compare(comparison, distance, literal(Literal::Infinity));
            }
            F::Maximum => return self.extreme(Comparison::Greater, a, a, b),
            F::Minimum => return self.extreme(Comparison::Less, a, a, b),
            F::Fmax => return self.extreme(Comparison::GreaterEqual, b, a, b),
            F::Fmin => return self.extreme(Comparison::LessEqual, b, a, b),
            _ => unreachable!("a function without a signature"),
        };
        self.operation(action, &[a, b])
    }
}
