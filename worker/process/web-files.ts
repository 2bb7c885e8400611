import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReadWebFile, WebFile } from '../http/dashboard.ts'

const folder = fileURLToPath(new URL('../../web/build', import.meta.url))

/**
 * The built dashboard from the disk. All of it is read when it is first asked for, some 200 kB, and then kept: so a path is looked up among
 * those there are and never becomes a path of the disk, and a build made meanwhile does not mix with the one in use.
 */
export const webFiles = (root: string = folder): ReadWebFile => {
  let files: Promise<ReadonlyMap<string, WebFile>> | undefined
  return async (path) => {
    files ??= readAll(root)
    const known = await files
    if (known.size > 0) return known.get(path) ?? 'unknown'
    files = undefined // it may be built while we run
    return 'not built'
  }
}

/** Nothing where there is no folder, or where we may not read: then there is no dashboard, and all else works. */
const readAll = async (root: string): Promise<ReadonlyMap<string, WebFile>> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const read = files.map(async (file) => {
    const path = `/${relative(root, file).split(sep).join('/')}`
    return [path, await toWebFile(path, new Uint8Array(await readFile(file)))] as const
  })
  const all = new Map(await Promise.all(read))
  return all.has('/index.html') ? all : new Map()
}

const toWebFile = async (path: string, bytes: Uint8Array<ArrayBuffer>): Promise<WebFile> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const extension = path.slice(path.lastIndexOf('.') + 1)
  return {
    bytes,
    contentType: contentTypes[extension] ?? 'application/octet-stream',
    etag: `"${hex(digest).slice(0, 32)}"`,
  }
}

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
}
