// Measures finality: three miners and a full node on this machine, as a ratio to the slot.
//
// Usage: node bench/finality.js [--chain local|FILE] [--blocks N] [--json]
//
// The lag of a block is the time from the start of its slot, which its timestamp gives, to the
// moment at which the full node reports it final; both clocks are this machine's.

import { parseArgs } from 'node:util';
import { connect, readPreDigest } from '../lib/chain.js';
import { startFollower, startMiners } from '../lib/network.js';

const { values } = parseArgs({
	options: {
		chain: { type: 'string', default: 'local' },
		blocks: { type: 'string', default: '120' },
		json: { type: 'boolean', default: false },
	},
});
const wanted = Number(values.blocks);
// The first blocks are made while the nodes still look for each other.
const WARM_UP = 10;

const quantile = (sorted, share) => sorted[Math.ceil(share * sorted.length) - 1];

const miners = await startMiners(values.chain);
const follower = await startFollower('full', miners.alice, [], values.chain);
const nodes = [...Object.values(miners), follower];
try {
	const api = await connect(follower);
	const { slotDuration } = (await api.call.pociApi.configuration()).toJSON();
	const lags = [];
	let firstSlot;
	let lastSlot;
	let next;
	await new Promise((resolve, reject) => {
		const limit = setTimeout(
			() => reject(new Error(`${lags.length} of ${wanted} blocks were finalized in time`)),
			(wanted + WARM_UP) * slotDuration * 3 + 60_000,
		);
		let queue = Promise.resolve();
		const note = async (head, now) => {
			next ??= head + WARM_UP;
			for (; next <= head && lags.length < wanted; next += 1) {
				const hash = await api.rpc.chain.getBlockHash(next);
				const slot = Number(readPreDigest(await api.rpc.chain.getHeader(hash)).slot);
				firstSlot ??= slot;
				lastSlot = slot;
				lags.push((now - slot * slotDuration) / slotDuration);
				process.stderr.write(`\r${lags.length} of ${wanted} blocks`);
			}
			if (lags.length >= wanted) {
				clearTimeout(limit);
				resolve();
			}
		};
		api.rpc.chain
			.subscribeFinalizedHeads((header) => {
				const now = Date.now();
				queue = queue.then(() => note(header.number.toNumber(), now)).catch(reject);
			})
			.catch(reject);
	});
	process.stderr.write('\n');
	lags.sort((one, other) => one - other);
	const result = {
		nodes: nodes.length,
		slotMilliseconds: slotDuration,
		blocks: lags.length,
		medianSlots: Number(quantile(lags, 0.5).toFixed(2)),
		p95Slots: Number(quantile(lags, 0.95).toFixed(2)),
		filledShare: Number((lags.length / (lastSlot - firstSlot + 1)).toFixed(4)),
	};
	console.log(
		values.json
			? JSON.stringify(result)
			: `finality with ${result.nodes} nodes, ${result.slotMilliseconds} ms slots, ${result.blocks} blocks: ` +
					`median ${result.medianSlots} slots, p95 ${result.p95Slots} slots; ${result.filledShare * 100} % of slots filled`,
	);
	await api.disconnect();
} finally {
	await Promise.all(nodes.map((node) => node.stop()));
}
