use crate::{mock::*, *};
use frame::{testing_prelude::*, traits::Hooks};

#[test]
fn the_mock_is_a_good_configuration() {
	Registry::integrity_test();
}

#[test]
fn a_free_registration_weighs_at_most_half_of_the_normal_class() {
	let items = MAX_FREE_ITEMS as usize;
	let free = Registry::free_registration_weight(items, true)
		.saturating_add(Registry::free_authorization_weight(items, true));
	let class = BlockWeights::get().get(DispatchClass::Normal).max_total.unwrap();
	assert!(free.all_lte(class / 2));
	// It is not nothing either: four chips of about 6.5 ms each.
	assert!(free.ref_time() > 26_000_000_000);
}

#[test]
fn no_weight_is_nothing_and_chips_add_to_it() {
	type Weights = crate::weights::SubstrateWeight<Test>;
	let grows: [fn(u32) -> Weight; 7] = [
		Weights::register_chips,
		Weights::register_chips_free,
		Weights::authorize_register_chips_free,
		Weights::transfer_chips,
		Weights::accept_chips,
		Weights::reactivate_chips,
		Weights::retire_chips,
	];
	for weight in grows {
		assert!(weight(2).all_gt(weight(1)) && weight(1).all_gt(Weight::zero()));
	}
	let fixed = [
		Weights::offer_chip(),
		Weights::cancel_offer(),
		Weights::buy_chip(),
		Weights::withdraw_unbonded(),
		Weights::pay_debt(),
		Weights::release_chip(),
		Weights::revoke_chip(),
		Weights::revoke_batch(),
		Weights::revoke_model(),
		Weights::suspend_vendor(),
		Weights::resume_vendor(),
		Weights::add_vendor(),
		Weights::add_model(),
		Weights::add_batch(),
		Weights::extend_batch(),
		Weights::note_expired_batch(),
		Weights::set_controller(),
	];
	assert!(fixed.iter().all(|weight| weight.all_gt(Weight::zero())));
}

#[test]
fn the_storage_version_is_written_at_genesis() {
	use frame::traits::GetStorageVersion;
	run(|| {
		assert_eq!(Registry::on_chain_storage_version(), StorageVersion::new(1));
		assert_eq!(Registry::in_code_storage_version(), StorageVersion::new(1));
	});
}

#[test]
fn a_view_function_is_called_by_its_id() {
	use codec::{Decode, Encode};
	use frame::deps::frame_support::view_functions::{ViewFunction, ViewFunctionId};
	run(|| {
		stand(&alice(), SMALL, 0..2);
		let id: ViewFunctionId = crate::pallet::PowerOfViewFunction::<Test>::id();
		let output = Test::execute_view_function(id, alice().encode())
			.map_err(|error| format!("{error:?}"))
			.unwrap();
		assert_eq!(u128::decode(&mut output.as_slice()).unwrap(), 2_000);
	});
}
