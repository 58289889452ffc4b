//! One module for each call or topic; each test is named by the fact it shows.

mod accept_chips;
mod add_batch;
mod add_model;
mod add_vendor;
mod cancel_offer;
mod configuration;
mod genesis;
mod groups;
mod locks;
mod offer_chip;
mod pledges;
mod properties;
mod reactivate_chips;
mod register_chips;
mod register_chips_free;
mod registry;
mod release_chip;
mod removals;
mod retire_chips;
mod revoke_chip;
mod transfer_chips;
mod views;
