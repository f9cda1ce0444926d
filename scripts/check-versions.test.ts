import { expect, it } from 'vitest'
import { findFloatingVersions } from './check-versions.mjs'

it.each(['1.2.3', '18.4.0-beta.17', '1.5.6-r.1', 'npm:other@1.2.3', 'npm:@scope/other@1.2.3'])(
  'accepts "%s" in a package.json',
  (version) => {
    expect(findFloatingVersions('package.json', JSON.stringify({ dependencies: { a: version } }))).toEqual([])
  },
)

it.each([
  '^1.2.3',
  '~1.2.3',
  '1.2',
  '*',
  'latest',
  '>=1.0.0',
  'github:a/b',
  'npm:other@^1.2.3',
  '1.2.3 || 2.0.0',
])('finds "%s" in a package.json', (version) => {
  const content = JSON.stringify({ devDependencies: { a: version, b: '1.0.0' } })
  expect(findFloatingVersions('apps/web/package.json', content)).toEqual([
    `apps/web/package.json: devDependencies has a "${version}"; name one version`,
  ])
})

it('finds what may float in a list of Python packages', () => {
  const content = [
    '# a comment',
    '-r requirements.txt',
    'torch==2.13.0',
    'uvicorn[standard]==0.1.0  # why',
    'colorama==0.4.6 ; sys_platform == "win32"',
    'numpy>=2',
    'trl',
    'pandas==3.*',
  ].join('\n')
  expect(findFloatingVersions('gpu-agent/trainer/requirements-dev.txt', content)).toEqual([
    'gpu-agent/trainer/requirements-dev.txt: "numpy>=2"; write name==version',
    'gpu-agent/trainer/requirements-dev.txt: "trl"; write name==version',
    'gpu-agent/trainer/requirements-dev.txt: "pandas==3.*"; write name==version',
  ])
})
