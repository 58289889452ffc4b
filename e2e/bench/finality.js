// Measures how long a block takes to become final: three miners and a full node on this machine,
// seen from the full node.
//
// Usage: node bench/finality.js [BLOCKS] [SLOT MILLISECONDS]
//   BLOCKS             how many blocks to watch (default 120)
//   SLOT MILLISECONDS  the slot duration of the chain (default: that of the local preset)

import { connect, readPreDigest } from '../lib/chain.js';
import { startFollower, startMiners } from '../lib/network.js';
import { changedSpec } from '../lib/spec.js';

const blocks = Number(process.argv[2] ?? 120);
const slotDuration = process.argv[3];

function quantile(sorted, share) {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const chain = slotDuration
	? await changedSpec('local', [[/("slotDuration":\s*)\d+/, (_, key) => key + slotDuration]])
	: 'local';
const miners = await startMiners(chain);
const full = await startFollower('full', miners.alice, [], chain);
const api = await connect(full);
const { slotDuration: slotCodec } = await api.call.pociApi.configuration();
const slot = slotCodec.toNumber();

// The first blocks are made while the nodes still look for each other.
const warmUp = 10;
const seen = new Map();
const delays = [];
await new Promise((resolve) => {
	let lastFinal = 0;
	api.rpc.chain.subscribeAllHeads((header) => {
		const number = header.number.toNumber();
		if (!seen.has(number)) {
			seen.set(number, Number(readPreDigest(header).slot) * slot);
		}
	});
	api.rpc.chain.subscribeFinalizedHeads((header) => {
		const number = header.number.toNumber();
		const now = Date.now();
		for (let final = Math.max(lastFinal + 1, warmUp); final <= number; final += 1) {
			if (seen.has(final)) {
				delays.push(now - seen.get(final));
			}
		}
		lastFinal = Math.max(lastFinal, number);
		if (delays.length >= blocks) {
			resolve();
		}
	});
});

delays.sort((left, right) => left - right);
const inSlots = (milliseconds) => (milliseconds / slot).toFixed(2);
const median = quantile(delays, 0.5);
const p95 = quantile(delays, 0.95);
console.log(
	`${delays.length} blocks, slot ${slot} ms: from a slot's start to finality ` +
		`median ${median} ms = ${inSlots(median)} slots, p95 ${p95} ms = ${inSlots(p95)} slots`,
);
await api.disconnect();
await Promise.all([full, ...Object.values(miners)].map((node) => node.stop()));
process.exit(0);
