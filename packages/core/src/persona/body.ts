import type { PersonaBody } from '@palate/db'
import type { Persona } from '@palate/recipe'

export function toPersonaBody({ slug: _, ...body }: Persona): PersonaBody {
  return body
}

/** Whether two bodies say the same, in whatever order their fields were stored. */
export function sameBody(a: PersonaBody, b: PersonaBody): boolean {
  return canonical(a) === canonical(b)
}

function canonical(body: PersonaBody): string {
  return JSON.stringify(Object.entries(body).sort(([left], [right]) => (left < right ? -1 : 1)))
}
