//! Memory that arrays share: allocation ([`memory`]), who may read and write it when ([`data`]), what
//! becomes of it at the end ([`share`]), which process this is (`process`), and the work that threads
//! share (`team`).
//!
//! With [`crate::kernels`] the only place of the crate for unsafe code. Laws:
//!
//! * An address is formed only from a [`Memory`](memory::Memory) and a layout whose
//!   [`bytes`](crate::Layout::bytes) lie within it; `Array` checks that when it is made.
//! * Memory is initialised before anybody else can see it.
//! * While a function of the engine runs, nobody writes what it reads. Python's lock, or the user of a
//!   free-threaded Python, sees to that: two threads that write and read one array at the same time
//!   without a lock race on its elements, as in every array library.

pub mod access;
pub mod data;
pub mod memory;
pub(crate) mod process;
pub mod reserve;
pub mod share;
pub(crate) mod team;
