//! Where chips stand: groups, pages and places, their summed keys, and the tallies above them.
//!
//! A group is dense: its places are 0 to count − 1. A chip that leaves is replaced by the group's
//! last chip, which then counts as having come in the current epoch, so that an entry frozen before
//! never elects a chip by a place that another chip stood at.

use frame::prelude::*;
use utnet_primitives_consensus_poci::{CandidateSink, PAGE_SIZE};
use utnet_primitives_security_engine::{BatchId, ChipId, UncompressedCatKey};

use crate::{
	types::*, Batches, Chips, Config, Error, Groups, Models, Network, Owners, Pages, Pallet,
	Places, Vendors,
};

/// Whether chips come into a tally or leave it.
#[derive(Clone, Copy)]
pub(crate) enum Flow {
	In,
	Out,
}

impl Flow {
	fn apply(self, tally: &mut Tally, by: Tally) {
		*tally = match self {
			Self::In => tally.plus(by),
			Self::Out => tally.minus(by),
		};
	}
}

/// The page of a place.
pub(crate) fn page_of(place: u32) -> u32 {
	place.checked_div(PAGE_SIZE).unwrap_or_default()
}

/// The position of a place in its page.
pub(crate) fn position_of(place: u32) -> usize {
	place.checked_rem(PAGE_SIZE).and_then(|position| usize::try_from(position).ok()).unwrap_or(0)
}

impl<T: Config> Pallet<T> {
	/// Gives a chip the next place in its owner's group; the place.
	///
	/// The chip's own record is the caller's to write.
	///
	/// # Errors
	///
	/// When the owner has too many groups, the group too many places or the model too many chips.
	pub(crate) fn seat(
		who: &T::AccountId,
		batch: BatchId,
		chip: ChipId,
		cat_key: UncompressedCatKey,
	) -> Result<u32, Error<T>> {
		let mut owner = Owners::<T>::get(who);
		let mut group = match owner.groups.binary_search(&batch) {
			Ok(_) => Groups::<T>::get(who, batch).ok_or(Error::<T>::Inconsistent)?,
			Err(at) => {
				owner.groups.try_insert(at, batch).map_err(|_| Error::<T>::TooManyGroups)?;
				Group { sum: UncompressedCatKey::identity(), count: 0 }
			}
		};
		let place = group.count;
		ensure!(place < MAX_PLACES, Error::<T>::GroupFull);
		Self::flow_one(batch, Flow::In)?;

		let page_index = page_of(place);
		let mut page = Pages::<T>::get((who, batch, page_index)).unwrap_or_else(|| Page {
			sum: UncompressedCatKey::identity(),
			misses: BoundedVec::new(),
		});
		page.sum = Self::sum(&page.sum, &cat_key)?;
		page.misses.try_push(0).map_err(|_| Error::<T>::Inconsistent)?;
		group.sum = Self::sum(&group.sum, &cat_key)?;
		group.count = place.saturating_add(1);
		owner.set_version = owner.set_version.saturating_add(1);

		let since_epoch = T::Election::current_epoch();
		Places::<T>::insert((who, batch, place), Place { chip, cat_key, since_epoch });
		Pages::<T>::insert((who, batch, page_index), page);
		Groups::<T>::insert(who, batch, group);
		Owners::<T>::insert(who, owner);
		Ok(place)
	}

