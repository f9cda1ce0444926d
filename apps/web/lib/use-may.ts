'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from './trpc'

/** Whether the signed-in person's role has a scope. False until that is known; the server decides in any case. */
export function useMay(): (scope: string) => boolean {
  const trpc = useTRPC()
  const me = useQuery(trpc.session.me.queryOptions())
  return (scope) => me.data?.scopes.some((one: string) => one === scope) ?? false
}
