//! How a test gets at the extension: one of its modules, on each kind of host, and what it raised.

use hpy_mock::Interpreter;
use pommel::rt::ModuleSpec;
use pommel::{Ctx, Module, Object, Result, testing};

/// A module of the extension, imported into an interpreter.
pub struct Bench<'a, 'c> {
    pub python: &'a Interpreter,
    pub module: &'a Module<'c>,
}

/// Runs a test on an unknown host with upstream's ABI, and on one of ours. Both are checked for
/// what the test leaves behind.
pub fn on_both(
    module: &'static ModuleSpec,
    test: impl for<'a, 'c> Fn(&Bench<'a, 'c>) -> Result<()>,
) {
    for start in [Interpreter::new, Interpreter::new_ours] {
        on(start(), module, &test);
    }
}

/// Runs a test on a host.
pub fn on(
    python: Interpreter,
    module: &'static ModuleSpec,
    test: impl for<'a, 'c> FnOnce(&Bench<'a, 'c>) -> Result<()>,
) {
    // SAFETY: the interpreter outlives the call, and it has its own turn among the threads; the
    // description that it loads obeys the ABI and is never freed.
    unsafe {
        testing::run_on(
            python.context(),
            module,
            |name, def| python.load(name, def),
            |module| test(&Bench { python: &python, module }),
        );
    }
    python.finish();
}

impl<'c> Bench<'_, 'c> {
    pub fn ctx(&self) -> Ctx<'c> {
        self.module.ctx()
    }

    /// An attribute of the module.
    pub fn get(&self, name: &str) -> Result<Object<'c>> {
        self.module.get_attr(name)
    }

    /// The type and message of what was raised instead of a result.
    #[track_caller]
    pub fn error<T>(&self, result: Result<T>) -> String {
        let error = result.err().expect("it must raise");
        testing::raise(self.ctx(), error);
        self.python.take_error().expect("an exception is set")
    }
}
