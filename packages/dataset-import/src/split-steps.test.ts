import { expect, it } from 'vitest'
import { splitSteps } from './split-steps'

it.each<[string, string[]]>([
  ['Mix.', ['Mix.']],
  ['Mix. Bake. Serve!', ['Mix.', 'Bake.', 'Serve!']],
  ['Mix\r\n\r\n- Bake\n* Serve', ['Mix', 'Bake', 'Serve']],
  ['1. Mix. Stir. 2. Bake at 350. Cool. 3) Serve.', ['Mix. Stir.', 'Bake at 350. Cool.', 'Serve.']],
  ['Step 1 Mix. Step 2 Bake.', ['Mix.', 'Bake.']],
  ['Bake at 350. Cool.', ['Bake at 350.', 'Cool.']],
  ['Add 2 tbsp. Butter and stir.', ['Add 2 tbsp. Butter and stir.']],
  ['Bake at 350 deg. F for 1.5 hours.', ['Bake at 350 deg. F for 1.5 hours.']],
  ['Mix (gently.) Émincer les oignons.', ['Mix (gently.)', 'Émincer les oignons.']],
  ['mix everything. then bake it.', ['mix everything. then bake it.']],
])('%j', (text, steps) => expect(splitSteps(text)).toEqual(steps))
