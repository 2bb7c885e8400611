import { SluiceError } from '../errors.ts'
import { decodeString, visitStrings } from './json-text.ts'
import { attachmentElements } from './r4/attachment-elements.generated.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'

/**
 * Stands in a stored line in front of every `Attachment.url` that an export makes absolute, inside its string. JSON text cannot hold this
 * character (RFC 8259 section 7), so no resource brings one along, and taking the marks away gives back what was stored. An export that
 * puts its base URL in their place is still a copy of lines, made by the database (I2).
 */
export const attachmentMark = '\u0001'

/**
 * Marks the relative attachment URLs of a resource, wherever they are: in contained resources and extensions too. Relative is what FHIR
 * means by it, a resource below the base URL: `Type/id` and whatever follows it, such as `/_history/2`. What has a scheme (`http:`, `urn:`,
 * `data:`), a fragment (`#x`), a path from the root (`/x`), another host (`//host/x`) or is no resource of this server (`scan.pdf`) stays
 * as it is, for no URL made of it would open. A Bundle stays whole: in it, URLs are relative to each entry's `fullUrl`, and it may be signed.
 */
export const markAttachmentUrls = (minified: string, type: ResourceType): string => {
  if (type === 'Bundle' || !mayHoldRelativeUrl(minified)) return minified
  const places = relativeUrlsIn(minified)
  if (places.length > maxMarks)
    throw new SluiceError(
      'invalid',
      `Cannot read the resource: more than ${maxMarks} of its attachments have relative URLs`,
    )
  let marked = ''
  let copied = 0
  for (const place of places) {
    marked += minified.slice(copied, place) + attachmentMark
    copied = place
  }
  return marked + minified.slice(copied)
}

/** The line as its resource was given. */
export const stripMarks = (line: string): string => line.replaceAll(attachmentMark, '')

/** What an export puts in the place of a mark: part of a JSON string. */
export const markReplacement = (baseUrl: string): string => JSON.stringify(`${baseUrl}/`).slice(1, -1)

/** More than any real resource has; it bounds how much an export may add to a line that is nearly as long as the database takes. */
const maxMarks = 1000

/** Whether it is worth while to look closely. A name or a type can only hide behind `\u` escapes. */
const mayHoldRelativeUrl = (minified: string): boolean =>
  /"url":"[A-Z]/.test(minified) || minified.includes('\\u')

const relativeUrlsIn = (minified: string): readonly number[] => {
  const places: number[] = []
  visitStrings(minified, (element, name, start, end) => {
    if (name !== 'url' || !namesOfAttachments.has(element)) return
    if (isRelativeToBase(decodeString(minified.slice(start + 1, end - 1)))) places.push(start + 1)
  })
  return places
}

const namesOfAttachments: ReadonlySet<string> = new Set(attachmentElements)

const isRelativeToBase = (url: string): boolean => {
  const [, type = ''] = /^([A-Za-z]+)\/(?:[A-Za-z0-9\-.]|%[0-9A-Fa-f]{2})+(?:[/?#]|$)/.exec(url) ?? []
  return isResourceType(type)
}
