'use client'

import { Button } from '@palate/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Download, Upload } from 'lucide-react'
import { useRef } from 'react'
import { toast } from '../../lib/toast'
import { useTRPC, useTRPCClient } from '../../lib/trpc'

export function YamlActions({ mayImport }: { mayImport: boolean }) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queryClient = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const download = useMutation({
    mutationFn: () => client.persona.exportYaml.query(),
    onSuccess: ({ yaml }) => saveText('personas.yaml', yaml, 'application/yaml'),
  })
  const upload = useMutation({
    mutationFn: async (file: File) => client.persona.importYaml.mutate({ yaml: await file.text() }),
    onSuccess: ({ created, updated, unchanged }) => {
      toast.success(`Personas imported: ${created} new, ${updated} changed, ${unchanged} unchanged.`)
      void queryClient.invalidateQueries(trpc.persona.pathFilter())
    },
  })
  return (
    <>
      <Button busy={download.isPending} onClick={() => download.mutate()}>
        <Download aria-hidden /> Export YAML
      </Button>
      {mayImport ? (
        <>
          <Button busy={upload.isPending} onClick={() => input.current?.click()}>
            <Upload aria-hidden /> Import YAML
          </Button>
          <input
            ref={input}
            type="file"
            accept=".yaml,.yml"
            aria-label="Persona file"
            className="sr-only"
            tabIndex={-1}
            onChange={(event) => {
              const file = event.target.files?.[0]
              if (file) upload.mutate(file)
              event.target.value = ''
            }}
          />
        </>
      ) : null}
    </>
  )
}

/** Downloads a text as a file. */
function saveText(filename: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = filename
  link.click()
  URL.revokeObjectURL(url)
}
