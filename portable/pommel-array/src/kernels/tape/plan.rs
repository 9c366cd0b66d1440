//! What a machine does for each step, and in which rows the numbers of a block of members lie.

use super::{Functions, Listing, Node, Plain, Value, adaptive, library};
use crate::kernels::isa::Isa;
use crate::kernels::math::{self, BinaryLoop, BothLoop, Unary, UnaryLoop};
use std::collections::HashMap;

/// A row of numbers, one for each member of a block.
pub(super) type Row = usize;

/// The row that tells which members are in trouble: those whose number in it is not zero.
pub(super) const TROUBLE: Row = 0;

/// What is done with rows `a`, `b`, `c` and a number; the result goes to the row `to`, which is none of
/// them. Operands are different rows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Copy,
    Add,
    AddNumber,
    Sub,
    NumberSub,
    Mul,
    MulNumber,
    Div,
    DivNumber,
    NumberDiv,
    Mod,
    Neg,
    Abs,
    Sqrt,
    Square,
    // Two operations, each rounded, of `a` and `b` (a product) or `a` and the number (a multiple), and the
    // next row or the number.
    MulAdd,
    MulSub,
    SubMul,
    MulMul,
    MulAddNumber,
    NumberSubMul,
    MulMulNumber,
    ScaleAdd,
    ScaleSub,
    SubScale,
    ScaleMul,
    SquareMul,
    Less,
    LessEqual,
    Equal,
    Choose,
    Check,
    Unary(UnaryLoop<f64>),
    Binary(BinaryLoop<f64>),
    /// The sine to `to`, the cosine to `b`.
    Both(BothLoop),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Inst {
    pub op: Op,
    pub to: Row,
    pub a: Row,
    pub b: Row,
    pub c: Row,
    pub number: f64,
}

/// One step.
#[derive(Debug)]
pub(super) struct Plan {
    pub insts: Vec<Inst>,
    /// From this instruction on it is about the polynomial between the ends of the step, in which
    /// something may be checked.
    pub between: usize,
    pub is_checked_between: bool,
    /// The rows of that polynomial: for each column and component.
    pub columns: Vec<Row>,
    /// How many rows there are.
    pub rows: usize,
    /// Rows that are filled once: with a number.
    pub numbers: Vec<(Row, f64)>,
    pub time: Option<Row>,
    pub step: Option<Row>,
    /// The rows of the state, by component, and of what it becomes.
    pub state: Vec<Row>,
    pub next: Vec<Row>,
    /// Parameters that are read, and their rows.
    pub parameters: Vec<(usize, Row)>,
}

impl Plan {
    pub(super) fn of(listing: &Listing, functions: Functions) -> Result<Plan, String> {
        let mut planner = Planner::new(listing, functions);
        planner.inputs();
        for value in 0..listing.nodes.len() {
            if value == listing.between {
                planner.begin_between();
            }
            planner.place = value;
            planner.node(value)?;
        }
        if listing.between == listing.nodes.len() {
            planner.begin_between();
        }
        planner.plan.next = listing.state.iter().map(|value| planner.row(*value)).collect();
        planner.plan.columns = listing.columns.iter().map(|value| planner.row(*value)).collect();
        let checks = planner.plan.insts[planner.plan.between..].iter();
        planner.plan.is_checked_between =
            checks.into_iter().any(|inst| matches!(inst.op, Op::Check));
        Ok(planner.plan)
    }

    /// Components of a state with its derivatives.
    pub(super) fn components(&self) -> usize {
        (self.state.len() - adaptive::FIRST) / 2
    }
}

/// Until when a value is needed: the number of the last that uses it, or to the end.
const END: Value = Value::MAX;

struct Planner<'a> {
    listing: &'a Listing,
    functions: Functions,
    plan: Plan,
    /// The rows of values that have one.
    rows: HashMap<Value, Row>,
    /// The last use of each value; none for those that nothing needs.
    last: Vec<Option<Value>>,
    /// How often each is used.
    uses: Vec<usize>,
    free: Vec<Row>,
    /// The value that is being made.
    place: Value,
    /// What the last instruction makes.
    newest: Option<Value>,
}

