//! Tells block builders the slot; the slot itself travels in the pre-digest and in the timestamp.

use core::ops::Deref;
use sp_consensus_slots::{Slot, SlotDuration};
use sp_inherents::{Error, InherentData, InherentIdentifier};
use sp_timestamp::Timestamp;

/// Carries the slot to `sc-consensus-slots` and puts no data of its own into a block.
#[derive(Clone, Copy, Debug)]
pub struct InherentDataProvider {
	slot: Slot,
}

impl InherentDataProvider {
	/// The provider for `slot`.
	pub fn new(slot: Slot) -> Self {
		Self { slot }
	}

	/// The provider for the slot that `timestamp` is in.
	pub fn from_timestamp_and_slot_duration(timestamp: Timestamp, duration: SlotDuration) -> Self {
		// A zero duration would divide by zero; the runtime refuses it at genesis.
		let duration = SlotDuration::from_millis(duration.as_millis().max(1));
		Self::new(Slot::from_timestamp(timestamp, duration))
	}
}

impl Deref for InherentDataProvider {
	type Target = Slot;

	fn deref(&self) -> &Slot {
		&self.slot
	}
}

#[async_trait::async_trait]
impl sp_inherents::InherentDataProvider for InherentDataProvider {
	async fn provide_inherent_data(&self, _: &mut InherentData) -> Result<(), Error> {
		Ok(())
	}

	async fn try_handle_error(
		&self,
		_: &InherentIdentifier,
		_: &[u8],
	) -> Option<Result<(), Error>> {
		None
	}
}
