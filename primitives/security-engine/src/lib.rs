//! What an AI chip's security engine signs, and how it is verified.
//!
//! A chip owns an *identity key* (P-256) and a *CAT key* (BLS12-381, public key in G2, signatures
//! in G1). Its vendor certifies both at the factory; the chip itself signs the claim that gives it
//! an owner, the seals of the blocks it wins and its part of an aggregated availability proof.
//!
//! Every signed message starts with a domain tag and, but for the chain-independent certificate,
//! binds the genesis hash, so that a signature is good for one purpose on one chain.

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

// The generator of the test vectors is an example and a module of the tests.
#[cfg(test)]
extern crate self as utnet_primitives_security_engine;

pub mod bls;
pub mod certificate;
pub mod claim;
pub mod identity;
pub mod seal;
mod types;

#[cfg(test)]
mod tests;

pub use bls::{CatKey, CatSignature, UncompressedCatKey};
pub use certificate::Certificate;
pub use claim::Claim;
pub use identity::{ChipSignature, IdentityKey};
pub use types::{BatchId, ChipId, ModelId, Serial, VendorId};
