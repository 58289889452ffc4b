//! Batches, accounts of several signers, and accounts that act for others.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

use crate::{Balance, Balances, OriginCaller, Runtime, RuntimeCall, RuntimeEvent, System};
use utnet_primitives_core::storage_deposit;

impl pallet_utility::Config for Runtime {
	type PalletsOrigin = OriginCaller;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// Held while a multisig call is open: its entry is 88 bytes without the signatories.
	pub const MultisigDepositBase: Balance = storage_deposit(1, 88);
	/// And for each signatory, who is an account of 32 bytes.
	pub const MultisigDepositFactor: Balance = storage_deposit(0, 32);
}

impl pallet_multisig::Config for Runtime {
	type BlockNumberProvider = System;
	type Currency = Balances;
	type DepositBase = MultisigDepositBase;
	type DepositFactor = MultisigDepositFactor;
	type MaxSignatories = ConstU32<100>;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}

/// What an account may do for another. Each is a list of what is allowed, so that a new call is
/// forbidden to all but [`ProxyType::Any`] until it is named here.
#[derive(
	Clone,
	Copy,
	Debug,
	Decode,
	DecodeWithMemTracking,
	Default,
	Encode,
	Eq,
	MaxEncodedLen,
	Ord,
	PartialEq,
	PartialOrd,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[codec(index = 0)]
	#[default]
	Any,
	/// What running a miner takes: registering and reactivating its chips, and changing session
	/// keys. It can neither move nor retire a chip, nor pay anyone.
	#[codec(index = 1)]
	Mining,
	/// Everything about chips: also moving, selling and retiring them.
	#[codec(index = 2)]
	Chips,
	/// Taking back calls that another proxy has announced.
	#[codec(index = 3)]
	CancelProxy,
}

impl ProxyType {
	/// Batches are allowed, for each call in one is checked again by itself.
	fn is_batch(call: &RuntimeCall) -> bool {
		matches!(
			call,
			RuntimeCall::Utility(
				pallet_utility::Call::batch { .. }
					| pallet_utility::Call::batch_all { .. }
					| pallet_utility::Call::force_batch { .. }
			)
		)
	}
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			ProxyType::Any => true,
			ProxyType::Mining => {
				Self::is_batch(call)
					|| matches!(
						call,
						RuntimeCall::Chips(
							pallet_chips::Call::register_chips { .. }
								| pallet_chips::Call::reactivate_chips { .. }
						) | RuntimeCall::Session(
							pallet_session::Call::set_keys { .. }
								| pallet_session::Call::purge_keys { .. }
						)
					)
			}
			ProxyType::Chips => {
				Self::is_batch(call)
					|| matches!(call, RuntimeCall::Chips(..) | RuntimeCall::Session(..))
			}
			ProxyType::CancelProxy => {
				matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }))
			}
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(ProxyType::Any, _) | (ProxyType::Chips, ProxyType::Mining) => true,
			(this, other) => this == other,
		}
	}
}

parameter_types! {
	/// Held while an account has proxies.
	pub const ProxyDepositBase: Balance = storage_deposit(1, 8);
	/// And for each of them: an account, a type and a delay.
	pub const ProxyDepositFactor: Balance = storage_deposit(0, 37);
	/// Held while an account has announced calls.
	pub const AnnouncementDepositBase: Balance = storage_deposit(1, 8);
	/// And for each of them: an account, a hash and a block number.
	pub const AnnouncementDepositFactor: Balance = storage_deposit(0, 68);
}

impl pallet_proxy::Config for Runtime {
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
	type CallHasher = BlakeTwo256;
	type Currency = Balances;
	type MaxPending = ConstU32<32>;
	type MaxProxies = ConstU32<32>;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type ProxyType = ProxyType;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}
