use crate::{mock::*, *};
use frame::testing_prelude::*;
use utnet_primitives_consensus_poci::PAGE_SIZE;
use utnet_primitives_security_engine::UncompressedCatKey;

fn sum_of(numbers: impl IntoIterator<Item = u32>) -> UncompressedCatKey {
	numbers.into_iter().fold(UncompressedCatKey::identity(), |sum, number| {
		sum.add(&certificate(number, SMALL).cat_key.decompress().unwrap()).unwrap()
	})
}

fn group() -> Group {
	Groups::<Test>::get(alice(), SMALL).unwrap()
}

fn page(number: u32) -> Page {
	Pages::<Test>::get((alice(), SMALL, number)).unwrap()
}

fn version() -> u64 {
	Owners::<Test>::get(alice()).set_version
}

#[test]
fn a_group_sums_the_keys_of_its_chips() {
	run(|| {
		stand(&alice(), SMALL, 0..3);
		assert_eq!(group(), Group { sum: sum_of(0..3), count: 3 });
		assert_eq!(page(0).sum, sum_of(0..3));
	});
}

#[test]
fn the_last_chip_takes_the_place_of_one_that_leaves() {
	run(|| {
		stand(&alice(), SMALL, 0..4);
		Election::set_epoch(7);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[1], SMALL)));
		assert_eq!(place_of(3, SMALL), 1);
		assert_eq!(group(), Group { sum: sum_of([0, 2, 3]), count: 3 });
		// Who moved counts from now on, who stayed as before.
		assert_eq!(Places::<Test>::get((alice(), SMALL, 1)).unwrap().since_epoch, 7);
		assert_eq!(Places::<Test>::get((alice(), SMALL, 2)).unwrap().since_epoch, 0);
	});
}

#[test]
fn misses_move_with_the_chip() {
	run(|| {
		stand(&alice(), SMALL, 0..4);
		assert_ok!(Registry::note_misses(&alice(), SMALL, 1, 1));
		assert_ok!(Registry::note_misses(&alice(), SMALL, 3, 2));
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 1));
		assert_eq!(page(0).misses.to_vec(), vec![0, 2, 0]);
	});
}

#[test]
fn misses_are_noted_only_where_a_chip_stands() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		for (who, place) in [(alice(), 1), (alice(), PAGE_SIZE), (bob(), 0)] {
			assert_noop!(Registry::note_misses(&who, SMALL, place, 1), Error::<Test>::EmptyPlace);
		}
	});
}

#[test]
fn pages_hold_256_places() {
	run(|| {
		stand(&alice(), SMALL, 0..PAGE_SIZE + 2);
		assert_eq!(page(0).misses.len(), 256);
		assert_eq!(page(0).sum, sum_of(0..PAGE_SIZE));
		assert_eq!(page(1).sum, sum_of(PAGE_SIZE..PAGE_SIZE + 2));

		// From the first page, filled from the second.
		assert_ok!(Registry::note_misses(&alice(), SMALL, PAGE_SIZE + 1, 2));
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 5));
		assert_eq!(place_of(PAGE_SIZE + 1, SMALL), 5);
		assert_eq!(page(0).misses[5], 2);
		assert_eq!(page(1).sum, sum_of([PAGE_SIZE]));
		Registry::do_try_state().unwrap();

		// The second page goes with its last place.
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 6));
		assert!(!Pages::<Test>::contains_key((alice(), SMALL, 1)));
		assert_eq!(group().count, PAGE_SIZE);
	});
}

#[test]
fn a_group_goes_with_its_last_chip() {
	run(|| {
		stand(&alice(), SMALL, 0..1);
		stand(&alice(), LARGE, 10..11);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		assert!(Groups::<Test>::get(alice(), SMALL).is_none());
		assert_eq!(Owners::<Test>::get(alice()).groups.to_vec(), vec![LARGE]);
	});
}

