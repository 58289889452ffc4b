//! Remembers which slot a chip sealed last on each chain, in a file where the chip has a folder.

use crate::{
	folder::{self, failed},
	SignerError,
};
use sp_core::H256;
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};

/// The most chains one chip is used on; bounds the file against a node that invents chains.
const MAX_NETWORKS: usize = 64;

/// The last sealed slot of one chip per genesis hash.
#[derive(Debug, Default)]
pub(crate) struct SlotRecord {
	last: BTreeMap<H256, u64>,
	file: Option<PathBuf>,
}

impl SlotRecord {
	/// Reads the record; a file that is not there is an empty record.
	pub(crate) fn open(file: PathBuf) -> Result<Self, SignerError> {
		let last = match folder::read_if_there(&file)? {
			Some(text) => parse(&file, &text)?,
			None => BTreeMap::new(),
		};
		Ok(Self { last, file: Some(file) })
	}

	/// Notes that `slot` is about to be sealed; from then on only later slots are.
	///
	/// When this returns the note is on the disk: a crash after it costs a slot, a crash before it
	/// has signed nothing.
	pub(crate) fn advance(&mut self, genesis_hash: H256, slot: u64) -> Result<(), SignerError> {
		match self.last.get(&genesis_hash) {
			Some(&last) if slot <= last => {
				return Err(SignerError::SlotNotAfterLast { slot, last });
			}
			None if self.last.len() >= MAX_NETWORKS => {
				return Err(SignerError::Engine(format!(
					"the chip has sealed on {MAX_NETWORKS} networks, it seals on no other"
				)));
			}
			_ => {}
		}
		let previous = self.last.insert(genesis_hash, slot);
		if let Some(file) = &self.file {
			if let Err(error) = folder::write_atomically(file, &print(&self.last)) {
				// Nothing was signed: the slot may be asked for again once the disk works.
				match previous {
					Some(last) => self.last.insert(genesis_hash, last),
					None => self.last.remove(&genesis_hash),
				};
				return Err(error);
			}
		}
		Ok(())
	}
}

fn print(last: &BTreeMap<H256, u64>) -> String {
	let slots: BTreeMap<String, u64> =
		last.iter().map(|(genesis, slot)| (folder::to_hex(genesis.as_bytes()), *slot)).collect();
	serde_json::to_string_pretty(&slots).expect("a map of strings to numbers is JSON")
}

/// A record that cannot be read is refused: to begin anew could mean to seal a slot twice.
fn parse(file: &Path, text: &str) -> Result<BTreeMap<H256, u64>, SignerError> {
	let slots: BTreeMap<String, u64> = serde_json::from_str(text).map_err(|error| {
		failed(file, format_args!("not a record of slots; restore it from a backup: {error}"))
	})?;
	slots
		.into_iter()
		.map(|(genesis, slot)| {
			let genesis: [u8; 32] = folder::from_hex(&genesis)
				.ok_or_else(|| failed(file, format_args!("{genesis} is not a genesis hash")))?;
			Ok((H256(genesis), slot))
		})
		.collect()
}
