//! Settings of files and flags, and the rejection of settings that contradict each other.

use std::num::NonZeroU32;
use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Settings, String> {
    Settings::parse(text, Path::new("registrar.toml")).map_err(|error| error.to_string())
}

#[test]
fn a_whole_file() {
    let settings = parse(
        "asap = [\"127.0.0.1:0\", \"[::1]:0\"]\ntransport = \"auto\"\nannounce = \"off\"\nid = 0x10\n\
         t6-serverannounce = \"500ms\"\nkeep-alive-interval = \"0s\"\nmax-items = 7\n",
    )
    .unwrap();
    let setup = settings.setup().unwrap();
    assert_eq!(setup.asap_addrs.len(), 2);
    assert_eq!(setup.config.id.map(NonZeroU32::get), Some(16));
    assert_eq!(setup.config.t6_serverannounce, Duration::from_millis(500));
    assert_eq!(setup.config.keep_alive_interval, Duration::ZERO);
    assert_eq!(setup.config.max_items, 7);
    assert_eq!(
        setup.config.max_bad_pe_report,
        Config::default().max_bad_pe_report
    );
}

#[test]
fn peers_need_an_endpoint() {
    let setup = |text| parse(text).unwrap().setup();
    let both = setup(
        "enrp = \"127.0.0.1:9901\"\npeer = [\"127.0.0.2:9901\", \"127.0.0.3:9901\"]\n\
         peer-heartbeat-cycle = \"3s\"\nmax-time-last-heard = \"6s\"\npeer-list-cycle = \"0s\"\n",
    )
    .unwrap();
    assert_eq!(both.enrp.map(|enrp| enrp.port), Some(9901));
    let enrp = both.config.enrp;
    assert_eq!(enrp.peers.len(), 2);
    assert_eq!(enrp.peer_heartbeat_cycle, Duration::from_secs(3));
    assert_eq!(enrp.max_time_last_heard, Duration::from_secs(6));
    assert_eq!(enrp.peer_list_cycle, Duration::ZERO);
    assert_eq!(enrp.max_time_no_response, Duration::from_secs(5));
    assert_eq!(setup("").unwrap().enrp, None);
    let error = |text| setup(text).unwrap_err();
    assert!(error("peer = \"127.0.0.2:9901\"").starts_with("peer: "));
    assert!(error("enrp = \"127.0.0.1:1\"\npeer = \"127.0.0.2:0\"").starts_with("peer: "));
    assert!(error("enrp = [\"127.0.0.1:1\", \"127.0.0.2:2\"]").starts_with("enrp: "));
}

#[test]
fn the_stack_holds_no_more_than_the_limits_say() {
    let options = |text| {
        let settings = parse(text).unwrap();
        let setup = settings.setup().unwrap();
        (settings.stack(&setup).1.options, setup)
    };
    let (usual, setup) = options("");
    assert_eq!(usual.max_message, 65_536, "the largest Length");
    assert_eq!(setup.max_backlog, 2 << 20);
    assert_eq!(usual.send_queue, 1 << 20, "half of it");
    let (more, _) = options("max-backlog = 8000000");
    assert_eq!(more.send_queue, 4_000_000);
    let (least, _) =
        options("max-backlog = 1\nmax-associations = 7\nmax-peers = 2\nmax-adoptions = 1");
    assert_eq!(least.send_queue, 65_536, "every message can be sent");
    assert_eq!(least.max_associations, 13, "peers have 3, and own set-ups");
}

#[test]
fn errors_say_line_and_key() {
    let error = |text| parse(text).unwrap_err();
    assert!(error("id = 1\nmax-items = 0\n").starts_with("registrar.toml:2: max-items: "));
    assert!(
        error("t6-serverannounce = \"0s\"").starts_with("registrar.toml:1: t6-serverannounce: ")
    );
    assert!(error("\n\nt6-serverannounce = \"5\"").contains("500ms, 30s"));
    assert!(error("t9-nothing = 1").starts_with("registrar.toml:1: t9-nothing: unknown field"));
    assert!(error("asap = \"here\"").starts_with("registrar.toml:1: asap: `here`"));
}

#[test]
fn flags_win() {
    let flags = Settings {
        max_bad_pe_report: Some(1),
        ..Settings::default()
    };
    let merged = flags.over(parse("max-bad-pe-report = 9\nudp-port = 7\n").unwrap());
    assert_eq!(
        (merged.max_bad_pe_report, merged.udp_port),
        (Some(1), Some(7))
    );
}

#[test]
fn impossible_setups_name_the_key() {
    let ports = parse("asap = [\"127.0.0.1:1\", \"127.0.0.2:2\"]").unwrap();
    assert!(ports.setup().unwrap_err().starts_with("asap: "));
    let group = parse("announce = \"10.0.0.1:3863\"").unwrap();
    assert!(group.setup().unwrap_err().starts_with("announce: "));
}

