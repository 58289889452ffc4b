use super::*;
use substrate_prometheus_endpoint::Registry;

#[test]
fn figures_are_in_the_registry() {
	let registry = Registry::new();
	let metrics = Metrics::new(Some(&registry)).expect("an empty registry takes them");
	metrics.slots_led.inc();
	metrics.slots_missed.with_label_values(&["signer_down"]).inc();
	metrics.headers_refused.with_label_values(&["vrf"]).inc();
	let names: Vec<String> =
		registry.gather().iter().map(|family| family.get_name().to_string()).collect();
	for name in [
		"poci_slots_led_total",
		"poci_slots_sealed_total",
		"poci_slots_missed_total",
		"poci_recovery_blocks_total",
		"poci_signer_seconds",
		"poci_empty_slot_share",
		"poci_finality_lag_blocks",
		"poci_strongest_miner_share",
		"poci_clock_skew_milliseconds",
		"poci_headers_refused_total",
		"poci_headers_held_total",
		"poci_equivocations_total",
	] {
		assert!(names.iter().any(|found| found == name), "{name} is missing in {names:?}");
	}
}

#[test]
fn figures_are_not_registered_twice() {
	let registry = Registry::new();
	let _first = Metrics::new(Some(&registry)).expect("an empty registry takes them");
	assert!(Metrics::new(Some(&registry)).is_err());
}
