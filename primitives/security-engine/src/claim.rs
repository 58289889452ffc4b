//! What a chip says of its owner: I am yours, on this chain, from this block on.

use crate::{certificate::Raw, types::ChipId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

/// Begins what a chip signs to be claimed.
pub const CLAIM_TAG: &[u8] = b"utnet:poci-claim:v1";

/// The PoCI proof: made inside the security engine, good for one owner, one chain and one time.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	PartialEq,
	TypeInfo,
)]
pub struct Claim {
	/// The hash of the chain's genesis block.
	pub genesis_hash: H256,
	/// The chip that signs.
	pub chip: ChipId,
	/// The account that owns the chip from now on.
	pub owner: [u8; 32],
	/// How often the chip has been claimed before on this chain; a claim is good once.
	pub claim_counter: u32,
	/// A block at most 255 behind the one that takes the claim in.
	pub block_number: u32,
	/// The hash of that block.
	pub block_hash: H256,
}

impl Claim {
	/// What the chip signs: the tag, then the fields in fixed-width SCALE.
	pub fn message(&self) -> Vec<u8> {
		(Raw(CLAIM_TAG), self).encode()
	}
}
