use super::*;
use crate::VerifyError;
use sc_consensus::{
	ForkChoiceStrategy, ImportedState, StateAction, StorageChanges as ImportedChanges, Verifier,
};
use utnet_primitives_consensus_poci::{
	author_seal, chip_seal, find_pre_digest, pre_runtime, AuthoritySignature, DigestError,
	PreDigest, CHIP_ENGINE_ID, POCI_ENGINE_ID,
};
use utnet_primitives_security_engine::identity::SignatureError;

const NEXT: u64 = HEAD + 1;

async fn refusal(world: &World, header: Header) -> VerifyError {
	world
		.verifier()
		.check(broadcast(header))
		.await
		.map(|_| ())
		.expect_err("the header must be refused")
}

/// Changes the declaration, then seals properly.
fn with_pre_digest(world: &World, slot: u64, change: impl FnOnce(&mut PreDigest)) -> Header {
	let claim = world.claim(slot);
	let mut pre_digest = find_pre_digest(&world.header(vec![claim.pre_runtime()])).unwrap();
	change(&mut pre_digest);
	let header = world.header(vec![pre_runtime(&pre_digest)]);
	let seal = match pre_digest.chip {
		Some(_) => world.chip_seal(world.alice.chips[0].0, slot, &header),
		None => Vec::new(),
	};
	world.finish(&claim, header, seal)
}

mod accepts {
	use super::*;

	#[tokio::test]
	async fn a_block_of_the_drawn_miner_and_chip() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		let block = world.verifier().verify(broadcast(header.clone())).await.unwrap();
		assert_eq!(block.post_hash, Some(header.hash()));
		assert_eq!(block.post_header(), header);
		assert_eq!(block.header.digest().logs().len(), 1);
		assert_eq!(block.fork_choice, Some(ForkChoiceStrategy::LongestChain));
		assert_eq!(block.body, Some(Vec::new()));
		assert!(world.reporter.proofs.lock().is_empty());
	}

	#[tokio::test]
	async fn any_slot_on_genesis() {
		let world = World::at_genesis();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		assert!(world.verifier().check(broadcast(header)).await.is_ok());
	}

	#[tokio::test]
	async fn an_empty_chip_seal_in_recovery() {
		let world = World::new();
		world.draw(NEXT, &world.alice, None, true);
		let header = world.sealed(NEXT);
		assert!(world.verifier().check(broadcast(header)).await.is_ok());
	}

	#[tokio::test]
	async fn a_declared_recovery_although_a_chip_was_drawn() {
		let world = World::new();
		world.draw(NEXT, &world.alice, Some(world.alice.chips[0]), true);
		let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.chip = None);
		assert!(world.verifier().check(broadcast(header)).await.is_ok());
	}

	#[tokio::test]
	async fn a_chips_seal_in_recovery() {
		let world = World::new();
		world.draw(NEXT, &world.alice, Some(world.alice.chips[0]), true);
		let header = world.sealed(NEXT);
		assert!(world.verifier().check(broadcast(header)).await.is_ok());
	}

	#[tokio::test]
	async fn digest_items_of_others_before_the_seals() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let other = DigestItem::Consensus(*b"FRNK", vec![1, 2, 3]);
		let header = world.header(vec![claim.pre_runtime(), other.clone()]);
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let header = world.finish(&claim, header, seal);
		let block = world.verifier().check(broadcast(header)).await.unwrap();
		assert!(block.header.digest().logs().contains(&other));
	}

	#[tokio::test]
	async fn a_header_without_a_body() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut block = broadcast(world.sealed(NEXT));
		block.body = None;
		assert!(world.verifier().check(block).await.is_ok());
		assert!(world.inherents.checked.lock().is_empty());
	}
}

mod skips {
	use super::*;

	/// A header that no check would let through.
	fn junk(world: &World) -> Header {
		world.header(Vec::new())
	}

	#[tokio::test]
	async fn blocks_that_come_with_their_state() {
		let world = World::new();
		let header = junk(&world);
		let mut block = broadcast(header.clone());
		block.state_action = StateAction::ApplyChanges(ImportedChanges::Import(ImportedState {
			block: header.hash(),
			state: sp_state_machine_values(),
		}));
		let block = world.verifier().verify(block).await.unwrap();
		assert_eq!(block.fork_choice, Some(ForkChoiceStrategy::Custom(true)));
		assert_eq!(block.header, header);
		assert!(block.post_digests.is_empty());
	}

