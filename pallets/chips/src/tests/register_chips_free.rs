use crate::{mock::*, *};
use codec::Encode;
use frame::{
	deps::{
		frame_support::traits::Authorize,
		sp_core::{sr25519, Pair},
		sp_runtime::{
			transaction_validity::{
				InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
			},
			MultiSignature,
		},
	},
	testing_prelude::*,
};
use utnet_primitives_core::{tx_priority, UNC};

type Items = BoundedVec<Registration, ConstU32<MAX_FREE_ITEMS>>;

fn items(pair: &sr25519::Pair, numbers: impl IntoIterator<Item = u32>) -> Items {
	let owner = account_of(pair);
	let items: Vec<_> =
		numbers.into_iter().map(|number| registration(number, SMALL, &owner)).collect();
	items.try_into().unwrap()
}

fn call_with(
	pair: &sr25519::Pair,
	items: Items,
	keys: Option<KeysWithProof<Test>>,
	valid_until: u32,
) -> RuntimeCall {
	let signature = sign_free(pair, &items, &keys, valid_until);
	let owner = account_of(pair);
	Call::register_chips_free { owner, items, keys, valid_until, signature }.into()
}

fn call(pair: &sr25519::Pair, numbers: impl IntoIterator<Item = u32>) -> RuntimeCall {
	call_with(pair, items(pair, numbers), None, System::block_number() + 50)
}

fn authorize(call: &RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
	call.authorize(TransactionSource::External)
		.expect("the call has an authorization")
		.map(|(valid, _)| valid)
}

/// Does what the chain does with a general transaction.
fn apply(call: RuntimeCall) {
	authorize(&call).expect("the call is in order");
	assert_ok!(call.dispatch(frame_system::Origin::<Test>::Authorized.into()));
}

fn refused(error: Error<Test>) -> Result<ValidTransaction, TransactionValidityError> {
	Err(InvalidTransaction::Custom(error.encode()[0]).into())
}

#[test]
fn gives_a_newcomer_without_funds_its_first_chips() {
	run(|| {
		let pair = newcomer(50);
		let owner = account_of(&pair);
		assert!(!System::account_exists(&owner));
		let keys = Some((42, GOOD_PROOF.to_vec().try_into().unwrap()));
		apply(call_with(&pair, items(&pair, 0..4), keys, System::block_number() + 50));
		assert!(System::account_exists(&owner));
		assert_eq!(Registry::power_of(owner.clone()), 4_000);
		assert_eq!(Keys::of(&owner), Some(42));
		let pledge = pledge(&owner);
		assert_eq!((pledge.held, pledge.debt()), (0, 40 * UNC));
		assert!(pledge.provides);
		assert_eq!(Election::changed().last(), Some(&owner));
	});
}

#[test]
fn takes_the_signature_as_wallets_wrap_it() {
	run(|| {
		let pair = newcomer(50);
		let items = items(&pair, [0]);
		let owner = account_of(&pair);
		let valid_until = System::block_number() + 50;
		let message = Registry::free_registration_message(&owner, valid_until, &items, &None);
		let wrapped = [b"<Bytes>", message.as_slice(), b"</Bytes>"].concat();
		let signature = MultiSignature::Sr25519(pair.sign(&wrapped));
		apply(
			Call::register_chips_free { owner, items, keys: None, valid_until, signature }.into(),
		);
	});
}

#[test]
fn the_message_names_tag_chain_owner_and_content() {
	run(|| {
		let pair = newcomer(50);
		let owner = account_of(&pair);
		let items = items(&pair, [0]);
		let keys = None;
		let message = Registry::free_registration_message(&owner, 60, &items, &keys);
		let expected = [
			b"utnet:free-registration:v1".as_slice(),
			Registry::genesis_hash().as_bytes(),
			&blake2_256(&(&owner, 60u32, &items, &keys).encode()),
		]
		.concat();
		assert_eq!(message, expected);
	});
}

#[test]
fn the_tag_comes_from_the_owner_only() {
	run(|| {
		let pair = newcomer(50);
		let first = authorize(&call(&pair, [0])).unwrap();
		let second = authorize(&call(&pair, [1])).unwrap();
		assert_eq!(first.provides, second.provides);
		assert_eq!(first.provides, vec![("ChipsFreeRegistration", account_of(&pair)).encode()]);
		assert_ne!(first.provides, authorize(&call(&newcomer(51), [0])).unwrap().provides);
		assert_eq!(first.priority, tx_priority::USER_DEFAULT);
		assert_eq!(first.longevity, 50);
		assert!(first.propagate);
	});
}

#[test]
fn authorizing_changes_nothing() {
	run(|| {
		let call = call(&newcomer(50), 0..4);
		assert_storage_noop!(assert!(authorize(&call).is_ok()));
	});
}

