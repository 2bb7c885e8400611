/** Bundles for tests of batch and transaction, made as text, so that numbers stay as they are written. An entry may be a text, to be malformed. */
export type TestEntry = {
  readonly fullUrl?: string
  /** A resource, or its text. */
  readonly resource?: object | string
  readonly request: { readonly method: string; readonly url: string } & Readonly<Record<string, unknown>>
}

export const bundleText = (type: string, entries: readonly (TestEntry | string)[]): string =>
  `{"resourceType":"Bundle","type":"${type}","entry":[${entries.map(entryText).join(',')}]}`

const entryText = (entry: TestEntry | string): string => {
  if (typeof entry === 'string') return entry
  const { fullUrl, resource, request } = entry
  const text = typeof resource === 'object' ? JSON.stringify(resource) : resource
  return `{${fullUrl === undefined ? '' : `"fullUrl":${JSON.stringify(fullUrl)},`}${
    text === undefined ? '' : `"resource":${text},`
  }"request":${JSON.stringify(request)}}`
}

/**
 * Lines of resources as Synthea writes them for a server: created by POST, known by the URN of their id, and with references that are
 * URNs where the target is in the same Bundle.
 */
export const syntheaBundle = (lines: readonly string[]): string => {
  const nameOf = (line: string): { readonly resourceType: string; readonly id: string } => JSON.parse(line)
  const urns = new Map(
    lines.map(nameOf).map(({ resourceType, id }) => [`${resourceType}/${id}`, `urn:uuid:${id}`]),
  )
  return bundleText(
    'transaction',
    lines.map((line) => {
      const { resourceType, id } = nameOf(line)
      const resource = line.replace(/"reference":"([^"]*)"/g, (whole, name: string) =>
        urns.has(name) ? `"reference":"${urns.get(name)}"` : whole,
      )
      return { fullUrl: `urn:uuid:${id}`, resource, request: { method: 'POST', url: resourceType } }
    }),
  )
}
