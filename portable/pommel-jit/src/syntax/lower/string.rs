//! f-strings.

use super::{Lowering, Result};
use crate::code::{Constant, Conversion, Instruction, Reg, Span, Special};
use ruff_python_ast::{
    self as ast, ConversionFlag, FStringPart, InterpolatedElement, InterpolatedStringElement,
};
use ruff_text_size::Ranged;

/// Parts of a string: text that is collected until something else comes, and registers.
#[derive(Default)]
struct Parts {
    text: String,
    registers: Vec<Reg>,
}

impl<'a> Lowering<'a> {
    pub(super) fn f_string(
        &mut self,
        string: &'a ast::ExprFString,
        want: Option<Reg>,
    ) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(string);
        let mut parts = Parts::default();
        for part in &string.value {
            match part {
                FStringPart::Literal(literal) => {
                    self.check_text(literal.as_str(), literal.range())?;
                    parts.text.push_str(literal.as_str());
                }
                FStringPart::FString(string) => {
                    self.elements(&string.elements, &mut parts, span)?
                }
            }
        }
        self.join(parts, mark, want, span)
    }

    fn elements(
        &mut self,
        elements: &'a [InterpolatedStringElement],
        parts: &mut Parts,
        span: Span,
    ) -> Result<()> {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.check_text(&literal.value, literal.range())?;
                    parts.text.push_str(&literal.value);
                }
                InterpolatedStringElement::Interpolation(element) => {
                    self.interpolation(element, parts, span)?;
                }
            }
        }
        Ok(())
    }

    fn interpolation(
        &mut self,
        element: &'a InterpolatedElement,
        parts: &mut Parts,
        whole: Span,
    ) -> Result<()> {
        let mut conversion = match element.conversion {
            ConversionFlag::None => None,
            ConversionFlag::Str => Some(Conversion::Str),
            ConversionFlag::Repr => Some(Conversion::Repr),
            ConversionFlag::Ascii => Some(Conversion::Ascii),
        };
        if let Some(text) = &element.debug_text {
            self.check_text("", element.range())?;
            if text.as_str().contains('#') {
                return self.cannot("a comment in an f-string", element);
            }
            parts.text.push_str(text.as_str());
            if conversion.is_none() && element.format_spec.is_none() {
                conversion = Some(Conversion::Repr);
            }
        }
        self.flush(parts, whole);
        let mark = self.next;
        let span = self.span(element);
        let mut value = self.value(&element.expression)?;
        let converts_first = self.module.dialect.converts_first;
        if converts_first && conversion.is_some() && element.format_spec.is_some() {
            let (to, operation) = (self.temporary(), converting(conversion.take()));
            let operands = vec![value];
            self.emit(Instruction::Special { to, operation, operands }, span);
            value = to;
        }
        let spec = match &element.format_spec {
            None => None,
            Some(spec) => Some(self.deeper(element, |this| this.spec(spec))?),
        };
        self.next = mark;
        let to = self.temporary();
        self.emit(Instruction::Format { to, value, conversion, spec }, span);
        parts.registers.push(to);
        Ok(())
    }

    /// What is behind the colon, which may have interpolations as well.
    fn spec(&mut self, spec: &'a ast::InterpolatedStringFormatSpec) -> Result<Reg> {
        let mark = self.next;
        let span = self.span(spec);
        let mut parts = Parts::default();
        self.elements(&spec.elements, &mut parts, span)?;
        self.join(parts, mark, None, span)
    }

    /// Makes a constant of the text that was collected.
    fn flush(&mut self, parts: &mut Parts, span: Span) {
        if !parts.text.is_empty() {
            let text = core::mem::take(&mut parts.text);
            parts.registers.push(self.constant(Constant::Str(text.into()), None, span));
        }
    }

    fn join(&mut self, mut parts: Parts, mark: u32, want: Option<Reg>, span: Span) -> Result<Reg> {
        if parts.registers.is_empty() {
            return Ok(self.constant(Constant::Str(parts.text.into()), want, span));
        }
        self.flush(&mut parts, span);
        if let [register] = parts.registers[..] {
            return Ok(register);
        }
        self.next = mark;
        let to = self.target(want);
        self.emit(Instruction::Join { to, parts: parts.registers }, span);
        Ok(to)
    }
}

/// A conversion as an operation of its own.
fn converting(conversion: Option<Conversion>) -> Special {
    match conversion {
        Some(Conversion::Repr) => Special::ToRepr,
        Some(Conversion::Ascii) => Special::ToAscii,
        Some(Conversion::Str) | None => Special::ToStr,
    }
}
