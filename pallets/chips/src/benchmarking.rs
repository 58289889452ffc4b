//! What every call costs, with real certificates, claims and proofs.
//!
//! Chips that leave do so from the first page of a group whose last chip is on the second, so that
//! every page and sum that can change does.

use alloc::{vec, vec::Vec};
use codec::Decode;
use frame::{
	benchmarking::prelude::*,
	deps::{
		frame_support::traits::Authorize,
		sp_core::crypto::KeyTypeId,
		sp_io,
		sp_runtime::{transaction_validity::TransactionSource, MultiSignature},
	},
	traits::fungible::Mutate as _,
};
use utnet_primitives_consensus_poci::{CandidateSink, PAGE_SIZE};
use utnet_primitives_core::{Balance, Moment, UNC};
use utnet_primitives_security_engine::{BatchId, ChipId, ModelId, VendorId};

use crate::{
	signing::{self, Engine, Root},
	types::*,
	*,
};

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");
const ROOT: u32 = 1_000_000;
const POWER: u64 = 32_000;
const FUNDS: Balance = 1_000_000_000 * UNC;

fn funded<T: Config>(name: &'static str) -> T::AccountId {
	let who = account(name, 0, 0);
	T::Currency::mint_into(&who, FUNDS).expect("an account can be endowed");
	who
}

fn begin<T: Config>() {
	let block = BlockNumberFor::<T>::from(10u32);
	frame_system::Pallet::<T>::set_block_number(block);
	frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(0u32), H256::repeat_byte(1));
	frame_system::BlockHash::<T>::insert(BlockNumberFor::<T>::from(9u32), H256::repeat_byte(2));
}

fn later<T: Config>(time: Moment) {
	let now = pallet_timestamp::Pallet::<T>::get();
	pallet_timestamp::Now::<T>::put(now + time);
}

/// A vendor with one model and one batch, and its controller.
fn vendor<T: Config>() -> (BatchId, T::AccountId) {
	begin::<T>();
	let controller = funded::<T>("controller");
	let name = Name::try_from(vec![b'v'; MAX_NAME as usize]).expect("a name of that length");
	let root_key = Root::new(ROOT).public_key();
	let vendor = Pallet::<T>::admit_vendor(name.clone(), root_key, controller.clone())
		.expect("the vendor is in order");
	let model = Pallet::<T>::admit_model(spec(vendor)).expect("the model is in order");
	let batch = BatchId { vendor, number: 0 };
	Pallet::<T>::admit_batch(batch, model, Moment::MAX, MAX_MODEL_CAP, None, Pallet::<T>::now())
		.expect("the batch is in order");
	(batch, controller)
}

fn spec(vendor: VendorId) -> ModelSpec {
	ModelSpec {
		vendor,
		name: Name::try_from(vec![b'm'; MAX_NAME as usize]).expect("a name of that length"),
		kind: ModelKind::Tpu,
		cat_key_home: CatKeyHome::Firmware,
		power: POWER,
		pledge: None,
		cap: MAX_MODEL_CAP,
	}
}

fn model_of<T: Config>(batch: BatchId) -> ModelId {
	Batches::<T>::get(batch.vendor, batch.number).expect("the batch is there").model
}

/// Lets chips `from` to `from + count − 1` stand for `who`.
fn stand<T: Config>(who: &T::AccountId, batch: BatchId, from: u32, count: u32) {
	let pledge = Models::<T>::get(model_of::<T>(batch)).expect("the model is there").pledge;
	for number in from..from + count {
		let certificate = Engine::new(number).certificate(batch);
		let cat_key = certificate.cat_key.decompress().expect("the key is in order");
		let wrapped = wrapped_key();
		Pallet::<T>::enter_one(who, &certificate, &wrapped, &cat_key, (0, 0), pledge)
			.expect("there is room");
		Pallet::<T>::bond(who, 1, pledge, Pallet::<T>::now()).expect("the pledge can be held");
	}
}

/// Lets chip `number` stand for `who` in a batch of its own vendor, made when it is first asked for;
/// for benchmarks of other pallets.
pub(crate) fn seat<T: Config>(who: &T::AccountId, number: u32) -> BatchId {
	T::Currency::mint_into(who, FUNDS).expect("an account can be endowed");
	let batch = SeatBatch::get::<T>().unwrap_or_else(|| {
		let (batch, _) = vendor::<T>();
		SeatBatch::put::<T>(batch);
		batch
	});
	stand::<T>(who, batch, number, 1);
	batch
}

/// The batch of [`seat`], kept beside the pallet's storage.
struct SeatBatch;

