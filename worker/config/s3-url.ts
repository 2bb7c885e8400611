/** Where objects go: what an `s3:` URL says, with its defaults filled in. */
export type S3Location = {
  readonly bucket: string
  /** Before every key; `''`, or ends in a slash. Decoded: special characters stand as they are. */
  readonly prefix: string
  /** Absolute http(s) URL without a trailing slash, query or user. */
  readonly endpoint: string
  readonly region: string
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly pathStyle: boolean
  /** Whether the storage answers ListMultipartUploads, by prefix. */
  readonly listsUploads: boolean
}

export const isS3Url = (url: string): boolean => /^s3:/i.test(url)

/** Reads `s3://bucket/prefix?endpoint=…&region=…&pathStyle=…&listUploads=…`; `problem` goes on after `Cannot use … "…": `. */
export const parseS3Url = (url: string): { readonly location: S3Location } | { readonly problem: string } => {
  const [, bucket, path = '', query = ''] =
    /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/is.exec(url) ?? []
  if (bucket === undefined) return { problem: `it must be ${form}` }
  if (!/^[a-z0-9][a-z0-9._-]{1,254}$/i.test(bucket))
    return { problem: 'its bucket must have 2 to 255 letters, digits and . _ -' }
  const prefix = readPrefix(path)
  if (prefix === undefined)
    return {
      problem: 'its prefix must have no empty, . or .. segment, no control character and at most 700 bytes',
    }
  const given = readQuery(query)
  if (given === undefined)
    return { problem: `its parameters must be among ${parameters.join(', ')}, each given once` }
  return readLocation(bucket, prefix, given)
}

const form = 's3://bucket/prefix, with endpoint, region and pathStyle as parameters'
const parameters = ['endpoint', 'region', 'pathStyle', 'listUploads']

/** S3 takes keys of 1,024 bytes; what follows the prefix has at most 200. */
const maxPrefixBytes = 700

const readPrefix = (path: string): string | undefined => {
  if (path === '') return ''
  const prefix = decode(path.replace(/\/$/, ''))
  if (prefix === undefined) return undefined
  const isSound = prefix.split('/').every((segment) => !['', '.', '..'].includes(segment))
  // XML cannot carry control characters: what is stored under them could not be listed.
  const isPlain = prefix.isWellFormed() && !/[\p{Cc}\uFFFE\uFFFF]/u.test(prefix)
  const isShort = new TextEncoder().encode(prefix).length <= maxPrefixBytes
  return isSound && isPlain && isShort ? `${prefix}/` : undefined
}

const decode = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined // a stray `%`: it could mean anything
  }
}

const readQuery = (query: string): ReadonlyMap<string, string> | undefined => {
  const pairs = [...new URLSearchParams(query)]
  const given = new Map(pairs)
  const isKnown = pairs.every(([name]) => parameters.includes(name))
  return isKnown && given.size === pairs.length ? given : undefined
}

const readLocation = (
  bucket: string,
  prefix: string,
  given: ReadonlyMap<string, string>,
): { readonly location: S3Location } | { readonly problem: string } => {
  const wanted = given.get('endpoint')
  const region = given.get('region') ?? (wanted === undefined ? undefined : usualRegion(wanted))
  if (region === undefined) return { problem: 'it must name a region, or an endpoint' }
  if (!/^[a-z0-9-]{1,64}$/i.test(region))
    return { problem: 'its region must have letters, digits and - only' }
  const endpoint = readEndpoint(wanted ?? amazonEndpoint(region))
  if (endpoint === undefined)
    return { problem: 'its endpoint must be an absolute http or https URL without user, query and fragment' }
  // Every storage knows path style; Amazon wants the other, but its certificate does not cover a bucket with dots.
  const pathStyle = readBoolean(given.get('pathStyle'), wanted !== undefined || bucket.includes('.'))
  const listsUploads = readBoolean(given.get('listUploads'), true)
  if (pathStyle === undefined || listsUploads === undefined)
    return { problem: 'its pathStyle and listUploads must be true or false' }
  if (!pathStyle && !URL.canParse(endpoint.replace('//', `//${bucket}.`)))
    return { problem: 'its endpoint and bucket make no host name, so pathStyle must be true' }
  return { location: { bucket, prefix, endpoint, region, pathStyle, listsUploads } }
}

/** R2 has one region of its own; storages that have none of theirs commonly expect that of Amazon's first. */
const usualRegion = (endpoint: string): string =>
  /\.r2\.cloudflarestorage\.com(?:[:/]|$)/i.test(endpoint) ? 'auto' : 'us-east-1'

const amazonEndpoint = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

const readEndpoint = (text: string): string | undefined => {
  const url = /^https?:\/\/[^\s\\?#]+$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.username !== '' || url.password !== '') return undefined
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

const readBoolean = (text: string | undefined, fallback: boolean): boolean | undefined =>
  text === undefined ? fallback : text === 'true' ? true : text === 'false' ? false : undefined
