//! The marks on fields and on the type.

use syn::{Attribute, Error, Field, Meta};

/// How a field is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Shown,
    Secret,
    Pii,
    Hash,
}

/// The mark of a field; two are an error.
pub(crate) fn of_field(field: &Field) -> Result<Mark, Error> {
    let mut found = Mark::Shown;
    for attribute in &field.attrs {
        let mark = if attribute.path().is_ident("sensitive") {
            Mark::Secret
        } else if attribute.path().is_ident("pii") {
            Mark::Pii
        } else if attribute.path().is_ident("hash") {
            Mark::Hash
        } else {
            continue;
        };
        if !matches!(attribute.meta, Meta::Path(_)) {
            return Err(Error::new_spanned(
                attribute,
                "this mark takes no argument on a field",
            ));
        }
        if found != Mark::Shown {
            return Err(Error::new_spanned(
                attribute,
                "one mark a field: #[sensitive], #[pii] or #[hash]",
            ));
        }
        found = mark;
    }
    Ok(found)
}

/// What not to implement.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) no_serialize: bool,
    pub(crate) no_display: bool,
}

pub(crate) fn of_type(attributes: &[Attribute]) -> Result<Options, Error> {
    let mut options = Options::default();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("sensitive"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("no_serialize") {
                options.no_serialize = true;
            } else if meta.path.is_ident("no_display") {
                options.no_display = true;
            } else {
                return Err(meta.error("expected `no_serialize` or `no_display`"));
            }
            Ok(())
        })?;
    }
    Ok(options)
}
