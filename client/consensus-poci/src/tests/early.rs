use super::*;
use crate::{
	early::{Gate, HoldingQueue, MAX_HELD},
	Clock,
};
use futures::future::BoxFuture;
use sc_consensus::{
	import_queue::{ImportQueueService, IncomingBlock, Link, RuntimeOrigin},
	ImportQueue,
};
use sp_core::traits::SpawnEssentialNamed;
use sp_runtime::Justifications;
use std::task::Context;

const NEXT: u64 = HEAD + 1;

/// The hashes of what reached the queue, message by message.
type Reached = Arc<Mutex<Vec<Vec<H256>>>>;

#[derive(Clone, Default)]
struct FakeQueue {
	reached: Reached,
	justifications: Arc<Mutex<u32>>,
}

impl ImportQueueService<Block> for FakeQueue {
	fn import_blocks(&mut self, origin: BlockOrigin, blocks: Vec<IncomingBlock<Block>>) {
		assert_eq!(origin, BlockOrigin::NetworkBroadcast);
		self.reached.lock().push(blocks.iter().map(|block| block.hash).collect());
	}

	fn import_justifications(&mut self, _: RuntimeOrigin, _: H256, _: u32, _: Justifications) {
		*self.justifications.lock() += 1;
	}
}

#[async_trait]
impl ImportQueue<Block> for FakeQueue {
	fn service(&self) -> Box<dyn ImportQueueService<Block>> {
		Box::new(self.clone())
	}

	fn service_ref(&mut self) -> &mut dyn ImportQueueService<Block> {
		self
	}

	fn poll_actions(&mut self, _: &mut Context<'_>, _: &dyn Link<Block>) {}

	async fn run(self, _: &dyn Link<Block>) {}
}

#[derive(Clone)]
struct Spawner;

impl SpawnEssentialNamed for Spawner {
	fn spawn_essential_blocking(
		&self,
		_: &'static str,
		_: Option<&'static str>,
		future: BoxFuture<'static, ()>,
	) {
		tokio::spawn(future);
	}

	fn spawn_essential(
		&self,
		_: &'static str,
		_: Option<&'static str>,
		future: BoxFuture<'static, ()>,
	) {
		tokio::spawn(future);
	}
}

fn incoming(header: Header) -> IncomingBlock<Block> {
	IncomingBlock {
		hash: header.hash(),
		header: Some(header),
		body: Some(Vec::new()),
		indexed_body: None,
		justifications: None,
		origin: None,
		allow_missing_state: false,
		skip_execution: false,
		import_existing: false,
		state: None,
	}
}

struct Setup {
	world: World,
	reached: Reached,
	queue: HoldingQueue<Block, FakeQueue>,
}

impl Setup {
	fn new() -> Self {
		let world = World::new();
		let inner = FakeQueue::default();
		let reached = inner.reached.clone();
		let gate: Arc<dyn Gate<Block>> = Arc::new(world.verifier());
		let queue = HoldingQueue::new(inner, gate, &Spawner);
		// A quarter of a second into the slot before the next one.
		world.clock.set(world.start_of(NEXT) - Duration::from_millis(750));
		for slot in HEAD + 1..HEAD + 5 {
			world.draw_alice(slot);
		}
		Self { world, reached, queue }
	}

	fn send(&mut self, blocks: Vec<IncomingBlock<Block>>) {
		self.queue.service_ref().import_blocks(BlockOrigin::NetworkBroadcast, blocks);
	}

