//! What surrounds a call: functions, loops, branches, and what the statements after it do.

use crate::span::Span;

/// Index of a scope in its file's [`Scopes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// How the items of a loop come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoopKind {
    /// As many rounds as there are items: a collection, rows, files.
    Data,
    /// Waits for something each round: messages, connections, ticks.
    Event,
    /// A short constant number of rounds.
    Const,
    /// The same thing again until it succeeds.
    Retry,
}

/// How a loop is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoopForm {
    /// `for x in xs`.
    For,
    /// `async for x in xs`.
    AsyncFor,
    /// `while condition`.
    While,
    /// `while let pattern = value`.
    WhileLet,
    /// `loop`, `while True`.
    Infinite,
    /// A closure or comprehension run for each item.
    Each,
}

/// Which way a branch goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BranchKind {
    /// Entered on a condition.
    If,
    /// Entered when the condition does not hold.
    Else,
    /// One arm of a `match`; the text is its pattern.
    Arm,
    /// An `except` clause; the text is its types.
    Except,
    /// The body of a `try`.
    Try,
    /// The `else` of `let ... else`.
    LetElse,
}

/// What kind of scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeKind {
    /// The file itself.
    File,
    /// `mod name { }`.
    Module,
    /// An `impl`, a trait, a class; the text is its header.
    Type,
    /// A function; the text is its parameters (and what it returns).
    Function,
    /// A loop; the name is its pattern or the method that takes the closure, the text what it runs over or its
    /// condition.
    Loop(LoopForm),
    /// A branch; the text is its condition, pattern or types.
    Branch(BranchKind),
    /// A closure handed to a call; the name is the method, the text its receiver.
    Closure,
    /// Inside the arguments of a macro; the name is the macro's.
    Macro,
    /// `macro_rules!`.
    MacroDefinition,
    /// A plain block.
    Block,
}

/// How a statement leaves its block for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// The process ends.
    Process,
    /// The function returns a value or nothing.
    Return,
    /// The function fails: `return Err`, `raise`, `bail!`.
    Raise,
    /// The loop ends.
    Break,
    /// The next round begins.
    Continue,
}

/// One statement of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes.
    pub span: Span,
    /// Whether and how it always leaves the block.
    pub exit: Option<Exit>,
}

/// One scope.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Which kind.
    pub kind: ScopeKind,
    /// The scope around it; the file's own is itself.
    pub parent: ScopeId,
    /// Name of a module, type, function, macro, or of the method that takes the closure.
    pub name: Span,
    /// Header text; what it is depends on the kind.
    pub text: Span,
    /// Attributes or decorators as written.
    pub attributes: Vec<Span>,
    /// Only compiled or run for tests.
    pub test: bool,
    /// Its bytes.
    pub span: Span,
    /// Its statements, if it has a body of statements.
    pub statements: Vec<Statement>,
}

/// All scopes of a file; the first is the file.
#[derive(Debug, Clone)]
pub struct Scopes {
    all: Vec<Scope>,
}

impl Scopes {
    /// The scopes of a file of so many bytes: only the file.
    #[must_use]
    pub fn new(length: u32) -> Self {
        let file = Scope {
            kind: ScopeKind::File,
            parent: ScopeId(0),
            name: Span::default(),
            text: Span::default(),
            attributes: Vec::new(),
            test: false,
            span: Span::new(0, length),
            statements: Vec::new(),
        };
        Self { all: vec![file] }
    }

    /// The file's scope.
    pub const FILE: ScopeId = ScopeId(0);

    /// Adds a scope below `parent`.
    pub fn push(&mut self, parent: ScopeId, kind: ScopeKind, span: Span) -> ScopeId {
        let test = self.get(parent).test;
        self.all.push(Scope {
            kind,
            parent,
            name: Span::default(),
            text: Span::default(),
            attributes: Vec::new(),
            test,
            span,
            statements: Vec::new(),
        });
        ScopeId(self.all.len() as u32 - 1)
    }

    /// One scope.
    #[must_use]
    pub fn get(&self, id: ScopeId) -> &Scope {
        &self.all[id.0 as usize]
    }

    /// One scope, to fill.
    pub fn get_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.all[id.0 as usize]
    }

    /// The scope and everything around it, innermost first.
    pub fn around(&self, id: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        let mut next = Some(id);
        std::iter::from_fn(move || {
            let id = next?;
            next = (id != Self::FILE).then(|| self.get(id).parent);
            Some((id, self.get(id)))
        })
    }

    /// All scopes, in the order they were met.
    pub fn iter(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        (0..).map(ScopeId).zip(&self.all)
    }

    /// The innermost function around a scope.
    #[must_use]
    pub fn function(&self, id: ScopeId) -> Option<(ScopeId, &Scope)> {
        self.around(id)
            .find(|(_, scope)| scope.kind == ScopeKind::Function)
    }

    /// How control always leaves after the statement at `span` inside `scope`, before `boundary` (a loop, or a
    /// function) would be left by its own end. Statements further down the same blocks count, conditional ones do not.
    #[must_use]
    pub fn exit_after(&self, scope: ScopeId, span: Span) -> Option<Exit> {
        for (_, scope) in self.around(scope) {
            let exit = scope
                .statements
                .iter()
                .filter(|statement| {
                    statement.span.start >= span.end || statement.span.contains(span)
                })
                .find_map(|statement| statement.exit);
            if exit.is_some() {
                return exit;
            }
            match scope.kind {
                ScopeKind::Loop(_)
                | ScopeKind::Function
                | ScopeKind::File
                | ScopeKind::Type
                | ScopeKind::Module
                | ScopeKind::MacroDefinition => return None,
                ScopeKind::Closure if !scope.statements.is_empty() => return None,
                _ => {}
            }
        }
        None
    }
}
