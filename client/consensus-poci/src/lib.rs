//! PoCI block authorship: who may make a block, how it is sealed, how it is verified.
//!
//! The leader of a slot is a function of the parent's state and the slot, evaluated by the runtime
//! ([`Election`]). So there is nothing here to keep in step across forks and epochs: the worker and
//! the verifier ask the same question at the parent and get the same answer.
//!
//! ```text
//!                    ┌──────────── PociWorker ────────────┐
//!  slot begins ──▶ leader? ──▶ VRF ──▶ build ──▶ chip's seal ──▶ author's seal ──▶ block import
//!                                                (ChipSigner)    (keystore)            ▲
//!  network ──▶ HoldingQueue ──▶ BasicQueue ──▶ PociVerifier ───────────────────────────┘
//! ```
//!
//! - [`clock`]: slots in time, and a watch on the own clock.
//! - [`worker`], [`claim`]: making blocks.
//! - [`verifier`], [`equivocation`], [`early`]: judging the blocks of others.
//! - [`manual_seal`]: blocks on demand, in virtual time.
//! - [`monitor`], [`metrics`], [`rpc`]: what the operator sees.
//!
//! Finality is not here: the block import is whatever the node wires in, GRANDPA's as a rule.

pub mod claim;
pub mod clock;
pub mod early;
pub mod election;
pub mod equivocation;
pub mod manual_seal;
pub mod metrics;
pub mod monitor;
pub mod rpc;
pub mod verifier;
pub mod worker;

#[cfg(test)]
mod tests;

pub use claim::{Claim, LostSlot};
pub use clock::{Clock, SlotTime, SystemClock};
pub use early::HoldingQueue;
pub use election::{Duty, Election, RuntimeElection};
pub use equivocation::{EquivocationWatch, ReportEquivocation, RuntimeReporter};
pub use manual_seal::{ManualSealParams, ManualSealer};
pub use metrics::Metrics;
pub use monitor::{watch_chain, MonitorParams};
pub use verifier::{PociVerifier, RuntimeInherents, VerifierParams, VerifyError};
pub use worker::{PociWorker, WorkerParams};

use sc_client_api::AuxStore;
use sc_consensus::{
	import_queue::{BasicQueue, BoxJustificationImport},
	BlockImport, JustificationSyncLink,
};
use sc_consensus_slots::{
	start_slot_worker, BackoffAuthoringBlocksStrategy, InherentDataProviderExt,
	SimpleSlotWorkerToSlotWorker,
};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::ProvideRuntimeApi;
use sp_block_builder::BlockBuilder;
use sp_blockchain::HeaderBackend;
use sp_consensus::{Environment, Error as ConsensusError, Proposer, SelectChain, SyncOracle};
use sp_core::{traits::SpawnEssentialNamed, H256};
use sp_inherents::CreateInherentDataProviders;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use std::{future::Future, num::NonZeroU64, sync::Arc};
use substrate_prometheus_endpoint::{PrometheusError, Registry};
use utnet_primitives_consensus_poci::{inherents::InherentDataProvider as SlotProvider, PociApi};
use utnet_primitives_core::AccountId;

/// The target of log lines.
pub const LOG_TARGET: &str = "poci";

