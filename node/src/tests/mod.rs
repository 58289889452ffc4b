mod chain_spec;
mod chip;
mod cli;
mod errors;
mod genesis;
