//! Whatever people do in whatever order, the registry stays in order and no money is made or lost.

use crate::{mock::*, *};
use frame::{arithmetic::Perbill, testing_prelude::*};
use proptest::prelude::*;
use utnet_primitives_consensus_poci::ChipRegistry;
use utnet_primitives_core::{Balance, Moment, UNC};
use utnet_primitives_security_engine::BatchId;

const CHIPS: u32 = 9;

/// Chips 0 to 2 are small, 3 to 5 large, 6 to 8 of the other vendor.
fn batch_of(number: u32) -> BatchId {
	[SMALL, LARGE, OTHER][(number / 3) as usize]
}

/// Who does it: an account, or whoever it is up to.
type Actor = Option<u8>;

#[derive(Clone, Debug)]
enum Step {
	Register(u8, u32),
	Transfer(Actor, u32, u8),
	Accept(Actor, u32),
	Offer(Actor, u32, Balance, Option<u8>),
	Cancel(Actor, u32),
	Buy(u8, u32),
	Suspend(u32),
	Reactivate(Actor, u32),
	Retire(Actor, u32),
	Withdraw(u8),
	Pay(u8, Balance),
	Release(u32),
	RevokeChip(u32, bool),
	RevokeBatch(u32, bool),
	SuspendVendor(u32, bool),
	ResumeVendor(u32),
	Expire(u32),
	NoteExpired(u32),
	Extend(u32),
	Lock(u32, u16),
	Unlock(u32),
	Slash(u8, Balance),
	Penalise(u8, u32),
	Blocks(u32),
	Wait(Moment),
}

fn step() -> impl Strategy<Value = Step> {
	let who = 1u8..=4;
	let chip = 0..CHIPS;
	let price = prop_oneof![Just(0), Just(UNC), 0..20 * UNC];
	let amount = 0..60 * UNC;
	let actor = prop_oneof![4 => Just(None), 1 => who.clone().prop_map(Some)];
	let by = (actor.clone(), chip.clone());
	prop_oneof![
		12 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Register(who, chip)),
		5 => (by.clone(), who.clone()).prop_map(|((by, chip), to)| Step::Transfer(by, chip, to)),
		8 => by.clone().prop_map(|(by, chip)| Step::Accept(by, chip)),
		5 => (by.clone(), price, proptest::option::weighted(0.2, who.clone()))
			.prop_map(|((by, chip), price, buyer)| Step::Offer(by, chip, price, buyer)),
		2 => by.clone().prop_map(|(by, chip)| Step::Cancel(by, chip)),
		8 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Buy(who, chip)),
		3 => chip.clone().prop_map(Step::Suspend),
		6 => by.clone().prop_map(|(by, chip)| Step::Reactivate(by, chip)),
		4 => by.prop_map(|(by, chip)| Step::Retire(by, chip)),
		4 => who.clone().prop_map(Step::Withdraw),
		4 => (who.clone(), amount.clone()).prop_map(|(who, amount)| Step::Pay(who, amount)),
		2 => chip.clone().prop_map(Step::Release),
		1 => (chip.clone(), any::<bool>()).prop_map(|(chip, force)| Step::RevokeChip(chip, force)),
		1 => (chip.clone(), proptest::bool::weighted(0.2))
			.prop_map(|(chip, force)| Step::RevokeBatch(chip, force)),
		1 => (chip.clone(), any::<bool>())
			.prop_map(|(chip, force)| Step::SuspendVendor(chip, force)),
		4 => chip.clone().prop_map(Step::ResumeVendor),
		2 => chip.clone().prop_map(Step::NoteExpired),
		3 => chip.clone().prop_map(Step::Extend),
		2 => (chip.clone(), 0..1_200u16).prop_map(|(chip, share)| Step::Lock(chip, share)),
		4 => chip.prop_map(Step::Unlock),
		1 => (who.clone(), amount).prop_map(|(who, amount)| Step::Slash(who, amount)),
		1 => (who, 0..=100u32).prop_map(|(who, percent)| Step::Penalise(who, percent)),
		6 => prop_oneof![Just(1), Just(50), Just(HANDOVER_BLOCKS + 1)].prop_map(Step::Blocks),
		4 => prop_oneof![
			4 => Just(DAY),
			3 => Just(UNBONDING + DAY),
			1 => Just(DEBT_TERM),
			1 => Just(400 * DAY),
		]
		.prop_map(Step::Wait),
	]
}

