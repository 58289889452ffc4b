use crate::{mock::*, *};
use frame::{arithmetic::Perbill, testing_prelude::*, traits::fungible::InspectHold as _};
use utnet_primitives_consensus_poci::ChipRegistry;
use utnet_primitives_core::{Balance, UNC};

fn on_hold(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::ChipPledge.into(), who)
}

/// An account with next to nothing and four chips: a debt of 40 UNC.
fn indebted() -> AccountId {
	let who = account(77);
	give(&who, EXISTENTIAL_DEPOSIT);
	stand(&who, SMALL, 0..4);
	who
}

mod debt {
	use super::*;

	#[test]
	fn is_paid_in_parts() {
		run(|| {
			let who = indebted();
			give(&who, 100 * UNC);
			assert_ok!(Registry::pay_debt(signed(&who), 15 * UNC));
			assert_eq!(Registry::debt_of(&who), 25 * UNC);
			assert_eq!(on_hold(&who), 15 * UNC);
			assert_eq!(
				last_event(),
				Event::DebtPaid { who: who.clone(), amount: 15 * UNC, debt: 25 * UNC }
			);
			assert_ok!(Registry::pay_debt(signed(&who), Balance::MAX));
			assert_eq!(Registry::debt_of(&who), 0);
			assert_eq!(pledge(&who).debt_since, None);
			assert_noop!(Registry::pay_debt(signed(&who), 1), Error::<Test>::NothingPaid);
		});
	}

	#[test]
	fn cannot_be_paid_from_nothing() {
		run(|| {
			let who = indebted();
			assert_noop!(Registry::pay_debt(signed(&who), UNC), Error::<Test>::NothingPaid);
		});
	}

	#[test]
	fn is_paid_down_by_whoever_pays_the_miner() {
		run(|| {
			let who = indebted();
			assert_eq!(Registry::pay_down(&who, UNC), 0);
			give(&who, 50 * UNC);
			assert_eq!(Registry::pay_down(&who, 30 * UNC), 30 * UNC);
			assert_eq!(Registry::pay_down(&who, 30 * UNC), 10 * UNC);
			assert_eq!(<Registry as PledgeDebt<_>>::debt_of(&who), 0);
			assert_eq!(Registry::pay_down(&who, 30 * UNC), 0);
		});
	}

	#[test]
	fn suspends_the_chips_after_90_days_and_no_sooner() {
		run(|| {
			let who = indebted();
			wait(DEBT_TERM - 1);
			assert!(Registry::is_live(&id(0, SMALL), Registry::now()));
			assert_eq!(Registry::power_of(who.clone()), 4_000);
			wait(1);
			assert!(!Registry::is_live(&id(0, SMALL), Registry::now()));
			assert_eq!(Registry::power_of(who.clone()), 0);
			assert!(!Registry::has_live_chip(&who));
			assert!(!Registry::chip_at(&who, SMALL, 0).unwrap().may_seal);

			give(&who, 100 * UNC);
			Election::changed();
			assert_ok!(Registry::pay_debt(signed(&who), 39 * UNC));
			assert!(!Registry::has_live_chip(&who), "a part is not enough");
			assert_eq!(Election::changed(), vec![]);
			assert_ok!(Registry::pay_debt(signed(&who), UNC));
			assert!(Registry::has_live_chip(&who));
			assert_eq!(Election::changed(), vec![who]);
		});
	}

	#[test]
	fn keeps_its_first_date_while_chips_are_added() {
		run(|| {
			let who = indebted();
			let since = pledge(&who).debt_since;
			wait(DAY);
			stand(&who, SMALL, 4..5);
			assert_eq!(pledge(&who).debt_since, since);
			assert_eq!(Registry::debt_of(&who), 50 * UNC);
		});
	}
}

mod slash {
	use super::*;

	#[test]
	fn takes_what_is_held_and_makes_it_a_debt() {
		run(|| {
			stand(&alice(), SMALL, 0..2);
			assert_eq!(Registry::slash(&alice(), 3 * UNC), 3 * UNC);
			assert_eq!(Slashes::taken(), 3 * UNC);
			assert_eq!(on_hold(&alice()), 17 * UNC);
			assert_eq!(Registry::debt_of(&alice()), 3 * UNC);
			assert_eq!(
				last_event(),
				Event::PledgeSlashed { who: alice(), amount: 3 * UNC, debt: 3 * UNC }
			);
		});
	}

	#[test]
	fn adds_what_is_not_there_to_the_debt() {
		run(|| {
			let who = indebted();
			assert_eq!(Registry::slash(&who, 3 * UNC), 0);
			assert_eq!(Registry::debt_of(&who), 43 * UNC);
			// The penalty is paid first, and is lost.
			give(&who, 100 * UNC);
			assert_ok!(Registry::pay_debt(signed(&who), 5 * UNC));
			assert_eq!(Slashes::taken(), 3 * UNC);
			assert_eq!(on_hold(&who), 2 * UNC);
			assert_eq!(Registry::debt_of(&who), 38 * UNC);
		});
	}

