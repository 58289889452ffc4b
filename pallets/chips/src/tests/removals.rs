use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{ChipRegistry, TooMuchPower};
use utnet_primitives_security_engine::{BatchId, ModelId, VendorId};

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

/// 6 T of the first vendor (2 small, 2 large), 12 T of the second.
fn populated() {
	stand(&alice(), SMALL, 0..2);
	stand(&alice(), LARGE, 10..12);
	stand(&bob(), OTHER, 20..23);
}

fn power() -> u128 {
	Registry::network_power().power
}

mod suspend_vendor {
	use super::*;

	#[test]
	fn takes_all_its_chips_out_at_once() {
		run(|| {
			populated();
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, false));
			assert!(has_event(Event::VendorSuspended { vendor: VENDOR }));
			assert!(has_event(Event::PowerRemoved {
				power: 6_000,
				removed: 6_000,
				base: 18_000,
				forced: false
			}));
			assert_eq!(Registry::power_of(alice()), 0);
			assert_eq!(Registry::standing(&alice()), None);
			assert!(!Registry::is_live(&id(0, SMALL), Registry::now()));
			assert_eq!(power(), 12_000);
		});
	}

	#[test]
	fn is_refused_for_more_than_a_third_of_the_power() {
		run(|| {
			populated();
			stand(&alice(), SMALL, 2..3);
			assert_noop!(
				Registry::suspend_vendor(root(), VENDOR, false),
				Error::<Test>::TooMuchPower
			);
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, true));
		});
	}

	#[test]
	fn leaves_the_only_vendor_to_force() {
		run(|| {
			stand(&alice(), SMALL, 0..1);
			assert_noop!(
				Registry::suspend_vendor(root(), VENDOR, false),
				Error::<Test>::TooMuchPower
			);
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, true));
			assert_eq!(power(), 0);
			assert_ok!(Registry::resume_vendor(root(), VENDOR));
			assert_eq!(Registry::power_of(alice()), 1_000);
		});
	}

	#[test]
	fn fails_twice_and_for_an_unknown_vendor() {
		run(|| {
			assert_noop!(
				Registry::suspend_vendor(root(), VendorId(7), true),
				Error::<Test>::UnknownVendor
			);
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, false));
			assert_noop!(
				Registry::suspend_vendor(root(), VENDOR, true),
				Error::<Test>::VendorSuspended
			);
		});
	}

	#[test]
	fn lets_owners_go_while_it_lasts() {
		run(|| {
			populated();
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, false));
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			assert_eq!(power(), 12_000);
			assert_ok!(Registry::resume_vendor(root(), VENDOR));
			assert_eq!(power(), 17_000);
		});
	}

	#[test]
	fn fails_for_anybody_but_governance() {
		run(|| {
			assert_noop!(
				Registry::suspend_vendor(signed(&controller()), VENDOR, false),
				DispatchError::BadOrigin
			);
		});
	}
}

mod resume_vendor {
	use super::*;

	#[test]
	fn brings_all_its_chips_back() {
		run(|| {
			populated();
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, false));
			assert_ok!(Registry::resume_vendor(root(), VENDOR));
			assert_eq!(last_event(), Event::VendorResumed { vendor: VENDOR });
			assert_eq!(power(), 18_000);
			assert_eq!(Registry::power_of(alice()), 6_000);
		});
	}

	#[test]
	fn fails_for_a_vendor_that_is_not_suspended() {
		run(|| {
			assert_noop!(
				Registry::resume_vendor(root(), VENDOR),
				Error::<Test>::VendorNotSuspended
			);
			assert_noop!(
				Registry::resume_vendor(root(), VendorId(7)),
				Error::<Test>::UnknownVendor
			);
			assert_noop!(
				Registry::resume_vendor(signed(&controller()), VENDOR),
				DispatchError::BadOrigin
			);
		});
	}
}

mod revoke_batch {
	use super::*;

	#[test]
	fn takes_all_its_chips_out_for_ever() {
		run(|| {
			populated();
			assert_ok!(Registry::revoke_batch(root(), SMALL, false));
			assert_eq!(last_event(), Event::BatchRevoked { batch: SMALL });
			assert_eq!(Registry::power_of(alice()), 4_000);
			assert_eq!(power(), 16_000);
			assert_noop!(Registry::revoke_batch(root(), SMALL, false), Error::<Test>::BatchRevoked);
		});
	}

