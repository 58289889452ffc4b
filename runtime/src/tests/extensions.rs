use codec::{Decode, Encode};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::{generic::Preamble, traits::TransactionExtension};

use crate::{Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};

#[test]
fn extensions_are_in_the_order_that_wallets_expect() {
	let names: Vec<_> = <TxExtension as TransactionExtension<RuntimeCall>>::metadata()
		.into_iter()
		.map(|extension| extension.identifier)
		.collect();
	assert_eq!(
		names,
		[
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"CheckMetadataHash",
			"ChargeTransactionPayment",
			"WeightReclaim",
		]
	);
}

#[test]
fn free_calls_travel_in_general_transactions() {
	let call = RuntimeCall::System(frame_system::Call::remark { remark: vec![] });
	let transaction = <Runtime as CreateAuthorizedTransaction<frame_system::Call<Runtime>>>::
		create_authorized_transaction(call);
	let bytes = transaction.encode();
	let transaction = UncheckedExtrinsic::decode(&mut bytes.as_slice()).expect("it was encoded");
	assert!(matches!(transaction.preamble, Preamble::General(..)));
}
