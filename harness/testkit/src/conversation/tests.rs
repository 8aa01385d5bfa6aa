//! Tests with forged conversations: each finding is reported once, and is not reported if a correct
//! implementation could have sent the same messages.

use super::*;
use rspcheck_dissect::dissect;
use rspcheck_dissect::forge::{
    self, Forge, Policy, PoolElement, PoolEntry, ServerInformation, Transport,
};
use std::net::{IpAddr, Ipv4Addr};

const ASSOC: u64 = 1;
/// Verification tags of the end that sends first, and of the other end.
const A: u64 = 0xaaaa;
const B: u64 = 0xbbbb;

/// Forged capture with a message every 100 ms, in order.
struct Tape {
    judge: Judge,
    now: Duration,
    frame: u64,
    sent: BTreeMap<(u64, u64), u32>,
}

impl Tape {
    /// Returns a capture that begins with the association's setup.
    fn from_start() -> Tape {
        let mut tape = Tape::cut_in();
        tape.judge.association_begins(ASSOC);
        tape
    }

    /// Returns a capture that lacks the association's setup.
    fn cut_in() -> Tape {
        let judge = Judge::new(Timers::default());
        Tape {
            judge,
            now: Duration::from_secs(1),
            frame: 0,
            sent: BTreeMap::new(),
        }
    }

    fn send(&mut self, way: u64, forge: Forge) -> &mut Tape {
        let order = self.next(ASSOC, way);
        self.send_at(ASSOC, way, Some(order), &forge)
    }

    fn next(&mut self, assoc: u64, way: u64) -> Order {
        let number = self.sent.entry((assoc, way)).or_default();
        *number += 1;
        Order {
            stream: 0,
            number: *number - 1,
            tsn: *number,
            unordered: false,
        }
    }

    fn send_at(&mut self, assoc: u64, way: u64, order: Option<Order>, forge: &Forge) -> &mut Tape {
        self.frame += 1;
        self.now += Duration::from_millis(100);
        let dissection = dissect(forge.protocol(), &forge.octets());
        assert!(Judge::needs(forge.protocol(), dissection.message_type()));
        self.judge.message(Seen {
            frame: self.frame,
            time: self.now,
            carried: Carried { assoc, way, order },
            ends: ends(assoc, way),
            protocol: forge.protocol(),
            dissection: &dissection,
        });
        self
    }

    fn elsewhere(&mut self, assoc: u64, way: u64, forge: Forge) -> &mut Tape {
        let order = self.next(assoc, way);
        self.send_at(assoc, way, Some(order), &forge)
    }

    fn wait(&mut self, seconds: u64) -> &mut Tape {
        self.now += Duration::from_secs(seconds);
        self
    }

    /// Adds a message that the capture lacks.
    fn lose(&mut self, way: u64) -> &mut Tape {
        self.next(ASSOC, way);
        self
    }

    /// Ends the capture and returns all findings.
    fn end(&mut self) -> Vec<(&'static str, Level, u64)> {
        self.judge.finish();
        assert_eq!(
            (self.judge.pending, self.judge.topics),
            (0, 0),
            "the judge's own books balance"
        );
        self.judge
            .take()
            .into_iter()
            .map(|j| (j.finding.requirement.0, j.finding.level(), j.frame))
            .collect()
    }
}

/// Returns the ends of a message: the registrar has the same address on each association, where it is the end B.
fn ends(assoc: u64, way: u64) -> Option<(SocketAddr, SocketAddr)> {
    let registrar = SocketAddr::from(([192, 0, 2, 1], 3863));
    let other = SocketAddr::from(([192, 0, 2, 10 + (assoc % 200) as u8], 7));
    Some(match way {
        B => (registrar, other),
        _ => (other, registrar),
    })
}

fn sctp() -> Transport {
    let addrs = vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))];
    Transport::Sctp {
        port: 7,
        transport_use: 0,
        addrs,
    }
}

fn pe(id: u32, home: u32) -> PoolElement {
    PoolElement {
        id,
        home,
        life: -1,
        user_transport: sctp(),
        policy: Policy::RoundRobin,
        asap_transport: Some(sctp()),
    }
}

