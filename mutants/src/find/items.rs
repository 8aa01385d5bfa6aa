//! Functions, and the places in which no mutants are made.

use super::Finder;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Meta, ReturnType, Signature, Type};

/// Traits whose implementations make text for people.
const TEXT_TRAITS: [&str; 3] = ["Display", "Debug", "Error"];

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            self.function(&item.sig, &item.block);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let path = item.trait_.as_ref().map(|(_, path, _)| path);
        let of_trait = path.and_then(|path| Some(path.segments.last()?.ident.to_string()));
        let is_text = of_trait.is_some_and(|name| TEXT_TRAITS.contains(&name.as_str()));
        if is_text || is_for_tests(&item.attrs) {
            return;
        }
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
            _ => None,
        };
        self.scope.push(name.unwrap_or_else(|| "_".to_owned()));
        visit::visit_item_impl(self, item);
        self.scope.pop();
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    // The compiler must know their values.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_item_enum(&mut self, _: &'ast syn::ItemEnum) {}
    fn visit_type(&mut self, _: &'ast Type) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_block(&mut self, block: &'ast Block) {
        self.block(block);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.condition(guard);
            self.visit_expr(guard);
        }
        self.visit_expr(&arm.body);
    }

    fn visit_expr(&mut self, expr: &'ast syn::Expr) {
        self.expression(expr);
    }
}

impl Finder<'_> {
    fn function(&mut self, signature: &Signature, body: &Block) {
        if signature.constness.is_some() {
            return;
        }
        self.scope.push(signature.ident.to_string());
        let is_unit = matches!(signature.output, ReturnType::Default);
        let outer = std::mem::replace(&mut self.is_unit, is_unit);
        for value in values(&signature.output) {
            let start = body.brace_token.span.open().byte_range().end;
            let before = format!(" if {{IS}} {{ return {value}; }}");
            let shown = signature.ident.span().byte_range();
            let change = format!("return {value} at once").replace("  ", " ");
            self.push_at(start..start, shown, change, before, "");
        }
        self.block(body);
        self.is_unit = outer;
        self.scope.pop();
    }
}

/// Returns the values that a function can return in place of its own.
fn values(output: &ReturnType) -> &'static [&'static str] {
    let ReturnType::Type(_, of) = output else {
        return &[""];
    };
    let name = match &**of {
        Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
        Type::Reference(of) if matches!(&*of.elem, Type::Slice(_)) => return &["&[]"],
        Type::Tuple(_) => Some("tuple".to_owned()),
        _ => None,
    };
    match name.as_deref() {
        None => &[],
        Some("bool") => &["true", "false"],
        Some("u8" | "u16" | "u32" | "u64" | "usize" | "i32") => &["0", "1"],
        Some("Option") => &["None"],
        Some("Result" | "DecodeResult") => &["Ok(Default::default())"],
        Some(_) => &["Default::default()"],
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}
