//! RFC 5352 §2.2.10: the contents of ASAP_SERVER_ANNOUNCE. Its times are in `s3_6_server_announce.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// Port registered for ASAP (RFC 5352 §8.2).
const ASAP_PORT: i64 = 3863;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    ANNOUNCEMENT_HAS_THE_REGISTRAR_S_ID,
    ANNOUNCEMENTS_DO_NOT_CHANGE,
    ANNOUNCED_TRANSPORTS,
];

const ANNOUNCEMENT_HAS_THE_REGISTRAR_S_ID: Case = registrar(
    "rfc5352/2.2.10/announcement-has-the-registrar-s-id",
    "The announced Server Identifier equals the Home ENRP Server Identifier of the registrar's PEs.",
    &[
        R5352_3_6_2,    // A registrar announces itself every (N+1) times T6.
        R5352_2_2_10_3, // An announcement carries the registrar's own server ID.
    ],
    announcement_has_the_registrar_s_id,
)
.needs(&[Ics::Announce]);

fn announcement_has_the_registrar_s_id(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let home = home_of(t)?;
    next_announcement(t, &listener)?;
    // Other registrars may announce themselves on the channel, too.
    let own = announcement_of(t, &listener, home)?;
    let note = format!("no announcement has the ID {home:#010x}");
    t.check_that(R5352_2_2_10_3, own.is_some(), note);
    Ok(())
}

const ANNOUNCEMENTS_DO_NOT_CHANGE: Case = registrar(
    "rfc5352/2.2.10/announcements-do-not-change",
    "Two successive announcements carry the same Server Identifier.",
    &[
        R5352_3_6_2,    // A registrar announces itself every (N+1) times T6.
        R5352_2_2_10_3, // An announcement carries the registrar's own server ID.
    ],
    announcements_do_not_change,
)
.needs(&[Ics::Announce]);

fn announcements_do_not_change(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let home = home_of(t)?;
    next_announcement(t, &listener)?;
    let one = announcement_of(t, &listener, home)?;
    let two = announcement_of(t, &listener, home)?;
    let note = format!("the ID {home:#010x} is not announced twice");
    t.check_that(R5352_2_2_10_3, one.is_some() && two.is_some(), note);
    if let (Some(one), Some(two)) = (one, two)
        && one.octets != two.octets
    {
        t.observe(format!("{}, then {}", one.summary(), two.summary()));
    }
    Ok(())
}

const ANNOUNCED_TRANSPORTS: Case = registrar(
    "rfc5352/2.2.10/announced-transports",
    "Only SCTP and TCP transports are announced, among them those that the registrar serves.",
    &[
        R5352_3_6_2,    // A registrar announces itself every (N+1) times T6.
        R5352_2_2_10_4, // An announcement has only SCTP and TCP transports.
        R5352_3_6_3,    // An announcement lists all ASAP transport addresses.
    ],
    announced_transports,
)
.needs(&[Ics::Announce]);

fn announced_transports(t: &mut Tester) -> Outcome {
    let listener = t.listener()?;
    let home = home_of(t)?;
    next_announcement(t, &listener)?;
    let Some(own) = announcement_of(t, &listener, home)? else {
        return Err(t.inconclusive(format!("no announcement has the ID {home:#010x}")));
    };
    let others = [
        "dccp-transport",
        "udp-transport",
        "udp-lite-transport",
        "opaque-transport",
    ];
    let only = !others.iter().any(|segment| own.has(segment));
    t.check_that(R5352_2_2_10_4, only, own.summary());
    let pu = t.pool_user();
    let mut sctp = own.each("sctp-transport", "port");
    let tcp = own.each("tcp-transport", "port");
    let none = sctp.is_empty() && tcp.is_empty();
    if none {
        // This means SCTP at the source address and the registered port (§3.6).
        t.observe("no transports are announced");
        sctp.push(ASAP_PORT);
    }
    // The registrar has answered at this port, so it is one of those that are announced.
    let reached = t.target_port(&pu);
    let note = format!("it is reached at SCTP port {reached}: {}", own.summary());
    t.check_that(R5352_3_6_3, sctp.contains(&reached), note);
    if t.claims(Ics::TcpPu) && !none {
        let pu = t.pool_user_over_tcp();
        t.control(|t| t.probe(&pu))?;
        let reached = t.target_port(&pu);
        let note = format!("it is reached at TCP port {reached}: {}", own.summary());
        t.check_that(R5352_3_6_3, tcp.contains(&reached), note);
    }
    Ok(())
}
