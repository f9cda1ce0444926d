// `npm run loop`: the whole loop without a browser, through the public interfaces, on a stack in a temporary folder.
// Options: --quick (small settings), --seed N, --data FILE (repeat it for more), --keep (keep the data folder).
import { runOnTemporaryStack } from './lib/temporary-stack.mjs'

await runOnTemporaryStack('The loop, without a browser', 'e2e/loop/main.ts', process.argv.slice(2))