fn registration(id: u32) -> Forge {
    forge::registration(b"pool", &pe(id, 0))
}

fn registered(id: u32) -> Forge {
    forge::registration_response(b"pool", id, false, &[])
}

fn ask(updates: bool) -> Forge {
    forge::handle_resolution(b"pool", updates)
}

fn resolved(updates: bool) -> Forge {
    forge::handle_resolution_response(b"pool", updates, None, &[pe(1, 9)], &[])
}

fn information(id: u32) -> ServerInformation {
    ServerInformation {
        id,
        transport: sctp(),
    }
}

fn presence(from: u32, checksum: u16) -> Forge {
    forge::presence(from, 0, false, Some(checksum), Some(&information(from)))
}

fn probe(from: u32, to: u32) -> Forge {
    forge::presence(from, to, true, Some(0xffff), None)
}

fn add(from: u32, handle: &[u8], id: u32) -> Forge {
    forge::handle_update(from, 0, 0, handle, &pe(id, from))
}

fn delete(from: u32, handle: &[u8], id: u32) -> Forge {
    forge::handle_update(from, 0, 1, handle, &pe(id, from))
}

// ---- answers ------------------------------------------------------------------------------------

#[test]
fn answers_in_time_are_counted() {
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(B, registered(1))
        .send(A, ask(false))
        .send(B, resolved(false));
    tape.send(A, forge::deregistration(b"pool", 1))
        .send(B, forge::deregistration_response(b"pool", 1, &[]));
    assert_eq!(tape.end(), []);
    assert_eq!((tape.judge.answered, tape.judge.open), (3, 0));
}

/// The answer to the second request proves that the first has arrived, and the first stays unanswered for a timer.
#[test]
fn unanswered_request_before_an_answered_one_fails() {
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(A, registration(2))
        .send(B, registered(2));
    tape.wait(31)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), [("R5352_3_1_53", Level::Must, 1)]);
}

/// The timer has passed, but the request may have been lost and not yet retransmitted.
#[test]
fn a_request_that_may_be_lost_is_a_deviation() {
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .wait(31)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), [("R5352_3_1_53", Level::Should, 1)]);
}

/// The association still works after RTO.Max and the timer.
#[test]
fn request_unanswered_after_rto_max_fails() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false))
        .wait(80)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    tape.wait(1)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), [("R5352_3_3_21", Level::Must, 1)]);
}

#[test]
fn a_late_answer_of_a_live_registrar_is_a_deviation() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false))
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    tape.wait(16).send(B, resolved(false));
    assert_eq!(tape.end(), [("R5352_3_3_21", Level::Should, 1)]);
}

/// The path was interrupted, so that the request arrived late.
#[test]
fn a_late_answer_after_silence_is_open() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false)).wait(16).send(B, resolved(false));
    assert_eq!(tape.end(), []);
    assert_eq!(tape.judge.open, 1);
}

#[test]
fn timers_can_be_longer() {
    let timers = Timers {
        t1_enrprequest: Duration::from_secs(20),
        ..Timers::default()
    };
    let mut tape = Tape::from_start();
    tape.judge.timers = timers;
    tape.send(A, ask(false)).wait(16).send(B, resolved(false));
    assert_eq!(tape.end(), []);
}

#[test]
fn silence_of_a_dead_or_finished_responder_is_open() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false)).wait(100).send(A, ask(false));
    assert_eq!(tape.end(), []);
    assert_eq!(tape.judge.open, 2);

    let mut tape = Tape::from_start();
    tape.send(A, ask(false));
    tape.judge.association_ended(ASSOC);
    assert_eq!(tape.wait(100).end(), []);
}

#[test]
fn frames_missing_in_the_capture_excuse() {
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(A, registration(2))
        .send(B, registered(2))
        .lose(B);
    tape.wait(31)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), []);
}

