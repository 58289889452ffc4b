//! Block authorship by chip power: every slot has at most one leader, drawn in proportion to the
//! power of its chips, and every block is sealed by the chip under the drawn point.
//!
//! ## Overview
//!
//! The chips of all miners laid end to end form a segment. A slot's draw is a point of it; the
//! owner of the chip under the point makes the block. The pallet keeps the lists that the segment
//! is made of, the randomness that the draw is made with, and the answer to one question that the
//! node asks at the parent and `on_initialize` asks again: *who leads this slot?*
//!
//! ```text
//!   chips change        first block of e      first block of e+2
//!        │                     │                      │
//!  ┌─────▼─────┐  adopt  ┌─────▼─────┐    elects ┌────▼────┐  root kept for
//!  │ open list ├────────►│frozen list├──────────►│ epoch   ├─ reports, 28 days
//!  │     k     │  copy   │     k     │           │  e + 2  │  or 2 000 epochs
//!  └─────▲─────┘         └───────────┘           └─────────┘
//!        └── becomes k+1      R(e) fixed at the end of e: after the freeze
//! ```
//!
//! - `lists`: the open list, the frozen lists, copy and adoption.
//! - `leaders`: the draw on top of the lists; one function for hook and runtime API.
//! - `finality`: GRANDPA voters, weighted by power.
//! - `offences`: reports of equivocations, penalties, disabled leaders.
//! - `recovery`: what makes blocks possible again when no chip may seal.
//!
//! ## Pallet API
//!
//! Runtime API: [`Pallet::slot_leader`], [`Pallet::configuration`], [`Pallet::status`],
//! [`Pallet::epoch_of`], [`Pallet::epoch_schedule`],
//! [`Pallet::generate_key_ownership_proof`], [`Pallet::submit_report_equivocation`], and for
//! GRANDPA [`Pallet::generate_voter_proof`]. For other pallets: [`CandidateSink`],
//! [`Pallet::author`]. For the runtime's composition: [`MinimumPeriod`], [`GrandpaReports`],
//! [`GrandpaWeights`], [`NeverEnds`].
//!
//! The pallet is declared right after `pallet_timestamp`, so that no other hook has changed state
//! when `on_initialize` derives the leader.
//!
//! ### Terminology
//!
//! - **Open list**: the miners that the next epoch's first block freezes.
//! - **Electing list**: the frozen list that draws the leaders of an epoch, two epochs older.
//! - **Recovery block**: a block whose chip seal is empty, valid after 200 slots without a block.
//! - **Waiver**: the rest of the epoch after a recovery block, in which others are valid too.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod finality;
mod leaders;
mod lists;
#[cfg(test)]
mod mock;
mod offences;
mod recovery;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use finality::{voters, GrandpaWeights};
pub use offences::{
	GrandpaReports, KEEP_EPOCHS, KEEP_MILLIS, MAX_HEADER_SIZE, REPORT_LONGEVITY, REPORT_MILLIS,
};
pub use pallet::*;
pub use types::{
	Authorship, Disablement, ListRoot, Offence, OffenceKind, Refusal, ReportError, Seat,
	MAX_RETIRED_KEYS,
};
pub use utnet_primitives_consensus_poci::{
	CandidateSink, ChipRegistry, KeyRegistry, ListProof, MinerKeys,
};
pub use weights::WeightInfo;

use alloc::{boxed::Box, vec::Vec};
use frame::{
	deps::sp_runtime::ConsensusEngineId,
	prelude::*,
	traits::{FindAuthor, Header, HeaderProvider, OnTimestampSet},
};
use utnet_primitives_consensus_poci::{
	digest::pre_digest_of, Configuration, DigestError, ElectionState, ElectionStateVersions,
	EpochIndex, EquivocationProof, Leader, ListIndex, MinerEntry, PreDigest, Slot, Status,
	MAX_EPOCH_LENGTH, MAX_MINERS, MAX_VOTERS, POCI_ENGINE_ID,
};
use utnet_primitives_security_engine::ChipId;

