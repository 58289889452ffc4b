// Chain specs with something changed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, temporaryFolder } from './node.js';

/**
 * Writes the spec of `chain` to a file with each `[pattern, replacement]` applied to its text, and
 * gives the path. Balances exceed what JavaScript's numbers hold, so the JSON is not parsed.
 */
export async function changedSpec(chain, changes) {
	const { code, stdout, stderr } = await run(['export-chain-spec', '--chain', chain]);
	if (code !== 0) {
		throw new Error(`the spec '${chain}' could not be exported:\n${stderr}`);
	}
	let text = stdout;
	for (const [pattern, replacement] of changes) {
		const changed = text.replace(pattern, replacement);
		if (changed === text) {
			throw new Error(`nothing in the spec '${chain}' is like ${pattern}`);
		}
		text = changed;
	}
	const file = join(temporaryFolder(), `${chain}.json`);
	writeFileSync(file, text);
	return file;
}
