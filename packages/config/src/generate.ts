import { type ProcessName, processNames, type Variable, variables } from './variables'

const titles: Record<ProcessName, string> = {
  scripts: 'npm start and the other scripts',
  web: 'Web',
  hub: 'Hub',
  agent: 'GPU agent',
  trainer: 'Trainer',
  cli: 'Command line',
  tests: 'Tests',
}
const source = 'packages/config/variables.json'
const table = Object.entries<Variable>(variables)

/** The files that are made from the table of environment variables, by their paths from the root. */
export function generateFiles(): Record<string, string> {
  return { '.env.example': exampleFile(), 'docs/environment.md': page() }
}

/** Each variable under the first process that reads it; those that Palate sets itself are left out. */
function exampleFile(): string {
  const sections = processNames.flatMap((process) => {
    const own = table.filter(
      ([
        ,
        {
          process: [first],
          internal,
        },
      ]) => first === process && !internal,
    )
    if (own.length === 0) return []
    return [`## ${titles[process]}`, '', ...own.flatMap(([name, variable]) => exampleOf(name, variable))]
  })
  return [
    `# Made from ${source} by scripts/generate.mjs.`,
    '# npm start and npm run reset read a file .env beside this one: copy this file, then set what you need.',
    '',
    ...sections,
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

function exampleOf(name: string, { what, default: value, otherwise }: Variable): string[] {
  const note = otherwise ? ` Default: ${otherwise}.` : ''
  return [`# ${what}${note}`, `# ${name}=${value ?? ''}`, '']
}

/** A table of all variables for each process that reads them. */
function page(): string {
  const sections = processNames.flatMap((process) => {
    const rows = table
      .filter(([, variable]) => variable.process.includes(process) && !variable.internal)
      .map(([name, variable]) => `| \`${name}\` | ${defaultText(variable)} | ${whatText(variable)} |`)
    return [`## ${titles[process]}`, '', '| variable | default | |', '| --- | --- | --- |', ...rows, '']
  })
  const internal = table
    .filter(([, variable]) => variable.internal)
    .map(([name, variable]) => `| \`${name}\` | ${variable.process.join(', ')} | ${whatText(variable)} |`)
  return [
    '# Environment variables',
    '',
    `Made from \`${source}\` by \`node scripts/generate.mjs\`; do not edit. Each process reads its variables in one`,
    'file (`env.ts`, the scripts in `scripts/lib/env.mjs`) and stops at its start when one is wrong.',
    '`npm start` and `npm run reset` also read a file `.env` at the root; what the environment sets goes first.',
    '`.env.example` lists the variables.',
    '',
    ...sections,
    '## Set by Palate itself',
    '',
    '| variable | read by | |',
    '| --- | --- | --- |',
    ...internal,
    '',
  ].join('\n')
}

function defaultText({ default: value, otherwise }: Variable): string {
  if (value) return `\`${value}\``
  return otherwise ?? (value === '' ? 'empty' : 'not set')
}

const whatText = ({ what, secret }: Variable) => (secret ? `${what} Secret.` : what).replaceAll('|', '\\|')
