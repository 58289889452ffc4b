//! An import queue that sets early blocks aside.
//!
//! The basic queue verifies one block after the other. If an early block waited for its slot in
//! there, every block behind it would wait too, and the leader of a slot could make its peers miss
//! the blocks of the slots before, just by sending its own block ahead of time. So early blocks
//! wait in front of the queue while the others pass.
//!
//! ```text
//!  sync ──▶ HoldingQueue ──────────── in time ──────────────▶ BasicQueue ──▶ verify, import
//!               │                                                ▲
//!               └─ early and authentic ──▶ wait for the slot ────┘
//! ```
//!
//! Only headers that pass [`PociVerifier::inspect`] are set aside, or whose parent is still in the
//! queue; all others go straight on to be refused there. At most [`MAX_HELD`] blocks wait here; the
//! verifier itself holds back whatever gets past.

use async_trait::async_trait;
use futures::{
	channel::mpsc::{unbounded, UnboundedReceiver, UnboundedSender},
	future::BoxFuture,
	stream::{FuturesUnordered, StreamExt},
	FutureExt,
};
use log::debug;
use sc_client_api::AuxStore;
use sc_consensus::{
	import_queue::{ImportQueueService, IncomingBlock, Link, RuntimeOrigin},
	ImportQueue,
};
use sp_blockchain::HeaderBackend;
use sp_consensus::BlockOrigin;
use sp_core::{traits::SpawnEssentialNamed, H256};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	Justifications,
};
use std::{
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	task::Context,
	time::Duration,
};
use utnet_primitives_consensus_poci::{find_pre_digest, Slot};

use crate::{
	clock::{millis, Clock, SlotTime},
	verifier::{PociVerifier, VerifyError},
	LOG_TARGET,
};

/// The most blocks that wait in front of the queue.
pub const MAX_HELD: usize = 64;

/// What decides whether an early block may wait.
pub trait Gate<B: BlockT>: Send + Sync {
	/// Where slots lie in time.
	fn time(&self) -> SlotTime;

	/// The clock.
	fn clock(&self) -> Arc<dyn Clock>;

	/// Whether `block` is worth holding: authentic as far as can be told now.
	fn admits(&self, block: &IncomingBlock<B>) -> bool;
}

impl<B, C> Gate<B> for PociVerifier<B, C>
where
	B: BlockT<Hash = H256>,
	C: AuxStore + HeaderBackend<B> + Send + Sync,
{
	fn time(&self) -> SlotTime {
		Self::time(self)
	}

	fn clock(&self) -> Arc<dyn Clock> {
		Self::clock(self)
	}

	fn admits(&self, block: &IncomingBlock<B>) -> bool {
		let Some(header) = block.header.clone() else { return false };
		match self.inspect(header) {
			Ok(authentic) => {
				// When it leaves here it is no longer early: the clocks are compared now.
				self.observe_arrival(&authentic, block.body.as_deref());
				true
			}
			Err(VerifyError::UnknownParent(_)) => true,
			Err(_) => false,
		}
	}
}

/// Blocks of one message to the queue.
struct Batch<B: BlockT> {
	origin: BlockOrigin,
	blocks: Vec<IncomingBlock<B>>,
}

/// When the first early block of `blocks` stands where, and how long it has to wait.
fn first_early<B: BlockT>(
	blocks: &[IncomingBlock<B>],
	time: &SlotTime,
	now: Duration,
) -> Option<(usize, Duration)> {
	blocks.iter().enumerate().find_map(|(index, block)| {
		// Blocks that are not checked against the clock later need not wait now.
		if block.skip_execution || block.state.is_some() {
			return None;
		}
		let slot: Slot = find_pre_digest(block.header.as_ref()?).ok()?.slot;
		let wait = time.wait_for(slot, now);
		(!wait.is_zero() && !time.is_too_early(slot, now)).then_some((index, wait))
	})
}

/// An import queue in front of another one.
pub struct HoldingQueue<B: BlockT, Q> {
	inner: Q,
	service: HoldingService<B>,
}

impl<B: BlockT, Q: ImportQueue<B>> HoldingQueue<B, Q> {
	/// Sets the early ones of the blocks for `inner` aside, in a task spawned by `spawner`.
	pub fn new(inner: Q, gate: Arc<dyn Gate<B>>, spawner: &impl SpawnEssentialNamed) -> Self {
		let (sender, receiver) = unbounded();
		let held = Arc::new(AtomicUsize::new(0));
		spawner.spawn_essential_blocking(
			"poci-early-blocks",
			Some("block-import"),
			hold(inner.service(), receiver, Arc::clone(&gate), Arc::clone(&held)).boxed(),
		);
		let service = HoldingService { inner: inner.service(), sender, gate, held };
		Self { inner, service }
	}
}

