import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import {
  bootstrapDemo,
  CoreEnv,
  createEnrollmentCode,
  type Deps,
  demoOwner,
  migrateDatabase,
  openDepsFromEnv,
  type ServiceContext,
} from '@palate/core'
import { freePort } from '../../scripts/lib/process.mjs'
import { KillableDatabase } from './database'
import { Network } from './network'
import { isAlive, kill, Service } from './process'
import { Recorder } from './recorder'
import type { Part } from './schedule'

const root = fileURLToPath(new URL('../..', import.meta.url))
const leaseSeconds = 30
/** Happens without a fault: a hub that finds no database exits and is started again. */
const restartLimit = 60
const spoolQuotaBytes = 4096
/** For a database that is killed several times in a row. */
const retryMs = 10 * 60_000

/** The real hub, PostgreSQL and agent, each a process that can be killed, with a network between the last two. */
export class Stack {
  private constructor(
    readonly home: string,
    readonly database: KillableDatabase,
    readonly hub: Service,
    readonly agent: Service,
    readonly network: Network,
    readonly recorder: Recorder,
    /** Our own connection for queries; it survives when the database is killed. */
    readonly owner: ServiceContext,
    private readonly closeDeps: () => Promise<void>,
  ) {}

  /** @param agentEnv what the agent's owner says on top */
  static async open(
    python: string,
    uploadCuts: number[],
    agentEnv: Record<string, string> = {},
  ): Promise<Stack> {
    const home = await mkdtemp(join(tmpdir(), 'palate-chaos-'))
    await chmod(home, 0o755)
    await mkdir(join(home, 'logs'))
    const database = new KillableDatabase(
      join(home, 'postgres'),
      await freePort(),
      randomBytes(12).toString('hex'),
    )
    await database.initialize()
    await migrateDatabase(database.url)
    const shared = {
      DATABASE_URL: database.url,
      PALATE_SECRET: randomBytes(32).toString('hex'),
      PALATE_STORAGE: join(home, 'objects'),
      PALATE_LEASE_SECONDS: String(leaseSeconds),
    }
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const { deps, close } = await openDepsFromEnv(CoreEnv.parse(shared), {
      applicationName: 'chaos',
      maxConnections: 2,
      log,
    })
    const { owner, code } = await enroll(deps)
    const hubPort = await freePort()
    const network = await Network.open(hubPort, uploadCuts)
    const recorder = new Recorder(join(home, 'recorder'))
    const hub = new Service(tsx('apps/hub/src/main.ts'), {
      cwd: root,
      env: { ...inherited(), ...shared, HUB_PORT: String(hubPort) },
      logFile: join(home, 'logs/hub.log'),
    })
    const agent = new Service(tsx('gpu-agent/src/main.ts'), {
      cwd: root,
      env: {
        ...inherited(),
        PALATE_HUB_URL: network.url,
        PALATE_AGENT_HOME: join(home, 'agent'),
        PALATE_AGENT_NAME: 'chaos',
        PALATE_ENROLLMENT_CODE: code,
        PALATE_PYTHON: await recorder.prepare(python),
        PALATE_SPOOL_QUOTA_BYTES: String(spoolQuotaBytes),
        PALATE_LLAMA_GPU: 'off',
        ...agentEnv,
      },
      logFile: join(home, 'logs/agent.log'),
    })
    return new Stack(home, database, hub, agent, network, recorder, owner, close)
  }

  get agentHome(): string {
    return join(this.home, 'agent')
  }

  async kill(part: Part): Promise<void> {
    await this[part].kill()
  }

  async start(part: Part): Promise<void> {
    await this[part].start()
  }

  /** @throws Error with the end of its log when the hub or the agent does not start */
  async check(): Promise<void> {
    for (const part of ['hub', 'agent'] as const) {
      if (this[part].restarts < restartLimit) continue
      const log = await readFile(join(this.home, `logs/${part}.log`), 'utf8')
      throw new Error(`The ${part} does not stay up. The end of its log:\n${log.slice(-2500)}`)
    }
  }

  /** Repeats a query until the database answers: it may be down at the moment. */
  retrying<Answer>(ask: (owner: ServiceContext) => Promise<Answer>): Promise<Answer> {
    return retrying(this.owner, ask)
  }

  /** Processes of all trainers so far that are still alive. */
  trainers(): Promise<number[]> {
    return findTrainers(this.recorder)
  }

  async close(keep: boolean): Promise<void> {
    await this.agent.stop()
    for (const pid of await this.trainers()) kill(-pid, 'SIGKILL')
    await this.hub.stop()
    await this.network.close()
    await this.closeDeps()
    await this.database.stop()
    if (!keep) await rm(this.home, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** What work needs, and the account of it at the end. */
export type Workplace = Pick<Stack, 'owner' | 'recorder' | 'retrying' | 'trainers'>

export async function retrying<Answer>(
  owner: ServiceContext,
  ask: (owner: ServiceContext) => Promise<Answer>,
): Promise<Answer> {
  for (const end = Date.now() + retryMs; ; await sleep(500)) {
    try {
      return await ask(owner)
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

export async function findTrainers(recorder: Recorder): Promise<number[]> {
  const attempts = await Promise.all((await recorder.attempts()).map((id) => recorder.read(id)))
  const alive = []
  for (const pid of attempts.flatMap(({ pids }) => pids)) if (await isAlive(pid)) alive.push(pid)
  return alive
}

const tsx = (entry: string) => ['--import', 'tsx', '--conditions=node', join(root, entry)]

/**
 * The part of this process's environment that the others need: nothing that would configure them differently, and what
 * changes the numbers of a training, because the undisturbed one has it too.
 */
function inherited(): Record<string, string> {
  const names = [
    'PATH',
    'HOME',
    'LANG',
    'TMPDIR',
    'OMP_NUM_THREADS',
    'MKL_NUM_THREADS',
    'PALATE_TRAINER_BF16',
  ]
  return Object.fromEntries(names.flatMap((name) => [[name, process.env[name]]]).filter(([, value]) => value))
}

async function enroll(deps: Deps): Promise<{ owner: ServiceContext; code: string }> {
  const owner = demoOwner(deps, await bootstrapDemo(deps))
  return { owner, code: (await createEnrollmentCode(owner)).code }
}
