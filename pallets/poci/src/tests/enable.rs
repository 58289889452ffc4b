//! Enabling by governance.

use crate::{mock::*, Disabled, Error, Event};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::Slot;

#[test]
fn lets_a_disabled_miner_lead_at_once() {
	ExtBuilder::default().miners(&[(1, 1)]).build_and_execute(|| {
		block(FIRST);
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 1, false));
		assert_eq!(Poci::slot_leader(Slot::from(FIRST + 1)), None);
		assert_ok!(Poci::enable(RuntimeOrigin::root(), 1));
		assert!(events().contains(&Event::LeaderEnabled { miner: 1 }));
		assert!(!Disabled::<Runtime>::contains_key(1));
		block(FIRST + 1);
	});
}

#[test]
fn fails_for_others_than_governance() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Poci::disable(RuntimeOrigin::root(), 1, false));
		assert_noop!(Poci::enable(RuntimeOrigin::signed(1), 1), DispatchError::BadOrigin);
	});
}

#[test]
fn fails_for_who_is_not_disabled() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(Poci::enable(RuntimeOrigin::root(), 1), Error::<Runtime>::NotDisabled);
	});
}
