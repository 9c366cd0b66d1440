//! The C function around a Rust function: arguments in, call, result out.

use crate::parameters::{Parameter, Parameters, Source};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// How a function gets at the object it is a method of.
pub enum Receiver {
    /// A function without one.
    None,
    /// `&self`.
    Shared,
    /// `&mut self`.
    Exclusive,
    /// A first parameter `&Instance<Self>`.
    Instance,
    /// A first parameter `&Type`, of a class method: the first positional argument.
    Class,
}

/// How Python passes the arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    NoArgs,
    One,
    Positional,
    Keywords,
    New,
}

impl Convention {
    /// The cheapest convention for these parameters of a method or, without a receiver, a function.
    pub fn of(parameters: &Parameters, receiver: &Receiver) -> Convention {
        let shifted = matches!(receiver, Receiver::Class);
        let named = parameters.slots.len() > parameters.positional_only || parameters.var_keywords;
        if named {
            Convention::Keywords
        } else if parameters.var_args || shifted {
            Convention::Positional
        } else {
            match parameters.slots.as_slice() {
                // CPython's interpreter has a short way to functions with an array of arguments,
                // even an empty one, and none to functions without arguments; with methods it is
                // the other way round.
                [] if matches!(receiver, Receiver::None) => Convention::Positional,
                [] => Convention::NoArgs,
                [one] if one.default.is_none() => Convention::One,
                _ => Convention::Positional,
            }
        }
    }

    /// Whether arguments have to find their parameters.
    fn binds(self) -> bool {
        !matches!(self, Convention::NoArgs | Convention::One)
    }

    /// The trait in `pommel::rt::trampolines`.
    pub fn trait_name(self) -> Ident {
        let name = match self {
            Convention::NoArgs => "NOARGS",
            Convention::One => "O",
            Convention::Positional => "VARARGS",
            Convention::Keywords => "KEYWORDS",
            Convention::New => "NEWFUNC",
        };
        format_ident!("{name}")
    }

    /// The constructor of `pommel::rt::Method`.
    pub fn constructor(self) -> Ident {
        let name = match self {
            Convention::NoArgs => "noargs",
            Convention::One => "o",
            Convention::Positional => "varargs",
            Convention::Keywords | Convention::New => "keywords",
        };
        format_ident!("{name}")
    }
}

/// A Rust function and how to call it.
pub struct Callee<'a> {
    /// The path by which the wrapper reaches it.
    pub path: TokenStream,
    /// The Python name, for messages.
    pub name: &'a str,
    pub receiver: Receiver,
    pub class: Option<&'a Type>,
    /// Whether it is the constructor of the class.
    pub constructs: bool,
    /// Whether it is called through a slot, whose receiver not every interpreter checks.
    pub fills_slot: bool,
    pub parameters: &'a Parameters,
    /// Whether the result is a number, a string or a struct of the class, which borrows nothing.
    pub returns_plain: bool,
}

