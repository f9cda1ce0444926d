import {
  type Alias,
  CST,
  isNode,
  Lexer,
  LineCounter,
  parseDocument,
  stringify,
  visit,
  type YAMLError,
} from 'yaml'
import * as z from 'zod'
import { Persona } from './persona'
import { type Path, personaFields, readLayout } from './persona-file'

const fileShape = {
  version: z.literal(1, 'This version of Palate reads persona files of version 1.'),
  personas: z
    .array(Persona, 'The file holds no personas.')
    .min(1, 'The file holds no personas.')
    .max(200, 'A file may hold at most 200 personas.')
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
}
const PersonaFile = z.strictObject(fileShape, 'The file holds no personas.')

/** The longest file that is read: about a hundred personas. */
export const maxPersonaFileLength = 100_000

const maxProblems = 20

/** A persona file that cannot be read. Each problem names its line and field. */
export class PersonaFileError extends Error {
  override name = 'PersonaFileError'

  readonly problems: string[]

  constructor(found: string[]) {
    const problems = found.slice(0, maxProblems)
    if (found.length > maxProblems) problems.push(`And ${found.length - maxProblems} more.`)
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** So many values may come from aliases (`*name`), each counted as often as it is used. */
const maxAliasCount = 100

/**
 * Reads a persona file.
 *
 * @throws PersonaFileError naming the line and the field of everything that is wrong.
 */
export function parsePersonas(yaml: string): Persona[] {
  refuseDeepNesting(yaml)
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false, merge: true })
  if (document.errors.length > 0)
    throw new PersonaFileError(document.errors.map((error) => describeError(error, lines)))
  const where = (path: Path) => `Line ${lineOf(document, lines, path)}, ${fieldOf(path)}`
  const { value, sourceOf, repeated } = readLayout(toValue(document, lines))
  const parsed = PersonaFile.safeParse(value)
  const problems = [
    ...repeated.map((path) => `${where(path)}: The persona has this field twice.`),
    ...(parsed.error?.issues ?? []).flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `${where(sourceOf([...issue.path, key]))}: ${unknownKey(issue.path)}`)
        : [`${where(sourceOf(issue.path))}: ${issue.message}`],
    ),
  ]
  if (!parsed.success || problems.length > 0) throw new PersonaFileError(problems)
  return parsed.data.personas
}

const maxDepth = 20

/**
 * The library's parser has a limit on depth, but it needs seconds to reach it in a long file, and its stack may end in
 * a regular expression, which ends the process. Its lexer reads on without a stack.
 *
 * @throws PersonaFileError where lists and mappings are nested deeper than a persona file ever is
 */
function refuseDeepNesting(yaml: string): void {
  let line = 1
  let open = 0
  let begunInLine = 0
  for (const token of new Lexer().lex(yaml)) {
    const type = CST.tokenType(token)
    if (type === 'newline') begunInLine = 0
    if (type === 'flow-seq-start' || type === 'flow-map-start') open += 1
    if (type === 'flow-seq-end' || type === 'flow-map-end') open -= 1
    if (type === 'seq-item-ind' || type === 'explicit-key-ind') begunInLine += 1
    if (open + begunInLine > maxDepth) throw new PersonaFileError([tooDeep(line)])
    line += token.split('\n').length - 1
  }
}

const tooDeep = (line: number) => `Line ${line}: Lists and mappings are nested too deeply for a persona file.`

/** Pretty errors of the library copy the text around each error, which takes minutes for a file full of errors. */
function describeError({ code, message, pos }: YAMLError, lines: LineCounter): string {
  const { line } = lines.linePos(pos[0])
  return code === 'RESOURCE_EXHAUSTION' ? tooDeep(line) : `Line ${line}: ${message}.`
}

function unknownKey(path: PropertyKey[]): string {
  const known = path.length === 0 ? ['version', 'personas'] : personaFields
  return `Palate knows no field of this name. Known are: ${known.join(', ')}.`
}

/** The content with its aliases resolved. An alias without an anchor, or that stands for too much, is found only here. */
function toValue(document: ReturnType<typeof parseDocument>, lines: LineCounter): unknown {
  try {
    return document.toJS({ maxAliasCount })
  } catch (error) {
    const line = aliasLine(document, lines)
    const cause = error instanceof Error ? error.message : String(error)
    throw new PersonaFileError([
      cause.startsWith('Excessive alias count')
        ? `Line ${line}: The aliases of the file stand for too many values. Write the values out.`
        : `Line ${line}: ${cause}.`,
    ])
  }
}

/** The line of the first alias that does not resolve, or else of the first. */
function aliasLine(document: ReturnType<typeof parseDocument>, lines: LineCounter): number {
  const aliases: Alias[] = []
  visit(document, { Alias: (_key, alias) => void aliases.push(alias) })
  const alias = aliases.find((each) => each.resolve(document) === undefined) ?? aliases[0]
  return alias?.range ? lines.linePos(alias.range[0]).line : 1
}

/** Writes personas as a file that {@link parsePersonas} reads back to the same. */
export function formatPersonas(personas: Persona[]): string {
  const written = personas.map(({ systemPrompt, ...rest }) =>
    systemPrompt ? { ...rest, systemPrompt } : rest,
  )
  return stringify({ version: 1, personas: written }, { lineWidth: 0, flowCollectionPadding: false })
}

/** The line of a field, or of what should hold it where it is missing. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

/** `personas[2].diets[0]`. */
function fieldOf(path: Path): string {
  const field = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  return field.replace(/^\./, '') || 'file'
}
