//! Entries of miners, which chip a point falls on, and the Merkle tree of a list.

use codec::{Decode, Encode, MaxEncodedLen};
use proptest::prelude::*;
use sp_core::{bounded::BoundedVec, H256};

use super::{batch, keys};
use crate::{leaf, list_root, GroupEntry, ListProof, MinerEntry, Standing, MAX_MINERS, PAGE_SIZE};

fn group(number: u32, unit: u64, count: u32, skipped: &[u32], missing: &[u32]) -> GroupEntry {
	GroupEntry {
		skipped: BoundedVec::try_from(skipped.to_vec()).unwrap(),
		missing: BoundedVec::try_from(missing.to_vec()).unwrap(),
		..GroupEntry::full(batch(number), unit, count)
	}
}

fn entry(groups: Vec<GroupEntry>) -> MinerEntry {
	let groups = BoundedVec::try_from(groups).unwrap();
	let mut entry = MinerEntry { keys: keys(1), power: 0, set_version: 1, groups };
	entry.power = entry.proven_power();
	entry
}

/// The proven places one by one.
fn naive_places(group: &GroupEntry) -> Vec<u32> {
	(0..group.count)
		.filter(|place| !group.missing.contains(place))
		.filter(|place| !group.skipped.contains(&(place / PAGE_SIZE)))
		.collect()
}

#[test]
fn a_point_walks_the_groups_in_order() {
	let entry = entry(vec![
		GroupEntry::full(batch(0), 10, 2),
		GroupEntry::full(batch(3), 1, 0),
		GroupEntry::full(batch(5), 7, 3),
	]);
	assert_eq!(entry.power, 41);
	let at = |offset| entry.locate(offset).map(|(batch, place)| (batch.number, place));
	assert_eq!(at(0), Some((0, 0)));
	assert_eq!(at(9), Some((0, 0)));
	assert_eq!(at(10), Some((0, 1)));
	assert_eq!(at(20), Some((5, 0)));
	assert_eq!(at(26), Some((5, 0)));
	assert_eq!(at(27), Some((5, 1)));
	assert_eq!(at(40), Some((5, 2)));
	assert_eq!(at(41), None);
	assert_eq!(at(u128::MAX), None);
}

#[test]
fn missing_places_are_left_out() {
	let entry = entry(vec![group(0, 10, 5, &[], &[0, 2, 3])]);
	assert_eq!(entry.power, 20);
	assert_eq!(entry.locate(0), Some((batch(0), 1)));
	assert_eq!(entry.locate(10), Some((batch(0), 4)));
	assert_eq!(entry.locate(20), None);
}

#[test]
fn skipped_pages_are_left_out_and_the_last_one_counts_what_it_holds() {
	let first = group(0, 1, 600, &[0], &[256, 599]);
	assert_eq!(first.proven(), 342);
	assert_eq!(first.proven_place(0), Some(257));
	assert_eq!(first.proven_place(341), Some(598));
	assert_eq!(first.proven_place(342), None);
	let last = group(0, 1, 600, &[2], &[]);
	assert_eq!(last.proven(), 512);
	assert_eq!(last.proven_place(511), Some(511));
	assert_eq!(last.proven_place(512), None);
}

#[test]
fn a_group_without_power_is_never_hit() {
	let entry = entry(vec![
		GroupEntry::full(batch(0), 0, 5),
		group(1, 10, 1, &[], &[0]),
		GroupEntry::full(batch(2), 10, 1),
	]);
	assert_eq!(entry.power, 10);
	assert_eq!(entry.locate(0), Some((batch(2), 0)));
}

#[test]
fn lists_out_of_order_are_recognised_and_do_no_harm() {
	let good = group(0, 1, 600, &[0, 2], &[256, 257]);
	assert!(good.is_well_formed());
	for (skipped, missing) in [
		(&[2, 0][..], &[][..]),
		(&[0, 0], &[]),
		(&[3], &[]),
		(&[u32::MAX], &[]),
		(&[], &[5, 4]),
		(&[], &[5, 5]),
		(&[], &[600]),
		(&[0], &[3]),
	] {
		let bad = group(0, 1, 600, skipped, missing);
		assert!(!bad.is_well_formed(), "{skipped:?} {missing:?}");
		assert!(bad.proven() <= 600);
		assert_eq!(bad.proven_place(bad.proven()), None);
		assert!(bad.proven_place(0).is_some());
	}
}

#[test]
fn power_of_the_largest_entry_does_not_overflow() {
	let groups = (0..16).map(|n| GroupEntry::full(batch(n), u64::MAX, u32::MAX)).collect();
	let entry = entry(groups);
	assert_eq!(entry.power, 16 * u128::from(u64::MAX) * u128::from(u32::MAX));
	assert_eq!(entry.locate(entry.power - 1), Some((batch(15), u32::MAX - 1)));
}

#[test]
fn an_entry_fits_in_its_stated_size() {
	let missing: Vec<u32> = (0..256).collect();
	let skipped: Vec<u32> = (1..65).collect();
	let groups = (0..16).map(|n| group(n, u64::MAX, u32::MAX, &skipped, &missing)).collect();
	let entry = entry(groups);
	let encoded = entry.encode();
	assert!(encoded.len() <= MinerEntry::max_encoded_len());
	assert_eq!(MinerEntry::decode(&mut &encoded[..]), Ok(entry));
}

