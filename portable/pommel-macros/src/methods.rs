//! `#[methods]`.

use crate::declaration::Declared;
use crate::parameters::{Parameters, Signature, type_name};
use crate::protocols::{Output, REFUSED, ROWS};
use crate::text;
use crate::wrapper::{Callee, Convention, Receiver};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, FnArg, ImplItem, ImplItemFn, ItemImpl, Lit, Type};

/// What a function of the `impl` becomes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    Ordinary,
    New,
    Static,
    Class,
    Getter,
    Setter,
}

/// The attributes that give a role.
const ROLES: &[(&str, Role)] = &[
    ("new", Role::New),
    ("staticmethod", Role::Static),
    ("classmethod", Role::Class),
    ("getter", Role::Getter),
    ("setter", Role::Setter),
];

/// A function of the `impl` and what Python knows of it.
pub struct Method<'a> {
    pub function: &'a ImplItemFn,
    pub class: &'a Type,
    pub name: String,
    pub span: Span,
    pub parameters: Parameters,
    role: Role,
    receiver: fn() -> Receiver,
    doc: String,
    /// What operators give whose Rust type does not say it.
    operators: Option<&'a Type>,
}

/// The other attributes of functions that are ours.
const DETAILS: [&str; 3] = ["signature", "name", "skip"];

pub fn expand(options: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: ItemImpl = syn::parse2(item)?;
    if let Some((_, path, _)) = &item.trait_ {
        let text = "`#[methods]` stands on an `impl` without a trait";
        return Err(syn::Error::new(path.span(), text));
    }
    match read(&options, &mut item) {
        Ok(implementation) => Ok(quote!(#item #implementation)),
        Err(error) => Ok(failed(item, error)),
    }
}

/// What takes the place of methods with a mistake: the functions and a class without methods, so
/// that the compiler reports the mistake and nothing that follows from it.
fn failed(mut item: ItemImpl, error: syn::Error) -> TokenStream {
    let is_ours = |attribute: &Attribute| {
        let names = ROLES.iter().map(|(name, _)| *name).chain(DETAILS);
        names.into_iter().any(|name| attribute.path().is_ident(name))
    };
    for function in item.items.iter_mut() {
        if let ImplItem::Fn(function) = function {
            function.attrs.retain(|attribute| !is_ours(attribute));
        }
    }
    let (class, error) = (&item.self_ty, error.into_compile_error());
    quote! {
        #item
        #error
        // SAFETY: there are no items.
        unsafe impl ::pommel::Methods for #class {
            const ITEMS: &'static [::pommel::rt::Item] = &[];
            const MUTABLE: bool = true;
            const DECLARATIONS: &'static [::pommel::rt::Declaration] = &[];
            const SIGNATURE: ::core::option::Option<&'static str> = ::core::option::Option::None;
        }
    }
}

/// Takes our attributes off the functions, and gives the wrappers and the `impl Methods`.
fn read(options: &TokenStream, item: &mut ItemImpl) -> syn::Result<TokenStream> {
    let mut operators = None;
    text::options(options.clone(), "`operators = Type`", |meta| {
        if !meta.path.is_ident("operators") {
            return Ok(false);
        }
        operators = Some(meta.value()?.parse::<Type>()?);
        Ok(true)
    })?;
    let class = (*item.self_ty).clone();
    let mut marks = Vec::new();
    for function in item.items.iter_mut() {
        if let ImplItem::Fn(function) = function {
            marks.push(Marks::take(&mut function.attrs)?);
        }
    }
    let functions = item.items.iter().filter_map(|function| match function {
        ImplItem::Fn(function) => Some(function),
        _ => None,
    });
    let mut methods = Vec::new();
    for (function, marks) in functions.zip(marks) {
        if !marks.skip {
            methods.push(Method::read(function, &class, marks, operators.as_ref())?);
        }
    }
    implementation(&methods, &class)
}

/// The attributes of a function that are ours.
struct Marks {
    role: Role,
    signature: Option<Signature>,
    name: Option<String>,
    skip: bool,
}

impl Marks {
    fn take(attributes: &mut Vec<Attribute>) -> syn::Result<Marks> {
        let mut marks = Marks { role: Role::Ordinary, signature: None, name: None, skip: false };
        for (name, role) in ROLES {
            if let Some(attribute) = text::take_attribute(attributes, name)? {
                if marks.role != Role::Ordinary {
                    let text = "a method has one role; remove one of the attributes";
                    return Err(syn::Error::new(attribute.span(), text));
                }
                marks.role = *role;
            }
        }
        if let Some(attribute) = text::take_attribute(attributes, "signature")? {
            marks.signature = Some(Signature::of_attribute(&attribute)?);
        }
        if let Some(attribute) = text::take_attribute(attributes, "name")? {
            let value = &attribute.meta.require_name_value()?.value;
            let Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) = value else {
                return Err(syn::Error::new(
                    value.span(),
                    "expected a string: `#[name = \"...\"]`",
                ));
            };
            marks.name = Some(text::check_identifier(literal)?);
        }
        marks.skip = text::take_attribute(attributes, "skip")?.is_some();
        Ok(marks)
    }
}

