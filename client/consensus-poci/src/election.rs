//! The runtime's answers about the election, behind a trait.

use sp_api::{ApiError, ProvideRuntimeApi};
use sp_runtime::traits::Block as BlockT;
use std::sync::Arc;
use utnet_primitives_consensus_poci::{
	Configuration, EpochIndex, Leader, PociApi, Slot, Status, Vacancy,
};
use utnet_primitives_core::AccountId;
use utnet_primitives_security_engine::ChipId;

/// Who leads a slot, and what it proves its randomness over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Duty {
	/// The slot's epoch.
	pub epoch: EpochIndex,
	/// Who leads, and with which chip.
	pub leader: Leader<AccountId>,
}

/// Slots and who leads them, with which chip; `None` where nobody does.
pub type Schedule = Vec<(Slot, Option<(AccountId, ChipId)>)>;

/// The election, asked at the state of a block.
pub trait Election<B: BlockT>: Send + Sync {
	/// Who may make the block of `slot` on top of `parent`.
	fn duty(&self, parent: B::Hash, slot: Slot) -> Result<Option<Duty>, ApiError>;

	/// Why nobody may make the block of `slot` on top of `parent`, though a miner was drawn.
	fn vacancy(&self, parent: B::Hash, slot: Slot) -> Result<Option<Vacancy<AccountId>>, ApiError>;

	/// The epoch of `slot` as seen from `at`.
	fn epoch_of(&self, at: B::Hash, slot: Slot) -> Result<EpochIndex, ApiError>;

	/// What genesis fixed.
	fn configuration(&self, at: B::Hash) -> Result<Configuration, ApiError>;

	/// The leaders of `count` slots from `first` on; the runtime may return fewer.
	fn schedule(&self, at: B::Hash, first: Slot, count: u32) -> Result<Schedule, ApiError>;

	/// The election at a glance.
	fn status(&self, at: B::Hash) -> Result<Status<AccountId>, ApiError>;
}

/// Asks the runtime of a client.
///
/// Every call runs in the default context, without the changes of a block being built: the leader
/// is a function of the parent's state and the slot alone.
pub struct RuntimeElection<C> {
	client: Arc<C>,
}

impl<C> RuntimeElection<C> {
	/// Asks the runtime of `client`.
	pub fn new(client: Arc<C>) -> Self {
		Self { client }
	}
}

impl<B, C> Election<B> for RuntimeElection<C>
where
	B: BlockT,
	C: ProvideRuntimeApi<B> + Send + Sync,
	C::Api: PociApi<B, AccountId>,
{
	fn duty(&self, parent: B::Hash, slot: Slot) -> Result<Option<Duty>, ApiError> {
		let api = self.client.runtime_api();
		let Some(leader) = api.slot_leader(parent, slot)? else { return Ok(None) };
		Ok(Some(Duty { epoch: api.epoch_of(parent, slot)?, leader }))
	}

	fn vacancy(&self, parent: B::Hash, slot: Slot) -> Result<Option<Vacancy<AccountId>>, ApiError> {
		self.client.runtime_api().slot_vacancy(parent, slot)
	}

	fn epoch_of(&self, at: B::Hash, slot: Slot) -> Result<EpochIndex, ApiError> {
		self.client.runtime_api().epoch_of(at, slot)
	}

	fn configuration(&self, at: B::Hash) -> Result<Configuration, ApiError> {
		self.client.runtime_api().configuration(at)
	}

	fn schedule(&self, at: B::Hash, first: Slot, count: u32) -> Result<Schedule, ApiError> {
		self.client.runtime_api().epoch_schedule(at, first, count)
	}

	fn status(&self, at: B::Hash) -> Result<Status<AccountId>, ApiError> {
		self.client.runtime_api().status(at)
	}
}