#[test]
fn error_or_malformed_request_excuses() {
    let mut tape = Tape::from_start();
    let error = forge::asap_error(&[forge::Cause::with_octets(0x0, *b"why?")]);
    tape.send(A, registration(1))
        .send(A, registration(2))
        .send(B, error)
        .send(B, registered(2));
    tape.wait(31)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), []);

    let mut tape = Tape::from_start();
    tape.send(A, registration(1).truncate(20))
        .send(A, registration(2))
        .send(B, registered(2));
    tape.wait(31)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), []);
}

#[test]
fn a_repeated_request_needs_one_answer() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false))
        .wait(3)
        .send(A, ask(false))
        .send(B, resolved(false));
    tape.wait(100)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), []);
}

#[test]
fn without_the_setup_directions_may_be_mixed_up() {
    let mut tape = Tape::cut_in();
    tape.send(A, ask(false))
        .wait(80)
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    assert_eq!(tape.end(), [("R5352_3_3_21", Level::Should, 1)]);
}

#[test]
fn keep_alives_need_an_acknowledgement() {
    let keep_alive = || forge::endpoint_keep_alive(9, b"pool", false);
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(B, registered(1))
        .send(B, keep_alive());
    tape.send(A, forge::endpoint_keep_alive_ack(b"pool", 1))
        .wait(40)
        .send(A, ask(false))
        .send(B, resolved(false));
    assert_eq!(tape.end(), []);
    assert_eq!(tape.judge.answered, 3);

    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(B, registered(1))
        .send(B, keep_alive());
    tape.wait(40).send(A, ask(false)).send(B, resolved(false));
    assert_eq!(tape.end(), [("R5352_2_2_7_2", Level::Should, 3)]);

    // A PE that acknowledged once is in the pool, even if the capture lacks its registration.
    let mut tape = Tape::from_start();
    tape.send(B, keep_alive())
        .send(A, forge::endpoint_keep_alive_ack(b"pool", 1))
        .send(B, keep_alive());
    tape.wait(40).send(A, ask(false)).send(B, resolved(false));
    assert_eq!(tape.end(), [("R5352_2_2_7_2", Level::Should, 3)]);

    // A PE need not acknowledge a keep-alive for a pool that it is not in, or no longer in.
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(B, registered(1))
        .send(B, forge::endpoint_keep_alive(9, b"other", false));
    tape.send(A, forge::deregistration(b"pool", 1))
        .send(B, forge::deregistration_response(b"pool", 1, &[]));
    tape.send(B, keep_alive())
        .wait(40)
        .send(A, ask(false))
        .send(B, resolved(false));
    assert_eq!(tape.end(), []);
}

// ---- answers without requests -------------------------------------------------------------------

#[test]
fn a_response_about_another_pe_fails() {
    let mut tape = Tape::from_start();
    tape.send(A, registration(1))
        .send(B, registered(2))
        .send(B, registered(1));
    assert_eq!(tape.end(), [("R5352_2_2_3_1", Level::Must, 2)]);
}

#[test]
fn updates_need_the_s_flag() {
    let mut tape = Tape::from_start();
    tape.send(A, ask(false))
        .send(B, resolved(false))
        .send(B, resolved(false));
    assert_eq!(tape.end(), [("R5352_2_2_5_6", Level::Must, 3)]);

    let mut tape = Tape::from_start();
    tape.send(A, ask(false)).send(B, resolved(true));
    assert_eq!(tape.end(), [("R5352_2_2_6_6", Level::Must, 2)]);

    let mut tape = Tape::from_start();
    tape.send(A, ask(true))
        .send(B, resolved(true))
        .send(B, resolved(true))
        .send(A, ask(false))
        .send(B, resolved(false));
    assert_eq!(tape.end(), []);
}

