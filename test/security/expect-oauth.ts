import { expect } from 'vitest'

/** Checks that an answer is an OAuth error of this name (RFC 6749 section 5.2). Returns its description. */
export const expectOAuthError = async (
  response: Response,
  status: number,
  error: string,
): Promise<string> => {
  const text = await response.text()
  expect([response.status, text]).toEqual([status, expect.stringContaining(`"error":"${error}"`)])
  expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('pragma')).toBe('no-cache')
  const { error_description: description, ...rest } = JSON.parse(text)
  expect(rest).toEqual({ error })
  expect(description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
  return description
}

/** What is said whatever it is about a registration that keeps a client out. */
export const oneSentence =
  "Cannot authenticate the client: either no client of this id is registered, or 'jku' is not the URL of its key set as registered, or not exactly one key of the set has this 'kid' and fits this 'alg', or the signature is not that of the key"
