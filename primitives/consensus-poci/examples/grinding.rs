//! How much can an adversary gain by grinding the seed of an epoch?
//!
//! ```text
//! cargo run --release --example grinding
//! ```
//!
//! # Model
//!
//! The adversary holds 10 to 45 % of the power. The schedule of an epoch is public, its own VRF
//! outputs it can compute beforehand, and those of others it learns with their blocks. The seed of
//! epoch `t + 2` is made from the randomness after the last block of epoch `t`, so its only means
//! is to choose which blocks enter that randomness:
//!
//! - **Withholding.** Let the last `m` slots of the epoch be its own. Each of those blocks may be
//!   made or not: it has the best of `2^m` seeds. Withholding an earlier block is a blind bet,
//!   because an honest block comes after it.
//! - **Two orphaned tail blocks.** It also may keep a branch private that starts after the third or
//!   second honest block from the end and leaves out the two or the one after it, and publishes it
//!   at the end of the epoch. The branch wins if it has more blocks than the honest ones that it
//!   replaces, without help from the next epoch. All branches are compared in hindsight, which is
//!   generous: truly keeping a branch private costs the blocks of that branch when another is
//!   chosen.
//!
//! It takes the seed with the highest score: its slots in epoch `t + 2`, and what the tail of that
//! epoch is worth for the next round of grinding (the deviation of its number of slots, times the
//! expectation of the largest of so many normal numbers, as there will be seeds to choose from).
//! Epochs `t`, `t + 2`, `t + 4` … form a chain, so gains of long tails add up as they would.
//!
//! Two aims: *power*, as many slots as can be at any price, and *income*, where every block
//! withheld counts as a slot lost. Honest miners are always online, so nobody else's silence helps
//! it.
//!
//! # Lists
//!
//! - **one**: the adversary is a single miner whose part of the segment begins and ends in the
//!   middle of a stratum: the worst place.
//! - **1000**: 1 000 miners of equal power, the adversary owns its share of them, and stands among
//!   them where its slots vary most (hill climbing): accounts decide ties of power, and accounts
//!   can be ground.
//! - **plain**: the same adversary without strata, every slot drawn by itself; identities do not
//!   matter.
//!
//! Randomness, seeds, permutation and points are made by the functions that the runtime uses. The
//! adversary tries at most 2^6 seeds a branch, of its last 6 blocks in it; the column `cap` says in
//! how many epochs it had more, so where that is not small the true gain is larger. The numbers are
//! hashes of counters: every run gives the same table.
//!
//! # Table
//!
//! `gain` is the share of slots above the share of power, in percentage points with its standard
//! error from 50 independent chains; `relative` is the gain in percent of the share; `price` is
//! what was withheld, in percentage points of slots; `income` is the gain less the price under the
//! second aim, for withholding only. Exits with 1 if a target of the specification is missed by
//! more than two standard errors.

use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use statrs::distribution::{ContinuousCDF, Normal};
use std::{collections::HashMap, error::Error, io::Write, process::ExitCode, time::Instant};
use utnet_primitives_consensus_poci::{
	draw::point, epoch_seed, epochs::mix, permutation, pick, slot_random, Slot,
};

/// The adversary's share of power in percent.
const SHARES: [u32; 5] = [10, 20, 30, 40, 45];

/// Lengths of epochs in slots.
const LENGTHS: [u32; 3] = [20, 100, 1_200];

/// Miners in the list of many.
const MINERS: u32 = 1_000;

/// The adversary varies this many of its last blocks at most.
const CAP: usize = 6;

/// The length of a stratum: borders can be anywhere.
const STRATUM: u128 = 1 << 32;

/// Independent chains, for the standard errors.
const CHAINS: u32 = 50;

/// Epochs of each chain.
const EPOCHS: u32 = 40;

/// Epochs of each chain where there are many seeds to try.
const FEW_EPOCHS: u32 = 15;

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Clone, Copy, Eq, PartialEq)]
enum Case {
	One,
	Many,
	Plain,
}

/// The segment of all power, and the chances in each stratum.
struct Segment {
	length: u32,
	plain: bool,
	/// For each stratum the owners of its points: the random number that each begins at, and
	/// whether it is the adversary.
	owners: Vec<Vec<(u128, bool)>>,
	/// The deviation of the adversary's slots in an epoch.
	deviation: f64,
	/// The most slots that luck can add.
	most: f64,
}

