//! `#[derive(Sensitive)]`: what is sensitive in a struct is said on its fields.
//!
//! Use it through `plimsoll` with the feature `derive`.

mod attributes;
mod expand;

use proc_macro::TokenStream;

/// Implements `Debug`, `Display` and `serde::Serialize` so that no marked field shows its content.
///
/// - `#[sensitive]`: `[redacted:secret]`
/// - `#[pii]`: `[redacted:pii]`
/// - `#[hash]`: `[hash:<key id>:<16 hex>]` of the field's `Display`, so that equal values stay joinable
///
/// Fields without a mark are shown by their own `Debug` and `Serialize`. On the type, `#[sensitive(no_serialize)]` and
/// `#[sensitive(no_display)]` leave out that implementation, for a type that is also sent somewhere or shown otherwise.
#[proc_macro_derive(Sensitive, attributes(sensitive, pii, hash))]
pub fn sensitive(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::expand(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
