use super::engine;
use crate::{development::BM1684X_BATCH, vendor::VendorRoot};
use codec::Encode;
use sp_runtime::traits::BlakeTwo256;
use utnet_primitives_security_engine::{
	certificate::verify_batch_root, identity::SignatureError, IdentityKey,
};

fn root() -> VendorRoot {
	VendorRoot::from_seed([1; 32])
}

#[test]
fn certificate_verifies_under_the_root_key_only() {
	let (certificate, signature) = root().certify(BM1684X_BATCH, [2; 32], &engine(1));
	assert_eq!(certificate.verify(&root().public_key(), &signature), Ok(()));
	let stranger = VendorRoot::from_seed([2; 32]).public_key();
	assert_eq!(certificate.verify(&stranger, &signature), Err(SignatureError::Mismatch));
}

#[test]
fn every_seed_gives_a_root_key() {
	for seed in [[0; 32], [0xff; 32], [1; 32]] {
		let key = VendorRoot::from_seed(seed).public_key();
		assert_eq!(IdentityKey::P256(key).check(), Ok(()));
	}
}

#[test]
fn batch_is_certified_by_one_signature_and_a_proof_each() {
	for count in [1u8, 2, 3, 8, 21] {
		let engines: Vec<_> = (0..count).map(engine).collect();
		let serials = (0..count).map(|number| [number; 32]);
		let batch = root().certify_batch(BM1684X_BATCH, serials.zip(&engines));
		let leaves = u32::from(count);
		assert_eq!(
			verify_batch_root(
				BM1684X_BATCH,
				leaves,
				batch.root,
				&root().public_key(),
				&batch.signature
			),
			Ok(())
		);
		assert_eq!(batch.proofs.len(), usize::from(count));
		for (index, (certificate, proof)) in
			(0u32..).zip(batch.certificates.iter().zip(&batch.proofs))
		{
			let holds = |index: u32, leaf: &[u8]| {
				binary_merkle_tree::verify_proof::<BlakeTwo256, _, _>(
					&batch.root,
					proof.iter().copied(),
					leaves,
					index,
					binary_merkle_tree::Leaf::Value(leaf),
				)
			};
			assert!(holds(index, &certificate.encode()));
			assert!(!holds(index, &[certificate.encode(), vec![0]].concat()));
			assert!(count == 1 || !holds((index + 1) % leaves, &certificate.encode()));
		}
	}
}

#[test]
fn debug_output_shows_the_public_key_only() {
	let shown = format!("{:?}", root());
	assert_eq!(shown, format!("VendorRoot({})", hex::encode(root().public_key())));
}
