use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

const PRICE: u128 = 100 * UNC;

fn chip_id() -> utnet_primitives_security_engine::ChipId {
	id(0, SMALL)
}

fn offered() {
	register(&alice(), SMALL, [0]);
	assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), PRICE, None));
}

mod offer {
	use super::*;

	#[test]
	fn puts_a_chip_up_for_sale() {
		run(|| {
			offered();
			assert_eq!(
				Offers::<Test>::get(chip_id()),
				Some(Offer { seller: alice(), price: PRICE, buyer: None })
			);
			assert_eq!(
				last_event(),
				Event::ChipOffered { chip: chip_id(), seller: alice(), price: PRICE, buyer: None }
			);
			assert_eq!(Registry::chip(chip_id()).unwrap().offered, Some(PRICE));
		});
	}

	#[test]
	fn replaces_an_offer() {
		run(|| {
			offered();
			assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), UNC, Some(bob())));
			assert_eq!(Offers::<Test>::get(chip_id()).unwrap().price, UNC);
		});
	}

	#[test]
	fn fails_below_the_existential_deposit_but_not_for_nothing() {
		run(|| {
			register(&alice(), SMALL, [0]);
			assert_noop!(
				Registry::offer_chip(signed(&alice()), chip_id(), EXISTENTIAL_DEPOSIT - 1, None),
				Error::<Test>::PriceTooLow
			);
			assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), 0, None));
			assert_ok!(Registry::offer_chip(
				signed(&alice()),
				chip_id(),
				EXISTENTIAL_DEPOSIT,
				None
			));
		});
	}

	#[test]
	fn fails_for_what_cannot_be_promised() {
		run(|| {
			register(&alice(), SMALL, [0]);
			let offer =
				|who: &AccountId, buyer| Registry::offer_chip(signed(who), chip_id(), PRICE, buyer);
			assert_noop!(offer(&bob(), None), Error::<Test>::NotOwner);
			assert_noop!(offer(&alice(), Some(alice())), Error::<Test>::OwnChip);
			hypothetically!({
				Registry::slash(&alice(), UNC);
				assert_noop!(offer(&alice(), None), Error::<Test>::InDebt);
			});
			hypothetically!({
				assert_ok!(Registry::lock(&alice(), &chip_id(), LockUser::Inference(1), 1));
				assert_noop!(offer(&alice(), None), Error::<Test>::ChipLocked);
			});
			assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
			assert_noop!(offer(&alice(), None), Error::<Test>::HandoverPending);
		});
	}
}

mod buy {
	use super::*;

	#[test]
	fn holds_the_price_and_names_the_buyer_next_owner() {
		run(|| {
			offered();
			assert_ok!(Registry::buy_chip(signed(&bob()), chip_id(), PRICE));
			assert_eq!(free(&bob()), ENDOWMENT - PRICE);
			let handover = Handovers::<Test>::get(chip_id()).unwrap();
			assert_eq!((handover.to, handover.price), (bob(), Some(PRICE)));
			assert_eq!(handover.until, System::block_number() + HANDOVER_BLOCKS);
		});
	}

	#[test]
	fn works_for_nothing() {
		run(|| {
			register(&alice(), SMALL, [0]);
			assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), 0, None));
			assert_ok!(Registry::buy_chip(signed(&bob()), chip_id(), 0));
			let items = vec![claim_for(0, SMALL, &bob())].try_into().unwrap();
			assert_ok!(Registry::accept_chips(signed(&bob()), items, None));
			assert_eq!(chip(0, SMALL).owner, bob());
		});
	}

	#[test]
	fn fails_for_what_is_not_for_sale() {
		run(|| {
			register(&alice(), SMALL, [0]);
			assert_noop!(
				Registry::buy_chip(signed(&bob()), chip_id(), PRICE),
				Error::<Test>::NotForSale
			);
		});
	}

	#[test]
	fn fails_for_another_than_the_buyer_named() {
		run(|| {
			register(&alice(), SMALL, [0]);
			assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), PRICE, Some(bob())));
			assert_noop!(
				Registry::buy_chip(signed(&carol()), chip_id(), PRICE),
				Error::<Test>::NotTheBuyer
			);
			assert_ok!(Registry::buy_chip(signed(&bob()), chip_id(), PRICE));
		});
	}

	#[test]
	fn fails_at_another_price_than_the_buyer_saw() {
		run(|| {
			offered();
			assert_ok!(Registry::offer_chip(signed(&alice()), chip_id(), PRICE + 1, None));
			assert_noop!(
				Registry::buy_chip(signed(&bob()), chip_id(), PRICE),
				Error::<Test>::PriceChanged
			);
		});
	}

	#[test]
	fn fails_for_the_seller() {
		run(|| {
			offered();
			assert_noop!(
				Registry::buy_chip(signed(&alice()), chip_id(), PRICE),
				Error::<Test>::OwnChip
			);
		});
	}

	#[test]
	fn fails_for_who_cannot_pay() {
		run(|| {
			offered();
			let poor = account(77);
			give(&poor, UNC);
			assert_noop!(
				Registry::buy_chip(signed(&poor), chip_id(), PRICE),
				TokenError::FundsUnavailable
			);
		});
	}

	#[test]
	fn fails_while_another_has_bought_it_and_undoes_that_afterwards() {
		run(|| {
			offered();
			assert_ok!(Registry::buy_chip(signed(&bob()), chip_id(), PRICE));
			assert_noop!(
				Registry::buy_chip(signed(&carol()), chip_id(), PRICE),
				Error::<Test>::HandoverPending
			);
			System::set_block_number(System::block_number() + HANDOVER_BLOCKS + 1);
			assert_ok!(Registry::buy_chip(signed(&carol()), chip_id(), PRICE));
			assert_eq!(free(&bob()), ENDOWMENT);
			assert!(has_event(Event::HandoverUndone {
				chip: chip_id(),
				from: alice(),
				to: bob(),
				refunded: PRICE
			}));
		});
	}

	#[test]
	fn fails_once_the_seller_is_in_debt() {
		run(|| {
			offered();
			Registry::slash(&alice(), UNC);
			assert_noop!(
				Registry::buy_chip(signed(&bob()), chip_id(), PRICE),
				Error::<Test>::InDebt
			);
		});
	}
}
