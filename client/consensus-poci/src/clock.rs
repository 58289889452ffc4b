//! Time: the wall clock, the slots on it, and how far it is from the clocks of others.

use async_trait::async_trait;
use futures_timer::Delay;
use log::warn;
use parking_lot::Mutex;
use std::{
	collections::{HashMap, VecDeque},
	num::NonZeroU64,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use utnet_primitives_consensus_poci::{AuthorityId, Slot, SlotDuration};

use crate::{metrics::Metrics, LOG_TARGET};

/// The wall clock and waiting, so that tests can let hours pass in no time.
#[async_trait]
pub trait Clock: Send + Sync {
	/// The time since the Unix epoch.
	fn now(&self) -> Duration;

	/// Waits for `duration`.
	async fn sleep(&self, duration: Duration);
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
	fn now(&self) -> Duration {
		// A clock before 1970 reads as 1970: every slot is then too early, which is said in plain
		// words where a block is refused.
		SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
	}

	async fn sleep(&self, duration: Duration) {
		Delay::new(duration).await;
	}
}

/// Where slots lie in time: slot `s` begins `s · duration` after the Unix epoch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SlotTime {
	millis: NonZeroU64,
}

impl SlotTime {
	/// Slots of `millis` milliseconds.
	pub fn new(millis: NonZeroU64) -> Self {
		Self { millis }
	}

	/// The length of a slot.
	pub fn duration(&self) -> Duration {
		Duration::from_millis(self.millis.get())
	}

	/// The length of a slot as the SDK writes it.
	pub fn slot_duration(&self) -> SlotDuration {
		SlotDuration::from_millis(self.millis.get())
	}

	/// The slot that `time` lies in.
	pub fn slot_at(&self, time: Duration) -> Slot {
		Slot::from(millis(time) / self.millis.get())
	}

	/// When `slot` begins.
	pub fn start_of(&self, slot: Slot) -> Duration {
		Duration::from_millis(u64::from(slot).saturating_mul(self.millis.get()))
	}

	/// When `slot` is over.
	pub fn end_of(&self, slot: Slot) -> Duration {
		self.start_of(slot.saturating_add(1u64))
	}

	/// How early a block may come and be taken at once: 500 ms or a quarter of a slot, whichever
	/// is shorter.
	pub fn tolerance(&self) -> Duration {
		Duration::from_millis(500).min(self.duration() / 4)
	}

	/// How long a block of `slot` that came at `now` has to wait: nothing within the
	/// [tolerance](Self::tolerance), else until the slot begins.
	pub fn wait_for(&self, slot: Slot, now: Duration) -> Duration {
		let early = self.start_of(slot).saturating_sub(now);
		if early > self.tolerance() {
			early
		} else {
			Duration::ZERO
		}
	}

	/// Whether a block of `slot` that came at `now` is so early that it is refused: by more than
	/// two slots.
	pub fn is_too_early(&self, slot: Slot, now: Duration) -> bool {
		self.start_of(slot).saturating_sub(now) > self.duration() * 2
	}
}

/// `time` in whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// By how many milliseconds `later` comes after `earlier`; negative where it comes before.
fn millis_between(earlier: Duration, later: Duration) -> i64 {
	let forwards = i64::try_from(later.saturating_sub(earlier).as_millis()).unwrap_or(i64::MAX);
	let backwards = i64::try_from(earlier.saturating_sub(later).as_millis()).unwrap_or(i64::MAX);
	forwards.saturating_sub(backwards)
}

/// How far the own clock may be from those of others before the operator is told, in milliseconds.
pub const SKEW_LIMIT: i64 = 250;

/// Blocks that the estimate looks back on.
const SKEW_WINDOW: usize = 32;

/// Fewer blocks than this say nothing.
const SKEW_SAMPLES: usize = 4;

/// A warning is repeated after this time at the earliest.
const SKEW_SILENCE: Duration = Duration::from_secs(600);

/// A block with a shorter body in bytes was built in no time, so that its delay is the clock's or
/// the network's.
pub const LIGHT_BODY: usize = 1_024;

/// Compares the own clock with the times at which others make their blocks.
///
/// An author begins its block when its slot begins by its own clock. A block that arrives before
/// that moment proves two clocks apart. One that arrives late may also have been long in the
/// making, so lateness is only read off blocks that are nearly empty, and of each author only its
/// quickest block counts. The median over the authors outvotes single wrong clocks.
#[derive(Debug, Default)]
pub struct SkewWatch {
	state: Mutex<SkewState>,
}

#[derive(Debug, Default)]
struct SkewState {
	samples: VecDeque<(AuthorityId, i64)>,
	warned_at: Option<Duration>,
}

impl SkewWatch {
	/// Notes that a block of `author`, for a slot that begins at `slot_start`, arrived `now`;
	/// `is_light` where its body is shorter than [`LIGHT_BODY`].
	///
	/// Returns the skew in milliseconds if the operator was warned of it just now: positive where
	/// the own clock is ahead.
	pub fn observe(
		&self,
		author: &AuthorityId,
		slot_start: Duration,
		now: Duration,
		is_light: bool,
		metrics: &Metrics,
	) -> Option<i64> {
		let offset = millis_between(slot_start, now);
		if offset > 0 && !is_light {
			return None;
		}
		let mut state = self.state.lock();
		if state.samples.len() >= SKEW_WINDOW {
			state.samples.pop_front();
		}
		state.samples.push_back((author.clone(), offset));
		let skew = state.estimate()?;
		metrics.clock_skew.set(skew);
		let is_silent =
			state.warned_at.is_some_and(|warned_at| now.saturating_sub(warned_at) < SKEW_SILENCE);
		if skew.abs() <= SKEW_LIMIT || is_silent {
			return None;
		}
		state.warned_at = Some(now);
		drop(state);
		warn_of(skew);
		Some(skew)
	}
}

impl SkewState {
	/// The median over authors of their quickest blocks; of two middle values the one nearer zero.
	fn estimate(&self) -> Option<i64> {
		if self.samples.len() < SKEW_SAMPLES {
			return None;
		}
		let mut quickest = HashMap::<&AuthorityId, i64>::new();
		for (author, offset) in &self.samples {
			quickest
				.entry(author)
				.and_modify(|least| *least = (*least).min(*offset))
				.or_insert(*offset);
		}
		let mut offsets = quickest.into_values().collect::<Vec<_>>();
		offsets.sort_unstable();
		let middle = offsets.len() / 2;
		let upper = offsets.get(middle).copied()?;
		if offsets.len() % 2 == 1 {
			return Some(upper);
		}
		let lower = middle.checked_sub(1).and_then(|index| offsets.get(index)).copied()?;
		Some(if lower.abs() < upper.abs() { lower } else { upper })
	}
}

fn warn_of(skew: i64) {
	if skew < 0 {
		warn!(
			target: LOG_TARGET,
			"⏰ Blocks of other miners arrive {} ms before their slots begin by this machine's \
			 clock: it seems to be slow. Blocks made here would come late and lose their slots. \
			 Check the time synchronisation (`timedatectl`, `chronyc tracking`).",
			skew.unsigned_abs(),
		);
	} else {
		warn!(
			target: LOG_TARGET,
			"⏰ Even the quickest blocks of other miners arrive {skew} ms after their slots begin by \
			 this machine's clock: it seems to be fast, or the way to the network is slow. Blocks \
			 made here would come early and be held back. Check the time synchronisation \
			 (`timedatectl`, `chronyc tracking`) and the connection.",
		);
	}
}
