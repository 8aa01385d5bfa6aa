//! Criterion benches of the hot paths: codec, dissector, handlespace selection. The figures are in `reports/`.

pub mod cpu;
pub mod pools;