/// One step, or a few that make a story; other stories come in between all the same.
fn story() -> impl Strategy<Value = Vec<Step>> {
	let who = 1u8..=4;
	let price = prop_oneof![Just(0), UNC..50 * UNC];
	let late = prop_oneof![3 => Just(1), 1 => Just(HANDOVER_BLOCKS + 1)];
	prop_oneof![
		8 => step().prop_map(|step| vec![step]),
		1 => (0..CHIPS, who.clone(), late.clone()).prop_map(|(chip, to, late)| {
			vec![Step::Transfer(None, chip, to), Step::Blocks(late), Step::Accept(None, chip)]
		}),
		1 => (0..CHIPS, who.clone(), price, late).prop_map(|(chip, buyer, price, late)| {
			vec![
				Step::Offer(None, chip, price, None),
				Step::Buy(buyer, chip),
				Step::Blocks(late),
				Step::Accept(None, chip),
				Step::Cancel(None, chip),
			]
		}),
		1 => (0..CHIPS).prop_map(|chip| {
			vec![Step::Suspend(chip), Step::Blocks(50), Step::Reactivate(None, chip)]
		}),
		1 => (0..CHIPS, who.clone()).prop_map(|(chip, next)| {
			vec![
				Step::Suspend(chip),
				Step::Release(chip),
				Step::Wait(RELEASE_NOTICE),
				Step::Register(next, chip),
			]
		}),
		1 => (0..CHIPS, who.clone(), who).prop_map(|(chip, next, former)| {
			vec![
				Step::Retire(None, chip),
				Step::Wait(UNBONDING + DAY),
				Step::Register(next, chip),
				Step::Withdraw(former),
			]
		}),
		1 => (0..CHIPS).prop_map(|chip| {
			vec![Step::Expire(chip), Step::NoteExpired(chip), Step::Extend(chip)]
		}),
	]
}

/// The owner of a chip, or somebody where nobody owns it.
fn owner_of(number: u32) -> AccountId {
	crate::Chips::<Test>::get(id(number, batch_of(number)))
		.map_or_else(|| account(1), |chip| chip.owner)
}

fn expiry_of(batch: BatchId) -> Moment {
	Batches::<Test>::get(batch.vendor, batch.number).unwrap().expires_at
}

