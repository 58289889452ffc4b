use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_security_engine::{BatchId, ModelId, VendorId};

const BATCH: BatchId = BatchId { vendor: VENDOR, number: 5 };

fn add(origin: RuntimeOrigin, batch: BatchId, model: ModelId) -> DispatchResult {
	Registry::add_batch(origin, batch, model, EXPIRY, 9, None)
}

#[test]
fn is_for_the_vendor_and_for_governance() {
	run(|| {
		assert_ok!(add(signed(&controller()), BATCH, SMALL_MODEL));
		assert_eq!(
			last_event(),
			Event::BatchAdded {
				batch: BATCH,
				model: SMALL_MODEL,
				expires_at: EXPIRY,
				max_count: 9
			}
		);
		assert_ok!(add(RuntimeOrigin::root(), BatchId { number: 6, ..BATCH }, SMALL_MODEL));
		let other = BatchId { number: 7, ..BATCH };
		assert_noop!(add(signed(&alice()), other, SMALL_MODEL), Error::<Test>::NotController);
		assert_noop!(add(signed(&account(8)), other, SMALL_MODEL), Error::<Test>::NotController);
		assert_eq!(Vendors::<Test>::get(VENDOR).unwrap().batches, 4);
	});
}

#[test]
fn keeps_a_root_that_the_vendor_signed() {
	run(|| {
		let certificates = [certificate(0, BATCH), certificate(1, BATCH)];
		let (root, _) = root_of(VENDOR).certify_all(BATCH, &certificates);
		assert_ok!(Registry::add_batch(
			signed(&controller()),
			BATCH,
			SMALL_MODEL,
			EXPIRY,
			2,
			Some(root)
		));
		let batch = Batches::<Test>::get(VENDOR, 5).unwrap();
		assert_eq!(batch.certified, Some(root.certified));
	});
}

#[test]
fn fails_for_a_root_that_is_not_the_vendors() {
	run(|| {
		let add = |root| {
			Registry::add_batch(signed(&controller()), BATCH, SMALL_MODEL, EXPIRY, 2, Some(root))
		};
		let certificates = [certificate(0, BATCH), certificate(1, BATCH)];
		let (by_another, _) = root_of(VendorId(1)).certify_all(BATCH, &certificates);
		assert_noop!(add(by_another), Error::<Test>::BadBatchRoot);
		let (for_another, _) =
			root_of(VENDOR).certify_all(BatchId { number: 6, ..BATCH }, &certificates);
		assert_noop!(add(for_another), Error::<Test>::BadBatchRoot);
		let (mut of_another_count, _) = root_of(VENDOR).certify_all(BATCH, &certificates);
		of_another_count.certified.count = 1;
		assert_noop!(add(of_another_count), Error::<Test>::BadBatchRoot);
	});
}

#[test]
fn fails_for_counts_out_of_their_range() {
	run(|| {
		let add = |count, root| {
			Registry::add_batch(signed(&controller()), BATCH, SMALL_MODEL, EXPIRY, count, root)
		};
		assert_noop!(add(0, None), Error::<Test>::BatchCountOutOfRange);
		assert_noop!(add(1_001, None), Error::<Test>::BatchCountOutOfRange);
		let certificates = [certificate(0, BATCH), certificate(1, BATCH)];
		let (root, _) = root_of(VENDOR).certify_all(BATCH, &certificates);
		assert_noop!(add(1, Some(root)), Error::<Test>::BatchCountOutOfRange);
		assert_ok!(add(1_000, Some(root)));
	});
}

#[test]
fn fails_for_a_number_that_is_taken() {
	run(|| {
		assert_noop!(add(signed(&controller()), SMALL, SMALL_MODEL), Error::<Test>::BatchExists);
	});
}

#[test]
fn fails_for_another_vendors_model_and_for_unknown_ones() {
	run(|| {
		assert_noop!(add(signed(&controller()), BATCH, ModelId(2)), Error::<Test>::ForeignModel);
		assert_noop!(add(signed(&controller()), BATCH, ModelId(9)), Error::<Test>::UnknownModel);
		assert_noop!(
			add(RuntimeOrigin::root(), BatchId { vendor: VendorId(9), number: 0 }, SMALL_MODEL),
			Error::<Test>::UnknownVendor
		);
	});
}

#[test]
fn fails_when_vendor_or_model_is_out_of_order() {
	run(|| {
		hypothetically!({
			assert_ok!(Registry::suspend_vendor(RuntimeOrigin::root(), VENDOR, true));
			assert_noop!(
				add(signed(&controller()), BATCH, SMALL_MODEL),
				Error::<Test>::VendorSuspended
			);
		});
		assert_ok!(Registry::revoke_model(RuntimeOrigin::root(), SMALL_MODEL, true));
		assert_noop!(add(signed(&controller()), BATCH, SMALL_MODEL), Error::<Test>::ModelRevoked);
	});
}

#[test]
fn fails_for_a_time_that_is_over() {
	run(|| {
		assert_noop!(
			Registry::add_batch(
				signed(&controller()),
				BATCH,
				SMALL_MODEL,
				Registry::now(),
				9,
				None
			),
			Error::<Test>::BatchIsExpired
		);
	});
}

#[test]
fn fails_when_the_vendor_has_too_many() {
	run(|| {
		hypothetically!({
			Vendors::<Test>::mutate(VENDOR, |vendor| {
				vendor.as_mut().unwrap().batches = MAX_BATCHES;
			});
			assert_noop!(
				add(signed(&controller()), BATCH, SMALL_MODEL),
				Error::<Test>::TooManyBatches
			);
		});
	});
}
