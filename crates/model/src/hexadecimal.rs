//! Bytes as text.

/// The bytes in lower-case hexadecimal, two digits for each.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    // Its room is there from the start: of a secret no part is left behind in a smaller block.
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(digits.map(|digit| char::from(DIGITS[usize::from(digit)])));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_two_small_digits() {
        assert_eq!(hexadecimal(&[0x00, 0x0f, 0xa0, 0xff, 0x7e]), "000fa0ff7e");
        assert_eq!(hexadecimal(&[]), "");
    }
}
