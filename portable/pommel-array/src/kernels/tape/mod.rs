//! Steps of differential equations for many members of an ensemble at once.
//!
//! A [`Tape`] is what one step computes of the numbers of one member: operations on `f64`, each of
//! which is done for a block of members before the next one (`machine`). Where its results lie is
//! decided once (`plan`). Nothing is reassociated or contracted: sums, products, quotients and
//! roots have the bits that they have one after the other. Functions have those of the C library
//! ([`Functions::Library`]) or those of vector math, which are at most one unit in the last place
//! from the true value.

mod adaptive;
mod library;
mod machine;
mod plan;
#[cfg(test)]
mod tests;

use super::math;
pub use adaptive::{Course, Reached};
use plan::Plan;

/// Where functions come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Functions {
    /// The C library, one member after the other: what `math` of CPython calls.
    Library,
    /// Vector math.
    Vector,
}

/// A value of a tape, by its number.
type Value = usize;

/// An operation that an instruction of every processor is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Plain {
    Add,
    Sub,
    Mul,
    Div,
    /// The remainder, as Python has it.
    Mod,
    Neg,
    Abs,
    Sqrt,
    Square,
    Less,
    LessEqual,
    Equal,
    /// The second where the first is not zero, else the third.
    Choose,
    /// Notes a member for which the operand is not finite. It has no result.
    Check,
}

impl Plain {
    /// The operations, their names, and how many operands they have.
    const TABLE: [(Plain, &str, usize); 14] = [
        (Plain::Add, "add", 2),
        (Plain::Sub, "sub", 2),
        (Plain::Mul, "mul", 2),
        (Plain::Div, "div", 2),
        (Plain::Mod, "mod", 2),
        (Plain::Neg, "neg", 1),
        (Plain::Abs, "abs", 1),
        (Plain::Sqrt, "sqrt", 1),
        (Plain::Square, "square", 1),
        (Plain::Less, "less", 2),
        (Plain::LessEqual, "less_equal", 2),
        (Plain::Equal, "equal", 2),
        (Plain::Choose, "choose", 3),
        (Plain::Check, "check", 1),
    ];
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    /// The time at the beginning of the step.
    Time,
    /// How long the step is.
    Step,
    /// A component of the state at the beginning.
    State(usize),
    /// A parameter of the member.
    Parameter(usize),
    Plain(Plain, Vec<Value>),
    Unary(math::Unary, Value),
    Binary(math::Binary, [Value; 2]),
}

impl Node {
    fn operands(&self) -> &[Value] {
        match self {
            Node::Plain(_, operands) => operands,
            Node::Unary(_, operand) => std::slice::from_ref(operand),
            Node::Binary(_, operands) => operands,
            _ => &[],
        }
    }
}

/// What one step computes: values in the order in which they are computed, and which of them are
/// the new state.
#[derive(Debug)]
struct Listing {
    nodes: Vec<Node>,
    state: Vec<Value>,
    /// From this value on it is about what is between the ends of the step: the columns of a polynomial.
    between: Value,
    columns: Vec<Value>,
}

impl Listing {
    /// Reads a text: a line for each value, with the name of an operation and the numbers of its
    /// operands, and at the end `return` and the numbers of the new state. Before that there may be
    /// `between` with the number from which on it is about columns, and their numbers.
    fn parse(text: &str) -> Result<Listing, String> {
        let (mut nodes, mut between) = (Vec::new(), None);
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            let name = words.next().ok_or("an empty line")?;
            let words: Vec<&str> = words.collect();
            if name == "return" {
                let state = values(&words, nodes.len()).ok_or_else(|| line.to_owned())?;
                let (between, columns) = between.unwrap_or((nodes.len(), Vec::new()));
                return Ok(Listing { nodes, state, between, columns });
            }
            if name == "between" {
                let (first, columns) = words.split_first().ok_or_else(|| line.to_owned())?;
                let first = values(&[*first], nodes.len() + 1).ok_or_else(|| line.to_owned())?[0];
                let columns = values(columns, nodes.len()).ok_or_else(|| line.to_owned())?;
                between = Some((first, columns));
                continue;
            }
            nodes.push(node(name, &words, nodes.len()).ok_or_else(|| line.to_owned())?);
        }
        Err("no line 'return'".to_owned())
    }
}

/// Numbers of values, each of which is there.
fn values(words: &[&str], there: usize) -> Option<Vec<Value>> {
    let read = |word: &&str| word.parse().ok().filter(|value| *value < there);
    words.iter().map(read).collect()
}

fn node(name: &str, words: &[&str], there: usize) -> Option<Node> {
    match (name, words) {
        ("number", [word]) => return word.parse().ok().map(Node::Number),
        ("time", []) => return Some(Node::Time),
        ("step", []) => return Some(Node::Step),
        ("state", [word]) => return word.parse().ok().map(Node::State),
        ("parameter", [word]) => return word.parse().ok().map(Node::Parameter),
        _ => {}
    }
    let operands = values(words, there)?;
    if let Some((plain, _, arity)) = Plain::TABLE.iter().find(|row| row.1 == name) {
        return (*arity == operands.len()).then_some(Node::Plain(*plain, operands));
    }
    if let [operand] = operands[..] {
        let unary = math::Unary::ALL.iter().find(|unary| unary.name() == name)?;
        return Some(Node::Unary(*unary, operand));
    }
    let binary = math::Binary::ALL.iter().find(|binary| binary.name() == name)?;
    operands.try_into().ok().map(|operands| Node::Binary(*binary, operands))
}

/// One step, ready to be done for blocks of members.
#[derive(Debug)]
pub struct Tape {
    plan: Plan,
}

/// What is to be done: steps from each time to the next.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// Points in time.
    pub times: &'a [f64],
    /// States are kept after so many steps, again and again.
    pub every: usize,
    /// States at the first time, a row for each member.
    pub states: &'a [f64],
    /// Parameters, a row for each member.
    pub parameters: &'a [f64],
    /// How many members there are.
    pub members: usize,
}

/// What was computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Solved {
    /// States that were kept: for each member and component those of all times.
    pub states: Vec<f64>,
    /// For each member whether a checked number was not finite: what there is of it means nothing.
    pub is_troubled: Vec<bool>,
}

impl Tape {
    /// Reads a text of lines such as `add 3 4`.
    ///
    /// # Errors
    /// The line that is none, or names a function that is not to be had there.
    pub fn parse(text: &str, functions: Functions) -> Result<Tape, String> {
        Ok(Tape { plan: Plan::of(&Listing::parse(text)?, functions)? })
    }

    /// Does steps for all members, on as many threads as there are.
    ///
    /// # Panics
    /// If there are no times, or states or parameters that the tape reads are missing.
    pub fn run(&self, task: Task<'_>) -> Solved {
        machine::run(&self.plan, task)
    }

    /// Whether this is the tape of a method that chooses its steps, for rows of so many numbers.
    pub fn is_adaptive(&self, width: usize) -> bool {
        let Plan { state, next, columns, .. } = &self.plan;
        let [head, first] = [adaptive::HEAD, adaptive::FIRST];
        let is_whole = width == head + state.len() && state.len() == next.len();
        is_whole && state.len() >= first && columns.len() % self.plan.components().max(1) == 0
    }

    /// Goes on with all members, each with steps of its own, on as many threads as there are.
    ///
    /// # Panics
    /// If the tape is of another kind, or rows or parameters are missing.
    pub fn go(&self, course: Course<'_>) -> Reached {
        adaptive::run(&self.plan, course)
    }
}
