import { Dialog, DialogContent, Kbd } from '@palate/ui'
import { choices } from './choices'

const others = [
  { name: 'Skip: another person can label it', keys: ['S'] },
  { name: 'Undo your last vote or skip', keys: ['Z'] },
  { name: 'Show this help', keys: ['?'] },
]

export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const rows = [...choices.map(({ name, key, also }) => ({ name, keys: [key, also] })), ...others]
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title="Keyboard shortcuts"
        description="Choose the answer that fits the persona and the request better. Lines that are in both answers are faded; the given ingredients are marked. Which answer is A is random."
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
