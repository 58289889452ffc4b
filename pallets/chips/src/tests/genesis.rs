use crate::{
	genesis::{Amount, GenesisChip},
	mock::*,
	signing::{Engine, Root},
	*,
};
use codec::Encode;
use frame::{deps::sp_core::Bytes, testing_prelude::*};
use utnet_client_chip_signer::development;
use utnet_primitives_core::UNC;
use utnet_primitives_security_engine::VendorId;

fn with_chips(chips: Vec<GenesisChip<AccountId>>) -> ExtBuilder {
	ExtBuilder { chips: GenesisConfig { chips, ..genesis() } }
}

/// Why a genesis is refused.
fn refusal(chips: GenesisConfig<Test>) -> String {
	let balances = (1..=9).map(|number| (account(number), ENDOWMENT)).collect();
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> { balances, ..Default::default() }
		.assimilate_storage(&mut storage)
		.unwrap();
	TestState::from(storage).execute_with(|| chips.enter().unwrap_err())
}

fn refusal_of_chip(change: impl FnOnce(&mut GenesisChip<AccountId>)) -> String {
	let mut chip = genesis_chip(0, SMALL, alice());
	change(&mut chip);
	refusal(GenesisConfig { chips: vec![chip], ..genesis() })
}

#[test]
fn chips_stand_are_pledged_for_and_make_up_the_first_list() {
	let chips = vec![
		genesis_chip(0, SMALL, bob()),
		genesis_chip(1, SMALL, alice()),
		genesis_chip(2, LARGE, bob()),
	];
	with_chips(chips).build_and_execute(|| {
		assert_eq!(Election::seeded(), Some(vec![bob(), alice()]));
		assert_eq!(Registry::power_of(bob()), 3_000);
		assert_eq!(pledge(&bob()).held, 30 * UNC);
		assert_eq!(chip(0, SMALL).claim_counter, 1);
		assert_eq!(Places::<Test>::get((bob(), SMALL, 0)).unwrap().since_epoch, 0);
		assert!(System::events().is_empty());
	});
}

#[test]
fn without_chips_the_first_list_is_empty() {
	run(|| assert_eq!(Election::seeded(), Some(vec![])));
}

#[test]
fn takes_the_chips_of_the_software_signer() {
	let mut chips = GenesisConfig { allow_development_vendor: true, ..genesis() };
	chips.vendors[0].root_key = Bytes(development::vendor_root().public_key().to_vec());
	for (name, owner) in [("Alice", alice()), ("Charlie", carol())] {
		for chip in development::chips(name) {
			chips.chips.push(GenesisChip {
				owner: owner.clone(),
				certificate: Bytes(chip.certificate.encode()),
				signature: Bytes(chip.signature.to_vec()),
				possession: Bytes(chip.possession.0.to_vec()),
			});
		}
	}
	ExtBuilder { chips }.build_and_execute(|| {
		assert_eq!(Election::seeded(), Some(vec![alice(), carol()]));
		assert_eq!(Registry::power_of(alice()), 8 * 2_000);
		assert_eq!(Registry::power_of(carol()), 5 * 1_000);
	});
}

#[test]
fn refuses_the_development_vendor_where_it_is_not_accepted() {
	let mut chips = genesis();
	chips.vendors[0].root_key = Bytes(DEVELOPMENT_VENDOR_KEY.to_vec());
	assert!(refusal(chips).contains("DevelopmentVendor"));
}

#[test]
#[should_panic(expected = "chips genesis: vendor 0 is refused")]
fn a_refusal_stops_the_build() {
	let mut chips = genesis();
	chips.vendors[0].root_key = Bytes(vec![0; 33]);
	ExtBuilder { chips }.build();
}

#[test]
fn refuses_lengths_that_are_wrong() {
	let mut chips = genesis();
	chips.vendors[0].root_key = Bytes(vec![2; 32]);
	assert_eq!(refusal(chips), "chips genesis: rootKey of vendor 0 has 32 bytes, not 33");
	let mut chips = genesis();
	chips.models[1].name = "x".repeat(65);
	assert_eq!(refusal(chips), "chips genesis: the name of model 1 has more than 64 bytes");
	assert!(refusal_of_chip(|chip| chip.signature.0.truncate(63)).contains("63 bytes, not 64"));
	assert!(refusal_of_chip(|chip| chip.possession.0.truncate(47)).contains("47 bytes, not 48"));
	assert!(refusal_of_chip(|chip| chip.certificate.0.push(0)).contains("chip 0 is refused"));
}