/// Does one step; most are refused, which is as good a test.
fn take(step: Step) -> DispatchResult {
	let root = RuntimeOrigin::root;
	let named = |number: u32| id(number, batch_of(number));
	let by_owner = |by: Actor, number: u32| by.map_or_else(|| owner_of(number), account);
	let claim = |who: &AccountId, number: u32| {
		vec![claim_for(number, batch_of(number), who)].try_into().unwrap()
	};
	let plain =
		|result: DispatchResultWithPostInfo| result.map(|_| ()).map_err(|error| error.error);
	match step {
		Step::Register(who, number) => {
			let item = registration(number, batch_of(number), &account(who));
			plain(Registry::register_chips(
				signed(&account(who)),
				vec![item].try_into().unwrap(),
				None,
			))
		}
		Step::Transfer(by, number, to) => Registry::transfer_chips(
			signed(&by_owner(by, number)),
			vec![named(number)].try_into().unwrap(),
			account(to),
		),
		Step::Accept(by, number) => {
			let next = Handovers::<Test>::get(named(number)).map(|handover| handover.to);
			let who = by.map(account).or(next).unwrap_or_else(alice);
			plain(Registry::accept_chips(signed(&who), claim(&who, number), None))
		}
		Step::Offer(by, number, price, buyer) => Registry::offer_chip(
			signed(&by_owner(by, number)),
			named(number),
			price,
			buyer.map(account),
		),
		Step::Cancel(by, number) => {
			Registry::cancel_offer(signed(&by_owner(by, number)), named(number))
		}
		Step::Buy(who, number) => {
			let price = Offers::<Test>::get(named(number)).map_or(0, |offer| offer.price);
			Registry::buy_chip(signed(&account(who)), named(number), price)
		}
		Step::Suspend(number) => {
			let Some(chip) = crate::Chips::<Test>::get(named(number)) else { return Ok(()) };
			let ChipStatus::Claimed { place } = chip.status else { return Ok(()) };
			Registry::suspend_at(&chip.owner, chip.batch, place)
		}
		Step::Reactivate(by, number) => {
			let who = by_owner(by, number);
			Registry::reactivate_chips(signed(&who), claim(&who, number))
		}
		Step::Retire(by, number) => Registry::retire_chips(
			signed(&by_owner(by, number)),
			vec![named(number)].try_into().unwrap(),
		),
		Step::Withdraw(who) => Registry::withdraw_unbonded(signed(&account(who))),
		Step::Pay(who, amount) => Registry::pay_debt(signed(&account(who)), amount),
		Step::Release(number) => {
			let controller = Vendors::<Test>::get(batch_of(number).vendor).unwrap().controller;
			Registry::release_chip(signed(&controller), named(number))
		}
		Step::RevokeChip(number, force) => Registry::revoke_chip(root(), named(number), force),
		Step::RevokeBatch(number, force) => Registry::revoke_batch(root(), batch_of(number), force),
		Step::SuspendVendor(number, force) => {
			Registry::suspend_vendor(root(), batch_of(number).vendor, force)
		}
		Step::ResumeVendor(number) => Registry::resume_vendor(root(), batch_of(number).vendor),
		Step::Expire(number) => {
			let expiry = expiry_of(batch_of(number));
			wait(expiry.saturating_sub(Registry::now()));
			Ok(())
		}
		Step::NoteExpired(number) => Registry::note_expired_batch(signed(&bob()), batch_of(number)),
		Step::Extend(number) => {
			let later = expiry_of(batch_of(number)).max(Registry::now()) + 500 * DAY;
			Registry::extend_batch(root(), batch_of(number), later)
		}
		Step::Lock(number, share) => {
			let Some(chip) = crate::Chips::<Test>::get(named(number)) else { return Ok(()) };
			Registry::lock(&chip.owner, &named(number), LockUser::Lease(share.into()), share)
		}
		Step::Unlock(number) => {
			if let Some(lock) = Locks::<Test>::get(named(number)).first() {
				assert!(Registry::unlock(&named(number), lock.user));
			}
			Ok(())
		}
		Step::Slash(who, amount) => {
			Registry::slash(&account(who), amount);
			Ok(())
		}
		Step::Penalise(who, percent) => {
			Registry::penalise(&account(who), Perbill::from_percent(percent));
			Ok(())
		}
		Step::Blocks(count) => {
			System::set_block_number(System::block_number() + count - 1);
			blocks(1);
			Election::set_epoch(u64::from(System::block_number() / 20));
			Ok(())
		}
		Step::Wait(time) => {
			wait(time);
			Ok(())
		}
	}
}

/// 64 sequences, or as many as `PROPTEST_CASES` says.
fn configuration() -> ProptestConfig {
	let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
	ProptestConfig { cases: cases.unwrap_or(64), failure_persistence: None, ..Default::default() }
}

proptest! {
	#![proptest_config(configuration())]

	#[test]
	fn the_registry_stays_in_order(stories in proptest::collection::vec(story(), 1..60)) {
		let mut state = ExtBuilder::default().build();
		state.execute_with(|| {
			let issued = Balances::total_issuance();
			let mut slashed = 0;
			for step in stories.into_iter().flatten() {
				let shown = format!("{step:?}");
				// A call that is refused leaves nothing behind, as on a chain.
				let result = frame::deps::frame_support::storage::with_storage_layer(|| take(step));
				slashed += Slashes::taken();
				if let Err(error) = Registry::do_try_state() {
					panic!("after {shown}, which gave {result:?}: {error:?}");
				}
				assert!(
					result != Err(Error::<Test>::Inconsistent.into()),
					"{shown} found a contradiction"
				);
				assert_eq!(Balances::total_issuance() + slashed, issued, "after {shown}");
			}
		});
	}
}
