use frame_support::{dispatch::DispatchClass, weights::constants::ParityDbWeight};

use crate::{
	configs::system::{RuntimeBlockLength, RuntimeBlockWeights, MAX_BLOCK_LENGTH},
	Runtime, VERSION,
};

#[test]
fn a_block_executes_within_a_second() {
	let weights = RuntimeBlockWeights::get();
	assert_eq!(weights.max_block.ref_time(), 1_000_000_000_000);
	let normal = weights.get(DispatchClass::Normal).max_total.expect("the class is limited");
	assert_eq!(normal.ref_time(), 750_000_000_000);
}

#[test]
fn users_fill_three_quarters_of_the_length() {
	let length = RuntimeBlockLength::get();
	assert_eq!(*length.max.get(DispatchClass::Normal), MAX_BLOCK_LENGTH / 4 * 3);
	assert_eq!(*length.max.get(DispatchClass::Operational), MAX_BLOCK_LENGTH);
}

#[test]
fn the_database_is_paritydb() {
	let weight = <Runtime as frame_system::Config>::DbWeight::get();
	assert_eq!(weight, ParityDbWeight::get());
}

#[test]
fn the_system_version_is_three() {
	assert_eq!(VERSION.system_version, 3);
}

#[test]
fn metadata_is_built_without_a_state() {
	for version in [14, 15, 16] {
		assert!(Runtime::metadata_at_version(version).is_some(), "version {version}");
	}
}
