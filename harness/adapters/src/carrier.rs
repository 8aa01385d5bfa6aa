//! The SCTP stack over which the harness reaches a live target.

use rsp_transport::live::Mode;
use std::str::FromStr;

/// The stack that carries SCTP between the harness and a live target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// SCTP in user space over UDP (RFC 6951).
    #[default]
    Udp,
    /// The SCTP of the kernel.
    Kernel,
    /// The SCTP of the kernel where there is one, else user space.
    Auto,
}

impl FromStr for Carrier {
    type Err = String;

    fn from_str(text: &str) -> Result<Carrier, String> {
        match text {
            "udp" => Ok(Carrier::Udp),
            "kernel" => Ok(Carrier::Kernel),
            "auto" => Ok(Carrier::Auto),
            other => Err(format!(
                "`{other}` is not a transport; there are udp, kernel and auto"
            )),
        }
    }
}

impl std::fmt::Display for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Carrier::Udp => "udp",
            Carrier::Kernel => "kernel",
            Carrier::Auto => "auto",
        })
    }
}

impl From<Carrier> for Mode {
    fn from(carrier: Carrier) -> Mode {
        match carrier {
            Carrier::Udp => Mode::Udp,
            Carrier::Kernel => Mode::Kernel,
            Carrier::Auto => Mode::Auto,
        }
    }
}
