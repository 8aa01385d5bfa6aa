use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

fn soon() -> Instant {
    deadline(PATIENCE)
}

fn options() -> Options {
    Options {
        input: false,
        errors: true,
        line_limit: 4096,
        queue_limit: 100,
        when_full: WhenFull::Drop,
        log: None,
    }
}

fn shell(script: &str, options: Options) -> Child {
    Child::start(Command::new("/bin/sh").args(["-c", script]), options).expect("there is a shell")
}

fn line(stream: Stream, text: &str) -> Line {
    let octets = format!("{text}\n").into_bytes();
    Line { stream, octets }
}

#[test]
fn output_and_end_are_reported() {
    let child = shell("echo one; echo two >&2; kill -9 $$", options());
    let end = child.wait_for_end(soon()).expect("it kills itself");
    assert_eq!(end.to_string(), "killed by signal 9 (SIGKILL)");
    assert!(child.wait_for_output(soon()));
    let mut lines: Vec<_> = std::iter::from_fn(|| child.try_line()).collect();
    lines.sort();
    let expected = [line(Stream::Stdout, "one"), line(Stream::Stderr, "two")];
    assert_eq!(lines, expected);
    assert!(child.is_over() && child.tail().len() == 2);
    assert_eq!(child.line(soon()), Err(NoLine::Over));

    let mut child = shell("exit 7", options());
    assert_eq!(child.wait_for_end(soon()), Some(End::Exit(7)));
    assert_eq!(child.kill().expect("it has ended").code(), Some(7));
}

#[test]
fn whole_group_ends_even_when_stopped() {
    let mut child = shell("sleep 1000 & echo up; kill -STOP $$", options());
    assert_eq!(child.line(soon()), Ok(line(Stream::Stdout, "up")));
    child.stop(PATIENCE);
    assert!(child.ended().is_some());
    // The sleep held the output open; it has ended too.
    assert!(child.wait_for_output(soon()));
}

#[test]
fn dropped_lines_are_counted() {
    let child = shell(
        "i=0; while [ $i -lt 150 ]; do echo $i; i=$((i+1)); done",
        options(),
    );
    assert!(child.wait_for_output(soon()));
    assert_eq!(std::iter::from_fn(|| child.try_line()).count(), 100);
    assert_eq!((child.take_dropped(), child.take_dropped()), (50, 0));
    assert_eq!(child.tail().last().map(String::as_str), Some("149"));
}

#[test]
fn full_queue_holds_the_child_back() {
    let options = Options {
        queue_limit: 1,
        when_full: WhenFull::Wait,
        ..options()
    };
    let child = shell(
        "i=0; while [ $i -lt 150 ]; do echo $i; i=$((i+1)); done",
        options,
    );
    for nth in 0..150 {
        assert_eq!(
            child.line(soon()),
            Ok(line(Stream::Stdout, &nth.to_string()))
        );
    }
    assert_eq!(
        (child.line(soon()), child.take_dropped()),
        (Err(NoLine::Over), 0)
    );
}

#[test]
fn long_line_becomes_several() {
    let options = Options {
        line_limit: 4,
        ..options()
    };
    let child = shell("echo abcdef", options);
    let parts: Vec<_> = std::iter::from_fn(|| child.line(soon()).ok())
        .map(|line| line.octets)
        .collect();
    assert_eq!(parts, [b"abcd".to_vec(), b"ef\n".to_vec()]);
}

#[test]
fn input_reaches_the_child_and_ends() {
    let options = Options {
        input: true,
        ..options()
    };
    let mut child = shell("while read -r word; do echo got $word; done", options);
    child.send(b"this\n".to_vec()).expect("the input is open");
    assert_eq!(child.line(soon()), Ok(line(Stream::Stdout, "got this")));
    child.close_input();
    assert_eq!(child.wait_for_end(soon()), Some(End::Exit(0)));
    assert!(child.send(b"more\n".to_vec()).is_err());
}

#[test]
fn silent_child_is_late() {
    let child = shell("sleep 1000", options());
    let line = child.line(deadline(Duration::from_millis(20)));
    assert_eq!(line, Err(NoLine::Late));
}
