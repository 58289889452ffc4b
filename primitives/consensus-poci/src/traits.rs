//! The seams between the registry of chips, the session keys and the election.

use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32};
use sp_runtime::Perbill;
use sp_weights::Weight;
use utnet_primitives_security_engine::{BatchId, ChipId, IdentityKey};

use crate::{EpochIndex, GroupEntry, MinerKeys, MAX_GROUPS};

/// What an owner has now.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct Standing {
	/// Counts every change of the owner's chips.
	pub set_version: u64,
	/// The live groups, by batch ascending, with nothing skipped and nothing missing.
	pub groups: BoundedVec<GroupEntry, ConstU32<MAX_GROUPS>>,
}

impl Standing {
	/// The power of all live groups in GOPS.
	pub fn power(&self) -> u128 {
		self.groups.iter().fold(0u128, |sum, group| sum.saturating_add(group.power()))
	}
}

/// The chip that stands at a place of a group now.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct SeatedChip {
	/// Which chip.
	pub id: ChipId,
	/// The key that its seals verify with.
	pub identity_key: IdentityKey,
	/// The epoch in which it came to its owner.
	pub since_epoch: EpochIndex,
	/// Whether its status is `Claimed` and its certificate is live at the parent's timestamp.
	pub may_seal: bool,
}

/// More than a third of the registered power would be removed within one epoch; repeat in the next
/// epoch, or have governance force it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooMuchPower;

/// The registry of chips as the election sees it.
pub trait ChipRegistry<AccountId> {
	/// What `who` has now; `None` without a live chip.
	fn standing(who: &AccountId) -> Option<Standing>;

	/// The chip at a place of a group of `who`, counted from 0; `None` where nothing stands.
	fn chip_at(who: &AccountId, batch: BatchId, place: u32) -> Option<SeatedChip>;

	/// Whether `who` has a live chip.
	fn has_live_chip(who: &AccountId) -> bool;

	/// Slashes `share` of the pledges of all chips of `who`, the held part first; what was slashed,
	/// in base units.
	fn penalise(who: &AccountId, share: Perbill) -> u128;

	/// Counts `power` GOPS as removed in the current epoch.
	///
	/// # Errors
	///
	/// Without `force`, when this epoch's removals would pass a third of the registered power.
	fn note_removal(power: u128, force: bool) -> Result<(), TooMuchPower>;
}

/// The election as the registry of chips sees it.
pub trait CandidateSink<AccountId> {
	/// The epoch of the current block.
	fn current_epoch() -> EpochIndex;

	/// The chips of `who` changed: its entry in the open list is rewritten, or taken out.
	fn chips_changed(who: &AccountId);

	/// Writes the genesis list; called once, at the end of the registry's genesis build.
	fn seed_genesis(miners: Vec<AccountId>);

	/// The most that [`Self::chips_changed`] can cost.
	fn max_weight_of_change() -> Weight;
}

/// Where miners keep their session keys.
pub trait KeyRegistry<AccountId> {
	/// The keys that `who` set last.
	fn keys_of(who: &AccountId) -> Option<MinerKeys>;
}
