//! Expressions, statements and arms.

use super::Finder;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Block, Expr, ExprBinary, ExprMatch, ExprMethodCall, ExprPath, Lit, Pat, Stmt, UnOp,
};

/// Methods that can replace each other.
const METHODS: [(&str, &str); 12] = [
    ("min", "max"),
    ("saturating_add", "saturating_sub"),
    ("wrapping_add", "wrapping_sub"),
    ("checked_add", "checked_sub"),
    ("is_some", "is_none"),
    ("is_some_and", "is_none_or"),
    ("is_ok", "is_err"),
    ("any", "all"),
    ("first", "last"),
    ("push_back", "push_front"),
    ("pop_back", "pop_front"),
    ("take", "skip"),
];

/// Calls with results that only the operator sees: log and counters.
const UNSEEN: [&str; 6] = [
    "core.log(",
    "self.log(",
    "self.core.log(",
    "core.counters.",
    "self.counters.",
    "self.core.counters.",
];

fn is_unseen(text: &str) -> bool {
    UNSEEN.iter().any(|start| text.starts_with(start))
}

impl Finder<'_> {
    pub(super) fn block(&mut self, block: &Block) {
        let last = block.stmts.len().saturating_sub(1);
        for (nth, statement) in block.stmts.iter().enumerate() {
            if is_unseen(self.text(statement)) {
                continue;
            }
            let is_last = nth == last;
            match statement {
                Stmt::Expr(expr, Some(_)) => self.statement(expr, statement),
                Stmt::Expr(expr @ (Expr::ForLoop(_) | Expr::While(_)), None) => {
                    self.without(expr, "leave out the loop");
                }
                Stmt::Expr(expr @ (Expr::MethodCall(_) | Expr::Call(_)), None)
                    if is_last && self.is_unit =>
                {
                    self.without(expr, "leave out the call");
                }
                Stmt::Expr(..) | Stmt::Local(_) | Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            self.visit_stmt(statement);
        }
    }

    fn statement(&mut self, expr: &Expr, whole: &Stmt) {
        let change = match expr {
            Expr::MethodCall(_) | Expr::Call(_) | Expr::Try(_) => "leave out the call",
            Expr::Assign(_) | Expr::Binary(_) => "leave out the assignment",
            Expr::Return(_) => "leave out the return",
            Expr::Break(_) | Expr::Continue(_) => "leave out the jump",
            _ => return,
        };
        self.without(whole, change);
    }

    pub(super) fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Binary(binary) => self.binary(expr, binary),
            Expr::Unary(unary) if !matches!(unary.op, UnOp::Deref(_)) => {
                let other = self.text(&unary.expr).to_owned();
                self.instead(expr, "leave out the operator", &other);
            }
            Expr::Lit(literal) => self.literal(&literal.lit, expr),
            Expr::Path(path) if is_constant(path) => {
                let other = format!("{} + 1", self.text(expr));
                self.instead(expr, "add 1", &other);
            }
            Expr::If(of) => self.condition(&of.cond),
            Expr::While(of) => self.condition(&of.cond),
            Expr::Match(of) => self.arms(of),
            Expr::MethodCall(call) => self.method(expr, call),
            Expr::Call(call) => {
                if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Some")) {
                    self.instead(expr, "replace Some by None", "None");
                }
                // The name of the function is no constant.
                return call
                    .args
                    .iter()
                    .for_each(|argument| self.visit_expr(argument));
            }
            // The length is a constant.
            Expr::Repeat(repeat) => return self.visit_expr(&repeat.expr),
            Expr::Const(_) => return,
            _ => {}
        }
        let is_unseen = matches!(expr, Expr::MethodCall(_)) && is_unseen(self.text(expr));
        if !is_unseen {
            visit::visit_expr(self, expr);
        }
    }

    fn binary(&mut self, expr: &Expr, binary: &ExprBinary) {
        if has_let(&binary.left) || has_let(&binary.right) {
            return;
        }
        let left = self.text(&binary.left).to_owned();
        let right = self.text(&binary.right).to_owned();
        let operator = self.text(&binary.op).to_owned();
        let is_logical = is_logical(&binary.op);
        for other in others(&binary.op) {
            let text = match is_logical {
                true => format!("({left}) {other} ({right})"),
                false => format!("{left} {other} {right}"),
            };
            self.instead(expr, format!("replace {operator} by {other}"), &text);
        }
        if is_logical {
            self.instead(expr, format!("only the left of {operator}"), &left);
            self.instead(expr, format!("only the right of {operator}"), &right);
        }
    }

    fn literal(&mut self, literal: &Lit, expr: &Expr) {
        match literal {
            Lit::Bool(value) => {
                let other = (!value.value).to_string();
                self.instead(expr, format!("replace by {other}"), &other);
            }
            Lit::Int(value) => {
                let more = format!("{} + 1", self.text(expr));
                self.instead(expr, "add 1", &more);
                if value.base10_digits() != "0" {
                    self.instead(expr, "replace by 0", &format!("0{}", value.suffix()));
                }
            }
            _ => {}
        }
    }

    /// A condition that is negated; one that begins with a pattern is never met.
    pub(super) fn condition(&mut self, condition: &Expr) {
        let span = condition.span().byte_range();
        if starts_with_let(condition) {
            let before = "!{IS} && ".to_owned();
            return self.push_at(
                span.start..span.start,
                span,
                "never meet the pattern",
                before,
                "",
            );
        }
        // The changes of other expressions negate them already.
        let is_negated_there = match condition {
            Expr::Binary(binary) => !is_logical(&binary.op),
            Expr::MethodCall(call) => {
                is_question(call) || replaced(&call.method.to_string()).is_some()
            }
            Expr::Unary(_) => true,
            _ => false,
        };
        if !is_negated_there && !has_let(condition) {
            let other = format!("!({})", self.text(condition));
            self.instead(condition, "negate the condition", &other);
        }
    }

    fn arms(&mut self, of: &ExprMatch) {
        let has_default = of
            .arms
            .last()
            .is_some_and(|arm| matches!(arm.pat, Pat::Wild(_) | Pat::Ident(_)));
        for (nth, arm) in of.arms.iter().enumerate() {
            let next = of.arms.get(nth + 1);
            let pattern = self
                .text(&arm.pat)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            if has_default && next.is_some() && arm.guard.is_none() {
                let shown = arm.pat.span().byte_range();
                self.push_at(
                    shown.end..shown.end,
                    shown,
                    "remove the arm",
                    " if !{IS}".to_owned(),
                    "",
                );
            }
            let own = self.text(&arm.body).to_owned();
            if let Some(other) = next.map(|next| self.text(&next.body).to_owned())
                && other != own
                && !(is_unseen(&other) && is_unseen(&own))
            {
                let change = format!("arm {pattern}: take the body of the next arm");
                let before = format!("{{ if {{IS}} {{ {other} }} else {{ ");
                self.push(arm.body.span(), change, before, " } }");
            }
            let is_action = match &*arm.body {
                Expr::MethodCall(_) | Expr::Call(_) | Expr::Assign(_) => !is_unseen(&own),
                Expr::Block(block) => !block.block.stmts.is_empty(),
                _ => false,
            };
            if is_action {
                let change = format!("arm {pattern}: do nothing");
                self.push(arm.body.span(), change, "{ if !{IS} { ".to_owned(), " } }");
            }
        }
    }

    fn method(&mut self, expr: &Expr, call: &ExprMethodCall) {
        let name = call.method.to_string();
        let whole = expr.span().byte_range();
        if let Some(other) = replaced(&name) {
            let method = call.method.span().byte_range();
            let head = &self.source[whole.start..method.start];
            let text = format!("{head}{other}{}", &self.source[method.end..whole.end]);
            self.instead(expr, format!("replace {name} by {other}"), &text);
        } else if is_question(call) {
            let text = format!("!{}", self.text(expr));
            self.instead(expr, "negate the answer", &text);
        }
        // Without its filter an iterator has another type, so the closure is changed instead.
        if matches!(
            name.as_str(),
            "filter" | "take_if" | "is_some_and" | "retain"
        ) && let Some(Expr::Closure(closure)) = call.args.first()
        {
            self.instead(&closure.body, format!("{name}: always true"), "true");
            self.instead(&closure.body, format!("{name}: always false"), "false");
        }
    }
}