	#[test]
	fn is_refused_once_the_epoch_has_lost_a_third() {
		run(|| {
			populated();
			assert_ok!(Registry::revoke_batch(root(), LARGE, false));
			assert_ok!(Registry::revoke_batch(root(), SMALL, false));
			stand(&bob(), BatchId { number: 7, vendor: VendorId(1) }, 23..24);
			assert_noop!(Registry::revoke_batch(root(), OTHER, false), Error::<Test>::TooMuchPower);
		});
	}

	#[test]
	fn measures_against_the_power_at_the_start_of_the_epochs_removals() {
		run(|| {
			// 2 + 4 of 18 T are a third, though 4 of the 16 T left and 6 of 12 T would be more.
			populated();
			assert_ok!(Registry::revoke_batch(root(), SMALL, false));
			assert_ok!(Registry::revoke_batch(root(), LARGE, false));
			assert_eq!(Removals::<Test>::get().base, 18_000);
			assert_eq!(Removals::<Test>::get().removed, 6_000);
			assert_eq!(Registry::note_removal(1, false), Err(TooMuchPower));
			Election::set_epoch(1);
			assert_eq!(Registry::note_removal(1, false), Ok(()));
			assert_eq!(Removals::<Test>::get().base, 12_000);
		});
	}

	#[test]
	fn charges_nothing_for_expired_power() {
		run(|| {
			stand(&alice(), SMALL, 0..2);
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert_ok!(Registry::revoke_batch(root(), SMALL, false));
			assert_eq!(power(), 0);
		});
	}

	#[test]
	fn fails_for_an_unknown_batch_and_for_anybody_but_governance() {
		run(|| {
			assert_noop!(
				Registry::revoke_batch(root(), BatchId { number: 9, ..SMALL }, true),
				Error::<Test>::UnknownBatch
			);
			assert_noop!(
				Registry::revoke_batch(signed(&controller()), SMALL, false),
				DispatchError::BadOrigin
			);
		});
	}
}

mod revoke_model {
	use super::*;

	#[test]
	fn takes_all_its_chips_out_for_ever() {
		run(|| {
			populated();
			assert_ok!(Registry::revoke_model(root(), LARGE_MODEL, false));
			assert_eq!(last_event(), Event::ModelRevoked { model: LARGE_MODEL });
			assert_eq!(Registry::power_of(alice()), 2_000);
			assert_eq!(power(), 14_000);
			// What leaves afterwards is not counted a second time.
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[10], LARGE)));
			assert_eq!(power(), 14_000);
		});
	}

	#[test]
	fn is_refused_for_more_than_a_third_of_the_power() {
		run(|| {
			populated();
			assert_noop!(
				Registry::revoke_model(root(), ModelId(2), false),
				Error::<Test>::TooMuchPower
			);
			assert_ok!(Registry::revoke_model(root(), ModelId(2), true));
			assert!(has_event(Event::PowerRemoved {
				power: 12_000,
				removed: 12_000,
				base: 18_000,
				forced: true
			}));
		});
	}

	#[test]
	fn costs_nothing_while_the_vendor_is_suspended() {
		run(|| {
			populated();
			assert_ok!(Registry::suspend_vendor(root(), VendorId(1), true));
			assert_ok!(Registry::revoke_model(root(), ModelId(2), true));
			assert_eq!(Removals::<Test>::get().removed, 12_000);
			assert_ok!(Registry::resume_vendor(root(), VendorId(1)));
			assert_eq!(power(), 6_000);
		});
	}

	#[test]
	fn fails_twice_for_an_unknown_model_and_for_anybody_but_governance() {
		run(|| {
			assert_noop!(
				Registry::revoke_model(root(), ModelId(9), true),
				Error::<Test>::UnknownModel
			);
			assert_ok!(Registry::revoke_model(root(), SMALL_MODEL, false));
			assert_noop!(
				Registry::revoke_model(root(), SMALL_MODEL, false),
				Error::<Test>::ModelRevoked
			);
			assert_noop!(
				Registry::revoke_model(signed(&controller()), LARGE_MODEL, false),
				DispatchError::BadOrigin
			);
		});
	}
}

mod expiry {
	use super::*;

