import { z } from 'zod'

export const ModelRef = z.strictObject({ id: z.string() })
export type ModelRef = z.infer<typeof ModelRef>
