//! What owners pledge for their chips, what they owe of it, and what slashes take.
//!
//! An owner has one pledge for all its chips. What its models ask for and the account cannot hold
//! is a debt; a slash takes what is held, and what it takes or fails to take is owed again. A chip
//! that leaves takes its part of what is held along into `unbonding`, slashable for 28 days.

use frame::{
	arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Perbill, Rounding},
	prelude::*,
	traits::{
		fungible::{Balanced as _, BalancedHold as _, Inspect as _, MutateHold as _},
		tokens::{Fortitude, Precision, Preservation},
		Imbalance as _, OnUnbalanced,
	},
};
use utnet_primitives_consensus_poci::CandidateSink;
use utnet_primitives_core::{Balance, Moment};

use crate::{types::*, Config, Error, Event, HoldReason, Pallet, Pledges};

/// The debt of pledges, as whoever pays miners sees it.
pub trait PledgeDebt<AccountId> {
	/// What `who` owes, in base units.
	fn debt_of(who: &AccountId) -> Balance;

	/// Pays up to `amount` of the debt from the free balance of `who`; what was paid, in base
	/// units.
	fn pay_down(who: &AccountId, amount: Balance) -> Balance;
}

impl<T: Config> Pallet<T> {
	/// Pledges for `chips` more chips: holds what the account can spare and owes the rest.
	pub(crate) fn bond(
		who: &T::AccountId,
		chips: u32,
		amount: Balance,
		now: Moment,
	) -> DispatchResult {
		Pledges::<T>::try_mutate(who, |pledge| {
			pledge.bonded = pledge.bonded.saturating_add(chips);
			pledge.pledged = pledge.pledged.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
			let held = Self::holdable(who).min(amount);
			if held > 0 {
				T::Currency::hold(&HoldReason::ChipPledge.into(), who, held)?;
				pledge.held = pledge.held.saturating_add(held);
			}
			pledge.note_debt(now);
			Self::deposit_event(Event::PledgeHeld { who: who.clone(), held, debt: pledge.debt() });
			Ok(())
		})
	}

	/// Lets the part of one chip go: it can be withdrawn after [`UNBONDING`].
	///
	/// The part is the chip's share of what is held, which is less than what its model asks for
	/// while the owner is in debt.
	pub(crate) fn unbond(who: &T::AccountId, chip: Balance, now: Moment) -> Result<(), Error<T>> {
		Pledges::<T>::try_mutate(who, |pledge| {
			let part = multiply_by_rational_with_rounding(
				pledge.held,
				chip,
				pledge.pledged.max(1),
				Rounding::Down,
			)
			.ok_or(Error::<T>::Inconsistent)?;
			pledge.bonded = pledge.bonded.checked_sub(1).ok_or(Error::<T>::Inconsistent)?;
			pledge.pledged = pledge.pledged.checked_sub(chip).ok_or(Error::<T>::Inconsistent)?;
			pledge.held = pledge.held.checked_sub(part).ok_or(Error::<T>::Inconsistent)?;
			// Rounding down never leaves more held than is pledged: held ≤ pledged implies
			// held − ⌊held·chip/pledged⌋ ≤ pledged − chip once both are whole numbers.
			if part > 0 {
				let until = now
					.saturating_add(UNBONDING)
					.checked_next_multiple_of(DAY)
					.unwrap_or(Moment::MAX);
				Self::push_unbonding(pledge, Unbonding { amount: part, until }, now)?;
				Self::deposit_event(Event::PledgeUnbonding {
					who: who.clone(),
					amount: part,
					until,
				});
			}
			pledge.note_debt(now);
			Ok(())
		})
	}

	/// Adds to the pledges on their way out; those that are due become one entry.
	fn push_unbonding(pledge: &mut Pledge, entry: Unbonding, now: Moment) -> Result<(), Error<T>> {
		if let Some(last) = pledge.unbonding.last_mut() {
			if last.until == entry.until {
				last.amount = last.amount.saturating_add(entry.amount);
				return Ok(());
			}
		}
		let mut kept = BoundedVec::<Unbonding, ConstU32<MAX_UNBONDING>>::new();
		for old in &pledge.unbonding {
			match kept.last_mut() {
				Some(due) if old.until <= now => {
					due.amount = due.amount.saturating_add(old.amount);
					due.until = old.until;
				}
				_ => kept.try_push(*old).map_err(|_| Error::<T>::Inconsistent)?,
			}
		}
		kept.try_push(entry).map_err(|_| Error::<T>::Inconsistent)?;
		pledge.unbonding = kept;
		Ok(())
	}