impl Callee<'_> {
    /// The statements that bind the receiver behind the variable `object` to `__receiver`.
    pub fn bind_receiver(&self, object: &TokenStream) -> TokenStream {
        let Some(class) = self.class else { return quote!() };
        let (mutability, function) = match self.receiver {
            Receiver::Shared => (quote!(), quote!(receiver)),
            Receiver::Exclusive => (quote!(mut), quote!(receiver_mut)),
            Receiver::Instance => (quote!(), quote!(instance)),
            Receiver::None | Receiver::Class => return quote!(),
        };
        let (slot, closed) = (self.fills_slot, self.closed());
        let closed = match self.receiver {
            Receiver::Instance => quote!(),
            _ => quote!(, { #closed }),
        };
        quote! {
            // SAFETY: Python passed it as `self` to a method or slot of this class; and if the
            // method is closed, only its own code comes before the end of the borrow.
            let #mutability __receiver =
                unsafe { ::pommel::rt::#function::<#class, #slot #closed>(#object)? };
        }
    }

    /// Whether nothing in the method can get at Python: it has numbers and structs and nothing else,
    /// and what it returns does not borrow from them, because that is made an object while the
    /// borrows last. A constant expression; the types of the parameters know.
    pub fn closed(&self) -> TokenStream {
        let slots = |p: &Parameter| matches!(p.source, Source::Slot(_));
        let rust = &self.parameters.rust;
        let by_reference = match self.receiver {
            Receiver::Shared => true,
            // The parameter may be the receiver once more, which only the count can tell.
            Receiver::Exclusive => rust.iter().all(|p| !matches!(p.ty, Type::Reference(_))),
            _ => false,
        };
        // With several parameters, reading one may run Python code while another is borrowed.
        if !(by_reference && self.returns_plain && rust.len() <= 1 && rust.iter().all(slots)) {
            return quote!(false);
        }
        let types = rust.iter().map(|p| &p.ty);
        quote!(true #(&& <#types as ::pommel::Argument<'_, '_, '_>>::CLOSED)*)
    }

    /// The receiver as the first argument of the call.
    fn receiver_argument(&self) -> TokenStream {
        match self.receiver {
            Receiver::None => quote!(),
            Receiver::Shared => quote!(&*__receiver,),
            Receiver::Exclusive => quote!(&mut *__receiver,),
            Receiver::Instance | Receiver::Class => quote!(__receiver,),
        }
    }

    /// The call. A result that borrows nothing is not yet an object when the borrow of the receiver
    /// ends, so that nothing has to be remembered while it is made one.
    pub fn call(&self, values: &[TokenStream]) -> TokenStream {
        let (path, first) = (&self.path, self.receiver_argument());
        let call = quote!(#path(#first #(#values),*));
        match self.receiver {
            Receiver::Shared | Receiver::Exclusive if self.returns_plain => {
                quote!(::pommel::rt::ended(#call, __receiver))
            }
            _ => call,
        }
    }

    /// The C function of this convention: an implementation of its trait for `wrapper`.
    pub fn implementation(&self, wrapper: &Ident, convention: Convention) -> TokenStream {
        let trait_name = convention.trait_name();
        let (arguments, body) = (c_arguments(convention), self.body(convention));
        let params = if convention.binds() { self.params() } else { quote!() };
        let rebind = self.rebind(convention, wrapper);
        quote! {
            struct #wrapper;
            impl ::pommel::rt::trampolines::#trait_name for #wrapper {
                #[inline(never)]
                unsafe extern "C" fn imp(
                    __ctx: *mut ::pommel::rt::HPyContext, #arguments
                ) -> ::pommel::rt::HPy {
                    #params
                    #rebind
                    // SAFETY: Python calls with what the calling convention says: a live context
                    // and open handles, as many as it says.
                    unsafe { ::pommel::rt::enter(__ctx, move |__ctx| { #body }) }
                }
            }
        }
    }

    fn body(&self, convention: Convention) -> TokenStream {
        let bind = self.bind_slots(convention);
        let (this, receiver) = match (&self.receiver, convention) {
            (Receiver::None | Receiver::Class, _) | (_, Convention::New) => (quote!(), quote!()),
            _ => {
                let this = quote!(let __self = ::pommel::rt::borrow(__ctx, __self););
                (this, self.bind_receiver(&quote!(&__self)))
            }
        };
        let (extract, values) = self.extract();
        let call = self.call(&values);
        let finish = match (convention, self.class) {
            (Convention::New, Some(class)) => quote! {
                let __value: #class = ::pommel::rt::Fallible::into_result(#call)?;
                ::pommel::rt::new_raw_of(__ctx, __type, __value)
                    .map(::pommel::rt::NewHandle::into_bits)
            },
            _ => quote!(::pommel::rt::object_result(__ctx, #call)),
        };
        // The receiver is borrowed last: reading the arguments may run Python code that uses it.
        quote!(#this #bind #extract #receiver #finish)
    }

    /// Fills `__slots` (and `__bound`, where there are rests).
    fn bind_slots(&self, convention: Convention) -> TokenStream {
        let count = self.parameters.slots.len();
        let class = match self.receiver {
            Receiver::Class => quote! {
                let __class = ::pommel::rt::borrow(__ctx, *__args.0);
                let __receiver = ::pommel::rt::as_type(&__class)?;
                let (__args, __nargs) = (::pommel::rt::abi::Handles(__args.0.add(1)), __nargs - 1);
            },
            _ => quote!(),
        };
        let slots = quote!(let mut __slots = [::pommel::rt::HPy::NULL; #count];);
        let general = match convention {
            Convention::NoArgs => return quote!(),
            Convention::One => return quote!(let __slots = [__arg];),
            _ if self.all_by_position() => {
                return quote!(let __slots = ::pommel::rt::in_order::<#count>(__args););
            }
            Convention::New => quote! {
                let mut __kept = ::std::vec::Vec::new();
                let __bound = ::pommel::rt::bind_new(
                    __ctx, &PARAMS, __args.0, __nargs as usize, __kw, &mut __slots, &mut __kept,
                )?;
            },
            Convention::Keywords => bind_general(quote!(__kwnames)),
            Convention::Positional => bind_general(quote!(::pommel::rt::HPy::NULL)),
        };
        quote!(#class #slots #general)
    }

    /// Whether a call may pass every parameter by position, which then needs no binding.
    fn all_by_position(&self) -> bool {
        let shifted = matches!(self.receiver, Receiver::Class);
        self.parameters.slots.len() == self.parameters.positional && !self.has_rest() && !shifted
    }

    /// What comes before the body: a call that does not pass every parameter by position is sorted
    /// out elsewhere, and comes back as one that does.
    fn rebind(&self, convention: Convention, wrapper: &Ident) -> TokenStream {
        if !convention.binds() || !self.all_by_position() {
            return quote!();
        }
        let count = self.parameters.slots.len();
        let (function, self_, keywords) = match convention {
            Convention::New => ("rebind_new", quote!(__type), Some(quote!(__kw))),
            Convention::Keywords => ("rebind_keywords", quote!(__self), Some(quote!(__kwnames))),
            _ => ("rebind", quote!(__self), None),
        };
        let function = format_ident!("{function}");
        let named = keywords.as_ref().map(|keywords| quote!(|| !#keywords.is_null()));
        let keywords = keywords.map(|keywords| quote!(#keywords,));
        quote! {
            if __nargs != #count as _ #named {
                // SAFETY: these are the arguments of the call.
                return unsafe {
                    ::pommel::rt::#function::<#wrapper, #count>(
                        __ctx, #self_, __args, __nargs, #keywords &PARAMS,
                    )
                };
            }
        }
    }

    fn has_rest(&self) -> bool {
        self.parameters.var_args || self.parameters.var_keywords
    }

    /// The name in messages: a constructor is called by the name of its class.
    fn spoken_name(&self) -> TokenStream {
        match self.class {
            Some(class) if self.constructs => {
                quote!(const { ::pommel::rt::class_name::<#class>() })
            }
            _ => self.name.to_token_stream(),
        }
    }

    /// The description of the parameters for the general way.
    fn params(&self) -> TokenStream {
        let Parameters { positional_only, positional, var_args, var_keywords, .. } =
            self.parameters;
        let slots = &self.parameters.slots;
        let (function, names) = (self.spoken_name(), slots.iter().map(|slot| &slot.name));
        let count = slots.len();
        let required = slots.iter().map(|slot| slot.default.is_none());
        quote! {
            static NAMES: [::pommel::rt::Name; #count] = [#(::pommel::rt::Name::new(#names)),*];
            static PARAMS: ::pommel::rt::Params = ::pommel::rt::Params {
                function: #function,
                names: &NAMES,
                positional_only: #positional_only,
                positional: #positional,
                required: &[#(#required),*],
                var_args: #var_args,
                var_keywords: #var_keywords,
            };
        }
    }

    /// The statements that read every parameter, and the values in the order of the Rust function.
    fn extract(&self) -> (TokenStream, Vec<TokenStream>) {
        let mut statements = TokenStream::new();
        let mut values = Vec::new();
        for (i, parameter) in self.parameters.rust.iter().enumerate() {
            let value = format_ident!("__value{i}");
            values.push(match &parameter.source {
                Source::Context => quote!(__ctx),
                Source::VarArgs => {
                    quote!(::pommel::Args::rest(__ctx, __args.0, __nargs as usize, __bound.taken))
                }
                Source::VarKeywords => quote!(__bound.keywords),
                Source::Slot(slot) => {
                    statements.extend(self.extract_slot(*slot, &parameter.ty, i));
                    quote!(#value)
                }
            });
        }
        (statements, values)
    }

    /// What reads an argument: an index that fits no integer type is out of range, as for a list.
    pub fn extract_function(&self, slot: usize) -> Ident {
        const INDEXED: &[&str] = &["__getitem__", "__setitem__", "__delitem__"];
        let is_index = self.fills_slot
            && slot == 0
            && INDEXED.contains(&self.name)
            && self.parameters.first_is_integer();
        format_ident!("{}", if is_index { "extract_index" } else { "extract" })
    }

    fn extract_slot(&self, slot: usize, ty: &Type, i: usize) -> TokenStream {
        let (function, parameter) = (self.spoken_name(), &self.parameters.slots[slot].name);
        let value = format_ident!("__value{i}");
        let object = format_ident!("__object{i}");
        let holder = format_ident!("__holder{i}");
        let extract = self.extract_function(slot);
        let extract = quote_spanned! { ty.span() =>
            ::pommel::rt::#extract::<#ty>(&#object, &mut #holder, const { &::pommel::rt::ArgumentName {
                function: #function,
                parameter: #parameter,
            } })?
        };
        let bind = quote!(#object = ::pommel::rt::borrow(__ctx, __slots[#slot]););
        match &self.parameters.slots[slot].default {
            None => quote! {
                let #object;
                let mut #holder = ::core::default::Default::default();
                #bind
                let #value: #ty = #extract;
            },
            Some(default) => quote! {
                let #object;
                let mut #holder = ::core::default::Default::default();
                let #value: #ty = if __slots[#slot].is_null() {
                    #default
                } else {
                    #bind
                    #extract
                };
            },
        }
    }
}

/// The general way to fill the slots.
fn bind_general(keywords: TokenStream) -> TokenStream {
    quote! {
        let __bound =
            ::pommel::rt::bind(__ctx, &PARAMS, __args.0, __nargs, #keywords, &mut __slots)?;
    }
}

fn c_arguments(convention: Convention) -> TokenStream {
    let many = quote!(__args: ::pommel::rt::abi::Handles);
    match convention {
        Convention::NoArgs => quote!(__self: ::pommel::rt::HPy),
        Convention::One => quote!(__self: ::pommel::rt::HPy, __arg: ::pommel::rt::HPy),
        Convention::Positional => quote!(__self: ::pommel::rt::HPy, #many, __nargs: usize),
        Convention::Keywords => quote! {
            __self: ::pommel::rt::HPy, #many, __nargs: usize, __kwnames: ::pommel::rt::HPy
        },
        Convention::New => quote! {
            __type: ::pommel::rt::HPy, #many, __nargs: isize, __kw: ::pommel::rt::HPy
        },
    }
}

/// Whether a result borrows nothing, as far as its type's name says.
pub fn is_plain(output: &ReturnType, class: &Type) -> bool {
    const PLAIN: &[&str] = &[
        "f64", "f32", "i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize",
        "bool", "String", "Self",
    ];
    fn plain(ty: &Type, class: &Type) -> bool {
        match ty {
            Type::Tuple(tuple) => tuple.elems.is_empty(),
            Type::Path(path) if ty == class => path.qself.is_none(),
            Type::Path(path) => path.path.segments.last().is_some_and(|segment| {
                let name = segment.ident.to_string();
                match &segment.arguments {
                    PathArguments::None => PLAIN.contains(&name.as_str()),
                    PathArguments::AngleBracketed(list) => {
                        let wraps = ["Result", "Option", "Vec"].contains(&name.as_str());
                        wraps && list.args.len() == 1 && list.args.iter().all(|argument| {
                            matches!(argument, GenericArgument::Type(ty) if plain(ty, class))
                        })
                    }
                    PathArguments::Parenthesized(_) => false,
                }
            }),
            _ => false,
        }
    }
    match output {
        ReturnType::Default => true,
        ReturnType::Type(_, ty) => plain(ty, class),
    }
}
