use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

fn revoke(number: u32, force: bool) -> DispatchResult {
	Registry::revoke_chip(RuntimeOrigin::root(), id(number, SMALL), force)
}

#[test]
fn takes_a_claimed_chip_out_for_ever() {
	run(|| {
		register(&alice(), SMALL, 0..4);
		Election::changed();
		assert_ok!(revoke(1, false));
		assert_eq!(chip(1, SMALL).status, ChipStatus::Revoked);
		assert_eq!(chip(3, SMALL).status, ChipStatus::Claimed { place: 1 });
		assert_eq!(Registry::power_of(alice()), 3_000);
		assert_eq!(pledge(&alice()).unbonding[0].amount, 10 * UNC);
		assert_eq!(Election::changed(), vec![alice()]);
		assert_eq!(last_event(), Event::ChipRevoked { chip: id(1, SMALL), owner: alice() });
	});
}

#[test]
fn works_from_every_state() {
	run(|| {
		register(&alice(), SMALL, 0..8);
		assert_ok!(Registry::suspend_at(&alice(), SMALL, place_of(0, SMALL)));
		assert_ok!(revoke(0, false));
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[1, 2], SMALL)));
		assert_ok!(revoke(1, false));
		wait(UNBONDING);
		assert_ok!(revoke(2, false));
		assert_eq!(pledge(&alice()).bonded, 5);
	});
}

#[test]
fn ends_leases_and_sales() {
	run(|| {
		register(&alice(), SMALL, 0..8);
		assert_ok!(Registry::lock(&alice(), &id(0, SMALL), LockUser::Lease(1), WHOLE_CHIP));
		assert_ok!(revoke(0, false));
		assert_eq!(Registry::locked_share(&id(0, SMALL)), 0);
		assert!(!Registry::unlock(&id(0, SMALL), LockUser::Lease(1)));

		assert_ok!(Registry::offer_chip(signed(&alice()), id(1, SMALL), UNC, None));
		assert_ok!(Registry::buy_chip(signed(&bob()), id(1, SMALL), UNC));
		assert_ok!(revoke(1, false));
		assert_eq!(free(&bob()), ENDOWMENT);
	});
}

#[test]
fn gives_an_owner_in_debt_its_share_of_what_is_held() {
	run(|| {
		register(&alice(), SMALL, 0..4);
		Registry::slash(&alice(), 4 * UNC);
		assert_ok!(revoke(0, false));
		let pledge = pledge(&alice());
		assert_eq!(pledge.unbonding[0].amount, 9 * UNC);
		assert_eq!((pledge.held, pledge.debt()), (27 * UNC, 3 * UNC));
	});
}

#[test]
fn fails_for_unknown_and_revoked_chips() {
	run(|| {
		assert_noop!(revoke(0, true), Error::<Test>::UnknownChip);
		register(&alice(), SMALL, [0]);
		assert_ok!(revoke(0, true));
		assert_noop!(revoke(0, true), Error::<Test>::ChipRevoked);
	});
}

#[test]
fn fails_for_more_than_a_third_of_the_power_in_one_epoch() {
	run(|| {
		register(&alice(), SMALL, 0..4);
		assert_ok!(revoke(0, false));
		assert_noop!(revoke(1, false), Error::<Test>::TooMuchPower);
		assert_ok!(revoke(1, true));
		Election::set_epoch(1);
		assert_noop!(revoke(2, false), Error::<Test>::TooMuchPower);
	});
}

#[test]
fn fails_for_anybody_but_governance() {
	run(|| {
		register(&alice(), SMALL, [0]);
		for who in [alice(), controller()] {
			assert_noop!(
				Registry::revoke_chip(signed(&who), id(0, SMALL), true),
				DispatchError::BadOrigin
			);
		}
	});
}
