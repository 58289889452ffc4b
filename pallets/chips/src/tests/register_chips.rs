use crate::{mock::*, signing::Engine, *};
use codec::Encode;
use frame::testing_prelude::*;
use utnet_primitives_core::UNC;
use utnet_primitives_security_engine::{
	BatchId, CatKey, CatSignature, Certificate, ChipSignature, Claim, IdentityKey, VendorId,
};

fn call(items: Vec<Registration>) -> DispatchResultWithPostInfo {
	Registry::register_chips(signed(&alice()), items.try_into().unwrap(), None)
}

/// A registration whose certificate was changed before the vendor signed it.
fn recertified(number: u32, change: impl FnOnce(&mut Certificate)) -> Registration {
	let mut item = registration(number, SMALL, &alice());
	change(&mut item.certificate);
	item.proof = CertificateProof::Signature(root_of(VENDOR).certify(&item.certificate));
	item.claim.claim.chip = item.certificate.chip_id();
	item.claim = Engine::new(number).sign(item.claim.claim);
	item
}

/// A registration whose claim was changed before the chip signed it.
fn reclaimed(change: impl FnOnce(&mut Claim)) -> Registration {
	let mut item = registration(0, SMALL, &alice());
	change(&mut item.claim.claim);
	item.claim = Engine::new(0).sign(item.claim.claim);
	item
}

/// A compressed point of the given length that `accept` takes, found by trying small x.
fn find_point<const N: usize>(accept: impl Fn([u8; N]) -> bool) -> [u8; N] {
	(1..=255)
		.map(|x| {
			let mut bytes = [0; N];
			bytes[0] = 0x80;
			bytes[N - 1] = x;
			bytes
		})
		.find(|bytes| accept(*bytes))
		.expect("one of 255 small x is such a point")
}

#[test]
fn gives_the_chips_to_the_sender() {
	run(|| {
		register(&alice(), SMALL, 0..3);
		for number in 0..3 {
			let chip = chip(number, SMALL);
			assert_eq!(chip.owner, alice());
			assert_eq!(chip.status, ChipStatus::Claimed { place: number });
			assert_eq!(chip.claim_counter, 1);
			assert!(Registry::is_live(&id(number, SMALL), START));
			assert!(has_event(Event::ChipClaimed {
				chip: id(number, SMALL),
				owner: alice(),
				batch: SMALL,
				place: number,
			}));
		}
		assert_eq!(Election::changed(), vec![alice()]);
		assert_eq!(Registry::network_power(), Tally { chips: 3, power: 3_000 });
	});
}

#[test]
fn holds_the_pledge_of_the_model() {
	run(|| {
		register(&alice(), SMALL, [0]);
		register(&alice(), LARGE, [1, 2]);
		let pledge = pledge(&alice());
		assert_eq!((pledge.bonded, pledge.pledged, pledge.held), (3, 50 * UNC, 50 * UNC));
		assert_eq!(pledge.debt(), 0);
		assert_eq!(free(&alice()), ENDOWMENT - 50 * UNC);
	});
}

