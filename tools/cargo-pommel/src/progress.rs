//! What the tool is doing, in cargo's manner: a verb, and what it is done to.

/// Says one step.
pub fn say(verb: &str, what: impl std::fmt::Display) {
    use std::io::IsTerminal;
    let is_terminal = std::io::stderr().is_terminal();
    let (start, end) = if is_terminal { ("\x1b[1;32m", "\x1b[0m") } else { ("", "") };
    eprintln!("{start}{verb:>12}{end} {what}");
}
