use alloc::vec::Vec;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;
use sp_consensus_slots::Slot;
use sp_core::H256;
use utnet_primitives_security_engine::{ChipId, IdentityKey};

use crate::{AuthorityId, EpochIndex, EquivocationProof, ListProof};

/// Who may make the block of a slot, on top of the state that was asked.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Leader<AccountId> {
	/// The miner's index in the list that elects the slot.
	pub index: u32,
	/// The miner.
	pub miner: AccountId,
	/// The miner's session key as frozen with the list.
	pub session_key: AuthorityId,
	/// The chip that must seal; with `None` only a recovery header is valid.
	pub chip: Option<(ChipId, IdentityKey)>,
	/// The seed of the slot's epoch, which the VRF proves over.
	pub seed: H256,
	/// Whether a header that names no chip and has an empty chip seal is valid too.
	pub recovery: bool,
}

/// Why the draw of a slot gives no leader.
#[derive(Clone, Copy, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub enum VacancyReason {
	/// The miner is disabled for an equivocation.
	#[codec(index = 0)]
	Disabled,
	/// The chip is gone, came after the list was frozen, or is suspended, revoked or expired.
	#[codec(index = 1)]
	ChipNotLive,
}

/// A slot that is drawn for a miner and has no leader all the same.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Vacancy<AccountId> {
	/// The miner that was drawn.
	pub miner: AccountId,
	/// The miner's session key as frozen with the list.
	pub session_key: AuthorityId,
	/// Why it may not lead.
	pub reason: VacancyReason,
}

/// What genesis fixed for ever.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Configuration {
	/// The length of a slot in milliseconds.
	pub slot_duration: u64,
	/// Slots in an epoch, 1 to [`MAX_EPOCH_LENGTH`](crate::MAX_EPOCH_LENGTH).
	pub epoch_length: u32,
	/// The slot of block 1; `None` at genesis.
	pub genesis_slot: Option<Slot>,
}

/// The election at a glance, for operators.
#[derive(Clone, Debug, Decode, Encode, Eq, PartialEq, TypeInfo)]
pub struct Status<AccountId> {
	/// The epoch of the last block.
	pub epoch: EpochIndex,
	/// The slot of the last block.
	pub slot: Slot,
	/// Miners in the list that elects this epoch.
	pub miners: u32,
	/// The power of that list in GOPS.
	pub total_power: u128,
	/// The strongest miner of that list and its power in GOPS.
	pub strongest: Option<(AccountId, u128)>,
	/// Whether headers without a chip's seal are valid for the rest of this epoch.
	pub recovery: bool,
	/// The set of GRANDPA voters.
	pub set_id: u64,
}

sp_api::decl_runtime_apis! {
	/// What a node asks the runtime about the election, at the parent of the block in question.
	pub trait PociApi<AccountId: Codec> {
		/// What genesis fixed.
		fn configuration() -> Configuration;

		/// Who may make the block of `slot`; `None` when nobody may or the slot has passed.
		fn slot_leader(slot: Slot) -> Option<Leader<AccountId>>;

		/// Why `slot` has no leader, for the miner that was drawn; `None` where it has one, where
		/// nobody was drawn, or where the slot has passed.
		fn slot_vacancy(slot: Slot) -> Option<Vacancy<AccountId>>;

		/// The epoch of `slot`.
		fn epoch_of(slot: Slot) -> EpochIndex;

		/// Who leads, with which chip, in `count` slots from `first` on, as far as seeds are
		/// fixed; at most [`MAX_SCHEDULE`](crate::MAX_SCHEDULE) slots.
		fn epoch_schedule(first: Slot, count: u32) -> Vec<(Slot, Option<(AccountId, ChipId)>)>;

		/// The election at a glance.
		fn status() -> Status<AccountId>;

		/// Proves that `authority` was in the list that elected `slot`.
		fn generate_key_ownership_proof(slot: Slot, authority: AuthorityId) -> Option<ListProof>;

		/// Submits a report of two headers sealed by one leader in one slot; `None` when the
		/// report is refused.
		fn submit_report_equivocation(
			proof: EquivocationProof<Block::Header>,
			key_owner_proof: ListProof,
		) -> Option<()>;
	}
}
