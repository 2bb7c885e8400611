/** A version on its way into a history Bundle. `line` is the stored resource, empty for a delete. */
export type HistoryEntry = {
  readonly versionId: number
  /** FHIR instant */
  readonly lastUpdated: string
  readonly deleted: boolean
  /** There was no version before, or it was a delete. */
  readonly isCreated: boolean
  readonly line: string
}
export type HistoryPage = {
  /** `Patient/p` */
  readonly name: string
  /** The absolute URL of the resource, without a version. */
  readonly fullUrl: string
  readonly self: string
  readonly next: string | undefined
  /** `undefined` where it is not told. */
  readonly total: number | undefined
  readonly entries: readonly HistoryEntry[]
}

/**
 * The text of a `history` Bundle (FHIR R4 http.html#history). The resources are put in as the text that is stored (I2): a parser
 * in between would make `1` of `1.00`. How a version was written is not stored, so each says `PUT`, which repeats it exactly.
 */
export const historyBundle = ({ name, fullUrl, self, next, total, entries }: HistoryPage): string => {
  const link = [
    { relation: 'self', url: self },
    ...(next === undefined ? [] : [{ relation: 'next', url: next }]),
  ]
  const head = JSON.stringify({ resourceType: 'Bundle', type: 'history', total, link })
  if (entries.length === 0) return head // R4: an array is never empty
  const texts = entries.map((entry) => entryText(name, fullUrl, entry))
  return `${head.slice(0, -1)},"entry":[${texts.join(',')}]}`
}

const entryText = (name: string, fullUrl: string, entry: HistoryEntry): string => {
  const request = { method: entry.deleted ? 'DELETE' : 'PUT', url: name }
  const response = {
    status: entry.deleted ? '204' : entry.isCreated ? '201' : '200',
    etag: `W/"${entry.versionId}"`,
    lastModified: entry.lastUpdated,
  }
  const resource = entry.deleted ? '' : `"resource":${entry.line},`
  return `{"fullUrl":${JSON.stringify(fullUrl)},${resource}"request":${JSON.stringify(request)},"response":${JSON.stringify(response)}}`
}
