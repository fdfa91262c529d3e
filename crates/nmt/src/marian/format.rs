//! The container: Marian's binary model files.
//!
//! Little-endian throughout: a version (1), the number of items; for each item the lengths of its name, shape and data
//! and its type; then all names (padded with NUL), all shapes, a gap that aligns what follows, and all data. The data of
//! an `intgemm8` matrix are its values followed by the `f32` they were multiplied with. The matrix is stored transposed:
//! a weight declared as `[inputs, outputs]` lies there as `outputs` rows of `inputs` values.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use super::error::Flaw;

const VERSION: u64 = 1;
/// Marian models have a few hundred items; a count beyond this is not a count.
const MOST_ITEMS: u64 = 100_000;

const TYPE_INT8: u64 = 0x0101;
const TYPE_FLOAT32: u64 = 0x0404;
const TYPE_INTGEMM8: u64 = 0x4101;

/// An item's values, still where they are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bytes,
    Float32,
    Intgemm8,
    Other(u64),
}

/// One named tensor.
#[derive(Debug)]
struct Item<'a> {
    kind: Kind,
    shape: Vec<usize>,
    data: &'a [u8],
    /// Whether it was asked for.
    used: Cell<bool>,
}

/// The items of a model file, by name.
#[derive(Debug)]
pub(super) struct ModelFile<'a> {
    items: HashMap<&'a str, Item<'a>>,
    has_alphas: bool,
}

/// How the values of a matrix of floats lie in the file. Those of an 8-bit matrix are always as [`Matrix::values`] has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Weights `[inputs, outputs]` lie as declared, a row for each input.
    ByInput,
    /// Embeddings `[tokens, dimensions]` lie as declared, a row for each token.
    ByToken,
}

/// An 8-bit matrix: as the file holds it, or made of its floats.
#[derive(Debug, Clone)]
pub(super) struct Matrix<'a> {
    /// The first dimension of the declared shape.
    pub(super) rows: usize,
    /// The second dimension of the declared shape.
    pub(super) columns: usize,
    /// `rows * columns` values, as `i8` in two's complement, none of them -128: for each output or token its row.
    pub(super) values: Cow<'a, [u8]>,
    /// A value divided by this is the weight.
    pub(super) multiplier: f32,
}

/// A cursor that cannot leave its bytes.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64, what: &str) -> Result<&'a [u8], Flaw> {
        let rest = &self.bytes[self.at..];
        match usize::try_from(length) {
            Ok(length) if length <= rest.len() => {
                self.at += length;
                Ok(&rest[..length])
            }
            _ => Err(Flaw::damaged(format!(
                "truncated: {what} should be {length} bytes long at byte {}, but the file has {}",
                self.at,
                self.bytes.len()
            ))),
        }
    }

    fn u64(&mut self, what: &str) -> Result<u64, Flaw> {
        let bytes = self.take(8, what)?;
        Ok(u64::from_le_bytes(bytes.try_into().expect("eight bytes were taken")))
    }

    fn u32(&mut self, what: &str) -> Result<u32, Flaw> {
        let bytes = self.take(4, what)?;
        Ok(u32::from_le_bytes(bytes.try_into().expect("four bytes were taken")))
    }
}

