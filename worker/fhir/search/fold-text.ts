/**
 * A text as a string search compares it (R4 search, "string"): "insensitive to casing and included combining characters", and punctuation
 * and blanks that mean nothing are left out. Upper case, for it does not ask what stands around a letter, as `ς` does.
 */
export const foldText = (said: string): string =>
  isPlain(said)
    ? said.toUpperCase()
    : said
        .replaceAll(/\p{M}+/gu, '') // putting many of them in order takes minutes
        .normalize('NFKD')
        .replaceAll(/[\p{M}\p{P}]+/gu, '')
        .normalize('NFC')
        .toUpperCase()
        .replaceAll(/\s+/gu, ' ')
        .trim()

const isPlain = (said: string): boolean => /^[a-z0-9]+(?: [a-z0-9]+)*$/i.test(said)

/**
 * A code as it is compared where case does not matter, letter by letter. The Kelvin sign and the dotted I would become letters of ASCII, which
 * nobody finds who looks for these in the text of a line.
 */
export const foldCode = (code: string): string =>
  code.replaceAll(/[^\u0130\u212a]+/g, (letters) => letters.toLowerCase())
