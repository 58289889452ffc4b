//! What wallets and explorers read, what calls may cost, and what a runtime must grant.

use alloc::vec::Vec;
use frame::prelude::*;
use utnet_primitives_consensus_poci::{CandidateSink, GroupEntry, PAGE_SIZE};
use utnet_primitives_security_engine::{BatchId, ChipId, ModelId, VendorId};

use crate::{
	groups::{page_of, position_of},
	pallet::count,
	registry::SetSessionKeys,
	types::*,
	Batches, Chips, Config, Groups, Locks, Models, NextModel, NextVendor, Offers, Owners, Pages,
	Pallet, Places, Vendors, WeightInfo, WrappedKeys,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn view_chip(id: ChipId) -> Option<ChipView<T::AccountId>> {
		let chip = Chips::<T>::get(id)?;
		let now = Self::now();
		let model = Batches::<T>::get(chip.batch.vendor, chip.batch.number)?.model;
		let status = match chip.status {
			ChipStatus::Claimed { place } => {
				let since_epoch = Places::<T>::get((&chip.owner, chip.batch, place))?.since_epoch;
				ChipStatusView::Claimed { place, since_epoch }
			}
			ChipStatus::Suspended { since_epoch } => ChipStatusView::Suspended { since_epoch },
			ChipStatus::Retiring { until } if until > now => ChipStatusView::Retiring { until },
			ChipStatus::Retiring { .. } => ChipStatusView::Retired,
			ChipStatus::Revoked => ChipStatusView::Revoked,
		};
		Some(ChipView {
			id,
			live: Self::lives(&chip, now),
			power: Models::<T>::get(model)?.power,
			model,
			status,
			locks: Locks::<T>::get(id).into_inner(),
			offered: Offers::<T>::get(id).map(|offer| offer.price),
			wrapped_key: WrappedKeys::<T>::get(id).unwrap_or_default().into_inner(),
			owner: chip.owner,
			batch: chip.batch,
			serial: chip.serial,
			identity_key: chip.identity_key,
			cat_key: chip.cat_key,
			claim_counter: chip.claim_counter,
			lease_counter: chip.lease_counter,
			pledge: chip.pledge,
			release_at: chip.release_at,
		})
	}

	pub(crate) fn view_places(who: &T::AccountId, page: u32) -> Vec<PlaceView> {
		let mut left = page;
		for batch in Owners::<T>::get(who).groups {
			let places = Groups::<T>::get(who, batch).map_or(0, |group| group.count);
			let pages = places.div_ceil(PAGE_SIZE);
			if left < pages {
				return Self::view_page(who, batch, left, places);
			}
			left = left.saturating_sub(pages);
		}
		Vec::new()
	}

	fn view_page(who: &T::AccountId, batch: BatchId, page: u32, places: u32) -> Vec<PlaceView> {
		let first = page.saturating_mul(PAGE_SIZE);
		let end = first.saturating_add(PAGE_SIZE).min(places);
		let misses = Pages::<T>::get((who, batch, page)).map(|page| page.misses);
		(first..end)
			.filter_map(|place| {
				let Place { chip, since_epoch, .. } = Places::<T>::get((who, batch, place))?;
				debug_assert_eq!(page_of(place), page);
				let misses = misses.as_ref()?.get(position_of(place)).copied()?;
				Some(PlaceView { batch, place, chip, since_epoch, misses })
			})
			.collect()
	}

	pub(crate) fn view_power(who: &T::AccountId) -> u128 {
		Self::live_groups(who, Self::now())
			.iter()
			.fold(0u128, |sum, group: &GroupEntry| sum.saturating_add(group.power()))
	}

	pub(crate) fn view_vendors() -> Vec<(VendorId, Vendor<T::AccountId>)> {
		(0..NextVendor::<T>::get())
			.map(VendorId)
			.filter_map(|id| Some((id, Vendors::<T>::get(id)?)))
			.collect()
	}

	pub(crate) fn view_models() -> Vec<(ModelId, Model)> {
		(0..NextModel::<T>::get())
			.map(ModelId)
			.filter_map(|id| Some((id, Models::<T>::get(id)?)))
			.collect()
	}

	pub(crate) fn view_batches(vendor: VendorId, page: u32) -> Vec<(u32, Batch)> {
		let size = usize::try_from(PAGE_SIZE).unwrap_or_default();
		let skipped = usize::try_from(page).unwrap_or(usize::MAX).saturating_mul(size);
		Batches::<T>::iter_prefix(vendor).skip(skipped).take(size).collect()
	}

	/// What it costs at most to tell the election of `owners`, and to set session keys.
	pub(crate) fn change_weight(owners: usize, has_keys: bool) -> Weight {
		let keys = if has_keys { T::KeySetter::weight() } else { Weight::zero() };
		T::Election::max_weight_of_change()
			.saturating_mul(u64::from(count(owners)))
			.saturating_add(keys)
	}

	/// The cost of registering chips of which `released` still stand with former owners.
	pub(crate) fn registration_weight(items: usize, released: usize, has_keys: bool) -> Weight {
		<T as Config>::WeightInfo::register_chips(count(items))
			.saturating_add(<T as Config>::WeightInfo::retire_chips(count(released)))
			.saturating_add(Self::change_weight(released.saturating_add(1), has_keys))
	}

	pub(crate) fn free_registration_weight(items: usize, has_keys: bool) -> Weight {
		<T as Config>::WeightInfo::register_chips_free(count(items))
			.saturating_add(Self::change_weight(1, has_keys))
	}

	pub(crate) fn free_authorization_weight(items: usize, has_keys: bool) -> Weight {
		<T as Config>::WeightInfo::authorize_register_chips_free(count(items))
			.saturating_add(Self::change_weight(1, has_keys))
	}

	pub(crate) fn acceptance_weight(items: usize, has_keys: bool) -> Weight {
		// Each chip may come from another owner.
		<T as Config>::WeightInfo::accept_chips(count(items))
			.saturating_add(Self::change_weight(items.saturating_add(1), has_keys))
	}

	/// Checks what the registry needs of a runtime.
	#[cfg(feature = "std")]
	pub(crate) fn check_configuration() {
		let most = usize::try_from(MAX_ITEMS).unwrap_or_default();
		let most_free = usize::try_from(MAX_FREE_ITEMS).unwrap_or_default();
		let normal = T::BlockWeights::get().get(DispatchClass::Normal).clone();
		let class = normal.max_total.unwrap_or(T::BlockWeights::get().max_block);
		let extrinsic = normal.max_extrinsic.unwrap_or(class);

		let free = Self::free_registration_weight(most_free, true)
			.saturating_add(Self::free_authorization_weight(most_free, true));
		let half = class.checked_div(2).unwrap_or_default();
		assert!(
			free.all_lte(half),
			"a free registration ({free}) must weigh at most half of the Normal class ({half})"
		);
		for (call, weight) in [
			("register_chips", Self::registration_weight(most, most, true)),
			("accept_chips", Self::acceptance_weight(most, true)),
		] {
			assert!(
				weight.all_lte(extrinsic),
				"{call} of {most} chips ({weight}) must fit into a block ({extrinsic})"
			);
		}
		assert!(
			T::BlockHashCount::get() >= CLAIM_BLOCKS.into(),
			"claims name one of the last {CLAIM_BLOCKS} blocks, so the hashes of as many must be kept"
		);
	}
}
