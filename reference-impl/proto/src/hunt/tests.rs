//! The hunt on virtual time, without an engine around it.

use super::*;
use rsp_wire::asap::ServerAnnounce;
use rsp_wire::{Addresses, SctpTransport, TcpTransport};

/// A hunt, the virtual time, and the set-ups that are under way as the caller sees them.
pub(super) struct World {
    pub(super) hunt: Hunt,
    pub(super) now: Duration,
    next_assoc: u64,
    pub(super) dialled: Vec<(Server, Assoc)>,
    aborted: Vec<Assoc>,
    found: Vec<(Assoc, Server, Option<ServerId>)>,
    /// All steps in words.
    pub(super) steps: Vec<String>,
}

impl World {
    pub(super) fn new(configured: usize) -> Self {
        Self::with(configured, 1)
    }

    fn with(configured: usize, seed: u64) -> Self {
        let configured = (1..=configured).map(server).collect();
        let hunt = Hunt::new(Config::default(), &[Over::Sctp], configured, seed);
        Self {
            hunt,
            now: Duration::ZERO,
            next_assoc: 0,
            dialled: Vec::new(),
            aborted: Vec::new(),
            found: Vec::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, steps: Vec<Step>) {
        for step in steps {
            self.steps.push(words(&step));
            match step {
                Step::Connect { dial, to } => {
                    assert!(Hunt::is_own(dial));
                    let assoc = Assoc(self.next_assoc);
                    self.next_assoc += 1;
                    let answer = self.hunt.on_dialled(self.now, dial, Some(assoc));
                    assert_eq!(answer, []);
                    self.dialled.push((to, assoc));
                }
                Step::Abort { assoc } => {
                    self.dialled.retain(|(_, own)| *own != assoc);
                    self.aborted.push(assoc);
                }
                Step::Found { assoc, server, id } => {
                    self.dialled.retain(|(_, own)| *own != assoc);
                    self.found.push((assoc, server, id));
                }
            }
        }
        assert!(self.dialled.len() <= MAX_SETUPS);
        assert_eq!(self.hunt.setups(), self.dialled.len());
    }

    pub(super) fn start(&mut self, old: Old) {
        let steps = self.hunt.start(self.now, old);
        self.take(steps);
    }

    pub(super) fn up(&mut self, assoc: Assoc) {
        let steps = self.hunt.on_up(self.now, assoc);
        self.take(steps);
    }

    pub(super) fn down(&mut self, assoc: Assoc) {
        self.dialled.retain(|(_, own)| *own != assoc);
        let steps = self.hunt.on_down(self.now, assoc);
        self.take(steps);
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(at) = self.hunt.due().filter(|&at| at <= end) {
            assert!(at > self.now, "deadlines lie ahead");
            self.now = at;
            let steps = self.hunt.on_time(at);
            self.take(steps);
        }
        self.now = end;
        let steps = self.hunt.on_time(end);
        self.take(steps);
    }

    pub(super) fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    pub(super) fn announce(&mut self, from: &str, message: &ServerAnnounce) {
        let mut octets = Vec::new();
        let message = asap::Message::from(message.clone());
        message.encode(&mut octets).unwrap();
        let from = from.parse().unwrap();
        let steps = self.hunt.on_datagram(self.now, from, &octets);
        self.take(steps.expect("it is an announcement"));
    }

    fn targets(&self) -> Vec<Server> {
        let mut targets: Vec<Server> = self.dialled.iter().map(|(to, _)| to.clone()).collect();
        targets.sort();
        targets
    }

    fn known(&self) -> Vec<Server> {
        self.hunt.servers(self.now).cloned().collect()
    }
}

/// Returns a step in words, without what the seed decides.
fn words(step: &Step) -> String {
    match step {
        Step::Connect { .. } => "Connect",
        Step::Abort { .. } => "Abort",
        Step::Found { .. } => "Found",
    }
    .to_owned()
}

pub(super) fn server(number: usize) -> Server {
    Server::sctp([addr(number)])
}

fn addr(number: usize) -> SocketAddr {
    format!("192.0.2.{number}:3863").parse().unwrap()
}

pub(super) fn announcement(number: usize) -> ServerAnnounce {
    let transport = SctpTransport::new(3863, addr(number).ip());
    let transports = vec![AnnouncedTransport::Sctp(transport)];
    ServerAnnounce::new(ServerId(number as u32), transports)
}

#[test]
fn at_most_three_set_ups_and_the_first_one_up_wins() {
    let mut world = World::new(5);
    world.start(Old::None);
    assert_eq!(world.dialled.len(), 3);
    let others = [world.dialled[0].1, world.dialled[2].1];
    let (to, assoc) = world.dialled[1].clone();
    world.up(assoc);
    assert_eq!(world.found, [(assoc, to, None)]);
    assert_eq!(world.aborted, others);
    assert!(!world.hunt.is_hunting());
    assert_eq!(world.hunt.due(), None);
}

#[test]
fn a_set_up_that_fails_makes_room_for_the_next_address() {
    let mut world = World::new(5);
    world.start(Old::None);
    let mut seen = world.targets();
    for _ in 0..5 {
        let (_, assoc) = world.dialled[0].clone();
        world.down(assoc);
        seen.extend(world.dialled.last().map(|(to, _)| to.clone()));
    }
    assert_eq!(world.dialled.len(), 0, "each is dialled once in a round");
    seen.sort();
    seen.dedup();
    assert_eq!(seen, (1..=5).map(server).collect::<Vec<_>>());
    world.pass_secs(10);
    assert_eq!(world.dialled.len(), 3);
}

#[test]
fn t5_doubles_up_to_retran_max_and_is_reset_by_success() {
    let mut world = World::new(1);
    world.start(Old::None);
    let mut rounds = Vec::new();
    for _ in 0..6 {
        let due = world.hunt.due().unwrap();
        rounds.push((due - world.now).as_secs());
        let before = world.dialled[0].1;
        world.pass(due - world.now);
        assert_eq!(world.aborted.last(), Some(&before), "SH5.2");
        assert_ne!(world.dialled[0].1, before, "dialled anew");
    }
    assert_eq!(rounds, [10, 20, 40, 60, 60, 60]);
    let assoc = world.dialled[0].1;
    world.up(assoc);
    world.hunt.answered(&server(1));
    world.pass_secs(1);
    world.start(Old::Gone(server(1)));
    assert_eq!(
        world.hunt.due().unwrap() - world.now,
        Duration::from_secs(10)
    );
}

#[test]
fn next_round_prefers_servers_not_dialled_yet() {
    let mut world = World::new(6);
    world.start(Old::None);
    let mut seen = world.targets();
    world.pass_secs(10);
    seen.extend(world.targets());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6);
}

