//! What a shared object asks of the machine that loads it, as the manylinux tags (PEP 600) put it.

use crate::process;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Libraries that every machine of a manylinux tag has.
const PROVIDED: &[&str] =
    &["ld-linux", "libc.so", "libdl.so", "libgcc_s.so", "libm.so", "libpthread.so", "librt.so"];

/// No tag below this is of use: Rust's standard library itself asks for it.
const OLDEST_GLIBC: u32 = 17;

/// The tag of the oldest platform that `extension` runs on: `manylinux_2_34_x86_64`.
pub fn platform_tag(extension: &Path) -> Result<String> {
    let headers = process::output(Command::new("objdump").arg("-p").arg(extension))?;
    for library in needed_libraries(&headers) {
        if !PROVIDED.iter().any(|provided| library.starts_with(provided)) {
            bail!("{} needs {library}, which not every machine has", extension.display());
        }
    }
    let glibc = newest_glibc(&headers)
        .with_context(|| format!("{} is not linked against glibc", extension.display()))?;
    Ok(format!("manylinux_2_{}_{}", glibc.max(OLDEST_GLIBC), std::env::consts::ARCH))
}

fn needed_libraries(headers: &str) -> impl Iterator<Item = &str> {
    headers.lines().filter_map(|line| line.trim().strip_prefix("NEEDED")).map(str::trim)
}

/// The minor version of the newest `GLIBC_2.x` that the version references name.
fn newest_glibc(headers: &str) -> Option<u32> {
    let versions = headers.split_whitespace().filter_map(|word| word.strip_prefix("GLIBC_2."));
    // A patch release (`2.2.5`) belongs to its minor version.
    versions.filter_map(|version| version.split('.').next()?.parse().ok()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &str = "
Dynamic Section:
  NEEDED               libgcc_s.so.1
  NEEDED               libc.so.6
  SONAME               libx.so

Version References:
  required from libc.so.6:
    0x09691a75 0x00 03 GLIBC_2.2.5
    0x069691b4 0x00 02 GLIBC_2.34
    0x0d696914 0x00 04 GLIBC_2.14
";

    #[test]
    fn headers_are_read() {
        assert_eq!(newest_glibc(HEADERS), Some(34));
        let libraries: Vec<_> = needed_libraries(HEADERS).collect();
        assert_eq!(libraries, ["libgcc_s.so.1", "libc.so.6"]);
    }
}
