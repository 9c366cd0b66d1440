//! Functions in C: what is before and behind the typed form in them.
//!
//! Parameters are in registers, as C has them, and results go back in one. Whatever the typed form leaves
//! for, the other way begins anew, so that nothing is written down.

use crate::translate::{MEMORY, Quiet, Translator, WORD, counterpart, signature, translated};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, StackSlotData, types};
use cranelift_codegen::ir::{Endianness, StackSlotKind};
use cranelift_codegen::isa::TargetIsa;
use pommel_jit::backend::{Call, Calls};
use pommel_jit::callable::{Answer, CType, Callable, Number, Source};
use pommel_jit::ir::{self, Exit, Type};

/// The function in C that is translated.
#[derive(Clone)]
pub(crate) struct Outside<'a> {
    callable: &'a Callable,
    params: Vec<clif::Value>,
    /// What undoes what is written.
    kept: Option<clif::Value>,
}

impl<'a> Outside<'a> {
    /// With its parameters.
    pub(crate) fn new(callable: &'a Callable, params: &[clif::Value]) -> Outside<'a> {
        Outside { callable, params: params.to_vec(), kept: None }
    }
}

/// What is called for what machine code leaves to the runtime, of which there is nothing here.
unsafe extern "C" fn nobody(_: *mut (), _: u32, _: i64, _: *mut u64, _: usize) -> bool {
    false
}

/// Translates a function as one in C.
pub(crate) fn function(
    isa: &dyn TargetIsa,
    function: &ir::Function,
    callable: &Callable,
    quiet: Quiet,
) -> Result<clif::Function, String> {
    let params = callable.params.iter().map(|param| match param {
        CType::Double => types::F64,
        CType::Int => types::I32,
        CType::Word => types::I64,
    });
    let result = match callable.answer {
        Answer::Returned => types::F64,
        Answer::Written(_) => types::I32,
    };
    let params: Vec<clif::Type> = params.collect();
    let of_c = signature(isa.default_call_conv(), &params, &[result]);
    translated(isa, function, of_c, (Calls::from(nobody as Call), quiet), Some(callable))
}

/// Bits of one type as those of another.
fn same_bits() -> MemFlagsData {
    MemFlagsData::new().with_endianness(Endianness::Little)
}

impl Translator<'_> {
    /// Goes the other way, unless parameters and guarded words are what they should be.
    pub(crate) fn check_call_from_c(&mut self) {
        self.begin_to_write();
        let Some(Outside { callable, params, .. }) = self.outside.clone() else { return };
        for (param, wanted) in &callable.wanted {
            let is_it = self.builder.ins().icmp_imm_s(IntCC::Equal, params[*param], *wanted);
            self.go_on_if(is_it);
        }
        let mut differences: Option<clif::Value> = None;
        for guard in &callable.guards {
            let [one, other] = guard.map(|address| {
                let address = self.builder.ins().iconst(types::I64, address as i64);
                self.builder.ins().load(types::I64, MEMORY, address, 0)
            });
            let difference = self.builder.ins().bxor(one, other);
            differences = Some(match differences {
                Some(before) => self.builder.ins().bor(before, difference),
                None => difference,
            });
        }
        if let Some(differences) = differences {
            let is_same = self.builder.ins().icmp_imm_s(IntCC::Equal, differences, 0);
            self.go_on_if(is_same);
        }
    }

    /// Has a copy of what may be written, if anything is.
    fn begin_to_write(&mut self) {
        let Some(outside) = &self.outside else { return };
        let Some(undo) = outside.callable.undo else { return };
        let words = self.words_of_c();
        let kept = self.call_address(undo.begin as usize, &[types::I64], &[types::I64], &[words]);
        if let Some(outside) = &mut self.outside {
            outside.kept = Some(kept[0]);
        }
        let is_kept = self.builder.ins().icmp_imm_s(IntCC::NotEqual, kept[0], 0);
        self.go_on_if(is_kept);
    }

    /// An argument of the typed form.
    pub(crate) fn argument_of_c(&mut self, index: usize, of: Type) -> Result<clif::Value, String> {
        let Some(Outside { callable, params, .. }) = self.outside.clone() else {
            return Err("no function in C".into());
        };
        let source = callable.sources.get(index).ok_or("an argument without a source")?;
        Ok(match *source {
            Source::Param(param) => params[param],
            Source::Behind(param, at) => self.load_word(params[param], at, of),
            Source::Constant(bits) if of == Type::F64 => {
                self.builder.ins().f64const(f64::from_bits(bits as u64))
            }
            Source::Constant(bits) => self.builder.ins().iconst(counterpart(of), bits),
        })
    }

