// A network of three miners with different power: Alice 160 T, Bob 128 T, Charlie 88 T.

import { TestNode } from './node.js';

/** Starts the miners; `chain` is a name or the path of a spec. */
export async function startMiners(chain = 'local') {
	const alice = await TestNode.create('alice', { args: ['--chain', chain, '--alice'] });
	await alice.start();
	const others = await Promise.all(
		['bob', 'charlie'].map(async (name) => {
			const node = await TestNode.create(name, {
				args: ['--chain', chain, `--${name}`],
				bootnodes: [alice.address],
			});
			return node.start();
		}),
	);
	return { alice, bob: others[0], charlie: others[1] };
}

/** Starts a node that only follows. */
export async function startFollower(name, bootnode, args = [], chain = 'local') {
	const node = await TestNode.create(name, {
		args: ['--chain', chain, '--name', name, ...args],
		bootnodes: [bootnode.address],
	});
	return node.start();
}