impl<'a> Method<'a> {
    fn read(
        function: &'a ImplItemFn,
        class: &'a Type,
        marks: Marks,
        operators: Option<&'a Type>,
    ) -> syn::Result<Method<'a>> {
        crate::function::check_callable(&function.sig)?;
        let ident = &function.sig.ident;
        let rust_name = text::rust_name(ident);
        let mut inputs: Vec<&FnArg> = function.sig.inputs.iter().collect();
        let receiver = receiver(&inputs, marks.role, ident.span())?;
        if !matches!(receiver(), Receiver::None) {
            inputs.remove(0);
        }
        let name = marks.name.unwrap_or_else(|| match marks.role {
            Role::Getter => rust_name.strip_prefix("get_").unwrap_or(&rust_name).to_owned(),
            Role::Setter => rust_name.strip_prefix("set_").unwrap_or(&rust_name).to_owned(),
            _ => rust_name,
        });
        if let Some((_, instead)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            let text = format!("`{name}` cannot be written here: {instead}");
            return Err(syn::Error::new(ident.span(), text));
        }
        Ok(Method {
            function,
            class,
            name,
            span: ident.span(),
            parameters: Parameters::read(&inputs, marks.signature, Some(class))?,
            role: marks.role,
            receiver,
            doc: text::doc(&function.attrs),
            operators,
        })
    }

    /// How to call it.
    pub fn callee(&self) -> Callee<'_> {
        let (class, ident) = (self.class, &self.function.sig.ident);
        Callee {
            path: quote!(<#class>::#ident),
            name: &self.name,
            receiver: (self.receiver)(),
            class: Some(class),
            constructs: self.role == Role::New,
            fills_slot: self.is_special(),
            returns_plain: crate::wrapper::is_plain(&self.function.sig.output, class),
            parameters: &self.parameters,
        }
    }

    /// What type checkers are told of it.
    fn declaration(&self) -> TokenStream {
        let role = match self.role {
            Role::Ordinary if self.is_special() => "Special",
            Role::Ordinary => "Instance",
            Role::New => "New",
            Role::Static => "Static",
            Role::Class => "Class",
            Role::Getter => "Getter",
            Role::Setter => "Setter",
        };
        Declared {
            name: &self.name,
            role,
            parameters: &self.parameters,
            output: &self.function.sig.output,
            class: Some(self.class),
            operators: self.operators,
            doc: &self.doc,
        }
        .expand()
    }

    /// Whether it is a special method that is not an ordinary one.
    fn is_special(&self) -> bool {
        let name = self.name.as_str();
        self.role == Role::Ordinary && ROWS.iter().any(|row| row.methods.contains(&name))
    }

    fn is_exclusive(&self) -> bool {
        matches!((self.receiver)(), Receiver::Exclusive)
    }
}