#[test]
fn the_power_of_a_standing_is_that_of_its_groups() {
	let groups = vec![GroupEntry::full(batch(0), 10, 2), GroupEntry::full(batch(1), 7, 3)];
	let groups = BoundedVec::try_from(groups).unwrap();
	assert_eq!(Standing { set_version: 1, groups }.power(), 41);
}

fn leaves(count: u8) -> Vec<H256> {
	(0..count).map(|n| leaf(&u64::from(n), 100 + u128::from(n), &keys(n))).collect()
}

fn proof(leaves: &[H256], n: u8) -> ListProof {
	let power = 100 + u128::from(n);
	ListProof::new(4, leaves, u32::from(n), &u64::from(n), power, keys(n)).unwrap()
}

#[test]
fn every_miner_of_a_list_can_be_proven() {
	for count in [1, 2, 3, 5, 8, 21] {
		let leaves = leaves(count);
		let root = list_root(&leaves);
		for n in 0..count {
			let proof = proof(&leaves, n);
			assert_eq!(proof.leaf(), leaves[usize::from(n)]);
			assert!(proof.verify(&root));
			assert_eq!(proof.account::<u64>(), Some(u64::from(n)));
			assert_eq!(proof.account::<[u8; 32]>(), None);
		}
	}
}

#[test]
fn a_changed_proof_is_refused() {
	let leaves = leaves(5);
	let root = list_root(&leaves);
	let good = proof(&leaves, 2);
	let changed: [fn(&mut ListProof); 8] = [
		|proof| proof.index = 3,
		|proof| proof.index = 5,
		|proof| proof.leaf_count = 4,
		|proof| proof.power += 1,
		|proof| proof.keys.poci = keys(9).poci,
		|proof| proof.keys.gran = keys(9).gran,
		|proof| proof.miner = BoundedVec::try_from(9u64.encode()).unwrap(),
		|proof| proof.proof[0] = H256::zero(),
	];
	assert!(good.verify(&root));
	for change in changed {
		let mut bad = good.clone();
		change(&mut bad);
		assert!(!bad.verify(&root), "{bad:?}");
	}
	assert!(!good.verify(&H256::zero()));
	let mut short = good.clone();
	short.proof.pop();
	assert!(!short.verify(&root));
}

#[test]
fn nobody_outside_a_list_is_proven() {
	let leaves = leaves(5);
	assert!(ListProof::new(4, &leaves, 5, &5u64, 105, keys(5)).is_none());
	assert!(ListProof::new(4, &[], 0, &0u64, 100, keys(0)).is_none());
	assert_eq!(list_root(&[]), H256::zero());
}

#[test]
fn an_account_that_is_too_long_is_not_proven() {
	let long = vec![0u8; 64];
	assert!(ListProof::new(4, &leaves(1), 0, &long, 100, keys(0)).is_none());
}

#[test]
fn the_fullest_list_fits_the_proof() {
	let leaves: Vec<H256> = (0..u64::from(MAX_MINERS)).map(H256::from_low_u64_be).collect();
	let proof = ListProof::new(0, &leaves, MAX_MINERS - 1, &0u64, 1, keys(0)).unwrap();
	assert!(proof.proof.len() <= 10);
}

prop_compose! {
	fn any_group()(
		count in 0u32..1_500,
		unit in 0u64..5,
		missing in prop::collection::btree_set(0u32..1_600, 0..100),
		skipped in prop::collection::btree_set(0u32..7, 0..4),
	) -> GroupEntry {
		let missing: Vec<u32> = missing.into_iter().collect();
		let skipped: Vec<u32> = skipped.into_iter().collect();
		group(0, unit, count, &skipped, &missing)
	}
}

proptest! {
	#[test]
	fn proven_places_agree_with_counting_one_by_one(group in any_group()) {
		let places = naive_places(&group);
		prop_assert_eq!(group.proven() as usize, places.len());
		for (n, place) in places.iter().enumerate() {
			prop_assert_eq!(group.proven_place(u32::try_from(n).unwrap()), Some(*place));
		}
		prop_assert_eq!(group.proven_place(group.proven()), None);
	}

	#[test]
	fn every_unit_of_power_falls_on_a_proven_chip(
		groups in prop::collection::vec(any_group(), 1..4), at: u128,
	) {
		let groups = groups
			.into_iter()
			.zip(0..)
			.map(|(group, number)| GroupEntry { batch: batch(number), ..group })
			.collect();
		let entry = entry(groups);
		prop_assert_eq!(entry.locate(entry.power), None);
		prop_assume!(entry.power > 0);
		let offset = at % entry.power;
		let (batch, place) = entry.locate(offset).unwrap();
		let naive = entry
			.groups
			.iter()
			.flat_map(|group| naive_places(group).into_iter().map(move |place| (group, place)))
			.flat_map(|(group, place)| {
				std::iter::repeat_n((group.batch, place), usize::try_from(group.unit_power).unwrap())
			})
			.nth(usize::try_from(offset).unwrap());
		prop_assert_eq!(naive, Some((batch, place)));
	}

	#[test]
	fn no_list_of_gaps_breaks_a_group(
		count: u32,
		missing in prop::collection::vec(any::<u32>(), 0..20),
		skipped in prop::collection::vec(any::<u32>(), 0..20),
		n: u32,
	) {
		let group = group(0, 1, count, &skipped, &missing);
		prop_assert!(group.proven() <= count);
		prop_assert_eq!(group.proven_place(n).is_some(), n < group.proven());
	}
}
