//! Who uses which chip: one table for leases and inference orders.
//!
//! A lock takes a share of a chip, per mille; all locks of a chip together take at most the whole.
//! A locked chip is neither transferred, retired nor released to somebody else.

use frame::prelude::*;
use utnet_primitives_security_engine::ChipId;

use crate::{types::*, Chips, Config, Error, Event, Locks, Pallet};

/// The table of locks, as pallets see it that let chips to others.
pub trait ChipLocks<AccountId> {
	/// Gives `share` per mille of a live chip of `owner` to `user`.
	///
	/// # Errors
	///
	/// When the chip is not `owner`'s or not live, or when so much of it is not free.
	fn lock(owner: &AccountId, chip: &ChipId, user: LockUser, share: u16) -> DispatchResult;

	/// Ends the use of a chip by `user`; whether there was one.
	fn unlock(chip: &ChipId, user: LockUser) -> bool;

	/// How much of a chip is in use, per mille.
	fn locked_share(chip: &ChipId) -> u16;

	/// What the next lease of a chip must count.
	fn lease_counter(chip: &ChipId) -> Option<u32>;

	/// Uses up a lease counter: a lease that a chip signed is good once.
	///
	/// # Errors
	///
	/// When `counter` is not the next.
	fn use_lease_counter(chip: &ChipId, counter: u32) -> DispatchResult;
}

impl<T: Config> Pallet<T> {
	/// Checks that nobody uses a chip.
	pub(crate) fn ensure_unlocked(id: &ChipId) -> Result<(), Error<T>> {
		ensure!(!Locks::<T>::contains_key(id), Error::<T>::ChipLocked);
		Ok(())
	}
}

impl<T: Config> ChipLocks<T::AccountId> for Pallet<T> {
	fn lock(owner: &T::AccountId, id: &ChipId, user: LockUser, share: u16) -> DispatchResult {
		let chip = Self::owned(owner, id)?;
		ensure!(Self::lives(&chip, Self::now()), Error::<T>::ChipNotLive);
		Self::ensure_not_promised(id)?;
		ensure!((1..=WHOLE_CHIP).contains(&share), Error::<T>::BadShare);
		Locks::<T>::try_mutate(id, |locks| {
			let taken = locks.iter().fold(0u16, |sum, lock| sum.saturating_add(lock.share));
			let is_free = taken.saturating_add(share) <= WHOLE_CHIP
				&& locks.iter().all(|lock| lock.user != user);
			ensure!(is_free, Error::<T>::ChipLocked);
			locks.try_push(Lock { user, share }).map_err(|_| Error::<T>::ChipLocked)?;
			Self::deposit_event(Event::ChipLocked { chip: *id, user, share });
			Ok(())
		})
	}

	fn unlock(id: &ChipId, user: LockUser) -> bool {
		Locks::<T>::mutate_exists(id, |slot| {
			let Some(locks) = slot.as_mut() else { return false };
			let before = locks.len();
			locks.retain(|lock| lock.user != user);
			let is_unlocked = locks.len() < before;
			if locks.is_empty() {
				*slot = None;
			}
			if is_unlocked {
				Self::deposit_event(Event::ChipUnlocked { chip: *id, user });
			}
			is_unlocked
		})
	}

	fn locked_share(id: &ChipId) -> u16 {
		Locks::<T>::get(id).iter().fold(0u16, |sum, lock| sum.saturating_add(lock.share))
	}

	fn lease_counter(id: &ChipId) -> Option<u32> {
		Chips::<T>::get(id).map(|chip| chip.lease_counter)
	}

	fn use_lease_counter(id: &ChipId, counter: u32) -> DispatchResult {
		Chips::<T>::try_mutate(id, |chip| {
			let chip = chip.as_mut().ok_or(Error::<T>::UnknownChip)?;
			ensure!(chip.lease_counter == counter, Error::<T>::WrongLeaseCounter);
			chip.lease_counter = counter.checked_add(1).ok_or(ArithmeticError::Overflow)?;
			Ok(())
		})
	}
}
