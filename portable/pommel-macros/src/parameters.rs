//! The parameters of a function: what Rust says of them, joined with a signature in Python's
//! notation.

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Expr, FnArg, Ident, Lifetime, Pat, Path, Token, Type, parenthesized};

/// What a Rust parameter receives.
pub enum Source {
    /// The context of the call.
    Context,
    /// A slot of the bound arguments.
    Slot(usize),
    /// The remaining positional arguments.
    VarArgs,
    /// The remaining keyword arguments, as `Option<Dict>`.
    VarKeywords,
}

/// One Rust parameter.
pub struct Parameter {
    pub ident: Ident,
    /// The type, without named lifetimes and `Self`.
    pub ty: Type,
    pub source: Source,
}

/// One Python parameter that has a slot.
pub struct Slot {
    pub name: String,
    pub default: Option<Expr>,
}

impl Slot {
    /// The default as Python would write it.
    pub fn default_text(&self) -> Option<String> {
        self.default.as_ref().map(python_text)
    }
}

/// The parameters of a function.
pub struct Parameters {
    /// In the order of the Rust function, without the receiver.
    pub rust: Vec<Parameter>,
    /// In the order of the Python signature.
    pub slots: Vec<Slot>,
    pub positional_only: usize,
    pub positional: usize,
    pub var_args: bool,
    pub var_keywords: bool,
}

/// An element of `signature = (...)`.
enum Element {
    Parameter(Ident, Option<Expr>),
    Slash(Span),
    Star(Span),
    VarArgs(Ident),
    VarKeywords(Ident),
}

/// A signature in Python's notation.
pub struct Signature {
    elements: Vec<Element>,
    span: Span,
}

impl Parse for Signature {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        let span = parenthesized!(content in input).span.join();
        let elements = Punctuated::<Element, Token![,]>::parse_terminated(&content)?;
        Ok(Signature { elements: elements.into_iter().collect(), span })
    }
}

impl Signature {
    /// The signature in `#[signature(a, b = 1)]`.
    pub fn of_attribute(attribute: &Attribute) -> syn::Result<Signature> {
        let list = attribute.meta.require_list()?;
        let parse = Punctuated::<Element, Token![,]>::parse_terminated;
        let elements = syn::parse::Parser::parse2(parse, list.tokens.clone())?;
        Ok(Signature { elements: elements.into_iter().collect(), span: attribute.span() })
    }
}

impl Parse for Element {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![/]) {
            return Ok(Element::Slash(input.parse::<Token![/]>()?.span));
        }
        if input.peek(Token![*]) {
            let star = input.parse::<Token![*]>()?.span;
            if input.peek(Token![*]) {
                input.parse::<Token![*]>()?;
                return Ok(Element::VarKeywords(input.parse()?));
            }
            let named = input.peek(Ident);
            return if named {
                input.parse().map(Element::VarArgs)
            } else {
                Ok(Element::Star(star))
            };
        }
        let name: Ident = input.parse()?;
        let default = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Element::Parameter(name, default))
    }
}

/// Makes a type usable outside the function it was written in: named lifetimes become `'_`, and
/// `Self` the class.
pub struct Detach<'a> {
    pub class: Option<&'a Type>,
}

impl VisitMut for Detach<'_> {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = Lifetime::new("'_", lifetime.span());
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let (Type::Path(path), Some(class)) = (&*ty, self.class)
            && path.path.is_ident("Self")
        {
            *ty = class.clone();
            return;
        }
        syn::visit_mut::visit_type_mut(self, ty);
    }
}

/// A type without the invisible parentheses that `macro_rules!` puts around what it was given.
pub fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        _ => ty,
    }
}

/// The last name of a type's path, behind any reference.
pub fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        Type::Reference(reference) => type_name(&reference.elem),
        _ => None,
    }
}

impl Parameters {
    /// Reads the parameters behind the receiver.
    pub fn read(
        inputs: &[&FnArg],
        signature: Option<Signature>,
        class: Option<&Type>,
    ) -> syn::Result<Parameters> {
        let mut rust = Vec::new();
        for input in inputs {
            let FnArg::Typed(typed) = input else {
                return Err(syn::Error::new(input.span(), "`self` belongs into `#[methods] impl`"));
            };
            let Pat::Ident(pattern) = &*typed.pat else {
                let text = "a parameter must have a name, by which Python can pass it";
                return Err(syn::Error::new(typed.pat.span(), text));
            };
            let mut ty = ungrouped(&typed.ty).clone();
            Detach { class }.visit_type_mut(&mut ty);
            let source = match type_name(&ty).as_deref() {
                Some("Ctx") => Source::Context,
                _ => Source::Slot(usize::MAX),
            };
            rust.push(Parameter { ident: pattern.ident.clone(), ty, source });
        }
        let mut parameters = Parameters {
            rust,
            slots: Vec::new(),
            positional_only: 0,
            positional: 0,
            var_args: false,
            var_keywords: false,
        };
        match signature {
            Some(signature) => parameters.apply(signature)?,
            None => parameters.by_order(),
        }
        Ok(parameters)
    }

    /// Without a signature every parameter can be passed by position and by name, `Args` takes the
    /// rest, and options at the end default to `None`.
    fn by_order(&mut self) {
        let optional = |p: &Parameter| type_name(&p.ty).as_deref() == Some("Option");
        let last_required = self
            .rust
            .iter()
            .rposition(|p| matches!(p.source, Source::Slot(_)) && !optional(p))
            .map_or(0, |i| i + 1);
        for (i, parameter) in self.rust.iter_mut().enumerate() {
            if type_name(&parameter.ty).as_deref() == Some("Args") {
                parameter.source = Source::VarArgs;
                self.var_args = true;
            } else if matches!(parameter.source, Source::Slot(_)) {
                parameter.source = Source::Slot(self.slots.len());
                let default = (i >= last_required).then(|| syn::parse_quote!(None));
                let name = crate::text::rust_name(&parameter.ident);
                self.slots.push(Slot { name, default });
                self.positional += usize::from(!self.var_args);
            }
        }
    }

