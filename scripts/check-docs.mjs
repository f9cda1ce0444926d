// Finds paths and links in Markdown pages that lead nowhere. `node scripts/check-docs.mjs [folder …]`
import { posix } from 'node:path'
import { projectFiles, readProjectFile, reportFindings } from './lib/project-files.mjs'

const isPage = (/** @type {string} */ file) => file.endsWith('.md')
const sourceName = /^[\w.@()[\]/-]+\.(ts|tsx|mjs|mts|cjs|py|sql|css|md|sh|service|Dockerfile)$/

/**
 * What exists: files and folders by their path, and the headings of each page.
 *
 * @param {string[]} files paths relative to the root
 * @param {(file: string) => string} read
 */
export function indexProject(files, read) {
  const paths = new Set(files)
  /** @type {Set<string>} */
  const endings = new Set()
  for (const file of files) {
    const parts = file.split('/')
    for (let at = 0; at < parts.length; at += 1) {
      endings.add(parts.slice(at).join('/'))
      if (at > 0) paths.add(parts.slice(0, at).join('/'))
    }
  }
  const tops = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]))
  return {
    /** @param {string} path */
    exists: (path) => paths.has(path.replace(/\/$/, '')),
    /** Whether a file's path ends so: `run/plan.ts` for `packages/core/src/run/plan.ts`. @param {string} path */
    endsSo: (path) => endings.has(path),
    /** @param {string} path */
    startsAtTop: (path) => path.includes('/') && tops.has(path.split('/')[0]),
    /** @param {string} page */
    anchors: (page) => new Set(headingsOf(read(page)).map(anchorOf)),
  }
}

/** @param {string} content */
const headingsOf = (content) =>
  [...content.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title)

/** As GitHub makes it. @param {string} title */
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/**
 * @param {string} page
 * @param {string} content
 * @param {ReturnType<typeof indexProject>} project
 * @returns {string[]} one line for each path or link that leads nowhere
 */
export function findDeadPaths(page, content, project) {
  return content.split('\n').flatMap((line, index) => {
    const at = `${page}:${index + 1}`
    return [
      ...linksOf(line)
        .filter((target) => !leadsSomewhere(page, target, project))
        .map((target) => `${at}: the link ${target} leads nowhere`),
      ...pathsOf(line, project)
        .filter((path) => !project.exists(path) && (project.startsAtTop(path) || !project.endsSo(path)))
        .map((path) => `${at}: ${path} does not exist`),
    ]
  })
}

/** Targets of links and pictures inside the project. @param {string} line */
const linksOf = (line) =>
  [...line.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))

/**
 * @param {string} page
 * @param {string} target
 * @param {ReturnType<typeof indexProject>} project
 */
function leadsSomewhere(page, target, project) {
  const [path = '', anchor] = target.split('#')
  const file = path ? posix.join(posix.dirname(page), path) : page
  if (!project.exists(file)) return false
  return anchor === undefined || !isPage(file) || project.anchors(file).has(anchor)
}

/**
 * Names of source files in code spans, and everything that begins with a folder of the root. A name with a
 * placeholder (`<entity>`, `*`, `…`) stands for many and is left alone.
 *
 * @param {string} line
 * @param {ReturnType<typeof indexProject>} project
 */
function pathsOf(line, project) {
  const spans = [...line.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)
  const words = line
    .replace(/`[^`]+`/g, ' ')
    .split(/\s+/)
    .map((word) => word.replace(/[.,;:)]+$/, ''))
  const found = [
    ...spans.filter((span) => sourceName.test(span)),
    ...[...spans, ...words].filter(project.startsAtTop),
  ]
  return [...new Set(found)].filter((path) => /^[\w.@()[\]/-]+$/.test(path))
}

/** @param {string[]} folders */
export function findDeadPathsInPages(folders = []) {
  const project = indexProject(projectFiles(), readProjectFile)
  return projectFiles(folders)
    .filter((file) => isPage(file) && file !== 'CHANGELOG.md')
    .flatMap((page) => findDeadPaths(page, readProjectFile(page), project))
}

if (process.argv[1] === import.meta.filename) reportFindings(findDeadPathsInPages(process.argv.slice(2)))
