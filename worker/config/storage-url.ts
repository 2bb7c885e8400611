import { pathOfFileUrl } from './file-url.ts'
import { isS3Url, parseS3Url } from './s3-url.ts'
import { checkedText } from './text-setting.ts'

/** A `file:` URL of a folder, or an `s3:` URL. */
export const storageUrl = (fallback: string, reason: string) =>
  checkedText(
    {
      unit: 'URL',
      default: fallback,
      allowed:
        '`file:` and the path of a folder, without `..`; or `s3://bucket/prefix?endpoint=…&region=…&pathStyle=…&listUploads=…`',
      reason,
    },
    (text) => (isS3Url(text) ? problemOfS3Url(text) : problemOfFolder(text, fallback)),
  )

const problemOfS3Url = (text: string): string | undefined => {
  const read = parseS3Url(text)
  return 'problem' in read ? read.problem : undefined
}

const problemOfFolder = (text: string, fallback: string): string | undefined => {
  if (pathOfFileUrl(text) !== undefined) return undefined
  return `it must be file: and the path of a folder, without .. and without a query, such as ${fallback}, or s3://bucket/prefix`
}