    fn apply(&mut self, signature: Signature) -> syn::Result<()> {
        let (mut keyword_only, mut defaults) = (false, false);
        for element in signature.elements {
            match element {
                Element::Slash(_) if self.positional_only == 0 && !keyword_only => {
                    self.positional_only = self.slots.len();
                }
                Element::Slash(span) => {
                    return Err(syn::Error::new(span, "`/` stands once, before `*`"));
                }
                Element::Star(span) if keyword_only => {
                    return Err(syn::Error::new(span, "`*` stands once"));
                }
                Element::Star(_) => keyword_only = true,
                Element::VarArgs(name) => {
                    if keyword_only {
                        return Err(syn::Error::new(name.span(), "`*` stands once"));
                    }
                    keyword_only = true;
                    self.var_args = true;
                    self.parameter(&name)?.source = Source::VarArgs;
                }
                Element::VarKeywords(name) => {
                    self.var_keywords = true;
                    self.parameter(&name)?.source = Source::VarKeywords;
                }
                Element::Parameter(name, default) => {
                    if !keyword_only && default.is_none() && defaults {
                        let text = "a parameter without a default cannot follow one with a default";
                        return Err(syn::Error::new(name.span(), text));
                    }
                    defaults |= default.is_some();
                    let index = self.slots.len();
                    self.parameter(&name)?.source = Source::Slot(index);
                    self.positional += usize::from(!keyword_only);
                    self.slots.push(Slot { name: crate::text::rust_name(&name), default });
                }
            }
        }
        let missing = |p: &&Parameter| matches!(p.source, Source::Slot(usize::MAX));
        match self.rust.iter().find(missing) {
            None => Ok(()),
            Some(missing) => Err(syn::Error::new(
                signature.span,
                format!("the signature lacks the parameter `{}`", missing.ident),
            )),
        }
    }

    fn parameter(&mut self, name: &Ident) -> syn::Result<&mut Parameter> {
        let known: Vec<String> = self.rust.iter().map(|p| p.ident.to_string()).collect();
        let found = self.rust.iter_mut().find(|p| p.ident == *name);
        match found {
            Some(parameter) if matches!(parameter.source, Source::Slot(usize::MAX)) => {
                Ok(parameter)
            }
            Some(_) => Err(syn::Error::new(name.span(), "this parameter stands here twice")),
            None => Err(syn::Error::new(
                name.span(),
                format!("the function has no parameter of this name; it has: {}", known.join(", ")),
            )),
        }
    }

    /// Whether the first parameter is a plain integer.
    pub fn first_is_integer(&self) -> bool {
        const INTEGERS: &[&str] = &["isize", "i64", "i32", "usize", "u64", "u32"];
        let first = self.rust.iter().find(|p| matches!(p.source, Source::Slot(0)));
        let name = first.and_then(|p| type_name(&p.ty));
        name.is_some_and(|name| INTEGERS.contains(&name.as_str()))
    }

    /// The signature as Python writes it; `first` is the receiver, such as `$self`.
    pub fn text(&self, first: Option<&str>) -> String {
        let mut parts: Vec<String> = first.map(str::to_owned).into_iter().collect();
        if self.slots.is_empty() && first.is_some() {
            parts.push("/".to_owned());
        }
        for (i, slot) in self.slots.iter().enumerate() {
            if i == self.positional {
                parts.push(self.star());
            }
            let default = slot.default_text().map(|text| format!("={text}"));
            parts.push(format!("{}{}", slot.name, default.unwrap_or_default()));
            if i + 1 == self.positional_only {
                parts.push("/".to_owned());
            }
        }
        if self.var_args && self.slots.len() == self.positional {
            parts.push(self.star());
        }
        if let Some(rest) = self.named(|source| matches!(source, Source::VarKeywords)) {
            parts.push(format!("**{rest}"));
        }
        format!("({})", parts.join(", "))
    }

    fn star(&self) -> String {
        let name = self.named(|source| matches!(source, Source::VarArgs));
        format!("*{}", name.unwrap_or_default())
    }

    fn named(&self, is_it: impl Fn(&Source) -> bool) -> Option<String> {
        let found = self.rust.iter().find(|p| is_it(&p.source))?;
        Some(crate::text::rust_name(&found.ident))
    }
}

/// A default as Python would write it; what has no such form becomes `...`.
fn python_text(default: &Expr) -> String {
    match default {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Bool(value) => if value.value { "True" } else { "False" }.to_owned(),
            syn::Lit::Str(text) => format!("{:?}", text.value()),
            syn::Lit::Int(number) => number.base10_digits().to_owned(),
            syn::Lit::Float(number) => number.base10_digits().to_owned(),
            _ => "...".to_owned(),
        },
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            format!("-{}", python_text(&unary.expr))
        }
        Expr::MethodCall(call) if call.args.is_empty() && converts(&call.method) => {
            python_text(&call.receiver)
        }
        Expr::Path(path) if is_none(&path.path) => "None".to_owned(),
        Expr::Call(call) if call.func.to_token_stream().to_string() == "Some" => {
            call.args.first().map_or_else(|| "...".to_owned(), python_text)
        }
        _ => "...".to_owned(),
    }
}

fn is_none(path: &Path) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == "None")
}

/// Whether a method turns a literal into a value of another type, such as a `String`.
fn converts(method: &Ident) -> bool {
    ["to_owned", "to_string", "into"].iter().any(|name| method == name)
}
