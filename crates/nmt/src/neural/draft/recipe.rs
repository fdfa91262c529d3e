//! How a text may be put to the model.

/// How a text is put to the model. Later recipes are for texts that came out badly with the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Recipe {
    /// Which stand-ins.
    pub(crate) set: usize,
    /// Glossary terms stand in the text as they are; their translation is found by the attention and replaced.
    pub(crate) terms_in_place: bool,
    /// The signs that end the sentence are held back.
    pub(crate) without_end: bool,
    /// What becomes of capitals.
    pub(crate) case: Case,
    /// What it stands behind.
    pub(crate) frame: Frame,
    /// The text is English: abbreviations that models misread are written out.
    pub(crate) english: bool,
}

/// What becomes of capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Case {
    #[default]
    AsWritten,
    /// Words that begin with one are put in small letters; acronyms stay, and so does the first word.
    Sentence,
    /// The first word as well.
    SmallButAcronyms,
    /// All letters are put in small.
    Small,
    /// The first letter stays, and the output is put in capitals: of a word that is no acronym.
    Shouted,
}

/// What a text is put behind, to look like an item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Frame {
    #[default]
    None,
    Star,
    Dash,
    /// An English verb, as what can be done.
    To,
    /// English words for a thing, as one that is known,
    The,
    /// or that somebody has.
    Your,
    /// An English label, as what can be clicked on.
    Click,
}

impl Frame {
    /// What stands before the text in the draft.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::To => "* To ",
            Self::The => "* The ",
            Self::Your => "* Your ",
            Self::Click => "Click on ",
            frame => frame.sign(),
        }
    }

    /// What stands before the text in what the model makes of it, too.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::None | Self::Click => "",
            Self::Star | Self::To | Self::The | Self::Your => "* ",
            Self::Dash => "- ",
        }
    }
}
