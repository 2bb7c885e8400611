/** Makes a random UUID (RFC 9562 version 4): 122 random bits, so that a job id cannot be guessed. */
export type NewId = () => string

export const randomId: NewId = () => crypto.randomUUID()
