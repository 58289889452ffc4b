//! Finding two headers of one author for one slot, and reporting them.

use log::{info, warn};
use parking_lot::Mutex;
use sc_client_api::AuxStore;
use sc_consensus_slots::check_equivocation;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_runtime::traits::{Block as BlockT, Header as HeaderT};
use std::sync::Arc;
use utnet_primitives_consensus_poci::{AuthorityId, EquivocationProof, PociApi, Slot};
use utnet_primitives_core::AccountId;

use crate::LOG_TARGET;

/// Why a report did not go out. The block that gave rise to it is imported all the same.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
	/// The runtime's call failed: the state is gone or the runtime lacks the API. Other nodes
	/// report too.
	#[error("the runtime did not answer: {0}")]
	Api(#[from] sp_api::ApiError),
	/// The runtime finds no list with this author for the slot: it is too old to be punished, or
	/// belongs to a fork.
	#[error("the best block knows no list that elected this author")]
	UnknownAuthor,
	/// The runtime refused the report, mostly because it is in the pool or in a block already.
	#[error("the report was refused; most often it is known already")]
	Refused,
}

/// Where proofs of equivocation go.
pub trait ReportEquivocation<B: BlockT>: Send + Sync {
	/// Reports `proof` to the chain.
	fn report(&self, proof: EquivocationProof<B::Header>) -> Result<(), ReportError>;
}

/// Reports through the runtime API, which submits a free transaction to the pool.
pub struct RuntimeReporter<B: BlockT, C> {
	client: Arc<C>,
	pool: OffchainTransactionPoolFactory<B>,
}

impl<B: BlockT, C> RuntimeReporter<B, C> {
	/// Reports to the runtime of `client`, with transactions for `pool`.
	pub fn new(client: Arc<C>, pool: OffchainTransactionPoolFactory<B>) -> Self {
		Self { client, pool }
	}
}

impl<B, C> ReportEquivocation<B> for RuntimeReporter<B, C>
where
	B: BlockT,
	C: HeaderBackend<B> + ProvideRuntimeApi<B> + Send + Sync,
	C::Api: PociApi<B, AccountId>,
{
	fn report(&self, proof: EquivocationProof<B::Header>) -> Result<(), ReportError> {
		let best = self.client.info().best_hash;
		let mut api = self.client.runtime_api();
		api.register_extension(self.pool.offchain_transaction_pool(best));
		let ownership = api
			.generate_key_ownership_proof(best, proof.slot, proof.offender.clone())?
			.ok_or(ReportError::UnknownAuthor)?;
		api.submit_report_equivocation(best, proof, ownership)?.ok_or(ReportError::Refused)
	}
}

/// Remembers the headers of recent slots and reports the second one of an author.
pub struct EquivocationWatch<B: BlockT, C> {
	client: Arc<C>,
	reporter: Arc<dyn ReportEquivocation<B>>,
	// The memory is read and written in two steps; two verifiers at once would each miss the
	// other's header.
	memory: Mutex<()>,
}

impl<B: BlockT, C: AuxStore> EquivocationWatch<B, C> {
	/// Remembers in the auxiliary store of `client` and tells `reporter`.
	pub fn new(client: Arc<C>, reporter: Arc<dyn ReportEquivocation<B>>) -> Self {
		Self { client, reporter, memory: Mutex::new(()) }
	}

	/// Notes `header` with both its seals, whose author's seal has been checked; tells whether the
	/// author sealed another header for `slot` before.
	///
	/// Trouble of this node's own is logged and not blamed on the header.
	pub fn observe(
		&self,
		slot_now: Slot,
		slot: Slot,
		header: &B::Header,
		author: &AuthorityId,
	) -> bool {
		let found = {
			let _guard = self.memory.lock();
			// The memory ignores headers of slots that have not begun; an early one is seen as of
			// its own slot.
			check_equivocation(&*self.client, slot_now.max(slot), slot, header, author)
		};
		let proof = match found {
			Ok(Some(proof)) => proof,
			Ok(None) => return false,
			Err(error) => {
				warn!(target: LOG_TARGET, "Cannot look for equivocations: {error}");
				return false;
			}
		};
		info!(
			target: LOG_TARGET,
			"👥 The author {author} sealed two headers for slot {slot}: {:?} and {:?}",
			proof.first_header.hash(),
			proof.second_header.hash(),
		);
		match self.reporter.report(proof) {
			Ok(()) => info!(target: LOG_TARGET, "Reported the equivocation in slot {slot}"),
			Err(error) => {
				info!(target: LOG_TARGET, "Did not report the equivocation in slot {slot}: {error}");
			}
		}
		true
	}
}
