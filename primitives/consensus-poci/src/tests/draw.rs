//! The permutation, the point of a slot, and who owns it.

use proptest::prelude::*;
use sp_core::{H256, U256};

use crate::{
	draw::{point, MAX_SEGMENT},
	kappa, permutation, permute, pick, slot_random, Slot, MAX_EPOCH_LENGTH,
};

fn seed(n: u64) -> H256 {
	H256::from_low_u64_be(n)
}

fn is_bijection(strata: &[u32]) -> bool {
	let mut sorted = strata.to_vec();
	sorted.sort_unstable();
	sorted.into_iter().eq(0..u32::try_from(strata.len()).unwrap())
}

#[test]
fn the_permutation_is_a_bijection_for_every_short_epoch() {
	for len in 1..=300 {
		let strata: Vec<u32> = (0..len).map(|index| permute(&seed(1), index, len)).collect();
		assert!(is_bijection(&strata), "{len}");
		assert_eq!(strata, permutation(&seed(1), len), "{len}");
	}
}

#[test]
fn the_permutation_is_a_bijection_for_long_epochs() {
	for len in [1_200, 4_095, 4_096, 4_097, 16_384, 16_385, 65_535, MAX_EPOCH_LENGTH] {
		let strata = permutation(&seed(2), len);
		assert!(is_bijection(&strata), "{len}");
		for index in [0, 1, len / 2, len - 1] {
			assert_eq!(permute(&seed(2), index, len), strata[index as usize]);
		}
	}
}

#[test]
fn an_index_outside_the_epoch_ends_at_0() {
	for (index, len) in [(0, 0), (1, 1), (20, 20), (u32::MAX, 20), (u32::MAX, u32::MAX)] {
		assert_eq!(permute(&seed(3), index, len), 0);
	}
	assert_eq!(permutation(&seed(3), 0), Vec::<u32>::new());
}

#[test]
fn an_epoch_longer_than_allowed_still_ends() {
	assert!(permute(&seed(3), u32::MAX - 1, u32::MAX) < u32::MAX);
}

#[test]
fn different_seeds_permute_differently() {
	assert_ne!(permutation(&seed(4), 1_200), permutation(&seed(5), 1_200));
}

#[test]
fn random_numbers_differ_by_slot_and_by_seed() {
	let of = |n, slot: u64| slot_random(&seed(n), Slot::from(slot));
	assert_eq!(of(1, 1), of(1, 1));
	assert_ne!(of(1, 1), of(1, 2));
	assert_ne!(of(1, 1), of(2, 1));
}

#[test]
fn nothing_is_drawn_from_no_power_or_outside_the_epoch() {
	let slot = Slot::from(1);
	assert_eq!(kappa(&seed(1), slot, 0, 20, 0), None);
	assert_eq!(kappa(&seed(1), slot, 20, 20, 100), None);
	assert_eq!(kappa(&seed(1), slot, 0, 0, 100), None);
	assert_eq!(point(20, 0, 20, 100), None);
}

#[test]
fn power_beyond_the_limit_draws_nothing_instead_of_wrapping() {
	assert!(point(0, u128::MAX, 1, MAX_SEGMENT - 1).is_some());
	assert_eq!(point(0, u128::MAX, 1, MAX_SEGMENT), None);
	assert_eq!(point(0, 0, 1, u128::MAX), None);
}

#[test]
fn the_longest_segment_and_the_longest_epoch_fit() {
	let total = MAX_SEGMENT - 1;
	assert_eq!(point(MAX_EPOCH_LENGTH - 1, u128::MAX, MAX_EPOCH_LENGTH, total), Some(total - 1));
}

#[test]
fn a_point_belongs_to_the_first_part_that_ends_after_it() {
	let ends = [10, 10, 25, 26];
	assert_eq!(pick(&ends, 0), Some((0, 0)));
	assert_eq!(pick(&ends, 9), Some((0, 9)));
	// The second miner has nothing and is never picked.
	assert_eq!(pick(&ends, 10), Some((2, 0)));
	assert_eq!(pick(&ends, 24), Some((2, 14)));
	assert_eq!(pick(&ends, 25), Some((3, 0)));
	assert_eq!(pick(&ends, 26), None);
	assert_eq!(pick(&[], 0), None);
	assert_eq!(pick(&[0, 5], 0), Some((1, 0)));
}

