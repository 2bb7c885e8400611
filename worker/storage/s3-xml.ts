import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser'
import { z } from 'zod'
import type { Part } from './storage.ts'

/** The XML of S3: what it answers, checked and as plain values, and the one document we send. */
export const parseInitiated = (xml: string): string | undefined =>
  parsed(xml, initiated)?.InitiateMultipartUploadResult.UploadId

/** The ETag of the completed object. `undefined` for anything else, also an `<Error>` under status 200. */
export const parseCompleted = (xml: string): string | undefined =>
  parsed(xml, completed)?.CompleteMultipartUploadResult.ETag

export const parseObjectList = (xml: string): z.output<typeof objectList>['ListBucketResult'] | undefined =>
  parsed(xml, objectList)?.ListBucketResult

export const parseUploadList = (
  xml: string,
): z.output<typeof uploadList>['ListMultipartUploadsResult'] | undefined =>
  parsed(xml, uploadList)?.ListMultipartUploadsResult

/** The code of an `<Error>`, if that is what `xml` is: `''` when it says none, or nothing that could be one. */
export const parseErrorCode = (xml: string): string | undefined => {
  const found = parsed(xml, failure)
  if (found === undefined) return undefined
  const { Code } = found.Error
  return Code !== undefined && /^[A-Za-z][A-Za-z0-9.]{0,63}$/.test(Code) ? Code : ''
}

export const completionXml = (parts: readonly Part[]): string =>
  new XMLBuilder({ ignoreAttributes: false }).build({
    CompleteMultipartUpload: {
      '@_xmlns': 'http://s3.amazonaws.com/doc/2006-03-01/',
      Part: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })),
    },
  })

const text = z.string().min(1)
const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
/** Milliseconds, but of whole seconds: it is all that HTTP's Last-Modified tells, and one object should have one time. */
const instant = z.string().transform((value, ctx) => {
  const time = Date.parse(value)
  if (Number.isFinite(time)) return Math.floor(time / 1000) * 1000
  ctx.addIssue('it must be a date')
  return z.NEVER
})
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')

const initiated = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: text }) })
const completed = z.object({ CompleteMultipartUploadResult: z.object({ ETag: text }) })
const objectList = z.object({
  ListBucketResult: z.object({
    IsTruncated: flag,
    NextContinuationToken: z.string().default(''),
    Contents: z.array(z.object({ Key: text, Size: count, ETag: text, LastModified: instant })).default([]),
  }),
})
const uploadList = z.object({
  ListMultipartUploadsResult: z.object({
    IsTruncated: flag,
    NextKeyMarker: z.string().default(''),
    NextUploadIdMarker: z.string().default(''),
    Upload: z.array(z.object({ Key: text, UploadId: text, Initiated: instant })).default([]),
  }),
})
const failure = z.object({
  Error: z.union([
    z.object({ Code: z.string().optional() }),
    z.literal('').transform(() => ({ Code: undefined })),
  ]),
})

/**
 * The document, if it is well-formed, complete and what `schema` says. No storage has a reason to send a document type, and the
 * entities declared in one can grow without bound: none is read. What remains are the predefined and numeric references, of
 * which a full list has some thousands (ETags are quoted).
 */
const parsed = <Output>(xml: string, schema: z.ZodType<Output>): Output | undefined => {
  const document = xml.trim()
  if (/<!(?:DOCTYPE|ENTITY)/i.test(document)) return undefined
  try {
    if (XMLValidator.validate(document) !== true) return undefined
    return schema.safeParse(parser.parse(document)).data
  } catch {
    return undefined // a limit or a rule of the parser: it is none of the documents we know
  }
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  processEntities: { enabled: true, maxTotalExpansions: 100_000, maxExpandedLength: 1_000_000 },
  maxNestedTags: 20,
  isArray: (name) => name === 'Contents' || name === 'Upload',
})
