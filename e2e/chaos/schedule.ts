import { Chance } from './random'

export const faultKinds = [
  'kill-hub',
  'kill-database',
  'kill-postmaster',
  'stop-database',
  'kill-agent',
  'kill-trainer',
  'cut-network',
  'delay-network',
  'half-open-network',
  'fill-spool',
  'blackout',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** The processes that a blackout kills; they are restarted in an order of their own. */
export const parts = ['hub', 'database', 'agent'] as const
export type Part = (typeof parts)[number]

export interface Fault {
  kind: FaultKind
  /** How long everything runs before it. */
  pauseMs: number
  /** Whether it waits until a trainer has sent something new; otherwise it may happen while processes start. */
  amidWork: boolean
  /** How long it lasts: until the process is started again, or the network is normal. */
  lastsMs: number
  /** The delay that a slow network adds in each direction. */
  delayMs: number
  /** In which order the processes of a blackout end and are restarted. */
  ends: Part[]
  returns: Part[]
}

const lasts: Record<FaultKind, [number, number]> = {
  'kill-hub': [100, 4000],
  'kill-database': [100, 4000],
  'kill-postmaster': [100, 4000],
  'stop-database': [100, 4000],
  'kill-agent': [100, 4000],
  'kill-trainer': [0, 0],
  'cut-network': [300, 8000],
  'delay-network': [3000, 8000],
  'half-open-network': [3000, 25_000],
  'fill-spool': [500, 2000],
  blackout: [100, 3000],
}

/** What goes wrong and when, the same for the same seed: the counts of the kinds differ by at most one. */
export function makeSchedule(seed: number, count: number): Fault[] {
  const chance = new Chance(seed * 7919)
  const kinds: FaultKind[] = []
  while (kinds.length < count) kinds.push(...chance.shuffle(faultKinds))
  return chance.shuffle(kinds.slice(0, count)).map((kind) => ({
    kind,
    pauseMs: chance.between(200, 3000),
    amidWork: chance.next() < 0.4,
    lastsMs: chance.between(...lasts[kind]),
    delayMs: chance.between(100, 1500),
    ends: chance.shuffle(parts),
    returns: chance.shuffle(parts),
  }))
}

/** After how many bytes an upload of a file breaks; each happens once. */
export function makeUploadCuts(seed: number, count: number): number[] {
  const chance = new Chance(seed * 104_729)
  return Array.from({ length: count }, () => Math.round(chance.between(1000, 60_000)))
}
