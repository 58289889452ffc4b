use super::*;
use crate::{
	manual_seal::SlotSkip,
	rpc::{
		codes, EpochSchedule, PociApiServer, PociManualApiServer, PociManualRpc, PociRpc,
		PociStatus, SlotLeader,
	},
};
use jsonrpsee::{core::EmptyServerParams, MethodsError, RpcModule};
use sc_rpc_api::DenyUnsafe;

const NEXT: u64 = HEAD + 1;

fn module(world: &World) -> RpcModule<PociRpc<Block, Chain>> {
	let mut module = PociRpc::new(world.chain.clone(), world.poci.clone()).into_rpc();
	module.extensions_mut().insert(DenyUnsafe::No);
	module
}

fn code(error: MethodsError) -> i32 {
	match error {
		MethodsError::JsonRpc(error) => error.code(),
		error => panic!("not an answer: {error}"),
	}
}

mod slot_leader {
	use super::*;

	#[tokio::test]
	async fn tells_who_leads_the_running_slot() {
		let world = World::new();
		let duty = world.draw_alice(NEXT);
		let leader: SlotLeader =
			module(&world).call("poci_slotLeader", EmptyServerParams::new()).await.unwrap();
		assert_eq!((leader.slot, leader.epoch), (NEXT, 0));
		assert_eq!(leader.starts_at, NEXT * SLOT);
		let leader = leader.leader.unwrap();
		assert_eq!(leader.index, INDEX);
		assert_eq!(leader.miner, world.alice.account);
		assert_eq!(leader.session_key.0, AsRef::<[u8]>::as_ref(&world.alice.key).to_vec());
		assert_eq!(leader.chip, duty.leader.chip.map(|(chip, _)| chip));
		assert!(!leader.recovery);
	}

	#[tokio::test]
	async fn tells_about_the_slot_and_block_asked_for() {
		let world = World::new();
		world.draw(HEAD + 300, &world.bob, None, true);
		let leader: SlotLeader = module(&world)
			.call("poci_slotLeader", (HEAD + 300, world.chain.best().hash()))
			.await
			.unwrap();
		assert_eq!((leader.slot, leader.epoch), (HEAD + 300, 15));
		let leader = leader.leader.unwrap();
		assert_eq!((leader.chip, leader.recovery), (None, true));
	}

	#[tokio::test]
	async fn is_in_camel_case_and_says_null() {
		let world = World::new();
		let json: serde_json::Value = module(&world).call("poci_slotLeader", [NEXT]).await.unwrap();
		assert_eq!(
			json,
			serde_json::json!({
				"slot": NEXT, "epoch": 0, "startsAt": NEXT * SLOT, "leader": null
			})
		);
	}

	#[tokio::test]
	async fn never_asks_for_a_slot_that_has_a_block() {
		let world = World::new();
		world.clock.set(world.start_of(HEAD - 5));
		let leader: SlotLeader =
			module(&world).call("poci_slotLeader", EmptyServerParams::new()).await.unwrap();
		assert_eq!(leader.slot, NEXT);
	}

	#[tokio::test]
	async fn says_which_block_is_unknown() {
		let world = World::new();
		let error = module(&world)
			.call::<_, SlotLeader>("poci_slotLeader", (None::<u64>, H256::repeat_byte(1)))
			.await
			.unwrap_err();
		assert_eq!(code(error), codes::DATABASE);
	}

	#[tokio::test]
	async fn says_when_the_runtime_or_the_database_fails() {
		let world = World::new();
		*world.election.is_broken.lock() = true;
		let error =
			module(&world).call::<_, SlotLeader>("poci_slotLeader", [NEXT]).await.unwrap_err();
		assert_eq!(code(error), codes::RUNTIME);
		*world.chain.is_broken.lock() = true;
		let error = module(&world)
			.call::<_, SlotLeader>("poci_slotLeader", EmptyServerParams::new())
			.await
			.unwrap_err();
		assert_eq!(code(error), codes::DATABASE);
	}
}