	fn sp_state_machine_values() -> sc_client_api::KeyValueStates {
		sc_client_api::KeyValueStates(Vec::new())
	}

	#[tokio::test]
	async fn blocks_of_a_gap() {
		let world = World::new();
		let mut block = BlockImportParams::new(BlockOrigin::GapSync, junk(&world));
		block.state_action = StateAction::Skip;
		let block = world.verifier().verify(block).await.unwrap();
		assert_eq!(block.fork_choice, Some(ForkChoiceStrategy::Custom(false)));
	}

	#[tokio::test]
	async fn blocks_of_a_warp_proof() {
		let world = World::new();
		let block = BlockImportParams::new(BlockOrigin::WarpSync, junk(&world));
		let block = world.verifier().verify(block).await.unwrap();
		assert_eq!(block.fork_choice, Some(ForkChoiceStrategy::Custom(false)));
	}
}

mod refuses {
	use super::*;

	#[tokio::test]
	async fn a_missing_pre_digest() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let header = world.header(Vec::new());
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let error = refusal(&world, world.finish(&claim, header, seal)).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MissingPreDigest)));
	}

	#[tokio::test]
	async fn a_second_pre_digest() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let header = world.header(vec![claim.pre_runtime(), claim.pre_runtime()]);
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let error = refusal(&world, world.finish(&claim, header, seal)).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::SecondPreDigest)));
	}

	#[tokio::test]
	async fn a_malformed_pre_digest() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let header = world.header(vec![DigestItem::PreRuntime(POCI_ENGINE_ID, vec![1, 2, 3])]);
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let error = refusal(&world, world.finish(&claim, header, seal)).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MalformedPreDigest)));
	}

	#[tokio::test]
	async fn a_header_without_seals() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.header(vec![world.claim(NEXT).pre_runtime()]);
		let error = refusal(&world, header).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MissingAuthorSeal)));
	}

	#[tokio::test]
	async fn a_missing_chip_seal() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		let author = header.digest_mut().pop().unwrap();
		header.digest_mut().pop();
		header.digest_mut().push(author);
		let error = refusal(&world, header).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MissingChipSeal)));
	}

	#[tokio::test]
	async fn seals_in_the_wrong_order() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		let author = header.digest_mut().pop().unwrap();
		let chip = header.digest_mut().pop().unwrap();
		header.digest_mut().push(author);
		header.digest_mut().push(chip);
		let error = refusal(&world, header).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MissingAuthorSeal)));
	}

	#[tokio::test]
	async fn a_third_seal() {
		for engine in [POCI_ENGINE_ID, CHIP_ENGINE_ID, *b"FRNK"] {
			let world = World::new();
			world.draw_alice(NEXT);
			let claim = world.claim(NEXT);
			let header =
				world.header(vec![claim.pre_runtime(), DigestItem::Seal(engine, vec![0; 64])]);
			let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
			let error = refusal(&world, world.finish(&claim, header, seal)).await;
			assert!(matches!(error, VerifyError::Digest(DigestError::ThirdSeal)));
		}
	}

	#[tokio::test]
	async fn seals_of_other_lengths() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		header.digest_mut().pop();
		header.digest_mut().push(DigestItem::Seal(POCI_ENGINE_ID, vec![0; 63]));
		let error = refusal(&world, header).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MalformedAuthorSeal)));

		let claim = world.claim(NEXT);
		let header = world.header(vec![claim.pre_runtime()]);
		let error = refusal(&world, world.finish(&claim, header, vec![0; 257])).await;
		assert!(matches!(error, VerifyError::Digest(DigestError::MalformedChipSeal)));
	}

	#[tokio::test]
	async fn an_unknown_parent() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let mut header = world.header(vec![claim.pre_runtime()]);
		header.set_parent_hash(H256::repeat_byte(9));
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let error = refusal(&world, world.finish(&claim, header, seal)).await;
		assert!(matches!(error, VerifyError::UnknownParent(hash) if hash == H256::repeat_byte(9)));
	}

	#[tokio::test]
	async fn when_the_database_fails() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		*world.chain.is_broken.lock() = true;
		assert!(matches!(refusal(&world, header).await, VerifyError::Database(_)));
	}

	#[tokio::test]
	async fn when_the_runtime_does_not_answer() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		*world.election.is_broken.lock() = true;
		assert!(matches!(refusal(&world, header).await, VerifyError::Election(_)));
	}

	#[tokio::test]
	async fn a_slot_not_after_the_parents() {
		for slot in [HEAD, HEAD - 1] {
			let world = World::new();
			world.draw_alice(slot);
			let error = refusal(&world, world.sealed(slot)).await;
			assert!(matches!(
				error,
				VerifyError::SlotNotAfterParent { parent, .. } if parent == Slot::from(HEAD)
			));
		}
	}

	#[tokio::test]
	async fn a_replayed_header() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		assert!(world.verifier().check(broadcast(header.clone())).await.is_ok());
		world.chain.import(header.clone());
		// The same declaration and seals on top of another parent do not hold.
		let mut replayed = header;
		replayed.set_number(3);
		replayed.set_parent_hash(world.chain.best().hash());
		let error = refusal(&world, replayed).await;
		assert!(matches!(error, VerifyError::SlotNotAfterParent { .. }));
	}

	#[tokio::test]
	async fn a_slot_more_than_two_slots_ahead() {
		let world = World::new();
		let slot = NEXT + 3;
		world.draw_alice(slot);
		let header = world.sealed(slot);
		world.clock.set(world.start_of(slot) - Duration::from_millis(2 * SLOT + 1));
		let error = refusal(&world, header).await;
		assert!(matches!(error, VerifyError::TooEarly { early_ms: 2_001, .. }));
	}

	#[tokio::test]
	async fn a_slot_without_a_leader() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.election.duties.lock().clear();
		assert!(matches!(refusal(&world, header).await, VerifyError::NoLeader(_)));
	}

	#[tokio::test]
	async fn another_leader() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.leader = 4);
		assert!(matches!(
			refusal(&world, header).await,
			VerifyError::WrongLeader { claimed: 4, drawn: INDEX, .. }
		));
	}

	#[tokio::test]
	async fn another_chip() {
		let world = World::new();
		world.draw_alice(NEXT);
		let other = world.alice.chips[1].0;
		let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.chip = Some(other));
		assert!(matches!(
			refusal(&world, header).await,
			VerifyError::WrongChip { claimed, .. } if claimed == other
		));
	}

	#[tokio::test]
	async fn a_chip_where_only_recovery_is_valid() {
		let world = World::new();
		world.draw(NEXT, &world.alice, None, true);
		let chip = world.alice.chips[0].0;
		let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.chip = Some(chip));
		assert!(matches!(
			refusal(&world, header).await,
			VerifyError::WrongChip { drawn: None, .. }
		));
	}

	#[tokio::test]
	async fn a_declared_recovery_outside_of_recovery() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.chip = None);
		assert!(matches!(refusal(&world, header).await, VerifyError::NotInRecovery(_)));
	}

	#[tokio::test]
	async fn an_author_with_another_key() {
		let world = World::new();
		let duty = world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let header = world.header(vec![claim.pre_runtime()]);
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		// Bob seals what Alice declared.
		let mut bobs = duty;
		bobs.leader.session_key = world.bob.key.clone();
		let chip = bobs.leader.chip.map(|(chip, _)| chip);
		let forger = Claim::new(&world.bob.keystore, NEXT.into(), bobs, chip).unwrap();
		let seals = forger.seals(&world.bob.keystore, header.clone(), seal).unwrap();
		let mut header = header;
		for seal in seals {
			header.digest_mut().push(seal);
		}
		assert!(matches!(refusal(&world, header).await, VerifyError::BadAuthorSeal));
	}

	#[tokio::test]
	async fn a_changed_header() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		header.set_state_root(H256::repeat_byte(1));
		assert!(matches!(refusal(&world, header).await, VerifyError::BadAuthorSeal));
	}

	#[tokio::test]
	async fn a_chip_seal_exchanged_after_the_author_sealed() {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let plain = world.header(vec![claim.pre_runtime()]);
		let chip = world.alice.chips[0].0;
		let sealed = world.finish(&claim, plain.clone(), world.chip_seal(chip, NEXT, &plain));
		let mut author = sealed.clone();
		let author = author.digest_mut().pop().unwrap();
		let mut header = plain.clone();
		header.digest_mut().push(chip_seal(vec![7; 64]));
		header.digest_mut().push(author);
		assert!(matches!(refusal(&world, header).await, VerifyError::BadAuthorSeal));
	}

	#[tokio::test]
	async fn a_seal_of_zeros() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		header.digest_mut().pop();
		let zeros = AuthoritySignature::try_from([0u8; 64].as_slice()).unwrap();
		header.digest_mut().push(author_seal(&zeros));
		assert!(matches!(refusal(&world, header).await, VerifyError::BadAuthorSeal));
	}

	#[tokio::test]
	async fn a_vrf_of_another_slot_epoch_seed_or_key() {
		type Change = fn(&mut Duty, &mut u64, &World);
		let changes: [Change; 4] = [
			|_, slot, _| *slot += 1,
			|duty, _, _| duty.epoch += 1,
			|duty, _, _| duty.leader.seed = H256::zero(),
			|duty, _, world| duty.leader.session_key = world.bob.key.clone(),
		];
		for change in changes {
			let world = World::new();
			let mut duty = world.draw_alice(NEXT);
			let mut slot = NEXT;
			change(&mut duty, &mut slot, &world);
			let keystore = if duty.leader.session_key == world.bob.key {
				&world.bob.keystore
			} else {
				&world.alice.keystore
			};
			let other = Claim::new(keystore, slot.into(), duty, None).unwrap();
			let vrf = find_pre_digest(&world.header(vec![other.pre_runtime()])).unwrap().vrf;
			let header = with_pre_digest(&world, NEXT, |pre_digest| pre_digest.vrf = vrf);
			assert!(matches!(refusal(&world, header).await, VerifyError::BadVrf));
		}
	}

	#[tokio::test]
	async fn a_chip_seal_under_a_recovery_header() {
		let world = World::new();
		world.draw(NEXT, &world.alice, Some(world.alice.chips[0]), true);
		let duty = world.election.duties.lock()[&NEXT].clone();
		let claim = Claim::new(&world.alice.keystore, NEXT.into(), duty, None).unwrap();
		let header = world.header(vec![claim.pre_runtime()]);
		let seal = world.chip_seal(world.alice.chips[0].0, NEXT, &header);
		let error = refusal(&world, world.finish(&claim, header, seal)).await;
		assert!(matches!(error, VerifyError::UnexpectedChipSeal));
	}

	async fn refused_chip_seal(make: impl FnOnce(&World, &Header) -> Vec<u8>) -> SignatureError {
		let world = World::new();
		world.draw_alice(NEXT);
		let claim = world.claim(NEXT);
		let header = world.header(vec![claim.pre_runtime()]);
		let seal = make(&world, &header);
		match refusal(&world, world.finish(&claim, header, seal)).await {
			VerifyError::BadChipSeal { chip, source } => {
				assert_eq!(chip, world.alice.chips[0].0);
				source
			}
			error => panic!("not refused for the chip's seal: {error}"),
		}
	}

	#[tokio::test]
	async fn an_empty_chip_seal_outside_of_recovery() {
		let error = refused_chip_seal(|_, _| Vec::new()).await;
		assert_eq!(error, SignatureError::MalformedSignature);
	}

	#[tokio::test]
	async fn a_chip_seal_of_another_kind() {
		let error = refused_chip_seal(|_, _| vec![1; 256]).await;
		assert_eq!(error, SignatureError::MalformedSignature);
	}

	#[tokio::test]
	async fn a_seal_by_another_chip() {
		let error = refused_chip_seal(|world, header| {
			world.chip_seal(world.alice.chips[1].0, NEXT, header)
		})
		.await;
		assert_eq!(error, SignatureError::Mismatch);
	}

	#[tokio::test]
	async fn a_chip_seal_of_another_slot() {
		let error = refused_chip_seal(|world, header| {
			world.chip_seal(world.alice.chips[0].0, NEXT + 1, header)
		})
		.await;
		assert_eq!(error, SignatureError::Mismatch);
	}

	#[tokio::test]
	async fn a_chip_seal_of_another_header() {
		let error = refused_chip_seal(|world, _| {
			world.chip_seal(world.alice.chips[0].0, NEXT, &world.header(Vec::new()))
		})
		.await;
		assert_eq!(error, SignatureError::Mismatch);
	}

	#[tokio::test]
	async fn a_chip_seal_of_another_chain() {
		let error = refused_chip_seal(|world, header| {
			let request = SealRequest {
				chip: world.alice.chips[0].0,
				genesis_hash: H256::repeat_byte(1),
				slot: NEXT,
				pre_hash: header.hash(),
			};
			world.alice.signer.sign_seal_now(&request).unwrap()
		})
		.await;
		assert_eq!(error, SignatureError::Mismatch);
	}

	#[tokio::test]
	async fn a_chip_seal_with_a_high_s() {
		let error = refused_chip_seal(|world, header| {
			let seal = world.chip_seal(world.alice.chips[0].0, NEXT, header);
			let (r, s) = p256::ecdsa::Signature::from_slice(&seal).unwrap().split_scalars();
			let high = -*s;
			p256::ecdsa::Signature::from_scalars(r.to_bytes(), high.to_bytes()).unwrap().to_vec()
		})
		.await;
		assert_eq!(error, SignatureError::HighS);
	}

	#[tokio::test]
	async fn bad_inherents() {
		let world = World::new();
		world.draw_alice(NEXT);
		*world.inherents.error.lock() = Some("the timestamp is too far in the future".into());
		let header = world.sealed(NEXT);
		assert!(matches!(
			refusal(&world, header).await,
			VerifyError::Inherents(error) if error.contains("timestamp")
		));
	}

	#[tokio::test]
	async fn with_the_number_the_hash_and_the_reason() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.election.duties.lock().clear();
		let error =
			world.verifier().verify(broadcast(header.clone())).await.map(|_| ()).unwrap_err();
		assert!(error.contains("block 2"), "{error}");
		assert!(error.contains(&format!("{:?}", header.hash())), "{error}");
		assert!(error.contains("has no leader"), "{error}");
		let refused = &world.poci.metrics.headers_refused;
		assert_eq!(refused.with_label_values(&["no_leader"]).get(), 1);
	}
}

