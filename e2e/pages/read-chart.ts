import type { Page } from '@playwright/test'

/**
 * Reads a chart as a person does: moves the pointer over it, a pixel at a time.
 *
 * @returns at each position, what the chart names there: `step 5` → `training 6.91 held out –`
 */
export async function readChart(page: Page, name: string): Promise<Map<string, string>> {
  const figure = page.getByRole('figure', { name, exact: true })
  await figure.scrollIntoViewIfNeeded()
  const read = await figure.evaluate(async (element) => {
    const over = element.querySelector('.u-over')
    const caption = element.querySelector('figcaption')
    const found: Record<string, string> = {}
    if (!over || !caption) return found
    /** Lets React draw what the pointer has changed: it works in messages. */
    const drawn = () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = resolve
        port2.postMessage(null)
      })
    const { left, width, top, height } = over.getBoundingClientRect()
    for (let x = 0; x < width; x += 1) {
      const at = { clientX: left + x, clientY: top + height / 2, bubbles: true }
      over.dispatchEvent(new MouseEvent('mousemove', at))
      await drawn()
      await drawn()
      const texts = [...caption.children].map(({ textContent }) => textContent?.trim() ?? '')
      const parts = texts.filter((text) => !text.startsWith('from ')) // where a phase begins
      const position = parts.at(-1) ?? ''
      if (position.startsWith('step')) found[position] = parts.slice(0, -1).join(' ')
    }
    over.dispatchEvent(new MouseEvent('mouseleave'))
    return found
  })
  return new Map(Object.entries(read))
}