	/// Empties a place and fills it with the group's last chip.
	///
	/// The record of the chip that leaves is the caller's to write.
	///
	/// # Errors
	///
	/// Only if the registry contradicts itself.
	pub(crate) fn unseat(who: &T::AccountId, batch: BatchId, place: u32) -> Result<(), Error<T>> {
		let mut owner = Owners::<T>::get(who);
		let mut group = Groups::<T>::get(who, batch).ok_or(Error::<T>::Inconsistent)?;
		let last = group.count.checked_sub(1).ok_or(Error::<T>::Inconsistent)?;
		let leaving = Places::<T>::take((who, batch, place)).ok_or(Error::<T>::Inconsistent)?;
		Self::flow_one(batch, Flow::Out)?;

		let last_page_index = page_of(last);
		let mut last_page =
			Pages::<T>::get((who, batch, last_page_index)).ok_or(Error::<T>::Inconsistent)?;
		let last_misses = last_page.misses.pop().ok_or(Error::<T>::Inconsistent)?;
		if place == last {
			last_page.sum = Self::difference(&last_page.sum, &leaving.cat_key)?;
		} else {
			let moved = Places::<T>::take((who, batch, last)).ok_or(Error::<T>::Inconsistent)?;
			Chips::<T>::try_mutate(moved.chip, |chip| {
				let chip = chip.as_mut().ok_or(Error::<T>::Inconsistent)?;
				chip.status = ChipStatus::Claimed { place };
				Ok::<_, Error<T>>(())
			})?;
			let page_index = page_of(place);
			if page_index == last_page_index {
				last_page.sum = Self::difference(&last_page.sum, &leaving.cat_key)?;
				*last_page.misses.get_mut(position_of(place)).ok_or(Error::<T>::Inconsistent)? =
					last_misses;
			} else {
				last_page.sum = Self::difference(&last_page.sum, &moved.cat_key)?;
				let mut page =
					Pages::<T>::get((who, batch, page_index)).ok_or(Error::<T>::Inconsistent)?;
				let without = Self::difference(&page.sum, &leaving.cat_key)?;
				page.sum = Self::sum(&without, &moved.cat_key)?;
				*page.misses.get_mut(position_of(place)).ok_or(Error::<T>::Inconsistent)? =
					last_misses;
				Pages::<T>::insert((who, batch, page_index), page);
			}
			let since_epoch = T::Election::current_epoch();
			Places::<T>::insert((who, batch, place), Place { since_epoch, ..moved });
		}
		if last_page.misses.is_empty() {
			Pages::<T>::remove((who, batch, last_page_index));
		} else {
			Pages::<T>::insert((who, batch, last_page_index), last_page);
		}

		group.sum = Self::difference(&group.sum, &leaving.cat_key)?;
		group.count = last;
		if last == 0 {
			Groups::<T>::remove(who, batch);
			owner.groups.retain(|id| *id != batch);
		} else {
			Groups::<T>::insert(who, batch, group);
		}
		owner.set_version = owner.set_version.saturating_add(1);
		Owners::<T>::insert(who, owner);
		Ok(())
	}

	/// Counts one chip of a batch in or out, on every level that is counted.
	fn flow_one(id: BatchId, flow: Flow) -> Result<(), Error<T>> {
		let mut batch = Batches::<T>::get(id.vendor, id.number).ok_or(Error::<T>::UnknownBatch)?;
		let model = Models::<T>::get(batch.model).ok_or(Error::<T>::UnknownModel)?;
		let one = Tally { chips: 1, power: u128::from(model.power) };
		flow.apply(&mut batch.tally, one);
		if batch.counted {
			Self::flow_from_batch(&batch, one, flow)?;
		}
		Batches::<T>::insert(id.vendor, id.number, batch);
		Ok(())
	}

	/// Counts chips of a batch in or out, from the model upwards; what the network gained or lost.
	///
	/// # Errors
	///
	/// When the model would have more chips than its cap.
	pub(crate) fn flow_from_batch(batch: &Batch, by: Tally, flow: Flow) -> Result<Tally, Error<T>> {
		let mut model = Models::<T>::get(batch.model).ok_or(Error::<T>::UnknownModel)?;
		flow.apply(&mut model.tally, by);
		ensure!(matches!(flow, Flow::Out) || model.tally.chips <= model.cap, Error::<T>::ModelFull);
		let moved =
			if model.revoked { Tally::default() } else { Self::flow_from_model(&model, by, flow)? };
		Models::<T>::insert(batch.model, model);
		Ok(moved)
	}

	/// Counts chips of a model in or out, from the vendor upwards; what the network gained or lost.
	pub(crate) fn flow_from_model(model: &Model, by: Tally, flow: Flow) -> Result<Tally, Error<T>> {
		let mut vendor = Vendors::<T>::get(model.vendor).ok_or(Error::<T>::UnknownVendor)?;
		flow.apply(&mut vendor.tally, by);
		let moved = match vendor.status {
			VendorStatus::Suspended => Tally::default(),
			VendorStatus::Active => {
				Self::flow_from_vendor(by, flow);
				by
			}
		};
		Vendors::<T>::insert(model.vendor, vendor);
		Ok(moved)
	}

	/// Counts chips of a vendor into the network's tally or out of it.
	pub(crate) fn flow_from_vendor(by: Tally, flow: Flow) {
		Network::<T>::mutate(|network| flow.apply(network, by));
	}

	fn sum(
		left: &UncompressedCatKey,
		right: &UncompressedCatKey,
	) -> Result<UncompressedCatKey, Error<T>> {
		left.add(right).map_err(|_| Error::<T>::Inconsistent)
	}

	fn difference(
		left: &UncompressedCatKey,
		right: &UncompressedCatKey,
	) -> Result<UncompressedCatKey, Error<T>> {
		left.sub(right).map_err(|_| Error::<T>::Inconsistent)
	}
}
