//! RFC 5354 §3.7: the UDP-Lite Transport parameter.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[UDP_LITE_IS_DATA_ONLY];

const UDP_LITE_IS_DATA_ONLY: Case = registrar(
    "rfc5354/3.7/udp-lite-is-data-only",
    "A UDP-Lite PE is rejected by a data-only SCTP pool for its type, not for data and control.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_38, // A transport type other than the pool's is rejected.
        R5354_3_7_5,  // The registrar treats UDP-Lite as data only.
    ],
    udp_lite_is_data_only,
)
.needs(&[Ics::TransportUdpLite]);

fn udp_lite_is_data_only(t: &mut Tester) -> Outcome {
    let response = rejected_by_a_data_only_pool(t, udp_lite_pe)?;
    t.no_cause(R5354_3_7_5, &response, 0x8);
    Ok(())
}
