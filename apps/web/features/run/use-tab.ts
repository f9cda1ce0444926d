import { useSearchParams } from 'next/navigation'

/** The tab that the address names, if the page has it. */
export const chooseTab = (asked: string | null, tabs: readonly string[], standard: string) =>
  asked !== null && tabs.includes(asked) ? asked : standard

/** A tab that is part of the address, so that a reload and a shared link show it. A change adds no step to go back. */
export function useTab(tabs: readonly string[], standard: string): [string, (tab: string) => void] {
  const asked = useSearchParams().get('tab')
  const choose = (tab: string) => {
    const address = new URL(window.location.href)
    address.searchParams.set('tab', tab)
    window.history.replaceState(null, '', address)
  }
  return [chooseTab(asked, tabs, standard), choose]
}