#[test]
fn answers_to_requests_before_the_capture_are_no_finding() {
    let mut late = Tape::cut_in();
    let mut lost = Tape::from_start();
    lost.lose(A).send(A, registration(3)).send(B, registered(3));
    let mut unordered = Tape::from_start();
    let order = Order {
        stream: 0,
        number: 0,
        tsn: 1,
        unordered: true,
    };
    unordered.send_at(
        ASSOC,
        A,
        Some(order),
        &forge::endpoint_unreachable(b"pool", 5),
    );
    let mut broken = Tape::from_start();
    broken.send(A, registration(2).truncate(24));
    for tape in [&mut late, &mut lost, &mut unordered, &mut broken] {
        assert_eq!(
            tape.send(B, registered(2)).send(B, resolved(true)).end(),
            []
        );
    }
}

// ---- reports ------------------------------------------------------------------------------------

/// Registers PE 1 on association 1, and reports it from association 2.
fn reported(tape: &mut Tape) -> &mut Tape {
    tape.judge.association_begins(2);
    tape.send(A, registration(1)).send(B, registered(1));
    tape.elsewhere(2, A, forge::endpoint_unreachable(b"pool", 1))
        .elsewhere(2, A, ask(false))
        .elsewhere(2, B, resolved(false))
}

fn keep_alive() -> Forge {
    forge::endpoint_keep_alive(9, b"pool", false)
}

#[test]
fn a_report_without_a_keep_alive_fails() {
    let mut tape = Tape::from_start();
    reported(&mut tape).wait(6).elsewhere(2, A, ask(false));
    tape.elsewhere(2, B, resolved(false));
    assert_eq!(tape.end(), [("R5352_3_5_6", Level::Must, 3)]);
}

#[test]
fn a_report_is_followed_by_a_keep_alive_to_the_pe() {
    let rest = |tape: &mut Tape| {
        tape.wait(6).elsewhere(2, A, ask(false));
        tape.elsewhere(2, B, resolved(false)).end()
    };
    let mut followed = Tape::from_start();
    reported(&mut followed).send(B, keep_alive());
    followed.send(A, forge::endpoint_keep_alive_ack(b"pool", 1));
    assert_eq!(rest(&mut followed), []);

    // A malformed keep-alive counts, too.
    let mut malformed = Tape::from_start();
    let odd = keep_alive().parameter(forge::Parameter::pe_identifier(1));
    reported(&mut malformed).send(B, odd);
    assert_eq!(rest(&mut malformed), []);

    // A keep-alive to another PE does not count.
    let mut elsewhere = Tape::from_start();
    reported(&mut elsewhere).elsewhere(2, B, keep_alive());
    assert_eq!(rest(&mut elsewhere), [("R5352_3_5_6", Level::Must, 3)]);
}

#[test]
fn a_report_is_not_judged_where_the_capture_cannot_show_the_keep_alive() {
    let rest = |tape: &mut Tape| {
        tape.wait(6).elsewhere(2, A, ask(false));
        tape.elsewhere(2, B, resolved(false)).end()
    };
    // The PE de-registers, or its association ends.
    let mut gone = Tape::from_start();
    reported(&mut gone).judge.association_ended(ASSOC);
    assert_eq!(rest(&mut gone), []);
    // An earlier keep-alive is not answered yet: SCTP may hold the next one back.
    let mut held = Tape::from_start();
    held.send(A, registration(1)).send(B, registered(1));
    held.send(B, keep_alive()).wait(2);
    reported(&mut held);
    assert_eq!(rest(&mut held).len(), 0);
    // The registrar sends one keep-alive in a second at most.
    let mut limited = Tape::from_start();
    limited.send(A, registration(1)).send(B, registered(1));
    limited
        .send(B, keep_alive())
        .send(A, forge::endpoint_keep_alive_ack(b"pool", 1));
    limited.elsewhere(2, A, forge::endpoint_unreachable(b"pool", 1));
    limited
        .elsewhere(2, A, ask(false))
        .elsewhere(2, B, resolved(false));
    assert_eq!(rest(&mut limited), []);
    // A PE that is not known at this registrar.
    let mut unknown = Tape::from_start();
    unknown.elsewhere(2, A, forge::endpoint_unreachable(b"pool", 7));
    unknown
        .elsewhere(2, A, ask(false))
        .elsewhere(2, B, resolved(false));
    assert_eq!(rest(&mut unknown), []);
}

