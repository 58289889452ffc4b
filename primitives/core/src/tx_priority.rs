//! Who goes first when blocks are full: named tiers, a thousand apart.
//!
//! A transaction that pays has a priority that grows with its tip from [`USER_DEFAULT`]; a free
//! call takes a tier from this file and never a bare number.

use sp_runtime::transaction_validity::TransactionPriority;

/// Cleaning that can wait for ever.
pub const CLEANUP: TransactionPriority = 0;

/// What a user's free call gets, such as the first registration of chips.
pub const USER_DEFAULT: TransactionPriority = 1_000;

/// Work that moves a protocol along but can wait some blocks.
pub const BACKGROUND_PROGRESS: TransactionPriority = 1_000_000;

/// What keeps the chain live or honest: availability proofs and equivocation reports.
pub const PROTOCOL_LIVENESS: TransactionPriority = 1_000_000_000_000;

const _: () = assert!(CLEANUP < USER_DEFAULT);
const _: () = assert!(USER_DEFAULT < BACKGROUND_PROGRESS);
const _: () = assert!(BACKGROUND_PROGRESS < PROTOCOL_LIVENESS);
