/** A key, or keys that follow one another, and what it does: the one list for handlers, help and docs. */
export interface KeyCommand {
  id: string
  /** `mod` is ⌘ on a Mac and Ctrl elsewhere. */
  keys: readonly string[]
  name: string
  group: 'Anywhere' | 'Go to' | 'In a list'
  /** The page that it opens. */
  href?: string
}

const goTo = (letter: string, name: string, href: string): KeyCommand => ({
  ...{ id: `go-${name.toLowerCase().replaceAll(' ', '-')}`, keys: ['g', letter], name, href },
  group: 'Go to',
})

export const keyCommands: readonly KeyCommand[] = [
  { id: 'palette', keys: ['mod+k'], name: 'Search pages, actions and things', group: 'Anywhere' },
  { id: 'help', keys: ['?'], name: 'Show these keys', group: 'Anywhere' },
  { id: 'create', keys: ['c'], name: 'Create what this page lists', group: 'Anywhere' },
  goTo('o', 'Overview', '/'),
  goTo('d', 'Datasets', '/datasets'),
  goTo('p', 'Personas', '/personas'),
  goTo('v', 'Variants', '/variants'),
  goTo('l', 'Labels', '/labels'),
  goTo('r', 'Runs', '/runs'),
  goTo('q', 'Queue', '/runs/queue'),
  goTo('e', 'Evaluations', '/evaluations'),
  goTo('m', 'Models', '/models'),
  goTo('a', 'Agents', '/agents'),
  goTo('s', 'Settings', '/settings'),
  goTo('c', 'Public chat', '/chat'),
  { id: 'next', keys: ['j'], name: 'Next row', group: 'In a list' },
  { id: 'previous', keys: ['k'], name: 'Previous row', group: 'In a list' },
  { id: 'open', keys: ['Enter'], name: 'Open the row', group: 'In a list' },
]

/** The browser opens a focused link by itself. */
const handledByBrowser: ReadonlySet<string> = new Set(['open'])

export interface Press {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  repeat: boolean
}

/** How long a first key waits for its second. */
export const sequenceMs = 1200

/** A first key that waits for its second, and since when. */
export interface Pending {
  key: string
  at: number
}

/**
 * What a key does. A held key and one with a modifier do nothing, except ⌘K or Ctrl+K; J and K may be held.
 *
 * @param now in milliseconds
 */
export function readPress(
  press: Press,
  pending: Pending | null,
  now: number,
): { command: KeyCommand | null; pending: Pending | null } {
  const key = press.key.toLowerCase()
  const nothing = { command: null, pending: null }
  const find = (...keys: string[]) =>
    keyCommands.find(
      (one) =>
        !handledByBrowser.has(one.id) &&
        one.keys.length === keys.length &&
        one.keys.every((part, index) => part === keys[index]),
    ) ?? null
  if (press.altKey) return nothing
  if (press.ctrlKey || press.metaKey) return { command: find(`mod+${key}`), pending: null }
  if (press.repeat && key !== 'j' && key !== 'k') return nothing
  if (pending && now - pending.at <= sequenceMs) {
    const command = find(pending.key, key)
    if (command) return { command, pending: null }
  }
  const command = find(key)
  if (command) return { command, pending: null }
  const begins = keyCommands.some(({ keys }) => keys.length > 1 && keys[0] === key)
  return { command: null, pending: begins ? { key, at: now } : null }
}

/** A command's keys as a person reads them. */
export const showKeys = ({ keys }: Pick<KeyCommand, 'keys'>, isMac: boolean): string[] =>
  keys.map((key) => {
    if (key.startsWith('mod+')) return `${isMac ? '⌘' : 'Ctrl '}${key.slice(4).toUpperCase()}`
    return key.length === 1 ? key.toUpperCase() : key
  })

export const keyGroups = ['Anywhere', 'Go to', 'In a list'] as const
