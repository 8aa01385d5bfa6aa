//! Checks of our registrar and rsplib's as ENRP peers.
//!
//! Hosts: 1 our registrar, 2 rsplib's, 3 our second registrar; 11 to 13 crowds; 14 the pool user, 15 the observer that
//! resolves pool handles.

use super::process::Process;
use super::programs::{
    HEARTBEAT, KEEP_ALIVE, OUR_RARE_KEEP_ALIVES, REMOVAL, SOON, TAKEOVER, THEIR_RARE_KEEP_ALIVES,
    crowd, lists_crowd, lists_pool, our_registrar, our_status, their_pe, their_pu, their_registrar,
};
use super::scene::{START, Scene};
use super::{Check, failover};
use anyhow::{Context, ensure};
use rustix::process::Signal;
use std::time::Duration;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "peers/theirs-joins-ours",
        run: theirs_joins_ours,
    },
    Check {
        name: "peers/ours-joins-theirs",
        run: ours_joins_theirs,
    },
    Check {
        name: "peers/ours-lists-a-peer-to-theirs",
        run: ours_lists_a_peer_to_theirs,
    },
    Check {
        name: "peers/theirs-lists-a-peer-to-ours",
        run: theirs_lists_a_peer_to_ours,
    },
    Check {
        name: "peers/theirs-is-killed",
        run: theirs_is_killed,
    },
    Check {
        name: "peers/ours-adopts-a-pe-of-theirs",
        run: ours_adopts_a_pe_of_theirs,
    },
    Check {
        name: "peers/ours-is-killed",
        run: ours_is_killed,
    },
    Check {
        name: "peers/ours-is-taken-over-with-their-consent",
        run: ours_is_taken_over_with_their_consent,
    },
    Check {
        name: "peers/ours-restarts",
        run: ours_restarts,
    },
];

const OURS: u8 = 1;
const OUR_ID: u32 = 0x1111_1111;
const THEIRS: u8 = 2;
const THEIR_ID: u32 = 0x2222_2222;
const SECOND: u8 = 3;
const SECOND_ID: u32 = 0x3333_3333;
const CROWD_AT_OURS: u8 = 11;
const CROWD_AT_THEIRS: u8 = 12;
const ANOTHER_CROWD: u8 = 13;
const PU: u8 = 14;
const OBSERVER: u8 = 15;
/// Pools and pool elements per pool of a crowd: 1000 pool elements.
const POOLS: usize = 100;
const EACH: usize = 10;

/// Checks that both registrars keep the same handlespace from here on: each adds and removes the PEs of a crowd at the
/// other, each computes the checksum that the other announces, and neither audits the other again.
fn agree(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    // rsplib drops updates while the send buffer of its socket is full, so an audit may have been needed before this
    // point. The capture lags: only after these PRESENCEs does it hold all earlier audits.
    both_sent_presences(scene)?;
    let tables = audits(scene)?.len();
    let left = crowd(scene, CROWD_AT_OURS, OURS, "left", 3, 4)?;
    let right = crowd(scene, CROWD_AT_THEIRS, THEIRS, "right", 3, 4)?;
    lists_crowd(scene, OBSERVER, THEIRS, "left", 3, 4, SOON).context("additions at ours")?;
    lists_crowd(scene, OBSERVER, OURS, "right", 3, 4, SOON).context("additions at theirs")?;
    checksums_agree(scene, tables)?;
    leave(left)?;
    leave(right)?;
    lists_crowd(scene, OBSERVER, OURS, "left", 3, 0, REMOVAL)
        .context("the crowd at ours is gone")?;
    lists_crowd(scene, OBSERVER, THEIRS, "left", 3, 0, SOON).context("removals at ours")?;
    lists_crowd(scene, OBSERVER, THEIRS, "right", 3, 0, REMOVAL)
        .context("the crowd at theirs is gone")?;
    lists_crowd(scene, OBSERVER, OURS, "right", 3, 0, SOON).context("removals at theirs")?;
    checksums_agree(scene, tables)
}

/// Ends a crowd, which aborts its association.
fn leave(mut crowd: Process) -> anyhow::Result<()> {
    crowd.signal(Signal::TERM)?;
    crowd.end(SOON)?;
    Ok(())
}

