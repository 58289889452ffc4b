//! Who leads a slot: one function for `on_initialize` and for the runtime API.

use crate::{lists::ring, Config, Disabled, Disablement, Entries, FrozenMiners, FrozenPowers};
use crate::{Pallet, SHARES_PER_PAGE};
use alloc::vec::Vec;
use frame::prelude::*;
use utnet_primitives_consensus_poci::{
	kappa, pick, ChipRegistry, ElectionState, Elector, KeyRegistry, Leader, ListIndex, MinerEntry,
	Slot, Vacancy, VacancyReason, MAX_MINERS, MAX_SCHEDULE,
};
use utnet_primitives_security_engine::{ChipId, IdentityKey};

/// What the draw reads of a frozen list.
struct DrawList<T: Config> {
	list: ListIndex,
	miners: BoundedVec<T::AccountId, ConstU32<MAX_MINERS>>,
	powers: BoundedVec<u128, ConstU32<MAX_MINERS>>,
}

impl<T: Config> DrawList<T> {
	fn read(list: ListIndex) -> Self {
		Self {
			list,
			miners: FrozenMiners::<T>::get(ring(list)),
			powers: FrozenPowers::<T>::get(ring(list)),
		}
	}
}

/// The miner and chip under a slot's point, fit to lead or not.
struct Drawn<AccountId> {
	index: u32,
	miner: AccountId,
	entry: MinerEntry,
	/// Whether the miner may not lead because of an equivocation.
	is_disabled: bool,
	/// The chip, where it may seal and the miner may lead.
	chip: Option<(ChipId, IdentityKey)>,
}

impl<T: Config> Pallet<T> {
	/// Who may make the block of `slot` on top of the current state; `None` when nobody may or the
	/// slot has passed.
	///
	/// A jump over any number of epochs is answered as if the block's first hook had run.
	pub fn slot_leader(slot: Slot) -> Option<Leader<T::AccountId>> {
		let state = Self::state()?;
		if !Self::is_after_parent(&state, slot) {
			return None;
		}
		Self::leader_at(&state, slot)
	}

	/// Why `slot` has no leader on top of the current state, for the miner that was drawn; `None`
	/// where it has one, where nobody was drawn, or where the slot has passed.
	pub fn slot_vacancy(slot: Slot) -> Option<Vacancy<T::AccountId>> {
		let state = Self::state()?;
		if !Self::is_after_parent(&state, slot) || state.is_recovery(slot) {
			return None;
		}
		let elector = state.elector(slot);
		let drawn = Self::draw(&state, &elector, &DrawList::read(elector.list), slot)?;
		if drawn.chip.is_some() {
			return None;
		}
		let reason =
			if drawn.is_disabled { VacancyReason::Disabled } else { VacancyReason::ChipNotLive };
		let session_key = drawn.entry.keys.poci;
		Some(Vacancy { miner: drawn.miner, session_key, reason })
	}

	/// Who leads, with which chip, in `count` slots from `first` on, as far as seeds are fixed: in
	/// the epoch of the last block and the next one. 256 slots at most.
	#[allow(clippy::type_complexity, reason = "the shape of the runtime API")]
	pub fn epoch_schedule(first: Slot, count: u32) -> Vec<(Slot, Option<(T::AccountId, ChipId)>)> {
		let Some(state) = Self::state() else { return Vec::new() };
		if state.genesis_slot.is_none_or(|genesis| first < genesis) {
			return Vec::new();
		}
		let mut read: Option<DrawList<T>> = None;
		let mut schedule = Vec::new();
		for ahead in 0..count.min(MAX_SCHEDULE) {
			let slot = first.saturating_add(u64::from(ahead));
			if !state.covers(slot) || !state.is_seed_fixed(slot) {
				continue;
			}
			let elector = state.elector(slot);
			let list = match read.take() {
				Some(list) if list.list == elector.list => list,
				_ => DrawList::read(elector.list),
			};
			let leader = Self::draw(&state, &elector, &list, slot)
				.and_then(|drawn| drawn.chip.map(|(chip, _)| (drawn.miner, chip)));
			read = Some(list);
			schedule.push((slot, leader));
		}
		schedule
	}

	/// Whether a block in `slot` may follow the last one.
	pub(crate) fn is_after_parent(state: &ElectionState, slot: Slot) -> bool {
		state.genesis_slot.is_none() || slot > state.parent_slot
	}

	/// The leader of `slot`, whether its epoch is open in `state` or not.
	pub(crate) fn leader_at(state: &ElectionState, slot: Slot) -> Option<Leader<T::AccountId>> {
		let elector = state.elector(slot);
		let drawn = Self::draw(state, &elector, &DrawList::read(elector.list), slot)?;
		let recovery = state.is_recovery(slot);
		if drawn.chip.is_none() && !recovery {
			return None;
		}
		Some(Leader {
			index: drawn.index,
			miner: drawn.miner,
			session_key: drawn.entry.keys.poci,
			chip: drawn.chip,
			seed: elector.seed,
			recovery,
		})
	}

	/// Draws the point of `slot` and finds what lies under it.
	fn draw(
		state: &ElectionState,
		elector: &Elector,
		list: &DrawList<T>,
		slot: Slot,
	) -> Option<Drawn<T::AccountId>> {
		let total = list.powers.last().copied()?;
		let point = kappa(&elector.seed, slot, elector.index_in_epoch, state.epoch_length, total)?;
		let (index, offset) = pick(&list.powers, point)?;
		let miner = list.miners.get(usize::try_from(index).ok()?)?.clone();
		let entry = Entries::<T>::get(ring(list.list), &miner)?;
		let is_disabled = Disabled::<T>::get(&miner)
			.is_some_and(|record| record.applies(&entry.keys, elector.epoch));
		let chip = if is_disabled {
			None
		} else {
			entry
				.locate(offset)
				.and_then(|(batch, place)| T::Chips::chip_at(&miner, batch, place))
				.filter(|chip| chip.may_seal && chip.since_epoch <= elector.freeze_epoch)
				.map(|chip| (chip.id, chip.identity_key))
		};
		Some(Drawn { index, miner, entry, is_disabled, chip })
	}

	/// A page of the list that elects the current epoch.
	pub(crate) fn electing_shares(page: u32) -> Vec<(T::AccountId, u128)> {
		let Some(state) = Self::state() else { return Vec::new() };
		let list = state.elector(state.parent_slot).list;
		let first = page.saturating_mul(SHARES_PER_PAGE);
		let position = |number| usize::try_from(number).unwrap_or(usize::MAX);
		Self::seats_of_list(list, position(first), position(SHARES_PER_PAGE))
	}

	/// The disablement of `miner`, where it applies to the session keys it has set.
	pub(crate) fn disablement_of(miner: &T::AccountId) -> Option<Disablement> {
		let record = Disabled::<T>::get(miner)?;
		let epoch = Self::current_epoch();
		let applies = T::Keys::keys_of(miner).is_none_or(|keys| record.applies(&keys, epoch));
		applies.then_some(record)
	}
}
