//! What is done to elements: loops over slices, compiled for several instruction sets.

pub mod math;