/// The log target of the pallet.
pub const LOG_TARGET: &str = "runtime::poci";

/// Miners on one page of [`Pallet::shares`].
pub const SHARES_PER_PAGE: u32 = 100;

/// What [`MinimumPeriod`] says where there is no state to read, in milliseconds.
pub const DEFAULT_MINIMUM_PERIOD: u64 = 500;

/// Makes a miner that can lead, for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper<AccountId> {
	/// A new account with session keys and one live chip, at place 0 of the returned batch.
	fn seat(seed: u32) -> (AccountId, utnet_primitives_security_engine::BatchId);
}

// What the macros generate has the spans of the items below.
#[allow(clippy::cast_possible_truncation, clippy::expect_used, clippy::type_complexity)]
#[frame::pallet]
pub mod pallet {
	use super::*;

	/// What the pallet needs of the runtime.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<Hash = H256, Block: HeaderProvider<HeaderT: Header<Hash = H256>>>
		+ pallet_timestamp::Config<Moment = u64>
		+ pallet_grandpa::Config<KeyOwnerProof = ListProof>
	{
		/// Who has which live chips, and whose pledge a penalty takes.
		type Chips: ChipRegistry<Self::AccountId>;

		/// Where miners keep their session keys.
		type Keys: KeyRegistry<Self::AccountId>;

		/// Who may disable and enable leaders by hand: governance.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The weights of hooks and calls.
		type WeightInfo: WeightInfo;

		/// Makes miners for benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::AccountId>;
	}

	/// The version of the storage layout in the code.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Seeds, slots and the records of the last epochs that have a block. Old and new code decode
	/// every version that is stored while an upgrade is under way.
	#[pallet::storage]
	pub type Election<T: Config> = StorageValue<_, ElectionStateVersions, OptionQuery>;

	/// How many lists were adopted, the genesis list included: the number of the open list.
	#[pallet::storage]
	pub type OpenIndex<T: Config> = StorageValue<_, ListIndex, ValueQuery>;

	/// The open list, the strongest first; of equals the lower account.
	#[pallet::storage]
	pub type OpenList<T: Config> =
		StorageValue<_, BoundedVec<Seat<T::AccountId>, ConstU32<MAX_MINERS>>, ValueQuery>;

	/// The miners of the frozen lists, by the list's number mod 4.
	// Identity: the key is 0 to 3.
	#[pallet::storage]
	pub type FrozenMiners<T: Config> =
		StorageMap<_, Identity, u8, BoundedVec<T::AccountId, ConstU32<MAX_MINERS>>, ValueQuery>;

	/// The power in GOPS of each miner and all before it, by the list's number mod 4.
	// Identity: the key is 0 to 3.
	#[pallet::storage]
	pub type FrozenPowers<T: Config> =
		StorageMap<_, Identity, u8, BoundedVec<u128, ConstU32<MAX_MINERS>>, ValueQuery>;

	/// The leaves of the frozen lists' Merkle trees, by the list's number mod 4.
	// Identity: the key is 0 to 3.
	#[pallet::storage]
	pub type FrozenLeaves<T: Config> =
		StorageMap<_, Identity, u8, BoundedVec<H256, ConstU32<MAX_MINERS>>, ValueQuery>;

	/// What each miner brings into each list: session keys, power, chips by batch. Reached only
	/// through a list, by the list's number mod 4 and the miner.
	// Identity: the key is 0 to 3. Blake2: accounts are chosen by users.
	#[pallet::storage]
	pub type Entries<T: Config> =
		StorageDoubleMap<_, Identity, u8, Blake2_128Concat, T::AccountId, MinerEntry>;

	/// Who made the last block that carries a pre-digest.
	#[pallet::storage]
	pub type Author<T: Config> =
		StorageValue<_, Authorship<T::AccountId, BlockNumberFor<T>>, OptionQuery>;