	fn reached(&self) -> Vec<Vec<H256>> {
		self.reached.lock().clone()
	}
}

#[tokio::test]
async fn a_block_in_time_goes_straight_on() {
	let mut setup = Setup::new();
	let block = incoming(setup.world.sealed(HEAD + 1));
	setup.world.clock.set(setup.world.start_of(NEXT));
	setup.send(vec![block.clone()]);
	assert_eq!(setup.reached(), [vec![block.hash]]);
}

#[tokio::test]
async fn an_early_block_waits_for_its_slot_and_lets_others_pass() {
	let mut setup = Setup::new();
	let early = incoming(setup.world.sealed(NEXT + 1));
	let punctual = incoming(setup.world.sealed(NEXT));
	setup.send(vec![early.clone()]);
	let clock = setup.world.clock.clone();
	eventually(|| clock.sleepers() == 1).await;
	assert!(setup.reached().is_empty());
	setup.world.clock.set(setup.world.start_of(NEXT));
	setup.send(vec![punctual.clone()]);
	assert_eq!(setup.reached(), [vec![punctual.hash]]);
	setup.world.clock.set(setup.world.start_of(NEXT + 1) - Duration::from_millis(1));
	settle().await;
	assert_eq!(setup.reached().len(), 1);
	setup.world.clock.set(setup.world.start_of(NEXT + 1));
	let reached = setup.reached.clone();
	eventually(|| reached.lock().len() == 2).await;
	assert_eq!(setup.reached()[1], [early.hash]);
}

#[tokio::test]
async fn what_follows_an_early_block_waits_with_it() {
	let mut setup = Setup::new();
	let now = incoming(setup.world.sealed(HEAD + 1));
	let early = incoming(setup.world.sealed(HEAD + 2));
	let child = incoming(setup.world.sealed(HEAD + 3));
	setup.world.clock.set(setup.world.start_of(HEAD + 1));
	setup.send(vec![now.clone(), early.clone(), child.clone()]);
	assert_eq!(setup.reached(), [vec![now.hash]]);
	let clock = setup.world.clock.clone();
	eventually(|| clock.sleepers() == 1).await;
	setup.world.clock.set(setup.world.start_of(HEAD + 2));
	// The child is early again and waits on.
	let reached = setup.reached.clone();
	eventually(|| reached.lock().len() == 2).await;
	assert_eq!(setup.reached()[1], [early.hash]);
	eventually(|| clock.sleepers() == 1).await;
	setup.world.clock.set(setup.world.start_of(HEAD + 3));
	eventually(|| reached.lock().len() == 3).await;
	assert_eq!(setup.reached()[2], [child.hash]);
}

#[tokio::test]
async fn junk_goes_straight_on_to_be_refused() {
	let mut setup = Setup::new();
	let mut forged = setup.world.sealed(NEXT + 1);
	forged.set_state_root(H256::repeat_byte(1));
	let forged = incoming(forged);
	setup.send(vec![forged.clone()]);
	let reached = setup.reached.clone();
	eventually(|| reached.lock().len() == 1).await;
	assert_eq!(setup.reached(), [vec![forged.hash]]);
	assert_eq!(setup.world.clock.sleepers(), 0);
}

#[tokio::test]
async fn a_block_that_is_far_too_early_goes_straight_on_to_be_refused() {
	let mut setup = Setup::new();
	let block = incoming(setup.world.sealed(HEAD + 4));
	setup.send(vec![block.clone()]);
	assert_eq!(setup.reached(), [vec![block.hash]]);
}

#[tokio::test]
async fn blocks_with_state_or_without_execution_go_straight_on() {
	let mut setup = Setup::new();
	let mut skipped = incoming(setup.world.sealed(NEXT + 1));
	skipped.skip_execution = true;
	let mut headless = incoming(setup.world.sealed(NEXT + 1));
	headless.header = None;
	setup.send(vec![skipped.clone(), headless.clone()]);
	assert_eq!(setup.reached(), [vec![skipped.hash, headless.hash]]);
}

#[tokio::test]
async fn an_early_block_whose_parent_is_still_in_the_queue_waits_too() {
	let mut setup = Setup::new();
	let mut header = setup.world.sealed(NEXT + 1);
	header.set_parent_hash(H256::repeat_byte(4));
	setup.send(vec![incoming(header)]);
	let clock = setup.world.clock.clone();
	eventually(|| clock.sleepers() == 1).await;
	assert!(setup.reached().is_empty());
}

#[tokio::test]
async fn more_than_the_most_go_straight_on() {
	let mut setup = Setup::new();
	for _ in 0..MAX_HELD {
		let block = incoming(setup.world.sealed(NEXT + 1));
		setup.send(vec![block]);
	}
	let clock = setup.world.clock.clone();
	eventually(|| clock.sleepers() == MAX_HELD).await;
	let last = incoming(setup.world.sealed(NEXT + 1));
	setup.send(vec![last.clone()]);
	assert_eq!(setup.reached(), [vec![last.hash]]);
	// Room is made when they leave.
	setup.world.clock.set(setup.world.start_of(NEXT + 1));
	let reached = setup.reached.clone();
	eventually(|| reached.lock().len() == MAX_HELD + 1).await;
	let early = incoming(setup.world.sealed(NEXT + 2));
	setup.send(vec![early]);
	eventually(|| clock.sleepers() == 1).await;
	assert_eq!(setup.reached().len(), MAX_HELD + 1);
}

#[tokio::test]
async fn the_clock_is_compared_when_the_block_arrives() {
	let mut setup = Setup::new();
	setup.world.clock.set(setup.world.start_of(NEXT) - Duration::from_millis(400));
	for _ in 0..4 {
		let block = incoming(setup.world.sealed(NEXT));
		setup.send(vec![block]);
	}
	let clock = setup.world.clock.clone();
	eventually(|| clock.sleepers() == 4).await;
	assert_eq!(setup.world.poci.metrics.clock_skew.get(), -400);
	assert!(clock.now() < setup.world.start_of(NEXT));
}

#[tokio::test]
async fn justifications_and_other_handles_reach_the_queue() {
	let world = World::new();
	let inner = FakeQueue::default();
	let (reached, justifications) = (inner.reached.clone(), inner.justifications.clone());
	let gate: Arc<dyn Gate<Block>> = Arc::new(world.verifier());
	let queue = HoldingQueue::new(inner, gate, &Spawner);
	let mut service = queue.service();
	world.draw_alice(NEXT);
	service.import_blocks(BlockOrigin::NetworkBroadcast, vec![incoming(world.sealed(NEXT))]);
	assert_eq!(reached.lock().len(), 1);
	let justification = Justifications::from((*b"FRNK", vec![1]));
	service.import_justifications(RuntimeOrigin::random(), H256::zero(), 1, justification);
	assert_eq!(*justifications.lock(), 1);
}
