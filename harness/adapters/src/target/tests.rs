use super::*;

const GOOD: &str = r#"[target]
name = "sample"
driver = "spawn"
command = ["./registrard", "--asap={asap-ip}:{asap-port}"]
capabilities = ["tcp-pu"]

[timers]
t2-registration = "2s"

[run]
silence = "200ms"

[[expect]]
case = "rfc5352/3.1/*"
verdict = "FAIL"
requirement = "R5352_3_1_1"
reason = "not done yet"
"#;

fn parse(text: &str) -> Result<Target, String> {
    Target::parse(text, Path::new("t.toml")).map_err(|wrong| wrong.to_string())
}

/// Parses the valid file after one replacement.
fn with(old: &str, new: &str) -> Result<Target, String> {
    assert!(GOOD.contains(old), "{old:?} is part of the sample");
    parse(&GOOD.replacen(old, new, 1))
}

#[test]
fn the_sample_is_read_and_the_rest_has_defaults() {
    let target = parse(GOOD).expect("it is good");
    assert_eq!(
        (target.driver, target.ready, target.fresh, target.jobs),
        (Driver::Spawn, Ready::AsapResolution, true, 1)
    );
    assert_eq!(target.asap, SocketAddr::new(LOOPBACK, 3863));
    assert_eq!(
        (target.local, target.udp_port, target.announce),
        (LOOPBACK, 9899, ASAP_GROUP)
    );
    assert_eq!(target.timers.t2_registration, Duration::from_secs(2));
    assert_eq!(target.silence, Duration::from_millis(200));
    // 120 s, and T1 15 s, T2 2 s, T3 30 s, T6 1 s, T7 5 s.
    assert_eq!(target.case_limit, Duration::from_secs(173));
    assert_eq!(target.expect.len(), 1);
}

#[test]
fn case_limit_may_be_as_short_as_the_longest_timer() {
    let limited = |limit| with("silence =", &format!("case-limit = \"{limit}\"\nsilence ="));
    let target = limited("30s").expect("T3-Deregistration has 30 s");
    assert_eq!(target.case_limit, Duration::from_secs(30));
    let wrong = limited("29s").expect_err("it is less than T3-Deregistration");
    assert!(wrong.contains("t.toml:11: case-limit: 29 s"), "{wrong}");
}

#[test]
fn every_profile_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profiles");
    let files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("there are profiles")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        Target::load(&file).unwrap_or_else(|wrong| panic!("{wrong}"));
    }
}

#[test]
fn mistakes_name_file_line_and_way_out() {
    let rows = [
        (with("name =", "nmae ="), "line 2", "unknown field `nmae`"),
        (
            with("\"spawn\"", "\"spwan\""),
            "line 3",
            "unknown variant `spwan`",
        ),
        (
            with("\"tcp-pu\"", "\"tcp\""),
            "line 5",
            "unknown variant `tcp`",
        ),
        (with("\"2s\"", "\"2\""), "line 8", "ms, s, min"),
        (
            with("\"200ms\"", "\"0s\""),
            "line 11",
            "leave it out for its default",
        ),
        (
            with("silence", "silense"),
            "line 11",
            "unknown field `silense`",
        ),
        (with("reason =", "why ="), "line 17", "unknown field `why`"),
        (
            with("\"FAIL\"", "\"FALE\""),
            "line 15",
            "unknown variant `FALE`",
        ),
        (
            with("\"FAIL\"", "\"PASS\""),
            "t.toml:1",
            "PASS is no deviation",
        ),
        (
            with("R5352_3_1_1", "R5352_3_1_999"),
            "t.toml:1",
            "there is no requirement \"R5352_3_1_999\"",
        ),
        (
            with("3.1/*", "3.1/[a"),
            "t.toml:1",
            "[[expect]] for \"rfc5352/3.1/[a\"",
        ),
        (
            with("not done yet", " "),
            "t.toml:1",
            "a sentence is needed",
        ),
        (
            with("reason =", "transports = [\"tcp\"]\nreason ="),
            "line 17, column 15",
            "unknown variant `tcp`, expected one of `sim`, `udp`, `kernel`",
        ),
        (
            with("silence =", "case-limit = \"1s\"\nsilence ="),
            "t.toml:11",
            "1 s is less than t1-enrprequest (15 s)",
        ),
        (
            with("{asap-port}", "{asap_port}"),
            "t.toml:4",
            "unknown placeholder \"{asap_port}\"",
        ),
        (
            with("[\"./registrard\", \"--asap={asap-ip}:{asap-port}\"]", "[]"),
            "t.toml:4",
            "the command is empty",
        ),
        (
            with("command =", "version = \"1\" #"),
            "t.toml:3",
            "needs a command",
        ),
        (
            with("name =", "restart-timeout = \"1s\"\nname ="),
            "t.toml:4",
            "restart-timeout needs driver = \"attach\"",
        ),
        (with("\"spawn\"", "\"attach\""), "t.toml:3", "needs asap"),
        (
            with("\"spawn\"", "\"attach\"\nasap = \"127.0.0.1:0\""),
            "t.toml:3",
            "every port must be given",
        ),
        (
            with(
                "\"spawn\"",
                "\"attach\"\nasap = \"127.0.0.1:1\"\nfresh = true",
            ),
            "t.toml:5",
            "impossible",
        ),
        (
            with("name =", "announce = \"127.0.0.1:1\"\nname ="),
            "t.toml:2",
            "is no multicast group",
        ),
        (
            with("silence", "jobs = 0\nsilence"),
            "t.toml:11",
            "jobs: 0 runs nothing",
        ),
        (
            with("silence", "jobs = 2\nsilence"),
            "t.toml:11",
            "the same ports",
        ),
        (with("[target]", "[target\n"), "line 1", "TOML parse error"),
    ];
    for (nth, (parsed, place, what)) in rows.into_iter().enumerate() {
        let told = parsed.expect_err("it is a mistake");
        assert!(told.starts_with("t.toml:"), "row {nth}: {told}");
        assert!(
            told.contains(place) && told.contains(what),
            "row {nth} wants {place} and {what}: {told}"
        );
    }
}

