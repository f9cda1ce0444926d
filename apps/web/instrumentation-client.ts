import { z } from 'zod'

// Zod compiles its parsers with `new Function`, which the pages' content security policy forbids. Next runs this file
// before all others in the browser, so no schema exists yet.
z.config({ jitless: true })
