//! The open list, the frozen lists, and how the one becomes the other.
//!
//! Four lists exist at a time: the open one, `k`, and the three adopted last. A list's parts lie
//! under its number mod 4, so adopting `k` reuses the place of `k - 3`, which elects nothing any
//! more: the epoch that is opening is elected by a list no older than `k - 2`, and the roots of
//! older lists are kept elsewhere.

use crate::{Config, Entries, FrozenLeaves, FrozenMiners, FrozenPowers, OpenIndex, OpenList};
use crate::{Pallet, Seat};
use alloc::{collections::BTreeSet, vec::Vec};
use core::cmp::Reverse;
use frame::prelude::*;
use utnet_primitives_consensus_poci::{
	leaf, ChipRegistry, KeyRegistry, ListIndex, MinerEntry, GENESIS_LIST, MAX_MINERS,
};

/// Frozen lists that are kept beside the open one.
const KEPT_LISTS: u64 = 3;

/// The draw is exact up to a total power of 2^96 GOPS; seats that would pass it are left out of the
/// frozen list.
pub(crate) const MAX_TOTAL_POWER: u128 = 1 << 96;

/// Where the parts of a list lie: its number mod 4.
pub(crate) fn ring(list: ListIndex) -> u8 {
	u8::try_from(list & KEPT_LISTS).unwrap_or(0)
}

/// Where a miner with `power` sits among `seats`: the strongest first, of equals the lower account.
fn rank<AccountId: Ord>(seats: &[Seat<AccountId>], miner: &AccountId, power: u128) -> usize {
	seats.partition_point(|seat| (Reverse(seat.power), &seat.miner) < (Reverse(power), miner))
}

impl<T: Config> Pallet<T> {
	/// Whether the parts of a frozen list are still there.
	pub(crate) fn is_kept(list: ListIndex) -> bool {
		OpenIndex::<T>::get().checked_sub(list).is_some_and(|age| (1..=KEPT_LISTS).contains(&age))
	}

	/// Miners and total power of a frozen list.
	pub(crate) fn size_of_list(list: ListIndex) -> (u32, u128) {
		let powers = FrozenPowers::<T>::get(ring(list));
		let miners = u32::try_from(powers.len()).unwrap_or(u32::MAX);
		(miners, powers.last().copied().unwrap_or(0))
	}

	/// `count` miners of a frozen list from `first` on, each with its power.
	pub(crate) fn seats_of_list(
		list: ListIndex,
		first: usize,
		count: usize,
	) -> Vec<(T::AccountId, u128)> {
		let powers = FrozenPowers::<T>::get(ring(list));
		let starts = core::iter::once(0).chain(powers.iter().copied());
		FrozenMiners::<T>::get(ring(list))
			.into_iter()
			.zip(powers.iter().zip(starts).map(|(end, start)| end.saturating_sub(start)))
			.skip(first)
			.take(count)
			.collect()
	}

	/// Rewrites the entry of `who` in the open list from its live chips and its session keys; takes
	/// it out where it has none of either.
	pub(crate) fn rewrite_entry(who: &T::AccountId) {
		let open = OpenIndex::<T>::get();
		let entry = Self::entry_of(who);
		OpenList::<T>::mutate(|seats| {
			seats.retain(|seat| seat.miner != *who);
			let admitted = entry.as_ref().is_some_and(|entry| Self::admit(open, seats, who, entry));
			match entry {
				Some(entry) if admitted => Entries::<T>::insert(ring(open), who, entry),
				_ => Entries::<T>::remove(ring(open), who),
			}
		});
	}

	/// Seats `who` in the open list; the weakest gives way when it is full. Whether it is in.
	fn admit(
		open: ListIndex,
		seats: &mut BoundedVec<Seat<T::AccountId>, ConstU32<MAX_MINERS>>,
		who: &T::AccountId,
		entry: &MinerEntry,
	) -> bool {
		let at = rank(seats, who, entry.power);
		if seats.is_full() {
			if at >= seats.len() {
				return false;
			}
			if let Some(weakest) = seats.pop() {
				Entries::<T>::remove(ring(open), weakest.miner);
			}
		}
		let seat = Seat {
			miner: who.clone(),
			power: entry.power,
			leaf: leaf(who, entry.power, &entry.keys),
		};
		seats.try_insert(at, seat).is_ok()
	}

	/// What `who` would bring into a list now.
	fn entry_of(who: &T::AccountId) -> Option<MinerEntry> {
		let standing = T::Chips::standing(who)?;
		let power = standing.power();
		if power == 0 {
			return None;
		}
		let keys = T::Keys::keys_of(who)?;
		Some(MinerEntry { keys, power, set_version: standing.set_version, groups: standing.groups })
	}

	/// Freezes the open list and opens the next one with a copy of it; the number of the list
	/// adopted last, and how many miners were copied.
	///
	/// An empty open list is not adopted: the list adopted last goes on.
	pub(crate) fn adopt() -> (ListIndex, u32) {
		let open = OpenIndex::<T>::get();
		let seats = OpenList::<T>::get();
		if seats.is_empty() {
			return (open.saturating_sub(1), 0);
		}
		Self::freeze(open, &seats);
		Self::open_copy(open, open.saturating_add(1), seats.into_inner());
		(open, u32::try_from(OpenList::<T>::decode_len().unwrap_or(0)).unwrap_or(u32::MAX))
	}

