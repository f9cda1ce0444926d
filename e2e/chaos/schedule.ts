import { Chance } from './random'

export const faultKinds = [
  'kill-hub',
  'kill-database',
  'kill-agent',
  'kill-trainer',
  'cut-network',
  'delay-network',
  'half-open-network',
  'fill-spool',
  'blackout',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** The processes that a blackout ends, and that come back in their own order. */
export const parts = ['hub', 'database', 'agent'] as const
export type Part = (typeof parts)[number]

export interface Fault {
  kind: FaultKind
  /** How long to let things run before it. */
  pauseMs: number
  /** Whether it waits until a trainer has said something new; otherwise it may strike while things start. */
  amidWork: boolean
  /** How long it lasts: until the process is started again, or the network is well. */
  lastsMs: number
  /** What a slow network adds to each way. */
  delayMs: number
  /** In which order a blackout's parts end, and come back. */
  ends: Part[]
  returns: Part[]
}

const lasts: Record<FaultKind, [number, number]> = {
  'kill-hub': [100, 4000],
  'kill-database': [100, 4000],
  'kill-agent': [100, 4000],
  'kill-trainer': [0, 0],
  'cut-network': [300, 8000],
  'delay-network': [3000, 8000],
  'half-open-network': [3000, 25_000],
  'fill-spool': [500, 2000],
  blackout: [100, 3000],
}

/** What goes wrong and when, the same for the same seed: every kind comes equally often, up to one. */
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

/** After how many bytes an upload of a file breaks off; each strikes once. */
export function makeUploadCuts(seed: number, count: number): number[] {
  const chance = new Chance(seed * 104_729)
  return Array.from({ length: count }, () => Math.round(chance.between(1000, 60_000)))
}
