//! How chips leave: suspension, retirement, release by the vendor, revocation.

use frame::prelude::*;
use utnet_primitives_consensus_poci::CandidateSink;
use utnet_primitives_core::Moment;
use utnet_primitives_security_engine::{BatchId, ChipId};

use crate::{
	groups::page_of, types::*, Chips, Config, Error, Event, Locks, Pages, Pallet, Places, Vendors,
};

impl<T: Config> Pallet<T> {
	/// Takes a chip off its place, if it stands at one.
	pub(crate) fn unseat_if_claimed(
		id: &ChipId,
		chip: &Chip<T::AccountId>,
	) -> Result<(), Error<T>> {
		let ChipStatus::Claimed { place } = chip.status else { return Ok(()) };
		let stands = Places::<T>::get((&chip.owner, chip.batch, place))
			.is_some_and(|there| there.chip == *id);
		ensure!(stands, Error::<T>::Inconsistent);
		Self::unseat(&chip.owner, chip.batch, place)
	}

	/// Parts a bonded chip from its owner: place, pledge, promises.
	///
	/// The chip's own record is the caller's to write.
	pub(crate) fn leave(id: &ChipId, chip: &Chip<T::AccountId>, now: Moment) -> DispatchResult {
		Self::unseat_if_claimed(id, chip)?;
		Self::unbond(&chip.owner, chip.pledge, now)?;
		Self::clear_market(id)
	}

	/// Retires chips of their owner.
	pub(crate) fn retire(who: &T::AccountId, chips: &[ChipId], now: Moment) -> DispatchResult {
		Self::ensure_no_debt(who)?;
		let until = now.saturating_add(UNBONDING);
		for id in chips {
			let chip = Self::owned(who, id)?;
			Self::ensure_unlocked(id)?;
			Self::ensure_not_promised(id)?;
			Self::leave(id, &chip, now)?;
			Chips::<T>::insert(
				id,
				Chip {
					status: ChipStatus::Retiring { until },
					pledge: 0,
					release_at: None,
					..chip
				},
			);
			Self::deposit_event(Event::ChipRetiring { chip: *id, owner: who.clone(), until });
		}
		T::Election::chips_changed(who);
		Ok(())
	}

	/// A vendor announces that a chip that does not prove will be free.
	pub(crate) fn announce_release(
		controller: &T::AccountId,
		id: &ChipId,
		now: Moment,
	) -> DispatchResult {
		Chips::<T>::try_mutate(id, |slot| {
			let chip = slot.as_mut().ok_or(Error::<T>::UnknownChip)?;
			let vendor = Vendors::<T>::get(chip.batch.vendor).ok_or(Error::<T>::UnknownVendor)?;
			ensure!(vendor.controller == *controller, Error::<T>::NotController);
			ensure!(chip.is_bonded(), Error::<T>::NotBonded);
			ensure!(!Self::proves(chip, now), Error::<T>::ChipProves);
			ensure!(chip.release_at.is_none(), Error::<T>::AlreadyReleased);
			let at = now.saturating_add(RELEASE_NOTICE);
			chip.release_at = Some(at);
			Self::deposit_event(Event::ReleaseAnnounced {
				chip: *id,
				owner: chip.owner.clone(),
				at,
			});
			Ok(())
		})
	}

	/// Takes a chip out for ever; its owner's pledge for it unbonds.
	pub(crate) fn revoke_one(id: &ChipId, force: bool, now: Moment) -> DispatchResult {
		let chip = Chips::<T>::get(id).ok_or(Error::<T>::UnknownChip)?;
		ensure!(chip.status != ChipStatus::Revoked, Error::<T>::ChipRevoked);
		if chip.is_bonded() {
			if matches!(chip.status, ChipStatus::Claimed { .. }) {
				let power = Self::unit_power(chip.batch, now).unwrap_or_default();
				Self::charge_removal(u128::from(power), force)?;
			}
			Self::leave(id, &chip, now)?;
		}
		Locks::<T>::remove(id);
		let owner = chip.owner.clone();
		Chips::<T>::insert(
			id,
			Chip { status: ChipStatus::Revoked, pledge: 0, release_at: None, ..chip },
		);
		Self::deposit_event(Event::ChipRevoked { chip: *id, owner: owner.clone() });
		T::Election::chips_changed(&owner);
		Ok(())
	}

	/// Takes the chip at a place off it because it missed availability rounds.
	///
	/// The group's last chip moves to the place, so a caller that suspends several does so by place
	/// descending. The election is the caller's to tell.
	///
	/// # Errors
	///
	/// When nothing stands at the place.
	pub fn suspend_at(who: &T::AccountId, batch: BatchId, place: u32) -> DispatchResult {
		let id = Places::<T>::get((who, batch, place)).ok_or(Error::<T>::EmptyPlace)?.chip;
		Self::unseat(who, batch, place)?;
		let since_epoch = T::Election::current_epoch();
		Chips::<T>::try_mutate(id, |chip| {
			let chip = chip.as_mut().ok_or(Error::<T>::Inconsistent)?;
			chip.status = ChipStatus::Suspended { since_epoch };
			Ok::<_, Error<T>>(())
		})?;
		Self::deposit_event(Event::ChipSuspended { chip: id, owner: who.clone(), since_epoch });
		Ok(())
	}

	/// Notes how many availability rounds running the chip at a place has missed.
	///
	/// # Errors
	///
	/// When nothing stands at the place.
	pub fn note_misses(
		who: &T::AccountId,
		batch: BatchId,
		place: u32,
		misses: u8,
	) -> DispatchResult {
		Pages::<T>::try_mutate((who, batch, page_of(place)), |page| {
			let noted = page
				.as_mut()
				.and_then(|page| page.misses.get_mut(crate::groups::position_of(place)))
				.ok_or(Error::<T>::EmptyPlace)?;
			*noted = misses;
			Ok(())
		})
	}
}
