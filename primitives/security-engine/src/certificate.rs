//! What a vendor says of a chip at the factory: these two keys are born in my security engine.
//!
//! A certificate names no chain, so that a chip can be claimed on any chain that trusts its vendor.

use crate::{
	bls::CatKey,
	identity::{verify_p256, IdentityKey, SignatureError},
	types::{BatchId, ChipId, Serial, VendorId},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

/// Begins what a vendor signs to certify one chip.
pub const CERTIFICATE_TAG: &[u8] = b"utnet:chip-certificate:v1";

/// The only version of certificates.
pub const CERTIFICATE_VERSION: u8 = 1;

/// Begins what a vendor signs to certify all chips of a batch at once.
pub const BATCH_ROOT_TAG: &[u8] = b"utnet:chip-batch:v1";

/// A chip's certificate; the vendor's signature travels beside it.
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
pub struct Certificate {
	/// [`CERTIFICATE_VERSION`].
	pub version: u8,
	/// Who made the chip.
	pub vendor: VendorId,
	/// The vendor's number of the batch.
	pub batch: u32,
	/// Unique within the vendor.
	pub serial: Serial,
	/// Signs claims and seals.
	pub identity_key: IdentityKey,
	/// Signs availability proofs.
	pub cat_key: CatKey,
}

impl Certificate {
	/// The chip's identifier, which does not depend on its keys.
	pub fn chip_id(&self) -> ChipId {
		chip_id(self.batch_id(), &self.serial)
	}

	/// The batch the chip belongs to.
	pub fn batch_id(&self) -> BatchId {
		BatchId { vendor: self.vendor, number: self.batch }
	}

	/// What the vendor signs: the tag, then the certificate in SCALE.
	pub fn message(&self) -> Vec<u8> {
		(Raw(CERTIFICATE_TAG), self).encode()
	}

	/// Checks the version and the vendor's signature.
	///
	/// The certified keys themselves are checked by [`IdentityKey::check`] and
	/// [`CatKey::decompress`].
	pub fn verify(
		&self,
		vendor_root: &[u8; 33],
		signature: &[u8; 64],
	) -> Result<(), SignatureError> {
		if self.version != CERTIFICATE_VERSION {
			return Err(SignatureError::UnknownVersion);
		}
		verify_p256(vendor_root, &self.message(), signature)
	}
}

/// The identifier of a chip: `blake2_256(SCALE(vendor, batch number, serial))`.
pub fn chip_id(batch: BatchId, serial: &Serial) -> ChipId {
	H256((batch, serial).using_encoded(blake2_256))
}

/// What a vendor signs for a whole batch: the tag, then SCALE(vendor, batch number, count, root).
///
/// `root` is that of a `binary-merkle-tree` over BLAKE2b-256 whose `count` leaves are the
/// certificates in SCALE.
pub fn batch_root_message(batch: BatchId, count: u32, root: H256) -> Vec<u8> {
	(Raw(BATCH_ROOT_TAG), batch, count, root).encode()
}

/// Checks a vendor's signature over the root of a batch.
pub fn verify_batch_root(
	batch: BatchId,
	count: u32,
	root: H256,
	vendor_root: &[u8; 33],
	signature: &[u8; 64],
) -> Result<(), SignatureError> {
	verify_p256(vendor_root, &batch_root_message(batch, count, root), signature)
}

/// Bytes that go into a message as they are, without a length.
pub(crate) struct Raw(pub(crate) &'static [u8]);

impl Encode for Raw {
	fn encode_to<T: codec::Output + ?Sized>(&self, dest: &mut T) {
		dest.write(self.0);
	}

	fn size_hint(&self) -> usize {
		self.0.len()
	}
}
