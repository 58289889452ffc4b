use codec::Encode;
use frame_support::dispatch::GetDispatchInfo;
use pallet_transaction_payment::{Multiplier, MultiplierUpdate};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	generic::Era,
	traits::{Convert, One},
	MultiAddress,
};

use super::state_of;
use crate::{
	configs::system::RuntimeBlockWeights, genesis::DEVELOPMENT, Runtime, RuntimeCall, Signature,
	TransactionPayment, TxExtension, UncheckedExtrinsic, MILLI_UNC, UNC,
};

/// What a wallet puts around a call.
fn extension(nonce: u32) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::mortal(64, 0)),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_system::WeightReclaim::new(),
	)
}

fn transfer() -> UncheckedExtrinsic {
	let call = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
		dest: MultiAddress::Id(Sr25519Keyring::Bob.to_account_id()),
		value: UNC,
	});
	let signature = Signature::Sr25519(Sr25519Keyring::Alice.sign(b""));
	let alice = MultiAddress::Id(Sr25519Keyring::Alice.to_account_id());
	UncheckedExtrinsic::new_signed(call, alice, signature, extension(0))
}

#[test]
fn a_transfer_costs_about_a_thousandth() {
	state_of(DEVELOPMENT).execute_with(|| {
		let transfer = transfer();
		let length = u32::try_from(transfer.encoded_size()).expect("it is short");
		let details = TransactionPayment::query_fee_details(transfer, length);
		let fee = details.inclusion_fee.expect("a transfer pays");
		let weight = fee.base_fee + fee.adjusted_weight_fee;
		let percent = MILLI_UNC / 100;
		assert!((85 * percent..95 * percent).contains(&weight), "weight {weight}");
		assert!((9 * percent..12 * percent).contains(&fee.len_fee), "length {}", fee.len_fee);
		let total = fee.inclusion_fee();
		assert!((95 * percent..105 * percent).contains(&total), "total {total}");
	});
}

#[test]
fn an_empty_chain_does_not_lower_fees() {
	type Update = <Runtime as pallet_transaction_payment::Config>::FeeMultiplierUpdate;
	state_of(DEVELOPMENT).execute_with(|| {
		assert_eq!(Update::convert(Multiplier::one()), Multiplier::one());
		assert_eq!(Update::min(), Multiplier::one());
	});
}

#[test]
fn full_blocks_raise_fees() {
	type Update = <Runtime as pallet_transaction_payment::Config>::FeeMultiplierUpdate;
	state_of(DEVELOPMENT).execute_with(|| {
		frame_system::Pallet::<Runtime>::set_block_consumed_resources(
			RuntimeBlockWeights::get().max_block,
			0,
		);
		assert!(Update::convert(Multiplier::one()) > Multiplier::one());
	});
}

#[test]
fn a_transfer_weighs_what_the_price_was_made_for() {
	let info = transfer().get_dispatch_info();
	let base = RuntimeBlockWeights::get()
		.get(frame_support::dispatch::DispatchClass::Normal)
		.base_extrinsic;
	let micros = info.total_weight().saturating_add(base).ref_time() / 1_000_000;
	assert!((430..490).contains(&micros), "{micros} microseconds");
}
