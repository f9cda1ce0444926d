import { readEnv } from '@palate/config'
import { CoreEnv } from '@palate/core'
import { z } from 'zod'

const Count = z.coerce.number().int().positive()

export const HubEnv = CoreEnv.extend({
  HUB_HOST: z.string().default('127.0.0.1'),
  HUB_PORT: z.coerce.number().int().min(0).max(65_535).default(3201),
  /** Addresses whose X-Forwarded-For is believed: the web process, and what stands before it. */
  HUB_TRUSTED_PROXIES: z
    .string()
    .default('127.0.0.1,::1')
    .transform((list) => list.split(',').map((address) => address.trim())),
  /** Where several hubs stand behind one origin: what joins their sockets. */
  REDIS_URL: z.string().min(1).optional(),
  HUB_IMPORT_MEMORY_MB: Count.default(1024),
  /** The largest file that an attempt may deliver. */
  HUB_ARTIFACT_MAX_BYTES: Count.default(64 * 1024 ** 3),
  /** Answers in ten minutes, and answers under way at the same time. */
  HUB_ANSWERS_PER_VISITOR: Count.default(20),
  HUB_ANSWERS_PER_ADDRESS: Count.default(60),
  HUB_ANSWERS_AT_ONCE: Count.default(3),
  HUB_ANSWERS_PER_AGENT: Count.default(8),
  HUB_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})
export type HubEnv = z.infer<typeof HubEnv>

/** @throws Error naming each variable that is missing or wrong */
export function readHubEnv(source?: NodeJS.ProcessEnv): HubEnv {
  return readEnv(HubEnv, source)
}