	#[test]
	fn takes_chips_out_at_their_next_use_without_any_call() {
		run(|| {
			populated();
			pallet_timestamp::Now::<Test>::put(EXPIRY - 1);
			assert!(Registry::is_live(&id(0, SMALL), Registry::now()));
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert!(!Registry::is_live(&id(0, SMALL), Registry::now()));
			assert_eq!(Registry::standing(&alice()), None);
			assert!(!Registry::chip_at(&alice(), SMALL, 0).unwrap().may_seal);
		});
	}

	#[test]
	fn is_noted_by_anybody() {
		run(|| {
			populated();
			assert_noop!(
				Registry::note_expired_batch(signed(&carol()), SMALL),
				Error::<Test>::BatchNotExpired
			);
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert_ok!(Registry::note_expired_batch(signed(&carol()), SMALL));
			assert_eq!(last_event(), Event::BatchExpired { batch: SMALL });
			assert_eq!(power(), 16_000);
			assert_noop!(
				Registry::note_expired_batch(signed(&carol()), SMALL),
				Error::<Test>::NotCounted
			);
			assert_noop!(
				Registry::note_expired_batch(signed(&carol()), BatchId { number: 9, ..SMALL }),
				Error::<Test>::UnknownBatch
			);
			assert_noop!(
				Registry::note_expired_batch(RuntimeOrigin::none(), LARGE),
				DispatchError::BadOrigin
			);
		});
	}

	#[test]
	fn is_undone_by_more_time() {
		run(|| {
			populated();
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert_ok!(Registry::note_expired_batch(signed(&carol()), SMALL));
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			assert_ok!(Registry::extend_batch(signed(&controller()), SMALL, EXPIRY + 1));
			assert_eq!(last_event(), Event::BatchExtended { batch: SMALL, expires_at: EXPIRY + 1 });
			assert_eq!(Registry::power_of(alice()), 1_000);
			assert_eq!(power(), 17_000);
		});
	}

	#[test]
	fn cannot_be_moved_back() {
		run(|| {
			let extend = |origin, expires_at| Registry::extend_batch(origin, SMALL, expires_at);
			assert_noop!(extend(root(), EXPIRY), Error::<Test>::ExpiryNotLater);
			assert_noop!(extend(signed(&alice()), EXPIRY + 1), Error::<Test>::NotController);
			assert_ok!(extend(root(), EXPIRY + 1));
			pallet_timestamp::Now::<Test>::put(EXPIRY + DAY);
			assert_noop!(extend(root(), EXPIRY + DAY), Error::<Test>::ExpiryNotLater);
			assert_ok!(Registry::revoke_batch(root(), SMALL, true));
			assert_noop!(extend(root(), EXPIRY + 2 * DAY), Error::<Test>::BatchRevoked);
			assert_noop!(
				Registry::extend_batch(root(), BatchId { number: 9, ..SMALL }, EXPIRY + DAY),
				Error::<Test>::UnknownBatch
			);
		});
	}

	#[test]
	fn gives_no_more_than_the_cap_back() {
		run(|| {
			populated();
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert_ok!(Registry::note_expired_batch(signed(&carol()), SMALL));
			hypothetically!({
				Models::<Test>::mutate(SMALL_MODEL, |model| model.as_mut().unwrap().cap = 1);
				assert_noop!(
					Registry::extend_batch(root(), SMALL, EXPIRY + DAY),
					Error::<Test>::ModelFull
				);
			});
		});
	}
}

mod note_removal {
	use super::*;

	#[test]
	fn shares_one_budget_with_the_registrys_own_removals() {
		run(|| {
			populated();
			assert_eq!(Registry::note_removal(4_001, false), Ok(()));
			assert_noop!(Registry::revoke_batch(root(), SMALL, false), Error::<Test>::TooMuchPower);
			assert_eq!(Registry::note_removal(20_000, true), Ok(()));
			assert_eq!(Removals::<Test>::get().removed, 24_001);
		});
	}

	#[test]
	fn changes_nothing_when_it_is_refused() {
		run(|| {
			populated();
			assert_storage_noop!(assert_eq!(
				Registry::note_removal(6_001, false),
				Err(TooMuchPower)
			));
			assert_eq!(Registry::note_removal(u128::MAX, false), Err(TooMuchPower));
			assert_eq!(Registry::note_removal(6_000, false), Ok(()));
		});
	}
}
