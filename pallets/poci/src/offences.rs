//! Reports of equivocations, what they cost the offender, and disabled leaders.
//!
//! A report brings the leaf of the offender and a Merkle proof; the roots of the lists that elected
//! past epochs are kept for 28 days or 2 000 epochs, whichever ends first. Everything is checked
//! before a transaction enters the pool, the signatures last.

use crate::{
	lists::ring, Call, Config, Disabled, Disablement, Entries, Event, FrozenLeaves, FrozenMiners,
	ListRoot, Offence, OffenceKind, Offences, OldestRoot, OldestVoters, Pallet, ReportError, Roots,
};
use alloc::boxed::Box;
use frame::{prelude::*, traits::ConstU64};
use pallet_grandpa::{AuthorityId as VoterId, CurrentSetId, SetIdSession};
use sp_staking::offence::OffenceReportSystem;
use utnet_primitives_consensus_poci::{
	equivocation::leader_of_pair, list_root, AuthorityId, ChipRegistry, ElectionState, EpochIndex,
	EquivocationProof, KeyRegistry, ListIndex, ListProof, MinerEntry, MinerKeys, Slot,
	TooMuchPower, MAX_VOTERS,
};
use utnet_primitives_core::tx_priority;

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// How long an offence can be reported, in milliseconds: 21 days.
pub const REPORT_MILLIS: u64 = 21 * DAY_MILLIS;

/// How long roots of lists are kept, in milliseconds: 28 days, as long as chips unbond.
pub const KEEP_MILLIS: u64 = 28 * DAY_MILLIS;

/// For how many epochs roots of lists are kept.
pub const KEEP_EPOCHS: u64 = 2_000;

/// The longest header that a report may bring, in bytes; a change of 100 voters takes 4 KiB.
pub const MAX_HEADER_SIZE: usize = 16 * 1_024;

/// For how many blocks a report stays valid in the pool.
pub const REPORT_LONGEVITY: u64 = 1_024;

/// Roots, and sets of voters, that the first block of an epoch forgets at most.
const PRUNED_PER_EPOCH: u32 = 2;

/// Offences of one epoch, or set of voters, that the first block of an epoch forgets at most.
pub(crate) const PRUNED_OFFENCES: u32 = 16;

