/**
 * A name or a value of a request, fit to be echoed in a message or a log: short, and without control characters,
 * direction overrides and halves of surrogate pairs.
 */
export const echoText = (text: string): string => {
  const shown = text.slice(0, maxEchoLength).replace(/\p{C}/gu, '')
  return text.length > maxEchoLength ? `${shown}…` : shown
}

const maxEchoLength = 64
