//! How the words of a translation that exists already correspond to its source: what attention says when the model is
//! made to say it. For measurements against translations of people.

use terjuman_model::LanguagePair;

use crate::neural::Neural;
use crate::neural::draft::{Draft, Recipe, StandIn};
use crate::neural::piece::join;
use crate::neural::protect::{Numbers, groups};
use crate::neural::work::{Asked, MOST_TOKENS, piece_of};
use crate::translator::{Source, TranslateError, Translated};

impl Neural {
    /// The links between a text and a given translation of it. `None` if the text is longer than one call takes, or
    /// what must come out as given is not in the translation.
    ///
    /// # Errors
    /// If there is no model for this very pair, or it cannot be loaded.
    pub fn align(
        &self,
        pair: &LanguagePair,
        source: &Source,
        target: &str,
    ) -> Result<Option<Translated>, TranslateError> {
        let loaded = self.load(pair)?;
        let model = &*loaded.model;
        let whole = 0..source.text.len();
        let groups = groups(&source.text, &whole, &source.fixed, Numbers::Involved, model);
        let recipe = Recipe { terms_in_place: false, ..Recipe::default() };
        let Some(draft) = Draft::new(&source.text, &whole, &groups, recipe, model) else { return Ok(None) };
        let mut said = String::with_capacity(target.len());
        let mut rest = target;
        let mut places: Vec<(usize, usize, &StandIn)> = Vec::new();
        for stand_in in &draft.stand_ins {
            let text = groups[stand_in.group].text.as_str();
            let taken = |at: &usize| places.iter().any(|(other, ..)| other == at);
            let Some(at) = target.match_indices(text).map(|(at, _)| at).find(|at| !taken(at)) else { return Ok(None) };
            places.push((at, text.len(), stand_in));
        }
        places.sort_by_key(|(at, ..)| *at);
        for (at, length, stand_in) in places {
            let Some(gap) = at.checked_sub(target.len() - rest.len()) else { return Ok(None) };
            said.push_str(&rest[..gap]);
            let (before, after) = stand_in.spaced;
            said.push_str(if before { " " } else { "" });
            said.push_str(&stand_in.word);
            said.push_str(if after { " " } else { "" });
            rest = &rest[gap + length..];
        }
        said.push_str(rest);
        let encoded = model.encode(&draft.text);
        if encoded.ids.is_empty() || encoded.ids.len() > MOST_TOKENS {
            return Ok(None);
        }
        let Some(output) = model.force(&encoded.ids, &said) else { return Ok(None) };
        let decoded = model.decode(&output.ids);
        let asked = Asked { groups, draft, encoded };
        let piece = piece_of(source, &asked, &output, &decoded).ok();
        Ok(piece.map(|piece| join(source, std::iter::once((whole, piece)))))
    }
}
