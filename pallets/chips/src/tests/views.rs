use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::PAGE_SIZE;
use utnet_primitives_core::UNC;
use utnet_primitives_security_engine::{ModelId, VendorId};

#[test]
fn a_chip_shows_all_a_wallet_needs() {
	run(|| {
		assert_eq!(Registry::chip(id(0, SMALL)), None);
		Election::set_epoch(4);
		register(&alice(), SMALL, [0]);
		let certificate = certificate(0, SMALL);
		assert_eq!(
			Registry::chip(id(0, SMALL)),
			Some(ChipView {
				id: id(0, SMALL),
				owner: alice(),
				batch: SMALL,
				model: SMALL_MODEL,
				serial: certificate.serial,
				identity_key: certificate.identity_key,
				cat_key: certificate.cat_key,
				status: ChipStatusView::Claimed { place: 0, since_epoch: 4 },
				live: true,
				power: 1_000,
				claim_counter: 1,
				lease_counter: 0,
				pledge: 10 * UNC,
				release_at: None,
				locks: vec![],
				offered: None,
				wrapped_key: vec![],
			})
		);
	});
}

#[test]
fn a_chip_shows_where_it_is_in_its_life() {
	run(|| {
		stand(&alice(), SMALL, 0..3);
		let status = |number| Registry::chip(id(number, SMALL)).unwrap().status;
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_eq!(status(0), ChipStatusView::Suspended { since_epoch: 0 });
		assert_ok!(Registry::revoke_chip(RuntimeOrigin::root(), id(1, SMALL), true));
		assert_eq!(status(1), ChipStatusView::Revoked);
	});
}

#[test]
fn chips_of_goes_through_all_groups_page_by_page() {
	run(|| {
		stand(&alice(), SMALL, 0..PAGE_SIZE + 3);
		stand(&alice(), LARGE, 1_000..1_002);
		let pages: Vec<_> = (0..4).map(|page| Registry::chips_of(alice(), page)).collect();
		let lengths: Vec<_> = pages.iter().map(Vec::len).collect();
		assert_eq!(lengths, vec![256, 3, 2, 0]);
		assert_eq!((pages[1][0].batch, pages[1][0].place), (SMALL, PAGE_SIZE));
		assert_eq!(pages[2][1].chip, id(1_001, LARGE));
		assert!(Registry::chips_of(bob(), 0).is_empty());
	});
}

#[test]
fn lists_vendors_models_and_batches() {
	run(|| {
		let vendors: Vec<_> = Registry::vendors().into_iter().map(|(id, _)| id).collect();
		assert_eq!(vendors, vec![VENDOR, VendorId(1)]);
		let models: Vec<_> =
			Registry::models().into_iter().map(|(id, model)| (id, model.power)).collect();
		assert_eq!(models, vec![(ModelId(0), 1_000), (ModelId(1), 2_000), (ModelId(2), 4_000)]);
		let mut batches: Vec<_> =
			Registry::batches(VENDOR, 0).into_iter().map(|(number, _)| number).collect();
		batches.sort_unstable();
		assert_eq!(batches, vec![0, 1]);
		assert!(Registry::batches(VENDOR, 1).is_empty());
	});
}

#[test]
fn pledge_of_tells_the_debt() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		Registry::slash(&alice(), UNC);
		let (pledge, debt) = Registry::pledge_of(alice());
		assert_eq!((pledge.held, debt), (9 * UNC, UNC));
	});
}
