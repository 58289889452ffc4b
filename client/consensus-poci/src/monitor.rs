//! Watches the chain for the operator: empty slots, lagging finality, too much power in one hand.

use log::{debug, warn};
use sp_blockchain::HeaderBackend;
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	SaturatedConversion, Saturating,
};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use utnet_primitives_consensus_poci::{Slot, Status};

use crate::{verifier::slot_of, Poci, LOG_TARGET};

/// The slots that the share of empty ones is taken over.
const WINDOW: u64 = 600;

/// How often the list of miners is looked at.
const STATUS_INTERVAL: Duration = Duration::from_secs(60);

/// Whether the strongest miner of `status` has more than a third of the power, so that it can stop
/// finality alone.
pub fn has_too_strong_miner<AccountId>(status: &Status<AccountId>) -> bool {
	status.strongest.as_ref().is_some_and(|(_, power)| power.saturating_mul(3) > status.total_power)
}

/// The strongest miner's share of the power in millionths.
pub(crate) fn strongest_share<AccountId>(status: &Status<AccountId>) -> u32 {
	let Some((_, power)) = &status.strongest else { return 0 };
	power
		.saturating_mul(1_000_000)
		.checked_div(status.total_power)
		.and_then(|share| u32::try_from(share).ok())
		.unwrap_or(0)
}

/// Blocks of the best chain that are not final.
pub fn finality_lag<B: BlockT>(chain: &impl HeaderBackend<B>) -> u64 {
	let info = chain.info();
	let lag: NumberFor<B> = info.best_number.saturating_sub(info.finalized_number);
	lag.saturated_into()
}

/// The share of empty slots among the last 600.
#[derive(Debug, Default)]
pub struct EmptySlots {
	heads: VecDeque<(Slot, u64)>,
}

impl EmptySlots {
	/// Notes that block `number` was the best one in `slot`; returns the share of slots without a
	/// block, 0 to 1, once there are two observations.
	pub fn observe(&mut self, slot: Slot, number: u64) -> Option<f64> {
		self.heads.push_back((slot, number));
		while self.heads.front().is_some_and(|(first, _)| *first + WINDOW < slot) {
			self.heads.pop_front();
		}
		let (first, base) = self.heads.front()?;
		let slots = u32::try_from(u64::from(slot.saturating_sub(*first))).ok()?;
		if slots == 0 {
			return None;
		}
		// A reorganisation may have shortened the chain.
		let blocks = u32::try_from(number.saturating_sub(*base)).ok()?.min(slots);
		Some(1.0 - f64::from(blocks) / f64::from(slots))
	}
}

/// What [`watch_chain`] looks at.
pub struct MonitorParams<B: BlockT, C> {
	/// The headers of the chain.
	pub client: Arc<C>,
	/// The election, the clock and the figures.
	pub poci: Poci<B>,
}

/// Keeps the figures of the chain up to date; never ends.
pub async fn watch_chain<B: BlockT, C: HeaderBackend<B>>(params: MonitorParams<B, C>) {
	let mut monitor = Monitor::new(params);
	loop {
		monitor.look();
		let pause = monitor.params.poci.time.duration().max(Duration::from_millis(100));
		monitor.params.poci.clock.sleep(pause).await;
	}
}

/// One look after the other.
pub struct Monitor<B: BlockT, C> {
	params: MonitorParams<B, C>,
	empty: EmptySlots,
	status_read_at: Option<Duration>,
	has_warned: bool,
}

impl<B: BlockT, C: HeaderBackend<B>> Monitor<B, C> {
	/// A monitor that has seen nothing yet.
	pub fn new(params: MonitorParams<B, C>) -> Self {
		Self { params, empty: EmptySlots::default(), status_read_at: None, has_warned: false }
	}

	/// Looks at the best chain now.
	pub fn look(&mut self) {
		let MonitorParams { client, poci: Poci { clock, metrics, .. } } = &self.params;
		metrics.finality_lag.set(finality_lag(&**client));
		let best = client.info();
		if let Ok(Some(header)) = client.header(best.best_hash) {
			if let Ok(Some(slot)) = slot_of(&header) {
				// Measured to the best block: the slot that is running may still get one.
				let number = best.best_number.saturated_into();
				if let Some(share) = self.empty.observe(slot, number) {
					metrics.empty_slot_share.set(share);
				}
			}
		}
		let now = clock.now();
		let is_due = self
			.status_read_at
			.is_none_or(|read_at| now.saturating_sub(read_at) >= STATUS_INTERVAL);
		if is_due {
			self.status_read_at = Some(now);
			self.look_at_miners(best.best_hash);
		}
	}

	fn look_at_miners(&mut self, best: B::Hash) {
		let status = match self.params.poci.election.status(best) {
			Ok(status) => status,
			Err(error) => {
				debug!(target: LOG_TARGET, "The runtime does not tell its miners: {error}");
				return;
			}
		};
		let share = strongest_share(&status);
		self.params.poci.metrics.strongest_share.set(f64::from(share) / 1_000_000.0);
		let is_too_strong = status.miners > 1 && has_too_strong_miner(&status);
		if is_too_strong && !self.has_warned {
			if let Some((miner, _)) = &status.strongest {
				warn!(
					target: LOG_TARGET,
					"⚖️ Miner {miner} holds {}.{} % of the power: with more than a third it can stop \
					 finality alone.",
					share / 10_000,
					share / 1_000 % 10,
				);
			}
		}
		self.has_warned = is_too_strong;
	}
}
