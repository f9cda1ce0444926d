import type { Metadata } from 'next'
import { findSession } from '../../auth/session'
import { ChatPage } from '../../features/chat/chat-page'

export const metadata: Metadata = {
  title: 'Chat',
  description: 'List your ingredients and get a recipe from the model of this team.',
}

export default async function Route({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { name } = await searchParams
  // What keeps a session from being read keeps the chat from answering, which the page says by itself.
  const isMember = (await findSession().catch(() => null)) !== null
  return <ChatPage slug={typeof name === 'string' ? name : undefined} isMember={isMember} />
}
