/**
 * A resource as text that is equal for two lines exactly when they say the same to the last digit: member order, strings, and numbers
 * as they are written (`1.00` is not `1.0`), but without `meta.versionId` and `meta.lastUpdated`, which the server sets.
 */
export const comparable = (line: string): string => {
  const resource: Record<string, unknown> = JSON.parse(line, asWritten)
  const { versionId: _, lastUpdated: __, ...meta } = (resource.meta ?? {}) as Record<string, unknown>
  const { meta: ___, ...others } = resource
  return JSON.stringify([Object.entries(others), Object.entries(meta)])
}

const asWritten = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' ? `number ${context?.source}` : value
