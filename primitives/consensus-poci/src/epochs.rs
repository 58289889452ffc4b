//! Which list and which seed elect a slot.
//!
//! Epoch `t` is elected by the list frozen at the first block of the last epoch `≤ t − 2` that has
//! a block, with a seed from the randomness after the last block of an epoch `≤ t − 2`; epochs 0
//! and 1 by the genesis list and the genesis randomness. So every list is frozen a whole epoch
//! before its seed is known.
//!
//! Runtime hook and runtime API use the same pure function, [`ElectionState::elector`], for slots
//! of the current epoch and of any later one, however many epochs are skipped in between.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_consensus_slots::Slot;
use sp_core::{bounded::BoundedVec, ConstU32, H256};
use sp_crypto_hashing::blake2_256;

use crate::{EpochIndex, ListIndex, GENESIS_LIST, RECOVERY_GAP};

/// The tag of the randomness before the first block.
pub const GENESIS_TAG: &[u8] = b"utnet:poci-genesis:v1";

/// The tag of an epoch's seed.
pub const SEED_TAG: &[u8] = b"utnet:poci-seed:v1";

/// Epochs that are remembered: the current one and two before it.
pub const MAX_RECORDS: u32 = 3;

/// How many epochs back the list and the randomness of an epoch are taken from.
pub const LOOK_BACK: u64 = 2;

/// The randomness before the first block.
pub fn genesis_randomness(entropy: &H256) -> H256 {
	hash(&[GENESIS_TAG, entropy.as_bytes()])
}

/// The seed of `epoch` from the randomness two epochs before.
pub fn epoch_seed(epoch: EpochIndex, randomness: &H256) -> H256 {
	hash(&[SEED_TAG, &epoch.to_le_bytes(), randomness.as_bytes()])
}

/// The randomness after a block whose VRF gave `pre_output`.
pub fn mix(randomness: &H256, pre_output: &[u8; 32]) -> H256 {
	hash(&[randomness.as_bytes(), pre_output])
}

fn hash(parts: &[&[u8]]) -> H256 {
	blake2_256(&parts.concat()).into()
}

/// An epoch that has a block.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct EpochRecord {
	/// Which epoch.
	pub epoch: EpochIndex,
	/// The list frozen at its first block.
	pub list: ListIndex,
	/// The epoch in which that list was adopted; earlier than `epoch` where a round failed and the
	/// last list was kept, 0 for the genesis list.
	pub freeze_epoch: EpochIndex,
	/// The randomness after its last block so far.
	pub randomness: H256,
}

/// What elects a slot.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Elector {
	/// The slot's epoch.
	pub epoch: EpochIndex,
	/// The slot's index in its epoch, below the epoch length.
	pub index_in_epoch: u32,
	/// The seed of the epoch.
	pub seed: H256,
	/// The list that elects the epoch.
	pub list: ListIndex,
	/// The epoch in which that list was adopted: a chip that came later cannot seal in its place.
	pub freeze_epoch: EpochIndex,
}

/// Everything the election remembers of the chain, but the lists themselves.
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub struct ElectionState {
	/// The slot of block 1; `None` before it.
	pub genesis_slot: Option<Slot>,
	/// The length of a slot in milliseconds.
	pub slot_duration: u64,
	/// Slots in an epoch, 1 to [`MAX_EPOCH_LENGTH`](crate::MAX_EPOCH_LENGTH).
	pub epoch_length: u32,
	/// The slot of the last block; 0 before block 1.
	pub parent_slot: Slot,
	/// The latest epochs that have a block, in order.
	pub records: BoundedVec<EpochRecord, ConstU32<MAX_RECORDS>>,
	/// The randomness before block 1.
	pub genesis_randomness: H256,
	/// The epoch for whose rest headers without a chip's seal are valid.
	pub waiver: Option<EpochIndex>,
}

impl ElectionState {
	/// The state of a chain without blocks.
	pub fn new(slot_duration: u64, epoch_length: u32, genesis_entropy: &H256) -> Self {
		Self {
			genesis_slot: None,
			slot_duration,
			epoch_length,
			parent_slot: Slot::from(0),
			records: BoundedVec::new(),
			genesis_randomness: genesis_randomness(genesis_entropy),
			waiver: None,
		}
	}

	/// The epoch of `slot`, which before block 1 counts as the first slot.
	pub fn epoch_of(&self, slot: Slot) -> EpochIndex {
		self.position(slot).0
	}

	/// The first slot of `epoch`, where block 1 stands and it fits in `u64`.
	pub fn first_slot(&self, epoch: EpochIndex) -> Option<Slot> {
		let before = epoch.checked_mul(u64::from(self.epoch_length.max(1)))?;
		self.genesis_slot.and_then(|genesis| u64::from(genesis).checked_add(before)).map(Slot::from)
	}

	/// The epoch of the last block.
	pub fn current_epoch(&self) -> EpochIndex {
		self.records.last().map_or(0, |record| record.epoch)
	}

