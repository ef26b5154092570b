//! Walks a Python module: scopes, statements, and every call in them.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Comprehension, ExceptHandler, Expr, Stmt};

use super::loggers::{last, makes, span};
use crate::call::{Api, LogCall};
use crate::scope::{BranchKind, Exit, LoopForm, ScopeId, ScopeKind, Scopes, Statement};
use crate::span::Span;

/// Deeper than code that people write; below it nothing is read.
const MAX_DEPTH: u32 = 150;

/// Reads one module.
pub(super) struct Reader<'s> {
    pub source: &'s str,
    pub scopes: Scopes,
    pub calls: Vec<LogCall>,
    pub scope: ScopeId,
    /// Names that hold loggers.
    pub loggers: HashSet<&'s str>,
    /// The library that loggers of this module come from.
    pub api: Api,
    /// Names bound in the current function: the value last given.
    pub locals: HashMap<&'s str, &'s Expr>,
    /// `print` is another function here.
    pub own_print: bool,
    depth: u32,
}

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Self {
            source,
            scopes: Scopes::new(source.len() as u32),
            calls: Vec::new(),
            scope: Scopes::FILE,
            loggers: HashSet::new(),
            api: Api::Logging,
            locals: HashMap::new(),
            own_print: false,
            depth: 0,
        }
    }

    pub(super) fn module(&mut self, suite: &'s [Stmt]) {
        self.body(suite, Scopes::FILE);
    }

    fn body(&mut self, suite: &'s [Stmt], scope: ScopeId) {
        let outer = std::mem::replace(&mut self.scope, scope);
        for statement in suite {
            let entry = Statement {
                span: span(statement),
                exit: exit(statement),
            };
            self.scopes.get_mut(scope).statements.push(entry);
            self.visit_stmt(statement);
        }
        self.scope = outer;
    }

    fn scoped(&mut self, suite: &'s [Stmt], kind: ScopeKind, name: Span, text: Span) {
        let (Some(first), Some(end)) = (suite.first(), suite.last()) else {
            return;
        };
        let inner = self.scopes.push(
            self.scope,
            kind,
            Span::new(span(first).start, span(end).end),
        );
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = text;
        self.body(suite, inner);
    }

    fn function(&mut self, def: &'s ruff_python_ast::StmtFunctionDef) {
        for decorator in &def.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        for parameter in def.parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default() {
                self.visit_expr(default);
            }
        }
        let name = span(&def.name);
        let inner = self.scopes.push(self.scope, ScopeKind::Function, span(def));
        let parameters = span(&*def.parameters);
        let text = def.returns.as_ref().map_or(parameters, |returns| {
            Span::new(parameters.start, span(&**returns).end)
        });
        let test = def.name.starts_with("test_")
            || matches!(def.name.as_str(), "setUp" | "tearDown" | "setUpClass");
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = text;
        new.test |= test;
        new.attributes = def
            .decorator_list
            .iter()
            .map(|decorator| span(&decorator.expression))
            .collect();
        if def.name.as_str() == "print"
            && matches!(self.scopes.get(self.scope).kind, ScopeKind::File)
        {
            self.own_print = true;
        }
        let locals = std::mem::take(&mut self.locals);
        self.body(&def.body, inner);
        self.locals = locals;
    }

    fn class(&mut self, def: &'s ruff_python_ast::StmtClassDef) {
        let inner = self.scopes.push(self.scope, ScopeKind::Type, span(def));
        let name = span(&def.name);
        let end = def
            .arguments
            .as_ref()
            .map_or(name.end, |arguments| span(&**arguments).end);
        let header = Span::new(span(def).start.max(name.start), end);
        let bases = header.text(self.source);
        let test =
            bases.contains("TestCase") || def.name.starts_with("Test") && !bases.contains('(');
        let new = self.scopes.get_mut(inner);
        new.name = name;
        new.text = header;
        new.test |= test;
        self.body(&def.body, inner);
    }

    fn remember(&mut self, target: &'s Expr, value: &'s Expr) {
        let name = match target {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        if let Expr::Call(call) = value
            && makes(call)
        {
            self.loggers.insert(name);
        }
        if matches!(target, Expr::Name(_)) {
            self.locals.insert(name, value);
        }
    }

    fn import(&mut self, module: &str, names: &[ruff_python_ast::Alias]) {
        let root = module.split('.').next().unwrap_or(module);
        match root {
            "structlog" => self.api = Api::Structlog,
            "loguru" => self.api = Api::Loguru,
            _ => {}
        }
        // `from rich import print`
        if names.iter().any(|alias| {
            alias.name.as_str() == "print"
                || alias
                    .asname
                    .as_ref()
                    .is_some_and(|name| name.as_str() == "print")
        }) {
            self.own_print = module != "__future__" && module != "builtins";
        }
    }

    fn each(&mut self, generators: &'s [Comprehension], elements: &[&'s Expr]) {
        for generator in generators {
            self.visit_expr(&generator.iter);
        }
        let outer = self.scope;
        if let (Some(generator), Some(element)) = (generators.first(), elements.first()) {
            let inner = self
                .scopes
                .push(outer, ScopeKind::Loop(LoopForm::Each), span(*element));
            let new = self.scopes.get_mut(inner);
            new.name = span(&generator.target);
            new.text = span(&generator.iter);
            self.scope = inner;
        }
        for element in elements {
            self.visit_expr(element);
        }
        for condition in generators.iter().flat_map(|generator| &generator.ifs) {
            self.visit_expr(condition);
        }
        self.scope = outer;
    }
}

