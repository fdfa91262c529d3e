//! Code pages: what bytes of text mean, by the charset of their font (RTF specification 1.9.1, "Font Table").

use encoding_rs::Encoding;

/// How bytes above 127 are read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CodePage {
    /// One that the web knows too.
    Known(&'static Encoding),
    /// One of DOS: the characters from 128 on.
    Dos(&'static str),
    /// One that is not known: text in it stays.
    Unknown,
}

const DOS_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const DOS_850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl CodePage {
    /// By the number that `\ansicpg` and `\cpg` give.
    pub(crate) fn of_number(number: i32) -> Self {
        use encoding_rs as e;
        Self::Known(match number {
            0 | 1252 | 20127 | 28591 => e::WINDOWS_1252,
            437 => return Self::Dos(DOS_437),
            850 | 858 => return Self::Dos(DOS_850),
            866 => e::IBM866,
            874 => e::WINDOWS_874,
            932 => e::SHIFT_JIS,
            936 => e::GBK,
            949 => e::EUC_KR,
            950 => e::BIG5,
            1250 => e::WINDOWS_1250,
            1251 => e::WINDOWS_1251,
            1253 => e::WINDOWS_1253,
            1254 => e::WINDOWS_1254,
            1255 => e::WINDOWS_1255,
            1256 => e::WINDOWS_1256,
            1257 => e::WINDOWS_1257,
            1258 => e::WINDOWS_1258,
            10000 => e::MACINTOSH,
            10007 => e::X_MAC_CYRILLIC,
            20866 => e::KOI8_R,
            21866 => e::KOI8_U,
            50220..=50222 => e::ISO_2022_JP,
            51932 => e::EUC_JP,
            51949 => e::EUC_KR,
            54936 => e::GB18030,
            28592 => e::ISO_8859_2,
            28595 => e::ISO_8859_5,
            28597 => e::ISO_8859_7,
            28598 => e::ISO_8859_8,
            28599 => e::WINDOWS_1254,
            28605 => e::ISO_8859_15,
            65001 => e::UTF_8,
            _ => return Self::Unknown,
        })
    }

    /// By the number that `\fcharset` gives; `None` for that of the document.
    pub(super) fn of_charset(charset: i32) -> Option<Self> {
        let number = match charset {
            0 => 1252,
            77 => 10000,
            78 | 128 => 932,
            79 | 81 | 129 => 949,
            80 | 134 => 936,
            136 => 950,
            161 => 1253,
            162 => 1254,
            163 => 1258,
            177 => 1255,
            178 => 1256,
            186 => 1257,
            204 => 1251,
            222 => 874,
            238 => 1250,
            254 => 437,
            255 => 850,
            130 => 1361,
            _ => return None,
        };
        Some(Self::of_number(number))
    }

    /// The text of these bytes; `None` if they mean nothing.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        match self {
            _ if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Self::Known(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
            }
            Self::Dos(upper) => bytes
                .iter()
                .map(|byte| match byte {
                    0..=127 => Some(char::from(*byte)),
                    _ => upper.chars().nth(usize::from(*byte) - 128),
                })
                .collect(),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_their_code_page() {
        let read = |number, bytes: &[u8]| CodePage::of_number(number).decode(bytes);
        assert_eq!(read(1252, b"caf\xe9").as_deref(), Some("café"));
        assert_eq!(read(1250, b"\xe8").as_deref(), Some("č"));
        assert_eq!(read(932, b"\x94N").as_deref(), Some("年"));
        assert_eq!(read(437, b"\x80\xff").as_deref(), Some("Ç\u{a0}"));
        assert_eq!(read(850, b"\xe1\xff").as_deref(), Some("ß\u{a0}"));
        assert_eq!(read(1361, b"\xe1"), None);
        assert_eq!(read(932, b"\x94"), None);
    }
}
