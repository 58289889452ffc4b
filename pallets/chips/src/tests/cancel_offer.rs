use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

const PRICE: u128 = 100 * UNC;

fn cancel(who: &AccountId) -> DispatchResult {
	Registry::cancel_offer(signed(who), id(0, SMALL))
}

fn sold() {
	register(&alice(), SMALL, [0]);
	assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), PRICE, None));
	assert_ok!(Registry::buy_chip(signed(&bob()), id(0, SMALL), PRICE));
}

#[test]
fn takes_an_offer_back() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), PRICE, None));
		assert_noop!(cancel(&bob()), Error::<Test>::NotOwner);
		assert_ok!(cancel(&alice()));
		assert_eq!(last_event(), Event::OfferCancelled { chip: id(0, SMALL), seller: alice() });
		assert_noop!(cancel(&alice()), Error::<Test>::NotForSale);
	});
}

#[test]
fn takes_a_consent_back() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
		assert_noop!(cancel(&carol()), Error::<Test>::NotOwner);
		assert_ok!(cancel(&alice()));
		assert!(!Handovers::<Test>::contains_key(id(0, SMALL)));
	});
}

#[test]
fn lets_the_buyer_out_and_the_offer_stand() {
	run(|| {
		sold();
		assert_ok!(cancel(&bob()));
		assert_eq!(free(&bob()), ENDOWMENT);
		assert!(Offers::<Test>::contains_key(id(0, SMALL)));
		assert_ok!(Registry::buy_chip(signed(&carol()), id(0, SMALL), PRICE));
	});
}

#[test]
fn does_not_let_the_seller_out_while_the_buyer_may_claim() {
	run(|| {
		sold();
		assert_noop!(cancel(&alice()), Error::<Test>::HandoverPending);
	});
}

#[test]
fn lets_anybody_undo_a_sale_past_its_deadline() {
	run(|| {
		sold();
		System::set_block_number(System::block_number() + HANDOVER_BLOCKS);
		assert_noop!(cancel(&carol()), Error::<Test>::NotOwner);
		System::set_block_number(System::block_number() + 1);
		assert_ok!(cancel(&carol()));
		assert_eq!(free(&bob()), ENDOWMENT);
		assert!(Offers::<Test>::contains_key(id(0, SMALL)));
	});
}

#[test]
fn ends_the_offer_too_when_the_seller_undoes_the_sale() {
	run(|| {
		sold();
		System::set_block_number(System::block_number() + HANDOVER_BLOCKS + 1);
		assert_ok!(cancel(&alice()));
		assert_eq!(free(&bob()), ENDOWMENT);
		assert!(!Offers::<Test>::contains_key(id(0, SMALL)));
	});
}
