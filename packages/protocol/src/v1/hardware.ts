import { z } from 'zod'
import { maxPerMachine, ShortText } from './text'

/** What a machine looks like at one moment. Null where the machine does not tell. Shares are 0 to 1. */
export const HardwareSample = z.object({
  at: z.number(),
  cpu: z.number().nullable(),
  memoryUsedBytes: z.number().nonnegative(),
  memoryTotalBytes: z.number().nonnegative(),
  /** Of the disk that holds the agent's work. */
  diskFreeBytes: z.number().nonnegative().nullable(),
  diskTotalBytes: z.number().nonnegative().nullable(),
  gpus: z
    .array(
      z.object({
        uuid: ShortText,
        utilization: z.number().nullable(),
        memoryUsedBytes: z.number().nonnegative().nullable(),
        memoryTotalBytes: z.number().nonnegative().nullable(),
        temperatureC: z.number().nullable(),
        powerWatts: z.number().nullable(),
      }),
    )
    .max(maxPerMachine),
})
export type HardwareSample = z.infer<typeof HardwareSample>

/** What a probe measured of a machine, in units a second; null where it could not. */
export const ProbeResult = z.object({
  at: z.number(),
  /** Floating-point operations a second of a large matrix product, and in which precision. */
  flopsPerSecond: z.number().nonnegative().nullable(),
  precision: z.string().nullable(),
  memoryBytesPerSecond: z.number().nonnegative().nullable(),
  diskWriteBytesPerSecond: z.number().nonnegative().nullable(),
  diskReadBytesPerSecond: z.number().nonnegative().nullable(),
  /** To the hub: a round trip in milliseconds, and bytes a second from it. */
  hubRoundTripMs: z.number().nonnegative().nullable(),
  hubBytesPerSecond: z.number().nonnegative().nullable(),
})
export type ProbeResult = z.infer<typeof ProbeResult>
