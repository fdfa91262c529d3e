//! What a filter leaves as it is, and why: nothing stays untranslated in silence.
//!
//! A filter counts at the place where it decides; what the options switch off is counted there, too. Words that are no
//! words of the document (names of styles, code that draws the page) are no text and are not counted.

use crate::Tally;
use crate::kinds::kinds;

/// What stays as it is, by reason.
pub type Untranslated = Tally<Reason>;

kinds! {
    /// Why something was not translated.
    Reason {
    /// The document says that it is not to be translated, or it is code, sample output or a name of the program.
    ProtectedRange,
    /// It is hidden, and the option `hidden_text` is off.
    HiddenText,
    /// It was deleted while changes were tracked.
    DeletedText,
    /// It was inserted while changes were tracked, and the option `inserted_text` is off.
    InsertedTextOff,
    /// It is a formula, or the result of one: the program computes it.
    Formula,
    /// It is the result of a field (a page number, a date, a reference): the program writes it anew.
    Field,
    /// It is a mathematical expression.
    Equation,
    /// Another document or object is embedded.
    EmbeddedObject,
    /// A picture, which may show text.
    ImageText,
    /// A macro, a script or another program.
    Macro,
    /// A digital signature.
    Signature,
    /// Comments, while the option `comments` is off.
    CommentsOff,
    /// Notes, while the option `notes` is off.
    NotesOff,
    /// An alternative text, while the option `alt_text` is off.
    AltTextOff,
    /// Properties of the document, while the option `properties` is off.
    PropertiesOff,
    /// Names of sheets, while the option `sheet_names` is off.
    SheetNamesOff,
    /// A comment in a code block, while the option `code_comments` is off.
    CodeCommentsOff,
    /// A value of a front matter whose key is not among `front_matter_keys`.
    FrontMatterKeyOff,
    /// A value of a JSON text whose name is not among `json_keys`, or is among `json_keys_excluded`.
    JsonKeyOff,
    /// Texts that the document keeps for insertion and does not show.
    StoredText,
    /// A code or identifier that programs read.
    Identifier,
    /// A name that formulas, filters or other parts refer to in a way that cannot be written anew.
    Referenced,
    /// A part that is not what its type says, or of a type that is not read.
    UnreadablePart,
    /// It has a translation already: a unit of a bilingual file.
    AlreadyTranslated,
    /// The document is in the language wanted already.
    SameLanguage,
    /// A segment of a document in another language is in the language wanted already, and the option `foreign_text` is off.
    TargetLanguage,
    /// A segment is in a language that is neither the document's nor the one wanted, and the option `foreign_text` is off.
    OtherLanguage,
    }
}
