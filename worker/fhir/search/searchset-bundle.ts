export type SearchEntry = {
  /** The absolute URL of the resource, without a version; what is about the search has none. */
  readonly fullUrl?: string
  /** The text of the resource, or of an OperationOutcome about the search. */
  readonly text: string
  readonly mode: 'match' | 'include' | 'outcome'
}

export type SearchPage = {
  readonly self: string
  readonly next: string | undefined
  readonly total: number | undefined
  readonly entries: readonly SearchEntry[]
}

/** The text of a `searchset` Bundle (FHIR R4 bundle.html#searchset). The resources are put in as the text that is stored (I2). */
export const searchsetBundle = ({ self, next, total, entries }: SearchPage): string => {
  const link = [
    { relation: 'self', url: self },
    ...(next === undefined ? [] : [{ relation: 'next', url: next }]),
  ]
  const head = JSON.stringify({
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total === undefined ? {} : { total }),
    link,
  })
  if (entries.length === 0) return head // R4: an array is never empty
  const texts = entries.map(({ fullUrl, text, mode }) => {
    const name = fullUrl === undefined ? '' : `"fullUrl":${JSON.stringify(fullUrl)},`
    return `{${name}"resource":${text},"search":{"mode":"${mode}"}}`
  })
  return `${head.slice(0, -1)},"entry":[${texts.join(',')}]}`
}
