//! The voters of GRANDPA: the strongest of the electing list, weighted by power.
//!
//! A change is made as `pallet_grandpa` makes its own at a new session, in the first hook of an
//! epoch's first block and nowhere else: from `on_finalize` the change of one block would collide
//! with that of the next.

use crate::{lists::ring, Config, Entries, Event, Pallet, WeightInfo};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use frame::prelude::*;
use pallet_grandpa::{
	Authorities, AuthorityId, AuthorityList, CurrentSetId, SetIdSession, Stalled,
};
use utnet_primitives_consensus_poci::{EpochIndex, ListIndex, MAX_VOTERS};

/// A weight may move by one part in so many before the voters are replaced.
const TOLERANCE: u128 = 16;

/// The voters of a list: for each of its strongest miners, the strongest first, the GRANDPA key and
/// the power in GOPS.
///
/// Weights are powers, above 0 and below 2^64 in sum; powers too large for that are all shifted
/// right by the same number of bits. A key that comes a second time is left out: keys rotate at
/// different times for different miners, and a voter has one weight.
///
/// A runtime's genesis presets use it for `GrandpaConfig.authorities`.
pub fn voters(seats: impl IntoIterator<Item = (AuthorityId, u128)>) -> AuthorityList {
	let mut known = BTreeSet::new();
	let seats: Vec<_> = seats
		.into_iter()
		.filter(|(key, power)| *power > 0 && known.insert(key.clone()))
		.take(usize::try_from(MAX_VOTERS).unwrap_or(usize::MAX))
		.collect();
	let sum = seats.iter().fold(0u128, |sum, (_, power)| sum.saturating_add(*power));
	// Raising shifted weights to 1 adds at most 1 for each voter.
	let limit = u128::from(u64::MAX).saturating_sub(u128::from(MAX_VOTERS));
	let scaled = |power: u128, shift: u32| power.checked_shr(shift).unwrap_or(0);
	let shift = (0..u128::BITS).find(|shift| scaled(sum, *shift) <= limit).unwrap_or(0);
	seats
		.into_iter()
		.map(|(key, power)| (key, u64::try_from(scaled(power, shift)).unwrap_or(u64::MAX).max(1)))
		.collect()
}

/// Whether `next` has other voters than `current`, or one whose weight moved by more than 1/16.
pub(crate) fn differ(current: &[(AuthorityId, u64)], next: &[(AuthorityId, u64)]) -> bool {
	let weights: BTreeMap<_, _> = current.iter().map(|(key, weight)| (key, *weight)).collect();
	current.len() != next.len()
		|| next.iter().any(|(key, weight)| {
			weights.get(key).is_none_or(|old| {
				u128::from(weight.abs_diff(*old)).saturating_mul(TOLERANCE) > u128::from(*old)
			})
		})
}

impl<T: Config> Pallet<T> {
	/// The voters that a frozen list gives.
	pub(crate) fn voters_of(list: ListIndex) -> AuthorityList {
		let most = usize::try_from(MAX_VOTERS).unwrap_or(usize::MAX);
		voters(Self::seats_of_list(list, 0, most).into_iter().filter_map(|(miner, power)| {
			Entries::<T>::get(ring(list), miner).map(|entry| (entry.keys.gran, power))
		}))
	}

	/// Replaces the voters by those of the list that elects `epoch`, where they differ enough or
	/// finality is noted as stalled, and notes that the set in office is that of `epoch`.
	pub(crate) fn change_voters(epoch: EpochIndex, list: ListIndex) {
		let next = Self::voters_of(list);
		let stalled = Stalled::<T>::get();
		let mut set_id = CurrentSetId::<T>::get();
		// Nodes refuse an empty set.
		if !next.is_empty() && (stalled.is_some() || differ(&Authorities::<T>::get(), &next)) {
			let count = u32::try_from(next.len()).unwrap_or(u32::MAX);
			let scheduled = match stalled {
				Some((further_wait, median)) => {
					pallet_grandpa::Pallet::<T>::schedule_change(next, further_wait, Some(median))
				}
				None => pallet_grandpa::Pallet::<T>::schedule_change(next, Zero::zero(), None),
			};
			if scheduled.is_ok() {
				Stalled::<T>::kill();
				set_id = set_id.saturating_add(1);
				CurrentSetId::<T>::put(set_id);
				let kept = T::MaxSetIdSessionEntries::get().max(1);
				if let Some(old) = set_id.checked_sub(kept) {
					SetIdSession::<T>::remove(old);
				}
				Self::deposit_event(Event::VotersChanged { set_id, voters: count });
			}
		}
		// GRANDPA counts sessions in `u32`.
		SetIdSession::<T>::insert(set_id, u32::try_from(epoch).unwrap_or(u32::MAX));
	}
}

#[cfg(any(feature = "try-runtime", test))]
impl<T: Config> Pallet<T> {
	/// Invariant 5: voters have weight, fewer than 2^64 together, and one key each.
	pub(crate) fn try_state_voters() -> Result<(), frame::deps::sp_runtime::TryRuntimeError> {
		let voters = Authorities::<T>::get();
		let keys: BTreeSet<_> = voters.iter().map(|(key, _)| key).collect();
		ensure!(keys.len() == voters.len(), "a voter's key comes twice");
		ensure!(voters.iter().all(|(_, weight)| *weight > 0), "a voter has no weight");
		let sum = voters.iter().try_fold(0u64, |sum, (_, weight)| sum.checked_add(*weight));
		ensure!(sum.is_some(), "the weights of all voters do not fit in 64 bits");
		Ok(())
	}
}

/// What `pallet_grandpa`'s calls cost with [`GrandpaReports`](crate::GrandpaReports).
pub struct GrandpaWeights<T>(PhantomData<T>);

impl<T: Config> pallet_grandpa::WeightInfo for GrandpaWeights<T> {
	fn report_equivocation(_validators: u32, _nominators: u32) -> Weight {
		// The transaction is checked once more before it is dispatched.
		<T as Config>::WeightInfo::authorize_report_voting_equivocation()
			.saturating_add(<T as Config>::WeightInfo::report_voting_equivocation())
	}

	fn note_stalled() -> Weight {
		<T as Config>::WeightInfo::note_stalled()
	}
}
