import type { ObjectRead, Part, Storage } from '../../worker/storage/storage.ts'

/**
 * One round of everything a storage can do, by web standards only, so that any runtime can make it. What it returns is the same
 * wherever it runs; the contract (`test/storage/contract.ts`) goes further, but needs vitest.
 */
export const exerciseStorage = async (storage: Storage, partBytes: number): Promise<readonly string[]> => {
  const contentType = 'application/fhir+ndjson'
  const log: string[] = []
  const note = (what: string, value: unknown) => log.push(`${what}: ${JSON.stringify(value)}`)

  const putTag = await storage.put('job/a', pattern(1000), contentType)
  const head = await storage.head('job/a')
  note('head', [head?.key, head?.bytes, head?.etag === putTag])
  await storage.put('job/empty', new Uint8Array(), contentType)
  note('empty', await digest(await storage.read('job/empty')))

  const upload = await storage.beginUpload('job/b', { contentType, partBytes })
  const parts: Part[] = []
  for (const [index, bytes] of [pattern(partBytes), pattern(100)].entries()) {
    const etag = await storage.uploadPart(upload, index + 1, bytes)
    parts.push({ partNumber: index + 1, etag, bytes: bytes.length })
  }
  await storage.completeUpload(upload, parts)
  note('whole', await digest(await storage.read('job/b')))
  note('range', await digest(await storage.read('job/b', { from: partBytes - 5, to: partBytes + 5 })))
  note('again', await outcome(storage.completeUpload(upload, parts)))
  note('too far', await outcome(storage.read('job/a', { from: 1000, to: 1001 })))
  note('nothing', [await storage.head('job/c'), await storage.read('job/c')])

  const aborted = await storage.beginUpload('job/d', { contentType, partBytes })
  await storage.abortUpload(aborted)
  note('aborted', await outcome(storage.uploadPart(aborted, 1, pattern(5))))

  const url = await storage.sign?.('job/a', { expiresInSeconds: 60, now: Date.now() })
  if (url !== undefined) note('signed', (await (await fetch(url)).arrayBuffer()).byteLength)

  note(
    'list',
    (await storage.list('job/', 'job/a')).map(({ key, bytes }) => [key, bytes]),
  )
  await storage.remove(['job/a', 'job/b', 'job/c', 'job/empty'])
  note('left', await storage.list(''))
  return log
}

const pattern = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >> 8)) & 255
  return bytes
}

const digest = async (read: ObjectRead | undefined): Promise<string> => {
  const bytes = await new Response(read?.body).arrayBuffer()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return `${bytes.byteLength} ${[...hash.slice(0, 8)].join()}`
}

const outcome = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
