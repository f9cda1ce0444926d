import type { Trainings } from './station'

export const countTrainings = (trainings: Trainings | null) =>
  trainings ? trainings.started + trainings.queued : 0

/** @param doing what those do that an agent works on */
export const describeTrainings = (trainings: Trainings | null, doing = 'in training') => [
  trainings !== null && trainings.started > 0 && `${trainings.started} ${doing}`,
  trainings !== null && trainings.queued > 0 && `${trainings.queued} queued`,
]

export const listParts = (...parts: (string | false)[]) => parts.filter(Boolean).join(', ')

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}
