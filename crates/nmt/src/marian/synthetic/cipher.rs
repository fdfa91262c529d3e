//! Weights that translate token by token: of a text of one language they make the same text in a cipher.
//!
//! Everything that a real model computes is computed, and what comes out can be told beforehand. A token's embedding is a code of
//! plus and minus ones. Where half of the sines and cosines of its place turn too slowly to tell places apart, the code
//! stands; the other half is left to the place. The decoder forgets which token it made last, looks for the source's token at
//! the place it has come to, which is the attention's peak, and takes that token's code, turned into the code of its
//! translation. Encoder, recurrence and feed-forward blocks add a little noise that depends on the sentence.

use super::items::{Items, top};
use super::{Random, Recipe};

/// What the noise of a block is to its input.
const VOLUME: f32 = 0.002;

/// The decoder's place is made so much louder before each attention.
const LOUDER: f32 = 2.0;

/// What the decoder makes of the last token, and of the token that the attention before found.
const FORGOTTEN: f32 = 0.02;

/// The difference, as a logarithm, of the attention to the right place and to any other.
const MARGIN: f32 = 12.0;

/// No sentence that the scheduler puts to a model has more tokens.
const FAR: usize = 160;

/// Which columns of the width say what.
pub(super) struct Plan {
    width: usize,
    heads: usize,
    /// For each of the frequencies that tell places apart: its sine and its cosine.
    places: Vec<[usize; 2]>,
    /// Of the codes; the second half is of the same frequencies as the first.
    codes: Vec<usize>,
    /// A column that holds nothing: after a normalisation, what was taken away from all.
    nothing: usize,
    /// What a one of a code is as a weight; and the weights of queries and keys.
    one: f32,
    gain: f32,
}

impl Plan {
    pub(super) fn new(recipe: &Recipe) -> Self {
        let (width, heads) = (recipe.dimension, recipe.heads);
        let half = width / 2;
        let head = width / heads;
        let frequency = |at: usize| 1e-4_f32.powf(at as f32 / (half as f32 - 1.0));
        let apart = |frequencies: usize, distance: usize| -> f32 {
            (0..frequencies).map(|at| 1.0 - (distance as f32 * frequency(at)).cos()).sum()
        };
        // The fastest ones, as many as leave no two places alike and still tell neighbours well apart.
        let least = |count: usize| (1..FAR).map(|distance| apart(count, distance)).fold(f32::MAX, f32::min);
        let contrast = |count: &usize| least(*count) / *count as f32;
        let counts = 1..=(head / 2).min(half / 2);
        let count = counts.max_by(|one, other| contrast(one).total_cmp(&contrast(other))).unwrap_or(1);
        let places = (0..count).map(|at| [at, half + at]).collect();
        let codes: Vec<usize> = (half / 2..half - 1).chain(half + half / 2..width - 1).collect();
        let one = top(2.5 / (width as f32).sqrt());
        let loudness = one * (width as f32).sqrt();
        // Of an embedding, whose sines and cosines are half as loud as a one.
        let variance = (codes.len() as f32 * (loudness * loudness) + 0.5 * width as f32) / width as f32;
        let gain = top((MARGIN * (head as f32).sqrt() * variance / LOUDER / least(count)).sqrt());
        Self { width, heads, places, codes, nothing: half - 1, one, gain }
    }

    /// A code for each token, as far from each other as can be found. If tokens have partners among themselves, the partner's
    /// code has the halves the other way round.
    fn codes(&self, count: usize, partners: Option<&[usize]>, random: &mut Random) -> Vec<Vec<bool>> {
        let half = self.codes.len() / 2;
        let mut codes: Vec<Vec<bool>> = vec![Vec::new(); count];
        let (mut distance, mut tries) = (half, 0);
        for token in 0..count {
            let partner = partners.map(|partners| partners[token]);
            while codes[token].is_empty() {
                let mut code = [self.balanced(random), self.balanced(random)].concat();
                if partner == Some(token) {
                    code.copy_within(..half, half);
                }
                let turned = [&code[half..], &code[..half]].concat();
                let is_far = |known: &Vec<bool>| {
                    known.is_empty() || known.iter().zip(&code).filter(|(one, other)| one != other).count() >= distance
                };
                let is_far_from_partner = partner.is_none_or(|partner| partner == token) || is_far(&turned);
                if is_far_from_partner && codes.iter().all(is_far) {
                    if let Some(partner) = partner {
                        codes[partner] = turned;
                    }
                    codes[token] = code;
                }
                tries += 1;
                // The more there are, the nearer they stand.
                if tries % 200 == 0 {
                    distance -= 1;
                }
            }
        }
        codes
    }

