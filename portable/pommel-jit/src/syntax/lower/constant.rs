//! Values that the source spells out.

use super::{Lowering, Result};
use crate::code::{Constant, Reg};
use ruff_python_ast::{Expr, Int, Number, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

impl Lowering<'_> {
    /// The value of an expression that is a constant, or a tuple of such.
    pub(super) fn literal(&self, expression: &Expr) -> Result<Option<Constant>> {
        let constant = match expression {
            Expr::NoneLiteral(_) => Constant::None,
            Expr::EllipsisLiteral(_) => Constant::Ellipsis,
            Expr::BooleanLiteral(literal) => Constant::Bool(literal.value),
            Expr::NumberLiteral(literal) => number(&literal.value),
            Expr::StringLiteral(literal) => {
                self.check_text(literal.value.to_str(), literal.range())?;
                Constant::Str(literal.value.to_str().into())
            }
            Expr::BytesLiteral(literal) => {
                self.check_text("", literal.range())?;
                Constant::Bytes(literal.value.bytes().collect())
            }
            Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => {
                let Expr::NumberLiteral(literal) = &*unary.operand else { return Ok(None) };
                match number(&literal.value) {
                    Constant::Int(value) => Constant::Int(-value),
                    Constant::Float(value) => Constant::Float(-value),
                    _ => return Ok(None),
                }
            }
            Expr::Tuple(tuple) => {
                let mut items = vec![];
                for item in &tuple.elts {
                    match self.literal(item)? {
                        Some(item) => items.push(item),
                        None => return Ok(None),
                    }
                }
                Constant::Tuple(items)
            }
            _ => return Ok(None),
        };
        Ok(Some(constant))
    }

    /// A constant in a register, if the expression is one.
    pub(super) fn load_literal(
        &mut self,
        expression: &Expr,
        want: Option<Reg>,
    ) -> Result<Option<Reg>> {
        let span = self.span(expression);
        Ok(self.literal(expression)?.map(|constant| self.constant(constant, want, span)))
    }

    /// Refuses strings that the parser cannot give as they are: a half of a surrogate pair is not in
    /// Rust's strings, and `\r` at the end of a line is not in Python's.
    pub(super) fn check_text(&self, value: &str, range: TextRange) -> Result<()> {
        let source = self.module.slice(range);
        let is_escaped = source.contains("\\u") || source.contains("\\U");
        if value.contains('\u{fffd}') && is_escaped {
            return self.cannot("a string with a lone surrogate", &range);
        }
        if source.contains('\r') {
            return self.cannot("a string over lines that end with a carriage return", &range);
        }
        Ok(())
    }
}

/// Whether two constants are the same object to Python: `0`, `0.0` and `-0.0` are not.
pub(super) fn are_identical(a: &Constant, b: &Constant) -> bool {
    match (a, b) {
        (Constant::Float(a), Constant::Float(b))
        | (Constant::Imaginary(a), Constant::Imaginary(b)) => a.to_bits() == b.to_bits(),
        (Constant::Tuple(a), Constant::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| are_identical(a, b))
        }
        _ => a == b,
    }
}

fn number(number: &Number) -> Constant {
    match number {
        Number::Int(value) => integer(value),
        Number::Float(value) => Constant::Float(*value),
        Number::Complex { imag, .. } => Constant::Imaginary(*imag),
    }
}

fn integer(value: &Int) -> Constant {
    if let Some(value) = value.as_i64() {
        return Constant::Int(value);
    }
    let text = value.to_string().replace('_', "").to_ascii_lowercase();
    let digits = match text.get(..2) {
        Some("0x") => decimal(&text[2..], 16),
        Some("0o") => decimal(&text[2..], 8),
        Some("0b") => decimal(&text[2..], 2),
        _ => text,
    };
    Constant::BigInt(digits.into())
}

/// The decimal digits of a number in another base.
fn decimal(digits: &str, base: u64) -> String {
    const CHUNK: u64 = 1_000_000_000;
    let mut chunks = vec![0u64];
    for digit in digits.chars().filter_map(|digit| digit.to_digit(base as u32)) {
        let mut carry = u64::from(digit);
        for chunk in &mut chunks {
            let value = *chunk * base + carry;
            *chunk = value % CHUNK;
            carry = value / CHUNK;
        }
        if carry > 0 {
            chunks.push(carry);
        }
    }
    let mut text = chunks.pop().unwrap_or(0).to_string();
    for chunk in chunks.iter().rev() {
        text.push_str(&format!("{chunk:09}"));
    }
    text
}
