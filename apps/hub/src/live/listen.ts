import type { Deps } from '@palate/core'
import { AgentNotice, agentChannel, LiveNotice, liveChannel } from '@palate/protocol'
import type { Server } from 'socket.io'
import type { z } from 'zod'
import type { Relay } from '../chat/relay'
import { openAgentNotifier } from './notify-agents'

/**
 * Passes on what Postgres notifies: to browsers "changed", to agents "there is work", "stop", "you are out". Every hub hears all of
 * it and acts for the sockets that it holds. Notices sent while the connection was down are lost, so after a return
 * everybody is told to changed.
 */
export async function listenForNotices(deps: Deps, io: Server, relay: Relay): Promise<() => Promise<void>> {
  const live = io.of('/live')
  const changed = (notice: LiveNotice) => live.local.to(notice.workspaceId).emit('changed', notice)
  const agents = openAgentNotifier(io.of('/agent'), relay, deps.log)
  const refreshAll = () => {
    for (const room of live.adapter.rooms.keys())
      if (room.startsWith('ws_')) changed({ workspaceId: room, topic: 'workspace', id: room })
    agents.tell({ agentId: null, about: 'work', attemptId: null })
    agents.checkAll()
  }
  let listening = false
  const { sql, log } = deps
  const first = await sql.listen(liveChannel, hear(LiveNotice, changed, deps), () => {
    if (listening) refreshAll()
    listening = true
  })
  const second = await sql.listen(agentChannel, hear(AgentNotice, agents.tell, deps))
  log.info({ channels: [liveChannel, agentChannel] }, 'listening to Postgres')
  return async () => {
    agents.stop()
    await first.unlisten()
    await second.unlisten()
  }
}

function hear<Schema extends z.ZodType>(
  schema: Schema,
  act: (notice: z.output<Schema>) => void,
  { log }: Deps,
) {
  return (payload: string) => {
    try {
      act(schema.parse(JSON.parse(payload)))
    } catch (error) {
      log.warn({ payload: payload.slice(0, 300), error: String(error) }, 'notice not understood')
    }
  }
}