	/// The Merkle roots of the lists that elected past epochs, for 28 days or 2 000 epochs,
	/// whichever ends first.
	// Twox: epochs are not chosen by users.
	#[pallet::storage]
	pub type Roots<T: Config> = StorageMap<_, Twox64Concat, EpochIndex, ListRoot>;

	/// The oldest epoch in [`Roots`].
	#[pallet::storage]
	pub type OldestRoot<T: Config> = StorageValue<_, EpochIndex, OptionQuery>;

	/// The oldest set of voters whose offences are still kept.
	#[pallet::storage]
	pub type OldestVoters<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Offences that were punished: by kind and epoch, or kind and set of voters, and the miner.
	// Twox: epochs and sets are not chosen by users. Blake2: accounts are.
	#[pallet::storage]
	pub type Offences<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		(OffenceKind, u64),
		Blake2_128Concat,
		T::AccountId,
		(),
		OptionQuery,
	>;

	/// Miners that may not lead. A record goes when its miner leads again.
	// Blake2: accounts are chosen by users.
	#[pallet::storage]
	pub type Disabled<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Disablement>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The first block of an epoch opened it.
		EpochOpened {
			/// The epoch.
			epoch: EpochIndex,
			/// The list that elects it, frozen two epochs before.
			list: ListIndex,
			/// Miners in that list.
			miners: u32,
			/// Their power in GOPS.
			power: u128,
		},
		/// The voters of GRANDPA change at the end of this block, or later where the change is
		/// forced.
		VotersChanged {
			/// The number of the new set.
			set_id: u64,
			/// How many voters it has.
			voters: u32,
		},
		/// A block without a chip's seal was made; until the end of its epoch others are valid too.
		RecoveryBlock {
			/// Its slot.
			slot: Slot,
			/// Its author, who earns nothing for it.
			miner: T::AccountId,
		},
		/// A miner was punished for signing twice.
		EquivocationReported {
			/// What it signed twice.
			kind: OffenceKind,
			/// Who.
			miner: T::AccountId,
			/// An epoch of the offence.
			epoch: EpochIndex,
			/// What its pledges lost, in base units.
			slashed: u128,
		},
		/// A miner does not lead until it has new session keys and a whole epoch has passed.
		LeaderDisabled {
			/// Who.
			miner: T::AccountId,
			/// The current epoch.
			epoch: EpochIndex,
		},
		/// A miner was not disabled, for too much power was removed in this epoch already;
		/// governance can repeat it in the next epoch, or force it.
		DisablingRefused {
			/// Who.
			miner: T::AccountId,
		},
		/// Governance lets a miner lead again.
		LeaderEnabled {
			/// Who.
			miner: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// A header of the report is longer than 16 KiB. No node makes such headers; report others.
		ReportTooLarge,
		/// The slot of the offence is after the current one, or its set of voters is not in office
		/// yet. Report again when it is.
		FutureOffence,
		/// The ownership proof is about another epoch than the offence. Ask a node for the proof of
		/// the slot, or for a vote of the set of voters, in question.
		WrongEpoch,
		/// Nothing is known of the set of voters any more. The offence is too old to be reported.
		UnknownVoters,
		/// The offence is more than 21 days old. Report within 21 days.
		ReportTooOld,
		/// No list is known that elected the epoch: it has no block, or it is too old.
		UnknownList,
		/// The keys in the ownership proof are not the offender's, or no such key votes. Ask a node
		/// for the proof of the key that signed.
		NotTheOffender,
		/// The miner was punished for this kind of offence in this epoch, or set of voters, already.
		/// Nothing is left to do.
		AlreadyReported,
		/// The keys are not in the list that elected the epoch. Ask a node for the ownership proof.
		InvalidOwnershipProof,
		/// The two headers or votes are no equivocation: equal, of different slots, leaders or
		/// rounds, or not both signed by the offender.
		InvalidEquivocation,
		/// More than a third of the registered power would be removed within one epoch. Repeat it in
		/// the next epoch, or set `force`.
		TooMuchPower,
		/// The miner is not disabled. There is nothing to enable.
		NotDisabled,
	}

