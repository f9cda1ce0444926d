'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'

const names = ['userId', 'action', 'entityId', 'from', 'to'] as const
type FilterName = (typeof names)[number]
export type Filter = Partial<Record<FilterName, string>>

/** The filter stands in the address, so that a filtered log can be linked to and is there after going back. */
export function useFilter(): { filter: Filter; setFilter: (change: Filter) => void } {
  const params = useSearchParams()
  const router = useRouter()
  const path = usePathname()
  const filter = Object.fromEntries(
    names.flatMap((name) => {
      const value = params.get(name)
      return value ? [[name, value]] : []
    }),
  ) as Filter
  const setFilter = (change: Filter) =>
    router.replace(`${path}?${toQuery({ ...filter, ...change })}`, { scroll: false })
  return { filter, setFilter }
}

export function toQuery(filter: Record<string, string | undefined>): string {
  return new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  ).toString()
}

const day = /^\d{4}-\d{2}-\d{2}$/

/** The filter as the procedure takes it: days in the reader's zone, the last one whole. */
export function toInput({ from, to, ...rest }: Filter) {
  return {
    ...rest,
    ...(from && day.test(from) ? { from: new Date(`${from}T00:00:00`) } : {}),
    ...(to && day.test(to) ? { to: nextDay(to) } : {}),
  }
}

function nextDay(text: string): Date {
  const date = new Date(`${text}T00:00:00`)
  date.setDate(date.getDate() + 1)
  return date
}
