//! The tester: the words of a case.

mod check;
mod enrp;
mod exchanges;
mod inside;
mod instances;
mod lateness;
mod missing;
mod pools;
mod postamble;
mod reactions;
#[cfg(test)]
mod scripted;
mod verbs;

use crate::case::{Case, Outcome, Stop};
use crate::forge::{self, Forge};
use crate::kind::{HANDLE_RESOLUTION_RESPONSE, Kind};
use crate::monitor::Finding;
use crate::peer::PeerState;
use crate::player::{Message, Player, PoolElement, PoolHandle, PoolUser};
use crate::world::{Assoc, Deed, Endpoint, EndpointKind, World};
pub use check::{Note, Placed};
pub use enrp::{ADD_PE, DEL_PE, server_information};
use lateness::Lateness;
use missing::Missing;
use pools::Pools;
use rspcheck_dissect::{Protocol, Value, dissect};
use rspcheck_spec::ReqId;
use rspcheck_spec::event::{Change, Event, EventKind, Instance, Phase};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::verdict::CheckOutcome;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::panic::Location;
use std::time::Duration;

/// PPID of ASAP (RFC 5352 §5, §8.3).
pub(crate) const ASAP_PPID: u32 = 11;
/// PPID of ENRP (RFC 5353 §5.4).
pub(crate) const ENRP_PPID: u32 = 12;
/// Time for which a target that did not answer is still observed, to detect that it has died.
const LAST_LOOK: Duration = Duration::from_millis(250);
/// Slack on top of a tenth for deadlines that a target must keep.
const SLACK: Duration = Duration::from_millis(500);
/// Windows of silence that are waited for, until the harness serves its associations during one of them.
const SILENCES: u32 = 3;
/// Messages kept per player; a target that sends more is flooding.
const INBOX_LIMIT: usize = 10_000;
/// Messages kept by a peer whose table never ends: it provokes the flood itself.
const ENDLESS_INBOX: usize = 100;

/// The target as known before the case begins (ICS and IXIT).
#[derive(Clone, Debug)]
pub struct TargetProfile {
    /// The capabilities it claims.
    pub ics: BTreeSet<Ics>,
    /// Its timers and thresholds.
    pub timers: Timers,
    /// Time without a message after an answered probe, from which on silence counts as proven. The probe
    /// follows the provoking message in the same stream, so an in-order target has decided by then;
    /// this is the margin for one that answers out of order.
    pub silence: Duration,
}

/// One player.
#[derive(Debug)]
struct PlayerState {
    name: String,
    kind: EndpointKind,
    endpoint: Option<Endpoint>,
    /// Instance that it turns to.
    instance: Instance,
    /// Association with that instance.
    assoc: Option<Assoc>,
    up: bool,
    /// Further associations, which are up: one with each other instance, and those with its own that a peer and the
    /// target have set up before the newest one.
    others: Vec<(Assoc, Instance)>,
    gone: Option<(Change, String)>,
    inbox: VecDeque<Message>,
    /// PEs registered from here, whose keep-alives are acknowledged.
    elements: Vec<(PoolHandle, u32)>,
    acknowledges: bool,
}

impl PlayerState {
    /// Returns the instance at the other end of one of its associations.
    fn instance_at(&self, assoc: Assoc) -> Option<Instance> {
        if self.assoc == Some(assoc) {
            return Some(self.instance);
        }
        let other = self.others.iter().find(|(other, _)| *other == assoc);
        other.map(|(_, instance)| *instance)
    }

    /// Returns its associations that are up, the newest one with each instance.
    fn associations(&self) -> Vec<(Assoc, Instance)> {
        let main = self.assoc.filter(|_| self.up);
        let main = main.map(|assoc| (assoc, self.instance));
        let others = self.others.iter().rev().copied();
        let mut newest: Vec<(Assoc, Instance)> = Vec::new();
        for (assoc, instance) in main.into_iter().chain(others) {
            if newest.iter().all(|(_, known)| *known != instance) {
                newest.push((assoc, instance));
            }
        }
        newest
    }