    /// Half a code, with as many of one kind as of the other: all codes are then as loud, whatever the sines and cosines below
    /// them.
    fn balanced(&self, random: &mut Random) -> Vec<bool> {
        let length = self.codes.len() / 2;
        let mut bits: Vec<bool> = (0..length).map(|bit| bit % 2 == 0).collect();
        (1..length).for_each(|at| bits.swap(at, random.below(at + 1)));
        bits
    }

    /// One table, or two that have the same codes at the same places.
    pub(super) fn embeddings(&self, recipe: &Recipe, items: &mut Items, random: &mut Random, count: usize) {
        let partners = recipe.is_shared.then(|| recipe.partners());
        let codes = self.codes(count, partners.as_deref(), random);
        let bits: Vec<Option<usize>> =
            (0..self.width).map(|column| self.codes.iter().position(|other| *other == column)).collect();
        let weight = |token: usize, column: usize| match bits[column] {
            Some(bit) if codes[token][bit] => self.one,
            Some(_) => -self.one,
            None => 0.0,
        };
        let names: &[&str] = if recipe.is_shared { &["Wemb"] } else { &["encoder_Wemb", "decoder_Wemb"] };
        for name in names {
            items.given(name, count, self.width, weight);
        }
    }

    pub(super) fn encoder(&self, recipe: &Recipe, items: &mut Items, random: &mut Random) {
        for layer in 1..=recipe.encoder_layers {
            items.heads(random, &format!("encoder_l{layer}_self"), self.width, VOLUME);
            items.feed_forward(random, &format!("encoder_l{layer}_ffn"), self.width, recipe.feed_forward, VOLUME);
        }
    }

    pub(super) fn decoder(&self, recipe: &Recipe, items: &mut Items, random: &mut Random) {
        let width = self.width;
        let scales = |codes: f32, others: f32| -> Vec<f32> {
            (0..width).map(|column| if self.codes.contains(&column) { codes } else { others }).collect()
        };
        for layer in 1..=recipe.decoder_layers {
            let recurrence = format!("decoder_l{layer}_rnn");
            items.linear(random, &format!("{recurrence}_W"), width, width, VOLUME);
            items.linear(random, &format!("{recurrence}_Wf"), width, width, 1.0);
            items.bias(random, &format!("{recurrence}_bf"), width, 1.0);
            items.scales(&format!("{recurrence}_ffn"), &scales(FORGOTTEN, LOUDER));
            items.bias(random, &format!("{recurrence}_ffn_ln_bias"), width, 0.0);
            self.attention(recipe, items, random, &format!("decoder_l{layer}_context"));
            let base = format!("decoder_l{layer}_ffn");
            items.feed_forward_without_norm(random, &base, width, recipe.feed_forward, VOLUME);
            let codes = if layer == recipe.decoder_layers { LOUDER } else { 1.0 };
            items.scales(&format!("{base}_ffn"), &scales(codes, 1.0));
            items.bias(random, &format!("{base}_ffn_ln_bias"), width, 0.0);
        }
    }

    fn attention(&self, recipe: &Recipe, items: &mut Items, random: &mut Random, base: &str) {
        let width = self.width;
        let head = width / self.heads;
        // All heads look for the place.
        let by_place = |input: usize, output: usize| -> f32 {
            let at = output % head;
            let Some(place) = self.places.get(at / 2).map(|place| place[at % 2]) else { return 0.0 };
            if input == place {
                self.gain
            } else if input == self.nothing {
                -self.gain
            } else {
                0.0
            }
        };
        // Each brings its share of the code.
        let share = self.codes.len().div_ceil(self.heads);
        let bit_of = |column: usize| {
            let bit = column / head * share + column % head;
            (column % head < share && bit < self.codes.len()).then_some(bit)
        };
        let half = self.codes.len() / 2;
        let turned = |bit: usize| if recipe.is_shared { (bit + half) % (2 * half) } else { bit };
        items.given(&format!("{base}_Wq"), width, width, by_place);
        items.alpha(&format!("{base}_Wq"), 20.0);
        items.given(&format!("{base}_Wk"), width, width, by_place);
        items.alpha(&format!("{base}_Wk"), 50.0);
        let one = top(0.9);
        items.given(&format!("{base}_Wv"), width, width, |input, output| {
            bit_of(output).map_or(0.0, |bit| if self.codes[bit] == input { one } else { 0.0 })
        });
        items.alpha(&format!("{base}_Wv"), 50.0);
        items.given(&format!("{base}_Wo"), width, width, |input, output| {
            bit_of(input).map_or(0.0, |bit| if self.codes[turned(bit)] == output { 2.0 * one } else { 0.0 })
        });
        items.alpha(&format!("{base}_Wo"), 50.0);
        for letter in ['q', 'k', 'v', 'o'] {
            items.bias(random, &format!("{base}_b{letter}"), width, 0.0);
        }
        items.norm(random, &format!("{base}_Wo"), width, 0.0);
    }
}
