use super::*;
use crate::{
	monitor::{finality_lag, has_too_strong_miner, EmptySlots, Monitor},
	watch_chain, Clock, MonitorParams,
};

fn status(powers: &[u128]) -> Status<AccountId> {
	Status {
		epoch: 1,
		slot: Slot::from(HEAD),
		miners: u32::try_from(powers.len()).expect("a few"),
		total_power: powers.iter().sum(),
		strongest: powers.iter().max().map(|power| (AccountId::new([1; 32]), *power)),
		recovery: false,
		set_id: 0,
	}
}

#[test]
fn a_third_is_not_too_much_and_a_bit_more_is() {
	assert!(!has_too_strong_miner(&status(&[])));
	assert!(!has_too_strong_miner(&status(&[10, 10, 10])));
	assert!(has_too_strong_miner(&status(&[11, 10, 10])));
	assert!(has_too_strong_miner(&status(&[10])));
	assert!(has_too_strong_miner(&status(&[u128::MAX / 2, 1])));
}

#[test]
fn the_share_of_empty_slots_follows_the_best_chain() {
	let mut empty = EmptySlots::default();
	assert_eq!(empty.observe(100.into(), 10), None);
	assert_eq!(empty.observe(100.into(), 10), None);
	assert_eq!(empty.observe(110.into(), 20), Some(0.0));
	assert_eq!(empty.observe(120.into(), 20), Some(0.5));
	// A reorganisation to a shorter chain.
	assert_eq!(empty.observe(120.into(), 8), Some(1.0));
}

#[test]
fn empty_slots_of_long_ago_are_forgotten() {
	let mut empty = EmptySlots::default();
	empty.observe(1_000.into(), 0);
	empty.observe(1_300.into(), 0);
	assert_eq!(empty.observe(1_600.into(), 300), Some(0.5));
	assert_eq!(empty.observe(1_900.into(), 600), Some(0.0));
}

fn monitor(world: &World) -> Monitor<Block, Chain> {
	Monitor::new(MonitorParams { client: world.chain.clone(), poci: world.poci.clone() })
}

#[test]
fn figures_follow_the_chain() {
	let world = World::new();
	let mut monitor = monitor(&world);
	monitor.look();
	assert_eq!(finality_lag(&*world.chain), 1);
	assert_eq!(world.poci.metrics.finality_lag.get(), 1);
	for slot in [HEAD + 2, HEAD + 4] {
		world.draw_alice(slot);
		world.chain.import(world.sealed(slot));
		monitor.look();
	}
	assert!((world.poci.metrics.empty_slot_share.get() - 0.5).abs() < 1e-9);
	assert_eq!(world.poci.metrics.finality_lag.get(), 3);
	*world.chain.finalized.lock() = 2;
	monitor.look();
	assert_eq!(world.poci.metrics.finality_lag.get(), 1);
}

#[test]
fn genesis_has_no_empty_slots() {
	let world = World::at_genesis();
	monitor(&world).look();
	assert_eq!(world.poci.metrics.finality_lag.get(), 0);
}

#[test]
fn the_strongest_miner_is_looked_at_once_a_minute() {
	let world = World::new();
	let mut monitor = monitor(&world);
	*world.election.status.lock() = status(&[30, 70]);
	monitor.look();
	assert!((world.poci.metrics.strongest_share.get() - 0.7).abs() < 1e-6);
	*world.election.status.lock() = status(&[50, 50]);
	world.clock.advance(Duration::from_secs(59));
	monitor.look();
	assert!((world.poci.metrics.strongest_share.get() - 0.7).abs() < 1e-6);
	world.clock.advance(Duration::from_secs(1));
	monitor.look();
	assert!((world.poci.metrics.strongest_share.get() - 0.5).abs() < 1e-6);
}

#[test]
fn a_silent_runtime_leaves_the_old_figures() {
	let world = World::new();
	let mut monitor = monitor(&world);
	*world.election.status.lock() = status(&[30, 70]);
	monitor.look();
	*world.election.is_broken.lock() = true;
	world.clock.advance(Duration::from_secs(60));
	monitor.look();
	assert!((world.poci.metrics.strongest_share.get() - 0.7).abs() < 1e-6);
}

#[tokio::test]
async fn the_chain_is_watched_slot_by_slot() {
	let world = World::new();
	let params = MonitorParams { client: world.chain.clone(), poci: world.poci.clone() };
	let task = tokio::spawn(watch_chain(params));
	let clock = world.clock.clone();
	for _ in 0..3 {
		eventually(|| clock.sleepers() == 1).await;
		clock.advance(Duration::from_millis(SLOT));
		settle().await;
	}
	assert!(!task.is_finished());
	assert_eq!(world.poci.metrics.finality_lag.get(), 1);
	assert!(clock.now() > world.start_of(HEAD));
	task.abort();
}
