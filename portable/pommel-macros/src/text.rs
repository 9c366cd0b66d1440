//! Names, docstrings and options.

use proc_macro2::{Literal, Span, TokenStream};
use std::ffi::CString;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

/// The doc comment of an item, as Python shows it.
pub fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<String> = lines
        .flat_map(|line| line.split('\n').map(str::to_owned).collect::<Vec<_>>())
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

/// A C string literal.
pub fn c_string(text: &str, span: Span) -> syn::Result<Literal> {
    let text = CString::new(text)
        .map_err(|_| syn::Error::new(span, "a name or docstring cannot hold a NUL character"))?;
    Ok(Literal::c_string(&text))
}

/// The docstring of a function without and with its signature line, as `::pommel::rt::Docs`.
pub fn docs(name: &str, signature: &str, doc: &str, span: Span) -> syn::Result<TokenStream> {
    let plain = c_string(doc, span)?;
    let with_signature = c_string(&format!("{name}{signature}\n--\n\n{doc}"), span)?;
    Ok(quote::quote!(::pommel::rt::Docs { plain: #plain, with_signature: #with_signature }))
}

/// Parses the options of an attribute; `known` handles one and says whether it knows it.
pub fn options(
    tokens: TokenStream,
    expected: &str,
    mut known: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<bool>,
) -> syn::Result<()> {
    let parser = syn::meta::parser(|meta| match known(&meta)? {
        true => Ok(()),
        false => Err(meta.error(format!("unknown option; expected {expected}"))),
    });
    parser.parse2(tokens)
}

/// A Python identifier from an option's value.
pub fn identifier(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    check_identifier(&meta.value()?.parse::<LitStr>()?)
}

/// A Python identifier from a string literal.
pub fn check_identifier(literal: &LitStr) -> syn::Result<String> {
    let text = literal.value();
    let start = text.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic());
    match start && text.chars().all(|c| c == '_' || c.is_alphanumeric()) {
        true => Ok(text),
        false => Err(syn::Error::new(literal.span(), "not a Python identifier")),
    }
}

/// The name of a Rust item without the `r#` that makes a keyword a name.
pub fn rust_name(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").unwrap_or(&name).to_owned()
}

/// Removes the attribute with this name and gives it; two are an error.
pub fn take_attribute(
    attributes: &mut Vec<Attribute>,
    name: &str,
) -> syn::Result<Option<Attribute>> {
    let is_it = |a: &Attribute| a.path().segments.last().is_some_and(|s| s.ident == name);
    let found: Vec<usize> = (0..attributes.len()).filter(|i| is_it(&attributes[*i])).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(attributes.remove(*one))),
        [_, again, ..] => {
            let text = format!("`#[{name}]` stands here twice; keep one");
            Err(syn::Error::new(attributes[*again].span(), text))
        }
    }
}
