/** A value of a search, character by character: whether it is meant as it is, or to separate (R4 search, "Escaping Search Parameters"). */
export type Asked = readonly { readonly char: string; readonly isEscaped: boolean }[]

export const askedOf = (text: string): Asked => {
  const asked: { char: string; isEscaped: boolean }[] = []
  const chars = [...text]
  for (let at = 0; at < chars.length; at++) {
    const isEscaped = chars[at] === '\\'
    if (isEscaped) at++
    const char = chars[at]
    if (char === undefined || (isEscaped && !',|$\\'.includes(char))) throw new Error(`${text} is illegal`)
    asked.push({ char, isEscaped })
  }
  return asked
}

export const split = (asked: Asked, separator: string): readonly Asked[] => {
  const pieces: Asked[] = [[]]
  for (const one of asked) {
    if (one.char === separator && !one.isEscaped) pieces.push([])
    else pieces.push([...(pieces.pop() ?? []), one])
  }
  return pieces
}

export const plain = (asked: Asked): string => asked.map(({ char }) => char).join('')
