import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Env } from '../env'
import { CliError, exit } from '../exit'
import { readAddress } from './address'

const File = z.object({ url: z.string(), apiKey: z.string() })

export interface Connection {
  origin: string
  apiKey: string | null
  /** Where the address and the key come from. */
  from: { url: 'environment' | 'file'; apiKey: 'environment' | 'file' | null }
}

export const credentialsFile = (env: Env): string => join(env.configFolder, 'credentials.json')

/**
 * A key as Palate makes it. Anything else would be refused by HTTP itself, with the key in the error.
 *
 * @throws CliError that does not contain the text
 */
export function readApiKey(typed: string): string {
  const key = typed.trim()
  if (/^plt_[A-Za-z0-9_-]{1,200}$/.test(key)) return key
  throw new CliError(
    'This is no API key of Palate: one begins with plt_.',
    'Create one on the Settings page and paste it whole.',
    exit.usage,
  )
}

/**
 * Address and key: of the environment, else of the file that `palate login` wrote. The stored key goes to the stored
 * address only.
 *
 * @throws CliError when no address is known
 */
export async function findConnection(env: Env): Promise<Connection> {
  const stored = await readStored(env)
  const given = env.url ? readAddress(env.url) : null
  const origin = given ?? (stored ? readAddress(stored.url) : null)
  if (!origin)
    throw new CliError(
      'You are not logged in.',
      'Run palate login, or set PALATE_URL and PALATE_API_KEY.',
      exit.usage,
    )
  const from = given ? 'environment' : 'file'
  if (env.apiKey) {
    const apiKey = readApiKey(env.apiKey)
    return { origin, apiKey, from: { url: from, apiKey: 'environment' } }
  }
  const own = stored && readAddress(stored.url) === origin ? readApiKey(stored.apiKey) : null
  return { origin, apiKey: own, from: { url: from, apiKey: own ? 'file' : null } }
}

async function readStored(env: Env): Promise<z.infer<typeof File> | null> {
  const path = credentialsFile(env)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw new CliError(`${path} cannot be read (${error.code}).`, 'Change its owner, or run palate login.')
  })
  if (text === null) return null
  const parsed = File.safeParse(parseJson(text))
  if (!parsed.success) throw new CliError(`${path} is damaged.`, 'Run palate login to write it again.')
  // Somebody may have copied it with other rights.
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && mode & 0o077) await chmod(path, 0o600).catch(() => undefined)
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Written beside and renamed, so that it is never half a file; only its owner can read it. @returns its path */
export async function storeCredentials(env: Env, credentials: z.infer<typeof File>): Promise<string> {
  const path = credentialsFile(env)
  const beside = `${path}.${process.pid}`
  try {
    await mkdir(env.configFolder, { recursive: true, mode: 0o700 })
    await writeFile(beside, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(beside, path)
    return path
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw new CliError(
      `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      'Make the folder writable, or set PALATE_URL and PALATE_API_KEY instead.',
    )
  }
}

/** @returns whether there was one */
export async function removeCredentials(env: Env): Promise<boolean> {
  const path = credentialsFile(env)
  const there = await stat(path).catch(() => null)
  await rm(path, { force: true })
  return there !== null
}