mod epoch_schedule {
	use super::*;

	async fn schedule(world: &World, epoch: Option<u64>) -> Result<EpochSchedule, i32> {
		module(world).call("poci_epochSchedule", [epoch]).await.map_err(code)
	}

	#[tokio::test]
	async fn is_refused_to_strangers() {
		let world = World::new();
		let mut module = module(&world);
		module.extensions_mut().insert(DenyUnsafe::Yes);
		let error = module
			.call::<_, EpochSchedule>("poci_epochSchedule", EmptyServerParams::new())
			.await
			.unwrap_err();
		assert_eq!(code(error), -32601);
	}

	#[tokio::test]
	async fn shows_the_rest_of_this_epoch() {
		let world = World::new();
		world.draw_alice(NEXT);
		let schedule = schedule(&world, None).await.unwrap();
		assert_eq!(schedule.epoch, 0);
		let slots: Vec<u64> = schedule.slots.iter().map(|entry| entry.slot).collect();
		assert_eq!(slots, (NEXT..HEAD + u64::from(EPOCH)).collect::<Vec<_>>());
		assert_eq!(schedule.slots[0].miner, Some(world.alice.account.clone()));
		assert_eq!(schedule.slots[0].chip, Some(world.alice.chips[0].0));
		assert_eq!(schedule.slots[1].miner, None);
	}

	#[tokio::test]
	async fn shows_all_of_the_next_epoch() {
		let world = World::new();
		let schedule = schedule(&world, Some(1)).await.unwrap();
		let slots: Vec<u64> = schedule.slots.iter().map(|entry| entry.slot).collect();
		let begin = HEAD + u64::from(EPOCH);
		assert_eq!(slots, (begin..begin + u64::from(EPOCH)).collect::<Vec<_>>());
	}

	#[tokio::test]
	async fn begins_now_before_block_1() {
		let world = World::at_genesis();
		let schedule = schedule(&world, None).await.unwrap();
		assert_eq!(schedule.slots.len(), EPOCH as usize);
		assert_eq!(schedule.slots[0].slot, NEXT);
	}

	#[tokio::test]
	async fn is_not_known_for_other_epochs() {
		let world = World::new();
		assert_eq!(schedule(&world, Some(2)).await.unwrap_err(), codes::UNKNOWN_EPOCH);
		world.clock.set(world.start_of(HEAD + 3 * u64::from(EPOCH)));
		assert_eq!(schedule(&world, Some(2)).await.unwrap_err(), codes::UNKNOWN_EPOCH);
	}
}

mod header {
	use super::*;
	use crate::rpc::PaperHeader;
	use sp_runtime::traits::Hash as _;
	use utnet_primitives_consensus_poci::{find_pre_digest, take_seals};

	#[tokio::test]
	async fn has_the_fields_of_the_whitepaper() {
		let world = World::new();
		let best = world.chain.best();
		let header: PaperHeader =
			module(&world).call("poci_header", EmptyServerParams::new()).await.unwrap();
		let pre_digest = find_pre_digest(&best).unwrap();
		let (chip, author) = take_seals(&mut best.clone()).unwrap();
		let seals = [chip.as_slice(), author.as_ref()].concat();
		assert_eq!(
			header,
			PaperHeader {
				hash: best.hash(),
				number: 1,
				parent_hash: *best.parent_hash(),
				tx_root: *best.extrinsics_root(),
				nonce: pre_digest.pre_output().into(),
				mix_hash: BlakeTwo256::hash(&seals),
				slot: HEAD,
				slot_starts_at: HEAD * SLOT,
				leader: INDEX,
				chip: Some(world.alice.chips[0].0),
			}
		);
		assert_ne!(header.nonce, H256::zero());
	}

