use sha2::{Digest, Sha256};

/// The SHA-256 of `content` in lower-case hexadecimal digits.
pub fn sha256_hex(content: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(content).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
