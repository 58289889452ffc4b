use frame_support::{assert_noop, assert_ok};
use pallet_session::{SessionHandler, ShouldEndSession};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::traits::{Convert, OpaqueKeys};

use super::state_of;
use crate::{
	configs::consensus::{NoSessions, OwnersOfLiveChips},
	genesis::DEVELOPMENT,
	AccountId, Balances, BlockNumber, Runtime, RuntimeOrigin, Session, SessionKeys,
};

fn with_keystore() -> TestExternalities {
	let mut state = state_of(DEVELOPMENT);
	state.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	state
}

/// New keys and the proof that they are `owner`'s.
fn keys_for(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
	let generated = SessionKeys::generate(owner.as_ref(), None);
	(generated.keys, codec::Encode::encode(&generated.proof))
}

#[test]
fn keys_are_in_the_order_of_the_handler() {
	assert_eq!(<NoSessions as SessionHandler<AccountId>>::KEY_TYPE_IDS, SessionKeys::key_ids());
	let ids: Vec<_> = SessionKeys::key_ids().iter().map(|id| id.0).collect();
	assert_eq!(ids, [*b"poci", *b"gran"]);
}

#[test]
fn sessions_never_end() {
	type Ends = <Runtime as pallet_session::Config>::ShouldEndSession;
	for block in [0, 1, 20, BlockNumber::MAX] {
		assert!(!Ends::should_end_session(block));
	}
}

#[test]
fn only_owners_of_live_chips_are_validators() {
	state_of(DEVELOPMENT).execute_with(|| {
		let (alice, bob) =
			(Sr25519Keyring::Alice.to_account_id(), Sr25519Keyring::Bob.to_account_id());
		assert_eq!(OwnersOfLiveChips::convert(alice.clone()), Some(alice));
		assert_eq!(OwnersOfLiveChips::convert(bob), None);
	});
}

#[test]
fn an_owner_sets_keys_without_a_deposit() {
	with_keystore().execute_with(|| {
		let alice = Sr25519Keyring::Alice.to_account_id();
		let (keys, proof) = keys_for(&alice);
		let free = Balances::free_balance(&alice);
		assert_ok!(Session::set_keys(RuntimeOrigin::signed(alice.clone()), keys.clone(), proof));
		assert_eq!(pallet_session::NextKeys::<Runtime>::get(&alice), Some(keys));
		assert_eq!(Balances::free_balance(&alice), free);
	});
}

#[test]
fn keys_of_another_are_refused() {
	with_keystore().execute_with(|| {
		let alice = Sr25519Keyring::Alice.to_account_id();
		let (keys, proof) = keys_for(&Sr25519Keyring::Bob.to_account_id());
		assert_noop!(
			Session::set_keys(RuntimeOrigin::signed(alice), keys, proof),
			pallet_session::Error::<Runtime>::InvalidProof
		);
	});
}

#[test]
fn whoever_has_no_chip_sets_no_keys() {
	with_keystore().execute_with(|| {
		let bob = Sr25519Keyring::Bob.to_account_id();
		let (keys, proof) = keys_for(&bob);
		assert_noop!(
			Session::set_keys(RuntimeOrigin::signed(bob), keys, proof),
			pallet_session::Error::<Runtime>::NoAssociatedValidatorId
		);
	});
}