	impl<T> From<ReportError> for Error<T> {
		fn from(error: ReportError) -> Self {
			match error {
				ReportError::TooLarge => Self::ReportTooLarge,
				ReportError::Future => Self::FutureOffence,
				ReportError::WrongEpoch => Self::WrongEpoch,
				ReportError::UnknownVoters => Self::UnknownVoters,
				ReportError::TooOld => Self::ReportTooOld,
				ReportError::UnknownList => Self::UnknownList,
				ReportError::NotTheOffender => Self::NotTheOffender,
				ReportError::AlreadyReported => Self::AlreadyReported,
				ReportError::InvalidOwnershipProof => Self::InvalidOwnershipProof,
				ReportError::InvalidEquivocation => Self::InvalidEquivocation,
			}
		}
	}

	/// What genesis fixes for ever. The genesis list comes from the registry of chips.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// The length of a slot in milliseconds, at least 2.
		pub slot_duration: u64,
		/// Slots in an epoch, 1 to 65 536.
		pub epoch_length: u32,
		/// What the first seeds are made of; nobody may have been able to choose it.
		pub genesis_entropy: H256,
		#[serde(skip)]
		#[doc(hidden)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				slot_duration: 3_000,
				epoch_length: 1_200,
				genesis_entropy: H256::zero(),
				_config: PhantomData,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			// A slot's half is the minimum period of blocks.
			assert!(self.slot_duration >= 2, "poci: a slot must last 2 ms at least");
			assert!(
				(1..=MAX_EPOCH_LENGTH).contains(&self.epoch_length),
				"poci: an epoch must have 1 to 65 536 slots"
			);
			let state =
				ElectionState::new(self.slot_duration, self.epoch_length, &self.genesis_entropy);
			Pallet::<T>::put_state(state);
			Pallet::<T>::seed_genesis_list(Vec::new());
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(block: BlockNumberFor<T>) -> Weight {
			let found = pre_digest_of(&frame_system::Pallet::<T>::digest());
			if found == Err(DigestError::MissingPreDigest) {
				// Benchmarks and dry runs; the verifier refuses such a header.
				return <T as Config>::WeightInfo::on_initialize_without_digest();
			}
			let begun = found
				.map_err(Refusal::Digest)
				.and_then(|pre_digest| Self::begin_block(block, &pre_digest));
			// Nobody but the block's own author can reach this.
			assert!(begun.is_ok(), "poci refuses the block: {:?}", begun.err());
			begun.unwrap_or_default()
		}

		fn integrity_test() {
			Self::check_integrity();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call(weight = <T as Config>::WeightInfo)]
	impl<T: Config> Pallet<T> {
		/// Reports two headers that one leader sealed for one slot.
		///
		/// ## Dispatch Origin
		///
		/// None: whoever has the proof may submit it, free of charge, in a general transaction.
		///
		/// ## Details
		///
		/// The offender loses 5 % of its pledges and does not lead until it has new session keys
		/// and a whole epoch has passed. A miner is punished once for an epoch.
		///
		/// ## Parameters
		///
		/// - `equivocation_proof`: the two headers with their seals.
		/// - `key_owner_proof`: that the offender's key was in the list that elected the slot.
		///
		/// ## Errors
		///
		/// None in a block: what is wrong with the report is an invalidity of the transaction.
		///
		/// ## Events
		///
		/// [`Event::EquivocationReported`], and [`Event::LeaderDisabled`] or
		/// [`Event::DisablingRefused`].
		#[pallet::call_index(0)]
		#[pallet::authorize(Self::authorize_authoring)]
		pub fn report_equivocation(
			origin: OriginFor<T>,
			equivocation_proof: Box<EquivocationProof<HeaderFor<T>>>,
			key_owner_proof: ListProof,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let offence = Self::check_authoring(&equivocation_proof, &key_owner_proof)
				.map_err(Error::<T>::from)?;
			Self::punish(offence);
			Ok(())
		}