impl Segment {
	fn new(case: Case, length: u32, share: u32) -> Self {
		let total = u128::from(length) * STRATUM;
		let (ends, own) = match case {
			Case::One | Case::Plain => {
				let start = STRATUM / 2;
				let end = start + total * u128::from(share) / 100;
				(vec![start, end, total], vec![false, true, false])
			}
			Case::Many => {
				let end = |miner| total * (u128::from(miner) + 1) / u128::from(MINERS);
				let ends: Vec<u128> = (0..MINERS).map(end).collect();
				let own = climb(&ends, length, share);
				(ends, own)
			}
		};
		let plain = case == Case::Plain;
		let (strata, parts) = if plain {
			(1, vec![f64::from(share) / 100.0; index(length)])
		} else {
			(length, parts(&ends, &own, length))
		};
		let owners =
			(0..strata).map(|stratum| owners(&ends, &own, stratum, strata, total)).collect();
		let deviation = parts.iter().map(|part| part * (1.0 - part)).sum::<f64>().sqrt();
		let most = parts.iter().filter(|part| **part > 0.0).map(|part| 1.0 - part).sum();
		Self { length, plain, owners, deviation, most }
	}

	/// Which slots of an epoch are the adversary's.
	fn draw(&self, seed: &H256, first: u64) -> Vec<bool> {
		let strata =
			if self.plain { vec![0; index(self.length)] } else { permutation(seed, self.length) };
		let leads = |(slot, stratum): (u64, u32)| match &self.owners[index(stratum)][..] {
			// Where a stratum has one owner the point in it does not matter.
			[(_, own)] => *own,
			owners => {
				let random = slot_random(seed, Slot::from(slot));
				let after = owners.partition_point(|(from, _)| *from <= random);
				after > 0 && owners[after - 1].1
			}
		};
		(first..).zip(strata).map(leads).collect()
	}
}

/// Who owns the points of a stratum, by the random number that hits them.
fn owners(
	ends: &[u128],
	own: &[bool],
	stratum: u32,
	strata: u32,
	total: u128,
) -> Vec<(u128, bool)> {
	let hit = |random: u128| point(stratum, random, strata, total).unwrap_or(total);
	let owner = |kappa: u128| pick(ends, kappa).is_some_and(|(miner, _)| own[index(miner)]);
	let mut owners = vec![(0, owner(hit(0)))];
	let (first, last) = (hit(0), hit(u128::MAX));
	for end in ends.iter().filter(|end| first < **end && **end <= last) {
		// The lowest random number whose point is not before the end.
		let (mut below, mut from) = (0, u128::MAX);
		while from - below > 1 {
			let middle = below + (from - below) / 2;
			if hit(middle) < *end {
				below = middle;
			} else {
				from = middle;
			}
		}
		let own = owner(*end);
		if owners.last().is_some_and(|(_, last)| *last != own) {
			owners.push((from, own));
		}
	}
	owners
}

fn index(number: u32) -> usize {
	usize::try_from(number).unwrap_or(usize::MAX)
}

#[allow(clippy::cast_precision_loss)]
fn real(number: usize) -> f64 {
	number as f64
}

/// The adversary's part of each stratum.
#[allow(clippy::cast_precision_loss)]
fn parts(ends: &[u128], own: &[bool], length: u32) -> Vec<f64> {
	let mut parts = vec![0u128; index(length)];
	let mut start = 0;
	for (end, own) in ends.iter().zip(own) {
		let mut at = start;
		while *own && at < *end {
			let stratum = at / STRATUM;
			let to = (*end).min((stratum + 1) * STRATUM);
			parts[usize::try_from(stratum).unwrap_or(usize::MAX)] += to - at;
			at = to;
		}
		start = *end;
	}
	parts.into_iter().map(|part| part as f64 / STRATUM as f64).collect()
}

/// Who of equal miners the adversary should be for its slots to vary most: from an even spread,
/// swaps that help are kept.
fn climb(ends: &[u128], length: u32, share: u32) -> Vec<bool> {
	let spread = |miner: u32| (miner + 1) * share / 100 > miner * share / 100;
	let mut own: Vec<bool> = (0..MINERS).map(spread).collect();
	let variance = |own: &[bool]| -> f64 {
		parts(ends, own, length).iter().map(|part| part * (1.0 - part)).sum()
	};
	let mut best = variance(&own);
	for attempt in 0..6_000u32 {
		let hash = blake2_256(&attempt.to_le_bytes());
		let place = |n: usize| index(u32::from_le_bytes([hash[n], hash[n + 1], 0, 0]) % MINERS);
		let (one, other) = (place(0), place(2));
		if own[one] == own[other] {
			continue;
		}
		own.swap(one, other);
		let now = variance(&own);
		if now > best {
			best = now;
		} else {
			own.swap(one, other);
		}
	}
	own
}

/// The expectation of the largest of `n` independent normal numbers.
struct Largest {
	normal: Normal,
	known: HashMap<usize, f64>,
}

