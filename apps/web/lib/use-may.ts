'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from './trpc'

/** Whether the role of the signed-in user has a scope; false while loading. The server checks it again. */
export function useMay(): (scope: string) => boolean {
  const trpc = useTRPC()
  const me = useQuery(trpc.session.me.queryOptions())
  return (scope) => me.data?.scopes.some((one: string) => one === scope) ?? false
}
