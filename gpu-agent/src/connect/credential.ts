import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnrollResponse, RotateReply } from '@palate/protocol'
import { z } from 'zod'
import type { Settings } from '../env'
import { createHubHttp } from '../files/hub-http'
import { FinalError, retry } from '../files/retry'
import { writeWhole } from '../run/work/attempt-folder'
import type { HubLink } from './hub-link'

const Kept = EnrollResponse.extend({ former: z.string().optional() })
type Kept = z.infer<typeof Kept>

/**
 * The agent's credential: read from its file (mode 0600), or obtained once with the enrollment code and saved there.
 *
 * @throws Error with cause and remedy when there is neither, or when the hub refuses the code
 */
export async function obtainCredential(
  settings: Settings,
  options: { signal: AbortSignal; onFailure: (error: unknown) => void },
): Promise<Credential> {
  const file = join(settings.home, 'credential.json')
  const known = await readKept(file)
  if (known) return new Credential(settings, file, known)
  const { enrollmentCode: code, name, hubUrl } = settings
  if (!code)
    throw new Error(
      'This agent is not enrolled. Create a code on the Agents page and start the agent with PALATE_ENROLLMENT_CODE set.',
    )
  const http = createHubHttp(hubUrl)
  const enroll = (signal: AbortSignal) => http.postJson('/files/agents/enroll', { code, name }, signal)
  const reply = await retry(enroll, options).catch((error: unknown) => {
    if (!(error instanceof FinalError)) throw error
    throw new Error(`${error.message} Create a new enrollment code on the Agents page.`)
  })
  const given = EnrollResponse.parse(reply)
  await mkdir(settings.home, { recursive: true })
  await writeWhole(file, JSON.stringify(given))
  return new Credential(settings, file, given)
}

/**
 * The credential that the agent shows the hub. After a change the former one is kept until the hub has accepted the new
 * one: the hub accepts the newest that it sent, and of two replies the agent may have got the older.
 */
export class Credential {
  private showsFormer = false

  constructor(
    private readonly settings: Settings,
    private readonly file: string,
    private kept: Kept,
  ) {
    for (const secret of [kept.credential, kept.former]) if (secret) settings.redactor.learn(secret)
  }

  get agentId(): string {
    return this.kept.agentId
  }

  /** The credential to show now. */
  get current(): string {
    return (this.showsFormer && this.kept.former) || this.kept.credential
  }

  /** Called when the hub does not know the shown credential. @returns whether there is another one to show */
  refused(): boolean {
    this.showsFormer = this.kept.former !== undefined && !this.showsFormer
    return this.showsFormer
  }

  /** Called when the hub has replied to a hello with the shown credential. If that is the newest, the former one ends. */
  async accepted(): Promise<void> {
    if (this.showsFormer || this.kept.former === undefined) return
    const { former: _former, ...kept } = this.kept
    await this.keep(kept)
  }

  /** Requests a new credential, saves both, and reconnects with the new one. */
  async rotate(link: HubLink): Promise<void> {
    const { credential } = await link.call('rotate-credential', {}, RotateReply)
    this.settings.redactor.learn(credential)
    await this.keep({ ...this.kept, credential, former: this.current })
    this.showsFormer = false
    link.renew()
  }

  private async keep(kept: Kept): Promise<void> {
    await writeWhole(this.file, JSON.stringify(kept))
    this.kept = kept
  }
}

async function readKept(file: string): Promise<Kept | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = Kept.safeParse(JSON.parse(text))
  if (!parsed.success) throw new Error(`${file} is damaged. Remove it and enroll this agent again.`)
  return parsed.data
}