#[test]
fn owes_what_the_account_cannot_hold() {
	run(|| {
		let poor = account(77);
		give(&poor, 7 * UNC);
		register(&poor, SMALL, [0]);
		let pledge = pledge(&poor);
		assert_eq!(pledge.held, 7 * UNC - EXISTENTIAL_DEPOSIT);
		assert_eq!(pledge.debt(), 3 * UNC + EXISTENTIAL_DEPOSIT);
		assert_eq!(pledge.debt_since, Some(Registry::now()));
		assert_eq!(free(&poor), EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn sets_the_session_keys_that_come_along() {
	run(|| {
		let items = vec![registration(0, SMALL, &alice())].try_into().unwrap();
		let keys = Some((42, GOOD_PROOF.to_vec().try_into().unwrap()));
		assert_ok!(Registry::register_chips(signed(&alice()), items, keys));
		assert_eq!(Keys::of(&alice()), Some(42));
	});
}

#[test]
fn registers_nothing_when_the_keys_are_refused() {
	run(|| {
		let items = vec![registration(0, SMALL, &alice())].try_into().unwrap();
		let keys = Some((42, b"bad".to_vec().try_into().unwrap()));
		assert_noop!(
			Registry::register_chips(signed(&alice()), items, keys),
			DispatchError::Other("the proof of ownership is wrong")
		);
	});
}

#[test]
fn keeps_the_wrapped_key() {
	run(|| {
		let mut item = registration(0, SMALL, &alice());
		item.wrapped_key = vec![7; 60].try_into().unwrap();
		assert_ok!(call(vec![item]));
		assert_eq!(Registry::chip(id(0, SMALL)).unwrap().wrapped_key, vec![7; 60]);
	});
}

#[test]
fn charges_only_for_the_owners_whose_chips_changed() {
	run(|| {
		let info = call(vec![registration(0, SMALL, &alice())]).unwrap();
		assert_eq!(info.actual_weight, Some(Registry::registration_weight(1, 0, false)));
		assert!(Registry::registration_weight(1, 1, false)
			.all_gt(Registry::registration_weight(1, 0, false)));
	});
}

#[test]
fn takes_certificates_out_of_a_signed_tree() {
	run(|| {
		let batch = BatchId { number: 5, ..SMALL };
		let certificates: Vec<_> = (0..5).map(|number| certificate(number, batch)).collect();
		let (root, proofs) = root_of(VENDOR).certify_all(batch, &certificates);
		assert_ok!(Registry::add_batch(
			signed(&controller()),
			batch,
			SMALL_MODEL,
			EXPIRY,
			5,
			Some(root)
		));
		for (number, proof) in (0..).zip(proofs.clone()) {
			let item = Registration { proof, ..registration(number, batch, &alice()) };
			assert_ok!(call(vec![item]));
		}
		assert_eq!(pledge(&alice()).bonded, 5);
	});
}

#[test]
fn fails_for_a_proof_of_another_leaf() {
	run(|| {
		let batch = BatchId { number: 5, ..SMALL };
		let certificates: Vec<_> = (0..5).map(|number| certificate(number, batch)).collect();
		let (root, proofs) = root_of(VENDOR).certify_all(batch, &certificates);
		assert_ok!(Registry::add_batch(
			signed(&controller()),
			batch,
			SMALL_MODEL,
			EXPIRY,
			5,
			Some(root)
		));
		let proof = proofs[1].clone();
		let item = Registration { proof, ..registration(0, batch, &alice()) };
		assert_noop!(call(vec![item]), Error::<Test>::BadMerkleProof);
	});
}

#[test]
fn fails_for_a_proof_in_a_batch_without_a_tree() {
	run(|| {
		let proof = CertificateProof::Merkle { index: 0, proof: Default::default() };
		let item = Registration { proof, ..registration(0, SMALL, &alice()) };
		assert_noop!(call(vec![item]), Error::<Test>::NoCertifiedRoot);
	});
}

#[test]
fn fails_for_an_unknown_version_in_a_tree() {
	run(|| {
		let batch = BatchId { number: 5, ..SMALL };
		let mut certificate = certificate(0, batch);
		certificate.version = 2;
		let (root, proofs) = root_of(VENDOR).certify_all(batch, &[certificate]);
		assert_ok!(Registry::add_batch(
			signed(&controller()),
			batch,
			SMALL_MODEL,
			EXPIRY,
			5,
			Some(root)
		));
		let mut item = registration(0, batch, &alice());
		item.certificate = certificate;
		item.proof = proofs[0].clone();
		assert_noop!(call(vec![item]), Error::<Test>::UnknownCertificateVersion);
	});
}

#[test]
fn fails_without_chips() {
	run(|| {
		assert_noop!(call(vec![]), Error::<Test>::NoItems);
	});
}

#[test]
fn fails_for_an_unknown_vendor_batch_or_model() {
	run(|| {
		let unknown = BatchId { vendor: VendorId(7), number: 0 };
		assert_noop!(call(vec![registration(0, unknown, &alice())]), Error::<Test>::UnknownVendor);
		let unknown = BatchId { number: 9, ..SMALL };
		assert_noop!(call(vec![registration(0, unknown, &alice())]), Error::<Test>::UnknownBatch);
		hypothetically!({
			Models::<Test>::remove(SMALL_MODEL);
			assert_noop!(call(vec![registration(0, SMALL, &alice())]), Error::<Test>::UnknownModel);
		});
	});
}

#[test]
fn fails_once_vendor_model_or_batch_is_out_of_order() {
	run(|| {
		let item = || vec![registration(0, SMALL, &alice())];
		let root = RuntimeOrigin::root;
		hypothetically!({
			assert_ok!(Registry::suspend_vendor(root(), VENDOR, true));
			assert_noop!(call(item()), Error::<Test>::VendorSuspended);
		});
		hypothetically!({
			assert_ok!(Registry::revoke_model(root(), SMALL_MODEL, true));
			assert_noop!(call(item()), Error::<Test>::ModelRevoked);
		});
		hypothetically!({
			assert_ok!(Registry::revoke_batch(root(), SMALL, true));
			assert_noop!(call(item()), Error::<Test>::BatchRevoked);
		});
		hypothetically!({
			pallet_timestamp::Now::<Test>::put(EXPIRY);
			assert_noop!(call(item()), Error::<Test>::BatchIsExpired);
		});
	});
}

#[test]
fn fails_when_the_batch_is_full() {
	run(|| {
		let batch = BatchId { number: 5, ..SMALL };
		assert_ok!(Registry::add_batch(signed(&controller()), batch, SMALL_MODEL, EXPIRY, 1, None));
		// Both pass the look at the batch; the second fails when it is entered.
		let two = vec![registration(0, batch, &alice()), registration(1, batch, &alice())];
		assert_noop!(call(two), Error::<Test>::BatchFull);
		register(&alice(), batch, [0]);
		assert_noop!(call(vec![registration(1, batch, &alice())]), Error::<Test>::BatchFull);
	});
}

#[test]
fn fails_when_the_model_is_full() {
	run(|| {
		let spec = ModelSpec {
			vendor: VENDOR,
			name: Name::default(),
			kind: ModelKind::Gpu,
			cat_key_home: CatKeyHome::Engine,
			power: 1,
			pledge: None,
			cap: 1,
		};
		assert_ok!(Registry::add_model(RuntimeOrigin::root(), spec));
		let model = utnet_primitives_security_engine::ModelId(3);
		for number in [5, 6] {
			let batch = BatchId { number, ..SMALL };
			assert_ok!(Registry::add_batch(signed(&controller()), batch, model, EXPIRY, 1, None));
		}
		register(&alice(), BatchId { number: 5, ..SMALL }, [0]);
		assert_noop!(
			call(vec![registration(1, BatchId { number: 6, ..SMALL }, &alice())]),
			Error::<Test>::ModelFull
		);
	});
}

#[test]
fn fails_for_a_certificate_of_another_version() {
	run(|| {
		let item = recertified(0, |certificate| certificate.version = 2);
		assert_noop!(call(vec![item]), Error::<Test>::UnknownCertificateVersion);
	});
}

#[test]
fn fails_for_a_certificate_that_the_vendor_did_not_sign() {
	run(|| {
		let mut item = registration(0, SMALL, &alice());
		let by_another = root_of(VendorId(1)).certify(&item.certificate);
		item.proof = CertificateProof::Signature(by_another);
		assert_noop!(call(vec![item]), Error::<Test>::NotCertified);
	});
}

#[test]
fn fails_for_malformed_and_high_signatures() {
	run(|| {
		let mut item = registration(0, SMALL, &alice());
		let CertificateProof::Signature(signature) = item.proof else { panic!() };
		item.proof = CertificateProof::Signature([0; 64]);
		assert_noop!(call(vec![item.clone()]), Error::<Test>::MalformedSignature);
		item.proof = CertificateProof::Signature(high_s(signature));
		assert_noop!(call(vec![item]), Error::<Test>::HighS);

		let mut item = registration(0, SMALL, &alice());
		let ChipSignature::P256(signature) = item.claim.signature;
		item.claim.signature = ChipSignature::P256([0xff; 64]);
		assert_noop!(call(vec![item.clone()]), Error::<Test>::MalformedSignature);
		item.claim.signature = ChipSignature::P256(high_s(signature));
		assert_noop!(call(vec![item]), Error::<Test>::HighS);
	});
}

#[test]
fn fails_when_the_vendors_stored_key_is_no_point() {
	run(|| {
		hypothetically!({
			Vendors::<Test>::mutate(VENDOR, |vendor| {
				vendor.as_mut().unwrap().root_key = [0; 33];
			});
			assert_noop!(
				call(vec![registration(0, SMALL, &alice())]),
				Error::<Test>::MalformedRootKey
			);
		});
	});
}

#[test]
fn fails_for_a_malformed_identity_key() {
	run(|| {
		for key in [[0; 33], [5; 33]] {
			let item = recertified(0, |certificate| {
				certificate.identity_key = IdentityKey::P256(key);
			});
			assert_noop!(call(vec![item]), Error::<Test>::MalformedIdentityKey);
		}
	});
}

#[test]
fn fails_for_a_claim_that_another_chip_signed() {
	run(|| {
		let mut item = registration(0, SMALL, &alice());
		item.claim = Engine::new(1).sign(item.claim.claim);
		assert_noop!(call(vec![item]), Error::<Test>::NotClaimedByChip);
	});
}

#[test]
fn fails_for_foreign_claims() {
	run(|| {
		blocks(3);
		for (error, item) in [
			(
				Error::<Test>::ForeignGenesis,
				reclaimed(|claim| claim.genesis_hash = H256::repeat_byte(9)),
			),
			(Error::<Test>::ForeignChip, reclaimed(|claim| claim.chip = id(1, SMALL))),
			(Error::<Test>::ForeignOwner, reclaimed(|claim| claim.owner = bob().into())),
			(Error::<Test>::WrongClaimCounter, reclaimed(|claim| claim.claim_counter = 1)),
			(
				Error::<Test>::ForeignBlock,
				reclaimed(|claim| claim.block_hash = H256::repeat_byte(9)),
			),
			(
				Error::<Test>::ClaimFromFuture,
				reclaimed(|claim| claim.block_number = System::block_number()),
			),
		] {
			assert_noop!(call(vec![item]), error);
		}
	});
}

#[test]
fn takes_a_claim_up_to_255_blocks_back() {
	run(|| {
		blocks(10);
		let first = registration(0, SMALL, &alice());
		blocks(254);
		assert_eq!(System::block_number() - first.claim.claim.block_number, 255);
		hypothetically!({
			assert_ok!(call(vec![first.clone()]));
		});
		blocks(1);
		assert_noop!(call(vec![first]), Error::<Test>::ClaimTooOld);
	});
}

#[test]
fn fails_for_a_claim_that_was_used() {
	run(|| {
		let item = registration(0, SMALL, &alice());
		assert_ok!(call(vec![item.clone()]));
		assert_noop!(call(vec![item.clone()]), Error::<Test>::ChipNotFree);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		wait(UNBONDING);
		assert_noop!(call(vec![item]), Error::<Test>::WrongClaimCounter);
		register(&alice(), SMALL, [0]);
	});
}

#[test]
fn fails_for_each_kind_of_bad_cat_key() {
	use utnet_primitives_security_engine::bls::CatError;
	run(|| {
		let off_curve = find_point(|bytes| CatKey(bytes).decompress() == Err(CatError::NotOnCurve));
		let off_subgroup =
			find_point(|bytes| CatKey(bytes).decompress() == Err(CatError::NotInSubgroup));
		let mut infinity = [0; 96];
		infinity[0] = 0xc0;
		for (key, error) in [
			([0; 96], Error::<Test>::MalformedCatKey),
			([0xff; 96], Error::<Test>::MalformedCatKey),
			(off_curve, Error::<Test>::CatKeyNotOnCurve),
			(off_subgroup, Error::<Test>::CatKeyNotInSubgroup),
			(infinity, Error::<Test>::CatKeyIsIdentity),
		] {
			let item = recertified(0, |certificate| certificate.cat_key = CatKey(key));
			assert_noop!(call(vec![item]), error);
		}
	});
}

#[test]
fn fails_for_each_kind_of_bad_possession() {
	use utnet_primitives_security_engine::bls::{verify_possession, CatError};
	run(|| {
		let key = Engine::new(0).cat_key();
		let uncompressed = key.decompress().unwrap();
		let off_subgroup = find_point(|bytes| {
			verify_possession(&key, &uncompressed, &CatSignature(bytes))
				== Err(CatError::SignatureNotInSubgroup)
		});
		let mut infinity = [0; 48];
		infinity[0] = 0xc0;
		for (possession, error) in [
			([0; 48], Error::<Test>::MalformedPossession),
			(off_subgroup, Error::<Test>::PossessionNotInSubgroup),
			(infinity, Error::<Test>::PossessionIsIdentity),
			(Engine::new(1).possession().0, Error::<Test>::NotPossessed),
		] {
			let mut item = registration(0, SMALL, &alice());
			item.possession = CatSignature(possession);
			assert_noop!(call(vec![item.clone()]), error);
			// The same in company of a good one: the batch finds it too.
			let error = call(vec![registration(2, SMALL, &alice()), item]).unwrap_err().error;
			assert!(matches!(error, DispatchError::Module(_)));
		}
	});
}

#[test]
fn fails_when_serial_or_key_is_another_chips() {
	run(|| {
		register(&alice(), SMALL, [0]);
		// The same serial number in another batch is another chip id.
		assert_noop!(call(vec![registration(0, LARGE, &alice())]), Error::<Test>::SerialTaken);
		let item = recertified(1, |certificate| {
			certificate.identity_key = Engine::new(0).identity_key();
		});
		assert_noop!(call(vec![item]), Error::<Test>::IdentityKeyTaken);
		let item = recertified(1, |certificate| certificate.cat_key = Engine::new(0).cat_key());
		assert_noop!(call(vec![item]), Error::<Test>::CatKeyTaken);
	});
}

#[test]
fn fails_when_a_chip_comes_twice_in_one_call() {
	run(|| {
		let twice = vec![registration(0, SMALL, &alice()); 2];
		assert_noop!(call(twice), Error::<Test>::ChipNotFree);
		let same_keys = vec![registration(0, SMALL, &alice()), registration(0, LARGE, &alice())];
		assert_noop!(call(same_keys), Error::<Test>::SerialTaken);
	});
}

#[test]
fn fails_when_a_retired_chip_comes_twice_in_one_call() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		wait(UNBONDING);
		let twice = vec![registration(0, SMALL, &alice()); 2];
		assert_noop!(call(twice), Error::<Test>::ChipNotFree);
	});
}

#[test]
fn fails_for_somebody_elses_chip() {
	run(|| {
		register(&bob(), SMALL, [0]);
		assert_noop!(call(vec![registration(0, SMALL, &alice())]), Error::<Test>::ChipNotFree);
	});
}

#[test]
fn fails_for_a_revoked_chip() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::revoke_chip(RuntimeOrigin::root(), id(0, SMALL), true));
		assert_noop!(call(vec![registration(0, SMALL, &alice())]), Error::<Test>::ChipRevoked);
	});
}