#[test]
fn seed_decides_the_order_of_dialling() {
    let orders: Vec<Vec<Server>> = (0..8)
        .map(|seed| {
            let mut world = World::with(6, seed);
            world.start(Old::None);
            world.dialled.into_iter().map(|(to, _)| to).collect()
        })
        .collect();
    assert!(orders.iter().any(|order| *order != orders[0]));
    let mut again = World::with(6, 0);
    again.start(Old::None);
    let again: Vec<Server> = again.dialled.into_iter().map(|(to, _)| to).collect();
    assert_eq!(orders[0], again);
}

#[test]
fn the_old_home_is_the_last_resort_of_the_first_round() {
    let mut world = World::new(3);
    world.start(Old::Gone(server(2)));
    assert_eq!(world.targets(), [server(1), server(3)]);
    let first = world.dialled[0].1;
    world.down(first);
    assert_eq!(world.dialled.len(), 1, "the other one may still come up");
    let second = world.dialled[0].1;
    world.down(second);
    assert_eq!(world.targets(), [server(2)]);
}

#[test]
fn the_only_registrar_is_dialled_again_though_it_is_the_old_home() {
    let mut world = World::new(1);
    world.start(Old::Gone(server(1)));
    assert_eq!(world.targets(), [server(1)]);
}

#[test]
fn from_the_second_round_on_the_old_home_is_like_the_others() {
    let mut world = World::new(2);
    world.start(Old::Gone(server(2)));
    assert_eq!(world.targets(), [server(1)]);
    world.pass_secs(10);
    assert_eq!(world.targets(), [server(1), server(2)]);
}

#[test]
fn a_kept_home_is_not_dialled_and_takes_a_place() {
    let mut world = World::new(5);
    world.start(Old::Kept(server(2)));
    assert_eq!(world.dialled.len(), 2);
    assert!(!world.targets().contains(&server(2)));
    let steps = world.hunt.on_old_gone(world.now);
    world.take(steps);
    assert_eq!(world.dialled.len(), 3);
    assert!(!world.targets().contains(&server(2)));
}