		/// Reports two votes that one voter signed for one round of GRANDPA.
		///
		/// ## Dispatch Origin
		///
		/// None: whoever has the proof may submit it, free of charge, in a general transaction.
		///
		/// ## Details
		///
		/// The offender loses 10 % of its pledges and does not lead until it has new session keys
		/// and a whole epoch has passed. A miner is punished once for a set of voters.
		///
		/// ## Parameters
		///
		/// - `equivocation_proof`: the two signed votes.
		/// - `key_owner_proof`: that the offender's key was in a list that elected an epoch of the
		///   set of voters.
		///
		/// ## Errors
		///
		/// None in a block: what is wrong with the report is an invalidity of the transaction.
		///
		/// ## Events
		///
		/// [`Event::EquivocationReported`], and [`Event::LeaderDisabled`] or
		/// [`Event::DisablingRefused`].
		#[pallet::call_index(1)]
		#[pallet::authorize(Self::authorize_voting)]
		pub fn report_voting_equivocation(
			origin: OriginFor<T>,
			equivocation_proof: Box<
				sp_consensus_grandpa::EquivocationProof<T::Hash, BlockNumberFor<T>>,
			>,
			key_owner_proof: ListProof,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			let offence = Self::check_voting(&equivocation_proof, &key_owner_proof)
				.map_err(Error::<T>::from)?;
			Self::punish(offence);
			Ok(())
		}

		/// Disables a miner that was to be disabled but could not, or that governance wants to stop.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Parameters
		///
		/// - `miner`: who does not lead until it has new session keys and a whole epoch has passed.
		/// - `force`: disable even when more than a third of the registered power is removed in
		///   this epoch.
		///
		/// ## Errors
		///
		/// [`Error::TooMuchPower`].
		///
		/// ## Events
		///
		/// [`Event::LeaderDisabled`].
		#[pallet::call_index(2)]
		pub fn disable(origin: OriginFor<T>, miner: T::AccountId, force: bool) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_disable(&miner, None, force).map_err(|_| Error::<T>::TooMuchPower)?;
			Ok(())
		}

