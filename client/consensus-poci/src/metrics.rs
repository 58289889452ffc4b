//! What Prometheus is told.

use substrate_prometheus_endpoint::{
	exponential_buckets, register, Counter, CounterVec, Gauge, Histogram, HistogramOpts, Opts,
	PrometheusError, Registry, F64, I64, U64,
};

/// The figures of one node. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics {
	/// Slots for which a miner of this node was drawn and its key was at hand.
	pub slots_led: Counter<U64>,
	/// Slots of this node for which a block was sealed.
	pub slots_sealed: Counter<U64>,
	/// Sealed blocks that are recovery blocks.
	pub recovery_blocks: Counter<U64>,
	/// Slots of this node that were lost, by reason.
	pub slots_missed: CounterVec<U64>,
	/// How long the chip signer took for a seal, in seconds.
	pub signer_latency: Histogram,
	/// The share of slots without a block in the best chain, lately, 0 to 1.
	pub empty_slot_share: Gauge<F64>,
	/// Blocks of the best chain that are not final yet.
	pub finality_lag: Gauge<U64>,
	/// The strongest miner's share of the power that elects the current epoch, 0 to 1.
	pub strongest_share: Gauge<F64>,
	/// How far the own clock is ahead of those of other miners, in milliseconds.
	pub clock_skew: Gauge<I64>,
	/// Headers of others that were refused, by reason.
	pub headers_refused: CounterVec<U64>,
	/// Blocks of others that came early and were held back.
	pub headers_held: Counter<U64>,
	/// Equivocations seen.
	pub equivocations: Counter<U64>,
}

impl Metrics {
	/// Figures in `registry`; without one they are counted and shown to nobody.
	///
	/// # Errors
	///
	/// If `registry` holds metrics of these names already.
	pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let counter = |name: &str, help: &str| place(Counter::new(name, help)?, registry);
		let reasons = |name: &str, help: &str| {
			place(CounterVec::new(Opts::new(name, help), &["reason"])?, registry)
		};
		let share = |name: &str, help: &str| place(Gauge::<F64>::new(name, help)?, registry);
		Ok(Self {
			slots_led: counter(
				"poci_slots_led_total",
				"Slots for which a miner of this node was drawn",
			)?,
			slots_sealed: counter("poci_slots_sealed_total", "Slots this node sealed a block for")?,
			recovery_blocks: counter(
				"poci_recovery_blocks_total",
				"Blocks this node made without a chip's seal",
			)?,
			slots_missed: reasons(
				"poci_slots_missed_total",
				"Slots this node was drawn for and lost",
			)?,
			signer_latency: place(
				Histogram::with_opts(
					HistogramOpts::new(
						"poci_signer_seconds",
						"How long the chip signer took for a seal",
					)
					.buckets(exponential_buckets(0.001, 2.0, 14)?),
				)?,
				registry,
			)?,
			empty_slot_share: share(
				"poci_empty_slot_share",
				"The share of recent slots without a block in the best chain",
			)?,
			finality_lag: place(
				Gauge::<U64>::new(
					"poci_finality_lag_blocks",
					"Blocks of the best chain that are not final yet",
				)?,
				registry,
			)?,
			strongest_share: share(
				"poci_strongest_miner_share",
				"The strongest miner's share of power; above 1/3 it can stop finality alone",
			)?,
			clock_skew: place(
				Gauge::<I64>::new(
					"poci_clock_skew_milliseconds",
					"How far this clock is ahead of those of other miners",
				)?,
				registry,
			)?,
			headers_refused: reasons(
				"poci_headers_refused_total",
				"Headers of other miners that were refused",
			)?,
			headers_held: counter(
				"poci_headers_held_total",
				"Blocks of other miners that came early and were held back",
			)?,
			equivocations: counter(
				"poci_equivocations_total",
				"Pairs of headers of one miner for one slot",
			)?,
		})
	}
}

fn place<T>(metric: T, registry: Option<&Registry>) -> Result<T, PrometheusError>
where
	T: Clone + substrate_prometheus_endpoint::prometheus::core::Collector + 'static,
{
	match registry {
		Some(registry) => register(metric, registry),
		None => Ok(metric),
	}
}
