//! Where things lie in the tree. Everything that is made lies under `build/` (or cargo's target
//! directory), which git ignores.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace's root")
}

/// A path under `build/`.
pub fn build(relative: impl AsRef<Path>) -> PathBuf {
    root().join("build").join(relative)
}
