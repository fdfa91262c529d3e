//! The list operations' promise: walking the links gives what was there at the first page, once each, in order.
