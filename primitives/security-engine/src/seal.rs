//! What the sampled chip signs under a block: I answer now.

use crate::certificate::Raw;
use alloc::vec::Vec;
use codec::Encode;
use sp_core::H256;

/// Begins what a chip signs to seal a block.
pub const SEAL_TAG: &[u8] = b"utnet:poci-seal:v1";

/// What a chip signs to seal a block: `tag ‖ genesis_hash ‖ u64_le(slot) ‖ pre_hash`.
///
/// `pre_hash` is the hash of the header without its seals.
pub fn seal_message(genesis_hash: &H256, slot: u64, pre_hash: &H256) -> Vec<u8> {
	(Raw(SEAL_TAG), genesis_hash, slot, pre_hash).encode()
}