/// What two votes are signed by and about.
type VoteProof<T> =
	sp_consensus_grandpa::EquivocationProof<<T as frame_system::Config>::Hash, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// Checks a report of two headers, the cheapest checks first.
	pub(crate) fn check_authoring(
		proof: &EquivocationProof<HeaderFor<T>>,
		ownership: &ListProof,
	) -> Result<Offence<T::AccountId>, ReportError> {
		let state = Self::state().ok_or(ReportError::UnknownList)?;
		let is_short = |header: &HeaderFor<T>| header.encoded_size() <= MAX_HEADER_SIZE;
		ensure!(
			is_short(&proof.first_header) && is_short(&proof.second_header),
			ReportError::TooLarge
		);
		ensure!(proof.slot <= state.parent_slot, ReportError::Future);
		let epoch = state.epoch_of(proof.slot);
		ensure!(ownership.epoch == epoch, ReportError::WrongEpoch);
		ensure!(!Self::is_older(&state, proof.slot, REPORT_MILLIS), ReportError::TooOld);
		ensure!(ownership.keys.poci == proof.offender, ReportError::NotTheOffender);
		let miner = Self::check_ownership(OffenceKind::Authoring, epoch, ownership)?;
		let leader = leader_of_pair(proof.clone()).ok_or(ReportError::InvalidEquivocation)?;
		ensure!(leader == ownership.index, ReportError::InvalidEquivocation);
		Ok(Offence {
			kind: OffenceKind::Authoring,
			period: epoch,
			epoch,
			miner,
			keys: ownership.keys.clone(),
		})
	}

	/// Checks a report of two votes, the cheapest checks first.
	pub(crate) fn check_voting(
		proof: &VoteProof<T>,
		ownership: &ListProof,
	) -> Result<Offence<T::AccountId>, ReportError> {
		let state = Self::state().ok_or(ReportError::UnknownList)?;
		let set_id = proof.set_id();
		ensure!(set_id <= CurrentSetId::<T>::get(), ReportError::Future);
		// The set was in office from the epoch after the one before's last to its own last.
		let last = Self::last_epoch_of(set_id).ok_or(ReportError::UnknownVoters)?;
		let before = match set_id.checked_sub(1) {
			Some(previous) => {
				Some(Self::last_epoch_of(previous).ok_or(ReportError::UnknownVoters)?)
			}
			None => None,
		};
		let epoch = ownership.epoch;
		ensure!(
			epoch <= last && before.is_none_or(|before| epoch > before),
			ReportError::WrongEpoch
		);
		ensure!(!Self::is_over_for(&state, epoch, REPORT_MILLIS), ReportError::TooOld);
		ensure!(
			ownership.keys.gran == *proof.offender() && ownership.index < MAX_VOTERS,
			ReportError::NotTheOffender
		);
		let miner = Self::check_ownership(OffenceKind::Voting, set_id, ownership)?;
		ensure!(
			sp_consensus_grandpa::check_equivocation_proof(proof.clone()),
			ReportError::InvalidEquivocation
		);
		Ok(Offence {
			kind: OffenceKind::Voting,
			period: set_id,
			epoch,
			miner,
			keys: ownership.keys.clone(),
		})
	}

	/// Whose keys the proof is about, where they are in the list of the proof's epoch and their
	/// owner was not punished for the period yet.
	fn check_ownership(
		kind: OffenceKind,
		period: u64,
		ownership: &ListProof,
	) -> Result<T::AccountId, ReportError> {
		let root = Roots::<T>::get(ownership.epoch).ok_or(ReportError::UnknownList)?;
		let miner: T::AccountId = ownership.account().ok_or(ReportError::InvalidOwnershipProof)?;
		ensure!(!Offences::<T>::contains_key((kind, period), &miner), ReportError::AlreadyReported);
		ensure!(
			ownership.leaf_count == root.leaf_count && ownership.verify(&root.root),
			ReportError::InvalidOwnershipProof
		);
		Ok(miner)
	}

	/// Punishes an offender; the offence is remembered, so that it is punished once.
	pub(crate) fn punish(offence: Offence<T::AccountId>) {
		let Offence { kind, period, epoch, miner, keys } = offence;
		Offences::<T>::insert((kind, period), &miner, ());
		let slashed = T::Chips::penalise(&miner, kind.share());
		log::warn!(
			target: crate::LOG_TARGET,
			"{kind:?} equivocation of {miner:?} in epoch {epoch}: {slashed} base units slashed",
		);
		Self::deposit_event(Event::EquivocationReported {
			kind,
			miner: miner.clone(),
			epoch,
			slashed,
		});
		if Self::do_disable(&miner, Some(keys), false).is_err() {
			Self::deposit_event(Event::DisablingRefused { miner });
		}
	}

	/// Disables `miner` from now on and retires the session keys it has set and `keys`.
	///
	/// Its power counts as removed unless it is disabled already.
	pub(crate) fn do_disable(
		miner: &T::AccountId,
		keys: Option<MinerKeys>,
		force: bool,
	) -> Result<(), TooMuchPower> {
		if Self::disablement_of(miner).is_none() {
			let power = T::Chips::standing(miner).map_or(0, |standing| standing.power());
			T::Chips::note_removal(power, force)?;
		}
		let epoch = Self::current_epoch();
		let mut record = Disabled::<T>::get(miner).unwrap_or_else(|| Disablement::new(epoch));
		record.since = epoch;
		for retired in keys.into_iter().chain(T::Keys::keys_of(miner)) {
			record.retire(retired);
		}
		Disabled::<T>::insert(miner, record);
		Self::deposit_event(Event::LeaderDisabled { miner: miner.clone(), epoch });
		Ok(())
	}

	/// Whether `slot` began more than `millis` before the last block's slot.
	fn is_older(state: &ElectionState, slot: Slot, millis: u64) -> bool {
		let slots = u64::from(state.parent_slot.saturating_sub(u64::from(slot)));
		slots.saturating_mul(state.slot_duration) > millis
	}

	/// Whether `epoch` ended more than `millis` before the last block's slot.
	fn is_over_for(state: &ElectionState, epoch: EpochIndex, millis: u64) -> bool {
		epoch
			.checked_add(1)
			.and_then(|next| state.first_slot(next))
			.is_some_and(|end| Self::is_older(state, end, millis))
	}

	/// The last epoch in which a set of voters is, or was, in office.
	fn last_epoch_of(set_id: u64) -> Option<EpochIndex> {
		SetIdSession::<T>::get(set_id).map(EpochIndex::from)
	}

	/// Keeps the root of `list`, which elects `epoch`; `last` is the epoch before it with a block.
	pub(crate) fn keep_root(last: Option<EpochIndex>, epoch: EpochIndex, list: ListIndex) {
		if let Some(last) = last {
			Roots::<T>::mutate_extant(last, |root| root.next = Some(epoch));
		}
		let leaves = FrozenLeaves::<T>::get(ring(list));
		let leaf_count = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
		let root = ListRoot { root: list_root(&leaves), leaf_count, list, next: None };
		Roots::<T>::insert(epoch, root);
		if OldestRoot::<T>::get().is_none() {
			OldestRoot::<T>::put(epoch);
		}
	}

	/// Forgets roots and offences that are too old, a few at a time.
	pub(crate) fn prune(state: &ElectionState, epoch: EpochIndex, slot: Slot) {
		// The state does not know the slot of the block yet.
		let state = ElectionState { parent_slot: slot, ..state.clone() };
		for _ in 0..PRUNED_PER_EPOCH {
			if !Self::prune_root(&state, epoch) {
				break;
			}
		}
		for _ in 0..PRUNED_PER_EPOCH {
			if !Self::prune_voters() {
				break;
			}
		}
	}

	/// Forgets the oldest root and the offences of its epoch; whether it could.
	fn prune_root(state: &ElectionState, epoch: EpochIndex) -> bool {
		let Some(oldest) = OldestRoot::<T>::get() else { return false };
		let Some(next) = Roots::<T>::get(oldest).and_then(|root| root.next) else { return false };
		let is_expired = epoch.saturating_sub(oldest) > KEEP_EPOCHS
			|| Self::is_over_for(state, oldest, KEEP_MILLIS);
		if !is_expired || !Self::forget_offences(OffenceKind::Authoring, oldest) {
			return false;
		}
		Roots::<T>::remove(oldest);
		OldestRoot::<T>::put(next);
		true
	}

	/// Forgets the offences of the oldest set of voters once no root of its epochs is kept; whether
	/// it could.
	fn prune_voters() -> bool {
		let oldest = OldestVoters::<T>::get();
		let is_in_office = oldest >= CurrentSetId::<T>::get();
		let is_known = Self::last_epoch_of(oldest)
			.is_some_and(|last| OldestRoot::<T>::get().is_none_or(|root| last >= root));
		if is_in_office || is_known || !Self::forget_offences(OffenceKind::Voting, oldest) {
			return false;
		}
		OldestVoters::<T>::put(oldest.saturating_add(1));
		true
	}

	/// Forgets offences of a period; whether none is left.
	fn forget_offences(kind: OffenceKind, period: u64) -> bool {
		Offences::<T>::clear_prefix((kind, period), PRUNED_OFFENCES, None).maybe_cursor.is_none()
	}

	/// Proves that `authority` was in the list that elects `slot`, of the current epoch or a later
	/// one: ask at the parent of a header.
	pub fn generate_key_ownership_proof(slot: Slot, authority: AuthorityId) -> Option<ListProof> {
		let state = Self::state()?;
		let epoch = state.epoch_of(slot);
		let list = match Roots::<T>::get(epoch) {
			Some(root) => root.list,
			None if state.covers(slot) => state.elector(slot).list,
			None => return None,
		};
		Self::prove(epoch, list, |entry| entry.keys.poci == authority)
	}

	/// Proves that `voter` was in a list that gave the set of voters `set_id`, as long as that list
	/// is kept.
	pub fn generate_voter_proof(set_id: u64, voter: VoterId) -> Option<ListProof> {
		let epoch = Self::last_epoch_of(set_id)?;
		Self::prove(epoch, Roots::<T>::get(epoch)?.list, |entry| entry.keys.gran == voter)
	}

	/// The proof of the first miner, of the list that elects `epoch`, whose entry `matches`.
	fn prove(
		epoch: EpochIndex,
		list: ListIndex,
		matches: impl Fn(&MinerEntry) -> bool,
	) -> Option<ListProof> {
		// Of an older list only the root is left.
		if !Self::is_kept(list) {
			return None;
		}
		let leaves = FrozenLeaves::<T>::get(ring(list));
		let (index, (miner, entry)) = FrozenMiners::<T>::get(ring(list))
			.into_iter()
			.filter_map(|miner| {
				let entry = Entries::<T>::get(ring(list), &miner)?;
				Some((miner, entry))
			})
			.enumerate()
			.find(|(_, (_, entry))| matches(entry))?;
		let index = u32::try_from(index).ok()?;
		ListProof::new(epoch, &leaves, index, &miner, entry.power, entry.keys)
	}

	/// Admits a report of two headers into the pool and into a block.
	#[allow(clippy::borrowed_box, reason = "the shape that the macro asks for")]
	pub(crate) fn authorize_authoring(
		_: TransactionSource,
		proof: &Box<EquivocationProof<HeaderFor<T>>>,
		ownership: &ListProof,
	) -> TransactionValidityWithRefund {
		Self::admit_report(Self::check_authoring(proof, ownership)?)
	}

	/// Admits a report of two votes into the pool and into a block.
	#[allow(clippy::borrowed_box, reason = "the shape that the macro asks for")]
	pub(crate) fn authorize_voting(
		_: TransactionSource,
		proof: &Box<VoteProof<T>>,
		ownership: &ListProof,
	) -> TransactionValidityWithRefund {
		Self::admit_report(Self::check_voting(proof, ownership)?)
	}

	fn admit_report(offence: Offence<T::AccountId>) -> TransactionValidityWithRefund {
		ValidTransaction::with_tag_prefix("PociEquivocation")
			.priority(tx_priority::PROTOCOL_LIVENESS)
			.and_provides((offence.kind, offence.period, offence.miner))
			.longevity(REPORT_LONGEVITY)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}
}

