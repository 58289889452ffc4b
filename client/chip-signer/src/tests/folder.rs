use super::{add, assert_sealed, claim, folder_with, seal, OTHER_GENESIS};
use crate::{folder::ChipFolder, EmbeddedSigner, SealRequest, SignerError};
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
};

fn open_error(path: &Path) -> String {
	EmbeddedSigner::open(path).unwrap_err().to_string()
}

fn only_file(folder: &Path) -> PathBuf {
	let files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
	assert_eq!(files.len(), 1, "{files:?}");
	files[0].clone()
}

#[test]
fn chips_of_the_folder_sign() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1, 2, 3]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	let chips = signer.chips_now();
	assert_eq!(chips.len(), 3);
	for chip in chips {
		let request = seal(chip.id, 7);
		assert_sealed(&chip.identity_key, &request, &signer.sign_seal_now(&request).unwrap());
	}
}

#[test]
fn folder_without_chips_is_in_order() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[]);
	assert!(EmbeddedSigner::open(dir.path()).unwrap().chips_now().is_empty());
}

#[test]
fn creating_a_folder_twice_keeps_its_efuse_key() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	ChipFolder::create(dir.path()).unwrap();
	assert_eq!(EmbeddedSigner::open(dir.path()).unwrap().chips_now().len(), 1);
}

#[test]
fn files_are_readable_by_their_owner_only() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("chips of mine");
	folder_with(&path, &[1]);
	let signer = EmbeddedSigner::open(&path).unwrap();
	signer.sign_seal_now(&seal(signer.chips_now()[0].id, 1)).unwrap();
	let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
	assert_eq!(mode(&path), 0o700);
	assert_eq!(mode(&path.join("efuse.key")), 0o600);
	assert_eq!(mode(&only_file(&path.join("chips"))), 0o600);
	assert_eq!(mode(&only_file(&path.join("slots"))), 0o600);
}

#[test]
fn efuse_key_that_others_may_read_stops_the_signer() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let efuse = dir.path().join("efuse.key");
	fs::set_permissions(&efuse, fs::Permissions::from_mode(0o644)).unwrap();
	let error = open_error(dir.path());
	assert!(error.contains("efuse.key") && error.contains("chmod 600"), "{error}");
}

#[test]
fn folder_that_is_not_there_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let error = open_error(&dir.path().join("nowhere"));
	assert!(error.contains("nowhere"), "{error}");
}

#[test]
fn slot_is_not_sealed_again_after_a_restart() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	let chip = signer.chips_now()[0].id;
	signer.sign_seal_now(&seal(chip, 10)).unwrap();
	drop(signer);

	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	for slot in [9, 10] {
		assert_eq!(
			signer.sign_seal_now(&seal(chip, slot)),
			Err(SignerError::SlotNotAfterLast { slot, last: 10 })
		);
	}
	let elsewhere = SealRequest { genesis_hash: OTHER_GENESIS, ..seal(chip, 1) };
	assert!(signer.sign_seal_now(&elsewhere).is_ok());
	assert!(signer.sign_seal_now(&seal(chip, 11)).is_ok());
	drop(signer);

	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	assert!(signer.sign_seal_now(&elsewhere).is_err());
	assert!(signer.sign_seal_now(&seal(chip, 11)).is_err());
}

#[test]
fn half_written_record_of_a_crash_is_passed_over() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	let chip = signer.chips_now()[0].id;
	signer.sign_seal_now(&seal(chip, 10)).unwrap();
	drop(signer);
	let record = only_file(&dir.path().join("slots"));
	fs::write(record.with_extension("new"), "{ half a rec").unwrap();

	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	assert!(signer.sign_seal_now(&seal(chip, 10)).is_err());
	assert!(signer.sign_seal_now(&seal(chip, 11)).is_ok());
}

#[test]
fn corrupt_record_of_slots_stops_the_signer() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	signer.sign_seal_now(&seal(signer.chips_now()[0].id, 10)).unwrap();
	drop(signer);
	let record = only_file(&dir.path().join("slots"));
	for text in ["", "{", "[]", r#"{"0x00": 1}"#, r#"{"genesis": "1"}"#] {
		fs::write(&record, text).unwrap();
		let error = open_error(dir.path());
		assert!(error.contains(record.file_name().unwrap().to_str().unwrap()), "{error}");
	}
}

