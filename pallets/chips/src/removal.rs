//! How much power can be taken out within one epoch, and what takes it out.
//!
//! Two thirds of the power are needed for finality. So whatever removes chips that are not its own
//! (suspending a vendor, revoking a model, batch or chip, disabling a miner) is refused once the
//! epoch's removals would pass a third of what was registered before the first of them. Governance
//! repeats it in a later epoch, or forces it.

use frame::prelude::*;
use utnet_primitives_consensus_poci::{CandidateSink, TooMuchPower};
use utnet_primitives_core::Moment;
use utnet_primitives_security_engine::{BatchId, ModelId, VendorId};

use crate::{
	groups::Flow, types::*, Batches, Config, Error, Event, Models, Network, Pallet, Removals,
	Vendors,
};

impl<T: Config> Pallet<T> {
	/// Counts `power` GOPS as removed in this epoch.
	pub(crate) fn note_removal_of(power: u128, force: bool) -> Result<(), TooMuchPower> {
		let epoch = T::Election::current_epoch();
		let noted = Removals::<T>::get();
		let mut budget = if noted.epoch == epoch && noted.base > 0 {
			noted
		} else {
			RemovalBudget { epoch, base: Network::<T>::get().power, removed: 0 }
		};
		budget.removed = budget.removed.saturating_add(power);
		if !force && budget.removed.saturating_mul(3) > budget.base {
			return Err(TooMuchPower);
		}
		Removals::<T>::put(budget);
		if power > 0 {
			Self::deposit_event(Event::PowerRemoved {
				power,
				removed: budget.removed,
				base: budget.base,
				forced: force,
			});
		}
		Ok(())
	}

	/// [`Self::note_removal_of`] with this pallet's error.
	pub(crate) fn charge_removal(power: u128, force: bool) -> Result<(), Error<T>> {
		Self::note_removal_of(power, force).map_err(|TooMuchPower| Error::<T>::TooMuchPower)
	}

	/// Takes all chips of a vendor out until it is resumed.
	pub(crate) fn suspend(id: VendorId, force: bool) -> DispatchResult {
		let mut vendor = Vendors::<T>::get(id).ok_or(Error::<T>::UnknownVendor)?;
		ensure!(vendor.status == VendorStatus::Active, Error::<T>::VendorSuspended);
		Self::charge_removal(vendor.tally.power, force)?;
		Self::flow_from_vendor(vendor.tally, Flow::Out);
		vendor.status = VendorStatus::Suspended;
		Vendors::<T>::insert(id, vendor);
		Self::deposit_event(Event::VendorSuspended { vendor: id });
		Ok(())
	}

	/// Brings the chips of a suspended vendor back.
	pub(crate) fn resume(id: VendorId) -> DispatchResult {
		let mut vendor = Vendors::<T>::get(id).ok_or(Error::<T>::UnknownVendor)?;
		ensure!(vendor.status == VendorStatus::Suspended, Error::<T>::VendorNotSuspended);
		Self::flow_from_vendor(vendor.tally, Flow::In);
		vendor.status = VendorStatus::Active;
		Vendors::<T>::insert(id, vendor);
		Self::deposit_event(Event::VendorResumed { vendor: id });
		Ok(())
	}

	/// Takes all chips of a model out for ever.
	pub(crate) fn revoke_all_of(id: ModelId, force: bool) -> DispatchResult {
		let mut model = Models::<T>::get(id).ok_or(Error::<T>::UnknownModel)?;
		ensure!(!model.revoked, Error::<T>::ModelRevoked);
		let removed = Self::flow_from_model(&model, model.tally, Flow::Out)?;
		// The budget's base is what was registered before the removal.
		Self::charge_removed(removed, force)?;
		model.revoked = true;
		Models::<T>::insert(id, model);
		Self::deposit_event(Event::ModelRevoked { model: id });
		Ok(())
	}

	/// Takes all chips of a batch out for ever.
	pub(crate) fn revoke_all_in(id: BatchId, force: bool, now: Moment) -> DispatchResult {
		let mut batch = Batches::<T>::get(id.vendor, id.number).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(!batch.revoked, Error::<T>::BatchRevoked);
		if batch.counted {
			let removed = Self::flow_from_batch(&batch, batch.tally, Flow::Out)?;
			// Expired power is gone already: taking it out of the books costs no budget.
			if batch.expires_at > now {
				Self::charge_removed(removed, force)?;
			}
			batch.counted = false;
		}
		batch.revoked = true;
		Batches::<T>::insert(id.vendor, id.number, batch);
		Self::deposit_event(Event::BatchRevoked { batch: id });
		Ok(())
	}

	/// Charges what has just been taken out of the network's tally.
	fn charge_removed(removed: Tally, force: bool) -> Result<(), Error<T>> {
		Self::flow_from_vendor(removed, Flow::In);
		Self::charge_removal(removed.power, force)?;
		Self::flow_from_vendor(removed, Flow::Out);
		Ok(())
	}

	/// Takes a batch whose time is over out of the tallies.
	pub(crate) fn note_expiry(id: BatchId, now: Moment) -> DispatchResult {
		let mut batch = Batches::<T>::get(id.vendor, id.number).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(batch.expires_at <= now, Error::<T>::BatchNotExpired);
		ensure!(batch.counted, Error::<T>::NotCounted);
		Self::flow_from_batch(&batch, batch.tally, Flow::Out)?;
		batch.counted = false;
		Batches::<T>::insert(id.vendor, id.number, batch);
		Self::deposit_event(Event::BatchExpired { batch: id });
		Ok(())
	}
}