	/// The randomness after the last block.
	pub fn randomness(&self) -> H256 {
		self.records.last().map_or(self.genesis_randomness, |record| record.randomness)
	}

	/// Whether [`Self::elector`] can tell about `slot`: its epoch is not over.
	pub fn covers(&self, slot: Slot) -> bool {
		self.epoch_of(slot) >= self.current_epoch()
	}

	/// Whether the seed of `slot`'s epoch can no longer change while its blocks are only added to.
	pub fn is_seed_fixed(&self, slot: Slot) -> bool {
		self.epoch_of(slot) <= self.current_epoch().saturating_add(1)
	}

	/// What elects `slot`, as if its block were the next one.
	///
	/// Opening the slot's epoch changes nothing of the answer: lists frozen and randomness fixed
	/// by it elect two epochs later. Not meaningful for slots that are not [covered](Self::covers).
	pub fn elector(&self, slot: Slot) -> Elector {
		let (epoch, index_in_epoch) = self.position(slot);
		let record = epoch
			.checked_sub(LOOK_BACK)
			.and_then(|latest| self.records.iter().rev().find(|record| record.epoch <= latest));
		let (list, freeze_epoch, randomness) = record
			.map_or((GENESIS_LIST, 0, &self.genesis_randomness), |record| {
				(record.list, record.freeze_epoch, &record.randomness)
			});
		Elector { epoch, index_in_epoch, seed: epoch_seed(epoch, randomness), list, freeze_epoch }
	}

	/// The epoch that a block in `slot` opens, if it opens one.
	pub fn opens_epoch(&self, slot: Slot) -> Option<EpochIndex> {
		let epoch = self.epoch_of(slot);
		self.records.last().is_none_or(|record| record.epoch < epoch).then_some(epoch)
	}

	/// Opens the epoch of `slot` with the list `adopted` if the last block was in an earlier one;
	/// tells which epoch was opened.
	///
	/// Without an adoption `adopted` is the list adopted last.
	pub fn open_epoch_if_new(&mut self, slot: Slot, adopted: ListIndex) -> Option<EpochIndex> {
		let epoch = self.opens_epoch(slot)?;
		let (last_list, last_freeze) = self
			.records
			.last()
			.map_or((GENESIS_LIST, 0), |record| (record.list, record.freeze_epoch));
		let record = EpochRecord {
			epoch,
			list: adopted,
			freeze_epoch: if adopted == last_list { last_freeze } else { epoch },
			randomness: self.randomness(),
		};
		self.genesis_slot.get_or_insert(slot);
		if self.records.is_full() {
			self.records.remove(0);
		}
		// There is room: the oldest went.
		let _ = self.records.try_push(record);
		Some(epoch)
	}

	/// Mixes a block's VRF output into the randomness; the block's epoch is open.
	pub fn mix(&mut self, pre_output: &[u8; 32]) {
		if let Some(record) = self.records.last_mut() {
			record.randomness = mix(&record.randomness, pre_output);
		}
	}

	/// Notes that the block of `slot` is done with the election; a recovery block opens the waiver
	/// for the rest of its epoch.
	pub fn note_block(&mut self, slot: Slot, recovery: bool) {
		self.parent_slot = slot;
		if recovery {
			self.waiver = Some(self.epoch_of(slot));
		}
	}

	/// Whether a header without a chip's seal is valid in `slot`: the chain stood still for
	/// [`RECOVERY_GAP`] slots, or another such block stands in the same epoch.
	pub fn is_recovery(&self, slot: Slot) -> bool {
		let Some(genesis) = self.genesis_slot else { return false };
		let parent = self.parent_slot.max(genesis);
		slot >= parent.saturating_add(RECOVERY_GAP) || self.waiver == Some(self.epoch_of(slot))
	}

	fn position(&self, slot: Slot) -> (EpochIndex, u32) {
		let passed = slot.saturating_sub(self.genesis_slot.unwrap_or(slot));
		let length = u64::from(self.epoch_length.max(1));
		let epoch = u64::from(passed).checked_div(length).unwrap_or(0);
		let index = u64::from(passed).checked_rem(length).unwrap_or(0);
		(epoch, u32::try_from(index).unwrap_or(0))
	}
}

/// The stored form of [`ElectionState`].
///
/// Code that comes later adds a variant and reads the earlier ones; an upgrade may change the
/// layout or the rule only from the second epoch after the block that follows the one that set the
/// code, because seeds and lists of the next two epochs are already promised.
// The derived encoder casts the index of a variant.
#[allow(clippy::cast_possible_truncation)]
#[derive(Clone, Debug, Decode, Encode, Eq, MaxEncodedLen, PartialEq, TypeInfo)]
pub enum ElectionStateVersions {
	/// The first layout.
	#[codec(index = 1)]
	V1(ElectionState),
}

impl ElectionStateVersions {
	/// The state in the newest layout.
	pub fn into_latest(self) -> ElectionState {
		match self {
			Self::V1(state) => state,
		}
	}
}

impl From<ElectionState> for ElectionStateVersions {
	fn from(state: ElectionState) -> Self {
		Self::V1(state)
	}
}
