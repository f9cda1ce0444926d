import { readEnv } from '@palate/config'
import { CoreEnv } from '@palate/core'
import { z } from 'zod'

const Env = CoreEnv.extend({
  NEXTAUTH_URL: z.url(),
  NEXTAUTH_SECRET: z.string().min(32, 'needs at least 32 characters'),
})
export type Env = z.infer<typeof Env>

let known: Env | undefined

/** The settings of this process. Read at the first request, as a build has none. */
export function env(): Env {
  known ??= readEnv(Env)
  return known
}
