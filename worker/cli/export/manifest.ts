import { z } from 'zod'
import { SluiceError } from '../../errors.ts'
import type { Checksum } from './checksum.ts'

const itemSchema = z.object({
  /** Absent where a file holds blocks (IG STU3, "File Organization"). */
  type: z.string().optional(),
  url: z.string(),
  /** The IG asks for it, and servers forget it. */
  count: z.number().int().nonnegative().optional(),
  /** Every server has its own; what ours tells is used. */
  extension: z
    .object({
      sha256: z.string().regex(/^[A-Za-z0-9+/]{43}=(?:-\d+)?$/),
      partBytes: z.number().int().positive().optional(),
    })
    .optional()
    .catch(undefined),
})
const itemsSchema = z.array(itemSchema).nullish()

const manifestSchema = z.object({
  transactionTime: z.string(),
  requiresAccessToken: z.boolean().default(false),
  outputOrganizedBy: z.string().nullish(),
  output: itemsSchema,
  deleted: itemsSchema,
  error: itemsSchema,
  link: z.array(z.object({ relation: z.string(), url: z.string() })).nullish(),
})

export type Section = 'output' | 'deleted' | 'error'

/** A file as the manifest of this moment names it. `index` counts all files, in the order of the sections. */
export type ListedFile = {
  readonly section: Section
  readonly index: number
  /** `undefined` where it holds blocks: lines of many types, and headers. */
  readonly type: string | undefined
  readonly url: URL
  readonly count: number | undefined
  readonly checksum?: Checksum | undefined
}

/** What a file holds, in a word. */
export const contentOf = ({ type }: { readonly type: string | null | undefined }): string => type ?? 'blocks'

export type ListedManifest = {
  readonly transactionTime: string
  readonly requiresAccessToken: boolean
  readonly files: readonly ListedFile[]
  /** As it came, to be kept beside the files; of pages, what they say together. */
  readonly text: string
  /** The page that follows, of a manifest in pages (Bulk Data IG STU3, `allowPartialManifests`). */
  readonly next?: URL | undefined
}

/** Reads a manifest; URLs of files may be relative to the status URL. */
export const readManifest = (text: string, statusUrl: URL): ListedManifest => {
  const parsed = manifestSchema.safeParse(parse(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refusal(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not as expected'}`)
  }
  const { transactionTime, requiresAccessToken, link, outputOrganizedBy, ...sections } = parsed.data
  const items = sectionNames.flatMap((section) =>
    (sections[section] ?? []).map((item) => ({ section, item })),
  )
  const files = items.map(({ section, item: { type, url, count, extension } }, index) => {
    if (!URL.canParse(url, statusUrl)) throw refusal(`the URL of file ${index + 1} is none`)
    if (type === undefined && !(section === 'output' && outputOrganizedBy))
      throw refusal(
        `file ${index + 1} has no type, and "outputOrganizedBy" does not say that it holds blocks`,
      )
    const checksum = extension && { sha256: extension.sha256, partBytes: extension.partBytes }
    return { section, index, type, count, checksum, url: new URL(url, statusUrl) }
  })
  const next = link?.find(({ relation }) => relation === 'next')?.url
  if (next !== undefined && !URL.canParse(next, statusUrl)) throw refusal('the URL of its next page is none')
  return {
    transactionTime,
    requiresAccessToken,
    files,
    text,
    next: next === undefined ? undefined : new URL(next, statusUrl),
  }
}

export const sectionNames = ['output', 'deleted', 'error'] as const

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw refusal('it is not JSON')
  }
}

export const refusal = (reason: string): SluiceError =>
  new SluiceError('job-failed', `Cannot read the manifest: ${reason}`)