#[async_trait]
impl<B: BlockT, Q: ImportQueue<B>> ImportQueue<B> for HoldingQueue<B, Q> {
	fn service(&self) -> Box<dyn ImportQueueService<B>> {
		Box::new(HoldingService {
			inner: self.inner.service(),
			sender: self.service.sender.clone(),
			gate: Arc::clone(&self.service.gate),
			held: Arc::clone(&self.service.held),
		})
	}

	fn service_ref(&mut self) -> &mut dyn ImportQueueService<B> {
		&mut self.service
	}

	fn poll_actions(&mut self, cx: &mut Context<'_>, link: &dyn Link<B>) {
		self.inner.poll_actions(cx, link);
	}

	async fn run(self, link: &dyn Link<B>) {
		let Self { inner, service: _service } = self;
		inner.run(link).await;
	}
}

/// Hands blocks to the queue and early ones to the task that holds them.
struct HoldingService<B: BlockT> {
	inner: Box<dyn ImportQueueService<B>>,
	sender: UnboundedSender<Batch<B>>,
	gate: Arc<dyn Gate<B>>,
	held: Arc<AtomicUsize>,
}

impl<B: BlockT> ImportQueueService<B> for HoldingService<B> {
	fn import_blocks(&mut self, origin: BlockOrigin, mut blocks: Vec<IncomingBlock<B>>) {
		let now = self.gate.clock().now();
		let Some((first, _)) = first_early(&blocks, &self.gate.time(), now) else {
			self.inner.import_blocks(origin, blocks);
			return;
		};
		let early = blocks.split_off(first);
		if !blocks.is_empty() {
			self.inner.import_blocks(origin, blocks);
		}
		let count = early.len();
		let is_full =
			self.held.fetch_add(count, Ordering::Relaxed).saturating_add(count) > MAX_HELD;
		if is_full {
			self.held.fetch_sub(count, Ordering::Relaxed);
			self.inner.import_blocks(origin, early);
		} else if let Err(error) = self.sender.unbounded_send(Batch { origin, blocks: early }) {
			self.held.fetch_sub(count, Ordering::Relaxed);
			let Batch { origin, blocks } = error.into_inner();
			self.inner.import_blocks(origin, blocks);
		}
	}

	fn import_justifications(
		&mut self,
		who: RuntimeOrigin,
		hash: B::Hash,
		number: NumberFor<B>,
		justifications: Justifications,
	) {
		self.inner.import_justifications(who, hash, number, justifications);
	}
}

/// Lets each batch wait until its first block is no longer early, then hands on what is due.
async fn hold<B: BlockT>(
	mut queue: Box<dyn ImportQueueService<B>>,
	mut incoming: UnboundedReceiver<Batch<B>>,
	gate: Arc<dyn Gate<B>>,
	held: Arc<AtomicUsize>,
) {
	let mut waiting = FuturesUnordered::<BoxFuture<'static, Batch<B>>>::new();
	loop {
		let (batch, is_new) = futures::select! {
			batch = incoming.next() => match batch {
				Some(batch) => (batch, true),
				None => return,
			},
			batch = waiting.select_next_some() => (batch, false),
		};
		let Batch { origin, mut blocks } = batch;
		let early = match first_early(&blocks, &gate.time(), gate.clock().now()) {
			Some((first, wait)) => {
				let is_admitted = !is_new || blocks.get(first).is_some_and(|b| gate.admits(b));
				is_admitted.then(|| (blocks.split_off(first), wait))
			}
			None => None,
		};
		if !blocks.is_empty() {
			held.fetch_sub(blocks.len(), Ordering::Relaxed);
			queue.import_blocks(origin, blocks);
		}
		if let Some((blocks, wait)) = early {
			debug!(
				target: LOG_TARGET,
				"{} blocks came {} ms early and wait", blocks.len(), millis(wait),
			);
			let clock = gate.clock();
			waiting.push(
				async move {
					clock.sleep(wait).await;
					Batch { origin, blocks }
				}
				.boxed(),
			);
		}
	}
}