/// Returns the captured audits: requests for the PEs of one registrar (W=1), which a registrar sends when checksums
/// differ. A starting registrar sends W=0.
fn audits(scene: &Scene<'_>) -> anyhow::Result<Vec<String>> {
    let mut all = scene.messages("ENRP_HANDLE_TABLE_REQUEST")?;
    all.retain(|line| line.contains(" W=1 "));
    Ok(all)
}

/// Waits until each side has sent further PRESENCEs, which carry its checksum.
fn both_sent_presences(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    for id in [OUR_ID, THEIR_ID] {
        let sender = format!("=0 {id:#010x} ");
        let all = scene.messages("ENRP_PRESENCE")?;
        let before = all.iter().filter(|line| line.contains(&sender)).count();
        // A PRESENCE sent before the call may be captured after it, and a peer requests a table only after the next
        // one; rsplib sends each PRESENCE twice. So four show that the answer to one is in the capture.
        scene.captured("ENRP_PRESENCE", &sender, before + 4, 4 * HEARTBEAT + SOON)?;
    }
    Ok(())
}

/// Waits for the next PRESENCEs and checks that rsplib announces the checksum that ours computes, and that no audit
/// was sent after the first `tables`.
fn checksums_agree(scene: &mut Scene<'_>, tables: usize) -> anyhow::Result<()> {
    both_sent_presences(scene)?;
    let since = audits(scene)?;
    ensure!(
        since.len() == tables,
        "the checksums differed, so that a registrar requested a table: {}",
        since[tables..].join("; ")
    );
    let theirs = format!(" {THEIR_ID:#010x} ");
    let presences = scene.messages("ENRP_PRESENCE")?;
    let last = presences
        .iter()
        .rfind(|line| line.contains(&format!("=0{theirs}")))
        .context("rsplib's registrar sent no PRESENCE")?;
    let counted = counted(scene)?;
    ensure!(
        last.contains(&format!(" checksum {counted} ")),
        "our registrar computes {counted}, rsplib's announces {last}"
    );
    Ok(())
}

/// Returns the checksum that our registrar computes over the PEs of rsplib's, in the format of its status.
fn counted(scene: &mut Scene<'_>) -> anyhow::Result<String> {
    let status = our_status(scene, OURS)?;
    let peers = status["peers"]
        .as_array()
        .context("the status has no list of peers")?;
    let theirs = format!("{THEIR_ID:#010x}");
    let peer = peers
        .iter()
        .find(|peer| peer["id"] == theirs.as_str())
        .context("our registrar does not list rsplib's as a peer")?;
    let checksum = peer["checksum"]
        .as_str()
        .context("the status of the peer has no checksum")?;
    Ok(checksum.to_owned())
}

fn theirs_joins_ours(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _ours = our_registrar(scene, OURS, OUR_ID, &[], &[OUR_RARE_KEEP_ALIVES])?;
    let many = crowd(scene, CROWD_AT_OURS, OURS, "many", POOLS, EACH)?;
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &THEIR_RARE_KEEP_ALIVES)?;
    lists_crowd(scene, OBSERVER, THEIRS, "many", POOLS, EACH, 2 * START).context("the table")?;
    leave(many)?;
    lists_crowd(scene, OBSERVER, THEIRS, "many", POOLS, 0, REMOVAL + SOON)
        .context("the removals")?;
    agree(scene)
}

fn ours_joins_theirs(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[], &THEIR_RARE_KEEP_ALIVES)?;
    let many = crowd(scene, CROWD_AT_THEIRS, THEIRS, "many", POOLS, EACH)?;
    let mut ours = our_registrar(scene, OURS, OUR_ID, &[THEIRS], &[OUR_RARE_KEEP_ALIVES])?;
    lists_crowd(
        scene,
        OBSERVER,
        OURS,
        "many",
        POOLS,
        EACH,
        Duration::from_secs(1),
    )
    .context("the table, at once")?;
    ensure!(
        !ours
            .lines()
            .iter()
            .any(|line| line.contains("serving alone")),
        "our registrar started without its mentor"
    );
    leave(many)?;
    lists_crowd(scene, OBSERVER, OURS, "many", POOLS, 0, REMOVAL + SOON).context("the removals")?;
    agree(scene)?;
    ours.kill()
}

