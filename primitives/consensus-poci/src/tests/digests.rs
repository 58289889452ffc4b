//! What a header carries, and every form that is refused.

use codec::{Decode, Encode};
use sp_core::H256;
use sp_runtime::{traits::Header as _, Digest, DigestItem};

use super::{bare_header, pair, pre_digest, seal, sealed_header, Header};
use crate::{
	author_seal, chip_seal, digest::pre_digest_of, find_pre_digest, pre_runtime, take_seals,
	AuthoritySignature, DigestError, PreDigest, CHIP_ENGINE_ID, POCI_ENGINE_ID,
};

fn with_logs(logs: Vec<DigestItem>) -> Header {
	Header::new(1, H256::zero(), H256::zero(), H256::zero(), Digest { logs })
}

fn author() -> DigestItem {
	author_seal(&AuthoritySignature::from(sp_core::sr25519::Signature::from_raw([5; 64])))
}

fn chip() -> DigestItem {
	chip_seal(vec![4; 64])
}

fn pre() -> DigestItem {
	pre_runtime(&pre_digest(&pair(1), 9, 3))
}

/// The header is refused for this reason and stays as it was.
fn refused(logs: Vec<DigestItem>, why: DigestError) {
	let mut header = with_logs(logs);
	let before = header.clone();
	assert_eq!(take_seals(&mut header), Err(why));
	assert_eq!(header, before);
}

#[test]
fn a_pre_digest_is_read_back() {
	let pre_digest = pre_digest(&pair(1), 9, 3);
	assert_eq!(find_pre_digest(&bare_header(&pre_digest, 0)), Ok(pre_digest.clone()));
	assert_eq!(find_pre_digest(&sealed_header(&pair(1), 9, 0)).map(|found| found.leader), Ok(3));
	assert_eq!(pre_digest.pre_output().to_vec(), pre_digest.vrf.pre_output.encode());
}

#[test]
fn a_recovery_pre_digest_names_no_chip() {
	let recovery = PreDigest { chip: None, ..pre_digest(&pair(1), 9, 3) };
	let encoded = recovery.encode();
	// slot, leader, the empty option, pre-output and proof.
	assert_eq!(encoded.len(), 8 + 4 + 1 + 32 + 64);
	assert_eq!(PreDigest::decode(&mut &encoded[..]), Ok(recovery));
}

#[test]
fn a_pre_digest_is_found_among_other_engines_items() {
	let logs = vec![
		DigestItem::PreRuntime(*b"BABE", vec![1]),
		pre(),
		DigestItem::Consensus(*b"FRNK", vec![2]),
		DigestItem::Consensus(POCI_ENGINE_ID, vec![3]),
	];
	assert!(pre_digest_of(&Digest { logs }).is_ok());
}

#[test]
fn a_header_without_a_pre_digest_is_refused() {
	assert_eq!(find_pre_digest(&with_logs(vec![])), Err(DigestError::MissingPreDigest));
	let other = vec![DigestItem::Consensus(POCI_ENGINE_ID, vec![]), chip(), author()];
	assert_eq!(find_pre_digest(&with_logs(other)), Err(DigestError::MissingPreDigest));
}

#[test]
fn a_second_pre_digest_is_refused_even_if_equal() {
	assert_eq!(find_pre_digest(&with_logs(vec![pre(), pre()])), Err(DigestError::SecondPreDigest));
}

#[test]
fn a_pre_digest_with_a_byte_too_few_or_too_many_is_refused() {
	let good = pre_digest(&pair(1), 9, 3).encode();
	let short = good[..good.len() - 1].to_vec();
	let long = [&good[..], &[0]].concat();
	for data in [vec![], short, long] {
		let header = with_logs(vec![DigestItem::PreRuntime(POCI_ENGINE_ID, data)]);
		assert_eq!(find_pre_digest(&header), Err(DigestError::MalformedPreDigest));
	}
}

#[test]
fn both_seals_are_taken_and_the_rest_is_what_the_chip_signed() {
	let bare = bare_header(&pre_digest(&pair(1), 9, 3), 0);
	let mut header = seal(bare.clone(), &[8; 64], &pair(1));
	let (chip, _) = take_seals(&mut header).unwrap();
	assert_eq!(chip, vec![8; 64]);
	assert_eq!(header, bare);
}

#[test]
fn an_empty_chip_seal_is_taken() {
	let mut header = with_logs(vec![pre(), chip_seal(vec![]), author()]);
	assert_eq!(take_seals(&mut header).map(|(chip, _)| chip), Ok(vec![]));
}

#[test]
fn missing_seals_are_refused() {
	refused(vec![], DigestError::MissingAuthorSeal);
	refused(vec![pre()], DigestError::MissingAuthorSeal);
	refused(vec![pre(), chip()], DigestError::MissingAuthorSeal);
	refused(vec![author()], DigestError::MissingChipSeal);
	refused(vec![pre(), author()], DigestError::MissingChipSeal);
}

#[test]
fn seals_in_another_order_are_refused() {
	refused(vec![pre(), author(), chip()], DigestError::MissingAuthorSeal);
	refused(vec![chip(), pre(), author()], DigestError::MissingChipSeal);
	refused(vec![pre(), chip(), author(), pre()], DigestError::MissingAuthorSeal);
}

#[test]
fn two_seals_of_one_engine_are_refused() {
	refused(vec![pre(), author(), author()], DigestError::MissingChipSeal);
	refused(vec![pre(), chip(), chip()], DigestError::MissingAuthorSeal);
}

#[test]
fn a_third_seal_of_any_engine_is_refused() {
	for third in [chip(), author(), DigestItem::Seal(*b"BABE", vec![])] {
		refused(vec![third, pre(), chip(), author()], DigestError::ThirdSeal);
	}
}

#[test]
fn an_author_seal_that_is_not_64_bytes_is_refused() {
	for length in [0, 63, 65] {
		let seal = DigestItem::Seal(POCI_ENGINE_ID, vec![1; length]);
		refused(vec![pre(), chip(), seal], DigestError::MalformedAuthorSeal);
	}
}

#[test]
fn a_chip_seal_longer_than_any_signature_is_refused() {
	let seal = |length| DigestItem::Seal(CHIP_ENGINE_ID, vec![1; length]);
	assert!(take_seals(&mut with_logs(vec![pre(), seal(256), author()])).is_ok());
	refused(vec![pre(), seal(257), author()], DigestError::MalformedChipSeal);
}

#[test]
fn every_error_says_something_of_its_own() {
	let all = [
		DigestError::MissingPreDigest,
		DigestError::SecondPreDigest,
		DigestError::MalformedPreDigest,
		DigestError::MissingAuthorSeal,
		DigestError::MalformedAuthorSeal,
		DigestError::MissingChipSeal,
		DigestError::MalformedChipSeal,
		DigestError::ThirdSeal,
	];
	let texts: std::collections::BTreeSet<String> = all.iter().map(ToString::to_string).collect();
	assert_eq!(texts.len(), all.len());
}
