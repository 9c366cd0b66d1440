//! Special methods and the slots they fill, as one table, and the functions between the two.

use crate::methods::Method;
use crate::parameters::Source;
use crate::wrapper::{Callee, Receiver};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ReturnType, Type};

/// How the methods of a protocol become slots.
#[derive(Clone, Copy)]
pub enum Protocol {
    /// One operand, an object out; the calling convention.
    Unary(&'static str),
    /// Two operands, either of which may be the instance.
    Binary,
    /// The same with a third operand for the modulus.
    Power,
    InPlace,
    /// The same for `**=`, whose slot has a calling convention to itself.
    InPlacePower,
    Len,
    Bool,
    Contains,
    Hash,
    Next,
    GetItem,
    SetItem,
    Compare,
    Call,
    Get,
    Set,
    Buffer,
}

/// A row of the table: the slots, the special methods that fill them, the protocol.
pub struct Row {
    pub slots: &'static [&'static str],
    pub methods: &'static [&'static str],
    pub protocol: Protocol,
}

macro_rules! rows {
    ($($($slot:ident)* = $($method:ident)*: $protocol:expr;)*) => {
        /// Every special method that is not an ordinary one.
        pub const ROWS: &[Row] = &[$(Row {
            slots: &[$(stringify!($slot)),*],
            methods: &[$(stringify!($method)),*],
            protocol: $protocol,
        }),*];
    };
}
use Protocol::*;
rows! {
    nb_negative = __neg__: Unary("UNARYFUNC");
    nb_positive = __pos__: Unary("UNARYFUNC");
    nb_absolute = __abs__: Unary("UNARYFUNC");
    nb_invert = __invert__: Unary("UNARYFUNC");
    nb_int = __int__: Unary("UNARYFUNC");
    nb_float = __float__: Unary("UNARYFUNC");
    nb_index = __index__: Unary("UNARYFUNC");
    tp_repr = __repr__: Unary("REPRFUNC");
    tp_str = __str__: Unary("REPRFUNC");
    tp_iter = __iter__: Unary("GETITERFUNC");
    tp_iternext = __next__: Next;
    nb_add = __add__ __radd__: Binary;
    nb_subtract = __sub__ __rsub__: Binary;
    nb_multiply = __mul__ __rmul__: Binary;
    nb_matrix_multiply = __matmul__ __rmatmul__: Binary;
    nb_true_divide = __truediv__ __rtruediv__: Binary;
    nb_floor_divide = __floordiv__ __rfloordiv__: Binary;
    nb_remainder = __mod__ __rmod__: Binary;
    nb_divmod = __divmod__ __rdivmod__: Binary;
    nb_lshift = __lshift__ __rlshift__: Binary;
    nb_rshift = __rshift__ __rrshift__: Binary;
    nb_and = __and__ __rand__: Binary;
    nb_xor = __xor__ __rxor__: Binary;
    nb_or = __or__ __ror__: Binary;
    nb_power = __pow__ __rpow__: Power;
    nb_inplace_add = __iadd__: InPlace;
    nb_inplace_subtract = __isub__: InPlace;
    nb_inplace_multiply = __imul__: InPlace;
    nb_inplace_matrix_multiply = __imatmul__: InPlace;
    nb_inplace_true_divide = __itruediv__: InPlace;
    nb_inplace_floor_divide = __ifloordiv__: InPlace;
    nb_inplace_remainder = __imod__: InPlace;
    nb_inplace_lshift = __ilshift__: InPlace;
    nb_inplace_rshift = __irshift__: InPlace;
    nb_inplace_and = __iand__: InPlace;
    nb_inplace_xor = __ixor__: InPlace;
    nb_inplace_or = __ior__: InPlace;
    nb_inplace_power = __ipow__: InPlacePower;
    nb_bool = __bool__: Bool;
    sq_contains = __contains__: Contains;
    tp_hash = __hash__: Hash;
    mp_length sq_length = __len__: Len;
    mp_subscript sq_item = __getitem__: GetItem;
    mp_ass_subscript sq_ass_item = __setitem__ __delitem__: SetItem;
    tp_richcompare = __lt__ __le__ __eq__ __ne__ __gt__ __ge__: Compare;
    tp_call = __call__: Call;
    tp_descr_get = __get__: Get;
    tp_descr_set = __set__ __delete__: Set;
    bf_getbuffer bf_releasebuffer = __buffer__: Buffer;
}

