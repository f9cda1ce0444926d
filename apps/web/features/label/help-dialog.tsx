import { Dialog, DialogContent, Kbd } from '@palate/ui'
import { choices } from './choices'

const others = [
  { name: 'Skip: somebody else may judge it', keys: ['S'] },
  { name: 'Undo your last vote', keys: ['Z'] },
  { name: 'This help', keys: ['?'] },
]

export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const rows = [...choices.map(({ name, key, also }) => ({ name, keys: [key, also] })), ...others]
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title="Keys"
        description="Which answer serves this cook better? Lines that stand in both are faded; what the cook had is marked. Who wrote which stays hidden."
      >
        <dl className="flex flex-col">
          {rows.map(({ name, keys }) => (
            <div
              key={name}
              className="flex items-center justify-between gap-4 border-b border-line py-2 last:border-0"
            >
              <dt>{name}</dt>
              <dd className="flex gap-1.5 text-ink-2">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </DialogContent>
    </Dialog>
  )
}
