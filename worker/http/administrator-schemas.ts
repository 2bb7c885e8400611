import { z } from '@hono/zod-openapi'
import { newPasskeySchema } from '../auth/passkey-answer.ts'
import { exampleId, exampleInstant, instant, moment } from './schema-parts.ts'
import { accessKeyText, creationOptions, me, personName, role, thingName } from './sign-in-schemas.ts'

/** The schemas of administrators, and of what they sign in with. */
const administrator = z
  .object({
    id: z.string().openapi({ example: exampleId }),
    name: personName,
    role,
    isSuspended: z.boolean(),
    provider: z
      .string()
      .optional()
      .openapi({ description: 'Who vouches for him, and knows him as whom; absent of those who enrol here' }),
    createdAt: instant('When he was made one'),
  })
  .openapi('Administrator', { description: 'An administrator' })

const administratorList = z
  .object({ administrators: z.array(administrator) })
  .openapi({ description: 'The first thousand administrators' })

export const administratorRequest = z
  .object({ name: personName, role: role.default('viewer') })
  .openapi({ description: 'A new administrator' })

export const administratorChangeRequest = z
  .object({ name: personName.optional(), role: role.optional(), isSuspended: z.boolean().optional() })
  .openapi({ description: 'What shall be different of an administrator; all else stays' })

const enrolmentLink = z
  .object({
    administrator: administrator,
    link: z.url().openapi({
      description: 'Where he enrols, once; whoever opens it first does so in his name',
      example: 'https://sluice.example.org/enrol#f3…',
    }),
    expiresAt: instant('When it ends'),
  })
  .openapi({ description: 'A link to send to an administrator' })

const accessKey = z
  .object({
    id: z.string().openapi({ example: '5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d' }),
    name: thingName,
    createdAt: instant('When it was made'),
    expiresAt: instant('When it ends; absent where it does not').optional(),
    lastUsedAt: instant('When it was last used, to the minute; absent where never').optional(),
  })
  .openapi({ description: 'An access key, without its secret' })

const accessKeyList = z
  .object({ accessKeys: z.array(accessKey.openapi('AccessKey')) })
  .openapi({ description: 'Access keys that were not revoked' })

export const accessKeyRequest = z
  .object({
    name: thingName,
    expiresAt: moment('When it shall end; absent: never').optional(),
  })
  .openapi({ description: 'A new access key' })

const newAccessKey = z
  .object({ accessKey: accessKey.openapi('AccessKey'), text: accessKeyText })
  .openapi({ description: 'A new access key' })

const passkey = z
  .object({
    id: z.string().openapi({ example: 'AQIDBAUGBwgJCgsMDQ4PEA' }),
    name: thingName,
    createdAt: instant('When it was added'),
    lastUsedAt: instant('When somebody last signed in with it; absent where nobody has').optional(),
  })
  .openapi({ description: 'A passkey' })

const passkeyList = z
  .object({ passkeys: z.array(passkey.openapi('Passkey')) })
  .openapi({ description: 'Passkeys, the oldest first' })

export const passkeyRequest = z
  .object({
    name: thingName.optional(),
    answer: newPasskeySchema
      .optional()
      .openapi({ description: 'What the browser answered; absent to ask for a challenge first' }),
  })
  .openapi({ description: 'A passkey to be added' })

const passkeyAnswer = z
  .object({ options: creationOptions.optional(), passkey: passkey.openapi('Passkey').optional() })
  .openapi({ description: 'What to ask the browser for, or the passkey that was added' })

const session = z
  .object({
    id: z.string().openapi({ example: exampleId }),
    method: me.shape.method,
    source: z.string().optional().openapi({ description: 'Where from, if known', example: '192.0.2.7' }),
    createdAt: instant('When it began'),
    lastSeenAt: instant('When it was last used, to five minutes'),
    expiresAt: instant('When it ends'),
    isThis: z.boolean().openapi({ description: 'Whether this request was made in it' }),
  })
  .openapi({ description: 'A session' })

const sessionList = z
  .object({ sessions: z.array(session.openapi('Session')) })
  .openapi({ description: 'Sessions, the youngest first' })

export const administratorSchemas = {
  Administrator: administrator,
  AdministratorList: administratorList,
  AdministratorRequest: administratorRequest,
  AdministratorChangeRequest: administratorChangeRequest,
  EnrolmentLink: enrolmentLink,
  AccessKeyList: accessKeyList,
  AccessKeyRequest: accessKeyRequest,
  NewAccessKey: newAccessKey,
  PasskeyList: passkeyList,
  PasskeyRequest: passkeyRequest,
  PasskeyAnswer: passkeyAnswer,
  SessionList: sessionList,
} as const

export type AdministratorShown = z.infer<typeof administrator>
export type EnrolmentLinkShown = z.infer<typeof enrolmentLink>
export type AccessKeyShown = z.infer<typeof accessKey>
export type PasskeyShown = z.infer<typeof passkey>
export type PasskeyAnswerShown = z.infer<typeof passkeyAnswer>
export type SessionShown = z.infer<typeof session>

export const exampleAdministrator: AdministratorShown = {
  id: exampleId,
  name: 'Ada',
  role: 'admin',
  isSuspended: false,
  createdAt: exampleInstant,
}
export const exampleLink: EnrolmentLinkShown = {
  administrator: exampleAdministrator,
  link: 'https://sluice.example.org/enrol#f3Qb0l6vU3l7mJZ0nUu0m8mDqE8p5Z1cJ6yq9kqzXyA',
  expiresAt: exampleInstant,
}
export const exampleAccessKey: AccessKeyShown = {
  id: '5f0f2c0e6a5d4c1e9d0b2f1d5a6b7c8d',
  name: 'Nightly load',
  createdAt: exampleInstant,
}
export const examplePasskey: PasskeyShown = {
  id: 'AQIDBAUGBwgJCgsMDQ4PEA',
  name: 'My laptop',
  createdAt: exampleInstant,
}
export const exampleSession: SessionShown = {
  id: exampleId,
  method: 'passkey',
  createdAt: exampleInstant,
  lastSeenAt: exampleInstant,
  expiresAt: exampleInstant,
  isThis: true,
}
