import { Button, Kbd } from '@palate/ui'
import { type Choice, choices, onceAClick } from './choices'

/** The four choices, skip and undo, each with its key. */
export function ChoiceBar({
  settled,
  onChoose,
  onSkip,
  onUndo,
}: {
  /** Whether a choice is taken. */
  settled: boolean
  onChoose: (choice: Choice) => void
  onSkip: () => void
  onUndo: () => void
}) {
  // Not `disabled`: a button keeps its focus and its look.
  const judging = {
    'aria-disabled': !settled,
    className: 'px-3 aria-disabled:opacity-100',
    size: 'lg',
  } as const
  const judge = (work: () => void) => onceAClick(() => settled && work())
  return (
    <div
      role="toolbar"
      aria-label="Your choice"
      aria-busy={!settled}
      className="grid shrink-0 grid-cols-3 gap-2 rounded-lg border border-line bg-card p-3 shadow-float sm:flex sm:flex-wrap sm:justify-center"
    >
      {choices.map(({ choice, short, key, also }) => (
        <Button key={choice} onClick={judge(() => onChoose(choice))} {...judging}>
          <Kbd aria-hidden className="max-sm:hidden">
            {key}
          </Kbd>
          {short}
          <Kbd aria-hidden className="max-lg:hidden">
            {also}
          </Kbd>
        </Button>
      ))}
      <span className="w-2 max-sm:hidden" />
      <Button look="quiet" onClick={judge(onSkip)} {...judging}>
        <Kbd aria-hidden className="max-sm:hidden">
          S
        </Kbd>
        Skip
      </Button>
      <Button size="lg" look="quiet" onClick={onceAClick(onUndo)} className="px-3">
        <Kbd aria-hidden className="max-sm:hidden">
          Z
        </Kbd>
        Undo
      </Button>
    </div>
  )
}
