export const choices = [
  { choice: 'left', name: 'A is better', short: 'A better', key: '2', also: '←' },
  { choice: 'tie', name: 'Both equal', short: 'Equal', key: '3', also: '=' },
  { choice: 'right', name: 'B is better', short: 'B better', key: '4', also: '→' },
  { choice: 'both_bad', name: 'Both bad', short: 'Both bad', key: 'X', also: '0' },
] as const

export type Choice = (typeof choices)[number]['choice']
export type Command = Choice | 'skip' | 'undo' | 'help'

/** The digits lie on a scale from A to B: 1 and 2 are A, 3 is equal, 4 and 5 are B. */
const keys: Readonly<Record<string, Command>> = {
  arrowleft: 'left',
  '1': 'left',
  '2': 'left',
  arrowright: 'right',
  '4': 'right',
  '5': 'right',
  '3': 'tie',
  '=': 'tie',
  '0': 'both_bad',
  x: 'both_bad',
  s: 'skip',
  z: 'undo',
  '?': 'help',
}

/** What a click does; the second click of a double click does nothing, because it would fall on the next pair, unseen. */
export const onceAClick =
  (work: () => void) =>
  ({ detail }: { detail: number }) => {
    if (detail < 2) work()
  }

type Press = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; repeat: boolean }

/** A key or a tap that comes sooner after a pair has appeared was meant for the pair before: nobody has read this one. */
export const settleMs = 350

/**
 * The command of a key in a label session. Held keys and browser shortcuts have none. While the pair has just appeared,
 * nothing judges or skips it.
 */
export function commandOf(
  { key, ctrlKey, metaKey, altKey, repeat }: Press,
  { settled }: { settled: boolean },
): Command | undefined {
  if (ctrlKey || metaKey || altKey || repeat) return undefined
  const command = keys[key.toLowerCase()]
  return settled || command === 'undo' || command === 'help' ? command : undefined
}
