//! `#[function]`.

use crate::declaration::Declared;
use crate::parameters::{Parameters, Signature, Source, ungrouped};
use crate::text;
use crate::wrapper::{Callee, Convention, Receiver};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{ItemFn, ReturnType, Type};

/// The constant that describes a function to its module stands beside it under this name.
pub fn constant_name(function: &Ident) -> Ident {
    format_ident!("__POMMEL_{}", text::rust_name(function), span = function.span())
}

pub fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item)?;
    let mut name = text::rust_name(&item.sig.ident);
    let mut signature = None;
    text::options(options, "`name = \"...\"` or `signature = (...)`", |meta| {
        if meta.path.is_ident("name") {
            name = text::identifier(meta)?;
        } else if meta.path.is_ident("signature") {
            signature = Some(meta.value()?.parse::<Signature>()?);
        } else {
            return Ok(false);
        }
        Ok(true)
    })?;
    check_callable(&item.sig)?;
    let inputs: Vec<_> = item.sig.inputs.iter().collect();
    let parameters = Parameters::read(&inputs, signature, None)?;
    let method = method(&item, &name, &parameters)?;
    let declaration = Declared {
        name: &name,
        role: "Function",
        parameters: &parameters,
        output: &item.sig.output,
        class: None,
        operators: None,
        doc: &text::doc(&item.attrs),
    }
    .expand();
    let (vis, constant) = (&item.vis, constant_name(&item.sig.ident));
    Ok(quote! {
        #item
        #[doc(hidden)]
        #[allow(non_upper_case_globals)]
        #vis const #constant: ::pommel::rt::Function =
            ::pommel::rt::Function { method: #method, declaration: #declaration };
    })
}

/// Refuses what cannot be called from Python.
pub fn check_callable(signature: &syn::Signature) -> syn::Result<()> {
    let refuse = |span, text: &str| Err(syn::Error::new(span, text));
    if let Some(keyword) = &signature.asyncness {
        return refuse(keyword.span, "an async function cannot be called from Python");
    }
    if let Some(keyword) = &signature.unsafety {
        return refuse(keyword.span, "Python cannot keep the promises of an unsafe function");
    }
    let is_type = |p: &&syn::GenericParam| !matches!(p, syn::GenericParam::Lifetime(_));
    if let Some(generic) = signature.generics.params.iter().find(is_type) {
        return refuse(generic.span(), "Python has one function: name the types instead");
    }
    Ok(())
}

fn method(item: &ItemFn, name: &str, parameters: &Parameters) -> syn::Result<TokenStream> {
    let function = &item.sig.ident;
    let callee = Callee {
        path: quote!(#function),
        name,
        receiver: Receiver::None,
        class: None,
        constructs: false,
        fills_slot: false,
        returns_plain: false,
        parameters,
    };
    let convention = Convention::of(parameters, &callee.receiver);
    let wrapper = format_ident!("Wrapper");
    let implementation = callee.implementation(&wrapper, convention);
    let constructor = convention.constructor();
    let docs = text::docs(name, &parameters.text(None), &text::doc(&item.attrs), function.span())?;
    let c_name = text::c_string(name, function.span())?;
    let (typed_function, typed) = typed(item, parameters);
    Ok(quote! {{
        #implementation
        #typed_function
        ::pommel::rt::Method::#constructor::<#wrapper>(#c_name, #docs, #typed)
    }})
}

/// The C spelling of a plain number.
fn c_type(ty: &Type) -> Option<&'static str> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.get_ident()?.to_string();
    Some(match name.as_str() {
        "f64" => "double",
        "f32" => "float",
        "i8" => "int8_t",
        "i16" => "int16_t",
        "i32" => "int32_t",
        "i64" => "int64_t",
        "isize" => "intptr_t",
        "u8" => "uint8_t",
        "u16" => "uint16_t",
        "u32" => "uint32_t",
        "u64" => "uint64_t",
        "usize" => "uintptr_t",
        "bool" => "_Bool",
        _ => return None,
    })
}

/// The typed entry point of a function of plain numbers: the function, and the option that
/// describes it.
fn typed(item: &ItemFn, parameters: &Parameters) -> (TokenStream, TokenStream) {
    let none = (quote!(), quote!(::core::option::Option::None));
    let plain = parameters.rust.iter().all(|p| matches!(p.source, Source::Slot(_)));
    let types: Option<Vec<_>> = parameters.rust.iter().map(|p| c_type(&p.ty)).collect();
    let (result, c_result) = match &item.sig.output {
        ReturnType::Default => (quote!(()), Some("void")),
        ReturnType::Type(_, ty) => (quote!(#ty), c_type(ungrouped(ty))),
    };
    let (true, Some(types), Some(c_result)) = (plain, types, c_result) else { return none };
    let function = &item.sig.ident;
    let idents: Vec<_> = parameters.rust.iter().map(|p| &p.ident).collect();
    let rust_types = parameters.rust.iter().map(|p| &p.ty);
    let types = if types.is_empty() { vec!["void"] } else { types };
    let signature = format!("{c_result}({})", types.join(", "));
    let definition = quote! {
        extern "C" fn __typed(#(#idents: #rust_types),*) -> #result {
            ::std::panic::catch_unwind(|| #function(#(#idents),*))
                .unwrap_or_else(|_| ::pommel::rt::typed_panicked())
        }
    };
    let description = quote! {
        ::core::option::Option::Some(::pommel::rt::Typed {
            signature: #signature,
            address: __typed as *const (),
        })
    };
    (definition, description)
}
