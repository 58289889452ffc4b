// Claims all chips of a node's folder for an account that has not claimed them yet, with the node's
// session keys if the account has none.
//
// Usage: node examples/claim-chips.js --base-path DIR [--chain local] [--suri //Dave]
//          [--url ws://127.0.0.1:9944]
//   --base-path, --chain  as they were given to the node
//   --suri                the owner's secret: a development name, a phrase or a seed
//   --url                 the node that is to mine; it must run with --validator
//
// The binary is $UTNET_NODE, or what scripts/build makes.

import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

const { values } = parseArgs({
	options: {
		'base-path': { type: 'string' },
		chain: { type: 'string', default: 'local' },
		suri: { type: 'string', default: '//Dave' },
		url: { type: 'string', default: 'ws://127.0.0.1:9944' },
	},
});
if (!values['base-path']) {
	console.error('error: give --base-path, the folder that the node runs with');
	process.exit(1);
}
const targetFolder = process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache', 'utnet-target');
const binary = process.env.UTNET_NODE ?? join(targetFolder, 'release', 'utnet-node');

const provider = new WsProvider(values.url);
const api = await ApiPromise.create({ provider, noInitWarn: true });
const owner = new Keyring({ type: 'sr25519' }).addFromUri(values.suri);

// A claim names a recent block; a final one cannot go away.
const head = await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead());
const signed = JSON.parse(
	execFileSync(binary, [
		...['chip', 'claim', '--base-path', values['base-path'], '--chain', values.chain],
		...['--owner', owner.address],
		...['--block-number', head.number.toString(), '--block-hash', head.hash.toHex()],
	]),
);
const known = await api.query.chips.chips.multi(signed.map((item) => item.claim.claim.chip));
const items = signed.filter((_, index) => known[index].isNone);
if (items.length === 0) {
	console.log(`all ${signed.length} chips of the folder are on the chain already`);
	process.exit(0);
}

let keys = null;
if ((await api.query.session.nextKeys(owner.address)).isNone) {
	const made = await provider.send('author_rotateKeysWithOwner', [
		`0x${Buffer.from(owner.publicKey).toString('hex')}`,
	]);
	keys = [made.keys, made.proof];
}

await new Promise((resolve, reject) => {
	api.tx.chips
		.registerChips(items, keys)
		.signAndSend(owner, ({ status, dispatchError }) => {
			console.log(status.type);
			if (dispatchError?.isModule) {
				const { section, name, docs } = api.registry.findMetaError(dispatchError.asModule);
				reject(new Error(`${section}.${name}: ${docs.join(' ')}`));
			} else if (dispatchError) {
				reject(new Error(dispatchError.toString()));
			} else if (status.isFinalized) {
				resolve();
			}
		})
		.catch(reject);
});
const { epoch } = await provider.send('poci_status', []);
console.log(
	`${items.length} chips now belong to ${owner.address}; they make blocks from epoch ${epoch + 3} on`,
);
await api.disconnect();
