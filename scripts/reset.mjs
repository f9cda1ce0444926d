// `npm run reset`: empties the data folder, after a question.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import './lib/env-file.mjs'
import { fail, Stop } from './lib/console.mjs'
import { homeFolder } from './lib/paths.mjs'
import { databaseFolder, serverRuns } from './lib/postgres.mjs'

try {
  if (!existsSync(homeFolder)) {
    process.stdout.write(`There is nothing to reset: ${homeFolder} does not exist.\n`)
  } else {
    if (!existsSync(join(homeFolder, 'settings.json')))
      throw new Stop(
        `${homeFolder} does not look like a data folder of Palate (it has no settings.json); nothing was deleted.`,
      )
    const database = databaseFolder(homeFolder)
    if (serverRuns(database)) throw new Stop('Palate is running. Stop it with Ctrl-C first, then reset.')
    const sure = process.argv.includes('--yes') || (await ask())
    if (sure) {
      rmSync(database, { recursive: true, force: true })
      rmSync(homeFolder, { recursive: true, force: true })
    }
    process.stdout.write(
      sure ? 'Emptied. The next npm start makes a new workspace.\n' : 'Nothing was changed.\n',
    )
  }
} catch (error) {
  fail(error)
}

async function ask() {
  if (!process.stdin.isTTY)
    throw new Stop(
      'This terminal cannot answer a question. To empty the folder without one: npm run reset -- --yes',
    )
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(
    `This deletes all datasets, labels, runs and models in ${homeFolder}. Type "delete" to continue: `,
  )
  terminal.close()
  return answer.trim() === 'delete'
}
