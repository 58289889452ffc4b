//! Which pairs of headers prove an equivocation, and every form that does not.

use sp_core::Pair;
use sp_runtime::{traits::Header as _, DigestItem};

use super::{bare_header, pair, pre_digest, public, seal, sealed_header, Header};
use crate::{
	author_message, author_seal, check_equivocation, chip_seal, equivocation::leader_of_pair,
	pre_runtime, EquivocationProof, Slot, POCI_ENGINE_ID,
};

const SLOT: u64 = 40;

fn proof(first_header: Header, second_header: Header) -> EquivocationProof<Header> {
	EquivocationProof { offender: public(1), slot: Slot::from(SLOT), first_header, second_header }
}

fn good() -> EquivocationProof<Header> {
	proof(sealed_header(&pair(1), SLOT, 1), sealed_header(&pair(1), SLOT, 2))
}

/// The same proof, either way round, with its second header replaced.
fn refused_with(header: Header) {
	let mut proof = good();
	proof.second_header = header;
	assert!(!check_equivocation(proof.clone()));
	std::mem::swap(&mut proof.first_header, &mut proof.second_header);
	assert!(!check_equivocation(proof));
}

/// Signs whatever digest the header has; the chip's seal is its last item.
fn sign(mut header: Header) -> Header {
	let signature = pair(1).sign(&author_message(&header.hash()));
	header.digest_mut().push(author_seal(&signature));
	header
}

#[test]
fn two_headers_of_one_leader_in_one_slot_are_an_equivocation() {
	assert!(check_equivocation(good()));
	assert_eq!(leader_of_pair(good()), Some(3));
}

#[test]
fn two_seals_of_the_chip_under_one_header_are_an_equivocation() {
	let bare = bare_header(&pre_digest(&pair(1), SLOT, 3), 1);
	let one = seal(bare.clone(), &[1; 64], &pair(1));
	let other = seal(bare, &[2; 64], &pair(1));
	assert!(check_equivocation(proof(one, other)));
}

#[test]
fn one_header_twice_is_refused() {
	let header = sealed_header(&pair(1), SLOT, 1);
	assert!(!check_equivocation(proof(header.clone(), header)));
}

#[test]
fn another_slot_is_refused() {
	refused_with(sealed_header(&pair(1), SLOT + 1, 2));
	let mut other = good();
	other.slot = Slot::from(SLOT + 1);
	assert!(!check_equivocation(other));
}

#[test]
fn another_leader_index_is_refused() {
	refused_with(seal(bare_header(&pre_digest(&pair(1), SLOT, 4), 2), &[1; 64], &pair(1)));
}

#[test]
fn another_author_is_refused() {
	refused_with(sealed_header(&pair(2), SLOT, 2));
	let mut other = good();
	other.offender = public(2);
	assert!(!check_equivocation(other));
}

#[test]
fn a_header_changed_after_its_seal_is_refused() {
	let mut header = sealed_header(&pair(1), SLOT, 2);
	header.number = 2;
	refused_with(header);
}

#[test]
fn a_chip_seal_changed_after_the_authors_is_refused() {
	let mut header = sealed_header(&pair(1), SLOT, 2);
	let author = header.digest_mut().pop().unwrap();
	header.digest_mut().pop();
	header.digest_mut().push(chip_seal(vec![9; 64]));
	header.digest_mut().push(author);
	refused_with(header);
}

#[test]
fn a_missing_pre_digest_is_refused() {
	let mut header = bare_header(&pre_digest(&pair(1), SLOT, 3), 2);
	header.digest_mut().pop();
	refused_with(seal(header, &[1; 64], &pair(1)));
}

#[test]
fn a_second_pre_digest_is_refused() {
	let pre_digest = pre_digest(&pair(1), SLOT, 3);
	let mut header = bare_header(&pre_digest, 2);
	header.digest_mut().push(pre_runtime(&pre_digest));
	refused_with(seal(header, &[1; 64], &pair(1)));
}

#[test]
fn missing_seals_are_refused() {
	let bare = bare_header(&pre_digest(&pair(1), SLOT, 3), 2);
	refused_with(bare.clone());
	refused_with(sign(bare.clone()));
	let mut chip_only = bare;
	chip_only.digest_mut().push(chip_seal(vec![1; 64]));
	refused_with(chip_only);
}

#[test]
fn a_third_seal_is_refused() {
	let mut header = bare_header(&pre_digest(&pair(1), SLOT, 3), 2);
	header.digest_mut().push(DigestItem::Seal(*b"BABE", vec![1]));
	refused_with(seal(header, &[1; 64], &pair(1)));
	refused_with(seal(sealed_header(&pair(1), SLOT, 2), &[1; 64], &pair(1)));
}

#[test]
fn swapped_seals_are_refused() {
	let mut header = sealed_header(&pair(1), SLOT, 2);
	let author = header.digest_mut().pop().unwrap();
	let chip = header.digest_mut().pop().unwrap();
	header.digest_mut().push(author);
	header.digest_mut().push(chip);
	refused_with(header);
}

#[test]
fn a_signature_without_the_tag_is_refused() {
	let mut header = bare_header(&pre_digest(&pair(1), SLOT, 3), 2);
	header.digest_mut().push(chip_seal(vec![1; 64]));
	let signature = pair(1).sign(header.hash().as_bytes());
	header.digest_mut().push(author_seal(&signature));
	refused_with(header);
}

#[test]
fn a_malformed_author_seal_is_refused() {
	let mut header = sealed_header(&pair(1), SLOT, 2);
	header.digest_mut().pop();
	header.digest_mut().push(DigestItem::Seal(POCI_ENGINE_ID, vec![1; 63]));
	refused_with(header);
}
