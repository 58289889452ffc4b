use super::*;
use crate::{
	manual_seal::{ManualSealError, MAX_SEARCH},
	ManualSealParams, ManualSealer,
};
use sc_consensus_manual_seal::{ConsensusDataProvider, Error};
use sp_api::StorageProof;
use sp_inherents::{CreateInherentDataProviders, InherentData, InherentDataProvider};
use sp_timestamp::TimestampInherentData;
use utnet_primitives_consensus_poci::find_pre_digest;

fn sealer(world: &World) -> ManualSealer<Block> {
	sealer_with(world, world.alice.keystore.clone())
}

fn sealer_with(world: &World, keystore: KeystorePtr) -> ManualSealer<Block> {
	ManualSealer::new(ManualSealParams {
		chain: world.chain.clone(),
		poci: world.poci.clone(),
		keystore,
		signer: world.alice.signer.clone(),
	})
}

/// Makes a block as manual seal does; returns its slot and its timestamp.
async fn make(world: &World, sealer: &ManualSealer<Block>) -> Result<(u64, u64, Header), String> {
	let parent = world.chain.best();
	let providers = sealer
		.create_inherent_data_providers(parent.hash(), ())
		.await
		.map_err(|error| error.to_string())?;
	let data = providers.create_inherent_data().await.map_err(|error| error.to_string())?;
	assert_eq!(data.len(), 1, "the slot is no data of its own");
	let timestamp = data.timestamp_inherent_data().unwrap().unwrap().as_millis();
	let digest = sealer.create_digest(&parent, &data).map_err(|error| error.to_string())?;
	let header = world.header(digest.logs);
	let mut import = BlockImportParams::new(BlockOrigin::Own, header);
	sealer
		.append_block_import(&parent, &mut import, &data, StorageProof::empty())
		.map_err(|error| error.to_string())?;
	let sealed = import.post_header();
	Ok((find_pre_digest(&sealed).unwrap().slot.into(), timestamp, sealed))
}

#[tokio::test]
async fn blocks_take_consecutive_slots_without_waiting() {
	let world = World::new();
	let sealer = sealer(&world);
	for slot in HEAD + 1..HEAD + 50 {
		world.draw_alice(slot);
	}
	for expected in HEAD + 1..HEAD + 50 {
		let (slot, timestamp, header) = make(&world, &sealer).await.unwrap();
		assert_eq!((slot, timestamp), (expected, expected * SLOT));
		world.chain.import(header);
	}
}

#[tokio::test]
async fn the_blocks_are_valid() {
	let world = World::new();
	world.draw_alice(HEAD + 1);
	let (_, _, header) = make(&world, &sealer(&world)).await.unwrap();
	assert!(world.verifier().check(broadcast(header)).await.is_ok());
}

#[tokio::test]
async fn the_first_block_takes_the_slot_of_the_clock() {
	let world = World::at_genesis();
	world.draw_alice(HEAD + 1);
	let (slot, _, _) = make(&world, &sealer(&world)).await.unwrap();
	assert_eq!(slot, HEAD + 1);
}

#[tokio::test]
async fn slots_of_others_and_of_nobody_are_passed_over() {
	let world = World::new();
	world.draw(HEAD + 1, &world.bob, Some(world.bob.chips[0]), false);
	// Drawn for Alice with a chip that is not here.
	world.draw(HEAD + 3, &world.alice, Some(world.bob.chips[0]), false);
	world.draw_alice(HEAD + 4);
	let (slot, timestamp, _) = make(&world, &sealer(&world)).await.unwrap();
	assert_eq!((slot, timestamp), (HEAD + 4, (HEAD + 4) * SLOT));
}

#[tokio::test]
async fn recovery_slots_are_taken_without_a_chip() {
	let world = World::new();
	world.draw(HEAD + 200, &world.alice, None, true);
	let (slot, _, header) = make(&world, &sealer(&world)).await.unwrap();
	assert_eq!(slot, HEAD + 200);
	assert_eq!(find_pre_digest(&header).unwrap().chip, None);
	world.clock.set(world.start_of(HEAD + 200));
	assert!(world.verifier().check(broadcast(header)).await.is_ok());
}

