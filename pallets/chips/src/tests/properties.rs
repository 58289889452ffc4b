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

#[derive(Clone, Debug)]
enum Step {
	Register(u8, u32),
	Transfer(u8, u32, u8),
	Accept(u8, u32),
	Offer(u8, u32, Balance, Option<u8>),
	Cancel(u8, u32),
	Buy(u8, u32),
	Suspend(u32),
	Reactivate(u8, u32),
	Retire(u8, u32),
	Withdraw(u8),
	Pay(u8, Balance),
	Release(u32),
	RevokeChip(u32, bool),
	RevokeBatch(u32, bool),
	SuspendVendor(u32, bool),
	ResumeVendor(u32),
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
	prop_oneof![
		8 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Register(who, chip)),
		3 => (who.clone(), chip.clone(), who.clone())
			.prop_map(|(who, chip, to)| Step::Transfer(who, chip, to)),
		4 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Accept(who, chip)),
		3 => (who.clone(), chip.clone(), price, proptest::option::of(who.clone()))
			.prop_map(|(who, chip, price, buyer)| Step::Offer(who, chip, price, buyer)),
		2 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Cancel(who, chip)),
		3 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Buy(who, chip)),
		2 => chip.clone().prop_map(Step::Suspend),
		2 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Reactivate(who, chip)),
		3 => (who.clone(), chip.clone()).prop_map(|(who, chip)| Step::Retire(who, chip)),
		2 => who.clone().prop_map(Step::Withdraw),
		2 => (who.clone(), amount.clone()).prop_map(|(who, amount)| Step::Pay(who, amount)),
		1 => chip.clone().prop_map(Step::Release),
		1 => (chip.clone(), any::<bool>()).prop_map(|(chip, force)| Step::RevokeChip(chip, force)),
		1 => (chip.clone(), any::<bool>()).prop_map(|(chip, force)| Step::RevokeBatch(chip, force)),
		1 => (chip.clone(), any::<bool>())
			.prop_map(|(chip, force)| Step::SuspendVendor(chip, force)),
		1 => chip.clone().prop_map(Step::ResumeVendor),
		1 => chip.clone().prop_map(Step::NoteExpired),
		1 => chip.clone().prop_map(Step::Extend),
		2 => (chip.clone(), 0..1_200u16).prop_map(|(chip, share)| Step::Lock(chip, share)),
		2 => chip.prop_map(Step::Unlock),
		1 => (who.clone(), amount).prop_map(|(who, amount)| Step::Slash(who, amount)),
		1 => (who, 0..=100u32).prop_map(|(who, percent)| Step::Penalise(who, percent)),
		3 => prop_oneof![Just(1), Just(HANDOVER_BLOCKS + 1)].prop_map(Step::Blocks),
		3 => prop_oneof![Just(DAY), Just(UNBONDING), Just(DEBT_TERM), Just(400 * DAY)]
			.prop_map(Step::Wait),
	]
}

fn expiry_of(batch: BatchId) -> Moment {
	Batches::<Test>::get(batch.vendor, batch.number).unwrap().expires_at
}

/// Does one step; most are refused, which is as good a test.
fn take(step: Step) -> DispatchResult {
	let root = RuntimeOrigin::root;
	let named = |number: u32| id(number, batch_of(number));
	let claim = |who: u8, number: u32| {
		vec![claim_for(number, batch_of(number), &account(who))].try_into().unwrap()
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
		Step::Transfer(who, number, to) => Registry::transfer_chips(
			signed(&account(who)),
			vec![named(number)].try_into().unwrap(),
			account(to),
		),
		Step::Accept(who, number) => {
			plain(Registry::accept_chips(signed(&account(who)), claim(who, number), None))
		}
		Step::Offer(who, number, price, buyer) => {
			Registry::offer_chip(signed(&account(who)), named(number), price, buyer.map(account))
		}
		Step::Cancel(who, number) => Registry::cancel_offer(signed(&account(who)), named(number)),
		Step::Buy(who, number) => {
			let price = Offers::<Test>::get(named(number)).map_or(0, |offer| offer.price);
			Registry::buy_chip(signed(&account(who)), named(number), price)
		}
		Step::Suspend(number) => {
			let Some(chip) = crate::Chips::<Test>::get(named(number)) else { return Ok(()) };
			let ChipStatus::Claimed { place } = chip.status else { return Ok(()) };
			Registry::suspend_at(&chip.owner, chip.batch, place)
		}
		Step::Reactivate(who, number) => {
			Registry::reactivate_chips(signed(&account(who)), claim(who, number))
		}
		Step::Retire(who, number) => {
			Registry::retire_chips(signed(&account(who)), vec![named(number)].try_into().unwrap())
		}
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
	fn the_registry_stays_in_order(steps in proptest::collection::vec(step(), 1..60)) {
		let mut state = ExtBuilder::default().build();
		state.execute_with(|| {
			let issued = Balances::total_issuance();
			let mut slashed = 0;
			for step in steps {
				let shown = format!("{step:?}");
				// A call that is refused leaves nothing behind, as on a chain.
				let result = frame::deps::frame_support::storage::with_storage_layer(|| take(step));
				if std::env::var_os("SHOW_STEPS").is_some() {
					println!("STEP {} {}", shown.split('(').next().unwrap(), result.is_ok());
				}
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
