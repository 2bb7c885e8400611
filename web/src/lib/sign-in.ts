import {
  type PublicKeyCredentialCreationOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { ApiError, answerOf, dataOf, entrance, messageOf, service } from './api/client.ts'

/** Signs in by a passkey: the browser asks the person which, and who he is. */
export const signInByPasskey = async (): Promise<void> => {
  const way = 'passkey' as const
  const { passkey } = await dataOf(entrance.POST('/admin/api/session', { body: { way } }))
  if (passkey === undefined) throw new Error('The service asked for nothing.')
  const { id, rawId, type, response } = await startAuthentication({ optionsJSON: passkey })
  const { clientDataJSON, authenticatorData, signature, userHandle = '' } = response
  const answer = { id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle } }
  await dataOf(entrance.POST('/admin/api/session', { body: { way, answer } }))
}

export const signInByAccessKey = async (accessKey: string): Promise<void> => {
  await dataOf(entrance.POST('/admin/api/session', { body: { way: 'access-key', accessKey } }))
}

/** Has the browser make a passkey, and returns what it answers. */
export const makePasskey = async (optionsJSON: PublicKeyCredentialCreationOptionsJSON) => {
  const { id, rawId, type, response } = await startRegistration({ optionsJSON })
  const { clientDataJSON, attestationObject, transports = [] } = response
  return { id, rawId, type, response: { clientDataJSON, attestationObject, transports } }
}

/** Signs out, and leaves nothing of what was seen in this window. */
export const signOut = async (): Promise<void> => {
  await answerOf(service.DELETE('/admin/api/session'))
  location.assign('/sign-in')
}

/** What to tell a person when signing in has failed; his own "cancel" is no failure. */
export const problemOf = (error: unknown): string => {
  if (error instanceof ApiError && error.status === 401)
    return 'That did not work. It is not known here, or no longer good.'
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED')
    return 'This device has a passkey for you already.'
  if (error instanceof Error && error.name === 'NotAllowedError')
    return 'No passkey was used: it was cancelled, or there is none for this service on this device.'
  return messageOf(error)
}