#[test]
fn nothing_is_signed_while_the_record_cannot_be_written() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	let chip = signer.chips_now()[0].id;
	// A folder in the place of the new record stops even the superuser.
	let blocker = dir.path().join(format!("slots/{}.new", hex::encode(chip)));
	fs::create_dir_all(&blocker).unwrap();
	assert!(matches!(signer.sign_seal_now(&seal(chip, 10)), Err(SignerError::Engine(_))));
	assert_eq!(signer.health_now().seals, 0);
	fs::remove_dir(&blocker).unwrap();
	assert!(signer.sign_seal_now(&seal(chip, 10)).is_ok());
}

#[test]
fn second_signer_does_not_get_the_folder() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let first = EmbeddedSigner::open(dir.path()).unwrap();
	let error = open_error(dir.path());
	assert!(error.contains("another signer uses this folder"), "{error}");
	drop(first);
	assert!(EmbeddedSigner::open(dir.path()).is_ok());
}

#[test]
fn chip_added_later_is_found_when_asked_for() {
	let dir = tempfile::tempdir().unwrap();
	let folder = folder_with(dir.path(), &[1]);
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	let late = add(&folder, 2);
	fs::write(dir.path().join("chips/broken.json"), "{").unwrap();
	fs::write(dir.path().join("chips/readme.txt"), "not a chip").unwrap();
	assert_eq!(signer.chips_now().len(), 1);
	assert!(signer.sign_claim_now(&claim(late)).is_ok());
	assert_eq!(signer.chips_now().len(), 2);
	assert!(signer.sign_seal_now(&seal(late, 3)).is_ok());
	drop(signer);

	fs::remove_file(dir.path().join("chips/broken.json")).unwrap();
	let signer = EmbeddedSigner::open(dir.path()).unwrap();
	assert!(signer.sign_seal_now(&seal(late, 3)).is_err());
}

#[test]
fn files_that_are_no_chips_are_named() {
	let dir = tempfile::tempdir().unwrap();
	folder_with(dir.path(), &[1]);
	let file = only_file(&dir.path().join("chips"));
	let good: serde_json::Value =
		serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
	let with = |field: &str, value: &str| {
		let mut chip = good.clone();
		chip[field] = value.into();
		chip.to_string()
	};
	let wrapped = good["wrapped_key"].as_str().unwrap();
	let certificate = good["certificate"].as_str().unwrap();
	for (text, reason) in [
		("{".to_owned(), "EOF"),
		("{}".to_owned(), "missing field"),
		(with("extra", "1"), "unknown field"),
		(with("certificate", "0xzz"), "certificate: "),
		(with("certificate", "0x00"), "certificate: "),
		(with("certificate", &format!("{certificate}00")), "certificate: "),
		(with("certificate_signature", "0x00"), "certificate_signature: not 64 bytes"),
		(with("wrapped_key", "0x0"), "wrapped_key: "),
		(with("wrapped_key", "0x00"), "60 bytes"),
		(with("wrapped_key", &format!("0x{}", "00".repeat(60))), "does not open"),
		(with("wrapped_key", &wrapped.replace("0x", "")), ""),
	] {
		fs::write(&file, &text).unwrap();
		if reason.is_empty() {
			assert!(EmbeddedSigner::open(dir.path()).is_ok(), "{text}");
			continue;
		}
		let error = open_error(dir.path());
		assert!(error.contains(".json") && error.contains(reason), "{text}: {error}");
	}
}

#[test]
fn certificate_of_another_chip_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let folder = folder_with(dir.path(), &[]);
	let efuse = folder.efuse_key().unwrap();
	let engine = crate::SoftwareEngine::from_seed(&efuse, [1; 32]);
	let (certificate, signature) = super::certified(2);
	folder.add(&certificate, &signature, &engine.wrapped_key()).unwrap();
	assert!(open_error(dir.path()).contains("of another chip"));
}
