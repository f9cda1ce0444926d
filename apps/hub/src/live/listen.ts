import type { Deps } from '@palate/core'
import { AgentNotice, agentChannel, LiveNotice, liveChannel } from '@palate/protocol'
import type { Server } from 'socket.io'
import type { z } from 'zod'
import type { Relay } from '../chat/relay'
import type { ReleasedTeller } from '../chat/released'
import { openAgentNotifier } from './notify-agents'

/**
 * Passes on what Postgres notifies: to browsers what changed; to agents that there is work, that a run was canceled, or
 * that their credential changed. Every hub receives every notice and acts for the sockets that it holds. Notices that
 * were sent while the connection was down are lost, so after a reconnect every browser gets the topic `workspace` and
 * every agent asks for work.
 */
export async function listenForNotices(
  deps: Deps,
  io: Server,
  relay: Relay,
  released: Pick<ReleasedTeller, 'noticed'>,
): Promise<() => Promise<void>> {
  const live = io.of('/live')
  const pass = (notice: LiveNotice) => {
    live.local.to(notice.workspaceId).emit('changed', notice)
    released.noticed(notice)
  }
  const agents = openAgentNotifier(io.of('/agent'), relay, deps.log)
  const refreshAll = () => {
    for (const room of live.adapter.rooms.keys())
      if (room.startsWith('ws_')) pass({ workspaceId: room, topic: 'workspace', id: room })
    agents.notify({ agentId: null, about: 'work', attemptId: null })
    agents.checkAll()
  }
  let listening = false
  const { sql, log } = deps
  const first = await sql.listen(liveChannel, receive(LiveNotice, pass, deps), () => {
    if (listening) refreshAll()
    listening = true
  })
  const second = await sql.listen(agentChannel, receive(AgentNotice, agents.notify, deps))
  log.info({ channels: [liveChannel, agentChannel] }, 'listening to Postgres')
  return async () => {
    agents.stop()
    await first.unlisten()
    await second.unlisten()
  }
}

function receive<Schema extends z.ZodType>(
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
