use super::*;
use crate::{
	clock::{SkewWatch, SystemClock},
	Clock,
};
use sp_core::ByteArray;

fn time(millis: u64) -> SlotTime {
	SlotTime::new(NonZeroU64::new(millis).expect("not zero"))
}

fn author(byte: u8) -> AuthorityId {
	AuthorityId::from_slice(&[byte; 32]).expect("32 bytes")
}

const MS: Duration = Duration::from_millis(1);

#[test]
fn slots_lie_end_to_end_from_the_epoch_on() {
	let time = time(3_000);
	assert_eq!(time.slot_at(Duration::ZERO), Slot::from(0));
	assert_eq!(time.slot_at(2_999 * MS), Slot::from(0));
	assert_eq!(time.slot_at(3_000 * MS), Slot::from(1));
	assert_eq!(time.start_of(7.into()), 21_000 * MS);
	assert_eq!(time.end_of(7.into()), 24_000 * MS);
	assert_eq!(time.slot_duration().as_millis(), 3_000);
}

#[test]
fn slots_at_the_end_of_time_do_not_overflow() {
	let time = time(3_000);
	assert_eq!(time.start_of(u64::MAX.into()), Duration::from_millis(u64::MAX));
	assert_eq!(time.end_of(u64::MAX.into()), Duration::from_millis(u64::MAX));
	assert_eq!(time.slot_at(Duration::MAX), Slot::from(u64::MAX / 3_000));
	assert!(time.is_too_early(u64::MAX.into(), Duration::ZERO));
}

#[test]
fn the_tolerance_is_half_a_second_or_a_quarter_of_a_slot() {
	assert_eq!(time(30_000).tolerance(), 500 * MS);
	assert_eq!(time(2_000).tolerance(), 500 * MS);
	assert_eq!(time(1_000).tolerance(), 250 * MS);
}

#[test]
fn blocks_wait_from_the_tolerance_to_two_slots() {
	let time = time(3_000);
	let start = time.start_of(10.into());
	assert_eq!(time.wait_for(10.into(), start + 1 * MS), Duration::ZERO);
	assert_eq!(time.wait_for(10.into(), start - 500 * MS), Duration::ZERO);
	assert_eq!(time.wait_for(10.into(), start - 501 * MS), 501 * MS);
	assert!(!time.is_too_early(10.into(), start - 6_000 * MS));
	assert!(time.is_too_early(10.into(), start - 6_001 * MS));
}

#[tokio::test]
async fn the_system_clock_runs() {
	let before = SystemClock.now();
	assert!(before > Duration::from_secs(1_600_000_000));
	SystemClock.sleep(5 * MS).await;
	assert!(SystemClock.now() >= before + 5 * MS);
}

mod skew {
	use super::*;

	const START: Duration = Duration::from_secs(1_000);

	/// Observes blocks of `authors` that arrive `offset` ms after (or before) their slots begin.
	fn observe(
		watch: &SkewWatch,
		metrics: &Metrics,
		blocks: &[(u8, i64, bool)],
	) -> Vec<Option<i64>> {
		blocks
			.iter()
			.map(|(byte, offset, is_light)| {
				let shift = offset.unsigned_abs() * 1_000_000;
				let shift = Duration::from_nanos(shift);
				let now = if *offset < 0 { START - shift } else { START + shift };
				watch.observe(&author(*byte), START, now, *is_light, metrics)
			})
			.collect()
	}

	fn metrics() -> Metrics {
		Metrics::new(None).expect("the descriptions are valid")
	}

	#[test]
	fn a_slow_clock_is_warned_of_once() {
		let metrics = metrics();
		let warned = observe(&SkewWatch::default(), &metrics, &[(1, -300, false); 6]);
		assert_eq!(warned, [None, None, None, Some(-300), None, None]);
		assert_eq!(metrics.clock_skew.get(), -300);
	}

