import { cn } from './cn'

export function Logo({ className, word = true }: { className?: string; word?: boolean }) {
  return (
    <span
      className={cn(
        'inline-flex items-center gap-2 font-serif text-xl leading-none font-semibold',
        className,
      )}
    >
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" aria-hidden="true" className="shrink-0">
        <path d="M3 13.5C3 7 8 3 17 3c0 9-4 14-10.5 14C4.6 17 3 15.6 3 13.5Z" className="fill-accent" />
        <path d="M4 17c3-6 6-8.5 10-10.5" className="stroke-paper" strokeWidth="1.4" strokeLinecap="round" />
      </svg>
      {word ? 'Palate' : <span className="sr-only">Palate</span>}
    </span>
  )
}
