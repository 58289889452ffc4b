//! What the calls cost.
//!
//! Figures of the reference operations in WASM on one core of the reference machine: a P-256
//! signature 1.8 ms, reading a point of G2 with its subgroup 0.68 ms, hashing to G1 0.77 ms, a
//! product of two pairings 1.4 ms by host call and 0.7 ms for each further pair. Storage is counted
//! by the runtime's own `DbWeight`.

#![allow(missing_docs)]

use frame::weights_prelude::*;

/// Weights of the calls of the registry of chips.
///
/// `n` is the number of chips in the call.
pub trait WeightInfo {
	/// Chips of one owner, each by certificate, claim and proof of possession.
	fn register_chips(n: u32) -> Weight;
	/// The same, and taken back, to see whether a free registration is in order.
	fn authorize_register_chips_free(n: u32) -> Weight;
	/// Chips whose signatures were checked to authorize the call.
	fn register_chips_free(n: u32) -> Weight;
	/// Consent to the transfer of chips.
	fn transfer_chips(n: u32) -> Weight;
	/// Chips of other owners, each by a fresh claim.
	fn accept_chips(n: u32) -> Weight;
	/// One offer.
	fn offer_chip() -> Weight;
	/// One offer, and the price of one purchase.
	fn cancel_offer() -> Weight;
	/// One purchase.
	fn buy_chip() -> Weight;
	/// Suspended chips, each by a fresh claim.
	fn reactivate_chips(n: u32) -> Weight;
	/// Chips that leave from the middle of a group of two pages.
	fn retire_chips(n: u32) -> Weight;
	/// The pledges that are due.
	fn withdraw_unbonded() -> Weight;
	/// A part of a debt.
	fn pay_debt() -> Weight;
	/// One notice.
	fn release_chip() -> Weight;
	/// A chip that leaves from the middle of a group of two pages.
	fn revoke_chip() -> Weight;
	/// One batch, whatever its size.
	fn revoke_batch() -> Weight;
	/// One model, whatever its size.
	fn revoke_model() -> Weight;
	/// One vendor, whatever its size.
	fn suspend_vendor() -> Weight;
	/// One vendor, whatever its size.
	fn resume_vendor() -> Weight;
	/// One vendor; its key is read as a point of the curve.
	fn add_vendor() -> Weight;
	/// One model.
	fn add_model() -> Weight;
	/// One batch, with the vendor's signature over its root.
	fn add_batch() -> Weight;
	/// One batch that counts again.
	fn extend_batch() -> Weight;
	/// One batch.
	fn note_expired_batch() -> Weight;
	/// One vendor.
	fn set_controller() -> Weight;
}

