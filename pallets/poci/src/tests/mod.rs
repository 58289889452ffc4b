//! One topic, or one call, a file.

mod block;
mod disable;
mod election;
mod enable;
mod finality;
mod genesis;
mod lists;
mod model;
mod pruning;
mod recovery;
mod report_equivocation;
mod report_voting_equivocation;
mod timestamp;
mod views;
