//! The runtime of UtilityNet: which pallets there are, how they are set up, and what the node may
//! ask of them.
//!
//! [`configs`] has one file for each group of pallets, [`apis`] what the node calls, and
//! [`genesis`] the states that a chain can start from. A chain of one's own is made by editing
//! these three.

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
#![allow(missing_docs, reason = "the macros that compose a runtime generate items without docs")]
// The runtime APIs and the pallet list expand to deep types.
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
#[allow(dead_code, unreachable_pub, reason = "the file is generated")]
mod binary {
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use binary::{WASM_BINARY, WASM_BINARY_BLOATY};

pub mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
#[deny(missing_docs)]
pub mod configs;
#[deny(missing_docs)]
pub mod genesis;
#[cfg(feature = "rehearsal")]
#[deny(missing_docs)]
pub mod rehearsal;
#[cfg(test)]
mod tests;

#[cfg(not(feature = "rehearsal"))]
use alloc::borrow::Cow;
use alloc::vec::Vec;

use sp_runtime::{generic, impl_opaque_keys, traits::BlakeTwo256};
#[cfg(not(feature = "rehearsal"))]
use sp_version::RuntimeVersion;

pub use utnet_primitives_core::{
	AccountId, Address, Balance, BlockNumber, Hash, Moment, Nonce, Power, Signature,
	EXISTENTIAL_DEPOSIT, MILLI_UNC, UNC,
};

/// What the node handles without knowing the calls and events of the runtime: blocks whose
/// transactions are bytes. It goes on working when an upgrade changes them.
pub mod opaque {
	use super::{generic, BlakeTwo256, BlockNumber};

	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
	/// A block whose transactions are bytes.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}

impl_opaque_keys! {
	/// The keys a miner's node signs with. The order is that of the session handler.
	pub struct SessionKeys {
		/// Blocks: sr25519, also proves the random value in each block.
		pub poci: utnet_primitives_consensus_poci::AuthorityId,
		/// Finality votes: ed25519.
		pub gran: sp_consensus_grandpa::AuthorityId,
	}
}

#[cfg(feature = "rehearsal")]
pub use rehearsal::VERSION;

/// The version of this runtime; `spec_version` grows with every upgrade.
#[cfg(not(feature = "rehearsal"))]
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("utilitynet"),
	impl_name: Cow::Borrowed("utilitynet"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 3,
};

/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// A block with the proof that it is final.
pub type SignedBlock = generic::SignedBlock<Block>;

/// What is checked and charged around each transaction, in this order.
///
/// [`frame_system::AuthorizeCall`] is first, for it sets the origin of free calls;
/// [`frame_system::WeightReclaim`] is last, for it corrects the weight by what all the others used.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// A transaction as it arrives: version 4 signed by users, version 5 for free calls.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a user signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Runs blocks on this runtime.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

// Hooks and genesis run in this order. Poci comes right after System and Timestamp, so that no
// other hook has changed state when it derives the leader again; Chips comes after Balances and
// Session, for its genesis holds pledges and reads session keys.
#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(2)]
	pub type Poci = pallet_poci;

	#[runtime::pallet_index(3)]
	pub type Balances = pallet_balances;

	#[runtime::pallet_index(4)]
	pub type TransactionPayment = pallet_transaction_payment;

	#[runtime::pallet_index(5)]
	pub type Session = pallet_session;

	#[runtime::pallet_index(6)]
	pub type Grandpa = pallet_grandpa;

	#[runtime::pallet_index(7)]
	pub type Chips = pallet_chips;

	#[runtime::pallet_index(10)]
	pub type Utility = pallet_utility;

	#[runtime::pallet_index(11)]
	pub type Multisig = pallet_multisig;

	#[runtime::pallet_index(12)]
	pub type Proxy = pallet_proxy;

	#[runtime::pallet_index(13)]
	pub type Scheduler = pallet_scheduler;

	#[runtime::pallet_index(14)]
	pub type Preimage = pallet_preimage;

	#[runtime::pallet_index(15)]
	pub type Parameters = pallet_parameters;

	#[runtime::pallet_index(16)]
	pub type Migrations = pallet_migrations;

	#[runtime::pallet_index(30)]
	pub type Sudo = pallet_sudo;
}