impl SeatBatch {
	const KEY: &'static [u8] = b"pallet_chips:benchmark_batch";

	fn get<T: Config>() -> Option<BatchId> {
		frame::deps::frame_support::storage::unhashed::get(Self::KEY)
	}

	fn put<T: Config>(batch: BatchId) {
		frame::deps::frame_support::storage::unhashed::put(Self::KEY, &batch);
	}
}

fn wrapped_key() -> WrappedKey {
	WrappedKey::try_from(vec![7; MAX_WRAPPED_KEY as usize]).expect("a key of that length")
}

fn claim_for<T: Config>(
	number: u32,
	batch: BatchId,
	who: &T::AccountId,
	counter: u32,
) -> SignedClaim {
	let engine = Engine::new(number);
	engine.sign(signing::claim(
		Pallet::<T>::genesis_hash(),
		&engine.certificate(batch),
		who.clone().into(),
		counter,
		(9, H256::repeat_byte(2)),
	))
}

fn registrations<T: Config>(who: &T::AccountId, batch: BatchId, count: u32) -> Vec<Registration> {
	let root = Root::new(ROOT);
	(0..count)
		.map(|number| {
			let engine = Engine::new(number);
			let certificate = engine.certificate(batch);
			Registration {
				proof: CertificateProof::Signature(root.certify(&certificate)),
				certificate,
				claim: claim_for::<T>(number, batch, who, 0),
				possession: engine.possession(),
				wrapped_key: wrapped_key(),
			}
		})
		.collect()
}

fn ids(batch: BatchId, from: u32, count: u32) -> Vec<ChipId> {
	(from..from + count).map(|number| Engine::new(number).certificate(batch).chip_id()).collect()
}

fn bounded<X: core::fmt::Debug, const N: u32>(items: Vec<X>) -> BoundedVec<X, ConstU32<N>> {
	BoundedVec::try_from(items).expect("no more than the call takes")
}

