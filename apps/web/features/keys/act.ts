/** The button of a page that creates what the page lists. */
const createButton = '[data-key=create]'
/** How long a page that was just opened may take to show its button. */
const waitMs = 10_000

/** Presses the page's button to create something. @returns whether it has one */
export function pressCreate(): boolean {
  const button = document.querySelector<HTMLElement>(`main ${createButton}`)
  button?.click()
  return button !== null
}

/** Presses it as soon as it is there: for a page that is being opened. */
export function pressCreateSoon(): void {
  const observer = new MutationObserver(() => {
    if (pressCreate()) observer.disconnect()
  })
  observer.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => observer.disconnect(), waitMs)
}

/** Moves the focus to the link of the next row (1) or of the previous one (-1); from outside a list, to the first. */
export function moveRow(by: 1 | -1): void {
  const links = [
    ...document.querySelectorAll<HTMLElement>('main [data-row] a[href], main a[data-row]'),
  ].filter((link, index, all) => {
    const row = link.closest('[data-row]')
    return link.offsetParent !== null && all.findIndex((one) => one.closest('[data-row]') === row) === index
  })
  const row = document.activeElement?.closest('[data-row]')
  const at = links.findIndex((link) => link.closest('[data-row]') === row)
  const next = row ? links[at + by] : links[by === 1 ? 0 : links.length - 1]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