impl Largest {
	fn of(&mut self, n: usize) -> f64 {
		let normal = &self.normal;
		*self.known.entry(n).or_insert_with(|| {
			// E = ∫ (1 − F) over x > 0 − ∫ F over x < 0 with F = Φ^n.
			let step = 0.005;
			(-1_600..1_600)
				.map(|at| (f64::from(at) + 0.5) * step)
				.map(|x| {
					let below = (real(n) * normal.cdf(x).ln()).exp();
					step * if x > 0.0 { 1.0 - below } else { -below }
				})
				.sum()
		})
	}
}

/// The end of an epoch, as far as the adversary can shape it.
struct Tail {
	/// Slots after the last honest block that cannot be replaced; whether each is its own.
	slots: Vec<bool>,
	branches: Vec<Branch>,
}

/// A way to end the epoch.
struct Branch {
	/// Honest blocks that it leaves out: those from here on.
	start: usize,
	orphaned: usize,
	/// Own blocks from the start on that are always made.
	fixed: usize,
	/// Own blocks that may be withheld, the last ones.
	free: Vec<usize>,
}

impl Branch {
	/// Whether it has enough blocks when it withholds so many.
	fn wins(&self, withheld: usize) -> bool {
		self.orphaned == 0 || self.fixed + self.free.len() - withheld > self.orphaned
	}

	/// The sets of blocks to withhold, none first.
	fn masks(&self) -> impl Iterator<Item = u32> + '_ {
		(0u32..1 << self.free.len()).filter(|mask| self.wins(index(mask.count_ones())))
	}
}

impl Tail {
	fn of(leads: &[bool], orphans: usize) -> Self {
		let fixed = leads.iter().enumerate().rev().filter(|(_, own)| !**own).nth(orphans);
		let slots = leads[fixed.map_or(0, |(at, _)| at + 1)..].to_vec();
		let honest: Vec<usize> = (0..slots.len()).filter(|at| !slots[*at]).collect();
		let branches = (0..=honest.len())
			.map(|orphaned| {
				let kept = honest.len() - orphaned;
				let start = kept.checked_sub(1).map_or(0, |last| honest[last] + 1);
				let own: Vec<usize> = (start..slots.len()).filter(|at| slots[*at]).collect();
				let fixed = own.len().saturating_sub(CAP);
				Branch { start, orphaned, fixed, free: own[fixed..].to_vec() }
			})
			.collect();
		Self { slots, branches }
	}

	/// How many seeds there are to choose from.
	fn seeds(&self) -> usize {
		self.branches.iter().map(|branch| branch.masks().count()).sum()
	}

	/// The randomness at the end of the epoch.
	fn randomness(
		&self,
		before: &H256,
		outputs: &[[u8; 32]],
		branch: &Branch,
		withheld: u32,
	) -> H256 {
		let made = |at: usize| match branch.free.iter().position(|free| *free == at) {
			Some(bit) => withheld >> bit & 1 == 0,
			None => self.slots[at] || at < branch.start,
		};
		let all = outputs.iter().enumerate();
		all.filter(|(at, _)| made(*at)).fold(*before, |mixed, (_, output)| mix(&mixed, output))
	}
}

/// What one chain of epochs yields, in slots an epoch.
struct Yield {
	gain: f64,
	price: f64,
	capped: f64,
}

fn chain(
	segment: &Segment,
	orphans: usize,
	epochs: u32,
	number: u32,
	price_of_block: f64,
	largest: &mut Largest,
) -> Outcome<Yield> {
	let name = |what: &[u8], epoch: u32, slot: usize| {
		blake2_256(
			&[what, &number.to_le_bytes(), &epoch.to_le_bytes(), &slot.to_le_bytes()].concat(),
		)
	};
	let length = u64::from(segment.length);
	let mut leads = segment.draw(&name(b"start", 0, 0).into(), 0);
	let (mut gain, mut price, mut capped) = (0.0, 0.0, 0.0);
	for epoch in 1..=epochs {
		let tail = Tail::of(&leads, orphans);
		let before: H256 = name(b"before", epoch, 0).into();
		let outputs: Vec<[u8; 32]> =
			(0..tail.slots.len()).map(|slot| name(b"output", epoch, slot)).collect();
		// The first choice is to leave nothing out; its expectation is the share of power, so that
		// the difference from it is an unbiased gain with little noise.
		let mut honest = None;
		let mut best: Option<(f64, f64, f64, Vec<bool>)> = None;
		let choices = tail
			.branches
			.iter()
			.flat_map(|branch| branch.masks().map(move |withheld| (branch, withheld)));
		for (branch, mask) in choices {
			let randomness = tail.randomness(&before, &outputs, branch, mask);
			let drawn = segment.draw(
				&epoch_seed(u64::from(epoch) * 2, &randomness),
				u64::from(epoch) * 2 * length,
			);
			let slots = real(drawn.iter().filter(|own| **own).count());
			honest.get_or_insert(slots);
			let withheld = f64::from(mask.count_ones());
			let seeds = Tail::of(&drawn, orphans).seeds();
			let worth = (segment.deviation * largest.of(seeds)).min(segment.most);
			let score = slots + worth - price_of_block * withheld;
			if best.as_ref().is_none_or(|(most, ..)| score > *most) {
				best = Some((score, slots, withheld, drawn));
			}
		}
		let (_, slots, withheld, drawn) = best.ok_or("there is always a choice")?;
		gain += slots - honest.ok_or("the first choice is always open")?;
		price += withheld;
		capped += f64::from(u8::from(tail.branches.iter().any(|branch| branch.fixed > 0)));
		leads = drawn;
	}
	let epochs = f64::from(epochs);
	Ok(Yield { gain: gain / epochs, price: price / epochs, capped: capped / epochs })
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
	let count = real(values.len());
	let mean = values.iter().sum::<f64>() / count;
	let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
	(mean, (variance / count).sqrt())
}

