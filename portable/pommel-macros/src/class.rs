//! `#[class]`.

use crate::text;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Field, ItemStruct, Member};

pub fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: ItemStruct = syn::parse2(item)?;
    let mut name = text::rust_name(&item.ident);
    let mut subclass = false;
    text::options(options, "`name = \"...\"` or `subclass`", |meta| {
        if meta.path.is_ident("name") {
            name = text::identifier(meta)?;
        } else if meta.path.is_ident("subclass") {
            subclass = true;
        } else {
            return Ok(false);
        }
        Ok(true)
    })?;
    if let Some(generic) = item.generics.params.first() {
        let text = "Python has one class: a generic struct cannot be one";
        return Err(syn::Error::new(generic.span(), text));
    }
    let traversed = traversed_members(&mut item)?;
    let is_traversed = !traversed.is_empty();
    let visits = traversed.iter().map(|(member, field)| {
        quote_spanned! { field.ty.span() =>
            ::pommel::Traverse::traverse(&self.#member, __visitor);
        }
    });
    let ident = &item.ident;
    let c_name = text::c_string(&name, ident.span())?;
    let doc = text::c_string(&text::doc(&item.attrs), ident.span())?;
    Ok(quote! {
        #item

        // SAFETY: the cell is a static of this class alone, and every member whose type names a
        // field is visited.
        unsafe impl ::pommel::Class for #ident {
            const NAME: &'static ::core::ffi::CStr = #c_name;
            const DOC: &'static ::core::ffi::CStr = #doc;
            const SUBCLASS: bool = #subclass;
            const TRAVERSED: bool = #is_traversed;
            fn cell() -> &'static ::pommel::ClassCell {
                static CELL: ::pommel::ClassCell = ::pommel::ClassCell::of::<#ident>();
                &CELL
            }
            #[allow(unused_variables)]
            fn traverse(&self, __visitor: &mut ::pommel::Visitor) {
                #(#visits)*
            }
        }

        impl ::pommel::IntoPython for #ident {
            const GIVES: ::pommel::Annotation = ::pommel::Annotation::Class(#c_name);
            #[inline(never)]
            fn into_python(
                self,
                ctx: ::pommel::Ctx<'_>,
            ) -> ::pommel::Result<::pommel::Object<'_>> {
                ::pommel::new_instance(ctx, self)
            }
            #[inline(never)]
            fn into_raw(
                self,
                ctx: ::pommel::Ctx<'_>,
            ) -> ::pommel::Result<::pommel::rt::NewHandle> {
                ::pommel::rt::new_raw(ctx, self)
            }
        }
    })
}

/// The members that hold references to Python objects: those whose type names a `Field`, and those
/// marked with `#[traverse]`.
fn traversed_members(item: &mut ItemStruct) -> syn::Result<Vec<(Member, Field)>> {
    let members: Vec<Member> = item.fields.members().collect();
    let mut found = Vec::new();
    for (member, field) in members.into_iter().zip(item.fields.iter_mut()) {
        let marked = text::take_attribute(&mut field.attrs, "traverse")?.is_some();
        if marked || names_a_field(&field.ty) {
            found.push((member, field.clone()));
        }
    }
    Ok(found)
}

fn names_a_field(ty: &syn::Type) -> bool {
    /// Looks for the name in every path of the type.
    struct Search(bool);
    impl Visit<'_> for Search {
        fn visit_path_segment(&mut self, segment: &syn::PathSegment) {
            self.0 |= segment.ident == "Field";
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    search.0
}
