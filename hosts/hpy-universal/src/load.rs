//! From the path of a universal binary to a module.
//!
//! A binary of a module NAME exports `get_required_hpy_major_version_NAME` and its `minor`
//! counterpart, which are asked first; `HPyInitGlobalContext_NAME`, which takes the context; and
//! `HPyInit_NAME`, which gives the definition. `HPyX_gil_used_NAME` is ours, and may be missing.
//! A binary is never closed again: the interpreter keeps pointers into it.
//!
//! The texts of the errors are those that programs written for HPy 0.9 compare; what to do about
//! them stands in the exception's note.

use crate::call::{Ctx, Raised, c_string, constant};
use core::ffi::{CStr, c_void};
use core::mem::transmute;
use hpy_abi::{ABI_VERSION, ABI_VERSION_MINOR, HPy, HPyContext, HPyModuleDef};
use hpy_cpython::mode::Mode;

/// Loads the binary and makes its module, which works with `context`, that of `mode`.
pub(crate) fn load(
    ctx: Ctx,
    name: HPy,
    path: HPy,
    spec: HPy,
    mode: Mode,
    context: *mut HPyContext,
) -> Result<HPy, Raised> {
    let full_name = ctx.text(name)?;
    let last = full_name.rsplit('.').next().unwrap_or_default();
    if !last.is_ascii() {
        let message = format!("the name of an HPy extension must be ASCII: '{last}'");
        return Err(ctx.raise(constant!(ctx, h_ImportError), &message, None));
    }
    let binary = Binary { ctx, name: last.replace('-', "_"), path: ctx.text(path)? };
    let library = binary.open(&ctx.path(path)?)?;
    binary.check_versions(library)?;
    if binary.uses_gil(library) {
        crate::gil::switch_on(ctx, &full_name)?;
    }
    let set_context = binary.symbol(library, &format!("HPyInitGlobalContext_{}", binary.name))?;
    let init = binary.symbol(library, &format!("HPyInit_{}", binary.name))?;
    // SAFETY: the ABI, whose version the binary has confirmed, says what the symbols of these names
    // are; `make_module` gets the spec that the caller was given.
    unsafe {
        transmute::<*mut c_void, unsafe extern "C" fn(*mut HPyContext)>(set_context)(context);
        let def = transmute::<*mut c_void, unsafe extern "C" fn() -> *mut HPyModuleDef>(init)();
        if def.is_null() {
            return Err(
                binary.failed(&format!("Function 'HPyInit_{}' returned NULL.", binary.name))
            );
        }
        if mode == Mode::Trace {
            crate::trace::tracer().name_module(&full_name, def);
        }
        let module = hpy_cpython::make_module(&c_string(&binary.name), def, spec);
        if module.is_null() { Err(Raised) } else { Ok(module) }
    }
}

/// The file being loaded, for messages.
struct Binary {
    ctx: Ctx,
    name: String,
    path: String,
}

impl Binary {
    fn error(&self, message: &str, note: Option<&str>) -> Raised {
        self.ctx.raise(constant!(self.ctx, h_RuntimeError), message, note)
    }

    fn failed(&self, what: &str) -> Raised {
        let path = &self.path;
        self.error(
            &format!("Error during loading of the HPy extension module at path '{path}'. {what}"),
            None,
        )
    }

