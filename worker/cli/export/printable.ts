/** A server's words, without what steers a terminal and not longer than a person reads. */
export const printable = (text: string, maxLength = 200): string =>
  text.replace(/\p{Cc}/gu, ' ').slice(0, maxLength)

/** JSON escapes most control characters by itself, but not DEL and those of Latin 1, which steer a terminal as well. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
