import { envSchema, readEnv } from '@palate/config'
import { CoreEnv } from '@palate/core'
import { z } from 'zod'

const Count = z.coerce.number().int().positive()

function readOrigins(list: string): string[] {
  return list.split(',').flatMap((address) => (address.trim() ? [new URL(address.trim()).origin] : []))
}

/** Defaults and meanings: packages/config/variables.json. */
export const HubEnv = CoreEnv.extend(
  envSchema('hub', {
    PALATE_ORIGIN: z.string().default(''),
    HUB_HOST: z.string(),
    HUB_PORT: z.coerce.number().int().min(0).max(65_535),
    HUB_TRUSTED_PROXIES: z.string().transform((list) => list.split(',').map((address) => address.trim())),
    HUB_PUSH_ADDRESSES: z.string().transform(readOrigins),
    REDIS_URL: z.string().min(1).optional(),
    HUB_IMPORT_MEMORY_MB: Count,
    HUB_ARTIFACT_MAX_BYTES: Count,
    HUB_ANSWERS_PER_VISITOR: Count,
    HUB_ANSWERS_PER_ADDRESS: Count,
    HUB_ANSWERS_AT_ONCE: Count,
    HUB_ANSWERS_PER_AGENT: Count,
    HUB_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
  }).shape,
)
export type HubEnv = z.infer<typeof HubEnv>

/** @throws Error naming each variable that is missing or wrong */
export function readHubEnv(source?: NodeJS.ProcessEnv): HubEnv {
  return readEnv(HubEnv, source)
}
