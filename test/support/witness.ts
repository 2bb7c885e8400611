import type { Storage } from '../../worker/storage/storage.ts'

/**
 * Notes every part and object that is written twice with different bytes: part n of a file has the same bytes whoever builds it, and
 * however often (DESIGN I2). A storage may let it pass, or the last writer win; here it is remembered.
 */
export type Witness = { readonly storage: Storage; readonly disagreements: readonly string[] }

export const witness = (storage: Storage): Witness => {
  const seen = new Map<string, string>()
  const disagreements: string[] = []
  const note = (what: string, bytes: Uint8Array): void => {
    const text = Buffer.from(bytes).toString('latin1')
    const before = seen.get(what) ?? text
    if (before !== text) disagreements.push(`${what}: ${before.length} bytes, then ${text.length} others`)
    seen.set(what, before)
  }
  return {
    disagreements,
    storage: {
      ...storage,
      put: (key, bytes, contentType) => {
        note(key, bytes)
        return storage.put(key, bytes, contentType)
      },
      uploadPart: (upload, partNumber, bytes) => {
        note(`part ${partNumber} of ${upload.key}`, bytes)
        return storage.uploadPart(upload, partNumber, bytes)
      },
    },
  }
}