	/// Writes the three values of a frozen list.
	fn freeze(list: ListIndex, seats: &[Seat<T::AccountId>]) {
		let mut total = 0u128;
		let mut miners = Vec::with_capacity(seats.len());
		let mut powers = Vec::with_capacity(seats.len());
		let mut leaves = Vec::with_capacity(seats.len());
		for seat in seats {
			let end = total.saturating_add(seat.power);
			if end >= MAX_TOTAL_POWER {
				continue;
			}
			total = end;
			miners.push(seat.miner.clone());
			powers.push(end);
			leaves.push(seat.leaf);
		}
		FrozenMiners::<T>::insert(ring(list), BoundedVec::truncate_from(miners));
		FrozenPowers::<T>::insert(ring(list), BoundedVec::truncate_from(powers));
		FrozenLeaves::<T>::insert(ring(list), BoundedVec::truncate_from(leaves));
	}

	/// Opens list `next` with the seats of list `list`. Session keys are read again, so that a
	/// rotation counts from the next freeze; miners without keys are taken out.
	fn open_copy(list: ListIndex, next: ListIndex, seats: Vec<Seat<T::AccountId>>) {
		let mut copied = Vec::with_capacity(seats.len());
		for mut seat in seats {
			let Some(mut entry) = Entries::<T>::get(ring(list), &seat.miner) else { continue };
			let Some(keys) = T::Keys::keys_of(&seat.miner) else { continue };
			if keys != entry.keys {
				seat.leaf = leaf(&seat.miner, entry.power, &keys);
				entry.keys = keys;
			}
			Entries::<T>::insert(ring(next), &seat.miner, entry);
			copied.push(seat);
		}
		Self::forget(next, &copied);
		OpenList::<T>::put(BoundedVec::truncate_from(copied));
		OpenIndex::<T>::put(next);
	}

	/// Removes what the list that lay in the place of `list` left there, but for the entries that
	/// `seats` have overwritten.
	fn forget(list: ListIndex, seats: &[Seat<T::AccountId>]) {
		let stale = FrozenMiners::<T>::take(ring(list));
		FrozenPowers::<T>::remove(ring(list));
		FrozenLeaves::<T>::remove(ring(list));
		if stale.is_empty() {
			return;
		}
		let kept: BTreeSet<_> = seats.iter().map(|seat| &seat.miner).collect();
		for miner in stale.iter().filter(|miner| !kept.contains(miner)) {
			Entries::<T>::remove(ring(list), miner);
		}
	}

	/// Writes the genesis list from the chips and session keys of `miners`, and opens the first
	/// list with a copy of it.
	pub(crate) fn seed_genesis_list(miners: Vec<T::AccountId>) {
		OpenIndex::<T>::put(GENESIS_LIST);
		OpenList::<T>::kill();
		// Of an earlier call, if there was one: genesis is not a block.
		let _ = Entries::<T>::clear(u32::MAX, None);
		for miner in &miners {
			Self::rewrite_entry(miner);
		}
		let seats = OpenList::<T>::get();
		Self::freeze(GENESIS_LIST, &seats);
		Self::open_copy(GENESIS_LIST, GENESIS_LIST.saturating_add(1), seats.into_inner());
	}
}

#[cfg(any(feature = "try-runtime", test))]
use frame::deps::sp_runtime::TryRuntimeError;

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Invariants 2 to 4: the open list is sorted, without equals and without empty power; the three
	/// values of a frozen list agree; cumulative powers strictly increase; entries are those of the
	/// lists.
	pub(crate) fn try_state_lists() -> Result<(), TryRuntimeError> {
		let open = OpenIndex::<T>::get();
		let seats = OpenList::<T>::get();
		let sorted = seats.iter().zip(seats.iter().skip(1)).all(|(one, next)| {
			(Reverse(one.power), &one.miner) < (Reverse(next.power), &next.miner)
		});
		ensure!(sorted, "the open list is not sorted");
		let mut entries = seats.len();
		for seat in &seats {
			Self::try_state_seat(open, &seat.miner, seat.power, seat.leaf)?;
		}

		for list in (0..open).rev().take(3) {
			let miners = FrozenMiners::<T>::get(ring(list));
			let powers = FrozenPowers::<T>::get(ring(list));
			let leaves = FrozenLeaves::<T>::get(ring(list));
			ensure!(
				miners.len() == powers.len() && miners.len() == leaves.len(),
				"the values of a frozen list are of different lengths"
			);
			let distinct: BTreeSet<_> = miners.iter().collect();
			ensure!(distinct.len() == miners.len(), "a miner sits twice in a frozen list");
			let mut start = 0u128;
			for ((miner, end), leaf) in miners.iter().zip(&powers).zip(&leaves) {
				ensure!(*end > start, "cumulative powers do not increase");
				Self::try_state_seat(list, miner, end.saturating_sub(start), *leaf)?;
				start = *end;
			}
			ensure!(start < MAX_TOTAL_POWER, "the total power is too large for the draw");
			entries = entries.saturating_add(miners.len());
		}
		ensure!(entries == Entries::<T>::iter_keys().count(), "an entry is in no list");
		Ok(())
	}

	fn try_state_seat(
		list: ListIndex,
		miner: &T::AccountId,
		power: u128,
		stored: H256,
	) -> Result<(), TryRuntimeError> {
		let entry = Entries::<T>::get(ring(list), miner).ok_or("a seat has no entry")?;
		ensure!(power > 0, "a seat has no power");
		ensure!(entry.power == power, "a seat has another power than its entry");
		ensure!(entry.proven_power() == power, "an entry's power is not that of its chips");
		ensure!(leaf(miner, power, &entry.keys) == stored, "a leaf is not that of its entry");
		ensure!(
			entry.groups.iter().all(utnet_primitives_consensus_poci::GroupEntry::is_well_formed),
			"a group is malformed"
		);
		Ok(())
	}
}
