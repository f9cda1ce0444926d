import * as z from 'zod'
import personaData from '../data/personas.json' with { type: 'json' }
import suiteData from '../data/suite.json' with { type: 'json' }
import { Persona } from './persona'

export const CaseCategory = z.enum(['basic_alignment', 'constraint_stress', 'edge_case', 'cross_persona'])
export type CaseCategory = z.infer<typeof CaseCategory>

/** One question that every model is asked; `persona` is a slug. */
export const SuiteCase = z.strictObject({
  id: z.string().min(1),
  persona: z.string().min(1),
  category: CaseCategory,
  inventory: z.array(z.string().min(1)).min(1),
  request: z.string().min(1),
})
export type SuiteCase = z.infer<typeof SuiteCase>

export const Suite = z.strictObject({
  name: z.string(),
  version: z.number().int(),
  cases: z.array(SuiteCase).min(1),
})
export type Suite = z.infer<typeof Suite>

/** The personas that a demo workspace starts with: `data/personas.yaml`. */
export const seedPersonas: Persona[] = z.array(Persona).parse(personaData)

/** The frozen suite "Six cooks". */
export const sixCooks: Suite = Suite.parse(suiteData)