/// Returns the method that replaces one.
fn replaced(name: &str) -> Option<&'static str> {
    METHODS.iter().find_map(|(one, two)| match name {
        name if name == *one => Some(*two),
        name if name == *two => Some(*one),
        _ => None,
    })
}

fn is_question(call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let is_named_so = ["is_", "has_", "contains"]
        .iter()
        .any(|start| name.starts_with(start));
    is_named_so && replaced(&name).is_none()
}

fn is_constant(path: &ExprPath) -> bool {
    let name = path.path.segments.last().map(|s| s.ident.to_string());
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.is_some_and(|name| name.len() > 1 && name.chars().all(is_capital))
}

fn is_logical(operator: &BinOp) -> bool {
    matches!(operator, BinOp::And(_) | BinOp::Or(_))
}

/// Returns the operators that replace one.
fn others(operator: &BinOp) -> &'static [&'static str] {
    match operator {
        BinOp::Eq(_) => &["!="],
        BinOp::Ne(_) => &["=="],
        BinOp::Lt(_) => &["<=", ">="],
        BinOp::Le(_) => &["<", ">"],
        BinOp::Gt(_) => &[">=", "<="],
        BinOp::Ge(_) => &[">", "<"],
        BinOp::And(_) => &["||"],
        BinOp::Or(_) => &["&&"],
        BinOp::Add(_) => &["-"],
        BinOp::Sub(_) => &["+"],
        BinOp::Mul(_) => &["/"],
        BinOp::Div(_) | BinOp::Rem(_) => &["*"],
        BinOp::BitAnd(_) | BinOp::BitXor(_) => &["|"],
        BinOp::BitOr(_) => &["&"],
        BinOp::Shl(_) => &[">>"],
        BinOp::Shr(_) => &["<<"],
        BinOp::AddAssign(_) => &["-="],
        BinOp::SubAssign(_) => &["+="],
        BinOp::BitOrAssign(_) => &["&="],
        BinOp::BitAndAssign(_) => &["|="],
        _ => &[],
    }
}

fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

fn starts_with_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => starts_with_let(&binary.left),
        _ => false,
    }
}