		/// Lets a disabled miner lead again at once.
		///
		/// ## Dispatch Origin
		///
		/// [`Config::AdminOrigin`].
		///
		/// ## Parameters
		///
		/// - `miner`: who.
		///
		/// ## Errors
		///
		/// [`Error::NotDisabled`].
		///
		/// ## Events
		///
		/// [`Event::LeaderEnabled`].
		#[pallet::call_index(3)]
		pub fn enable(origin: OriginFor<T>, miner: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Disabled::<T>::take(&miner).ok_or(Error::<T>::NotDisabled)?;
			Self::deposit_event(Event::LeaderEnabled { miner });
			Ok(())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The epoch of the last block.
		pub fn current_epoch() -> EpochIndex {
			Self::state().map_or(0, |state| state.current_epoch())
		}

		/// Who leads `slot` and which chip must seal it, as far as that is known; no chip where
		/// only a recovery block is valid.
		pub fn leader_of(slot: u64) -> Option<(T::AccountId, Option<ChipId>)> {
			let leader = Self::slot_leader(Slot::from(slot))?;
			Some((leader.miner, leader.chip.map(|(chip, _)| chip)))
		}

		/// Page `page` of the list that elects the current epoch, 100 miners a page, the strongest
		/// first: each with its power in GOPS.
		pub fn shares(page: u32) -> Vec<(T::AccountId, u128)> {
			Self::electing_shares(page)
		}

		/// Why `miner` may not lead now with the session keys it has set, if so.
		pub fn disabled(miner: T::AccountId) -> Option<Disablement> {
			Self::disablement_of(&miner)
		}

		/// Who made the last block, and with which chip; no chip for a recovery block.
		pub fn last_author() -> Option<(T::AccountId, Option<ChipId>)> {
			Self::author().map(|author| (author.miner, author.chip))
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The state of the election; `None` where the genesis build did not run.
	pub fn state() -> Option<ElectionState> {
		Election::<T>::get().map(ElectionStateVersions::into_latest)
	}

	pub(crate) fn put_state(state: ElectionState) {
		Election::<T>::put(ElectionStateVersions::from(state));
	}

	/// Who made the current block; `None` in a block without a pre-digest.
	pub fn author() -> Option<Authorship<T::AccountId, BlockNumberFor<T>>> {
		Author::<T>::get()
			.filter(|author| author.block == frame_system::Pallet::<T>::block_number())
	}

	/// What genesis fixed; of the genesis defaults where the genesis build did not run.
	pub fn configuration() -> Configuration {
		Self::state().map_or(
			Configuration { slot_duration: 3_000, epoch_length: 1_200, genesis_slot: None },
			|state| Configuration {
				slot_duration: state.slot_duration,
				epoch_length: state.epoch_length,
				genesis_slot: state.genesis_slot,
			},
		)
	}

	/// The epoch of `slot`.
	pub fn epoch_of(slot: Slot) -> EpochIndex {
		Self::state().map_or(0, |state| state.epoch_of(slot))
	}

	/// The election at a glance. A node does not start on a chain whose status has no miners.
	pub fn status() -> Status<T::AccountId> {
		let set_id = pallet_grandpa::CurrentSetId::<T>::get();
		let Some(state) = Self::state() else {
			return Status {
				epoch: 0,
				slot: Slot::from(0),
				miners: 0,
				total_power: 0,
				strongest: None,
				recovery: false,
				set_id,
			};
		};
		let slot = state.parent_slot;
		let list = state.elector(slot).list;
		let (miners, total_power) = Self::size_of_list(list);
		Status {
			epoch: state.current_epoch(),
			slot,
			miners,
			total_power,
			// The strongest sits first.
			strongest: Self::seats_of_list(list, 0, 1).pop(),
			recovery: Self::is_waived(&state),
			set_id,
		}
	}

	/// Does what the first hook of a block does, and tells what it cost.
	///
	/// The order matters: the epoch is opened, then the leader derived, then the randomness mixed.
	fn begin_block(block: BlockNumberFor<T>, pre_digest: &PreDigest) -> Result<Weight, Refusal> {
		let mut state = Self::state().ok_or(Refusal::NotConfigured)?;
		let slot = pre_digest.slot;
		ensure!(Self::is_after_parent(&state, slot), Refusal::SlotNotAfterParent);

		let copied = Self::open_epoch_if_new(&mut state, slot);
		let leader = Self::leader_at(&state, slot).ok_or(Refusal::NoLeader)?;
		Self::check_leader(&leader, pre_digest)?;
		state.mix(&pre_digest.pre_output());
		let recovery = pre_digest.chip.is_none();
		state.note_block(slot, recovery);
		Self::put_state(state);

		if recovery {
			Self::deposit_event(Event::RecoveryBlock { slot, miner: leader.miner.clone() });
		} else if Disabled::<T>::contains_key(&leader.miner) {
			// Who leads with new keys has served its time.
			Disabled::<T>::remove(&leader.miner);
		}
		Author::<T>::put(Authorship {
			block,
			slot,
			index: leader.index,
			miner: leader.miner,
			chip: pre_digest.chip,
		});
		Ok(copied.map_or_else(
			<T as Config>::WeightInfo::on_initialize_block,
			<T as Config>::WeightInfo::on_initialize_epoch,
		))
	}

	/// Whether `pre_digest` says of the slot what the election says.
	fn check_leader(leader: &Leader<T::AccountId>, pre_digest: &PreDigest) -> Result<(), Refusal> {
		ensure!(leader.index == pre_digest.leader, Refusal::WrongLeader);
		match pre_digest.chip {
			None => ensure!(leader.recovery, Refusal::NoRecovery),
			Some(named) => {
				let drawn = leader.chip.as_ref().map(|(chip, _)| *chip);
				ensure!(drawn == Some(named), Refusal::WrongChip);
			}
		}
		Ok(())
	}

	/// Opens the epoch of `slot` if the parent is in an earlier one; how many miners that copied.
	fn open_epoch_if_new(state: &mut ElectionState, slot: Slot) -> Option<u32> {
		state.opens_epoch(slot)?;
		let last = (!state.records.is_empty()).then(|| state.current_epoch());
		let (adopted, copied) = Self::adopt();
		let epoch = state.open_epoch_if_new(slot, adopted)?;
		let list = state.elector(slot).list;
		Self::keep_root(last, epoch, list);
		Self::prune(state, epoch, slot);
		Self::change_voters(epoch, list);
		let (miners, power) = Self::size_of_list(list);
		Self::deposit_event(Event::EpochOpened { epoch, list, miners, power });
		Some(copied)
	}

	/// Refuses, at node start and in tests, a runtime that the pallet cannot work in.
	fn check_integrity() {
		let max_voters = <T as pallet_grandpa::Config>::MaxAuthorities::get();
		assert!(max_voters >= MAX_VOTERS, "GRANDPA must admit 100 authorities");
		assert!(
			T::MaxSetIdSessionEntries::get() >= KEEP_EPOCHS,
			"GRANDPA must remember as many sets of voters as roots are kept"
		);
		let index = <Self as PalletInfoAccess>::index();
		let timestamp = <pallet_timestamp::Pallet<T> as PalletInfoAccess>::index();
		assert!(
			timestamp.checked_add(1) == Some(index),
			"poci must be declared right after the timestamp"
		);

		let weights = T::BlockWeights::get();
		let normal = weights.get(DispatchClass::Normal).max_total.unwrap_or(weights.max_block);
		let half = normal.checked_div(2).unwrap_or_default();
		let authoring = <T as Config>::WeightInfo::report_equivocation()
			.saturating_add(<T as Config>::WeightInfo::authorize_report_equivocation());
		let voting = <T as Config>::WeightInfo::report_voting_equivocation()
			.saturating_add(<T as Config>::WeightInfo::authorize_report_voting_equivocation());
		let epoch = <T as Config>::WeightInfo::on_initialize_epoch(MAX_MINERS);
		assert!(authoring.all_lte(half), "a report must fit into half of the normal class");
		assert!(voting.all_lte(half), "a report must fit into half of the normal class");
		assert!(epoch.all_lte(weights.max_block), "an epoch change must fit into a block");
	}
}

#[cfg(any(feature = "try-runtime", test))]
use frame::deps::sp_runtime::TryRuntimeError;

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Checks what must always hold; the numbers are those of DESIGN.md.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let Some(state) = Self::state() else { return Ok(()) };
		Self::try_state_election(&state)?;
		Self::try_state_lists()?;
		Self::try_state_voters()?;
		Self::try_state_offences(&state)
	}

