//! What a person reads: a table, and a file for the viewers of Chrome traces.

use super::{Count, Site, Tracer};
use hpy_abi::reflect;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::thread::ThreadId;

/// Single calls, as long as there is room.
#[derive(Default)]
pub(super) struct Recording {
    calls: Vec<Recorded>,
    limit: usize,
    threads: HashMap<ThreadId, u32>,
    dropped: u64,
}

/// A call, in nanoseconds since the tracer was made.
struct Recorded {
    site: Site,
    began: u64,
    total: u64,
    thread: u32,
}

impl Recording {
    pub fn push(&mut self, site: Site, began: u64, total: u64) {
        if self.calls.len() >= self.limit {
            self.dropped += 1;
            return;
        }
        let next = self.threads.len() as u32 + 1;
        let thread = *self.threads.entry(std::thread::current().id()).or_insert(next);
        self.calls.push(Recorded { site, began, total, thread });
    }
}

impl Tracer {
    pub(super) fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to record single calls, at most `limit` of them, for [`Tracer::chrome_trace`];
    /// forgets what was recorded before. 0 records nothing.
    pub fn record_calls(&self, limit: usize) {
        *self.recording() = Recording { limit, ..Recording::default() };
        self.is_recording.store(limit > 0, Ordering::Relaxed);
    }

    /// What was recorded, in the JSON format that `chrome://tracing`, Perfetto and speedscope
    /// read.
    pub fn chrome_trace(&self) -> String {
        let process = std::process::id();
        let functions = self.functions();
        let recording = self.recording();
        let mut names: HashMap<usize, String> = HashMap::new();
        let mut json = String::from("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
        for (i, call) in recording.calls.iter().enumerate() {
            let (name, category) = match call.site {
                Site::Member(index) => (reflect::MEMBERS[index].name, "context"),
                Site::Function(address) => {
                    let name = names.entry(address).or_insert_with(|| functions.name(address));
                    (name.as_str(), "extension")
                }
            };
            let comma = if i == 0 { "" } else { "," };
            let (began, total, thread) = (micro(call.began), micro(call.total), call.thread);
            let _ = write!(
                json,
                "{comma}\n{{\"name\": {}, \"cat\": \"{category}\", \"ph\": \"X\", \"ts\": {began}, \
                 \"dur\": {total}, \"pid\": {process}, \"tid\": {thread}}}",
                quoted(name)
            );
        }
        let _ = write!(json, "\n], \"otherData\": {{\"dropped\": {}}}}}\n", recording.dropped);
        json
    }

    /// A table of what was called, the slowest first, for people.
    pub fn table(&self) -> String {
        let mut out = String::new();
        section(&mut out, "functions of the extension", self.extension_functions());
        section(&mut out, "functions of the context", self.members());
        out
    }
}

/// One part of the table.
fn section(out: &mut String, title: &str, mut counts: Vec<Count>) {
    counts.retain(|count| count.calls > 0);
    counts.sort_by(|a, b| b.own.cmp(&a.own).then_with(|| a.name.cmp(&b.name)));
    let _ = writeln!(
        out,
        "{:>10} {:>12} {:>12} {:>9}  {title}",
        "calls", "total ms", "own ms", "ns/call"
    );
    for Count { name, calls, total, own } in counts {
        let (total_ms, own_ms) = (total as f64 / 1e6, own as f64 / 1e6);
        let each = total / calls;
        let _ = writeln!(out, "{calls:>10} {total_ms:>12.3} {own_ms:>12.3} {each:>9}  {name}");
    }
}

/// Microseconds, as the format wants them, without losing nanoseconds.
fn micro(nanoseconds: u64) -> String {
    format!("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000)
}

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted() {
        assert_eq!(quoted("a\"b\\c\n"), r#""a\"b\\c\u000a""#);
        assert_eq!(micro(1_234_005), "1234.005");
    }
}
