use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_security_engine::ChipId;

const LEASE: LockUser = LockUser::Lease(1);

fn first() -> ChipId {
	id(0, SMALL)
}

#[test]
fn a_whole_chip_is_let_once() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		assert_ok!(Registry::lock(&alice(), &first(), LEASE, WHOLE_CHIP));
		assert_eq!(
			last_event(),
			Event::ChipLocked { chip: first(), user: LEASE, share: WHOLE_CHIP }
		);
		assert_eq!(Registry::locked_share(&first()), 1_000);
		assert_noop!(
			Registry::lock(&alice(), &first(), LockUser::Inference(1), 1),
			Error::<Test>::ChipLocked
		);
	});
}

#[test]
fn shares_add_up_to_the_whole() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		assert_ok!(Registry::lock(&alice(), &first(), LEASE, 600));
		assert_noop!(Registry::lock(&alice(), &first(), LEASE, 1), Error::<Test>::ChipLocked);
		let other = LockUser::Inference(1);
		assert_noop!(Registry::lock(&alice(), &first(), other, 401), Error::<Test>::ChipLocked);
		assert_ok!(Registry::lock(&alice(), &first(), other, 400));
		assert_eq!(Registry::locked_share(&first()), 1_000);
		assert_eq!(Registry::chip(first()).unwrap().locks.len(), 2);
	});
}

#[test]
fn a_chip_has_at_most_eight_users() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		for order in 0..8 {
			assert_ok!(Registry::lock(&alice(), &first(), LockUser::Lease(order), 1));
		}
		assert_noop!(
			Registry::lock(&alice(), &first(), LockUser::Lease(8), 1),
			Error::<Test>::ChipLocked
		);
	});
}

#[test]
fn unlocking_ends_one_use() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		assert_ok!(Registry::lock(&alice(), &first(), LEASE, 500));
		assert!(!Registry::unlock(&first(), LockUser::Lease(2)));
		assert!(Registry::unlock(&first(), LEASE));
		assert_eq!(last_event(), Event::ChipUnlocked { chip: first(), user: LEASE });
		assert!(!Registry::unlock(&first(), LEASE));
		assert_eq!(Registry::locked_share(&first()), 0);
		assert!(!Locks::<Test>::contains_key(first()));
	});
}

#[test]
fn only_live_chips_of_their_owner_are_let() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		let lock = |who: &AccountId, share| Registry::lock(who, &first(), LEASE, share);
		assert_noop!(lock(&bob(), 1), Error::<Test>::NotOwner);
		assert_noop!(lock(&alice(), 0), Error::<Test>::BadShare);
		assert_noop!(lock(&alice(), 1_001), Error::<Test>::BadShare);
		assert_noop!(Registry::lock(&alice(), &id(1, SMALL), LEASE, 1), Error::<Test>::UnknownChip);
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_noop!(lock(&alice(), 1), Error::<Test>::ChipNotLive);
	});
}

#[test]
fn a_lease_counter_is_used_once() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		assert_eq!(Registry::lease_counter(&first()), Some(0));
		assert_noop!(Registry::use_lease_counter(&first(), 1), Error::<Test>::WrongLeaseCounter);
		assert_ok!(Registry::use_lease_counter(&first(), 0));
		assert_noop!(Registry::use_lease_counter(&first(), 0), Error::<Test>::WrongLeaseCounter);
		assert_eq!(Registry::lease_counter(&first()), Some(1));
		assert_eq!(Registry::lease_counter(&id(1, SMALL)), None);
		assert_noop!(Registry::use_lease_counter(&id(1, SMALL), 0), Error::<Test>::UnknownChip);
	});
}

#[test]
fn the_lease_counter_goes_with_the_chip() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		assert_ok!(Registry::use_lease_counter(&first(), 0));
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		wait(UNBONDING);
		register(&bob(), SMALL, [0]);
		assert_eq!(Registry::lease_counter(&first()), Some(1));
	});
}