	/// Invariant 1: records are of increasing epochs and of lists that are frozen and still kept.
	fn try_state_election(state: &ElectionState) -> Result<(), TryRuntimeError> {
		ensure!(state.slot_duration >= 2, "the slot duration is too short");
		ensure!(
			(1..=MAX_EPOCH_LENGTH).contains(&state.epoch_length),
			"the epoch length is out of range"
		);
		ensure!(
			state.records.is_empty() == state.genesis_slot.is_none(),
			"there is a genesis slot exactly when there is a block"
		);
		let ordered = state.records.iter().zip(state.records.iter().skip(1)).all(|(one, next)| {
			one.epoch < next.epoch && one.list <= next.list && one.freeze_epoch <= next.freeze_epoch
		});
		ensure!(ordered, "records are out of order");
		ensure!(
			state
				.records
				.iter()
				.all(|record| Self::is_kept(record.list) && record.freeze_epoch <= record.epoch),
			"a record is of a list that is not kept"
		);
		Ok(())
	}

	/// Invariants 6 and 7: every root but the last names the next epoch, and none is missing; nobody
	/// is disabled from the future.
	fn try_state_offences(state: &ElectionState) -> Result<(), TryRuntimeError> {
		let mut kept = 0usize;
		let mut epoch = OldestRoot::<T>::get();
		while let Some(at) = epoch {
			let root = Roots::<T>::get(at).ok_or("a root is missing")?;
			ensure!(root.next.is_none_or(|next| next > at), "roots are out of order");
			ensure!(
				root.next.is_some() || at == state.current_epoch(),
				"the current epoch has no root"
			);
			kept = kept.saturating_add(1);
			epoch = root.next;
		}
		ensure!(kept == Roots::<T>::iter_keys().count(), "a root is out of the chain of roots");
		ensure!(
			Disabled::<T>::iter_values().all(|record| record.since <= state.current_epoch()),
			"a leader is disabled from the future"
		);
		Ok(())
	}
}

