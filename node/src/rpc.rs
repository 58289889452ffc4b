//! What the node answers over JSON-RPC besides the calls of every Substrate node.

use std::sync::Arc;

use futures::channel::mpsc;
use jsonrpsee::RpcModule;
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_manual_seal::EngineCommand;
use sc_rpc::SubscriptionTaskExecutor;
use utnet_client_consensus_poci::{manual_seal::SlotSkip, Poci};
use utnet_primitives_core::{BlockNumber, Hash};
use utnet_runtime::opaque::Block;

use crate::service::{FullBackend, FullClient, FullPool};

/// What the calls need.
#[derive(Clone)]
pub(crate) struct Deps {
	/// Reads the chain.
	pub(crate) client: Arc<FullClient>,
	/// Takes transactions.
	pub(crate) pool: Arc<FullPool>,
	/// The election.
	pub(crate) poci: Poci<Block>,
	/// What finality tells.
	pub(crate) grandpa: GrandpaDeps,
	/// Makes blocks on demand, where that is allowed.
	pub(crate) manual: Option<ManualDeps>,
}

/// What the calls that make blocks need.
#[derive(Clone)]
pub(crate) struct ManualDeps {
	/// Where orders to make a block go.
	pub(crate) sink: mpsc::Sender<EngineCommand<Hash>>,
	/// Moves the virtual time.
	pub(crate) skip: SlotSkip,
}

/// What the calls about finality need.
#[derive(Clone)]
pub(crate) struct GrandpaDeps {
	/// The rounds of votes.
	pub(crate) voter_state: SharedVoterState,
	/// The voters.
	pub(crate) authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// Proofs of finality as they come.
	pub(crate) justifications: GrandpaJustificationStream<Block>,
	/// Proofs of finality on demand.
	pub(crate) proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// All calls.
pub(crate) fn create(
	deps: Deps,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync>> {
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
	use sc_consensus_manual_seal::rpc::{ManualSeal, ManualSealApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};
	use utnet_client_consensus_poci::rpc::{
		PociApiServer, PociManualApiServer, PociManualRpc, PociRpc,
	};

	let Deps { client, pool, poci, grandpa, manual } = deps;
	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(
		Grandpa::new(
			executor,
			grandpa.authority_set,
			grandpa.voter_state,
			grandpa.justifications,
			grandpa.proofs,
		)
		.into_rpc(),
	)?;
	module.merge(PociRpc::new(client, poci).into_rpc())?;
	if let Some(ManualDeps { sink, skip }) = manual {
		module.merge(ManualSeal::new(sink).into_rpc())?;
		module.merge(PociManualRpc::new(skip).into_rpc())?;
	}
	Ok(module)
}
