import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnrolResponse } from '@palate/protocol'
import type { Settings } from '../env'
import { createHubHttp } from '../files/hub-http'
import { FinalError, retry } from '../files/retry'
import { writeWhole } from '../run/attempt-folder'

/**
 * The agent's credential: read from its file (mode 0600), or got once with the enrolment code and kept there.
 *
 * @throws Error with cause and remedy when there is neither, or when the hub refuses the code
 */
export async function obtainCredential(
  settings: Settings,
  options: { signal: AbortSignal; onFailure: (error: unknown) => void },
): Promise<EnrolResponse> {
  const file = join(settings.home, 'credential.json')
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

async function readCredential(file: string): Promise<EnrolResponse | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = EnrolResponse.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`${file} is damaged. Remove it and enrol this agent again.`)
  return parsed.data
}
