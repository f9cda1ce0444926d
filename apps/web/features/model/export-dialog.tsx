'use client'

import {
  Dialog,
  DialogContent,
  DialogTrigger,
  Skeleton,
  Tabs,
  TabsContent,
  TabsList,
  TabsTrigger,
} from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Loaded } from '../../lib/loaded'
import type { OnDemand } from '../../lib/on-demand'
import { useTRPC } from '../../lib/trpc'
import { ExportDownloads } from './export-downloads'
import { type AdapterToMerge, ExportOllama } from './export-ollama'

/** Of an adapter: whether it can be merged into its base. */
export type ExportedAdapter = Pick<AdapterToMerge, 'mayMerge'>

export interface ExportProps {
  id: string
  name: string
  adapter: ExportedAdapter | null
}

/** Everything in which a model can leave: files to download, and a push to an Ollama. */
export function ExportDialog({ id, name, adapter, trigger, startOpen = false }: ExportProps & OnDemand) {
  const [open, setOpen] = useState(startOpen)
  return (
    <Dialog open={open} onOpenChange={setOpen}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent
        className="max-w-2xl"
        title={`Export ${name}`}
        description="Each zip holds the files, a model card with base, license, data and figures, and SHA-256 checksums."
      >
        <ExportTabs id={id} adapter={adapter ? { ...adapter, name } : null} />
      </DialogContent>
    </Dialog>
  )
}

function ExportTabs({ id, adapter }: { id: string; adapter: AdapterToMerge | null }) {
  const trpc = useTRPC()
  const exports = useQuery(trpc.model.exports.queryOptions({ id }))
  return (
    <Tabs defaultValue="files">
      <TabsList>
        <TabsTrigger value="files">Files</TabsTrigger>
        <TabsTrigger value="ollama">Ollama</TabsTrigger>
      </TabsList>
      <TabsContent value="files">
        <Loaded query={exports} skeleton={<Skeleton className="h-64" />}>
          {(found) => <ExportDownloads {...found} />}
        </Loaded>
      </TabsContent>
      <TabsContent value="ollama">
        <ExportOllama id={id} adapter={adapter} />
      </TabsContent>
    </Tabs>
  )
}