    fn open(&self, path: &CStr) -> Result<*mut c_void, Raised> {
        // SAFETY: a C string; loading a library runs its initialisers, which is what is asked for.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        if library.is_null() {
            let reason = linker_error();
            return Err(self.failed(&format!("Error message from dlopen/WinAPI: {reason}")));
        }
        Ok(library)
    }

    fn find(&self, library: *mut c_void, name: &str) -> Option<*mut c_void> {
        // SAFETY: an open library and a C string.
        let found = unsafe { libc::dlsym(library, c_string(name).as_ptr()) };
        (!found.is_null()).then_some(found)
    }

    fn symbol(&self, library: *mut c_void, name: &str) -> Result<*mut c_void, Raised> {
        self.find(library, name).ok_or_else(|| {
            let (path, reason) = (&self.path, linker_error());
            let message = format!(
                "Error during loading of the HPy extension module at path '{path}' while trying to \
                 find symbol '{name}'. Did you use the HPy_MODINIT macro to register your module? \
                 Error message from dlsym/WinAPI: {reason}"
            );
            self.error(&message, None)
        })
    }

    fn check_versions(&self, library: *mut c_void) -> Result<(), Raised> {
        let name = &self.name;
        let [minor_name, major_name] =
            ["minor", "major"].map(|part| format!("get_required_hpy_{part}_version_{name}"));
        let symbols = (self.find(library, &minor_name), self.find(library, &major_name));
        let (Some(minor), Some(major)) = symbols else {
            let reason = linker_error();
            return Err(self.failed(&format!(
                "Cannot locate the required minimal HPy versions as symbols '{minor_name}' and \
                 `{major_name}`. Error message from dlopen/WinAPI: {reason}"
            )));
        };
        // SAFETY: the ABI says what these symbols are.
        let (major, minor) = unsafe {
            let ask = |f| transmute::<*mut c_void, unsafe extern "C" fn() -> u32>(f)();
            (ask(major), ask(minor))
        };
        if major != ABI_VERSION || minor > ABI_VERSION_MINOR {
            let remedy = "install a newer version of the package hpy, or compile the extension \
                          again with the headers of this one";
            let message = format!(
                "HPy extension module '{name}' requires unsupported version of the HPy runtime. \
                 Requested version: {major}.{minor}. \
                 Current HPy version: {ABI_VERSION}.{ABI_VERSION_MINOR}."
            );
            return Err(self.error(&message, Some(remedy)));
        }
        self.check_tag(major, minor)
    }

    /// Whether the binary counts on the GIL. One that says nothing was made when there was no
    /// Python without it.
    fn uses_gil(&self, library: *mut c_void) -> bool {
        match self.find(library, &format!("HPyX_gil_used_{}", self.name)) {
            // SAFETY: a symbol of this name is a function that `HPy_MODINIT` made.
            Some(ask) => unsafe {
                transmute::<*mut c_void, unsafe extern "C" fn() -> u32>(ask)() != 0
            },
            None => true,
        }
    }

    /// The file's name must say the version as well, so that interpreters can tell by it which
    /// files they can load.
    fn check_tag(&self, major: u32, minor: u32) -> Result<(), Raised> {
        let (name, path) = (&self.name, &self.path);
        let start = format!("HPy extension module '{name}' at path '{path}': ");
        match tag(path) {
            Some(tag) if tag == major => Ok(()),
            Some(tag) => Err(self.error(
                &format!(
                    "{start}mismatch between the HPy ABI tag encoded in the filename and the major \
                     version requested by the HPy extension itself. Major version tag parsed from \
                     filename: {tag}. Requested version: {major}.{minor}."
                ),
                Some(&format!("name the file {name}.hpy{major}.so, as its build did")),
            )),
            None => Err(self.error(
                &format!(
                    "{start}could not find HPy ABI tag encoded in the filename. The extension \
                     claims to be compiled with HPy ABI version: {major}.{minor}."
                ),
                Some(&format!("name the file {name}.hpy{major}.so, as its build did")),
            )),
        }
    }
}

/// The number behind `.hpy` in a file's name.
fn tag(path: &str) -> Option<u32> {
    let path = path.rsplit('/').next().unwrap_or(path);
    let rest = &path[path.find(".hpy")? + ".hpy".len()..];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// What the dynamic linker says about its last failure.
fn linker_error() -> String {
    // SAFETY: the text is copied before the next call.
    unsafe {
        let error = libc::dlerror();
        if error.is_null() {
            return "no error message provided by the system".to_owned();
        }
        CStr::from_ptr(error).to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn the_tag_is_the_number_behind_its_letters() {
        assert_eq!(tag("/a/b.hpy0.so"), Some(0));
        assert_eq!(tag("/a/b.hpy0-cp311.so"), Some(0));
        assert_eq!(tag("/a/b.hpy999.so"), Some(999));
        assert_eq!(tag("/a.hpy7/b.so"), None);
        assert_eq!(tag("/a/b.hpyx.so"), None);
    }
}