/// Over the 2^128 values of `random` a stratum hits each point in proportion to the part of the
/// point's unit interval that lies in the stratum: the lowest `random` that reaches `point`.
fn first_random(at: u128, stratum: u32, strata: u32, total: u128) -> U256 {
	// (stratum·2^128 + r)·total ≥ at·strata·2^128, solved for r and rounded up.
	let reach = (U256::from(at) * U256::from(strata)) << 128;
	let needed = (reach + U256::from(total) - 1) / U256::from(total);
	needed.saturating_sub(U256::from(stratum) << 128).min(U256::one() << 128)
}

#[test]
fn an_epoch_as_a_whole_is_exactly_proportional() {
	// Summed over the strata, the values of `random` that hit a point are the same number for every
	// point, but for the rounding of a stratum's border: at most one value of 2^128 a stratum.
	for (strata, total) in [(1, 7), (2, 7), (20, 33), (21, 1_000), (7, 3)] {
		let share = (U256::from(strata) << 128) / U256::from(total);
		for at in 0..total {
			let hits = (0..strata).fold(U256::zero(), |sum, stratum| {
				let from = first_random(at, stratum, strata, total);
				let to = first_random(at + 1, stratum, strata, total);
				// What is counted here is what the draw does.
				if from < to {
					assert_eq!(point(stratum, from.low_u128(), strata, total), Some(at));
					assert_eq!(point(stratum, (to - 1).low_u128(), strata, total), Some(at));
				}
				sum + (to - from)
			});
			let off = if hits > share { hits - share } else { share - hits };
			assert!(off <= U256::from(strata) + 1, "{at} of {total} in {strata}: {off}");
		}
	}
}

#[test]
fn strata_tile_the_segment() {
	for (strata, total) in [(1u32, 1u128), (20, 256_000), (21, 256_001), (1_200, 7), (3, 1 << 95)] {
		let mut end = 0;
		for stratum in 0..strata {
			let first = point(stratum, 0, strata, total).unwrap();
			let last = point(stratum, u128::MAX, strata, total).unwrap();
			assert_eq!(first, U256::from(stratum).full_mul(total.into()).low_u128_div(strata));
			// A border inside a unit of power is shared, otherwise the next one starts right after.
			assert!(first == end || first + 1 == end, "{stratum} of {strata} in {total}");
			assert!(last >= first);
			end = last + 1;
		}
		assert_eq!(end, total);
	}
}

/// The quotient of a wide product that is known to be small.
trait LowDiv {
	fn low_u128_div(self, by: u32) -> u128;
}

impl LowDiv for sp_core::U512 {
	fn low_u128_div(self, by: u32) -> u128 {
		(self / by).low_u128()
	}
}

#[test]
fn a_miner_gets_its_share_of_an_epoch_give_or_take_one_slot_a_border() {
	let ends = [300u128, 750, 1_000];
	let len = 1_200u32;
	for n in 0..20 {
		let seed = seed(n);
		let mut led = [0u32; 3];
		for index in 0..len {
			let slot = Slot::from(5_000 + u64::from(index));
			let kappa = kappa(&seed, slot, index, len, 1_000).unwrap();
			led[pick(&ends, kappa).unwrap().0 as usize] += 1;
		}
		// The borders of this list fall between strata: nothing is left to chance.
		assert_eq!(led, [360, 540, 300]);
	}
}

proptest! {
	#[test]
	fn any_point_is_inside_the_segment(
		n: u64, slot: u64, len in 1..=MAX_EPOCH_LENGTH, at: u32, total in 1..MAX_SEGMENT,
	) {
		let index = at % len;
		let drawn = kappa(&seed(n), Slot::from(slot), index, len, total).unwrap();
		prop_assert!(drawn < total);
		let stratum = permute(&seed(n), index, len);
		prop_assert_eq!(Some(drawn), point(stratum, slot_random(&seed(n), Slot::from(slot)), len, total));
		prop_assert!(point(stratum, 0, len, total).unwrap() <= drawn);
		prop_assert!(drawn <= point(stratum, u128::MAX, len, total).unwrap());
	}

	#[test]
	fn who_is_picked_owns_the_point(
		powers in prop::collection::vec(0u128..1_000, 1..50), at: u128,
	) {
		let ends: Vec<u128> = powers
			.iter()
			.scan(0, |sum, power| { *sum += power; Some(*sum) })
			.collect();
		let total = *ends.last().unwrap();
		prop_assume!(total > 0);
		let kappa = at % total;
		let (index, offset) = pick(&ends, kappa).unwrap();
		let index = index as usize;
		prop_assert!(offset < powers[index]);
		prop_assert_eq!(powers[..index].iter().sum::<u128>() + offset, kappa);
		prop_assert_eq!(pick(&ends, total), None);
	}
}
