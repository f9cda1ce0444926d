import { guidedTime } from './base-model'
import { rules } from './rules'
import { type NextStep, type OverviewFacts, type Station, type StationKey, stationKeys } from './station'

export interface Plan {
  stations: Station[]
  next: NextStep | null
  /** How long the whole guided run takes with each model, as long as none was chosen. */
  guide: string | null
}

/**
 * The state of each station, and the one next step: the first station that is not done, has all that it needs and
 * is not in progress. If there is none, it is the last station in progress. Null when all are done.
 */
export function planLoop(facts: OverviewFacts): Plan {
  const guide = facts.baseModels > 0 ? null : guidedTime
  const isOpen = (key: StationKey) => !rules[key].done(facts) && rules[key].live(facts) === null
  const nextKey = stationKeys.find((key) => isOpen(key) && rules[key].ready(facts))
  const liveKey = stationKeys.findLast((key) => rules[key].live(facts) !== null)
  const stations = stationKeys.map((key): Station => {
    const { title, href, live, count, detail } = rules[key]
    const done = rules[key].done(facts)
    const state = live(facts) !== null ? 'live' : done ? 'done' : key === nextKey ? 'next' : 'waiting'
    return { key, title, state, done, detail: detail(facts), count: count(facts), href }
  })
  if (nextKey) {
    const { href } = rules[nextKey]
    const next = { key: nextKey, href, action: null, other: null, ...rules[nextKey].step(facts) }
    return { stations, next, guide }
  }
  if (!liveKey) return { stations, next: null, guide }
  const { live, href, watch } = rules[liveKey]
  const hint = 'This is in progress. The next step follows when it is done.'
  const next = { key: liveKey, label: watch, hint, href: live(facts) ?? href, action: null, other: null }
  return { stations, next, guide }
}
