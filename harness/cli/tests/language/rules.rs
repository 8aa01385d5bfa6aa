//! The words that CONTRIBUTING bans, each with what to write instead.

use crate::prose::{Kind, Prose};

/// Banned words and the advice for them.
const WORDS: &[(&[&str], &str)] = &[
    (
        &["tell", "tells", "told", "telling"],
        "name the act: send, report, log, notify, return, announce",
    ),
    (
        &["say", "says", "said", "saying"],
        "name the act: state, report, require, print",
    ),
    (
        &[
            "nobody",
            "somebody",
            "everybody",
            "anybody",
            "whoever",
            "whomever",
        ],
        "name the actor: no peer, every registrar, a PE that …",
    ),
    (
        &["stand", "stands", "stood"],
        "a text is written, listed or placed; a requirement holds",
    ),
];

/// Words before `who` that are no noun, so that `who` has none.
const NO_NOUN: &[&str] = &[
    "a", "about", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "it", "know",
    "knows", "no", "not", "of", "on", "or", "over", "see", "sees", "than", "that", "the", "then",
    "to", "towards", "what", "when", "where", "whether", "while", "with",
];

/// Words with which a doc comment does not begin.
const NO_OPENING: &[&str] = &["what", "whether", "how", "who", "whose", "whom"];

/// Returns the advice for each rule that the prose breaks.
pub(crate) fn broken(prose: &Prose) -> Vec<String> {
    let words = words(&prose.text);
    let mut advice = Vec::new();
    for (banned, instead) in WORDS {
        if let Some(word) = words.iter().find(|word| banned.contains(&word.as_str())) {
            advice.push(format!("{word:?} ({instead})"));
        }
    }
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at].as_str());
        let nounless = before.is_empty() || NO_NOUN.contains(&before);
        if word == "who" && nounless && words.len() > 1 {
            advice.push("\"who\" without a noun (the peer that …)".into());
        }
        let verb = ["to", "not", "must", "should", "may"].contains(&before) && word == "mind";
        if verb || word == "minds" {
            advice.push("\"mind\" (check, reject, wait)".into());
        }
    }
    if prose.kind == (Kind::Comment { first: true })
        && words
            .first()
            .is_some_and(|word| NO_OPENING.contains(&word.as_str()))
    {
        advice.push("a doc comment begins with a verb or a noun".into());
    }
    advice
}

/// Returns the words of a text, in lower case. A sign that ends a sentence is an empty word; a name in code
/// (`tell_all`, `a::tell`, `tell(`, in backquotes) is none.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (nth, part) in text.split('`').enumerate() {
        if nth % 2 == 1 {
            words.push("code".into());
            continue;
        }
        for token in part.split_whitespace() {
            let plain = token.trim_matches(|c: char| !c.is_alphanumeric());
            let name = plain.contains(['_', ':', '/', '=', '<', '>', '(', ')', '[', '.']);
            if plain.is_empty() || name || token.contains('{') {
                words.push("code".into());
                continue;
            }
            for word in plain.split(['—', '–', ',', ';']) {
                words.push(word.to_lowercase());
            }
            if token.ends_with(['.', ':', ';', '?', '!']) {
                words.push(String::new());
            }
        }
    }
    words
}

#[test]
fn banned_words_are_found_and_names_are_not() {
    let broken = |kind, text: &str| {
        let text = text.to_owned();
        broken(&Prose {
            line: 1,
            kind,
            text,
        })
        .len()
    };
    let comment = Kind::Comment { first: false };
    let opening = Kind::Comment { first: true };
    for (kind, text, count) in [
        (Kind::Text, "the peer is told.", 1),
        (comment, "Nobody knows.", 1),
        (comment, "Who looks finds.", 1),
        (comment, "Ends it. Who looks finds.", 1),
        (comment, "a peer who looks", 0),
        (comment, "calls `tell` and tell_all", 0),
        (comment, "a standalone program", 0),
        (opening, "Whether it runs.", 1),
        (comment, "Whether it runs.", 0),
        (opening, "Returns the peers.", 0),
        (comment, "must not mind", 1),
        (comment, "keep in mind", 0),
        (comment, "a stand-in", 0),
        (Kind::Text, "it got {told}", 0),
        (Kind::Document, "as the RFC says", 1),
    ] {
        assert_eq!(broken(kind, text), count, "{text}");
    }
}
