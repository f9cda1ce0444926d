'use client'

import { Button, Tabs, TabsContent, TabsList, TabsTrigger } from '@palate/ui'
import { Copy } from 'lucide-react'
import { toast } from '../../../lib/toast'
import { dockerCommand, plainCommand } from './enroll-command'

/** The enrollment command for each way to run an agent, with a copy button. */
export function EnrollCommands({ code }: { code: string }) {
  const { origin } = window.location
  const commands = [
    { id: 'plain', name: 'Node.js', command: plainCommand(origin, code) },
    { id: 'docker', name: 'Docker, NVIDIA', command: dockerCommand(origin, code, true) },
    { id: 'docker-cpu', name: 'Docker, CPU', command: dockerCommand(origin, code, false) },
  ]
  return (
    <Tabs defaultValue="plain">
      <TabsList>
        {commands.map(({ id, name }) => (
          <TabsTrigger key={id} value={id}>
            {name}
          </TabsTrigger>
        ))}
      </TabsList>
      {commands.map(({ id, command }) => (
        <TabsContent key={id} value={id} className="pt-3">
          <Command text={command} />
        </TabsContent>
      ))}
    </Tabs>
  )
}

function Command({ text }: { text: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    toast.success('Command copied.')
  }
  return (
    <div className="flex flex-col items-end gap-2">
      <pre className="w-full rounded-md bg-sunk p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap [overflow-wrap:anywhere]">
        {text}
      </pre>
      <Button size="sm" onClick={copy}>
        <Copy aria-hidden /> Copy
      </Button>
    </div>
  )
}
