//! The author's tool: from an empty folder to one wheel for every Python.
//!
//! * [`new`] — a project that builds, imports and passes its own tests.
//! * [`dev`] — builds it and installs it into the current environment.
//! * [`build`] — makes the wheel, and tries it on each Python at hand.
//! * [`stubs`] — writes what type checkers read.
//!
//! How an extension is compiled and what a wheel holds is known in one place, the build back end in
//! `python/pommel_build`, which pip runs without this tool; [`backend`] brings it along.
//! The repository's own commands use [`backend`], [`interpreter`], [`pip`] and [`process`] too.
#![forbid(unsafe_code)]

pub mod backend;
pub mod build;
pub mod dev;
pub mod interpreter;
pub mod new;
pub mod options;
pub mod pip;
pub mod process;
pub mod progress;
pub mod stubs;
