//! What is true of the registry after every block, numbered.

use alloc::collections::{BTreeMap, BTreeSet};
use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::InspectHold as _};
use utnet_primitives_consensus_poci::PAGE_SIZE;
use utnet_primitives_core::Balance;
use utnet_primitives_security_engine::{BatchId, UncompressedCatKey};

use crate::{
	types::*, Batches, CatKeys, Chips, Config, Groups, Handovers, HoldReason, IdentityKeys, Locks,
	Models, Network, NextModel, NextVendor, Offers, Owners, Pages, Pallet, Places, Pledges,
	Serials, Vendors, WrappedKeys,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	///
	/// 1. A group's places are 0 to count − 1; its sum, and each page's, are those of its places.
	/// 2. An owner's list names exactly its groups, ascending, each once, none empty.
	/// 3. A chip is claimed if and only if it stands at the place its record names.
	/// 4. Tallies are sums: a batch's of its places, a model's of its counted batches, a vendor's of
	///    its models that are not revoked, the network's of its vendors that are not suspended. No
	///    model passes its cap.
	/// 5. A batch has registered as many chips as have its id, and no more than its count.
	/// 6. Serial numbers, identity keys and CAT keys each lead to exactly the chip that has them.
	/// 7. A pledge is the sum of its owner's bonded chips; it holds no more; there is a date if and
	///    only if there is a debt; what the account holds is what is held and what is unbonding.
	/// 8. A chip that is not bonded has no pledge, promise, offer or notice.
	/// 9. What a buyer holds is the sum of what it has bought and not claimed; promise and offer
	///    name the chip's owner.
	/// 10. The locks of a chip take at most the whole of it, each user once.
	/// 11. Ids of vendors and models have no gaps; a batch is of its own vendor's model.
	///
	/// # Errors
	///
	/// The first invariant that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_groups()?;
		Self::try_owners()?;
		Self::try_chips()?;
		Self::try_tallies()?;
		Self::try_pledges()?;
		Self::try_market()?;
		Self::try_locks()
	}

	fn try_groups() -> Result<(), TryRuntimeError> {
		let mut places = 0u32;
		let mut pages = 0u32;
		for (who, batch, group) in Groups::<T>::iter() {
			let mut sum = UncompressedCatKey::identity();
			let mut page_sum = UncompressedCatKey::identity();
			for place in 0..group.count {
				let there = Places::<T>::get((&who, batch, place))
					.ok_or("1: a group has a place that nothing stands at")?;
				sum = sum.add(&there.cat_key).map_err(|_| "1: a place has a malformed key")?;
				page_sum = page_sum.add(&there.cat_key).map_err(|_| "1: a malformed sum")?;
				places = places.saturating_add(1);
				let next = place.saturating_add(1);
				if next == group.count || next.checked_rem(PAGE_SIZE) == Some(0) {
					let page = Pages::<T>::get((&who, batch, crate::groups::page_of(place)))
						.ok_or("1: a group lacks a page")?;
					ensure!(page.sum == page_sum, "1: the sum of a page is not that of its places");
					let begun = crate::groups::position_of(place).saturating_add(1);
					ensure!(page.misses.len() == begun, "1: a page counts other places");
					page_sum = UncompressedCatKey::identity();
					pages = pages.saturating_add(1);
				}
			}
			ensure!(group.sum == sum, "1: the sum of a group is not that of its places");
		}
		ensure!(
			Places::<T>::iter_keys().count() == usize::try_from(places).unwrap_or_default(),
			"1: a place belongs to no group"
		);
		ensure!(
			Pages::<T>::iter_keys().count() == usize::try_from(pages).unwrap_or_default(),
			"1: a page belongs to no group"
		);
		Ok(())
	}

	fn try_owners() -> Result<(), TryRuntimeError> {
		let mut groups = 0usize;
		for (who, owner) in Owners::<T>::iter() {
			let ascending: BTreeSet<_> = owner.groups.iter().copied().collect();
			ensure!(
				ascending.iter().eq(owner.groups.iter()),
				"2: the groups of an owner do not ascend"
			);
			for batch in &owner.groups {
				let group =
					Groups::<T>::get(&who, batch).ok_or("2: an owner's group is missing")?;
				ensure!(group.count > 0, "2: a group is empty");
			}
			groups = groups.saturating_add(owner.groups.len());
		}
		ensure!(Groups::<T>::iter_keys().count() == groups, "2: a group belongs to no owner");
		Ok(())
	}

	fn try_chips() -> Result<(), TryRuntimeError> {
		let mut claimed = 0usize;
		let mut chips = 0usize;
		let mut registered = BTreeMap::<BatchId, u32>::new();
		for (id, chip) in Chips::<T>::iter() {
			chips = chips.saturating_add(1);
			let of_batch = registered.entry(chip.batch).or_default();
			*of_batch = of_batch.saturating_add(1);
			if let ChipStatus::Claimed { place } = chip.status {
				let there = Places::<T>::get((&chip.owner, chip.batch, place))
					.ok_or("3: a claimed chip stands nowhere")?;
				ensure!(there.chip == id, "3: another chip stands at a claimed chip's place");
				ensure!(
					chip.cat_key.decompress() == Ok(there.cat_key),
					"3: a place has another chip's key"
				);
				claimed = claimed.saturating_add(1);
			}
			ensure!(
				Serials::<T>::get(chip.batch.vendor, chip.serial) == Some(id)
					&& IdentityKeys::<T>::get(chip.identity_key) == Some(id)
					&& CatKeys::<T>::get(chip.cat_key) == Some(id),
				"6: a chip's serial number or key leads elsewhere"
			);
			ensure!(
				chip.is_bonded()
					|| chip.pledge == 0
						&& chip.release_at.is_none()
						&& !Handovers::<T>::contains_key(id)
						&& !Offers::<T>::contains_key(id),
				"8: a chip that left has a pledge, promise, offer or notice"
			);
		}
		ensure!(
			Places::<T>::iter_keys().count() == claimed,
			"3: a chip stands at a place and is not claimed"
		);
		ensure!(
			Serials::<T>::iter_keys().count() == chips
				&& IdentityKeys::<T>::iter_keys().count() == chips
				&& CatKeys::<T>::iter_keys().count() == chips,
			"6: a serial number or key leads to no chip"
		);
		ensure!(
			WrappedKeys::<T>::iter_keys().all(Chips::<T>::contains_key),
			"6: a wrapped key is no chip's"
		);
		for (vendor, number, batch) in Batches::<T>::iter() {
			let count = registered.remove(&BatchId { vendor, number }).unwrap_or_default();
			ensure!(batch.registered == count, "5: a batch has registered other chips");
			ensure!(count <= batch.max_count, "5: a batch has registered too many chips");
		}
		ensure!(registered.is_empty(), "5: a chip is of no batch");
		Ok(())
	}

	fn try_tallies() -> Result<(), TryRuntimeError> {
		let mut of_batch = BTreeMap::new();
		for (_, id, group) in Groups::<T>::iter() {
			let batch = Batches::<T>::get(id.vendor, id.number).ok_or("4: a group of no batch")?;
			let model = Models::<T>::get(batch.model).ok_or("4: a batch of no model")?;
			let power = u128::from(model.power).saturating_mul(u128::from(group.count));
			let sum = of_batch.entry(id).or_insert_with(Tally::default);
			*sum = sum.plus(Tally { chips: group.count, power });
		}
		let mut of_model = BTreeMap::new();
		for (vendor, number, batch) in Batches::<T>::iter() {
			let id = BatchId { vendor, number };
			let stands = of_batch.get(&id).copied().unwrap_or_default();
			ensure!(batch.tally == stands, "4: the tally of a batch is not that of its places");
			ensure!(!(batch.revoked && batch.counted), "4: a revoked batch is counted");
			let model = Models::<T>::get(batch.model).ok_or("11: a batch of no model")?;
			ensure!(model.vendor == vendor, "11: a batch is of another vendor's model");
			if batch.counted {
				let sum = of_model.entry(batch.model).or_insert_with(Tally::default);
				*sum = sum.plus(stands);
			}
		}
		let mut of_vendor = BTreeMap::new();
		for (id, model) in Models::<T>::iter() {
			let stands = of_model.get(&id).copied().unwrap_or_default();
			ensure!(model.tally == stands, "4: the tally of a model is not that of its batches");
			ensure!(stands.chips <= model.cap, "4: a model passes its cap");
			ensure!(id.0 < NextModel::<T>::get(), "11: a model's id was not given");
			if !model.revoked {
				let sum = of_vendor.entry(model.vendor).or_insert_with(Tally::default);
				*sum = sum.plus(stands);
			}
		}
		let mut network = Tally::default();
		for (id, vendor) in Vendors::<T>::iter() {
			let stands = of_vendor.get(&id).copied().unwrap_or_default();
			ensure!(vendor.tally == stands, "4: the tally of a vendor is not that of its models");
			ensure!(id.0 < NextVendor::<T>::get(), "11: a vendor's id was not given");
			let batches = Batches::<T>::iter_key_prefix(id).count();
			ensure!(
				usize::try_from(vendor.batches) == Ok(batches),
				"11: a vendor has other batches than it counts"
			);
			if vendor.status == VendorStatus::Active {
				network = network.plus(stands);
			}
		}
		ensure!(
			Network::<T>::get() == network,
			"4: the network's tally is not that of its vendors"
		);
		let ids = |count: u32| usize::try_from(count).unwrap_or_default();
		ensure!(
			Models::<T>::iter_keys().count() == ids(NextModel::<T>::get())
				&& Vendors::<T>::iter_keys().count() == ids(NextVendor::<T>::get()),
			"11: the ids of vendors or models have gaps"
		);
		Ok(())
	}

	fn try_pledges() -> Result<(), TryRuntimeError> {
		let mut of_owner = BTreeMap::<T::AccountId, (u32, Balance)>::new();
		for chip in Chips::<T>::iter_values().filter(Chip::is_bonded) {
			let (bonded, pledged) = of_owner.entry(chip.owner).or_default();
			*bonded = bonded.saturating_add(1);
			*pledged = pledged.saturating_add(chip.pledge);
		}
		for (who, pledge) in Pledges::<T>::iter() {
			let (bonded, pledged) = of_owner.remove(&who).unwrap_or_default();
			ensure!(
				pledge.bonded == bonded && pledge.pledged == pledged,
				"7: a pledge is not that of its owner's chips"
			);
			ensure!(pledge.held <= pledge.pledged, "7: more is held than is pledged");
			ensure!(
				(pledge.debt() > 0) == pledge.debt_since.is_some(),
				"7: a debt has no date, or a date has no debt"
			);
			ensure!(
				pledge.unbonding.windows(2).all(|pair| {
					pair.first().map(|entry| entry.until) < pair.last().map(|entry| entry.until)
				}),
				"7: what is unbonding is not in order"
			);
			let held = pledge
				.unbonding
				.iter()
				.fold(pledge.held, |sum, entry| sum.saturating_add(entry.amount));
			let on_hold = T::Currency::balance_on_hold(&HoldReason::ChipPledge.into(), &who);
			ensure!(on_hold == held, "7: an account holds another pledge than is recorded");
		}
		ensure!(of_owner.is_empty(), "7: a bonded chip has no pledge");
		Ok(())
	}

	fn try_market() -> Result<(), TryRuntimeError> {
		let mut bought = BTreeMap::<T::AccountId, Balance>::new();
		for (id, handover) in Handovers::<T>::iter() {
			let chip = Chips::<T>::get(id).ok_or("9: an unknown chip is promised")?;
			ensure!(chip.owner == handover.from, "9: a chip is promised by another than its owner");
			let sum = bought.entry(handover.to).or_default();
			*sum = sum.saturating_add(handover.price.unwrap_or_default());
		}
		for (who, price) in bought {
			let on_hold = T::Currency::balance_on_hold(&HoldReason::ChipPurchase.into(), &who);
			ensure!(on_hold == price, "9: a buyer holds another sum than it has to pay");
		}
		for (id, offer) in Offers::<T>::iter() {
			let chip = Chips::<T>::get(id).ok_or("9: an unknown chip is offered")?;
			ensure!(chip.owner == offer.seller, "9: a chip is offered by another than its owner");
		}
		Ok(())
	}

	fn try_locks() -> Result<(), TryRuntimeError> {
		for (id, locks) in Locks::<T>::iter() {
			let chip = Chips::<T>::get(id).ok_or("10: an unknown chip is locked")?;
			ensure!(chip.is_bonded(), "10: a chip that left is locked");
			ensure!(!locks.is_empty(), "10: a chip is locked by nobody");
			let share = locks.iter().fold(0u16, |sum, lock| sum.saturating_add(lock.share));
			ensure!(share <= WHOLE_CHIP, "10: a chip is let more than once");
			let is_listed_twice = locks.iter().enumerate().any(|(index, lock)| {
				locks.iter().skip(index.saturating_add(1)).any(|other| other.user == lock.user)
			});
			ensure!(!is_listed_twice, "10: a user is listed twice");
		}
		Ok(())
	}
}
