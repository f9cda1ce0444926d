// Zod compiles its parsers with `new Function`, which the pages' content security policy forbids. Next runs this file
// before all others in the browser. Zod reads the setting from the global object, so that a page without a form need not
// load zod for it.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
