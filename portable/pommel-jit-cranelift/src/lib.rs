//! Machine code for Pommel's compiler, by Cranelift.
//!
//! Laws:
//!
//! * A function's code stands on pages of its own, which are written before they can be executed and
//!   never again, and are given back when its [`Machine`] is dropped.
//! * Code has no relocations: what it calls it calls by address.
//! * Floats are computed as written, one operation at a time.

mod arguments;
mod callable;
mod exits;
mod fast;
mod fixed;
mod integers;
mod loops;
mod math;
mod memory;
mod numbers;
mod objects;
mod pairs;
mod random;
mod recursion;
mod squares;
mod translate;

use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{Context, ir as clif};
use memory::Pages;
use pommel_jit::backend::{Backend, CFunction, Calls, Entry, Machine};
use pommel_jit::callable::Callable;
use pommel_jit::ir;
use std::sync::Arc;
use translate::Quiet;

/// A back end for the processor that this runs on, with all that it can do.
///
/// # Errors
/// If there is none for it.
pub fn host() -> Result<impl Backend, String> {
    if cfg!(not(all(target_arch = "x86_64", unix))) {
        return Err("machine code is made for x86-64 under Unix only".into());
    }
    let mut flags = settings::builder();
    let verifies = if cfg!(debug_assertions) { "true" } else { "false" };
    for (name, value) in [
        ("opt_level", "speed"),
        ("enable_verifier", verifies),
        ("unwind_info", "false"),
        ("is_pic", "false"),
    ] {
        flags.set(name, value).map_err(|error| format!("{name}: {error}"))?;
    }
    let isa = cranelift_native::builder()?
        .finish(settings::Flags::new(flags))
        .map_err(|error| error.to_string())?;
    let quiet = [translate::interlude(&*isa), translate::power_aside(&*isa), fast::aside(&*isa)];
    let [interlude, power, aside] =
        quiet.map(|one| emitted(&*isa, &mut Context::for_function(one)));
    Ok(Host { isa, quiet: Arc::new([interlude?, power?, aside?]) })
}

/// Compiles a function to pages of its own.
fn emitted(isa: &dyn TargetIsa, context: &mut Context) -> Result<Pages, String> {
    let code = context
        .compile(isa, &mut ControlPlane::default())
        .map_err(|error| format!("{:?}", error.inner))?;
    if !code.buffer.relocs().is_empty() {
        return Err("the code has relocations".into());
    }
    Pages::executable(code.buffer.data())
}

/// The processor that this runs on.
struct Host {
    isa: OwnedTargetIsa,
    /// What machine code calls to interrupt itself, what it calls for powers, and for other functions.
    quiet: Arc<[Pages; 3]>,
}

impl Backend for Host {
    fn compile(
        &self,
        function: &ir::Function,
        calls: Calls<'_>,
    ) -> Result<Box<dyn Machine>, String> {
        let source = translate::function(&*self.isa, function, calls, self.quiet())?;
        // The listing is made of the source when somebody asks.
        let pages = emitted(&*self.isa, &mut Context::for_function(source.clone()))?;
        let (isa, quiet) = (self.isa.clone(), self.quiet.clone());
        Ok(Box::new(Code { pages, words: words(function), source, isa, _quiet: quiet }))
    }

    fn compile_callable(
        &self,
        function: &ir::Function,
        callable: &Callable,
    ) -> Result<Box<dyn CFunction>, String> {
        let source = callable::function(&*self.isa, function, callable, self.quiet())?;
        let pages = emitted(&*self.isa, &mut Context::for_function(source))?;
        Ok(Box::new(OfC { pages, _quiet: self.quiet.clone() }))
    }

    fn words(&self, function: &ir::Function) -> usize {
        words(function)
    }
}

impl Host {
    /// Where the code is that leaves all registers as they were.
    fn quiet(&self) -> Quiet {
        let [interlude, power, aside] = [0, 1, 2].map(|which| self.quiet[which].start() as usize);
        Quiet { interlude, power, aside }
    }
}

/// A function that is compiled as one in C.
struct OfC {
    pages: Pages,
    /// The code calls it, so it has to stay.
    _quiet: Arc<[Pages; 3]>,
}

impl CFunction for OfC {
    fn address(&self) -> usize {
        self.pages.start().expose_provenance()
    }
}

/// A function that is compiled.
struct Code {
    pages: Pages,
    words: usize,
    source: clif::Function,
    isa: OwnedTargetIsa,
    /// The code calls it, so it has to stay.
    _quiet: Arc<[Pages; 3]>,
}

impl Machine for Code {
    fn entry(&self) -> Entry {
        // SAFETY: The pages hold a whole function, which was compiled with the signature of `Entry`, and
        // are executable. Nobody calls it after `self` is dropped: the law of `Machine::entry`.
        unsafe { std::mem::transmute::<*const u8, Entry>(self.pages.start()) }
    }

    fn words(&self) -> usize {
        self.words
    }

    fn listing(&self) -> String {
        let mut context = Context::for_function(self.source.clone());
        context.set_disasm(true);
        match context.compile(&*self.isa, &mut ControlPlane::default()) {
            Ok(code) => code.vcode.clone().unwrap_or_default(),
            Err(error) => format!("{:?}\n", error.inner),
        }
    }
}

/// How many words the arguments need, or the results, or an exit, whichever are most.
fn words(function: &ir::Function) -> usize {
    let arguments = function.blocks.first().map_or(0, |block| block.params.len());
    let exits = function.exits().map(|exit| exit.words());
    let results = function.blocks.iter().map(|block| match &block.end {
        ir::End::Return(values) => values.len(),
        _ => 0,
    });
    exits.chain(results).fold(arguments, usize::max)
}