impl<T: Config> CandidateSink<T::AccountId> for Pallet<T> {
	fn current_epoch() -> EpochIndex {
		Self::current_epoch()
	}

	fn chips_changed(who: &T::AccountId) {
		Self::rewrite_entry(who);
	}

	fn seed_genesis(miners: Vec<T::AccountId>) {
		Self::seed_genesis_list(miners);
	}

	fn max_weight_of_change() -> Weight {
		<T as Config>::WeightInfo::chips_changed()
	}
}

impl<T: Config> OnTimestampSet<u64> for Pallet<T> {
	fn on_timestamp_set(moment: u64) {
		let Some(author) = Self::author() else { return };
		let slot =
			Self::state().and_then(|state| moment.checked_div(state.slot_duration)).map(Slot::from);
		// Nobody but the block's own author can reach this.
		assert!(
			slot == Some(author.slot),
			"poci refuses the block: its timestamp is of another slot"
		);
	}
}

impl<T: Config> FindAuthor<T::AccountId> for Pallet<T> {
	fn find_author<'a, I>(digests: I) -> Option<T::AccountId>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		let (_, data) = digests.into_iter().find(|(engine, _)| *engine == POCI_ENGINE_ID)?;
		let pre_digest = PreDigest::decode(&mut &*data).ok()?;
		Author::<T>::get()
			.filter(|author| author.slot == pre_digest.slot && author.index == pre_digest.leader)
			.map(|author| author.miner)
	}
}

/// The minimum period of `pallet_timestamp`: half a slot, in milliseconds.
///
/// Metadata holds constants and is built without state as well; there it is
/// [`DEFAULT_MINIMUM_PERIOD`].
pub struct MinimumPeriod<T>(PhantomData<T>);

impl<T: Config> Get<u64> for MinimumPeriod<T> {
	fn get() -> u64 {
		// Outside of any state the storage functions panic on the native side.
		#[cfg(feature = "std")]
		if sp_externalities::with_externalities(|_| ()).is_none() {
			return DEFAULT_MINIMUM_PERIOD;
		}
		Pallet::<T>::state()
			.and_then(|state| state.slot_duration.checked_div(2))
			.unwrap_or(DEFAULT_MINIMUM_PERIOD)
	}
}

/// `ShouldEndSession` of a `pallet_session` that only keeps keys: sessions never end.
pub struct NeverEnds;

impl<BlockNumber> pallet_session::ShouldEndSession<BlockNumber> for NeverEnds {
	fn should_end_session(_: BlockNumber) -> bool {
		false
	}
}
