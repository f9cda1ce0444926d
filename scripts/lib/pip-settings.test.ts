import { expect, it } from 'vitest'
import { readPipSettings, translateForUv } from './pip-settings.mjs'

it('reads what pip lists: the environment before [install] before [global]', () => {
  const listed = [
    "global.index-url='https://global.example/simple'",
    "global.cert='/global.pem'",
    "install.index-url='https://install.example/simple'",
    ":env:.cert='/env.pem'",
    ":env:.find_links='/opt/wheels'",
    "install.trusted-host='\\na.example\\nb.example'",
    'global.proxy="http://it\'s.example"',
    "download.no-deps='true'",
  ].join('\n')
  expect(Object.fromEntries(readPipSettings(listed))).toEqual({
    'index-url': 'https://install.example/simple',
    cert: '/env.pem',
    'find-links': '/opt/wheels',
    'trusted-host': '\na.example\nb.example',
    proxy: "http://it's.example",
  })
})

const translate = (settings: Record<string, string>) => translateForUv(new Map(Object.entries(settings)))
const always = ['--index-strategy', 'unsafe-best-match']

it('gives uv the indexes, the certificates and the limits of pip', () => {
  expect(
    translate({
      'index-url': 'https://a.example/simple',
      'extra-index-url': 'https://b.example/simple https://c.example/simple',
      'find-links': '/opt/wheels\nhttps://d.example/',
      'trusted-host': 'b.example',
      cert: '/ca.pem',
      'default-timeout': '180',
      proxy: 'http://proxy:3128',
      'only-binary': 'torch,numpy',
      'disable-pip-version-check': '1',
    }),
  ).toEqual({
    args: [
      ...always,
      ...['--index-url', 'https://a.example/simple'],
      ...['--extra-index-url', 'https://b.example/simple', '--extra-index-url', 'https://c.example/simple'],
      ...['--find-links', '/opt/wheels', '--find-links', 'https://d.example/'],
      ...['--allow-insecure-host', 'b.example'],
      ...['--cert', '/ca.pem'],
      ...['--only-binary', 'torch', '--only-binary', 'numpy'],
    ],
    env: { UV_HTTP_TIMEOUT: '180', HTTP_PROXY: 'http://proxy:3128', HTTPS_PROXY: 'http://proxy:3128' },
    unknown: [],
  })
})

it('trusts the system where pip names no certificates, and reads switches', () => {
  expect(translate({ 'no-index': 'false', pre: 'yes' }).args).toEqual([
    ...always,
    '--system-certs',
    '--prerelease',
    'allow',
  ])
  expect(translate({ 'no-index': '1' }).args).toContain('--no-index')
})

it('names what uv has no setting for, so that pip installs', () => {
  expect(translate({ 'use-feature': 'x', quiet: '1' }).unknown).toEqual(['use-feature'])
})
