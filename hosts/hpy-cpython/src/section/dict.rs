//! `dict`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::flag;
use hpy_abi::*;

members! {
    fn ctx_Dict_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::DICT, api().PyDict_Type))
    }
    fn ctx_Dict_New(ctx) -> HPy { handle(PyDict_New()) }
    fn ctx_Dict_Keys(ctx, h: HPy) -> HPy { handle(PyDict_Keys(obj(h))) }
    fn ctx_Dict_Copy(ctx, h: HPy) -> HPy { handle(PyDict_Copy(obj(h))) }
}
