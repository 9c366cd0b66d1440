//! `tuple`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::flag;
use hpy_abi::*;

members! {
    fn ctx_Tuple_Check(ctx, h: HPy) -> Flag {
        Flag::new(L::is_subclass(L::type_of(obj(h)), flag::TUPLE, api().PyTuple_Type))
    }
    fn ctx_Tuple_FromArray(ctx, items: Handles, n: Len) -> HPy {
        let tuple = PyTuple_New(n.0);
        if tuple.is_null() {
            return HPy::NULL;
        }
        let direct = L::tuple_items(tuple);
        for i in 0..n.0 {
            let item = obj(*items.0.offset(i));
            L::incref(item);
            if direct.is_null() {
                PyTuple_SetItem(tuple, i, item);
            } else {
                direct.offset(i).write(item);
            }
        }
        handle(tuple)
    }
}
