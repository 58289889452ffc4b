use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// A certified chip: `blake2_256(SCALE(vendor, batch number, serial))`.
pub type ChipId = H256;

/// A chip's serial number, unique within its vendor.
pub type Serial = [u8; 32];

/// A vendor of chips, numbered in the order of admission.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Deserialize,
	Encode,
	Eq,
	Hash,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	Serialize,
	TypeInfo,
)]
pub struct VendorId(pub u32);

/// A model of chip, numbered in the order of admission.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Deserialize,
	Encode,
	Eq,
	Hash,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	Serialize,
	TypeInfo,
)]
pub struct ModelId(pub u32);

/// A production batch: all its chips are of one model and share one expiry and one status.
///
/// Batches are ordered by vendor, then by number.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Deserialize,
	Encode,
	Eq,
	Hash,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	Serialize,
	TypeInfo,
)]
pub struct BatchId {
	/// Who made it.
	pub vendor: VendorId,
	/// The vendor's number for it.
	pub number: u32,
}
