import { SluiceError } from '../../errors.ts'
import { type Asking, ask, exportStatusOf, refusalBy } from './ask.ts'
import type { Credentials } from './http.ts'
import type { ListedFile, ListedManifest } from './manifest.ts'
import { readPages } from './pages.ts'

/** Where a file is at the moment. */
export type Link = { readonly url: URL; readonly credentials: Credentials }

export type FileLinks = {
  linkOf(file: ListedFile): Link
  /** Asks for the status again, for this link opens nothing any more; once, however many downloads find that out together. */
  renew(link: Link): Promise<void>
}

/** The links of the manifest that a run began with, and of later ones, which must list the same files. */
export const openLinks = (asking: Asking, statusUrl: URL, first: ListedManifest): FileLinks => {
  let manifest = first
  let renewing: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    const next = await readPages(statusUrl, async (url) => {
      const answer = await ask(asking, url, request, what)
      const status = exportStatusOf(answer)
      if (status !== 200) throw refusalBy({ ...answer, status }, what)
      return answer.text
    })
    if (shapeOf(next) !== shapeOf(first)) {
      throw new SluiceError('job-failed', `Cannot ${what}: the server now lists other files than before`)
    }
    manifest = next
  }
  return {
    linkOf: ({ index, url }) => ({
      url: manifest.files[index]?.url ?? url,
      credentials: manifest.requiresAccessToken ? 'file' : 'nobody',
    }),
    renew: async ({ url }) => {
      if (renewing === undefined && !manifest.files.some((file) => file.url.href === url.href)) return
      renewing ??= renew().finally(() => {
        renewing = undefined
      })
      await renewing
    },
  }
}

const what = 'ask for the files again'
const request = { credentials: 'server', headers: { Accept: 'application/json' } } as const

/** A file is known by its place, type and count: nothing else is sure to be the same in two manifests. */
export const shapeOf = ({ transactionTime, files }: ListedManifest): string =>
  JSON.stringify([transactionTime, files.map(({ section, type, count }) => [section, type, count ?? null])])