/// The weights of a runtime, by its `DbWeight`.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register_chips(n: u32) -> Weight {
		Weight::from_parts(1_600_000_000, 6_000)
			.saturating_add(Weight::from_parts(6_900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn authorize_register_chips_free(n: u32) -> Weight {
		Weight::from_parts(1_900_000_000, 6_000)
			.saturating_add(Weight::from_parts(6_900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn register_chips_free(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 6_000)
			.saturating_add(Weight::from_parts(900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(6))
			.saturating_add(T::DbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(7))
			.saturating_add(T::DbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn transfer_chips(n: u32) -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(Weight::from_parts(60_000_000, 6_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().reads(5_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(1))
			.saturating_add(T::DbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}
	fn accept_chips(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 6_000)
			.saturating_add(Weight::from_parts(3_000_000_000, 12_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().reads(28_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(5))
			.saturating_add(T::DbWeight::get().writes(20_u64.saturating_mul(n.into())))
	}
	fn offer_chip() -> Weight {
		Weight::from_parts(60_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(7))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn cancel_offer() -> Weight {
		Weight::from_parts(80_000_000, 9_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn buy_chip() -> Weight {
		Weight::from_parts(90_000_000, 12_000)
			.saturating_add(T::DbWeight::get().reads(9))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn reactivate_chips(n: u32) -> Weight {
		Weight::from_parts(80_000_000, 6_000)
			.saturating_add(Weight::from_parts(2_800_000_000, 8_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(12_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(2))
			.saturating_add(T::DbWeight::get().writes(9_u64.saturating_mul(n.into())))
	}
	fn retire_chips(n: u32) -> Weight {
		Weight::from_parts(120_000_000, 6_000)
			.saturating_add(Weight::from_parts(420_000_000, 10_000).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().reads(18_u64.saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(3))
			.saturating_add(T::DbWeight::get().writes(16_u64.saturating_mul(n.into())))
	}
	fn withdraw_unbonded() -> Weight {
		Weight::from_parts(90_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn pay_debt() -> Weight {
		Weight::from_parts(110_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn release_chip() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(1))
	}
	fn revoke_chip() -> Weight {
		Weight::from_parts(520_000_000, 14_000)
			.saturating_add(T::DbWeight::get().reads(22))
			.saturating_add(T::DbWeight::get().writes(20))
	}
	fn revoke_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(5))
	}
	fn revoke_model() -> Weight {
		Weight::from_parts(45_000_000, 5_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn suspend_vendor() -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(3))
			.saturating_add(T::DbWeight::get().writes(3))
	}
	fn resume_vendor() -> Weight {
		Weight::from_parts(30_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn add_vendor() -> Weight {
		Weight::from_parts(280_000_000, 3_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn add_model() -> Weight {
		Weight::from_parts(30_000_000, 3_000)
			.saturating_add(T::DbWeight::get().reads(2))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn add_batch() -> Weight {
		Weight::from_parts(1_900_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(4))
			.saturating_add(T::DbWeight::get().writes(2))
	}
	fn extend_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn note_expired_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(T::DbWeight::get().reads(5))
			.saturating_add(T::DbWeight::get().writes(4))
	}
	fn set_controller() -> Weight {
		Weight::from_parts(25_000_000, 3_000)
			.saturating_add(T::DbWeight::get().reads(1))
			.saturating_add(T::DbWeight::get().writes(1))
	}
}

impl WeightInfo for () {
	fn register_chips(n: u32) -> Weight {
		Weight::from_parts(1_600_000_000, 6_000)
			.saturating_add(Weight::from_parts(6_900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(5))
			.saturating_add(RocksDbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn authorize_register_chips_free(n: u32) -> Weight {
		Weight::from_parts(1_900_000_000, 6_000)
			.saturating_add(Weight::from_parts(6_900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(7))
			.saturating_add(RocksDbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn register_chips_free(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 6_000)
			.saturating_add(Weight::from_parts(900_000_000, 9_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(6))
			.saturating_add(RocksDbWeight::get().reads(16_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(7))
			.saturating_add(RocksDbWeight::get().writes(13_u64.saturating_mul(n.into())))
	}
	fn transfer_chips(n: u32) -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(Weight::from_parts(60_000_000, 6_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().reads(5_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(1))
			.saturating_add(RocksDbWeight::get().writes(3_u64.saturating_mul(n.into())))
	}
	fn accept_chips(n: u32) -> Weight {
		Weight::from_parts(150_000_000, 6_000)
			.saturating_add(Weight::from_parts(3_000_000_000, 12_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().reads(28_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(5))
			.saturating_add(RocksDbWeight::get().writes(20_u64.saturating_mul(n.into())))
	}
	fn offer_chip() -> Weight {
		Weight::from_parts(60_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(7))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn cancel_offer() -> Weight {
		Weight::from_parts(80_000_000, 9_000)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn buy_chip() -> Weight {
		Weight::from_parts(90_000_000, 12_000)
			.saturating_add(RocksDbWeight::get().reads(9))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn reactivate_chips(n: u32) -> Weight {
		Weight::from_parts(80_000_000, 6_000)
			.saturating_add(Weight::from_parts(2_800_000_000, 8_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(12_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(2))
			.saturating_add(RocksDbWeight::get().writes(9_u64.saturating_mul(n.into())))
	}
	fn retire_chips(n: u32) -> Weight {
		Weight::from_parts(120_000_000, 6_000)
			.saturating_add(Weight::from_parts(420_000_000, 10_000).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().reads(18_u64.saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(3))
			.saturating_add(RocksDbWeight::get().writes(16_u64.saturating_mul(n.into())))
	}
	fn withdraw_unbonded() -> Weight {
		Weight::from_parts(90_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn pay_debt() -> Weight {
		Weight::from_parts(110_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn release_chip() -> Weight {
		Weight::from_parts(60_000_000, 8_000)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
	fn revoke_chip() -> Weight {
		Weight::from_parts(520_000_000, 14_000)
			.saturating_add(RocksDbWeight::get().reads(22))
			.saturating_add(RocksDbWeight::get().writes(20))
	}
	fn revoke_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(5))
	}
	fn revoke_model() -> Weight {
		Weight::from_parts(45_000_000, 5_000)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn suspend_vendor() -> Weight {
		Weight::from_parts(40_000_000, 4_000)
			.saturating_add(RocksDbWeight::get().reads(3))
			.saturating_add(RocksDbWeight::get().writes(3))
	}
	fn resume_vendor() -> Weight {
		Weight::from_parts(30_000_000, 4_000)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn add_vendor() -> Weight {
		Weight::from_parts(280_000_000, 3_000)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn add_model() -> Weight {
		Weight::from_parts(30_000_000, 3_000)
			.saturating_add(RocksDbWeight::get().reads(2))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn add_batch() -> Weight {
		Weight::from_parts(1_900_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(4))
			.saturating_add(RocksDbWeight::get().writes(2))
	}
	fn extend_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn note_expired_batch() -> Weight {
		Weight::from_parts(50_000_000, 6_000)
			.saturating_add(RocksDbWeight::get().reads(5))
			.saturating_add(RocksDbWeight::get().writes(4))
	}
	fn set_controller() -> Weight {
		Weight::from_parts(25_000_000, 3_000)
			.saturating_add(RocksDbWeight::get().reads(1))
			.saturating_add(RocksDbWeight::get().writes(1))
	}
}