    /// Takes all its associations with the instance that it turns to; none if it uses none.
    fn take_own(&mut self) -> Vec<Assoc> {
        let own = self.instance;
        let Some(main) = self.assoc.take() else {
            return Vec::new();
        };
        self.up = false;
        let older = self.others.extract_if(.., |(_, known)| *known == own);
        std::iter::once(main)
            .chain(older.map(|(assoc, _)| assoc))
            .collect()
    }

    /// Makes it turn to an instance, over its association with it if there is one.
    fn turn_to(&mut self, instance: Instance) {
        if instance == self.instance {
            return;
        }
        let before = self.assoc.take().filter(|_| self.up);
        let at = self.others.iter().position(|(_, known)| *known == instance);
        self.assoc = at.map(|at| self.others.remove(at).0);
        self.others
            .extend(before.map(|assoc| (assoc, self.instance)));
        (self.up, self.gone) = (self.assoc.is_some(), None);
        self.instance = instance;
    }
}

/// Plays pool elements, pool users and listeners in one case.
pub struct Tester<'w> {
    world: &'w mut dyn World,
    profile: &'w TargetProfile,
    case: Case,
    rng: fastrand::Rng,
    seed: u64,
    players: Vec<PlayerState>,
    peers: Vec<PeerState>,
    /// Server ID of each instance, from its last ENRP message.
    target_servers: BTreeMap<Instance, u32>,
    /// Instances that the case has stopped or suspended, and pairs that it has cut off from each other. It ends them
    /// in time, unless the harness is late.
    disturbed: BTreeSet<(Instance, Instance)>,
    /// Messages between instances, each with its receiver.
    exchanged: Vec<(Instance, Message)>,
    pools_named: u32,
    pools: Pools,
    /// Requirement that an exchange in progress is about, and its place; see [`Tester::answered`].
    demanded: Option<(ReqId, &'static Location<'static>)>,
    lateness: Lateness,
    in_preamble: bool,
    places: Vec<Placed>,
    events: Vec<Event>,
    findings: Vec<Finding>,
    /// Requirements on layouts that the target's messages gave occasion to judge.
    pub(crate) covered: BTreeSet<ReqId>,
    pub(crate) messages_seen: usize,
    inconclusive: Option<String>,
    /// Lateness of the harness that a check depends on, so that the case is inconclusive.
    doubted: Option<String>,
}

