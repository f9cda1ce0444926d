import { Card, Skeleton, Table, Td, Th, Tr } from '@palate/ui'
import { useQuery } from '@tanstack/react-query'
import { formatBytes } from '../../lib/format'
import { Loaded } from '../../lib/loaded'
import { useTRPC } from '../../lib/trpc'
import { isMoving, type Run } from './run-status'

const roleNames: Record<string, string> = {
  hf: 'model for Transformers',
  gguf: 'model for llama.cpp',
  adapter: 'adapter for PEFT',
  'adapter-gguf': 'adapter for llama.cpp',
}

/** The links work for an hour. Nobody is notified when they end, so they are renewed before. */
const renewLinksMs = 30 * 60_000

/** The files of a run, each with a download link that works for one hour. */
export function RunFiles({ run }: { run: Run }) {
  const trpc = useTRPC()
  const files = useQuery(
    trpc.run.artifacts.queryOptions({ runId: run.id }, { refetchInterval: renewLinksMs }),
  )
  return (
    <Loaded query={files} skeleton={<Skeleton className="h-40" />}>
      {(found) =>
        found.length === 0 ? (
          <p className="py-10 text-center text-ink-2">
            {isMoving(run.status) ? 'Files appear here when the training ends.' : 'This run has no files.'}
          </p>
        ) : (
          <Card>
            <Table className="mt-1">
              <thead>
                <tr>
                  <Th>File</Th>
                  <Th className="max-sm:hidden">Content</Th>
                  <Th numeric>Size</Th>
                </tr>
              </thead>
              <tbody>
                {found.map(({ id, path, role, sizeBytes, sha256, url }) => (
                  <Tr key={id}>
                    <Td title={`SHA-256 ${sha256}`} className="[overflow-wrap:anywhere]">
                      <a href={url} download className="text-accent underline underline-offset-3">
                        {path.replace(/^output\//, '')}
                      </a>
                    </Td>
                    <Td className="text-ink-2 max-sm:hidden">{roleNames[role] ?? role}</Td>
                    <Td numeric className="whitespace-nowrap">
                      {formatBytes(sizeBytes)}
                    </Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
          </Card>
        )
      }
    </Loaded>
  )
}
