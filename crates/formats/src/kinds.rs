//! Kinds of things that a report counts: enums whose names are stable codes.

/// Declares such an enum. On the wire and in the database a kind is its name; one that a later version made reads as
/// `Other`.
macro_rules! kinds {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $kind:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "std::borrow::Cow<'_, str>")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $kind,)*
            /// One that this version does not know.
            Other,
        }

        impl $name {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)* Self::Other];

            /// The stable code: the name of the variant.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind),)* Self::Other => "Other" }
            }
        }

        impl From<std::borrow::Cow<'_, str>> for $name {
            fn from(code: std::borrow::Cow<'_, str>) -> Self {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == code).unwrap_or(Self::Other)
            }
        }
    };
}

pub(crate) use kinds;
