//! The provider tells the slot and adds nothing to a block.

use sp_inherents::{InherentData, InherentDataProvider as _};
use sp_timestamp::Timestamp;

use crate::{inherents::InherentDataProvider, Slot, SlotDuration};

fn of(timestamp: u64, duration: u64) -> Slot {
	*InherentDataProvider::from_timestamp_and_slot_duration(
		Timestamp::new(timestamp),
		SlotDuration::from_millis(duration),
	)
}

#[test]
fn the_slot_is_that_of_the_timestamp() {
	assert_eq!(of(2_999, 3_000), Slot::from(0));
	assert_eq!(of(3_000, 3_000), Slot::from(1));
	assert_eq!(*InherentDataProvider::new(Slot::from(5)), Slot::from(5));
}

#[test]
fn a_zero_duration_does_not_divide() {
	assert_eq!(of(5, 0), Slot::from(5));
}

#[test]
fn no_data_is_provided() {
	let mut data = InherentData::new();
	let provider = InherentDataProvider::new(Slot::from(5));
	futures::executor::block_on(provider.provide_inherent_data(&mut data)).unwrap();
	assert_eq!(data.len(), 0);
	assert!(futures::executor::block_on(provider.try_handle_error(b"timstap0", &[])).is_none());
}
