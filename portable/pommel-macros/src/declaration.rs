//! What type checkers are told: the constants that a stub is printed from.

use crate::parameters::{Detach, Parameter, Parameters, Slot, Source, ungrouped};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::visit::Visit;
use syn::visit_mut::VisitMut;
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeImplTrait};

/// The declaration of a function, as `::pommel::rt::Declaration`.
pub struct Declared<'a> {
    pub name: &'a str,
    /// A variant of `::pommel::rt::Role`.
    pub role: &'a str,
    pub parameters: &'a Parameters,
    pub output: &'a ReturnType,
    pub class: Option<&'a Type>,
    /// What operators give whose Rust type does not say it.
    pub operators: Option<&'a Type>,
    pub doc: &'a str,
}

impl Declared<'_> {
    pub fn expand(&self) -> TokenStream {
        let Declared { name, doc, .. } = self;
        let (role, parameters, result) =
            (format_ident!("{}", self.role), parameters(self.parameters), self.result());
        quote! {
            ::pommel::rt::Declaration {
                name: #name,
                role: ::pommel::rt::Role::#role,
                parameters: &[#(#parameters),*],
                result: #result,
                doc: #doc,
            }
        }
    }

    /// Whether it is an operator that gives a new object.
    fn is_operator(&self) -> bool {
        let name = self.name.trim_matches('_');
        let unreflected = name.strip_prefix('r').unwrap_or(name);
        COMPARISONS.contains(&name) || OPERATORS.contains(&name) || OPERATORS.contains(&unreflected)
    }

    /// What the function returns; the role says it where the type need not.
    fn result(&self) -> TokenStream {
        match (self.role, self.name) {
            ("New" | "Setter", _) => return quote!(::pommel::Annotation::ANY),
            ("Special", "__buffer__") => {
                return quote!(::pommel::Annotation::Name("memoryview"));
            }
            _ => {}
        }
        let mut ty = match self.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => ungrouped(ty).clone(),
        };
        if let (Some(given), "Special") = (self.operators, self.role)
            && self.is_operator()
            && is_object(&ty)
        {
            ty = given.clone();
        }
        if is_anonymous(&ty) {
            return quote!(::pommel::Annotation::ANY);
        }
        Detach { class: self.class }.visit_type_mut(&mut ty);
        quote!(<#ty as ::pommel::Output>::GIVES)
    }
}

/// Operators of two operands, each of which a class may have reflected; comparisons.
const OPERATORS: [&str; 13] = [
    "add", "and", "floordiv", "lshift", "matmul", "mod", "mul", "or", "pow", "rshift", "sub",
    "truediv", "xor",
];
const COMPARISONS: [&str; 6] = ["eq", "ge", "gt", "le", "lt", "ne"];

/// Whether the type is `Object`, or a result of it: it may be any object.
fn is_object(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == "Result" => {
            let first = arguments.args.first();
            matches!(first, Some(GenericArgument::Type(inner)) if is_object(inner))
        }
        _ => last.ident == "Object",
    }
}

/// Whether the type has a part that cannot be named outside the function.
fn is_anonymous(ty: &Type) -> bool {
    struct Search(bool);
    impl Visit<'_> for Search {
        fn visit_type_impl_trait(&mut self, _: &TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}

/// The parameters in the order of the Python call.
fn parameters(parameters: &Parameters) -> Vec<TokenStream> {
    let of_slot = |index: usize| {
        let found =
            parameters.rust.iter().find(|p| matches!(p.source, Source::Slot(i) if i == index));
        &found.expect("every slot belongs to a parameter").ty
    };
    let rest = |is_it: fn(&Source) -> bool, passing: &str| {
        let found = parameters.rust.iter().find(|p| is_it(&p.source))?;
        Some(rest(found, passing))
    };
    let mut declared = Vec::new();
    for (index, slot) in parameters.slots.iter().enumerate() {
        if index == parameters.positional {
            declared.extend(rest(|source| matches!(source, Source::VarArgs), "Rest"));
        }
        let passing = match index {
            i if i < parameters.positional_only => "PositionOnly",
            i if i < parameters.positional => "PositionOrName",
            _ => "NameOnly",
        };
        declared.push(of(slot, of_slot(index), passing));
    }
    if parameters.slots.len() == parameters.positional {
        declared.extend(rest(|source| matches!(source, Source::VarArgs), "Rest"));
    }
    declared.extend(rest(|source| matches!(source, Source::VarKeywords), "NamedRest"));
    declared
}

fn of(slot: &Slot, ty: &Type, passing: &str) -> TokenStream {
    let (name, default) = (&slot.name, slot.default_text());
    let default = match default {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    };
    let takes = quote!(<#ty as ::pommel::Argument<'_, '_, '_>>::TAKES);
    parameter(name, &format_ident!("{passing}"), takes, default)
}

fn rest(found: &Parameter, passing: &str) -> TokenStream {
    let name = crate::text::rust_name(&found.ident);
    let none = quote!(::core::option::Option::None);
    parameter(&name, &format_ident!("{passing}"), quote!(::pommel::Annotation::ANY), none)
}

fn parameter(name: &str, passing: &Ident, takes: TokenStream, default: TokenStream) -> TokenStream {
    quote! {
        ::pommel::rt::Parameter {
            name: #name,
            passing: ::pommel::rt::Passing::#passing,
            takes: #takes,
            default: #default,
        }
    }
}
