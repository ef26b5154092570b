//! The route template: what a request asked for, with few enough values to be a label.

use axum::extract::MatchedPath;
use http::Extensions;
use std::borrow::Cow;

/// What every request without a template counts as.
pub(super) const UNMATCHED: &str = "unmatched";

/// The route template of a response, for services without axum's router.
///
/// A handler puts it into the response's extensions; axum's own template is found without it.
///
/// ```
/// let mut response = http::Response::new(String::new());
/// response.extensions_mut().insert(plimsoll::http::Route::new("/orders/{id}"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route(Cow<'static, str>);

impl Route {
    /// A template such as `/orders/{id}`: few different values, never the path itself.
    pub fn new(template: impl Into<Cow<'static, str>>) -> Self {
        Self(template.into())
    }

    /// The template.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where an exchange's template comes from.
#[derive(Debug, Clone)]
pub(super) enum Template {
    Unmatched,
    Probe(&'static str),
    Router(MatchedPath),
    Handler(Route),
}

impl Template {
    /// What axum's router found, if it was axum.
    pub(super) fn of_request(extensions: &Extensions) -> Self {
        extensions
            .get::<MatchedPath>()
            // Fallbacks of nested routers match a pattern that is axum's own affair.
            .filter(|path| !path.as_str().contains("__private__axum"))
            .map_or(Self::Unmatched, |path| Self::Router(path.clone()))
    }

    /// What the handler said, if it did, over what the router found.
    pub(super) fn prefer(&mut self, extensions: &Extensions) {
        if let Some(route) = extensions.get::<Route>() {
            *self = Self::Handler(route.clone());
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Unmatched => UNMATCHED,
            Self::Probe(path) => path,
            Self::Router(path) => path.as_str(),
            Self::Handler(route) => route.as_str(),
        }
    }
}
