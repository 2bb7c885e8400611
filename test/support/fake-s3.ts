import { type S3Options, s3Storage } from '../../worker/storage/s3.ts'
import type { Storage } from '../../worker/storage/storage.ts'

export type SentRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body: string
  readonly init: RequestInit
}

/** A storage that gives the answers of a list, in turn, and remembers what was asked. */
export type FakeS3 = { readonly storage: Storage; readonly sent: SentRequest[] }
export type FakeAnswer = Response | Error | ((request: SentRequest) => Response | Promise<Response>)

export const fakeS3 = (answers: readonly FakeAnswer[], options: Partial<S3Options> = {}): FakeS3 => {
  const sent: SentRequest[] = []
  const storage = s3Storage({
    bucket: 'exports',
    prefix: '',
    endpoint: 'https://s3.example',
    region: 'us-east-1',
    pathStyle: true,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'sEcReT/kEy' },
    fetch: async (url, init) => {
      const body = init.body === undefined ? '' : await new Response(init.body).text()
      const request = {
        method: init.method ?? 'GET',
        url: new URL(url),
        headers: new Headers(init.headers),
        body,
        init,
      }
      const answer = answers[sent.push(request) - 1]
      if (answer === undefined) throw new Error(`no answer to request ${sent.length}`)
      if (answer instanceof Error) throw answer
      return answer instanceof Response ? answer : answer(request)
    },
    ...options,
  })
  return { storage, sent }
}

export const xml = (body: string, status = 200): Response =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    status,
    headers: { 'content-type': 'application/xml' },
  })

export const s3Error = (status: number, code: string): Response =>
  xml(
    `<Error><Code>${code}</Code><Message>AKIDEXAMPLE sEcReT/kEy https://s3.example/?X-Amz-Signature=abc</Message></Error>`,
    status,
  )