impl<'w> Tester<'w> {
    pub(crate) fn new(
        world: &'w mut dyn World,
        profile: &'w TargetProfile,
        case: Case,
        seed: u64,
    ) -> Tester<'w> {
        let mut tester = Tester {
            world,
            profile,
            case,
            rng: fastrand::Rng::with_seed(seed),
            seed,
            players: Vec::new(),
            peers: Vec::new(),
            target_servers: BTreeMap::new(),
            disturbed: BTreeSet::new(),
            exchanged: Vec::new(),
            pools_named: 0,
            pools: Pools::default(),
            demanded: None,
            lateness: Lateness::default(),
            in_preamble: false,
            places: Vec::new(),
            events: Vec::new(),
            findings: Vec::new(),
            covered: BTreeSet::new(),
            messages_seen: 0,
            inconclusive: None,
            doubted: None,
        };
        tester.event(EventKind::Started { seed });
        tester
    }

    // ---- players --------------------------------------------------------------------------------

    /// Returns a pool handle that no other case of any run has used. It has 28 octets and thus no padding, so that
    /// only the cases about padding depend on the target's treatment of it.
    pub fn unused_pool_handle(&mut self) -> PoolHandle {
        self.pools_named += 1;
        let handle = format!("rspcheck-{:016x}{:03x}", self.seed, self.pools_named);
        let handle = PoolHandle(handle.into_bytes());
        self.pools.named(&handle);
        handle
    }

    /// Returns a random number other than 0, as PE Identifiers should be (RFC 5352 §3.1, R2.2).
    pub fn random_identifier(&mut self) -> u32 {
        self.rng.u32(1..=u32::MAX)
    }

    /// Returns a new pool element: Round Robin, life 300 s, an SCTP user transport (data only) at its own
    /// transport address, no ASAP transport, a random PE Identifier. It has its own association.
    pub fn pool_element(&mut self, pool: &PoolHandle) -> PoolElement {
        let player = self.new_player("PE", EndpointKind::Sctp);
        let element = forge::PoolElement {
            id: self.random_identifier(),
            home: 0,
            life: 300,
            user_transport: forge::Transport::Sctp {
                port: 0,
                transport_use: 0,
                addrs: Vec::new(),
            },
            policy: forge::Policy::RoundRobin,
            asap_transport: None,
        };
        let mut pe = PoolElement {
            player,
            handle: pool.clone(),
            element,
        };
        // The transport address needs the endpoint. If it cannot be opened, the first send reports the error.
        if let Ok(addr) = self.address(&pe) {
            pe.element.user_transport = forge::Transport::Sctp {
                port: addr.port(),
                transport_use: 0,
                addrs: vec![addr.ip()],
            };
        }
        pe
    }

    /// Returns another pool element, which uses the association of `sibling`.
    pub fn pool_element_beside(&mut self, sibling: &PoolElement, pool: &PoolHandle) -> PoolElement {
        let mut pe = sibling.clone().in_pool(pool);
        pe.element.id = self.random_identifier();
        pe
    }

    /// Returns a pool element with the same handle and PE Identifier at another endpoint, that is, with a new
    /// association from another transport address.
    pub fn impostor_of(&mut self, pe: &PoolElement) -> PoolElement {
        let mut other = self.pool_element(&pe.handle);
        other.element.id = pe.element.id;
        other.element.policy = pe.element.policy.clone();
        other.element.life = pe.element.life;
        other
    }

    /// Returns a pool user with its own SCTP association.
    pub fn pool_user(&mut self) -> PoolUser {
        PoolUser {
            player: self.new_player("PU", EndpointKind::Sctp),
        }
    }

    /// Returns a pool user over TCP.
    pub fn pool_user_over_tcp(&mut self) -> PoolUser {
        PoolUser {
            player: self.new_player("PU", EndpointKind::Tcp),
        }
    }

    /// Returns a player that receives the announcements.
    ///
    /// # Errors
    /// [`Stop::Error`] if the endpoint cannot be opened.
    pub fn listener(&mut self) -> Result<Player, Stop> {
        let player = self.new_player("listener", EndpointKind::Announcements);
        self.open(player)?;
        Ok(player)
    }

    /// Returns a player's transport address as the target sees it.
    ///
    /// # Errors
    /// [`Stop::Error`] if the endpoint cannot be opened.
    pub fn address(&mut self, player: impl Into<Player>) -> Result<SocketAddr, Stop> {
        let endpoint = self.open(player.into())?;
        Ok(self.world.local_addr(endpoint))
    }

    /// Returns the port at which the player reaches the target.
    pub fn target_port(&self, player: impl Into<Player>) -> i64 {
        let state = &self.players[player.into().0];
        let addr = self.world.target_addr(state.instance, state.kind);
        addr.port().into()
    }

    fn new_player(&mut self, role: &str, kind: EndpointKind) -> Player {
        let nth = 1 + self
            .players
            .iter()
            .filter(|p| p.name.starts_with(role))
            .count();
        self.players.push(PlayerState {
            name: format!("{role}{nth}"),
            kind,
            endpoint: None,
            instance: Instance::FIRST,
            assoc: None,
            up: false,
            others: Vec::new(),
            gone: None,
            inbox: VecDeque::new(),
            elements: Vec::new(),
            acknowledges: true,
        });
        Player(self.players.len() - 1)
    }

    // ---- knowledge of the target ---------------------------------------------------------------

    /// Returns the target's timers and thresholds.
    pub fn timers(&self) -> &'w Timers {
        &self.profile.timers
    }

    /// Returns true if the target claims this capability.
    pub fn claims(&self, ics: Ics) -> bool {
        self.profile.ics.contains(&ics)
    }

    /// Returns the time since the world began.
    pub fn now(&self) -> Duration {
        self.world.now()
    }

    /// Returns the limit for an effect that is due after `span`: `span`, a tenth of it and 0.5 s, because the RFC states
    /// timers with "normally".
    pub fn latest(&self, span: Duration) -> Duration {
        span + span / 10 + SLACK
    }

    // ---- phases ---------------------------------------------------------------------------------

    /// Runs the steps that must work before the purpose can be tested. A failure in it makes the case inconclusive.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] for [`Stop::Broken`] of `part` and for a broken check in it; any other [`Stop`] of `part`
    /// as it is.
    pub fn preamble(&mut self, part: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.unjudged("preamble", part)
    }

    /// Runs the plain form of an exchange whose unusual form the case judges, and returns its result. If the plain
    /// form fails as well, its being unusual is not the cause, so the case is inconclusive.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] for [`Stop::Broken`] of `plain` and for a broken check in it; any other [`Stop`] of
    /// `plain` as it is.
    pub fn control<T>(
        &mut self,
        plain: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.unjudged("control", plain)
    }

    fn unjudged<T>(
        &mut self,
        name: &str,
        part: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let nested = std::mem::replace(&mut self.in_preamble, true);
        if !nested {
            let phase = Phase::Preamble;
            self.event(EventKind::Phase { phase });
        }
        let outcome = part(self);
        self.in_preamble = nested;
        if let Some(why) = self.inconclusive.take() {
            return Err(Stop::Inconclusive(format!("{name}: {why}")));
        }
        if !nested {
            self.event(EventKind::Phase { phase: Phase::Body });
        }
        outcome.map_err(|stop| match stop {
            Stop::Broken => Stop::Inconclusive(format!(
                "{name}: the target broke a requirement that the case depends on"
            )),
            other => other,
        })
    }

    /// Returns the stop that ends the case as inconclusive.
    pub fn inconclusive(&self, why: impl Into<String>) -> Stop {
        Stop::Inconclusive(why.into())
    }

    // ---- sending --------------------------------------------------------------------------------

    /// Sends a well-formed message, and sets up the association first if there is none. A message in which
    /// our dissector finds a defect is an error of the harness; [`Tester::send_octets`] sends it.
    ///
    /// # Errors
    /// [`Stop::Error`] for a message with a defect; else as [`Tester::send_octets`].
    pub fn send(&mut self, player: impl Into<Player>, message: Forge) -> Outcome {
        let octets = message.octets();
        let dissection = dissect(message.protocol(), &octets);
        let ppid = ppid_of(message.protocol());
        if let Some(defect) = dissection.defects().first() {
            return Err(Stop::Error(format!(
                "the harness would send a defective message: {}",
                defect.what
            )));
        }
        self.transmit(player.into(), ppid, octets, dissection.summary())
    }

    /// Sends any octets as one user message with the PPID of the player's protocol.
    ///
    /// # Errors
    /// [`Stop::Broken`] or [`Stop::Inconclusive`] if there is no association and none can be set up; the
    /// [`Stop`] of the world.
    pub fn send_octets(&mut self, player: impl Into<Player>, octets: &[u8]) -> Outcome {
        let player = player.into();
        let ppid = ppid_of(self.protocol(player));
        self.send_with_ppid(player, ppid, octets)
    }

    /// Sends any octets as one user message with any PPID.
    ///
    /// # Errors
    /// As [`Tester::send_octets`].
    pub fn send_with_ppid(
        &mut self,
        player: impl Into<Player>,
        ppid: u32,
        octets: &[u8],
    ) -> Outcome {
        let player = player.into();
        let summary = dissect(self.protocol(player), octets).summary();
        self.transmit(player, ppid, octets.to_vec(), summary)
    }

    /// Sends the REGISTRATION of a pool element, whose keep-alives are acknowledged from then on.
    ///
    /// # Errors
    /// As [`Tester::send`].
    pub fn send_registration(&mut self, pe: &PoolElement) -> Outcome {
        let identity = (pe.handle.clone(), pe.element.id);
        let elements = &mut self.players[pe.player.0].elements;
        if !elements.contains(&identity) {
            elements.push(identity);
        }
        self.send(pe, forge::registration(&pe.handle.0, &pe.element))
    }

    /// Sends a datagram to the announcement group.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn announce(&mut self, listener: &Player, octets: &[u8]) -> Outcome {
        let endpoint = self.open(*listener)?;
        self.world.send_datagram(endpoint, octets)?;
        let summary = dissect(Protocol::Asap, octets).summary();
        self.sent(*listener, None, octets.to_vec(), summary);
        Ok(())
    }

    /// Shuts the player's association down gracefully.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn shutdown(&mut self, player: impl Into<Player>) -> Outcome {
        let player = player.into();
        for assoc in self.players[player.0].take_own() {
            self.world.shutdown(assoc)?;
            self.pools.abandoned(player);
        }
        Ok(())
    }

    /// Aborts the player's association.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn abort(&mut self, player: impl Into<Player>) -> Outcome {
        let player = player.into();
        for assoc in self.players[player.0].take_own() {
            self.world.abort(assoc)?;
            self.pools.abandoned(player);
        }
        Ok(())
    }

    /// Disconnects the player from the network, as if its host had vanished.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the world cannot disconnect a player; the [`Stop`] of the world.
    pub fn vanish(&mut self, player: impl Into<Player>) -> Outcome {
        let player = player.into();
        let endpoint = self.open(player)?;
        done(self.world.vanish(endpoint)?)?;
        self.pools.abandoned(player);
        Ok(())
    }

    /// Stops the player from acknowledging keep-alives.
    pub fn ignore_keep_alives(&mut self, player: impl Into<Player>) {
        let player = player.into();
        self.players[player.0].acknowledges = false;
        self.pools.abandoned(player);
    }

    // ---- expecting ------------------------------------------------------------------------------

    /// Waits for a message of this kind, which this requirement demands, and keeps messages of other kinds for
    /// later waits. Where the case covers the requirement, it is checked: without a message in time it is broken.
    /// Otherwise, and in the preamble, the case is inconclusive without one.
    ///
    /// # Errors
    /// [`Stop::Broken`] or [`Stop::Inconclusive`] if no message came; the [`Stop`] of the world.
    #[track_caller]
    pub fn expect(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        kind: Kind,
        within: Duration,
    ) -> Result<Message, Stop> {
        self.expect_that(requirement, player, kind, within, |_| true)
    }

    /// Waits for a message of this kind that `wanted` accepts; otherwise as [`Tester::expect`].
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn expect_that(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        kind: Kind,
        within: Duration,
        wanted: impl Fn(&Message) -> bool,
    ) -> Result<Message, Stop> {
        let player = player.into();
        let until = self.world.now() + self.latest(within);
        match self.next_of(player, until, |m| m.is(kind) && wanted(m))? {
            Some(message) => {
                self.note_answer(requirement);
                Ok(message)
            }
            None => {
                let expected = format!("send {} within {}", kind.name, span(within));
                Err(self.missing(player, &expected, Missing::message(kind, requirement)))
            }
        }
    }

    /// Waits for the first message that `wanted` accepts, or returns `None` at the time `until`. Judges nothing.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn next_of(
        &mut self,
        player: impl Into<Player>,
        until: Duration,
        wanted: impl Fn(&Message) -> bool,
    ) -> Result<Option<Message>, Stop> {
        let player = player.into();
        let span = until.saturating_sub(self.world.now());
        loop {
            let inbox = &mut self.players[player.0].inbox;
            if let Some(at) = inbox.iter().position(&wanted) {
                return Ok(inbox.remove(at));
            }
            let state = &self.players[player.0];
            if state.gone.is_some()
                && state.assoc.is_none()
                && !matches!(
                    state.kind,
                    // The target may set up a new association to a peer.
                    EndpointKind::Announcements | EndpointKind::Enrp
                )
            {
                // The target may set up a new association to a PE, but it cannot answer on this one.
                if state.elements.is_empty() {
                    return Ok(None);
                }
            }
            self.lateness.waits_for(Some(span));
            let came = self.step(until);
            self.lateness.waits_for(None);
            if !came? {
                return Ok(None);
            }
        }
    }

    /// Waits for `span`; players acknowledge keep-alives meanwhile.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn pass_time(&mut self, span: Duration) -> Outcome {
        let until = self.world.now() + span;
        while self.step(until)? {}
        Ok(())
    }

    /// Checks that the target sends no message of this kind to the player in answer to earlier messages:
    /// it must answer a probe on the same association, and then stay silent for [`TargetProfile::silence`].
    ///
    /// # Errors
    /// As [`Tester::probe`].
    #[track_caller]
    pub fn expect_none(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        kind: Kind,
    ) -> Outcome {
        let player = player.into();
        self.probe(player)?;
        self.silence()?;
        let inbox = &mut self.players[player.0].inbox;
        let came = inbox
            .iter()
            .position(|m| m.is(kind))
            .and_then(|at| inbox.remove(at));
        let outcome = match &came {
            None => CheckOutcome::Holds,
            Some(message) => CheckOutcome::Differs {
                what: kind.name.to_owned(),
                expected: "silence".to_owned(),
                actual: message.summary(),
            },
        };
        self.record(requirement, outcome, came.map(|message| message.number));
        Ok(())
    }

    /// Lets the time pass after which silence counts as proven. A window in which the harness itself was late proves
    /// nothing, so it is followed by another one, up to [`SILENCES`].
    fn silence(&mut self) -> Outcome {
        for _ in 0..SILENCES {
            let silence = self.profile.silence;
            self.lateness.begin_window();
            self.pass_time(silence)?;
            self.note_lateness();
            if self.lateness.in_window() <= lateness::allowed(silence) {
                return Ok(());
            }
        }
        Err(Stop::Inconclusive(format!(
            "the harness itself was {} late while the target was to be silent for {}",
            span(self.lateness.in_window()),
            span(self.profile.silence)
        )))
    }

    /// Checks that the target sends no message of this kind for `span`, for messages that a timer of the target
    /// may cause; otherwise as [`Tester::expect_none`].
    ///
    /// # Errors
    /// As [`Tester::probe`].
    #[track_caller]
    pub fn expect_none_for(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        kind: Kind,
        over: Duration,
    ) -> Outcome {
        self.pass_time(over)?;
        self.expect_none(requirement, player, kind)
    }

    /// Resolves an unused pool handle on the player's association and waits for an answer, which proves that
    /// the target still serves. An answer about another pool counts as well, except one that the case has named
    /// before: other checks judge the handle. Sets up a new association if the old one is gone. Without an answer
    /// `R5352_3_3_25` is broken where the case covers it; otherwise the case is inconclusive.
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn probe(&mut self, player: impl Into<Player>) -> Outcome {
        let player = player.into();
        // A late answer to an earlier request does not prove that the target has read the messages since.
        let earlier = self.pools.all_named();
        let handle = self.unused_pool_handle();
        self.send(player, forge::handle_resolution(&handle.0, false))?;
        let asked = self.world.now();
        let until = asked + self.latest(self.timers().t1_enrprequest);
        let answers = |m: &Message| {
            let named = m.pool_handle();
            let about_another = named.is_some_and(|named| earlier.contains(&named));
            m.is(HANDLE_RESOLUTION_RESPONSE) && m.at >= asked && !about_another
        };
        let answered = self.next_of(player, until, answers)?.is_some();
        if answered {
            Ok(())
        } else {
            let expected = "answer a handle resolution (probe)";
            Err(self.missing(player, expected, Missing::unknown_pool()))
        }
    }
}

/// Returns the PPID of a protocol's messages.
fn ppid_of(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Asap => ASAP_PPID,
        Protocol::Enrp => ENRP_PPID,
    }
}

/// Ends the case as inconclusive if the world cannot fulfil a request.
fn done(deed: Deed) -> Outcome {
    match deed {
        Deed::Done => Ok(()),
        Deed::Impossible(why) => Err(Stop::Inconclusive(why)),
    }
}

/// Returns true if a message carries this pool handle, octet for octet.
fn echoes(message: &Message, handle: &PoolHandle) -> bool {
    matches!(message.value("pool-handle"), Some(Value::Opaque(octets)) if octets == handle.0)
}

/// Formats a span for people: `30 s`, `250 ms`.
fn span(duration: Duration) -> String {
    if duration.subsec_millis() == 0 && duration.as_secs() > 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}
