//! The text of arrays.
