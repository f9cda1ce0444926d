import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { listFormSettings } from './form-settings'
import { SettingSections } from './setting-sections'

const render = (texts: Record<string, string>, errors: [string, string][] = []) =>
  renderToStaticMarkup(
    <SettingSections kind="dpo" texts={texts} errors={new Map(errors)} onChange={() => undefined} />,
  )

it('has a field for every setting, with its label, its hint and its default', () => {
  const html = render({})
  for (const { name } of listFormSettings('dpo')) expect(html).toContain(`data-setting="${name}"`)
  expect(html).toContain('placeholder="512 by default"')
  expect(html).toContain('Early stopping')
  expect(html).toContain('Defaults')
  expect(html).not.toContain('Reset')
})

it('has the defaults that suit the model, as what an empty field stands for', () => {
  const suited = { maxLength: 640, epochs: 3 }
  const texts = { epochs: '3' }
  const html = renderToStaticMarkup(
    <SettingSections kind="kto" errors={new Map()} onChange={() => undefined} {...{ suited, texts }} />,
  )
  expect(html).toContain('placeholder="640 by default"')
  expect(html).toContain('Defaults')
})

it('counts what is changed, in all and in each group, with a way back for each', () => {
  const html = render({ loraDropout: '0.05', optimizer: 'paged_adamw_8bit', epochs: '5' })
  expect(html).toContain('2 settings changed')
  expect(html).toContain('aria-label="Reset LoRA dropout to its default"')
  expect(html.match(/>1 changed</g)).toHaveLength(2)
})

it('opens a group that has an error, and shows it at the field', () => {
  const sentence = 'Use a number from 0 to 0.5.'
  expect(render({ warmupRatio: '3' })).not.toContain('open=""')
  const html = render({ warmupRatio: '3' }, [['warmupRatio', sentence]])
  expect(html.match(/<details open=""/g)).toHaveLength(1)
  expect(html).toMatch(new RegExp(`aria-invalid="true".*${sentence}`))
})
