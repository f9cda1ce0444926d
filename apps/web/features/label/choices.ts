export const choices = [
  { choice: 'left', name: 'A is better', short: 'A better', key: '1', also: '←' },
  { choice: 'right', name: 'B is better', short: 'B better', key: '2', also: '→' },
  { choice: 'tie', name: 'Both equal', short: 'Equal', key: '3', also: '=' },
  { choice: 'both_bad', name: 'Both bad', short: 'Both bad', key: '4', also: 'X' },
] as const

export type Choice = (typeof choices)[number]['choice']
export type Command = Choice | 'skip' | 'undo' | 'help'

const keys: Readonly<Record<string, Command>> = {
  arrowleft: 'left',
  '1': 'left',
  arrowright: 'right',
  '2': 'right',
  '3': 'tie',
  '=': 'tie',
  '4': 'both_bad',
  x: 'both_bad',
  s: 'skip',
  z: 'undo',
  '?': 'help',
}

type Press = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; repeat: boolean }

/** The command of a key in a label session. Held keys and browser shortcuts have none. */
export function commandOf({ key, ctrlKey, metaKey, altKey, repeat }: Press): Command | undefined {
  if (ctrlKey || metaKey || altKey || repeat) return undefined
  return keys[key.toLowerCase()]
}