#[test]
fn takes_a_retired_chip_from_whoever_holds_it() {
	run(|| {
		register(&bob(), SMALL, [0]);
		assert_ok!(Registry::retire_chips(signed(&bob()), ids(&[0], SMALL)));
		assert_noop!(call(vec![registration(0, SMALL, &alice())]), Error::<Test>::ChipNotFree);
		wait(UNBONDING);
		assert_ok!(call(vec![registration(0, SMALL, &alice())]));
		assert_eq!(chip(0, SMALL).owner, alice());
		assert_eq!(chip(0, SMALL).claim_counter, 2);
		let batch = Batches::<Test>::get(VENDOR, SMALL.number).unwrap();
		assert_eq!(batch.registered, 1, "a chip is counted once");
	});
}

#[test]
fn fails_for_a_known_chip_with_other_keys() {
	run(|| {
		register(&alice(), SMALL, [0]);
		assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
		wait(UNBONDING);
		let serial = certificate(0, SMALL).serial;
		let item = recertified(1, |certificate| certificate.serial = serial);
		assert_noop!(call(vec![item]), Error::<Test>::CertifiedTwice);
	});
}

#[test]
fn fails_for_the_seventeenth_batch_of_an_owner() {
	run(|| {
		for number in 10..27 {
			let batch = BatchId { number, ..SMALL };
			assert_ok!(Registry::add_batch(
				signed(&controller()),
				batch,
				SMALL_MODEL,
				EXPIRY,
				9,
				None
			));
		}
		for number in 10..26 {
			register(&alice(), BatchId { number, ..SMALL }, [number]);
		}
		assert_noop!(
			call(vec![registration(26, BatchId { number: 26, ..SMALL }, &alice())]),
			Error::<Test>::TooManyGroups
		);
	});
}

