//! The registry as others see it: what is live, who has which power, and the election's seam.

use alloc::vec::Vec;
use frame::{arithmetic::Perbill, prelude::*};
use utnet_primitives_consensus_poci::{
	ChipRegistry, GroupEntry, SeatedChip, Standing, TooMuchPower,
};
use utnet_primitives_core::{Balance, Moment, Power};
use utnet_primitives_security_engine::{BatchId, ChipId};

use crate::{
	types::*, Batches, Chips, Config, Error, Groups, Models, Owners, Pallet, Places, Pledges,
	Vendors,
};

/// A batch in order, with its model and vendor.
pub(crate) type Trusted<T> = (Batch, Model, Vendor<<T as frame_system::Config>::AccountId>);

/// Sets the session keys of an owner whose chips stand.
pub trait SetSessionKeys<AccountId, Keys> {
	/// Sets the keys; `proof` shows that whoever sends it holds their private parts.
	///
	/// # Errors
	///
	/// When the proof is wrong, a key belongs to somebody else or `who` has no live chip.
	fn set_keys(who: &AccountId, keys: Keys, proof: Vec<u8>) -> DispatchResult;

	/// What that costs.
	fn weight() -> Weight;
}

/// Sets session keys by `pallet-session`'s own call, in the owner's name.
pub struct SessionKeySetter<T>(core::marker::PhantomData<T>);

impl<T: pallet_session::Config> SetSessionKeys<T::AccountId, T::Keys> for SessionKeySetter<T> {
	fn set_keys(who: &T::AccountId, keys: T::Keys, proof: Vec<u8>) -> DispatchResult {
		let origin = frame_system::RawOrigin::Signed(who.clone()).into();
		pallet_session::Pallet::<T>::set_keys(origin, keys, proof)
	}

	fn weight() -> Weight {
		use pallet_session::WeightInfo;
		<T as pallet_session::Config>::WeightInfo::set_keys()
	}
}

impl<T: Config> Pallet<T> {
	/// The time by which everything is judged, in milliseconds since the Unix epoch: the block's in
	/// calls, the parent's in hooks before the timestamp is set and in the runtime API.
	pub fn now() -> Moment {
		pallet_timestamp::Pallet::<T>::get()
	}

	/// The hash of block 0.
	pub fn genesis_hash() -> H256 {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
	}

	/// Whether a chip counts at `now`: it is claimed; its batch, model and vendor are in order; its
	/// owner's pledge is not owed for too long.
	pub fn is_live(chip: &ChipId, now: Moment) -> bool {
		Chips::<T>::get(chip).is_some_and(|chip| Self::lives(&chip, now))
	}

	/// [`Self::is_live`] of a chip that has been read already.
	pub(crate) fn lives(chip: &Chip<T::AccountId>, now: Moment) -> bool {
		matches!(chip.status, ChipStatus::Claimed { .. })
			&& Self::unit_power(chip.batch, now).is_some()
			&& !Pledges::<T>::get(&chip.owner).is_overdue(now)
	}

	/// Whether a chip answers availability rounds. A live chip is taken to.
	pub(crate) fn proves(chip: &Chip<T::AccountId>, now: Moment) -> bool {
		Self::lives(chip, now)
	}

	/// The power of one chip of a batch in GOPS; `None` while none of its chips is live.
	pub fn unit_power(batch: BatchId, now: Moment) -> Option<Power> {
		Self::live_batch(batch, now).ok().map(|(_, model, _)| model.power)
	}

	/// A batch whose chips count at `now`, with its model and vendor.
	///
	/// # Errors
	///
	/// What is wrong with the first of vendor, model and batch that is not in order.
	pub(crate) fn live_batch(id: BatchId, now: Moment) -> Result<Trusted<T>, Error<T>> {
		let vendor = Vendors::<T>::get(id.vendor).ok_or(Error::<T>::UnknownVendor)?;
		ensure!(vendor.status == VendorStatus::Active, Error::<T>::VendorSuspended);
		let batch = Batches::<T>::get(id.vendor, id.number).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(!batch.revoked, Error::<T>::BatchRevoked);
		ensure!(now < batch.expires_at, Error::<T>::BatchIsExpired);
		let model = Models::<T>::get(batch.model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(!model.revoked, Error::<T>::ModelRevoked);
		Ok((batch, model, vendor))
	}

	/// The live groups of an owner; none while its pledge is owed for too long.
	pub(crate) fn live_groups(who: &T::AccountId, now: Moment) -> Vec<GroupEntry> {
		if Pledges::<T>::get(who).is_overdue(now) {
			return Vec::new();
		}
		Owners::<T>::get(who)
			.groups
			.iter()
			.filter_map(|batch| {
				let unit_power = Self::unit_power(*batch, now)?;
				let group = Groups::<T>::get(who, batch)?;
				Some(GroupEntry::full(*batch, unit_power, group.count))
			})
			.collect()
	}

	/// What an owner owes of its pledge, in base units.
	pub fn debt_of(who: &T::AccountId) -> Balance {
		Pledges::<T>::get(who).debt()
	}
}

impl<T: Config> ChipRegistry<T::AccountId> for Pallet<T> {
	fn standing(who: &T::AccountId) -> Option<Standing> {
		let groups = BoundedVec::truncate_from(Self::live_groups(who, Self::now()));
		(!groups.is_empty())
			.then(|| Standing { set_version: Owners::<T>::get(who).set_version, groups })
	}

	fn chip_at(who: &T::AccountId, batch: BatchId, place: u32) -> Option<SeatedChip> {
		let Place { chip: id, since_epoch, .. } = Places::<T>::get((who, batch, place))?;
		let chip = Chips::<T>::get(id)?;
		Some(SeatedChip {
			id,
			identity_key: chip.identity_key,
			since_epoch,
			may_seal: Self::lives(&chip, Self::now()),
		})
	}

	fn has_live_chip(who: &T::AccountId) -> bool {
		!Self::live_groups(who, Self::now()).is_empty()
	}

	fn penalise(who: &T::AccountId, share: Perbill) -> u128 {
		Self::slash_share(who, share, Self::now())
	}

	fn note_removal(power: u128, force: bool) -> Result<(), TooMuchPower> {
		Self::note_removal_of(power, force)
	}
}
