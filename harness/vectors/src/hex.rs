//! Octets as text: hex digits with blanks, comments and repetitions.

use data_encoding::HEXLOWER_PERMISSIVE;

/// Limit on the octets of a vector. A text that has more, about twice the longest message, contains an error such as a
/// digit too many in a repetition.
const MOST_OCTETS: usize = 0x2_0000;

/// Reads annotated hex: `#` begins a comment, `XX*N` is the octet `XX` repeated `N` times.
pub(crate) fn annotated(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let tokens = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or("").split_whitespace());
    for token in tokens {
        match token.split_once('*') {
            Some((octet, times)) => {
                let octet = match plain(octet)?[..] {
                    [octet] => octet,
                    _ => return Err(format!("\"{token}\" must repeat one octet, as in 61*3")),
                };
                let times = times
                    .parse::<usize>()
                    .ok()
                    .filter(|times| *times <= MOST_OCTETS);
                let times = times.ok_or_else(|| {
                    format!("\"{token}\" does not repeat its octet 0 to {MOST_OCTETS} times")
                })?;
                octets.resize(octets.len() + times, octet);
            }
            None => octets.extend(plain(token)?),
        }
        if octets.len() > MOST_OCTETS {
            return Err(format!(
                "more than {MOST_OCTETS} octets, which is longer than any message"
            ));
        }
    }
    Ok(octets)
}

/// Reads hex digits without blanks.
pub(crate) fn plain(digits: &str) -> Result<Vec<u8>, String> {
    HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| {
        format!(
            "\"{}\" is not an even number of hex digits",
            shortened(digits)
        )
    })
}

/// Returns the text, or its first 160 characters and its length if it is longer.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 160;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_comments_and_repetitions_are_read() {
        let text = "05 00 000c  # type\n  # nothing\n 0009000861*3 # an odd number of digits";
        assert!(annotated(text).is_err());
        assert_eq!(
            annotated("05 61*3 # x\n00*0 Ff"),
            Ok(vec![5, 0x61, 0x61, 0x61, 0xff])
        );
        assert_eq!(annotated("61*65527").map(|octets| octets.len()), Ok(65527));
        assert_eq!(annotated(""), Ok(vec![]));
    }

    #[test]
    fn errors_quote_the_wrong_token() {
        for wrong in [
            "0",
            "0x05",
            "5*3",
            "61*",
            "61*-1",
            "61*999999999999",
            "ffff*2",
            "é",
        ] {
            let error = annotated(wrong).unwrap_err();
            assert!(error.contains('"'), "{wrong}: {error}");
        }
        assert!(
            annotated("00*131072 00")
                .unwrap_err()
                .contains("longer than any message")
        );
    }

    #[test]
    fn long_texts_are_shortened_between_characters() {
        assert_eq!(shortened("kurz"), "kurz");
        assert!(shortened(&"ü".repeat(200)).ends_with("… (200 characters)"));
    }
}
