//! RFC 5352 §3.6: announcements of a registrar.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// Server Identifier of the registrar that the tester plays.
const OTHER: u32 = 0x0bad_1dea;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REGISTRAR_ANNOUNCES_ITSELF,
    ANNOUNCEMENTS_COME_EVERY_T6,
    ANOTHER_REGISTRAR_MAKES_ANNOUNCEMENTS_RARER,
    NONSENSE_ON_THE_CHANNEL,
];

const REGISTRAR_ANNOUNCES_ITSELF: Case = registrar(
    "rfc5352/3.6/registrar-announces-itself",
    "An announcement comes on the multicast client channel within (N+1) times T6.",
    &[
        R5352_3_6_2, // A registrar announces itself every (N+1) times T6.
        R5352_3_6_4, // Announcements go to the multicast client channel.
    ],
    registrar_announces_itself,
)
.needs(&[Ics::Announce]);

fn registrar_announces_itself(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    t.answered(R5352_3_6_4, |t| next_announcement(t, &listener))?;
    Ok(())
}

const ANNOUNCEMENTS_COME_EVERY_T6: Case = registrar(
    "rfc5352/3.6/announcements-come-every-t6",
    "A registrar without peers announces itself every T6-Serverannounce.",
    &[
        R5352_3_6_2, // A registrar announces itself every (N+1) times T6.
    ],
    announcements_come_every_t6,
)
.needs(&[Ics::Announce]);

fn announcements_come_every_t6(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let t6 = t.timers().t6_serverannounce;
    let first = next_announcement(t, &listener)?;
    let own = first.number("server-identifier");
    let second = next_announcement(t, &listener)?;
    if second.number("server-identifier") != own {
        return Err(t.inconclusive("the registrar is not alone on the channel"));
    }
    let gap = second.at - first.at;
    let late = format!("{gap:?} between two announcements, T6 is {t6:?}");
    t.check_that(R5352_3_6_2, gap <= t.latest(t6), late.clone());
    // The word "normally" of the RFC permits a shorter gap; below half of T6 the check fails.
    t.check_that(R5352_3_6_2, gap >= t6 / 2, late);
    Ok(())
}

const ANOTHER_REGISTRAR_MAKES_ANNOUNCEMENTS_RARER: Case = registrar(
    "rfc5352/3.6/another-registrar-makes-announcements-rarer",
    "A registrar that receives the announcements of one peer announces itself every two T6.",
    &[
        R5352_3_6_2, // A registrar announces itself every (N+1) times T6.
        R5352_3_6_5, // N counts the registrars whose announcements arrived.
        R5352_4_13,  // A registrar can handle ASAP_SERVER_ANNOUNCE.
    ],
    another_registrar_makes_announcements_rarer,
)
.needs(&[Ics::Announce]);

fn another_registrar_makes_announcements_rarer(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let t6 = t.timers().t6_serverannounce;
    let other = forge::server_announce(OTHER, &[somewhere(t, &listener)?]).octets();

    t.announce(&listener, &other)?;
    let until = t.now() + t.latest(t6 * SCOPE);
    let first = t.next_of(listener, until, |m| {
        m.is(SERVER_ANNOUNCE) && m.number("server-identifier") != Some(OTHER.into())
    })?;
    t.announce(&listener, &other)?;
    let own = first.as_ref().and_then(|m| m.number("server-identifier"));
    let second = announcement_of(t, &listener, own.unwrap_or(0))?;
    let (Some(first), Some(second)) = (first, second) else {
        t.check_that(R5352_3_6_2, false, "the announcements have stopped");
        return Ok(());
    };
    let gap = second.at - first.at;
    let note = format!("{gap:?} between two announcements, T6 is {t6:?}");
    t.observe(note.clone());
    t.check_that(R5352_3_6_2, gap <= t.latest(t6 * 2), note.clone());
    // Receiving announcements is optional, and without it a registrar cannot count its peers: a deviation (T20).
    let counted = gap > t6 * 3 / 2;
    t.check_that(R5352_3_6_5, counted, note.clone());
    t.check_that(R5352_4_13, counted, note);
    Ok(())
}

const NONSENSE_ON_THE_CHANNEL: Case = registrar(
    "rfc5352/3.6/nonsense-on-the-channel",
    "Datagrams that are no announcement or a malformed one do not stop the registrar.",
    &[
        R5352_3_6_2,  // A registrar announces itself every (N+1) times T6.
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    nonsense_on_the_channel,
)
.needs(&[Ics::Announce]);

fn nonsense_on_the_channel(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let own = next_announcement(t, &listener)?
        .number("server-identifier")
        .unwrap_or(0);
    let good = forge::server_announce(OTHER, &[somewhere(t, &listener)?]);
    let pool = t.unused_pool_handle();
    t.control(next_pu_is_served)?;
    for octets in [
        vec![0x0a],
        vec![0xff; 32],
        good.octets()[..7].to_vec(),
        good.clone().patch(2, &[0xff, 0xff]).octets(),
        good.clone().patch(10, &[0x00, 0x01]).octets(),
        forge::handle_resolution(&pool.0, false).octets(),
        forge::Forge::asap(0x40).octets(),
    ] {
        t.announce(&listener, &octets)?;
    }

    let again = announcement_of(t, &listener, own)?;
    let note = "the announcements have stopped";
    t.check_that(R5352_3_6_2, again.is_some(), note);
    let pu = t.pool_user();
    serves_on(t, &pu)
}

/// Returns a transport address without a listener, on the host of the announcing player.
fn somewhere(t: &mut Tester, listener: &Player) -> Result<Transport, Stop> {
    let addrs = vec![t.address(listener)?.ip()];
    Ok(Transport::Sctp {
        port: 9,
        transport_use: 1,
        addrs,
    })
}
