//! RFC 5354 §3.3: the DCCP Transport parameter.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[DCCP_IS_DATA_ONLY];

const DCCP_IS_DATA_ONLY: Case = registrar(
    "rfc5354/3.3/dccp-is-data-only",
    "A DCCP PE is rejected by a data-only SCTP pool for its type, not for data and control.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_38, // A transport type other than the pool's is rejected.
        R5354_3_3_5,  // The registrar treats DCCP as data only.
    ],
    dccp_is_data_only,
)
.needs(&[Ics::TransportDccp]);

fn dccp_is_data_only(t: &mut Tester) -> Outcome {
    let response = rejected_by_a_data_only_pool(t, dccp_pe)?;
    t.no_cause(R5354_3_3_5, &response, 0x8);
    Ok(())
}