impl<T: Config + CreateAuthorizedTransaction<Call<T>>> Pallet<T> {
	/// Submits a report of two headers to the pool; `None` when it is refused.
	pub fn submit_report_equivocation(
		equivocation_proof: EquivocationProof<HeaderFor<T>>,
		key_owner_proof: ListProof,
	) -> Option<()> {
		Self::submit(Call::report_equivocation {
			equivocation_proof: Box::new(equivocation_proof),
			key_owner_proof,
		})
		.ok()
	}

	fn submit(call: Call<T>) -> Result<(), ()> {
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
	}
}

/// What `pallet_grandpa` does with reports of voters: everything is checked by
/// [`Pallet::report_voting_equivocation`]'s checks, and nodes publish reports as that call.
pub struct GrandpaReports<T>(PhantomData<T>);

impl<T> OffenceReportSystem<Option<T::AccountId>, (VoteProof<T>, ListProof)> for GrandpaReports<T>
where
	T: Config + CreateAuthorizedTransaction<Call<T>>,
{
	type Longevity = ConstU64<REPORT_LONGEVITY>;

	fn publish_evidence((proof, ownership): (VoteProof<T>, ListProof)) -> Result<(), ()> {
		Pallet::<T>::submit(Call::report_voting_equivocation {
			equivocation_proof: Box::new(proof),
			key_owner_proof: ownership,
		})
	}

	fn check_evidence(
		(proof, ownership): (VoteProof<T>, ListProof),
	) -> Result<(), TransactionValidityError> {
		Pallet::<T>::check_voting(&proof, &ownership)?;
		Ok(())
	}

	fn process_evidence(
		_reporter: Option<T::AccountId>,
		(proof, ownership): (VoteProof<T>, ListProof),
	) -> Result<(), DispatchError> {
		let offence =
			Pallet::<T>::check_voting(&proof, &ownership).map_err(crate::Error::<T>::from)?;
		Pallet::<T>::punish(offence);
		Ok(())
	}
}