/// A newcomer and its signed free registration.
fn free_call<T: Config>(count: u32) -> (T::AccountId, Call<T>) {
	let (batch, _) = vendor::<T>();
	let public = sp_io::crypto::sr25519_generate(KEY_TYPE, None);
	let owner = T::AccountId::decode(&mut &public.0[..]).expect("an account has 32 bytes");
	let items = bounded::<_, MAX_FREE_ITEMS>(registrations::<T>(&owner, batch, count));
	let valid_until = BlockNumberFor::<T>::from(100u32);
	let message = Pallet::<T>::free_registration_message(&owner, valid_until, &items, &None);
	// As wallets sign: the second form that is tried.
	let wrapped = [b"<Bytes>", message.as_slice(), b"</Bytes>"].concat();
	let signature = sp_io::crypto::sr25519_sign(KEY_TYPE, &public, &wrapped)
		.map(MultiSignature::Sr25519)
		.expect("the key is in the keystore");
	let call = Call::register_chips_free {
		owner: owner.clone(),
		items,
		keys: None,
		valid_until,
		signature,
	};
	(owner, call)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_chips(n: Linear<1, MAX_ITEMS>) {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, MAX_ITEMS, PAGE_SIZE - 1);
		let items = bounded::<_, MAX_ITEMS>(registrations::<T>(&owner, batch, n));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), items, None);

		assert_eq!(Pledges::<T>::get(&owner).bonded, PAGE_SIZE - 1 + n);
	}

	#[benchmark]
	fn authorize_register_chips_free(n: Linear<1, MAX_FREE_ITEMS>) -> Result<(), BenchmarkError> {
		let (_, call) = free_call::<T>(n);

		#[block]
		{
			call.authorize(TransactionSource::InBlock)
				.ok_or("the call has an authorization")?
				.map_err(|_| "the call is in order")?;
		}

		Ok(())
	}

	#[benchmark]
	fn register_chips_free(n: Linear<1, MAX_FREE_ITEMS>) {
		let (owner, call) = free_call::<T>(n);

		#[block]
		{
			call.dispatch_bypass_filter(frame_system::Origin::<T>::Authorized.into())
				.expect("the call is in order");
		}

		assert_eq!(Pledges::<T>::get(&owner).bonded, n);
	}

	#[benchmark]
	fn transfer_chips(n: Linear<1, MAX_ITEMS>) {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, n);
		let chips = bounded::<_, MAX_ITEMS>(ids(batch, 0, n));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), chips, funded::<T>("next"));

		assert_eq!(Handovers::<T>::iter().count(), n as usize);
	}

	#[benchmark]
	fn accept_chips(n: Linear<1, MAX_ITEMS>) {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		let next = funded::<T>("next");
		stand::<T>(&owner, batch, 0, PAGE_SIZE + n);
		stand::<T>(&next, batch, 1_000, PAGE_SIZE - 1);
		for chip in ids(batch, 0, n) {
			Pallet::<T>::offer(&owner, &chip, UNC, None).expect("the chip can be offered");
			Pallet::<T>::buy(&next, &chip, UNC).expect("the chip can be bought");
		}
		let claims = (0..n).map(|number| claim_for::<T>(number, batch, &next, 1)).collect();

		#[extrinsic_call]
		_(RawOrigin::Signed(next.clone()), bounded::<_, MAX_ITEMS>(claims), None);

		assert_eq!(Pledges::<T>::get(&next).bonded, PAGE_SIZE - 1 + n);
	}

	#[benchmark]
	fn offer_chip() {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, 1);
		let chip = ids(batch, 0, 1)[0];

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), chip, UNC, Some(funded::<T>("next")));

		assert!(Offers::<T>::contains_key(chip));
	}

	#[benchmark]
	fn cancel_offer() {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		let next = funded::<T>("next");
		stand::<T>(&owner, batch, 0, 1);
		let chip = ids(batch, 0, 1)[0];
		Pallet::<T>::offer(&owner, &chip, UNC, None).expect("the chip can be offered");
		Pallet::<T>::buy(&next, &chip, UNC).expect("the chip can be bought");
		frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(2_000u32));

		// The seller, after the deadline: promise and offer both go.
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), chip);

		assert!(!Offers::<T>::contains_key(chip) && !Handovers::<T>::contains_key(chip));
	}

	#[benchmark]
	fn buy_chip() {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, 1);
		let chip = ids(batch, 0, 1)[0];
		Pallet::<T>::offer(&owner, &chip, UNC, None).expect("the chip can be offered");
		Pallet::<T>::buy(&funded::<T>("first"), &chip, UNC).expect("the chip can be bought");
		// A purchase that is void is undone on the way.
		frame_system::Pallet::<T>::set_block_number(BlockNumberFor::<T>::from(2_000u32));

		#[extrinsic_call]
		_(RawOrigin::Signed(funded::<T>("next")), chip, UNC);

		assert!(Handovers::<T>::contains_key(chip));
	}

	#[benchmark]
	fn reactivate_chips(n: Linear<1, MAX_ITEMS>) {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, PAGE_SIZE + n - 1);
		for place in (0..n).rev() {
			Pallet::<T>::suspend_at(&owner, batch, place).expect("a chip stands there");
		}
		T::BenchmarkHelper::set_epoch(T::Election::current_epoch() + SUSPENSION_EPOCHS);
		let claims = (0..n).map(|number| claim_for::<T>(number, batch, &owner, 1)).collect();

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), bounded::<_, MAX_ITEMS>(claims));

		let group = Groups::<T>::get(&owner, batch).expect("the group is there");
		assert_eq!(group.count, PAGE_SIZE + n - 1);
	}

	#[benchmark]
	fn retire_chips(n: Linear<1, MAX_ITEMS>) {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, PAGE_SIZE + n);
		for chip in ids(batch, 0, n) {
			Pallet::<T>::offer(&owner, &chip, UNC, None).expect("the chip can be offered");
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), bounded::<_, MAX_ITEMS>(ids(batch, 0, n)));

		assert_eq!(Pledges::<T>::get(&owner).bonded, PAGE_SIZE);
	}

	#[benchmark]
	fn withdraw_unbonded() {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, 30);
		for chip in ids(batch, 0, 30) {
			Pallet::<T>::retire(&owner, &[chip], Pallet::<T>::now()).expect("the chip can leave");
			later::<T>(DAY);
		}
		later::<T>(UNBONDING);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()));

		assert!(!Pledges::<T>::contains_key(&owner));
	}

	#[benchmark]
	fn pay_debt() {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, 1);
		let pledged = Pledges::<T>::get(&owner).pledged;
		Pallet::<T>::slash(&owner, pledged * 2);
		later::<T>(DEBT_TERM);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), pledged * 2);

		assert_eq!(Pledges::<T>::get(&owner).debt(), 0);
	}

	#[benchmark]
	fn release_chip() {
		let (batch, controller) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, 1);
		Pallet::<T>::slash(&owner, UNC);
		later::<T>(DEBT_TERM);
		let chip = ids(batch, 0, 1)[0];

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), chip);

		assert!(Chips::<T>::get(chip).is_some_and(|chip| chip.release_at.is_some()));
	}

	#[benchmark]
	fn revoke_chip() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		let owner = funded::<T>("owner");
		stand::<T>(&owner, batch, 0, PAGE_SIZE + 1);
		let chip = ids(batch, 0, 1)[0];
		Pallet::<T>::offer(&owner, &chip, UNC, None)?;
		Pallet::<T>::buy(&funded::<T>("next"), &chip, UNC)?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, chip, true);

		assert_eq!(Pledges::<T>::get(&owner).bonded, PAGE_SIZE);
		Ok(())
	}

	#[benchmark]
	fn revoke_batch() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		stand::<T>(&funded::<T>("owner"), batch, 0, 1);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, batch, true);

		assert!(Pallet::<T>::unit_power(batch, Pallet::<T>::now()).is_none());
		Ok(())
	}

	#[benchmark]
	fn revoke_model() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		stand::<T>(&funded::<T>("owner"), batch, 0, 1);
		let model = model_of::<T>(batch);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, model, true);

		assert!(Pallet::<T>::unit_power(batch, Pallet::<T>::now()).is_none());
		Ok(())
	}

	#[benchmark]
	fn suspend_vendor() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		stand::<T>(&funded::<T>("owner"), batch, 0, 1);
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, batch.vendor, true);

		assert!(Pallet::<T>::unit_power(batch, Pallet::<T>::now()).is_none());
		Ok(())
	}

	#[benchmark]
	fn resume_vendor() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		stand::<T>(&funded::<T>("owner"), batch, 0, 1);
		Pallet::<T>::suspend(batch.vendor, true)?;
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, batch.vendor);

		assert!(Pallet::<T>::unit_power(batch, Pallet::<T>::now()).is_some());
		Ok(())
	}

	#[benchmark]
	fn add_vendor() -> Result<(), BenchmarkError> {
		let name = Name::try_from(vec![b'v'; MAX_NAME as usize]).expect("a name of that length");
		let next = NextVendor::<T>::get();
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(
			origin as T::RuntimeOrigin,
			name,
			Root::new(ROOT).public_key(),
			account("controller", 0, 0),
		);

		assert!(Vendors::<T>::contains_key(VendorId(next)));
		Ok(())
	}

	#[benchmark]
	fn add_model() -> Result<(), BenchmarkError> {
		let (batch, _) = vendor::<T>();
		let next = NextModel::<T>::get();
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, spec(batch.vendor));

		assert!(Models::<T>::contains_key(ModelId(next)));
		Ok(())
	}

	#[benchmark]
	fn add_batch() {
		let (first, controller) = vendor::<T>();
		let batch = BatchId { number: 1, ..first };
		let certified = CertifiedRoot { root: H256::repeat_byte(3), count: MAX_MODEL_CAP };
		let root = Root::new(ROOT).sign_root(batch, certified);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(controller),
			batch,
			model_of::<T>(first),
			Moment::MAX,
			MAX_MODEL_CAP,
			Some(root),
		);

		assert!(Batches::<T>::contains_key(batch.vendor, batch.number));
	}

	/// A batch of one chip that was noted as expired, and its controller.
	fn expiring<T: Config>() -> (BatchId, T::AccountId) {
		let (first, controller) = vendor::<T>();
		let batch = BatchId { number: 1, ..first };
		let now = Pallet::<T>::now();
		Pallet::<T>::admit_batch(batch, model_of::<T>(first), now + DAY, 1, None, now)
			.expect("the batch is in order");
		stand::<T>(&funded::<T>("owner"), batch, 0, 1);
		later::<T>(DAY);
		(batch, controller)
	}

	#[benchmark]
	fn extend_batch() -> Result<(), BenchmarkError> {
		let (batch, controller) = expiring::<T>();
		Pallet::<T>::note_expiry(batch, Pallet::<T>::now())?;

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), batch, Moment::MAX);

		assert!(Pallet::<T>::unit_power(batch, Pallet::<T>::now()).is_some());
		Ok(())
	}

	#[benchmark]
	fn note_expired_batch() {
		let (batch, controller) = expiring::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), batch);

		assert!(Batches::<T>::get(batch.vendor, batch.number).is_some_and(|batch| !batch.counted));
	}

	#[benchmark]
	fn set_controller() {
		let (batch, controller) = vendor::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(controller), batch.vendor, funded::<T>("next"));

		let vendor = Vendors::<T>::get(batch.vendor).expect("the vendor is there");
		assert_eq!(vendor.controller, account("next", 0, 0));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::bench_ext(), crate::mock::Test);
}
