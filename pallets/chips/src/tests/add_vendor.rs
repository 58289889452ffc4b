use crate::{mock::*, signing::Root, *};
use frame::testing_prelude::*;
use utnet_primitives_security_engine::VendorId;

fn add(root_key: [u8; 33]) -> DispatchResult {
	let name = b"New".to_vec().try_into().unwrap();
	Registry::add_vendor(RuntimeOrigin::root(), name, root_key, carol())
}

#[test]
fn gives_the_next_id() {
	run(|| {
		let root_key = Root::new(9).public_key();
		assert_ok!(add(root_key));
		let vendor = Vendors::<Test>::get(VendorId(2)).unwrap();
		assert_eq!((vendor.root_key, vendor.controller), (root_key, carol()));
		assert_eq!(vendor.status, VendorStatus::Active);
		assert_eq!(
			last_event(),
			Event::VendorAdded { vendor: VendorId(2), root_key, controller: carol() }
		);
	});
}

#[test]
fn fails_for_a_key_that_is_no_point() {
	run(|| {
		assert_noop!(add([0; 33]), Error::<Test>::MalformedRootKey);
		assert_noop!(add([0xff; 33]), Error::<Test>::MalformedRootKey);
	});
}

#[test]
fn fails_for_the_development_vendor_where_it_is_not_accepted() {
	run(|| {
		assert_noop!(add(DEVELOPMENT_VENDOR_KEY), Error::<Test>::DevelopmentVendor);
		assert!(!Registry::allows_development_vendor());
	});
	let chips = GenesisConfig { allow_development_vendor: true, ..genesis() };
	ExtBuilder { chips }.build_and_execute(|| {
		assert_ok!(add(DEVELOPMENT_VENDOR_KEY));
		assert!(Registry::allows_development_vendor());
	});
}

#[test]
fn the_development_key_is_the_one_of_the_software_signer() {
	assert_eq!(
		DEVELOPMENT_VENDOR_KEY,
		utnet_client_chip_signer::development::vendor_root().public_key()
	);
}

#[test]
fn fails_when_all_ids_are_given() {
	run(|| {
		hypothetically!({
			NextVendor::<Test>::put(MAX_VENDORS);
			assert_noop!(add(Root::new(9).public_key()), Error::<Test>::TooManyVendors);
		});
	});
}

#[test]
fn fails_for_anybody_but_governance() {
	run(|| {
		assert_noop!(
			Registry::add_vendor(
				signed(&controller()),
				Name::default(),
				Root::new(9).public_key(),
				carol()
			),
			DispatchError::BadOrigin
		);
	});
}

mod set_controller {
	use super::*;

	#[test]
	fn hands_a_vendor_to_another_account() {
		run(|| {
			assert_ok!(Registry::set_controller(signed(&controller()), VENDOR, carol()));
			assert_eq!(
				last_event(),
				Event::ControllerChanged { vendor: VENDOR, controller: carol() }
			);
			assert_noop!(
				Registry::set_controller(signed(&controller()), VENDOR, bob()),
				Error::<Test>::NotController
			);
			assert_ok!(Registry::set_controller(RuntimeOrigin::root(), VENDOR, bob()));
			assert_eq!(Vendors::<Test>::get(VENDOR).unwrap().controller, bob());
		});
	}

	#[test]
	fn fails_for_an_unknown_vendor() {
		run(|| {
			for origin in [RuntimeOrigin::root(), signed(&controller())] {
				assert_noop!(
					Registry::set_controller(origin, VendorId(7), carol()),
					Error::<Test>::UnknownVendor
				);
			}
		});
	}
}
