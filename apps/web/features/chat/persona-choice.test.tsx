import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { PersonaChoice } from './persona-choice'

it('names every forbidden thing of the chosen persona, also the tenth', () => {
  const forbidden = Array.from({ length: 10 }, (_, index) => `thing ${index}`)
  const persona = { slug: 'cantina', name: 'Vegan Cantina', cuisines: [], diets: ['vegan'], forbidden }
  const html = renderToStaticMarkup(
    <PersonaChoice personas={[persona]} value="cantina" onChange={() => undefined} />,
  )
  for (const word of forbidden) expect(html).toContain(word)
})
