//! How each pallet is set up, one file for each group.

pub mod accounts;
pub mod chips;
pub mod consensus;
pub mod governance;
pub mod money;
pub mod system;
