//! Reading a command's arguments.

use anyhow::{Context, Result, bail};

/// The arguments of a command, taken apart.
pub struct Options<'a> {
    rest: Vec<&'a str>,
    usage: &'static str,
}

impl<'a> Options<'a> {
    /// The arguments of a command that is used like `usage`.
    pub fn new(args: &'a [String], usage: &'static str) -> Options<'a> {
        Options { rest: args.iter().map(String::as_str).collect(), usage }
    }

    /// Takes `--name` out, and says whether it was there.
    pub fn flag(&mut self, name: &str) -> bool {
        let before = self.rest.len();
        self.rest.retain(|arg| *arg != name);
        self.rest.len() < before
    }

    /// Takes `--name VALUE` or `--name=VALUE` out.
    pub fn value(&mut self, name: &str) -> Result<Option<&'a str>> {
        let joined = |arg: &&'a str| arg.strip_prefix(name)?.strip_prefix('=');
        if let Some(index) = self.rest.iter().position(|arg| joined(arg).is_some()) {
            return Ok(joined(&self.rest.remove(index)));
        }
        let Some(index) = self.rest.iter().position(|arg| *arg == name) else { return Ok(None) };
        self.rest.remove(index);
        if index == self.rest.len() {
            bail!("{name} needs a value; usage: {}", self.usage);
        }
        Ok(Some(self.rest.remove(index)))
    }

    /// What is left must be nothing.
    pub fn finish(self) -> Result<()> {
        match self.rest.as_slice() {
            [] => Ok(()),
            [first, ..] => bail!("what is {first:?} for? usage: {}", self.usage),
        }
    }

    /// What is left must be one word.
    pub fn one(mut self, what: &str) -> Result<&'a str> {
        let found = self.rest.iter().position(|arg| !arg.starts_with('-'));
        let found = found.with_context(|| format!("{what} is missing; usage: {}", self.usage))?;
        let one = self.rest.remove(found);
        self.finish()?;
        Ok(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_in_any_order() {
        let args = ["--zig", "--out", "a", "x", "--python=p"].map(str::to_owned);
        let mut options = Options::new(&args, "");
        assert!(options.flag("--zig") && !options.flag("--zig"));
        assert_eq!(options.value("--python").unwrap(), Some("p"));
        assert_eq!(options.value("--out").unwrap(), Some("a"));
        assert_eq!(options.one("a name").unwrap(), "x");
    }

    #[test]
    fn mistakes_show_the_usage() {
        let args = ["--out".to_owned()];
        let error = Options::new(&args, "build [--out DIR]").value("--out").unwrap_err();
        assert_eq!(error.to_string(), "--out needs a value; usage: build [--out DIR]");
        let args = ["--zag".to_owned()];
        let error = Options::new(&args, "build [--zig]").finish().unwrap_err();
        assert_eq!(error.to_string(), "what is \"--zag\" for? usage: build [--zig]");
    }
}
