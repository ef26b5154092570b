//! The implementations.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, LitStr};

use crate::attributes::{self, Mark};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream, Error> {
    let options = attributes::of_type(&input.attrs)?;
    let name = &input.ident;
    let shapes: Vec<Shape> = match &input.data {
        Data::Struct(data) => vec![Shape::new(None, name, 0, &data.fields)?],
        Data::Enum(data) => data
            .variants
            .iter()
            .zip(0_u32..)
            .map(|(variant, index)| Shape::new(Some(&variant.ident), name, index, &variant.fields))
            .collect::<Result<_, _>>()?,
        Data::Union(_) => return Err(Error::new_spanned(name, "a union cannot be shown")),
    };
    let (_, types, _) = input.generics.split_for_impl();
    let bounded = |bound: TokenStream| {
        let mut generics = input.generics.clone();
        let parameters: Vec<Ident> = generics
            .type_params()
            .map(|parameter| parameter.ident.clone())
            .collect();
        let clause = generics.make_where_clause();
        for parameter in parameters {
            clause
                .predicates
                .push(syn::parse_quote!(#parameter: #bound));
        }
        generics
    };

    let debugs = shapes.iter().map(Shape::debug);
    let generics = bounded(quote!(::core::fmt::Debug));
    let (head, _, clause) = generics.split_for_impl();
    let mut implementations = quote! {
        #[automatically_derived]
        impl #head ::core::fmt::Debug for #name #types #clause {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self { #(#debugs)* }
            }
        }
    };
    if !options.no_display {
        implementations.extend(quote! {
            #[automatically_derived]
            impl #head ::core::fmt::Display for #name #types #clause {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Debug::fmt(self, formatter)
                }
            }
        });
    }
    if !options.no_serialize {
        let serializes = shapes.iter().map(Shape::serialize);
        let generics = bounded(quote!(::plimsoll::redact::derive::serde::Serialize));
        let (head, _, clause) = generics.split_for_impl();
        implementations.extend(quote! {
            #[automatically_derived]
            impl #head ::plimsoll::redact::derive::serde::Serialize for #name #types #clause {
                fn serialize<S: ::plimsoll::redact::derive::serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                    match self { #(#serializes)* }
                }
            }
        });
    }
    Ok(implementations)
}

/// A struct or one variant of an enum.
struct Shape {
    pattern: TokenStream,
    name: Ident,
    type_name: Ident,
    variant: Option<u32>,
    named: bool,
    unit: bool,
    fields: Vec<(LitStr, TokenStream)>,
}

impl Shape {
    fn new(
        variant: Option<&Ident>,
        type_name: &Ident,
        index: u32,
        fields: &Fields,
    ) -> Result<Self, Error> {
        let path = variant.map_or_else(|| quote!(Self), |variant| quote!(Self::#variant));
        let mut bindings = Vec::new();
        let mut shown = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let binding = format_ident!("field_{at}");
            let (label, span) = field.ident.as_ref().map_or_else(
                || (at.to_string(), type_name.span()),
                |ident| (ident.to_string(), ident.span()),
            );
            let label = LitStr::new(label.trim_start_matches("r#"), span);
            let (used, value) = match attributes::of_field(field)? {
                Mark::Shown => (quote!(#binding), quote!(#binding)),
                Mark::Secret => (quote!(_), quote!(&::plimsoll::redact::derive::SECRET)),
                Mark::Pii => (quote!(_), quote!(&::plimsoll::redact::derive::PII)),
                Mark::Hash => (
                    quote!(#binding),
                    quote!(&::plimsoll::redact::derive::Marker::hash(#label, #binding)),
                ),
            };
            bindings.push(
                field
                    .ident
                    .as_ref()
                    .map_or_else(|| quote!(#used), |ident| quote!(#ident: #used)),
            );
            shown.push((label, value));
        }
        let pattern = match fields {
            Fields::Named(_) => quote!(#path { #(#bindings),* }),
            Fields::Unnamed(_) => quote!(#path ( #(#bindings),* )),
            Fields::Unit => path,
        };
        Ok(Self {
            pattern,
            name: variant.unwrap_or(type_name).clone(),
            type_name: type_name.clone(),
            variant: variant.map(|_| index),
            named: matches!(fields, Fields::Named(_)),
            unit: matches!(fields, Fields::Unit),
            fields: shown,
        })
    }

    fn debug(&self) -> TokenStream {
        let Self { pattern, named, .. } = self;
        let name = self.name.to_string();
        let fields = self.fields.iter().map(|(label, value)| {
            if *named {
                quote!(.field(#label, #value))
            } else {
                quote!(.field(#value))
            }
        });
        if *named {
            quote!(#pattern => formatter.debug_struct(#name) #(#fields)* .finish(),)
        } else if self.unit {
            quote!(#pattern => formatter.write_str(#name),)
        } else {
            quote!(#pattern => formatter.debug_tuple(#name) #(#fields)* .finish(),)
        }
    }

    fn serialize(&self) -> TokenStream {
        let Self {
            pattern,
            named,
            unit,
            ..
        } = self;
        let (name, variant) = (self.type_name.to_string(), self.name.to_string());
        let count = self.fields.len();
        let ser = quote!(::plimsoll::redact::derive::serde::ser);
        let (start, part) = match (self.variant, *named) {
            (None, true) => (
                quote!(serializer.serialize_struct(#name, #count)),
                quote!(SerializeStruct),
            ),
            (None, false) => (
                quote!(serializer.serialize_tuple_struct(#name, #count)),
                quote!(SerializeTupleStruct),
            ),
            (Some(index), true) => (
                quote!(serializer.serialize_struct_variant(#name, #index, #variant, #count)),
                quote!(SerializeStructVariant),
            ),
            (Some(index), false) => (
                quote!(serializer.serialize_tuple_variant(#name, #index, #variant, #count)),
                quote!(SerializeTupleVariant),
            ),
        };
        if *unit {
            return match self.variant {
                None => quote!(#pattern => serializer.serialize_unit_struct(#name),),
                Some(index) => {
                    quote!(#pattern => serializer.serialize_unit_variant(#name, #index, #variant),)
                }
            };
        }
        let fields = self.fields.iter().map(|(label, value)| {
            if *named {
                quote!(#ser::#part::serialize_field(&mut state, #label, #value)?;)
            } else {
                quote!(#ser::#part::serialize_field(&mut state, #value)?;)
            }
        });
        quote! {
            #pattern => {
                let mut state = #start?;
                #(#fields)*
                #ser::#part::end(state)
            }
        }
    }
}
