use super::*;
use sc_consensus::Verifier;
use utnet_primitives_consensus_poci::check_equivocation;

const NEXT: u64 = HEAD + 1;

async fn verify_from(world: &World, verifier: &PociVerifier<Block, Chain>, header: Header) {
	let _ = world;
	verifier.verify(broadcast(header)).await.expect("each header alone is valid");
}

#[tokio::test]
async fn two_headers_of_one_leader_are_reported_with_both_seals() {
	let world = World::new();
	world.draw_alice(NEXT);
	let (first, second) = (world.sealed(NEXT), world.sealed(NEXT));
	let verifier = world.verifier();
	verify_from(&world, &verifier, first.clone()).await;
	verify_from(&world, &verifier, second.clone()).await;
	let proofs = world.reporter.proofs.lock().clone();
	assert_eq!(proofs.len(), 1);
	assert_eq!(proofs[0].offender, world.alice.key);
	assert_eq!(proofs[0].slot, Slot::from(NEXT));
	assert_eq!((&proofs[0].first_header, &proofs[0].second_header), (&first, &second));
	assert!(check_equivocation(proofs[0].clone()));
	assert_eq!(world.poci.metrics.equivocations.get(), 1);
}

#[tokio::test]
async fn two_early_headers_are_reported_too() {
	let world = World::new();
	world.draw_alice(NEXT);
	world.clock.set(world.start_of(NEXT) - Duration::from_millis(200));
	let verifier = world.verifier();
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	assert_eq!(world.reporter.proofs.lock().len(), 1);
}

#[tokio::test]
async fn the_same_header_twice_is_no_equivocation() {
	let world = World::new();
	world.draw_alice(NEXT);
	let header = world.sealed(NEXT);
	let verifier = world.verifier();
	verify_from(&world, &verifier, header.clone()).await;
	verify_from(&world, &verifier, header).await;
	assert!(world.reporter.proofs.lock().is_empty());
}

#[tokio::test]
async fn headers_of_different_slots_are_no_equivocation() {
	let world = World::new();
	world.draw_alice(NEXT);
	world.draw_alice(NEXT + 1);
	world.clock.advance(Duration::from_millis(SLOT));
	let verifier = world.verifier();
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	verify_from(&world, &verifier, world.sealed(NEXT + 1)).await;
	assert!(world.reporter.proofs.lock().is_empty());
}

#[tokio::test]
async fn a_forged_second_header_accuses_nobody() {
	let world = World::new();
	world.draw_alice(NEXT);
	let verifier = world.verifier();
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	let mut forged = world.sealed(NEXT);
	forged.set_state_root(H256::repeat_byte(1));
	assert!(verifier.verify(broadcast(forged)).await.is_err());
	assert!(world.reporter.proofs.lock().is_empty());
}

#[tokio::test]
async fn a_report_that_fails_does_not_stop_the_import() {
	let world = World::new();
	world.draw_alice(NEXT);
	*world.reporter.refuses.lock() = true;
	let verifier = world.verifier();
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	verify_from(&world, &verifier, world.sealed(NEXT)).await;
	assert_eq!(world.reporter.proofs.lock().len(), 1);
}

#[tokio::test]
async fn blocks_of_the_initial_sync_are_not_searched() {
	let world = World::new();
	world.draw_alice(NEXT);
	let verifier = world.verifier();
	for _ in 0..2 {
		let header = world.sealed(NEXT);
		let block = BlockImportParams::new(BlockOrigin::NetworkInitialSync, header);
		verifier.verify(block).await.expect("each header alone is valid");
	}
	assert!(world.reporter.proofs.lock().is_empty());
	assert!(world.chain.aux.lock().is_empty());
}

#[test]
fn a_broken_memory_is_no_accusation() {
	let world = World::new();
	world.draw_alice(NEXT);
	let header = world.sealed(NEXT);
	let watch = EquivocationWatch::new(world.chain.clone(), world.reporter.clone());
	*world.chain.is_broken.lock() = true;
	assert!(!watch.observe(NEXT.into(), NEXT.into(), &header, &world.alice.key));
}

/// Several verifiers may run at once; without the lock each would miss the other's header.
#[test]
fn headers_that_come_at_once_are_all_seen() {
	let world = World::new();
	world.draw_alice(NEXT);
	let headers: Vec<Header> = (0..8).map(|_| world.sealed(NEXT)).collect();
	let watch = EquivocationWatch::new(world.chain.clone(), world.reporter.clone());
	*world.chain.read_time.lock() = Duration::from_millis(2);
	let found = std::thread::scope(|scope| {
		let threads: Vec<_> = headers
			.iter()
			.map(|header| {
				let (watch, key) = (&watch, &world.alice.key);
				scope.spawn(move || watch.observe(NEXT.into(), NEXT.into(), header, key))
			})
			.collect();
		threads.into_iter().map(|thread| thread.join().unwrap()).filter(|found| *found).count()
	});
	assert_eq!(found, 7);
	assert_eq!(world.reporter.proofs.lock().len(), 7);
}