#[test]
fn an_expectation_stands_once() {
    let entry = &GOOD[GOOD.find("[[expect]]").expect("it has one")..];
    let twice = parse(&format!("{GOOD}\n{entry}")).expect_err("twice the same");
    assert!(
        twice.starts_with("t.toml:19: [[expect]]") && twice.contains("expected twice"),
        "{twice}"
    );
    let udp = format!("{entry}transports = [\"udp\"]\n");
    assert!(
        parse(&format!("{GOOD}\n{udp}")).is_err(),
        "no transports means all of them"
    );
    let (before, kernel) = (GOOD.replace(entry, &udp), udp.replace("udp", "kernel"));
    assert_eq!(
        parse(&format!("{before}\n{kernel}"))
            .expect("they never meet")
            .expect
            .len(),
        2
    );
}

#[test]
fn several_targets_at_a_time_need_ports_of_their_own() {
    let open = "\"spawn\"\nasap = \"127.0.0.1:0\"\nudp-port = 0";
    let target = with("\"spawn\"", open).expect("it is good");
    assert_eq!(target.takes_jobs(4), Ok(()));
    assert!(
        with("\"spawn\"", &format!("{open}\ntcp = \"127.0.0.1:1\""))
            .expect("it is good")
            .takes_jobs(4)
            .is_err()
    );
    assert_eq!(
        with("\"spawn\"", "\"spawn\"\nready = \"line\"")
            .expect("it is good")
            .takes_jobs(4),
        Ok(())
    );
    let by_kernel = open.replace("udp-port = 0", "udp-port = 9899\nudp-port-is-shared = true");
    assert_eq!(
        with("\"spawn\"", &by_kernel)
            .expect("it is good")
            .takes_jobs(4),
        Ok(())
    );
    assert!(
        with("\"spawn\"", &by_kernel.replace("true", "false"))
            .expect("it is good")
            .takes_jobs(4)
            .is_err()
    );
    let shared = with("\"spawn\"", &format!("{open}\nfresh = false")).expect("it is good");
    assert!(
        shared
            .takes_jobs(4)
            .expect_err("one serves all")
            .contains("serves all of them")
    );
    assert_eq!(
        with("\"spawn\"", "\"in-process\"")
            .expect("it is good")
            .takes_jobs(4),
        Ok(())
    );
}

#[test]
fn braces_of_other_languages_are_left_alone() {
    for word in [
        "${HOME}",
        "{ a; }",
        "{}",
        "{print}",
        "{\"a-b\": 1}",
        "{self}",
        "x{udp-port}y",
        "{",
        "}{",
    ] {
        assert_eq!(misspelt(word, &PLACEHOLDERS), None, "{word}");
    }
    assert_eq!(
        misspelt("a{b}{upd-port}", &PLACEHOLDERS),
        Some("{upd-port}")
    );
}

/// A target that can be started with peers.
const WITH_PEERS: &str = r#"[target]
name = "sample"
driver = "spawn"
command = ["./registrard", "--enrp={enrp-ip}:{enrp-port}", "--id={server-id}", "{peers}", "--also={peers}"]
enrp = "127.0.0.1:0"
peer = ["--peer", "{peer-ip}/{peer-port}"]
capabilities = ["enrp-peers"]
"#;

/// Parses the valid file with peers after one replacement.
fn peered(old: &str, new: &str) -> Result<Target, String> {
    assert!(WITH_PEERS.contains(old), "{old:?} is part of the sample");
    parse(&WITH_PEERS.replacen(old, new, 1))
}

