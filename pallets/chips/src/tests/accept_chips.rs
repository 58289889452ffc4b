use crate::{mock::*, signing::Engine, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

fn accept(who: &AccountId, numbers: &[u32]) -> DispatchResultWithPostInfo {
	let items: Vec<_> = numbers.iter().map(|number| claim_for(*number, SMALL, who)).collect();
	Registry::accept_chips(signed(who), items.try_into().unwrap(), None)
}

fn promised(numbers: &[u32]) {
	register(&alice(), SMALL, numbers.iter().copied());
	assert_ok!(Registry::transfer_chips(signed(&alice()), ids(numbers, SMALL), bob()));
	Election::changed();
}

#[test]
fn gives_the_chips_to_the_next_owner() {
	run(|| {
		promised(&[0, 1]);
		assert_ok!(accept(&bob(), &[0, 1]));
		for number in [0, 1] {
			let chip = chip(number, SMALL);
			assert_eq!(chip.owner, bob());
			assert_eq!(chip.claim_counter, 2);
			assert!(!Handovers::<Test>::contains_key(id(number, SMALL)));
		}
		assert_eq!(Registry::power_of(alice()), 0);
		assert_eq!(Registry::power_of(bob()), 2_000);
		assert_eq!(Election::changed(), vec![alice(), bob()]);
		assert!(has_event(Event::ChipTransferred { chip: id(0, SMALL), from: alice(), to: bob() }));
	});
}

#[test]
fn moves_the_pledge_from_one_to_the_other() {
	run(|| {
		promised(&[0]);
		assert_ok!(accept(&bob(), &[0]));
		let former = pledge(&alice());
		assert_eq!((former.bonded, former.held), (0, 0));
		assert_eq!(former.unbonding.len(), 1);
		assert_eq!(former.unbonding[0].amount, 10 * UNC);
		assert_eq!(pledge(&bob()).held, 10 * UNC);
	});
}

#[test]
fn sets_the_keys_of_the_next_owner() {
	run(|| {
		promised(&[0]);
		let items = vec![claim_for(0, SMALL, &bob())].try_into().unwrap();
		let keys = Some((42, GOOD_PROOF.to_vec().try_into().unwrap()));
		assert_ok!(Registry::accept_chips(signed(&bob()), items, keys));
		assert_eq!(Keys::of(&bob()), Some(42));
	});
}

#[test]
fn hands_the_wrapped_key_on() {
	run(|| {
		let mut item = registration(0, SMALL, &alice());
		item.wrapped_key = vec![7; 60].try_into().unwrap();
		let items = vec![item].try_into().unwrap();
		assert_ok!(Registry::register_chips(signed(&alice()), items, None));
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
		assert_ok!(accept(&bob(), &[0]));
		assert_eq!(Registry::chip(id(0, SMALL)).unwrap().wrapped_key, vec![7; 60]);
	});
}

#[test]
fn pays_the_seller() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), 100 * UNC, None));
		assert_ok!(Registry::buy_chip(signed(&bob()), id(0, SMALL), 100 * UNC));
		assert_ok!(accept(&bob(), &[0]));
		assert_eq!(free(&alice()), ENDOWMENT - 10 * UNC + 100 * UNC);
		assert_eq!(free(&bob()), ENDOWMENT - 110 * UNC);
		assert!(!Offers::<Test>::contains_key(id(0, SMALL)));
	});
}

#[test]
fn takes_a_suspended_chip_when_its_time_is_over() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
		Election::set_epoch(1);
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::TooSoon);
		Election::set_epoch(2);
		assert_ok!(accept(&bob(), &[0]));
		assert!(Registry::is_live(&id(0, SMALL), Registry::now()));
	});
}

#[test]
fn fails_for_another_than_the_one_named() {
	run(|| {
		promised(&[0]);
		assert_noop!(accept(&carol(), &[0]), Error::<Test>::NotPromised);
		register(&alice(), SMALL, [1]);
		assert_noop!(accept(&bob(), &[1]), Error::<Test>::NotPromised);
	});
}

#[test]
fn fails_without_chips_or_for_an_unknown_one() {
	run(|| {
		assert_noop!(accept(&bob(), &[]), Error::<Test>::NoItems);
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::UnknownChip);
		promised(&[0]);
		assert_ok!(Registry::revoke_chip(RuntimeOrigin::root(), id(0, SMALL), true));
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::NotBonded);
	});
}

#[test]
fn works_up_to_the_last_block_of_the_deadline() {
	run(|| {
		promised(&[0]);
		blocks(HANDOVER_BLOCKS);
		hypothetically!({
			assert_ok!(accept(&bob(), &[0]));
		});
		blocks(1);
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::HandoverExpired);
	});
}

#[test]
fn fails_once_the_former_owner_is_in_debt() {
	run(|| {
		promised(&[0]);
		Registry::slash(&alice(), UNC);
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::InDebt);
	});
}

#[test]
fn fails_while_the_chip_is_let() {
	run(|| {
		promised(&[0]);
		// A promised chip cannot be let; one that was let in another way is not handed over either.
		assert_noop!(
			Registry::lock(&alice(), &id(0, SMALL), LockUser::Lease(1), WHOLE_CHIP),
			Error::<Test>::HandoverPending
		);
		hypothetically!({
			Locks::<Test>::insert(
				id(0, SMALL),
				BoundedVec::truncate_from(vec![Lock { user: LockUser::Lease(1), share: 1 }]),
			);
			assert_noop!(accept(&bob(), &[0]), Error::<Test>::ChipLocked);
		});
	});
}

#[test]
fn fails_once_the_batch_is_out_of_order() {
	run(|| {
		promised(&[0]);
		assert_ok!(Registry::revoke_batch(RuntimeOrigin::root(), SMALL, true));
		assert_noop!(accept(&bob(), &[0]), Error::<Test>::BatchRevoked);
	});
}

#[test]
fn fails_without_the_chips_own_fresh_claim() {
	run(|| {
		promised(&[0]);
		let good = claim_for(0, SMALL, &bob());
		let call = |item: SignedClaim| {
			Registry::accept_chips(signed(&bob()), vec![item].try_into().unwrap(), None)
		};
		let by_another = Engine::new(1).sign(good.claim);
		assert_noop!(call(by_another), Error::<Test>::NotClaimedByChip);
		let mut stale = good.claim;
		stale.claim_counter = 0;
		assert_noop!(call(Engine::new(0).sign(stale)), Error::<Test>::WrongClaimCounter);
		let mut foreign = good.claim;
		foreign.owner = carol().into();
		assert_noop!(call(Engine::new(0).sign(foreign)), Error::<Test>::ForeignOwner);
	});
}

#[test]
fn fails_for_a_chip_twice_in_one_call() {
	run(|| {
		promised(&[0]);
		assert_noop!(accept(&bob(), &[0, 0]), Error::<Test>::NotPromised);
	});
}
