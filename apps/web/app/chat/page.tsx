import type { Metadata } from 'next'
import { ChatPage } from '../../features/chat/chat-page'

export const metadata: Metadata = {
  title: 'Cook',
  description: 'Say what is in your kitchen; a model cooks for your taste.',
}

export default async function Route({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { name } = await searchParams
  return <ChatPage slug={typeof name === 'string' ? name : undefined} />
}
