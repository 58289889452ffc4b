use frame_support::traits::fungible::{Inspect, InspectHold};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::traits::Zero;
use utnet_primitives_consensus_poci::{ChipRegistry, KeyRegistry};

use super::{build, state_of};
use crate::{
	configs::consensus::RegisteredKeys,
	genesis::{
		preset, preset_names,
		presets::{self, dao, initial_fuel, technology_and_nodes, three_of_five, PresetError},
		DEVELOPMENT, EPOCH_MINIMUM, ISSUANCE, LOCAL_TESTNET, PRODUCTION_LIKE,
	},
	Balances, Chips, Grandpa, Poci, Runtime, UNC,
};

fn power_of(who: Sr25519Keyring) -> u128 {
	Chips::standing(&who.to_account_id()).map_or(0, |standing| standing.power())
}

#[test]
fn presets_are_listed_and_exist() {
	let names: Vec<_> = preset_names().iter().map(ToString::to_string).collect();
	assert_eq!(names, [DEVELOPMENT, LOCAL_TESTNET, PRODUCTION_LIKE]);
	assert!(preset_names().iter().all(|name| preset(name).is_some()));
	assert_eq!(preset(&"staging".into()), None);
}

#[test]
fn issuance_is_three_percent_in_every_preset() {
	for name in [DEVELOPMENT, LOCAL_TESTNET, PRODUCTION_LIKE] {
		state_of(name).execute_with(|| {
			assert_eq!(Balances::total_issuance(), ISSUANCE, "{name}");
			let accounts = Sr25519Keyring::well_known().map(Sr25519Keyring::to_account_id);
			let sum: u128 = accounts
				.chain([technology_and_nodes(), dao(), initial_fuel()])
				.map(|account| Balances::total_balance(&account))
				.sum();
			assert_eq!(sum, ISSUANCE, "{name}");
		});
	}
}

#[test]
fn development_has_one_miner_with_eight_chips() {
	state_of(DEVELOPMENT).execute_with(|| {
		assert_eq!(power_of(Sr25519Keyring::Alice), 8 * 32_000);
		let status = Poci::status();
		assert_eq!((status.miners, status.total_power), (1, 8 * 32_000));
		assert_eq!(status.strongest, Some((Sr25519Keyring::Alice.to_account_id(), 8 * 32_000)));
		let configuration = Poci::configuration();
		assert_eq!((configuration.slot_duration, configuration.epoch_length), (1_000, 20));
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(Sr25519Keyring::Alice.to_account_id()));
		assert!(pallet_chips::AllowDevelopmentVendor::<Runtime>::get());
	});
}

#[test]
fn local_testnet_has_three_miners_of_different_power() {
	state_of(LOCAL_TESTNET).execute_with(|| {
		assert_eq!(power_of(Sr25519Keyring::Alice), 5 * 32_000);
		assert_eq!(power_of(Sr25519Keyring::Bob), 4 * 32_000);
		assert_eq!(power_of(Sr25519Keyring::Charlie), 5 * 17_600);
		assert_eq!(Poci::status().miners, 3);
		// Finality goes on without Charlie.
		let total = Poci::status().total_power;
		assert!((total - power_of(Sr25519Keyring::Charlie)) * 3 > total * 2);
	});
}

#[test]
fn production_like_refuses_the_development_vendor_and_is_governed_by_three_of_five() {
	state_of(PRODUCTION_LIKE).execute_with(|| {
		let configuration = Poci::configuration();
		assert_eq!((configuration.slot_duration, configuration.epoch_length), (3_000, 1_200));
		assert!(!pallet_chips::AllowDevelopmentVendor::<Runtime>::get());
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(three_of_five()));
		assert!(Sr25519Keyring::iter().all(|key| key.to_account_id() != three_of_five()));
		assert_eq!(Poci::status().miners, 4);
	});
}

#[test]
fn production_like_refuses_short_epochs() {
	assert_eq!(presets::production_like(3_000, EPOCH_MINIMUM - 1), Err(PresetError::EpochTooShort));
	let shortest = presets::production_like(3_000, EPOCH_MINIMUM).expect("600 slots are enough");
	build(shortest).execute_with(|| {
		assert_eq!(Poci::configuration().epoch_length, EPOCH_MINIMUM);
	});
}

#[test]
fn pledges_are_held_in_full() {
	for (name, pledge) in [(DEVELOPMENT, 8 * 32 * UNC), (PRODUCTION_LIKE, 4 * 320 * UNC)] {
		state_of(name).execute_with(|| {
			let alice = Sr25519Keyring::Alice.to_account_id();
			assert_eq!(Balances::total_balance_on_hold(&alice), pledge, "{name}");
		});
	}
}

#[test]
fn finality_weights_are_powers() {
	state_of(LOCAL_TESTNET).execute_with(|| {
		let expected = [
			(Ed25519Keyring::Alice.public().into(), 160_000),
			(Ed25519Keyring::Bob.public().into(), 128_000),
			(Ed25519Keyring::Charlie.public().into(), 88_000),
		];
		assert_eq!(Grandpa::grandpa_authorities(), expected);
	});
}

#[test]
fn session_keys_are_registered_without_a_session() {
	state_of(LOCAL_TESTNET).execute_with(|| {
		for name in [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie] {
			let keys = RegisteredKeys::keys_of(&name.to_account_id()).expect("the miner has keys");
			assert_eq!(keys.poci, name.public().into());
		}
		assert!(pallet_session::Validators::<Runtime>::get().is_empty());
		assert!(RegisteredKeys::keys_of(&Sr25519Keyring::Dave.to_account_id()).is_none());
	});
}

#[test]
fn an_empty_genesis_has_no_miners() {
	build(serde_json::json!({})).execute_with(|| {
		assert!(Poci::status().miners.is_zero());
	});
}

#[test]
fn the_named_accounts_differ() {
	let named = [technology_and_nodes(), dao(), initial_fuel(), three_of_five()];
	for (index, one) in named.iter().enumerate() {
		assert!(!named[..index].contains(one));
	}
}
