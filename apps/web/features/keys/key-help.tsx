'use client'

import { Dialog, DialogContent, Kbd } from '@palate/ui'
import { isMac } from './is-mac'
import { keyCommands, keyGroups, showKeys } from './key-list'

/** The list of keys. */
export default function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => open || onClose()}>
      <DialogContent
        title="Keyboard"
        description="Keys do nothing while you type in a field or while a dialog is open."
        className="max-w-2xl"
      >
        <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2 sm:grid-rows-[auto_1fr]">
          {keyGroups.map((group) => (
            <section key={group} className={group === 'Go to' ? 'sm:row-span-2' : undefined}>
              <h3 className="mb-1 text-xs font-medium text-ink-3">{group}</h3>
              <dl>
                {keyCommands
                  .filter((command) => command.group === group)
                  .map((command) => (
                    <div
                      key={command.id}
                      className="flex items-center justify-between gap-4 border-b border-line py-1.5 last:border-0"
                    >
                      <dt>{command.name}</dt>
                      <dd className="flex gap-1 text-ink-2">
                        {showKeys(command, isMac()).map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </DialogContent>
    </Dialog>
  )
}
