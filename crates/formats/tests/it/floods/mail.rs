//! Messages.

use terjuman_formats::Format;

use super::{floods, survives};

#[test]
fn of_messages() {
    let pieces = [
        "x",
        "x ",
        "x\r\n",
        "\r\n",
        "\n",
        "\r",
        "X: y\r\n",
        "X: y\r\n z\r\n",
        ":",
        " ",
        "--b\r\n",
        "--b--\r\n",
        "--bb\r\n",
        "--",
        "--b\r\n\r\nx\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "> ",
        "> x\r\n",
        "=",
        "=\r\n",
        "=3D",
        "=E9",
        "=ZZ",
        "QUJD",
        "QUJD\r\n",
        "=?utf-8?Q?x?= ",
        "=?utf-8?B?",
        "=?x?x?x?=\r\n ",
        "\"",
        "(",
        "\\",
        ";",
        "; a=b",
        "; a*0=b",
        "é",
        "\0",
        "--b\r\nContent-Type: message/rfc822\r\n\r\n",
        "From x\r\n",
        ".\r\n",
        "-- \r\nx\r\n",
    ];
    for before in [
        "",
        "Subject: ",
        "Subject: One\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "Subject: One\r\nContent-Type: multipart/mixed; boundary=\"",
        "Subject: One\r\n\r\n",
        "Content-Type: text/plain; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        "Content-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        "Content-Type: text/html; charset=no-such\r\nContent-Length: 99999999999\r\n\r\n",
    ] {
        floods(Format::Eml, (before, "\r\n"), &pieces);
    }
    floods(
        Format::Mhtml,
        ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n", "--b--\r\n"),
        &pieces,
    );
    // Each part nested in the one before it, and parts of one boundary that begins the next.
    let nested: String = (0..400)
        .map(|n| {
            format!("Content-Type: multipart/mixed; boundary={}\r\n\r\n--{}\r\n", "b".repeat(n + 1), "b".repeat(n + 1))
        })
        .collect();
    survives(Format::Eml, nested.as_bytes());
}