	/// Releases what is due of the pledges on their way out; how much, in base units.
	pub(crate) fn withdraw_due(who: &T::AccountId, now: Moment) -> Result<Balance, DispatchError> {
		Pledges::<T>::try_mutate_exists(who, |slot| {
			let pledge = slot.as_mut().ok_or(Error::<T>::NothingToWithdraw)?;
			let due = pledge
				.unbonding
				.iter()
				.filter(|entry| entry.until <= now)
				.fold(0, |sum: Balance, entry| sum.saturating_add(entry.amount));
			ensure!(due > 0, Error::<T>::NothingToWithdraw);
			T::Currency::release(&HoldReason::ChipPledge.into(), who, due, Precision::Exact)?;
			pledge.unbonding.retain(|entry| entry.until > now);
			Self::deposit_event(Event::PledgeWithdrawn { who: who.clone(), amount: due });
			let is_over = pledge.bonded == 0 && pledge.unbonding.is_empty() && pledge.debt() == 0;
			if is_over {
				// An account that still has session keys keeps what the registry gave it.
				let is_released =
					!pledge.provides || frame_system::Pallet::<T>::dec_providers(who).is_ok();
				if is_released {
					*slot = None;
				}
			}
			Ok(due)
		})
	}

	/// Keeps alive an account that nothing else keeps alive.
	pub(crate) fn provide_for(who: &T::AccountId) {
		if frame_system::Pallet::<T>::providers(who) == 0 {
			frame_system::Pallet::<T>::inc_providers(who);
			Pledges::<T>::mutate(who, |pledge| pledge.provides = true);
		}
	}

	/// Pays up to `amount` of the debt of `who`, penalties first; what was paid, in base units.
	pub(crate) fn settle_debt(
		who: &T::AccountId,
		amount: Balance,
		now: Moment,
	) -> Result<Balance, DispatchError> {
		let (paid, was_overdue) =
			Pledges::<T>::try_mutate(who, |pledge| -> Result<_, DispatchError> {
				let paid = amount.min(pledge.debt()).min(Self::holdable(who));
				if paid == 0 {
					return Ok((0, false));
				}
				let was_overdue = pledge.is_overdue(now);
				let fine = paid.min(pledge.penalty);
				if fine > 0 {
					let credit = T::Currency::withdraw(
						who,
						fine,
						Precision::Exact,
						Preservation::Preserve,
						Fortitude::Polite,
					)?;
					T::OnSlash::on_unbalanced(credit);
					pledge.penalty = pledge.penalty.saturating_sub(fine);
				}
				let held = paid.saturating_sub(fine);
				if held > 0 {
					T::Currency::hold(&HoldReason::ChipPledge.into(), who, held)?;
					pledge.held = pledge.held.saturating_add(held);
				}
				pledge.note_debt(now);
				Self::deposit_event(Event::DebtPaid {
					who: who.clone(),
					amount: paid,
					debt: pledge.debt(),
				});
				Ok((paid, was_overdue && !pledge.is_overdue(now)))
			})?;
		if was_overdue {
			T::Election::chips_changed(who);
		}
		Ok(paid)
	}

	/// Slashes `amount` base units of the pledge for the chips of `who`; what is not held is owed.
	///
	/// What was taken goes to [`Config::OnSlash`]; how much, in base units.
	pub fn slash(who: &T::AccountId, amount: Balance) -> Balance {
		let now = Self::now();
		Pledges::<T>::mutate_exists(who, |slot| {
			let Some(pledge) = slot.as_mut() else { return 0 };
			Self::slash_held(who, pledge, amount, 0, now)
		})
	}

	/// Slashes `share` of all that `who` has pledged: of what its chips ask for, and of every part
	/// that is still on its way out.
	pub(crate) fn slash_share(who: &T::AccountId, share: Perbill, now: Moment) -> Balance {
		Pledges::<T>::mutate_exists(who, |slot| {
			let Some(pledge) = slot.as_mut() else { return 0 };
			let mut leaving: Balance = 0;
			for entry in &mut pledge.unbonding {
				if entry.until > now {
					let cut = share.mul_floor(entry.amount);
					entry.amount = entry.amount.saturating_sub(cut);
					leaving = leaving.saturating_add(cut);
				}
			}
			pledge.unbonding.retain(|entry| entry.amount > 0);
			let amount = share.mul_floor(pledge.pledged);
			Self::slash_held(who, pledge, amount, leaving, now)
		})
	}

	/// Takes `amount` of what is held for chips, as far as it goes, and `leaving` of what is on its
	/// way out.
	fn slash_held(
		who: &T::AccountId,
		pledge: &mut Pledge,
		amount: Balance,
		leaving: Balance,
		now: Moment,
	) -> Balance {
		let taken = amount.min(pledge.held);
		pledge.held = pledge.held.saturating_sub(taken);
		pledge.penalty = pledge.penalty.saturating_add(amount.saturating_sub(taken));
		pledge.note_debt(now);
		let (credit, _) =
			T::Currency::slash(&HoldReason::ChipPledge.into(), who, taken.saturating_add(leaving));
		let slashed = credit.peek();
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::PledgeSlashed {
			who: who.clone(),
			amount: slashed,
			debt: pledge.debt(),
		});
		slashed
	}

	/// What the account can spare and stay alive, in base units.
	fn holdable(who: &T::AccountId) -> Balance {
		T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite)
	}
}

impl<T: Config> PledgeDebt<T::AccountId> for Pallet<T> {
	fn debt_of(who: &T::AccountId) -> Balance {
		Pledges::<T>::get(who).debt()
	}

	fn pay_down(who: &T::AccountId, amount: Balance) -> Balance {
		Self::settle_debt(who, amount, Self::now()).unwrap_or_default()
	}
}