/// One line of the table, the relative gain and its standard error in percent.
fn line(
	segment: &Segment,
	orphans: usize,
	share: u32,
	largest: &mut Largest,
) -> Outcome<(String, f64, f64)> {
	let points = 100.0 / f64::from(segment.length);
	let relative = 100.0 / f64::from(share);
	let epochs = if orphans > 0 && share >= 40 { FEW_EPOCHS } else { EPOCHS };
	let mut run = |price: f64| -> Outcome<Vec<Yield>> {
		(0..CHAINS).map(|number| chain(segment, orphans, epochs, number, price, largest)).collect()
	};
	let of = |yields: &[Yield], value: fn(&Yield) -> f64| {
		let values: Vec<f64> = yields.iter().map(value).collect();
		mean_and_error(&values)
	};
	let power = run(0.0)?;
	let (gain, error) = of(&power, |one| one.gain);
	let income = if orphans == 0 {
		let (income, error) = of(&run(1.0)?, |one| one.gain - one.price);
		format!("{:>9.4} {:>7.4}", income * points, error * points)
	} else {
		format!("{:>9} {:>7}", "-", "-")
	};
	let text = format!(
		"{:>9.4} {:>7.4} {:>8.2}% {:>7.4} {income} {:>5.1}%",
		gain * points,
		error * points,
		gain * points * relative,
		of(&power, |one| one.price).0 * points,
		of(&power, |one| one.capped).0 * 100.0,
	);
	Ok((text, gain * points * relative, error * points * relative))
}

fn main() -> Outcome<ExitCode> {
	let start = Instant::now();
	let mut largest = Largest { normal: Normal::new(0.0, 1.0)?, known: HashMap::new() };
	let cases = [(Case::One, "one"), (Case::Many, "1000"), (Case::Plain, "plain")];
	let lines = LENGTHS.len() * cases.len() * SHARES.len() * 2;
	let mut done = 0;
	let mut missed = false;
	let mut verdicts = Vec::new();
	println!("Gain of an adversary who grinds the seed, {CHAINS} chains of {EPOCHS} epochs");
	println!("({FEW_EPOCHS} epochs with orphans from 40 % of power)\n");
	println!(
		"{:>6} {:>6} {:>6} {:>6} {:>9} {:>7} {:>9} {:>7} {:>9} {:>7} {:>6}",
		"epoch",
		"list",
		"orphan",
		"power",
		"gain pp",
		"error",
		"relative",
		"price",
		"income pp",
		"error",
		"cap"
	);
	for length in LENGTHS {
		for (case, name) in cases {
			let segments: Vec<Segment> =
				SHARES.iter().map(|share| Segment::new(case, length, *share)).collect();
			for orphans in [0, 2] {
				for (share, segment) in SHARES.iter().zip(&segments) {
					let (text, measured, error) = line(segment, orphans, *share, &mut largest)?;
					println!("{length:>6} {name:>6} {orphans:>6} {share:>5}% {text}");
					done += 1;
					eprint!("{done} of {lines} lines\r");
					let _ = std::io::stderr().flush();
					let target = match (length, orphans, share, case) {
						(1_200, 0, 30, Case::One) => 0.5,
						(1_200, 0, 30, Case::Many) => 1.2,
						_ => continue,
					};
					let holds = measured - 2.0 * error <= target;
					missed |= !holds;
					verdicts.push(format!(
						"{name}: {measured:.2} % of its share, target {target} %: {}",
						if holds { "held" } else { "MISSED" }
					));
				}
			}
		}
	}
	println!("\nAt 30 % of power, E = 1200, withholding:");
	verdicts.iter().for_each(|verdict| println!("  {verdict}"));
	println!("{:.1?}", start.elapsed());
	Ok(if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
