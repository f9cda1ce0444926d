import { Attack, type Target } from './abuse/attack'
import { floods } from './abuse/floods'

/** One flood in its own process: `abuse-flood.ts <name> <target as JSON>`. Prints its tally. */
const [name = '', target = ''] = process.argv.slice(2)
const attack = new Attack(JSON.parse(target) as Target)
await floods[name]?.run(attack)
process.stdout.write(`${JSON.stringify(attack.tally)}\n`)
process.exit()
