import { InvalidArgumentError } from 'commander'

interface Range {
  min: number
  max: number
  whole?: boolean
}

/** A parser of an option's number, for commander. */
export const numberFrom =
  ({ min, max, whole = false }: Range) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value)))
      return value
    throw new InvalidArgumentError(`Use a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`)
  }

/** Collects an option that may be given several times. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text]