#[test]
fn fails_when_the_group_is_full() {
	run(|| {
		register(&alice(), SMALL, [0]);
		hypothetically!({
			Groups::<Test>::mutate(alice(), SMALL, |group| {
				group.as_mut().unwrap().count = MAX_PLACES;
			});
			assert_noop!(call(vec![registration(1, SMALL, &alice())]), Error::<Test>::GroupFull);
		});
	});
}

#[test]
fn fails_when_the_registry_contradicts_itself() {
	run(|| {
		register(&alice(), SMALL, [0]);
		hypothetically!({
			Groups::<Test>::remove(alice(), SMALL);
			assert_noop!(call(vec![registration(1, SMALL, &alice())]), Error::<Test>::Inconsistent);
		});
	});
}

#[test]
fn fails_unsigned() {
	run(|| {
		let items = vec![registration(0, SMALL, &alice())].try_into().unwrap();
		assert_noop!(
			Registry::register_chips(RuntimeOrigin::none(), items, None),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_claim_is_over_exactly_the_fields_of_the_specification() {
	run(|| {
		let claim = claim_for(0, SMALL, &alice()).claim;
		let expected = [
			b"utnet:poci-claim:v1".as_slice(),
			Registry::genesis_hash().as_bytes(),
			id(0, SMALL).as_bytes(),
			&[1; 32],
			&0u32.encode(),
			&1u32.encode(),
			System::block_hash(1).as_bytes(),
		]
		.concat();
		assert_eq!(claim.message(), expected);
	});
}