#[test]
fn is_granted_once_per_account_and_epoch() {
	run(|| {
		let pair = newcomer(50);
		apply(call(&pair, [0]));
		assert_eq!(authorize(&call(&pair, [1])), refused(Error::FreeRegistrationSpent));
		Election::set_epoch(1);
		apply(call(&pair, [1]));
	});
}

#[test]
fn is_refused_for_a_chip_that_was_registered_before() {
	run(|| {
		let pair = newcomer(50);
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		assert_eq!(authorize(&call(&pair, [0])), refused(Error::ChipNotFree));
		wait(UNBONDING);
		assert_eq!(authorize(&call(&pair, [0])), refused(Error::RegisteredBefore));
	});
}

#[test]
fn is_refused_without_chips_or_with_one_twice() {
	run(|| {
		let pair = newcomer(50);
		assert_eq!(authorize(&call(&pair, [])), refused(Error::NoItems));
		assert_eq!(authorize(&call(&pair, [0, 0])), refused(Error::ChipNotFree));
	});
}

#[test]
fn is_refused_after_its_last_block() {
	run(|| {
		let pair = newcomer(50);
		let call = call_with(&pair, items(&pair, [0]), None, System::block_number() + 1);
		blocks(1);
		assert!(authorize(&call).is_ok());
		blocks(1);
		assert_eq!(authorize(&call), refused(Error::FreeRegistrationExpired));
	});
}

#[test]
fn is_refused_when_another_signed_or_something_else_was_signed() {
	run(|| {
		let pair = newcomer(50);
		let items = items(&pair, [0]);
		let valid_until = System::block_number() + 50;
		let bad = |signature, valid_until| -> RuntimeCall {
			Call::register_chips_free {
				owner: account_of(&pair),
				items: items.clone(),
				keys: None,
				valid_until,
				signature,
			}
			.into()
		};
		let by_another = sign_free(&newcomer(51), &items, &None, valid_until);
		assert_eq!(authorize(&bad(by_another, valid_until)), refused(Error::BadOwnerSignature));
		let for_another_block = sign_free(&pair, &items, &None, valid_until);
		assert_eq!(
			authorize(&bad(for_another_block, valid_until + 1)),
			refused(Error::BadOwnerSignature)
		);
	});
}

#[test]
fn looks_at_signatures_of_chips_after_the_owners() {
	run(|| {
		let pair = newcomer(50);
		let mut items = items(&pair, [0]);
		items[0].proof = CertificateProof::Signature([0; 64]);
		let forged = Call::register_chips_free {
			owner: account_of(&pair),
			items: items.clone(),
			keys: None,
			valid_until: 60,
			signature: sign_free(&newcomer(51), &items, &None, 60),
		};
		assert_eq!(authorize(&forged.into()), refused(Error::BadOwnerSignature));
		let signed = call_with(&pair, items, None, 60);
		assert_eq!(authorize(&signed), refused(Error::MalformedSignature));
	});
}

#[test]
fn is_refused_when_the_call_itself_would_fail() {
	run(|| {
		let pair = newcomer(50);
		let keys = Some((42, b"bad".to_vec().try_into().unwrap()));
		let bad_keys = call_with(&pair, items(&pair, [0]), keys, 60);
		assert_eq!(authorize(&bad_keys), Err(InvalidTransaction::BadProof.into()));

		// Only what is done at the very end can show it: the second chip fills the model.
		hypothetically!({
			Models::<Test>::mutate(SMALL_MODEL, |model| model.as_mut().unwrap().cap = 1);
			assert_eq!(authorize(&call(&pair, [0, 1])), refused(Error::ModelFull));
		});
	});
}

#[test]
fn needs_the_origin_that_an_authorization_gives() {
	run(|| {
		let RuntimeCall::Registry(call) = call(&newcomer(50), [0]) else { panic!() };
		for origin in [RuntimeOrigin::none(), signed(&alice()), RuntimeOrigin::root()] {
			assert_noop!(
				RuntimeCall::Registry(call.clone()).dispatch(origin),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn the_account_lives_as_long_as_it_has_chips_or_pledges() {
	run(|| {
		let pair = newcomer(50);
		let owner = account_of(&pair);
		apply(call(&pair, [0]));
		give(&owner, 11 * UNC);
		assert_ok!(Registry::pay_debt(signed(&owner), 10 * UNC));
		assert_ok!(Registry::retire_chips(signed(&owner), ids(&[0], SMALL)));
		assert_eq!(System::providers(&owner), 2);
		wait(UNBONDING + DAY);
		assert_ok!(Registry::withdraw_unbonded(signed(&owner)));
		assert_eq!(System::providers(&owner), 1);
		assert!(!Pledges::<Test>::contains_key(&owner));
	});
}
