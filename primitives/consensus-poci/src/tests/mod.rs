//! Each file tests one topic; what several need is here.

mod digests;
mod draw;
mod election;
mod entries;
mod equivocation;
mod inherents;
mod vectors;
mod vrf;

use sp_core::{crypto::VrfSecret, Pair, H256};
use sp_runtime::{
	generic,
	traits::{BlakeTwo256, Header as _},
	Digest,
};
use utnet_primitives_security_engine::{BatchId, VendorId};

use crate::{
	author_message, author_seal, chip_seal, pre_runtime, vrf_sign_data, AuthorityId, AuthorityPair,
	MinerKeys, PreDigest, Slot,
};

pub(crate) type Header = generic::Header<u32, BlakeTwo256>;

/// The session key pair of a test's `n`-th miner.
pub(crate) fn pair(n: u8) -> AuthorityPair {
	AuthorityPair::from_seed(&[n; 32])
}

/// The session keys of a test's `n`-th miner.
pub(crate) fn keys(n: u8) -> MinerKeys {
	let gran = sp_core::ed25519::Pair::from_seed(&[n; 32]).public();
	MinerKeys { poci: pair(n).public(), gran: gran.into() }
}

pub(crate) fn batch(number: u32) -> BatchId {
	BatchId { vendor: VendorId(0), number }
}

/// A pre-digest by `author` with a good VRF for epoch 0 and a zero seed.
pub(crate) fn pre_digest(author: &AuthorityPair, slot: u64, leader: u32) -> PreDigest {
	let slot = Slot::from(slot);
	let data = vrf_sign_data(&H256::zero(), slot, 0);
	let vrf = sp_core::sr25519::Pair::from(author.clone()).vrf_sign(&data);
	PreDigest { slot, leader, chip: Some(H256::repeat_byte(7)), vrf }
}

/// A header without seals; `salt` makes it differ from others.
pub(crate) fn bare_header(pre_digest: &PreDigest, salt: u8) -> Header {
	Header::new(
		1,
		H256::repeat_byte(salt),
		H256::zero(),
		H256::zero(),
		Digest { logs: vec![pre_runtime(pre_digest)] },
	)
}

/// Pushes a chip's seal and `author`'s onto `header`.
pub(crate) fn seal(mut header: Header, chip: &[u8], author: &AuthorityPair) -> Header {
	header.digest_mut().push(chip_seal(chip.to_vec()));
	let signature = author.sign(&author_message(&header.hash()));
	header.digest_mut().push(author_seal(&signature));
	header
}

/// A header of `slot` sealed by `author` as the leader with index 3.
pub(crate) fn sealed_header(author: &AuthorityPair, slot: u64, salt: u8) -> Header {
	seal(bare_header(&pre_digest(author, slot, 3), salt), &[1; 64], author)
}

pub(crate) fn public(n: u8) -> AuthorityId {
	pair(n).public()
}
