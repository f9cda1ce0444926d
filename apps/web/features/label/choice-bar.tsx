import { Button, Kbd } from '@palate/ui'
import { type Choice, choices } from './choices'

/** The four choices, skip and undo, each with its key. */
export function ChoiceBar({
  onChoose,
  onSkip,
  onUndo,
}: {
  onChoose: (choice: Choice) => void
  onSkip: () => void
  onUndo: () => void
}) {
  return (
    <div
      role="toolbar"
      aria-label="Your choice"
      className="grid shrink-0 grid-cols-3 gap-2 rounded-lg border border-line bg-card p-3 shadow-float sm:flex sm:flex-wrap sm:justify-center"
    >
      {choices.map(({ choice, name, short, key, also }) => (
        <Button key={choice} size="lg" onClick={() => onChoose(choice)} aria-label={name} className="px-3">
          <Kbd className="max-sm:hidden">{key}</Kbd>
          {short}
          <Kbd className="max-lg:hidden">{also}</Kbd>
        </Button>
      ))}
      <span className="w-2 max-sm:hidden" />
      <Button size="lg" look="quiet" onClick={onSkip} aria-label="Skip" className="px-3">
        <Kbd className="max-sm:hidden">S</Kbd>Skip
      </Button>
      <Button size="lg" look="quiet" onClick={onUndo} aria-label="Undo" className="px-3">
        <Kbd className="max-sm:hidden">Z</Kbd>Undo
      </Button>
    </div>
  )
}