	#[test]
	fn the_warning_comes_again_after_ten_minutes() {
		let (watch, metrics) = (SkewWatch::default(), metrics());
		let early =
			|start: Duration| watch.observe(&author(1), start, start - 300 * MS, false, &metrics);
		for _ in 0..3 {
			assert_eq!(early(START), None);
		}
		assert_eq!(early(START), Some(-300));
		assert_eq!(early(START + Duration::from_secs(599)), None);
		assert_eq!(early(START + Duration::from_secs(600)), Some(-300));
	}

	#[test]
	fn a_fast_clock_is_warned_of() {
		let warned = observe(&SkewWatch::default(), &metrics(), &[(1, 400, true); 4]);
		assert_eq!(warned, [None, None, None, Some(400)]);
	}

	#[test]
	fn up_to_a_quarter_of_a_second_is_nothing() {
		let (watch, metrics) = (SkewWatch::default(), metrics());
		assert!(observe(&watch, &metrics, &[(1, 250, true); 8]).iter().all(Option::is_none));
		let watch = SkewWatch::default();
		assert!(observe(&watch, &metrics, &[(1, -250, true); 8]).iter().all(Option::is_none));
		assert_eq!(metrics.clock_skew.get(), -250);
	}

	#[test]
	fn full_blocks_are_late_for_a_reason() {
		let warned = observe(&SkewWatch::default(), &metrics(), &[(1, 1_900, false); 40]);
		assert!(warned.iter().all(Option::is_none));
	}

	#[test]
	fn the_quickest_block_of_an_author_counts() {
		let blocks = [(1, 900, true), (1, 20, true), (1, 800, true), (1, 700, true)];
		let warned = observe(&SkewWatch::default(), &metrics(), &blocks);
		assert!(warned.iter().all(Option::is_none));
	}

	#[test]
	fn one_wrong_clock_among_three_is_outvoted() {
		let blocks =
			[(1, -900, true), (2, 20, true), (3, 30, true), (1, -900, true), (2, 25, true)];
		let warned = observe(&SkewWatch::default(), &metrics(), &blocks);
		assert!(warned.iter().all(Option::is_none));
	}

	#[test]
	fn of_two_the_one_that_is_nearer_is_believed() {
		let blocks = [(1, -900, true), (2, 20, true), (1, -900, true), (2, 20, true)];
		let metrics = metrics();
		let warned = observe(&SkewWatch::default(), &metrics, &blocks);
		assert!(warned.iter().all(Option::is_none));
		assert_eq!(metrics.clock_skew.get(), 20);
	}

	#[test]
	fn old_blocks_are_forgotten() {
		let (watch, metrics) = (SkewWatch::default(), metrics());
		observe(&watch, &metrics, &[(1, -300, true); 8]);
		assert_eq!(metrics.clock_skew.get(), -300);
		observe(&watch, &metrics, &[(1, 10, true); 32]);
		assert_eq!(metrics.clock_skew.get(), 10);
	}
}

mod arrivals {
	use super::*;
	use sc_consensus::Verifier;

	#[tokio::test]
	async fn the_verifier_compares_clocks_with_fresh_blocks_only() {
		let world = World::new();
		let verifier = world.verifier();
		for ahead in 1..6 {
			let slot = HEAD + ahead;
			world.draw_alice(slot);
			world.clock.set(world.start_of(slot) - Duration::from_millis(200));
			let origin = BlockOrigin::NetworkInitialSync;
			let block = BlockImportParams::new(origin, world.sealed(slot));
			verifier.verify(block).await.expect("the header is valid");
		}
		assert_eq!(world.poci.metrics.clock_skew.get(), 0);
		for ahead in 1..6 {
			let slot = HEAD + ahead;
			world.clock.set(world.start_of(slot) - Duration::from_millis(200));
			verifier.verify(broadcast(world.sealed(slot))).await.expect("the header is valid");
		}
		assert_eq!(world.poci.metrics.clock_skew.get(), -200);
	}
}