impl<'a> ModelFile<'a> {
    /// The items of a file; nothing is copied.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, Flaw> {
        let mut reader = Reader { bytes, at: 0 };
        let version = reader.u64("the version")?;
        if version != VERSION {
            return Err(Flaw::damaged(format!(
                "not a Marian binary model: it begins with {version:#x} where version {VERSION} should stand"
            )));
        }
        let count = reader.u64("the number of items")?;
        if count > MOST_ITEMS {
            return Err(Flaw::damaged(format!("corrupt: it claims to have {count} items")));
        }
        let mut headers = Vec::new();
        for _ in 0..count {
            let mut field = || reader.u64("an item's header");
            headers.push([field()?, field()?, field()?, field()?]);
        }
        let mut names = Vec::with_capacity(headers.len());
        for [name_length, ..] in &headers {
            let name = reader.take(*name_length, "an item's name")?;
            let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
            names.push(
                std::str::from_utf8(&name[..end]).map_err(|_| Flaw::damaged("corrupt: an item's name is not text"))?,
            );
        }
        let mut shapes = Vec::with_capacity(headers.len());
        for ([_, _, dimensions, _], name) in headers.iter().zip(&names) {
            if *dimensions > 8 {
                return Err(Flaw::damaged(format!("corrupt: {name} claims to have {dimensions} dimensions")));
            }
            let mut shape = Vec::new();
            for _ in 0..*dimensions {
                let dimension = reader.u32("a shape")?;
                if dimension > i32::MAX.unsigned_abs() {
                    return Err(Flaw::damaged(format!("corrupt: {name} has a negative dimension")));
                }
                shape.push(dimension as usize);
            }
            shapes.push(shape);
        }
        let gap = reader.u64("the gap before the data")?;
        reader.take(gap, "the gap before the data")?;
        let mut items = HashMap::with_capacity(headers.len());
        for (([_, kind, _, length], name), shape) in headers.into_iter().zip(names).zip(shapes) {
            let data = reader.take(length, name)?;
            let kind = match kind {
                TYPE_INT8 => Kind::Bytes,
                TYPE_FLOAT32 => Kind::Float32,
                TYPE_INTGEMM8 => Kind::Intgemm8,
                other => Kind::Other(other),
            };
            if items.insert(name, Item { kind, shape, data, used: Cell::new(false) }).is_some() {
                return Err(Flaw::damaged(format!("corrupt: it has two items named {name}")));
            }
        }
        let has_alphas = items.keys().any(|name| name.ends_with("_QuantMultA"));
        Ok(Self { items, has_alphas })
    }

    /// Whether there is an item of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.items.contains_key(name)
    }

    /// The first by name of the items that nobody asked for.
    pub(super) fn unused(&self) -> Option<&'a str> {
        self.items.iter().filter(|(_, item)| !item.used.get()).map(|(name, _)| *name).min()
    }

    /// The bytes of a text item, without the NULs at its end.
    pub(super) fn text(&self, name: &str) -> Result<&'a str, Flaw> {
        let item = self.item(name)?;
        let text = std::str::from_utf8(item.data).map_err(|_| Flaw::damaged(format!("corrupt: {name} is not text")))?;
        Ok(text.trim_end_matches('\0'))
    }

    /// A vector of `length` finite numbers.
    pub(super) fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, Flaw> {
        let item = self.item(name)?;
        if item.kind != Kind::Float32 {
            return Err(Flaw::unsupported(format!("{name} is of {}, not 32-bit floats", item.kind.name())));
        }
        let elements = item.elements(name)?;
        if elements != length {
            return Err(Flaw::damaged(format!("{name} has {elements} values instead of {length}")));
        }
        let bytes = length.checked_mul(4).and_then(|length| item.data.get(..length)).ok_or_else(|| too_short(name))?;
        let values: Vec<f32> =
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Flaw::damaged(format!("corrupt: {name} holds a value that is not a number")));
        }
        Ok(values)
    }

    /// Whether it was calibrated: there are factors for activations.
    pub(super) fn has_alphas(&self) -> bool {
        self.has_alphas
    }

    /// A matrix in 8 bits.
    pub(super) fn matrix(&self, name: &str, layout: Layout) -> Result<Matrix<'a>, Flaw> {
        let item = self.item(name)?;
        if !matches!(item.kind, Kind::Intgemm8 | Kind::Float32) {
            return Err(Flaw::unsupported(format!(
                "{name} is of {}; only models of 32-bit floats and those converted with `--gemm-type intgemm8` can be used",
                item.kind.name()
            )));
        }
        let &[rows, columns] = item.shape.as_slice() else {
            return Err(Flaw::damaged(format!("{name} has {} dimensions instead of 2", item.shape.len())));
        };
        let elements = item.elements(name)?;
        if item.kind == Kind::Float32 {
            let values = self.vector(name, elements)?;
            let (values, multiplier) = rounded(&values, columns, layout);
            return Ok(Matrix { rows, columns, values: Cow::Owned(values), multiplier });
        }
        let end = elements.checked_add(4).ok_or_else(|| too_short(name))?;
        let data = item.data.get(..end).ok_or_else(|| too_short(name))?;
        let (values, multiplier) = data.split_at(elements);
        let multiplier = f32::from_le_bytes(multiplier.try_into().expect("four bytes are left"));
        if !multiplier.is_normal() || multiplier < 0.0 {
            return Err(Flaw::damaged(format!("corrupt: {name} was multiplied with {multiplier}")));
        }
        // The converter clips to -127, and the kernels rely on it: -128 has no negative.
        if values.contains(&0x80) {
            return Err(Flaw::damaged(format!("corrupt: {name} holds -128")));
        }
        Ok(Matrix { rows, columns, values: Cow::Borrowed(values), multiplier })
    }

    /// A positive number, stored as a float or as an 8-bit value and its multiplier.
    pub(super) fn scalar(&self, name: &str) -> Result<f32, Flaw> {
        let value = match self.item(name)?.kind {
            Kind::Intgemm8 => {
                let matrix = self.matrix(name, Layout::ByToken)?;
                let value = matrix.values.first().copied().unwrap_or(0);
                f32::from(i8::from_le_bytes([value])) / matrix.multiplier
            }
            _ => self.vector(name, 1)?[0],
        };
        if value.is_normal() && value > 0.0 {
            Ok(value)
        } else {
            Err(Flaw::damaged(format!("corrupt: {name} is {value}, not a positive number")))
        }
    }

    fn item(&self, name: &str) -> Result<&Item<'a>, Flaw> {
        let item = self.items.get(name).ok_or_else(|| Flaw::damaged(format!("it has no item named {name}")))?;
        item.used.set(true);
        Ok(item)
    }
}

