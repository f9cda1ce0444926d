import type { DiskTarget } from '@palate/config'

/** What is written into the agent's home, for the sentence when its disk does not take it. */
export const inHome = (what: string): DiskTarget => ({
  what,
  place: "the agent's home (PALATE_AGENT_HOME)",
})