#[test]
fn registrar_that_accepts_and_drops_rests_for_t5() {
    let mut world = World::new(1);
    world.start(Old::None);
    for turn in 1..=3 {
        let assoc = world.dialled[0].1;
        world.up(assoc);
        world.start(Old::Gone(server(1)));
        assert_eq!(world.dialled, []);
        world.pass(Duration::from_millis(9_999));
        assert_eq!(world.dialled, []);
        world.pass(Duration::from_millis(1));
        assert_eq!(world.dialled.len(), 1, "turn {turn}");
    }
    let assoc = world.dialled[0].1;
    world.up(assoc);
    world.hunt.answered(&server(1));
    world.start(Old::Gone(server(1)));
    world.pass_secs(1);
    assert_eq!(world.dialled.len(), 1, "one that has answered is not");
}

#[test]
fn registrar_that_answers_and_drops_is_dialled_once_a_second() {
    let mut world = World::new(1);
    world.start(Old::None);
    for turn in 1..=3 {
        let assoc = world.dialled[0].1;
        world.up(assoc);
        // Any number of answers.
        world.hunt.answered(&server(1));
        world.hunt.answered(&server(1));
        world.start(Old::Gone(server(1)));
        world.pass(Duration::from_millis(999));
        assert_eq!(world.dialled, [], "turn {turn}");
        world.pass(Duration::from_millis(1));
        assert_eq!(world.dialled.len(), 1, "turn {turn}");
    }
    let assoc = world.dialled[0].1;
    world.up(assoc);
    world.hunt.answered(&server(1));
    world.pass_secs(60);
    world.start(Old::Gone(server(1)));
    assert_eq!(world.dialled.len(), 1, "after a while, at once");
}

#[test]
fn impossible_dial_counts_as_failure() {
    let configured = vec![server(1), server(2)];
    let mut hunt = Hunt::new(Config::default(), &[Over::Sctp], configured, 1);
    for step in hunt.start(Duration::ZERO, Old::None) {
        let Step::Connect { dial, .. } = step else {
            panic!("nothing else is asked for");
        };
        assert_eq!(hunt.on_dialled(Duration::ZERO, dial, None), []);
    }
    assert_eq!(hunt.setups(), 0);
    assert_eq!(hunt.due(), Some(Duration::from_secs(10)));
}

#[test]
fn a_dial_answered_after_the_hunt_is_aborted() {
    let mut hunt = Hunt::new(Config::default(), &[Over::Sctp], vec![server(1)], 1);
    let steps = hunt.start(Duration::ZERO, Old::None);
    let [Step::Connect { dial, .. }] = steps[..] else {
        panic!("one is dialled: {steps:?}");
    };
    assert_eq!(hunt.stop(), []);
    let assoc = Assoc(7);
    let answer = hunt.on_dialled(Duration::ZERO, dial, Some(assoc));
    assert_eq!(answer, [Step::Abort { assoc }]);
}

#[test]
fn waiting_hunt_dials_an_announced_server_at_once() {
    let mut world = World::new(0);
    world.start(Old::None);
    assert_eq!(world.dialled, []);
    world.announce("192.0.2.9:40000", &announcement(9));
    assert_eq!(world.targets(), [server(9)]);
    let assoc = world.dialled[0].1;
    world.up(assoc);
    assert_eq!(world.found, [(assoc, server(9), Some(ServerId(9)))]);
}

#[test]
fn an_announcement_without_transports_is_port_3863_of_its_source() {
    let mut world = World::new(0);
    world.announce(
        "[::ffff:192.0.2.9]:40000",
        &ServerAnnounce::new(ServerId(9), Vec::new()),
    );
    assert_eq!(world.known(), [server(9)]);
}

#[test]
fn a_link_local_address_keeps_its_link() {
    let mut world = World::new(0);
    let link_local = |port| SocketAddrV6::new("fe80::9".parse().unwrap(), port, 0, 3);
    let from = link_local(40000).to_string();
    world.announce(&from, &ServerAnnounce::new(ServerId(9), Vec::new()));
    let at = |port| Server::sctp([link_local(port).into()]);
    assert_eq!(world.known(), [at(3863)]);
    let transport = SctpTransport::new(5000, IpAddr::from(*link_local(0).ip()));
    let transports = vec![AnnouncedTransport::Sctp(transport)];
    world.announce(&from, &ServerAnnounce::new(ServerId(9), transports));
    assert_eq!(world.known(), [at(3863), at(5000)]);
}

