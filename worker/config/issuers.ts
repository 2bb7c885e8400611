import { z } from 'zod'
import { settingNotes } from './setting-note.ts'

/** An issuer of others whose access tokens are honoured. */
export type Issuer = {
  /** Begins the id of each of its clients, `name:client`, and is unique. */
  readonly name: string
  /** As `iss` has it, exactly. */
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  readonly clientIdClaim: string | undefined
  readonly scopeClaim: string | undefined
  readonly userAsSystem: boolean
  readonly accessSystem: string | undefined
}

const issuer = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  issuer: z.string().min(1).max(512),
  audience: z.string().min(1).max(512),
  jwksUrl: z.url({ protocol: /^https?$/ }),
  clientIdClaim: z.string().min(1).max(128).optional(),
  scopeClaim: z.string().min(1).max(128).optional(),
  userAsSystem: z.boolean().default(false),
  // Not what ends a value in a search for a token, as which it is used.
  accessSystem: z
    .string()
    .regex(/^[^\s\p{C},|$\\"]{1,512}$/u, { error: 'it must be a URI without blanks and , | $ \\ "' })
    .optional(),
})

/** A JSON list of them; there may be none. */
export const issuerList = ({ reason }: { readonly reason: string }) =>
  z
    .string()
    .prefault('[]')
    .transform((text, ctx): readonly Issuer[] => {
      const { data, error } = z.array(issuer).safeParse(parse(text))
      const names = new Set(data?.map(({ name }) => name))
      const urls = new Set(data?.map(({ issuer }) => issuer)) // a token is judged by the one that it names
      if (data !== undefined && names.size === data.length && urls.size === data.length)
        return data.map(({ clientIdClaim, scopeClaim, accessSystem, ...rest }) => ({
          ...rest,
          clientIdClaim,
          scopeClaim,
          accessSystem,
        }))
      const [problem] = error?.issues ?? []
      ctx.addIssue(
        problem === undefined
          ? 'two issuers have the same name, or are the same'
          : `it must be a JSON list of issuers, and ${placeOf(problem.path)}it is not: ${problem.message}`,
      )
      return z.NEVER
    })
    .register(settingNotes, { unit: 'JSON', default: 'none', allowed: 'a JSON list of issuers', reason })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Of the list itself there is no place to name. */
const placeOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : `at "${path.join('.')}" `)
