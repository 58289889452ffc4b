// Sends 1 UNC from Alice to Bob on a development chain and waits until it is final.
//
// Usage: node examples/transfer.js [WEBSOCKET URL]

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

const url = process.argv[2] ?? 'ws://127.0.0.1:9944';
const api = await ApiPromise.create({ provider: new WsProvider(url), noInitWarn: true });
const keyring = new Keyring({ type: 'sr25519' });
const alice = keyring.addFromUri('//Alice');
const bob = keyring.addFromUri('//Bob');

await new Promise((resolve, reject) => {
	api.tx.balances
		.transferKeepAlive(bob.address, 10n ** 18n)
		.signAndSend(alice, ({ status, dispatchError }) => {
			console.log(status.type);
			if (dispatchError) {
				reject(new Error(dispatchError.toString()));
			} else if (status.isFinalized) {
				resolve();
			}
		})
		.catch(reject);
});

const { data } = await api.query.system.account(bob.address);
console.log(`Bob has ${data.free.toBigInt() / 10n ** 18n} UNC`);
await api.disconnect();
