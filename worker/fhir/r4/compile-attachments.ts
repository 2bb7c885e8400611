import { SluiceError } from '../../errors.ts'

/** Of HL7's definitions of resources and data types: every element, `Patient.photo` or `Extension.value[x]`, and its types. */
export type DefinedElement = {
  readonly path: string
  readonly type: readonly { readonly code: string }[]
}

/**
 * The names that elements of type Attachment have in JSON, sorted: a choice (`value[x]`) carries the name of its type. Build-time code of
 * `generate.ts`. A name tells them apart from all others only as long as no element of that name and another type has a `url`: a definition
 * that breaks this is refused.
 */
export const compileAttachmentElements = (elements: readonly DefinedElement[]): readonly string[] => {
  const attachments = elements.filter(({ type }) => type.some(({ code }) => code === 'Attachment'))
  const names = new Set(attachments.map(({ path }) => nameOf(path).replace('[x]', 'Attachment')))
  const withUrl = new Set(
    elements.filter(({ path }) => nameOf(path) === 'url').map(({ path }) => parentOf(path)),
  )
  for (const { path, type } of elements) {
    const typesWithUrl = type.filter(({ code }) => code !== 'Attachment' && withUrl.has(code))
    const hasUrl = withUrl.has(path) || typesWithUrl.length > 0
    if (path.includes('.') && names.has(nameOf(path)) && hasUrl)
      throw new SluiceError(
        'internal',
        `Cannot compile element "${path}": it has the name of an attachment, and a url`,
      )
  }
  return [...names].sort()
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('.'))