/// Special methods that a class cannot have (yet), and what to do instead.
pub const REFUSED: &[(&str, &str)] = &[
    ("__new__", "mark the constructor with `#[new]`"),
    ("__init__", "mark the constructor with `#[new]`"),
    ("__del__", "implement `Drop`"),
    ("__getattr__", "use `#[getter]` for known names"),
    ("__getattribute__", "use `#[getter]` for known names"),
    ("__setattr__", "use `#[setter]` for known names"),
    ("__delattr__", "use `#[setter]` for known names"),
    ("__await__", "asynchronous protocols are not supported yet"),
    ("__aiter__", "asynchronous protocols are not supported yet"),
    ("__anext__", "asynchronous protocols are not supported yet"),
];

/// Collects wrappers and the items that refer to them.
#[derive(Default)]
pub struct Output {
    pub wrappers: Vec<TokenStream>,
    pub items: Vec<TokenStream>,
}

impl Output {
    /// A fresh name for a wrapper.
    pub fn name(&self) -> Ident {
        format_ident!("Wrapper{}", self.wrappers.len())
    }

    /// Adds the implementation of a convention, and gives the wrapper's name. `body` is the body of
    /// a closure that returns a result.
    pub fn wrapper(
        &mut self,
        convention: &str,
        arguments: TokenStream,
        ret: &str,
        body: TokenStream,
    ) -> Ident {
        let (name, convention, ret) =
            (self.name(), format_ident!("{convention}"), result_type(ret));
        self.wrappers.push(quote! {
            struct #name;
            impl ::pommel::rt::trampolines::#convention for #name {
                #[inline(never)]
                #[allow(unused_variables)]
                unsafe extern "C" fn imp(
                    __ctx: *mut ::pommel::rt::HPyContext, #arguments
                ) -> #ret {
                    // SAFETY: Python calls with what the calling convention says: a live context
                    // and open handles.
                    unsafe { ::pommel::rt::enter(__ctx, move |__ctx| { #body }) }
                }
            }
        });
        name
    }

    /// Fills a slot with a wrapper.
    pub fn slot(&mut self, slot: &str, convention: &str, wrapper: &impl ToTokens) {
        let slot = format_ident!("{slot}");
        let pair = format_ident!("{}", convention.to_lowercase());
        self.items.push(quote! {
            ::pommel::rt::Item::Slot(::pommel::rt::SlotItem::new(
                ::pommel::rt::abi::slot::#slot,
                ::pommel::rt::pair::#pair::<#wrapper>(),
            ))
        });
    }

    /// A method with one operand for hosts that do not fill the slot, by way of the slot's function,
    /// so that the method's own code exists once.
    fn foreign_by(&mut self, method: &Method<'_>, call: TokenStream) -> syn::Result<()> {
        let name = self.name();
        self.wrappers.push(quote! {
            struct #name;
            impl ::pommel::rt::trampolines::O for #name {
                unsafe extern "C" fn imp(
                    __ctx: *mut ::pommel::rt::HPyContext,
                    __this: ::pommel::rt::HPy,
                    __other: ::pommel::rt::HPy,
                ) -> ::pommel::rt::HPy {
                    use ::pommel::rt::trampolines::*;
                    // SAFETY: the arguments are those of a call from Python.
                    unsafe { #call }
                }
            }
        });
        self.foreign(method, "o", &quote!(#name))
    }

    /// A method for hosts that do not fill the slot of the same meaning.
    fn foreign(
        &mut self,
        method: &Method<'_>,
        constructor: &str,
        wrapper: &TokenStream,
    ) -> syn::Result<()> {
        let constructor = format_ident!("{constructor}");
        let name = crate::text::c_string(&method.name, method.span)?;
        self.items.push(quote! {
            ::pommel::rt::Item::Method(
                ::pommel::rt::Place::Foreign,
                ::pommel::rt::Method::#constructor::<#wrapper>(
                    #name,
                    ::pommel::rt::Docs { plain: c"", with_signature: c"" },
                    ::core::option::Option::None,
                ),
            )
        });
        Ok(())
    }
}

fn result_type(name: &str) -> TokenStream {
    match name {
        "()" => quote!(()),
        "HPy" => quote!(::pommel::rt::HPy),
        other => {
            let other = format_ident!("{other}");
            quote!(::pommel::rt::abi::#other)
        }
    }
}

/// A borrowed object for a C argument.
fn borrow(variable: &str, argument: &str) -> TokenStream {
    let (variable, argument) = (format_ident!("{variable}"), format_ident!("{argument}"));
    quote!(let #variable = ::pommel::rt::borrow(__ctx, #argument);)
}

/// C arguments that are handles.
fn handles(names: &[&str]) -> TokenStream {
    let names = names.iter().map(|name| format_ident!("{name}"));
    quote!(#(#names: ::pommel::rt::HPy),*)
}

/// What a value of the wrong kind leads to.
#[derive(Clone, Copy, PartialEq)]
enum Mismatch {
    /// An exception that names the parameter.
    Raises,
    /// `NotImplemented`, so that Python tries the other operand: the closure gives `None`.
    Declines,
}

impl Method<'_> {
    /// The statements that read the receiver and the operands from objects, and the call.
    fn invoke(
        &self,
        this: TokenStream,
        operands: &[TokenStream],
        mismatch: Mismatch,
    ) -> (TokenStream, TokenStream) {
        self.invoke_as(self.callee(), this, operands, mismatch)
    }

    fn invoke_as(
        &self,
        callee: Callee<'_>,
        this: TokenStream,
        operands: &[TokenStream],
        mismatch: Mismatch,
    ) -> (TokenStream, TokenStream) {
        let mut statements = TokenStream::new();
        let mut values = Vec::new();
        let closed = callee.closed();
        for (i, parameter) in self.parameters.rust.iter().enumerate() {
            let Source::Slot(slot) = parameter.source else {
                values.push(quote!(__ctx));
                continue;
            };
            let (value, holder) = (format_ident!("__value{i}"), format_ident!("__holder{i}"));
            let (ty, operand) = (&parameter.ty, &operands[slot]);
            let (function, name) = (&self.name, &self.parameters.slots[slot].name);
            statements.extend(quote!(let mut #holder = ::core::default::Default::default();));
            statements.extend(match mismatch {
                Mismatch::Raises => {
                    let extract = callee.extract_function(slot);
                    quote_spanned! { ty.span() =>
                        let #value = ::pommel::rt::#extract::<#ty>(#operand, &mut #holder,
                            const { &::pommel::rt::ArgumentName { function: #function, parameter: #name } })?;
                    }
                }
                Mismatch::Declines => quote_spanned! { ty.span() =>
                    let ::core::option::Option::Some(#value) =
                        ::pommel::rt::extract_operand::<#ty, { #closed }>(#operand, &mut #holder)?
                    else {
                        return ::core::result::Result::Ok(::core::option::Option::None);
                    };
                },
            });
            values.push(quote!(#value));
        }
        statements.extend(callee.bind_receiver(&this));
        (statements, callee.call(&values))
    }

    /// A closure from receiver and other operand to `Option<HPy>`. A method of `pow` that takes no
    /// modulus declines one.
    fn half(&self, callee: Callee<'_>, power: bool) -> TokenStream {
        let operands = [quote!(__other), quote!(&__modulus)];
        let (statements, call) =
            self.invoke_as(callee, quote!(__this), &operands, Mismatch::Declines);
        let decline = match power && self.parameters.slots.len() == 1 {
            true => quote! {
                if !__modulus.is_none() {
                    return ::core::result::Result::Ok(::core::option::Option::None);
                }
            },
            false => quote!(),
        };
        quote! {
            |__this: &::pommel::Object<'_>, __other: &::pommel::Object<'_>|
                -> ::pommel::Result<::core::option::Option<::pommel::rt::HPy>>
            {
                #decline
                #statements
                ::pommel::rt::object_result(__ctx, #call).map(::core::option::Option::Some)
            }
        }
    }

    /// An error unless the method takes this number of operands.
    fn takes(&self, counts: &[usize]) -> syn::Result<()> {
        let has = self.parameters.slots.len();
        if self.parameters.var_args || self.parameters.var_keywords || !counts.contains(&has) {
            let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
            let text = format!(
                "`{}` takes {} parameter(s) besides the receiver",
                self.name,
                counts.join(" or ")
            );
            return Err(syn::Error::new(self.span, text));
        }
        match self.callee().receiver {
            Receiver::Shared | Receiver::Exclusive | Receiver::Instance => Ok(()),
            Receiver::None | Receiver::Class => {
                Err(syn::Error::new(self.span, format!("`{}` needs a receiver", self.name)))
            }
        }
    }

    fn returns_nothing(&self) -> bool {
        match &self.function.sig.output {
            ReturnType::Default => true,
            ReturnType::Type(_, ty) => {
                let text = quote!(#ty).to_string().replace(' ', "");
                text == "()" || (text.contains("Result<()>") || text.contains("Result<(),"))
            }
        }
    }
}

impl Row {
    /// Whether the method as it stands serves hosts that do not fill the slot. Operators have to
    /// decline operands, and the end of an iteration is an exception there.
    pub fn is_ordinary_elsewhere(&self) -> bool {
        !matches!(
            self.protocol,
            Next | Binary
                | Power
                | InPlace
                | InPlacePower
                | Compare
                | Hash
                | GetItem
                | Get
                | Buffer
        )
    }

    /// Adds the slots of a protocol; `found` has the methods of the row that the class defines.
    pub fn expand(&self, found: &[&Method<'_>], class: &Type, out: &mut Output) -> syn::Result<()> {
        let one = found[0];
        let by_name =
            |i: usize| found.iter().find(|m| m.name == *self.methods.get(i).unwrap_or(&""));
        match self.protocol {
            Unary(convention) => self.unary(one, convention, out),
            Next => self.next(one, out),
            Binary => self.binary(by_name(0), by_name(1), class, false, out),
            Power => self.binary(by_name(0), by_name(1), class, true, out),
            InPlace => {
                let wrapper = self.in_place(one, out)?;
                out.slot(self.slots[0], "BINARYFUNC", &wrapper);
                Ok(())
            }
            InPlacePower => {
                let wrapper = self.in_place(one, out)?;
                let adapted = quote!(::pommel::rt::InPlacePower<#class, #wrapper>);
                out.slot(self.slots[0], "INPLACE_POWER", &adapted);
                Ok(())
            }
            Len => self.question(one, "LENFUNC", "LenOrErr", "len_result", out),
            Bool => self.question(one, "INQUIRY", "FlagOrErr", "flag_result", out),
            Hash => self.question(one, "HASHFUNC", "Hash", "hash_result", out),
            Contains => self.contains(one, out),
            GetItem => self.get_item(one, out),
            SetItem => self.set_item(by_name(0), by_name(1), out),
            Compare => self.compare(found, out),
            Call => {
                self.call(one, out);
                Ok(())
            }
            Get => self.get(one, out),
            Set => self.set(by_name(0), by_name(1), out),
            Buffer => self.buffer(one, class, out),
        }
    }

    fn unary(&self, m: &Method<'_>, convention: &str, out: &mut Output) -> syn::Result<()> {
        m.takes(&[0])?;
        let (statements, call) = m.invoke(quote!(&__this), &[], Mismatch::Raises);
        let this = borrow("__this", "arg0");
        let body = quote!(#this #statements ::pommel::rt::object_result(__ctx, #call));
        let wrapper = out.wrapper(convention, handles(&["arg0"]), "HPy", body);
        out.slot(self.slots[0], convention, &wrapper);
        Ok(())
    }

    fn next(&self, m: &Method<'_>, out: &mut Output) -> syn::Result<()> {
        m.takes(&[0])?;
        let (statements, call) = m.invoke(quote!(&__this), &[], Mismatch::Raises);
        let this = borrow("__this", "arg0");
        let body = quote!(#this #statements ::pommel::rt::next_result(__ctx, #call));
        let wrapper = out.wrapper("ITERNEXTFUNC", handles(&["arg0"]), "HPy", body);
        out.slot(self.slots[0], "ITERNEXTFUNC", &wrapper);
        let body = quote!(#this #statements ::pommel::rt::next_method_result(__ctx, #call));
        let wrapper = out.wrapper("NOARGS", handles(&["arg0"]), "HPy", body);
        out.foreign(m, "noargs", &quote!(#wrapper))
    }

    fn question(
        &self,
        m: &Method<'_>,
        convention: &str,
        ret: &str,
        result: &str,
        out: &mut Output,
    ) -> syn::Result<()> {
        m.takes(&[0])?;
        let (statements, call) = m.invoke(quote!(&__this), &[], Mismatch::Raises);
        let (this, result) = (borrow("__this", "arg0"), format_ident!("{result}"));
        let body = quote!(#this #statements ::pommel::rt::#result(#call));
        let wrapper = out.wrapper(convention, handles(&["arg0"]), ret, body);
        self.slots.iter().for_each(|slot| out.slot(slot, convention, &wrapper));
        match self.protocol {
            Hash => out.foreign(m, "noargs", &quote!(::pommel::rt::HashMethod<#wrapper>)),
            _ => Ok(()),
        }
    }

    fn contains(&self, m: &Method<'_>, out: &mut Output) -> syn::Result<()> {
        m.takes(&[1])?;
        let (statements, call) = m.invoke(quote!(&__this), &[quote!(&__value)], Mismatch::Raises);
        let (this, value) = (borrow("__this", "arg0"), borrow("__value", "arg1"));
        let body = quote!(#this #value #statements ::pommel::rt::flag_result(#call));
        let wrapper = out.wrapper("OBJOBJPROC", handles(&["arg0", "arg1"]), "FlagOrErr", body);
        out.slot(self.slots[0], "OBJOBJPROC", &wrapper);
        Ok(())
    }

    fn binary(
        &self,
        method: Option<&&Method<'_>>,
        reflected_method: Option<&&Method<'_>>,
        class: &Type,
        power: bool,
        out: &mut Output,
    ) -> syn::Result<()> {
        let half = |m: Option<&&Method<'_>>| match m {
            Some(m) => {
                m.takes(if power { &[1, 2] } else { &[1] })?;
                // `rt::binary` has looked at the receiver.
                let callee = Callee { fills_slot: false, ..m.callee() };
                Ok::<_, syn::Error>(m.half(callee, power))
            }
            None => Ok(quote!(::pommel::rt::no_half)),
        };
        let (left, reflected) = (half(method)?, half(reflected_method)?);
        let (convention, arguments, modulus) = match power {
            false => ("BINARYFUNC", handles(&["arg0", "arg1"]), quote!()),
            true => {
                let modulus = borrow("__modulus", "arg2");
                ("TERNARYFUNC", handles(&["arg0", "arg1", "arg2"]), modulus)
            }
        };
        let body = quote! {
            #modulus
            ::pommel::rt::binary::<#class>(__ctx, arg0, arg1, #left, #reflected)
        };
        let wrapper = out.wrapper(convention, arguments, "HPy", body);
        out.slot(self.slots[0], convention, &wrapper);
        for (method, is_reflected) in [(method, false), (reflected_method, true)] {
            let Some(method) = method else { continue };
            if power {
                let adapted = quote!(::pommel::rt::PowerMethod<#wrapper, #is_reflected>);
                out.foreign(method, "varargs", &adapted)?;
            } else {
                let operands = match is_reflected {
                    false => quote!(__this, __other),
                    true => quote!(__other, __this),
                };
                out.foreign_by(method, quote!(<#wrapper as BINARYFUNC>::imp(__ctx, #operands)))?;
            }
        }
        Ok(())
    }

    /// The wrapper of the method, and the method for other hosts.
    fn in_place(&self, m: &Method<'_>, out: &mut Output) -> syn::Result<Ident> {
        m.takes(&[1])?;
        let (statements, call) = m.invoke(quote!(__this), &[quote!(__other)], Mismatch::Declines);
        let result = match m.returns_nothing() {
            true => quote! {
                ::pommel::rt::Fallible::<()>::into_result(#call)?;
                ::core::result::Result::Ok(::core::option::Option::Some(::pommel::rt::itself(__this)))
            },
            false => quote! {
                ::pommel::rt::object_result(__ctx, #call).map(::core::option::Option::Some)
            },
        };
        let (this, other) = (borrow("__this", "arg0"), borrow("__other", "arg1"));
        let body = quote! {
            #this
            #other
            let __half = |__this: &::pommel::Object<'_>, __other: &::pommel::Object<'_>|
                -> ::pommel::Result<::core::option::Option<::pommel::rt::HPy>>
            {
                #statements
                #result
            };
            let __result = __half(&__this, &__other)?;
            ::core::result::Result::Ok(
                __result.unwrap_or_else(|| ::pommel::rt::not_implemented(__ctx)),
            )
        };
        let wrapper = out.wrapper("BINARYFUNC", handles(&["arg0", "arg1"]), "HPy", body);
        out.foreign_by(m, quote!(<#wrapper as BINARYFUNC>::imp(__ctx, __this, __other)))?;
        Ok(wrapper)
    }

    fn get_item(&self, m: &Method<'_>, out: &mut Output) -> syn::Result<()> {
        m.takes(&[1])?;
        let (statements, call) = m.invoke(quote!(&__this), &[quote!(&__key)], Mismatch::Raises);
        let (this, key) = (borrow("__this", "arg0"), borrow("__key", "arg1"));
        let body = quote!(#this #key #statements ::pommel::rt::object_result(__ctx, #call));
        let wrapper = out.wrapper("BINARYFUNC", handles(&["arg0", "arg1"]), "HPy", body);
        out.slot(self.slots[0], "BINARYFUNC", &wrapper);
        out.foreign_by(m, quote!(<#wrapper as BINARYFUNC>::imp(__ctx, __this, __other)))?;
        if !m.parameters.first_is_integer() {
            return Ok(());
        }
        let position = quote!(let __key = ::pommel::rt::position(__ctx, arg1.0)?;);
        let body = quote!(#this #position #statements ::pommel::rt::object_result(__ctx, #call));
        let arguments = quote!(arg0: ::pommel::rt::HPy, arg1: ::pommel::rt::abi::Len);
        let wrapper = out.wrapper("SSIZEARGFUNC", arguments, "HPy", body);
        out.slot(self.slots[1], "SSIZEARGFUNC", &wrapper);
        Ok(())
    }

    fn set_item(
        &self,
        set: Option<&&Method<'_>>,
        del: Option<&&Method<'_>>,
        out: &mut Output,
    ) -> syn::Result<()> {
        let refuse = |what: &str| {
            let text = format!("this object does not support item {what}");
            quote!(::core::result::Result::Err(::pommel::Error::type_error(#text)))
        };
        let mut integer = true;
        let mut arm = |m: Option<&&Method<'_>>, operands: &[TokenStream], what: &str| match m {
            None => Ok::<_, syn::Error>(refuse(what)),
            Some(m) => {
                m.takes(&[operands.len()])?;
                integer &= m.parameters.first_is_integer();
                let (statements, call) = m.invoke(quote!(&__this), operands, Mismatch::Raises);
                Ok(quote!({ #statements ::pommel::rt::status_result(#call) }))
            }
        };
        let set = arm(set, &[quote!(&__key), quote!(&__value)], "assignment")?;
        let del = arm(del, &[quote!(&__key)], "deletion")?;
        let (this, value) = (borrow("__this", "arg0"), borrow("__value", "arg2"));
        let choose = quote!(if arg2.is_null() { #del } else { #value #set });
        let key = borrow("__key", "arg1");
        let arguments = handles(&["arg0", "arg1", "arg2"]);
        let wrapper = out.wrapper("OBJOBJARGPROC", arguments, "Status", quote!(#this #key #choose));
        out.slot(self.slots[0], "OBJOBJARGPROC", &wrapper);
        if integer {
            let key = quote!(let __key = ::pommel::rt::position(__ctx, arg1.0)?;);
            let arguments = quote! {
                arg0: ::pommel::rt::HPy, arg1: ::pommel::rt::abi::Len, arg2: ::pommel::rt::HPy
            };
            let body = quote!(#this #key #choose);
            let wrapper = out.wrapper("SSIZEOBJARGPROC", arguments, "Status", body);
            out.slot(self.slots[1], "SSIZEOBJARGPROC", &wrapper);
        }
        Ok(())
    }

    fn compare(&self, found: &[&Method<'_>], out: &mut Output) -> syn::Result<()> {
        let mut arms = TokenStream::new();
        let has = |name: &str| found.iter().any(|m| m.name == name);
        for m in found {
            m.takes(&[1])?;
            let half = m.half(m.callee(), false);
            let op = format_ident!("{}", m.name.trim_matches('_').to_uppercase());
            arms.extend(quote! {
                if __op == ::pommel::rt::#op {
                    let __half = #half;
                    __half(&__this, &__other)?
                } else
            });
            if m.name == "__eq__" && !has("__ne__") {
                arms.extend(quote! {
                    if __op == ::pommel::rt::NE {
                        let __half = #half;
                        ::pommel::rt::inverted(__ctx, __half(&__this, &__other)?)?
                    } else
                });
            }
        }
        let (this, other) = (borrow("__this", "arg0"), borrow("__other", "arg1"));
        let body = quote! {
            #this
            #other
            let __op = arg2;
            let __result = #arms { ::core::option::Option::None };
            ::core::result::Result::Ok(
                __result.unwrap_or_else(|| ::pommel::rt::not_implemented(__ctx)),
            )
        };
        let arguments = handles(&["arg0", "arg1"]);
        let arguments = quote!(#arguments, arg2: ::pommel::rt::abi::CmpOp);
        let wrapper = out.wrapper("RICHCMPFUNC", arguments, "HPy", body);
        out.slot(self.slots[0], "RICHCMPFUNC", &wrapper);
        for m in found {
            let op = format_ident!("{}", m.name.trim_matches('_').to_uppercase());
            let imp = quote!(<#wrapper as RICHCMPFUNC>::imp);
            out.foreign_by(m, quote!(#imp(__ctx, __this, __other, ::pommel::rt::#op)))?;
        }
        Ok(())
    }

    fn call(&self, m: &Method<'_>, out: &mut Output) {
        let wrapper = out.name();
        out.wrappers
            .push(m.callee().implementation(&wrapper, crate::wrapper::Convention::Keywords));
        out.slot(self.slots[0], "KEYWORDS", &wrapper);
    }

    /// `__get__`: without an instance, or without its class, Python passes null.
    fn get(&self, m: &Method<'_>, out: &mut Output) -> syn::Result<()> {
        m.takes(&[2])?;
        let operands = [quote!(&__instance), quote!(&__owner)];
        let (statements, call) = m.invoke(quote!(&__this), &operands, Mismatch::Raises);
        let this = borrow("__this", "arg0");
        let body = quote! {
            #this
            let __instance = ::pommel::rt::borrow_or_none(__ctx, arg1);
            let __owner = ::pommel::rt::borrow_or_none(__ctx, arg2);
            #statements
            ::pommel::rt::object_result(__ctx, #call)
        };
        let wrapper = out.wrapper("TERNARYFUNC", handles(&["arg0", "arg1", "arg2"]), "HPy", body);
        out.slot(self.slots[0], "TERNARYFUNC", &wrapper);
        out.foreign(m, "varargs", &quote!(::pommel::rt::GetMethod<#wrapper>))
    }

    /// `__set__` and `__delete__`; where one of them is missing, Python says no more than its name.
    fn set(
        &self,
        set: Option<&&Method<'_>>,
        delete: Option<&&Method<'_>>,
        out: &mut Output,
    ) -> syn::Result<()> {
        let arm = |m: Option<&&Method<'_>>, operands: &[TokenStream], name: &str| match m {
            None => Ok::<_, syn::Error>(quote! {
                ::core::result::Result::Err(::pommel::Error::attribute_error(#name))
            }),
            Some(m) => {
                m.takes(&[operands.len()])?;
                let (statements, call) = m.invoke(quote!(&__this), operands, Mismatch::Raises);
                Ok(quote!({ #statements ::pommel::rt::status_result(#call) }))
            }
        };
        let set = arm(set, &[quote!(&__instance), quote!(&__value)], "__set__")?;
        let delete = arm(delete, &[quote!(&__instance)], "__delete__")?;
        let (this, instance) = (borrow("__this", "arg0"), borrow("__instance", "arg1"));
        let value = borrow("__value", "arg2");
        let body = quote!(#this #instance if arg2.is_null() { #delete } else { #value #set });
        let arguments = handles(&["arg0", "arg1", "arg2"]);
        let wrapper = out.wrapper("OBJOBJARGPROC", arguments, "Status", body);
        out.slot(self.slots[0], "OBJOBJARGPROC", &wrapper);
        Ok(())
    }

    fn buffer(&self, m: &Method<'_>, class: &Type, out: &mut Output) -> syn::Result<()> {
        m.takes(&[0])?;
        let path = m.callee().path;
        let (export, release) = match m.callee().receiver {
            Receiver::Exclusive => (quote!(export_mut), quote!(release_mut)),
            _ => (quote!(export), quote!(release)),
        };
        let this = borrow("__this", "arg0");
        let body = quote! {
            #this
            ::pommel::rt::#export::<#class>(&__this, arg1, arg2, |__this| {
                ::pommel::rt::Fallible::into_result(#path(__this))
            })
        };
        let view = quote!(arg1: *mut ::pommel::rt::abi::HPy_buffer);
        let arguments = quote!(arg0: ::pommel::rt::HPy, #view, arg2: ::core::ffi::c_int);
        let wrapper = out.wrapper("GETBUFFERPROC", arguments, "Status", body);
        out.slot(self.slots[0], "GETBUFFERPROC", &wrapper);
        let body = quote!(#this ::pommel::rt::#release::<#class>(&__this, arg1));
        let arguments = quote!(arg0: ::pommel::rt::HPy, #view);
        let wrapper = out.wrapper("RELEASEBUFFERPROC", arguments, "()", body);
        out.slot(self.slots[1], "RELEASEBUFFERPROC", &wrapper);
        Ok(())
    }
}

impl Method<'_> {
    /// The slot function of a getter or setter, and a function of the module that does the same,
    /// for hosts whose own properties do not work.
    pub fn property(
        &self,
        convention: &str,
        out: &mut Output,
    ) -> syn::Result<(Ident, TokenStream)> {
        let setter = convention == "SETTER";
        let value = if setter { vec![quote!(&__value)] } else { vec![] };
        self.takes(&[value.len()])?;
        let (statements, call) = self.invoke(quote!(&__this), &value, Mismatch::Raises);
        let this = borrow("__this", "arg0");
        let void = quote!(*mut ::core::ffi::c_void);
        let null = quote!(::core::ptr::null_mut());
        if !setter {
            let body = quote!(#this #statements ::pommel::rt::object_result(__ctx, #call));
            let arguments = quote!(arg0: ::pommel::rt::HPy, arg1: #void);
            let wrapper = out.wrapper(convention, arguments, "HPy", body);
            let function = out.name();
            out.wrappers.push(quote! {
                struct #function;
                impl ::pommel::rt::trampolines::O for #function {
                    unsafe extern "C" fn imp(
                        __ctx: *mut ::pommel::rt::HPyContext,
                        _module: ::pommel::rt::HPy,
                        __this: ::pommel::rt::HPy,
                    ) -> ::pommel::rt::HPy {
                        // SAFETY: the receiver is checked on every host that calls this.
                        unsafe {
                            <#wrapper as ::pommel::rt::trampolines::GETTER>::imp(__ctx, __this, #null)
                        }
                    }
                }
            });
            return Ok((wrapper, self.hidden_function("o", &function)?));
        }
        let (name, value) = (&self.name, borrow("__value", "arg1"));
        let body = quote! {
            ::pommel::rt::not_deleted(#name, arg1)?;
            #this
            #value
            #statements
            ::pommel::rt::status_result(#call)
        };
        let arguments = quote!(arg0: ::pommel::rt::HPy, arg1: ::pommel::rt::HPy, arg2: #void);
        let wrapper = out.wrapper(convention, arguments, "Status", body);
        let arguments = quote! {
            _module: ::pommel::rt::HPy, __args: ::pommel::rt::abi::Handles, __nargs: usize
        };
        let body = quote! {
            let [arg0, arg1] = ::pommel::rt::setter_arguments(__args, __nargs)?;
            let __status = <#wrapper as ::pommel::rt::trampolines::SETTER>::imp(
                __ctx.as_raw(), arg0, arg1, #null,
            );
            ::pommel::rt::setter_result(__ctx, __status)
        };
        let function = out.wrapper("VARARGS", arguments, "HPy", body);
        Ok((wrapper, self.hidden_function("varargs", &function)?))
    }

    fn hidden_function(&self, constructor: &str, wrapper: &Ident) -> syn::Result<TokenStream> {
        let constructor = format_ident!("{constructor}");
        let name = crate::text::c_string(&self.name, self.span)?;
        Ok(quote! {
            ::core::option::Option::Some(::pommel::rt::Method::#constructor::<#wrapper>(
                #name,
                ::pommel::rt::Docs { plain: c"", with_signature: c"" },
                ::core::option::Option::None,
            ))
        })
    }
}
