//! What objects are probably that are arrays: the results of functions and operators that make arrays.
//!
//! Nothing is done for a guess until elements are wanted: then the array is looked at, and machine code is
//! left for good if it is another one. An array that a loop takes elements of is looked at before the loop.

use super::element::{Element, Owner, Sort};
use super::value::{Contents, Known, Val, View};
use super::world::Builtin;
use super::{Done, Specialiser};
use crate::code::{Binary, Instruction, Reg};
use crate::ir::Value;

impl Specialiser<'_> {
    /// What an array is, or probably is.
    fn probably(&self, value: &Val<Value>) -> Option<View> {
        match value {
            Val::Object(handle, _) => self.guesses.get(handle).copied(),
            Val::Thing(thing) => match self.state.contents(*thing) {
                Contents::Vector(family, _) => Some(View {
                    owner: (*family).into(),
                    element: Element::Float64,
                    rank: 1,
                    packed: true,
                }),
                Contents::Part { view, .. } => Some(*view),
                Contents::Elementwise(made) => Some(made.view),
                _ => None,
            },
            Val::Array(_, view, _) => Some(*view),
            _ => None,
        }
    }

    /// Guesses what a thing is that became an object.
    pub(super) fn guess_of_thing(&mut self, contents: &Contents<Value>, handle: Value) {
        let view = match contents {
            Contents::Vector(family, _) => {
                let owner = (*family).into();
                View { owner, element: Element::Float64, rank: 1, packed: true }
            }
            Contents::Part { view, .. } => *view,
            Contents::Elementwise(made) => made.view,
            _ => return,
        };
        self.guesses.insert(handle, view);
    }

    /// Guesses what the result of an instruction is that was done on objects.
    pub(super) fn guess_result(
        &mut self,
        instruction: &Instruction,
        operands: &[Val<Value>],
        result: Value,
    ) {
        let guess = match (instruction, operands) {
            (Instruction::Binary { operator, .. }, [a, b]) => self.of_operator(*operator, a, b),
            (Instruction::Unary { .. }, [a]) => self.probably(a),
            (Instruction::LoadAttribute { name, .. }, [object]) => {
                let Some(view) = self.probably(object) else { return };
                match &*self.name(*name) {
                    "T" => Some(View { packed: view.rank == 1 && view.packed, ..view }),
                    "copy" => {
                        self.copiers.insert(result, View { packed: true, ..view });
                        None
                    }
                    _ => None,
                }
            }
            (Instruction::Call { .. }, [Val::Object(callee, _), ..]) => {
                self.copiers.get(callee).copied()
            }
            _ => None,
        };
        if let Some(view) = guess.filter(|view| view.rank > 0) {
            self.guesses.insert(result, view);
        }
    }

    /// What an operator makes of an array and an array or a number.
    fn of_operator(&self, operator: Binary, a: &Val<Value>, b: &Val<Value>) -> Option<View> {
        let (x, y) = (self.probably(a), self.probably(b));
        let element = |view: Option<View>, value: &Val<Value>| match (view, value) {
            (Some(view), _) => Some(view.element),
            (None, Val::Scalar(_, flavour)) => Some(flavour.element),
            _ => None,
        };
        let owner = x.or(y)?.owner;
        let is_number = |value: &Val<Value>| {
            matches!(value, Val::Bool(_) | Val::Int(_) | Val::Float(_) | Val::Scalar(..))
        };
        let fits = |view: Option<View>, value: &Val<Value>| match view {
            Some(view) => view.owner == owner && view.owner.has_axes(),
            None => is_number(value),
        };
        if !fits(x, a) || !fits(y, b) || operator == Binary::MatrixMultiply {
            return None;
        }
        let mut common = match (element(x, a), element(y, b)) {
            (Some(x), Some(y)) => x.promoted(y),
            (Some(one), None) | (None, Some(one)) => {
                let beside = if x.is_some() { b } else { a };
                match (one.sort(), beside) {
                    (Sort::Float, _) => one,
                    (_, Val::Float(_)) => Element::Float64,
                    _ => one,
                }
            }
            (None, None) => return None,
        };
        if operator == Binary::Divide && common.sort() != Sort::Float {
            common = Element::Float64;
        }
        let rank = x.map_or(0, |x| x.rank).max(y.map_or(0, |y| y.rank));
        Some(View { owner, element: common, rank, packed: true })
    }

    /// What a function that makes arrays gives for these arguments.
    pub(super) fn made_by(
        &mut self,
        builtin: Builtin,
        positional: &[Val<Value>],
        named: &[(Box<str>, Val<Value>)],
    ) -> Option<View> {
        use Builtin as B;
        let owner = match builtin {
            B::NumpyArange | B::NumpyEmpty | B::NumpyEmptyLike | B::NumpyOnes => Owner::Numpy,
            B::NumpyOnesLike | B::NumpyZeros | B::NumpyZerosLike | B::NumpyArray => Owner::Numpy,
            B::Arange | B::Empty | B::EmptyLike | B::Ones => Owner::Pommel,
            B::OnesLike | B::Zeros | B::ZerosLike | B::Array => Owner::Pommel,
            _ => return None,
        };
        let first = positional.first()?;
        let takes_type = matches!(
            builtin,
            B::Zeros | B::Ones | B::Empty | B::NumpyZeros | B::NumpyOnes | B::NumpyEmpty
        );
        let dtype = named.iter().find(|(name, _)| &**name == "dtype").map(|(_, value)| value);
        let element = match dtype.or_else(|| positional.get(1).filter(|_| takes_type)) {
            None => None,
            Some(Val::Known(known)) => Some(self.element_named(*known)?),
            Some(_) => return None,
        };
        let (usual, rank) = match builtin {
            B::Arange | B::NumpyArange => {
                let is_float = positional.iter().any(|part| matches!(part, Val::Float(_)));
                (if is_float { Element::Float64 } else { Element::Int64 }, 1)
            }
            B::EmptyLike | B::OnesLike | B::ZerosLike => self.like(first)?,
            B::NumpyEmptyLike | B::NumpyOnesLike | B::NumpyZerosLike => self.like(first)?,
            B::Array | B::NumpyArray => (Element::Float64, 1),
            _ => match first {
                Val::Tuple(lengths) => (Element::Float64, lengths.len() as u8),
                _ => (Element::Float64, 1),
            },
        };
        let element = element.unwrap_or(usual);
        (1..=4).contains(&rank).then_some(View { owner, element, rank, packed: true })
    }

    fn like(&self, array: &Val<Value>) -> Option<(Element, u8)> {
        self.probably(array).map(|view| (view.element, view.rank))
    }

    /// The type of elements that an object stands for, as an argument `dtype`.
    fn element_named(&mut self, known: Known) -> Option<Element> {
        self.world.element(known)
    }

    /// Before a loop: looks at the arrays that it takes elements of, if it is known what they probably are.
    pub(super) fn look_before_loop(&mut self, indexed: &[Reg]) -> Done {
        let place = (self.state.top().context, self.state.top().point);
        if self.is_refuted() || self.experience.views.contains_key(&place) {
            return Ok(());
        }
        for register in indexed {
            let value = self.get(*register);
            let Val::Object(handle, _) = value else { continue };
            let Some(view) = self.guesses.get(&handle).copied() else { continue };
            let array = self.view(handle, view, true);
            self.spread(&value, &array);
        }
        Ok(())
    }
}
