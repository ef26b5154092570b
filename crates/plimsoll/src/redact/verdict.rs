//! What a key alone says about its value.

use plimsoll_standard::sensitive::Class;

/// What a key alone says about its value; `Copy`, made to be kept in a callsite's plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyVerdict {
    pub(super) class: Option<Class>,
    /// A value of digits alone is a number of something (`order_id`).
    pub(super) numbered: bool,
}

impl KeyVerdict {
    /// Nothing is said by the key; the value still is looked at.
    pub const CLEAN: Self = Self {
        class: None,
        numbered: false,
    };

    /// Whether the key says nothing about its value.
    #[must_use]
    pub const fn is_clean(self) -> bool {
        self.class.is_none()
    }

    /// The pattern's name, if the key is sensitive.
    #[must_use]
    pub fn pattern(self) -> Option<&'static str> {
        self.class.map(|class| class.kind.name())
    }
}
