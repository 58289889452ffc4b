//! How a chip changes hands: by consent that names the next owner, or by an offer that is bought.
//!
//! Either way the chip stays where it is, and goes on mining for its owner, until the next owner's
//! claim. Past the deadline the promise is void: whoever touches the chip next undoes it, and
//! anybody may.

use frame::{
	prelude::*,
	traits::{
		fungible::{Inspect as _, MutateHold as _},
		tokens::{Fortitude, Precision, Restriction},
	},
};
use utnet_primitives_core::Balance;
use utnet_primitives_security_engine::ChipId;

use crate::{
	types::*, Chips, Config, Error, Event, Handovers, HoldReason, Offers, Pallet, Pledges,
};

/// A handover of this runtime.
pub(crate) type HandoverOf<T> = Handover<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	/// The bonded chip of `who`.
	pub(crate) fn owned(who: &T::AccountId, id: &ChipId) -> Result<Chip<T::AccountId>, Error<T>> {
		let chip = Chips::<T>::get(id).ok_or(Error::<T>::UnknownChip)?;
		ensure!(chip.is_bonded(), Error::<T>::NotBonded);
		ensure!(chip.owner == *who, Error::<T>::NotOwner);
		Ok(chip)
	}

	/// Checks that `who` owes nothing of its pledge.
	pub(crate) fn ensure_no_debt(who: &T::AccountId) -> Result<(), Error<T>> {
		ensure!(Pledges::<T>::get(who).debt() == 0, Error::<T>::InDebt);
		Ok(())
	}

	/// Checks that a chip can be promised to somebody: it is `who`'s, paid for, free and not
	/// promised yet.
	fn ensure_can_promise(who: &T::AccountId, id: &ChipId) -> DispatchResult {
		Self::owned(who, id)?;
		Self::ensure_no_debt(who)?;
		Self::ensure_unlocked(id)?;
		Self::ensure_not_promised(id)
	}

	/// Checks that a chip is not promised to a next owner, after a look at the deadline.
	pub(crate) fn ensure_not_promised(id: &ChipId) -> DispatchResult {
		if let Some(handover) = Handovers::<T>::get(id) {
			ensure!(Self::is_past(&handover), Error::<T>::HandoverPending);
			Self::undo_handover(id, &handover)?;
		}
		Ok(())
	}

	fn is_past(handover: &HandoverOf<T>) -> bool {
		frame_system::Pallet::<T>::block_number() > handover.until
	}

	/// The owner consents that `to` claims its chips.
	pub(crate) fn promise(
		who: &T::AccountId,
		chips: &[ChipId],
		to: &T::AccountId,
	) -> DispatchResult {
		ensure!(who != to, Error::<T>::OwnChip);
		for id in chips {
			Self::ensure_can_promise(who, id)?;
			Self::open_handover(id, who, to, None);
		}
		Ok(())
	}

	fn open_handover(id: &ChipId, from: &T::AccountId, to: &T::AccountId, price: Option<Balance>) {
		let until = frame_system::Pallet::<T>::block_number()
			.saturating_add(BlockNumberFor::<T>::from(HANDOVER_BLOCKS));
		let handover = Handover { from: from.clone(), to: to.clone(), until, price };
		Handovers::<T>::insert(id, handover);
		Self::deposit_event(Event::HandoverOpened {
			chip: *id,
			from: from.clone(),
			to: to.clone(),
			price,
			until,
		});
	}

	/// Offers a chip to everybody or to one buyer; replaces an offer that nobody has bought.
	pub(crate) fn offer(
		who: &T::AccountId,
		id: &ChipId,
		price: Balance,
		buyer: Option<T::AccountId>,
	) -> DispatchResult {
		Self::ensure_can_promise(who, id)?;
		ensure!(buyer.as_ref() != Some(who), Error::<T>::OwnChip);
		// What is paid or given back never fails for being too little to keep an account.
		ensure!(price == 0 || price >= T::Currency::minimum_balance(), Error::<T>::PriceTooLow);
		Offers::<T>::insert(id, Offer { seller: who.clone(), price, buyer: buyer.clone() });
		Self::deposit_event(Event::ChipOffered { chip: *id, seller: who.clone(), price, buyer });
		Ok(())
	}

	/// Holds the price and promises the chip to the buyer.
	pub(crate) fn buy(who: &T::AccountId, id: &ChipId, price: Balance) -> DispatchResult {
		let offer = Offers::<T>::get(id).ok_or(Error::<T>::NotForSale)?;
		ensure!(offer.seller != *who, Error::<T>::OwnChip);
		ensure!(offer.buyer.as_ref().is_none_or(|buyer| buyer == who), Error::<T>::NotTheBuyer);
		ensure!(offer.price == price, Error::<T>::PriceChanged);
		Self::ensure_can_promise(&offer.seller, id)?;
		if price > 0 {
			T::Currency::hold(&HoldReason::ChipPurchase.into(), who, price)?;
		}
		Self::open_handover(id, &offer.seller, who, Some(price));
		Ok(())
	}

	/// Takes back what was promised or offered: the seller what nobody has paid for, the buyer its
	/// purchase, anybody what is past its deadline.
	pub(crate) fn cancel(who: &T::AccountId, id: &ChipId) -> DispatchResult {
		let Some(handover) = Handovers::<T>::get(id) else {
			let offer = Offers::<T>::get(id).ok_or(Error::<T>::NotForSale)?;
			ensure!(offer.seller == *who, Error::<T>::NotOwner);
			Self::remove_offer(id);
			return Ok(());
		};
		let is_seller = handover.from == *who;
		if !Self::is_past(&handover) {
			ensure!(is_seller || handover.to == *who, Error::<T>::NotOwner);
			ensure!(!is_seller || handover.price.is_none(), Error::<T>::HandoverPending);
		}
		Self::undo_handover(id, &handover)?;
		if is_seller {
			Self::remove_offer(id);
		}
		Ok(())
	}

	/// The promise of a chip to `who`, unless it is void.
	pub(crate) fn handover_to(
		id: &ChipId,
		chip: &Chip<T::AccountId>,
		who: &T::AccountId,
	) -> Result<HandoverOf<T>, Error<T>> {
		let handover = Handovers::<T>::get(id).ok_or(Error::<T>::NotPromised)?;
		ensure!(handover.to == *who && handover.from == chip.owner, Error::<T>::NotPromised);
		ensure!(!Self::is_past(&handover), Error::<T>::HandoverExpired);
		Ok(handover)
	}

	/// Pays the former owner; promise and offer have done their work.
	pub(crate) fn complete_handover(id: &ChipId, handover: &HandoverOf<T>) -> DispatchResult {
		let price = handover.price.unwrap_or_default();
		if price > 0 {
			T::Currency::transfer_on_hold(
				&HoldReason::ChipPurchase.into(),
				&handover.to,
				&handover.from,
				price,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Polite,
			)?;
		}
		Handovers::<T>::remove(id);
		Offers::<T>::remove(id);
		Ok(())
	}

	/// Gives the buyer its money back.
	fn undo_handover(id: &ChipId, handover: &HandoverOf<T>) -> DispatchResult {
		let price = handover.price.unwrap_or_default();
		if price > 0 {
			T::Currency::release(
				&HoldReason::ChipPurchase.into(),
				&handover.to,
				price,
				Precision::Exact,
			)?;
		}
		Handovers::<T>::remove(id);
		Self::deposit_event(Event::HandoverUndone {
			chip: *id,
			from: handover.from.clone(),
			to: handover.to.clone(),
			refunded: price,
		});
		Ok(())
	}

	fn remove_offer(id: &ChipId) {
		if let Some(offer) = Offers::<T>::take(id) {
			Self::deposit_event(Event::OfferCancelled { chip: *id, seller: offer.seller });
		}
	}

	/// Undoes all promises and offers of a chip that leaves its owner in another way.
	pub(crate) fn clear_market(id: &ChipId) -> DispatchResult {
		if let Some(handover) = Handovers::<T>::get(id) {
			Self::undo_handover(id, &handover)?;
		}
		Self::remove_offer(id);
		Ok(())
	}
}