/// Checks that rsplib's registrar, which knows one of ours only, learns the second from its LIST_RESPONSE.
fn ours_lists_a_peer_to_theirs(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _ours = our_registrar(scene, OURS, OUR_ID, &[], &[])?;
    let _second = our_registrar(scene, SECOND, SECOND_ID, &[OURS], &[])?;
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &[])?;
    lists_server(scene, OUR_ID, THEIR_ID, SECOND_ID)?;
    // The list is its only source for the second registrar's address.
    sends_presence(scene, THEIR_ID, SECOND)?;
    let _crowd = crowd(scene, ANOTHER_CROWD, THEIRS, "many", 2, 2)?;
    lists_crowd(scene, OBSERVER, SECOND, "many", 2, 2, SOON)
}

/// Checks that our registrar, which knows rsplib's only, learns our second from the LIST_RESPONSE of rsplib's.
fn theirs_lists_a_peer_to_ours(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _second = our_registrar(scene, SECOND, SECOND_ID, &[], &[])?;
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[SECOND], &[])?;
    sends_presence(scene, THEIR_ID, SECOND)?;
    let _ours = our_registrar(scene, OURS, OUR_ID, &[THEIRS], &[])?;
    lists_server(scene, THEIR_ID, OUR_ID, SECOND_ID)?;
    sends_presence(scene, OUR_ID, SECOND)?;
    let _crowd = crowd(scene, CROWD_AT_OURS, OURS, "many", 2, 2)?;
    lists_crowd(scene, OBSERVER, SECOND, "many", 2, 2, SOON)
}

/// Waits for a LIST_RESPONSE from one registrar to another and checks that it lists a third one.
fn lists_server(scene: &mut Scene<'_>, from: u32, to: u32, third: u32) -> anyhow::Result<()> {
    let way = format!("{from:#010x} {to:#010x}");
    scene.captured("ENRP_LIST_RESPONSE", &way, 1, START)?;
    let lists = scene.messages("ENRP_LIST_RESPONSE")?;
    let third = format!(" server {third:#010x}");
    ensure!(
        lists
            .iter()
            .any(|line| line.contains(&way) && line.contains(&third)),
        "no LIST_RESPONSE lists{third}: {}",
        lists.join("; ")
    );
    Ok(())
}

/// Waits until a registrar has sent a PRESENCE to the registrar on `host`.
fn sends_presence(scene: &mut Scene<'_>, from: u32, host: u8) -> anyhow::Result<()> {
    let (sender, to) = (format!("=0 {from:#010x} "), scene.enrp(host));
    scene.captured(
        "ENRP_PRESENCE",
        &format!("> {to}  ENRP_PRESENCE R{sender}"),
        1,
        START,
    )
}

/// Checks that a crowd whose Home was rsplib's registrar acknowledges its new Home's keep-alives and stays listed.
fn theirs_is_killed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let mut ours = our_registrar(scene, OURS, OUR_ID, &[], &[])?;
    let mut theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &[])?;
    let mut many = crowd(scene, CROWD_AT_THEIRS, THEIRS, "many", 5, 4)?;
    lists_crowd(scene, OBSERVER, OURS, "many", 5, 4, START)?;
    theirs.kill()?;
    scene.link(THEIRS, false)?;
    ours.prints("0x22222222 taken over by 0x11111111", TAKEOVER)?;
    many.prints("home id=0x11111111", SOON)?;
    // Two ACKs of each of the 20 pool elements.
    let to_ours = format!("> {}", scene.asap(OURS));
    scene.captured(
        "ASAP_ENDPOINT_KEEP_ALIVE_ACK",
        &to_ours,
        2 * 20,
        4 * KEEP_ALIVE + SOON,
    )?;
    lists_crowd(scene, OBSERVER, OURS, "many", 5, 4, SOON)
}

