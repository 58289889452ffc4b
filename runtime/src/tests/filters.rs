use frame_support::{
	assert_noop, assert_ok,
	traits::{Contains, InstanceFilter},
};
use frame_system::RawOrigin;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Dispatchable, MultiAddress};

use super::state_of;
use crate::{
	configs::{accounts::ProxyType, system::NoForcedIssuance},
	genesis::DEVELOPMENT,
	RuntimeCall, RuntimeOrigin, UNC,
};

fn forced() -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::force_set_balance {
		who: MultiAddress::Id(Sr25519Keyring::Bob.to_account_id()),
		new_free: UNC,
	})
}

fn transfer() -> RuntimeCall {
	RuntimeCall::Balances(pallet_balances::Call::transfer_all {
		dest: MultiAddress::Id(Sr25519Keyring::Bob.to_account_id()),
		keep_alive: false,
	})
}

fn register() -> RuntimeCall {
	RuntimeCall::Chips(pallet_chips::Call::register_chips { items: Default::default(), keys: None })
}

fn purge_keys() -> RuntimeCall {
	RuntimeCall::Session(pallet_session::Call::purge_keys {})
}

fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
}

#[test]
fn issuance_is_forced_by_root_only() {
	assert!(!NoForcedIssuance::contains(&forced()));
	assert!(!NoForcedIssuance::contains(&RuntimeCall::Balances(
		pallet_balances::Call::force_adjust_total_issuance {
			direction: pallet_balances::AdjustmentDirection::Increase,
			delta: UNC,
		}
	)));
	assert!(NoForcedIssuance::contains(&transfer()));
	assert!(NoForcedIssuance::contains(&RuntimeCall::Balances(pallet_balances::Call::burn {
		value: UNC,
		keep_alive: true,
	})));
	state_of(DEVELOPMENT).execute_with(|| {
		let alice = RuntimeOrigin::signed(Sr25519Keyring::Alice.to_account_id());
		assert_noop!(forced().dispatch(alice), frame_system::Error::<crate::Runtime>::CallFiltered);
		assert_ok!(forced().dispatch(RawOrigin::Root.into()));
	});
}

#[test]
fn a_mining_proxy_runs_a_miner_and_pays_nobody() {
	let mining = ProxyType::Mining;
	assert!(mining.filter(&register()));
	assert!(mining.filter(&purge_keys()));
	assert!(mining.filter(&batch(vec![register()])));
	assert!(!mining.filter(&transfer()));
	assert!(!mining.filter(&RuntimeCall::Chips(pallet_chips::Call::retire_chips {
		chips: Default::default(),
	})));
}

#[test]
fn a_batch_through_a_proxy_does_what_the_proxy_may() {
	state_of(DEVELOPMENT).execute_with(|| {
		frame_system::Pallet::<crate::Runtime>::set_block_number(1);
		let (alice, bob) = (Sr25519Keyring::Alice, Sr25519Keyring::Bob);
		assert_ok!(crate::Proxy::add_proxy(
			RuntimeOrigin::signed(alice.to_account_id()),
			MultiAddress::Id(bob.to_account_id()),
			ProxyType::Mining,
			0,
		));
		let before = crate::Balances::free_balance(alice.to_account_id());
		assert_ok!(crate::Proxy::proxy(
			RuntimeOrigin::signed(bob.to_account_id()),
			MultiAddress::Id(alice.to_account_id()),
			None,
			Box::new(batch(vec![transfer()])),
		));
		assert_eq!(crate::Balances::free_balance(alice.to_account_id()), before);
	});
}

#[test]
fn a_chips_proxy_handles_chips_and_keys_only() {
	let chips = ProxyType::Chips;
	assert!(chips.filter(&register()));
	assert!(chips.filter(&RuntimeCall::Chips(pallet_chips::Call::retire_chips {
		chips: Default::default(),
	})));
	assert!(chips.filter(&purge_keys()));
	assert!(!chips.filter(&transfer()));
}

#[test]
fn a_cancel_proxy_takes_back_announcements_only() {
	let cancel = ProxyType::CancelProxy;
	assert!(cancel.filter(&RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement {
		delegate: MultiAddress::Id(Sr25519Keyring::Bob.to_account_id()),
		call_hash: Default::default(),
	})));
	assert!(!cancel.filter(&transfer()));
	assert!(!cancel.filter(&batch(vec![])));
}

#[test]
fn a_stronger_proxy_contains_a_weaker_one() {
	let all = [ProxyType::Any, ProxyType::Mining, ProxyType::Chips, ProxyType::CancelProxy];
	assert!(all.iter().all(|kind| ProxyType::Any.is_superset(kind)));
	assert!(all.iter().all(|kind| kind.is_superset(kind)));
	assert!(ProxyType::Chips.is_superset(&ProxyType::Mining));
	assert!(!ProxyType::Mining.is_superset(&ProxyType::Chips));
	assert!(!ProxyType::CancelProxy.is_superset(&ProxyType::Mining));
}
