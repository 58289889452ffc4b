use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;

#[test]
fn names_the_next_owner_for_1200_blocks() {
	run(|| {
		register(&alice(), SMALL, 0..2);
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0, 1], SMALL), bob()));
		let handover = Handovers::<Test>::get(id(0, SMALL)).unwrap();
		assert_eq!(
			handover,
			Handover {
				from: alice(),
				to: bob(),
				until: System::block_number() + 1_200,
				price: None
			}
		);
		assert!(has_event(Event::HandoverOpened {
			chip: id(1, SMALL),
			from: alice(),
			to: bob(),
			price: None,
			until: handover.until,
		}));
	});
}

#[test]
fn leaves_the_chip_where_it_is() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
		assert_eq!(chip(0, SMALL).owner, alice());
		assert!(Registry::is_live(&id(0, SMALL), Registry::now()));
	});
}

#[test]
fn can_be_repeated_once_the_deadline_is_over() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
		System::set_block_number(System::block_number() + HANDOVER_BLOCKS);
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), carol()),
			Error::<Test>::HandoverPending
		);
		System::set_block_number(System::block_number() + 1);
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), carol()));
		assert_eq!(Handovers::<Test>::get(id(0, SMALL)).unwrap().to, carol());
	});
}

#[test]
fn fails_for_what_is_not_the_senders() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_noop!(
			Registry::transfer_chips(signed(&bob()), ids(&[0], SMALL), carol()),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[1], SMALL), carol()),
			Error::<Test>::UnknownChip
		);
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), alice()),
			Error::<Test>::OwnChip
		);
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[], SMALL), bob()),
			Error::<Test>::NoItems
		);
	});
}

#[test]
fn fails_for_a_chip_that_has_left() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()),
			Error::<Test>::NotBonded
		);
	});
}

#[test]
fn fails_while_the_chip_is_let() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::lock(&alice(), &id(0, SMALL), LockUser::Lease(1), WHOLE_CHIP));
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()),
			Error::<Test>::ChipLocked
		);
	});
}

#[test]
fn fails_while_the_owner_is_in_debt() {
	run(|| {
		register(&alice(), SMALL, [0]);
		Registry::slash(&alice(), UNC);
		assert_noop!(
			Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()),
			Error::<Test>::InDebt
		);
		assert_ok!(Registry::pay_debt(signed(&alice()), UNC));
		assert_ok!(Registry::transfer_chips(signed(&alice()), ids(&[0], SMALL), bob()));
	});
}