// ---- takeovers ----------------------------------------------------------------------------------

#[test]
fn a_takeover_is_announced_before_the_first_claim() {
    let won = |tape: &mut Tape| {
        tape.send(A, forge::init_takeover(1, 0, 3))
            .send(B, forge::init_takeover_ack(2, 1, 3));
    };
    let claim = |server| forge::endpoint_keep_alive(server, b"pool", true);
    let mut silent = Tape::from_start();
    won(&mut silent);
    silent.elsewhere(2, B, claim(1)).elsewhere(2, B, claim(1));
    assert_eq!(silent.end(), [("R5353_3_5_2_1", Level::Must, 3)]);
    let mut malformed = Tape::from_start();
    won(&mut malformed);
    malformed.elsewhere(2, B, claim(1).parameter(forge::Parameter::pe_identifier(1)));
    assert_eq!(malformed.end(), [("R5353_3_5_2_1", Level::Must, 3)]);

    let mut announced = Tape::from_start();
    won(&mut announced);
    announced.send(A, forge::takeover_server(1, 0, 3));
    assert_eq!(announced.elsewhere(2, B, claim(1)).end(), []);

    // The claim of another registrar, a lost message, and a target that is back show nothing.
    let mut other = Tape::from_start();
    won(&mut other);
    assert_eq!(other.elsewhere(2, B, claim(2)).end(), []);
    let mut lost = Tape::from_start();
    won(&mut lost);
    lost.lose(A).send(A, presence(1, 0xffff));
    assert_eq!(lost.elsewhere(2, B, claim(1)).end(), []);
    let mut back = Tape::from_start();
    won(&mut back);
    back.elsewhere(3, A, presence(3, 0xffff));
    assert_eq!(back.elsewhere(2, B, claim(1)).end(), []);
}

// ---- ENRP ---------------------------------------------------------------------------------------

#[test]
fn a_probe_is_answered_with_server_information() {
    let list = || forge::list_request(1, 2);
    let listed = || forge::list_response(2, 1, false, &[]);
    let mut good = Tape::from_start();
    good.send(A, probe(1, 2))
        .send(B, forge::presence(2, 0, false, Some(0xffff), None))
        .send(B, presence(2, 0xffff));
    good.send(A, list())
        .send(B, listed())
        .wait(6)
        .send(B, presence(2, 0xffff));
    assert_eq!(good.end(), []);

    let mut bare = Tape::from_start();
    bare.send(A, probe(1, 2))
        .send(B, forge::presence(2, 0, false, Some(0xffff), None));
    bare.send(A, list())
        .send(B, listed())
        .wait(6)
        .send(B, forge::presence(2, 0, false, Some(0xffff), None));
    assert_eq!(bare.end(), [("R5353_2_1_4", Level::Must, 1)]);

    let mut silent = Tape::from_start();
    silent
        .send(A, probe(1, 2))
        .send(A, list())
        .send(B, listed())
        .wait(6)
        .send(B, add(2, b"pool", 1));
    // No key word asks for the reply.
    assert_eq!(silent.end(), [("R5353_3_4_3_1", Level::Should, 1)]);
}

#[test]
fn a_probe_may_be_answered_on_another_association_or_meant_for_a_former_server() {
    let mut tape = Tape::from_start();
    tape.send(A, probe(1, 2))
        .send(A, forge::list_request(1, 2))
        .send(B, forge::list_response(2, 1, false, &[]));
    tape.elsewhere(2, 7, presence(2, 0xffff))
        .wait(6)
        .send(B, add(2, b"pool", 1));
    assert_eq!(tape.end(), []);

    let mut tape = Tape::from_start();
    tape.send(A, probe(1, 5))
        .send(A, forge::list_request(1, 2))
        .send(B, forge::list_response(2, 1, false, &[]));
    tape.wait(6).send(B, add(2, b"pool", 1));
    assert_eq!(tape.end(), []);
}

