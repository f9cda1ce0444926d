import type { Outputs } from '../../lib/trpc'
import { settingsPages } from '../settings/settings-pages'
import { keyCommands } from './key-list'

type Found = Outputs['search']['find'][number]

export interface PaletteEntry {
  id: string
  group: 'Pages' | 'Actions' | 'Found'
  name: string
  note?: string
  /** What else it is found by. */
  words?: string
  keys?: readonly string[]
  href?: string
  /** Whether the page's create button is pressed once it is open. */
  creates?: boolean
  /** The permission that it needs. */
  scope?: string
  theme?: 'light' | 'dark' | 'system'
}

const pages: PaletteEntry[] = [
  ...keyCommands.flatMap(({ id, name, keys, href }) =>
    href ? [{ id, group: 'Pages' as const, name, keys, href }] : [],
  ),
  ...settingsPages.map((page) => ({
    ...page,
    ...{ id: `settings-${page.href}`, group: 'Pages' as const, note: 'Settings', words: 'settings' },
  })),
]

const creates = (name: string, href: string, scope: string): PaletteEntry => ({
  ...{ id: `create-${href}`, group: 'Actions', name, href, scope, creates: true, words: 'new add' },
})

const actions: PaletteEntry[] = [
  creates('Create run', '/runs', 'run:create'),
  creates('Add a model', '/models', 'run:create'),
  creates('Create batch of variants', '/variants', 'variant:create'),
  creates('Create evaluation', '/evaluations', 'evaluation:create'),
  creates('Enroll agent', '/agents', 'agent:write'),
  {
    ...{ id: 'create-persona', group: 'Actions', name: 'Create persona', href: '/personas/new' },
    ...{ scope: 'persona:write', words: 'new add' },
  },
  {
    ...{ id: 'import-dataset', group: 'Actions', name: 'Import dataset', href: '/datasets' },
    ...{ scope: 'dataset:create', words: 'upload add csv jsonl' },
  },
  {
    ...{ id: 'label-pairs', group: 'Actions', name: 'Label pairs', href: '/labels/session' },
    ...{ scope: 'label:create', words: 'vote judge' },
  },
  { id: 'theme-light', group: 'Actions', name: 'Light theme', theme: 'light', words: 'appearance' },
  { id: 'theme-dark', group: 'Actions', name: 'Dark theme', theme: 'dark', words: 'appearance' },
  { id: 'theme-system', group: 'Actions', name: 'Theme of the system', theme: 'system', words: 'appearance' },
]

const places: Readonly<Record<Found['kind'], { path: string; name: string }>> = {
  run: { path: '/runs', name: 'Run' },
  model: { path: '/models', name: 'Model' },
  evaluation: { path: '/evaluations', name: 'Evaluation' },
  dataset: { path: '/datasets', name: 'Dataset' },
  persona: { path: '/personas', name: 'Persona' },
  variant: { path: '/variants', name: 'Variants' },
  agent: { path: '/agents', name: 'Agent' },
}

/** Models and agents have no page of their own. */
const listed: ReadonlySet<Found['kind']> = new Set(['model', 'agent'])

function toEntry({ kind, id, name, number }: Found): PaletteEntry {
  const place = places[kind]
  const numbered = kind === 'run' || kind === 'evaluation'
  return {
    ...{ id: `${kind}-${id}`, group: 'Found', note: numbered ? `${place.name} ${number}` : place.name },
    name: number !== null && !numbered ? `${name} v${number}` : name,
    href: listed.has(kind) ? place.path : `${place.path}/${id}`,
  }
}

/** Pages and actions whose words all occur in the text, then what the server found. */
export function listEntries(
  text: string,
  found: readonly Found[],
  may: (scope: string) => boolean,
): PaletteEntry[] {
  const words = text.toLowerCase().split(/\s+/)
  const known = [...pages, ...actions].filter(({ name, words: more = '', scope }) => {
    const all = `${name} ${more}`.toLowerCase()
    return (scope === undefined || may(scope)) && words.every((word) => all.includes(word))
  })
  return [...known, ...found.map(toEntry)]
}
