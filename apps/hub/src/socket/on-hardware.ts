import { type AgentContext, recordHardware } from '@palate/core'
import { HardwareReport } from '@palate/protocol'
import type { Socket } from 'socket.io'

/** A little less than the agent's own pace, so that its jitter loses no sample. */
const leastGapMs = 4500

/** `hardware`: nobody waits for an answer. What comes too fast, or is not understood, is passed over. */
export function onHardware(socket: Socket, agent: AgentContext): void {
  let last = 0
  socket.on('hardware', async (raw: unknown) => {
    const report = HardwareReport.safeParse(raw)
    const now = Date.now()
    if (!report.success || now - last < leastGapMs) return
    last = now
    await recordHardware(agent, report.data).catch((error: unknown) =>
      agent.log.warn({ agentId: agent.agentId, error: String(error) }, 'hardware not recorded'),
    )
  })
}
