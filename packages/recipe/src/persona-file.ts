import type { Persona } from './persona'
import { slugOf } from './words'

/** The names that files give to a field; upper case, spaces, hyphens and underscores in them do not count. */
const fieldNames: Record<keyof Persona, readonly string[]> = {
  slug: ['slug', 'id'],
  name: ['name'],
  cuisines: ['cuisines', 'cuisine'],
  flavors: ['flavors', 'flavor', 'flavours', 'flavour', 'flavorprofile'],
  style: ['style', 'cookingstyle'],
  diets: ['diets', 'diet', 'dietaryrestrictions'],
  forbidden: ['forbidden', 'forbiddenkeywords'],
  preferred: ['preferred', 'preferredkeywords', 'preferencekeywords'],
  systemPrompt: ['systemprompt'],
}
export const personaFields = Object.keys(fieldNames) as (keyof Persona)[]
const lists: readonly string[] = ['cuisines', 'flavors', 'diets', 'forbidden', 'preferred']

export type Path = readonly PropertyKey[]
type Mapping = Record<string, unknown>

export interface PersonaLayout {
  /** The content as `PersonaFile` has it; what it cannot tell stays as it was. */
  value: unknown
  /** Where the file has what `value` has at this path. */
  sourceOf: (path: Path) => Path
  /** Fields that are given twice. */
  repeated: Path[]
}

/**
 * Brings the layouts that people write into one: `personas` as a list or as a mapping of slugs, fields by their other
 * names, in `preferences` too, a list as words with commas, and a key without a value as if it were not there.
 */
export function readLayout(file: unknown): PersonaLayout {
  if (!isMapping(file)) return { value: file, sourceOf: (path) => path, repeated: [] }
  const { version, personas, ...more } = file
  const read = entriesOf(personas).map(([key, value]) => readPersona(value, ['personas', key]))
  const rest = Object.entries(more).filter(([key, value]) => value !== null && !key.startsWith('x-'))
  return {
    value: {
      ...Object.fromEntries(rest),
      version: version ?? 1,
      personas: isMapping(personas) || Array.isArray(personas) ? read.map(({ value }) => value) : personas,
    },
    sourceOf: ([top, index, field, ...inner]) => {
      const persona = top === 'personas' && typeof index === 'number' ? read[index] : undefined
      if (!persona) return [top, index, field, ...inner].filter((part) => part !== undefined)
      if (field === undefined) return persona.path
      return [...(persona.sources.get(field) ?? [...persona.path, field]), ...inner]
    },
    repeated: read.flatMap(({ repeated }) => repeated),
  }
}

function entriesOf(personas: unknown): [PropertyKey, unknown][] {
  if (Array.isArray(personas)) return [...personas.entries()]
  return isMapping(personas) ? Object.entries(personas) : []
}

/** A persona's fields by their own names, and where each is in the file. */
function readPersona(raw: unknown, path: Path) {
  const sources = new Map<PropertyKey, Path>()
  const repeated: Path[] = []
  if (!isMapping(raw)) return { value: raw, path, sources, repeated }
  const value: Mapping = {}
  for (const { key, source, content } of flatten(raw, path)) {
    const field = fieldOf(key)
    if (sources.has(field)) repeated.push(source)
    sources.set(field, source)
    value[field] = lists.includes(field) ? splitWords(content) : content
  }
  const key = path.at(-1)
  if (typeof key === 'string' && !sources.has('slug')) {
    value.slug = slugOf(key)
    sources.set('slug', path)
  }
  return { value, path, sources, repeated }
}

interface Entry {
  key: string
  source: Path
  content: unknown
}

/** What the file has for a persona; `preferences` holds more of the persona's fields. */
function flatten(raw: Mapping, path: Path): Entry[] {
  return listEntries(raw, path).flatMap((entry) =>
    plainKey(entry.key) === 'preferences' && isMapping(entry.content)
      ? listEntries(entry.content, entry.source)
      : [entry],
  )
}

function listEntries(raw: Mapping, path: Path): Entry[] {
  return Object.entries(raw)
    .filter(([, content]) => content !== null)
    .map(([key, content]) => ({ key, source: [...path, key], content }))
}

const plainKey = (key: string) => key.toLowerCase().replace(/[\s_-]/g, '')

function fieldOf(key: string): string {
  return personaFields.find((field) => fieldNames[field].includes(plainKey(key))) ?? key
}

function splitWords(content: unknown): unknown {
  if (typeof content !== 'string') return content
  return content
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean)
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