impl<'s> Visitor<'s> for Reader<'s> {
    fn visit_stmt(&mut self, statement: &'s Stmt) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.statement(statement);
        self.depth -= 1;
    }

    fn visit_expr(&mut self, expr: &'s Expr) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        match expr {
            Expr::Call(call) => {
                self.call(call);
                walk_expr(self, expr);
            }
            Expr::ListComp(each) => self.each(&each.generators, &[&each.elt]),
            Expr::SetComp(each) => self.each(&each.generators, &[&each.elt]),
            Expr::Generator(each) => self.each(&each.generators, &[&each.elt]),
            Expr::Lambda(lambda) => {
                let outer = self.scope;
                self.scope = self.scopes.push(outer, ScopeKind::Closure, span(lambda));
                self.visit_expr(&lambda.body);
                self.scope = outer;
            }
            Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::Name(_)
            | Expr::BytesLiteral(_) => {}
            _ => walk_expr(self, expr),
        }
        self.depth -= 1;
    }
}

impl<'s> Reader<'s> {
    fn statement(&mut self, statement: &'s Stmt) {
        let none = Span::default();
        match statement {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::For(each) => {
                self.visit_expr(&each.iter);
                let form = if each.is_async {
                    LoopForm::AsyncFor
                } else {
                    LoopForm::For
                };
                self.scoped(
                    &each.body,
                    ScopeKind::Loop(form),
                    span(&*each.target),
                    span(&*each.iter),
                );
                self.scoped(&each.orelse, ScopeKind::Block, none, none);
            }
            Stmt::While(each) => {
                self.visit_expr(&each.test);
                let forever = matches!(&*each.test, Expr::BooleanLiteral(literal) if literal.value)
                    || matches!(&*each.test, Expr::NumberLiteral(_));
                let form = if forever {
                    LoopForm::Infinite
                } else {
                    LoopForm::While
                };
                self.scoped(&each.body, ScopeKind::Loop(form), none, span(&*each.test));
                self.scoped(&each.orelse, ScopeKind::Block, none, none);
            }
            Stmt::If(branch) => {
                self.visit_expr(&branch.test);
                let mut condition = span(&*branch.test);
                self.scoped(
                    &branch.body,
                    ScopeKind::Branch(BranchKind::If),
                    none,
                    condition,
                );
                for clause in &branch.elif_else_clauses {
                    let kind = if let Some(test) = &clause.test {
                        self.visit_expr(test);
                        condition = span(test);
                        BranchKind::If
                    } else {
                        BranchKind::Else
                    };
                    self.scoped(&clause.body, ScopeKind::Branch(kind), none, condition);
                }
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_expr(&item.context_expr);
                }
                self.scoped(&with.body, ScopeKind::Block, none, none);
            }
            Stmt::Try(attempt) => {
                self.scoped(
                    &attempt.body,
                    ScopeKind::Branch(BranchKind::Try),
                    none,
                    none,
                );
                for handler in &attempt.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    let types = handler.type_.as_ref().map_or(none, |types| span(&**types));
                    let name = handler.name.as_ref().map_or(none, span);
                    self.scoped(
                        &handler.body,
                        ScopeKind::Branch(BranchKind::Except),
                        name,
                        types,
                    );
                }
                self.scoped(&attempt.orelse, ScopeKind::Block, none, none);
                self.scoped(&attempt.finalbody, ScopeKind::Block, none, none);
            }
            Stmt::Match(choice) => {
                self.visit_expr(&choice.subject);
                for case in &choice.cases {
                    let kind = ScopeKind::Branch(BranchKind::Arm);
                    self.scoped(
                        &case.body,
                        kind,
                        span(&*choice.subject),
                        span(&case.pattern),
                    );
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.remember(target, &assign.value);
                }
                self.visit_expr(&assign.value);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.remember(&assign.target, value);
                    self.visit_expr(value);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.import(alias.name.as_str(), &[]);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                self.import(module, &import.names);
            }
            _ => walk_stmt(self, statement),
        }
    }
}

/// How a statement leaves its block.
fn exit(statement: &Stmt) -> Option<Exit> {
    match statement {
        Stmt::Return(_) => Some(Exit::Return),
        Stmt::Break(_) => Some(Exit::Break),
        Stmt::Continue(_) => Some(Exit::Continue),
        Stmt::Raise(raise) => Some(match raise.exc.as_deref().map_or("", last) {
            "SystemExit" | "CommandError" | "Exit" | "UsageError" | "ClickException" | "Abort"
            | "KeyboardInterrupt" => Exit::Process,
            _ => Exit::Raise,
        }),
        Stmt::Expr(expr) => {
            let Expr::Call(call) = &*expr.value else {
                return None;
            };
            let ends = match &*call.func {
                Expr::Name(name) => matches!(
                    name.id.as_str(),
                    "exit" | "quit" | "_exit" | "die" | "usage"
                ),
                Expr::Attribute(attribute) => {
                    let owner = last(&attribute.value);
                    matches!(
                        (owner, attribute.attr.as_str()),
                        ("sys" | "os", "exit" | "_exit" | "abort")
                            | ("ctx" | "parser", "exit" | "error" | "abort")
                    )
                }
                _ => false,
            };
            ends.then_some(Exit::Process)
        }
        _ => None,
    }
}
