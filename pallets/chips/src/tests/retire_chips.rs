use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

fn retire(who: &AccountId, numbers: &[u32]) -> DispatchResult {
	Registry::retire_chips(signed(who), ids(numbers, SMALL))
}

#[test]
fn takes_the_chips_out_at_once() {
	run(|| {
		register(&alice(), SMALL, 0..3);
		Election::changed();
		assert_ok!(retire(&alice(), &[0, 2]));
		assert_eq!(Registry::power_of(alice()), 1_000);
		assert_eq!(Registry::network_power().chips, 1);
		assert_eq!(Election::changed(), vec![alice()]);
		let until = Registry::now() + UNBONDING;
		assert_eq!(chip(0, SMALL).status, ChipStatus::Retiring { until });
		assert!(has_event(Event::ChipRetiring { chip: id(2, SMALL), owner: alice(), until }));
	});
}

#[test]
fn is_shown_as_retired_after_28_days() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(retire(&alice(), &[0]));
		wait(UNBONDING - 1);
		assert!(matches!(
			Registry::chip(id(0, SMALL)).unwrap().status,
			ChipStatusView::Retiring { .. }
		));
		wait(1);
		assert_eq!(Registry::chip(id(0, SMALL)).unwrap().status, ChipStatusView::Retired);
	});
}

#[test]
fn works_for_suspended_chips_and_in_dead_batches() {
	run(|| {
		register(&alice(), SMALL, 0..2);
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_ok!(Registry::revoke_batch(RuntimeOrigin::root(), SMALL, true));
		assert_ok!(retire(&alice(), &[0, 1]));
		assert_eq!(pledge(&alice()).unbonding[0].amount, 20 * UNC);
	});
}

#[test]
fn ends_an_offer() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), UNC, None));
		assert_ok!(retire(&alice(), &[0]));
		assert!(!Offers::<Test>::contains_key(id(0, SMALL)));
	});
}

#[test]
fn fails_while_the_chip_is_promised() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), UNC, None));
		assert_ok!(Registry::buy_chip(signed(&bob()), id(0, SMALL), UNC));
		assert_noop!(retire(&alice(), &[0]), Error::<Test>::HandoverPending);
		System::set_block_number(System::block_number() + HANDOVER_BLOCKS + 1);
		assert_ok!(retire(&alice(), &[0]));
		assert_eq!(free(&bob()), ENDOWMENT);
	});
}

#[test]
fn fails_while_the_chip_is_let() {
	run(|| {
		register(&alice(), SMALL, [0]);
		let user = LockUser::Inference(3);
		assert_ok!(Registry::lock(&alice(), &id(0, SMALL), user, WHOLE_CHIP));
		assert_noop!(retire(&alice(), &[0]), Error::<Test>::ChipLocked);
		assert!(Registry::unlock(&id(0, SMALL), user));
		assert_ok!(retire(&alice(), &[0]));
	});
}

#[test]
fn fails_while_the_owner_is_in_debt() {
	run(|| {
		register(&alice(), SMALL, [0]);
		Registry::slash(&alice(), 1);
		assert_noop!(retire(&alice(), &[0]), Error::<Test>::InDebt);
	});
}

#[test]
fn fails_for_what_is_not_the_senders() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_noop!(retire(&bob(), &[0]), Error::<Test>::NotOwner);
		assert_noop!(retire(&alice(), &[1]), Error::<Test>::UnknownChip);
		assert_noop!(retire(&alice(), &[]), Error::<Test>::NoItems);
		assert_noop!(retire(&alice(), &[0, 0]), Error::<Test>::NotBonded);
	});
}