	#[test]
	fn does_nothing_to_who_pledges_nothing() {
		run(|| {
			assert_storage_noop!(assert_eq!(Registry::slash(&alice(), UNC), 0));
			assert_storage_noop!(assert_eq!(
				Registry::penalise(&alice(), Perbill::from_percent(5)),
				0
			));
		});
	}
}

mod penalise {
	use super::*;

	#[test]
	fn takes_a_share_of_everything_that_is_pledged() {
		run(|| {
			stand(&alice(), SMALL, 0..4);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			assert_eq!(Registry::penalise(&alice(), Perbill::from_percent(5)), 2 * UNC);
			assert_eq!(Slashes::taken(), 2 * UNC);
			let pledge = pledge(&alice());
			assert_eq!(pledge.held, 30 * UNC - 3 * UNC / 2);
			assert_eq!(pledge.unbonding[0].amount, 10 * UNC - UNC / 2);
			assert_eq!(pledge.debt(), 3 * UNC / 2);
		});
	}

	#[test]
	fn measures_the_share_by_what_is_asked_not_by_what_is_held() {
		run(|| {
			let who = indebted();
			give(&who, UNC);
			Registry::pay_down(&who, UNC);
			// 10 % of 40 UNC: 1 is there, 3 are owed on top of the 40 that are missing now.
			assert_eq!(Registry::penalise(&who, Perbill::from_percent(10)), UNC);
			assert_eq!(Registry::debt_of(&who), 43 * UNC);
		});
	}

	#[test]
	fn leaves_what_is_due_alone() {
		run(|| {
			stand(&alice(), SMALL, 0..1);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			wait(UNBONDING + DAY);
			assert_eq!(Registry::penalise(&alice(), Perbill::from_percent(100)), 0);
			assert_ok!(Registry::withdraw_unbonded(signed(&alice())));
			assert_eq!(free(&alice()), ENDOWMENT);
		});
	}

	#[test]
	fn can_take_all() {
		run(|| {
			stand(&alice(), SMALL, 0..2);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			assert_eq!(Registry::penalise(&alice(), Perbill::one()), 20 * UNC);
			assert_eq!(on_hold(&alice()), 0);
			assert!(pledge(&alice()).unbonding.is_empty());
		});
	}
}

mod withdraw_unbonded {
	use super::*;

	#[test]
	fn gives_the_pledge_back_after_28_days_rounded_up_to_a_day() {
		run(|| {
			stand(&alice(), SMALL, 0..1);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			let until = pledge(&alice()).unbonding[0].until;
			assert_eq!(until % DAY, 0);
			assert!(
				until >= Registry::now() + UNBONDING && until < Registry::now() + UNBONDING + DAY
			);
			pallet_timestamp::Now::<Test>::put(until - 1);
			assert_noop!(
				Registry::withdraw_unbonded(signed(&alice())),
				Error::<Test>::NothingToWithdraw
			);
			pallet_timestamp::Now::<Test>::put(until);
			assert_ok!(Registry::withdraw_unbonded(signed(&alice())));
			assert_eq!(last_event(), Event::PledgeWithdrawn { who: alice(), amount: 10 * UNC });
			assert_eq!(free(&alice()), ENDOWMENT);
			assert!(!Pledges::<Test>::contains_key(alice()));
		});
	}

	#[test]
	fn gives_only_what_is_due() {
		run(|| {
			stand(&alice(), SMALL, 0..2);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[0], SMALL)));
			wait(10 * DAY);
			assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[1], SMALL)));
			wait(UNBONDING - 9 * DAY);
			assert_ok!(Registry::withdraw_unbonded(signed(&alice())));
			assert_eq!(on_hold(&alice()), 10 * UNC);
		});
	}

	#[test]
	fn fails_when_nothing_was_pledged() {
		run(|| {
			assert_noop!(
				Registry::withdraw_unbonded(signed(&alice())),
				Error::<Test>::NothingToWithdraw
			);
		});
	}

	#[test]
	fn never_runs_out_of_entries() {
		run(|| {
			stand(&alice(), SMALL, 0..200);
			for number in 0..200 {
				assert_ok!(Registry::retire_chips(signed(&alice()), ids(&[number], SMALL)));
				wait(DAY / 3 + 1);
			}
			assert!(pledge(&alice()).unbonding.len() <= 31);
			wait(UNBONDING + DAY);
			assert_ok!(Registry::withdraw_unbonded(signed(&alice())));
			assert_eq!(free(&alice()), ENDOWMENT);
		});
	}

	#[test]
	fn leaves_an_account_alive_that_still_has_session_keys() {
		run(|| {
			let who = account(60);
			Registry::provide_for(&who);
			stand(&who, SMALL, 0..1);
			give(&who, 20 * UNC);
			Registry::pay_down(&who, 10 * UNC);
			assert_ok!(Registry::retire_chips(signed(&who), ids(&[0], SMALL)));
			System::inc_consumers(&who).unwrap();
			wait(UNBONDING + DAY);
			assert_ok!(Registry::withdraw_unbonded(signed(&who)));
			assert!(System::account_exists(&who));
		});
	}
}