#[test]
fn peers_replace_their_placeholder() {
    let target = parse(WITH_PEERS).expect("it is good");
    let peers = target.peers.expect("it has a loopback address");
    let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
    let two = [at("127.64.0.1:9901"), at("127.64.0.2:7")];
    let named = |peers_at: &[SocketAddr]| peers.named(&target.command, peers_at).split_off(3);
    assert_eq!(
        named(&two),
        [
            "--peer",
            "127.64.0.1/9901",
            "--peer",
            "127.64.0.2/7",
            "--also=127.64.0.1:9901,127.64.0.2:7"
        ]
    );
    assert_eq!(named(&[]), [""; 0]);
    let whole = peered("peer = [\"--peer\", \"{peer-ip}/{peer-port}\"]\n", "");
    let whole = whole.expect("the word itself can be the list");
    let list = whole.peers.expect("as above").named(&whole.command, &two);
    assert_eq!(list[3], "127.64.0.1:9901,127.64.0.2:7");
}

#[test]
fn peers_have_addresses_of_the_loopback_or_those_of_the_file() {
    let target = parse(WITH_PEERS).expect("it is good");
    let peers = target.peers.expect("it has a loopback address");
    assert_eq!((peers.udp_port, peers.port), (9899, 9901));
    assert_eq!(
        peers.addresses.range.to_string(),
        "127.64.0.1-127.127.255.254"
    );
    assert_eq!(peers.addresses.place, "t.toml:5");
    let own = "peer-addresses = \"10.1.0.254-10.1.1.1\"\npeer-udp-port = 7\npeer-port = 8\nenrp =";
    let target = peered("enrp =", own).expect("it is good");
    let peers = target.peers.expect("the file has their addresses");
    assert_eq!(
        (peers.udp_port, peers.port, &*peers.addresses.place),
        (7, 8, "t.toml:5")
    );
    let range = peers.addresses.range;
    let all: Vec<String> = (0..5).map(|nth| range.nth(nth).to_string()).collect();
    let (first, second) = ("10.1.0.254", "10.1.0.255");
    assert_eq!(all, [first, second, "10.1.1.0", "10.1.1.1", first]);
    assert_eq!(range.len(), 4);
}

#[test]
fn mistakes_about_peers_name_file_line_and_way_out() {
    let list = "peer = [\"--peer\", \"{peer-ip}/{peer-port}\"]";
    let rows = [
        (
            peered("enrp = \"127.0.0.1:0\"\n", ""),
            "5",
            "peer has no effect without",
        ),
        (
            parse(&GOOD.replace("[\"tcp-pu\"]", "[\"enrp-peers\"]")),
            "5",
            "add enrp = \"IP:PORT\"",
        ),
        (
            parse(&GOOD.replace("name =", "peer-port = 1\nname =")),
            "2",
            "peer-port has no effect",
        ),
        (
            peered(", \"{peers}\", \"--also={peers}\"", "").map(|_| unreachable!("no peers")),
            "6",
            "the command does not have; add it there",
        ),
        (
            peered(list, "")
                .and_then(|_| parse(&WITH_PEERS.replace(list, "").replace("{peers}", "none"))),
            "4",
            "add the word {peers}",
        ),
        (
            peered("{peer-port}", "9901"),
            "6",
            "they need {peer-ip} and {peer-port}",
        ),
        (
            peered("{peer-port}", "{peer_port}"),
            "6",
            "unknown placeholder \"{peer_port}\"",
        ),
        (
            peered("\"--enrp={enrp-ip}:{enrp-port}\", ", ""),
            "4",
            "enrp has the port 0",
        ),
        (
            peered("enrp =", "udp-port = 0\nenrp ="),
            "4",
            "udp-port has the port 0",
        ),
        (
            peered("enrp =", "peer-udp-port = 0\nenrp ="),
            "5",
            "peer-udp-port: 0 is no port",
        ),
        (
            peered("enrp =", "local = \"10.1.1.1\"\nenrp ="),
            "8",
            "add peer-addresses = \"FIRST-LAST\"",
        ),
        (
            peered("enrp =", "peer-addresses = \"::1\"\nenrp ="),
            "5",
            "are of different families",
        ),
        (
            peered(
                "[\"enrp-peers\"]",
                "[\"enrp-peers\"]\n[run]\ncase-limit = \"61s\"",
            ),
            "9",
            "61 s is less than a takeover",
        ),
    ];
    for (nth, (parsed, line, what)) in rows.into_iter().enumerate() {
        let reported = parsed.expect_err("it is a mistake");
        let place = format!("t.toml:{line}: ");
        assert!(
            reported.starts_with(&place) && reported.contains(what),
            "row {nth} wants {place} and {what}: {reported}"
        );
    }
    for range in [
        "",
        "1.2.3.4-",
        "1.2.3.4-1.2.3.3",
        "1.2.3.4-::1",
        "1.2.3.0/24",
    ] {
        let key = format!("peer-addresses = \"{range}\"\nenrp =");
        let reported = peered("enrp =", &key).expect_err("it is no range");
        assert!(reported.contains("write FIRST-LAST"), "{range}: {reported}");
    }
}
