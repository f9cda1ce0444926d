import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnrolResponse, RotateReply } from '@palate/protocol'
import type { Settings } from '../env'
import { createHubHttp } from '../files/hub-http'
import { FinalError, retry } from '../files/retry'
import { writeWhole } from '../run/attempt-folder'
import type { HubLink } from './hub-link'

/**
 * The agent's credential: read from its file (mode 0600), or got once with the enrolment code and kept there.
 *
 * @throws Error with cause and remedy when there is neither, or when the hub refuses the code
 */
export async function obtainCredential(
  settings: Settings,
  options: { signal: AbortSignal; onFailure: (error: unknown) => void },
): Promise<EnrolResponse> {
  const file = fileOf(settings)
  const known = await readCredential(file)
  if (known) return known
  const { enrolmentCode: code, name, hubUrl } = settings
  if (!code)
    throw new Error(
      'This agent is not enrolled. Make a code on the Agents page and start it with PALATE_ENROLMENT_CODE set.',
    )
  const http = createHubHttp(hubUrl)
  const enrol = (signal: AbortSignal) => http.postJson('/files/agents/enrol', { code, name }, signal)
  const answer = await retry(enrol, options).catch((error: unknown) => {
    if (!(error instanceof FinalError)) throw error
    throw new Error(`${error.message} Make a fresh enrolment code on the Agents page.`)
  })
  const credential = EnrolResponse.parse(answer)
  await mkdir(settings.home, { recursive: true })
  await writeWhole(file, JSON.stringify(credential))
  return credential
}

/**
 * Asks for another credential, keeps it on disk, and connects anew under it. Killed at any moment, one of the two works:
 * the hub takes the old one until the first hello under the new.
 */
export async function rotateCredential(
  settings: Settings,
  identity: EnrolResponse,
  link: HubLink,
): Promise<void> {
  const { credential } = await link.call('rotate-credential', {}, RotateReply)
  settings.redactor.learn(credential)
  const changed = { ...identity, credential }
  await writeWhole(fileOf(settings), JSON.stringify(changed))
  Object.assign(identity, changed)
  link.renew()
}

const fileOf = (settings: Settings) => join(settings.home, 'credential.json')

async function readCredential(file: string): Promise<EnrolResponse | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = EnrolResponse.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`${file} is damaged. Remove it and enrol this agent again.`)
  return parsed.data
}
