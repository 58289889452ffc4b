//! What the pallet stores, and why blocks and reports are refused.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame::prelude::*;
use utnet_primitives_consensus_poci::{DigestError, EpochIndex, ListIndex, MinerKeys, Slot};
use utnet_primitives_security_engine::ChipId;

/// Sets of retired keys that a disablement remembers.
pub const MAX_RETIRED_KEYS: u32 = 4;

/// A miner's seat in the open list.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Seat<AccountId> {
	/// Who sits there.
	pub miner: AccountId,
	/// The power of the miner's entry in GOPS, never 0.
	pub power: u128,
	/// The leaf of the miner in the list's Merkle tree.
	pub leaf: H256,
}

/// Who made a block.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Authorship<AccountId, BlockNumber> {
	/// The block.
	pub block: BlockNumber,
	/// Its slot.
	pub slot: Slot,
	/// Its author's index in the list that elected the slot.
	pub index: u32,
	/// Its author.
	pub miner: AccountId,
	/// The chip that sealed it; `None` for a recovery block, which earns nothing.
	pub chip: Option<ChipId>,
}

/// What is kept of the list that elected an epoch, to check reports against.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct ListRoot {
	/// The root of the list's Merkle tree.
	pub root: H256,
	/// Miners in the list.
	pub leaf_count: u32,
	/// Which list.
	pub list: ListIndex,
	/// The next epoch that has a block, once it is open.
	pub next: Option<EpochIndex>,
}

/// Why a miner may not lead, and until when.
///
/// It leads again in an epoch after one whole epoch without it, elected by a list that holds other
/// session keys than the retired ones.
#[derive(
	Clone, Debug, Decode, DecodeWithMemTracking, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo,
)]
pub struct Disablement {
	/// The epoch in which it was disabled last.
	pub since: EpochIndex,
	/// Keys that it does not lead with any more, the oldest first.
	pub retired: BoundedVec<MinerKeys, ConstU32<MAX_RETIRED_KEYS>>,
}

impl Disablement {
	/// A disablement that starts in `since` and retires nothing yet.
	pub fn new(since: EpochIndex) -> Self {
		Self { since, retired: BoundedVec::new() }
	}

	/// Retires `keys`; the oldest are forgotten when there is no room.
	pub fn retire(&mut self, keys: MinerKeys) {
		if self.retired.contains(&keys) {
			return;
		}
		if self.retired.is_full() {
			self.retired.remove(0);
		}
		// There is room: the oldest went.
		let _ = self.retired.try_push(keys);
	}

	/// Whether a miner with `keys` may not lead in `epoch`.
	pub fn applies(&self, keys: &MinerKeys, epoch: EpochIndex) -> bool {
		epoch <= self.since.saturating_add(1)
			|| self.retired.iter().any(|old| old.poci == keys.poci || old.gran == keys.gran)
	}
}

/// What a miner signed twice.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum OffenceKind {
	/// Two headers of one slot.
	Authoring,
	/// Two votes of one GRANDPA round.
	Voting,
}

impl OffenceKind {
	/// The share of its pledge that the offender loses.
	pub const fn share(self) -> Perbill {
		match self {
			Self::Authoring => Perbill::from_percent(5),
			Self::Voting => Perbill::from_percent(10),
		}
	}
}

/// An offence that stands: every check of its report passed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Offence<AccountId> {
	/// What was signed twice.
	pub kind: OffenceKind,
	/// What may be punished once: the epoch of the slot, or the set of voters.
	pub period: u64,
	/// An epoch of the offence.
	pub epoch: EpochIndex,
	/// Who did it.
	pub miner: AccountId,
	/// The session keys that it had in the list.
	pub keys: MinerKeys,
}

/// Why a block is refused.
///
/// A node that made the block computes the same at the parent and never makes such a block; a
/// block that is refused was made by other software or by somebody who may not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
	/// The digest is malformed.
	Digest(DigestError),
	/// The genesis build of this pallet did not run: set `poci` in the chain specification.
	NotConfigured,
	/// The slot is not after the parent's.
	SlotNotAfterParent,
	/// Nobody may make a block in this slot.
	NoLeader,
	/// Another miner leads the slot.
	WrongLeader,
	/// Another chip must seal the slot.
	WrongChip,
	/// No chip is named, and neither a gap nor a waiver allows that.
	NoRecovery,
}

/// Why a report of an equivocation is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ReportError {
	/// See [`Error::ReportTooLarge`](crate::Error::ReportTooLarge).
	TooLarge,
	/// See [`Error::FutureOffence`](crate::Error::FutureOffence).
	Future,
	/// See [`Error::WrongEpoch`](crate::Error::WrongEpoch).
	WrongEpoch,
	/// See [`Error::UnknownVoters`](crate::Error::UnknownVoters).
	UnknownVoters,
	/// See [`Error::ReportTooOld`](crate::Error::ReportTooOld).
	TooOld,
	/// See [`Error::UnknownList`](crate::Error::UnknownList).
	UnknownList,
	/// See [`Error::NotTheOffender`](crate::Error::NotTheOffender).
	NotTheOffender,
	/// See [`Error::AlreadyReported`](crate::Error::AlreadyReported).
	AlreadyReported,
	/// See [`Error::InvalidOwnershipProof`](crate::Error::InvalidOwnershipProof).
	InvalidOwnershipProof,
	/// See [`Error::InvalidEquivocation`](crate::Error::InvalidEquivocation).
	InvalidEquivocation,
}

impl From<ReportError> for InvalidTransaction {
	fn from(error: ReportError) -> Self {
		match error {
			ReportError::Future => Self::Future,
			ReportError::AlreadyReported => Self::Stale,
			ReportError::InvalidOwnershipProof => Self::BadProof,
			ReportError::TooLarge => Self::ExhaustsResources,
			ReportError::WrongEpoch => Self::Custom(1),
			ReportError::UnknownVoters => Self::Custom(2),
			ReportError::TooOld => Self::Custom(3),
			ReportError::UnknownList => Self::Custom(4),
			ReportError::NotTheOffender => Self::Custom(5),
			ReportError::InvalidEquivocation => Self::Custom(6),
		}
	}
}

impl From<ReportError> for TransactionValidityError {
	fn from(error: ReportError) -> Self {
		Self::Invalid(error.into())
	}
}
