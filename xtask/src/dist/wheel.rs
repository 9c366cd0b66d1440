//! The one wheel of an extension. It is tagged for no interpreter (`py3-none-PLATFORM`), since the
//! shared object inside runs on all of them, and it is the same, byte for byte, when it is built
//! again from the same shared object.

use super::{companions, elf};
use crate::paths;
use crate::workspace::Package;
use anyhow::{Context, Result};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;

/// Packs the shared object `extension` of `package`; returns the wheel's path.
pub fn pack(package: &Package, extension: &Path) -> Result<PathBuf> {
    let tag = format!("py3-none-{}", elf::platform_tag(extension)?);
    let stem = format!("{}-{}", package.name.replace('-', "_"), package.version);
    let info = format!("{stem}.dist-info");
    let module = package.extension_module()?;

    let mut files = vec![(format!("{module}.so"), std::fs::read(extension)?)];
    files.extend(companions(module).map(|(path, text)| (path, text.into())));
    for licence in LICENCES {
        let text = std::fs::read(paths::root().join(licence))
            .with_context(|| format!("the root has no {licence}"))?;
        files.push((format!("{info}/licenses/{licence}"), text));
    }
    files.push((format!("{info}/METADATA"), metadata(package).into()));
    files.push((format!("{info}/WHEEL"), description(&tag).into()));
    let record = record(&files, &info);
    files.push((format!("{info}/RECORD"), record.into()));

    let wheel = paths::build("dist").join(format!("{stem}-{tag}.whl"));
    write_zip(&wheel, &files)?;
    Ok(wheel)
}

const LICENCES: &[&str] = &["LICENSE-APACHE", "LICENSE-MIT"];

fn metadata(package: &Package) -> String {
    let mut text = format!(
        "Metadata-Version: 2.4\nName: {}\nVersion: {}\nRequires-Python: >=3.9\n",
        package.name, package.version
    );
    let mut field = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            writeln!(text, "{name}: {value}").expect("a string takes everything");
        }
    };
    field("Summary", &package.description);
    field("License-Expression", &package.license);
    field("Project-URL", &package.repository.as_ref().map(|url| format!("Source, {url}")));
    for licence in LICENCES {
        field("License-File", &Some(licence.to_string()));
    }
    text
}

fn description(tag: &str) -> String {
    format!("Wheel-Version: 1.0\nGenerator: xtask\nRoot-Is-Purelib: false\nTag: {tag}\n")
}

/// Every file with its hash and size; the record itself comes last and has neither.
fn record(files: &[(String, Vec<u8>)], info: &str) -> String {
    let mut text = String::new();
    for (path, contents) in files {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(contents));
        writeln!(text, "{path},sha256={hash},{}", contents.len())
            .expect("a string takes everything");
    }
    text + &format!("{info}/RECORD,,\n")
}

fn write_zip(path: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    std::fs::create_dir_all(path.parent().context("a wheel lies in a folder")?)?;
    let mut archive = zip::ZipWriter::new(File::create(path)?);
    for (name, contents) in files {
        let mode = if name.ends_with(".so") { 0o755 } else { 0o644 };
        archive.start_file(name, SimpleFileOptions::default().unix_permissions(mode))?;
        archive.write_all(contents)?;
    }
    archive.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_hash_every_file_but_themselves() {
        let files = [("x.so".to_owned(), b"abc".to_vec())];
        assert_eq!(
            record(&files, "x-1.dist-info"),
            "x.so,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\nx-1.dist-info/RECORD,,\n"
        );
    }
}
