//! Tests of codecs that run as child processes; small shell scripts play the codecs.

use rspcheck_vectors::{Codec, CodecFailure, ProcessCodec, Vector, Verdict, builtin, check};
use std::fs::File;
use std::io::Read;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Time limit for a busy machine; only a failing test waits so long.
const LONG: Duration = Duration::from_secs(60);
/// Time limit for a codec that never answers.
const SHORT: Duration = Duration::from_millis(50);

/// Shell function that answers each question with its id and `$1`.
const ANSWERING: &str = r#"reply() { while read -r line; do id=${line#*'"id":"'}; id=${id%%'"'*}; printf '{"id":"%s",%s}\n' "$id" "$1"; done; }; reply "#;

fn answering(rest: &str) -> String {
    format!("{ANSWERING}'{rest}'")
}

fn two() -> Vec<Vector> {
    builtin().into_iter().take(2).collect()
}

/// Has a codec decode two vectors and returns its failure.
fn fails(command: &str, timeout: Duration) -> CodecFailure {
    let mut codec = ProcessCodec::start(command, timeout).expect("a shell is there");
    check(&two(), &mut codec, |_, _| {}).expect_err("it must fail")
}

#[test]
fn a_codec_that_answers_is_judged() {
    let vectors = builtin();
    let mut codec =
        ProcessCodec::start(&answering(r#""verdict":"reject""#), LONG).expect("a shell is there");
    let mut passed = Vec::new();
    check(&vectors, &mut codec, |vector, judgement| {
        if judgement.passes() {
            passed.push(vector.id.clone());
        }
    })
    .expect("it answers every question, also those of 128 KiB");
    assert!(passed.contains(&"asap/registration/no-pool-element".to_owned()));
    assert!(!passed.contains(&"asap/registration/sctp-round-robin".to_owned()));
    assert!(passed.len() > 200 && passed.len() < vectors.len());
}

#[test]
fn the_whole_answer_is_read() {
    let rest = r#""verdict":"accept","error":{"offset":2,"kind":"k"},"reaction":"skip-report","fields":{"type":1},"octets":"0aff""#;
    let mut codec = ProcessCodec::start(&answering(rest), LONG).expect("a shell is there");
    let answer = codec.decode(&two()[0]).expect("it answers");
    assert_eq!(answer.verdict, Verdict::Accept);
    assert_eq!(answer.octets, Some(vec![0x0a, 0xff]));
    assert_eq!(answer.error.and_then(|error| error.offset), Some(2));
    assert_eq!(
        answer.fields.map(|fields| fields["type"].clone()),
        Some(1.into())
    );
}

#[test]
fn a_command_that_is_not_there_never_starts() {
    let failure = fails("/no/such/codec", LONG);
    assert!(
        matches!(failure, CodecFailure::NotFound { .. }),
        "{failure}"
    );
    assert!(failure.never_started());
    assert!(failure.to_string().contains("/no/such/codec"), "{failure}");
}

#[test]
fn end_of_a_codec_is_reported_with_vector_and_line() {
    let first = two()[0].id.clone();
    let second = two()[1].id.clone();
    let failure = fails("exit 3", LONG);
    assert_eq!(
        failure.to_string(),
        format!("the codec ended (exit status: 3) instead of answering {first} (answer line 1)")
    );
    assert!(!failure.never_started());
    let once =
        format!(r#"read -r line; printf '{{"id":"{first}","verdict":"accept"}}\n'; kill -9 $$"#);
    let failure = fails(&once, LONG).to_string();
    assert!(
        failure.contains(&second) && failure.contains("line 2") && failure.contains("SIGKILL"),
        "{failure}"
    );
}

#[test]
fn silent_codec_is_reported_after_the_timeout() {
    for hanging in ["cat >/dev/null", "while :; do read -r line; done"] {
        let failure = fails(hanging, SHORT);
        assert!(
            matches!(failure, CodecFailure::Silent { line: 1, .. }),
            "{failure}"
        );
        assert!(failure.to_string().contains("within 50ms"), "{failure}");
    }
}

#[test]
fn codec_that_does_not_read_does_not_block() {
    let largest = builtin()
        .into_iter()
        .find(|vector| vector.id == "param/pool_handle/largest");
    let mut codec = ProcessCodec::start("tail -f /dev/null", SHORT).expect("a shell is there");
    // The question is longer than the buffer of a pipe.
    let failure = codec
        .decode(&largest.expect("it is one of ours"))
        .expect_err("it does not answer");
    assert!(matches!(failure, CodecFailure::Silent { .. }), "{failure}");
}

#[test]
fn line_that_is_no_answer_is_quoted() {
    let first = two()[0].id.clone();
    for (command, text) in [
        ("echo hello".to_owned(), "expected value"),
        (answering(r#""verdict":"perhaps""#), "perhaps"),
        (answering(r#""verdict":"accept","octets":"0""#), "octets: "),
        (
            answering(r#""verdict":"accept","field":{}"#),
            "unknown field",
        ),
        (
            r#"echo '{"id":"another","verdict":"accept"}'"#.to_owned(),
            "its id is \"another\"",
        ),
        (
            format!(r#"printf '{{"id":"{first}","verdict":"accept"}}'"#),
            "newline",
        ),
        ("printf '\\377\\n'".to_owned(), "expected value"),
    ] {
        let failure = fails(&command, LONG);
        assert!(
            matches!(failure, CodecFailure::Garbage { line: 1, .. }),
            "{command}: {failure}"
        );
        let failure = failure.to_string();
        assert!(
            failure.contains(text) && failure.contains(&first),
            "{command}: {failure}"
        );
    }
}

#[test]
fn answer_to_no_question_is_reported() {
    let command = format!("{}; echo more", answering(r#""verdict":"accept""#));
    let failure = fails(&command, LONG);
    assert!(
        matches!(failure, CodecFailure::Talks { line: 3, .. }),
        "{failure}"
    );
}

#[test]
fn whole_group_of_a_codec_ends_with_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let fifo = directory.path().join("alive");
    // Shell and grandchild hold the pipe open for writing; it ends when both have.
    let script = format!(
        "mkfifo {0}; exec 9<>{0}; tail -f /dev/null & {1}",
        fifo.display(),
        answering(r#""verdict":"accept""#)
    );
    let mut codec = ProcessCodec::start(&script, LONG).expect("a shell is there");
    codec.decode(&two()[0]).expect("it answers");
    let mut pipe = File::open(&fifo).expect("it has writers");
    drop(codec);
    let (end, ended) = channel();
    thread::spawn(move || end.send(pipe.read(&mut [0]).expect("a pipe can be read")));
    assert_eq!(
        ended.recv_timeout(LONG),
        Ok(0),
        "the pipe still has a writer"
    );
}