#[test]
fn contradictions_name_their_keys() {
    let error = |text: &str| parse(text).unwrap().setup().unwrap_err();
    let pairs = [
        ("asap = [\"127.0.0.1:1\", \"[::1]:1\"]", "asap, transport: "),
        (
            "asap = \"127.0.0.1:9\"\nenrp = \"127.0.0.1:9\"",
            "asap, enrp: ",
        ),
        (
            "tcp = \"127.0.0.1:9\"\nmetrics = \"127.0.0.1:9\"",
            "tcp, metrics: ",
        ),
        (
            "announce = [\"off\", \"224.0.1.185:3863\"]",
            "announce: off",
        ),
        ("announce = \"224.0.1.185:0\"", "announce: port 0"),
        (
            "asap = \"0.0.0.0:1\"\nannounce = \"224.0.1.185:3863\"",
            "asap, announce: 0.0.0.0:1",
        ),
        ("enrp = \"[::]:9901\"", "enrp: [::]:9901"),
        (
            "enrp = \"127.0.0.1:9901\"\npeer = \"127.0.0.1:9901\"",
            "peer, enrp: ",
        ),
        (
            "max-time-last-heard = \"30s\"",
            "max-time-last-heard, peer-heartbeat-cycle: a peer that is heard every 30s",
        ),
        ("rto-min = \"2s\"\nrto-max = \"1s\"", "rto-min, rto-max: "),
        (
            "max-pools = 3\nmax-pool-elements = 2",
            "max-pools, max-pool-elements: 3",
        ),
        (
            "max-pool-elements-per-pool = 3\nmax-pool-elements = 2",
            "max-pool-elements-per-pool, max-pool-elements: 3",
        ),
        // The whole has its default.
        (
            "max-pool-elements-per-pool = 2000000",
            "max-pool-elements-per-pool, max-pool-elements: 2000000",
        ),
        (
            "max-subscriptions-per-association = 65537",
            "max-subscriptions-per-association, max-subscriptions: 65537",
        ),
        (
            "max-associations = 3\nmax-associations-per-address = 4",
            "max-associations-per-address, max-associations: 4",
        ),
        (
            "max-subscriptions = 3\nmax-subscriptions-per-association = 4",
            "max-subscriptions-per-association, max-subscriptions: 4",
        ),
        (
            "max-message = 4096\nmax-element-length = 4000",
            "max-handle-length, max-element-length, max-message: ",
        ),
    ];
    for (text, begins) in pairs {
        assert!(error(text).starts_with(begins), "{text}: {}", error(text));
    }
    let both = error("announce = \"10.0.0.1:1\"\nmax-pools = 3\nmax-pool-elements = 2");
    assert!(
        both.contains("announce: ") && both.contains("; max-pools, "),
        "all of them: {both}"
    );
    assert!(
        parse("max-pool-elements = 2").unwrap().setup().is_ok(),
        "the rest adapts"
    );
}

#[test]
fn effective_settings_are_complete_and_come_back() {
    let text = "asap = \"[::1]:0\"\nid = 7\nannounce = [\"224.0.1.185:3863\", \"[ff02::133]:3863\"]\n\
                enrp = \"[::1]:0\"\npeer = \"[::2]:9901\"\ntcp = \"[::1]:0\"\nseed = 3\n\
                metrics = \"[::1]:0\"\nstatus-socket = \"/run/x\"\nkeep-alive-gap = \"1.5ms\"\n\
                udp-peer = [\"::1=99\", \"[::2]:5=98\"]\nmax-pool-elements = 70\n\
                max-subscriptions = 9\n";
    let settings = parse(text).unwrap();
    let effective = settings.effective().unwrap();
    let written = toml::to_string(&effective).unwrap();
    let back = parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(back, effective);
    assert_eq!(back.effective().unwrap(), effective);
    // Nothing is left unsaid.
    let source = include_str!("../mod.rs").lines();
    let is_setting =
        |line: &&str| line.trim_start().starts_with("pub ") && line.contains(": Option<");
    let fields = source.filter(is_setting).count();
    let written_keys = written.lines().filter(|line| line.contains(" = ")).count();
    assert_eq!(written_keys, fields, "{written}");
    assert_eq!(
        parse("")
            .unwrap()
            .effective()
            .unwrap()
            .max_pools
            .unwrap()
            .get(),
        100_000
    );
    assert!(
        written.contains("max-pool-elements-per-pool = 70\n"),
        "{written}"
    );
}

#[test]
fn spans_are_written_as_they_are_read() {
    for text in ["0s", "1500ms", "90s", "5min", "2h", "0.25ms"] {
        let span: Span = text.parse().unwrap();
        assert_eq!(span.to_string(), text);
    }
}
