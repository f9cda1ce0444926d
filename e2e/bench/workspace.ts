import {
  bootstrapDemo,
  CoreEnv,
  createEnrollmentCode,
  createRun,
  demoOwner,
  enrollAgent,
  openDepsFromEnv,
} from '@palate/core'
import type { Stack } from './stack'

export interface Machine {
  agentId: string
  credential: string
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The demo workspace as its owner's programs see it, through the same verbs as the web app. */
export async function openWorkspace(stack: Pick<Stack, 'env'>) {
  const { deps, close } = await openDepsFromEnv(CoreEnv.parse(stack.env), {
    applicationName: 'palate-bench',
    log: quiet,
    maxConnections: 4,
  })
  const owner = demoOwner(deps, await bootstrapDemo(deps))
  return {
    owner,
    close,
    async enroll(count: number): Promise<Machine[]> {
      const enrollOne = async (index: number) => {
        const { code } = await createEnrollmentCode(owner)
        return enrollAgent(deps, { code, name: `machine ${index + 1}` })
      }
      return Promise.all(Array.from({ length: count }, (_, index) => enrollOne(index)))
    },
    /** @returns the runs' ids */
    async queue(count: number): Promise<string[]> {
      const ids = []
      for (let index = 0; index < count; index += 1)
        ids.push((await createRun(owner, { kind: 'pretrain', config: {} })).id)
      return ids
    },
  }
}