mod time {
	use super::*;

	#[tokio::test]
	async fn a_block_within_the_tolerance_is_not_held() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.clock.set(world.start_of(NEXT) - Duration::from_millis(250));
		assert!(world.verifier().check(broadcast(header)).await.is_ok());
		assert_eq!(world.poci.metrics.headers_held.get(), 0);
	}

	#[tokio::test]
	async fn an_early_block_is_held_until_its_slot_begins() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.clock.set(world.start_of(NEXT) - Duration::from_millis(251));
		let verifier = world.verifier();
		let task = tokio::spawn(async move { verifier.check(broadcast(header)).await.is_ok() });
		eventually(|| world.clock.sleepers() == 1).await;
		// All other checks are behind it.
		assert_eq!(world.inherents.checked.lock().len(), 1);
		world.clock.advance(Duration::from_millis(250));
		settle().await;
		assert!(!task.is_finished());
		world.clock.advance(Duration::from_millis(1));
		assert!(task.await.unwrap());
		assert_eq!(world.poci.metrics.headers_held.get(), 1);
	}

	#[tokio::test]
	async fn a_bad_early_block_is_refused_without_waiting() {
		let world = World::new();
		world.draw_alice(NEXT);
		let mut header = world.sealed(NEXT);
		header.set_state_root(H256::repeat_byte(1));
		world.clock.set(world.start_of(NEXT) - Duration::from_millis(900));
		assert!(matches!(refusal(&world, header).await, VerifyError::BadAuthorSeal));
		assert_eq!(world.clock.sleepers(), 0);
	}

	#[tokio::test]
	async fn an_early_block_is_judged_as_of_its_slot_and_a_late_one_as_of_now() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.clock.set(world.start_of(NEXT) - Duration::from_millis(200));
		world.verifier().check(broadcast(header.clone())).await.unwrap();
		world.clock.set(world.start_of(NEXT) + Duration::from_millis(300));
		world.verifier().check(broadcast(header)).await.unwrap();
		let times: Vec<u64> =
			world.inherents.checked.lock().iter().map(|(_, time)| time.as_millis()).collect();
		assert_eq!(times, [NEXT * SLOT, NEXT * SLOT + 300]);
	}

	#[tokio::test]
	async fn inherents_are_checked_without_the_seals() {
		let world = World::new();
		world.draw_alice(NEXT);
		let header = world.sealed(NEXT);
		world.verifier().check(broadcast(header)).await.unwrap();
		let checked = world.inherents.checked.lock();
		assert_eq!(checked[0].0.header.digest().logs().len(), 1);
	}
}
