use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;
use utnet_primitives_security_engine::{ModelId, VendorId};

fn spec() -> ModelSpec {
	ModelSpec {
		vendor: VENDOR,
		name: b"BM1684X".to_vec().try_into().unwrap(),
		kind: ModelKind::Tpu,
		cat_key_home: CatKeyHome::Firmware,
		power: 32_000,
		pledge: None,
		cap: MAX_MODEL_CAP,
	}
}

fn add(spec: ModelSpec) -> DispatchResult {
	Registry::add_model(RuntimeOrigin::root(), spec)
}

#[test]
fn gives_the_next_id_and_a_pledge_of_10_unc_per_t() {
	run(|| {
		assert_ok!(add(spec()));
		let model = Models::<Test>::get(ModelId(3)).unwrap();
		assert_eq!(model.pledge, 320 * UNC);
		assert_eq!(
			last_event(),
			Event::ModelAdded {
				model: ModelId(3),
				vendor: VENDOR,
				power: 32_000,
				pledge: 320 * UNC,
				cap: MAX_MODEL_CAP,
			}
		);
		assert_eq!(default_pledge(17_600), 176 * UNC);
		assert_eq!(default_pledge(1), UNC / 100);
		assert_noop!(
			add(ModelSpec { cat_key_home: CatKeyHome::Engine, power: u64::MAX, ..spec() }),
			Error::<Test>::PledgeTooHigh
		);
	});
}

#[test]
fn takes_another_pledge() {
	run(|| {
		assert_ok!(add(ModelSpec { pledge: Some(32 * UNC), ..spec() }));
		assert_eq!(Models::<Test>::get(ModelId(3)).unwrap().pledge, 32 * UNC);
	});
}

#[test]
fn fails_for_figures_out_of_their_range() {
	run(|| {
		for (error, bad) in [
			(Error::<Test>::UnknownVendor, ModelSpec { vendor: VendorId(7), ..spec() }),
			(Error::<Test>::ZeroPower, ModelSpec { power: 0, ..spec() }),
			(Error::<Test>::CapOutOfRange, ModelSpec { cap: 0, ..spec() }),
			(Error::<Test>::CapOutOfRange, ModelSpec { cap: MAX_MODEL_CAP + 1, ..spec() }),
			(Error::<Test>::PledgeTooHigh, ModelSpec { pledge: Some(MAX_PLEDGE + 1), ..spec() }),
		] {
			assert_noop!(add(bad), error);
		}
	});
}

#[test]
fn caps_the_power_of_models_whose_cat_key_lives_in_firmware() {
	run(|| {
		let more = ModelSpec { power: 32_001, ..spec() };
		assert_noop!(add(more.clone()), Error::<Test>::FirmwarePowerTooHigh);
		assert_ok!(add(ModelSpec { cap: MAX_MODEL_CAP / 2, ..more.clone() }));
		assert_ok!(add(ModelSpec { cat_key_home: CatKeyHome::Engine, ..more }));
	});
}

#[test]
fn the_power_of_all_chips_stays_below_2_to_the_96() {
	let most = u128::from(MAX_MODELS) * u128::from(MAX_MODEL_CAP) * u128::from(u64::MAX);
	assert!(most < 1 << 96);
}

#[test]
fn fails_when_all_ids_are_given() {
	run(|| {
		hypothetically!({
			NextModel::<Test>::put(MAX_MODELS);
			assert_noop!(add(spec()), Error::<Test>::TooManyModels);
		});
	});
}

#[test]
fn fails_for_anybody_but_governance() {
	run(|| {
		assert_noop!(Registry::add_model(signed(&controller()), spec()), DispatchError::BadOrigin);
	});
}
