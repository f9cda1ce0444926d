import {
  bootstrapDemo,
  CoreEnv,
  createEnrolmentCode,
  createRun,
  demoOwner,
  enrolAgent,
  openDepsFromEnv,
} from '@palate/core'
import type { House } from './house'

export interface Box {
  agentId: string
  credential: string
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The demo workspace as its owner's programs see it, through the same verbs as the web app. */
export async function openKitchen(house: House) {
  const { deps, close } = await openDepsFromEnv(CoreEnv.parse(house.env), {
    applicationName: 'palate-bench',
    log: quiet,
    maxConnections: 4,
  })
  const owner = demoOwner(deps, await bootstrapDemo(deps))
  return {
    owner,
    close,
    async enrol(count: number): Promise<Box[]> {
      const enrolOne = async (index: number) => {
        const { code } = await createEnrolmentCode(owner)
        return enrolAgent(deps, { code, name: `box ${index + 1}` })
      }
      return Promise.all(Array.from({ length: count }, (_, index) => enrolOne(index)))
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
