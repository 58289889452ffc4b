use crate::mock::*;
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::{ChipRegistry, GroupEntry};

#[test]
fn standing_lists_live_groups_by_batch() {
	run(|| {
		assert_eq!(Registry::standing(&alice()), None);
		stand(&alice(), OTHER, 20..21);
		stand(&alice(), SMALL, 0..3);
		stand(&alice(), LARGE, 10..12);
		let standing = Registry::standing(&alice()).unwrap();
		assert_eq!(standing.set_version, 6);
		assert_eq!(
			standing.groups.to_vec(),
			vec![
				GroupEntry::full(SMALL, 1_000, 3),
				GroupEntry::full(LARGE, 2_000, 2),
				GroupEntry::full(OTHER, 4_000, 1),
			]
		);
		assert_eq!(standing.power(), 11_000);

		assert_ok!(Registry::revoke_batch(RuntimeOrigin::root(), LARGE, true));
		let standing = Registry::standing(&alice()).unwrap();
		assert_eq!(standing.groups.len(), 2);
		assert_eq!(standing.set_version, 6, "what the vendor lost the owner's set keeps");
	});
}

#[test]
fn a_place_tells_its_chip_and_since_when() {
	run(|| {
		Election::set_epoch(3);
		stand(&alice(), SMALL, 0..2);
		let seated = Registry::chip_at(&alice(), SMALL, 1).unwrap();
		assert_eq!(seated.id, id(1, SMALL));
		assert_eq!(seated.identity_key, certificate(1, SMALL).identity_key);
		assert_eq!(seated.since_epoch, 3);
		assert!(seated.may_seal);
		assert!(Registry::chip_at(&alice(), SMALL, 2).is_none());
		assert!(Registry::chip_at(&bob(), SMALL, 0).is_none());
	});
}

#[test]
fn a_chip_may_not_seal_while_it_is_not_live() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		let may_seal = || Registry::chip_at(&alice(), SMALL, 0).unwrap().may_seal;
		hypothetically!({
			assert_ok!(Registry::suspend_vendor(RuntimeOrigin::root(), VENDOR, true));
			assert!(!may_seal());
		});
		hypothetically!({
			assert_ok!(Registry::revoke_model(RuntimeOrigin::root(), SMALL_MODEL, true));
			assert!(!may_seal());
		});
		hypothetically!({
			assert_ok!(Registry::revoke_batch(RuntimeOrigin::root(), SMALL, true));
			assert!(!may_seal());
		});
		assert!(may_seal());
	});
}

#[test]
fn a_chip_is_live_only_while_it_is_claimed() {
	run(|| {
		stand(&alice(), SMALL, 0..4);
		assert!(!Registry::is_live(&id(9, SMALL), Registry::now()));
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[1], SMALL)));
		assert_ok!(Registry::revoke_chip(RuntimeOrigin::root(), id(2, SMALL), true));
		let live: Vec<_> =
			(0..4).map(|number| Registry::is_live(&id(number, SMALL), Registry::now())).collect();
		assert_eq!(live, vec![false, false, false, true]);
		assert!(Registry::has_live_chip(&alice()));
		assert!(!Registry::has_live_chip(&bob()));
	});
}