#[test]
fn lists_and_tables_are_answered() {
    let (list, table) = (
        forge::list_request(1, 2),
        forge::handle_table_request(1, 2, true),
    );
    for (request, requirement, level) in [
        (list, "R5353_3_2_2_2_1", Level::Should),
        (table, "R5353_3_2_3_1", Level::Must),
    ] {
        let mut tape = Tape::from_start();
        tape.send(A, request).wait(100).send(B, presence(2, 0xffff));
        assert_eq!(tape.end(), [(requirement, level, 1)]);
    }
    let mut tape = Tape::from_start();
    tape.send(A, forge::list_request(1, 2))
        .send(B, forge::list_response(2, 1, true, &[]));
    tape.send(A, forge::handle_table_request(1, 2, true))
        .send(B, forge::handle_table_response(2, 1, true, false, &[]));
    assert_eq!(tape.wait(100).send(B, presence(2, 0xffff)).end(), []);
}

#[test]
fn starting_registrar_asks_for_the_handlespace_after_the_list() {
    let list = || forge::list_request(1, 2);
    let listed = || forge::list_response(2, 1, false, &[]);
    let table = |own| forge::handle_table_request(1, 2, own);
    let mut early = Tape::from_start();
    early
        .send(A, list())
        .send(A, table(false))
        .send(B, listed());
    assert_eq!(early.end(), [("R5353_3_2_3_2", Level::Should, 2)]);

    let mut right = Tape::from_start();
    right
        .send(A, list())
        .send(B, listed())
        .send(A, table(false));
    assert_eq!(right.end(), []);
    // An audit, and the start of the other registrar.
    let mut audit = Tape::from_start();
    audit.send(A, list()).send(A, table(true));
    audit.send(B, forge::handle_table_request(2, 1, false));
    assert_eq!(audit.end(), []);
}

#[test]
fn an_id_is_constant_and_not_zero() {
    let mut tape = Tape::from_start();
    tape.send(A, presence(1, 0xffff))
        .send(B, presence(2, 0xffff))
        .send(A, presence(3, 0xffff))
        .send(A, presence(3, 0xffff));
    tape.send(B, presence(0, 0xffff));
    assert_eq!(
        tape.end(),
        [
            ("R5353_2_1_6", Level::Must, 3),
            ("R5353_2_1_5", Level::Must, 5),
            ("R5353_2_1_6", Level::Must, 5)
        ]
    );

    let mut tape = Tape::from_start();
    tape.send(A, forge::endpoint_keep_alive(8, b"pool", false))
        .send(A, forge::endpoint_keep_alive(9, b"pool", false));
    tape.elsewhere(2, 7, forge::endpoint_keep_alive(1, b"pool", false));
    assert_eq!(tape.end(), [("R5352_2_2_7_6", Level::Must, 2)]);
}

#[test]
fn fields_of_enrp_messages_are_judged() {
    let wrong = [
        (
            forge::handle_update(1, 2, 0, b"pool", &pe(1, 1)),
            "R5353_3_3_1_1",
            Level::Should,
        ),
        (
            forge::handle_update(1, 2, 1, b"pool", &pe(1, 1)),
            "R5353_3_3_2_1",
            Level::Must,
        ),
        (
            forge::handle_update(1, 0, 0, b"pool", &pe(1, 5)),
            "R5353_3_3_1_2",
            Level::Should,
        ),
    ];
    for (message, requirement, level) in wrong {
        assert_eq!(
            Tape::from_start().send(A, message).end(),
            [(requirement, level, 1)]
        );
    }
    let mut right = Tape::from_start();
    right
        .send(A, add(1, b"pool", 1))
        .send(A, delete(1, b"pool", 1))
        .send(A, presence(1, 0xffff));
    assert_eq!(
        right
            .send(A, forge::handle_update(1, 0, 1, b"pool", &pe(1, 5)))
            .end(),
        []
    );
}

// ---- PE checksum --------------------------------------------------------------------------------

/// Announces EchoPool/0x11223344, whose checksum is 0x4deb; that of Web/1 is 0x4699.
fn one(tape: &mut Tape) -> &mut Tape {
    tape.send(A, presence(1, 0xffff))
        .send(A, add(1, b"EchoPool", 0x1122_3344))
}

