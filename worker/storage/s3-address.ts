/** How a bucket is found: `endpoint` without a trailing slash; path style is `endpoint/bucket/key`. */
export type S3Address = {
  readonly bucket: string
  readonly endpoint: string
  readonly pathStyle: boolean
}

/**
 * The URL of an object, or of the bucket where `objectKey` is `''`, in exactly the form that is signed: every byte that is not
 * unreserved (RFC 3986) is percent-encoded, once, and a space is never `+`.
 */
export const s3Url = (
  { bucket, endpoint, pathStyle }: S3Address,
  objectKey: string,
  query: Readonly<Record<string, string>> = {},
): string => {
  const base = pathStyle ? `${endpoint}/${encode(bucket)}` : endpoint.replace('//', `//${bucket}.`)
  const path = objectKey === '' && pathStyle ? '' : `/${objectKey.split('/').map(encode).join('/')}`
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return `${base}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
