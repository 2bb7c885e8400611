import { contentOf, type ListedFile } from './manifest.ts'

/**
 * The names of the files on disk, in the order of the manifest: the last segment of each URL where all of these are plain, different
 * names of NDJSON; else names by section, type and number. A name must never lead out of the folder or stand in for a file of ours.
 */
export const nameFiles = (files: readonly ListedFile[]): readonly string[] => {
  const theirs = files.map(({ url }) => url.pathname.split('/').at(-1) ?? '')
  const isUsable =
    theirs.every((name) => plainName.test(name)) &&
    new Set(theirs.map((name) => name.toLowerCase())).size === theirs.length
  return isUsable ? theirs : ownNames(files)
}

const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.ndjson$/

const ownNames = (files: readonly ListedFile[]): readonly string[] => {
  const seen = new Map<string, number>()
  return files.map(({ section, type }) => {
    const word =
      contentOf({ type })
        .replace(/[^A-Za-z0-9]/g, '')
        .slice(0, 60) || 'file'
    const stem = section === 'output' ? word : `${section}-${word}`
    const number = (seen.get(stem) ?? 0) + 1
    seen.set(stem, number)
    return `${stem}-${number}.ndjson`
  })
}
