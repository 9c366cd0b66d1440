//! `#[module]`.

use crate::function::constant_name;
use crate::text;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Item, ItemMod, Path, UseTree};

/// What the items of the module contribute.
#[derive(Default)]
struct Contents {
    functions: Vec<TokenStream>,
    classes: Vec<TokenStream>,
    init: Option<Ident>,
}

pub fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: ItemMod = syn::parse2(item)?;
    let mut name = text::rust_name(&item.ident);
    text::options(options, "`name = \"...\"`", |meta| {
        let known = meta.path.is_ident("name");
        if known {
            name = text::identifier(meta)?;
        }
        Ok(known)
    })?;
    let (vis, ident, attributes) = (&item.vis, &item.ident, &item.attrs);
    let Some((_, items)) = &mut item.content else {
        let text = "a Python module is written inline: `mod name { ... }`";
        return Err(syn::Error::new(ident.span(), text));
    };
    let mut contents = Contents::default();
    for item in items.iter_mut() {
        contents.collect(item)?;
    }
    let spec = contents.spec(&name, &text::doc(attributes), ident.span())?;
    Ok(quote! {
        #(#attributes)*
        #vis mod #ident {
            #(#items)*
            #spec
        }
    })
}

/// Whether an item has this attribute of ours, under whatever path.
fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|a| a.path().segments.last().is_some_and(|s| s.ident == name))
}

impl Contents {
    fn collect(&mut self, item: &mut Item) -> syn::Result<()> {
        match item {
            Item::Fn(function) => {
                if text::take_attribute(&mut function.attrs, "init")?.is_some() {
                    if self.init.is_some() {
                        let text = "a module has one function with `#[init]`";
                        return Err(syn::Error::new(function.sig.ident.span(), text));
                    }
                    self.init = Some(function.sig.ident.clone());
                }
                if has(&function.attrs, "function") {
                    self.functions.push(constant_name(&function.sig.ident).to_token_stream());
                }
            }
            Item::Struct(class) if has(&class.attrs, "class") => {
                self.classes.push(class.ident.to_token_stream());
            }
            Item::Use(import) if has(&import.attrs, "export") => {
                text::take_attribute(&mut import.attrs, "export")?;
                self.export(&import.tree, &mut Vec::new())?;
                // The names are only needed by the module's own code; it may have none.
                import.attrs.push(syn::parse_quote!(#[allow(unused_imports)]));
            }
            _ => {}
        }
        Ok(())
    }

    /// The leaves of `#[export] use path::{function, Class};`. In Rust a type starts with a
    /// capital letter and a function does not.
    fn export(&mut self, tree: &UseTree, path: &mut Vec<Ident>) -> syn::Result<()> {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.clone());
                self.export(&part.tree, path)?;
                path.pop();
                Ok(())
            }
            UseTree::Group(group) => {
                group.items.iter().try_for_each(|tree| self.export(tree, path))
            }
            UseTree::Name(name) => {
                let is_class = name.ident.to_string().starts_with(char::is_uppercase);
                let last = if is_class { name.ident.clone() } else { constant_name(&name.ident) };
                let full = path.iter().chain([&last]);
                let full: Path = syn::parse_quote!(#(#full)::*);
                let list = if is_class { &mut self.classes } else { &mut self.functions };
                list.push(full.to_token_stream());
                Ok(())
            }
            _ => Err(syn::Error::new(tree.span(), "name each function and class to export")),
        }
    }

    /// The constants of the module and its entry points.
    fn spec(&self, name: &str, doc: &str, span: Span) -> syn::Result<TokenStream> {
        let Contents { functions, classes, init } = self;
        let (c_name, c_doc) = (text::c_string(name, span)?, text::c_string(doc, span)?);
        let init = match init {
            Some(init) => quote!(::core::option::Option::Some(#init)),
            None => quote!(::core::option::Option::None),
        };
        let symbols = [
            "PyInit_",
            "HPyInit_",
            "HPyInitGlobalContext_",
            "get_required_hpy_major_version_",
            "get_required_hpy_minor_version_",
            "HPyX_gil_used_",
            "pommel_stub_",
        ]
        .map(|prefix| format_ident!("{prefix}{name}", span = span));
        Ok(quote! {
            #[doc(hidden)]
            pub static __POMMEL_MODULE: ::pommel::rt::ModuleSpec = {
                struct Exec;
                impl ::pommel::rt::trampolines::INQUIRY for Exec {
                    unsafe extern "C" fn imp(
                        __ctx: *mut ::pommel::rt::HPyContext,
                        __module: ::pommel::rt::HPy,
                    ) -> ::pommel::rt::abi::FlagOrErr {
                        // SAFETY: the host passes a live context and the new module.
                        unsafe { __POMMEL_MODULE.exec(__ctx, __module) }
                    }
                }
                static DEF: ::std::sync::OnceLock<::pommel::rt::ModuleDef> =
                    ::std::sync::OnceLock::new();
                ::pommel::rt::ModuleSpec {
                    name: #c_name,
                    doc: #c_doc,
                    functions: &[#(#functions),*],
                    classes: &[#(::pommel::rt::ClassSpec::of::<#classes>()),*],
                    init: #init,
                    exec: ::pommel::rt::SlotItem::exec::<Exec>(),
                    def: &DEF,
                }
            };
            ::pommel::__entry_points! { __POMMEL_MODULE #c_name #(#symbols)* }
        })
    }
}