#[test]
fn a_wrong_checksum_fails_once_it_stays() {
    let mut tape = Tape::from_start();
    one(&mut tape)
        .send(A, presence(1, 0x4deb))
        .send(A, add(1, b"Web", 1))
        .send(A, delete(1, b"EchoPool", 0x1122_3344));
    tape.send(A, presence(1, 0x4699))
        .send(A, delete(1, b"Web", 1))
        .send(A, presence(1, 0))
        .send(A, presence(1, 0xffff));
    assert_eq!(tape.end(), []);
    assert_eq!(tape.judge.checksums, 4);

    let mut tape = Tape::from_start();
    one(&mut tape)
        .send(A, presence(1, 0x1234))
        .send(A, presence(1, 0x1234))
        .send(A, presence(1, 0x1234));
    assert_eq!(tape.end(), [("R5353_3_6_2_1", Level::Must, 4)]);
}

/// A PRESENCE and an update overtake each other on two streams.
#[test]
fn a_checksum_that_is_right_the_next_time_is_no_finding() {
    let mut tape = Tape::from_start();
    one(&mut tape)
        .send(A, presence(1, 0xffff))
        .send(A, presence(1, 0x4deb))
        .send(A, presence(1, 0xffff));
    assert_eq!(tape.end(), []);
}

#[test]
fn a_checksum_is_not_judged_where_pes_can_be_unknown() {
    let wrong = |tape: &mut Tape| {
        for _ in 0..3 {
            tape.send(A, presence(1, 0x1234));
        }
        tape.end()
    };
    // No PRESENCE has agreed yet.
    assert_eq!(
        wrong(Tape::cut_in().send(A, add(1, b"EchoPool", 0x1122_3344))),
        []
    );
    // An update is missing.
    assert_eq!(wrong(one(&mut Tape::from_start()).lose(A)), []);
    // Any message of a takeover shows it.
    for message in [
        forge::init_takeover(1, 0, 3),
        forge::takeover_server(1, 0, 3),
        forge::endpoint_keep_alive(1, b"pool", true),
    ] {
        assert_eq!(wrong(one(&mut Tape::from_start()).send(A, message)), []);
    }
    assert_eq!(
        wrong(one(&mut Tape::from_start()).send(B, forge::init_takeover_ack(2, 1, 3))),
        []
    );
    // Another registrar announces the PE, or returns it in a table.
    assert_eq!(
        wrong(one(&mut Tape::from_start()).send(B, add(2, b"EchoPool", 0x1122_3344))),
        []
    );
    let entry = PoolEntry {
        handle: b"Web".to_vec(),
        elements: vec![pe(1, 1)],
    };
    let table = forge::handle_table_response(2, 1, false, false, &[entry]);
    assert_eq!(
        wrong(
            one(&mut Tape::from_start())
                .send(A, forge::handle_table_request(1, 2, false))
                .send(B, table)
        ),
        []
    );
    // Updates on another association.
    assert_eq!(
        wrong(one(&mut Tape::from_start()).elsewhere(2, 7, add(1, b"Web", 1))),
        []
    );
}

#[test]
fn ended_association_releases_its_pes() {
    let mut tape = Tape::from_start();
    one(&mut tape);
    tape.judge.association_ended(ASSOC);
    assert_eq!(
        (tape.judge.associations.len(), tape.judge.ledger.size()),
        (0, 1)
    );
}

#[test]
fn number_of_associations_is_limited() {
    let mut tape = Tape::cut_in();
    for assoc in 1..=(ASSOCIATION_LIMIT as u64 + 5) {
        tape.elsewhere(assoc, A, ask(true))
            .elsewhere(1, A, ask(true));
    }
    assert!(tape.judge.associations.len() <= ASSOCIATION_LIMIT);
    assert!(
        tape.judge.associations.contains_key(&1) && !tape.judge.associations.contains_key(&2),
        "the associations that were silent longest are dropped"
    );
    assert_eq!(tape.end(), []);
}