#[test]
fn groups_ascend_by_batch() {
	run(|| {
		stand(&alice(), OTHER, 20..21);
		stand(&alice(), LARGE, 10..11);
		stand(&alice(), SMALL, 0..1);
		assert_eq!(Owners::<Test>::get(alice()).groups.to_vec(), vec![SMALL, LARGE, OTHER]);
	});
}

#[test]
fn the_version_counts_every_change_and_never_starts_again() {
	run(|| {
		stand(&alice(), SMALL, 0..2);
		assert_eq!(version(), 2);
		assert_ok!(Registry::suspend_at(&alice(), SMALL, 0));
		assert_eq!(version(), 3);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0, 1], SMALL)));
		assert_eq!(version(), 4, "a suspended chip stood nowhere");
		wait(UNBONDING + DAY);
		assert_ok!(Registry::withdraw_unbonded(signed(&alice())));
		assert_eq!(version(), 4);
		register(&alice(), SMALL, [0]);
		assert_eq!(version(), 5);
	});
}

#[test]
fn try_state_finds_each_contradiction() {
	let broken = |invariant: &str, by: &dyn Fn()| {
		ExtBuilder::default().build().execute_with(|| {
			stand(&alice(), SMALL, 0..3);
			assert_ok!(Registry::offer_chip(signed(&alice()), id(0, SMALL), 0, None));
			assert_ok!(Registry::buy_chip(signed(&bob()), id(0, SMALL), 0));
			Registry::do_try_state().unwrap();
			by();
			let error = Registry::do_try_state().unwrap_err();
			let DispatchError::Other(message) = error else { panic!("{error:?}") };
			assert!(message.starts_with(invariant), "{message}");
		});
	};
	let chip = |change: fn(&mut Chip<AccountId>)| {
		crate::Chips::<Test>::mutate(id(1, SMALL), |chip| change(chip.as_mut().unwrap()));
	};
	broken("1:", &|| {
		Groups::<Test>::mutate(alice(), SMALL, |group| {
			group.as_mut().unwrap().sum = UncompressedCatKey::identity();
		});
	});
	broken("1:", &|| Places::<Test>::remove((alice(), SMALL, 1)));
	broken("1:", &|| {
		Pages::<Test>::mutate((alice(), SMALL, 0), |page| {
			page.as_mut().unwrap().misses.pop();
		});
	});
	broken("2:", &|| Owners::<Test>::mutate(alice(), |owner| owner.groups.clear()));
	broken("3:", &|| chip(|chip| chip.status = ChipStatus::Claimed { place: 2 }));
	broken("3:", &|| chip(|chip| chip.status = ChipStatus::Suspended { since_epoch: 0 }));
	broken("4:", &|| Network::<Test>::mutate(|network| network.power += 1));
	broken("4:", &|| {
		Models::<Test>::mutate(SMALL_MODEL, |model| model.as_mut().unwrap().tally.chips += 1);
	});
	broken("5:", &|| {
		Batches::<Test>::mutate(VENDOR, 0, |batch| batch.as_mut().unwrap().registered += 1);
	});
	broken("6:", &|| CatKeys::<Test>::remove(certificate(1, SMALL).cat_key));
	broken("7:", &|| chip(|chip| chip.pledge += 1));
	broken("7:", &|| Pledges::<Test>::mutate(alice(), |pledge| pledge.held -= 1));
	broken("8:", &|| {
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[2], SMALL)));
		crate::Chips::<Test>::mutate(id(2, SMALL), |chip| {
			chip.as_mut().unwrap().release_at = Some(1);
		});
	});
	broken("9:", &|| {
		Handovers::<Test>::mutate(id(0, SMALL), |handover| {
			handover.as_mut().unwrap().price = Some(1);
		});
	});
	broken("10:", &|| {
		let lock = |order, share| Lock { user: LockUser::Lease(order), share };
		let locks: BoundedVec<_, _> = vec![lock(1, 600), lock(2, 600)].try_into().unwrap();
		Locks::<Test>::insert(id(0, SMALL), locks);
	});
	broken("11:", &|| NextVendor::<Test>::put(1));
}
