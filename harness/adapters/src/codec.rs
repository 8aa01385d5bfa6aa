//! The reference codec for the vector runner, in this process.

use rspcheck_vectors::{Answer, Codec, CodecFailure, Vector};

/// `rserpool codec` without a process of its own: the same question and answer, line by line.
#[derive(Debug, Default)]
pub struct ReferenceCodec {
    asked: usize,
}

impl Codec for ReferenceCodec {
    fn name(&self) -> &str {
        "rsp-wire"
    }

    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure> {
        self.asked += 1;
        let mut answer = Vec::new();
        rserpool_cli::codec::run(rspcheck_vectors::question(vector).as_bytes(), &mut answer)
            .expect("reading and writing memory does not fail");
        rspcheck_vectors::answer(&answer, &vector.id).map_err(|what| CodecFailure::Garbage {
            vector: vector.id.clone(),
            line: self.asked,
            what,
            text: String::from_utf8_lossy(&answer).into_owned(),
        })
    }
}