impl<'a> Planner<'a> {
    fn new(listing: &'a Listing, functions: Functions) -> Planner<'a> {
        let plan = Plan {
            insts: Vec::new(),
            between: 0,
            is_checked_between: false,
            columns: Vec::new(),
            rows: 1,
            numbers: Vec::new(),
            time: None,
            step: None,
            state: Vec::new(),
            next: Vec::new(),
            parameters: Vec::new(),
        };
        let last = last_uses(listing);
        let uses = uses(listing, &last);
        let (rows, free) = (HashMap::new(), Vec::new());
        Planner { listing, functions, plan, rows, last, uses, free, place: 0, newest: None }
    }

    fn begin_between(&mut self) {
        self.plan.between = self.plan.insts.len();
        // Nothing from before may become a part of what is not always done.
        self.newest = None;
    }

    /// Rows for what is there before the step.
    fn inputs(&mut self) {
        self.plan.state = listing_state(self.listing).map(|_| self.new_row()).collect();
        for (value, node) in (0..).zip(&self.listing.nodes) {
            if self.last[value].is_none() {
                continue;
            }
            let row = match node {
                Node::State(i) => self.plan.state[*i],
                Node::Time => *self.plan.time.insert(self.plan.rows),
                Node::Step => *self.plan.step.insert(self.plan.rows),
                Node::Parameter(_) => self.plan.rows,
                _ => continue,
            };
            if let Node::Parameter(i) = node {
                self.plan.parameters.push((*i, row));
            }
            self.plan.rows = self.plan.rows.max(row + 1);
            self.rows.insert(value, row);
        }
    }

    fn new_row(&mut self) -> Row {
        self.plan.rows += 1;
        self.plan.rows - 1
    }

    /// The row of a value, which is made one for a number.
    fn row(&mut self, value: Value) -> Row {
        if let Some(row) = self.rows.get(&value) {
            return *row;
        }
        let Node::Number(number) = self.listing.nodes[value] else {
            unreachable!("values are made before they are used")
        };
        let row = self.new_row();
        self.plan.numbers.push((row, number));
        self.rows.insert(value, row);
        row
    }

    /// A row for the result.
    fn result(&mut self, value: Value) -> Row {
        let row = self.free.pop().unwrap_or_else(|| self.new_row());
        self.rows.insert(value, row);
        row
    }

    /// Gives rows back that this value was the last to use.
    fn release(&mut self, operands: &[Value]) {
        for operand in operands {
            let is_last = self.last[*operand] == Some(self.place);
            let node = &self.listing.nodes[*operand];
            let is_made = matches!(node, Node::Plain(..) | Node::Unary(..) | Node::Binary(..));
            if is_last
                && is_made
                && let Some(row) = self.rows.remove(operand)
            {
                self.free.push(row);
            }
        }
    }

    fn node(&mut self, value: Value) -> Result<(), String> {
        if self.last[value].is_none() || self.rows.contains_key(&value) {
            return Ok(());
        }
        let node = &self.listing.nodes[value];
        match node {
            Node::Plain(plain, operands) => self.plain(value, *plain, operands),
            Node::Unary(unary, operand) => self.unary(value, *unary, *operand)?,
            Node::Binary(binary, operands) => {
                let function = match self.functions {
                    Functions::Vector => Some(math::binary_f64(*binary)),
                    Functions::Library => library::binary(*binary),
                };
                let function = function.ok_or_else(|| binary.name().to_owned())?;
                self.emit(value, Op::Binary(function), operands, 0.0);
            }
            _ => return Ok(()),
        }
        self.release(node.operands());
        Ok(())
    }

    fn unary(&mut self, value: Value, unary: Unary, operand: Value) -> Result<(), String> {
        let function = match self.functions {
            Functions::Vector => Some(math::unary_f64(unary)),
            Functions::Library => library::unary(unary),
        };
        let function = function.ok_or_else(|| unary.name().to_owned())?;
        match self.partner(unary, operand) {
            Some(partner) if self.functions == Functions::Vector => {
                let (sine, cosine) =
                    if unary == Unary::Sin { (value, partner) } else { (partner, value) };
                let (a, to, b) = (self.row(operand), self.result(sine), self.result(cosine));
                let op = Op::Both(math::sin_cos_for(Isa::best()));
                self.plan.insts.push(Inst { op, to, a, b, c: 0, number: 0.0 });
                // The partner may have been the last to use the operand.
                if self.last[operand] == Some(partner) {
                    self.last[operand] = Some(self.place);
                }
            }
            _ => self.emit(value, Op::Unary(function), &[operand], 0.0),
        }
        Ok(())
    }

    /// The cosine of what this is the sine of, or the other way round, if that comes later.
    fn partner(&self, unary: Unary, operand: Value) -> Option<Value> {
        let other = match unary {
            Unary::Sin => Unary::Cos,
            Unary::Cos => Unary::Sin,
            _ => return None,
        };
        let later = self.listing.nodes.iter().zip(0..).skip(self.place);
        let mut found = later.filter(|(node, _)| **node == Node::Unary(other, operand));
        let partner = found.next()?.1;
        self.last[partner].map(|_| partner)
    }

    fn number(&self, value: Value) -> Option<f64> {
        match self.listing.nodes[value] {
            Node::Number(number) => Some(number),
            _ => None,
        }
    }

    fn plain(&mut self, value: Value, plain: Plain, operands: &[Value]) {
        let numbers: Vec<Option<f64>> = operands.iter().map(|v| self.number(*v)).collect();
        let (op, rows, number) = match (plain, &numbers[..]) {
            (Plain::Add, [None, Some(n)]) => (Op::AddNumber, &operands[..1], *n),
            (Plain::Add, [Some(n), None]) => (Op::AddNumber, &operands[1..], *n),
            (Plain::Sub, [None, Some(n)]) => (Op::AddNumber, &operands[..1], -*n),
            (Plain::Sub, [Some(n), None]) => (Op::NumberSub, &operands[1..], *n),
            (Plain::Mul, [None, Some(n)]) => (Op::MulNumber, &operands[..1], *n),
            (Plain::Mul, [Some(n), None]) => (Op::MulNumber, &operands[1..], *n),
            (Plain::Div, [None, Some(n)]) => (Op::DivNumber, &operands[..1], *n),
            (Plain::Div, [Some(n), None]) => (Op::NumberDiv, &operands[1..], *n),
            (Plain::Square, _) if self.functions == Functions::Library => {
                (Op::Unary(library::square()), operands, 0.0)
            }
            (Plain::Mul, _) if operands[0] == operands[1] => (Op::Square, &operands[..1], 0.0),
            _ => (rows_op(plain), operands, 0.0),
        };
        if plain == Plain::Check {
            let a = self.row(operands[0]);
            return self.plan.insts.push(Inst { op, to: TROUBLE, a, b: 0, c: 0, number });
        }
        self.emit(value, op, rows, number);
    }

    fn emit(&mut self, value: Value, op: Op, operands: &[Value], number: f64) {
        let mut rows = [TROUBLE; 3];
        for (i, operand) in operands.iter().enumerate() {
            rows[i] = self.row(*operand);
            if rows[..i].contains(&rows[i]) {
                let to = self.new_row();
                let [b, c] = [TROUBLE; 2];
                self.plan.insts.push(Inst { op: Op::Copy, to, a: rows[i], b, c, number });
                rows[i] = to;
            }
        }
        if !self.joined(value, op, operands, number) {
            let to = self.result(value);
            let [a, b, c] = rows;
            self.plan.insts.push(Inst { op, to, a, b, c, number });
        }
        self.newest = Some(value);
    }

    /// Makes one instruction of a product, which is just made and of no other use, and of what is done with it.
    fn joined(&mut self, value: Value, op: Op, operands: &[Value], number: f64) -> bool {
        let place = operands.iter().position(|operand| Some(*operand) == self.newest);
        let Some(product) = place.map(|place| operands[place]) else { return false };
        let other =
            operands.iter().find(|operand| **operand != product).map(|other| self.rows[other]);
        if self.uses[product] != 1 || operands.len() == 2 && other.is_none() {
            return false;
        }
        let Some(last) = self.plan.insts.last_mut() else { return false };
        let (Some(op), false) = (pair(last.op, op, place == Some(0)), Some(last.a) == other) else {
            return false;
        };
        match (last.op, other) {
            (Op::Mul, Some(other)) if other != last.b => last.c = other,
            (Op::Mul, None) => last.number = number,
            (Op::MulNumber | Op::Square, Some(other)) => last.b = other,
            _ => return false,
        }
        last.op = op;
        self.rows.remove(&product);
        // Its row is none of the operands', one of which the result might take.
        self.rows.insert(value, last.to);
        true
    }
}

/// A product or a multiple, and what is done with it (as the first operand, or the second).
fn pair(first: Op, second: Op, is_first: bool) -> Option<Op> {
    Some(match (first, second) {
        (Op::Mul, Op::Add) => Op::MulAdd,
        (Op::Mul, Op::Sub) if is_first => Op::MulSub,
        (Op::Mul, Op::Sub) => Op::SubMul,
        (Op::Mul, Op::Mul) => Op::MulMul,
        (Op::Mul, Op::AddNumber) => Op::MulAddNumber,
        (Op::Mul, Op::NumberSub) => Op::NumberSubMul,
        (Op::Mul, Op::MulNumber) => Op::MulMulNumber,
        (Op::MulNumber, Op::Add) => Op::ScaleAdd,
        (Op::MulNumber, Op::Sub) if is_first => Op::ScaleSub,
        (Op::MulNumber, Op::Sub) => Op::SubScale,
        (Op::MulNumber, Op::Mul) => Op::ScaleMul,
        (Op::Square, Op::Mul) => Op::SquareMul,
        _ => return None,
    })
}

fn rows_op(plain: Plain) -> Op {
    match plain {
        Plain::Add => Op::Add,
        Plain::Sub => Op::Sub,
        Plain::Mul => Op::Mul,
        Plain::Div => Op::Div,
        Plain::Mod => Op::Mod,
        Plain::Neg => Op::Neg,
        Plain::Abs => Op::Abs,
        Plain::Sqrt => Op::Sqrt,
        Plain::Square => Op::Square,
        Plain::Less => Op::Less,
        Plain::LessEqual => Op::LessEqual,
        Plain::Equal => Op::Equal,
        Plain::Choose => Op::Choose,
        Plain::Check => Op::Check,
    }
}

/// The components of the state.
fn listing_state(listing: &Listing) -> std::ops::Range<usize> {
    0..listing.state.len()
}

/// The last uses of values that something needs: the new state, or a check.
fn last_uses(listing: &Listing) -> Vec<Option<Value>> {
    let mut last = vec![None; listing.nodes.len()];
    let is_implied = implied_checks(listing);
    let results = listing.state.iter().chain(&listing.columns);
    results.for_each(|value| last[*value] = Some(END));
    for (value, node) in listing.nodes.iter().enumerate().rev() {
        let is_check = matches!(node, Node::Plain(Plain::Check, _));
        if is_check && !is_implied[value] {
            last[value] = Some(value);
        }
        if last[value].is_some() {
            for operand in node.operands() {
                last[*operand].get_or_insert(value);
            }
        }
    }
    last
}

/// Which checks others imply: what is not finite makes a sum, a product or a sine of it not finite, too.
fn implied_checks(listing: &Listing) -> Vec<bool> {
    let none = vec![false; listing.nodes.len()];
    // Whether a value is checked, whether something is found that it makes not finite, and the answer.
    let (mut check, mut is_found, mut is_implied) = (vec![None; none.len()], none.clone(), none);
    for (value, node) in listing.nodes.iter().enumerate().rev() {
        let operands = node.operands();
        let spread = match node {
            Node::Plain(Plain::Check, _) => {
                check[operands[0]] = Some(value);
                continue;
            }
            Node::Plain(Plain::Add | Plain::Sub | Plain::Mul | Plain::Neg, _) => operands,
            Node::Plain(Plain::Abs | Plain::Sqrt | Plain::Square, _) => operands,
            // A quotient by what is infinite is zero.
            Node::Plain(Plain::Div | Plain::Mod, _) => &operands[..1],
            Node::Unary(Unary::Sin | Unary::Cos | Unary::Tan, _) => operands,
            _ => &[],
        };
        if let (true, Some(check)) = (is_found[value], check[value]) {
            is_implied[check] = true;
        }
        if is_found[value] || check[value].is_some() {
            spread.iter().for_each(|operand| is_found[*operand] = true);
        }
    }
    is_implied
}

/// How often values are used by those that something needs.
fn uses(listing: &Listing, last: &[Option<Value>]) -> Vec<usize> {
    let mut uses = vec![0; listing.nodes.len()];
    let needed = listing.nodes.iter().zip(last).filter(|(_, last)| last.is_some());
    let operands = needed.flat_map(|(node, _)| node.operands());
    let results = listing.state.iter().chain(&listing.columns);
    operands.chain(results).for_each(|value| uses[*value] += 1);
    uses
}