impl Item<'_> {
    fn elements(&self, name: &str) -> Result<usize, Flaw> {
        self.shape
            .iter()
            .try_fold(1_usize, |product, &dimension| product.checked_mul(dimension))
            .ok_or_else(|| Flaw::damaged(format!("corrupt: the shape of {name} is beyond all bounds")))
    }
}

impl Kind {
    fn name(self) -> String {
        match self {
            Self::Bytes => "bytes".to_owned(),
            Self::Float32 => "32-bit floats".to_owned(),
            Self::Intgemm8 => "8-bit integers".to_owned(),
            Self::Other(kind) => format!("the type {kind:#06x}"),
        }
    }
}

/// Floats in 8 bits, and what they were multiplied with: the greatest becomes 127, as the reference's converter has it.
fn rounded(values: &[f32], columns: usize, layout: Layout) -> (Vec<u8>, f32) {
    let greatest = values.iter().fold(0.0_f32, |greatest, value| greatest.max(value.abs()));
    let multiplier = 127.0 / greatest;
    // Nothing but zeros, or so little that a float cannot hold the factor.
    let multiplier = if multiplier.is_normal() { multiplier } else { 1.0 };
    let round = |value: &f32| ((value * multiplier).round_ties_even().clamp(-127.0, 127.0) as i8).cast_unsigned();
    let bytes = match layout {
        Layout::ByToken => values.iter().map(round).collect(),
        Layout::ByInput => {
            let mut bytes = Vec::with_capacity(values.len());
            for column in 0..columns {
                bytes.extend(values.iter().skip(column).step_by(columns).map(round));
            }
            bytes
        }
    };
    (bytes, multiplier)
}

fn too_short(name: &str) -> Flaw {
    Flaw::damaged(format!("corrupt: the data of {name} are shorter than its shape"))
}
