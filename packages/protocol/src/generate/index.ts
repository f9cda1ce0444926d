import { settingsPage } from './docs'
import { failureSchema, trainConfigSchema } from './json-schema'
import { pythonTypes } from './python'

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** The files that are made from the protocol's tables, by their paths from the repository's root. */
export function generateFiles(): Record<string, string> {
  const schema = trainConfigSchema()
  return {
    'packages/protocol/schema/train-config.json': json(schema),
    'packages/protocol/schema/failure-code.json': json(failureSchema()),
    'gpu-agent/trainer/job/generated.py': pythonTypes(
      schema.$defs as unknown as Parameters<typeof pythonTypes>[0],
    ),
    'docs/settings.md': settingsPage(),
  }
}
