import { z } from 'zod'
import { pathOfFileUrl } from './file-url.ts'
import { isS3Url, parseS3Url } from './s3-url.ts'
import { settingNotes } from './setting.ts'

/** A `file:` URL of a folder, or an `s3:` URL. */
export const storageUrl = (fallback: string, reason: string) =>
  z
    .string()
    .prefault(fallback)
    .transform((text, ctx) => {
      const problem = isS3Url(text) ? problemOfS3Url(text) : problemOfFolder(text, fallback)
      if (problem === undefined) return text
      ctx.addIssue(problem)
      return z.NEVER
    })
    .register(settingNotes, {
      unit: 'URL',
      default: fallback,
      allowed:
        '`file:` and the path of a folder, without `..`; or `s3://bucket/prefix?endpoint=…&region=…&pathStyle=…&listUploads=…`',
      reason,
    })

const problemOfS3Url = (text: string): string | undefined => {
  const read = parseS3Url(text)
  return 'problem' in read ? read.problem : undefined
}

const problemOfFolder = (text: string, fallback: string): string | undefined => {
  if (pathOfFileUrl(text) !== undefined) return undefined
  return `it must be file: and the path of a folder, without .. and without a query, such as ${fallback}, or s3://bucket/prefix`
}

/** Part of a credential: never shown, whatever is wrong with it. */
export const secret = (note: {
  readonly default: string
  readonly maxLength: number
  readonly reason: string
}) =>
  z
    .string()
    .regex(new RegExp(`^[\\x21-\\x7e]{1,${note.maxLength}}$`), {
      error: `it must be 1 to ${note.maxLength} visible ASCII characters`,
    })
    .optional()
    .register(settingNotes, {
      unit: 'secret',
      default: note.default,
      allowed: `1 to ${note.maxLength} visible ASCII characters`,
      reason: note.reason,
      isSecret: true,
    })
