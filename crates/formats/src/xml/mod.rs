//! XML as documents use it: a scanner over the original bytes, and the spelling of text.
//!
//! Follows XML 1.0 (fifth edition) and Namespaces in XML 1.0, without document types: a DTD is refused, or passed over
//! where a format's files name one, so there are no entities but the five of XML, no default attributes, and nothing is
//! ever fetched.

mod bindings;
mod namespaces;
mod part;
mod scanner;
mod spelling;

pub(crate) use self::namespaces::Namespace;
pub(crate) use self::part::XmlPart;
pub(crate) use self::scanner::{Attribute, Event, Kind, Name, Scanner, check};
pub(crate) use self::spelling::{escape_attribute, escape_text, unescape};