/// Checks that rsplib's pool element acknowledges the keep-alives of a new Home and that its session continues.
fn ours_adopts_a_pe_of_theirs(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let mut ours = our_registrar(scene, OURS, OUR_ID, &[], &[])?;
    let mut theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &[])?;
    // The pool element knows no other registrar, and re-registers too late to find a new Home by itself.
    let rarely = ["-rereginterval=300000"];
    let _pe = their_pe(
        scene,
        CROWD_AT_THEIRS,
        "-echo",
        0x00aa_0001,
        &[THEIRS],
        &rarely,
    )?;
    lists_pool(scene, OBSERVER, OURS, "EchoPool", 1, START)?;
    let echo_pool = ["-poolhandle=EchoPool"];
    let mut pu = their_pu(scene, PU, "rspterminal", &[OURS], &echo_pool)?;
    failover::echo(&mut pu, "before", START)?;
    theirs.kill()?;
    scene.link(THEIRS, false)?;
    ours.prints("0x22222222 taken over by 0x11111111", TAKEOVER)?;
    let to_ours = format!("> {}", scene.asap(OURS));
    scene.captured(
        "ASAP_ENDPOINT_KEEP_ALIVE_ACK",
        &to_ours,
        2,
        4 * KEEP_ALIVE + SOON,
    )?;
    failover::echo(&mut pu, "after", START)?;
    lists_pool(scene, OBSERVER, OURS, "EchoPool", 1, SOON)
}

/// Checks that rsplib's pool elements re-register at rsplib's registrar. As the only registrar left, it has no peer that
/// could acknowledge a takeover, and sends none.
fn ours_is_killed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let mut ours = our_registrar(scene, OURS, OUR_ID, &[], &[])?;
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &[])?;
    let _pe = their_pe(
        scene,
        CROWD_AT_OURS,
        "-echo",
        0x00aa_0001,
        &[OURS, THEIRS],
        &["-rereginterval=1000"],
    )?;
    lists_pool(scene, OBSERVER, OURS, "EchoPool", 1, START)?;
    lists_pool(scene, OBSERVER, THEIRS, "EchoPool", 1, START)?;
    let mut pu = their_pu(
        scene,
        PU,
        "rspterminal",
        &[OURS, THEIRS],
        &["-poolhandle=EchoPool"],
    )?;
    failover::echo(&mut pu, "before", START)?;
    ours.kill()?;
    failover::echo(&mut pu, "after", START)?;
    lists_pool(scene, OBSERVER, THEIRS, "EchoPool", 1, SOON)
}

/// Checks that one of our registrars takes over from the other, for which it needs the INIT_TAKEOVER_ACK of rsplib's.
fn ours_is_taken_over_with_their_consent(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _ours = our_registrar(scene, OURS, OUR_ID, &[], &[])?;
    let mut second = our_registrar(scene, SECOND, SECOND_ID, &[OURS], &[])?;
    // The registrar that detects the failure first takes over. The long limit lets ours be the first.
    let patient = ["-peermaxtimelastheard=30000"];
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS, SECOND], &patient)?;
    let mut many = crowd(scene, CROWD_AT_OURS, OURS, "many", 5, 4)?;
    lists_crowd(scene, OBSERVER, THEIRS, "many", 5, 4, START)?;
    lists_crowd(scene, OBSERVER, SECOND, "many", 5, 4, START)?;
    scene.link(OURS, false)?;
    second.prints("0x11111111 taken over by 0x33333333", TAKEOVER)?;
    many.prints("home id=0x33333333", SOON)?;
    let consent = format!("{THEIR_ID:#010x} {SECOND_ID:#010x}");
    scene.captured("ENRP_INIT_TAKEOVER_ACK", &consent, 1, SOON)?;
    lists_crowd(scene, OBSERVER, THEIRS, "many", 5, 4, SOON)
        .context("rsplib's registrar keeps the crowd")?;
    lists_crowd(scene, OBSERVER, SECOND, "many", 5, 4, SOON)
}

/// Checks that our registrar, restarted at once with the same identifier, downloads the PEs of rsplib's.
fn ours_restarts(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _theirs = their_registrar(scene, THEIRS, THEIR_ID, &[OURS], &[])?;
    let mut ours: Process = our_registrar(scene, OURS, OUR_ID, &[THEIRS], &[])?;
    let _many = crowd(scene, ANOTHER_CROWD, THEIRS, "many", 5, 4)?;
    lists_crowd(scene, OBSERVER, OURS, "many", 5, 4, START)?;
    ours.kill()?;
    let _ours = our_registrar(scene, OURS, OUR_ID, &[THEIRS], &[])?;
    lists_crowd(scene, OBSERVER, OURS, "many", 5, 4, Duration::from_secs(1))?;
    agree(scene)
}