    /// Returns the numbers of an exit to C. Whether it is one that does.
    pub(crate) fn returns_to_c(&mut self, exit: &Exit) -> Result<bool, String> {
        let Some(Outside { callable, params, kept }) = self.outside.clone() else {
            return Ok(false);
        };
        let numbers = callable.results.get(&exit.id).filter(|_| exit.owned.is_empty());
        let Some(numbers) = numbers else { return Ok(false) };
        let floats = numbers.iter().map(|number| self.float_of(exit, number));
        let floats = floats.collect::<Result<Vec<_>, _>>()?;
        match callable.answer {
            Answer::Returned => {
                self.builder.ins().return_(&floats);
            }
            Answer::Written(to) => {
                for (at, float) in floats.iter().enumerate() {
                    self.store_word(params[to], at, *float);
                }
                if let Some((undo, kept)) = callable.undo.zip(kept) {
                    self.call_address(undo.end as usize, &[types::I64], &[], &[kept]);
                }
                let one = self.builder.ins().iconst(types::I32, 1);
                self.builder.ins().return_(&[one]);
            }
        }
        Ok(true)
    }

    /// A number that an exit saves, as a float.
    fn float_of(&mut self, exit: &Exit, number: &Number) -> Result<clif::Value, String> {
        let value = |this: &mut Self, at: usize| match exit.saved.get(at) {
            Some(value) => this.value(*value),
            None => Err("a result that is not saved".into()),
        };
        match number {
            Number::Plain(at) => {
                let value = value(self, *at)?;
                Ok(match self.builder.func.dfg.value_type(value) {
                    types::F64 => value,
                    types::I8 => self.builder.ins().fcvt_from_uint(types::F64, value),
                    _ => self.builder.ins().fcvt_from_sint(types::F64, value),
                })
            }
            Number::Tagged { tag, bits, floats, integers } => {
                let (tag, bits) = (value(self, *tag)?, value(self, *bits)?);
                let is_float = self.is_among(tag, floats);
                let is_integer = self.is_among(tag, integers);
                let is_number = self.builder.ins().bor(is_float, is_integer);
                self.go_on_if(is_number);
                let of_float = self.builder.func.dfg.value_type(bits) == types::F64;
                let other = if of_float { types::I64 } else { types::F64 };
                let same = self.builder.ins().bitcast(other, same_bits(), bits);
                let (float, bits) = if of_float { (bits, same) } else { (same, bits) };
                let integer = self.builder.ins().fcvt_from_sint(types::F64, bits);
                Ok(self.builder.ins().select(is_float, float, integer))
            }
        }
    }

    /// Whether a value is one of some integers.
    fn is_among(&mut self, value: clif::Value, integers: &[i64]) -> clif::Value {
        let mut is_one = self.builder.ins().iconst(types::I8, 0);
        for integer in integers {
            let is_it = self.builder.ins().icmp_imm_s(IntCC::Equal, value, *integer);
            is_one = self.builder.ins().bor(is_one, is_it);
        }
        is_one
    }

    /// Goes the other way if a condition does not hold.
    fn go_on_if(&mut self, condition: clif::Value) {
        let on = self.builder.create_block();
        let way_out = self.way_out();
        self.builder.ins().brif(condition, on, &[], way_out, &[]);
        self.builder.switch_to_block(on);
    }

    /// Goes the other way.
    pub(crate) fn go_otherwise(&mut self) {
        let way_out = self.way_out();
        self.builder.ins().jump(way_out, &[]);
    }

    /// Where exits go.
    pub(crate) fn way_out(&mut self) -> clif::Block {
        *self.way_out.get_or_insert_with(|| self.builder.create_block())
    }

    /// The address of the parameters, each in a word, and of what undoes what is written.
    fn words_of_c(&mut self) -> clif::Value {
        let outside = self.outside.clone();
        let (params, kept) =
            outside.map_or((vec![], None), |outside| (outside.params, outside.kept));
        let size = ((params.len() + 1) * WORD) as u32;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3);
        let slot = self.builder.create_sized_stack_slot(data);
        let words = self.builder.ins().stack_addr(types::I64, slot, 0);
        let kept = kept.unwrap_or_else(|| self.builder.ins().iconst(types::I64, 0));
        for (index, param) in params.into_iter().chain([kept]).enumerate() {
            let is_int = self.builder.func.dfg.value_type(param) == types::I32;
            let word = if is_int { self.builder.ins().sextend(types::I64, param) } else { param };
            self.store_word(words, index, word);
        }
        words
    }

    /// The other way.
    pub(crate) fn otherwise(&mut self) {
        let (Some(way_out), Some(outside)) = (self.way_out, self.outside.clone()) else { return };
        let callable = outside.callable;
        self.builder.set_cold_block(way_out);
        self.builder.switch_to_block(way_out);
        let words = self.words_of_c();
        let context = self.builder.ins().iconst(types::I64, callable.context as i64);
        let address = callable.otherwise as usize;
        let given = [context, words];
        let answer = self.call_address(address, &[types::I64; 2], &[types::I64], &given)[0];
        let answer = match callable.answer {
            Answer::Returned => self.builder.ins().bitcast(types::F64, same_bits(), answer),
            Answer::Written(_) => self.builder.ins().ireduce(types::I32, answer),
        };
        self.builder.ins().return_(&[answer]);
    }
}
