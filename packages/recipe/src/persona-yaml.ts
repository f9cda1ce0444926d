import { isNode, LineCounter, parseDocument, stringify } from 'yaml'
import * as z from 'zod'
import { Persona } from './persona'

const PersonaFile = z.strictObject({
  version: z.literal(1, 'This version of Palate reads persona files of version 1.'),
  personas: z
    .array(Persona)
    .min(1, 'The file holds no personas.')
    .superRefine((personas, context) => {
      const slugs = personas.map(({ slug }) => slug)
      for (const [index, slug] of slugs.entries()) {
        if (slugs.indexOf(slug) < index) {
          context.addIssue({
            code: 'custom',
            path: [index, 'slug'],
            message: `Two personas have the slug "${slug}".`,
          })
        }
      }
    }),
})

/** A persona file that cannot be read. Each problem names its line and field. */
export class PersonaFileError extends Error {
  override name = 'PersonaFileError'

  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
  }
}

/**
 * Reads a persona file.
 *
 * @throws PersonaFileError naming the line and the field of everything that is wrong.
 */
export function parsePersonas(yaml: string): Persona[] {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: true })
  if (document.errors.length > 0) {
    throw new PersonaFileError(
      document.errors.map(
        ({ message, linePos }) => `Line ${linePos?.[0].line ?? 1}: ${message.split('\n')[0]}`,
      ),
    )
  }
  const parsed = PersonaFile.safeParse(document.toJS({ maxAliasCount: 0 }))
  if (parsed.success) return parsed.data.personas
  throw new PersonaFileError(
    parsed.error.issues.map(
      (issue) => `Line ${lineOf(document, lines, issue.path)}, ${fieldOf(issue.path)}: ${issue.message}`,
    ),
  )
}

/** Writes personas as a file that {@link parsePersonas} reads back to the same. */
export function formatPersonas(personas: Persona[]): string {
  const written = personas.map(({ systemPrompt, ...rest }) =>
    systemPrompt ? { ...rest, systemPrompt } : rest,
  )
  return stringify({ version: 1, personas: written }, { lineWidth: 0, flowCollectionPadding: false })
}

/** The line of a field, or of what should hold it where it is missing. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** `personas[2].diets[0]`. */
function fieldOf(path: PropertyKey[]): string {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return field.replace(/^\./, '') || 'file'
}
