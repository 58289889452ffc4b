use crate::{mock::*, signing::Engine, *};
use frame::testing_prelude::*;

fn reactivate(who: &AccountId, numbers: &[u32]) -> DispatchResult {
	let items: Vec<_> = numbers.iter().map(|number| claim_for(*number, SMALL, who)).collect();
	Registry::reactivate_chips(signed(who), items.try_into().unwrap())
}

/// Three chips, of which the first was suspended in epoch 5.
fn suspended() {
	register(&alice(), SMALL, 0..3);
	Election::set_epoch(5);
	assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
	Election::changed();
}

#[test]
fn a_suspended_chip_is_not_live_and_has_no_place() {
	run(|| {
		suspended();
		assert_eq!(chip(0, SMALL).status, ChipStatus::Suspended { since_epoch: 5 });
		assert!(!Registry::is_live(&id(0, SMALL), Registry::now()));
		assert_eq!(Registry::power_of(alice()), 2_000);
		assert_eq!(pledge(&alice()).bonded, 3);
		assert_eq!(
			last_event(),
			Event::ChipSuspended { chip: id(0, SMALL), owner: alice(), since_epoch: 5 }
		);
	});
}

#[test]
fn brings_the_chip_back_after_two_epochs() {
	run(|| {
		suspended();
		Election::set_epoch(6);
		assert_noop!(reactivate(&alice(), &[0]), Error::<Test>::TooSoon);
		Election::set_epoch(7);
		assert_ok!(reactivate(&alice(), &[0]));
		assert_eq!(chip(0, SMALL).status, ChipStatus::Claimed { place: 2 });
		assert_eq!(chip(0, SMALL).claim_counter, 2);
		assert_eq!(Places::<Test>::get((alice(), SMALL, 2)).unwrap().since_epoch, 7);
		assert_eq!(Election::changed(), vec![alice()]);
		assert_eq!(
			last_event(),
			Event::ChipReactivated { chip: id(0, SMALL), owner: alice(), place: 2 }
		);
	});
}

#[test]
fn fails_for_what_is_not_suspended_or_not_the_senders() {
	run(|| {
		suspended();
		Election::set_epoch(9);
		assert_noop!(reactivate(&alice(), &[1]), Error::<Test>::NotSuspended);
		assert_noop!(reactivate(&alice(), &[0, 0]), Error::<Test>::NotSuspended);
		assert_noop!(reactivate(&bob(), &[0]), Error::<Test>::NotOwner);
		assert_noop!(reactivate(&alice(), &[9]), Error::<Test>::UnknownChip);
		assert_noop!(reactivate(&alice(), &[]), Error::<Test>::NoItems);
	});
}

#[test]
fn fails_without_the_chips_own_fresh_claim() {
	run(|| {
		suspended();
		Election::set_epoch(9);
		let good = claim_for(0, SMALL, &alice());
		let call = |item: SignedClaim| {
			Registry::reactivate_chips(signed(&alice()), vec![item].try_into().unwrap())
		};
		assert_noop!(call(Engine::new(1).sign(good.claim)), Error::<Test>::NotClaimedByChip);
		let mut used = good.claim;
		used.claim_counter = 0;
		assert_noop!(call(Engine::new(0).sign(used)), Error::<Test>::WrongClaimCounter);
	});
}

#[test]
fn fails_once_the_batch_is_out_of_order() {
	run(|| {
		suspended();
		Election::set_epoch(9);
		assert_ok!(Registry::revoke_batch(RuntimeOrigin::root(), SMALL, true));
		assert_noop!(reactivate(&alice(), &[0]), Error::<Test>::BatchRevoked);
	});
}

#[test]
fn nothing_can_be_suspended_where_nothing_stands() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_noop!(Registry::suspend_at(&alice(), SMALL, 1), Error::<Test>::EmptyPlace);
		assert_noop!(Registry::suspend_at(&bob(), SMALL, 0), Error::<Test>::EmptyPlace);
	});
}
