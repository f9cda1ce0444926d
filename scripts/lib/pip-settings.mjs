// uv does not read pip's settings (pip.conf, PIP_*): this translates them, so that both use the same package indexes.

/** @typedef {{ args: string[], env: Record<string, string>, unknown: string[] }} UvSettings */

/** Settings that change nothing about which packages are installed, or that the caller sets itself. */
const ignored = new Set([
  'break-system-packages',
  'cache-dir',
  'compile',
  'debug',
  'disable-pip-version-check',
  'exists-action',
  'log',
  'no-cache-dir',
  'no-color',
  'no-compile',
  'no-input',
  'no-python-version-warning',
  'no-warn-script-location',
  'prefer-binary',
  'progress-bar',
  'quiet',
  'require-virtualenv',
  'root-user-action',
  'user',
  'verbose',
])

/** @param {string} flag @returns {(value: string) => string[]} */
const each = (flag) => (value) => value.split(/\s+/).flatMap((part) => (part ? [flag, part] : []))
/** @param {string} flag @returns {(value: string) => string[]} */
const eachOfList = (flag) => (value) => value.split(/[\s,]+/).flatMap((part) => (part ? [flag, part] : []))
/** @param {...string} args @returns {(value: string) => string[]} */
const when =
  (...args) =>
  (value) =>
    /^(1|true|yes|on)$/i.test(value) ? args : []

/** @type {Record<string, (value: string) => string[]>} pip's setting → uv's arguments */
const toArguments = {
  cert: (value) => ['--cert', value],
  constraint: each('--constraints'),
  'extra-index-url': each('--extra-index-url'),
  'find-links': each('--find-links'),
  'index-url': (value) => ['--index-url', value],
  'no-binary': eachOfList('--no-binary'),
  'no-index': when('--no-index'),
  'only-binary': eachOfList('--only-binary'),
  pre: when('--prerelease', 'allow'),
  'trusted-host': each('--allow-insecure-host'),
}

/** @type {Record<string, string[]>} pip's setting → uv's environment */
const toEnvironment = {
  'client-cert': ['SSL_CLIENT_CERT'],
  'default-timeout': ['UV_HTTP_TIMEOUT'],
  proxy: ['HTTP_PROXY', 'HTTPS_PROXY'],
  retries: ['UV_HTTP_RETRIES'],
  timeout: ['UV_HTTP_TIMEOUT'],
}

/**
 * @param {string} listed what `pip config list` prints
 * @returns {Map<string, string>} the settings that hold for `pip install`: PIP_* before [install] before [global]
 */
export function readPipSettings(listed) {
  /** @type {Map<string, string>} */
  const settings = new Map()
  for (const section of ['global', 'install', ':env:'])
    for (const line of listed.split('\n')) {
      const [, found, name, quoted] = /^(:env:|[\w-]+)\.([\w-]+)=(['"].*['"])\s*$/.exec(line) ?? []
      if (found === section && name && quoted) settings.set(name.replaceAll('_', '-'), unquote(quoted))
    }
  return settings
}

/** @param {string} quoted a string as Python's repr() writes it */
const unquote = (quoted) =>
  quoted
    .slice(1, -1)
    .replace(/\\(.)/g, (_all, letter) => ({ n: '\n', t: '\t', r: '\r' })[String(letter)] ?? letter)

/**
 * @param {Map<string, string>} settings
 * @returns {UvSettings} `unknown` names settings without a counterpart: with those, pip installs
 */
export function translateForUv(settings) {
  // pip takes the best version of all indexes; uv would stop at the first index that has the package.
  const args = ['--index-strategy', 'unsafe-best-match']
  if (!settings.has('cert')) args.push('--system-certs')
  /** @type {UvSettings} */
  const translated = { args, env: {}, unknown: [] }
  for (const [name, value] of settings) {
    if (toArguments[name]) args.push(...toArguments[name](value))
    else if (toEnvironment[name]) for (const variable of toEnvironment[name]) translated.env[variable] = value
    else if (!ignored.has(name)) translated.unknown.push(name)
  }
  return translated
}
