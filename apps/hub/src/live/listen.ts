import type { Deps } from '@palate/core'
import { AgentNotice, agentChannel, LiveNotice, liveChannel } from '@palate/protocol'
import type { Server } from 'socket.io'
import type { z } from 'zod'
import type { Relay } from '../chat/relay'
import { openAgentTeller } from './tell-agents'

/**
 * Passes on what Postgres notifies: to browsers "look", to agents "there is work", "stop", "you are out". Every hub hears all of
 * it and acts for the sockets that it holds. Notices sent while the connection was down are lost, so after a return
 * everybody is told to look.
 */
export async function listenForNotices(deps: Deps, io: Server, relay: Relay): Promise<() => Promise<void>> {
  const live = io.of('/live')
  const look = (notice: LiveNotice) => live.local.to(notice.workspaceId).emit('look', notice)
  const agents = openAgentTeller(io.of('/agent'), relay, deps.log)
  const lookAgain = () => {
    for (const room of live.adapter.rooms.keys())
      if (room.startsWith('ws_')) look({ workspaceId: room, topic: 'workspace', id: room })
    agents.tell({ agentId: null, about: 'work', attemptId: null })
    agents.checkAll()
  }
  let listening = false
  const { sql, log } = deps
  const first = await sql.listen(liveChannel, hear(LiveNotice, look, deps), () => {
    if (listening) lookAgain()
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
