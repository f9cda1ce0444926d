import { Id } from '@palate/protocol'
import { z } from 'zod'

export const ModelRef = z.strictObject({ id: Id })
export type ModelRef = z.infer<typeof ModelRef>
