import { z } from '@hono/zod-openapi'
import { newPasskeySchema, shownPasskeySchema } from '../auth/passkey-answer.ts'
import { exampleId, exampleInstant, instant } from './schema-parts.ts'

/** The schemas of how administrators sign in and enrol. */
export const role = z
  .enum(['admin', 'viewer'])
  .openapi({ description: '`admin` steers the service, `viewer` sees how it does' })
const name = (description: string, example: string) =>
  z
    .string()
    .trim()
    .regex(/^[^\p{C}]{1,100}$/u)
    .openapi({ description, example })
export const personName = name('What he is called', 'Ada')
export const thingName = name('What its owner calls it', 'My laptop')

export const me = z
  .object({
    id: z.string().openapi({ example: exampleId }),
    name: personName,
    role,
    method: z
      .enum(['passkey', 'access-key', 'enrolment', 'oidc', 'proxy'])
      .openapi({ description: 'How he has signed in' }),
    expiresAt: instant('When the session ends; absent where it is no session').optional(),
  })
  .openapi({ description: 'The administrator who asks' })

const sessionInfo = z
  .object({
    auth: z.enum(['open', 'smart']).openapi({ description: '`open`: nobody has to sign in' }),
    origin: z.url().openapi({
      description: 'The origin of `BASE_URL`: passkeys work on pages of this origin only',
      example: 'https://sluice.example.org',
    }),
    administrator: me.openapi('SignedIn').optional(),
    ways: z
      .object({
        passkey: z.boolean().openapi({ description: 'False where `BASE_URL` is an address, or plain http' }),
        accessKey: z.boolean(),
        oidc: z.boolean(),
        proxy: z.boolean().openapi({ description: 'Cloudflare Access signs in whom it lets in' }),
        setup: z
          .boolean()
          .openapi({ description: 'There is no administrator yet: `SETUP_TOKEN` makes the first' }),
      })
      .openapi({ description: 'Which ways to sign in there are' }),
  })
  .openapi({ description: 'Who is signed in, or how one can' })

const challenge = z.string().openapi({ example: 'ikfRMxWcRZvGJSVNNCPcSFa4cwU3oGmZN43ddFGG5oQ' })
const timeout = z.int().openapi({ description: 'Milliseconds', example: 300_000 })
const required = z.literal('required')

const requestOptions = z
  .object({ rpId: z.string(), challenge, timeout, userVerification: required })
  .openapi({ description: 'What a browser is asked for (`PublicKeyCredentialRequestOptionsJSON`)' })

const credential = z.object({ type: z.literal('public-key'), id: z.string() })
export const creationOptions = z
  .object({
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    challenge,
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
    timeout,
    excludeCredentials: z.array(credential),
    authenticatorSelection: z.object({
      residentKey: required,
      requireResidentKey: z.literal(true),
      userVerification: required,
    }),
    attestation: z.literal('none'),
  })
  .openapi({ description: 'What a browser is asked for (`PublicKeyCredentialCreationOptionsJSON`)' })

export const accessKeyText = z.string().openapi({
  description: 'The key itself, which is shown this once',
  example: 'slk_5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d_…',
})

export const signInRequest = z
  .object({
    way: z.enum(['passkey', 'access-key']),
    accessKey: z.string().max(256).optional().openapi({ description: 'Of the way `access-key`' }),
    answer: shownPasskeySchema.optional().openapi({
      description: 'Of the way `passkey`: what the browser answered; absent to ask for a challenge first',
    }),
  })
  .openapi({ description: 'How somebody signs in' })

const signInAnswer = z
  .object({ passkey: requestOptions.optional(), administrator: me.openapi('SignedIn').optional() })
  .openapi({ description: 'What to ask the browser for, or who is signed in now' })

export const enrolmentRequest = z
  .object({
    secret: z
      .string()
      .max(256)
      .openapi({ description: 'The fragment of the enrolment link', example: 'f3…' }),
    step: z
      .enum(['start', 'passkey', 'access-key'])
      .openapi({ description: '`start` tells with whom; the others use the link up' }),
    name: thingName.optional(),
    answer: newPasskeySchema
      .optional()
      .openapi({ description: 'Of the step `passkey`: what the browser answered' }),
  })
  .openapi({ description: 'A step of enrolling' })

const enrolmentAnswer = z
  .object({
    name: personName,
    role,
    expiresAt: instant('When the link ends').optional(),
    passkey: creationOptions.optional(),
    accessKey: accessKeyText.optional(),
  })
  .openapi({
    description: 'Who enrols; at first also what to ask the browser for, where there can be passkeys',
  })

export const setupRequest = z
  .object({ setupToken: z.string().max(256), name: personName })
  .openapi({ description: 'Who shall be the first administrator' })

export const signInSchemas = {
  SessionInfo: sessionInfo,
  SignInRequest: signInRequest,
  SignInAnswer: signInAnswer,
  EnrolmentRequest: enrolmentRequest,
  EnrolmentAnswer: enrolmentAnswer,
  SetupRequest: setupRequest,
} as const

export type SignedInShown = z.infer<typeof me>
export type SessionInfoShown = z.infer<typeof sessionInfo>
export type SignInAnswerShown = z.infer<typeof signInAnswer>
export type EnrolmentAnswerShown = z.infer<typeof enrolmentAnswer>

export const exampleSignedIn: SignedInShown = {
  id: exampleId,
  name: 'Ada',
  role: 'admin',
  method: 'passkey',
  expiresAt: exampleInstant,
}
