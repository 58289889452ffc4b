//! Types, units and transaction priorities shared by the runtime, the node and the tools.

#![cfg_attr(not(feature = "std"), no_std)]

use sp_runtime::{
	traits::{IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};

pub mod tx_priority;

/// A signature of a transaction: sr25519, ed25519 or ECDSA over secp256k1.
pub type Signature = MultiSignature;

/// An account: 32 bytes, shown as SS58 with prefix 42.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;

/// An amount of UNC in base units; 1 UNC = 10^18 base units.
pub type Balance = u128;

/// The number of a block; the genesis block is 0.
pub type BlockNumber = u32;

/// How many transactions an account has sent.
pub type Nonce = u32;

/// A BLAKE2b-256 hash.
pub type Hash = sp_core::H256;

/// Milliseconds since the Unix epoch.
pub type Moment = u64;

/// The speed of chips in GOPS: 10^9 INT8 operations per second.
///
/// One chip's power fits in `u64`; sums over chips are `u128`. People are shown T (10^12).
pub type Power = u64;

/// One UNC in base units.
pub const UNC: Balance = 1_000_000_000_000_000_000;

/// A thousandth of a UNC in base units.
pub const MILLI_UNC: Balance = UNC / 1_000;

/// The smallest balance that keeps an account alive: 0.01 UNC.
pub const EXISTENTIAL_DEPOSIT: Balance = 10 * MILLI_UNC;

/// GOPS in one T (10^12 operations per second).
pub const GOPS_PER_TERA: Power = 1_000;

/// What `items` entries holding `bytes` bytes in storage cost while they are kept:
/// 0.1 UNC an item and 0.0001 UNC a byte, held and given back.
pub const fn storage_deposit(items: u32, bytes: u32) -> Balance {
	(items as Balance)
		.saturating_mul(100 * MILLI_UNC)
		.saturating_add((bytes as Balance).saturating_mul(MILLI_UNC / 10))
}
