use utnet_client_chip_signer::{development, SealRequest, SignerError};
use utnet_primitives_core::Hash;
use utnet_primitives_security_engine::ChipId;

use crate::{
	chip::{describe, Signer},
	cli::SignerChoice,
};

fn seal(chip: ChipId) -> SealRequest {
	SealRequest { chip, genesis_hash: Hash::repeat_byte(1), slot: 1, pre_hash: Hash::zero() }
}

#[tokio::test]
async fn well_known_miners_sign_with_their_development_chips() {
	let data = tempfile::tempdir().expect("a temporary folder");
	let signer =
		Signer::open(&SignerChoice::Embedded, Some("Bob"), data.path().join("chips"), None)
			.expect("it opens");
	assert_eq!(signer.chips.chips().await.expect("it lists").len(), 4);
	assert!(signer.development.is_some());
	let chip = development::chip_id("Bob", 0);
	assert!(signer.chips.sign_seal(seal(chip)).await.is_ok());
}

#[tokio::test]
async fn a_chip_in_the_folder_signs_beside_the_development_chips() {
	use utnet_client_chip_signer::{folder::ChipFolder, SoftwareEngine};

	let data = tempfile::tempdir().expect("a temporary folder");
	let path = data.path().join("chips");
	let folder = ChipFolder::create(&path).expect("it is made");
	let engine =
		SoftwareEngine::generate(&folder.efuse_key().expect("it is new")).expect("random bytes");
	let (certificate, signature) =
		development::vendor_root().certify(development::BM1684_BATCH, [7; 32], &engine);
	folder.add(&certificate, &signature, &engine.wrapped_key()).expect("it is written");

	let signer = Signer::open(&SignerChoice::Embedded, Some("Bob"), path, None).expect("it opens");
	assert_eq!(signer.chips.chips().await.expect("it lists").len(), 5);
	assert!(signer.chips.sign_seal(seal(certificate.chip_id())).await.is_ok());
	assert!(signer.chips.sign_seal(seal(development::chip_id("Bob", 3))).await.is_ok());
}

#[tokio::test]
async fn a_chip_that_nobody_holds_is_unknown() {
	let data = tempfile::tempdir().expect("a temporary folder");
	let signer = Signer::open(&SignerChoice::Embedded, None, data.path().join("chips"), None)
		.expect("opens");
	assert!(signer.chips.chips().await.expect("it lists").is_empty());
	let chip = ChipId::repeat_byte(9);
	assert_eq!(signer.chips.sign_seal(seal(chip)).await, Err(SignerError::UnknownChip(chip)));
}

#[tokio::test]
async fn chips_are_told_in_plain_words() {
	let data = tempfile::tempdir().expect("a temporary folder");
	let signer =
		Signer::open(&SignerChoice::Embedded, Some("Charlie"), data.path().join("chips"), None)
			.expect("it opens");
	let chips = signer.chips.chips().await.expect("it lists");
	let known = describe(&chips, |_| Some(("BM1684".into(), 17_600)));
	assert_eq!(known, "5 × BM1684 (88.0 T)");
	let unknown = describe(&chips, |_| None);
	assert_eq!(unknown, "5 of a batch this chain does not know (vendor 0, number 0)");
}
