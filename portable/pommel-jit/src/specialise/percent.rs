//! `text % values`, for texts that the source spells out: what each part of it says is what a format says.

use super::Specialiser;
use super::value::Val;
use crate::ir::op::Class;
use crate::ir::{Op, Value};

/// A part of such a text.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// It stands there as it is.
    Text(String),
    /// `%s`
    Str,
    /// An integer, with the format that says the same.
    Int(String),
    /// A float, likewise.
    Float(String),
}

/// The parts of a text, if all are such as have a format that says the same.
fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, behind) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(Part::Text(before.into()));
        }
        let (part, left) = part(&behind[1..])?;
        parts.push(part);
        rest = left;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.into()));
    }
    Some(parts)
}

/// What stands behind `%`, and what is left.
fn part(text: &str) -> Option<(Part, &str)> {
    let is_flag = |c: char| "-+ 0".contains(c);
    let flags = &text[..text.find(|c| !is_flag(c))?];
    let text = &text[flags.len()..];
    let width = &text[..text.find(|c: char| !c.is_ascii_digit())?];
    let mut text = &text[width.len()..];
    let mut precision = None;
    if let Some(behind) = text.strip_prefix('.') {
        let digits = &behind[..behind.find(|c: char| !c.is_ascii_digit())?];
        precision = Some(digits);
        text = &behind[digits.len()..];
    }
    let kind = text.chars().next()?;
    let left = &text[kind.len_utf8()..];
    let is_bare = flags.is_empty() && width.is_empty() && precision.is_none();
    let format = match flags {
        "" => width.to_owned(),
        "0" if !"eEfFgG".contains(kind) => format!("0{width}"),
        "+" | " " => format!("{flags}{width}"),
        "-" => format!("<{width}"),
        _ => return None,
    };
    let part = match (kind, precision) {
        ('%', None) if is_bare => Part::Text("%".into()),
        ('s', None) if is_bare => Part::Str,
        ('d' | 'i', None) => Part::Int(format!("{format}d")),
        ('x' | 'X' | 'o', None) => Part::Int(format!("{format}{kind}")),
        ('e' | 'E' | 'f' | 'F' | 'g' | 'G', precision) => {
            let digits = match precision {
                None => "6",
                Some("") => "0",
                Some(digits) => digits,
            };
            Part::Float(format!("{format}.{digits}{kind}"))
        }
        _ => return None,
    };
    Some((part, left))
}

impl Specialiser<'_> {
    /// `text % values`. `None` if there is no rule for it.
    pub(super) fn percent(&mut self, text: &Val<Value>, of: &Val<Value>) -> Option<Val<Value>> {
        let Val::Object(handle, Some(Class::Str)) = text else { return None };
        let parts = parts(self.texts.get(handle)?)?;
        let values = match of {
            Val::Tuple(items) => items.to_vec(),
            single if single.class().is_some_and(|class| class != Class::Dict) => {
                vec![single.clone()]
            }
            _ => return None,
        };
        let wanted = parts.iter().filter(|part| !matches!(part, Part::Text(_))).count();
        if wanted != values.len() || wanted == 0 {
            return None;
        }
        let mut values = values.into_iter();
        let mut texts = Vec::new();
        for part in parts {
            texts.push(match part {
                Part::Text(text) => self.kept_text(&text)?,
                part => self.part_of_percent(&part, &values.next()?)?,
            });
        }
        match &texts[..] {
            [one] => Some(one.clone()),
            all => self.joined_parts(all),
        }
    }

    fn part_of_percent(&mut self, part: &Part, value: &Val<Value>) -> Option<Val<Value>> {
        match (part, value) {
            (Part::Str, Val::Int(_) | Val::Float(_)) => self.formatted(value, None),
            (Part::Str, text) if text.class() == Some(Class::Str) => Some(text.clone()),
            (Part::Int(format), Val::Int(_) | Val::Bool(_)) => {
                let value = Val::Int(self.index_of(value)?);
                let format = self.kept_text(format)?;
                self.formatted(&value, Some(&format))
            }
            (Part::Float(format), Val::Float(_) | Val::Int(_)) => {
                if let Val::Int(number) = value {
                    let is_exact = self.is_exact(*number);
                    self.require(is_exact);
                }
                let value = match value {
                    Val::Int(number) => Val::Float(self.op(Op::IToF, &[*number])),
                    float => float.clone(),
                };
                let format = self.kept_text(format)?;
                self.formatted(&value, Some(&format))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_formats() {
        let found = parts("a%d, %05d%%: %-4d|%+x %.2f %8.3e %g").unwrap_or_default();
        let text = |text: &str| Part::Text(text.into());
        let int = |format: &str| Part::Int(format.into());
        let float = |format: &str| Part::Float(format.into());
        let expected = [
            text("a"),
            int("d"),
            text(", "),
            int("05d"),
            text("%"),
            text(": "),
            int("<4d"),
            text("|"),
            int("+x"),
            text(" "),
            float(".2f"),
            text(" "),
            float("8.3e"),
            text(" "),
            float(".6g"),
        ];
        assert_eq!(found, expected);
        assert_eq!(parts("%(name)d"), None);
        assert_eq!(parts("%5s"), None);
        assert_eq!(parts("%05.1f"), None);
        assert_eq!(parts("100%"), None);
    }
}
