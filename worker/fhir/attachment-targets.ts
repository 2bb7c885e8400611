import { isJsonObject, type JsonObject } from './json.ts'
import { attachmentElements } from './r4/attachment-elements.generated.ts'
import { parseReference } from './reference.ts'
import type { ResourceLine } from './resource-line.ts'

/** A Binary of this server that an `Attachment.url` names; `versionId` 0 is whichever is current. */
export type AttachmentTarget = { readonly id: string; readonly versionId: number }

/**
 * The Binaries that the attachments of a resource name, each once: by a URL relative to the base or below it, wherever they stand. In a
 * Bundle, URLs are relative to each entry's `fullUrl`, so that one has none.
 */
export const readAttachmentTargets = (
  { type, head, tail, resource }: ResourceLine,
  serverBase: string,
): readonly AttachmentTarget[] => {
  if (type === 'Bundle' || !(mayNameBinary(head) || mayNameBinary(tail))) return []
  const found = new Map<string, AttachmentTarget>()
  visit(resource, false, (url) => {
    const target = parseReference(url, serverBase)
    const versionId = versionOf(url)
    if (target?.type !== 'Binary' || versionId === undefined) return
    found.set(`${target.id} ${versionId}`, { id: target.id, versionId })
  })
  return [...found.values()]
}

/** Whether it is worth while to look closely: the name can only hide behind `\u` escapes. */
const mayNameBinary = (text: string): boolean => text.includes('Binary/') || /Binary\\|\\u/.test(text)

/** `undefined` is no version of ours. */
const versionOf = (url: string): number | undefined => {
  const [name = ''] = url.split('#', 1)
  const [, version] = /\/_history\/([^/]*)$/.exec(name) ?? []
  if (version === undefined) return 0
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined
}

const visit = (object: JsonObject, isAttachment: boolean, found: (url: string) => void): void => {
  for (const name in object) {
    const value = object[name]
    if (name === 'url' && isAttachment && typeof value === 'string') found(value)
    for (const item of Array.isArray(value) ? value : [value])
      if (isJsonObject(item)) visit(item, namesOfAttachments.has(name), found)
  }
}

const namesOfAttachments: ReadonlySet<string> = new Set(attachmentElements)