#[tokio::test]
async fn skipped_slots_are_left_empty_once() {
	let world = World::new();
	for slot in HEAD + 1..HEAD + 2_000 {
		world.draw_alice(slot);
	}
	let sealer = sealer(&world);
	assert_eq!(sealer.skip().add(1_000), 1_000);
	assert_eq!(sealer.clone().skip().add(1), 1_001);
	let (slot, _, header) = make(&world, &sealer).await.unwrap();
	assert_eq!(slot, HEAD + 1_002);
	world.chain.import(header);
	let (slot, _, _) = make(&world, &sealer).await.unwrap();
	assert_eq!(slot, HEAD + 1_003);
}

#[tokio::test]
async fn without_an_own_slot_it_says_so_and_keeps_the_skip() {
	let world = World::new();
	world.draw_alice(HEAD + 1 + MAX_SEARCH);
	let sealer = sealer(&world);
	let error = make(&world, &sealer).await.unwrap_err();
	assert!(error.contains("is its miner in the list"), "{error}");
	sealer.skip().add(5);
	assert!(make(&world, &sealer).await.is_ok());
	world.election.duties.lock().clear();
	sealer.skip().add(5);
	assert!(make(&world, &sealer).await.is_err());
	assert_eq!(sealer.skip().add(0), 5);
}

#[tokio::test]
async fn without_the_key_there_is_no_own_slot() {
	let world = World::new();
	world.draw_alice(HEAD + 1);
	let error = make(&world, &sealer_with(&world, empty_keystore())).await.unwrap_err();
	assert!(error.contains("session key"), "{error}");
}

#[tokio::test]
async fn an_unknown_parent_is_an_error() {
	let world = World::new();
	let result = sealer(&world).create_inherent_data_providers(H256::repeat_byte(1), ()).await;
	assert!(result.map(|_| ()).unwrap_err().to_string().contains("unknown"));
}

#[tokio::test]
async fn a_failing_database_or_runtime_is_an_error() {
	let world = World::new();
	world.draw_alice(HEAD + 1);
	*world.election.is_broken.lock() = true;
	let error = make(&world, &sealer(&world)).await.unwrap_err();
	assert!(error.contains("the runtime did not tell the leader"), "{error}");
	*world.chain.is_broken.lock() = true;
	let error = make(&world, &sealer(&world)).await.unwrap_err();
	assert!(error.contains("the disk is full"), "{error}");
}

#[test]
fn a_block_without_a_timestamp_is_an_error() {
	let world = World::new();
	let result = sealer(&world).create_digest(&world.chain.best(), &InherentData::new());
	assert!(matches!(result, Err(Error::StringError(text)) if text.contains("no timestamp")));
}

#[test]
fn a_timestamp_of_a_foreign_slot_is_an_error() {
	let world = World::new();
	let mut data = InherentData::new();
	let timestamp = Timestamp::new((HEAD + 1) * SLOT);
	data.put_data(sp_timestamp::INHERENT_IDENTIFIER, &timestamp).unwrap();
	let result = sealer(&world).create_digest(&world.chain.best(), &data);
	assert!(matches!(result, Err(Error::StringError(text)) if text.contains("not led by")));
}

#[test]
fn a_header_of_others_is_not_sealed() {
	let world = World::new();
	let mut import = BlockImportParams::<Block>::new(BlockOrigin::Own, world.header(Vec::new()));
	let result = sealer(&world).append_block_import(
		&world.chain.best(),
		&mut import,
		&InherentData::new(),
		StorageProof::empty(),
	);
	assert!(matches!(result, Err(Error::StringError(text)) if text.contains("not opened by this")));
	assert!(import.post_digests.is_empty());
}

#[tokio::test]
async fn a_chip_does_not_seal_a_slot_twice() {
	let world = World::new();
	world.draw_alice(HEAD + 1);
	let sealer = sealer(&world);
	assert!(make(&world, &sealer).await.is_ok());
	let error = make(&world, &sealer).await.unwrap_err();
	assert!(error.contains("already sealed"), "{error}");
}

#[test]
fn a_lost_slot_keeps_its_words() {
	let error = ManualSealError::from(crate::LostSlot::TooLate);
	assert!(error.to_string().contains("end of the slot"), "{error}");
}
