//! What a header carries: a pre-digest that names the leader, and two seals.
//!
//! The last item of the digest is the author's seal, the one before it the chip's. The author
//! signs the hash of the header with the chip's seal in it, so that popping one item is enough to
//! check the author.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use scale_info::TypeInfo;
use sp_consensus_slots::Slot;
use sp_core::{sr25519::vrf::VrfSignature, H256};
use sp_runtime::{traits::Header, Digest, DigestItem};
use utnet_primitives_security_engine::ChipId;

use crate::{AuthoritySignature, CHIP_ENGINE_ID, POCI_ENGINE_ID};

/// What an author's signature begins with.
pub const AUTHOR_TAG: &[u8] = b"utnet:poci-author:v1";

/// The longest seal of a chip in bytes: RSA-2048.
pub const MAX_CHIP_SEAL: usize = 256;

/// What a header says about its election, before it is executed.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct PreDigest {
	/// The slot of the block.
	pub slot: Slot,
	/// The author's index in the list that elects the slot.
	pub leader: u32,
	/// The chip that seals; `None` declares a recovery block, whose chip seal is empty.
	pub chip: Option<ChipId>,
	/// The author's VRF output for the slot and its proof.
	pub vrf: VrfSignature,
}

impl PreDigest {
	/// The 32 bytes that enter the randomness.
	pub fn pre_output(&self) -> [u8; 32] {
		*self.vrf.pre_output.0.as_bytes()
	}
}

/// Why a header's digest is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DigestError {
	/// No pre-digest: no node of this chain made the header; refuse it.
	MissingPreDigest,
	/// More than one pre-digest: refuse the header.
	SecondPreDigest,
	/// The pre-digest does not decode: refuse the header; its author runs other software.
	MalformedPreDigest,
	/// The last item is not the author's seal: refuse the header.
	MissingAuthorSeal,
	/// The author's seal is not 64 bytes long: refuse the header.
	MalformedAuthorSeal,
	/// The item before the author's seal is not the chip's seal: refuse the header.
	MissingChipSeal,
	/// The chip's seal is longer than any kind of signature: refuse the header.
	MalformedChipSeal,
	/// A seal besides the two: refuse the header.
	ThirdSeal,
}

impl core::fmt::Display for DigestError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::MissingPreDigest => "the header has no poci pre-digest",
			Self::SecondPreDigest => "the header has more than one poci pre-digest",
			Self::MalformedPreDigest => "the poci pre-digest does not decode",
			Self::MissingAuthorSeal => "the header does not end with its author's seal",
			Self::MalformedAuthorSeal => "the author's seal is not 64 bytes long",
			Self::MissingChipSeal => "there is no chip seal before the author's seal",
			Self::MalformedChipSeal => "the chip's seal is too long",
			Self::ThirdSeal => "the header has a third seal",
		})
	}
}

impl core::error::Error for DigestError {}

/// The one pre-digest of `digest`.
///
/// # Errors
///
/// None, a second one, or one that does not decode to its last byte.
pub fn pre_digest_of(digest: &Digest) -> Result<PreDigest, DigestError> {
	let mut found = None;
	for item in digest.logs() {
		if let DigestItem::PreRuntime(POCI_ENGINE_ID, data) = item {
			if found.replace(data).is_some() {
				return Err(DigestError::SecondPreDigest);
			}
		}
	}
	let data = found.ok_or(DigestError::MissingPreDigest)?;
	PreDigest::decode_all(&mut data.as_slice()).map_err(|_| DigestError::MalformedPreDigest)
}

/// The one pre-digest of `header`.
///
/// # Errors
///
/// As [`pre_digest_of`].
pub fn find_pre_digest<H: Header>(header: &H) -> Result<PreDigest, DigestError> {
	pre_digest_of(header.digest())
}

/// The digest item that opens a header.
pub fn pre_runtime(pre_digest: &PreDigest) -> DigestItem {
	DigestItem::PreRuntime(POCI_ENGINE_ID, pre_digest.encode())
}

/// The digest item of a chip's raw signature, empty in a recovery block.
pub fn chip_seal(signature: Vec<u8>) -> DigestItem {
	DigestItem::Seal(CHIP_ENGINE_ID, signature)
}

/// The digest item of the author's signature.
pub fn author_seal(signature: &AuthoritySignature) -> DigestItem {
	DigestItem::Seal(POCI_ENGINE_ID, signature.encode())
}

/// Takes the chip's seal and the author's off the end of `header`'s digest.
///
/// What is left hashes to what the chip signed; with [`chip_seal`] pushed again it hashes to what
/// the author signed.
///
/// # Errors
///
/// Another order, another number of seals of whatever engine, or a wrong length; the header is
/// left as it was.
pub fn take_seals<H: Header>(header: &mut H) -> Result<(Vec<u8>, AuthoritySignature), DigestError> {
	let (rest, chip, author) = match header.digest().logs() {
		[rest @ .., chip, author] => (rest, chip, author),
		[DigestItem::Seal(POCI_ENGINE_ID, _)] => return Err(DigestError::MissingChipSeal),
		_ => return Err(DigestError::MissingAuthorSeal),
	};
	let DigestItem::Seal(POCI_ENGINE_ID, author) = author else {
		return Err(DigestError::MissingAuthorSeal);
	};
	let DigestItem::Seal(CHIP_ENGINE_ID, chip) = chip else {
		return Err(DigestError::MissingChipSeal);
	};
	if rest.iter().any(|item| matches!(item, DigestItem::Seal(..))) {
		return Err(DigestError::ThirdSeal);
	}
	if chip.len() > MAX_CHIP_SEAL {
		return Err(DigestError::MalformedChipSeal);
	}
	let author = AuthoritySignature::decode_all(&mut author.as_slice())
		.map_err(|_| DigestError::MalformedAuthorSeal)?;
	let chip = chip.clone();
	header.digest_mut().pop();
	header.digest_mut().pop();
	Ok((chip, author))
}

/// What the author signs: the tag and the hash of the header with the chip's seal in it.
pub fn author_message(hash_with_chip_seal: &H256) -> Vec<u8> {
	[AUTHOR_TAG, hash_with_chip_seal.as_bytes()].concat()
}