	#[tokio::test]
	async fn is_null_for_genesis() {
		let world = World::new();
		let genesis = world.poci.genesis_hash;
		let header: Option<PaperHeader> =
			module(&world).call("poci_header", [genesis]).await.unwrap();
		assert_eq!(header, None);
	}

	#[tokio::test]
	async fn says_which_block_is_unknown() {
		let world = World::new();
		let error = module(&world)
			.call::<_, Option<PaperHeader>>("poci_header", [H256::repeat_byte(1)])
			.await
			.unwrap_err();
		assert_eq!(code(error), codes::DATABASE);
	}
}

mod status {
	use super::*;

	async fn status(world: &World) -> PociStatus {
		module(world).call("poci_status", EmptyServerParams::new()).await.unwrap()
	}

	fn powers(world: &World, strongest: u128, total: u128) {
		let mut status = world.election.status.lock();
		status.strongest = Some((world.bob.account.clone(), strongest));
		status.total_power = total;
	}

	#[tokio::test]
	async fn shows_the_election_and_the_chain() {
		let world = World::new();
		powers(&world, 1 << 70, 4 << 70);
		let status = status(&world).await;
		assert_eq!(status.total_power, (4u128 << 70).to_string());
		let strongest = status.strongest.unwrap();
		assert_eq!(strongest.miner, world.bob.account);
		assert_eq!(strongest.power, (1u128 << 70).to_string());
		assert_eq!(strongest.share_ppm, 250_000);
		assert_eq!(status.warning, None);
		assert_eq!((status.epoch_length, status.slot_duration), (EPOCH, SLOT));
		assert_eq!(status.current_slot, NEXT);
		assert_eq!((status.best_block, status.finalized_block, status.finality_lag), (1, 0, 1));
	}

	#[tokio::test]
	async fn warns_of_a_miner_with_more_than_a_third() {
		let world = World::new();
		powers(&world, 34, 100);
		let warning = status(&world).await.warning.unwrap();
		assert!(warning.contains("34.0 %"), "{warning}");
		powers(&world, 33, 99);
		assert_eq!(status(&world).await.warning, None);
	}

	#[tokio::test]
	async fn is_in_camel_case() {
		let world = World::new();
		let json: serde_json::Value =
			module(&world).call("poci_status", EmptyServerParams::new()).await.unwrap();
		for field in ["currentSlot", "epochLength", "totalPower", "setId", "finalityLag"] {
			assert!(json.get(field).is_some(), "{field} is missing in {json}");
		}
	}

	#[tokio::test]
	async fn says_when_the_runtime_fails() {
		let world = World::new();
		*world.election.is_broken.lock() = true;
		let error = module(&world)
			.call::<_, PociStatus>("poci_status", EmptyServerParams::new())
			.await
			.unwrap_err();
		assert_eq!(code(error), codes::RUNTIME);
	}
}

mod skip_slots {
	use super::*;

	fn module(skip: &SlotSkip, deny: DenyUnsafe) -> RpcModule<PociManualRpc> {
		let mut module = PociManualRpc::new(skip.clone()).into_rpc();
		module.extensions_mut().insert(deny);
		module
	}

	#[tokio::test]
	async fn adds_to_what_is_waiting() {
		let skip = SlotSkip::default();
		let module = module(&skip, DenyUnsafe::No);
		assert_eq!(module.call::<_, u64>("poci_skipSlots", [30]).await.unwrap(), 30);
		assert_eq!(module.call::<_, u64>("poci_skipSlots", [12]).await.unwrap(), 42);
		assert_eq!(skip.add(0), 42);
	}

	#[tokio::test]
	async fn is_refused_to_strangers() {
		let skip = SlotSkip::default();
		let module = module(&skip, DenyUnsafe::Yes);
		let error = module.call::<_, u64>("poci_skipSlots", [30]).await.unwrap_err();
		assert_eq!(code(error), -32601);
		assert_eq!(skip.add(0), 0);
	}
}
