import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Exit, exit } from '../exit'

/**
 * Asks one question in a terminal. `hidden` shows nothing of the answer.
 *
 * @throws Exit on Ctrl-C or Ctrl-D
 */
export function ask(question: string, { hidden = false } = {}): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  if (hidden) process.stderr.write(question)
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: true,
    historySize: 0,
  })
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () => {
      process.stderr.write('\n')
      reject(new Exit(exit.interrupted))
    })
    lines.question(hidden ? '' : question, (answer) => {
      lines.removeAllListeners('close')
      lines.close()
      if (hidden) process.stderr.write('\n')
      resolve(answer)
    })
  })
}

const maxStdinBytes = 1024 * 1024

/** All of stdin as text, as much as any request may have. @returns null if it is longer */
export async function readStdin(stdin: NodeJS.ReadStream = process.stdin): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxStdinBytes) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
