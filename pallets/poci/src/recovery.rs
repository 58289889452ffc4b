//! What makes blocks possible again when no chip may seal.
//!
//! After 200 slots without a block the miner drawn, disabled or not, may make one whose chip seal
//! is empty; until the end of that block's epoch others may follow at once. Such blocks earn
//! nothing, and the election stays what it is: the point drawn, the VRF and the session key. A
//! block that a chip sealed opens no waiver, however long the gap before it.
//!
//! The rule itself is part of the election's state and shared with the node:
//! [`ElectionState::is_recovery`] and [`ElectionState::note_block`].

use crate::{Config, Pallet};
use utnet_primitives_consensus_poci::ElectionState;

impl<T: Config> Pallet<T> {
	/// Whether blocks without a chip's seal may follow the last block at once.
	pub(crate) fn is_waived(state: &ElectionState) -> bool {
		state.genesis_slot.is_some() && state.waiver == Some(state.current_epoch())
	}
}
