use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

fn release(who: &AccountId) -> DispatchResult {
	Registry::release_chip(signed(who), id(0, SMALL))
}

/// A chip of Alice's that does not prove.
fn silent() {
	register(&alice(), SMALL, [0]);
	assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
}

#[test]
fn frees_a_silent_chip_after_28_days() {
	run(|| {
		silent();
		assert_ok!(release(&controller()));
		let at = Registry::now() + RELEASE_NOTICE;
		assert_eq!(
			last_event(),
			Event::ReleaseAnnounced { chip: id(0, SMALL), owner: alice(), at }
		);
		wait(RELEASE_NOTICE - 1);
		let items = || vec![registration(0, SMALL, &bob())].try_into().unwrap();
		assert_noop!(
			Registry::register_chips(signed(&bob()), items(), None),
			Error::<Test>::ChipNotFree
		);
		wait(1);
		let info = Registry::register_chips(signed(&bob()), items(), None).unwrap();
		assert_eq!(info.actual_weight, Some(Registry::registration_weight(1, 1, false)));
		assert_eq!(chip(0, SMALL).owner, bob());
		assert_eq!(chip(0, SMALL).release_at, None);
		assert!(has_event(Event::ChipReleased { chip: id(0, SMALL), owner: alice() }));
		assert_eq!(pledge(&alice()).unbonding[0].amount, 10 * UNC);
		assert_eq!(pledge(&alice()).bonded, 0);
	});
}

#[test]
fn frees_a_chip_whose_owner_does_not_pay_its_pledge() {
	run(|| {
		let poor = account(77);
		give(&poor, UNC);
		register(&poor, SMALL, 0..2);
		assert_noop!(release(&controller()), Error::<Test>::ChipProves);
		wait(DEBT_TERM);
		assert_ok!(release(&controller()));
		wait(RELEASE_NOTICE);
		// It still stands when the next owner claims it.
		assert_eq!(chip(0, SMALL).status, ChipStatus::Claimed { place: 0 });
		Election::changed();
		register(&bob(), SMALL, [0]);
		assert_eq!(chip(1, SMALL).status, ChipStatus::Claimed { place: 0 });
		assert_eq!(Election::changed(), vec![bob(), poor]);
	});
}

#[test]
fn is_void_when_the_chip_proves_again() {
	run(|| {
		silent();
		assert_ok!(release(&controller()));
		Election::set_epoch(2);
		let items = vec![claim_for(0, SMALL, &alice())].try_into().unwrap();
		assert_ok!(Registry::reactivate_chips(signed(&alice()), items));
		assert_eq!(chip(0, SMALL).release_at, None);
		wait(RELEASE_NOTICE);
		let items = vec![registration(0, SMALL, &bob())].try_into().unwrap();
		assert_noop!(
			Registry::register_chips(signed(&bob()), items, None),
			Error::<Test>::ChipNotFree
		);
	});
}

#[test]
fn is_no_way_to_a_chip_that_is_let() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::lock(&alice(), &id(0, SMALL), LockUser::Lease(1), WHOLE_CHIP));
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_ok!(release(&controller()));
		wait(RELEASE_NOTICE);
		let items = vec![registration(0, SMALL, &bob())].try_into().unwrap();
		assert_noop!(
			Registry::register_chips(signed(&bob()), items, None),
			Error::<Test>::ChipLocked
		);
	});
}

#[test]
fn fails_while_the_chip_proves() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_noop!(release(&controller()), Error::<Test>::ChipProves);
	});
}

#[test]
fn fails_for_anybody_but_the_vendor() {
	run(|| {
		silent();
		assert_noop!(release(&alice()), Error::<Test>::NotController);
		assert_noop!(release(&account(8)), Error::<Test>::NotController);
		assert_noop!(
			Registry::release_chip(RuntimeOrigin::root(), id(0, SMALL)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn fails_twice_and_for_chips_that_have_left() {
	run(|| {
		assert_noop!(release(&controller()), Error::<Test>::UnknownChip);
		silent();
		assert_ok!(release(&controller()));
		assert_noop!(release(&controller()), Error::<Test>::AlreadyReleased);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		assert_noop!(release(&controller()), Error::<Test>::NotBonded);
	});
}
