import { envSchema, readEnv } from '@palate/config'
import { CoreEnv } from '@palate/core'
import { z } from 'zod'

const Env = CoreEnv.extend(
  envSchema('web', {
    NEXTAUTH_URL: z.url(),
    HUB_TRUSTED_PROXIES: z.string().transform((list) => list.split(',').map((address) => address.trim())),
    NEXTAUTH_SECRET: z.string().min(32, 'needs at least 32 characters'),
  }).shape,
)
export type Env = z.infer<typeof Env>

let known: Env | undefined

/** The settings of this process, read at the first request because a build has none. */
export function env(): Env {
  known ??= readEnv(Env)
  return known
}