#[test]
fn refuses_models_and_batches_that_are_out_of_order() {
	let mut chips = genesis();
	chips.models[0].power = 0;
	assert!(refusal(chips).contains("model 0 is refused"));
	let mut chips = genesis();
	chips.batches[2].model = 0;
	assert!(refusal(chips).contains("batch 2 is refused"));
}

#[test]
fn refuses_a_certificate_that_the_vendor_did_not_sign() {
	let refused = refusal_of_chip(|chip| {
		let by_another = Root::new(9).certify(&certificate(0, SMALL));
		chip.signature = Bytes(by_another.to_vec());
	});
	assert!(refused.contains("chip 0 is refused: Mismatch"), "{refused}");
}

#[test]
fn refuses_a_chip_of_an_unknown_batch() {
	let refused = refusal(GenesisConfig {
		chips: vec![genesis_chip(
			0,
			utnet_primitives_security_engine::BatchId { vendor: VendorId(0), number: 9 },
			alice(),
		)],
		..genesis()
	});
	assert!(refused.contains("chip 0 is refused: UnknownBatch"), "{refused}");
}

#[test]
fn refuses_a_wrong_proof_of_possession() {
	let refused = refusal_of_chip(|chip| {
		chip.possession = Bytes(Engine::new(1).possession().0.to_vec());
	});
	assert!(refused.contains("the proofs of possession is refused"), "{refused}");
}

#[test]
fn refuses_malformed_keys() {
	let with = |change: fn(&mut utnet_primitives_security_engine::Certificate)| {
		refusal_of_chip(|chip| {
			let mut certificate = certificate(0, SMALL);
			change(&mut certificate);
			chip.certificate = Bytes(certificate.encode());
			chip.signature = Bytes(root_of(VENDOR).certify(&certificate).to_vec());
		})
	};
	let refused = with(|certificate| certificate.cat_key.0 = [0; 96]);
	assert!(refused.contains("MalformedKey"), "{refused}");
	let refused = with(|certificate| {
		certificate.identity_key = utnet_primitives_security_engine::IdentityKey::P256([0; 33]);
	});
	assert!(refused.contains("MalformedKey"), "{refused}");
}

#[test]
fn refuses_a_chip_twice_and_an_owner_that_cannot_pledge() {
	let twice = GenesisConfig {
		chips: vec![genesis_chip(0, SMALL, alice()), genesis_chip(0, SMALL, bob())],
		..genesis()
	};
	assert!(refusal(twice).contains("ChipNotFree"));
	let poor = refusal_of_chip(|chip| chip.owner = account(77));
	assert!(poor.contains("endow it with more"), "{poor}");
}

#[test]
fn reads_and_writes_json() {
	let json = serde_json::json!({
		"allowDevelopmentVendor": true,
		"vendors": [{
			"name": "Sophon",
			"rootKey": format!("0x{}", "02".repeat(33)),
			"controller": alice(),
		}],
		"models": [{
			"vendor": 0,
			"name": "BM1684X",
			"kind": "Tpu",
			"catKeyHome": "Firmware",
			"power": 32_000,
			"pledge": "32000000000000000000",
			"cap": 1_048_576,
		}],
		"batches": [
			{ "vendor": 0, "number": 1, "model": 0, "expiresAt": 4_102_444_800_000u64, "maxCount": 9 }
		],
		"chips": [
			{ "owner": bob(), "certificate": "0x01", "signature": "0x02", "possession": "0x03" }
		],
	});
	let read: GenesisConfig<Test> = serde_json::from_value(json.clone()).unwrap();
	assert_eq!(read.models[0].pledge, Some(Amount(32 * UNC)));
	assert_eq!(read.chips[0].certificate.0, vec![1]);
	assert_eq!(serde_json::to_value(&read).unwrap(), json);
	let number: Amount = serde_json::from_str("7").unwrap();
	assert_eq!(number, Amount(7));
	assert!(serde_json::from_str::<Amount>("\"7 UNC\"").is_err());
	assert!(serde_json::from_str::<Amount>("true").is_err());
}
