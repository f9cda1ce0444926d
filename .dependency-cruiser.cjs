/** Who may import whom: docs/architecture.md, "Packages". Each rule is an error. */
const rooms = {
  'packages/protocol': [],
  'packages/recipe': [],
  'packages/stats': [],
  'packages/storage': [],
  'packages/ui': [],
  'packages/inference': [],
  'packages/db': ['packages/protocol'],
  'packages/core': [
    'packages/db',
    'packages/protocol',
    'packages/recipe',
    'packages/stats',
    'packages/storage',
  ],
  'packages/api': ['packages/core', 'packages/protocol'],
  'packages/dataset-import': ['packages/protocol', 'packages/recipe', 'packages/storage'],
  'apps/web': ['packages/api', 'packages/ui', 'packages/protocol', 'packages/recipe'],
  'apps/hub': ['packages/core', 'packages/dataset-import', 'packages/protocol', 'packages/storage'],
  'apps/cli': ['packages/api', 'packages/protocol'],
  'gpu-agent': ['packages/protocol', 'packages/inference'],
}

const literal = (path) => path.replaceAll('/', '\\/')
const anyRoom = '^(apps\\/[^/]+|packages\\/[^/]+|gpu-agent)\\/'

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `imports-of-${room.replaceAll('/', '-')}`,
  severity: 'error',
  from: {
    path: `^${literal(room)}\\/`,
    ...(room === 'apps/web' ? { pathNot: '^apps\\/web\\/auth\\/' } : {}),
  },
  to: {
    path: anyRoom,
    pathNot: [
      `^${literal(room)}\\/`,
      '^packages\\/config\\/',
      ...allowed.map((other) => `^${literal(other)}\\/`),
      ...(room === 'apps/web' ? ['^packages\\/core\\/src\\/[^/]+\\/schemas\\.ts$'] : []),
    ],
  },
}))

const notTest = '\\.test\\.ts$'
const core = '^packages\\/core\\/src\\/'

/** Within core, so that its folders form no circle either: variant and evaluation use run/queue, and run uses them. */
const coreRules = [
  {
    name: 'core-run-queue-and-estimate',
    severity: 'error',
    from: { path: `${core}run\\/(queue|estimate)\\/`, pathNot: notTest },
    to: {
      path: core,
      pathNot: [
        `${core}[^/]+\\.ts$`,
        `${core}run\\/(queue|estimate)\\/`,
        `${core}run\\/schemas\\.ts$`,
        `${core}model\\/`,
      ],
    },
  },
  {
    name: 'core-variant-and-evaluation',
    severity: 'error',
    from: { path: `${core}(variant|evaluation)\\/`, pathNot: notTest },
    to: { path: `${core}run\\/`, pathNot: `${core}run\\/queue\\/` },
  },
  {
    name: 'core-run-not-agent',
    severity: 'error',
    from: { path: `${core}run\\/`, pathNot: notTest },
    to: { path: `${core}agent\\/` },
  },
]

module.exports = {
  forbidden: [
    ...roomRules,
    ...coreRules,
    {
      name: 'auth-adapter',
      comment: 'The auth folder alone may reach core and the database client.',
      severity: 'error',
      from: { path: '^apps\\/web\\/auth\\/' },
      to: { path: anyRoom, pathNot: ['^apps\\/web\\/', '^packages\\/(config|core|db|protocol|api)\\/'] },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|\\.build-[^/]*|node_modules|trainer)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'packages/config/tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
