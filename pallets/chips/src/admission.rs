//! Whom and what the chain trusts: vendors, models and batches.

use frame::prelude::*;
use utnet_primitives_core::Moment;
use utnet_primitives_security_engine::{
	certificate::verify_batch_root, BatchId, IdentityKey, ModelId, VendorId,
};

use crate::{
	groups::Flow, types::*, AllowDevelopmentVendor, Batches, Config, Error, Event, Models,
	NextModel, NextVendor, Pallet, Vendors,
};

impl<T: Config> Pallet<T> {
	/// Admits a vendor.
	pub(crate) fn admit_vendor(
		name: Name,
		root_key: [u8; 33],
		controller: T::AccountId,
	) -> Result<VendorId, DispatchError> {
		ensure!(
			root_key != DEVELOPMENT_VENDOR_KEY || AllowDevelopmentVendor::<T>::get(),
			Error::<T>::DevelopmentVendor
		);
		IdentityKey::P256(root_key).check().map_err(|_| Error::<T>::MalformedRootKey)?;
		let number = NextVendor::<T>::get();
		ensure!(number < MAX_VENDORS, Error::<T>::TooManyVendors);
		NextVendor::<T>::put(number.saturating_add(1));
		let id = VendorId(number);
		Vendors::<T>::insert(
			id,
			Vendor {
				name,
				root_key,
				controller: controller.clone(),
				status: VendorStatus::Active,
				batches: 0,
				tally: Tally::default(),
			},
		);
		Self::deposit_event(Event::VendorAdded { vendor: id, root_key, controller });
		Ok(id)
	}

	/// Admits a model.
	pub(crate) fn admit_model(spec: ModelSpec) -> Result<ModelId, DispatchError> {
		ensure!(Vendors::<T>::contains_key(spec.vendor), Error::<T>::UnknownVendor);
		ensure!(spec.power > 0, Error::<T>::ZeroPower);
		ensure!((1..=MAX_MODEL_CAP).contains(&spec.cap), Error::<T>::CapOutOfRange);
		let most = u128::from(spec.power).saturating_mul(u128::from(spec.cap));
		ensure!(
			spec.cat_key_home == CatKeyHome::Engine || most <= MAX_FIRMWARE_POWER,
			Error::<T>::FirmwarePowerTooHigh
		);
		let pledge = spec.pledge();
		ensure!(pledge <= MAX_PLEDGE, Error::<T>::PledgeTooHigh);
		let number = NextModel::<T>::get();
		ensure!(number < MAX_MODELS, Error::<T>::TooManyModels);
		NextModel::<T>::put(number.saturating_add(1));
		let id = ModelId(number);
		let ModelSpec { vendor, name, kind, cat_key_home, power, cap, .. } = spec;
		Models::<T>::insert(
			id,
			Model {
				vendor,
				name,
				kind,
				cat_key_home,
				power,
				pledge,
				cap,
				revoked: false,
				tally: Tally::default(),
			},
		);
		Self::deposit_event(Event::ModelAdded { model: id, vendor, power, pledge, cap });
		Ok(id)
	}

	/// Admits a batch.
	pub(crate) fn admit_batch(
		id: BatchId,
		model: ModelId,
		expires_at: Moment,
		max_count: u32,
		root: Option<SignedRoot>,
		now: Moment,
	) -> DispatchResult {
		let mut vendor = Vendors::<T>::get(id.vendor).ok_or(Error::<T>::UnknownVendor)?;
		ensure!(vendor.status == VendorStatus::Active, Error::<T>::VendorSuspended);
		let of = Models::<T>::get(model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(of.vendor == id.vendor, Error::<T>::ForeignModel);
		ensure!(!of.revoked, Error::<T>::ModelRevoked);
		ensure!(!Batches::<T>::contains_key(id.vendor, id.number), Error::<T>::BatchExists);
		ensure!(vendor.batches < MAX_BATCHES, Error::<T>::TooManyBatches);
		ensure!(expires_at > now, Error::<T>::BatchIsExpired);
		ensure!((1..=of.cap).contains(&max_count), Error::<T>::BatchCountOutOfRange);
		if let Some(SignedRoot { certified, signature }) = &root {
			ensure!((1..=max_count).contains(&certified.count), Error::<T>::BatchCountOutOfRange);
			verify_batch_root(id, certified.count, certified.root, &vendor.root_key, signature)
				.map_err(|_| Error::<T>::BadBatchRoot)?;
		}
		vendor.batches = vendor.batches.saturating_add(1);
		Vendors::<T>::insert(id.vendor, vendor);
		Batches::<T>::insert(
			id.vendor,
			id.number,
			Batch {
				model,
				expires_at,
				revoked: false,
				max_count,
				registered: 0,
				certified: root.map(|signed| signed.certified),
				counted: true,
				tally: Tally::default(),
			},
		);
		Self::deposit_event(Event::BatchAdded { batch: id, model, expires_at, max_count });
		Ok(())
	}

	/// Gives a batch more time; one that was noted as expired counts again.
	pub(crate) fn prolong(id: BatchId, expires_at: Moment, now: Moment) -> DispatchResult {
		let mut batch = Batches::<T>::get(id.vendor, id.number).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(!batch.revoked, Error::<T>::BatchRevoked);
		ensure!(expires_at > batch.expires_at && expires_at > now, Error::<T>::ExpiryNotLater);
		if !batch.counted {
			Self::flow_from_batch(&batch, batch.tally, Flow::In)?;
			batch.counted = true;
		}
		batch.expires_at = expires_at;
		Batches::<T>::insert(id.vendor, id.number, batch);
		Self::deposit_event(Event::BatchExtended { batch: id, expires_at });
		Ok(())
	}
}