/// Why consensus cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
	/// The runtime does not answer, mostly because the chain specification is of another chain.
	#[error(
		"the runtime does not tell its slot duration: {0}. Is the chain specification of this chain?"
	)]
	Api(#[from] sp_api::ApiError),
	/// The genesis state has slots of no length. Make the chain specification again.
	#[error("the chain has slots of 0 ms; its genesis is broken")]
	NoSlotDuration,
	/// Metrics of these names are registered already. Make one [`Poci`] and share it.
	#[error("the metrics cannot be registered: {0}")]
	Metrics(#[from] PrometheusError),
}

/// What all parts of the engine share. Make one per node; clones are the same.
pub struct Poci<B: BlockT> {
	/// Who leads.
	pub election: Arc<dyn Election<B>>,
	/// The hash of block 0, to which seals are bound.
	pub genesis_hash: B::Hash,
	/// Where slots lie in time.
	pub time: SlotTime,
	/// The clock.
	pub clock: Arc<dyn Clock>,
	/// The node's figures.
	pub metrics: Metrics,
}

impl<B: BlockT> Clone for Poci<B> {
	fn clone(&self) -> Self {
		Self {
			election: Arc::clone(&self.election),
			genesis_hash: self.genesis_hash,
			time: self.time,
			clock: Arc::clone(&self.clock),
			metrics: self.metrics.clone(),
		}
	}
}

impl<B: BlockT> Poci<B> {
	/// Asks the runtime of `client` for what genesis fixed and registers the metrics.
	///
	/// # Errors
	///
	/// [`StartError`].
	pub fn new<C>(client: Arc<C>, registry: Option<&Registry>) -> Result<Self, StartError>
	where
		C: ProvideRuntimeApi<B> + HeaderBackend<B> + 'static,
		C::Api: PociApi<B, AccountId>,
	{
		let info = client.info();
		// The one state that is there however the chain was synced and pruned.
		let at = info.finalized_state.map_or(info.genesis_hash, |(hash, _)| hash);
		let election: Arc<dyn Election<B>> = Arc::new(RuntimeElection::new(client));
		let slot_duration = election.configuration(at)?.slot_duration;
		let millis = NonZeroU64::new(slot_duration).ok_or(StartError::NoSlotDuration)?;
		Ok(Self {
			election,
			genesis_hash: info.genesis_hash,
			time: SlotTime::new(millis),
			clock: Arc::new(SystemClock),
			metrics: Metrics::new(registry)?,
		})
	}

	/// The inherents of a block made now: its slot and its timestamp.
	pub fn providers_now(&self) -> (SlotProvider, sp_timestamp::InherentDataProvider) {
		let now = self.clock.now();
		(
			SlotProvider::new(self.time.slot_at(now)),
			sp_timestamp::InherentDataProvider::new(now.into()),
		)
	}
}

/// What [`import_queue`] needs.
pub struct ImportQueueParams<'a, B: BlockT, C, I, P, S> {
	/// The engine.
	pub poci: Poci<B>,
	/// The client.
	pub client: Arc<C>,
	/// Where verified blocks go.
	pub block_import: I,
	/// Where justifications go.
	pub justification_import: Option<BoxJustificationImport<B>>,
	/// Makes the data that inherents are checked against.
	pub create_inherent_data_providers: P,
	/// Where reports of equivocations are submitted.
	pub pool: OffchainTransactionPoolFactory<B>,
	/// Runs the queue.
	pub spawner: &'a S,
	/// Where the queue's own metrics go.
	pub registry: Option<&'a Registry>,
}

/// The import queue of a node.
pub type PociImportQueue<B> = HoldingQueue<B, BasicQueue<B>>;

/// The queue through which the blocks of others are verified and imported.
pub fn import_queue<B, C, I, P, S>(
	params: ImportQueueParams<'_, B, C, I, P, S>,
) -> PociImportQueue<B>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B> + ProvideRuntimeApi<B> + Send + Sync + 'static,
	C::Api: BlockBuilder<B> + PociApi<B, AccountId>,
	I: BlockImport<B, Error = ConsensusError> + Send + Sync + 'static,
	P: CreateInherentDataProviders<B, ()> + Send + Sync + 'static,
	P::InherentDataProviders: Send + Sync,
	S: SpawnEssentialNamed,
{
	let client = params.client;
	let reporter = Arc::new(RuntimeReporter::new(Arc::clone(&client), params.pool));
	let verifier = PociVerifier::new(VerifierParams {
		client: Arc::clone(&client),
		poci: params.poci,
		inherents: Arc::new(RuntimeInherents::new(
			Arc::clone(&client),
			params.create_inherent_data_providers,
		)),
		equivocations: EquivocationWatch::new(client, reporter),
	});
	let queue = BasicQueue::new(
		verifier.clone(),
		Box::new(params.block_import),
		params.justification_import,
		params.spawner,
		params.registry,
	);
	HoldingQueue::new(queue, Arc::new(verifier), params.spawner)
}

/// Makes blocks for as long as the future is polled.
///
/// Own blocks go through `worker.block_import` once and never through the verifier.
pub fn start_poci<B, C, I, PF, SO, L, BS, SC, P, E>(
	worker: WorkerParams<B, C, I, PF, SO, L, BS>,
	select_chain: SC,
	create_inherent_data_providers: P,
) -> impl Future<Output = ()>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B> + Send + Sync,
	I: BlockImport<B> + Send + Sync + 'static,
	PF: Environment<B, Error = E> + Send + Sync,
	PF::Proposer: Proposer<B, Error = E>,
	SO: SyncOracle + Clone + Send + Sync,
	L: JustificationSyncLink<B>,
	BS: BackoffAuthoringBlocksStrategy<NumberFor<B>> + Send + Sync,
	SC: SelectChain<B>,
	P: CreateInherentDataProviders<B, ()> + Send + 'static,
	P::InherentDataProviders: InherentDataProviderExt + Send,
	E: std::error::Error + Send + From<ConsensusError> + 'static,
{
	let slot_duration = worker.poci.time.slot_duration();
	let sync_oracle = worker.sync_oracle.clone();
	start_slot_worker(
		slot_duration,
		select_chain,
		SimpleSlotWorkerToSlotWorker(PociWorker::new(worker)),
		sync_oracle,
		create_inherent_data_providers,
	)
}
