import type { Metadata } from 'next'
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
  return <ChatPage slug={typeof name === 'string' ? name : undefined} />
}