/// Decides what the first parameter is.
fn receiver(inputs: &[&FnArg], role: Role, span: Span) -> syn::Result<fn() -> Receiver> {
    let found: fn() -> Receiver = match inputs.first() {
        Some(FnArg::Receiver(this)) => match (&this.reference, &this.mutability) {
            (Some(_), None) => || Receiver::Shared,
            (Some(_), Some(_)) => || Receiver::Exclusive,
            (None, _) => {
                let text = "Python keeps the object: take `&self` or `&mut self`";
                return Err(syn::Error::new(this.span(), text));
            }
        },
        Some(FnArg::Typed(typed)) if role == Role::Class => {
            if type_name(&typed.ty).as_deref() != Some("Type") {
                let text = "the first parameter of a class method is `cls: &Type<'_>`";
                return Err(syn::Error::new(typed.ty.span(), text));
            }
            || Receiver::Class
        }
        Some(FnArg::Typed(typed)) if type_name(&typed.ty).as_deref() == Some("Instance") => {
            || Receiver::Instance
        }
        _ => || Receiver::None,
    };
    match (role, found()) {
        (Role::New | Role::Static, Receiver::None)
        | (Role::Class, Receiver::Class)
        | (
            Role::Ordinary | Role::Getter | Role::Setter,
            Receiver::Shared | Receiver::Exclusive | Receiver::Instance,
        ) => Ok(found),
        (Role::New | Role::Static, _) => {
            Err(syn::Error::new(span, "this function has no instance: remove the receiver"))
        }
        (Role::Class, _) => {
            Err(syn::Error::new(span, "the first parameter of a class method is `cls: &Type<'_>`"))
        }
        _ => Err(syn::Error::new(
            span,
            "a method takes `&self`, `&mut self` or `&Instance<Self>` first; mark others with \
             `#[staticmethod]`, `#[new]` or `#[skip]`",
        )),
    }
}

