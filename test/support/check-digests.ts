import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { ExportedFiles, ManifestItem } from './harness.ts'
import { nameOf } from './harness.ts'

/** Repeats, by other means and from what was downloaded, everything an item says of its file. */
export const checkDigests = ({ manifest, text }: ExportedFiles): void => {
  for (const item of [...manifest.output, ...(manifest.deleted ?? []), ...manifest.error]) {
    const name = nameOf(item.url)
    expect(item.extension, name).toMatchObject(expectedOf(item, Buffer.from(text.get(name) ?? '')))
  }
}

const expectedOf = ({ extension: { partBytes, partSha256 } }: ManifestItem, content: Buffer) => {
  const common = { status: 'completed', bytes: content.length }
  if (partSha256 === undefined) return { ...common, sha256: digestOf(content).toString('base64') }
  const parts: Buffer[] = []
  for (let at = 0; at < content.length; at += partBytes)
    parts.push(digestOf(content.subarray(at, at + partBytes)))
  return {
    ...common,
    sha256: `${digestOf(Buffer.concat(parts)).toString('base64')}-${parts.length}`,
    partSha256: parts.map((part) => part.toString('base64')),
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