#[test]
fn t7_runs_for_each_announced_transport() {
    let mut world = World::new(1);
    world.announce("192.0.2.8:1", &announcement(8));
    world.pass_secs(3);
    world.announce("192.0.2.9:1", &announcement(9));
    world.pass_secs(1);
    world.announce("192.0.2.8:1", &announcement(8));
    assert_eq!(world.known(), [server(1), server(8), server(9)]);
    world.pass_secs(4);
    assert_eq!(world.known(), [server(1), server(8)]);
    world.pass_secs(1);
    assert_eq!(world.known(), [server(1)], "configured ones stay");
}

#[test]
fn servers_of_other_kinds_are_ignored() {
    let mut world = World::new(1);
    let tcp = TcpTransport::new(3863, addr(2).ip());
    let sctp = |port, ip: &str| {
        let ip: IpAddr = ip.parse().unwrap();
        AnnouncedTransport::Sctp(SctpTransport::new(port, ip))
    };
    let transports = vec![
        AnnouncedTransport::Tcp(tcp),
        sctp(0, "192.0.2.3"),
        sctp(3863, "0.0.0.0"),
        sctp(3863, "224.0.1.185"),
        sctp(3863, "192.0.2.1"),
    ];
    world.announce("192.0.2.9:1", &ServerAnnounce::new(ServerId(9), transports));
    assert_eq!(world.known(), [server(1)]);
}

#[test]
fn announcements_are_limited() {
    let mut world = World::new(0);
    let many = |octet: u8| {
        let addresses = (0..=255).map(|last| IpAddr::from([198, 51, octet, last]));
        let addresses = Addresses::collect(addresses).unwrap();
        AnnouncedTransport::Sctp(SctpTransport::new(3863, addresses))
    };
    for number in 0..4 {
        let transports = (0..20).map(|n| many(number * 20 + n)).collect();
        world.announce("192.0.2.9:1", &ServerAnnounce::new(ServerId(9), transports));
    }
    let known = world.known();
    assert_eq!(known.len(), 64);
    assert!(known.iter().all(|server| server.addrs.len() == 16));
}

#[test]
fn other_datagrams_are_not_announcements() {
    let mut world = World::new(0);
    let from = addr(1);
    assert_eq!(world.hunt.on_datagram(world.now, from, b"hello"), None);
    let error = [0x0e, 0, 0, 12, 0, 12, 0, 8, 0, 0, 0, 4];
    assert_eq!(world.hunt.on_datagram(world.now, from, &error), None);
}

#[test]
fn a_configured_registrar_has_the_identifier_it_announces() {
    let mut world = World::new(1);
    world.announce("192.0.2.1:1", &announcement(1));
    assert_eq!(world.known(), [server(1)]);
    world.start(Old::None);
    let assoc = world.dialled[0].1;
    world.up(assoc);
    assert_eq!(world.found, [(assoc, server(1), Some(ServerId(1)))]);
    world.pass_secs(5);
    assert_eq!(world.hunt.id_of(world.now, &server(1)), None, "T7");
}

#[test]
fn the_last_callers_are_remembered() {
    let mut world = World::new(1);
    for number in [1, 3, 4, 5, 3, 6, 7] {
        world.hunt.on_caller(&server(number));
    }
    world.announce("192.0.2.7:1", &announcement(7));
    world.pass_secs(100);
    let callers = [7, 6, 3, 5].map(server);
    assert_eq!(world.known()[1..], callers);
}

#[test]
fn server_announced_again_is_dialled_at_once() {
    let mut world = World::new(1);
    world.start(Old::None);
    let assoc = world.dialled[0].1;
    world.down(assoc);
    world.pass_secs(1);
    assert_eq!(world.dialled, [], "it was dialled in this round");
    world.announce("192.0.2.1:1", &announcement(1));
    assert_eq!(world.targets(), [server(1)], "but it has come back");
    let assoc = world.dialled[0].1;
    world.down(assoc);
    world.pass_secs(1);
    world.announce("192.0.2.1:1", &announcement(1));
    assert_eq!(world.dialled, [], "which is no news any more");
    world.pass_secs(5);
    world.announce("192.0.2.1:1", &announcement(1));
    assert_eq!(world.targets(), [server(1)]);
    world.announce("192.0.2.1:1", &announcement(1));
    assert_eq!(world.dialled.len(), 1, "and not twice");
}