/// The wrappers and the `impl Methods`.
fn implementation(methods: &[Method<'_>], class: &Type) -> syn::Result<TokenStream> {
    let mut out = Output::default();
    for row in ROWS {
        let found: Vec<&Method<'_>> = row
            .methods
            .iter()
            .filter_map(|name| methods.iter().find(|m| m.is_special() && m.name == *name))
            .collect();
        if !found.is_empty() {
            row.expand(&found, class, &mut out)?;
        }
        for method in found.iter().filter(|_| row.is_ordinary_elsewhere()) {
            ordinary(method, "Foreign", Some("$self"), &mut out)?;
        }
    }
    let constructors: Vec<_> = methods.iter().filter(|m| m.role == Role::New).collect();
    if let [_, second, ..] = constructors.as_slice() {
        return Err(syn::Error::new(second.span, "a class has one `#[new]`"));
    }
    constructor(constructors.first().copied(), class, &mut out);
    for method in methods.iter().filter(|m| !m.is_special()) {
        match method.role {
            Role::Ordinary => ordinary(method, "Instance", Some("$self"), &mut out)?,
            Role::Static => ordinary(method, "Static", None, &mut out)?,
            Role::Class => ordinary(method, "Class", Some("$type"), &mut out)?,
            Role::New | Role::Getter | Role::Setter => {}
        }
    }
    properties(methods, &mut out)?;
    let mutable = methods.iter().any(Method::is_exclusive);
    let signature = match constructors.first() {
        Some(new) => {
            let text = new.parameters.text(None);
            quote!(::core::option::Option::Some(#text))
        }
        None => quote!(::core::option::Option::None),
    };
    let declarations = methods.iter().map(Method::declaration);
    let Output { wrappers, items } = out;
    Ok(quote! {
        const _: () = {
            #(#wrappers)*
            // SAFETY: each item says the calling convention of the function it was made of.
            unsafe impl ::pommel::Methods for #class {
                const ITEMS: &'static [::pommel::rt::Item] = &[#(#items),*];
                const MUTABLE: bool = #mutable;
                const DECLARATIONS: &'static [::pommel::rt::Declaration] =
                    &[#(#declarations),*];
                const SIGNATURE: ::core::option::Option<&'static str> = #signature;
            }
        };
    })
}

/// `__new__`; a class without a constructor refuses.
fn constructor(method: Option<&Method<'_>>, class: &Type, out: &mut Output) {
    let wrapper = out.name();
    match method {
        Some(method) => {
            let implementation = method.callee().implementation(&wrapper, Convention::New);
            out.wrappers.push(implementation);
        }
        None => out.wrappers.push(quote! {
            struct #wrapper;
            impl ::pommel::rt::trampolines::NEWFUNC for #wrapper {
                unsafe extern "C" fn imp(
                    ctx: *mut ::pommel::rt::HPyContext,
                    _type: ::pommel::rt::HPy,
                    _args: ::pommel::rt::abi::Handles,
                    _nargs: isize,
                    _kw: ::pommel::rt::HPy,
                ) -> ::pommel::rt::HPy {
                    // SAFETY: the host passes a live context.
                    unsafe { ::pommel::rt::enter(ctx, |_ctx| ::pommel::rt::no_constructor::<#class>()) }
                }
            }
        }),
    }
    out.items.push(quote!(::pommel::rt::Item::constructor::<#wrapper>()));
}

fn ordinary(
    method: &Method<'_>,
    place: &str,
    first: Option<&str>,
    out: &mut Output,
) -> syn::Result<()> {
    let callee = method.callee();
    let convention = Convention::of(&method.parameters, &callee.receiver);
    let wrapper = out.name();
    out.wrappers.push(callee.implementation(&wrapper, convention));
    let name = text::c_string(&method.name, method.span)?;
    let signature = method.parameters.text(first);
    let docs = text::docs(&method.name, &signature, &method.doc, method.span)?;
    let (place, constructor) = (quote::format_ident!("{place}"), convention.constructor());
    out.items.push(quote! {
        ::pommel::rt::Item::Method(
            ::pommel::rt::Place::#place,
            ::pommel::rt::Method::#constructor::<#wrapper>(
                #name, #docs, ::core::option::Option::None,
            ),
        )
    });
    Ok(())
}

/// Getters and setters, joined by name.
fn properties(methods: &[Method<'_>], out: &mut Output) -> syn::Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for method in methods.iter().filter(|m| matches!(m.role, Role::Getter | Role::Setter)) {
        if !names.contains(&method.name.as_str()) {
            names.push(&method.name);
        }
    }
    for name in names {
        let find = |role| methods.iter().find(|m| m.role == role && m.name == name);
        let (get, set) = (find(Role::Getter), find(Role::Setter));
        let (getter, get_function) = accessor(get, "GETTER", out)?;
        let (setter, set_function) = accessor(set, "SETTER", out)?;
        let any = get.or(set).expect("the name is that of one of the two");
        let doc = [get, set].into_iter().flatten().map(|m| m.doc.as_str()).find(|d| !d.is_empty());
        let c_name = text::c_string(name, any.span)?;
        let doc = text::c_string(doc.unwrap_or(""), any.span)?;
        out.items.push(quote! {
            ::pommel::rt::Item::Property(::pommel::rt::Property {
                name: #c_name,
                doc: #doc,
                getter: #getter,
                setter: #setter,
                functions: [#get_function, #set_function],
            })
        });
    }
    Ok(())
}

/// The pair of functions of a getter or setter, and the function of the module.
fn accessor(
    method: Option<&Method<'_>>,
    convention: &str,
    out: &mut Output,
) -> syn::Result<(TokenStream, TokenStream)> {
    let none = quote!(::core::option::Option::None);
    let Some(method) = method else { return Ok((none.clone(), none)) };
    let (wrapper, function) = method.property(convention, out)?;
    let constructor = quote::format_ident!("{}", convention.to_lowercase());
    let pair = quote!(::core::option::Option::Some(::pommel::rt::pair::#constructor::<#wrapper>()));
    Ok((pair, function))
}
