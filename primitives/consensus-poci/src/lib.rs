//! PoCI consensus: who makes the block of a slot, and how a header proves it.
//!
//! The chips of all miners laid end to end form a segment as long as their total power. A slot's
//! draw is a point of that segment; the owner of the chip under the point makes the block, and the
//! chip itself seals it.
//!
//! - [`draw`]: the stratified draw, pure functions of a seed and a slot.
//! - [`epochs`]: which list and which seed elect a slot, a pure function of the election state.
//! - [`entry`]: what a miner brings into a list, and its place in the list's Merkle tree.
//! - [`digest`], [`vrf`]: what a header carries.
//! - [`equivocation`]: two headers of one leader in one slot, and how that is proven.
//! - [`traits`]: the seams between the registry of chips and the election.
//!
//! Nothing here panics, uses floats or draws with a modulo; runtime and node share every function.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod api;
pub mod digest;
pub mod draw;
pub mod entry;
pub mod epochs;
pub mod equivocation;
#[cfg(feature = "std")]
pub mod inherents;
#[cfg(test)]
mod tests;
pub mod traits;
pub mod vrf;

use sp_core::crypto::KeyTypeId;
use sp_runtime::ConsensusEngineId;

pub use api::*;
pub use digest::{
	author_message, author_seal, chip_seal, find_pre_digest, pre_runtime, take_seals, DigestError,
	PreDigest, AUTHOR_TAG,
};
pub use draw::{kappa, permutation, permute, pick, slot_random};
pub use entry::{leaf, list_root, GroupEntry, ListProof, MinerEntry, MinerKeys};
pub use epochs::{
	epoch_seed, genesis_randomness, ElectionState, ElectionStateVersions, Elector, EpochRecord,
};
pub use equivocation::{check_equivocation, EquivocationProof};
pub use sp_consensus_slots::{Slot, SlotDuration};
pub use traits::{CandidateSink, ChipRegistry, KeyRegistry, SeatedChip, Standing, TooMuchPower};
pub use vrf::{vrf_sign_data, vrf_verify};

/// The engine of the pre-digest and of the author's seal, which is the last digest item.
pub const POCI_ENGINE_ID: ConsensusEngineId = *b"poci";

/// The engine of the chip's seal, the digest item before the author's.
pub const CHIP_ENGINE_ID: ConsensusEngineId = *b"chip";

/// The type of the sr25519 session key that proves the VRF and seals headers.
pub const POCI_KEY_TYPE: KeyTypeId = KeyTypeId(*b"poci");

/// The session key of authors.
pub mod app {
	use sp_application_crypto::{app_crypto, sr25519};

	app_crypto!(sr25519, super::POCI_KEY_TYPE);
}

/// The public session key of an author.
pub type AuthorityId = app::Public;

/// A seal of an author.
pub type AuthoritySignature = app::Signature;

sp_application_crypto::with_pair! {
	/// The pair of an author's session key.
	pub type AuthorityPair = app::Pair;
}

/// The number of an epoch; the epoch of block 1 is 0.
pub type EpochIndex = u64;

/// The number of a list in the order of adoption; the genesis list is [`GENESIS_LIST`].
pub type ListIndex = u64;

/// The list written by the genesis build.
pub const GENESIS_LIST: ListIndex = 0;

/// So many slots after the parent a header with an empty chip seal is valid too.
pub const RECOVERY_GAP: u64 = 200;

/// The most miners in a list.
pub const MAX_MINERS: u32 = 1_000;

/// The most groups, one a batch, of a miner.
pub const MAX_GROUPS: u32 = 16;

/// Places of a group that share a page.
pub const PAGE_SIZE: u32 = 256;

/// The most pages that an entry may leave out of a group.
pub const MAX_SKIPPED: u32 = 64;

/// The most voters of GRANDPA, the strongest of a list.
pub const MAX_VOTERS: u32 = 100;

/// The most places that an entry may leave out of a group.
pub const MAX_MISSING: u32 = 256;

/// The most hashes in the Merkle proof of a list's leaf.
pub const MAX_PROOF: u32 = 16;

/// The longest epoch, in slots.
pub const MAX_EPOCH_LENGTH: u32 = 65_536;

/// The most slots that one call of the schedule returns.
pub const MAX_SCHEDULE: u32 = 256;
