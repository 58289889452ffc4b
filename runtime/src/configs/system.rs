//! Limits of a block, versions, and what every pallet builds on.

use frame_support::{
	derive_impl, parameter_types,
	traits::Contains,
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{
	generic::{Era, UncheckedExtrinsic as GenericExtrinsic},
	Perbill,
};
use sp_version::RuntimeVersion;

use crate::{
	AccountId, Address, Balance, Block, BlockNumber, Hash, Migrations, Nonce, PalletInfo, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask, Signature, TxExtension,
	UncheckedExtrinsic, VERSION,
};

/// What the first block under a new version of the runtime does to the state, before its hooks.
#[cfg(not(feature = "rehearsal"))]
pub type SingleBlockMigrations = ();

/// What the first block under the rehearsed version does to the state, before its hooks.
#[cfg(feature = "rehearsal")]
pub type SingleBlockMigrations = crate::rehearsal::Migrations;

/// The share of a block that transactions of users may fill. The rest is for operational calls.
pub const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

/// The longest block body, in bytes.
pub const MAX_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// A block may take one second to execute, be the slot one second or three. A slot of one second
/// is for development: there a full block is late, in production it leaves two thirds of the slot
/// to building, signing and sending it.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX);

parameter_types! {
	/// For how many blocks a transaction can name the block it was made at: two hours at 3 s.
	pub const BlockHashCount: BlockNumber = 2_400;
	/// The version of the runtime.
	pub const Version: RuntimeVersion = VERSION;
	/// What one block may do.
	pub RuntimeBlockWeights: BlockWeights =
		BlockWeights::with_sensible_defaults(MAX_BLOCK_WEIGHT, NORMAL_SHARE);
	/// What one block may hold.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAX_BLOCK_LENGTH)
		.modify_max_length_for_class(frame_support::dispatch::DispatchClass::Normal, |length| {
			*length = NORMAL_SHARE.mul_floor(MAX_BLOCK_LENGTH);
		})
		.build();
	/// How addresses are written. 42 is that of chains without a registered number.
	pub const SS58Prefix: u8 = 42;
}

/// Refuses the calls that make or burn UNC by decree to every origin but Root, which passes all
/// filters.
pub struct NoForcedIssuance;

impl Contains<RuntimeCall> for NoForcedIssuance {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(
			call,
			RuntimeCall::Balances(
				pallet_balances::Call::force_set_balance { .. }
					| pallet_balances::Call::force_adjust_total_issuance { .. }
			)
		)
	}
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type BaseCallFilter = NoForcedIssuance;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type BlockLength = RuntimeBlockLength;
	type BlockWeights = RuntimeBlockWeights;
	type DbWeight = ParityDbWeight;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type Hash = Hash;
	type MaxConsumers = frame_support::traits::ConstU32<64>;
	type MultiBlockMigrator = Migrations;
	type Nonce = Nonce;
	type SS58Prefix = SS58Prefix;
	type SingleBlockMigrations = SingleBlockMigrations;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type Version = Version;
}

// What off-chain code needs to send the free calls of a pallet: a general transaction without a
// signature, whose origin the call's own `authorize` sets.

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		GenericExtrinsic::<Address, RuntimeCall, Signature, TxExtension>::new_transaction(
			call, extension,
		)
	}
}

impl<C> frame_system::offchain::CreateAuthorizedTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::Immortal),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
			frame_system::WeightReclaim::new(),
		)
	}
}
